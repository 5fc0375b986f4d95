"""The local calendar of a home: the minutes of a day, low-tariff hours, holidays.

Invariant: a day has as many minutes as the zone gives it (23, 24 or 25 hours, or what else), and each minute
knows what the clock on the wall shows.
"""

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hearth.core.instants import DAY_MS, MINUTE_MS, datetime_of_instant, instant_of_datetime, start_of_local_day, zone_named
from hearth.testing.households.draws import generator
from hearth.testing.households.home import Home, HomeTariff

_BLOCK_MINUTES = 15


class LocalDay(NamedTuple):
    """A local day [start, end) and its clock: `wall[i]` is the minute of the day that the clock shows, 0..1439."""

    day: date
    start_ms: int
    end_ms: int
    wall: NDArray[np.int64]

    @property
    def minutes(self) -> int:
        """How many minutes the day has."""
        return len(self.wall)


@lru_cache(maxsize=256)
def local_day(day: date, time_zone_id: str) -> LocalDay:
    """The minutes of a day in a zone."""
    zone = zone_named(time_zone_id)
    start_ms = start_of_local_day(day, zone)
    end_ms = start_of_local_day(day + timedelta(days=1), zone)
    if end_ms - start_ms == DAY_MS:
        return LocalDay(day, start_ms, end_ms, np.arange(1440))
    blocks = []
    for at_ms in range(start_ms, end_ms, _BLOCK_MINUTES * MINUTE_MS):
        clock = datetime_of_instant(at_ms, zone)
        blocks.append(clock.hour * 60 + clock.minute + np.arange(_BLOCK_MINUTES))
    return LocalDay(day, start_ms, end_ms, np.concatenate(blocks))


def minute_of(day: date, wall_minute: int, time_zone_id: str) -> int:
    """The instant, in whole minutes since 1970, at which the clock first shows that minute; past 1439 it is the next day."""
    more, minute = divmod(wall_minute, 1440)
    moment = datetime.combine(day + timedelta(days=more), time(minute // 60, minute % 60), tzinfo=zone_named(time_zone_id))
    return instant_of_datetime(moment) // MINUTE_MS


def low_tariff_minutes(tariff: HomeTariff, day: LocalDay) -> NDArray[np.bool_]:
    """Which minutes of a day have the low tariff; an interval that spans midnight belongs to the day it starts on."""
    if tariff.low_hours is None:
        return np.zeros(day.minutes, dtype=bool)
    start, end = (_minutes(text) for text in tariff.low_hours[day.day.weekday()])
    low = (day.wall >= start) & ((day.wall < end) | (start > end))
    before_start, before_end = (_minutes(text) for text in tariff.low_hours[(day.day.weekday() - 1) % 7])
    if before_start > before_end:
        low |= day.wall < before_end
    return low


def _minutes(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def is_on_holiday(home: Home, day: date) -> bool:
    """Whether nobody is at home all day: a longer journey and a short one a year."""
    return any(first <= day < last for first, last in _journeys(home.seed, day.year))


@lru_cache(maxsize=256)
def _journeys(seed: int, year: int) -> tuple[tuple[date, date], ...]:
    draws = generator("journeys", seed, year)
    summer = date(year, 6, 25) + timedelta(days=int(draws.integers(0, 50)))
    other = date(year, 1, 28) + timedelta(days=int(draws.integers(0, 90)))
    return (
        (summer, summer + timedelta(days=int(draws.integers(7, 16)))),
        (other, other + timedelta(days=int(draws.integers(3, 8)))),
    )
