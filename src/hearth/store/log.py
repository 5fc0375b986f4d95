"""The event log's rows: appending entries, reading them again, and the tail a reader of series needs.

A row is one request's events, packed; where these have the range of their times, a tick has its instant.
Invariant: a row keeps its sequence and size for as long as it stands; an erased event leaves an empty place
(series 0), so that those behind it keep their sequences.
"""

from array import array
from collections.abc import Sequence

import numpy as np
from msgspec.structs import replace
from sqlalchemy import Connection, bindparam, or_, select, update

from hearth.domain.events import EVENT_KINDS, NO_FORECAST_MS, EventColumns, Fact, LogEntry, LogKind
from hearth.ports import RecentEvent
from hearth.store.connections import LOG_LOCK, among, lock, raw_insert
from hearth.store.packing import EntryArrays, pack_entry, unpack_arrays, unpack_entry, unpack_series_ids
from hearth.store.stretches import joined_entries, picked
from hearth.store.tables import event_log


def append(connection: Connection, entries: Sequence[LogEntry]) -> None:
    """Adds rows. On the hot path: one statement for all of them, past the compiler of statements."""
    if entries:
        connection.exec_driver_sql(raw_insert(connection, event_log), [_row(entry) for entry in entries])


def _row(entry: LogEntry) -> tuple[str | int | bytes, ...]:
    columns = entry.columns
    series_ids, times = columns.series_ids, columns.times_ms
    tick_ms = entry.tick_ms or 0
    ranges = (min(times), max(times), min(series_ids), max(series_ids)) if series_ids else (tick_ms, tick_ms, 0, 0)
    payload = pack_entry(columns, entry.facts)
    return (entry.sequence, entry.customer_id, entry.kind.value, entry.size, entry.received_at_ms, *ranges, payload)


def list_entries(connection: Connection, from_sequence: int, limit: int) -> list[LogEntry]:
    """Entries whose sequence is at least `from_sequence`, in order."""
    log = event_log.c
    query = select(log.sequence, log.customer_id, log.kind, log.received_at_ms, log.first_ms, log.payload)
    query = query.where(log.sequence >= from_sequence).order_by(log.sequence).limit(limit)
    entries = []
    for sequence, customer_id, kind, received_at_ms, first_ms, payload in connection.execute(query):
        columns, facts = unpack_entry(payload)
        entries.append(
            LogEntry(
                sequence=sequence,
                customer_id=customer_id,
                kind=LogKind(kind),
                received_at_ms=received_at_ms,
                columns=columns,
                facts=facts,
                tick_ms=first_ms if kind == LogKind.TICK else None,
            )
        )
    return entries


def list_recent(
    connection: Connection, customer_id: str, series_ids: Sequence[int] | None, after_sequence: int, most: int
) -> list[RecentEvent]:
    """Of the entries behind `after_sequence` the newest events of these series (None = any), at most so many."""
    if series_ids is not None and not series_ids:
        return []
    log = event_log.c
    query = select(log.sequence, log.kind, log.received_at_ms, log.payload).where(
        log.sequence > after_sequence, log.customer_id == customer_id, log.kind.in_(EVENT_KINDS)
    )
    if series_ids is not None:
        query = query.where(log.last_series >= min(series_ids), log.first_series <= max(series_ids))
    found: list[RecentEvent] = []
    # Read as they are asked for: the newest few rows are nearly always enough.
    rows = connection.execute(query.order_by(log.sequence.desc()).execution_options(yield_per=most))
    for sequence, kind, received_at_ms, payload in rows:
        entry = unpack_arrays(payload)
        wanted = entry.series_ids > 0  # an erased event's place is empty
        if series_ids is not None:
            wanted &= np.isin(entry.series_ids, np.asarray(series_ids, np.int32))
        for at in np.flatnonzero(wanted)[::-1].tolist():
            if len(found) == most:
                break
            event = (int(entry.series_ids[at]), int(entry.times_ms[at]), float(entry.values[at]))
            found.append(RecentEvent(sequence + at, *event, received_at_ms, kind == LogKind.HISTORICAL))
        if len(found) == most:
            rows.close()
            break
    return found


