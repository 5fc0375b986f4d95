"""Runs the scenarios of rules on the engine that runs them live, and says where something else came than was expected.

Reads nothing and shows nothing: files come from the caller, `scenario_files` says what they mean, a command shows the
result. Invariant: a scenario passes only if exactly what it expects is sent, at that time and in those words.
"""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from hearth.core.missing import Missing
from hearth.domain.catalogue import Catalogue
from hearth.domain.customers import DEFAULT_LANGUAGES
from hearth.domain.events import EventColumns, LogEntry, LogKind, Series, empty_columns
from hearth.domain.notifications import Notification
from hearth.domain.rules import Rule
from hearth.engine.buildings import BuildingState
from hearth.engine.compiled import compile_rule
from hearth.engine.effects import Effects
from hearth.engine.schedule import ticks
from hearth.engine.step import step, step_tick
from hearth.services.rule_files import Diagnostic, has_errors, read_rules
from hearth.testing.scenario_files import Expected, Reading, Scenario, read_scenarios, scenarios_file_of

_NO_PEERS = Missing("no snapshot")


@dataclass(frozen=True)
class Difference:
    """One thing that was not as expected: what, and both sides in words."""

    about: str
    expected: str
    came: str


@dataclass(frozen=True)
class Outcome:
    """A scenario and where it differs; none = passed."""

    scenario: Scenario
    differences: tuple[Difference, ...]


@dataclass(frozen=True)
class TestedRule:
    """A rule with the outcomes of its scenarios, and what they leave untested, in words."""

    __test__ = False  # it is no test itself

    name: str
    file: str
    outcomes: tuple[Outcome, ...]
    lacks: tuple[str, ...]

    @property
    def failed(self) -> list[Outcome]:
        """The outcomes that differ."""
        return [outcome for outcome in self.outcomes if outcome.differences]


def check_scenarios(
    files: Iterable[tuple[str, str]], scenario_texts: Mapping[str, str], catalogue: Catalogue
) -> tuple[list[TestedRule], list[Diagnostic]]:
    """(name, text) of rule files, and texts of files of scenarios by name -> what came of each rule, in order.

    Diagnostics are the errors of both kinds of files, and warnings of events that no rule hears. A file with an error is not run.
    """
    tested: list[TestedRule] = []
    diagnostics: list[Diagnostic] = []
    for file, text in files:
        read = read_rules(file, text, catalogue, DEFAULT_LANGUAGES)
        found = [each for each in read.diagnostics if each.severity == "error"]
        beside = scenarios_file_of(file)
        scenarios: list[Scenario] = []
        if beside in scenario_texts:
            scenarios, wrong = read_scenarios(beside, scenario_texts[beside], catalogue)
            found += wrong
        rules = [rule for rule, _ in read.rules]
        found += _strangers(scenarios, [rule.name for rule in rules])
        diagnostics += found
        if has_errors(found):
            continue
        for rule in rules:
            own = [each for each in scenarios if each.rule in (rule.name, None)]
            diagnostics += _unheard(rule, own)
            tested.append(_tested(rule, file, own, catalogue))
    return tested, diagnostics


def _strangers(scenarios: Sequence[Scenario], names: Sequence[str]) -> list[Diagnostic]:
    """Scenarios that name no rule of their file, or none where there are several."""
    allowed = {*names, None} if len(names) == 1 else {*names}
    message, hint = "This scenario is about no rule of the file.", f"write `rule:` with one of {', '.join(names)}"
    strangers = [each for each in scenarios if each.rule not in allowed]
    return [Diagnostic(each.file, each.line, 1, 1, "error", "no-such-rule", message, hint) for each in strangers]


def _unheard(rule: Rule, scenarios: Sequence[Scenario]) -> Iterable[Diagnostic]:
    """Events that no dataset takes: a rule that is silent because of a wrong source would seem tested."""
    for scenario in scenarios:
        for kind, source in dict.fromkeys((reading.type, reading.source) for reading in scenario.inputs):
            if not any(kind in each.event_types and source in (each.sources or (source,)) for each in rule.datasets):
                message = f"No dataset takes {kind} of {source}: it changes nothing."
                hint = "name the device and its source before the values, such as plug/SMART_PLUG"
                yield Diagnostic(scenario.file, scenario.line, 1, 1, "warning", "unheard-event", message, hint)


def _tested(rule: Rule, file: str, scenarios: Sequence[Scenario], catalogue: Catalogue) -> TestedRule:
    speaks = [any(each.reason is None for each in scenario.expected) for scenario in scenarios]
    lacks = [] if True in speaks else ["no scenario in which it sends something"]
    lacks += [] if False in speaks else ["no scenario in which it stays silent"]
    outcomes = tuple(Outcome(each, tuple(_differences(each, rule, catalogue))) for each in scenarios)
    return TestedRule(rule.name, file, outcomes, tuple(lacks))


