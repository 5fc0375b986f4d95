"""WallHours: the energies of a home by the hours that its clock shows, and which of them are of the low tariff. Pure.

Decides when a tariff is low; what the hours tell of a home is `insights.households`' to say. Invariant: an hour of which no
price is known is neither low nor high.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from hearth.core.instants import datetime_of_instant
from hearth.domain.buildings import LowTariffHours, PriceSlice, Tariff
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
        is_low_tariff=_low_tariff(tariff, hours, shown),
    )


@lru_cache(maxsize=64)
def _shown(first_day: date, last_day: date, zone: ZoneInfo) -> tuple[datetime, ...]:
    """The middle of each hour, on the wall."""
    bounds = local_hours(first_day, last_day, zone).bounds_ms
    return tuple(datetime_of_instant(at_ms, zone) for at_ms in ((bounds[:-1] + bounds[1:]) // 2).tolist())


def _low_tariff(tariff: Tariff | None, hours: LocalHours, shown: Sequence[datetime]) -> Figures:
    if tariff is not None and tariff.type == "DUAL" and tariff.low_tariff is not None:
        low = tariff.low_tariff
        return np.array([float(_is_low(low, each)) for each in shown])
    if tariff is not None and tariff.type == "DYNAMIC":
        return _below_median(tariff.slices, hours)
    return np.full(len(shown), np.nan)


def _is_low(low: LowTariffHours, at: datetime) -> bool:
    """A span whose end is not later than its start reaches into the next day."""
    clock = f"{at.hour:02}:{at.minute:02}"
    today, yesterday = low.days[at.weekday()], low.days[(at.weekday() - 1) % 7]
    if today is not None and (today[0] <= clock < today[1] if today[0] < today[1] else today[0] <= clock):
        return True
    return yesterday is not None and yesterday[0] >= yesterday[1] and clock < yesterday[1]


def _below_median(slices: Sequence[PriceSlice], hours: LocalHours) -> Figures:
    """Whether the price at the middle of an hour is below the middle price of its day."""
    middles = (hours.bounds_ms[:-1] + hours.bounds_ms[1:]) // 2
    prices = np.full(len(middles), np.nan)
    for each in slices:
        prices[(middles >= each.start_ms) & (middles < each.end_ms)] = float(each.price)
    low = np.full(len(middles), np.nan)
    for day in np.unique(hours.day_of[~np.isnan(prices)]).tolist():
        of_day = (hours.day_of == day) & ~np.isnan(prices)
        low[of_day] = prices[of_day] < np.median(prices[of_day])
    return low
