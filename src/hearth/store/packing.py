"""Packing: columns of events as bytes, and back.

Holds the two formats of the store, both little-endian and headed by their version: an entry of the log
(as it came, quick to write) and a chunk of a series (sorted, one value per instant, compressed).
Invariant: unpacking gives bit for bit what was packed. Bytes of a version nobody knows raise ValueError.
"""

from __future__ import annotations

import struct
import sys
import zlib
from array import array
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from hearth.domain.events import NO_FORECAST_MS, Delivered, EventColumns, Fact, Interacted

_VERSION = 1
_HAS_FORECAST = 1
_HAS_DELIVERED = 2
_HAS_INTERACTED = 4
_HEAD = struct.Struct("<BBI")  # version, flags, number of events
_CHUNK_HEAD = struct.Struct("<BBIq")  # version, flags, number of points, first instant
_FASTEST = 1

_delivered = msgspec.msgpack.Decoder(tuple[Delivered, ...])
_interacted = msgspec.msgpack.Decoder(tuple[Interacted, ...])


class Stretch(NamedTuple):
    """Points of one series as NumPy columns (int64, float64, int64); `forecast_ms` None = none has one."""

    times_ms: NDArray[np.int64]
    values: NDArray[np.float64]
    forecast_ms: NDArray[np.int64] | None


class EntryArrays(NamedTuple):
    """Events of one log entry as NumPy columns, in the order of arrival."""

    series_ids: NDArray[np.int32]
    times_ms: NDArray[np.int64]
    values: NDArray[np.float64]
    forecast_ms: NDArray[np.int64] | None


class PackedChunk(NamedTuple):
    """The number of its points, and the bytes."""

    size: int
    payload: bytes


def pack_entry(columns: EventColumns, facts: Sequence[Fact] = ()) -> bytes:
    """Columns and facts (all of one kind) of a log entry -> bytes."""
    flags = _HAS_FORECAST if columns.forecast_ms is not None else 0
    if facts:
        flags |= _HAS_DELIVERED if isinstance(facts[0], Delivered) else _HAS_INTERACTED
    parts = [
        _HEAD.pack(_VERSION, flags, len(columns.series_ids)),
        _little(columns.series_ids),
        _little(columns.times_ms),
        _little(columns.values),
    ]
    if columns.forecast_ms is not None:
        parts.append(_little(columns.forecast_ms))
    if facts:
        parts.append(msgspec.msgpack.encode(facts))
    return b"".join(parts)


def unpack_entry(payload: bytes) -> tuple[EventColumns, tuple[Fact, ...]]:
    """Bytes -> columns and facts of a log entry."""
    flags, count = _entry_head(payload)
    series_ids, times, values = array("i"), array("q"), array("d")
    at = _HEAD.size
    for column, width in ((series_ids, 4), (times, 8), (values, 8)):
        column.frombytes(payload[at : at + width * count])
        at += width * count
    forecasts = None
    if flags & _HAS_FORECAST:
        forecasts = array("q")
        forecasts.frombytes(payload[at : at + 8 * count])
        at += 8 * count
    if sys.byteorder == "big":
        series_ids.byteswap()
        times.byteswap()
        values.byteswap()
        if forecasts is not None:
            forecasts.byteswap()
    facts: tuple[Fact, ...] = ()
    if flags & _HAS_DELIVERED:
        facts = _delivered.decode(payload[at:])
    elif flags & _HAS_INTERACTED:
        facts = _interacted.decode(payload[at:])
    return EventColumns(series_ids=series_ids, times_ms=times, values=values, forecast_ms=forecasts), facts


def unpack_arrays(payload: bytes) -> EntryArrays:
    """Bytes of a log entry -> its events as read-only arrays over the same bytes."""
    flags, count = _entry_head(payload)
    at = _HEAD.size
    return EntryArrays(
        np.frombuffer(payload, "<i4", count, at),
        np.frombuffer(payload, "<i8", count, at + 4 * count),
        np.frombuffer(payload, "<f8", count, at + 12 * count),
        np.frombuffer(payload, "<i8", count, at + 20 * count) if flags & _HAS_FORECAST else None,
    )


