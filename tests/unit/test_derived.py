"""Energy of power, and the balance of a household: beside pandas and NumPy on measured homes, and for any hours there are."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from tests.metered_homes import file_of

from hearth.core.instants import HOUR_MS, MINUTE_MS, zone_named
from hearth.insights.derived import Measured, balanced, energy_of_power, is_whole, slots, told_of
from hearth.insights.energy import hourly_sums, local_hours

START_MS = 1_773_133_200_000  # 2026-03-10T09:00Z
HOURS = np.full(24, HOUR_MS)
LOS_ANGELES = "America/Los_Angeles"


def minutes(*at: float) -> np.ndarray:
    return np.array([START_MS + round(each * MINUTE_MS) for each in at], dtype=np.int64)


def energies(times: np.ndarray, *power_w: float, hours: int = 2) -> list[float]:
    found = energy_of_power(slots(START_MS, START_MS + hours * HOUR_MS), times, np.array(power_w, float))
    return [None if np.isnan(each) else round(float(each), 6) for each in found]


def test_power_holds_until_the_next_reading() -> None:
    assert energies(minutes(0, 15, 30, 45, 60), 400, 800, 0, -400, 9, hours=1) == [100, 200, 0, -100]
    assert energies(minutes(0, 5, 10, 15), 120, 240, 600, 0, hours=1) == [10 + 20 + 50, None, None, None]
    # An hourly reading, a second late, is four quarters; the first quarter is covered from its beginning only.
    assert energies(minutes(0, 60 + 1 / 60), 1_000, 500, hours=1) == [250] * 4
    assert energies(minutes(5, 60), 1_000, 500, hours=1) == [None, 250, 250, 250]


def test_a_gap_of_more_than_an_hour_is_not_filled() -> None:
    assert energies(minutes(0, 15, 90, 105, 120), 400, 400, 400, 800, 0) == [100, None, None, None, None, None, 100, 200]
    assert energies(minutes(0), 400) == [None] * 8
    assert energies(minutes()) == [None] * 8


@given(
    times=st.lists(st.integers(0, 120), min_size=2, max_size=40, unique=True).map(sorted),
    data=st.data(),
)
def test_energy_of_power_equals_the_minutes_added_up(times, data) -> None:
    power_w = data.draw(st.lists(st.integers(-3_000, 9_000), min_size=len(times), max_size=len(times)))
    by_minute = pd.Series(np.nan, index=range(120))
    for at, until, power in zip(times, times[1:], power_w, strict=False):
        if until - at <= 61:
            by_minute.loc[at : until - 1] = power / 60
    expected = by_minute.groupby(by_minute.index // 15).sum(min_count=15).to_numpy()
    found = energy_of_power(slots(START_MS, START_MS + 2 * HOUR_MS), minutes(*times), np.array(power_w, float))
    np.testing.assert_allclose(found, expected, atol=1e-6)


FLOWS = arrays.arrays(np.float64, 24, elements=st.floats(0, 9_000))
NOTHING = np.full(24, np.nan)


@given(consumption=FLOWS, generation=FLOWS, unknown=st.sampled_from(["consumption", "generation", "grid", "excess", "nothing"]))
def test_what_was_not_sent_follows_from_the_rest(consumption, generation, unknown) -> None:
    grid = consumption - generation
    taken, fed_in = np.maximum(0, grid), np.maximum(0, -grid)
    measured = Measured(
        consumption=NOTHING if unknown == "consumption" else consumption,
        generation=NOTHING if unknown == "generation" else generation,
        grid_import=NOTHING if unknown == "grid" else taken,
        fed_in=NOTHING,
        excess=NOTHING if unknown == "excess" else fed_in,
    )
    found = balanced(measured, generates=True)
    for each, expected in zip(found, (consumption, generation, taken, fed_in), strict=True):
        np.testing.assert_allclose(each, expected, atol=1e-6)
    assert is_whole(found)


@given(
    st.tuples(*[arrays.arrays(np.float64, 24, elements=st.one_of(st.just(np.nan), st.floats(0, 9_000)))] * 5),
    st.booleans(),
)
def test_what_was_sent_stays_and_nothing_told_is_negative(measured, generates) -> None:
    measured = Measured(*measured)
    found = balanced(measured, generates)
    for sent, kept in ((measured.consumption, found.consumption), (measured.grid_import, found.grid_import)):
        known = ~np.isnan(sent)
        np.testing.assert_array_equal(kept[known], sent[known])
    told = told_of(found, HOURS, generates)
    assert all(each is None or each >= 0 for each in told)
    assert all(each is None or each <= 100 for each in told[3:])
    if not generates:
        assert told[1:] == (None, None, None, None)


def test_a_signed_grid_and_generation_tell_the_consumption() -> None:
    grid, generation = np.full(24, 300.0), np.zeros(24)
    grid[10:14], generation[10:14] = -1_000.0, 1_500.0
    found = balanced(Measured(NOTHING, generation, np.maximum(0, grid), np.maximum(0, -grid), NOTHING), generates=True)
    told = told_of(found, HOURS, generates=True)
    assert told.consumption_wh == 20 * 300 + 4 * 500
    assert told.excess_wh == 4_000
    assert told.self_consumption_percent == pytest.approx(100 * (6_000 - 4_000) / 6_000)
    assert told.self_sufficiency_percent == pytest.approx(100 * 2_000 / 8_000)


def test_a_home_without_generation_uses_what_it_takes() -> None:
    found = balanced(Measured(NOTHING, NOTHING, np.full(24, 300.0), np.zeros(24), NOTHING), generates=False)
    assert told_of(found, HOURS, generates=False) == (7_200, None, None, None, None)


@pytest.mark.parametrize(("known", "expected"), [(18, 18 * 100.0), (17, None)])
def test_three_quarters_of_the_hours_must_be_known(known: int, expected: float | None) -> None:
    consumption = np.where(np.arange(24) < known, 100.0, np.nan)
    found = balanced(Measured(consumption, NOTHING, NOTHING, NOTHING, NOTHING), generates=False)
    assert told_of(found, HOURS, generates=False).consumption_wh == expected
    assert not is_whole(found)


def test_an_inverter_sleeps_but_does_not_pause_at_noon() -> None:
    consumption, generation = np.full(24, 100.0), np.full(24, np.nan)
    generation[7:18] = [50, 400, 900, 1_500, 2_000, 2_000, 1_500, 900, 400, 150, 20]
    found = balanced(Measured(consumption, generation, NOTHING, NOTHING, NOTHING), generates=True)
    assert told_of(found, HOURS, generates=True).generation_wh == np.nansum(generation)
    generation[9:15] = np.nan
    found = balanced(Measured(consumption, generation, NOTHING, NOTHING, NOTHING), generates=True)
    assert np.isnan(found.generation[9:15]).all()
    # Over a span from afternoon to afternoon the night lies in the middle.
    generation = np.roll(np.where(np.isnan(generation), 900, generation), 9)
    generation[13:19] = np.nan
    generation[12] = generation[19] = 10
    found = balanced(Measured(consumption, generation, NOTHING, NOTHING, NOTHING), generates=True)
    assert found.generation[13:19].tolist() == [0] * 6
    found = balanced(Measured(NOTHING, generation, NOTHING, NOTHING, NOTHING), generates=True)
    assert np.isnan(found.generation[13:19]).all()  # the home is not heard either


@pytest.mark.parametrize("home", [1, 7])
@pytest.mark.parametrize("day", [date(2016, 9, 14), date(2016, 11, 6), date(2017, 3, 12), date(2017, 6, 21)])
def test_measured_homes_equal_a_plain_computation(home: int, day: date) -> None:
    frame = pd.read_csv(file_of(home), parse_dates=["hour_start_utc"], index_col="hour_start_utc")
    local = frame.tz_convert(LOS_ANGELES)
    of_day = local[local.index.date == day]
    used, made = of_day.consumption_wh, of_day.generation_wh
    net = used - made
    zone = zone_named(LOS_ANGELES)
    hours = local_hours(day, day, zone)
    assert len(of_day) == len(hours.lengths_ms)  # 23 and 25 among them
    some = frame[(frame.index >= str(day - timedelta(days=1))) & (frame.index < str(day + timedelta(days=3)))]
    times = (some.index.as_unit("ms").asi8).astype(np.int64)
    columns = {name: hourly_sums(hours, times, some[name].to_numpy()) for name in some.columns}
    net_sums = hourly_sums(hours, times, (some.consumption_wh - some.generation_wh).to_numpy())
    nothing = np.full(len(net_sums), np.nan)
    taken, fed_in = np.maximum(0, net_sums), np.maximum(0, -net_sums)
    ways = [
        Measured(columns["consumption_wh"], columns["generation_wh"], nothing, nothing, nothing),
        Measured(columns["consumption_wh"], columns["generation_wh"], taken, nothing, nothing),
        Measured(nothing, columns["generation_wh"], taken, fed_in, nothing),
        Measured(columns["consumption_wh"], nothing, taken, fed_in, nothing),
    ]
    for measured in ways:
        told = told_of(balanced(measured, generates=True), hours.lengths_ms, generates=True)
        assert told.consumption_wh == pytest.approx(used.sum())
        assert told.generation_wh == pytest.approx(made.sum(), abs=1e-6)
        assert told.excess_wh == pytest.approx(-net[net < 0].sum(), abs=1e-6)
        assert told.self_sufficiency_percent == pytest.approx(100 * (1 - net[net > 0].sum() / used.sum()))
        assert told.self_consumption_percent == pytest.approx(100 * (1 + net[net < 0].sum() / made.sum()))
