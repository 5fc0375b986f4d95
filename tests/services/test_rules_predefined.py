"""The predefined rules: complete, without any remark, each true to its scenarios, and no flood on real homes."""

import csv
import re
from array import array
from datetime import datetime
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.metered_homes import file_of

import hearth
from hearth.domain.buildings import Building
from hearth.domain.catalogue import read_catalogue
from hearth.domain.events import EventColumns, LogEntry, LogKind, Series
from hearth.engine.buildings import BuildingState
from hearth.engine.compiled import compile_rule
from hearth.engine.effects import Effects
from hearth.engine.step import step
from hearth.services.predefined_rules import predefined_rule_texts, predefined_scenario_texts, read_predefined_rules
from hearth.services.rule_files import read_files, write_rules
from hearth.testing.scenario_files import scenarios_file_of
from hearth.testing.scenarios import check_scenarios

CATALOGUE = read_catalogue((Path(hearth.__file__).parent / "domain/catalogue.toml").read_text())
LANGUAGES = ("en", "de", "fr")
DRAFTS, DIAGNOSTICS = read_files(predefined_rule_texts(), CATALOGUE, LANGUAGES)
RULES = {draft.name: replace(draft, id=f"{index:024x}", customer_id="c", version=1) for index, draft in enumerate(DRAFTS)}
TESTED, NOT_READ = check_scenarios(predefined_rule_texts(), predefined_scenario_texts(), CATALOGUE)
CATALOGUE_NAMES = (
    "Daily energy report",
    "Weekly energy report",
    "Monthly energy report",
    "High excess energy available",
    "Car is charging with grid power",
    "Car is charging in high tariff hours",
    "New top consuming device",
    "Typical high consumption hours",
    "Unusually high consumption",
    "Always-on consumption above usual",
    "Device-level consumption increase",
    "Peer comparison: total energy consumption",
    "Low solar generation expected tomorrow",
    "Low solar generation in two days (shift now)",
    "Low tariff hours start soon",
    "Self-sufficiency streak",
    "Solar production below expectation",
    "Battery full, surplus available",
)


def told(name, events, zone="Europe/Zurich"):
    """Feeds (instant, type, source, value) as live events in order -> generated and dropped notifications."""
    building = Building(
        id="b", customer_id="c", customer_building_id="home", time_zone_id=zone, registration_at_ms=0, activation_at_ms=0
    )
    state = BuildingState(building, [compile_rule(RULES[name], CATALOGUE)], {})
    keys = list(dict.fromkeys((kind, source) for _, kind, source, _ in events))
    for number, (kind, source) in enumerate(keys):
        state.add_series(
            Series(id=number, customer_id="c", building_id="b", event_type=kind, device_id=source.lower(), source=source)
        )
    columns = EventColumns(
        series_ids=array("i", [keys.index((kind, source)) for _, kind, source, _ in events]),
        times_ms=array("q", [round(at.timestamp() * 1000) for at, *_ in events]),
        values=array("d", [value for *_, value in events]),
    )
    effects = Effects()
    step(state.buffers, LogEntry(sequence=1, customer_id="c", kind=LogKind.LIVE, received_at_ms=0, columns=columns), effects)
    assert effects.faults == []
    notifications = [outcome.notification for outcome in effects.outcomes]
    return [each for each in notifications if each.drop_reason is None]


def test_all_check_without_any_remark_in_three_languages():
    assert DIAGNOSTICS == []
    for rule in RULES.values():
        assert rule.state == "ACTIVE"
        assert rule.time_between_triggers_seconds >= 20 * 3600, "no household gets a flood"
        for template in [rule.notification, *(case.notification for case in rule.cases)]:
            if template is not None:
                assert sorted(template.texts) == sorted(LANGUAGES)
                assert [text.title for text in template.texts.values() if not 0 < len(text.title) <= 40] == []


@pytest.mark.parametrize("name", CATALOGUE_NAMES)
def test_the_catalogue_is_complete(name):
    assert name in RULES


@pytest.mark.parametrize("tested", TESTED, ids=lambda tested: tested.name)
def test_each_says_in_three_languages_what_its_scenarios_expect(tested):
    assert tested.failed == []
    assert tested.lacks == ()
    sent = [each for outcome in tested.outcomes for each in outcome.scenario.expected]
    for each in sent:
        assert sorted(each.titles) == sorted(each.messages) == sorted(LANGUAGES)
    assert {each.case for each in sent} == ({case.label for case in RULES[tested.name].cases} or {None}), "a case is never sent"


@pytest.mark.parametrize("tested", TESTED, ids=lambda tested: tested.name)
def test_no_part_of_a_condition_can_go_without_a_scenario_noticing(tested):
    rule = RULES[tested.name]
    parts = re.split(r" AND (?![^()]*\))", " ".join(rule.condition.split()))
    for part in parts if len(parts) > 1 else []:
        loose = replace(rule, condition=" AND ".join(each for each in parts if each != part))
        (changed,), _ = check_scenarios([(tested.file, write_rules([loose]))], predefined_scenario_texts(), CATALOGUE)
        assert changed.failed, part


def test_all_scenarios_are_of_a_rule():
    assert NOT_READ == []
    assert sorted(predefined_scenario_texts()) == [scenarios_file_of(file) for file, _ in predefined_rule_texts()]


def test_nobody_is_shouted_at():
    texts = [text for _, text in predefined_rule_texts()]
    assert [line for text in texts for line in text.splitlines() if "!" in line.replace("!=", "")] == []


@pytest.mark.parametrize("home", range(1, 11))
def test_three_rules_fire_on_a_real_home_without_flooding_it(home):
    with file_of(home).open(newline="") as file:
        rows = list(csv.DictReader(file))[: 180 * 24]
    events = [
        (datetime.fromisoformat(row["hour_start_utc"]), kind, "GATEWAY", float(row[column]))
        for row in rows
        for kind, column in (("ENERGY_CONSUMPTION", "consumption_wh"), ("ENERGY_GENERATION", "generation_wh"))
    ]
    counts = {name: len(told(name, events, "America/Los_Angeles")) for name in RULES}
    fired = [name for name, count in counts.items() if count]
    assert len(fired) >= 3, counts
    assert sum(counts.values()) <= 180, counts


def test_each_has_a_name_and_a_description_of_its_own_in_every_language_of_the_console():
    rules = read_predefined_rules(CATALOGUE, LANGUAGES)
    for language in LANGUAGES:
        wordings = [rule.wordings[language] for rule in rules]
        assert all(each.name and each.description for each in wordings)
        assert len({each.name for each in wordings}) == len(rules)
    assert {rule.worded("it").name for rule in rules} == set(RULES)
