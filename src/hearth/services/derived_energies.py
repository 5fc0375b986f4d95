"""Derived energies: a context service that says of a household what its devices do not send.

Energy from power in quarters of an hour, where the customer sends power and not the energy of that kind; the energies of the
last 24 hours, hourly; those of yesterday and the two rates, once a local day. What follows from what is `insights.derived`'s.
Here stands when it is said and to whom: never a type that the customer itself has sent of the household within three days. Energy
from power is kept true by comparison: what is computed anew from the last hours and differs from what is stored is said
again, so a late reading needs nothing further. Invariant: what is said of a span is marked in the transaction that says it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from hearth.core.clock import Clock
from hearth.core.instants import DAY_MS, HOUR_MS, MINUTE_MS, local_date, start_of_local_day, zone_named
from hearth.domain.buildings import Building
from hearth.domain.catalogue import PLATFORM
from hearth.domain.events import PLATFORM_DEVICE, IssuedEvent, Series
from hearth.insights.derived import (
    ENERGY_OF_POWER,
    LONGEST_HOLD_MS,
    SLOT_MS,
    Measured,
    Told,
    balanced,
    energy_of_power,
    is_whole,
    slots,
    told_of,
    total_wh,
)
from hearth.insights.energy import (
    ENERGY_TYPES,
    HOUSEHOLD,
    Figures,
    Instants,
    LocalHours,
    counted_of,
    derived_of,
    first_known,
    hourly_sums_of_many,
    local_hours,
)
from hearth.ports import Points, Session, Store
from hearth.services.issuing import LIVE_MS, differs, in_line, issue
from hearth.services.set_aside import read_believed
from hearth.services.statistics import joined_points

OF_POWER, OF_24H, OF_YESTERDAY = "energy of power", "energies of 24 hours", "energies of yesterday"
_LAST_24H = {
    "ENERGY_CONSUMPTION_LAST_24H": "consumption_wh",
    "ENERGY_GENERATION_LAST_24H": "generation_wh",
    "ENERGY_EXCESS_LAST_24H": "excess_wh",
}
_YESTERDAY = {
    "ENERGY_CONSUMPTION_YESTERDAY": "consumption_wh",
    "ENERGY_GENERATION_YESTERDAY": "generation_wh",
    "ENERGY_EXCESS_YESTERDAY": "excess_wh",
    "SELF_CONSUMPTION_RATE_YESTERDAY": "self_consumption_percent",
    "SELF_SUFFICIENCY_RATE_YESTERDAY": "self_sufficiency_percent",
}
_BATTERY_YESTERDAY = "ENERGY_IMPORT_YESTERDAY"
_BATTERY, _EXCESS, _CHARGED = "BATTERY", "ENERGY_EXCESS", "ENERGY_IMPORT"
_CONCERNED = {*ENERGY_OF_POWER, *ENERGY_TYPES, _EXCESS, _CHARGED, *_LAST_24H, *_YESTERDAY, _BATTERY_YESTERDAY}
# Whose figures are the household's, so that nothing need be said beside them: not a plug's or a heater's.
_OF_HOUSEHOLD = (HOUSEHOLD, "SMART_METER", "INVERTER")

_GRACE_MS = 5 * MINUTE_MS  # for what is on its way when a quarter of an hour ends
_SENT_ITSELF_MS = 3 * DAY_MS
_LOOKED_BACK_MS = 3 * HOUR_MS  # for late readings of power
_DAY_GRACE_MS = 15 * MINUTE_MS
_INCOMPLETE_FROM_MS = 3 * HOUR_MS  # of the new day: what is missing of yesterday hardly comes any more
_HOMES_AT_ONCE = 500
_HOMES_A_TRANSACTION = 50
_RECENT_MS = 12 * HOUR_MS

_NOTHING = np.empty(0, np.int64), np.empty(0)
_Overlay = Mapping[tuple[str, str], tuple[Instants, Figures]]


@dataclass
class _Home:
    """A building, its series, and what is to be said of it."""

    building: Building
    series: Sequence[Series]
    says_itself: frozenset[int] = frozenset()  # series of which an event came within three days
    events: list[IssuedEvent] = field(default_factory=list)
    marks: dict[str, int] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return self.building.id

    def own(self, event_type: str) -> list[int]:
        return [each.id for each in counted_of(self.series, event_type)]

    def derived(self, event_type: str) -> list[int]:
        return [each.id for each in derived_of(self.series, event_type)]

    def sends(self, event_type: str) -> bool:
        """Whether the customer says it of the household."""
        of = _OF_HOUSEHOLD if event_type != _BATTERY_YESTERDAY else (*_OF_HOUSEHOLD, _BATTERY)
        return any(each.id in self.says_itself and each.event_type == event_type and each.source in of for each in self.series)

    def sends_energy(self, event_type: str) -> bool:
        """Whether the customer sends the energy that counts as the household's."""
        return not self.says_itself.isdisjoint(self.own(event_type))