def read_tail(
    connection: Connection,
    customer_id: str,
    series_ids: Sequence[int],
    from_ms: int,
    to_ms: int,
    before_sequence: int | None,
) -> EntryArrays | None:
    """Events of these series in the log with from_ms < time <= to_ms, in the order of sending; None = none."""
    log = event_log.c
    # Every row is looked at, so what settles most of them at the least cost stands first. A home's series may
    # lie far apart: a row of one series alone must be of one of them, not only between the first and the last.
    query = select(log.sequence, log.payload).where(
        log.last_series >= min(series_ids),
        log.first_series <= max(series_ids),
        or_(log.first_series < log.last_series, among(connection, log.first_series, series_ids)),
        log.last_ms > from_ms,
        log.first_ms <= to_ms,
        log.kind.in_(EVENT_KINDS),
        log.customer_id == customer_id,
    )
    if before_sequence is not None:
        query = query.where(log.sequence < before_sequence)
    rows = connection.execute(query.order_by(log.sequence)).all()
    entries = []
    for at in _rows_with([payload for _, payload in rows], series_ids):
        sequence, payload = rows[at]
        entry = unpack_arrays(payload)
        if before_sequence is not None and sequence + len(entry.series_ids) > before_sequence:
            within = before_sequence - sequence
            forecasts = None if entry.forecast_ms is None else entry.forecast_ms[:within]
            entry = EntryArrays(entry.series_ids[:within], entry.times_ms[:within], entry.values[:within], forecasts)
        entries.append(entry)
    if not entries:
        return None
    events = joined_entries(entries)
    wanted = (events.times_ms > from_ms) & (events.times_ms <= to_ms)
    if len(series_ids) == 1:
        wanted &= events.series_ids == series_ids[0]
    else:
        wanted &= np.isin(events.series_ids, np.asarray(series_ids, np.int32))
    return picked(events, wanted)


def _rows_with(payloads: Sequence[bytes], series_ids: Sequence[int]) -> list[int]:
    """Positions of the rows that have an event of these series. Most have none, and need not be unpacked one by one."""
    ids, ends = unpack_series_ids(payloads)
    found = np.flatnonzero(ids == series_ids[0] if len(series_ids) == 1 else np.isin(ids, np.asarray(series_ids, np.int32)))
    rows: list[int] = np.unique(np.searchsorted(ends, found, side="right")).tolist()
    return rows


def erase(connection: Connection, customer_id: str, building_id: str, series_ids: Sequence[int]) -> None:
    """Empties the places of a building's events and facts in the customer's rows."""
    lock(connection, LOG_LOCK)
    log = event_log.c
    gone = frozenset(series_ids)
    rows = []
    for sequence, payload in connection.execute(
        select(log.sequence, log.payload).where(log.customer_id == customer_id).order_by(log.sequence)
    ):
        columns, facts = unpack_entry(payload)
        if not gone.isdisjoint(columns.series_ids) or any(fact.building_id == building_id for fact in facts):
            kept_facts = tuple(_erased(fact) if fact.building_id == building_id else fact for fact in facts)
            rows.append({"at": sequence, "payload": pack_entry(_emptied(columns, gone), kept_facts)})
    if rows:
        connection.execute(update(event_log).where(log.sequence == bindparam("at")).values(payload=bindparam("payload")), rows)


def _erased(fact: Fact) -> Fact:
    return replace(fact, notification_id="", rule_id="", building_id="")


def _emptied(columns: EventColumns, gone: frozenset[int]) -> EventColumns:
    is_gone = [series_id in gone for series_id in columns.series_ids]
    forecasts = columns.forecast_ms
    return EventColumns(
        series_ids=array("i", [0 if empty else each for empty, each in zip(is_gone, columns.series_ids, strict=True)]),
        times_ms=array("q", [0 if empty else each for empty, each in zip(is_gone, columns.times_ms, strict=True)]),
        values=array("d", [0.0 if empty else each for empty, each in zip(is_gone, columns.values, strict=True)]),
        forecast_ms=None
        if forecasts is None
        else array("q", [NO_FORECAST_MS if empty else each for empty, each in zip(is_gone, forecasts, strict=True)]),
    )
