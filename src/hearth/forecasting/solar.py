"""The solar chain: from the sun's place to the power of an array, and which array a home must have.

Clear sky after Ineichen and Perez with the monthly Linke turbidity and the altitude that pvlib brings, irradiance on the
tilted plane (isotropic sky), cell temperature after Faiman, and PVWatts' linear power model, all from pvlib; the outside
temperature is a plain climate by latitude where no weather is given. pvlib is imported when first needed: it takes seconds.
Invariant: `capacity_w` is the most an array yields under a clear sky in the course of a year, and the unit power of an
array never exceeds what the sky gives; nothing here knows a home's consumption.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from hearth.core.instants import HOUR_MS
from hearth.forecasting.hours import Floats

_TILTS = (5.0, 15.0, 20.0, 25.0, 30.0, 35.0, 45.0)
_TURNED = range(-105, 106, 15)  # degrees from the equator
_USUAL_TILT = 20.0
_UNUSUAL_COSTS = 0.02  # how much worse a tilt 20 degrees from the usual one is believed to be: it decides where little is known
# The quantile of generation that is taken for clear sky, weighted by the sun's power. One season has fewer clear hours, and not
# the differences of haze, heat and dirt between seasons above whose average a year's clearest stand: it takes a higher one.
_PEAK_DAYS, _PEAK_QUANTILES = (30, 365), (0.95, 0.8)
_LEAST_LIGHT = 0.05  # kW/m²: below, hours say little about the array
_POWER_PER_KELVIN = -0.004
_LEAP_YEAR_HOURS = 366 * 24
_QUARTERS = (HOUR_MS // 4, 3 * HOUR_MS // 4)  # an hour is seen at these two instants


class Site(NamedTuple):
    """Where an array stands: degrees north and east."""

    latitude: float
    longitude: float


class Sky(NamedTuple):
    """Per hour: what the sun sends and where it stands. W/m², degrees, °C. Shape (instants per hour, hours)."""

    zenith: Floats
    azimuth: Floats
    dni: Floats
    ghi: Floats
    dhi: Floats
    outside_c: Floats


@dataclass(frozen=True)
class Array:
    """A photovoltaic array as its generation shows it: tilt and azimuth in degrees (180 = south), W under the clearest sky."""

    tilt: float
    azimuth: float
    capacity_w: float


@lru_cache(maxsize=8)
def clear_sky(site: Site, start_ms: int, hours: int) -> Sky:
    """The sky without clouds over successive hours from `start_ms` on."""
    skies = [sky_at(site, _times(start_ms + shift_ms, hours)) for shift_ms in _QUARTERS]
    return Sky(*(np.stack(column) for column in zip(*skies, strict=True)))


def sky_at(site: Site, times: Any) -> Sky:
    """The sky without clouds at instants (a pandas DatetimeIndex); each column has the shape (instants,)."""
    place = _place(site)
    sun = place.get_solarposition(times)
    light = place.get_clearsky(times, model="ineichen", solar_position=sun)
    columns = (sun["apparent_zenith"], sun["azimuth"], light["dni"], light["ghi"], light["dhi"], climate_c(site, times))
    return Sky(*(np.nan_to_num(np.asarray(column)) for column in columns))


def clouded(sky: Sky, dni: Floats, dhi: Floats, outside_c: Floats | None = None) -> Sky:
    """The sky of a weather: mean direct normal and diffuse irradiance per hour in W/m², NaN where unknown.

    Where the temperature is not known it is the climate's.
    """
    share = sky.ghi / np.maximum(
        sky.ghi.mean(axis=0), 1e-9
    )  # within the hour the sun rises and sets as it does under a clear sky
    up = sky.zenith < 90
    ghi = dhi + dni * np.maximum(np.cos(np.radians(sky.zenith)), 0)
    return sky._replace(
        dni=np.where(up, dni, 0.0),
        dhi=np.where(up, dhi * np.minimum(share, 2), 0.0),
        ghi=np.where(up, ghi, 0.0),
        outside_c=sky.outside_c if outside_c is None else np.where(np.isnan(outside_c), sky.outside_c, outside_c),
    )


def split_global(site: Site, start_ms: int, ghi: Floats) -> tuple[Floats, Floats]:
    """Global irradiance per hour (W/m²) -> direct normal and diffuse, after Erbs."""
    from pvlib import irradiance

    sky = clear_sky(site, start_ms, len(ghi))
    times = _times(start_ms + HOUR_MS // 2, len(ghi))
    parts = irradiance.erbs(np.nan_to_num(ghi), sky.zenith.mean(axis=0), times)
    unknown = np.isnan(ghi)
    dni, dhi = (np.where(unknown, np.nan, np.nan_to_num(np.asarray(parts[name]))) for name in ("dni", "dhi"))
    return dni, dhi


def unit_power(sky: Sky, tilt: float, azimuth: float) -> Floats:
    """What an array of 1 kW (at 1,000 W/m² and 25 °C) yields on average in each hour, in kW, never negative."""
    from pvlib import irradiance, pvsystem, temperature

    light = irradiance.get_total_irradiance(tilt, azimuth, sky.zenith, sky.azimuth, sky.dni, sky.ghi, sky.dhi)["poa_global"]
    cell_c = temperature.faiman(light, sky.outside_c)
    power: Floats = pvsystem.pvwatts_dc(light, cell_c, 1.0, _POWER_PER_KELVIN).mean(axis=0)
    return np.maximum(power, 0.0)


def found_array(site: Site, start_ms: int, energy_wh: Floats, most_w: float | None = None) -> Array | None:
    """Tilt, azimuth and effective capacity that explain hourly generation best; None where there was none.

    Each orientation is judged by how closely its clear sky lies on top of the generation: the pinball loss of a high
    quantile, so that clouds and outliers count little. most_w: the installed power, which the capacity never exceeds.
    """
    sky = clear_sky(site, start_ms, len(energy_wh))
    known = ~np.isnan(energy_wh)
    best: tuple[float, float, float, float] | None = None
    quantile = float(np.interp(known.sum() / 24, _PEAK_DAYS, _PEAK_QUANTILES))
    equator = 180.0 if site.latitude >= 0 else 0.0
    for tilt in _TILTS:
        for turned in _TURNED:
            azimuth = (equator + turned) % 360
            unit = unit_power(sky, tilt, azimuth)
            used = known & (unit > _LEAST_LIGHT)
            if not np.any(energy_wh[used] > 0):
                return None
            light, energy = unit[used], energy_wh[used]
            peak = _weighted_quantile(energy / light, light, quantile)
            errors = energy - peak * light
            loss = float(np.sum(np.where(errors > 0, quantile, quantile - 1) * errors)) / float(energy.sum())
            loss *= 1 + _UNUSUAL_COSTS * ((tilt - _USUAL_TILT) / 20) ** 2
            if best is None or loss < best[0]:
                best = (loss, tilt, azimuth, peak)
    assert best is not None
    _, tilt, azimuth, peak = best
    capacity_w = peak * best_of_year(site, tilt, azimuth)
    return Array(tilt, azimuth, capacity_w if most_w is None else min(capacity_w, most_w))


def clear_share(site: Site, array: Array, start_ms: int, hours: int) -> Floats:
    """The share of an array's capacity that it yields in each hour under a clear sky, 0..1."""
    return unit_power(clear_sky(site, start_ms, hours), array.tilt, array.azimuth) / best_of_year(site, array.tilt, array.azimuth)


