"""Energies of buildings by local day: rows that compaction writes, and the log's tail.

How an event counts is `insights.energy`'s. A row is made of the chunks alone, in the compaction that writes them and
for each day that its events touch, so late and repeated events need nothing further. A reader takes a row where no event of the
day waits in the log, and computes the day from chunks and log otherwise; also where there is no row, or one of another
basis: made before the building's zone was changed or a gateway was first heard of. Invariant: what is read is what a
computation over all events would give.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import islice
from typing import NamedTuple

import msgspec
import numpy as np
from sqlalchemy import Connection, select

from hearth.core.instants import start_of_local_day, zone_named
from hearth.domain.events import Series, SetAside
from hearth.insights.energy import (
    COLUMNS,
    ENERGY_TYPES,
    CountedSeries,
    Figures,
    Instants,
    counted_series,
    daily_figures,
    day_number,
    day_of_number,
    days_of_instants,
    first_known,
    hourly_sums_of_many,
    local_hours,
    runs_of,
)
from hearth.ports import EnergyDayRow
from hearth.store import log
from hearth.store.chunks import read_chunks
from hearth.store.connections import among, raw_insert
from hearth.store.packing import EntryArrays, Stretch
from hearth.store.set_aside import days_near_set_aside, read_set_aside, without
from hearth.store.stretches import joined, picked, settled, split_by
from hearth.store.tables import buildings, energy_days, series
from hearth.store.transactions import Transaction

_FIGURES = tuple(energy_days.c)[-COLUMNS:]
# So that what is unpacked at a time stays small, and a step short.
_MOST_CHUNKS = 20_000
_MOST_DAYS = 150


class _Zone(msgspec.Struct, frozen=True):
    """What of a building's document matters here."""

    time_zone_id: str


class _Home(NamedTuple):
    """A building, and its series that count."""

    customer_id: str
    building_id: str
    time_zone_id: str
    counted: CountedSeries

    @property
    def series_ids(self) -> list[int]:
        return self.counted.series_ids


