"""Graphs: which points of a long series show what all of them show.

M4 (Jugel and others, "M4: a visualization-oriented time series data aggregation", VLDB 2014): of each of equally long
stretches of time the first, the last, the lowest and the highest point. A line drawn through them over as many columns
of pixels as there are stretches is that of all points, so every peak stays where and as high as it was. Pure.
Invariant: what is kept are points of the series, in their order, at most as many as asked for.
"""

from collections.abc import Sequence

import numpy as np

MOST_POINTS = 5_000
_OF_A_STRETCH = 4


def shares_of(counts: Sequence[int], most: int = MOST_POINTS) -> list[int]:
    """How many points each of several series may keep, so that all together keep at most `most`: what a short series does
    not need is left to the long ones."""
    shares = [0] * len(counts)
    left = most
    for done, index in enumerate(sorted(range(len(counts)), key=counts.__getitem__)):
        shares[index] = min(counts[index], left // (len(counts) - done))
        left -= shares[index]
    return shares


def telling_points(times_ms: Sequence[int], values: Sequence[float], most: int = MOST_POINTS) -> list[int]:
    """Positions of the points to draw; `times_ms` ascend. All of them where there are no more than `most`."""
    count = len(times_ms)
    if count <= most:
        return list(range(count))
    if most < _OF_A_STRETCH:  # too few for any stretch
        return list(range(0, count, -(-count // most))) if most else []
    times, heights = np.asarray(times_ms, dtype=np.int64), np.asarray(values, dtype=np.float64)
    stretch = (times - times[0]) * (most // _OF_A_STRETCH) // (times[-1] - times[0] + 1)
    starts = np.flatnonzero(np.diff(stretch, prepend=-1))
    ends = np.append(starts[1:], count) - 1
    rising = np.lexsort((heights, stretch))  # within each stretch from the lowest to the highest
    kept: list[int] = np.unique(np.concatenate((starts, ends, rising[starts], rising[ends]))).tolist()
    return kept
