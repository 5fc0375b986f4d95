"""Readings: a context service that follows the log, sets aside what cannot be, and turns meters' readings into energies.

What cannot be is the catalogue's to say (`least`, `most`), and of meters `insights.meters`'. What is set aside stays stored.
The energies of a meter are issued as those of its own device, in quarters of an hour; a late or repeated reading is settled
by comparison: what the readings about it say now, and was not said so before, is said. Invariant: how far the log was read is
marked in the transaction that issues what follows from it; what is done twice after a crash says the same.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from hearth.core.clock import Clock
from hearth.core.instants import DAY_MS, HOUR_MS, MINUTE_MS
from hearth.domain.buildings import Building
from hearth.domain.catalogue import PLATFORM, Catalogue
from hearth.domain.events import EVENT_KINDS, PLATFORM_DEVICE, DoubtReason, IssuedEvent, LogEntry, LogKind, Series, SetAside
from hearth.insights.derived import SLOT_MS, slots
from hearth.insights.energy import Figures, Instants
from hearth.insights.meters import LONGEST_GAP_MS, run_of
from hearth.ports import Points, Session, Store
from hearth.services.issuing import LIVE_MS, differs, in_line, issue

_NAME = "readings"
_ENTRIES_AT_ONCE = 200
_KNOWN_MS = 10 * MINUTE_MS  # so long a building's limits are remembered
_LARGE_KWP = 100.0  # from here on the limits of W and Wh grow with the building
_SCALED_UNITS = ("W", "Wh")
_MISSED_MS = 3 * DAY_MS
# What lies before a new reading and tells whether it is to be believed.
_CONTEXT_MS = 2 * HOUR_MS
_LONG_CONTEXT_MS = 3 * DAY_MS
_LONGEST_CONTEXT_MS = 5 * LONGEST_GAP_MS  # over a longer gap nothing is told
_CONTEXT_READINGS = 4
_ALWAYS_MS = 2**60


class _Known(NamedTuple):
    """What of a series matters here: its limits, and of a meter what it becomes."""

    series: Series
    least: float
    most: float
    delta_type: str | None = None
    most_w: float = math.inf
    is_active: bool = True


class _Heard(NamedTuple):
    """That a meter was heard: the earliest instant, and whether any of it was live."""

    from_ms: int
    is_live: bool


class _Concluded(NamedTuple):
    """What follows from the readings of a meter."""

    events: list[IssuedEvent]
    taken_back: list[tuple[int, int]]
    set_aside: list[SetAside]


class Readings:
    """The service. `look` is called again and again, from one thread at a time."""

    def __init__(self, store: Store, catalogue: Catalogue, clock: Clock) -> None:
        self._store = store
        self._catalogue = catalogue
        self._clock = clock
        self._meter_types = sorted(name for name, each in catalogue.event_types.items() if each.delta_type is not None)
        self._known: dict[int, _Known | None] = {}
        self._known_since_ms = 0

    def look(self) -> int:
        """Reads what the log has more than at the last look; how many events were issued or set aside."""
        done = 0
        if self._clock.now_ms() > self._known_since_ms + _KNOWN_MS:
            self._known, self._known_since_ms = {}, self._clock.now_ms()
        while (more := self._read_on()) is not None:
            done += more
        return done

    def _read_on(self) -> int | None:
        """Some rows of the log; None where there are no more."""
        with self._store.read() as session:
            until = session.issued.read_until_for_operator(_NAME)
            entries = session.events.list_entries_for_operator(until + 1, _ENTRIES_AT_ONCE)
            last = entries[-1].sequence + entries[-1].size - 1 if entries else session.events.last_sequence_for_operator()
            if last <= until:
                return None
            # Rows may have been compacted before they were seen, while this service did not run.
            has_missed = not entries or entries[0].sequence > until + 1
            by_customer: dict[str, list[LogEntry]] = {}
            for entry in entries:
                if entry.kind in EVENT_KINDS:
                    by_customer.setdefault(entry.customer_id, []).append(entry)
            customers = sorted(by_customer)
            if has_missed:
                customers = [each.id for each in session.customers.list_for_operator()]
            concluded = {each: self._conclude(session, each, by_customer.get(each, ()), has_missed) for each in customers}
        for customer_id, (_, taken_back, set_aside) in concluded.items():
            if taken_back or set_aside:
                with self._store.write() as session:
                    session.set_aside.replace(customer_id, taken_back, set_aside)
        with self._store.write() as session:
            for customer_id, (events, _, _) in concluded.items():
                for building_id, of_building in events.items():
                    issue(session, customer_id, building_id, of_building)
            session.issued.set_read_until_for_operator(_NAME, last)
        return sum(len(aside) + sum(map(len, events.values())) for events, _, aside in concluded.values())

    def _conclude(
        self, session: Session, customer_id: str, entries: Sequence[LogEntry], has_missed: bool
    ) -> tuple[dict[str, list[IssuedEvent]], list[tuple[int, int]], list[SetAside]]:
        """(what to issue by building, what to take back, what to set aside)."""
        ids = sorted({series_id for entry in entries for series_id in set(entry.columns.series_ids)})
        self._learn(session, customer_id, ids)
        taken_back, set_aside = self._check(session, customer_id, ids, entries)
        heard = self._heard(entries)
        if has_missed:
            meters = session.series.list_of_types(customer_id, self._meter_types)
            self._learn(session, customer_id, [each.id for each in meters])
            since_ms = self._clock.now_ms() - _MISSED_MS
            for each in meters:
                if self._known.get(each.id) is not None:
                    before = heard.get(each.id)
                    heard[each.id] = _Heard(since_ms if before is None else min(since_ms, before.from_ms), is_live=True)
        events: dict[str, list[IssuedEvent]] = {}
        for known, found in self._run_meters(session, customer_id, heard):
            events.setdefault(known.series.building_id, []).extend(found.events)
            taken_back += found.taken_back
            set_aside += found.set_aside
        return {building_id: some for building_id, some in events.items() if some}, taken_back, set_aside

    def _learn(self, session: Session, customer_id: str, series_ids: Iterable[int]) -> None:
        new = [series_id for series_id in series_ids if series_id not in self._known]
        if not new:
            return
        found = session.series.list_by_id(customer_id, new)
        homes = {
            each.id: each for each in session.buildings.list_by_id(customer_id, sorted({each.building_id for each in found}))
        }
        self._known.update(dict.fromkeys(new))  # once both are read: what fails is read again
        for series in found:
            if series.building_id in homes and series.source != PLATFORM and series.device_id != PLATFORM_DEVICE:
                self._known[series.id] = self._known_of(series, homes[series.building_id])

    def _known_of(self, series: Series, building: Building) -> _Known | None:
        event_type = self._catalogue.find_event_type(series.event_type)
        if event_type is None:
            return None
        least, most = event_type.least, event_type.most
        scale = max(1.0, (building.kwp or 0.0) / _LARGE_KWP)
        factor = scale if event_type.unit in _SCALED_UNITS else 1.0
        known = _Known(series, -math.inf if least is None else least * factor, math.inf if most is None else most * factor)
        if event_type.delta_type is not None:
            # An energy of an interval counts as that of an hour, so its most is a mean power as well.
            delta = self._catalogue.find_event_type(event_type.delta_type)
            most_w = math.inf if delta is None or delta.most is None else delta.most * scale
            return known._replace(
                least=-math.inf, delta_type=event_type.delta_type, most_w=most_w, is_active=not building.is_deactivated()
            )
        return known if known.least > -math.inf or known.most < math.inf else None

    def _check(
        self, session: Session, customer_id: str, series_ids: Sequence[int], entries: Sequence[LogEntry]
    ) -> tuple[list[tuple[int, int]], list[SetAside]]:
        """What is beyond the limits, and what no longer is because another value was sent."""
        limited = [each for each in series_ids if (known := self._known[each]) is not None and known.delta_type is None]
        if not limited:
            return [], []
        limits = _limits(self._known, limited)
        doubtful: dict[tuple[int, int], SetAside | None] = {}
        first_ms, last_ms = (of(of(each.columns.times_ms) for each in entries if each.columns.times_ms) for of in (min, max))
        stored = session.set_aside.read(customer_id, limited, first_ms - 1, last_ms)
        for entry in entries:
            ids = np.minimum(np.asarray(entry.columns.series_ids, np.int64), limits.shape[1] - 1)
            values = np.asarray(entry.columns.values)
            beyond = (values < limits[0, ids]) | (values > limits[1, ids])
            if stored or doubtful:
                beyond |= np.isin(ids, [*stored, *(series_id for series_id, _ in doubtful)])
            for at in np.flatnonzero(beyond).tolist():
                event = (entry.columns.series_ids[at], entry.columns.times_ms[at])
                doubtful[event] = self._doubt(*event, entry.columns.values[at])
        set_aside = [each for each in doubtful.values() if each is not None]
        taken_back = [(one, at) for (one, at), each in doubtful.items() if each is None and at in stored.get(one, {})]
        return taken_back, set_aside

    def _doubt(self, series_id: int, at_ms: int, value: float) -> SetAside | None:
        known = self._known[series_id]
        if known is None or known.least <= value <= known.most:
            return None
        reason: DoubtReason = "TOO_LOW" if value < known.least else "TOO_HIGH"
        return SetAside(series_id=series_id, occurred_at_ms=at_ms, value=value, reason=reason)

    def _heard(self, entries: Sequence[LogEntry]) -> dict[int, _Heard]:
        """The meters that were heard."""
        heard: dict[int, _Heard] = {}
        for entry in entries:
            meters = {each for each in set(entry.columns.series_ids) if (known := self._known[each]) and known.delta_type}
            if not meters:
                continue
            is_live = entry.kind is LogKind.LIVE
            for series_id, at_ms in zip(entry.columns.series_ids, entry.columns.times_ms, strict=True):
                if series_id in meters:
                    before = heard.get(series_id)
                    heard[series_id] = (
                        _Heard(at_ms, is_live)
                        if before is None
                        else _Heard(min(at_ms, before.from_ms), is_live or before.is_live)
                    )
        return heard

    def _run_meters(self, session: Session, customer_id: str, heard: Mapping[int, _Heard]) -> Iterable[tuple[_Known, _Concluded]]:
        """What follows from the readings of the meters that were heard."""
        now_ms = self._clock.now_ms()
        meters = {series_id: each for series_id in heard if (each := self._known[series_id]) is not None}
        if not meters:
            return
        building_ids = sorted({each.series.building_id for each in meters.values()})
        deltas = {
            (each.building_id, each.event_type, each.device_id, each.source): each.id
            for each in session.series.list_of(customer_id, building_ids)
        }
        waiting = in_line(session, customer_id, building_ids)
        delta_of = {}
        for series_id, known in meters.items():
            of = known.series
            delta_of[series_id] = deltas.get((of.building_id, known.delta_type or "", of.device_id, of.source))
        for is_recent in (True, False):  # what is imported of the past must not make everybody's read
            some = [each for each in meters if (heard[each].from_ms > now_ms - DAY_MS) == is_recent]
            if not some:
                continue
            readings = _readings(session, customer_id, {each: heard[each].from_ms for each in some})
            said_ids = [delta for each in some if (delta := delta_of[each]) is not None]
            first_ms = min((int(times[0]) for times, _ in readings.values() if len(times)), default=now_ms)
            said = session.events.read(customer_id, said_ids, first_ms - SLOT_MS, _ALWAYS_MS) if said_ids else {}
            aside = session.set_aside.read(customer_id, some, first_ms - 1, _ALWAYS_MS)
            for series_id in some:
                known, delta = meters[series_id], delta_of[series_id]
                key = (known.series.building_id, known.delta_type or "", known.series.device_id, known.series.source)
                before = {**(_by_instant(said[delta]) if delta is not None else {}), **waiting.get(key, {})}
                yield known, _concluded(known, *readings[series_id], heard[series_id], before, aside.get(series_id, {}), now_ms)


def _limits(known: Mapping[int, _Known | None], series_ids: Sequence[int]) -> Figures:
    """(least, most) by series id; the last column, for all others, has none."""
    limits = np.empty((2, max(series_ids) + 2))
    limits[0], limits[1] = -math.inf, math.inf
    for series_id in series_ids:
        of = known[series_id]
        assert of is not None
        limits[:, series_id] = of.least, of.most
    return limits


def _by_instant(points: Points) -> dict[int, float]:
    return dict(zip(points.times_ms, points.values, strict=True))


def _readings(session: Session, customer_id: str, since_ms: Mapping[int, int]) -> dict[int, tuple[Instants, Figures]]:
    """Of each meter the readings from an instant on, and some before it."""
    found = _read(session, customer_id, list(since_ms), min(since_ms.values()) - _CONTEXT_MS)
    for context_ms in (_LONG_CONTEXT_MS, _LONGEST_CONTEXT_MS):  # of meters that are read once a day, a week, a month
        few = [each for each, (times, _) in found.items() if np.searchsorted(times, since_ms[each]) < _CONTEXT_READINGS]
        if few:
            found |= _read(session, customer_id, few, min(since_ms[each] for each in few) - context_ms)
    return found


def _read(session: Session, customer_id: str, series_ids: Sequence[int], from_ms: int) -> dict[int, tuple[Instants, Figures]]:
    points = session.events.read(customer_id, series_ids, from_ms - 1, _ALWAYS_MS)
    return {each: (np.asarray(of.times_ms, np.int64), np.asarray(of.values)) for each, of in points.items()}


def _concluded(
    known: _Known,
    times_ms: Instants,
    values_wh: Figures,
    heard: _Heard,
    said: Mapping[int, float],
    aside: Mapping[int, SetAside],
    now_ms: int,
) -> _Concluded:
    """What the readings from some before the first new one on say, where it was not said so before."""
    of = known.series
    # Nothing stands before the first of them that could tell whether it is to be believed, but what was decided then.
    first = 0
    while first < len(times_ms) and (each := aside.get(int(times_ms[first]))) is not None and each.value == values_wh[first]:
        first += 1
    times_ms, values_wh = times_ms[first:], values_wh[first:]
    run = run_of(times_ms, values_wh, known.most_w)
    at = max(0, int(np.searchsorted(times_ms, heard.from_ms)) - _CONTEXT_READINGS)
    if at == len(times_ms):
        return _Concluded([], [], [])
    from_ms = int(times_ms[at])
    doubtful = {
        int(times_ms[place]): SetAside(
            series_id=of.id, occurred_at_ms=int(times_ms[place]), value=float(values_wh[place]), reason=reason
        )
        for place, reason in run.doubtful
        if place >= at
    }
    taken_back = [(of.id, at_ms) for at_ms in aside if at_ms >= from_ms and at_ms not in doubtful]
    new = [each for at_ms, each in doubtful.items() if aside.get(at_ms) != each]
    events = []
    if known.is_active and known.delta_type is not None and len(run.times_ms) > 1:
        starts_ms = slots(from_ms, int(run.times_ms[-1]))
        for start_ms, energy_wh in zip(starts_ms.tolist(), run.amounts_wh(starts_ms).tolist(), strict=True):
            if not math.isnan(energy_wh) and differs(said.get(start_ms), energy_wh):
                events.append(
                    IssuedEvent(
                        event_type=known.delta_type,
                        occurred_at_ms=start_ms,
                        value=max(0.0, energy_wh),
                        source=of.source,
                        device_id=of.device_id,
                        is_historical=not heard.is_live or start_ms + SLOT_MS < now_ms - LIVE_MS,
                    )
                )
    return _Concluded(events, taken_back, new)
