"""Housekeeping moves what is evaluated, once enough of it has gathered, and lets writers through in between."""

import asyncio
from pathlib import Path

from prometheus_client import CollectorRegistry
from tests.contracts.store_contents import ALWAYS, NOW_MS, add_customer, add_series, customer, entry

from hearth.runtime.housekeeping import Compaction, OldChanges, Task, Tasks
from hearth.runtime.metrics import TaskMetrics
from hearth.testing.clocks import MovableClock

A = customer("a")


def _fill(store, events: int, applied: int) -> int:
    add_customer(store, "a", "one")
    series_id = add_series(store, "a", "one")
    with store.write() as session:
        session.events.append([entry("a", sequence, [(series_id, NOW_MS + sequence, 1.0)]) for sequence in range(1, events + 1)])
        session.engine.set_applied_sequence_for_operator(applied)
    return series_id


def test_only_what_is_evaluated_is_moved(store) -> None:
    series_id = _fill(store, events=50, applied=30)
    assert Compaction(store, least_events=30, pause=lambda _: None).compact() == 30
    with store.read() as session:
        assert session.events.list_entries_for_operator(0, 1)[0].sequence == 31
        assert len(session.events.read(A, [series_id], *ALWAYS)[series_id].times_ms) == 50


def test_nothing_is_moved_before_enough_has_gathered(store) -> None:
    _fill(store, events=50, applied=50)
    assert Compaction(store, least_events=51, pause=lambda _: None).compact() == 0
    assert Compaction(store, least_events=50, pause=lambda _: None).compact() == 50


def test_series_must_be_worth_their_writing(store) -> None:
    """Twenty-four events a series: fewer are left in the log, though their sum is large enough."""
    _fill(store, events=47, applied=47)
    add_series(store, "a", "one", "another")
    assert Compaction(store, least_events=10, pause=lambda _: None).compact() == 0
    with store.write() as session:
        session.events.append([entry("a", 48, [(1, NOW_MS, 1.0)])])
        session.engine.set_applied_sequence_for_operator(48)
    assert Compaction(store, least_events=10, pause=lambda _: None).compact() == 48


def test_between_two_steps_another_writer_has_its_turn(store) -> None:
    series_id = _fill(store, events=3_000, applied=3_000)
    written = []

    def write_as_well(_seconds: float) -> None:
        sequence = 3_001 + len(written)
        with store.write() as session:
            session.events.append([entry("a", sequence, [(series_id, NOW_MS + sequence, 1.0)])])
        written.append(sequence)

    assert Compaction(store, pause=write_as_well, least_events=3_000).compact() == 3_000
    assert len(written) > 2
    with store.read() as session:
        assert len(session.events.read(A, [series_id], *ALWAYS)[series_id].times_ms) == 3_000 + len(written)


def test_an_overtaken_compaction_stops_and_the_next_look_goes_on(store) -> None:
    series_id = _fill(store, events=3_000, applied=3_000)
    overtaking = Compaction(store, pause=lambda _: None, least_events=1_000)
    moved_by_other = []

    def be_overtaken(_seconds: float) -> None:
        if not moved_by_other:
            moved_by_other.append(overtaking.compact())

    moved = Compaction(store, pause=be_overtaken, least_events=1_000).compact()
    assert moved_by_other == [3_000 - moved]
    with store.read() as session:
        assert session.events.list_entries_for_operator(0, 1) == []
        assert len(session.events.read(A, [series_id], *ALWAYS)[series_id].times_ms) == 3_000


def test_the_logs_of_a_busy_sqlite_are_kept_short(sqlite_store, sqlite_url) -> None:
    pages = Path(sqlite_url.removeprefix("sqlite:///") + "-wal")
    _fill(sqlite_store, events=1, applied=1)

    async def write_beside() -> None:
        keeping = asyncio.create_task(Tasks([Task("checkpoint", sqlite_store.checkpoint, 0.001)], MovableClock()).run())
        for sequence in range(2, 3_002):
            await asyncio.to_thread(_append, sequence)
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)

    def _append(sequence: int) -> None:
        with sqlite_store.write() as session:
            session.events.append([entry("a", sequence, [(1, NOW_MS + sequence, 1.0)])])

    asyncio.run(write_beside())
    assert pages.stat().st_size < 3_000 * 4_096


def test_changes_that_all_have_heard_of_are_forgotten_but_the_newest(store) -> None:
    add_customer(store, "a")
    clock = MovableClock(NOW_MS)
    old = OldChanges(store, clock, most=2)

    def change(times: int) -> None:
        for _ in range(times):
            with store.write() as session:
                session.changes.add(A, "rules")

    def kept() -> list[int]:
        with store.read() as session:
            return [each.number for each in session.changes.list_since_for_operator(0)]

    change(5)
    first = kept()
    old.forget()
    change(3)
    clock.advance(seconds=6 * 3_600 - 1)
    old.forget()
    assert kept()[: len(first)] == first
    clock.advance(seconds=1)
    old.forget()
    assert len(kept()) == 4  # the newest of then, and what came since
    clock.advance(seconds=6 * 3_600)
    old.forget()
    assert len(kept()) == 1
    newest = kept()
    clock.advance(seconds=6 * 3_600)
    old.forget()
    assert kept() == newest
    change(1)
    assert kept()[0] == newest[0] < kept()[1]


async def test_a_task_that_fails_is_counted_and_tried_again_and_keeps_no_other_from_its_work() -> None:
    registry = CollectorRegistry()
    clock = MovableClock(NOW_MS)
    outcomes = iter([OSError("the disk is full"), None])
    is_over, other_worked = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def fail_once() -> None:
        """The third run says that the second is over, and noted."""
        failure = next(outcomes, "over")
        if isinstance(failure, OSError):
            raise failure
        if failure == "over":
            loop.call_soon_threadsafe(is_over.set)

    tasks = [
        Task("failing", fail_once, pause_seconds=0.001),
        Task("other", lambda: loop.call_soon_threadsafe(other_worked.set), pause_seconds=60),
    ]
    running = asyncio.create_task(Tasks(tasks, clock, TaskMetrics(registry)).run())
    await asyncio.wait_for(asyncio.gather(is_over.wait(), other_worked.wait()), 60)
    value = registry.get_sample_value
    assert value("hearth_task_failures_total", {"task": "failing"}) == 1
    assert value("hearth_task_failures_total", {"task": "other"}) == 0
    assert value("hearth_task_success_timestamp_seconds", {"task": "failing"}) == NOW_MS / 1_000
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