class _Power(NamedTuple):
    """A home whose power of a kind is to become energy, from an instant on."""

    home: _Home
    power_type: str
    energy_type: str
    from_ms: int


class DerivedEnergies:
    """The service. `look` is called again and again, from one thread at a time."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._until_ms = 0

    def look(self) -> int:
        """Says what has come due since the last quarter of an hour that has ended; how many events."""
        now_ms = self._clock.now_ms()
        until_ms = (now_ms - _GRACE_MS) // SLOT_MS * SLOT_MS
        if until_ms == self._until_ms:
            return 0
        with self._store.read() as session:
            customers = [each.id for each in session.customers.list_for_operator()]
        said = sum(self._say(customer_id, now_ms, until_ms) for customer_id in customers)
        self._until_ms = until_ms
        return said

    def _say(self, customer_id: str, now_ms: int, until_ms: int) -> int:
        said = 0
        after: str | None = None
        with self._store.read() as session:
            marks = {name: session.issued.marks(customer_id, name) for name in (OF_POWER, OF_24H, OF_YESTERDAY)}
        while True:
            with self._store.read() as session:
                page = session.buildings.list_page(customer_id, after, _HOMES_AT_ONCE)
                homes = _homes(session, customer_id, page, marks, now_ms)
                fresh = _say_energy_of_power(session, customer_id, homes, marks[OF_POWER], now_ms, until_ms)
                _say_last_24h(session, customer_id, homes, marks[OF_24H], fresh, now_ms)
                _say_yesterday(session, customer_id, homes, marks[OF_YESTERDAY], fresh, now_ms)
            speaking = [home for home in homes if home.marks]
            for start in range(0, len(speaking), _HOMES_A_TRANSACTION):
                with self._store.write() as session:
                    for home in speaking[start : start + _HOMES_A_TRANSACTION]:
                        issue(session, customer_id, home.id, home.events)
                        for name, at_ms in home.marks.items():
                            session.issued.set_mark(customer_id, home.id, name, at_ms)
            said += sum(len(home.events) for home in speaking)
            if len(page) < _HOMES_AT_ONCE:
                return said
            after = page[-1].customer_building_id


def _homes(
    session: Session, customer_id: str, page: Sequence[Building], marks: Mapping[str, Mapping[str, int]], now_ms: int
) -> list[_Home]:
    """The active buildings of a page of which something may be due to be said."""
    active = {each.id: each for each in page if not each.is_deactivated()}
    series: dict[str, list[Series]] = {}
    for each in session.series.list_of(customer_id, list(active)):
        if each.event_type in _CONCERNED:
            series.setdefault(each.building_id, []).append(each)
    due = {
        building_id: found
        for building_id, found in series.items()
        if any(each.event_type in ENERGY_OF_POWER for each in found)
        or marks[OF_24H].get(building_id, 0) < _last_hour(now_ms)
        or _is_yesterday_due(active[building_id], marks[OF_YESTERDAY], now_ms)
    }
    of_customers = [
        each.id
        for found in due.values()
        for each in found
        if each.device_id != PLATFORM_DEVICE and each.source != PLATFORM and each.event_type not in ENERGY_OF_POWER
    ]
    newest = session.events.latest(customer_id, of_customers, now_ms)
    alive = frozenset(series_id for series_id, (at_ms, _) in newest.items() if at_ms > now_ms - _SENT_ITSELF_MS)
    return [
        _Home(active[building_id], found, alive.intersection(each.id for each in found)) for building_id, found in due.items()
    ]


def _last_hour(now_ms: int) -> int:
    """Where the last hour ended of which all should have come."""
    return (now_ms - _GRACE_MS) // HOUR_MS * HOUR_MS


def _is_yesterday_due(building: Building, marks: Mapping[str, int], now_ms: int) -> bool:
    zone = zone_named(building.time_zone_id)
    start_ms = start_of_local_day(local_date(now_ms, zone), zone)
    return now_ms >= start_ms + _DAY_GRACE_MS and marks.get(building.id, 0) < start_ms


def _say_energy_of_power(
    session: Session, customer_id: str, homes: Sequence[_Home], marks: Mapping[str, int], now_ms: int, until_ms: int
) -> _Overlay:
    """By home and energy type what was computed; of it, what is not stored yet is among the home's events."""
    wanted = []
    for home in homes:
        mark_ms = min(marks.get(home.id, 0), until_ms)
        from_ms = max(now_ms - _SENT_ITSELF_MS, mark_ms - _LOOKED_BACK_MS)
        zone = zone_named(home.building.time_zone_id)
        if mark_ms and local_date(mark_ms, zone) != local_date(until_ms, zone):  # a day has ended: all of it once more
            from_ms = max(now_ms - _SENT_ITSELF_MS, min(from_ms, start_of_local_day(local_date(mark_ms, zone), zone)))
        for power_type, energy_type in ENERGY_OF_POWER.items():
            if home.own(power_type) and not home.sends_energy(energy_type):
                wanted.append(_Power(home, power_type, energy_type, from_ms))
    waiting = in_line(session, customer_id, {each.home.id for each in wanted})
    computed: dict[tuple[str, str], tuple[Instants, Figures]] = {}
    for is_recent in (True, False):
        some = [each for each in wanted if (each.from_ms > now_ms - _RECENT_MS) == is_recent]
        if not some:
            continue
        ids = [
            series_id
            for home, power_type, energy_type, _ in some
            for series_id in (*home.own(power_type), *home.own(energy_type), *home.derived(energy_type))
        ]
        from_ms = min(each.from_ms for each in some) - LONGEST_HOLD_MS
        points = read_believed(session, customer_id, ids, from_ms - 1, now_ms)
        for each in some:
            key = (each.home.id, each.energy_type)
            computed[key] = _energy_of(each, points, until_ms)
            _say_changed(each, computed[key], points, waiting.get((*key, PLATFORM_DEVICE, HOUSEHOLD), {}), now_ms)
            each.home.marks[OF_POWER] = until_ms
    return computed


