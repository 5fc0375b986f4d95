"""The parametric climate and its sun agree with what is published for known places (normals 1991-2020, PVGIS 5.2)."""

from datetime import UTC, datetime

import numpy as np
import pytest

from hearth.testing.households.solar import pv_power
from hearth.testing.households.weather import Site, weather_between

ZURICH = Site(47.38, 8.53, 408)
FONTANA = Site(34.09, -117.43, 380)


def instant(year: int, month: int) -> int:
    return int(datetime(year, month, 1, tzinfo=UTC).timestamp() * 1000)


def mean_temperature(site: Site, month: int) -> float:
    spans = [(instant(year, month), instant(year, month + 1)) for year in range(2015, 2023)]
    return float(np.mean([weather_between(5, site, *span).outside_c.mean() for span in spans]))


@pytest.mark.parametrize(
    ("site", "month", "low", "high"),
    [
        (ZURICH, 1, -2.0, 3.0),  # normal 0.8
        (ZURICH, 7, 17.0, 21.0),  # normal 19.0
        (FONTANA, 1, 9.0, 15.0),
        (FONTANA, 7, 22.0, 28.0),
        (Site(-37.81, 144.96, 31), 1, 18.0, 24.0),  # Melbourne, normal 21
    ],
)
def test_monthly_mean_temperature(site: Site, month: int, low: float, high: float) -> None:
    assert low <= mean_temperature(site, month) <= high


def test_weather_persists_and_varies() -> None:
    daily = weather_between(5, ZURICH, instant(2020, 1), instant(2022, 1)).outside_c.reshape(-1, 1440).mean(axis=1)
    change = np.diff(daily)
    assert 1.0 <= change.std() <= 3.5
    assert daily.min() < -3
    assert daily.max() > 23


@pytest.mark.parametrize(
    ("site", "low", "high"),
    [(ZURICH, 980, 1_150), (Site(53.55, 9.99, 6), 850, 1_020), (Site(45.19, 5.72, 212), 1_080, 1_330), (FONTANA, 1_450, 1_850)],
    ids=["Zurich", "Hamburg", "Grenoble", "Fontana"],
)
def test_yearly_yield_of_a_kwp_facing_south(site: Site, low: float, high: float) -> None:
    totals = []
    for year in range(2018, 2022):
        span = instant(year, 1), instant(year + 1, 1)
        weather = weather_between(5, site, *span)
        totals.append(pv_power(site, 1.0, 30.0, 180.0, weather, span[0]).sum() / 60_000)
    assert low <= np.mean(totals) <= high


def test_clouds_pass_within_minutes() -> None:
    """On a mixed day the power falls and rises many times by more than a third, on a clear one never."""
    swings = []
    for day in range(30):
        from_ms = instant(2021, 6) + day * 86_400_000
        weather = weather_between(5, ZURICH, from_ms, from_ms + 86_400_000)
        noon = pv_power(ZURICH, 10.0, 30.0, 180.0, weather, from_ms)[9 * 60 : 14 * 60]
        swings.append(int((np.abs(noon[10:] - noon[:-10]) > noon.max() / 3).sum()))
    assert max(swings) > 40
    assert min(swings) == 0
