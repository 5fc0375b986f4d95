"""Reads the corpus of the rule language (conformance/README.md) into cases that can be run.

What a case must show is in `language_check`. Invariant: a line that is not understood is refused, with file and line.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, get_args
from zoneinfo import ZoneInfo

from tests.conformance.language_series import is_listed, is_time, listed, stepped
from tests.conformance.language_values import read_value

from hearth.core.instants import instant_of_datetime, zone_named
from hearth.core.missing import Missing
from hearth.language import BuildingFacts, Context, DatasetInfo, DeliveredFacts, Peers, Place, RecordedWindow
from hearth.testing.series_notation import span_of

CORPUS = Path(__file__).resolve().parents[2] / "conformance" / "language"
EXPECTATIONS = ("type", "value", "missing", "text", "error", "warning", "fix")
SETTINGS = ("now", "zone", "locale", "place", "streak", "span", "building", "counters", "delivered")
DATASETS = ("series", "single", "events")
KEYS = (*SETTINGS, *DATASETS, "peers", "expression", *EXPECTATIONS)
_FACTS = {
    "building": ("id", "city", "country", "zip", "types", "registered"),
    "counters": ("streak", "reset", "delivered"),
    "delivered": ("created", "interacted", "action"),
}


class CorpusError(Exception):
    """A line of the corpus that cannot be read."""


class Line(NamedTuple):
    """`key: value`, and where it stands."""

    key: str
    value: str
    where: str = "here"


@contextmanager
def _reading(line: Line) -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise CorpusError(f"{line.where}: {error}") from error


@dataclass
class Scene:
    """What an expression is evaluated over."""

    lines: list[Line]

    def _line(self, key: str, default: str) -> Line:
        return next((line for line in reversed(self.lines) if line.key == key), Line(key, default))

    def first(self, key: str, default: str) -> str:
        """The value of the last line of that key."""
        return self._line(key, default).value

    @property
    def zone(self) -> ZoneInfo:
        line = self._line("zone", "UTC")
        with _reading(line):
            return zone_named(line.value)

    def instant(self, text: str) -> int:
        """A time of the day of `now`, a local time or, with `Z`, one of UTC. Raises ValueError."""
        if not is_time(text):
            raise ValueError(f"{text!r} is no time, such as 10:00 or 2026-03-10T10:00")
        if "T" not in text:
            text = f"{self.first('now', '2026-03-10T12:00')[:10]}T{text}"
        moment = datetime.fromisoformat(text.removesuffix("Z") + ("+00:00" if text.endswith("Z") else ""))
        return instant_of_datetime(moment if moment.tzinfo else moment.replace(tzinfo=self.zone))

    @property
    def now_ms(self) -> int:
        line = self._line("now", "2026-03-10T12:00")
        with _reading(line):
            return self.instant(line.value)

    def datasets(self) -> tuple[dict[str, DatasetInfo], dict[str, RecordedWindow]]:
        """The datasets by name, and their windows."""
        infos: dict[str, DatasetInfo] = {}
        windows: dict[str, RecordedWindow] = {}
        span_ms: int | None = None
        for line in self.lines:
            word, *about = line.key.split()
            with _reading(line):
                if word == "span":
                    span_ms = span_of(line.value)
                if word == "place" and line.value not in get_args(Place):
                    raise ValueError(f"{line.value!r} is no place")
                if word not in DATASETS:
                    continue
                if not 2 - (word == "single") <= len(about) <= 2 + (word == "series"):
                    raise ValueError(f"{line.key!r} is not {word}, a name and a unit")
                name, unit, step = (*about, *("-", "1m")[len(about) - 1 :])[:3]
                kind = "SINGLE_VALUE" if word == "single" else "TIME_SERIES"
                own_span_ms = None if word == "single" else span_ms
                infos[name] = DatasetInfo(kind, None if unit in ("-", "state") else unit, unit == "state", {}, own_span_ms)
                is_list = word == "events" or (word == "single" and is_listed(line.value))
                events = listed(line.value, self.instant) if is_list else stepped(line.value, span_of(step), self.now_ms)
                windows[name] = RecordedWindow(events, own_span_ms, f"${name}")
        return infos, windows

    def _facts(self, key: str) -> dict[str, str]:
        line = self._line(key, "")
        facts = {}
        with _reading(line):
            for part in line.value.split():
                name, sign, value = part.partition("=")
                if not sign or (name not in _FACTS[key] and not (key == "building" and name.startswith("Is"))):
                    raise ValueError(f"{part!r} is not known of {key}")
                facts[name] = str(self.instant(value)) if name in ("registered", "created", "interacted") else value
        return facts

    def _peers(self) -> Peers | None:
        found: dict[tuple[str, str], dict[str, list[float]]] = {}
        for line in self.lines:
            word, *about = line.key.split()
            if word != "peers":
                continue
            with _reading(line):
                if len(about) != 2:
                    raise ValueError(f"{line.key!r} is not peers, a dataset and a selector")
                pairs = (part.split("=") for part in line.value.split())
                found[about[0], about[1]] = {
                    building: [float(each) for each in values.split(",") if each] for building, values in pairs
                }
        nothing = Missing("no values of such buildings")
        return (lambda now_ms, dataset, selector: found.get((dataset, selector), nothing)) if found else None

    def context(self) -> Context:
        """The building, the counters and whatever else is known."""
        facts, counters, given = self._facts("building"), self._facts("counters"), self._facts("delivered")
        return Context(
            zone=self.zone,
            locale=self.first("locale", "en"),
            building=BuildingFacts(
                id=facts.get("id", "b1"),
                registration_ms=int(facts.get("registered", 0)),
                device_types=facts["types"].split(",") if "types" in facts else [],
                city=facts.get("city"),
                country_code=facts.get("country"),
                zip=facts.get("zip"),
                profile={name: value == "yes" for name, value in facts.items() if name.startswith("Is")},
            ),
            streak_counter=int(counters.get("streak", 0)),
            streak_has_been_reset=counters.get("reset") == "yes",
            delivered_counter=int(counters.get("delivered", 0)),
            delivered=DeliveredFacts(
                int(given["created"]), int(given["interacted"]) if "interacted" in given else None, given.get("action")
            )
            if given
            else None,
            peers=self._peers(),
        )


@dataclass
class Case:
    """One expression and what is expected of it."""

    name: str
    scene: Scene
    expression: str
    expected: list[Line]

    def all(self, key: str) -> list[str]:
        """What is expected under a key."""
        return [line.value for line in self.expected if line.key == key]


def cases() -> Iterator[Case]:
    """All cases of the corpus."""
    for path in sorted(CORPUS.glob("*.txt")):
        yield from cases_of(path.name, path.read_text(encoding="utf-8"))


def cases_of(name: str, text: str) -> Iterator[Case]:
    """The cases of a text in the notation of the corpus. Raises CorpusError with `name` and the line where it cannot be read."""
    scene = Scene([])
    block: list[Line] = []
    for number, line in enumerate([*text.split("\n"), ""], 1):
        where = f"{name}:{number}"
        if line.startswith("//"):
            continue
        if " ==> " in line:
            if block:
                raise CorpusError(f"{where}: a case of one line needs an empty line before it, after {block[-1].key!r}")
            expression, _, expectation = line.partition(" ==> ")
            key, colon, value = expectation.partition(": ")
            short = (
                Line(key, value.strip(), where) if colon and key in EXPECTATIONS else Line("value", expectation.strip(), where)
            )
            yield _readable(Case(where, scene, _unescaped(expression.strip()), [short]))
        elif line.strip():
            key, colon, value = line.partition(":")
            if not colon or not key.strip() or key.split()[0] not in KEYS:
                raise CorpusError(f"{where}: {line.strip()!r} is not a line of the corpus")
            block.append(Line(key.strip(), value.strip(), where))
        elif block:
            expression = next((each.value for each in block if each.key == "expression"), "")
            expected = [each for each in block if each.key in EXPECTATIONS]
            own = Scene([*scene.lines, *(each for each in block if each.key not in (*EXPECTATIONS, "expression"))])
            if bool(expression) != bool(expected):
                raise CorpusError(f"{block[0].where}: an expression and what is expected of it belong together")
            if expression:
                yield _readable(Case(block[0].where, own, _unescaped(expression), expected))
            else:
                scene = own
            block = []


def _unescaped(expression: str) -> str:
    r"""`\n` is a line break; `\\n` stands for the escape `\n` of a text."""
    return re.sub(r"(\\?)\\n", lambda match: "\\n" if match[1] else "\n", expression)


def _readable(case: Case) -> Case:
    case.scene.datasets()
    case.scene.context()
    assert case.scene.now_ms
    for line in case.expected:
        if line.key == "value":
            with _reading(line):
                read_value(line.value, case.scene.instant)
    return case
