"""The limits of a household, whatever its zone, its rules and the order of what happens."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conformance.rules_corpus import BuildingInput, Case, EventInput, building_of, read_cases
from tests.conformance.rules_ways import in_memory

from hearth.core.instants import MINUTE_MS, datetime_of_instant, instant_of_datetime, local_date
from hearth.domain.limits import QuietHours

ZONES = st.sampled_from(["UTC", "Europe/Zurich", "America/New_York", "Australia/Lord_Howe", "Asia/Beirut", "Asia/Kathmandu"])
TIMES_OF_DAY = st.integers(0, 24 * 60 - 1).map(lambda minute: f"{minute // 60:02}:{minute % 60:02}")
QUIET = st.builds(QuietHours, start=TIMES_OF_DAY, end=TIMES_OF_DAY)
# Around the days on which clocks are moved in those zones, and some others.
DAYS = st.sampled_from(["2026-03-07", "2026-03-28", "2026-04-04", "2026-06-15", "2026-10-03", "2026-10-24", "2026-10-31"])
TYPES = ("POWER_CONSUMPTION", "POWER_GENERATION", "GRID_POWER_CONSUMPTION")
RULE = st.fixed_dictionaries(
    {
        "type": st.sampled_from(TYPES),
        "priority": st.sampled_from(["normal", "normal", "high"]),
        "hold": st.sampled_from(["drop", "hold"]),
        "pause": st.sampled_from(["0s", "45min"]),
    }
)
# (minutes since the one before, type): a device may lag behind another.
EVENTS = st.lists(st.tuples(st.integers(-90, 240), st.sampled_from(TYPES)), min_size=1, max_size=40)


def start_of(day: str) -> int:
    return instant_of_datetime(datetime.fromisoformat(day).replace(tzinfo=UTC))


def case_of(rules: list[dict[str, str]], building: str, times: list[tuple[int, str]]) -> Case:
    """Rules that always match, a building, and events."""
    sections = "".join(
        f"rule:\n  name: R{number}\n  datasets: {{P: {{kind: SINGLE_VALUE, eventTypes: [{rule['type']}]}}}}\n"
        f"  condition: $P > 0\n  priority: {rule['priority']}\n  duringQuietHours: {rule['hold']}\n"
        f"  timeBetweenNotifications: {rule['pause']}\n  message: $P\n"
        for number, rule in enumerate(rules)
    )
    (case,) = read_cases("limits", f"# Limits\n{sections}building: {building}\ninput:\nexpect:\n")
    case.inputs = [EventInput(at_ms, type_, "meter", "GATEWAY", 1.0) for at_ms, type_ in times]
    return case


def times_of(day: str, events: list[tuple[int, str]]) -> list[tuple[int, str]]:
    at_ms = start_of(day)
    times = []
    for minutes, type_ in events:
        at_ms += minutes * MINUTE_MS
        times.append((at_ms, type_))
    return times


@settings(max_examples=150, deadline=None)
@given(st.lists(RULE, min_size=1, max_size=4), ZONES, st.none() | QUIET, st.integers(0, 4), DAYS, EVENTS)
def test_no_day_has_more_than_its_number_and_no_quiet_hour_is_broken(rules, zone_id, quiet, most, day, events):
    phrase = f"; quiet {quiet.start}-{quiet.end}" if quiet is not None else ""
    case = case_of(rules, f"zone {zone_id}; at most {most} a day{phrase}", times_of(day, events))
    came = in_memory(case).notifications
    zone = ZoneInfo(zone_id)
    told: Counter[object] = Counter()
    today = local_date(0, zone)
    for each in came:
        until_ms = None if quiet is None else quiet.until(each.created_at_ms, zone)
        if each.priority == "high":
            assert each.held_until_ms is None
            assert each.drop_reason in (None, "time_between")
        elif each.status == "PENDING":
            assert each.held_until_ms == until_ms
            assert told[max(today, local_date(each.created_at_ms, zone))] < most
        elif each.drop_reason == "quiet_hours":
            assert until_ms is not None
        elif each.drop_reason == "household_cap":
            assert told[max(today, local_date(each.created_at_ms, zone))] >= most
        if each.status == "PENDING":
            today = max(today, local_date(each.created_at_ms, zone))
            told[today] += 1


@settings(max_examples=60, deadline=None)
@given(st.lists(RULE, min_size=1, max_size=3), ZONES, QUIET, st.integers(0, 3), DAYS, EVENTS, st.integers(1, 7))
def test_a_state_made_anew_in_between_changes_nothing(rules, zone_id, quiet, most, day, events, every):
    description = f"zone {zone_id}; at most {most} a day; quiet {quiet.start}-{quiet.end}"
    case = case_of(rules, description, times_of(day, events))
    whole = in_memory(case, most=None).notifications
    inputs = []
    for number, event in enumerate(case.inputs):
        if number % every == 0:
            inputs.append(BuildingInput(building_of(description, case.rules)))
        inputs.append(event)
    case.inputs = inputs
    assert in_memory(case).notifications == whole


@settings(max_examples=300, deadline=None)
@given(QUIET, ZONES, DAYS, st.integers(0, 4 * 24 * 60))
def test_quiet_hours_hold_where_the_clock_on_the_wall_says_so(quiet, zone_id, day, minutes):
    zone = ZoneInfo(zone_id)
    now_ms = start_of(day) + minutes * MINUTE_MS
    until_ms = quiet.until(now_ms, zone)
    around = [datetime_of_instant(now_ms, zone) + timedelta(days=days) for days in (-1, 0, 1, 2)]
    if len({moment.utcoffset() for moment in around}) == 1:  # no clock is moved near that moment
        shown = f"{datetime_of_instant(now_ms, zone):%H:%M}"
        spans_midnight = quiet.start > quiet.end
        inside = shown >= quiet.start or shown < quiet.end if spans_midnight else quiet.start <= shown < quiet.end
        assert (until_ms is not None) == inside
    if until_ms is not None:
        assert until_ms > now_ms
        assert quiet.until(until_ms - 1, zone) == until_ms
        assert quiet.until(until_ms, zone) is None