def unpack_series_ids(payloads: Sequence[bytes]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """The series of the events of some log entries, one entry after the other, and where those of each entry end."""
    counts = [_entry_head(payload)[1] for payload in payloads]
    columns = [payload[_HEAD.size : _HEAD.size + 4 * count] for payload, count in zip(payloads, counts, strict=True)]
    return np.frombuffer(b"".join(columns), "<i4"), np.cumsum(counts, dtype=np.int64)


def pack_chunk(points: Stretch) -> PackedChunk:
    """At least one point of one UTC day, ascending -> bytes."""
    first_ms = int(points.times_ms[0])
    flags = _HAS_FORECAST if points.forecast_ms is not None else 0
    return _packed_chunk(flags, len(points.times_ms), first_ms, _columns(points, first_ms))


def append_to_chunk(payload: bytes, later: Stretch) -> PackedChunk | None:
    """The chunk with points of its day behind its own, at a fraction of what merging costs.

    None where they do not all lie behind it, or only one of both has forecasts.
    """
    flags, count, first_ms, body = _opened_chunk(payload)
    if (later.forecast_ms is not None) != bool(flags & _HAS_FORECAST):
        return None
    last_ms = first_ms + int(np.frombuffer(body, "<u4", count).sum())
    if later.times_ms[0] <= last_ms:
        return None
    ends = (0, 4 * count, 12 * count, len(body))
    before = [body[start:end] for start, end in pairwise(ends)]
    columns = [part for both in zip(before, _columns(later, last_ms), strict=True) for part in both]
    return _packed_chunk(flags, count + len(later.times_ms), first_ms, columns)


def unpack_chunk(payload: bytes) -> Stretch:
    """Bytes of a chunk -> its points."""
    flags, count, first_ms, body = _opened_chunk(payload)
    times = np.cumsum(np.frombuffer(body, "<u4", count), dtype=np.int64)
    times += first_ms
    return Stretch(
        times,
        np.frombuffer(body, "<f8", count, 4 * count),
        np.frombuffer(body, "<i8", count, 12 * count) if flags & _HAS_FORECAST else None,
    )


def _opened_chunk(payload: bytes) -> tuple[int, int, int, bytes]:
    version, flags, count, first_ms = _CHUNK_HEAD.unpack_from(payload)
    _check(version)
    return flags, count, first_ms, zlib.decompress(memoryview(payload)[_CHUNK_HEAD.size :])


def _columns(points: Stretch, before_ms: int) -> list[bytes]:
    """Times as distances, from `before_ms` on; values; forecasts."""
    times = points.times_ms
    deltas = np.empty(len(times), "<u4")
    deltas[0] = times[0] - before_ms
    np.subtract(times[1:], times[:-1], out=deltas[1:], casting="unsafe")
    forecasts = b"" if points.forecast_ms is None else points.forecast_ms.astype("<i8", copy=False).tobytes()
    return [deltas.tobytes(), points.values.astype("<f8", copy=False).tobytes(), forecasts]


def _packed_chunk(flags: int, count: int, first_ms: int, columns: Sequence[bytes]) -> PackedChunk:
    head = _CHUNK_HEAD.pack(_VERSION, flags, count, first_ms)
    return PackedChunk(count, head + zlib.compress(b"".join(columns), _FASTEST))


def joined_forecasts(parts: Sequence[tuple[int, NDArray[np.int64] | None]]) -> NDArray[np.int64] | None:
    """Forecast columns of (length, column or None) one after the other; None when all are."""
    if all(column is None for _, column in parts):
        return None
    return np.concatenate([np.full(size, NO_FORECAST_MS) if column is None else column for size, column in parts])


def without_empty_forecasts(column: NDArray[np.int64] | None) -> NDArray[np.int64] | None:
    """None in place of a column in which no event has a forecast."""
    return None if column is None or bool((column == NO_FORECAST_MS).all()) else column


def _entry_head(payload: bytes) -> tuple[int, int]:
    version, flags, count = _HEAD.unpack_from(payload)
    _check(version)
    return flags, count


def _check(version: int) -> None:
    if version != _VERSION:
        raise ValueError(f"packed by version {version} of the format; this program knows {_VERSION}. Take a newer Hearth.")


def _little(column: array[int] | array[float]) -> bytes:
    if sys.byteorder == "big":
        column = column[:]
        column.byteswap()
    return column.tobytes()
