"""Energies by hour, local day and month: where an event counts, on days on which clocks are moved, and what counts at all."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from hearth.core.instants import HOUR_MS, MINUTE_MS, instant_of_datetime
from hearth.domain.events import Series
from hearth.insights.energy import (
    BASE,
    CONSUMPTION,
    GENERATION,
    GRID,
    GRID_BASE,
    counted_series,
    daily_figures,
    day_number,
    days_of_instants,
    hourly_sums,
    local_hours,
    monthly_figures,
    runs_of,
)

ZURICH, LORD_HOWE = ZoneInfo("Europe/Zurich"), ZoneInfo("Australia/Lord_Howe")
NONE = np.empty(0, np.int64), np.empty(0)


def at(text: str) -> int:
    return instant_of_datetime(datetime.fromisoformat(text))


def quarters(first: date, last: date, zone: ZoneInfo) -> np.ndarray:
    """Every quarter of an hour of these days."""
    hours = local_hours(first, last, zone)
    return np.arange(hours.bounds_ms[0], hours.bounds_ms[-1], 15 * MINUTE_MS, dtype=np.int64)


@pytest.mark.parametrize(
    ("zone_id", "day", "hours", "length"),
    [
        ("Europe/Zurich", date(2026, 3, 29), 23, 23),
        ("Europe/Zurich", date(2026, 10, 25), 25, 25),
        ("America/Los_Angeles", date(2026, 3, 8), 23, 23),
        ("America/Los_Angeles", date(2026, 11, 1), 25, 25),
        ("Australia/Lord_Howe", date(2026, 10, 4), 24, 23.5),
        ("Australia/Lord_Howe", date(2026, 4, 5), 25, 24.5),
        ("Asia/Kathmandu", date(2026, 4, 5), 24, 24),
    ],
)
def test_a_day_has_the_hours_that_are_on_its_wall(zone_id: str, day: date, hours: int, length: float) -> None:
    found = local_hours(day, day, ZoneInfo(zone_id))
    assert (len(found.bounds_ms) - 1, found.day_hours.tolist()) == (hours, [length])
    # Each hour but one that is cut begins at a full hour of the wall, and a quarter with 1 Wh is in exactly one of them.
    times = quarters(day, day, ZoneInfo(zone_id))
    sums = hourly_sums(found, times, np.ones(len(times)))
    assert sums.sum() == 4 * length
    assert sorted(set(sums.tolist())) == ([2, 4] if zone_id.startswith("Australia") else [4])


def test_the_half_hour_of_lord_howe_is_where_the_clocks_are_moved() -> None:
    forward = local_hours(date(2026, 10, 4), date(2026, 10, 4), LORD_HOWE)
    assert forward.bounds_ms[2] == at("2026-10-04T02:30:00+11:00")
    assert forward.lengths_ms[:4].tolist() == [HOUR_MS, HOUR_MS, HOUR_MS // 2, HOUR_MS]
    back = local_hours(date(2026, 4, 5), date(2026, 4, 5), LORD_HOWE)
    assert back.bounds_ms[2] == at("2026-04-05T01:30:00+10:30")
    assert back.lengths_ms[:4].tolist() == [HOUR_MS, HOUR_MS, HOUR_MS // 2, HOUR_MS]


def test_a_day_that_a_zone_left_out_has_no_hours_and_disturbs_no_other() -> None:
    apia, first = ZoneInfo("Pacific/Apia"), date(2011, 12, 29)  # the 30th was left out there
    hours = local_hours(first, date(2011, 12, 31), apia)
    assert hours.day_hours.tolist() == [24, 0, 24]
    times = quarters(first, date(2011, 12, 31), apia)
    daily = daily_figures(hours, [hourly_sums(hours, times, np.full(len(times), 2.0)), *[hourly_sums(hours, *NONE)] * 2])
    assert daily[:, GENERATION].tolist() == pytest.approx([192, np.nan, 192], nan_ok=True)


@pytest.mark.parametrize("zone_id", ["Europe/Zurich", "America/Los_Angeles", "Australia/Lord_Howe"])
def test_days_and_months_of_a_year_are_those_of_pandas(zone_id: str) -> None:
    first, last = date(2026, 1, 1), date(2026, 12, 31)
    times = quarters(first, last, ZoneInfo(zone_id))
    values = np.random.default_rng(7).gamma(2, 80, len(times))
    hours = local_hours(first, last, ZoneInfo(zone_id))
    figures = daily_figures(hours, [hourly_sums(hours, *each) for each in (NONE, (times, values), NONE)])
    series = pd.Series(values, index=pd.to_datetime(times, unit="ms", utc=True).tz_convert(zone_id))
    by_day = series.groupby(series.index.date).sum()
    assert figures[:, CONSUMPTION] == pytest.approx(by_day.to_numpy())
    assert np.isnan(figures[:, [GENERATION, GRID, GRID_BASE]]).all()
    months = monthly_figures(first, figures)
    assert [month for month, _ in months] == [date(2026, number, 1) for number in range(1, 13)]
    by_month = series.groupby(series.index.month).sum()
    assert [of_month[CONSUMPTION] for _, of_month in months] == pytest.approx(by_month.tolist())


def test_an_event_counts_in_the_hour_and_day_in_which_its_interval_begins() -> None:
    hours = local_hours(date(2026, 1, 1), date(2026, 1, 2), ZURICH)
    times = [at(f"2026-01-{moment}+01:00") for moment in ("01T00:59:59.999", "01T01:00:00", "01T23:59:59.999", "02T00:00:00")]
    sums = hourly_sums(
        hours, np.array([*times, at("2025-12-31T23:59:59.999+01:00"), at("2026-01-03T00:00:00+01:00")]), np.ones(6)
    )
    assert np.flatnonzero(~np.isnan(sums)).tolist() == [0, 1, 23, 24]
    assert np.nansum(sums) == 4


def test_an_hour_without_an_event_is_none_and_one_with_zeros_is_zero() -> None:
    hours = local_hours(date(2026, 1, 1), date(2026, 1, 1), ZURICH)
    sums = hourly_sums(hours, hours.bounds_ms[3:5], np.zeros(2))
    assert (sums[3], sums[4], np.isnan(sums).sum()) == (0, 0, 22)


def test_intervals_of_any_length_add_up() -> None:
    """Hourly, by minutes, or by no rule: an interval's amount is whole in the hour in which it begins."""
    hours = local_hours(date(2026, 1, 1), date(2026, 1, 1), ZURICH)
    start = int(hours.bounds_ms[0])
    times = np.array([start, *(start + HOUR_MS + minute * MINUTE_MS for minute in range(60)), start + 2 * HOUR_MS + 1])
    sums = hourly_sums(hours, times, np.array([500.0, *[10.0] * 60, 33.0]))
    assert sums[:3].tolist() == [500, 600, 33]


