"""How often events come: estimated from times alone, also from those of ten real homes."""

import csv
from datetime import datetime

import pytest
from tests.metered_homes import file_of

from hearth.core.instants import DAY_MS, HOUR_MS, MINUTE_MS, instant_of_datetime
from hearth.domain.intervals import MeasuredInterval
from hearth.insights.intervals import IntervalEstimate, estimated_interval, look_back_ms, spacing_ms

QUARTER_MS = 15 * MINUTE_MS


def quarters(count: int = 96) -> list[int]:
    return [number * QUARTER_MS for number in range(count)]


def test_a_gap_and_a_repeated_burst_do_not_move_it() -> None:
    times = quarters()
    assert spacing_ms(times[:20] + times[60:]) == QUARTER_MS
    assert spacing_ms(sorted([*times, 1, 2, 3])) == QUARTER_MS


@pytest.mark.parametrize("count", [0, 1, 3])
def test_too_few_events_tell_nothing(count: int) -> None:
    assert spacing_ms(quarters(count)) is None
    assert spacing_ms(quarters(4)) == QUARTER_MS


def test_homes_that_send_otherwise_are_a_minority_and_are_counted() -> None:
    hourly = HOUR_MS
    found = estimated_interval([QUARTER_MS, QUARTER_MS * 1.1, hourly, QUARTER_MS, None])
    assert found == IntervalEstimate(measured=4, interval_seconds=945.0, alike_share=0.75)
    assert estimated_interval([None, None]) == IntervalEstimate(measured=0, interval_seconds=None, alike_share=None)
    assert estimated_interval([]) == estimated_interval([None])


def test_what_comes_once_a_day_is_looked_for_over_several_days() -> None:
    assert look_back_ms(0) == look_back_ms(900) == look_back_ms(3_600) == DAY_MS
    assert look_back_ms(86_400) == 8 * DAY_MS


@pytest.mark.parametrize(
    ("catalogue_seconds", "interval_seconds", "deviation"),
    [
        (900, 900.0, None),
        (900, 1_080.0, None),
        (900, 1_081.0, "SLOWER"),
        (900, 3_600.0, "SLOWER"),
        (900, 60.0, "FASTER"),
        (0, 60.0, None),
        (900, None, None),
    ],
)
def test_a_clear_deviation_from_the_catalogue(
    catalogue_seconds: int, interval_seconds: float | None, deviation: str | None
) -> None:
    measured = MeasuredInterval(
        event_type="ENERGY_CONSUMPTION",
        source="GATEWAY",
        measured_at_ms=0,
        looked_back_seconds=86_400,
        series=1,
        sampled=1,
        measured=1,
        interval_seconds=interval_seconds,
        alike_share=None,
    )
    assert measured.deviation_from(catalogue_seconds) == deviation


def times_of(home: int) -> list[int]:
    with file_of(home).open() as file:
        return [instant_of_datetime(datetime.fromisoformat(row["hour_start_utc"])) for row in csv.DictReader(file)]


def test_ten_real_homes_send_every_hour() -> None:
    a_day = [times_of(home)[-24:] for home in range(1, 11)]
    assert estimated_interval(map(spacing_ms, a_day)) == IntervalEstimate(measured=10, interval_seconds=3_600, alike_share=1)


def test_real_homes_with_gaps_and_some_by_the_quarter_are_told_in_shares() -> None:
    """Every third hour of a home is lost, which its median does not notice; three send quarters of an hour."""
    days = [[at for number, at in enumerate(times_of(home)[-24:]) if number % 4 != 2] for home in range(1, 8)]
    days += [[at + quarter * QUARTER_MS for at in times_of(home)[-24:] for quarter in range(4)] for home in range(8, 11)]
    assert estimated_interval(map(spacing_ms, days)) == IntervalEstimate(measured=10, interval_seconds=3_600, alike_share=0.7)
