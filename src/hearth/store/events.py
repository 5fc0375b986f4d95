"""Events: the log's tail and the chunks as one, and the events received per minute.

Joins what `log` and `chunks` read in the caller's snapshot; how each keeps its part is their business, and
how events come from one to the other that of `compaction`.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from sqlalchemy import delete, func, select

from hearth.core.instants import DAY_MS
from hearth.domain.events import LogEntry
from hearth.ports import CompactionStep, Points, RecentEvent
from hearth.store import chunks, compaction, log
from hearth.store.connections import among, insert, tested
from hearth.store.marks import last_sequence
from hearth.store.packing import Stretch
from hearth.store.stretches import between, joined, points_of, settled, split_by
from hearth.store.tables import event_log, event_minutes, series_chunks
from hearth.store.transactions import Transaction

_NOTHING = Stretch(np.empty(0, np.int64), np.empty(0, np.float64), None)
_BEFORE_ALL_TIME = -(2**63)
_AFTER_ALL_TIME = 2**63 - 1


class SqlEventRepository:
    """Implements `ports.EventRepository`."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    def append(self, entries: Sequence[LogEntry]) -> None:
        """Adds entries to the log, in one statement."""
        log.append(self._connection, entries)

    def last_sequence_for_operator(self) -> int:
        """The highest sequence ever given (also when its log row is compacted away); 0 at first."""
        return last_sequence(self._connection)

    def list_entries_for_operator(self, from_sequence: int, limit: int) -> list[LogEntry]:
        """Entries whose sequence is at least `from_sequence`, in order."""
        return log.list_entries(self._connection, from_sequence, limit)

    def list_recent(
        self, customer_id: str, series_ids: Sequence[int] | None, after_sequence: int, most: int
    ) -> list[RecentEvent]:
        """Of the entries behind `after_sequence` the newest events of these series (None = any), at most so many."""
        return log.list_recent(self._connection, customer_id, series_ids, after_sequence, most)

    def read(
        self,
        customer_id: str,
        series_ids: Sequence[int],
        from_ms: int,
        to_ms: int,
        before_sequence: int | None = None,
    ) -> dict[int, Points]:
        """Points with from_ms < time <= to_ms for each of the series (empty where there are none)."""
        if not series_ids:
            return {}
        stored = chunks.read_chunks(self._connection, customer_id, series_ids, from_ms, to_ms)
        tail = log.read_tail(self._connection, customer_id, series_ids, from_ms, to_ms, before_sequence)
        recent = {} if tail is None else split_by(tail.series_ids.astype(np.int64), tail)
        found = {}
        for series_id in series_ids:
            stretch = _NOTHING
            if series_id in stored:
                stretch = between(joined(stored[series_id]), from_ms, to_ms)
            if series_id in recent:
                stretch = settled([stretch, recent[series_id]])
            found[series_id] = points_of(stretch)
        return found

    def count_points(self, customer_id: str, series_ids: Sequence[int]) -> dict[int, int]:
        """How many points each of the series has."""
        if not series_ids:
            return {}
        chunk = series_chunks.c
        query = select(chunk.series_id, func.sum(chunk.size)).where(
            among(self._connection, chunk.series_id, series_ids), tested(chunk.customer_id, customer_id)
        )
        counts = dict.fromkeys(series_ids, 0)
        for series_id, count in self._connection.execute(query.group_by(chunk.series_id)):
            counts[series_id] = int(count)
        tail = log.read_tail(self._connection, customer_id, series_ids, _BEFORE_ALL_TIME, _AFTER_ALL_TIME, None)
        if tail is None:
            return counts
        # A chunk may have an instant of the tail: sent again, or compacted while its row still stands.
        stored = chunks.read_days(self._connection, customer_id, series_ids, np.unique(tail.times_ms // DAY_MS).tolist())
        for series_id, sent in split_by(tail.series_ids.astype(np.int64), tail).items():
            times = np.unique(sent.times_ms)
            keys = ((series_id, day) for day in np.unique(times // DAY_MS).tolist())
            again = sum(int(np.isin(stored[key].times_ms, times).sum()) for key in keys if key in stored)
            counts[series_id] += len(times) - again
        return counts

    def list_days(self, customer_id: str, series_ids: Sequence[int]) -> list[int]:
        """The starts (ms) of the UTC days on which any of these series has an event, in order."""
        if not series_ids:
            return []
        chunk = series_chunks.c
        in_chunks = select(chunk.utc_day).where(
            among(self._connection, chunk.series_id, series_ids), tested(chunk.customer_id, customer_id)
        )
        days = set(self._connection.scalars(in_chunks.distinct()))
        tail = log.read_tail(self._connection, customer_id, series_ids, _BEFORE_ALL_TIME, _AFTER_ALL_TIME, None)
        if tail is not None:
            days.update(np.unique(tail.times_ms // DAY_MS).tolist())
        return [day * DAY_MS for day in sorted(days)]

    def latest(
        self, customer_id: str, series_ids: Sequence[int], at_or_before_ms: int, before_sequence: int | None = None
    ) -> dict[int, tuple[int, float]]:
        """The newest (time, value) per series not later than the instant; series without one are left out."""
        if not series_ids:
            return {}
        found = chunks.latest_in_chunks(self._connection, customer_id, series_ids, at_or_before_ms)
        # A tail event counts where it is not older than what the chunks have: no earlier row need be looked at.
        from_ms = min(found[each][0] for each in found) - 1 if len(found) == len(set(series_ids)) else _BEFORE_ALL_TIME
        tail = log.read_tail(self._connection, customer_id, series_ids, from_ms, at_or_before_ms, before_sequence)
        if tail is not None:
            for series_id, stretch in split_by(tail.series_ids.astype(np.int64), tail).items():
                at = len(stretch.times_ms) - 1 - int(np.argmax(stretch.times_ms[::-1]))
                time_ms = int(stretch.times_ms[at])
                if series_id not in found or time_ms >= found[series_id][0]:
                    found[series_id] = (time_ms, float(stretch.values[at]))
        return found

    def count_log_for_operator(self, up_to_sequence: int) -> int:
        """How many events of the log have sequences <= up_to_sequence and wait to be compacted."""
        query = select(func.sum(event_log.c.size)).where(event_log.c.sequence + event_log.c.size - 1 <= up_to_sequence)
        return int(self._connection.scalar(query) or 0)

    def prepare_compaction_for_operator(self, up_to_sequence: int, most_events: int) -> list[CompactionStep]:
        """What to write so that log rows with sequences <= up_to_sequence become chunks, oldest first.

        At least one row's events, however long it is; [] = nothing left to do. Only reads.
        """
        return compaction.prepare(self._connection, up_to_sequence, most_events)

    def compact_for_operator(self, step: CompactionStep) -> bool:
        """Writes one step, each in its own transaction and in their order; reads are the same before and after.

        False when another compaction came between: what is left of these steps is stale, prepare anew.
        """
        return compaction.apply(self._connection, step)

    def count_minutes(self, counts: Mapping[tuple[str, int], int]) -> None:
        """Adds to the number of events received per (customer, minute since the epoch)."""
        if not counts:
            return
        add = insert(self._connection, event_minutes)
        add = add.on_conflict_do_update(
            index_elements=["customer_id", "minute"], set_={"events": event_minutes.c.events + add.excluded.events}
        )
        rows = [{"customer_id": key[0], "minute": key[1], "events": count} for key, count in sorted(counts.items())]
        self._connection.execute(add, rows)

    def delete_minutes_for_operator(self, before_minute: int) -> None:
        """Forgets the counts of minutes before that one, of all customers."""
        self._connection.execute(delete(event_minutes).where(event_minutes.c.minute < before_minute))

    def list_minutes(self, customer_id: str, from_minute: int, to_minute: int) -> dict[int, int]:
        """Events received per minute, from <= minute < to; minutes without any are left out."""
        minutes = event_minutes.c
        query = select(minutes.minute, minutes.events).where(
            minutes.customer_id == customer_id, minutes.minute >= from_minute, minutes.minute < to_minute
        )
        return {minute: events for minute, events in self._connection.execute(query.order_by(minutes.minute))}  # noqa: C416
