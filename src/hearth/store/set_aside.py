"""Events that are set aside: kept as they came, and left out of what is computed.

A row names an event by series and instant, and the value that could not be believed: once another value is sent for
the instant it says nothing any more. Invariant: no day of energies that compaction has summed up counts an event that is
set aside: of a building's days near one there are no rows, so they are computed when they are asked for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from sqlalchemy import Connection, Select, delete, select

from hearth.core.instants import DAY_MS, utc_day
from hearth.domain.events import SetAside
from hearth.insights.energy import ENERGY_TYPES
from hearth.store.connections import LOG_LOCK, among, insert, lock
from hearth.store.packing import Stretch
from hearth.store.tables import energy_days, series, set_aside_events
from hearth.store.transactions import Transaction

_ROW = set_aside_events.c


class SqlSetAsideRepository:
    """Implements `ports.SetAsideRepository`."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    def replace(self, customer_id: str, taken_back: Iterable[tuple[int, int]], events: Iterable[SetAside]) -> None:
        """Sets events aside, and takes others, (series, instant), back. Those of series that are erased are passed over."""
        connection = self._connection
        # Erasing and a compaction's steps hold the lock too: neither comes between.
        lock(connection, LOG_LOCK)
        changed: dict[int, list[int]] = defaultdict(list)
        events = list(events)
        for series_id, at_ms in (*taken_back, *((each.series_id, each.occurred_at_ms) for each in events)):
            changed[series_id].append(at_ms)
        query = select(series.c.id, series.c.building_id, series.c.event_type).where(
            among(connection, series.c.id, sorted(changed)), series.c.customer_id == customer_id
        )
        of_series = {series_id: (building_id, event_type) for series_id, building_id, event_type in connection.execute(query)}
        for series_id, (building_id, event_type) in of_series.items():
            times = changed[series_id]
            connection.execute(
                delete(set_aside_events).where(_ROW.series_id == series_id, among(connection, _ROW.occurred_at_ms, times))
            )
            if event_type in ENERGY_TYPES:
                days = sorted(_days_near(times))
                of_days = (energy_days.c.building_id == building_id) & among(connection, energy_days.c.day, days)
                connection.execute(delete(energy_days).where(of_days))
        rows = {
            (each.series_id, each.occurred_at_ms): {
                "series_id": each.series_id,
                "occurred_at_ms": each.occurred_at_ms,
                "customer_id": customer_id,
                "building_id": of_series[each.series_id][0],
                "value": each.value,
                "reason": each.reason,
            }
            for each in events
            if each.series_id in of_series
        }
        if rows:
            connection.execute(insert(connection, set_aside_events), list(rows.values()))

    def read(self, customer_id: str, series_ids: Sequence[int], from_ms: int, to_ms: int) -> dict[int, dict[int, SetAside]]:
        """Those with from_ms < time <= to_ms, by series and instant."""
        return read_set_aside(self._connection, customer_id, series_ids, from_ms, to_ms)

    def list_page(self, customer_id: str, building_id: str, before: tuple[int, int] | None, limit: int) -> list[SetAside]:
        """Those of a building, newest first, behind the (instant, series) `before`."""
        query = _all().where(_ROW.building_id == building_id, _ROW.customer_id == customer_id)
        if before is not None:
            at_ms, series_id = before
            query = query.where((_ROW.occurred_at_ms < at_ms) | ((_ROW.occurred_at_ms == at_ms) & (_ROW.series_id < series_id)))
        query = query.order_by(_ROW.occurred_at_ms.desc(), _ROW.series_id.desc()).limit(limit)
        return [SetAside(**row._mapping) for row in self._connection.execute(query)]


def _all() -> Select[*tuple[object, ...]]:
    return select(*(_ROW[name] for name in SetAside.__struct_fields__))


def read_set_aside(
    connection: Connection, customer_id: str, series_ids: Sequence[int], from_ms: int, to_ms: int
) -> dict[int, dict[int, SetAside]]:
    """Those with from_ms < time <= to_ms, by series and instant."""
    query = _all().where(
        among(connection, _ROW.series_id, series_ids),
        _ROW.occurred_at_ms > from_ms,
        _ROW.occurred_at_ms <= to_ms,
        _ROW.customer_id == customer_id,
    )
    found: dict[int, dict[int, SetAside]] = defaultdict(dict)
    for row in connection.execute(query):
        each = SetAside(**row._mapping)
        found[each.series_id][each.occurred_at_ms] = each
    return dict(found)


def days_near_set_aside(connection: Connection, building_ids: Sequence[str], first: int, last: int) -> set[tuple[str, int]]:
    """(building, day) within [first, last] in whose neighbourhood an event is set aside, whatever the zone."""
    query = select(_ROW.building_id, _ROW.occurred_at_ms).where(
        among(connection, _ROW.building_id, building_ids), _ROW.occurred_at_ms.between((first - 2) * DAY_MS, (last + 2) * DAY_MS)
    )
    return {(building_id, day) for building_id, at_ms in connection.execute(query) for day in _days_near([at_ms])}


def _days_near(times_ms: Iterable[int]) -> set[int]:
    """The local days, as numbers, that the instants may lie in."""
    return {utc_day(at_ms) + near for at_ms in times_ms for near in (-1, 0, 1)}


def without(stretch: Stretch, aside: Mapping[int, SetAside]) -> Stretch:
    """A settled stretch without the events that are set aside."""
    at = np.flatnonzero(np.isin(stretch.times_ms, np.array(list(aside), np.int64)))
    gone = [place for place in at.tolist() if aside[int(stretch.times_ms[place])].value == float(stretch.values[place])]
    forecasts = None if stretch.forecast_ms is None else np.delete(stretch.forecast_ms, gone)
    return Stretch(np.delete(stretch.times_ms, gone), np.delete(stretch.values, gone), forecasts)
