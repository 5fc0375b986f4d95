"""`hearth simulate`, `hearth backtest` and `hearth why`: a rule tried on stored events, with the engine that decides."""

import json
from itertools import pairwise
from pathlib import Path

import pytest
import typer
from tests.tried_homes import RULE, START_MS, STEP_MS, add_homes
from typer.testing import CliRunner

from hearth.bootstrap import open_installation, read_settings
from hearth.cli.backtest import backtest
from hearth.cli.simulate import simulate
from hearth.cli.why import why
from hearth.core.problems import Problem
from hearth.domain.audit import COMMAND_LINE
from hearth.domain.limits import HouseholdLimits, QuietHours


@pytest.fixture
def customer(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HEARTH_DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "rule.yaml").write_text(RULE)
    with open_installation(read_settings()) as installation:
        customer = installation.customers.create("Sunny Homes")
        add_homes(installation.store, installation.buildings, customer.id)
    return customer.id


def run(command, *arguments, exit_code=0):
    app = typer.Typer()
    app.command()(command)
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == exit_code, result.output
    return result.stdout


def test_limits_of_the_customer_hold_in_a_trial_and_are_told(customer):
    with open_installation(read_settings()) as installation:
        quiet = QuietHours(start="22:00", end="07:00")
        installation.customers.set_limits(customer, HouseholdLimits(quiet_hours=quiet, most_per_day=2))
    Path("hold.yaml").write_text(RULE + "duringQuietHours: hold\nvalidFor: 12h\n")
    range_ = ("--from", "2026-03-08", "--to", "2026-03-09")
    answer = json.loads(run(simulate, "--rule", "rule.yaml", "--building", "home-1", *range_, "--json"))
    assert [each["trace"]["ended"] for each in answer["notifications"]] == ["generated"] * 2
    assert {each["dropReason"] for each in answer["dropped"]} == {"quiet_hours", "time_between", "household_cap"}
    shown = run(simulate, "--rule", "hold.yaml", "--building", "home-1", *range_)
    assert shown.count("(held until 07:00) Much power: You use ") == 2
    assert "over the day's number" in shown
    assert "\nheld until 07:00" in run(why, "hold.yaml", "home-1", "2026-03-07T01:45")
    figures = run(backtest, "--rule", "rule.yaml", *range_)
    assert "in quiet hours" in figures


def test_a_draft_is_simulated_in_a_home(customer):
    answer = json.loads(run(simulate, "--rule", "rule.yaml", "--building", "home-1", "--json"))
    assert answer["evaluations"] == 288
    # The average of two values is above 1,000 from 00:45 on, twice in two hours; three hours must lie between two.
    times = [each["createdAtTimeMillis"] for each in answer["notifications"]]
    assert times[0] == START_MS + 3 * STEP_MS
    assert all(later - earlier >= 3 * 3_600_000 for earlier, later in pairwise(times))
    assert answer["notifications"][0]["notification"]["texts"]["en"]["message"] == "You use 1,550 W."
    assert {each["dropReason"] for each in answer["dropped"]} == {"time_between"}
    assert len(answer["notifications"]) + len(answer["dropped"]) == 36 * 2
    assert answer["notes"] == ["The rule is not active (DRAFT)."]
    delivered = [each["delivered"] for each in answer["counts"]]
    assert delivered == list(range(len(times) + 1))


def test_a_range_is_in_the_homes_days(customer):
    answer = json.loads(
        run(simulate, "--rule", "rule.yaml", "--building", "home-1", "--from", "2026-03-08", "--to", "2026-03-09", "--json")
    )
    assert (answer["from"], answer["to"]) == ("2026-03-08T00:00:00+01:00", "2026-03-09T00:00:00+01:00")
    assert answer["evaluations"] == 96
    # The windows are full from the first event on: what was before fills them.
    assert answer["notifications"][0]["createdAtTimeMillis"] - 1_772_924_400_000 < 3_600_000