def figures_of(day: date, hourly_wh: list[float | None]) -> np.ndarray:
    """The day's figures of a consumption that is given for each hour."""
    hours = local_hours(day, day, ZURICH)
    assert len(hourly_wh) == len(hours.bounds_ms) - 1
    times = np.array([start for start, wh in zip(hours.bounds_ms, hourly_wh, strict=False) if wh is not None], np.int64)
    values = np.array([wh for wh in hourly_wh if wh is not None], float)
    return daily_figures(hours, [hourly_sums(hours, *each) for each in (NONE, (times, values), NONE)])[0]


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 1, 1), 24), (date(2026, 3, 29), 23), (date(2026, 10, 25), 25)])
def test_base_consumption_is_the_third_lowest_hour_over_the_whole_day(day: date, hours: int) -> None:
    hourly = [float(wh) for wh in range(100, 100 + 10 * hours, 10)][::-1]
    assert figures_of(day, hourly)[BASE] == 120 * hours


def test_too_few_hours_tell_no_base_consumption() -> None:
    assert figures_of(date(2026, 1, 1), [100.0] * 18 + [None] * 6)[BASE] == 100 * 24
    few = figures_of(date(2026, 1, 1), [100.0] * 17 + [None] * 7)
    assert np.isnan(few[BASE])
    assert few[CONSUMPTION] == 1_700


def test_a_months_base_is_the_sum_of_its_days() -> None:
    days = np.stack([figures_of(date(2026, 1, 30) + timedelta(days=day), [100.0 + day] * 24) for day in range(4)])
    months = monthly_figures(date(2026, 1, 30), days)
    assert [(month, of[BASE]) for month, of in months] == [(date(2026, 1, 1), 24 * 201), (date(2026, 2, 1), 24 * 205)]


def series(number: int, event_type: str, source: str, device: str = "one") -> Series:
    return Series(id=number, customer_id="c", building_id="b", event_type=event_type, device_id=device, source=source)


def test_the_gateway_is_the_household_and_devices_count_only_without_it() -> None:
    counted = counted_series(
        "Europe/Zurich",
        [
            series(1, "ENERGY_CONSUMPTION", "GATEWAY"),
            series(2, "ENERGY_CONSUMPTION", "HEAT_PUMP"),
            series(3, "ENERGY_GENERATION", "INVERTER", "east"),
            series(4, "ENERGY_GENERATION", "INVERTER", "west"),
            series(5, "ENERGY_GENERATION", "PLATFORM"),
            series(6, "ENERGY_EXCESS", "GATEWAY"),
        ],
    )
    assert counted.by_type == ((3, 4), (1,), ())
    assert counted.basis == "Europe/Zurich ENERGY_CONSUMPTION"


@pytest.mark.parametrize("zone_id", ["Europe/Zurich", "America/Los_Angeles", "Australia/Lord_Howe", "Asia/Kathmandu"])
def test_days_of_instants_are_those_of_the_wall(zone_id: str) -> None:
    times = at("2026-03-20T00:00:00Z") + np.random.default_rng(3).integers(0, 40 * 24 * HOUR_MS, 25)
    local = pd.to_datetime(times, unit="ms", utc=True).tz_convert(zone_id)
    assert days_of_instants(times, zone_id) == sorted({day_number(day) for day in local.date})
    assert days_of_instants(NONE[0], zone_id) == []


def test_runs_are_stretches_without_a_gap() -> None:
    assert runs_of([3, 4, 5, 9, 11, 12]) == [(3, 5), (9, 9), (11, 12)]
    assert runs_of([]) == []
