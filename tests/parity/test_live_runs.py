"""The live driver comes to what the engine alone comes to, whatever the batches, the restarts and the database."""

import asyncio

import pytest
from msgspec.structs import replace
from tests.conformance.rules_corpus import CATALOGUE, CUSTOMER_ID, Case, EventInput
from tests.conformance.rules_ways import (
    RECEIVED_MS,
    NoWake,
    columns_of,
    compact,
    find_series,
    identified,
    in_memory,
    kind_of,
    live,
    set_up,
    stored,
)
from tests.parity.mixed_day import mixed_day

from hearth.domain.events import LogEntry
from hearth.domain.limits import HouseholdLimits, QuietHours
from hearth.runtime import live as live_module
from hearth.runtime.live import LiveDriver
from hearth.store import SqlStore
from hearth.testing.clocks import MovableClock


@pytest.fixture(autouse=True)
def _no_housekeeping(monkeypatch: pytest.MonkeyPatch) -> None:
    """Facts of delivery would take numbers in the log at odd moments, and identities follow these numbers."""
    monkeypatch.setattr(live_module, "_HOUSEKEEPING_SECONDS", 3600.0)


def assert_same(case: Case, store: SqlStore) -> None:
    alone, came = in_memory(case), stored(store, case)
    assert identified(came) == identified(alone)
    counters = {rule_id: counters for rule_id, counters in alone.counters.items() if rule_id in came.counters}
    assert came.counters == counters


def test_a_mixed_day_says_much() -> None:
    came = in_memory(mixed_day(1))
    reasons = {(each.rule_id[-1], each.case_label, each.drop_reason) for each in came.notifications}
    assert len(reasons) >= 7
    assert len(came.notifications) > 50


@pytest.mark.parametrize("most", [1, 7, None])
def test_batches_of_any_size_come_to_the_same(most: int | None, store: SqlStore) -> None:
    case = mixed_day(1)
    asyncio.run(live(case, store, most))
    assert_same(case, store)


@pytest.mark.parametrize("seed", [2, 3])
def test_slices_of_one_event_come_to_the_same(seed: int, sqlite_store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_module, "_SLICE_EVENTS", 1)
    case = mixed_day(seed)
    asyncio.run(live(case, sqlite_store, 5))
    assert_same(case, sqlite_store)


async def run_anew(case: Case, store: SqlStore, compacts: bool) -> None:
    """A new driver for every 40 events; some events are in the log before it starts, as after a crash."""
    set_up(store, case)
    driver: LiveDriver | None = None
    for number, batch in enumerate(case.batches(5)):
        assert isinstance(batch, list)
        if number % 8 == 0:
            if driver is not None:
                await driver.stop()
                if compacts:
                    compact(store)
            leave_in_log(store, batch)
            driver = LiveDriver(store, CATALOGUE, MovableClock(RECEIVED_MS), NoWake())
            await driver.start()
            continue
        assert driver is not None
        series_ids = [find_series(store, event).id for event in batch]
        await driver.submit(CUSTOMER_ID, kind_of(batch), columns_of(batch, series_ids), RECEIVED_MS)
    assert driver is not None
    await driver.stop()


def leave_in_log(store: SqlStore, batch: list[EventInput]) -> None:
    """Acknowledged, but not evaluated when the process ended."""
    columns = columns_of(batch, [find_series(store, event).id for event in batch])
    with store.write() as session:
        sequence = session.events.last_sequence_for_operator() + 1
        entry = LogEntry(
            sequence=sequence, customer_id=CUSTOMER_ID, kind=kind_of(batch), received_at_ms=RECEIVED_MS, columns=columns
        )
        session.events.append([entry])


def limited(case: Case) -> Case:
    """The case in a household with limits: some rules hold, one passes them."""
    more = [{"during_quiet_hours": "hold"}, {}, {"priority": "high"}, {"during_quiet_hours": "hold", "valid_for_seconds": 3600}]
    case.rules = [replace(rule, **given) for rule, given in zip(case.rules, more, strict=True)]
    limits = HouseholdLimits(quiet_hours=QuietHours(start="06:30", end="08:00"), most_per_day=40)
    case.building = replace(case.building, limits=limits)
    return case


@pytest.mark.parametrize("most", [1, 7, None])
def test_limits_come_to_the_same_in_batches_of_any_size(most: int | None, store: SqlStore) -> None:
    case = limited(mixed_day(5))
    asyncio.run(live(case, store, most))
    assert_same(case, store)
    came = stored(store, case).notifications
    assert {each.drop_reason for each in came} == {None, "time_between", "quiet_hours", "household_cap"}
    assert any(each.held_until_ms is not None for each in came)


def test_limits_come_to_the_same_in_a_run_that_is_started_anew(store: SqlStore) -> None:
    case = limited(mixed_day(6))
    asyncio.run(run_anew(case, store, compacts=False))
    assert_same(case, store)


@pytest.mark.parametrize("compacts", [False, True], ids=["log", "chunks"])
def test_a_run_that_is_started_anew_comes_to_the_same(compacts: bool, store: SqlStore) -> None:
    case = mixed_day(4)
    asyncio.run(run_anew(case, store, compacts))
    assert_same(case, store)
