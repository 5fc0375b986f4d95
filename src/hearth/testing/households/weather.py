"""Weather of a place and day: outside temperature and passing clouds, by the minute.

A parametric climate, no forecast and no record: seasonal mean and amplitude follow from latitude and
altitude; on it lie a synoptic anomaly and a cloudiness that persist from day to day, the daily course and
clouds that pass within minutes. Days are solar days (fixed offset from UTC by longitude), so that a change
of the weather falls into the night and no clock change is ever seen.
Invariant: a day depends only on (seed, place, day).
"""

import math
from datetime import date
from functools import lru_cache
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from hearth.core.instants import DAY_MS, HOUR_MS, MINUTE_MS
from hearth.testing.households.draws import Floats, generator, smooth_noise

MINUTES = 1440
_NORMAL = NormalDist()
_MEMORY_DAYS = 12  # an older shock has less than 1 % of the weight
_PERSISTENCE_CLOUD = 0.55  # correlation of one day with the next
_PERSISTENCE_TEMPERATURE = 0.72
_UNEVENNESS = 1.6  # of cloudiness between days: above 1, clear and overcast days are more frequent than mixed ones
_FIRST_ORDINAL = date(1970, 1, 1).toordinal()


class Site(NamedTuple):
    """Where the weather is: degrees, metres; homes of one site share their weather."""

    latitude: float
    longitude: float
    altitude_m: float


class Weather(NamedTuple):
    """By the minute: °C; share of the direct sun that arrives (0..1); transmission of the clouded rest (0..1)."""

    outside_c: Floats
    sun_share: Floats
    cloud_transmission: Floats


def weather_between(seed: int, site: Site, from_ms: int, to_ms: int) -> Weather:
    """The weather of [from, to), which are whole minutes; shape (minutes,)."""
    offset_ms = solar_offset_ms(site.longitude)
    first, last = (from_ms + offset_ms) // DAY_MS, (to_ms - 1 + offset_ms) // DAY_MS
    days = [_weather_of_day(seed, site, day) for day in range(first, last + 1)]
    skip = (from_ms + offset_ms - first * DAY_MS) // MINUTE_MS
    wanted = slice(skip, skip + (to_ms - from_ms) // MINUTE_MS)
    return Weather(*(np.concatenate(columns)[wanted] for columns in zip(*days, strict=True)))


def solar_offset_ms(longitude: float) -> int:
    """How far the solar clock is ahead of UTC, in whole hours."""
    return round(longitude / 15) * HOUR_MS


def summer_share(latitude: float, day: int) -> float:
    """-1 in the depth of winter, +1 in high summer (about three weeks after the solstice), on either hemisphere."""
    day_of_year = date.fromordinal(_FIRST_ORDINAL + day).timetuple().tm_yday
    north = -np.cos(2 * np.pi * (day_of_year - 17) / 365.25)
    return float(north if latitude >= 0 else -north)


@lru_cache(maxsize=8192)
def _shocks(seed: int, site: Site, day: int) -> tuple[float, float]:
    cloud, temperature = generator("synoptic", seed, repr(site), day).standard_normal(2)
    return float(cloud), float(temperature)


def _persistent(seed: int, site: Site, day: int, index: int, persistence: float) -> float:
    """A first-order autoregression, cut off after some days; unit variance."""
    weights = [persistence**age for age in range(_MEMORY_DAYS)]
    total = sum(w * _shocks(seed, site, day - age)[index] for age, w in enumerate(weights))
    return total / math.sqrt(sum(w * w for w in weights))


@lru_cache(maxsize=8192)
def _level(seed: int, site: Site, day: int) -> tuple[float, float, float]:
    """(cloud cover 0..1, mean temperature °C, half the daily temperature swing K) of a day."""
    latitude = abs(site.latitude)
    summer = summer_share(site.latitude, day)
    mean_cover = float(np.interp(latitude, [0, 10, 25, 35, 47, 60], [0.5, 0.5, 0.3, 0.28, 0.56, 0.66]))
    mean_cover -= 0.19 * summer * min(1.0, latitude / 45)
    spread = (1 + _UNEVENNESS**2) ** 0.5
    cover = _NORMAL.cdf(_UNEVENNESS * _persistent(seed, site, day, 0, _PERSISTENCE_CLOUD) + _NORMAL.inv_cdf(mean_cover) * spread)
    yearly_mean = 27.5 - 0.008 * latitude**2 if latitude <= 47 else 9.8 - 0.25 * (latitude - 47)
    yearly_mean -= 0.004 * max(0.0, site.altitude_m - 300)
    anomaly = 3.2 * _persistent(seed, site, day, 1, _PERSISTENCE_TEMPERATURE) * min(1.0, latitude / 40)
    clear_sky = 2.5 * (0.5 - cover) * summer  # a clear day is warm in summer and cold in winter
    temperature = yearly_mean + 0.2 * latitude * summer + anomaly + clear_sky
    return cover, temperature, 1.2 + (1 - cover) * (3.5 + 1.5 * summer)


@lru_cache(maxsize=64)
def _weather_of_day(seed: int, site: Site, day: int) -> Weather:
    levels = [_level(seed, site, day + shift) for shift in (-1, 0, 1)]
    minute = np.arange(MINUTES)
    noons = np.array([-MINUTES / 2, MINUTES / 2, 3 * MINUTES / 2])
    mean = np.interp(minute, noons, [level[1] for level in levels])
    swing = np.interp(minute, noons, [level[2] for level in levels])
    outside_c = mean + swing * np.cos(2 * np.pi * (minute / 60 - 15) / 24)

    cover = levels[1][0]
    draws = generator("clouds", seed, repr(site), day)
    field = (
        0.55 * smooth_noise(draws, MINUTES, 120) + 0.6 * smooth_noise(draws, MINUTES, 25) + 0.58 * smooth_noise(draws, MINUTES, 4)
    )
    edge = _NORMAL.inv_cdf(min(0.999, max(0.001, 1 - cover)))
    sun_share = 1 / (1 + np.exp(np.clip((field - edge) * 5, -40, 40)))
    thickness = draws.lognormal(0.0, 0.25)
    transmission = (0.62 - 0.36 * cover) / thickness * (1 + 0.18 * smooth_noise(draws, MINUTES, 45))
    return Weather(outside_c, sun_share, np.clip(transmission, 0.06, 0.8))
