"""`hearth rules`: files in and out, checked without a database, mistakes shown where they stand."""

import json

import pytest
from typer.testing import CliRunner

from hearth.bootstrap import open_installation, read_settings
from hearth.cli.rules import app
from hearth.core.problems import Problem
from hearth.services.predefined_rules import predefined_rule_texts

GOOD = """\
name: Surplus
state: ACTIVE
datasets:
  Grid: {kind: TIME_SERIES, eventTypes: [GRID_POWER_CONSUMPTION], sources: [GATEWAY], timespan: 30min}
condition: AVG($Grid) < -1500
notification:
  texts:
    en: {title: Sun, message: '"Now"'}
    de: {title: Sonne, message: '"Jetzt"'}
    fr: {title: Soleil, message: '"Maintenant"'}
"""
BAD = GOOD.replace("GATEWAY", "GATEWY")
COLUMN = BAD.splitlines()[3].index("GATEWY") + 1


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HEARTH_DATA_DIR", str(tmp_path / "data"))
    return tmp_path


@pytest.fixture
def customer(folder):
    with open_installation(read_settings()) as installation:
        return installation.customers.create("Sunny Homes").id


def run(*arguments, exit_code=0):
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == exit_code, result.output
    return result


def test_check_shows_the_line_the_place_and_the_remedy_and_needs_no_database(folder):
    (folder / "bad.yaml").write_text(BAD)
    result = run("check", "bad.yaml", exit_code=1)
    lines = result.stderr.splitlines()
    assert "error[unknown-source]: There is no source GATEWY." in lines[0]
    assert f"bad.yaml:4:{COLUMN}" in lines[1]
    assert lines[3].index("^") == lines[2].index("GATEWY")
    assert lines[3].count("^") == len("GATEWY")
    assert "did you mean GATEWAY?" in lines[4]
    assert "1 error in 1 rule of 1 file" in result.stdout
    assert not (folder / "data").exists()


def test_check_answers_as_data(folder):
    (folder / "bad.yaml").write_text(BAD)
    answer = json.loads(run("check", "bad.yaml", "--json", exit_code=1).stdout)
    assert answer["rules"] == 1
    assert [(each["file"], each["line"], each["column"], each["length"]) for each in answer["diagnostics"]] == [
        ("bad.yaml", 4, COLUMN, 6)
    ]


def test_check_takes_folders_and_the_predefined_rules(folder):
    (folder / "mine/deep").mkdir(parents=True)
    (folder / "mine/deep/a.yml").write_text(GOOD)
    (folder / "mine/notes.txt").write_text("no rule")
    assert "no mistakes in 1 rule of 1 file" in run("check", "mine").stdout
    (folder / "mine/deep/a.scenarios.yaml").write_text("scenarios: []")
    everything = len(predefined_rule_texts()) + 1
    assert f"no mistakes in {everything} rules of {everything} files" in run("check", "mine", "--predefined").stdout


def test_a_rule_goes_in_is_listed_and_comes_out(customer, folder):
    (folder / "good.yaml").write_text(GOOD)
    answer = json.loads(run("import", "good.yaml", "--customer", customer, "--json").stdout)
    assert [(each["name"], each["version"], each["outcome"]) for each in answer["rules"]] == [("Surplus", 1, "added")]
    (listed,) = json.loads(run("list", "--customer", customer, "--json").stdout)
    assert (listed["id"], listed["state"]) == (answer["rules"][0]["id"], "ACTIVE")

    run("export", "--customer", customer, "--output", "out")
    assert "unchanged" in run("import", "out", "--customer", customer).stdout
    (folder / "stream.yaml").write_text(run("export", "--customer", customer).stdout)
    assert "unchanged" in run("import", "stream.yaml", "--customer", customer).stdout


def test_an_import_with_an_error_takes_nothing(customer, folder):
    (folder / "good.yaml").write_text(GOOD)
    (folder / "bad.yaml").write_text(BAD.replace("Surplus", "Other"))
    result = run("import", "good.yaml", "bad.yaml", "--customer", customer, exit_code=1)
    assert "no rule was taken" in result.stderr
    assert json.loads(run("list", "--customer", customer, "--json").stdout) == []


def test_the_predefined_rules_go_in_and_stay_the_same(customer):
    first = json.loads(run("import", "--predefined", "--customer", customer, "--json").stdout)
    assert {each["outcome"] for each in first["rules"]} == {"added"}
    again = json.loads(run("import", "--predefined", "--customer", customer, "--json").stdout)
    assert {each["outcome"] for each in again["rules"]} == {"unchanged"}
    exported = run("export", "--customer", customer).stdout
    assert exported.count("\n---\n") == len(first["rules"]) - 1


SCHEDULED = GOOD.replace("condition:", 'schedule: "30 2 * * *"\ncondition:')


def test_ticks_of_files_are_shown_in_words_also_on_the_day_on_which_clocks_change(folder):
    (folder / "a.yaml").write_text(f"{SCHEDULED}---\n{GOOD.replace('Surplus', 'Other')}")
    result = run("ticks", "a.yaml", "--timezone", "Europe/Zurich", "--from", "2026-03-28T02:30", "--count", "2")
    assert result.stdout.splitlines() == [
        "Surplus: 30 2 * * * in Europe/Zurich",
        "  Sunday, 29 March 2026, 03:00:00 (+02:00)",
        "  Monday, 30 March 2026, 02:30:00 (+02:00)",
    ]
    assert not (folder / "data").exists()


def test_ticks_of_a_schedule_as_data(folder):
    answer = run(
        "ticks", "--cron", "0 0 29 2 *", "--timezone", "Asia/Kathmandu", "--from", "2026-01-01", "--count", "1", "--json"
    )
    [schedule] = json.loads(answer.stdout)
    assert schedule == {
        "name": None,
        "schedule": "0 0 29 2 *",
        "ticks": [{"timestamp": 1_835_374_500, "local": "2028-02-29T00:00:00+05:45"}],
    }
    assert len(json.loads(run("ticks", "--cron", "0 7 * * *", "--timezone", "UTC", "--json").stdout)[0]["ticks"]) == 5


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--cron", "0 25 * * *", "--timezone", "UTC"], "The hour is 25; it must be 0 to 23."),
        (["--cron", "0 7 * * *", "--timezone", "Zurich"], "Zurich"),
        (["good.yaml", "--timezone", "UTC"], "No rule in these files has a schedule."),
        (["bad.yaml", "--timezone", "UTC"], "Surplus: The minute is 61"),
    ],
)
def test_ticks_that_cannot_be_told_are_refused(folder, arguments, said):
    (folder / "good.yaml").write_text(GOOD)
    (folder / "bad.yaml").write_text(SCHEDULED.replace("30 2", "61 2"))
    with pytest.raises(Problem, match=said):
        run("ticks", *arguments)


def test_ticks_are_of_files_or_of_one_schedule(folder):
    (folder / "good.yaml").write_text(SCHEDULED)
    for arguments in (["good.yaml", "--cron", "0 7 * * *"], []):
        assert "or one schedule with --cron" in run("ticks", *arguments, "--timezone", "UTC", exit_code=2).stderr
