"""Reads the corpus of rule semantics (conformance/rules/README.md) into cases that can be run, and says what came
of one in the words of the corpus."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace
from ruamel.yaml import YAML

import hearth
from hearth.core.instants import HOUR_MS, datetime_of_instant, instant_of_datetime, zone_named
from hearth.domain.buildings import Building, DisabledNotification
from hearth.domain.catalogue import read_catalogue
from hearth.domain.events import NO_FORECAST_MS
from hearth.domain.goals import Goal
from hearth.domain.limits import HouseholdLimits, QuietHours
from hearth.domain.notifications import Notification
from hearth.domain.profiles import Figure, HouseholdProfile, figure
from hearth.domain.rules import ActionQualifier, Rule
from hearth.engine.schedule import ticks
from hearth.engine.slots import Counters
from hearth.services.rule_files import has_errors, read_rules

CORPUS = Path(__file__).resolve().parents[2] / "conformance" / "rules"
CATALOGUE = read_catalogue((Path(hearth.__file__).parent / "domain" / "catalogue.toml").read_text(encoding="utf-8"))
CUSTOMER_ID = "c" * 24
BUILDING_ID = "b" * 24
_DAY = datetime(2026, 3, 10, tzinfo=UTC)
_UNITS_SECONDS = {"s": 1, "min": 60, "h": 3600, "d": 86_400}
_DETAILS = ("title", "command", "de", "fr", "users")


@dataclass(frozen=True)
class EventInput:
    """One event as it arrives."""

    at_ms: int
    type: str
    device: str
    source: str
    value: float
    forecast_ms: int = NO_FORECAST_MS
    is_historical: bool = False

    @property
    def series(self) -> tuple[str, str, str]:
        return self.type, self.device, self.source


@dataclass(frozen=True)
class InteractedInput:
    """The household does something with the notification that reached it last."""

    at_ms: int
    action_qualifier: ActionQualifier


@dataclass(frozen=True)
class DeliveredInput:
    """All that was generated so far reaches the household."""


@dataclass(frozen=True)
class BuildingInput:
    """The building is described anew."""

    building: Building


@dataclass(frozen=True)
class ClockInput:
    """The clock shows an instant: the first of a case is where it begins to run. It `passes` up to it, or is set to it."""

    at_ms: int
    passes: bool


Happening = DeliveredInput | InteractedInput | BuildingInput | ClockInput
Input = EventInput | Happening
Batch = list[EventInput] | Happening


@dataclass
class Case:
    """Rules, a building, what happens, and what must come of it."""

    name: str
    title: str
    rules: list[Rule] = field(default_factory=list)
    building: Building = field(default_factory=lambda: building_of("", []))
    profile: HouseholdProfile | None = None
    inputs: list[Input] = field(default_factory=list)
    expected: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    counters: list[str] = field(default_factory=list)
    goals: list[str] | None = None  # None: the case says nothing of them

    @property
    def starts_ms(self) -> int | None:
        """What the clock shows first, in a case that has one."""
        return next((each.at_ms for each in self.inputs if isinstance(each, ClockInput)), None)

    def ticks(self, building: Building, after_ms: int, until_ms: int) -> list[int]:
        """The instants at which a rule of the case ticks in the building, in order."""
        zone = zone_named(building.time_zone_id)
        crons = [rule.time_based_cron for rule in self.rules if rule.time_based_cron is not None]
        instants = {at_ms for cron in crons for at_ms in ticks(cron, zone, after_ms, until_ms)}
        if any(rule.goal_achieved_condition for rule in self.rules):
            instants.update(range((after_ms // HOUR_MS + 1) * HOUR_MS, until_ms + 1, HOUR_MS))
        return sorted(instants)

    def batches(
        self, most: int | None
    ) -> Iterator[list[EventInput] | DeliveredInput | InteractedInput | BuildingInput | ClockInput]:
        """The inputs with at most so many events of one kind (live, historical) together; None = without limit."""
        batch: list[EventInput] = []
        for each in self.inputs:
            is_event = isinstance(each, EventInput)
            if batch and (not is_event or each.is_historical != batch[0].is_historical or len(batch) == most):
                yield batch
                batch = []
            if isinstance(each, EventInput):
                batch.append(each)
            else:
                yield each
        if batch:
            yield batch


@dataclass
class Came:
    """What came of a case: notifications in the order of the events that caused them, counters by rule id, goals."""

    notifications: Sequence[Notification]
    counters: dict[str, Counters]
    goals: Collection[Goal] = ()


def cases() -> Iterator[Case]:
    """Every case of every file."""
    for path in sorted(CORPUS.glob("*.txt")):
        yield from read_cases(path.stem, path.read_text(encoding="utf-8"))


def read_cases(stem: str, text: str) -> Iterator[Case]:
    """The cases of one text."""
    lines = [line.rstrip() for line in text.split("\n") if not line.startswith("//")]
    starts = [number for number, line in enumerate(lines) if line.startswith("# ")]
    for number, (start, end) in enumerate(zip(starts, [*starts[1:], len(lines)], strict=True), 1):
        yield _case(f"{stem}:{number}", lines[start][2:], lines[start + 1 : end])


def _case(name: str, title: str, lines: list[str]) -> Case:
    case = Case(name, title)
    sections: list[tuple[str, list[str]]] = []
    for line in lines:
        if line and not line.startswith(" "):
            key, colon, rest = line.partition(":")
            assert colon, f"{name}: {line!r} is no section"
            sections.append((key, [rest.strip()] if rest.strip() else []))
        elif line:
            assert sections, f"{name}: {line!r} stands in no section"
            sections[-1][1].append(line)
    assert {"rule", "input", "expect"} <= {key for key, _ in sections}, f"{name}: sections are missing"
    for key, content in sections:
        if key == "rule":
            case.rules.append(_rule(name, f"{title} {len(case.rules) + 1}", len(case.rules) + 1, "\n".join(content)))
    case.building = building_of("", case.rules)
    for key, content in sections:
        if key == "building":
            case.building = building_of("; ".join(content), case.rules)
        elif key == "profile":
            case.profile = _profile(" ".join(content).split())
        elif key == "input":
            for line in content:
                case.inputs.extend(_inputs(line.strip(), case.rules))
        elif key == "expect":
            case.expected = _expected(content)
        elif key == "goals":
            case.goals = [" ".join(map(_normal, line.split())) for line in content if line.strip() != "nothing"]
        elif key == "counters":
            case.counters = [part.strip() for line in content for part in line.split(",")]
        else:
            assert key == "rule", f"{name}: there is no section {key}"
    return case


def _rule(case: str, name: str, number: int, text: str) -> Rule:
    """YAML with the shorthands of the corpus -> an active rule."""
    yaml = YAML(typ="safe")
    written: dict[str, Any] = {"name": name, "state": "ACTIVE", **yaml.load(text)}
    _expand(written)
    for each in written.get("cases", []):
        _expand(each)
    stream = StringIO()
    yaml.dump(written, stream)
    read = read_rules(case, stream.getvalue(), CATALOGUE, ["en"])
    assert not has_errors(read.diagnostics), f"{case}: {read.diagnostics}"
    return replace(read.rules[0][0], id=f"{number:024x}", customer_id=CUSTOMER_ID, version=1)


def _expand(written: dict[str, Any]) -> None:
    """`message`, `title`, `de`, `fr`, `command` -> a notification."""
    if "message" not in written:
        return
    title = written.pop("title", "Title")
    messages = {"en": written.pop("message"), **{each: written.pop(each) for each in ("de", "fr") if each in written}}
    notification: dict[str, Any] = {"texts": {key: {"title": title, "message": text} for key, text in messages.items()}}
    if "command" in written:
        notification["command"] = written.pop("command")
    written["notification"] = notification


def _profile(words: Sequence[str]) -> HouseholdProfile:
    """What is inferred of the building, surely: types, motives of full strength, a category of consumption."""
    types = {
        "SINGLE_PERSON": "household_type",
        "MULTI_PERSON": "household_type",
        "RESIDENTIAL": "building_type",
        "COMMERCIAL": "building_type",
    }
    motives = ("ecological", "economical", "self_sufficiency")
    figures: dict[str, Figure] = {}
    for word in words:
        if word.removeprefix("not_") in motives:
            figures[f"{word.removeprefix('not_')}_motivation"] = figure(0.0 if word.startswith("not_") else 1.0, 1, "REACTIONS")
        else:
            figures[types.get(word, "consumption_category")] = figure(word, 1, "YEARLY_CONSUMPTION")
    return HouseholdProfile(computed_at_ms=0, **figures)


def building_of(description: str, rules: Sequence[Rule]) -> Building:
    """Phrases separated by `;` -> the building."""
    ids = {rule.name: rule.id for rule in rules}
    facts: dict[str, Any] = {"time_zone_id": "UTC"}
    disabled: list[DisabledNotification] = []
    limits = HouseholdLimits()
    for phrase in filter(None, (part.strip() for part in description.split(";"))):
        key, _, rest = (phrase, "", "") if phrase.startswith("quiet ") else phrase.partition(":")
        names = [ids[each.strip()] for each in rest.split(",") if each.strip()]
        word, _, value = key.partition(" ")
        if key == "early adopter":
            facts["is_early_adopter"] = True
        elif key == "deactivated":
            facts["deactivated_at_ms"] = 1
        elif word == "users":
            facts["user_ids"] = tuple(value.split())
        elif word == "zone":
            facts["time_zone_id"] = value
        elif word == "country":
            facts["country_code"] = value
        elif word == "quiet":
            start, _, end = value.partition("-")
            limits = replace(limits, quiet_hours=QuietHours(start=start, end=end))
        elif match := re.fullmatch(r"at most (\d+) a day", key):
            limits = replace(limits, most_per_day=int(match[1]))
        elif key == "inactive":
            facts["inactive_rules"] = tuple(names)
        elif key == "only":
            facts.update(rules_operator_exclude=False, active_rules=tuple(names))
        elif key == "off":
            disabled.extend(DisabledNotification(rule_id=each) for each in names)
        elif key.startswith("off for "):
            disabled.extend(DisabledNotification(rule_id=each, user_id=key[8:]) for each in names)
        else:
            raise ValueError(f"a building is not described by {phrase!r}")
    return Building(
        id=BUILDING_ID,
        customer_id=CUSTOMER_ID,
        customer_building_id="home",
        registration_at_ms=0,
        activation_at_ms=0,
        disabled_notifications=tuple(disabled),
        limits=limits,
        **facts,
    )


def _inputs(line: str, rules: Sequence[Rule]) -> list[Input]:
    if line == "delivered":
        return [DeliveredInput()]
    if line.startswith("interacted "):
        _, at, action_qualifier = line.split()
        return [InteractedInput(instant_of(at), msgspec.convert(action_qualifier, ActionQualifier))]
    if line.startswith(("clock ", "until ")):
        return [ClockInput(instant_of(line[6:]), passes=line.startswith("until "))]
    if line.startswith("building:"):
        return [BuildingInput(building_of(line[9:], rules))]
    is_historical = line.startswith("historical ")
    match = re.fullmatch(
        r"(?P<at>\S+)(?: every (?P<step>[\d.]+(?:s|min|h|d)))? (?P<type>[A-Z][A-Z0-9_]*)"
        r"(?: (?P<device>[a-z][\w-]*)(?:/(?P<source>\w+))?)?"
        r"(?P<values>(?: (?:_|-?[\d.]+(?:>\S+)?))+)",
        line.removeprefix("historical "),
    )
    assert match, f"not an input: {line!r}"
    at_ms = instant_of(match["at"])
    step_ms = _timespan_ms(match["step"]) if match["step"] else 0
    values = match["values"].split()
    assert step_ms or len(values) == 1, f"several values need `every`: {line!r}"
    inputs: list[Input] = []
    for number, value in enumerate(values):
        if value == "_":
            continue
        reading, _, forecast = value.partition(">")
        inputs.append(
            EventInput(
                at_ms=at_ms + number * step_ms,
                type=match["type"],
                device=match["device"] or "meter",
                source=match["source"] or "GATEWAY",
                value=float(reading),
                forecast_ms=instant_of(forecast) if forecast else NO_FORECAST_MS,
                is_historical=is_historical,
            )
        )
    return inputs


def _timespan_ms(text: str) -> int:
    match = re.fullmatch(r"([\d.]+)(s|min|h|d)", text)
    assert match, text
    return round(float(match[1]) * _UNITS_SECONDS[match[2]] * 1000)


def instant_of(text: str) -> int:
    """`10:00`, `10:00:30` on the corpus's day, `+1d10:00` so many days after it, `2026-03-29T10:00` on another day."""
    day, is_dated, time = text.rpartition("T")
    if is_dated:
        return instant_of(time) + instant_of_datetime(datetime.fromisoformat(day).replace(tzinfo=UTC)) - instant_of_datetime(_DAY)
    match = re.fullmatch(r"(?:([+-]\d+)d)?(\d\d):(\d\d)(?::(\d\d))?", text)
    assert match, f"not a time: {text!r}"
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return instant_of_datetime(_DAY + timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds))


