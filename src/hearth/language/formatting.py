"""Formatting: one value as text, in the reader's language and the building's zone.

Decides what the default patterns are: numbers `#,##0.##`, times the language's medium date and short time,
timespans in words. Numbers are written in `number_format`, times and timespans in `time_format`. A pattern that
cannot be read at run time gives the value by its default pattern: a message is sent in any case. No value is
written as an en dash. Never raises for want of sense.
"""

from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from hearth.core.missing import Missing
from hearth.language.locales import yes_no
from hearth.language.number_format import DEFAULT_NUMBER, NO_VALUE, number_text
from hearth.language.time_format import time_text, timespan_text
from hearth.language.types import Kind

__all__ = ["NO_VALUE", "entry_text", "group_name", "number_text", "time_text", "timespan_text", "vector_text"]


def entry_text(value: Any, kind: Kind, pattern: str | None, locale: str, zone: ZoneInfo) -> str:
    """One value of a kind (an Event's value for an Event) as text."""
    if value.__class__ is Missing:
        return NO_VALUE
    match kind:
        case "Text":
            return str(value)
        case "Boolean":
            yes, no = yes_no(locale)
            return yes if value else no
        case "Time":
            return time_text(value, pattern, locale, zone)
        case "Timespan":
            return timespan_text(value, pattern, locale)
    return number_text(value, pattern if pattern is not None else DEFAULT_NUMBER, locale)


def vector_text(values: Iterable[Any], kind: Kind, pattern: str | None, locale: str, zone: ZoneInfo) -> str:
    """Several values, with commas."""
    return ", ".join([entry_text(value, kind, pattern, locale, zone) for value in values])


def group_name(name: Any, is_time: bool, locale: str, zone: ZoneInfo) -> str:
    """The name of a group: a device's name, a building's id, or the start of a span as a time is joined.

    It stands between quotes as it is: a quote in it is not doubled, for people read it and no program does.
    """
    return time_text(name, None, locale, zone) if is_time else str(name)