class SqlEnergyRepository:
    """Implements `ports.EnergyRepository`."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    def read_days(self, customer_id: str, building_ids: Sequence[str], first_day: date, last_day: date) -> dict[str, Figures]:
        """By building an array [day, column] of `insights.energy`, NaN = no event; both days are included."""
        first, last = day_number(first_day), day_number(last_day)
        homes = [home for home in _homes(self._connection, building_ids) if home.customer_id == customer_id]
        found = {home.building_id: np.full((last - first + 1, COLUMNS), np.nan) for home in homes}
        series_ids = sorted(series_id for home in homes for series_id in home.series_ids)
        if not series_ids:
            return found
        zones = [zone_named(zone_id) for zone_id in sorted({home.time_zone_id for home in homes})]
        from_ms = min(start_of_local_day(first_day, zone) for zone in zones) - 1
        to_ms = max(start_of_local_day(last_day + timedelta(days=1), zone) for zone in zones) - 1
        tail = log.read_tail(self._connection, customer_id, series_ids, from_ms, to_ms, None)
        fresh = {} if tail is None else split_by(tail.series_ids.astype(np.int64), tail)
        wanted = {home.building_id: _touched(home, fresh) & set(range(first, last + 1)) for home in homes}
        with_rows = self._fill(customer_id, homes, first, last, found)
        for home in homes:
            wanted[home.building_id] |= set(range(first, last + 1)) - with_rows[home.building_id]
        for home, from_day, figures in _computed(self._connection, homes, wanted, fresh):
            found[home.building_id][from_day - first : from_day - first + len(figures)] = figures
        return found

    def _fill(
        self, customer_id: str, homes: Sequence[_Home], first: int, last: int, found: Mapping[str, Figures]
    ) -> dict[str, set[int]]:
        """Puts the rows into the arrays; the days of which there is one, by building."""
        bases = {home.building_id: home.counted.basis for home in homes}
        days: dict[str, set[int]] = {building_id: set() for building_id in bases}
        column = energy_days.c
        query = select(column.building_id, column.day, column.basis, *_FIGURES).where(
            among(self._connection, column.building_id, sorted(bases)),
            column.day.between(first, last),
            column.customer_id == customer_id,
        )
        for building_id, day, basis, *figures in self._connection.execute(query):
            if basis == bases[building_id]:
                found[building_id][day - first] = figures  # None becomes NaN
                days[building_id].add(day)
        return days


def summed_up(connection: Connection, events: EntryArrays) -> Iterator[EnergyDayRow]:
    """The rows of the days that events touch, as they are once these are in the chunks."""
    touched = np.unique(events.series_ids).tolist()
    query = select(series.c.id, series.c.building_id).where(
        among(connection, series.c.id, touched), series.c.event_type.in_(ENERGY_TYPES)
    )
    building_of = {series_id: building_id for series_id, building_id in connection.execute(query)}  # noqa: C416 - rows are no pairs
    if not building_of:
        return
    of_energy = picked(events, np.isin(events.series_ids, np.array(sorted(building_of), np.int32)))
    fresh = split_by(of_energy.series_ids.astype(np.int64), of_energy)
    homes = _homes(connection, sorted(set(building_of.values())))
    for home, from_day, figures in _computed(
        connection, homes, {home.building_id: _touched(home, fresh) for home in homes}, fresh
    ):
        key = (home.customer_id, home.counted.basis)
        for at in np.flatnonzero(~np.isnan(figures).all(axis=1)).tolist():
            values = [None if np.isnan(each) else each for each in figures[at].tolist()]
            yield EnergyDayRow(home.building_id, from_day + at, *key, *values)


def batched(rows: Iterator[EnergyDayRow]) -> Iterator[list[EnergyDayRow]]:
    """As many of them as one step writes."""
    while part := list(islice(rows, _MOST_DAYS)):
        yield part


def write_days(connection: Connection, rows: Sequence[EnergyDayRow]) -> None:
    """Writes the rows of buildings that still are, but of days near an event that is set aside.

    The caller has the log's lock, so nothing is erased or set aside meanwhile.
    """
    building_ids, days = sorted({row.building_id for row in rows}), [row.day for row in rows]
    alive = set(connection.scalars(select(buildings.c.id).where(among(connection, buildings.c.id, building_ids))))
    near = days_near_set_aside(connection, building_ids, min(days), max(days))
    written = [tuple(row) for row in rows if row.building_id in alive and (row.building_id, row.day) not in near]
    if written:
        connection.exec_driver_sql(raw_insert(connection, energy_days) + _OR_REPLACE, written)


_OR_REPLACE = " ON CONFLICT (building_id, day) DO UPDATE SET " + ", ".join(
    f"{column.name} = excluded.{column.name}" for column in (energy_days.c.basis, *_FIGURES)
)


def _homes(connection: Connection, building_ids: Sequence[str]) -> list[_Home]:
    """Those of the buildings that have energy series, and those that have none, by id."""
    of = series.c
    query = select(*(of[name] for name in Series.__struct_fields__)).where(
        among(connection, of.building_id, building_ids), of.event_type.in_(ENERGY_TYPES)
    )
    by_building: dict[str, list[Series]] = defaultdict(list)
    for row in connection.execute(query.order_by(of.id)):
        by_building[row.building_id].append(Series(**row._mapping))
    documents = select(buildings.c.id, buildings.c.customer_id, buildings.c.document).where(
        among(connection, buildings.c.id, building_ids)
    )
    homes = []
    for building_id, customer_id, document in connection.execute(documents.order_by(buildings.c.id)):
        zone_id = msgspec.json.decode(document, type=_Zone).time_zone_id
        homes.append(_Home(customer_id, building_id, zone_id, counted_series(zone_id, by_building[building_id])))
    return homes


def _touched(home: _Home, fresh: Mapping[int, Stretch]) -> set[int]:
    times = [fresh[series_id].times_ms for series_id in home.series_ids if series_id in fresh]
    return set(days_of_instants(np.concatenate(times), home.time_zone_id)) if times else set()


def _computed(
    connection: Connection, homes: Sequence[_Home], wanted: Mapping[str, set[int]], fresh: Mapping[int, Stretch]
) -> Iterator[tuple[_Home, int, Figures]]:
    """Each stretch of wanted days: (building, its first day, figures), of the chunks and of `fresh`, which was sent later."""
    together: dict[tuple[str, str, int, int], list[_Home]] = defaultdict(list)
    for home in homes:
        if home.series_ids:
            for first, last in runs_of(sorted(wanted[home.building_id])):
                together[home.customer_id, home.time_zone_id, first, last].append(home)
    for (customer_id, zone_id, first, last), alike in together.items():
        hours = local_hours(day_of_number(first), day_of_number(last), zone_named(zone_id))
        from_ms, to_ms = int(hours.bounds_ms[0]) - 1, int(hours.bounds_ms[-1]) - 1
        at_once = max(1, _MOST_CHUNKS // (len(ENERGY_TYPES) * (last - first + 2)))
        for at in range(0, len(alike), at_once):
            part = alike[at : at + at_once]
            series_ids = sorted(series_id for home in part for series_id in home.series_ids)
            stored = read_chunks(connection, customer_id, series_ids, from_ms, to_ms)
            aside = read_set_aside(connection, customer_id, series_ids, from_ms, to_ms)
            sums = [
                hourly_sums_of_many(hours, [_events(home.counted.by_type[of_type], stored, fresh, aside) for home in part])
                for of_type in range(len(ENERGY_TYPES))
            ]
            for of_type in range(len(ENERGY_TYPES)):
                standing_in = [home.counted.standing_in[of_type] for home in part]
                if any(standing_in):
                    derived = hourly_sums_of_many(hours, [_events(ids, stored, fresh, aside) for ids in standing_in])
                    sums[of_type] = first_known(sums[of_type], derived)
            for home, figures in zip(part, daily_figures(hours, sums), strict=True):
                yield home, first, figures


def _events(
    series_ids: Sequence[int],
    stored: Mapping[int, list[Stretch]],
    fresh: Mapping[int, Stretch],
    aside: Mapping[int, Mapping[int, SetAside]],
) -> tuple[Instants, Figures]:
    """Times and values of some series, one after the other, without what is set aside."""
    settled_ones = [(series_id, each) for series_id in series_ids for each in _settled(series_id, stored, fresh)]
    points = [without(each, aside[series_id]) if series_id in aside else each for series_id, each in settled_ones]
    if not points:
        return np.empty(0, np.int64), np.empty(0, np.float64)
    return np.concatenate([each.times_ms for each in points]), np.concatenate([each.values for each in points])


def _settled(series_id: int, stored: Mapping[int, list[Stretch]], fresh: Mapping[int, Stretch]) -> list[Stretch]:
    parts = [joined(stored[series_id])] if series_id in stored else []
    if series_id in fresh:
        parts.append(fresh[series_id])
    return [settled(parts)] if parts else []
