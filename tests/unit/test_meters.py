"""Meters that only ever grow: resets, replaced meters, glitches, gaps, and readings in any order."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hearth.core.instants import DAY_MS, HOUR_MS, MINUTE_MS
from hearth.insights.derived import SLOT_MS, slots
from hearth.insights.meters import MeterRun, run_of

START_MS = 1_773_133_200_000  # 2026-03-10T09:00Z
MOST_W = 200_000.0


def run(*readings: tuple[float, float]) -> MeterRun:
    """Of (minutes, Wh)."""
    times = np.array([START_MS + round(at * MINUTE_MS) for at, _ in readings], dtype=np.int64)
    return run_of(times, np.array([value for _, value in readings], float), MOST_W)


def quarters(found: MeterRun, hours: float = 1) -> list[float | None]:
    amounts = found.amounts_wh(slots(START_MS, START_MS + round(hours * HOUR_MS)))
    return [None if np.isnan(each) else round(float(each), 6) for each in amounts]


def test_quarterly_readings_are_quarterly_energies() -> None:
    found = run((0, 5_000_000), (15, 5_000_100), (30, 5_000_100), (45, 5_000_350), (60, 5_000_400))
    assert quarters(found) == [100, 0, 250, 50]
    assert found.doubtful == ()


def test_readings_beside_the_quarters_and_gaps_are_spread_evenly() -> None:
    assert quarters(run((-5, 0), (10, 150), (25, 300), (65, 700))) == [150, 200 - 100 + 50, 150, 150]
    assert quarters(run((0, 1_000), (60, 3_000))) == [500] * 4
    assert quarters(run((5, 1_000), (60, 3_000)))[0] is None
    assert quarters(run((0, 1_000))) == [None] * 4
    assert quarters(run()) == [None] * 4


def test_a_gap_of_more_than_a_month_is_not_spread() -> None:
    month = run((0, 0), (31 * 24 * 60, 96 * 31 * 10))
    assert quarters(month) == [10] * 4
    longer = run((0, 0), (31 * 24 * 60 + 1, 30_000), (31 * 24 * 60 + 16, 30_100))
    assert quarters(longer) == [None] * 4
    assert longer.doubtful == ()


def test_a_reset_counts_what_the_meter_shows() -> None:
    found = run((0, 1_400_000), (15, 1_400_100), (30, 40), (45, 140), (60, 200))
    assert quarters(found) == [100, 40, 100, 60]
    assert found.doubtful == ()


def test_a_meter_that_is_read_once_a_day_and_replaced_by_a_used_one_was_not_reset() -> None:
    day = 24 * 60
    found = run((-day, 3_010_000), (0, 3_020_000), (day, 1_200_000), (2 * day, 1_210_000))
    assert quarters(found) == [None] * 4
    reset = run((-day, 3_010_000), (0, 3_020_000), (day, 9_600), (2 * day, 19_600))
    assert quarters(reset) == [100] * 4


def test_a_replaced_meter_breaks_off_and_goes_on() -> None:
    for other in (700_000.0, 9_000_000.0):  # lower and higher than the old one
        found = run((0, 1_400_000), (15, 1_400_100), (30, other), (45, other + 100), (60, other + 200))
        assert quarters(found) == [100, None, 100, 100]
        assert found.doubtful == ()


@pytest.mark.parametrize("wrong", [0.0, 3.0, 1_399_000.0, 9_999_999.0, -5.0])
def test_a_glitch_is_set_aside_and_bridged(wrong: float) -> None:
    found = run((0, 1_400_000), (15, 1_400_100), (30, wrong), (45, 1_400_300), (60, 1_400_400))
    assert quarters(found) == [100, 100, 100, 100]
    assert found.doubtful == ((2, "NEGATIVE" if wrong < 0 else "GLITCH"),)


def test_a_peak_that_could_have_been_is_found_by_what_follows() -> None:
    found = run((0, 1_400_000), (15, 1_400_100), (30, 1_420_000), (45, 1_400_300), (60, 1_400_400))
    assert quarters(found) == [100, 100, 100, 100]
    assert found.doubtful == ((2, "GLITCH"),)


def test_the_newest_reading_is_believed_when_the_next_one_agrees() -> None:
    for wrong in (40.0, 9_000_000.0):
        found = run((0, 1_400_000), (15, 1_400_100), (30, wrong))
        assert quarters(found) == [100, None, None, None]
        assert found.doubtful == ()


def test_whole_kilowatt_hours_may_jump_at_once() -> None:
    found = run((0, 5_000), (1 / 60, 6_000), (15, 6_000))
    assert quarters(found)[0] == 1_000
    assert found.doubtful == ()


GROWTHS = st.lists(st.floats(0, 30_000), min_size=2, max_size=30)


@given(growths=GROWTHS, offset=st.floats(0, 1e7), steps=st.data())
def test_amounts_of_a_sound_meter_add_up_to_what_it_counted(growths, offset, steps) -> None:
    minutes = steps.draw(st.lists(st.integers(15, 300), min_size=len(growths), max_size=len(growths)))
    times = START_MS + np.cumsum([0, *minutes]) * MINUTE_MS
    values = offset + np.cumsum([0.0, *growths])
    found = run_of(times, values, MOST_W)
    starts = slots(START_MS, int(times[-1]))
    amounts = found.amounts_wh(starts)
    assert (amounts >= -1e-6).all()
    counted = float(np.interp(starts[-1] + SLOT_MS, times, values)) - values[0]
    assert amounts.sum() == pytest.approx(counted, abs=1e-3)
    for day in range(3):  # and so do those of any part
        part = (starts >= START_MS + day * DAY_MS) & (starts < START_MS + (day + 1) * DAY_MS)
        if part.any():
            first, last = int(starts[part][0]), int(starts[part][-1]) + SLOT_MS
            assert amounts[part].sum() == pytest.approx(float(np.diff(np.interp([first, last], times, values))[0]), abs=1e-3)


@given(st.lists(st.floats(-10, 5e6), min_size=0, max_size=25))
def test_whatever_is_sent_no_amount_is_negative_or_more_than_can_be(values) -> None:
    found = run(*((at * 15, value) for at, value in enumerate(values)))
    amounts = found.amounts_wh(slots(START_MS, START_MS + 8 * HOUR_MS))
    known = amounts[~np.isnan(amounts)]
    assert (known >= -1e-6).all()
    assert (known <= MOST_W / 4 + 1_000 + 1e-6).all()
    assert all(before < behind for before, behind in pairwise(found.times_ms.tolist()))


@given(growths=st.lists(st.floats(1, 1_000), min_size=6, max_size=20), place=st.integers(2, 30), wrong=st.floats(0, 5e7))
def test_one_glitch_changes_nothing_but_what_lies_about_it(growths, place, wrong) -> None:
    place %= len(growths) - 2
    assume(place >= 2)
    values = 1e7 + np.cumsum([0.0, *growths])
    assume(not values[place - 1] <= wrong <= values[place - 1] + MOST_W / 4 + 1_000)
    spoilt = values.copy()
    spoilt[place] = wrong
    sound, found = (run(*((at * 15, each) for at, each in enumerate(readings))) for readings in (values, spoilt))
    expected = np.array(quarters(sound, len(growths) / 4), float)
    amounts = np.array(quarters(found, len(growths) / 4), float)
    assert amounts.sum() == pytest.approx(expected.sum())
    beside = np.isin(np.arange(len(growths)), [place - 1, place])
    np.testing.assert_allclose(amounts[~beside], expected[~beside], atol=1e-5)
