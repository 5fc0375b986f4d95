"""Neighbours: the weather over a home as the generation of others nearby shows it.

What their arrays yield against their clear sky is the clearness of the hour, given as irradiance. Of hours to come nobody
knows it: it serves to judge what a perfect weather forecast would bring, and to fill in for weather that is not known yet.
"""

from collections.abc import Sequence

import numpy as np

from hearth.forecasting.hours import HORIZON_HOURS, Floats, HourlySeries
from hearth.forecasting.signals import Scale, Weather, signal_of
from hearth.forecasting.solar import Site, clear_sky, split_global

LEAST_NEIGHBOURS = 3
_LEAST_SHARE = 0.05  # of the capacity, under a clear sky and on average of the neighbours
_MOST_CLEARNESS = 1.5


def weather_of_neighbours(site: Site, start_ms: int, hours: int, neighbours: Sequence[tuple[HourlySeries, Scale]]) -> Weather:
    """The irradiance over successive hours from `start_ms` on, and NaN over the horizon behind them.

    Each neighbour counts by its capacity's share, not by its size. Hours of which no neighbour knows anything are NaN.
    """
    seen, possible = np.zeros(hours), np.zeros(hours)
    for series, scale in neighbours:
        shares, envelope = _aligned(series, scale, start_ms, hours)
        known = ~np.isnan(shares)
        seen[known] += shares[known]
        possible[known] += envelope[known]
    with np.errstate(divide="ignore", invalid="ignore"):
        clearness = np.where(possible > _LEAST_SHARE * len(neighbours), seen / possible, np.nan)
    ghi = clear_sky(site, start_ms, hours).ghi.mean(axis=0)
    light = np.minimum(clearness, _MOST_CLEARNESS) * ghi
    beyond = np.full(HORIZON_HOURS, np.nan)
    dni, dhi = split_global(site, start_ms, light)
    return Weather(np.concatenate((dni, beyond)), np.concatenate((dhi, beyond)))


def _aligned(series: HourlySeries, scale: Scale, start_ms: int, hours: int) -> tuple[Floats, Floats]:
    """The share of the capacity that was yielded and that a clear sky would have given, of the wanted hours."""
    envelope = signal_of(series, scale).envelope
    at = series.position(start_ms) + np.arange(hours)
    inside = (at >= 0) & (at < len(series))
    at = np.clip(at, 0, len(series) - 1)
    return np.where(inside, series.energy_wh[at] / scale.energy_wh, np.nan), envelope[at]
