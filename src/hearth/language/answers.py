"""Answers: what an expression gives, as plain data for JSON.

Numbers stay numbers, a Time is ISO 8601 with the offset of the building's zone, a Timespan seconds, groups are
pairs of key and entry (device id, start of the span, building id), no value is None. What an expression means is
the checker's and compiler's to say. Invariant: whatever the value, the data is valid JSON (no NaN, no infinity).
"""

from collections.abc import Mapping
from math import isfinite
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from hearth.core.instants import datetime_of_instant
from hearth.core.missing import Missing
from hearth.language.compiler import compile_program
from hearth.language.context import Context
from hearth.language.diagnostics import Diagnostic
from hearth.language.operations import entries
from hearth.language.typed import Checked
from hearth.language.types import Kind, Type
from hearth.language.values import Grouped
from hearth.language.windows import Event, Events, Window

_OUT_OF_RANGE = "a number out of range"
_EXACT_INTEGERS = 2.0**53


class Answer(NamedTuple):
    """`missing`: why there is no value; None where there is one, and where the expression has errors."""

    type: str | None
    value: Any
    missing: str | None
    diagnostics: tuple[Diagnostic, ...]


def answer(checked: Checked, now_ms: int, windows: Mapping[str, Window], context: Context) -> Answer:
    """A checked expression, evaluated at `now_ms` over windows by dataset name."""
    if checked.has_errors or checked.tree.type is None:
        return Answer(checked.type, None, None, checked.diagnostics)
    program = compile_program(checked)
    value = program.run(now_ms, tuple(windows[name] for name in program.datasets), context)
    of = Type("Scalar", "Text") if isinstance(value, str) else checked.tree.type
    plain = as_data(value, of, context.zone)
    return Answer(checked.type, plain, reason_of(value, plain), checked.diagnostics)


def reason_of(value: Any, data: Any) -> str | None:
    """Why a value of a program has no data."""
    if isinstance(value, Missing):
        return value.reason
    return _OUT_OF_RANGE if data is None else None


def as_data(value: Any, of: Type, zone: ZoneInfo) -> Any:
    """A value of a program, of the type `of`, as data for JSON."""
    if isinstance(value, Missing):
        return None
    if isinstance(value, Grouped):
        keys = [_entry(key, "Time", zone) for key in value.keys] if of.key == "Time" else value.keys
        return [[key, as_data(entry, of, zone)] for key, entry in zip(keys, value.entries, strict=True)]
    if isinstance(value, Events | list):
        return [as_data(entry, of, zone) for entry in entries(value)]
    return _entry(value.value if isinstance(value, Event) else value, of.kind, zone)


def _entry(value: Any, kind: Kind, zone: ZoneInfo) -> Any:
    if kind == "Time":
        return _time(value, zone)
    if kind == "Timespan":
        return _number(value / 1_000)
    return _number(value) if kind in ("Number", "Event") else value


def _number(value: float) -> float | int | None:
    if not isfinite(value):
        return None
    return int(value) if value == int(value) and abs(value) < _EXACT_INTEGERS else value


def _time(at_ms: float, zone: ZoneInfo) -> str | None:
    try:
        moment = datetime_of_instant(round(at_ms), zone)
    except (OverflowError, ValueError):
        return None
    return moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds")