def test_people_see_texts_and_sums(customer):
    shown = run(simulate, "--rule", "rule.yaml", "--building", "home-1")
    assert "2026-03-07 01:45  Much power: You use 1,550 W." in shown
    assert "Much power: 18 sent, 54 held back (54 too soon after the last), 288 evaluations" in shown


def test_a_saved_rule_by_name_and_one_customer_of_several(customer, tmp_path):
    with open_installation(read_settings()) as installation:
        installation.rules.import_files(customer, [("rule.yaml", RULE)], COMMAND_LINE)
    assert json.loads(run(simulate, "--rule", "Much power", "--building", "home-1", "--json"))["ruleVersion"] == 1
    with open_installation(read_settings()) as installation:
        installation.customers.create("Other")
    with pytest.raises(Problem, match="Say which customer"):
        run(simulate, "--rule", "Much power", "--building", "home-1")
    run(simulate, "--rule", "Much power", "--building", "home-1", "--customer", customer)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--rule", "Nope", "--building", "home-1"), "There is no rule of the id or name 'Nope'"),
        (("--rule", "nope.yaml", "--building", "home-1"), "nope.yaml cannot be read"),
        (("--rule", "bad.yaml", "--building", "home-1"), "bad.yaml:5:16: There is no dataset $Powr"),
        (("--rule", "rule.yaml", "--building", "home-9"), "There is no building"),
        (("--rule", "rule.yaml", "--building", "home-1", "--from", "soon"), "--from: 'soon' is no timestamp"),
        (("--rule", "rule.yaml", "--building", "home-1", "--from", "2026-03-08", "--to", "2026-03-08"), "The range is empty"),
    ],
)
def test_what_cannot_be_simulated_is_refused(customer, tmp_path, arguments, told):
    (tmp_path / "bad.yaml").write_text(RULE.replace("AVG($Power) >", "AVG($Powr) >"))
    with pytest.raises(Problem) as refused:
        run(simulate, *arguments)
    assert told in refused.value.detail


def test_a_backtest_in_an_unknown_zone_is_refused(customer):
    with pytest.raises(Problem, match="unknown time zone 'Mars/Base'"):
        run(backtest, "--rule", "rule.yaml", "--timezone", "Mars/Base")


def test_a_draft_that_has_no_text_yet_is_tried(customer, tmp_path):
    (tmp_path / "unsaid.yaml").write_text(RULE[: RULE.index("  texts:")].replace("notification:", "notification: {texts: {}}"))
    assert "2026-03-07 01:45  (no text yet)" in run(simulate, "--rule", "unsaid.yaml", "--building", "home-1")
    assert "home-1  (no text yet)" in run(backtest, "--rule", "unsaid.yaml", "--from", "2026-03-07", "--to", "2026-03-10")


def test_a_backtest_over_all_homes_and_two_versions(customer, tmp_path):
    (tmp_path / "stricter.yaml").write_text(RULE.replace("> 1000", "> 1700"))
    arguments = ("--rule", "rule.yaml", "--against", "stricter.yaml", "--from", "2026-03-07", "--to", "2026-03-10", "--json")
    answer = json.loads(run(backtest, *arguments))
    one, other = answer["rules"]
    assert (one["homes"], one["homesReached"], other["homesReached"]) == (3, 2, 1)
    assert one["notifications"] == 36
    # Six a day in two homes; the hour of 10 March that belongs to the range has none.
    assert one["perHomeAndDay"] == {"median": 0, "p90": 6, "max": 6}
    assert answer["comparison"] == (
        f"Much power (rule.yaml) would have sent 36 to 67% of the homes, "
        f"Much power (stricter.yaml) {other['notifications']} to 33% of the homes."
    )
    sampled = json.loads(
        run(backtest, "--rule", "rule.yaml", "--from", "2026-03-07", "--to", "2026-03-10", "--sample", "1", "--json")
    )
    assert sampled["rules"][0]["homes"] == 1
    assert "sent              36 to 2 of 3 homes (67%)" in run(
        backtest, "--rule", "rule.yaml", "--from", "2026-03-07", "--to", "2026-03-10"
    )


