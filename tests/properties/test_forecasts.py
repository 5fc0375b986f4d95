"""No look-ahead: whatever comes after an origin, its features and its forecasts are the same to the bit."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.forecasting.made_homes import SITE, consumption, generation

from hearth.core.instants import instant_of_datetime
from hearth.forecasting.features import features_of, past_of
from hearth.forecasting.hours import HORIZON_HOURS, HourlySeries
from hearth.forecasting.signals import consumption_scale, generation_scale, learned, signal_of

DAYS = 110
# Clocks go forward on 31 March and back on 27 October 2024; in Lord Howe by half an hour, the other way round.
STARTS = st.sampled_from([datetime(2024, 1, 15, tzinfo=UTC), datetime(2024, 8, 1, tzinfo=UTC)])
ZONES = st.sampled_from(["Europe/Zurich", "America/Los_Angeles", "Australia/Lord_Howe", "UTC"])
ORIGINS = st.integers(min_value=1, max_value=DAYS * 24)
FUTURES = st.sampled_from([np.nan, 0.0, 1e6])


def changed(series: HourlySeries, origin: int, future: float) -> HourlySeries:
    return HourlySeries(series.start_ms, np.where(np.arange(len(series)) < origin, series.energy_wh, future), series.zone)


def cut(series: HourlySeries, origin: int) -> HourlySeries:
    return HourlySeries(series.start_ms, series.energy_wh[:origin], series.zone)


@settings(max_examples=25, deadline=None)
@given(start=STARTS, zone=ZONES, origin=ORIGINS, future=FUTURES, seed=st.integers(0, 5))
def test_consumption_reads_nothing_at_or_behind_the_origin(start, zone, origin, future, seed):
    series = consumption(DAYS, seed, ZoneInfo(zone), instant_of_datetime(start))
    scale = consumption_scale(series, origin)
    origins = np.array([origin])
    expected = learned(series, origin, scale).forecasts(series, origins)
    assert np.isfinite(expected.energy_wh).all()
    for other in (changed(series, origin, future), cut(series, origin)):
        assert consumption_scale(other, origin) == scale
        theirs, ours = signal_of(other, scale), signal_of(series, scale)
        assert np.array_equal(features_of(theirs, origins), features_of(ours, origins))
        assert all(
            np.array_equal(a, b, equal_nan=True) for a, b in zip(past_of(theirs, origins), past_of(ours, origins), strict=True)
        )
        got = learned(other, origin, scale).forecasts(other, origins)
        assert got.method is expected.method
        assert np.array_equal(got.energy_wh, expected.energy_wh)


@settings(max_examples=8, deadline=None)
@given(origin=st.integers(min_value=15 * 24, max_value=DAYS * 24), future=FUTURES)
def test_generation_reads_nothing_at_or_behind_the_origin(origin, future):
    series = generation(DAYS)
    origins = np.array([origin])
    expected = None
    for each in (series, changed(series, origin, future), cut(series, origin)):
        scale = generation_scale(each, origin, SITE)
        got = learned(each, origin, scale).forecasts(each, origins).energy_wh
        expected = got if expected is None else expected
        assert np.allclose(got, expected, rtol=0, atol=1e-6)  # the sun is computed anew, for fewer hours


@settings(max_examples=5, deadline=None)
@given(origin=st.integers(min_value=60 * 24, max_value=DAYS * 24 - HORIZON_HOURS))
def test_a_forecast_among_many_is_the_forecast_alone(origin):
    series = consumption(DAYS)
    forecaster = learned(series, 60 * 24, consumption_scale(series, 60 * 24))
    alone = forecaster.forecasts(series, np.array([origin]))
    many = forecaster.forecasts(series, np.arange(origin % 24, origin + 1, 24)[1:])
    assert np.array_equal(alone.energy_wh[0], many.energy_wh[-1])
