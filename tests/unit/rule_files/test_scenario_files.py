"""What a line of a scenario stands for, and that one that stands for nothing is refused at its place."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

import hearth
from hearth.core.instants import instant_of_datetime
from hearth.domain.catalogue import read_catalogue
from hearth.domain.events import NO_FORECAST_MS
from hearth.testing.scenario_files import Expected, read_scenarios

CATALOGUE = read_catalogue((Path(hearth.__file__).parent / "domain/catalogue.toml").read_text())
HEAD = "building: {zone: Europe/Zurich, devices: {wash: Washing machine}}\nday: 2026-03-28\nscenarios:\n"


def text_with(*inputs, expect="nothing"):
    lines = "".join(f"      - {line}\n" for line in inputs)
    return f"{HEAD}  - title: T\n    input:\n{lines}    expect: {expect}\n"


def scenario(*inputs, expect="nothing"):
    scenarios, diagnostics = read_scenarios("f.scenarios.yaml", text_with(*inputs, expect=expect), CATALOGUE)
    assert diagnostics == []
    return scenarios[0]


def utc(day, hour, minute=0):
    return instant_of_datetime(datetime(2026, 3, day, hour, minute, tzinfo=UTC))


def test_times_are_local_and_whole_days_keep_them_where_the_clocks_are_moved():
    read = scenario("07:00 every 1d ENERGY_CONSUMPTION 1x3", "+2d07:30 ENERGY_CONSUMPTION 2")
    assert [each.at_ms for each in read.inputs] == [utc(28, 6), utc(29, 5), utc(30, 5), utc(30, 5, 30)]
    assert [read.calendar.shown(each.at_ms) for each in read.inputs] == ["07:00", "+1d07:00", "+2d07:00", "+2d07:30"]


def test_shorter_steps_are_spans_of_time():
    read = scenario("23:00 every 1h ENERGY_CONSUMPTION 1x6")
    assert read.calendar.shown(read.inputs[-1].at_ms) == "+1d05:00", "the hour from 2 to 3 does not exist"


def test_events_come_in_the_order_of_time_and_gaps_are_left_out():
    read = scenario("10:00 every 10min ENERGY_CONSUMPTION 1 _ 2", "historical 10:05 ENERGY_CONSUMPTION 5+1x1")
    assert [(each.value, each.is_historical) for each in read.inputs] == [(1, False), (5, True), (2, False)]


def test_what_is_said_of_a_time_again_counts():
    read = scenario("10:00 every 1h ENERGY_CONSUMPTION 1x3", "11:00 ENERGY_CONSUMPTION 7", "11:00 ENERGY_GENERATION 8")
    assert [each.value for each in read.inputs] == [1, 7, 8, 1]


@pytest.mark.parametrize(
    ("line", "device", "source"),
    [
        ("10:00 ENERGY_CONSUMPTION 1", "gateway", "GATEWAY"),
        ("10:00 ENERGY_CONSUMPTION wash/APPLIANCE 1", "wash", "APPLIANCE"),
        ("10:00 IS_LOW_TARIFF_HOURS 1", "platform", "PLATFORM"),
        ("10:00 IS_LOW_TARIFF_HOURS p/MOOST 1", "p", "PLATFORM"),
        ("10:00 ENERGY_CONSUMPTION meter 1", "meter", "GATEWAY"),
    ],
)
def test_the_source_is_the_household_or_the_only_one_there_is(line, device, source):
    (reading,) = scenario(line).inputs
    assert (reading.device, reading.source) == (device, source)


def test_a_forecast_says_for_when_it_is():
    one, other = scenario("10:00 every 1h POWER_GENERATION_FORECAST_24H 5>+1d12:00 6").inputs
    assert (one.forecast_ms, other.forecast_ms) == (utc(29, 10), NO_FORECAST_MS)


def test_devices_and_other_homes_are_read():
    text = text_with("10:00 ENERGY_CONSUMPTION 1").replace("    input", "    peers: {P: {b2: 1 2x2, b3: _}}\n    input")
    ((read,), _) = read_scenarios("f", text, CATALOGUE)
    assert read.device_names == {"wash": "Washing machine"}
    assert read.peers == {"P": {"b2": [1, 2, 2], "b3": []}}


def test_what_is_expected_is_read():
    read = scenario(
        "10:00 ENERGY_CONSUMPTION 1",
        expect='[{sent: 10:00, case: C, titles: {de: T}, messages: {en: "a b"}}, {dropped: +1d10:00}]',
    )
    assert read.expected == (
        Expected(utc(28, 9), None, "C", {"de": "T"}, {"en": "a b"}),
        Expected(utc(29, 8), "time_between"),
    )


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        (text_with("10:00 ENERGY_CONSUMPTION"), "bad-input", 6),
        (text_with("10:00 ENERGY_CONSUMPTION 1 2"), "bad-input", 6),
        (text_with("10:00 every 5 ENERGY_CONSUMPTION 1 2"), "bad-input", 6),
        (text_with("10.00 ENERGY_CONSUMPTION 1"), "bad-input", 6),
        (text_with("25:00 ENERGY_CONSUMPTION 1"), "bad-input", 6),
        (text_with("10:00 ENERGY_CONSUMPTION 1y3"), "bad-input", 6),
        (text_with("10:00 ENERGY_CONSUMPTON 1"), "unknown-event-type", 6),
        (text_with("10:00 ENERGY_CONSUMPTION wash/APPLIANC 1"), "unknown-source", 6),
        (text_with("10:00 ENERGY_CONSUMPTION 1", expect="something"), "bad-expectation", 7),
        (text_with("10:00 ENERGY_CONSUMPTION 1", expect="[{case: C}]"), "bad-expectation", 7),
        (text_with("10:00 ENERGY_CONSUMPTION 1", expect="[{sent: ten}]"), "bad-time", 7),
        (text_with("10:00 ENERGY_CONSUMPTION 1", expect="[{dropped: 10:00, reason: tired}]"), "wrong-value", 7),
        (text_with("10:00 ENERGY_CONSUMPTION 1").replace("Zurich", "Zuric"), "bad-zone", 1),
        (text_with("10:00 ENERGY_CONSUMPTION 1").replace("2026-03-28", "tomorrow"), "bad-day", 2),
        (text_with("10:00 ENERGY_CONSUMPTION 1").replace("day: 2026-03-28\n", ""), "bad-day", 1),
        (text_with("10:00 ENERGY_CONSUMPTION 1").replace("  - title", "  - titel"), "unknown-key", 4),
        (text_with("10:00 ENERGY_CONSUMPTION 1").replace("    input", "    peers: {P: {b2: x}}\n    input"), "bad-values", 5),
        ("- a list", "wrong-type", 1),
        ("", "no-scenarios", 1),
        ("scenarios: [", "yaml-syntax", 1),
    ],
)
def test_a_mistake_is_told_once_at_its_place(text, code, line):
    scenarios, diagnostics = read_scenarios("f.scenarios.yaml", text, CATALOGUE)
    assert scenarios == []
    assert (code, line) in [(each.code, each.line) for each in diagnostics]
    assert len(diagnostics) == len({(each.line, each.code) for each in diagnostics})