def run_scenario(scenario: Scenario, rule: Rule, catalogue: Catalogue) -> Effects:
    """Feeds what happens to the engine, with this rule alone, as if it were active."""
    active = replace(rule, id="1" * 24, customer_id=scenario.building.customer_id, state="ACTIVE")
    state = BuildingState(scenario.building, [compile_rule(active, catalogue)], {})
    for slot in state.slots:
        slot.context.peers = lambda now_ms, dataset, selector: scenario.peers.get(dataset, _NO_PEERS)
    series: dict[tuple[str, str, str], Series] = {}
    effects, sequence = Effects(), 1
    for moment in _moments(scenario, rule):
        entry = LogEntry(
            sequence=sequence,
            customer_id=active.customer_id,
            kind=_kind_of(moment),
            received_at_ms=0,
            columns=empty_columns() if isinstance(moment, int) else _columns(moment, _known(series, moment, scenario, state)),
            tick_ms=moment if isinstance(moment, int) else None,
        )
        sequence += entry.size
        if entry.kind is LogKind.TICK:
            step_tick([state], entry, effects)
        else:
            step(state.buffers, entry, effects)
    return effects


def _known(series: dict[tuple[str, str, str], Series], reading: Reading, scenario: Scenario, state: BuildingState) -> Series:
    """The series of a reading; the first of one makes it known to the building."""
    key = (reading.type, reading.device, reading.source)
    if key not in series:
        series[key] = Series(
            id=len(series),
            customer_id=scenario.building.customer_id,
            building_id=scenario.building.id,
            event_type=reading.type,
            device_id=reading.device,
            source=reading.source,
            device_name=scenario.device_names.get(reading.device),
        )
        state.add_series(series[key])
    return series[key]


def _columns(reading: Reading, series: Series) -> EventColumns:
    return EventColumns(
        series_ids=array("i", [series.id]),
        times_ms=array("q", [reading.at_ms]),
        values=array("d", [reading.value]),
        forecast_ms=array("q", [reading.forecast_ms]),
    )


def _moments(scenario: Scenario, rule: Rule) -> list[Reading | int]:
    """What arrives and, from the start of the day on, the ticks of the schedule; a tick comes after the events of its instant."""
    ends_ms = scenario.until_ms or max((reading.at_ms for reading in scenario.inputs), default=scenario.calendar.start_ms)
    moments: list[Reading | int] = [*scenario.inputs]
    if rule.is_time_based and rule.time_based_cron:
        moments += ticks(rule.time_based_cron, scenario.calendar.zone, scenario.calendar.start_ms - 1, ends_ms)
    return sorted(moments, key=lambda each: (each, True) if isinstance(each, int) else (each.at_ms, False))


def _kind_of(moment: Reading | int) -> LogKind:
    if isinstance(moment, int):
        return LogKind.TICK
    return LogKind.HISTORICAL if moment.is_historical else LogKind.LIVE


def _differences(scenario: Scenario, rule: Rule, catalogue: Catalogue) -> list[Difference]:
    effects = run_scenario(scenario, rule, catalogue)
    if effects.faults:
        return [Difference("the rule", "runs", f"failed: {fault.error}") for fault in effects.faults]
    shown = scenario.calendar.shown
    notifications = [outcome.notification for outcome in effects.outcomes]
    if all(each.reason is None for each in scenario.expected):  # what is held back matters where a scenario speaks of it
        notifications = [each for each in notifications if each.drop_reason is None]
    expected = [f"{shown(each.at_ms)} {_what(each)}" for each in scenario.expected]
    came = [f"{shown(each.created_at_ms)} {each.drop_reason or 'sent'}" for each in notifications]
    if expected != came:
        told = [f"{words}{_said(each)}" for words, each in zip(came, notifications, strict=True)]
        return [Difference("what is sent", "; ".join(expected) or "nothing", "; ".join(told) or "nothing")]
    return [
        difference
        for one, other in zip(scenario.expected, notifications, strict=True)
        for difference in _details(one, other, shown(one.at_ms))
    ]


def _what(expected: Expected) -> str:
    return expected.reason or "sent"


def _said(notification: Notification) -> str:
    """The English text, or the first there is."""
    if notification.content is None:
        return ""
    texts = notification.content.texts
    return f" {texts.get('en', next(iter(texts.values()))).message!r}"


def _details(expected: Expected, notification: Notification, at: str) -> Iterable[Difference]:
    """Where case and texts of a notification differ."""
    if expected.case is not None and expected.case != notification.case_label:
        yield Difference(f"{at} case", expected.case, notification.case_label or "no case")
    texts = notification.content.texts if notification.content is not None else {}
    for kind, wanted in (("title", expected.titles), ("message", expected.messages)):
        for language, text in wanted.items():
            said = getattr(texts[language], kind) if language in texts else "no text"
            if said.split() != text.split():  # blanks are alike, also those at which no line may break
                yield Difference(f"{at} {kind} {language}", text, said)
