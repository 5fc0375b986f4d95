"""Wording: how types, datasets and patterns are called for an author who asks.

What a pattern makes of a sample is written in English and in UTC: an author sees the shape; who receives a text
decides its language.
"""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from hearth.core.instants import HOUR_MS, MINUTE_MS
from hearth.language.formatting import entry_text
from hearth.language.patterns import PatternError, date_pattern, number_pattern, timespan_pattern
from hearth.language.scope import DatasetInfo
from hearth.language.types import EVENT, Kind, Type, in_words, vector

EXAMPLE_PATTERNS: dict[Kind, tuple[str, ...]] = {
    "Number": ("#,##0", "#,##0.0", "#,##0.##", "0.00", "0%", "+0.0;-0.0"),
    "Time": ("HH:mm", "dd.MM.yyyy", "dd.MM.yyyy HH:mm", "EEEE", "EEE d MMM", "d MMMM yyyy"),
    "Timespan": ("ADAPTIVE:WORD", "ADAPTIVE:SYMBOL", "MINUTES:WORD", "HOURS:SYMBOL", "DAYS:WORD", "H:mm"),
}
# Tuesday 10 March 2026, 14:05 UTC.
_TIME_MS = 1_773_151_500_000
_SAMPLES: dict[Kind, tuple[str, float]] = {
    "Number": ("1234.5", 1234.5),
    "Time": ("10 March 2026 14:05", _TIME_MS),
    "Timespan": ("90min", HOUR_MS + 30 * MINUTE_MS),
}
_READERS: dict[Kind, Callable[[str], object]] = {"Number": number_pattern, "Time": date_pattern, "Timespan": timespan_pattern}


def sample_text(kind: Kind, pattern: str) -> str:
    """What a pattern makes of a Number, Time or Timespan, such as "1234.5 becomes 1,234.5"; or why it cannot be read."""
    try:
        _READERS[kind](pattern)
    except PatternError as error:
        return f"This pattern cannot be read: {error}."
    written, value = ("0.456", 0.456) if kind == "Number" and "%" in pattern else _SAMPLES[kind]
    return f"{written} becomes {in_english(value, kind, pattern)}"


def in_english(value: float, kind: Kind, pattern: str | None = None) -> str:
    """A Number, a Time or Timespan (ms) as text, by a pattern or by the default one."""
    return entry_text(value, kind, pattern, "en", ZoneInfo("UTC"))


def type_words(of: Type, unit: str | None) -> str:
    """A type with its unit, such as "several events, in W"."""
    return f"{in_words(of)}, in {unit}" if unit else in_words(of)


def dataset_type(info: DatasetInfo) -> Type:
    """The type of `$Name`."""
    return EVENT if info.kind == "SINGLE_VALUE" else vector("Event")


def dataset_words(info: DatasetInfo) -> str:
    """What a dataset holds."""
    what = "A single value: the newest event" if info.kind == "SINGLE_VALUE" else "A time series: its events, oldest to newest"
    if info.kind == "TIME_SERIES" and info.timespan_ms is not None:
        what += f", of {in_english(info.timespan_ms, 'Timespan')} up to now"
    if info.state:
        labels = ", ".join(f"{number} {label}" for number, label in info.labels.items())
        what += f"; the values are ids of states: {labels}" if labels else "; the values are ids of states"
    return f"{what}."


def symbol_words(symbol: str) -> str:
    """What FILTER does with a symbol."""
    return f"Keeps the entries for which `entry {symbol} threshold` holds."
