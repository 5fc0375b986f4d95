"""What fails is told to who waits for it, nothing that was decided is lost or done twice, and the driver goes on by itself."""

import asyncio
import time

import pytest
from tests.conformance.rules_corpus import BUILDING_ID, CUSTOMER_ID
from tests.unit.runtime.one_home import ALWAYS, Home, UnreliableStore, is_writer_thread

from hearth.core.problems import Problem
from hearth.ports import Session
from hearth.runtime import live as live_module
from hearth.store import SqlStore

STREAK = ALWAYS.replace("condition: $P >= 0", "condition: $P >= 0\n  streak: $P >= 0").replace(
    "message: $P", "message: StreakCounter"
)


@pytest.fixture(autouse=True)
def _brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_module, "_HOUSEKEEPING_SECONDS", 3600.0)
    monkeypatch.setattr(live_module, "_RETRY_SECONDS", 0.01)


async def test_a_group_that_cannot_be_stored_is_refused_and_the_driver_recovers(store: SqlStore) -> None:
    unreliable = UnreliableStore(store)
    home = Home(unreliable, STREAK)
    async with home.running() as driver:
        await home.send(driver, "10:00 POWER_CONSUMPTION 1")
        await driver.settle()
        unreliable.fails = lambda session: is_writer_thread()
        with pytest.raises(Problem) as refused:
            await home.send(driver, "10:01 POWER_CONSUMPTION 2")
        assert refused.value.code == "unavailable"
        assert refused.value.retry_after_seconds
        unreliable.fails = lambda session: False
        await driver.settle()  # until it has recovered
        await home.send(driver, "10:01 every 1min POWER_CONSUMPTION 2 3")
        await driver.settle()
    assert home.told() == ["10:00 sent 1", "10:01 sent 2", "10:02 sent 3"]


