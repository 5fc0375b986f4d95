"""Figures of a backtest, from the runs of single homes."""

from zoneinfo import ZoneInfo

from hearth.core.instants import DAY_MS, HOUR_MS
from hearth.insights.backtests import HomeRun, comparison_of, days_of, figures_of, hours_of

UTC = ZoneInfo("UTC")
START_MS = 1_767_225_600_000  # 2026-01-01T00:00Z


def run(building_id, *hours, zone=UTC, days=10, dropped=None):
    sent = [START_MS + hour * HOUR_MS for hour in hours]
    texts = [f"{building_id} {hour}" for hour in hours]
    return HomeRun(building_id, zone, START_MS, START_MS + days * DAY_MS, sent, texts, dropped or {}, 100)


def test_figures_count_every_home_and_every_day():
    figures = figures_of([run("b", 7, 8, 31), run("a"), run("c", 7, dropped={"time_between": 3})])
    assert (figures.homes, figures.homes_reached, figures.sent, figures.evaluations) == (3, 2, 4, 300)
    # 30 days of homes: 27 without any, two with one, one with two.
    assert (figures.median, figures.p90, figures.most) == (0, 0, 2)
    assert figures.dropped == {"time_between": 3}
    assert figures.busiest_hours == ((7, 3), (8, 1))
    assert [sample.text for sample in figures.samples] == ["b 7", "c 7"]
    assert figures.share_reached == 2 / 3


def test_days_and_hours_are_those_of_the_home():
    figures = figures_of([run("a", 0, 23, zone=ZoneInfo("America/New_York"), days=1)])
    assert figures.busiest_hours == ((18, 1), (19, 1))
    assert (figures.median, figures.most) == (1, 1)  # 31 December and 1 January, one each


def test_a_home_has_its_days_with_the_first_instant_of_each_and_its_hours():
    new_york = run("a", 0, 23, 24, zone=ZoneInfo("America/New_York"))
    first, second = days_of(new_york)
    assert (str(first.day), first.sent, first.first_ms) == ("2025-12-31", 1, START_MS)
    assert (str(second.day), second.sent, second.first_ms) == ("2026-01-01", 2, START_MS + 23 * HOUR_MS)
    assert hours_of(new_york) == {18: 1, 19: 2}


def test_the_order_of_homes_does_not_matter():
    runs = [run("a", 1), run("b", 2, 3), run("c")]
    assert figures_of(runs) == figures_of(reversed(runs))


def test_no_homes_give_no_figures():
    assert (figures_of([]).share_reached, figures_of([]).most) == (0.0, 0)


def test_two_rules_are_compared_in_a_sentence():
    one, other = figures_of([run("a", 1, 2), run("b")]), figures_of([run("a", 1), run("b", 2)])
    told = "A would have sent 2 to 50% of the homes, B 2 to 100% of the homes."
    assert comparison_of("A", one, "B", other) == told
