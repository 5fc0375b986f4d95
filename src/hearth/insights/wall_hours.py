"""WallHours: the energies of a home by the hours that its clock shows, and which of them are of the low tariff. Pure.

When a tariff is low is `domain.tariffs`' to say, what the hours tell of a home `insights.households`'. Invariant: an hour
of which no price is known is neither low nor high.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from hearth.core.instants import datetime_of_instant
from hearth.domain.tariffs import Tariff, price_segments
from hearth.insights.energy import Figures, LocalHours, local_hours


@dataclass(frozen=True)
class WallHours:
    """Hours of some local days, oldest first: the day of each counted from the first, and what the clock on the wall shows.

    weekday: Monday = 0. Energies in Wh, NaN = unknown. is_low_tariff: 1 or 0, NaN where no price is known.
    """

    day_of: NDArray[np.int64]
    weekday: NDArray[np.int64]
    wall_hour: NDArray[np.int64]
    consumption_wh: Figures
    generation_wh: Figures
    is_low_tariff: Figures


def wall_hours(
    first_day: date, last_day: date, zone: ZoneInfo, consumption_wh: Figures, generation_wh: Figures, tariff: Tariff | None
) -> WallHours:
    """The energies of `local_hours` of these days, by the clock."""
    hours, shown = local_hours(first_day, last_day, zone), _shown(first_day, last_day, zone)
    return WallHours(
        day_of=hours.day_of,
        weekday=np.array([each.weekday() for each in shown], dtype=np.int64),
        wall_hour=np.array([each.hour for each in shown], dtype=np.int64),
        consumption_wh=consumption_wh,
        generation_wh=generation_wh,
        is_low_tariff=_low_tariff(tariff, hours, zone),
    )


@lru_cache(maxsize=64)
def _shown(first_day: date, last_day: date, zone: ZoneInfo) -> tuple[datetime, ...]:
    """The middle of each hour, on the wall."""
    bounds = local_hours(first_day, last_day, zone).bounds_ms
    return tuple(datetime_of_instant(at_ms, zone) for at_ms in ((bounds[:-1] + bounds[1:]) // 2).tolist())


def _low_tariff(tariff: Tariff | None, hours: LocalHours, zone: ZoneInfo) -> Figures:
    """At the middle of each hour, as `domain.tariffs` has it."""
    middles = (hours.bounds_ms[:-1] + hours.bounds_ms[1:]) // 2
    if tariff is None or not tariff.has_low_hours():
        return np.full(len(middles), np.nan)
    segments = price_segments(tariff, zone, int(hours.bounds_ms[0]), int(hours.bounds_ms[-1]))
    is_low = np.array([np.nan if each.is_low is None else float(each.is_low) for each in segments])
    low: Figures = is_low[np.searchsorted([each.start_ms for each in segments], middles, side="right") - 1]
    return low
