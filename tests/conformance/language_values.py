"""Values of both evaluators and of the corpus as the same plain data, so that they can be compared.

Invariant: numbers, times and timespans are numbers, no value is None, groups are pairs of key and entry; what kind of
value the corpus means is told apart by `Expected.kinds` and `Expected.structure`.
"""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from hearth.core.missing import Missing
from hearth.language import Event, Events, Grouped


def plain(value: Any) -> Any:
    """A value of an evaluator: numbers as they are, no value as None, events as their numbers, groups as pairs."""
    if isinstance(value, Missing):
        return None
    if isinstance(value, Event):
        return value.value
    if isinstance(value, Events):
        return list(value.values)
    if isinstance(value, Grouped):
        return [(key, plain(entry)) for key, entry in zip(value.keys, value.entries, strict=True)]
    if isinstance(value, list):
        if value and isinstance(value[0], tuple):
            return [(key, plain(entry)) for key, _, entry in value]
        return [plain(entry) for entry in value]
    return value


class Expected(NamedTuple):
    """An expected value. `kinds`: which were written; `structure`: the beginning of a type's name, "" when it is left open."""

    value: Any
    kinds: frozenset[str]
    structure: str


def read_value(text: str, instant: Callable[[str], int]) -> Expected:
    """`5`, `true`, `none`, `"text"`, `time 10:00`, `span 60000`, `[1, 2]`, `{a: 1}` -> what is expected. Raises ValueError."""
    reader = _Reader(text, instant)
    value = reader.value()
    reader.take(r"\s*\Z", "the end")
    return Expected(value, frozenset(reader.kinds), _structure(text, value))


def _structure(text: str, value: Any) -> str:
    if text.startswith("{"):
        first = value[0][1] if value else None
        return "GroupedVector" if isinstance(first, list) else "GroupedScalar" if value and first is not None else "Grouped"
    return "Vector" if text.startswith("[") else "Scalar" if value is not None else ""


class _Reader:
    def __init__(self, text: str, instant: Callable[[str], int]) -> None:
        self._text = text
        self._position = 0
        self._instant = instant
        self.kinds: set[str] = set()

    def _try(self, pattern: str) -> re.Match[str] | None:
        match = re.compile(pattern).match(self._text, self._position)
        if match is not None:
            self._position = match.end()
        return match

    def take(self, pattern: str, what: str) -> re.Match[str]:
        """What must stand here."""
        match = self._try(pattern)
        if match is None:
            raise ValueError(f"{what} is expected in {self._text!r} before {self._text[self._position :]!r}")
        return match

    def _kind(self, kind: str, value: Any) -> Any:
        self.kinds.add(kind)
        return value

    def value(self) -> Any:
        """The value that begins here."""
        if self._try(r"\s*\["):
            return self._several(r"\s*\]", self.value)
        if self._try(r"\s*\{"):
            return self._several(r"\s*\}", self._pair)
        if match := self._try(r'\s*"([^"]*)"'):
            return self._kind("Text", match[1].replace("\\n", "\n"))
        word = self.take(r"\s*([^,\]}]+)", "a value")[1].strip()
        kind, _, rest = word.rpartition(" ")
        match kind, rest:
            case "time", _:
                return self._kind("Time", self._instant(rest))
            case "span", _:
                return self._kind("Timespan", float(rest))
            case "", "true" | "false":
                return self._kind("Boolean", rest == "true")
            case "", "none":
                return None
        return self._kind("Number", float(word))

    def _pair(self) -> tuple[Any, Any]:
        key = self.take(r"\s*(time )?(.+?): ", "a key")
        return (self._instant(key[2]) if key[1] else key[2]), self.value()

    def _several(self, end: str, read: Callable[[], Any]) -> list[Any]:
        items: list[Any] = []
        while not self._try(end):
            if items:
                self.take(r"\s*,", "a comma")
            items.append(read())
        return items
