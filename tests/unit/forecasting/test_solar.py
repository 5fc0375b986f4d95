"""The solar chain: published reference cases, arrays that are found again, weather of neighbours."""

from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from tests.metered_homes import file_of
from tests.unit.forecasting.made_homes import SITE, START_MS, generation

from hearth.forecasting.hours import HORIZON_HOURS
from hearth.forecasting.neighbours import weather_of_neighbours
from hearth.forecasting.signals import Scale, generation_scale, signal_of
from hearth.forecasting.solar import Array, Site, Sky, clear_sky, clouded, sky_at, split_global, unit_power
from hearth.services.forecast_files import read_home


def test_the_sun_stands_where_the_published_example_of_the_algorithm_has_it():
    """NREL's Solar Position Algorithm (Reda and Andreas, NREL/TP-560-34302), table A5.1: Golden, Colorado."""
    times = pd.DatetimeIndex(["2003-10-17T12:30:30-07:00"])
    sky = sky_at(Site(39.742476, -105.1786), times)
    assert sky.zenith[0] == pytest.approx(50.11162, abs=0.02)  # its pressure and temperature refract a little differently
    assert sky.azimuth[0] == pytest.approx(194.34024, abs=0.001)


def test_power_follows_pvlibs_documented_models():
    """pvlib's own cases: Faiman(900 W/m², 20 °C, 5 m/s) = 35.203 °C; PVWatts(900 W/m², 30 °C, 100 W, −0.3 %/K) = 88.65 W."""
    from pvlib import pvsystem, temperature

    assert temperature.faiman(900, 20, 5) == pytest.approx(35.203, abs=1e-3)
    assert pvsystem.pvwatts_dc(900, 30, 100, -0.003) == pytest.approx(88.65)
    flat = Sky(*(np.array([[each]]) for each in (30.0, 180.0, 800.0, 900.0, 900.0 - 800 * np.cos(np.pi / 6), 20.0)))
    cell_c = 20 + 900 / (25.0 + 6.84 * 1.0)
    assert unit_power(flat, 0, 180)[0] == pytest.approx(0.9 * (1 - 0.004 * (cell_c - 25)))


def test_a_clear_summer_noon_is_as_bright_as_it_is_known_to_be():
    sky = clear_sky(SITE, START_MS, 366 * 24)
    assert 850 < sky.ghi.max() < 1_000
    assert sky.ghi.min() == 0


def test_the_clear_sky_split_and_put_together_again_is_the_clear_sky():
    sky = clear_sky(SITE, START_MS + 150 * 86_400_000, 72)
    ghi = sky.ghi.mean(axis=0)
    dni, dhi = split_global(SITE, START_MS + 150 * 86_400_000, ghi)
    again = clouded(sky, dni, dhi).ghi.mean(axis=0)
    assert np.abs(again - ghi).max() < 60


@pytest.mark.parametrize(("tilt", "azimuth"), [(20, 180), (30, 135), (25, 240)])
def test_an_array_is_found_again_from_its_generation(tilt, azimuth):
    series = generation(240, peak_w=6_000, tilt=tilt, azimuth=azimuth)
    scale = generation_scale(series, len(series), SITE)
    assert scale.array.tilt == pytest.approx(tilt, abs=10)
    assert scale.array.azimuth == pytest.approx(azimuth, abs=20)
    assert np.percentile(series.energy_wh, 99) <= scale.array.capacity_w <= 1.1 * series.energy_wh.max()


def test_effective_capacity_of_metered_homes_is_found_from_their_first_month():
    fontana, zone, close = Site(34.09, -117.43), ZoneInfo("America/Los_Angeles"), 0
    for number in range(1, 11):
        path = file_of(number)
        with path.open() as lines:
            series = read_home(path.name, lines, zone).generation
        year, month = (generation_scale(series, hours, fontana).array.capacity_w for hours in (len(series), 30 * 24))
        assert np.percentile(series.energy_wh, 99) <= year <= 1.1 * series.energy_wh.max()
        close += abs(month / year - 1) <= 0.1
    assert close >= 8


def test_the_sun_stands_north_of_the_equators_other_side():
    south = Site(-33.9, 151.2)
    unit = {azimuth: unit_power(clear_sky(south, START_MS, 30 * 24), 30, azimuth).sum() for azimuth in (0, 180)}
    assert unit[0] > unit[180]


def test_neighbours_show_how_clear_the_sky_was():
    homes = [generation(60, seed=7, azimuth=azimuth) for azimuth in (150, 180, 210, 240)]
    scales = [generation_scale(home, len(home), SITE) for home in homes]
    own, others = homes[0], list(zip(homes, scales, strict=True))[1:]
    weather = weather_of_neighbours(SITE, START_MS, len(own), others)
    signal = signal_of(own, scales[0], weather)
    lit = signal.envelope[: len(own)] > 0.2
    expected, came = signal.weather[: len(own)][lit], own.energy_wh[lit] / scales[0].energy_wh
    assert np.corrcoef(expected, came)[0, 1] > 0.97
    assert np.isnan(weather.dni[-HORIZON_HOURS:]).all()


def test_unknown_weather_is_no_weather():
    scale = Scale(5_000.0, SITE, Array(25, 180, 5_000.0))
    series = generation(30)
    weather = weather_of_neighbours(SITE, START_MS + 90 * 86_400_000, 30 * 24, [(series, scale)])
    assert np.isnan(weather.dni).all()
