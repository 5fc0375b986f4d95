"""What a photovoltaic system yields, by the minute: pvlib's sun and clear sky, our passing clouds.

Clear sky after Ineichen and Perez, isotropic diffuse light, ASHRAE incidence losses, cell temperature after
Faiman, PVWatts' linear power model (all from pvlib), with system losses of 12 % and an inverter that clips.
pvlib is imported when first needed: it takes seconds.
Invariant: the sun of a month is computed as one block, so no figure depends on where a simulation starts.
"""

import calendar
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

import numpy as np

from hearth.core.instants import DAY_MS, MINUTE_MS
from hearth.testing.households.draws import Floats
from hearth.testing.households.weather import MINUTES, Site, Weather, summer_share

_NODE_MINUTES = 15
_ALBEDO = 0.2
_LOSSES = 0.12  # wiring, mismatch, soiling, snow, ageing, availability
_INVERTER_EFFICIENCY = 0.965
_INVERTER_SIZE = 0.9  # of the module power
_POWER_PER_KELVIN = -0.0037
_EPOCH = date(1970, 1, 1)


def pv_power(site: Site, kwp: float, tilt: float, azimuth: float, weather: Weather, from_ms: int) -> Floats:
    """AC power in W by the minute from `from_ms` on, for as long as `weather` lasts.

    tilt in degrees from horizontal, azimuth in degrees clockwise from north (180 = south).
    """
    from pvlib import pvsystem, temperature

    minutes = len(weather.outside_c)
    first, last = from_ms // DAY_MS, (from_ms + minutes * MINUTE_MS - 1) // DAY_MS
    days = [_clear_minutes(site, tilt, azimuth, day) for day in range(first, last + 1)]
    skip = (from_ms - first * DAY_MS) // MINUTE_MS
    beam, diffuse, total = np.concatenate(days, axis=1)[:, skip : skip + minutes]
    clouded = 1 - weather.sun_share
    diffuse = weather.sun_share * diffuse + clouded * weather.cloud_transmission * total
    total = weather.sun_share * total + clouded * weather.cloud_transmission * total
    cosine = np.cos(np.radians(tilt))
    light = weather.sun_share * beam + diffuse * (1 + cosine) / 2 + _ALBEDO * total * (1 - cosine) / 2
    cell_c = temperature.faiman(light, weather.outside_c, wind_speed=1.5)
    dc_w = pvsystem.pvwatts_dc(light, cell_c, kwp * 1000, _POWER_PER_KELVIN)
    power: Floats = np.clip(dc_w * (1 - _LOSSES) * _INVERTER_EFFICIENCY, 0, kwp * 1000 * _INVERTER_SIZE)
    power[power < kwp * 2] = 0  # an inverter does not start for less
    return power


@lru_cache(maxsize=128)
def _clear_minutes(site: Site, tilt: float, azimuth: float, utc_day: int) -> Floats:
    """Clear-sky light of a UTC day, shape (3, 1440): beam on the modules, diffuse, total on the flat; W/m²."""
    day = date.fromordinal(_EPOCH.toordinal() + utc_day)
    nodes = _clear_month(site, tilt, azimuth, day.year, day.month)
    first = (day.day - 1) * MINUTES // _NODE_MINUTES
    per_day = MINUTES // _NODE_MINUTES
    at = np.arange(MINUTES) / _NODE_MINUTES
    return np.stack([np.interp(at, np.arange(per_day + 1), row[first : first + per_day + 1]) for row in nodes])


@lru_cache(maxsize=256)
def _clear_month(site: Site, tilt: float, azimuth: float, year: int, month: int) -> Floats:
    """Nodes of a month every 15 minutes, and the first of the next; rows as in `_clear_minutes`."""
    import pandas as pd
    from pvlib import iam, irradiance

    start = datetime(year, month, 1, tzinfo=UTC)
    count = calendar.monthrange(year, month)[1] * MINUTES // _NODE_MINUTES + 1
    times = pd.date_range(start, periods=count, freq=f"{_NODE_MINUTES}min")
    zenith, sun_azimuth, total, direct, diffuse = _clear_sky(site, times)
    angle = irradiance.aoi(tilt, azimuth, zenith, sun_azimuth)
    cosine = np.where((angle < 90) & (zenith < 90), np.cos(np.radians(angle)), 0.0)
    beam = direct * cosine * np.nan_to_num(iam.ashrae(angle))
    return np.stack([beam, diffuse, total])


def _clear_sky(site: Site, times: Any) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    from pvlib import atmosphere, clearsky, irradiance, solarposition

    sun = solarposition.get_solarposition(times, site.latitude, site.longitude, altitude=site.altitude_m)
    zenith = sun["apparent_zenith"].to_numpy()
    pressure = atmosphere.alt2pres(site.altitude_m)
    airmass = atmosphere.get_absolute_airmass(atmosphere.get_relative_airmass(zenith), pressure)
    middle_day = int(times[len(times) // 2].timestamp() * 1000) // DAY_MS
    turbidity = 3.2 + 0.6 * summer_share(site.latitude, middle_day) * min(1.0, abs(site.latitude) / 45)
    extra = np.asarray(irradiance.get_extra_radiation(times.day_of_year.to_numpy()))
    with np.errstate(divide="ignore", invalid="ignore"):
        sky = clearsky.ineichen(zenith, airmass, turbidity, altitude=site.altitude_m, dni_extra=extra)
    total, direct, diffuse = (np.nan_to_num(sky[name]) for name in ("ghi", "dni", "dhi"))
    return zenith, sun["azimuth"].to_numpy(), total, direct, diffuse