def shown(at_ms: int) -> str:
    moment = datetime_of_instant(at_ms)
    days = (moment.date() - _DAY.date()).days
    return (f"{days:+}d" if days else "") + moment.strftime("%H:%M:%S" if moment.second else "%H:%M")


def _expected(content: list[str]) -> list[tuple[str, dict[str, str]]]:
    expected: list[tuple[str, dict[str, str]]] = []
    for line in content:
        if line.strip() == "nothing":
            continue
        key, colon, rest = line.strip().partition(": ")
        if colon and key in _DETAILS:
            expected[-1][1][key] = rest
        else:
            at, _, rest = line.strip().partition(" ")
            expected.append((f"{shown(instant_of(at))} {rest}", {}))
    return expected


def told(case: Case, came: Came) -> list[str]:
    """Each notification in the words of the corpus."""
    names = {rule.id: f"{rule.name}: " if len(case.rules) > 1 else "" for rule in case.rules}
    lines = []
    for each in came.notifications:
        label = f"({each.case_label}) " if each.case_label is not None else ""
        text = each.content.texts["en"].message if each.content is not None else each.drop_reason
        sent = "sent" if each.held_until_ms is None else f"held until {shown(each.held_until_ms)}"
        what = f"{'dropped' if each.content is None else sent} {label}{text}"
        lines.append(f"{shown(each.created_at_ms)} {names[each.rule_id]}{what}")
    return lines