def climate_c(site: Site, times: Any) -> Floats:
    """A plain climate: the mean falls and the seasons grow with latitude; daily ±4 °C, warmest three hours after noon."""
    south = site.latitude < 0
    season = np.cos(2 * np.pi * (times.day_of_year.to_numpy() - (205 - 182 * south)) / 365.25)
    solar_hour = times.hour.to_numpy() + times.minute.to_numpy() / 60 + site.longitude / 15
    day = np.cos(2 * np.pi * (solar_hour - 15) / 24)
    result: Floats = 30 - 0.42 * abs(site.latitude) + 0.2 * abs(site.latitude) * season + 4 * day
    return result


@lru_cache(maxsize=64)
def _place(site: Site) -> Any:
    from pvlib import location

    return location.Location(site.latitude, site.longitude, altitude=location.lookup_altitude(*site))


@lru_cache(maxsize=65_536)  # a tenth of a second each, and asked of each array in turn, each hour
def best_of_year(site: Site, tilt: float, azimuth: float) -> float:
    """The highest unit power of the year under a clear sky, in kW: with it a capacity in W becomes one in kW at 1,000 W/m²."""
    return float(unit_power(clear_sky(site, 0, _LEAP_YEAR_HOURS), tilt, azimuth).max())


def _times(start_ms: int, hours: int) -> Any:
    import pandas as pd

    return pd.date_range(pd.Timestamp(start_ms, unit="ms", tz="UTC"), periods=hours, freq="h")


def _weighted_quantile(values: Floats, weights: Floats, share: float) -> float:
    order = np.argsort(values)
    reached = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(reached, share * reached[-1])])
