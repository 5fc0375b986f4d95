"""How it stands with a customer's context services: whose weather is known, and whose forecasts were renewed.

Each service works in another process; told is what it has stored. Invariant: of cells only those are told in which the
customer has an active building, and of them nothing that another customer's buildings add.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from hearth.core.clock import Clock
from hearth.domain.customers import Customer
from hearth.domain.forecasts import KINDS, ForecastCount
from hearth.ports import Session, Store
from hearth.ports.listing import BuildingQuery
from hearth.services.forecasts import STALE_MS
from hearth.services.weather import Weather, WeatherReport


@dataclass(frozen=True)
class ContextReport:
    """`weather.requests_today` and its quota are the operator's and are not for a customer's page. Of active buildings alone."""

    now_ms: int
    weather: WeatherReport
    forecasts: Sequence[ForecastCount]
    buildings: int


class ContextReports:
    """The read behind the page of context services. Takes as long as it takes to read all of the customer's buildings."""

    def __init__(self, store: Store, clock: Clock, weather: Weather) -> None:
        self._store = store
        self._clock = clock
        self._weather = weather

    def report(self, customer: Customer) -> ContextReport:
        """As it stands now."""
        now_ms = self._clock.now_ms()
        with self._store.read() as session:
            forecasts = forecast_counts(session, customer.id, now_ms)
            counts = session.listed_buildings.count_by_status(customer.id, BuildingQuery(silent_before_ms=now_ms))
        return ContextReport(
            now_ms=now_ms,
            weather=self._weather.report(customer.id),
            forecasts=forecasts,
            buildings=sum(count for status, count in counts.items() if status != "DEACTIVATED"),
        )


def forecast_counts(session: Session, customer_id: str, now_ms: int) -> list[ForecastCount]:
    """Of consumption, then of generation; one that was not renewed for three hours is stale."""
    return [session.forecasts.count_newest(customer_id, kind, now_ms - STALE_MS + 1) for kind in KINDS]
