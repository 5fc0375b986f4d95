"""A home's year in figures: shares and changes are told only where enough is known."""

from datetime import date, timedelta

import numpy as np
import pytest

from hearth.insights.energy_years import HISTORY_DAYS, WEEKS_DAYS, MonthEnergy, PeakDay, energy_year, night_share

LAST_DAY = date(2026, 2, 28)


def days() -> list[date]:
    return [LAST_DAY - timedelta(days=HISTORY_DAYS - 1 - at) for at in range(HISTORY_DAYS)]


def test_a_year_is_summed_and_compared_weekday_by_weekday() -> None:
    daily = np.full(HISTORY_DAYS, 1_000.0)
    daily[-365:] = 1_200.0
    year = energy_year(daily, LAST_DAY)
    assert (year.total_wh, year.known_days) == (365 * 1_200.0, 365)
    # The first day of the year stands among those before it as well: the years overlap by a day.
    assert year.change_share == pytest.approx(365 * 1_200 / (364 * 1_000 + 1_200) - 1)
    assert HISTORY_DAYS - 365 == WEEKS_DAYS
    daily[:WEEKS_DAYS] = np.nan
    assert energy_year(daily, LAST_DAY).change_share is None


def test_only_days_known_in_both_years_count_for_the_change() -> None:
    daily = np.full(HISTORY_DAYS, 1_000.0)
    daily[-100:] = 500.0
    daily[-365:-100] = np.nan
    assert energy_year(daily, LAST_DAY).change_share == pytest.approx(-0.5)
    daily[-100:-80] = np.nan
    assert energy_year(daily, LAST_DAY).change_share is None


def test_winter_is_the_half_year_that_is_cold_there() -> None:
    daily = np.array([3_000.0 if day.month in (10, 11, 12, 1, 2, 3) else 1_000.0 for day in days()])
    cold, warm = 182 * 3_000, 183 * 1_000
    assert energy_year(daily, LAST_DAY).winter_share == pytest.approx(cold / (cold + warm))
    assert energy_year(daily, LAST_DAY, is_southern=True).winter_share == pytest.approx(warm / (cold + warm))
    daily[-365:-329] = np.nan
    assert energy_year(daily, LAST_DAY).winter_share is None


def test_months_say_which_is_not_over_and_the_peak_its_day() -> None:
    daily = np.full(HISTORY_DAYS, np.nan)
    daily[-10:] = 100.0
    daily[-4] = 250.0
    year = energy_year(daily, LAST_DAY)
    assert year.peak == PeakDay(date(2026, 2, 25), 250.0)
    assert len(year.months) == 13
    assert year.months[-1] == MonthEnergy(date(2026, 2, 1), 1_150.0, is_whole=True)
    assert year.months[0] == MonthEnergy(date(2025, 2, 1), None, is_whole=True)
    assert not energy_year(daily, date(2026, 2, 27)).months[-1].is_whole
    nothing = energy_year(np.full(HISTORY_DAYS, np.nan), LAST_DAY)
    assert (nothing.total_wh, nothing.peak, nothing.winter_share, nothing.change_share) == (None, None, None, None)


def test_the_night_is_from_22_to_6_on_the_wall() -> None:
    wall = np.tile(np.arange(24), 30)
    used = np.where((wall >= 22) | (wall < 6), 2.0, 1.0)
    assert night_share(used, wall) == pytest.approx(16 / 32)
    used[0] = np.nan
    assert night_share(used, wall) is None
    assert night_share(np.zeros(720), wall) is None
