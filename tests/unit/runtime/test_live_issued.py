"""What context services issue becomes live events of the log: each once, whatever fails between."""

import asyncio

import pytest
from tests.conformance.rules_corpus import CUSTOMER_ID
from tests.unit.runtime.one_home import Home, UnreliableStore, is_writer_thread
from tests.unit.runtime.test_live_ticks import at

from hearth.core.problems import Problem
from hearth.domain.events import PLATFORM_DEVICE, IssuedEvent
from hearth.runtime import live as live_module
from hearth.store import SqlStore

EXPECTED = """
rule:
  name: Sun to come
  datasets: {G: {kind: SINGLE_VALUE, eventTypes: [POWER_GENERATION_FORECAST_1H]}}
  condition: $G > 500
  message: $G
"""


@pytest.fixture(autouse=True)
def _brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_module, "_HOUSEKEEPING_SECONDS", 3600.0)
    monkeypatch.setattr(live_module, "_RETRY_SECONDS", 0.01)


def expected(time: str, power_w: float) -> IssuedEvent:
    """A forecast that was issued at a time of the corpus's day."""
    return IssuedEvent(
        event_type="POWER_GENERATION_FORECAST_1H", occurred_at_ms=at(time), value=power_w, forecast_at_ms=at(time) + 3_600_000
    )


def issue(home: Home, *events: IssuedEvent) -> None:
    """As a context service does, for the home."""
    with home.store.write() as session:
        session.issued.add(CUSTOMER_ID, home.case.building.id, events)


def in_line(home: Home) -> int:
    with home.store.read() as session:
        return len(session.issued.list_for_operator(100))


async def test_a_rule_hears_of_a_forecast_as_of_any_event(store: SqlStore) -> None:
    home = Home(store, EXPECTED)
    async with home.running() as driver:
        issue(home, expected("10:00", 400))
        issue(home, expected("11:00", 900))
        await asyncio.gather(driver.enter_issued(), driver.enter_issued())
        await driver.settle()
    assert home.told() == ["11:00 sent 900"]
    assert in_line(home) == 0
    with home.store.read() as session:
        (series,) = session.series.list_of(CUSTOMER_ID, [home.case.building.id])
        points = session.events.read(CUSTOMER_ID, [series.id], 0, 2**60)[series.id]
    assert (series.device_id, series.source) == (PLATFORM_DEVICE, "PLATFORM")
    assert list(points.values) == [400, 900]
    assert points.forecast_ms is not None
    assert list(points.forecast_ms) == [at("11:00"), at("12:00")]


async def test_what_could_not_be_stored_stays_in_line(sqlite_store: SqlStore) -> None:
    unreliable = UnreliableStore(sqlite_store)
    home = Home(unreliable, EXPECTED)
    async with home.running() as driver:
        issue(home, expected("11:00", 900))
        unreliable.fails = lambda session: is_writer_thread()
        with pytest.raises(Problem):
            await driver.enter_issued()
        assert in_line(home) == 1
        unreliable.fails = lambda session: False
        await driver.settle()  # until it has recovered
        await driver.enter_issued()
        await driver.settle()
    assert home.told() == ["11:00 sent 900"]
    assert in_line(home) == 0


async def test_what_was_issued_for_a_building_that_is_erased_meanwhile_is_left_out(sqlite_store: SqlStore) -> None:
    home = Home(sqlite_store, EXPECTED)
    async with home.running() as driver:
        issue(home, expected("11:00", 900))
        with sqlite_store.read() as session:
            batches = session.issued.list_for_operator(10)
        with sqlite_store.write() as session:
            session.buildings.erase(CUSTOMER_ID, home.case.building.id)
        assert len(driver._columns_of_issued(CUSTOMER_ID, batches)) == 0
        await driver.enter_issued()
        await driver.settle()
    assert in_line(home) == 0