async def test_a_decision_never_overtakes_one_that_was_lost(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first decisions fail while later ones, of events acknowledged as well, wait behind them."""
    monkeypatch.setattr(live_module, "_SLICE_EVENTS", 1)
    unreliable = UnreliableStore(store)
    home = Home(unreliable, STREAK)
    failures = []
    async with home.running() as driver:

        def fails(session: Session) -> bool:
            is_decision = session.engine.applied_sequence_for_operator() > 0
            if not is_writer_thread() or not is_decision or failures:
                return False
            failures.append(1)
            while driver.backlog_events:  # until the rest is decided too
                time.sleep(0.001)
            return True

        unreliable.fails = fails
        await asyncio.gather(*(home.send(driver, f"10:0{number} POWER_CONSUMPTION 1") for number in range(6)))
        await driver.settle()
    assert failures == [1]
    assert home.told() == [f"10:0{number} sent {number + 1}" for number in range(6)]


async def test_what_another_process_changed_during_a_failure_is_seen(sqlite_store: SqlStore) -> None:
    unreliable = UnreliableStore(sqlite_store)
    home = Home(unreliable)
    told_changes: list[str] = []
    async with home.running() as driver:
        driver.on_building_change(told_changes.append)
        await home.send(driver, "10:00 POWER_CONSUMPTION 1")
        await driver.settle()
        with sqlite_store.write() as session:
            session.rules.delete(CUSTOMER_ID, home.case.rules[0].id)
            session.changes.add(CUSTOMER_ID, "rules")
            session.changes.add(CUSTOMER_ID, "buildings", BUILDING_ID)
        unreliable.fails = lambda session: is_writer_thread()
        with pytest.raises(Problem):
            await home.send(driver, "10:01 POWER_CONSUMPTION 2")
        unreliable.fails = lambda session: False
        await driver.settle()  # until it has recovered
        assert told_changes == [BUILDING_ID]
        await home.send(driver, "10:02 POWER_CONSUMPTION 3")
    assert home.told() == ["10:00 sent 1"]


async def test_an_evaluation_that_fails_once_is_done_again_from_what_is_stored(
    sqlite_store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The failure comes in the middle of an entry, after its first event was evaluated."""
    step = live_module.step
    failures = []

    def failing_step(buffers, entry, effects) -> None:  # type: ignore[no-untyped-def]
        step(buffers, entry, effects)
        if entry.sequence == 2 and not failures:
            failures.append(1)
            raise RuntimeError("a bug of ours")

    monkeypatch.setattr(live_module, "step", failing_step)
    home = Home(sqlite_store, STREAK)
    async with home.running() as driver:
        await home.send(driver, "10:00 POWER_CONSUMPTION 1")
        await home.send(driver, "10:01 every 1min POWER_CONSUMPTION 2 3")
        await driver.settle()
        await home.send(driver, "10:03 POWER_CONSUMPTION 4")
    assert failures == [1]
    assert home.told() == [f"10:0{number} sent {number + 1}" for number in range(4)]


async def test_stop_returns_when_the_evaluator_fails_and_the_next_start_takes_up(
    sqlite_store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_module, "_STOP_SECONDS", 0.2)
    home = Home(sqlite_store)
    with monkeypatch.context() as patched:

        def failing_step(*_: object) -> None:
            raise RuntimeError("a bug of ours")

        patched.setattr(live_module, "step", failing_step)
        driver = home.new_driver()
        await driver.start()
        await home.send(driver, "10:00 POWER_CONSUMPTION 1")
        async with asyncio.timeout(60):
            await driver.stop()
        with pytest.raises(Problem):
            await home.send(driver, "10:01 POWER_CONSUMPTION 2")
    assert home.told() == []
    async with home.running():
        pass
    assert home.told() == ["10:00 sent 1"]


async def test_recovering_while_stopping_finishes_and_takes_no_events(sqlite_store: SqlStore) -> None:
    unreliable = UnreliableStore(sqlite_store)
    home = Home(unreliable)
    failures = []

    def fails(session: Session) -> bool:
        if not is_writer_thread() or not session.engine.applied_sequence_for_operator() or failures:
            return False
        failures.append(1)
        return True

    driver = home.new_driver()
    await driver.start()
    unreliable.fails = fails
    await home.send(driver, "10:00 POWER_CONSUMPTION 1")
    await driver.stop()
    assert failures == [1]
    assert home.told() == ["10:00 sent 1"]
    assert not driver.is_accepting
    with pytest.raises(Problem):
        await home.send(driver, "10:01 POWER_CONSUMPTION 2")


async def test_more_than_the_backlog_allows_is_refused(sqlite_store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_module, "_MOST_BACKLOG_EVENTS", 1)
    home = Home(sqlite_store)
    async with home.running() as driver:
        # Both are taken before the loop gives the evaluator a turn; the third finds two waiting.
        sent = [asyncio.create_task(home.send(driver, f"10:0{number} POWER_CONSUMPTION 1")) for number in range(3)]
        answers = await asyncio.gather(*sent, return_exceptions=True)
        assert [getattr(answer, "code", None) for answer in answers] == [None, None, "unavailable"]
        await driver.settle()
        await home.send(driver, "10:02 POWER_CONSUMPTION 1")
    assert home.told() == ["10:00 sent 1", "10:01 sent 1", "10:02 sent 1"]


async def test_deliveries_are_counted_once_also_over_restarts(store: SqlStore) -> None:
    home = Home(store)
    for run in range(3):
        async with home.running() as driver:
            await home.send(driver, f"1{run}:00 every 1min POWER_CONSUMPTION 1 2")
            await driver.settle()
            await asyncio.gather(driver.count_deliveries(), driver.count_deliveries())
            await driver.count_deliveries()
        assert home.delivered_counts() == [2 * (run + 1)]


async def test_a_delivery_that_could_not_be_counted_is_counted_later(sqlite_store: SqlStore) -> None:
    unreliable = UnreliableStore(sqlite_store)
    home = Home(unreliable)
    async with home.running() as driver:
        await home.send(driver, "10:00 POWER_CONSUMPTION 1")
        await driver.settle()
        unreliable.fails = lambda session: is_writer_thread()
        with pytest.raises(Problem):
            await driver.count_deliveries()
        unreliable.fails = lambda session: False
        await driver.settle()  # until it has recovered
        await driver.count_deliveries()
        await driver.settle()
        assert home.delivered_counts() == [1]
