"""Schedules tick by the clock on the wall of each zone, once for each time on it, also on days of 23 and 25 hours."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hearth.core.instants import DAY_MS, HOUR_MS, MINUTE_MS, datetime_of_instant, instant_of_datetime, zone_named
from hearth.engine.schedule import mistake_in, next_tick, next_ticks, ticks, ticks_at

DAILY, HOURLY, QUARTERLY = "30 2 * * *", "0 * * * *", "*/15 * * * *"


def instant(text: str, zone: str = "UTC") -> int:
    return instant_of_datetime(datetime.fromisoformat(text).replace(tzinfo=zone_named(zone)))


def on(cron: str, zone: str, day: str) -> list[str]:
    """The ticks on one local day, by the wall and with the offset from UTC."""
    at = zone_named(zone)
    after_ms = instant(day) - DAY_MS
    moments = [datetime_of_instant(at_ms, at) for at_ms in ticks(cron, at, after_ms, after_ms + 3 * DAY_MS)]
    return [f"{each:%H:%M%z}" for each in moments if f"{each:%Y-%m-%d}" == day]


@pytest.mark.parametrize(
    ("zone", "cron", "day", "expected"),
    [
        # Clocks go forward: what is skipped ticks right after the gap.
        ("Europe/Zurich", DAILY, "2026-03-29", ["03:00+0200"]),
        ("Europe/Zurich", "0,30 2 * * *", "2026-03-29", ["03:00+0200"]),
        ("Europe/Zurich", "30 2,3 * * *", "2026-03-29", ["03:00+0200", "03:30+0200"]),
        ("Europe/Zurich", "0 2,3 * * *", "2026-03-29", ["03:00+0200"]),
        ("America/New_York", DAILY, "2026-03-08", ["03:00-0400"]),
        ("Australia/Lord_Howe", "15 2 * * *", "2026-10-04", ["02:30+1100"]),
        ("Australia/Lord_Howe", DAILY, "2026-10-04", ["02:30+1100"]),
        ("America/Santiago", "0 0 * * *", "2026-09-06", ["01:00-0300"]),
        ("America/Santiago", "30 0,1 * * *", "2026-09-06", ["01:00-0300", "01:30-0300"]),
        ("Africa/Cairo", "0 0 * * *", "2026-04-24", ["01:00+0300"]),
        # Clocks go back: the first of two.
        ("Europe/Zurich", DAILY, "2026-10-25", ["02:30+0200"]),
        ("Europe/Zurich", "0 2,3 * * *", "2026-10-25", ["02:00+0200", "03:00+0100"]),
        ("America/New_York", "30 1 * * *", "2026-11-01", ["01:30-0400"]),
        ("Australia/Lord_Howe", "45 1 * * *", "2026-04-05", ["01:45+1100"]),
        ("America/Santiago", "30 23 * * *", "2026-04-04", ["23:30-0300"]),
        ("Africa/Cairo", "15 23 * * *", "2026-10-29", ["23:15+0300"]),
        # A zone whose clocks stand still, at an odd offset.
        ("Asia/Kathmandu", DAILY, "2026-03-29", ["02:30+0545"]),
        ("Asia/Kathmandu", DAILY, "2026-10-25", ["02:30+0545"]),
        # With seconds, which come first.
        ("Europe/Zurich", "15 30 2 * * *", "2026-03-29", ["03:00+0200"]),
        ("Europe/Zurich", "15 30 2 * * *", "2026-10-25", ["02:30+0200"]),
    ],
)
def test_a_time_that_is_skipped_or_repeated_ticks_once(zone: str, cron: str, day: str, expected: list[str]) -> None:
    assert on(cron, zone, day) == expected


@pytest.mark.parametrize(
    ("zone", "short", "hourly", "quarterly", "long"),
    [
        ("Europe/Zurich", "2026-03-29", 23, 92, "2026-10-25"),
        ("America/New_York", "2026-03-08", 23, 92, "2026-11-01"),
        ("Australia/Lord_Howe", "2026-10-04", 24, 94, "2026-04-05"),
        ("America/Santiago", "2026-09-06", 23, 92, "2026-04-04"),
        ("Africa/Cairo", "2026-04-24", 23, 92, "2026-10-29"),
    ],
)
def test_each_time_on_the_wall_ticks_once(zone: str, short: str, hourly: int, quarterly: int, long: str) -> None:
    assert (len(on(HOURLY, zone, short)), len(on(QUARTERLY, zone, short))) == (hourly, quarterly)
    assert (len(on(HOURLY, zone, long)), len(on(QUARTERLY, zone, long))) == (24, 96)
    assert (len(on(HOURLY, zone, "2026-06-15")), len(on(QUARTERLY, zone, "2026-06-15"))) == (24, 96)


def days(cron: str, after: str, count: int, zone: str = "Europe/Zurich") -> list[str]:
    at = zone_named(zone)
    return [f"{datetime_of_instant(each, at):%Y-%m-%d %H:%M}" for each in next_ticks(cron, at, instant(after, zone), count)]


def test_days_of_months_and_weeks() -> None:
    assert days("0 7 31 * *", "2026-01-01", 4) == ["2026-01-31 07:00", "2026-03-31 07:00", "2026-05-31 07:00", "2026-07-31 07:00"]
    assert days("0 7 L * *", "2028-01-15", 3) == ["2028-01-31 07:00", "2028-02-29 07:00", "2028-03-31 07:00"]
    assert days("0 7 29 2 *", "2026-01-01", 2) == ["2028-02-29 07:00", "2032-02-29 07:00"]
    assert days("0 7 * * MON", "2026-03-23", 2) == ["2026-03-23 07:00", "2026-03-30 07:00"]
    assert days("0 7 * * 0", "2026-03-23", 1) == days("0 7 * * 7", "2026-03-23", 1) == ["2026-03-29 07:00"]
    assert days("0 7 * * 5#1", "2026-03-01", 2) == ["2026-03-06 07:00", "2026-04-03 07:00"]
    # A day of the month or of the week, where both are given: as in cron.
    assert days("0 7 13 * FRI", "2026-03-01", 4) == [
        "2026-03-06 07:00",
        "2026-03-13 07:00",
        "2026-03-20 07:00",
        "2026-03-27 07:00",
    ]
    assert days("0 7 1 JAN,JUL *", "2026-03-01", 2) == ["2026-07-01 07:00", "2027-01-01 07:00"]


def test_a_day_that_a_zone_left_out_ticks_once_when_the_next_one_begins() -> None:
    apia = zone_named("Pacific/Apia")  # went from Thursday 29 to Saturday 31 December 2011
    found = next_ticks("0 */6 * * *", apia, instant("2011-12-29T18:00", "Pacific/Apia"), 3)
    assert [f"{datetime_of_instant(each, apia):%d %H:%M}" for each in found] == ["31 00:00", "31 06:00", "31 12:00"]


def test_after_is_excluded_and_until_is_included() -> None:
    zone = zone_named("Europe/Zurich")
    at_ms = instant("2026-03-10T07:00", "Europe/Zurich")
    assert list(ticks("0 7 * * *", zone, at_ms - 1, at_ms)) == [at_ms]
    assert list(ticks("0 7 * * *", zone, at_ms, at_ms + DAY_MS - 1)) == []
    assert next_tick("0 7 * * *", zone, at_ms) == at_ms + DAY_MS
    assert [ticks_at("0 7 * * *", zone, at_ms + shift) for shift in (-1, 0, 1, DAY_MS)] == [False, True, False, True]


def test_the_second_pass_of_a_repeated_hour_ticks_nothing() -> None:
    zone = zone_named("Europe/Zurich")
    second_pass_ms = instant("2026-10-25T01:10")  # 02:10 for the second time
    assert next_tick(QUARTERLY, zone, second_pass_ms) == instant("2026-10-25T02:00")
    assert not ticks_at(QUARTERLY, zone, instant("2026-10-25T01:15"))


def test_a_mistake_is_refused_and_never_is_no_tick() -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        next_tick("0 25 * * *", zone_named("UTC"), 0)
    assert mistake_in("0 7 * * *") is None


def walls(minutes: Sequence[int], hours: Sequence[int], first: datetime, until: datetime) -> list[datetime]:
    """By hand: every time on a wall that an ordinary schedule names."""
    found, at = [], first
    while at <= until:
        if at.minute in minutes and at.hour in hours:
            found.append(at)
        at += timedelta(minutes=1)
    return found


ZONES = st.sampled_from(
    ["Europe/Zurich", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Santiago", "Africa/Cairo", "UTC"]
)


@given(
    zone_id=ZONES,
    minutes=st.sets(st.integers(0, 59), min_size=1, max_size=3),
    hours=st.sets(st.integers(0, 23), min_size=1, max_size=4),
    day=st.sampled_from(
        ["2026-03-08", "2026-03-29", "2026-04-04", "2026-04-24", "2026-09-06", "2026-10-04", "2026-10-25", "2026-10-29"]
    ),
)
def test_ticks_are_the_first_instants_at_which_the_wall_has_reached_a_time(
    zone_id: str, minutes: set[int], hours: set[int], day: str
) -> None:
    """Against minute by minute: walk the instants, and tick when the wall has reached the next time that is named."""
    zone = zone_named(zone_id)
    start_ms = instant(day) - 12 * HOUR_MS
    end_ms = start_ms + 48 * HOUR_MS
    named = walls(
        sorted(minutes),
        sorted(hours),
        datetime.fromisoformat(day) - timedelta(days=3),
        datetime.fromisoformat(day) + timedelta(days=4),
    )
    reached = datetime_of_instant(start_ms, zone).replace(tzinfo=None)
    expected = []
    for at_ms in range(start_ms + MINUTE_MS, end_ms + 1, MINUTE_MS):
        wall = datetime_of_instant(at_ms, zone).replace(tzinfo=None)
        if wall > reached:
            if any(reached < each <= wall for each in named):
                expected.append(at_ms)
            reached = wall
    cron = f"{','.join(map(str, sorted(minutes)))} {','.join(map(str, sorted(hours)))} * * *"
    assert list(ticks(cron, zone, start_ms, end_ms)) == expected


@given(text=st.text("0123456789*/,-#L MONW", max_size=30))
def test_any_text_is_a_schedule_or_has_a_mistake_that_is_told(text: str) -> None:
    if mistake_in(text) is None:
        next_ticks(text, zone_named("Europe/Zurich"), instant_of_datetime(datetime(2026, 3, 28, tzinfo=UTC)), 2)