@pytest.mark.parametrize(
    ("time", "ended", "values"),
    [
        ("2026-03-07T01:45", "sent", ["yes", "1,550 W"]),
        ("2026-03-07T01:44", "not sent: the condition does not hold: AVG($Power) > 1000 (AVG($Power) is 850 W)", ["no", "850 W"]),
        ("2026-03-07T02:00", "not sent: the last one was generated", ["yes", "1,650 W"]),
        ("2026-03-07T01:00", "not sent: the condition does not hold", ["no", "200 W"]),
    ],
)
def test_why_tells_the_step_that_ended_and_every_value(customer, time, ended, values):
    shown = run(why, "rule.yaml", "home-1", time)
    assert f"\n{ended}" in f"\n{shown}"
    assert all(f"→ {value}" in shown for value in values)
    answer = json.loads(run(why, "rule.yaml", "home-1", time, "--json"))
    assert answer["evaluation"]["ended"].startswith(ended)
    assert answer["evaluation"]["parts"]["condition"]["parts"][0]["text"] == "AVG($Power) > 1000"


def test_why_says_when_there_was_no_evaluation(customer):
    assert "was not evaluated in home-1 in the week before" in run(why, "rule.yaml", "home-1", "2026-02-01T00:00")


PAGE = Path(__file__).parents[2] / "docs/write-rules/try-rules.md"


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        (simulate, ("--rule", "rule.yaml", "--building", "home-1", "--from", "2026-03-07", "--to", "2026-03-08")),
        (backtest, ("--rule", "rule.yaml", "--against", "stricter.yaml", "--from", "2026-03-07", "--to", "2026-03-10")),
        (why, ("rule.yaml", "home-1", "2026-03-07T02:00")),
    ],
)
def test_the_manual_shows_what_is_said(customer, tmp_path, command, arguments):
    (tmp_path / "stricter.yaml").write_text(RULE.replace("> 1000", "> 1700"))
    shown = "\n".join(line.rstrip() for line in run(command, *arguments).strip().splitlines())
    page = PAGE.read_text(encoding="utf-8")
    assert f"```sh\nhearth {command.__name__} {' '.join(arguments)}\n```" in page
    assert f"```text\n{shown}\n```" in page, f"put this into the page:\n{shown}"


def test_a_schedule_is_simulated_and_explained(customer, tmp_path):
    (tmp_path / "daily.yaml").write_text(
        RULE.replace("condition:", 'schedule: "30 7 * * *"\ncondition:').replace("> 1000", "> 0")
    )
    answer = json.loads(run(simulate, "--rule", "daily.yaml", "--building", "home-1", "--json"))
    assert (answer["evaluations"], len(answer["notifications"])) == (30, 3)  # a month of ticks, three days with events
    times = [each["createdAtTimeMillis"] for each in answer["notifications"]]
    assert times[0] == START_MS + 6.5 * 3_600_000  # 7:30 in Zurich
    assert [later - earlier for earlier, later in pairwise(times)] == [24 * 3_600_000] * 2
    explained = json.loads(run(why, "daily.yaml", "home-1", "2026-03-08T12:00", "--json"))
    assert (explained["evaluation"]["at"], explained["evaluation"]["outcome"]) == ("2026-03-08T07:30:00+01:00", "sent")
    assert "07:30:00+01:00, by its schedule" in run(why, "daily.yaml", "home-1", "2026-03-08T12:00")


def test_a_home_without_events_of_the_rule_needs_a_range(customer, tmp_path):
    (tmp_path / "other.yaml").write_text(RULE.replace("POWER_CONSUMPTION", "POWER_GENERATION"))
    with pytest.raises(Problem, match="say the range"):
        run(simulate, "--rule", "other.yaml", "--building", "home-1")
