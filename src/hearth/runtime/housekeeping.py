"""Housekeeping of the store: the log is compacted into series chunks, and the database's own log kept short.

Runs beside deliveries in the second process, so that acknowledging events waits for none of it longer than
for one short step. Only what the engine has evaluated is moved: what a crash must replay stays in the log.
"""

import asyncio
from collections.abc import Callable
from time import sleep

import structlog

from hearth.ports import Store

log = structlog.get_logger()

# The cost is per chunk touched, not per event (decision 0003): many at a time are cheaper by far.
_EVENTS_AT_A_TIME = 120_000
# A chunk is written anew whenever events are moved into it, so the log is left alone until it holds many of
# each series: then one write serves them all. What waits is read from the log meanwhile.
_LEAST_EVENTS = 100_000
_LEAST_EVENTS_A_SERIES = 24
# Between two steps, each of a millisecond or two: whoever waits has had its turn long before the next.
_PAUSE_SECONDS = 0.01


class Compaction:
    """Moves evaluated events from the log into chunks."""

    def __init__(self, store: Store, pause: Callable[[float], object] = sleep, least_events: int = _LEAST_EVENTS) -> None:
        self._store = store
        self._pause = pause
        self._least_events = least_events

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

    async def run(self, pause_seconds: float = 5.0) -> None:
        """Looks again and again until cancelled; a failure is logged and tried again."""
        await again_and_again(self.compact, pause_seconds, "compaction failed; trying again")


async def keep_log_short(store: Store, pause_seconds: float = 0.5) -> None:
    """Keeps the database's own log short until cancelled, so that no commit has to; a failure is tried again."""
    await again_and_again(store.checkpoint, pause_seconds, "checkpoint failed; trying again")


async def again_and_again(work: Callable[[], object], pause_seconds: float, on_failure: str) -> None:
    """Does the work in a thread until cancelled; a failure is logged and tried again."""
    while True:
        try:
            await asyncio.to_thread(work)
        except Exception:
            log.exception(on_failure)
        await asyncio.sleep(pause_seconds)
