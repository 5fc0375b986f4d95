"""Hourly series with a known structure: habits with noise, and an array under passing clouds."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np

from hearth.core.instants import instant_of_datetime
from hearth.forecasting.hours import HourlySeries, wall_clock
from hearth.forecasting.solar import Site, clear_sky, unit_power

ZURICH = ZoneInfo("Europe/Zurich")
SITE = Site(47.38, 8.54)
START_MS = instant_of_datetime(datetime(2024, 1, 15, tzinfo=UTC))


def consumption(days: int, seed: int = 1, zone: ZoneInfo = ZURICH, start_ms: int = START_MS) -> HourlySeries:
    """A home that cooks at 19:00 on its own clock, later at weekends, with spikes that nobody can foresee."""
    draws = np.random.default_rng(seed)
    clock = wall_clock(start_ms, days * 24, zone)
    evening = np.where(clock.weekday >= 5, 21, 19)
    usual = 200 + 1_500 * (clock.hour == evening) + 400 * (clock.hour == 7)
    spikes = np.where(draws.random(days * 24) < 0.05, 2_000, 0)
    return HourlySeries(start_ms, usual * draws.uniform(0.8, 1.2, days * 24) + spikes, zone)


def generation(days: int, seed: int = 1, peak_w: float = 5_000, tilt: float = 25, azimuth: float = 225) -> HourlySeries:
    """An array of `peak_w` at 1,000 W/m²; a day is clear, or cloudy as the one before was likelier to be."""
    draws = np.random.default_rng(seed)
    unit = unit_power(clear_sky(SITE, START_MS, days * 24), tilt, azimuth)
    clearness = np.repeat(np.where(draws.random(days) < 0.4, 1.0, draws.uniform(0.1, 0.9, days)), 24)
    return HourlySeries(START_MS, peak_w * unit * clearness, ZURICH)
