"""Forecasts of homes whose structure is known: what is learned, little past, gaps, days on which clocks are moved."""

from datetime import UTC, datetime

import numpy as np
import pytest
from tests.unit.forecasting.made_homes import SITE, ZURICH, consumption, generation

from hearth.core.instants import HOUR_MS, instant_of_datetime
from hearth.forecasting.accuracy import accuracies
from hearth.forecasting.features import targets_of
from hearth.forecasting.hours import HORIZON_HOURS, HourlySeries
from hearth.forecasting.models import Method, pooled
from hearth.forecasting.signals import consumption_scale, generation_scale, learned, signal_of


def forecasts_of(series, until, origins, prior=None):
    scale = consumption_scale(series, until)
    return learned(series, until, scale, prior).forecasts(series, np.array(origins)), scale


def test_habits_are_learned_and_the_interval_covers_four_in_five():
    series = consumption(days=200)
    until = 150 * 24
    origins = np.arange(until, len(series) - HORIZON_HOURS + 1, 6)
    forecasts, scale = forecasts_of(series, until, origins)
    by_day = accuracies(series, scale, origins, forecasts)
    assert forecasts.method is Method.REGRESSION
    assert len(by_day) == 3
    for accuracy in by_day:
        assert accuracy.gain("last_week") > 0.25
        assert accuracy.gain("median_14_days") > -0.02
        assert 0.75 <= accuracy.coverage <= 0.85


def test_weekends_are_known_for_what_they_are():
    series = consumption(days=200)
    origin = next(day * 24 for day in range(190, 200) if wall(series, day * 24).weekday() == 5)
    forecasts, _ = forecasts_of(series, origin, [origin])
    by_hour = {wall(series, origin + lead).hour: forecasts.energy_wh[0, lead, 1] for lead in range(20)}
    assert by_hour[21] > 1_000
    assert by_hour[19] < 600


def wall(series, hour):
    return datetime.fromtimestamp((series.start_ms + hour * HOUR_MS) / 1_000, tz=series.zone)


@pytest.mark.parametrize(
    ("days", "method"),
    [(1, Method.NAIVE), (8, Method.NAIVE), (13, Method.NAIVE), (14, Method.MEDIAN), (41, Method.MEDIAN), (42, Method.REGRESSION)],
)
def test_little_past_is_answered_plainly_and_said_so(days, method):
    series = consumption(days)
    forecasts, _ = forecasts_of(series, len(series), [len(series)])
    assert forecasts.method is method
    assert np.isfinite(forecasts.energy_wh).all()
    if days == 8:
        assert forecasts.energy_wh[0, :, 1] == pytest.approx(series.energy_wh[24 : 24 + HORIZON_HOURS])
    if days == 1:
        assert forecasts.energy_wh[0, :, 1] == pytest.approx(np.tile(series.energy_wh, 4)[:HORIZON_HOURS])


@pytest.mark.parametrize("moved", [datetime(2024, 3, 31, tzinfo=UTC), datetime(2024, 10, 27, tzinfo=UTC)])
def test_habits_follow_the_clock_on_the_wall_over_days_of_23_and_25_hours(moved):
    quiet = consumption(days=300)
    peaks = quiet.clock().hour[: len(quiet)] == 19
    series = HourlySeries(quiet.start_ms, np.where(peaks, 2_000.0, 100.0), ZURICH)
    origin = series.position(instant_of_datetime(moved)) - 6
    forecasts, _ = forecasts_of(series, origin, np.arange(origin, origin + 30))
    expected = np.where(series.clock().hour[targets_of(np.arange(origin, origin + 30))] == 19, 2_000.0, 100.0)
    assert np.abs(forecasts.energy_wh[..., 1] - expected).max() < 250


def test_gaps_leave_no_hour_without_a_forecast():
    series = consumption(days=120)
    holes = series.energy_wh.copy()
    holes[50 * 24 : 75 * 24] = np.nan
    holes[np.random.default_rng(3).random(len(holes)) < 0.3] = np.nan
    holes[-36:] = np.nan
    forecasts, _ = forecasts_of(HourlySeries(series.start_ms, holes, ZURICH), len(holes), [80 * 24, len(holes)])
    assert np.isfinite(forecasts.energy_wh).all()
    low, middle, high = np.moveaxis(forecasts.energy_wh, -1, 0)
    assert (low >= 0).all()
    assert (low <= middle).all()
    assert (middle <= high).all()


@pytest.mark.parametrize("value", [0.0, np.nan, 300.0])
def test_a_home_without_any_movement_is_forecast_as_it_is(value):
    series = HourlySeries(consumption(1).start_ms, np.full(60 * 24, value), ZURICH)
    forecasts, _ = forecasts_of(series, len(series), [len(series)])
    assert forecasts.energy_wh[0, :, 1] == pytest.approx(np.full(HORIZON_HOURS, np.nan_to_num(value)), abs=1)


def test_what_homes_have_in_common_helps_one_with_little_past():
    homes = [consumption(150, seed) for seed in range(6)]
    until = 150 * 24
    prior = pooled([signal_of(home, consumption_scale(home, until)) for home in homes], [until] * 6)
    young = consumption(110, seed=50)
    origins = np.arange(45 * 24, len(young) - HORIZON_HOURS + 1, 6)
    errors = {}
    for name, each in (("alone", None), ("together", prior)):
        forecasts, scale = forecasts_of(young, 45 * 24, origins, each)
        errors[name] = accuracies(young, scale, origins, forecasts)[0].mae_wh
    assert errors["together"] < errors["alone"]


def test_generation_never_exceeds_capacity_and_rests_at_night():
    series = generation(days=120)
    scale = generation_scale(series, len(series), SITE, most_w=4_000)
    forecasts = learned(series, len(series), scale).forecasts(series, np.array([len(series)]))
    assert scale.array.capacity_w <= 4_000
    assert forecasts.energy_wh.max() <= scale.array.capacity_w
    hours = series.clock().hour[len(series) :]
    assert (forecasts.energy_wh[0, (hours < 4) | (hours > 22)] == 0).all()
    assert forecasts.energy_wh[0, hours == 13, 1].min() > 200


def test_a_home_without_generation_has_no_array():
    series = HourlySeries(generation(1).start_ms, np.zeros(60 * 24), ZURICH)
    assert generation_scale(series, len(series), SITE) is None
