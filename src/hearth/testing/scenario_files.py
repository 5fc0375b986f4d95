"""Scenarios of rules as YAML: what a household goes through, and what the rule must say to it.

A file `NAME.scenarios.yaml` stands beside the rule file `NAME.yaml` (docs/write-rules/test-your-rules.md explains the keys).
What is read here is run by `scenarios`. Invariant: a mistake is told with its place, and a file with mistakes gives no scenario.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import PurePath
from typing import get_args
from zoneinfo import ZoneInfo

from hearth.core.instants import datetime_of_instant, instant_of_datetime, start_of_local_day, zone_named
from hearth.domain.buildings import Building
from hearth.domain.catalogue import Catalogue, EventType
from hearth.domain.events import NO_FORECAST_MS
from hearth.domain.notifications import DropReason
from hearth.services.predefined_rules import SCENARIOS_SUFFIX
from hearth.services.rule_files import Diagnostic
from hearth.services.yaml_places import Place, YamlSyntaxError, YamlText
from hearth.services.yaml_values import Path, ValueReader
from hearth.testing.series_notation import UNITS_MS, span_of, values_of

BUILDING_KEYS = ("zone", "country", "city", "zip", "earlyAdopter", "devices")
SCENARIO_KEYS = ("title", "rule", "day", "until", "building", "peers", "input", "expect")
EXPECTED_KEYS = ("sent", "dropped", "reason", "case", "titles", "messages")
_SILENCE = "nothing"
_TIME = re.compile(r"(?:(?P<days>[+-]\d+)d)?(?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d))?")
_INPUT = re.compile(
    r"(?P<past>historical )?(?P<at>\S+)(?: every (?P<step>\S+))? (?P<type>[A-Z][A-Z0-9_]*)"
    r"(?: (?P<device>[a-z][\w-]*)(?:/(?P<source>\w+))?)?(?P<values>(?: [-_\d]\S*)+)"
)


@dataclass(frozen=True)
class Reading:
    """One event as it arrives."""

    at_ms: int
    type: str
    device: str
    source: str
    value: float
    forecast_ms: int = NO_FORECAST_MS
    is_historical: bool = False


@dataclass(frozen=True)
class Expected:
    """A notification that must come. What is None or has no entry for a language is not looked at."""

    at_ms: int
    reason: DropReason | None = None  # held back, and why; None = sent
    case: str | None = None
    titles: Mapping[str, str] = field(default_factory=dict)
    messages: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Calendar:
    """Local times of a scenario: `10:00` is one of its day, `+2d10:00` one two days later."""

    day: date
    zone: ZoneInfo

    @property
    def start_ms(self) -> int:
        """The first instant of the day, when the clock of a scenario starts."""
        return start_of_local_day(self.day, self.zone)

    def instant(self, text: str) -> int:
        """Local time -> instant; of a repeated hour, the first. Raises ValueError."""
        return instant_of_datetime(self._moment(text))

    def after(self, text: str, step: str | None, count: int) -> int:
        """So many steps later; a step of whole days keeps the local time, also where the clocks are moved."""
        moment, step_ms = self._moment(text), span_of(step) if step else 0
        if step_ms % UNITS_MS["d"] == 0:
            return instant_of_datetime(moment + timedelta(milliseconds=step_ms * count))
        return instant_of_datetime(moment) + step_ms * count

    def shown(self, at_ms: int) -> str:
        """Instant -> local time as it is written in a scenario."""
        moment = datetime_of_instant(at_ms, self.zone)
        days = (moment.date() - self.day).days
        return (f"{days:+}d" if days else "") + moment.strftime("%H:%M:%S" if moment.second else "%H:%M")

    def _moment(self, text: str) -> datetime:
        match = _TIME.fullmatch(text)
        if match is None:
            raise ValueError(f"{text!r} is no time such as 07:30 or +2d07:30")
        clock = time(int(match["hour"]), int(match["minute"]), int(match["second"] or 0))
        return datetime.combine(self.day + timedelta(days=int(match["days"] or 0)), clock, self.zone)


@dataclass(frozen=True)
class Scenario:
    """What happens in a building, in the order of time, and what one rule must say."""

    title: str
    file: str
    line: int
    rule: str | None  # the rule's name, where its file holds several
    calendar: Calendar
    building: Building
    device_names: Mapping[str, str]
    peers: Mapping[str, Mapping[str, Sequence[float]]]  # dataset -> other building -> values
    inputs: tuple[Reading, ...]
    until_ms: int | None  # how long the clock runs; None = until the last input
    expected: tuple[Expected, ...]


def scenarios_file_of(rule_file: str) -> str:
    """`rules/sunshine.yaml` -> `rules/sunshine.scenarios.yaml`."""
    path = PurePath(rule_file)
    return str(path.with_name(path.stem + SCENARIOS_SUFFIX))


def read_scenarios(file: str, text: str, catalogue: Catalogue) -> tuple[list[Scenario], list[Diagnostic]]:
    """One YAML text -> scenarios in their order, or what is wrong with it."""
    yaml = YamlText(text)
    try:
        documents = yaml.documents()
    except YamlSyntaxError as error:
        return [], [Diagnostic(file, *error.place, "error", "yaml-syntax", f"This is not valid YAML: {error.problem}.")]
    if len(documents) != 1:
        return [], [
            Diagnostic(file, 1, 1, 1, "error", "no-scenarios", "A file of scenarios is one mapping: building, scenarios.")
        ]
    reader = _Reader(file, ValueReader(yaml, documents[0]), catalogue)
    scenarios = reader.scenarios()
    return ([], reader.diagnostics()) if reader.diagnostics() else (scenarios, [])


class _Reader:
    """Reads one file; mistakes are gathered with their places."""

    def __init__(self, file: str, values: ValueReader, catalogue: Catalogue) -> None:
        self._file, self._values, self._catalogue = file, values, catalogue
        self._found: list[tuple[Place, str, str, str | None]] = []

    def diagnostics(self) -> list[Diagnostic]:
        """What is wrong, in the order of places."""
        found = [*self._found, *self._values.mistakes]
        told = {Diagnostic(self._file, *place, "error", code, said, hint) for place, code, said, hint in found}
        return sorted(told, key=lambda each: (each.line, each.column, each.code))

    def scenarios(self) -> list[Scenario]:
        values = self._values
        values.keys((), ("building", "day", "scenarios"), needed=("scenarios",))
        return [each for path in values.items(("scenarios",)) if (each := self._scenario(path)) is not None]

    def _scenario(self, path: Path) -> Scenario | None:
        values = self._values
        if not {"title", "input", "expect"} <= set(values.keys(path, SCENARIO_KEYS, needed=("title", "input", "expect"))):
            return None
        building = (*path, "building") if (*path, "building") in values else ("building",)
        facts, names = self._building(building)
        calendar = self._calendar((*path, "day") if (*path, "day") in values else ("day",), facts)
        inputs: list[Reading] = []
        for item in values.items((*path, "input")):
            inputs += self._inputs(item, calendar)
        return Scenario(
            title=values.text((*path, "title")) or "",
            file=self._file,
            line=values.place(path).line,
            rule=values.text((*path, "rule")),
            calendar=calendar,
            building=facts,
            device_names=names,
            peers={str(each[-1]): self._peers(each) for each in values.named((*path, "peers"))},
            inputs=_in_order(inputs),
            until_ms=self._instant((*path, "until"), calendar) if (*path, "until") in values else None,
            expected=self._expected((*path, "expect"), calendar),
        )

    def _building(self, path: Path) -> tuple[Building, dict[str, str]]:
        values = self._values
        values.keys(path, BUILDING_KEYS)
        zone = values.text((*path, "zone")) or "UTC"
        try:
            zone_named(zone)
        except ValueError as error:
            self._wrong((*path, "zone"), "bad-zone", f"{error}.", "an IANA name such as Europe/Zurich")
            zone = "UTC"
        names = {str(each[-1]): values.text(each) or "" for each in values.named((*path, "devices"))}
        building = Building(
            id="b" * 24,
            customer_id="c" * 24,
            customer_building_id="home",
            time_zone_id=zone,
            registration_at_ms=0,
            activation_at_ms=0,
            country_code=values.text((*path, "country")),
            city=values.text((*path, "city")),
            zip=values.text((*path, "zip")),
            is_early_adopter=values.switch((*path, "earlyAdopter")),
        )
        return building, names

    def _calendar(self, path: Path, building: Building) -> Calendar:
        text = self._values.text(path)
        try:
            day = date.fromisoformat(text or "")
        except ValueError:
            self._wrong(path, "bad-day", "A scenario needs a day.", "for instance `day: 2026-06-03`; times are of that day")
            day = date(2026, 1, 1)
        return Calendar(day, zone_named(building.time_zone_id))

    def _peers(self, path: Path) -> dict[str, list[float]]:
        peers: dict[str, list[float]] = {}
        for each in self._values.named(path):
            try:
                peers[str(each[-1])] = [value for value in values_of(self._values.text(each) or "") if value is not None]
            except ValueError as error:
                self._wrong(each, "bad-values", f"{error}.", None)
        return peers

    def _inputs(self, path: Path, calendar: Calendar) -> list[Reading]:
        text = " ".join((self._values.text(path) or "").split())
        match = _INPUT.fullmatch(text)
        if match is None:
            hint = "for instance `06:00 every 15min ENERGY_CONSUMPTION 100x8` or `07:10 STATE_OF_CHARGE_RATE battery/BATTERY 97`"
            self._wrong(path, "bad-input", f"{text!r} is not an input.", hint)
            return []
        event_type = self._catalogue.find_event_type(match["type"])
        if event_type is None:
            meant = self._catalogue.nearest_event_type(match["type"])
            self._wrong(path, "unknown-event-type", f"There is no event type {match['type']}.", _meant(meant))
            return []
        source = self._source(path, match["source"], event_type)
        device = match["device"] or source.lower()
        try:
            return self._readings(match, device, source, calendar)
        except ValueError as error:
            self._wrong(path, "bad-input", f"{error}.", None)
            return []

    def _source(self, path: Path, named: str | None, event_type: EventType) -> str:
        """The source that is named; else the household's gateway, or the only one that sends events of the type."""
        if named is None:
            return next(iter(event_type.sources)) if len(event_type.sources) == 1 else "GATEWAY"
        source = self._catalogue.source_named(named)
        if source is None:
            self._wrong(path, "unknown-source", f"There is no source {named}.", _meant(self._catalogue.nearest_source(named)))
        return source or named

    def _readings(self, match: re.Match[str], device: str, source: str, calendar: Calendar) -> list[Reading]:
        words = [word.partition(">") for word in match["values"].split()]
        values = [(value, forecast) for word, _, forecast in words for value in values_of(word)]
        if len(values) > 1 and match["step"] is None:
            raise ValueError("Several values need a step, such as `every 15min`")
        return [
            Reading(
                at_ms=calendar.after(match["at"], match["step"], count),
                type=match["type"],
                device=device,
                source=source,
                value=value,
                forecast_ms=calendar.instant(forecast) if forecast else NO_FORECAST_MS,
                is_historical=match["past"] is not None,
            )
            for count, (value, forecast) in enumerate(values)
            if value is not None
        ]

    def _expected(self, path: Path, calendar: Calendar) -> tuple[Expected, ...]:
        values = self._values
        if not values.is_list(path):
            if values.text(path) != _SILENCE:
                hint = "write `expect: nothing`, or a list of what is sent"
                self._wrong(path, "bad-expectation", "This expects nothing that could come.", hint)
            return ()
        expected = []
        for item in values.items(path):
            kinds = [key for key in values.keys(item, EXPECTED_KEYS) if key in ("sent", "dropped")]
            if len(kinds) != 1:
                self._wrong(item, "bad-expectation", "A notification is either sent or dropped.", "write `sent: 07:30`")
                continue
            (kind,) = kinds
            at_ms = self._instant((*item, kind), calendar)
            if at_ms is None:
                continue
            reasons: tuple[DropReason, ...] = get_args(DropReason)
            expected.append(
                Expected(
                    at_ms=at_ms,
                    reason=values.choice((*item, "reason"), reasons, "time_between") if kind == "dropped" else None,
                    case=values.text((*item, "case")),
                    titles={str(each[-1]): values.text(each) or "" for each in values.named((*item, "titles"))},
                    messages={str(each[-1]): values.text(each) or "" for each in values.named((*item, "messages"))},
                )
            )
        return tuple(expected)

    def _instant(self, path: Path, calendar: Calendar) -> int | None:
        try:
            return calendar.instant(self._values.text(path) or "")
        except ValueError as error:
            self._wrong(path, "bad-time", f"{error}.", None)
            return None

    def _wrong(self, path: Path, code: str, message: str, hint: str | None) -> None:
        self._found.append((self._values.place(path), code, message, hint))


def _in_order(readings: Sequence[Reading]) -> tuple[Reading, ...]:
    """By time, those of equal time as written; what a device sends again for the same time counts in place of the first."""
    kept = {(each.at_ms, each.type, each.device, each.source): each for each in readings}
    return tuple(sorted(kept.values(), key=lambda reading: reading.at_ms))


def _meant(name: str | None) -> str | None:
    return f"did you mean {name}?" if name else None
