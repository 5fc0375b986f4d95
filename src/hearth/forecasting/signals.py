"""Signals: a home's consumption and generation, each relative to what is possible, and forecasts in Wh again.

Consumption is relative to its own mean; generation to what the home's array would yield in that hour under a clear sky.
What scales them (`Scale`) is found from the past that a model is learned from, and belongs to the model.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from hearth.forecasting.features import Signal
from hearth.forecasting.hours import HORIZON_HOURS, Floats, HourlySeries, Ints
from hearth.forecasting.models import Method, Model, issue, learn
from hearth.forecasting.solar import Array, Site, best_of_year, clear_share, clear_sky, clouded, found_array, unit_power

_LEAST_SHARE = 0.02  # of the capacity under a clear sky; with less light, what came says nothing of clouds
_MOST_RELATIVE = 1.5  # light at the edges of clouds, and errors of the clear sky


class Weather(NamedTuple):
    """Of the hours of a series and of the horizon behind it: W/m² and °C, NaN where unknown."""

    dni: Floats
    dhi: Floats
    outside_c: Floats | None = None


@dataclass(frozen=True)
class Scale:
    """In what unit a home is measured: Wh, and for generation where which array stands."""

    energy_wh: float
    site: Site | None = None
    array: Array | None = None
    installed_wh: float | None = None  # in an hour; no forecast exceeds it


class Forecasts(NamedTuple):
    """Energies in Wh: P10, P50, P90 of each hour of the horizon, shape (origins, horizon, 3), and how they came about."""

    energy_wh: Floats
    method: Method
    shares: Floats


@dataclass(frozen=True)
class Forecaster:
    """What was learned of one home: its scale and its model."""

    scale: Scale
    model: Model

    def forecasts(self, series: HourlySeries, origins: Ints, weather: Weather | None = None, apart: int = 24) -> Forecasts:
        """Forecasts of the hours behind each origin, from what is known before it alone. `apart` as in `issue`."""
        issued = issue(self.model, signal_of(series, self.scale, weather), origins, apart)
        energy_wh = issued.quantiles * self.scale.energy_wh
        if self.scale.array is not None:
            energy_wh = np.minimum(energy_wh, self._most_wh(series, origins)[:, None, None])
        return Forecasts(energy_wh, self.model.method, issued.shares)

    def _most_wh(self, series: HourlySeries, origins: Ints) -> Floats:
        """The most an array may be said to give in an hour: its capacity, or what was seen before each origin if that is more."""
        seen = np.maximum.accumulate(np.nan_to_num(series.energy_wh))[np.maximum(origins - 1, 0)]
        return np.minimum(np.maximum(seen, self.scale.energy_wh), self.scale.installed_wh or np.inf)


def consumption_scale(series: HourlySeries, until: int) -> Scale:
    """The mean of what is known before an hour; 1 Wh where nothing is or all is zero."""
    known = series.energy_wh[:until]
    known = known[~np.isnan(known)]
    mean = float(known.mean()) if len(known) else 0.0
    return Scale(mean if mean > 0 else 1.0)


def generation_scale(series: HourlySeries, until: int, site: Site, most_w: float | None = None) -> Scale | None:
    """The array that the past shows; None for a home that generates nothing."""
    array = found_array(site, series.start_ms, series.energy_wh[:until], most_w)
    return None if array is None else Scale(array.capacity_w, site, array, most_w)


def signal_of(series: HourlySeries, scale: Scale, weather: Weather | None = None) -> Signal:
    """A series relative to its scale, and for generation to the clear sky."""
    count = len(series)
    if scale.site is None or scale.array is None:
        return Signal(series.energy_wh / scale.energy_wh, np.ones(count + HORIZON_HOURS), series.clock())
    envelope = clear_share(scale.site, scale.array, series.start_ms, count + HORIZON_HOURS)
    envelope = np.where(envelope >= _LEAST_SHARE, envelope, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = np.where(envelope[:count] > 0, series.energy_wh / scale.energy_wh / envelope[:count], np.nan)
    relative = np.minimum(relative, _MOST_RELATIVE)
    return Signal(relative, envelope, series.clock(), None if weather is None else _expected(series, scale, weather))


def _expected(series: HourlySeries, scale: Scale, weather: Weather) -> Floats:
    assert scale.site is not None
    assert scale.array is not None
    sky = clear_sky(scale.site, series.start_ms, len(series) + HORIZON_HOURS)
    tilt, azimuth = scale.array.tilt, scale.array.azimuth
    unit = unit_power(clouded(sky, weather.dni, weather.dhi, weather.outside_c), tilt, azimuth)
    unknown = np.isnan(weather.dni + weather.dhi)
    return np.where(unknown, np.nan, unit / best_of_year(scale.site, tilt, azimuth))


def learned(
    series: HourlySeries, until: int, scale: Scale, prior: Floats | None = None, weather: Weather | None = None
) -> Forecaster:
    """What the hours before `until` teach. prior: what homes have in common, of `pooled`."""
    return Forecaster(scale, learn(signal_of(series, scale, weather), until, prior))
