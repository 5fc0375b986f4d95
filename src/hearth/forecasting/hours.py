"""Hours: a series of one value an hour, and what the clock on the wall of its building shows then.

Hours are counted in UTC, so that none is missing or double; the wall clock says which of them are alike. A day on which
clocks are moved has 23 or 25 of them. Invariant: an hour nobody knows is NaN, never zero.
"""

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from hearth.core.instants import HOUR_MS, datetime_of_instant

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

HORIZON_HOURS = 73  # to the end of the day after tomorrow, also where one of the days has 25 hours
_DAY = 24
_NOTHING = timedelta(0)


class WallClock(NamedTuple):
    """Per hour what the clock shows: hour 0..23, weekday 0 (Monday) ..6, and how many hours it is ahead of UTC, rounded."""

    hour: Ints
    weekday: Ints
    ahead: Ints


@dataclass(frozen=True, eq=False)
class HourlySeries:
    """Energies in Wh of successive hours from `start_ms` on; NaN where unknown."""

    start_ms: int
    energy_wh: Floats
    zone: ZoneInfo

    def __post_init__(self) -> None:
        if self.start_ms % HOUR_MS:
            raise ValueError("an hourly series starts at a full hour of UTC")

    def __len__(self) -> int:
        return len(self.energy_wh)

    def position(self, at_ms: int) -> int:
        """Which hour an instant lies in, counted from the first; may lie outside of the series."""
        return (at_ms - self.start_ms) // HOUR_MS

    def clock(self) -> WallClock:
        """The wall clock of the series' hours and of the horizon behind them."""
        return wall_clock(self.start_ms, len(self) + HORIZON_HOURS, self.zone)


@lru_cache(maxsize=64)
def wall_clock(start_ms: int, count: int, zone: ZoneInfo) -> WallClock:
    """The wall clock of `count` hours from `start_ms` on."""
    moments = [datetime_of_instant(start_ms + hour * HOUR_MS, zone) for hour in range(count)]
    ahead = [round((moment.utcoffset() or _NOTHING).total_seconds() / 3_600) for moment in moments]
    return WallClock(
        np.array([moment.hour for moment in moments]), np.array([moment.weekday() for moment in moments]), np.array(ahead)
    )


def same_hours(clock: WallClock, targets: Ints, origins: Ints, days_back: Ints) -> Ints:
    """The hours at which the wall clock showed the same, so many days before; -1 for what is not known at the origin.

    The arrays are broadcast. Where clocks were moved between, the hour is another than 24 h times the days before.
    """
    straight = targets - _DAY * days_back
    moved = straight + clock.ahead[targets] - clock.ahead[np.maximum(straight, 0)]
    return np.where((moved >= 0) & (moved < origins), moved, -1)


def valued(values: Floats, hours: Ints) -> Floats:
    """The values of hours; NaN for hours before the first (negative)."""
    return np.where(hours >= 0, values[np.maximum(hours, 0)], np.nan)
