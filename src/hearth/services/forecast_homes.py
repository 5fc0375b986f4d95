"""Homes as they are forecast: their past, where they stand, the weather over them, and the array they are said to have.

Read for both learning and issuing, so that a model meets what it was learned from. Invariant: nothing of a home lies at or behind
the hour up to which it was read but the weather that is expected.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from hearth.core.instants import HOUR_MS, zone_named
from hearth.domain.buildings import Building
from hearth.domain.forecasts import ForecastKind
from hearth.forecasting.hours import HORIZON_HOURS, HourlySeries
from hearth.forecasting.models import LEAST_DAYS, days_known
from hearth.forecasting.signals import Scale, Weather, consumption_scale, generation_scale, signal_of
from hearth.forecasting.solar import Array, Site, best_of_year
from hearth.ports import Session
from hearth.services.energy_histories import EnergyHistory, read_histories
from hearth.services.weather import Weather as CellWeather

_SYSTEM_LOSSES = 0.14  # wiring, dirt, inverter: PVWatts' usual share, of an array that is only described
_USUAL_TILT = 25.0


class WeatherSeen(NamedTuple):
    """The weather of some hours (NaN = unknown), who says so, and whether it is stale."""

    weather: Weather
    provider: str
    is_stale: bool


WeatherOf = Callable[[Session, Building, int, int], WeatherSeen | None]
SiteOf = Callable[[Building], Site | None]


def site_of(building: Building) -> Site | None:
    """Where a building stands, as precisely as its weather is known: homes of a cell share the sun's course."""
    cell = CellWeather.cell_of(building)
    return None if cell is None else Site(*cell)


def weather_of(weather: CellWeather) -> WeatherOf:
    """What is known of the weather over a building: the hours that were, and those to come."""

    def seen(session: Session, building: Building, from_ms: int, hours: int) -> WeatherSeen | None:
        cell = CellWeather.cell_of(building)
        known = None if cell is None else weather.known(session, cell, from_ms, hours)
        if known is None:
            return None
        return WeatherSeen(Weather(known.dni_w_m2, known.dhi_w_m2, known.temperature_c), known.provider, known.is_stale)

    return seen


class Home(NamedTuple):
    """A building with what its forecasts rest on."""

    building: Building
    history: EnergyHistory
    start_ms: int
    site: Site | None
    seen: WeatherSeen | None

    def series(self, kind: ForecastKind) -> HourlySeries | None:
        """From the first hour on that is known; None where none is."""
        energies = self.history.consumption_wh if kind == "CONSUMPTION" else self.history.generation_wh
        if energies is None or np.isnan(energies).all():
            return None
        first = int(np.argmin(np.isnan(energies)))
        return HourlySeries(self.start_ms + first * HOUR_MS, energies[first:], zone_named(self.building.time_zone_id))

    @property
    def knows_weather_ahead(self) -> bool:
        """Whether the weather of most of the day to come is known."""
        if self.seen is None:
            return False
        ahead = (self.seen.weather.dni + self.seen.weather.dhi)[-HORIZON_HOURS:][:24]
        return bool(np.mean(~np.isnan(ahead)) > 0.5)

    def weather(self, kind: ForecastKind, hours: int) -> Weather | None:
        """Of the last so many hours and the horizon: what generation rests on, NaN where nothing is known."""
        if kind == "CONSUMPTION" or self.site is None:
            return None
        count = hours + HORIZON_HOURS
        if self.seen is None:
            unknown = np.full(count, np.nan)
            return Weather(unknown, unknown)
        dni, dhi, outside_c = self.seen.weather
        return Weather(dni[-count:], dhi[-count:], None if outside_c is None else outside_c[-count:])


def read_homes(
    session: Session,
    buildings: Sequence[Building],
    from_ms: int,
    to_ms: int,
    site_of: SiteOf,
    weather_of: WeatherOf,
    kinds: Sequence[ForecastKind],
) -> list[Home]:
    """Buildings of one customer with their past of these kinds in [from_ms, to_ms), both full hours."""
    histories = read_histories(session, buildings, from_ms, to_ms, kinds)
    hours = (to_ms - from_ms) // HOUR_MS
    homes = []
    for each in buildings:
        site = site_of(each)
        seen = None if site is None else weather_of(session, each, from_ms, hours + HORIZON_HOURS)
        homes.append(Home(each, histories[each.id], from_ms, site, seen))
    return homes


def scale_of(home: Home, kind: ForecastKind, series: HourlySeries) -> Scale | None:
    """In what unit a home is measured: of generation its array, found once there is past enough. None: it makes nothing."""
    if kind == "CONSUMPTION":
        return consumption_scale(series, len(series))
    if home.site is None:
        return None
    described = described_scale(home)
    if described is not None and days_known(signal_of(series, described), len(series)) < LEAST_DAYS:
        return described
    kwp = home.building.kwp
    return generation_scale(series, len(series), home.site, None if kwp is None else kwp * 1_000)


def described_scale(home: Home) -> Scale | None:
    """The array as the customer describes it: installed power, tilt, azimuth."""
    kwp, site = home.building.kwp, home.site
    if not kwp or site is None:
        return None
    tilt = _number(home.building, "pvTilt", _USUAL_TILT)
    azimuth = _number(home.building, "pvAzimuth", 180.0 if site.latitude >= 0 else 0.0)
    capacity_w = kwp * 1_000 * best_of_year(site, tilt, azimuth) * (1 - _SYSTEM_LOSSES)
    return Scale(capacity_w, site, Array(tilt, azimuth, capacity_w), kwp * 1_000)


def _number(building: Building, name: str, otherwise: float) -> float:
    value = building.properties.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else otherwise
