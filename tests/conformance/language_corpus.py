"""Reads the corpus of the rule language (conformance/README.md) into cases that can be run."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hearth.core.instants import instant_of_datetime
from hearth.language import BuildingFacts, Context, DatasetInfo, DeliveredFacts, Event, RecordedWindow

CORPUS = Path(__file__).resolve().parents[2] / "conformance" / "language"
UNITS_MS = {"s": 1000, "min": 60_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


@dataclass
class Scene:
    """What an expression is evaluated over."""

    lines: list[tuple[str, str]] = field(default_factory=list)

    def first(self, key: str, default: str) -> str:
        return next((value for name, value in reversed(self.lines) if name == key), default)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.first("zone", "UTC"))

    def instant(self, text: str) -> int:
        if re.fullmatch(r"\d\d:\d\d(:\d\d)?", text):
            text = f"{self.first('now', '2026-03-10T12:00')[:10]}T{text}"
        if text.endswith("Z"):
            return instant_of_datetime(datetime.fromisoformat(text[:-1] + "+00:00"))
        return instant_of_datetime(datetime.fromisoformat(text).replace(tzinfo=self.zone))

    @property
    def now_ms(self) -> int:
        return self.instant(self.first("now", "2026-03-10T12:00"))

    def datasets(self) -> tuple[dict[str, DatasetInfo], dict[str, RecordedWindow]]:
        infos: dict[str, DatasetInfo] = {}
        windows: dict[str, RecordedWindow] = {}
        span_ms: int | None = None
        for key, value in self.lines:
            if key == "span":
                span_ms = span_of(value)
            word, _, rest = key.partition(" ")
            if word not in ("series", "single", "events"):
                continue
            name, unit, *step = rest.split()
            kind = "SINGLE_VALUE" if word == "single" else "TIME_SERIES"
            infos[name] = DatasetInfo(kind, None if unit in ("-", "state") else unit, unit == "state")
            events = self._listed(value) if word == "events" else self._stepped(value, span_of(step[0]) if step else 60_000)
            windows[name] = RecordedWindow(events, None if word == "single" else span_ms, f"${name}")
        return infos, windows

    def _stepped(self, value: str, step_ms: int) -> list[Event]:
        values = value.split()
        first_ms = self.now_ms - step_ms * (len(values) - 1)
        return [Event(first_ms + i * step_ms, float(v), "dev", "Device") for i, v in enumerate(values) if v != "_"]

    def _listed(self, value: str) -> list[Event]:
        events = []
        for part in filter(None, (each.strip() for each in value.split(","))):
            at, device, reading = part.split()
            device_id, _, name = device.partition("/")
            number, _, forecast = reading.partition(">")
            shown = name.replace("_", " ") or device_id
            events.append(Event(self.instant(at), float(number), device_id, shown, self.instant(forecast) if forecast else None))
        return events

    def context(self) -> Context:
        facts = dict(part.split("=") for part in self.first("building", "id=b1").split())
        counters = dict(part.split("=") for part in self.first("counters", "").split())
        given = dict(part.split("=") for part in self.first("delivered", "").split())
        peers = {tuple(key.split()[1:]): value for key, value in self.lines if key.startswith("peers ")}

        def find(dataset: str, selector: str) -> dict[str, list[float]]:
            found = (part.split("=") for part in peers[dataset, selector].split())
            return {building: [float(number) for number in values.split(",")] for building, values in found}

        return Context(
            zone=self.zone,
            locale=self.first("locale", "en"),
            building=BuildingFacts(
                id=facts["id"],
                registration_ms=self.instant(facts.get("registered", "2025-01-01T00:00")),
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
                self.instant(given["created"]),
                self.instant(given["interacted"]) if "interacted" in given else None,
                given.get("action"),
            )
            if given
            else None,
            peers=find if peers else None,
        )


@dataclass
class Case:
    """One expression and what is expected of it."""

    name: str
    scene: Scene
    expression: str
    expected: list[tuple[str, str]]

    def all(self, key: str) -> list[str]:
        return [value for name, value in self.expected if name == key]


def span_of(text: str) -> int:
    match = re.fullmatch(r"([\d.]+)(s|min|m|h|d)", text)
    assert match, text
    return int(float(match[1]) * UNITS_MS[match[2]])


EXPECTATIONS = ("type", "value", "text", "error", "warning", "fix")


def cases() -> Iterator[Case]:
    for path in sorted(CORPUS.glob("*.txt")):
        scene = Scene()
        block: list[tuple[str, str]] = []
        start = 1
        for number, line in enumerate([*path.read_text(encoding="utf-8").split("\n"), ""], 1):
            if line.startswith("//"):
                continue
            if " ==> " in line:
                expression, _, expectation = line.partition(" ==> ")
                key, colon, value = expectation.partition(": ")
                expected = [(key, value.strip())] if colon and key in EXPECTATIONS else [("value", expectation.strip())]
                yield Case(f"{path.stem}:{number}", scene, expression.strip().replace("\\n", "\n"), expected)
                continue
            if line.strip():
                if not block:
                    start = number
                key, colon, value = line.partition(":")
                assert colon, f"{path.name}:{number}: no colon"
                block.append((key.strip(), value.strip()))
                continue
            if not block:
                continue
            expression = dict(block).get("expression")
            if expression is None:
                scene = replace(scene, lines=[*scene.lines, *block])
            else:
                own = [each for each in block if each[0] not in EXPECTATIONS and each[0] != "expression"]
                expected = [each for each in block if each[0] in EXPECTATIONS]
                assert expected, f"{path.name}:{start}: nothing is expected"
                local = Scene([*scene.lines, *own])
                yield Case(f"{path.stem}:{start}", local, expression.replace("\\n", "\n"), expected)
            block = []


def read_value(text: str, scene: Scene) -> Any:
    """An expected value as plain data; groups are lists of pairs."""
    value, rest = _read(text, scene)
    assert not rest.strip(), f"left over: {rest}"
    return value


def _read(text: str, scene: Scene) -> tuple[Any, str]:
    text = text.lstrip()
    if text[0] == "[":
        items, rest = [], text[1:].lstrip()
        while rest[0] != "]":
            item, rest = _read(rest, scene)
            items.append(item)
            rest = rest.lstrip().removeprefix(",").lstrip()
        return items, rest[1:]
    if text[0] == "{":
        pairs, rest = [], text[1:].lstrip()
        while rest[0] != "}":
            key, _, rest = rest.partition(": ")
            shown: Any = scene.instant(key[5:]) if key.startswith("time ") else key
            value, rest = _read(rest, scene)
            pairs.append((shown, value))
            rest = rest.lstrip().removeprefix(",").lstrip()
        return pairs, rest[1:]
    if text[0] == '"':
        end = text.index('"', 1)
        return text[1:end], text[end + 1 :]
    match = re.match(r"[^,\]}]+", text)
    assert match
    word, rest = match[0].strip(), text[match.end() :]
    if word.startswith("time "):
        return scene.instant(word[5:]), rest
    constants = {"true": True, "false": False, "none": None}
    return (constants[word] if word in constants else float(word.removeprefix("span "))), rest
