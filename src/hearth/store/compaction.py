"""Compaction: moving log rows into series chunks, prepared beside writers and written in short steps.

`prepare` reads, merges and compresses in a snapshot, where no writer waits for it; `apply` is one short
transaction: first those that write chunks, then those that write the energies of days (`energy`), then those
that delete the rows. Whoever stops between two steps leaves nothing wrong: an instant of a row that still
stands is read from the row, whatever its chunk says, and merging the row once more gives the same chunk.
Invariant: an instant no row has is in its chunk with the value sent last. Steps are numbered over all
compactions, and only the next number counts: what another compactor has made stale is not written. What is
erased meanwhile is left out by the step itself.
"""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from sqlalchemy import Connection, delete, select

from hearth.core.instants import DAY_MS
from hearth.domain.events import EVENT_KINDS
from hearth.ports import ChunkRow, CompactionStep
from hearth.store.connections import LOG_LOCK, among, lock, raw_insert
from hearth.store.energy import batched, summed_up, write_days
from hearth.store.marks import COMPACTED, COMPACTION_STEPS, read_mark, set_mark
from hearth.store.packing import EntryArrays, append_to_chunk, pack_chunk, unpack_arrays, unpack_chunk
from hearth.store.stretches import joined_entries, settled, split_by
from hearth.store.tables import event_log, series, series_chunks

_DAYS = 1 << 31  # a series and a day in one number: series * _DAYS + day
# What one step may do, so that who waits for SQLite's write lock hardly notices.
_MOST_CHUNKS = 100
_MOST_CHUNK_BYTES = 200_000
_MOST_ROWS = 1_000
_MOST_EVENTS = 10_000


def prepare(connection: Connection, up_to_sequence: int, most_events: int) -> list[CompactionStep]:
    """The steps that move the oldest log rows; see `ports.EventRepository.prepare_compaction_for_operator`."""
    rows = _oldest_rows(connection, up_to_sequence, most_events)
    if not rows:
        return []
    log = event_log.c
    end = rows[-1][0]
    query = select(log.payload).where(log.sequence <= end, log.kind.in_(EVENT_KINDS)).order_by(log.sequence)
    entries = [unpack_arrays(payload) for payload in connection.scalars(query)]
    number = read_mark(connection, COMPACTION_STEPS)
    steps = []
    if entries:
        events = joined_entries(entries)
        for chunks in _sliced(_merged(connection, events)):
            number += 1
            steps.append(CompactionStep(number, chunks, 0, 0))
        for sums in batched(summed_up(connection, events)):
            number += 1
            steps.append(CompactionStep(number, [], 0, 0, sums))
    for up_to, moved in _deletions(rows):
        number += 1
        steps.append(CompactionStep(number, [], up_to, moved))
    return steps


def apply(connection: Connection, step: CompactionStep) -> bool:
    """Writes one step; see `ports.EventRepository.compact_for_operator`."""
    lock(connection, LOG_LOCK)  # erasing takes it too: a series that is alive now stays so until the end
    if step.number != read_mark(connection, COMPACTION_STEPS) + 1:
        return False
    if step.chunks:
        alive = _customers(connection, sorted({chunk.series_id for chunk in step.chunks}))
        chunks = [tuple(chunk) for chunk in step.chunks if chunk.series_id in alive]
        if chunks:
            connection.exec_driver_sql(raw_insert(connection, series_chunks) + _OR_REPLACE, chunks)
    if step.days:
        write_days(connection, step.days)
    if step.up_to_sequence:
        connection.execute(delete(event_log).where(event_log.c.sequence <= step.up_to_sequence))
        set_mark(connection, COMPACTED, step.up_to_sequence)
    set_mark(connection, COMPACTION_STEPS, step.number)
    return True


_OR_REPLACE = " ON CONFLICT (series_id, utc_day) DO UPDATE SET size = excluded.size, payload = excluded.payload"


def _oldest_rows(connection: Connection, up_to_sequence: int, most_events: int) -> list[tuple[int, int]]:
    """(last sequence, size) of the rows to move: at least one, if one lies whole below `up_to_sequence`."""
    log = event_log.c
    query = select(log.sequence, log.size).where(log.sequence <= up_to_sequence).order_by(log.sequence).limit(most_events)
    rows: list[tuple[int, int]] = []
    events = 0
    for sequence, size in connection.execute(query).all():
        end = sequence + size - 1
        if end > up_to_sequence or (rows and events + size > most_events):
            break
        events += size
        rows.append((end, size))
    return rows


def _merged(connection: Connection, events: EntryArrays) -> Iterator[ChunkRow]:
    """The chunks of the events' series and days as they are with the events, given in the order of sending."""
    fresh = split_by(events.series_ids.astype(np.int64) * _DAYS + events.times_ms // DAY_MS, events)
    customers = _customers(connection, sorted({key // _DAYS for key in fresh}))
    stored = _stored(connection, [key for key in fresh if key // _DAYS in customers])
    for key, sent in fresh.items():
        series_id, day = divmod(key, _DAYS)
        if series_id not in customers:
            continue  # erased: its events end here
        stretch = settled([sent])
        packed = append_to_chunk(stored[key], stretch) if key in stored else pack_chunk(stretch)
        if packed is None:
            packed = pack_chunk(settled([unpack_chunk(stored[key]), stretch]))
        yield ChunkRow(series_id, day, customers[series_id], packed.size, packed.payload)


def _customers(connection: Connection, series_ids: Sequence[int]) -> dict[int, str]:
    """The customer of each series that still is."""
    query = select(series.c.id, series.c.customer_id).where(among(connection, series.c.id, series_ids))
    return {series_id: customer_id for series_id, customer_id in connection.execute(query)}  # noqa: C416 - rows are no pairs


def _stored(connection: Connection, keys: Sequence[int]) -> dict[int, bytes]:
    if not keys:
        return {}
    days = [key % _DAYS for key in keys]
    wanted = frozenset(keys)
    chunks = series_chunks.c
    query = select(chunks.series_id, chunks.utc_day, chunks.payload).where(
        among(connection, chunks.series_id, sorted({key // _DAYS for key in keys})),
        chunks.utc_day.between(min(days), max(days)),
    )
    found = ((series_id * _DAYS + day, payload) for series_id, day, payload in connection.execute(query))
    return {key: payload for key, payload in found if key in wanted}


def _sliced(chunks: Iterable[ChunkRow]) -> Iterator[list[ChunkRow]]:
    part: list[ChunkRow] = []
    size = 0
    for chunk in chunks:
        if part and (len(part) == _MOST_CHUNKS or size + len(chunk.payload) > _MOST_CHUNK_BYTES):
            yield part
            part, size = [], 0
        part.append(chunk)
        size += len(chunk.payload)
    if part:
        yield part


def _deletions(rows: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """(last sequence, events) of each step that deletes."""
    count = events = end = 0
    for next_end, size in rows:
        if count and (count == _MOST_ROWS or events + size > _MOST_EVENTS):
            yield end, events
            count = events = 0
        count, events, end = count + 1, events + size, next_end
    yield end, events
