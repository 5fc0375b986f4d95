"""Intervals: how often events come, from the times of some series of one type and source. Pure.

Medians twice, first of the spacings of each series, then of the series: so neither a gap nor a home that sends
otherwise moves the answer. Invariant: it does not depend on the order of the series.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from hearth.core.instants import DAY_MS, SECOND_MS
from hearth.domain.intervals import ALIKE

# With fewer a single gap would be the median.
_LEAST_SPACINGS = 3
_SPACINGS_WANTED = 8


@dataclass(frozen=True)
class IntervalEstimate:
    """`interval_seconds` and `alike_share` (0..1, the measured series within a fifth of it) are None with no `measured`."""

    measured: int
    interval_seconds: float | None
    alike_share: float | None


def look_back_ms(catalogue_seconds: int) -> int:
    """How much of the past tells the interval: a day, or of what comes a few times a day at most, several days."""
    return max(DAY_MS, _SPACINGS_WANTED * catalogue_seconds * SECOND_MS)


def spacing_ms(times_ms: Sequence[int]) -> float | None:
    """The median of the spacings of one series, whose times ascend; None where there are too few of them."""
    if len(times_ms) <= _LEAST_SPACINGS:
        return None
    return float(np.median(np.diff(np.asarray(times_ms, dtype=np.int64))))


def estimated_interval(spacings_ms: Iterable[float | None]) -> IntervalEstimate:
    """The interval of the series with these spacings, in seconds, to a tenth; None = a series that does not tell."""
    known = [each for each in spacings_ms if each is not None]
    if not known:
        return IntervalEstimate(measured=0, interval_seconds=None, alike_share=None)
    middle = median(known)
    alike = sum(abs(each - middle) <= ALIKE * middle for each in known)
    return IntervalEstimate(
        measured=len(known), interval_seconds=round(middle / SECOND_MS, 1), alike_share=round(alike / len(known), 3)
    )
