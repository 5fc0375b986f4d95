"""Forecasts of a building as they are read: those that were issued, how they came about, and how right they have been.

Issuing them is `forecasting`'s. Invariant: where there is no forecast the answer says why.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

from hearth.core.clock import Clock
from hearth.core.instants import DAY_MS, HOUR_MS, utc_day
from hearth.core.problems import invalid
from hearth.domain.buildings import Building
from hearth.domain.catalogue import PLATFORM
from hearth.domain.customers import Plan
from hearth.domain.events import NO_FORECAST_MS
from hearth.domain.forecasts import ACCURACY_DAYS, KINDS, Forecast, ForecastKind, ForecastModel, HorizonScore, summed
from hearth.insights.energy import ENERGY_TYPES, counted_series
from hearth.ports import Session, Store
from hearth.services.buildings import get_building
from hearth.services.forecast_homes import SiteOf

EnergyForecastType = Literal[
    "ENERGY_CONSUMPTION_FORECAST_1H",
    "ENERGY_CONSUMPTION_FORECAST_24H",
    "ENERGY_CONSUMPTION_FORECAST_TOMORROW",
    "ENERGY_CONSUMPTION_FORECAST_DAY_AFTER_TOMORROW",
    "ENERGY_GENERATION_FORECAST_1H",
    "ENERGY_GENERATION_FORECAST_24H",
    "ENERGY_GENERATION_FORECAST_TOMORROW",
    "ENERGY_GENERATION_FORECAST_DAY_AFTER_TOMORROW",
]
ENERGY_FORECAST_TYPES: tuple[str, ...] = get_args(EnergyForecastType)
MOST_DAYS = 31
STALE_MS = 3 * HOUR_MS  # a forecast is issued each hour; where none came for so long something is wrong
_COUNTED = {kind: ENERGY_TYPES.index(f"ENERGY_{kind}") for kind in KINDS}

Absent = Literal["PLAN", "NO_PLACE", "NO_EVENTS", "NOT_YET"]


class IssuedEnergy(NamedTuple):
    """What was said at an instant of the window that begins at `forecast_at_ms`."""

    issued_at_ms: int
    forecast_at_ms: int
    energy_wh: float


@dataclass(frozen=True)
class ForecastState:
    """The newest forecast of a kind with its model, or why there is none; and the scores of the last 30 days, by horizon.

    A forecast that was not renewed for three hours is stale.
    """

    kind: ForecastKind
    forecast: Forecast | None
    is_stale: bool
    model: ForecastModel | None
    accuracy: Sequence[HorizonScore]
    absent: Absent | None


class Forecasts:
    """The use cases that read forecasts. Each raises Problem "not_found" for a building the customer does not have."""

    def __init__(self, store: Store, clock: Clock, site_of: SiteOf) -> None:
        self._store = store
        self._clock = clock
        self._site_of = site_of

    def list_energies(
        self, customer_id: str, customer_building_id: str, event_type: EnergyForecastType, from_ms: int, to_ms: int
    ) -> list[IssuedEnergy]:
        """What was issued in [from_ms, to_ms) under that type, oldest first. Raises Problem "invalid" for the span."""
        if to_ms < from_ms:
            raise invalid("", "The span is empty: from is later than to.")
        if to_ms - from_ms > MOST_DAYS * DAY_MS:
            raise invalid("", f"The span is longer than a month; at most {MOST_DAYS} days can be asked for at once.")
        with self._store.read() as session:
            building = get_building(session, customer_id, customer_building_id)
            series = [
                each.id
                for each in session.series.list_of(customer_id, [building.id])
                if each.event_type == event_type and each.source == PLATFORM
            ]
            read = session.events.read(customer_id, series, from_ms - 1, to_ms - 1)
        found = []
        for points in read.values():
            targets = points.forecast_ms or [NO_FORECAST_MS] * len(points.times_ms)
            for at_ms, target_ms, value in zip(points.times_ms, targets, points.values, strict=True):
                found.append(IssuedEnergy(at_ms, at_ms if target_ms == NO_FORECAST_MS else target_ms, value))
        return sorted(found)

    def states(self, customer_id: str, customer_building_id: str) -> list[ForecastState]:
        """Consumption, then generation, as they stand."""
        now_ms = self._clock.now_ms()
        with self._store.read() as session:
            building = get_building(session, customer_id, customer_building_id)
            customer = session.customers.find(customer_id)
            assert customer is not None, "a building has a customer"
            models = session.forecasts.list_models(customer_id, [building.id])
            states = []
            for kind in KINDS:
                newest = session.forecasts.find_newest(customer_id, building.id, kind)
                scores = session.forecasts.list_scores(customer_id, building.id, kind, utc_day(now_ms) - ACCURACY_DAYS)
                states.append(
                    ForecastState(
                        kind=kind,
                        forecast=newest,
                        is_stale=newest is not None and now_ms - newest.issued_at_ms >= STALE_MS,
                        model=models.get((building.id, kind)),
                        accuracy=summed(scores),
                        absent=None if newest is not None else self._why_absent(session, customer.plan, building, kind),
                    )
                )
        return states

    def _why_absent(self, session: Session, plan: Plan, building: Building, kind: ForecastKind) -> Absent:
        if kind == "CONSUMPTION" and plan == "BASIC":
            return "PLAN"
        if kind == "GENERATION" and self._site_of(building) is None:
            return "NO_PLACE"
        every = session.series.list_of(building.customer_id, [building.id])
        has_events = any(counted_series(building.time_zone_id, every).with_stand_in(_COUNTED[kind]))
        return "NOT_YET" if has_events or (kind == "GENERATION" and building.kwp) else "NO_EVENTS"
