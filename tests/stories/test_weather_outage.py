"""A weather server that is down for three days: rules go on with the last forecast, then have no value, and `why` says so."""

import asyncio
from array import array
from collections.abc import Iterator

import pytest
from msgspec.structs import replace
from tests.conformance.rules_corpus import CATALOGUE
from tests.conformance.rules_ways import NoWake
from tests.contracts.store_contents import add_customer, building, customer
from tests.receivers import Reply
from tests.unit.runtime.one_home import case_of
from tests.weather_servers import OpenMeteoServer

from hearth.connectors.open_meteo import OpenMeteo
from hearth.core.instants import DAY_MS, HOUR_MS, MINUTE_MS
from hearth.domain.events import EventColumns, LogKind
from hearth.runtime import live as live_module
from hearth.runtime.live import LiveDriver
from hearth.services.simulations import Simulations
from hearth.services.weather import Weather
from hearth.store import SqlStore
from hearth.testing.clocks import MovableClock

NOON_MS = 1_774_008_000_000  # 2026-03-20T12:00Z
A = customer("a")
RULE = """
rule:
  name: Heating on a cold day
  datasets:
    P: {kind: SINGLE_VALUE, eventTypes: [POWER_CONSUMPTION]}
    T: {kind: SINGLE_VALUE, eventTypes: [EXPECTED_OUTSIDE_TEMPERATURE], timespan: 2h}
  condition: $P > 1000 AND $T < 12
  message: $T
"""


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(NOON_MS)


@pytest.fixture
def server(clock: MovableClock) -> Iterator[OpenMeteoServer]:
    with OpenMeteoServer(clock) as server:
        server.temperature_c = 7.0
        yield server


async def test_the_last_forecast_serves_until_it_ends_and_why_says_what_is_missing(
    store: SqlStore, clock: MovableClock, server: OpenMeteoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_module, "_HOUSEKEEPING_SECONDS", 3600.0)
    add_customer(store, "a")
    [rule] = [replace(each, customer_id=A) for each in case_of(RULE).rules]
    with store.write() as session:
        session.buildings.add(building("a", "one", city="Bern", country_code="CH"))
        session.rules.add_version(rule)
        power = session.series.find_or_add(A, "a-one", "POWER_CONSUMPTION", "meter", "GATEWAY", None)
    weather = Weather(store, OpenMeteo(server.address, "", clock), clock)
    driver = LiveDriver(store, CATALOGUE, clock, NoWake())
    await driver.start()

    async def heats() -> str | None:
        """An hour in which the heating runs: what the household is told."""
        before = told()
        columns = EventColumns(
            series_ids=array("i", [power.id]), times_ms=array("q", [clock.now_ms()]), values=array("d", [2_000.0])
        )
        await driver.submit(A, LogKind.LIVE, columns, clock.now_ms())
        await driver.settle()
        new = told()[len(before) :]
        return new[-1] if new else None

    def told() -> list[str]:
        with store.read() as session:
            found = session.notifications.list_page(A, None, ("DELIVERED",), None, 1_000)
        return [each.content.texts["en"].message for each in reversed(found) if each.content is not None]

    async def live(hours: int) -> None:
        for _ in range(hours):
            clock.move_to(clock.now_ms() + HOUR_MS)
            await asyncio.to_thread(weather.look)  # in a thread, as it is in its process
            await driver.enter_issued()
            await driver.settle()

    try:
        await live(1)
        assert await heats() == "7"
        server.instead = lambda: Reply(503, b"")
        await live(48)  # its last word reaches further
        clock.move_to(clock.now_ms() + MINUTE_MS)
        assert await heats() == "7"
        await live(24)
        clock.move_to(clock.now_ms() + MINUTE_MS)
        assert await heats() is None
        why = Simulations(store, CATALOGUE).why(A, rule, "one", clock.now_ms())
        assert why.evaluation is not None
        assert why.evaluation.outcome == "not sent"
        assert "no value" in why.evaluation.ended
        assert "$T" in why.evaluation.ended

        server.instead = None
        await live(2)  # failures make the next attempt wait an hour at most
        clock.move_to(clock.now_ms() + MINUTE_MS)
        assert await heats() == "7"
        assert clock.now_ms() - NOON_MS > 3 * DAY_MS
    finally:
        await driver.stop()
