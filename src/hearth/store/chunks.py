"""Series chunks: one row per series and UTC day, and the moving of log rows into them.

Compaction is one part of its caller's transaction: log rows vanish in the commit in which their events
appear in chunks. Invariant: every event of a chunk was sent before every event of the log, for rows move
oldest first; so where both name an instant, the log's value is the later one.
"""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from sqlalchemy import Connection, and_, delete, func, select

from hearth.core.instants import DAY_MS, utc_day
from hearth.domain.events import LogKind
from hearth.store.connections import LOG_LOCK, among, insert, is_postgresql, lock
from hearth.store.marks import COMPACTED, set_mark
from hearth.store.packing import EntryArrays, Stretch, pack_chunk, unpack_arrays, unpack_chunk
from hearth.store.stretches import joined_entries, settled, split_by
from hearth.store.tables import event_log, series, series_chunks

_DAYS = 1 << 31  # a series and a day in one number: series * _DAYS + day


def read_chunks(
    connection: Connection, customer_id: str, series_ids: Sequence[int], from_ms: int, to_ms: int
) -> dict[int, list[Stretch]]:
    """The chunks that may hold points with from_ms < time <= to_ms, per series by day."""
    chunks = series_chunks.c
    query = select(chunks.series_id, chunks.payload).where(
        among(connection, chunks.series_id, series_ids),
        chunks.utc_day.between(_day(from_ms + 1), _day(to_ms)),
        chunks.customer_id == customer_id,
    )
    found: dict[int, list[Stretch]] = defaultdict(list)
    for series_id, payload in connection.execute(query.order_by(chunks.series_id, chunks.utc_day)):
        found[series_id].append(unpack_chunk(payload))
    return found


def latest_in_chunks(
    connection: Connection, customer_id: str, series_ids: Sequence[int], at_or_before_ms: int
) -> dict[int, tuple[int, float]]:
    """The newest (time, value) per series not later than the instant."""
    chunks = series_chunks.alias()
    newest: dict[int, tuple[int, float]] = {}
    day = _day(at_or_before_ms)
    wanted = list(series_ids)
    # The chunk of the instant's own day may begin after the instant; then the one before it has the answer.
    for up_to_day in (day, day - 1):
        day_of_series = (
            select(func.max(series_chunks.c.utc_day))
            .where(series_chunks.c.series_id == series.c.id, series_chunks.c.utc_day <= up_to_day)
            .correlate(series)
            .scalar_subquery()
        )
        query = (
            select(series.c.id, chunks.c.payload)
            .select_from(series)
            .join(chunks, and_(chunks.c.series_id == series.c.id, chunks.c.utc_day == day_of_series))
            .where(among(connection, series.c.id, wanted), chunks.c.customer_id == customer_id)
        )
        for series_id, payload in connection.execute(query):
            points = unpack_chunk(payload)
            count = int(np.searchsorted(points.times_ms, at_or_before_ms, side="right"))
            if count:
                newest[series_id] = (int(points.times_ms[count - 1]), float(points.values[count - 1]))
        wanted = [series_id for series_id in wanted if series_id not in newest]
        if not wanted:
            break
    return newest


def compact(connection: Connection, up_to_sequence: int, most_events: int) -> int:
    """Moves the oldest log rows into chunks; see `ports.EventRepository.compact_for_operator`."""
    lock(connection, LOG_LOCK)
    log = event_log.c
    sizes = select(log.sequence, log.size).where(log.sequence <= up_to_sequence).order_by(log.sequence).limit(most_events)
    moved, end = 0, 0
    for sequence, size in connection.execute(sizes).all():
        if sequence + size - 1 > up_to_sequence or (moved and moved + size > most_events):
            break
        moved += size
        end = sequence + size - 1
    if moved == 0:
        return 0
    rows = select(log.payload).where(log.sequence <= end, log.kind != LogKind.DELIVERED.value).order_by(log.sequence)
    entries = [unpack_arrays(payload) for payload in connection.scalars(rows)]
    if entries:
        _merge(connection, joined_entries(entries))
    connection.execute(delete(event_log).where(log.sequence <= end))
    set_mark(connection, COMPACTED, end)
    return moved


def _merge(connection: Connection, events: EntryArrays) -> None:
    """Adds events, in the order of sending, to the chunks of their series and days."""
    fresh = split_by(events.series_ids.astype(np.int64) * _DAYS + events.times_ms // DAY_MS, events)
    customers = _customers(connection, sorted({key // _DAYS for key in fresh}))
    fresh = {key: stretch for key, stretch in fresh.items() if key // _DAYS in customers}
    if not fresh:
        return
    stored = _stored(connection, fresh)
    rows = []
    for key, stretch in fresh.items():
        parts = [stored[key], stretch] if key in stored else [stretch]
        points = settled(parts)
        series_id, day = divmod(key, _DAYS)
        rows.append(
            {
                "series_id": series_id,
                "utc_day": day,
                "customer_id": customers[series_id],
                "size": len(points.times_ms),
                "payload": pack_chunk(points),
            }
        )
    add = insert(connection, series_chunks)
    add = add.on_conflict_do_update(
        index_elements=["series_id", "utc_day"], set_={"size": add.excluded.size, "payload": add.excluded.payload}
    )
    connection.execute(add, rows)


def _customers(connection: Connection, series_ids: Sequence[int]) -> dict[int, str]:
    """The customer of each series that still is: an erased one's events end here."""
    query = select(series.c.id, series.c.customer_id).where(among(connection, series.c.id, series_ids)).order_by(series.c.id)
    if is_postgresql(connection):
        query = query.with_for_update(read=True, key_share=True)
    return {series_id: customer_id for series_id, customer_id in connection.execute(query)}  # noqa: C416 - rows are no pairs


def _stored(connection: Connection, fresh: dict[int, Stretch]) -> dict[int, Stretch]:
    days = [key % _DAYS for key in fresh]
    chunks = series_chunks.c
    query = select(chunks.series_id, chunks.utc_day, chunks.payload).where(
        among(connection, chunks.series_id, sorted({key // _DAYS for key in fresh})),
        chunks.utc_day.between(min(days), max(days)),
    )
    stored = {}
    for series_id, day, payload in connection.execute(query):
        key = series_id * _DAYS + day
        if key in fresh:
            stored[key] = unpack_chunk(payload)
    return stored


def _day(at_ms: int) -> int:
    return max(0, min(utc_day(at_ms), _DAYS - 1))