def _energy_of(wanted: _Power, points: Mapping[int, Points], until_ms: int) -> tuple[Instants, Figures]:
    """Slots (beginnings, Wh) of the hours in which the customer sent no energy."""
    starts_ms = slots(wanted.from_ms, until_ms)
    added = np.full(len(starts_ms), np.nan)
    for series_id in wanted.home.own(wanted.power_type):
        of_device = points[series_id]
        energy_wh = energy_of_power(starts_ms, np.asarray(of_device.times_ms, np.int64), np.asarray(of_device.values))
        added = np.where(np.isnan(added), energy_wh, added + np.nan_to_num(energy_wh))
    sent_ms, _ = joined_points(points, wanted.home.own(wanted.energy_type))
    wanted_slots = ~np.isnan(added) & ~np.isin(starts_ms // HOUR_MS, sent_ms // HOUR_MS)
    return starts_ms[wanted_slots], added[wanted_slots]


def _say_changed(
    wanted: _Power,
    computed: tuple[Instants, Figures],
    points: Mapping[int, Points],
    waiting: Mapping[int, float],
    now_ms: int,
) -> None:
    times, values = joined_points(points, wanted.home.derived(wanted.energy_type))
    said = {**dict(zip(times.tolist(), values.tolist(), strict=True)), **waiting}
    for start_ms, energy_wh in zip(computed[0].tolist(), computed[1].tolist(), strict=True):
        if differs(said.get(start_ms), energy_wh):
            is_old = start_ms + SLOT_MS < now_ms - LIVE_MS
            wanted.home.events.append(_said(wanted.energy_type, start_ms, energy_wh, is_historical=is_old))


def _say_last_24h(
    session: Session, customer_id: str, homes: Sequence[_Home], marks: Mapping[str, int], fresh: _Overlay, now_ms: int
) -> None:
    end_ms = _last_hour(now_ms)
    due = [
        home for home in homes if marks.get(home.id, 0) < end_ms and not all(home.sends(event_type) for event_type in _LAST_24H)
    ]
    bounds = np.arange(end_ms - DAY_MS, end_ms + 1, HOUR_MS, dtype=np.int64)
    hours = LocalHours(bounds, np.zeros(24, np.int64), np.array([24.0]))
    for home, told, _, _ in _told(session, customer_id, due, hours, fresh):
        events = _events_of(home, told, _LAST_24H, now_ms)
        if events:
            home.events += events
            home.marks[OF_24H] = end_ms


def _say_yesterday(
    session: Session, customer_id: str, homes: Sequence[_Home], marks: Mapping[str, int], fresh: _Overlay, now_ms: int
) -> None:
    """As soon as all of yesterday is known, and from three in the morning on once enough of it is."""
    due: dict[str, list[_Home]] = {}
    for home in homes:
        if _is_yesterday_due(home.building, marks, now_ms):
            due.setdefault(home.building.time_zone_id, []).append(home)
    for zone_id, some in due.items():
        zone = zone_named(zone_id)
        today_ms = start_of_local_day(local_date(now_ms, zone), zone)
        day = local_date(today_ms - 1, zone)
        for home, told, is_complete, charged_wh in _told(session, customer_id, some, local_hours(day, day, zone), fresh):
            if not is_complete and now_ms < today_ms + _INCOMPLETE_FROM_MS:
                continue
            events = _events_of(home, told, _YESTERDAY, now_ms)
            if charged_wh is not None and not home.sends(_BATTERY_YESTERDAY):
                events.append(_said(_BATTERY_YESTERDAY, now_ms, charged_wh, _BATTERY))
            if events:
                home.events += events
                home.marks[OF_YESTERDAY] = today_ms


def _events_of(home: _Home, told: Told, types: Mapping[str, str], now_ms: int) -> list[IssuedEvent]:
    values = {event_type: getattr(told, figure) for event_type, figure in types.items() if not home.sends(event_type)}
    return [_said(event_type, now_ms, value) for event_type, value in values.items() if value is not None]


def _said(event_type: str, at_ms: int, value: float, source: str = HOUSEHOLD, *, is_historical: bool = False) -> IssuedEvent:
    return IssuedEvent(event_type=event_type, occurred_at_ms=at_ms, value=value, source=source, is_historical=is_historical)


def _told(
    session: Session, customer_id: str, homes: Sequence[_Home], hours: LocalHours, fresh: _Overlay
) -> Iterable[tuple[_Home, Told, bool, float | None]]:
    """Of each home that has energies what can be told of these hours, whether all of it is known, and what its batteries took."""
    kinds = (*ENERGY_TYPES, _EXCESS, _CHARGED)
    ids = [series_id for home in homes for kind in kinds for series_id in (*home.own(kind), *home.derived(kind))]
    if not homes or not (ids or fresh):
        return
    points = read_believed(session, customer_id, ids, int(hours.bounds_ms[0]) - 1, int(hours.bounds_ms[-1]) - 1)

    def sums(event_type: str, sign: int = 0) -> Figures:
        return _sums(homes, event_type, sign, hours, points, fresh)

    fed_in = sums("GRID_ENERGY_CONSUMPTION", -1)
    feeds_in = np.nansum(fed_in, axis=1) > 0
    # Where what is fed in is sent apart, the grid's energies are what is taken.
    fed_in[[bool(home.own(_EXCESS)) and not feeds for home, feeds in zip(homes, feeds_in.tolist(), strict=True)]] = np.nan
    of_all = (sums("ENERGY_CONSUMPTION"), sums("ENERGY_GENERATION"), sums("GRID_ENERGY_CONSUMPTION", 1), fed_in, sums(_EXCESS))
    charged = sums(_CHARGED)
    for at, home in enumerate(homes):
        generates = bool(
            home.own("ENERGY_GENERATION") or home.derived("ENERGY_GENERATION") or home.own(_EXCESS) or feeds_in[at]
        ) or ((home.id, "ENERGY_GENERATION") in fresh)
        balance = balanced(Measured(*(each[at] for each in of_all)), generates)
        yield (
            home,
            told_of(balance, hours.lengths_ms, generates),
            is_whole(balance),
            total_wh(charged[at], hours.lengths_ms),
        )


def _sums(
    homes: Sequence[_Home], event_type: str, sign: int, hours: LocalHours, points: Mapping[int, Points], fresh: _Overlay
) -> Figures:
    """[home, hour]: what was sent, or else derived; with a sign, of the values of that sign alone, made positive."""

    def signed(times_ms: Instants, energies_wh: Figures) -> tuple[Instants, Figures]:
        return times_ms, np.maximum(0, sign * energies_wh) if sign else energies_wh

    def derived(home: _Home) -> tuple[Instants, Figures]:
        times, values = joined_points(points, home.derived(event_type))
        new_times, new_values = fresh.get((home.id, event_type), _NOTHING)
        kept = ~np.isin(times, new_times)
        return signed(np.concatenate([times[kept], new_times]), np.concatenate([values[kept], new_values]))

    own = hourly_sums_of_many(hours, [signed(*joined_points(points, home.own(event_type))) for home in homes])
    if not any(home.derived(event_type) or (home.id, event_type) in fresh for home in homes):
        return own
    return first_known(own, hourly_sums_of_many(hours, [derived(home) for home in homes]))
