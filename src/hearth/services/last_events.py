"""Last events: a context service that follows the log and notes when each building was heard last.

What the platform itself issues is no word of a home. An event of the future counts as of when it arrived. Invariant: how far the
log was read is marked behind what was noted; what is noted twice says the same.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

import numpy as np

from hearth.core.clock import Clock
from hearth.domain.catalogue import PLATFORM
from hearth.domain.events import EVENT_KINDS, PLATFORM_DEVICE, LogEntry, Series
from hearth.ports import Session, Store
from hearth.services.buildings import MOST_PER_PAGE

_NAME = "last events"
_ENTRIES_AT_ONCE = 500
_NOTED_AT_ONCE = 500


class LastEvents:
    """The service. `look` is called again and again, from one thread at a time."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._building_of: dict[int, str | None] = {}  # None: of a series that does not count

    def look(self) -> int:
        """Reads what the log has more than at the last look; in how many buildings something was heard."""
        heard: dict[str, dict[str, int]] = defaultdict(dict)
        with self._store.read() as session:
            read_until = session.issued.read_until_for_operator(_NAME)
        until = read_until
        while (last := self._read_on(until, heard)) is not None:
            until = last
        for customer_id, last_events in heard.items():
            buildings = sorted(last_events)
            for at in range(0, len(buildings), _NOTED_AT_ONCE):
                some = {each: last_events[each] for each in buildings[at : at + _NOTED_AT_ONCE]}
                with self._store.write(durable=False) as session:  # lost with the power, it is read again
                    session.listed_buildings.note_last_events(customer_id, some)
        if until > read_until:
            with self._store.write(durable=False) as session:
                session.issued.set_read_until_for_operator(_NAME, until)
        return sum(map(len, heard.values()))

    def _read_on(self, until: int, heard: dict[str, dict[str, int]]) -> int | None:
        """Adds what some rows of the log tell -> the sequence of the last one; None where there are no more."""
        with self._store.read() as session:
            entries = session.events.list_entries_for_operator(until + 1, _ENTRIES_AT_ONCE)
            last = entries[-1].sequence + entries[-1].size - 1 if entries else session.events.last_sequence_for_operator()
            if last <= until:
                return None
            if not entries or entries[0].sequence > until + 1:  # compacted before they were seen
                for customer in session.customers.list_for_operator():
                    self._look_back(session, customer.id, heard[customer.id])
            for entry in entries:
                if entry.kind in EVENT_KINDS:
                    self._hear(session, entry, heard[entry.customer_id])
        return last

    def _hear(self, session: Session, entry: LogEntry, heard: dict[str, int]) -> None:
        series_ids = np.asarray(entry.columns.series_ids, np.int64)
        times_ms = np.minimum(np.asarray(entry.columns.times_ms, np.int64), entry.received_at_ms)
        distinct, at = np.unique(series_ids, return_inverse=True)
        newest = np.full(len(distinct), np.iinfo(np.int64).min)
        np.maximum.at(newest, at, times_ms)
        last_events = dict(zip(distinct.tolist(), newest.tolist(), strict=True))
        unknown = [each for each in last_events if each not in self._building_of]
        if unknown:
            self._learn(session.series.list_by_id(entry.customer_id, unknown))
        self._add(last_events, heard)

    def _look_back(self, session: Session, customer_id: str, heard: dict[str, int]) -> None:
        """What is stored of all of the customer's buildings."""
        now_ms, after = self._clock.now_ms(), None
        while page := session.buildings.list_page(customer_id, after, MOST_PER_PAGE):
            after = page[-1].customer_building_id
            every = session.series.list_of(customer_id, [each.id for each in page])
            self._learn(every)
            counted = [each.id for each in every if self._building_of[each.id] is not None]
            found = session.events.latest(customer_id, counted, now_ms)
            self._add({series_id: at_ms for series_id, (at_ms, _) in found.items()}, heard)

    def _learn(self, series: Iterable[Series]) -> None:
        for each in series:
            is_own = each.source != PLATFORM and each.device_id != PLATFORM_DEVICE
            self._building_of[each.id] = each.building_id if is_own else None

    def _add(self, last_events: Mapping[int, int], heard: dict[str, int]) -> None:
        for series_id, at_ms in last_events.items():
            building_id = self._building_of.get(series_id)
            if building_id is not None:
                heard[building_id] = max(at_ms, heard.get(building_id, at_ms))
