"""Energy statistics of one building: by hour, by local day, by month. Pure.

Decides which series count (those of the gateway, which is the whole household; where it has none of a type, the devices
together; never both) and to which hour a value belongs. An event's timestamp is the beginning of its interval, so its
value (Wh) counts whole in the local hour and day in which its timestamp lies, however long the interval is. Nothing is
spread or filled in. Invariant: what had no event is NaN here and absent outside, never zero; the days of a range do not
depend on the range.

Base consumption (our definition): what would have been used had every hour of the day been like a quiet one. A quiet hour is
the tenth percentile of the hours with events (the nearest rank: the third lowest of 24); times the length of the day in
hours. A day with events in less than three quarters of its hours has none. That of a month is the sum of its days'.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from hearth.core.instants import HOUR_MS, datetime_of_instant, local_date, start_of_local_day, zone_named
from hearth.domain.catalogue import PLATFORM
from hearth.domain.events import Series

ENERGY_TYPES = ("ENERGY_GENERATION", "ENERGY_CONSUMPTION", "GRID_ENERGY_CONSUMPTION")
HOUSEHOLD = "GATEWAY"
# The columns of a day's figures, all in Wh: the energies in the order of the types, then the base of two of them.
GENERATION, CONSUMPTION, GRID, BASE, GRID_BASE = range(5)
_BASE_OF = {CONSUMPTION: BASE, GRID: GRID_BASE}
TYPE_OF_COLUMN = (*ENERGY_TYPES, *(ENERGY_TYPES[column] for column in _BASE_OF))
COLUMNS = len(TYPE_OF_COLUMN)

_QUIET_SHARE = 0.1
_LEAST_SHARE_OF_HOURS = 0.75

Figures = NDArray[np.float64]
Instants = NDArray[np.int64]

_EPOCH = date(1970, 1, 1).toordinal()


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return day.toordinal() - _EPOCH


def day_of_number(number: int) -> date:
    """The day that is so many days after 1970-01-01."""
    return date.fromordinal(number + _EPOCH)


class CountedSeries(NamedTuple):
    """Which series of a building make up its statistics. `by_type`: the ids, for each of `ENERGY_TYPES`.

    `basis` names the zone and the types that come from the gateway: figures of another basis are other figures.
    """

    basis: str
    by_type: tuple[tuple[int, ...], ...]


def counted_series(time_zone_id: str, series: Iterable[Series]) -> CountedSeries:
    """Of all series of a building those that count."""
    found = [each for each in series if each.event_type in ENERGY_TYPES and each.source != PLATFORM]
    of_household = sorted({each.event_type for each in found if each.source == HOUSEHOLD})
    by_type = tuple(
        tuple(each.id for each in found if each.event_type == name and (name not in of_household or each.source == HOUSEHOLD))
        for name in ENERGY_TYPES
    )
    return CountedSeries(" ".join((time_zone_id, *of_household)), by_type)


@dataclass(frozen=True)
class LocalHours:
    """The hours on the wall of some local days. `bounds_ms`: where each begins, and where the last one ends.

    An hour in which clocks are moved by half an hour is cut there; all others last an hour. `day_of`: the day of each hour,
    counted from `first_day`; `day_hours`: how long each day is.
    """

    first_day: date
    bounds_ms: Instants
    day_of: NDArray[np.int64]
    day_hours: Figures

    @property
    def lengths_ms(self) -> Instants:
        """How long each hour is."""
        return np.diff(self.bounds_ms)


@lru_cache(maxsize=256)
def local_hours(first_day: date, last_day: date, zone: ZoneInfo) -> LocalHours:
    """The hours of the days from the first to the last."""
    days = [_hours_of_day(first_day + timedelta(days=at), zone) for at in range((last_day - first_day).days + 1)]
    end_ms = start_of_local_day(last_day + timedelta(days=1), zone)
    starts = [start_ms for day in days for start_ms in day]
    day_starts = np.array([day[0] for day in days] + [end_ms], dtype=np.int64)
    return LocalHours(
        first_day=first_day,
        bounds_ms=np.array([*starts, end_ms], dtype=np.int64),
        day_of=np.repeat(np.arange(len(days)), [len(day) for day in days]),
        day_hours=np.diff(day_starts) / HOUR_MS,
    )


@lru_cache(maxsize=16_384)
def _hours_of_day(day: date, zone: ZoneInfo) -> tuple[int, ...]:
    at_ms, end_ms = start_of_local_day(day, zone), start_of_local_day(day + timedelta(days=1), zone)
    starts = []
    while at_ms < end_ms:
        starts.append(at_ms)
        offset = datetime_of_instant(at_ms, zone).utcoffset() or timedelta()
        offset_ms = offset // timedelta(milliseconds=1)
        at_ms = (at_ms + offset_ms) // HOUR_MS * HOUR_MS + HOUR_MS - offset_ms
    return tuple(starts)


def hourly_sums(hours: LocalHours, times_ms: Instants, values_wh: Figures) -> Figures:
    """What the events of each hour add up to, in Wh; NaN where there is none. The times need no order."""
    count = len(hours.bounds_ms) - 1
    at = np.searchsorted(hours.bounds_ms, times_ms, side="right") - 1
    within = (at >= 0) & (at < count)
    at, values_wh = at[within], values_wh[within]
    sums = np.bincount(at, weights=values_wh, minlength=count).astype(np.float64)
    sums[np.bincount(at, minlength=count) == 0] = np.nan
    return sums


def daily_figures(hours: LocalHours, sums: Sequence[Figures]) -> Figures:
    """Hourly sums of each of `ENERGY_TYPES` -> an array [day, column] in Wh, NaN = none."""
    figures = np.full((len(hours.day_hours), COLUMNS), np.nan)
    first_hours = np.append(np.flatnonzero(np.diff(hours.day_of, prepend=-1)), len(hours.day_of))
    whole = hours.lengths_ms == HOUR_MS
    for column, of_type in enumerate(sums):
        has_events = ~np.isnan(of_type)
        if not has_events.any():
            continue
        days = hours.day_of[has_events]
        added = np.bincount(days, weights=of_type[has_events], minlength=len(figures))
        counted = np.bincount(days, minlength=len(figures))
        figures[:, column] = np.where(counted > 0, added, np.nan)
        if column in _BASE_OF:
            for day in np.flatnonzero(counted).tolist():
                of_day = slice(first_hours[day], first_hours[day + 1])
                quiet = _quiet_hour(of_type[of_day][has_events[of_day] & whole[of_day]], int(whole[of_day].sum()))
                figures[day, _BASE_OF[column]] = quiet * hours.day_hours[day]
    return figures


def _quiet_hour(hours_wh: Figures, hours_of_day: int) -> float:
    if len(hours_wh) < _LEAST_SHARE_OF_HOURS * hours_of_day:
        return np.nan
    rank = int(np.ceil(_QUIET_SHARE * len(hours_wh))) - 1
    return float(np.sort(hours_wh)[rank])


def monthly_figures(first_day: date, daily: Figures) -> list[tuple[date, Figures]]:
    """Days from the first on -> (first of the month, sums of its days with figures) of each month that has any."""
    months: dict[date, list[int]] = {}
    for at in np.flatnonzero(~np.isnan(daily).all(axis=1)).tolist():
        months.setdefault((first_day + timedelta(days=at)).replace(day=1), []).append(at)
    return [(month, _sum_of(daily[days])) for month, days in months.items()]


def _sum_of(daily: Figures) -> Figures:
    return np.where(np.isnan(daily).all(axis=0), np.nan, np.nansum(daily, axis=0))


def days_of_instants(times_ms: Instants, time_zone_id: str) -> list[int]:
    """The local days in which instants lie, as numbers, ascending."""
    if len(times_ms) == 0:
        return []
    zone = zone_named(time_zone_id)
    first = day_number(local_date(int(times_ms.min()), zone))
    last = day_number(local_date(int(times_ms.max()), zone))
    starts_ms = [_start_of_day(day_of_number(day), zone) for day in range(first + 1, last + 1)]
    days: list[int] = (np.unique(np.searchsorted(starts_ms, times_ms, side="right")) + first).tolist()
    return days


_start_of_day = lru_cache(maxsize=16_384)(start_of_local_day)


def runs_of(days: Sequence[int]) -> list[tuple[int, int]]:
    """Ascending numbers -> (first, last) of each stretch without a gap."""
    runs: list[tuple[int, int]] = []
    for day in days:
        if runs and runs[-1][1] == day - 1:
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs
