"""Impact: what a notification counts for, what changed after it and what would have anyway, and what may be said of it."""

from collections import Counter
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hearth.core.instants import DAY_MS, HOUR_MS, MINUTE_MS, instant_of_datetime
from hearth.insights.impact import (
    ANY_TYPE,
    Behaviour,
    Counts,
    Found,
    StateSeries,
    Told,
    behaviour_after,
    effect_of,
    impact_of,
    share_of,
    tally,
    together,
    wilson,
)

ZURICH = ZoneInfo("Europe/Zurich")
WEDNESDAY = date(2026, 4, 15)  # summer time began on 29 March
CHARGING = "CHARGING_MODE"


def at(day: date, hour: int = 12, minute: int = 0) -> int:
    return instant_of_datetime(datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZURICH))


def toggling(event_type: str, *instants_ms: int, before: float | None = 0.0) -> StateSeries:
    """A device that changes its state at these instants."""
    return StateSeries(event_type, sorted(instants_ms), [float(each % 2 == 0) for each in range(len(instants_ms))], before)


@pytest.mark.parametrize(
    ("actions", "counted"),
    [
        ([], {}),
        (["VIEWED", "VIEWED"], {"opened": 1}),
        (["OPENAPP"], {"opened": 1, "acted": 1}),
        (["VIEWED", "OPENWEB", "COMMAND"], {"opened": 1, "acted": 1}),
        (["DISMISS"], {"dismissed": 1}),
        (["STOPDELIVERY", "RESUMEDELIVERY"], {"opted_out": 1, "resumed": 1}),
    ],
)
def test_each_notification_counts_once_by_what_was_done(actions, counted) -> None:
    assert tally("DELIVERED", None, actions) == Counts(delivered=1, **counted)
    assert tally("PENDING", None, actions) == Counts(pending=1)
    assert tally("FAILED", None, actions) == Counts(failed=1)
    assert tally("DROPPED", "switched_off", actions) == Counts(dropped_switched_off=1)


def test_a_change_within_ten_minutes_stands_beside_the_same_minutes_of_comparable_days() -> None:
    workdays = [day for back in range(1, 29) if (day := WEDNESDAY - timedelta(days=back)).weekday() < 5]
    told = Told("r", at(WEDNESDAY))
    home = toggling(CHARGING, at(WEDNESDAY, 12, 9), *(at(day, 12, 4) for day in workdays[:3]))
    assert behaviour_after(told, ZURICH, [home], [told]) == {
        ANY_TYPE: Behaviour(1, 1, 0.3),  # three of the ten nearest workdays
        CHARGING: Behaviour(1, 1, 0.3),
    }


@pytest.mark.parametrize(("minutes", "changed"), [(-1, 0), (0, 0), (1, 1), (10, 1), (11, 0)], ids=lambda each: str(each))
def test_ten_minutes_are_behind_the_delivery(minutes: int, changed: int) -> None:
    told = Told("r", at(WEDNESDAY))
    home = toggling(CHARGING, told.delivered_at_ms + minutes * MINUTE_MS)
    assert behaviour_after(told, ZURICH, [home], [told])[CHARGING].changed == changed


def test_a_value_that_is_sent_again_is_no_change() -> None:
    told = Told("r", at(WEDNESDAY))
    repeated = StateSeries(CHARGING, [told.delivered_at_ms + MINUTE_MS], [2.0], 2.0)
    assert behaviour_after(told, ZURICH, [repeated], [told])[CHARGING].changed == 0


def test_the_wall_clock_counts_where_the_clocks_were_changed() -> None:
    told = Told("r", at(date(2026, 3, 31)))
    before_summer = at(date(2026, 3, 27), 12, 5)
    assert (told.delivered_at_ms - before_summer) % DAY_MS != 23 * HOUR_MS + 55 * MINUTE_MS
    home = toggling(CHARGING, before_summer)
    assert behaviour_after(told, ZURICH, [home], [told])[CHARGING] == Behaviour(1, 0, 0.1)


