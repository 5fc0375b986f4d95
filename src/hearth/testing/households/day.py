"""A day of a home before anything reacts: load, sun, weather, journeys, hot water, tariff, per step.

Invariant: a day depends only on home, date and step; that is why a simulation may begin anywhere.
"""

from datetime import date
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from hearth.core.instants import MINUTE_MS
from hearth.testing.households.calendar import LocalDay, is_on_holiday, local_day, low_tariff_minutes, minute_of
from hearth.testing.households.draws import Floats, generator
from hearth.testing.households.home import Car, Home
from hearth.testing.households.load import load_of_day
from hearth.testing.households.solar import pv_power
from hearth.testing.households.weather import weather_between

_SMOOTH_MINUTES = 24 * 60  # a house follows the outside temperature of about a day
WATER_WH_PER_PERSON = 1_600.0  # heat drawn a day: 40 l of water, warmed from 10 to 45 °C


class Day(NamedTuple):
    """Per step of a local day: W, °C, Wh of heat drawn from the tank, and what holds."""

    start_ms: int
    end_ms: int
    load_w: list[float]
    devices_w: dict[str, list[float]]
    pv_w: list[float]
    outside_c: list[float]
    felt_c: list[float]  # outside temperature as the house feels it
    water_wh: list[float]
    car_away: list[bool]
    car_trip_wh: float
    low_tariff: list[bool]
    evening: list[bool]  # after 21:00: the residents look whether the car is ready for tomorrow


@lru_cache(maxsize=96)
def day_of(home: Home, date_: date, step_minutes: int) -> Day:
    """Everything of a local day that does not depend on what the home did before."""
    local = local_day(date_, home.time_zone_id)
    longer = weather_between(home.weather_seed, home.site, local.start_ms - _SMOOTH_MINUTES * MINUTE_MS, local.end_ms)
    weather = type(longer)(*(column[_SMOOTH_MINUTES:] for column in longer))
    sums = np.concatenate(([0.0], np.cumsum(longer.outside_c)))
    felt = (sums[_SMOOTH_MINUTES:-1] - sums[: -_SMOOTH_MINUTES - 1]) / _SMOOTH_MINUTES
    load = load_of_day(home, local)
    none = np.zeros(local.minutes)
    pv = pv_power(home.site, home.kwp, home.tilt, home.azimuth, weather, local.start_ms) if home.kwp else none
    away, trip_wh = _journey(home, home.car, local) if home.car else (none > 0, 0.0)

    def mean(minutes: Floats) -> list[float]:
        means: list[float] = minutes.reshape(-1, step_minutes).mean(axis=1).tolist()
        return means

    first_of = slice(None, None, step_minutes)
    return Day(
        start_ms=local.start_ms,
        end_ms=local.end_ms,
        load_w=mean(load.total_w),
        devices_w={name: mean(power) for name, power in load.devices_w.items()},
        pv_w=mean(pv),
        outside_c=mean(weather.outside_c),
        felt_c=mean(felt),
        water_wh=(_hot_water(home, local).reshape(-1, step_minutes).sum(axis=1)).tolist(),
        car_away=away[first_of].tolist(),
        car_trip_wh=trip_wh,
        low_tariff=low_tariff_minutes(home.tariff, local)[first_of].tolist(),
        evening=(local.wall[first_of] >= 21 * 60).tolist(),
    )


def _journey(home: Home, car: Car, day: LocalDay) -> tuple[np.ndarray[tuple[int], np.dtype[np.bool_]], float]:
    """When the car is away on a day (by the minute), and the Wh the way takes."""
    if is_on_holiday(home, day.day):
        return np.ones(day.minutes, dtype=bool), car.battery_wh * 0.35  # charged elsewhere, home with the rest
    draws = generator("journey", home.seed, day.day.toordinal())
    away = np.zeros(day.minutes, dtype=bool)
    shift = home.habit_shift_minutes / 60
    if day.day.weekday() < 5 and draws.random() < car.office_days:
        leave, back = draws.normal(7.3 + shift, 0.3), draws.normal(17.4 + shift, 0.6)
        way_km = car.commute_km * draws.uniform(0.95, 1.15)
    elif draws.random() < 0.62:
        leave = draws.uniform(9, 15)
        back = leave + draws.uniform(1, 5)
        way_km = draws.lognormal(3.0, 0.8)
    else:
        return away, 0.0
    season = 1.0 + 0.012 * max(0.0, 15 - _noon_c(home, day))  # a cold car takes more
    first = minute_of(day.day, int(np.clip(leave, 5, 20) * 60), home.time_zone_id) - day.start_ms // MINUTE_MS
    last = minute_of(day.day, int(np.clip(back, 6, 23) * 60), home.time_zone_id) - day.start_ms // MINUTE_MS
    away[first : max(last, first + 30)] = True
    return away, float(min(way_km * car.wh_per_km * season, car.battery_wh * 0.8))


def _noon_c(home: Home, day: LocalDay) -> float:
    noon_ms = day.start_ms + day.minutes // 2 * MINUTE_MS
    return float(weather_between(home.weather_seed, home.site, noon_ms, noon_ms + MINUTE_MS).outside_c[0])


def _hot_water(home: Home, day: LocalDay) -> Floats:
    """Wh of heat drawn by the minute: showers in the morning and evening, small amounts in between."""
    drawn = np.zeros(day.minutes)
    if is_on_holiday(home, day.day) or not (home.heat_pump or home.water_heater):
        return drawn
    draws = generator("hot water", home.seed, day.day.toordinal())
    for _ in range(home.persons):
        hour = draws.choice([7.0, 19.5], p=[0.65, 0.35]) + (1.5 if day.day.weekday() >= 5 else 0)
        minute = int(np.clip((hour + draws.normal(0, 0.5)) * 60 + home.habit_shift_minutes, 300, day.minutes - 30))
        drawn[minute : minute + 7] += WATER_WH_PER_PERSON * 0.62 * draws.uniform(0.7, 1.3) / 7
    for minute in draws.integers(6 * 60, day.minutes - 60, size=4 * home.persons).tolist():
        drawn[minute : minute + 3] += WATER_WH_PER_PERSON * 0.38 / 4 / 3
    return drawn
