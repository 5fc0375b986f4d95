"""What a customer sees of its context services: its own cells and forecasts, fresh or stale, and nothing of another's."""

import msgspec
from tests.contracts.store_contents import add_customer, building, customer
from tests.receivers import Reply
from tests.weather_servers import OpenMeteoServer

from hearth.connectors.open_meteo import OpenMeteo
from hearth.console.context_wire import context_view
from hearth.core.instants import DAY_MS, HOUR_MS
from hearth.domain.customers import Customer
from hearth.domain.forecasts import Forecast
from hearth.services.context_reports import ContextReports
from hearth.services.weather import Weather
from hearth.store import SqlStore
from hearth.testing.clocks import MovableClock

NOON_MS = 1_774_008_000_000  # 2026-03-20T12:00Z
A, B = (Customer(id=customer(letter), name=letter, created_at_ms=0) for letter in ("a", "b"))
BERN = {"city": "Bern", "country_code": "CH"}


def test_only_the_customers_own_cells_and_forecasts_are_told(store) -> None:
    clock = MovableClock(NOON_MS)
    with OpenMeteoServer(clock) as server:
        _tell(store, clock, server)


def _tell(store: SqlStore, clock: MovableClock, server: OpenMeteoServer) -> None:
    for letter in ("a", "b"):
        add_customer(store, letter)
    with store.write() as session:
        for each in (
            building("a", "one", **BERN),
            building("a", "two", **BERN),
            building("a", "nowhere", city="Nowhere at all"),
            building("a", "basel", city="Basel", country_code="CH"),
            building("b", "one", **BERN),
            building("b", "far", city="Hamburg", country_code="DE"),
        ):
            session.buildings.add(each)
        issued = Forecast(kind="GENERATION", issued_at_ms=NOON_MS, method="weather", hours=())
        session.forecasts.add(A.id, "a-one", msgspec.structs.replace(issued, issued_at_ms=NOON_MS - DAY_MS))
        session.forecasts.add(A.id, "a-one", issued)
        session.forecasts.add(A.id, "a-two", msgspec.structs.replace(issued, issued_at_ms=NOON_MS - 3 * HOUR_MS))
        session.forecasts.add(B.id, "b-one", msgspec.structs.replace(issued, kind="CONSUMPTION"))
    weather = Weather(store, OpenMeteo(server.address, "", clock), clock)
    reports = ContextReports(store, clock, weather)

    before = context_view(reports.report(A))
    assert {cell.condition for cell in before.weather.cells} == {"NONE"}

    weather.look()
    told = context_view(reports.report(A))
    assert [(cell.latitude, cell.longitude, cell.buildings) for cell in told.weather.cells] == [(46.9, 7.4, 2), (47.6, 7.6, 1)]
    assert {cell.condition for cell in told.weather.cells} == {"FRESH"}
    assert (told.weather.provider, told.weather.is_offline, told.weather.buildings_without_place) == ("open-meteo", False, 1)
    assert (told.buildings, told.now_ms) == (4, NOON_MS)
    assert [(each.kind, each.fresh, each.stale, each.last_run_ms) for each in told.forecasts] == [
        ("CONSUMPTION", 0, 0, None),
        ("GENERATION", 1, 1, NOON_MS),
    ]
    assert [each.fresh for each in context_view(reports.report(B)).forecasts] == [1, 0]

    server.instead = lambda: Reply(429, b"{}", {"retry-after": "7200"})
    for hours, condition in ((4, "STALE"), (80, "OVER")):
        clock.advance(seconds=hours * 3600)
        weather.look()
        assert {cell.condition for cell in context_view(reports.report(A)).weather.cells} == {condition}
        assert context_view(reports.report(A)).weather.paused_until_ms == clock.now_ms() + 2 * HOUR_MS

    with store.write() as session:  # nobody renews the forecasts of a home that is switched off
        session.buildings.replace(building("a", "two", **BERN, deactivated_at_ms=clock.now_ms()))
    told = context_view(reports.report(A))
    assert (told.buildings, told.forecasts[1].fresh, told.forecasts[1].stale) == (3, 0, 1)
