"""Stretches: joining points of a series from several places into one settled stretch.

Decides what "one value per instant, the last one sent" means: of parts given in the order of their
sending, the later one wins. Touches no table.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hearth.ports import Points
from hearth.store.packing import EntryArrays, Stretch, joined_forecasts, without_empty_forecasts


def joined(parts: Sequence[Stretch]) -> Stretch:
    """Settled parts that follow one another in time -> one stretch."""
    if len(parts) == 1:
        return parts[0]
    return Stretch(
        np.concatenate([part.times_ms for part in parts]),
        np.concatenate([part.values for part in parts]),
        joined_forecasts([(len(part.times_ms), part.forecast_ms) for part in parts]),
    )


def settled(parts: Sequence[Stretch]) -> Stretch:
    """Parts in the order of their sending -> ascending times, the last value sent for each."""
    times, values, forecasts = joined(parts)
    if len(times) > 1 and not bool((times[1:] > times[:-1]).all()):
        order = np.argsort(times, kind="stable")
        times = times[order]
        last = np.append(times[1:] != times[:-1], True)
        order = order[last]
        times, values = times[last], values[order]
        forecasts = None if forecasts is None else forecasts[order]
    return Stretch(times, values, without_empty_forecasts(forecasts))


def joined_entries(entries: Sequence[EntryArrays]) -> EntryArrays:
    """Entries in the order of the log -> all of their events."""
    return EntryArrays(
        np.concatenate([entry.series_ids for entry in entries]),
        np.concatenate([entry.times_ms for entry in entries]),
        np.concatenate([entry.values for entry in entries]),
        joined_forecasts([(len(entry.series_ids), entry.forecast_ms) for entry in entries]),
    )


def split_by(keys: NDArray[np.int64], events: EntryArrays) -> dict[int, Stretch]:
    """Events -> those of each key, in the order in which they were sent."""
    if len(keys) == 0:
        return {}
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    starts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
    ends = np.append(starts[1:], len(ordered))
    times, values = events.times_ms[order], events.values[order]
    forecasts = None if events.forecast_ms is None else events.forecast_ms[order]
    return {
        key: Stretch(times[start:end], values[start:end], None if forecasts is None else forecasts[start:end])
        for key, start, end in zip(ordered[starts].tolist(), starts.tolist(), ends.tolist(), strict=True)
    }


def picked(events: EntryArrays, mask: NDArray[np.bool_]) -> EntryArrays:
    """The events at which the mask is true."""
    forecasts = None if events.forecast_ms is None else events.forecast_ms[mask]
    return EntryArrays(events.series_ids[mask], events.times_ms[mask], events.values[mask], forecasts)


def between(points: Stretch, from_ms: int, to_ms: int) -> Stretch:
    """The points with from_ms < time <= to_ms of a settled stretch."""
    start, end = np.searchsorted(points.times_ms, [from_ms, to_ms], side="right").tolist()
    if start == 0 and end == len(points.times_ms):
        return points
    forecasts = None if points.forecast_ms is None else points.forecast_ms[start:end]
    return Stretch(points.times_ms[start:end], points.values[start:end], forecasts)


def points_of(stretch: Stretch) -> Points:
    """NumPy columns -> arrays."""
    times, values, forecasts = array("q"), array("d"), None
    times.frombytes(stretch.times_ms.astype(np.int64, copy=False).tobytes())
    values.frombytes(stretch.values.astype(np.float64, copy=False).tobytes())
    column = without_empty_forecasts(stretch.forecast_ms)
    if column is not None:
        forecasts = array("q")
        forecasts.frombytes(column.astype(np.int64, copy=False).tobytes())
    return Points(times, values, forecasts)
