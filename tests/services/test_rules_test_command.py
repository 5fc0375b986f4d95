"""`hearth rules test`: the scenarios beside rule files are run, and what differs is shown so that it can be mended."""

import json

import pytest
from typer.testing import CliRunner

from hearth.cli.rules import app

RULE = """\
name: Surplus
state: DRAFT
datasets:
  Grid: {kind: TIME_SERIES, eventTypes: [GRID_POWER_CONSUMPTION], sources: [GATEWAY], timespan: 30min}
condition: AVG($Grid) < -1500
timeBetweenNotifications: 1h
notification:
  texts:
    en: {title: Sun, message: '"Now " + -AVG($Grid) / 1000 + " kW"'}
"""
SCENARIOS = """\
building: {zone: Europe/Zurich}
day: 2026-06-03
scenarios:
  - title: Sun
    input:
      - 12:00 every 15min GRID_POWER_CONSUMPTION -500 -3500 -2000
    expect:
      - sent: 12:15
        titles: {en: Sun}
        messages: {en: Now 2 kW}
  - title: Clouds
    input:
      - 12:00 every 15min GRID_POWER_CONSUMPTION -500x3
    expect: nothing
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sun.yaml").write_text(RULE)
    (tmp_path / "sun.scenarios.yaml").write_text(SCENARIOS)
    return tmp_path


def run(*arguments, exit_code=0):
    result = CliRunner().invoke(app, ["test", *arguments], catch_exceptions=False)
    assert result.exit_code == exit_code, result.output
    return result


def test_what_passes_is_counted_also_of_a_draft(folder):
    output = run("sun.yaml").stdout
    assert "✓ Surplus: 2 passed\n" in output
    assert "2 passed, 0 failed in 1 rule\n" in output
    assert output == run(".").stdout


@pytest.mark.parametrize(
    ("old", "new", "about", "expected", "came"),
    [
        ("Now 2 kW", "Now 3 kW", "12:15 message en", "Now 3 kW", "Now 2 kW"),
        ("titles: {en: Sun}", "titles: {de: Sonne}", "12:15 title de", "Sonne", "no text"),
        ("sent: 12:15", "sent: 12:30", "what is sent", "12:30 sent", "12:15 sent 'Now 2 kW'"),
        ("expect: nothing", "expect: [{sent: 12:00}]", "what is sent", "12:00 sent", "nothing"),
        ("titles: {en: Sun}", "case: Bright", "12:15 case", "Bright", "no case"),
        (
            "messages: {en: Now 2 kW}",
            "messages: {en: Now 2 kW}\n      - dropped: 12:45",
            "what is sent",
            "12:15 sent; 12:45 time_between",
            "12:15 sent 'Now 2 kW'; 12:30 time_between",
        ),
    ],
)
def test_what_differs_is_shown_and_fails(folder, old, new, about, expected, came):
    assert old in SCENARIOS
    (folder / "sun.scenarios.yaml").write_text(SCENARIOS.replace(old, new, 1))
    output = run("sun.yaml", exit_code=1).stdout
    assert "✗ Surplus: 1 passed, 1 failed" in output
    assert f"      {about}\n        expected: {expected}\n        came:     {came}\n" in output

    (rule,) = json.loads(run("sun.yaml", "--json", exit_code=1).stdout)["rules"]
    assert (rule["passed"], rule["failed"]) == (1, 1)
    (failed,) = [each for each in rule["scenarios"] if not each["passed"]]
    assert failed["differences"] == [{"about": about, "expected": expected, "came": came}]
    assert failed["line"] == (4 if failed["title"] == "Sun" else 11)


def test_what_is_held_back_is_looked_at_where_a_scenario_speaks_of_it(folder):
    dropped = "messages: {en: Now 2 kW}\n      - {dropped: 12:30, reason: time_between}"
    (folder / "sun.scenarios.yaml").write_text(SCENARIOS.replace("messages: {en: Now 2 kW}", dropped))
    assert "2 passed" in run("sun.yaml").stdout


def test_what_is_not_tested_is_a_warning(folder):
    (folder / "sun.scenarios.yaml").write_text(SCENARIOS[: SCENARIOS.index("  - title: Clouds")])
    assert "warning: no scenario in which it stays silent" in run("sun.yaml").stdout
    (folder / "sun.scenarios.yaml").unlink()
    assert "warning: no scenario in which it sends something" in run("sun.yaml").stdout
    (rule,) = json.loads(run("sun.yaml", "--json").stdout)["rules"]
    assert len(rule["lacks"]) == 2


def test_a_schedule_ticks_from_the_start_of_the_day_until_the_clock_stops(folder):
    (folder / "sun.yaml").write_text(RULE + 'schedule: "10 12 * * *"\n')
    text = SCENARIOS.replace("sent: 12:15", "sent: 12:10").replace("-500 -3500", "-2000")
    (folder / "sun.scenarios.yaml").write_text(text)
    assert "2 passed" in run("sun.yaml").stdout
    (folder / "sun.scenarios.yaml").write_text(text.replace("- title: Sun", "- title: Sun\n    until: 12:09"))
    assert "expected: 12:10 sent\n        came:     nothing" in run("sun.yaml", exit_code=1).stdout
    later = "- title: Sun\n    until: +1d12:10\n    input:\n      - +1d12:00 GRID_POWER_CONSUMPTION -3000"
    (folder / "sun.scenarios.yaml").write_text(text.replace("- title: Sun\n    input:", later))
    assert "+1d12:10 sent 'Now 3 kW'" in run("sun.yaml", exit_code=1).stdout


def test_mistakes_in_a_file_of_scenarios_are_shown_where_they_stand(folder):
    (folder / "sun.scenarios.yaml").write_text(SCENARIOS.replace("GRID_POWER_CONSUMPTION", "GRID_POWER_CONSUMTION", 1))
    result = run("sun.yaml", exit_code=1)
    assert "error[unknown-event-type]" in result.stderr
    assert "sun.scenarios.yaml:6:9" in result.stderr
    assert "did you mean GRID_POWER_CONSUMPTION?" in result.stderr


def test_mistakes_in_the_rule_are_shown_instead_of_scenarios(folder):
    (folder / "sun.yaml").write_text(RULE.replace("$Grid) <", "$Grit) <"))
    answer = json.loads(run("sun.yaml", "--json", exit_code=1).stdout)
    assert answer["rules"] == []
    assert [each["code"] for each in answer["diagnostics"]] == ["undefined-dataset"]


def test_of_several_rules_in_a_file_a_scenario_names_one(folder):
    (folder / "sun.yaml").write_text(RULE + "---\n" + RULE.replace("name: Surplus", "name: Other").replace("-1500", "-9500"))
    result = run("sun.yaml", exit_code=1)
    assert "error[no-such-rule]" in result.stderr
    assert "Surplus, Other" in result.stderr
    named = SCENARIOS.replace("- title: Sun", "- rule: Surplus\n    title: Sun").replace(
        "- title: C", "- rule: Other\n    title: C"
    )
    (folder / "sun.scenarios.yaml").write_text(named)
    assert "2 passed, 0 failed in 2 rules" in run("sun.yaml").stdout


def test_an_event_that_no_dataset_takes_is_a_warning(folder):
    text = SCENARIOS.replace("GRID_POWER_CONSUMPTION -500x3", "GRID_POWER_CONSUMPTION plug/SMART_PLUG -9500x3")
    (folder / "sun.scenarios.yaml").write_text(text)
    result = run("sun.yaml")
    assert "warning[unheard-event]: No dataset takes GRID_POWER_CONSUMPTION of SMART_PLUG" in result.stderr
    assert "sun.scenarios.yaml:11:1" in result.stderr
    assert "2 passed, 0 failed" in result.stdout


def test_scenarios_without_a_rule_file_are_an_error(folder):
    (folder / "sun.yaml").rename(folder / "moon.yaml")
    result = run(".", exit_code=1)
    assert "error[no-rule-file]" in result.stderr
    assert "sun.scenarios.yaml" in result.stderr


def test_the_predefined_rules_pass():
    output = run("--predefined").stdout
    assert ", 0 failed in " in output
    assert "error" not in output
