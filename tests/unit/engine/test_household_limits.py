"""Quiet hours as stretches of time, whose limits hold, what is stored of a household, and what a trace says."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from tests.conformance.rules_corpus import BUILDING_ID, CUSTOMER_ID, read_cases
from tests.conformance.rules_ways import in_memory

from hearth.core.instants import HOUR_MS, instant_of_datetime, instants_of_wall_clock
from hearth.core.problems import Problem
from hearth.domain.limits import HouseholdLimits, QuietHours
from hearth.engine.effects import Effects
from hearth.engine.household import HOUSEHOLD, Household, HouseholdCounters, decode_household
from hearth.engine.slots import encode_counters

ZURICH = ZoneInfo("Europe/Zurich")
NIGHT = QuietHours(start="22:00", end="07:00")


def instant(text: str) -> int:
    """ISO 8601 with an offset -> milliseconds."""
    return instant_of_datetime(datetime.fromisoformat(text))


@pytest.mark.parametrize(
    ("zone", "day", "at", "first", "last"),
    [
        ("Europe/Zurich", "2026-03-10", "07:00", "2026-03-10T06:00Z", "2026-03-10T06:00Z"),
        ("Europe/Zurich", "2026-03-29", "02:00", "2026-03-29T01:00Z", "2026-03-29T01:00Z"),
        ("Europe/Zurich", "2026-03-29", "02:30", "2026-03-29T01:00Z", "2026-03-29T01:00Z"),
        ("Europe/Zurich", "2026-03-29", "02:59", "2026-03-29T01:00Z", "2026-03-29T01:00Z"),
        ("Europe/Zurich", "2026-03-29", "03:00", "2026-03-29T01:00Z", "2026-03-29T01:00Z"),
        ("Europe/Zurich", "2026-10-25", "01:59", "2026-10-24T23:59Z", "2026-10-24T23:59Z"),
        ("Europe/Zurich", "2026-10-25", "02:30", "2026-10-25T00:30Z", "2026-10-25T01:30Z"),
        ("Europe/Zurich", "2026-10-25", "03:00", "2026-10-25T02:00Z", "2026-10-25T02:00Z"),
        ("Asia/Beirut", "2026-03-29", "00:30", "2026-03-28T22:00Z", "2026-03-28T22:00Z"),
        ("Australia/Lord_Howe", "2026-04-05", "01:45", "2026-04-04T14:45Z", "2026-04-04T15:15Z"),
        ("Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-03T15:30Z", "2026-10-03T15:30Z"),
        ("Pacific/Apia", "2011-12-30", "12:00", "2011-12-30T10:00Z", "2011-12-30T10:00Z"),
    ],
)
def test_a_time_of_day_is_one_instant_or_two_or_that_of_the_skip(zone, day, at, first, last):
    found = instants_of_wall_clock(date.fromisoformat(day), time.fromisoformat(at), ZoneInfo(zone))
    assert found == (instant(first), instant(last))


@pytest.mark.parametrize(
    ("quiet", "now", "until"),
    [
        (NIGHT, "2026-03-10T21:59:59+01:00", None),
        (NIGHT, "2026-03-10T22:00:00+01:00", "2026-03-11T07:00:00+01:00"),
        (NIGHT, "2026-03-11T06:59:59+01:00", "2026-03-11T07:00:00+01:00"),
        (NIGHT, "2026-03-11T07:00:00+01:00", None),
        (NIGHT, "2026-12-31T23:00:00+01:00", "2027-01-01T07:00:00+01:00"),
        (NIGHT, "2026-03-28T22:00:00+01:00", "2026-03-29T07:00:00+02:00"),
        (NIGHT, "2026-10-24T22:00:00+02:00", "2026-10-25T07:00:00+01:00"),
        (QuietHours(start="00:00", end="00:00"), "2026-03-10T00:00:00+01:00", None),
        # In the repeated hour one night ends at its second 02:15 and the next one has begun at the first 02:30.
        (QuietHours(start="02:30", end="02:15"), "2026-10-25T01:00:00+02:00", "2026-10-26T02:15:00+01:00"),
    ],
)
def test_quiet_hours_hold_until_their_end(quiet, now, until):
    assert quiet.until(instant(now), ZURICH) == (None if until is None else instant(until))


def test_a_night_with_a_moved_clock_is_an_hour_shorter_or_longer():
    def length_hours(evening: str) -> float:
        now_ms = instant(evening)
        return (NIGHT.until(now_ms, ZURICH) - now_ms) / HOUR_MS

    assert length_hours("2026-03-27T22:00+01:00") == 9
    assert length_hours("2026-03-28T22:00+01:00") == 8
    assert length_hours("2026-10-24T22:00+02:00") == 10


@pytest.mark.parametrize("text", ["7:00", "24:00", "12:60", "12:00:00", "", "noon", "٠٧:٠٠"])
def test_what_is_no_time_of_day_is_refused_with_its_place(text):
    for name in ("start", "end"):
        with pytest.raises(Problem) as refused:
            QuietHours(**{"start": "01:00", "end": "02:00", name: text})
        assert refused.value.errors[0].pointer == f"/quietHours/{name}"


@pytest.mark.parametrize("most", [-1, 1_001])
def test_a_number_of_a_day_out_of_range_is_refused(most):
    with pytest.raises(Problem, match="0 to 1,000"):
        HouseholdLimits(most_per_day=most)


def test_a_buildings_own_limits_come_before_the_customers_one_by_one():
    defaults = HouseholdLimits(quiet_hours=NIGHT, most_per_day=3)
    none = QuietHours(start="00:00", end="00:00")
    assert HouseholdLimits().over(defaults) == defaults
    assert HouseholdLimits(most_per_day=0).over(defaults) == HouseholdLimits(quiet_hours=NIGHT, most_per_day=0)
    assert HouseholdLimits(quiet_hours=none).over(defaults) == HouseholdLimits(quiet_hours=none, most_per_day=3)
    assert HouseholdLimits(quiet_hours=NIGHT).over(HouseholdLimits()) == HouseholdLimits(quiet_hours=NIGHT)


def test_the_count_begins_anew_with_each_local_day_and_never_turns_back():
    household = Household(HouseholdLimits(), ZURICH, HouseholdCounters())
    evening, morning = instant("2026-03-10T23:59+01:00"), instant("2026-03-11T00:01+01:00")
    household.count_generated(evening)
    household.count_generated(evening)
    assert household.generated_on_day_of(evening) == 2
    assert household.generated_on_day_of(morning) == 0
    household.count_generated(morning)
    assert household.generated_on_day_of(morning) == household.generated_on_day_of(evening) == 1


def test_the_households_state_is_read_also_from_an_earlier_version():
    assert decode_household(b"\x80") == HouseholdCounters()
    assert decode_household(b"\x81\xafgenerated_count\x03") == HouseholdCounters(generated_count=3)
    counters = HouseholdCounters(day=739_000, generated_count=2)
    assert decode_household(encode_counters(counters)) == counters


def test_effects_hold_the_households_state_beside_the_rules():
    effects = Effects()
    effects.touch_counters(CUSTOMER_ID, (HOUSEHOLD, BUILDING_ID), HouseholdCounters(day=1, generated_count=2))
    ((key, stored),) = effects.states()[CUSTOMER_ID].items()
    assert (key, decode_household(stored)) == ((HOUSEHOLD, BUILDING_ID), HouseholdCounters(day=1, generated_count=2))


def ended(more: str, building: str, events: str) -> list[object]:
    """How the evaluations of one rule that always matches ended, in words."""
    (case,) = read_cases(
        "limits",
        "# Limits\nrule:\n  datasets: {P: {kind: SINGLE_VALUE, eventTypes: [POWER_CONSUMPTION]}}\n  condition: $P > 0\n"
        f"  message: $P\n{more}building: {building}\ninput:\n  {events}\nexpect:\n",
    )
    return [each.trace["ended"] for each in in_memory(case).notifications]


def test_a_trace_says_in_local_time_what_the_limits_did():
    night = "zone Europe/Zurich; quiet 22:00-07:00"
    hold = "  duringQuietHours: hold\n  validFor: 12h\n"
    event = "22:30 POWER_CONSUMPTION 1"
    assert ended("", night, event) == ["not sent: quiet hours until 07:00"]
    assert ended(hold, night, event) == ["held until 07:00"]
    stale = ended("  duringQuietHours: hold\n  validFor: 1h\n", night, event)
    assert stale == ["not sent: quiet hours until 07:00, and then it would be stale"]
    assert ended("  priority: high\n", night, event) == ["generated"]
    assert ended("", "at most 3 a day", "10:00 every 1min POWER_CONSUMPTION 1 2 3 4") == [
        *["generated"] * 3,
        "not sent: 3 of 3 notifications of this day were sent",
    ]