def detail(notification: Notification, key: str) -> str | None:
    """A detail line of a notification."""
    if key == "users":
        return " ".join(notification.user_ids) or "none"
    assert notification.content is not None, "a dropped notification has no content"
    if key == "command":
        return notification.content.command
    text = notification.content.texts["en" if key == "title" else key]
    return text.title if key == "title" else text.message


def counter(case: Case, came: Came, words: str) -> str:
    """The counter that `words` ("Name: streak 3") speaks of, as it is."""
    name, colon, rest = words.rpartition(": ")
    rule = next(rule for rule in case.rules if not colon or rule.name == name)
    counters = came.counters.get(rule.id) or Counters()
    key = rest.split()[0]
    values = {"streak": counters.streak_count, "match": counters.match_count, "delivered": counters.delivered_count}
    return f"{name}{colon}{key} {values[key]}"


def goals_told(case: Case, came: Came) -> list[str]:
    """Each goal in the words of the corpus, by the time of its notification, then by its rule."""
    names = {rule.id: f"{rule.name}: " if len(case.rules) > 1 else "" for rule in case.rules}
    ordered = sorted(came.goals, key=lambda goal: (goal.created_at_ms, names[goal.rule_id]))
    return [
        f"{shown(goal.created_at_ms)} {names[goal.rule_id]}{goal.state.lower()}"
        + ("" if goal.ended_at_ms is None else f" {shown(goal.ended_at_ms)}")
        for goal in ordered
    ]


def _normal(word: str) -> str:
    """A time as it is shown; any other word as it is."""
    return shown(instant_of(word)) if re.match(r"([+-]\d+d)?\d\d:\d\d|\d{4}-", word) else word


def expect(case: Case, came: Came) -> None:
    """Fails where something else came than the case says."""
    lines = told(case, came)
    assert lines == [line for line, _ in case.expected], f"came: {lines}"
    for notification, (line, details) in zip(came.notifications, case.expected, strict=True):
        for key, value in details.items():
            assert detail(notification, key) == value, f"{line}: {key} is {detail(notification, key)!r}"
    counters = [counter(case, came, words) for words in case.counters]
    assert counters == case.counters, f"counters: {counters}"
    if case.goals is not None:
        goals = goals_told(case, came)
        assert goals == case.goals, f"goals: {goals}"
