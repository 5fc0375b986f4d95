"""Housekeeping of the store: the log is compacted into series chunks, in small transactions.

Runs beside deliveries in the second process, so that acknowledging events never waits for it longer than
one small transaction. Only what the engine has evaluated is moved: what a crash must replay stays in the log.
"""

import asyncio
from collections.abc import Callable
from time import sleep

import structlog

from hearth.core.clock import Clock
from hearth.core.instants import SECOND_MS
from hearth.ports import Store

log = structlog.get_logger()

# The cost is per chunk touched, not per event (decision 0003): large transactions are cheaper by far.
_EVENTS_A_TRANSACTION = 60_000
# A chunk is written anew whenever events are moved into it, so the log is left alone until it holds many of
# each series: then one write serves them all. What waits is read from the log meanwhile.
_LEAST_EVENTS = 100_000
_LEAST_EVENTS_A_SERIES = 24


class Compaction:
    """Moves evaluated events from the log into chunks."""

    def __init__(
        self, store: Store, clock: Clock, pause: Callable[[float], object] = sleep, least_events: int = _LEAST_EVENTS
    ) -> None:
        self._store = store
        self._clock = clock
        self._pause = pause
        self._least_events = least_events

    def compact(self) -> int:
        """One look: when enough has gathered, moves it all, transaction by transaction. Returns the number moved."""
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
        """One transaction; then as long a pause, so that acknowledging events waits for one at most."""
        started_ms = self._clock.now_ms()
        with self._store.write() as session:
            moved = session.events.compact_for_operator(applied_sequence, _EVENTS_A_TRANSACTION)
        self._pause((self._clock.now_ms() - started_ms) / SECOND_MS)
        return moved

    async def run(self, pause_seconds: float = 5.0) -> None:
        """Looks again and again until cancelled; a failure is logged and tried again."""
        while True:
            try:
                await asyncio.to_thread(self.compact)
            except Exception:
                log.exception("compaction failed; trying again")
            await asyncio.sleep(pause_seconds)
