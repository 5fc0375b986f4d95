"""Weather, decided: cells, the expected temperature, how failures and quotas are borne."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hearth.core.instants import DAY_MS, HOUR_MS, MINUTE_MS, start_of_local_day, utc_day, zone_named
from hearth.domain.weather import (
    Cell,
    CellState,
    ProviderState,
    WeatherForecast,
    WeatherHours,
    WeatherUnavailableError,
    cell_at,
    expected_outside_temperature,
)

DAY_START_MS = 1_774_008_000_000 // DAY_MS * DAY_MS
BROKEN = WeatherUnavailableError("broken")


def hours_of(temperatures: list[float], start_ms: int = DAY_START_MS) -> WeatherHours:
    values = np.full((5, len(temperatures)), np.nan)
    values[0] = temperatures
    return WeatherHours(start_ms, values)


def test_a_cell_is_a_tenth_of_a_degree() -> None:
    assert cell_at(46.94809, 7.44744) == Cell(46.9, 7.4)
    assert cell_at(-33.86785, 151.20732) == Cell(-33.9, 151.2)
    assert cell_at(0.01, -0.04).name == "0.0,0.0"
    assert cell_at(12.34, 180.0) == cell_at(12.34, -180.0) == cell_at(12.34, 179.97) == Cell(12.3, -180.0)


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_every_place_is_in_one_cell_that_is_near(latitude: float, longitude: float) -> None:
    cell = cell_at(latitude, longitude)
    assert cell_at(*cell) == cell
    assert abs(cell.latitude - latitude) <= 0.0501
    assert min(abs(cell.longitude - longitude + turn) for turn in (-360, 0, 360)) <= 0.0501
    assert -180 <= cell.longitude < 180
    assert "-0.0" not in cell.name.split(",")


def test_the_expected_temperature_is_the_mean_of_24_hours_from_the_present_one() -> None:
    hours = hours_of([100.0] * 3 + [float(each) for each in range(24)] + [100.0] * 3)
    assert expected_outside_temperature(hours, DAY_START_MS + 3 * HOUR_MS + 59 * MINUTE_MS) == 11.5


def test_less_than_half_of_the_hours_is_no_value_and_never_zero() -> None:
    unknown = float("nan")
    assert expected_outside_temperature(hours_of([0.0] * 12 + [unknown] * 12), DAY_START_MS) == 0
    assert expected_outside_temperature(hours_of([0.0] * 11 + [unknown] * 13), DAY_START_MS) is None
    assert expected_outside_temperature(hours_of([5.0] * 12), DAY_START_MS) == 5
    assert expected_outside_temperature(hours_of([5.0] * 12), DAY_START_MS + HOUR_MS) is None
    assert expected_outside_temperature(hours_of([5.0] * 72), DAY_START_MS - 12 * HOUR_MS) == 5
    assert expected_outside_temperature(hours_of([5.0] * 72), DAY_START_MS - 30 * HOUR_MS) is None
    assert expected_outside_temperature(hours_of([5.0] * 72), DAY_START_MS + 90 * HOUR_MS) is None


@pytest.mark.parametrize(
    ("zone", "day", "length"),
    [
        ("Europe/Zurich", date(2026, 3, 29), 23),
        ("Europe/Zurich", date(2026, 10, 25), 25),
        ("America/New_York", date(2026, 3, 8), 23),
        ("Australia/Sydney", date(2026, 4, 5), 25),
    ],
)
def test_24_hours_are_24_hours_where_clocks_change(zone: str, day: date, length: int) -> None:
    midnight_ms = start_of_local_day(day, zone_named(zone))
    assert start_of_local_day(day + timedelta(days=1), zone_named(zone)) - midnight_ms == length * HOUR_MS
    hours = hours_of([0.0] * 23 + [24.0, 4_800.0], midnight_ms)
    assert expected_outside_temperature(hours, midnight_ms) == 1


def test_a_forecast_is_stale_after_three_hours_and_used_as_far_as_it_reaches() -> None:
    forecast = WeatherForecast(DAY_START_MS, np.zeros((5, 72)), DAY_START_MS, "open-meteo")
    state = CellState(cell=Cell(46.9, 7.4)).fetched(forecast, 92)
    assert [state.is_stale(DAY_START_MS + hours * HOUR_MS) for hours in (0, 3, 4)] == [False, False, True]
    assert [state.is_used(DAY_START_MS + hours * HOUR_MS) for hours in (0, 71, 72)] == [True, True, False]
    assert CellState(cell=state.cell).is_stale(0)
    assert not CellState(cell=state.cell).is_used(0)


def test_pauses_grow_and_an_answer_ends_them() -> None:
    state = CellState(cell=Cell(46.9, 7.4))
    pauses = []
    for _ in range(9):
        state = state.failed(DAY_START_MS, BROKEN)
        pauses.append((state.next_due_ms - DAY_START_MS) // MINUTE_MS)
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert (state.failures, state.error) == (9, "broken")
    state = state.fetched(WeatherForecast(DAY_START_MS, np.zeros((5, 72)), DAY_START_MS, "open-meteo"), 1)
    assert (state.failures, state.error, state.next_due_ms - DAY_START_MS) == (0, None, HOUR_MS)


def test_failures_in_a_row_are_the_providers_and_it_may_ask_for_longer() -> None:
    state = ProviderState(name="open-meteo")
    pauses = []
    for _ in range(9):
        state = state.asked(DAY_START_MS, 1, BROKEN)
        pauses.append((state.paused_until_ms - DAY_START_MS) // MINUTE_MS)
    assert pauses == [0, 0, 1, 2, 4, 8, 16, 30, 30]
    assert state.asked(DAY_START_MS, 1, None).paused_until_ms == DAY_START_MS
    fresh = ProviderState(name="open-meteo")
    for seconds, minutes in ((0, 1), (600, 10), (10**9, 24 * 60)):
        asked = fresh.asked(DAY_START_MS, 1, WeatherUnavailableError("later", seconds))
        assert (asked.paused_until_ms - DAY_START_MS) // MINUTE_MS == minutes
        assert asked.next_request_ms(DAY_START_MS, 0, 1) == asked.paused_until_ms


def test_the_past_is_asked_for_once_and_then_made_whole() -> None:
    new = CellState(cell=Cell(46.9, 7.4))
    assert new.past_days("open-meteo", DAY_START_MS) == new.past_days("offline", DAY_START_MS) == 92
    forecast = WeatherForecast(DAY_START_MS, np.zeros((5, 72)), DAY_START_MS, "open-meteo")
    known = new.fetched(forecast, 92)
    days = (0, 3, 400)
    assert [known.past_days("open-meteo", DAY_START_MS + each * DAY_MS) for each in days] == [1, 4, 92]
    assert [known.past_days("offline", DAY_START_MS + each * DAY_MS) for each in days] == [0, 3, 92]
    assert known.past_days("another", DAY_START_MS) == 92
    assert new.fetched(forecast, 1).past_days("open-meteo", DAY_START_MS) == 92  # the quota had no room for it
    assert known.fetched(forecast, 1).past_days("open-meteo", DAY_START_MS) == 1


@given(
    most=st.integers(1, 500),
    cells=st.integers(1, 60),
    step_minutes=st.integers(1, 45),
    days=st.integers(1, 3),
    fails=st.booleans(),
)
def test_a_quota_is_never_exceeded_and_spread_over_the_day(
    most: int, cells: int, step_minutes: int, days: int, fails: bool
) -> None:
    state = ProviderState(name="open-meteo")
    made: dict[int, list[int]] = {}
    next_due = dict.fromkeys(range(cells), DAY_START_MS)
    for now_ms in range(DAY_START_MS, DAY_START_MS + days * DAY_MS, step_minutes * MINUTE_MS):
        for cell in sorted(next_due, key=lambda each: next_due[each]):
            if next_due[cell] <= now_ms and state.next_request_ms(now_ms, most, cells) <= now_ms:
                state = state.asked(now_ms, 1, BROKEN if fails and cell == 0 else None)
                made.setdefault(utc_day(now_ms), []).append(now_ms)
                next_due[cell] = now_ms + HOUR_MS
    assert all(len(times) <= most for times in made.values())
    if most < 24 * cells and not fails and most >= 24:
        for day, times in made.items():  # spread: every six hours have their share, as far as looks come often enough
            quarters = [sum(1 for each in times if (each - day * DAY_MS) // (6 * HOUR_MS) == quarter) for quarter in range(4)]
            assert min(quarters) >= min(most // 4, 6 * 60 // step_minutes) * 0.5 - 2
