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
    counted from the first; `day_hours`: how long each day is.
    """

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
    # A day that a zone left out (when it moved across the date line) begins where it ends.
    day_starts = np.array([start_of_local_day(first_day + timedelta(days=at), zone) for at in range(len(days))] + [end_ms])
    return LocalHours(
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
    sums: Figures = hourly_sums_of_many(hours, [(times_ms, values_wh)])[0]
    return sums


def hourly_sums_of_many(hours: LocalHours, events: Sequence[tuple[Instants, Figures]]) -> Figures:
    """(times, Wh) of some buildings -> an array [building, hour]: at once, for many cost little more than one."""
    count = len(hours.bounds_ms) - 1
    times_ms = np.concatenate([times for times, _ in events])
    values_wh = np.concatenate([values for _, values in events])
    at = np.searchsorted(hours.bounds_ms, times_ms, side="right") - 1
    within = (at >= 0) & (at < count)
    at += np.repeat(np.arange(len(events)) * count, [len(times) for times, _ in events])
    at, values_wh = at[within], values_wh[within]
    sums = np.bincount(at, weights=values_wh, minlength=count * len(events)).astype(np.float64)
    sums[np.bincount(at, minlength=len(sums)) == 0] = np.nan
    return sums.reshape(len(events), count)


def daily_figures(hours: LocalHours, sums: Sequence[Figures]) -> Figures:
    """Hourly sums [..., hour] of each of `ENERGY_TYPES` -> an array [..., day, column] in Wh, NaN = none."""
    figures = np.full((*sums[0].shape[:-1], len(hours.day_hours), COLUMNS), np.nan)
    whole = hours.lengths_ms == HOUR_MS
    hours_of_days = np.bincount(hours.day_of, minlength=len(hours.day_hours))
    first_hours = np.cumsum(hours_of_days) - hours_of_days
    for count in np.unique(hours_of_days[hours_of_days > 0]).tolist():  # days of as many hours at once
        days = np.flatnonzero(hours_of_days == count)
        at = first_hours[days][:, np.newaxis] + np.arange(count)
        for column, of_type in enumerate(sums):
            of_days = of_type[..., at]
            has_events = ~np.isnan(of_days)
            figures[..., days, column] = np.where(has_events.any(axis=-1), np.nansum(of_days, axis=-1), np.nan)
            if column in _BASE_OF:
                quiet = _quiet_hours(np.where(whole[at], of_days, np.nan), whole[at].sum(axis=-1))
                figures[..., days, _BASE_OF[column]] = quiet * hours.day_hours[days]
    return figures


def _quiet_hours(hours_wh: Figures, whole_hours: NDArray[np.int64]) -> Figures:
    """Of each day [..., day, hour] the hour of the wanted rank, NaN where too few of its hours are known."""
    known = (~np.isnan(hours_wh)).sum(axis=-1)
    rank = np.maximum(np.ceil(_QUIET_SHARE * known).astype(np.int64) - 1, 0)
    ascending = np.sort(hours_wh, axis=-1)  # NaN last
    quiet: Figures = np.take_along_axis(ascending, rank[..., np.newaxis], axis=-1)[..., 0]
    return np.where(known >= _LEAST_SHARE_OF_HOURS * whole_hours, quiet, np.nan)


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