def test_days_with_a_notification_of_the_rule_or_of_another_in_these_minutes_are_not_compared() -> None:
    told = Told("r", at(WEDNESDAY))
    days = [WEDNESDAY - timedelta(days=back) for back in range(1, 29)]
    home = toggling(CHARGING, *(at(day, 12, 4) for day in days))
    of_the_rule = [Told("r", at(day, 20)) for day in days]
    assert behaviour_after(told, ZURICH, [home], [told, *of_the_rule]) == {}, "there is no day without one"
    of_others = [Told("s", at(day, 11, 55)) for day in days]
    assert behaviour_after(told, ZURICH, [home], [told, *of_others]) == {}
    at_other_times = [Told("s", at(day, 20)) for day in days]
    assert behaviour_after(told, ZURICH, [home], [told, *at_other_times])[CHARGING] == Behaviour(1, 0, 1.0)


def test_nothing_is_claimed_where_no_state_was_known() -> None:
    told = Told("r", at(WEDNESDAY))
    new = StateSeries(CHARGING, [at(WEDNESDAY - timedelta(days=2)), at(WEDNESDAY, 12, 1)], [0.0, 1.0], None)
    assert behaviour_after(told, ZURICH, [new], [told]) == {}, "two days are too few to compare"
    first_value = StateSeries("SWITCH_STATE", [at(WEDNESDAY, 12, 1)], [1.0], None)
    assert behaviour_after(told, ZURICH, [first_value], [told]) == {}
    assert behaviour_after(told, ZURICH, [], [told]) == {}


def test_any_type_is_changed_once() -> None:
    told = Told("r", at(WEDNESDAY))
    home = [toggling(each, at(WEDNESDAY, 12, 3)) for each in (CHARGING, "SWITCH_STATE", "SWITCH_STATE")]
    found = behaviour_after(told, ZURICH, home, [told])
    assert {name: each.changed for name, each in found.items()} == {ANY_TYPE: 1, CHARGING: 1, "SWITCH_STATE": 1}


def test_no_share_is_told_of_fewer_than_five() -> None:
    assert share_of(4, 4).share is None
    told = share_of(4, 5)
    assert (told.share, round(told.low, 3), round(told.high, 3)) == (0.8, 0.376, 0.964)  # as published tables have it
    assert impact_of(Found(Counts(delivered=4, opted_out=1))).weariness.opt_outs_per_1000 is None
    assert impact_of(Found(Counts(delivered=50, opted_out=1))).weariness.opt_outs_per_1000 == 20


@given(of=st.integers(5, 100_000), data=st.data())
def test_the_interval_holds_the_share(of: int, data) -> None:
    count = data.draw(st.integers(0, of))
    low, high = wilson(count / of, of)
    assert 0 <= low <= count / of + 1e-12
    assert count / of - 1e-12 <= high <= 1


def test_an_effect_is_claimed_where_its_whole_interval_lies_above_chance() -> None:
    strong, same = effect_of(Behaviour(100, 40, 10.0)), effect_of(Behaviour(100, 12, 10.0))
    assert (round(strong.difference, 2), strong.is_beyond_chance) == (0.3, True)
    assert (round(same.difference, 2), same.is_beyond_chance) == (0.02, False)
    few = effect_of(Behaviour(4, 4, 0.0))
    assert (few.difference, few.is_beyond_chance) == (None, False)


@pytest.mark.parametrize(
    ("ignored", "settled", "is_flagged"), [(49, 49, False), (50, 50, True), (99, 100, True), (98, 100, False)]
)
def test_what_99_percent_ignore_is_flagged(ignored: int, settled: int, is_flagged: bool) -> None:
    assert impact_of(Found(Counts(settled=settled, ignored=ignored))).is_ignored is is_flagged


def test_rules_together_are_the_sum_but_for_homes() -> None:
    one = Found(Counts(delivered=3, settled=3, goals_achieved=1, goals_missed=2), {CHARGING: Behaviour(2, 1, 0.5)}, home_weeks=3)
    both = impact_of(together([one, one]))
    assert both.counts.delivered == 6
    assert both.goals.of == 6
    assert both.by_event_type[CHARGING].changed.count == 2
    assert both.per_home_and_week is None
    assert impact_of(together([one, one], home_weeks=4)).per_home_and_week == 1.5


@given(st.lists(st.tuples(st.sampled_from(["PENDING", "DELIVERED", "FAILED"]), st.lists(st.sampled_from(["VIEWED", "DISMISS"])))))
def test_adding_and_taking_away_never_drifts(steps) -> None:
    total, before = Counts(), Counts()
    for status, actions in steps:
        after = tally(status, None, actions)
        total, before = total.plus(after.minus(before)), after
    assert total == before
    assert Counter(total).get(-1) is None
