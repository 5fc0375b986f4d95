"""A home's year in figures: what its energies came to, how that has changed, and when in the year and day it used them. Pure.

All of local days that are over; NaN = no event. Invariant: a share or a change is only told where enough days are known, and of
a change only days count that are known in both years, weekday beside weekday.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hearth.insights.energy import Figures, monthly_figures

YEAR_DAYS = 365
WEEKS_DAYS = 364  # a year of whole weeks: weekdays stand beside weekdays
HISTORY_DAYS = YEAR_DAYS + WEEKS_DAYS
PEAK_DAYS = 30
NIGHT_HOURS = frozenset((22, 23, 0, 1, 2, 3, 4, 5))

_LEAST_DAYS_OF_YEAR = 330
_LEAST_DAYS_OF_CHANGE = 90
_LEAST_NIGHT_HOURS = 30 * 24
_MONTHS = 13
_NORTHERN_WINTER = frozenset((10, 11, 12, 1, 2, 3))


class MonthEnergy(NamedTuple):
    """What the days of a month came to. `is_whole`: it is over."""

    month: date
    energy_wh: float | None
    is_whole: bool


class PeakDay(NamedTuple):
    """The day with the most."""

    day: date
    energy_wh: float


@dataclass(frozen=True)
class EnergyYear:
    """One energy over the last 365 days that are over. `known_days`: those with events.

    `change_share`: how much more (0.1 = a tenth) than a year of weeks before; `winter_share`: 0..1, of the half year of winter;
    `peak`: of the last 30 days. None = too little is known.
    """

    total_wh: float | None
    known_days: int
    change_share: float | None
    winter_share: float | None
    peak: PeakDay | None
    months: list[MonthEnergy]


def energy_year(daily_wh: Figures, last_day: date, is_southern: bool = False) -> EnergyYear:
    """Of `HISTORY_DAYS` days, the last of which is `last_day`; `is_southern`: winter is from April to September."""
    days = [last_day - timedelta(days=HISTORY_DAYS - 1 - at) for at in range(HISTORY_DAYS)]
    year = daily_wh[-YEAR_DAYS:]
    known = int(np.sum(~np.isnan(year)))
    return EnergyYear(
        total_wh=float(np.nansum(year)) if known else None,
        known_days=known,
        change_share=_change(year, daily_wh[:YEAR_DAYS]),
        winter_share=_winter_share(year, days[-YEAR_DAYS:], is_southern) if known >= _LEAST_DAYS_OF_YEAR else None,
        peak=_peak(daily_wh[-PEAK_DAYS:], days[-PEAK_DAYS:]),
        months=_months(daily_wh, days),
    )


def night_share(hourly_wh: Figures, wall_hours: NDArray[np.int64]) -> float | None:
    """The share, 0..1, of what was used from 22 to 6 o'clock by the clock on the wall; None with less than 30 days of hours."""
    known = ~np.isnan(hourly_wh)
    total = float(np.nansum(hourly_wh))
    if np.sum(known) < _LEAST_NIGHT_HOURS or total <= 0:
        return None
    return float(np.nansum(hourly_wh[np.isin(wall_hours, list(NIGHT_HOURS))])) / total


def _change(year: Figures, before: Figures) -> float | None:
    common = ~np.isnan(year) & ~np.isnan(before)
    was = float(np.sum(before[common]))
    if np.sum(common) < _LEAST_DAYS_OF_CHANGE or was <= 0:
        return None
    return float(np.sum(year[common])) / was - 1


def _winter_share(year: Figures, days: list[date], is_southern: bool) -> float | None:
    is_winter = np.array([(day.month in _NORTHERN_WINTER) != is_southern for day in days])
    total = float(np.nansum(year))
    return float(np.nansum(year[is_winter])) / total if total > 0 else None


def _peak(recent: Figures, days: list[date]) -> PeakDay | None:
    if np.isnan(recent).all():
        return None
    at = int(np.nanargmax(recent))
    return PeakDay(days[at], float(recent[at]))


def _months(daily_wh: Figures, days: list[date]) -> list[MonthEnergy]:
    """The last thirteen, the newest of which may not be over."""
    sums = {month: float(figures[0]) for month, figures in monthly_figures(days[0], daily_wh[:, np.newaxis])}
    month = days[-1].replace(day=1)
    found = []
    for _ in range(_MONTHS):
        is_whole = month != days[-1].replace(day=1) or (days[-1] + timedelta(days=1)).month != month.month
        found.append(MonthEnergy(month, sums.get(month), is_whole))
        month = (month - timedelta(days=1)).replace(day=1)
    return found[::-1]
