"""Weather without a network: plausible by latitude and season, the same for the same hour, and labelled."""

import numpy as np
import pytest

from hearth.connectors.offline_weather import OfflineWeather, usual_weather
from hearth.core.instants import DAY_MS, HOUR_MS
from hearth.domain.weather import Cell, WeatherHours
from hearth.testing.clocks import MovableClock

MIDSUMMER_MS, MIDWINTER_MS = 1_782_000_000_000 // DAY_MS * DAY_MS, 1_766_275_200_000 // DAY_MS * DAY_MS
ZURICH, SYDNEY, TROMSO = Cell(47.4, 8.5), Cell(-33.9, 151.2), Cell(69.6, 19.0)


def day_of(cell: Cell, start_ms: int) -> WeatherHours:
    return WeatherHours(start_ms, usual_weather(cell, start_ms, 24))


def test_it_is_labelled_and_reaches_as_far_as_any_forecast() -> None:
    clock = MovableClock(MIDSUMMER_MS + 90 * 60_000)
    forecast = OfflineWeather(clock).forecast(ZURICH, 2)
    assert (forecast.provider, forecast.issued_at_ms) == ("offline", clock.now_ms())
    assert (forecast.start_ms, forecast.ends_at_ms) == (MIDSUMMER_MS - 2 * DAY_MS, MIDSUMMER_MS + 73 * HOUR_MS)
    assert not np.isnan(forecast.values).any()
    later = usual_weather(ZURICH, MIDSUMMER_MS, 24)
    assert np.allclose(forecast.values[:, 48:72], later, atol=1e-6)


@pytest.mark.parametrize(
    ("cell", "summer_ms", "winter_ms"),
    [(ZURICH, MIDSUMMER_MS, MIDWINTER_MS), (SYDNEY, MIDWINTER_MS, MIDSUMMER_MS)],
    ids=["north", "south"],
)
def test_summer_is_warm_clear_and_bright(cell: Cell, summer_ms: int, winter_ms: int) -> None:
    summer, winter = day_of(cell, summer_ms), day_of(cell, winter_ms)
    assert summer.temperature_c.mean() > winter.temperature_c.mean() + 8
    assert summer.cloud_cover_percent.mean() < winter.cloud_cover_percent.mean() - 10
    assert summer.ghi_w_m2.sum() > 1.5 * winter.ghi_w_m2.sum()


def test_a_year_of_sun_is_about_what_is_usual() -> None:
    year = WeatherHours(MIDWINTER_MS, usual_weather(ZURICH, MIDWINTER_MS, 365 * 24))
    assert 1_000 < year.ghi_w_m2.sum() / 1_000 < 1_350  # kWh/m²
    assert 8 < year.temperature_c.mean() < 13


@pytest.mark.parametrize("start_ms", [MIDSUMMER_MS, MIDWINTER_MS])
@pytest.mark.parametrize("cell", [ZURICH, SYDNEY, TROMSO, Cell(0.0, -180.0), Cell(-90.0, 0.0), Cell(90.0, 0.0)])
def test_every_value_is_possible(cell: Cell, start_ms: int) -> None:
    day = day_of(cell, start_ms)
    assert np.all((day.cloud_cover_percent >= 0) & (day.cloud_cover_percent <= 100))
    for light in (day.ghi_w_m2, day.dni_w_m2, day.dhi_w_m2):
        assert np.all((light >= 0) & (light < 1_200))
    assert np.all(day.dhi_w_m2 <= day.ghi_w_m2 + 1e-6)
