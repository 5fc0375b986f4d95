"""Housekeeping: what a process does again and again. The log is compacted into series chunks, changes that all have
heard of are forgotten, figures of the store are read.

Runs beside deliveries in the second process, so that acknowledging events waits for none of it longer than
for one short step. Only what the engine has evaluated is moved: what a crash must replay stays in the log.
"""

import asyncio
from collections.abc import Callable, Sequence
from time import sleep
from typing import NamedTuple

import structlog

from hearth.core.clock import Clock
from hearth.core.instants import HOUR_MS, SECOND_MS
from hearth.ports import Store
from hearth.runtime.deliveries import LEASE_MS
from hearth.runtime.metrics import DeliverMetrics, TaskMetrics

log = structlog.get_logger()

# The cost is per chunk touched, not per event (decision 0003): many at a time are cheaper by far.
_EVENTS_AT_A_TIME = 120_000
# A chunk is written anew whenever events are moved into it, so the log is left alone until it holds many of
# each series: then one write serves them all. What waits is read from the log meanwhile.
_LEAST_EVENTS = 100_000
_LEAST_EVENTS_A_SERIES = 24
# Processes look for changes every few seconds. One that has not for so long does not work at all.
_CHANGES_KEPT_MS = 6 * HOUR_MS
_CHANGES_AT_A_TIME = 10_000
# Between two steps, each of a millisecond or two: whoever waits has had its turn long before the next.
_PAUSE_SECONDS = 0.01
_LOOK_EVERY_SECONDS = 5.0


class Task(NamedTuple):
    """What a process does again and again: `work`, in a thread, then a rest of so long."""

    name: str
    work: Callable[[], object]
    pause_seconds: float


class Compaction:
    """Moves evaluated events from the log into chunks."""

    def __init__(self, store: Store, pause: Callable[[float], object] = sleep, least_events: int = _LEAST_EVENTS) -> None:
        self._store = store
        self._pause = pause
        self._least_events = least_events

    def task(self) -> Task:
        """To be done again and again."""
        return Task("compaction", self.compact, _LOOK_EVERY_SECONDS)

    def compact(self) -> int:
        """One look: when enough has gathered, moves it all, step by step. Returns the number of events moved."""
        with self._store.read() as session:
            applied = session.engine.applied_sequence_for_operator()
            waiting = session.events.count_log_for_operator(applied)
            enough = max(self._least_events, _LEAST_EVENTS_A_SERIES * session.series.count_for_operator())
        if waiting < enough:
            return 0
        moved = 0
        while (moved_now := self._move(applied)) > 0:
            moved += moved_now
        log.info("compacted the log", events=moved)
        return moved

    def _move(self, applied_sequence: int) -> int:
        """What was prepared in one snapshot; the rest of it is left where another process compacts as well."""
        with self._store.read() as session:
            steps = session.events.prepare_compaction_for_operator(applied_sequence, _EVENTS_AT_A_TIME)
        moved = 0
        for step in steps:
            with self._store.write(durable=False) as session:  # a lost step is done again
                if not session.events.compact_for_operator(step):
                    break
            moved += step.moved
            self._pause(_PAUSE_SECONDS)
        return moved


class OldChanges:
    """Forgets the changes that every running process has long heard of; one that starts reads all anew instead."""

    def __init__(self, store: Store, clock: Clock, most: int = _CHANGES_AT_A_TIME) -> None:
        self._store = store
        self._clock = clock
        self._most = most
        self._noted: tuple[int, int] | None = None  # when, and which change was the newest then

    def forget(self) -> None:
        """One look: hours after a change was the newest, those before it go."""
        now_ms = self._clock.now_ms()
        if self._noted is not None and now_ms < self._noted[0] + _CHANGES_KEPT_MS:
            return
        with self._store.read() as session:
            newest = session.changes.last_number_for_operator()
        before, self._noted = self._noted, (now_ms, newest)
        while before is not None:
            with self._store.write(durable=False) as session:  # what comes back is forgotten again
                if session.changes.delete_before_for_operator(before[1], self._most) < self._most:
                    return


class StoreFigures:
    """Reads from the store what an operator wants to know of it, for all processes."""

    def __init__(self, store: Store, clock: Clock, metrics: DeliverMetrics) -> None:
        self._store = store
        self._clock = clock
        self._metrics = metrics

    def look(self) -> None:
        """One look. What it cannot read stays as it was; the task's own figures say how old that is."""
        metrics, now_ms = self._metrics, self._clock.now_ms()
        with self._store.read() as session:
            due = session.outbox.due_for_operator(now_ms, now_ms + LEASE_MS)
            metrics.outbox_open.set(due.open)
            metrics.outbox_due.set(due.due)
            metrics.outbox_oldest_due_seconds.set(0 if due.oldest_due_ms is None else (now_ms - due.oldest_due_ms) / SECOND_MS)
            metrics.endpoints_disabled.set(session.endpoints.count_disabled_for_operator())
            applied = session.engine.applied_sequence_for_operator()
            metrics.compaction_waiting.set(session.events.count_log_for_operator(applied))
            metrics.issued_line.set(session.issued.count_for_operator())
        metrics.database_bytes.set(self._store.size_bytes())


class Tasks:
    """Does them all until cancelled. A failure is logged, counted and tried again, and keeps no other task from its work."""

    def __init__(self, tasks: Sequence[Task], clock: Clock, metrics: TaskMetrics | None = None) -> None:
        self._tasks = tasks
        self._clock = clock
        self._metrics = metrics or TaskMetrics()
        self._metrics.expect(task.name for task in tasks)

    async def run(self) -> None:
        """Until cancelled."""
        await asyncio.gather(*map(self._again_and_again, self._tasks))

    async def _again_and_again(self, task: Task) -> None:
        while True:
            try:
                with self._metrics.seconds.labels(task.name).time():
                    await asyncio.to_thread(task.work)
            except Exception:
                self._metrics.failures.labels(task.name).inc()
                log.exception("a task failed; trying again", task=task.name)
            else:
                self._metrics.success.labels(task.name).set(self._clock.now_ms() / SECOND_MS)
            await asyncio.sleep(task.pause_seconds)
