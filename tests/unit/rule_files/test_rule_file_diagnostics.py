"""Mistakes in a rule file are told at their place, with what to write instead."""

from pathlib import Path

import pytest

import hearth
from hearth.domain.catalogue import read_catalogue
from hearth.services.rule_files import read_files, read_rules

CATALOGUE = read_catalogue((Path(hearth.__file__).parent / "domain/catalogue.toml").read_text())

GOOD = """\
name: Surplus
state: ACTIVE
datasets:
  Grid: {kind: TIME_SERIES, eventTypes: [GRID_POWER_CONSUMPTION], sources: [GATEWAY], timespan: 30min}
condition: AVG($Grid) < -1500
notification:
  actions: {primary: OPENAPP}
  texts:
    en: {title: Sun, message: '"Now " + AVG($Grid)', actions: {primary: {text: Show}}}
"""


def diagnostics(text, languages=("en",)):
    return read_rules("f.yaml", text, CATALOGUE, languages).diagnostics


def marked(text, diagnostic):
    """What the diagnostic underlines."""
    line = text.split("\n")[diagnostic.line - 1]
    return line[diagnostic.column - 1 :][: diagnostic.length]


def only(text, languages=("en",)):
    found = diagnostics(text, languages)
    assert [each.code for each in found] == [found[0].code], found
    return found[0]


def test_a_good_rule_has_no_diagnostics():
    assert diagnostics(GOOD) == ()


@pytest.mark.parametrize(
    ("old", "new", "code", "underlined", "said"),
    [
        ("condition:", "conditon: true\ncondition:", "unknown-key", "conditon", "did you mean condition?"),
        ("timespan: 30min", "timespans: 30min, timespan: 30min", "unknown-key", "timespans", "did you mean timespan?"),
        (
            "GRID_POWER_CONSUMPTION",
            "GRID_POWER_CONSUMTION",
            "unknown-event-type",
            "GRID_POWER_CONSUMTION",
            "GRID_POWER_CONSUMPTION?",
        ),
        ("GATEWAY", "GATEWY", "unknown-source", "GATEWY", "did you mean GATEWAY?"),
        ("GATEWAY", "BATTERY", "unusual-source", "BATTERY", "usual sources: GATEWAY"),
        ("TIME_SERIES", "TIMESERIES", "wrong-value", "TIMESERIES", "did you mean TIME_SERIES?"),
        ("ACTIVE", "ACTVE", "wrong-value", "ACTVE", "did you mean ACTIVE?"),
        ("OPENAPP", "OPEN_APP", "wrong-value", "OPEN_APP", "did you mean OPENAPP?"),
        ("30min", "30 min", "bad-timespan", "30 min", "without a space"),
        ("30min", "1.2345s", "bad-timespan", "1.2345s", "whole seconds"),
        (", timespan: 30min", "", "timespan-needed", "Grid", "timespan: 24h"),
        ("condition:", "matchThreshold: three\ncondition:", "wrong-type", "three", ""),
        ("condition:", "matchThreshold: -1\ncondition:", "wrong-type", "-1", ""),
        ("condition:", "resetStateWhenMatched: yes\ncondition:", "wrong-type", "yes", ""),
        ("condition:", "tags: solar\ncondition:", "wrong-type", "solar", "[a, b]"),
        ("condition:", "state: DRAFT\ncondition:", "duplicate-key", "state", "keep one"),
        ("condition:", 'schedule: "0 7 * *"\ncondition:', "bad-schedule", '"0 7 * *"', '"0 7 * * *"'),
        ("condition:", 'schedule: "0 25 * * *"\ncondition:', "bad-schedule", '"0 25 * * *"', ""),
        ("condition:", "duringQuietHours: wait\ncondition:", "wrong-value", "wait", "one of drop, hold"),
        ("condition:", "priority: high\nduringQuietHours: hold\ncondition:", "unused-hold", "duringQuietHours", "leave it out"),
        ("condition:", 'schedule: "*/2 7 * * *"\ncondition:', "frequent-schedule", '"*/2 7 * * *"', "every 5 minutes"),
        ("name: Surplus\n", "", "missing-key", "state", ""),
        ("{title: Sun, ", "{", "missing-key", "en", ""),
        ("{primary: OPENAPP}", "{tap: OPENAPP}", "button-without-action", "primary", "primary"),
        (", actions: {primary: {text: Show}}", "", "button-without-text", "en", "actions"),
        ("OPENAPP", "OPENWEB", "address-needed", "primary", ""),
    ],
)
def test_a_mistake_is_told_at_its_place(old, new, code, underlined, said):
    text = GOOD.replace(old, new, 1)
    assert text != GOOD
    found = only(text)
    assert (found.code, marked(text, found), found.file) == (code, underlined, "f.yaml")
    assert said in (found.hint or "")


@pytest.mark.parametrize(
    ("schedule", "said"),
    [
        ("0 25 * * *", "The hour is 25; it must be 0 to 23."),
        ("60 7 * * *", "The minute is 60; it must be 0 to 59."),
        ("99 0 7 * * *", "The second is 99; it must be 0 to 59."),
        ("0 7 32 * *", "The day of the month is 32; it must be 1 to 31, or L for the last."),
        ("0 7 * JANUARY *", "The month is JANUARY; it must be 1 to 12 or JAN to DEC."),
        ("0 7 * * MON-XYZ", "The day of the week is MON-XYZ; it must be 0 to 7 or SUN to SAT."),
        ("0 7 30 2 *", "No month of this schedule has a day 30."),
        ("59 23,0 * * * * *", "A schedule has five fields: minute, hour, day of month, month, day of week."),
        ("", "A schedule has five fields: minute, hour, day of month, month, day of week."),
        ("* * * * * *", "This schedule ticks as often as every 1s, and evaluates every home each time."),
        ("58,2 * * * *", "This schedule ticks as often as every 4min, and evaluates every home each time."),
        ("0,59 23,0 * * *", "This schedule ticks as often as every 1min, and evaluates every home each time."),
    ],
)
def test_what_is_wrong_with_a_schedule_is_told_by_the_name_of_its_field(schedule, said):
    assert only(GOOD.replace("condition:", f'schedule: "{schedule}"\ncondition:', 1)).message == said


