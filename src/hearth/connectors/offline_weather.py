"""Weather without a network: the clear sky of a place, dimmed by what clouds there are in such a season and latitude.

The default provider. It is no forecast: two days of a season are the same, and every one is as cloudy as the average. It is
labelled `offline` wherever it is shown. Invariant: an hour's values depend on the cell and the hour alone.
"""

import numpy as np

from hearth.core.clock import Clock
from hearth.core.instants import DAY_MS, HOUR_MS, utc_day
from hearth.domain.weather import HORIZON_HOURS, OFFLINE, Cell, Floats, WeatherForecast
from hearth.forecasting.solar import Site, clear_sky

# Mean cloudiness of the year by degrees from the equator: rainy tropics, dry belts around 30 degrees, cloudy storm tracks.
_LATITUDES = (0, 10, 25, 35, 47, 60)
_COVER = (0.5, 0.5, 0.3, 0.28, 0.56, 0.66)
_SEASON = 0.19  # from 45 degrees on: so much cloudier in midwinter, and clearer in midsummer
_MIDSUMMER_DAY, _MIDWINTER_DAY = 199, 17  # of the year: three weeks behind the solstices, on the northern hemisphere
_YEAR_DAYS = 365.25


class OfflineWeather:
    """Implements `ports.WeatherProvider`."""

    name = OFFLINE

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def requests_of(self, past_days: int) -> int:
        """None: nobody is asked."""
        return 0

    def forecast(self, cell: Cell, past_days: int) -> WeatherForecast:
        """From so many UTC days before today on, and 72 hours ahead. Never fails."""
        now_ms = self._clock.now_ms()
        start_ms = (utc_day(now_ms) - past_days) * DAY_MS
        hours = (now_ms // HOUR_MS * HOUR_MS - start_ms) // HOUR_MS + HORIZON_HOURS
        return WeatherForecast(
            start_ms=start_ms, values=usual_weather(cell, start_ms, hours), issued_at_ms=now_ms, provider=self.name
        )


def usual_weather(cell: Cell, start_ms: int, hours: int) -> Floats:
    """Shape (columns, hours): temperature, cloud cover, global, direct normal and diffuse irradiance."""
    sky = clear_sky(Site(cell.latitude, cell.longitude), start_ms, hours)
    cover = _cover(cell.latitude, start_ms, hours)
    # On average, as if the sky were overcast for that share of the time: then a quarter of the light arrives (Kasten and
    # Czeplak, Solar Energy 24, 1980), and none of the sun's beam.
    ghi = sky.ghi * (1 - 0.75 * cover)
    dni = sky.dni * (1 - cover)
    dhi = np.maximum(ghi - dni * np.maximum(np.cos(np.radians(sky.zenith)), 0), 0)
    percent = np.broadcast_to(100 * cover, sky.ghi.shape)
    return np.stack([column.mean(axis=0) for column in (sky.outside_c, percent, ghi, dni, dhi)])


def _cover(latitude: float, start_ms: int, hours: int) -> Floats:
    """Mean share of the sky that is clouded, by hour, 0..1."""
    days = (start_ms + HOUR_MS * np.arange(hours)) / DAY_MS
    day_of_year = days % _YEAR_DAYS  # 1970 began a year; a day more or less is nothing to a season
    midsummer = _MIDSUMMER_DAY if latitude >= 0 else _MIDWINTER_DAY
    summer = np.cos(2 * np.pi * (day_of_year - midsummer) / _YEAR_DAYS)
    yearly = float(np.interp(abs(latitude), _LATITUDES, _COVER))
    cover: Floats = yearly - _SEASON * summer * min(1.0, abs(latitude) / 45)
    return cover
