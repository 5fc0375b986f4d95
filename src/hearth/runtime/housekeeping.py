"""Housekeeping of the store: the log is compacted into series chunks, in small transactions.

Runs beside deliveries in the second process, so that acknowledging events never waits for it longer than
one small transaction. Only what the engine has evaluated is moved: what a crash must replay stays in the log.
"""

import asyncio

import structlog

from hearth.ports import Store

log = structlog.get_logger()

_EVENTS_A_TRANSACTION = 5_000
# The log is left alone until it holds this many events: many events of a series then share one chunk write.
_LEAST_EVENTS = 20_000


class Compaction:
    """Moves evaluated events from the log into chunks."""

    def __init__(self, store: Store, least_events: int = _LEAST_EVENTS) -> None:
        self._store = store
        self._least_events = least_events

    def compact(self) -> int:
        """One look: when enough has gathered, moves it all, transaction by transaction. Returns the number moved."""
        with self._store.read() as session:
            applied = session.engine.applied_sequence_for_operator()
            waiting = session.events.count_log_for_operator(applied)
        moved = 0
        if waiting < self._least_events:
            return moved
        while True:
            with self._store.write() as session:
                now_moved = session.events.compact_for_operator(applied, _EVENTS_A_TRANSACTION)
            if now_moved == 0:
                break
            moved += now_moved
        log.info("compacted the log", events=moved)
        return moved

    async def run(self, pause_seconds: float = 5.0) -> None:
        """Looks again and again until cancelled; a failure is logged and tried again."""
        while True:
            try:
                await asyncio.to_thread(self.compact)
            except Exception:
                log.exception("compaction failed; trying again")
            await asyncio.sleep(pause_seconds)