@pytest.mark.parametrize("schedule", ["0 7 * * *", "*/5 * * * *", "30 0 7 L * *", "0 8 * * MON-FRI", "0 0 29 2 *"])
def test_a_good_schedule_is_good_also_without_datasets(schedule):
    head, rest = GOOD[: GOOD.index("datasets:")], GOOD[GOOD.index("notification:") :].replace(" + AVG($Grid)", "")
    without = f'{head}schedule: "{schedule}"\ncondition: now > lastZeroHour\n{rest}'
    read = read_rules("f.yaml", without, CATALOGUE, ["en"])
    assert read.diagnostics == ()
    assert read.rules[0][0].time_based_cron == schedule


def test_a_missing_language_is_an_error_only_when_active():
    active = only(GOOD, languages=("en", "de", "fr"))
    assert (active.code, active.severity, marked(GOOD, active)) == ("missing-language", "error", "texts")
    assert "de, fr" in active.message
    draft = GOOD.replace("ACTIVE", "DRAFT")
    assert only(draft, languages=("en", "de", "fr")).severity == "warning"


def test_a_notification_is_needed_only_when_active():
    without = GOOD[: GOOD.index("notification:")]
    assert (only(without).code, only(without).severity) == ("no-notification", "error")
    assert only(without.replace("ACTIVE", "INACTIVE")).severity == "warning"


@pytest.mark.parametrize(
    "condition",
    [
        "condition: AVG($Grid) < 3 AND $Gird > 1",
        "condition: 'AVG($Grid) < 3 AND ''a'' = ''b'' AND $Gird > 1'",
        'condition: "AVG($Grid) < 3 AND \\"\\u00fc\\" = \'b\' AND $Gird > 1"',
        "condition: AVG($Grid) < 3\n  AND $Gird > 1",
        "condition: |\n  AVG($Grid) < 3\n    AND $Gird > 1",
        "condition: |-  # a comment\n    AVG($Grid) < 3\n    AND\n\n    $Gird > 1",
        "condition: >\n  AVG($Grid) < 3\n  AND $Gird > 1",
        "condition: >-\n\n  AVG($Grid) < 3\n\n    AND $Gird > 1\n",
        'condition: "AVG($Grid) < 3 \\\n  AND $Gird > 1"',
    ],
    ids=["plain", "single", "double", "plain-folded", "literal", "literal-indented", "folded", "folded-blank", "double-folded"],
)
def test_a_mistake_in_an_expression_is_told_inside_every_kind_of_yaml_text(condition):
    text = "# ein Ärgernis\n" + GOOD.replace("condition: AVG($Grid) < -1500", condition)
    found = [each for each in diagnostics(text) if each.severity == "error"]
    assert [marked(text, each) for each in found] == ["$Gird"], found
    assert "Grid" in found[0].message + (found[0].hint or "")


def test_places_hold_with_windows_line_ends_and_a_byte_order_mark():
    text = GOOD.replace("GATEWAY", "GATEWY").replace("\n", "\r\n")
    found = only("\ufeff" + text)
    assert (found.line, marked(text, found)) == (4, "GATEWY")


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [("name: a: b", 1, 8), ("name: x\n\tstate: y", 2, 1), ("tags: [a,\n", 2, 1), ("name: \x01", 1, 7), ("name: *nobody", 1, 7)],
)
def test_what_is_no_yaml_is_told_with_its_place(text, line, column):
    found = only(text)
    assert (found.code, found.line, found.column) == ("yaml-syntax", line, column)


def test_a_mistake_of_form_hides_what_only_follows_from_it():
    assert [each.code for each in diagnostics("- 3\n")] == ["wrong-type"]
    text = GOOD.replace("condition: AVG($Grid) < -1500\n", "")
    assert [(each.code, each.message) for each in diagnostics(text)] == [("missing-key", "condition is missing.")]


def test_an_empty_file_says_so():
    assert only("# nothing here\n").code == "no-rules"


def test_several_rules_stand_in_documents_or_in_a_list():
    documents = GOOD + "---\n" + GOOD.replace("Surplus", "Other")
    listed = "".join("- " + text.replace("\n", "\n  ").rstrip() + "\n" for text in (GOOD, GOOD.replace("Surplus", "Other")))
    for text in (documents, listed):
        read = read_rules("f", text, CATALOGUE, ["en"])
        assert [rule.name for rule, _ in read.rules] == ["Surplus", "Other"]
        assert read.diagnostics == ()


def test_a_name_that_occurs_twice_is_an_error_that_names_the_first_file():
    drafts, found = read_files([("a.yaml", GOOD), ("b.yaml", GOOD)], CATALOGUE, ["en"])
    assert len(drafts) == 2
    assert [(each.code, each.file, each.line) for each in found] == [("duplicate-rule", "b.yaml", 1)]
    assert "a.yaml" in found[0].message


def test_the_manuals_name_of_the_platform_is_taken():
    text = GOOD.replace("GRID_POWER_CONSUMPTION", "TARIFF_PRICE").replace("GATEWAY", "MOOST")
    read = read_rules("f", text, CATALOGUE, ["en"])
    assert (read.diagnostics, read.rules[0][0].datasets[0].sources) == ((), ("PLATFORM",))
