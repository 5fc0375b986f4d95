"""`hearth lang`: expressions tried on files, for people and line by line for programs."""

import json

import pytest
from typer.testing import CliRunner

from hearth.cli.lang import app
from hearth.core.problems import Problem

POWER = """\
timestamp,value,device_id,device_name,forecast_timestamp
2026-03-10T11:00Z,100,car,Device Link Car,
2026-03-10T11:10Z,300,sym,Fronius Symo,2026-03-11T00:00Z
2026-03-10T11:20:00+00:00,500,car,Device Link Car,
1773142200,900,sym,Fronius Symo,
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "power.csv").write_text(POWER)
    (tmp_path / "mode.csv").write_text("timestamp;value\n2026-03-10T12:00;1\n")
    return tmp_path


def run(*arguments, exit_code=0, stdin=None):
    result = CliRunner().invoke(app, arguments, input=stdin, catch_exceptions=False)
    assert result.exit_code == exit_code, result.output
    return result


def evaluated(*expressions, more=()):
    answers = run("eval", *expressions, "--json", "-d", "Power=power.csv:series", "--timezone", "Europe/Zurich", *more)
    return [json.loads(line) for line in answers.stdout.splitlines()]


def batch(lines, command="eval", *more):
    stdin = "".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines)
    result = run(command, "--batch", "-", "-d", "Power=power.csv:series", *more, stdin=stdin)
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.mark.parametrize(
    ("expression", "type_", "value"),
    [
        ("AVG($Power)", "Scalar<Number>", 450),
        ("$Power", "Vector<Event>", [100, 300, 500, 900]),
        ("SUM($Power) / 7", "Scalar<Number>", 1800 / 7),
        ("AVG(GROUP_BY_DEVICE($Power))", "GroupedScalar<Device, Number>", [["car", 300], ["sym", 600]]),
        ("GROUP_BY_DEVICE($Power)", "GroupedVector<Device, Event>", [["car", [100, 500]], ["sym", [300, 900]]]),
        ("COUNT(GROUP_BY_TIME($Power, 1d, lastZeroHour))", "Scalar<Number>", 1),
        (
            "SUM(GROUP_BY_TIME($Power, 1d, lastZeroHour))",
            "GroupedScalar<Time, Number>",
            [["2026-03-10T00:00:00+01:00", 1800]],
        ),
        ("now", "Scalar<Time>", "2026-03-10T12:30:00+01:00"),
        ("now - lastHour", "Scalar<Timespan>", 1800),
        ("1.5min + 0.25s", "Scalar<Timespan>", 90.25),
        ("$Power::Last::DeviceName", "Scalar<Text>", "Fronius Symo"),
        ("$Power::ForecastTimestamp", "Vector<Time>", [None, "2026-03-11T01:00:00+01:00", None, None]),
        ("AVG($Power) > 400", "Scalar<Boolean>", True),
        ("AVG(GROUP_BY_DEVICE($Power)) > 400", "GroupedScalar<Device, Boolean>", [["car", False], ["sym", True]]),
        ("Building::DeviceTypes", "Vector<Text>", []),
    ],
)
def test_values_are_plain_data(expression, type_, value):
    assert evaluated(expression) == [{"type": type_, "value": value, "missing": None, "diagnostics": []}]


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("1 / (1 - 1)", "division by zero"),
        ("MAX(FILTER($Power, '>', 1000))", "nothing to take a value from"),
        ("Building::City", "not known of the building"),
        ("1" + "0" * 300 + " * 1" + "0" * 300, "a number out of range"),
        ("now + 1000000000000d", "a number out of range"),
    ],
)
def test_no_value_has_a_reason(expression, reason):
    [answer] = evaluated(expression)
    assert (answer["value"], answer["missing"]) == (None, reason)


def test_a_batch_is_answered_line_by_line_whatever_a_line_holds():
    answers = batch(
        [
            {"expr": "AVG($Power)"},
            {"expr": "1 < 2 < 3"},
            "no json",
            {"expression": "1"},
            {"expr": '"a " + 1234.5', "locale": "de"},
            "",
            {"expr": "lastZeroHour", "timezone": "America/New_York", "now": "2026-07-01T12:00"},
            {"expr": "$Power", "place": "condition"},
            {"expr": "now", "timezone": "Mars"},
        ]
    )
    assert [answer["value"] for answer in answers] == [
        450, None, None, None, "a 1.234,5", "2026-07-01T00:00:00-04:00", None, None,
    ]  # fmt: skip
    assert answers[1]["diagnostics"] == [
        {
            "code": "chained-comparison",
            "severity": "error",
            "message": "Comparisons do not chain: `<` has already compared what stands before.",
            "line": 1,
            "column": 7,
            "length": 1,
            "hint": "join two comparisons with AND: 1 < 2 AND 2 < …",
            "fix": None,
            "related": [{"message": "the first comparison", "line": 1, "column": 3, "length": 1}],
        }
    ]
    codes = [[found["code"] for found in answer["diagnostics"]] for answer in answers]
    assert codes[2] == codes[3] == codes[7] == ["bad-request"]
    assert "Line 3" in answers[2]["diagnostics"][0]["message"]
    assert codes[6] == ["wrong-place"]


def test_a_batch_may_be_a_file_and_only_checked(folder):
    (folder / "batch.jsonl").write_text('{"expr": "AVG($Power) > 5"}\n{"expr": "$Powr"}\n')
    result = run("check", "--batch", "batch.jsonl", "-d", "Power=power.csv:series")
    first, second = (json.loads(line) for line in result.stdout.splitlines())
    assert first == {"type": "Scalar<Boolean>", "value": None, "missing": None, "diagnostics": []}
    assert second["diagnostics"][0]["hint"] == "did you mean $Power?"


def test_a_dataset_has_kind_timespan_and_event_type(folder):
    result = run(
        "eval",
        "COUNT($Power)",
        "$Mode",
        "--json",
        "-d",
        "Power=power.csv:series:25min:W",
        "-d",
        "Mode=mode.csv:single:CHARGING_MODE",
        "--timezone",
        "Europe/Zurich",
    )
    assert [json.loads(line)["value"] for line in result.stdout.splitlines()] == [3, 1]
    warned = run("check", "AVG($Mode)", "--json", "-d", "Mode=mode.csv:series:CHARGING_MODE")
    assert "state-as-quantity" in warned.stdout


def test_what_came_after_now_is_not_seen_yet():
    [answer] = evaluated("$Power", more=("--now", "2026-03-10T11:15Z"))
    assert answer["value"] == [100, 300]


def test_an_event_sent_twice_counts_once_and_order_does_not_matter(folder):
    (folder / "power.csv").write_text("timestamp,value\n120,2\n60,1\n120,3\n")
    assert evaluated("$Power")[0]["value"] == [1, 3]


def test_facts_of_the_building(folder):
    facts = {
        "id": "b7",
        "city": "Bern",
        "deviceTypes": ["CAR", "BATTERY", "CAR"],
        "profile": {"IsResidential": True},
        "streakCounter": 3,
        "deliveredNotificationCounter": 4,
        "deliveredNotification": {"createdAt": "2026-03-10T12:00"},
        "peers": {"Power": {"All": {"b2": [1, 2], "b1": [3]}}},
    }
    (folder / "facts.json").write_text(json.dumps(facts))
    expressions = (
        "DISTINCT(Building::DeviceTypes)",
        "Building::IsResidential AND Building::City = 'Bern'",
        "StreakCounter * DeliveredNotificationCounter",
        "AVG(EVAL('Power', Building::All))",
        "EVAL('Power', Building::IsResidential)",
    )
    answers = evaluated(*expressions, more=("--facts", "facts.json", "--streak"))
    assert [answer["value"] for answer in answers] == [["CAR", "BATTERY"], True, 12, [["b1", 3], ["b2", 1.5]], None]
    [reached] = evaluated("DeliveredNotification::CreatedAt < now", more=("--facts", "facts.json", "--place", "goal"))
    assert reached["value"] is True
    [misplaced] = batch([{"expr": "DeliveredNotification::CreatedAt < now"}], "eval", "--facts", "facts.json")
    assert misplaced["diagnostics"][0]["code"] == "needs-goal"
    (folder / "facts.json").write_text('{"citty": "Bern"}')
    with pytest.raises(Problem, match="citty"):
        run("eval", "1", "--facts", "facts.json")


@pytest.mark.parametrize(
    ("dataset", "told"),
    [
        ("power.csv", "names no dataset"),
        ("P=:series", "names no file"),
        ("P=power.csv:sries", "no kind of dataset"),
        ("P=nope.csv:series", "nope.csv cannot be read: No such file"),
        ("P=power.csv:series:POWER_CONSUMPTON", "did you mean POWER_CONSUMPTION?"),
        ("P=bad.csv:series", "bad.csv cannot be read: line 2: 'x' is not a finite number; line 3"),
        ("P=other.csv:series", "needs the columns timestamp and value"),
    ],
)
def test_data_that_cannot_be_read_is_refused_with_the_place(folder, dataset, told):
    (folder / "bad.csv").write_text("timestamp,value\n60,x\nyesterday,1\n")
    (folder / "other.csv").write_text("time,value\n60,1\n")
    with pytest.raises(Problem) as refused:
        run("eval", "1", "-d", dataset)
    assert told in refused.value.detail


def test_a_mistake_is_shown_in_its_place_with_what_belongs_to_it():
    result = run("eval", "1 < 2 < 3", exit_code=1)
    assert result.stderr.splitlines() == [
        "error[chained-comparison]: Comparisons do not chain: `<` has already compared what stands before.",
        " --> expression:1:7",
        "1 | 1 < 2 < 3",
        "  |       ^",
        "1 | 1 < 2 < 3",
        "  |   ^ the first comparison",
        "  = join two comparisons with AND: 1 < 2 AND 2 < …",
        "",
        "1 error",
        "more: hearth lang explain --code chained-comparison",
    ]
    assert result.stdout == ""


def test_people_see_value_unit_and_type():
    result = run("eval", "AVG($Power)", "1 / 0", "-d", "Power=power.csv:series:W")
    assert result.stdout.splitlines() == ["450 W  Scalar<Number>", "– no value: division by zero  Scalar<Number>"]


def test_explain_tells_the_value_of_each_part():
    result = run("explain", "AVG($Power) > 400 AND MAX(FILTER($Power, '>', 1000)) > 1", "-d", "Power=power.csv:series:W")
    lines = result.stdout.splitlines()
    assert lines[0].startswith("AVG($Power) > 400 AND MAX(FILTER($Power, '>', 1000)) > 1 → – no value: nothing to take")
    assert lines[1] == "├── AVG($Power) > 400 → yes  Scalar<Boolean>"
    assert lines[2] == "│   └── AVG($Power) → 450 W  Scalar<Number>"
    assert lines[3] == "│       └── $Power → 100, 300, 500, 900 W  Vector<Event>"
    explained = json.loads(run("explain", "2 * AVG($Power)", "--json", "-d", "Power=power.csv:series:W").stdout)
    assert (explained["value"], explained["parts"][0]["text"], explained["parts"][0]["value"]) == (900, "AVG($Power)", 450)
    assert "undefined-dataset" in run("explain", "$Nope", exit_code=1).stderr


def test_fmt_gives_the_canonical_layout_and_keeps_remarks():
    untidy = "# when the car takes\n($A>5)  AND (NOT ($B=1)) # and not full\n"
    tidy = "# when the car takes\n# and not full\n$A > 5 AND NOT $B = 1\n"
    assert run("fmt", "-", stdin=untidy).stdout == tidy
    assert run("fmt", "-", stdin=tidy).stdout == tidy
    run("fmt", "--check", "-", stdin=tidy)
    run("fmt", "--check", "-", stdin=untidy, exit_code=1)
    assert "wrong-case" in run("fmt", "$A > 1 and $B > 2", exit_code=1).stderr


def test_a_long_chain_is_broken_before_its_operators():
    terms = [f"$NumberOfSomething{index} > {index}000" for index in range(5)]
    assert run("fmt", " AND ".join(terms)).stdout == "\nAND ".join(terms) + "\n"


def test_the_repl_answers_line_after_line():
    lines = ["AVG($Power)", "", "$Powr", ":now 2026-03-10T11:15Z", "COUNT($Power)", ":locale de", "1234.5 | '#,##0.0'"]
    lines += [":explain 2 * SUM($Power)", ":datasets", ":nonsense", ":timezone Mars", ":help", ":quit", "1"]
    result = run("repl", "-d", "Power=power.csv:series:W", stdin="\n".join(lines))
    shown = result.stdout.splitlines()
    assert shown[:6] == [
        "450 W  Scalar<Number>",
        "2  Scalar<Number>",
        "1.234,5  Scalar<Text>",
        "2 * SUM($Power) → 800 W  Scalar<Number>",
        "└── SUM($Power) → 400 W  Scalar<Number>",
        "    └── $Power → 100, 300 W  Vector<Event>",
    ]
    assert any("$Power" in line and "series" in line and "4" in line for line in shown[6:])
    assert "did you mean $Power?" in result.stderr
    assert "There is no command :nonsense" in result.stderr
    assert "unknown time zone 'Mars'" in result.stderr
    assert not any(line.startswith("1  ") for line in shown)
