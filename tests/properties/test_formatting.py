"""Whatever the pattern and the value: what can be read can be written, in every language, and in no time."""

from collections.abc import Callable
from decimal import Decimal
from time import perf_counter
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from babel.localedata import locale_identifiers
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hearth.language.number_format import DEFAULT_NUMBER, number_text
from hearth.language.patterns import LONGEST, PatternError, date_pattern, number_pattern, timespan_pattern
from hearth.language.time_format import time_text, timespan_text

ZONES = [ZoneInfo(name) for name in ("Europe/Zurich", "UTC", "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns")]
NUMBER_PIECES = ["0", "#", ",", ".", "#,##0", "0.00", "E0", "E", "%", "‰", ";", "-", "'", "''", "'x'", "¤", " ", "W", "5"]
DATE_PIECES = [*"GyYMLwWDdFEuaHkKhmsSzZX", "yyyy", "MMMM", "EEEE", "zzzz", "XXX", "'", "''", "'x'", ":", ".", "T", "é"]
SPAN_PIECES = [*"dDHmsSh", "HH", ":", "'", "''", "'x'", " ", "ADAPTIVE", "HOURS", ":WORD", ":SYMBOL", "WORD"]

floats = st.floats() | st.sampled_from([0.0, -0.0, 1e300, -5e-324, 999.995, 1e23])
numbers = floats | st.integers(-(10**400), 10**400)
instants = st.integers(-(10**14), 3 * 10**14) | st.integers(-(10**30), 10**30) | floats
locales = st.sampled_from(sorted(locale_identifiers())) | st.sampled_from(["en", "de", "fr", "de-CH", "xx", ""])
zones = st.sampled_from(ZONES)


def _patterns(pieces: list[str]) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(pieces), max_size=8).map("".join) | st.text(max_size=12)


def _is_read(reader: Callable[[str], Any], pattern: str) -> bool:
    try:
        reader(pattern)
    except PatternError:
        return False
    return True


@given(_patterns(NUMBER_PIECES), numbers, locales)
@example("0." + "0" * 450, 1e300, "en")
@example("0" * LONGEST, 5e-324, "en")
@example("#" * 400 + "0E0", 1e-300, "en")
@settings(max_examples=500, deadline=None)
def test_any_number_is_written(pattern: str, value: float, locale: str) -> None:
    written = number_text(value, pattern, locale)
    assert written
    if not _is_read(number_pattern, pattern):
        assert written == number_text(value, DEFAULT_NUMBER, locale)


@given(_patterns(DATE_PIECES), instants, locales, zones)
@example("yyyy-MM-dd z zzzz XXX", 253402300799999, "en", ZONES[3])
@settings(max_examples=500, deadline=None)
def test_any_instant_is_written(pattern: str, at_ms: float, locale: str, zone: ZoneInfo) -> None:
    written = time_text(at_ms, pattern, locale, zone)
    assert written
    if not _is_read(date_pattern, pattern):
        assert written == time_text(at_ms, None, locale, zone)


@given(_patterns(SPAN_PIECES), numbers, locales)
@settings(max_examples=500, deadline=None)
def test_any_timespan_is_written(pattern: str, span_ms: float, locale: str) -> None:
    written = timespan_text(span_ms, pattern, locale)
    assert written
    if not _is_read(timespan_pattern, pattern):
        assert written == timespan_text(span_ms, None, locale)


@given(st.floats(allow_nan=False, allow_infinity=False))
@settings(max_examples=500, deadline=None)
def test_a_written_number_is_the_number(value: float) -> None:
    written = number_text(value, "#,##0.###############", "en").replace(",", "")
    assert float(written) == value or abs(Decimal(written) - Decimal(value)) <= Decimal("5e-16")


@given(st.floats(-1e8, 1e8), st.integers(0, 6))
@settings(max_examples=300, deadline=None)
def test_a_rounded_number_is_the_nearest(value: float, digits: int) -> None:
    written = Decimal(number_text(value, "0." + "0" * digits if digits else "0", "en"))
    exact = Decimal(value)
    half = Decimal(5).scaleb(-digits - 1)
    assert abs(written - exact) <= half
    if abs(written - exact) == half:
        assert int(written.scaleb(digits)) % 2 == 0


@given(st.integers(-(10**10), 10**10))
@settings(max_examples=300, deadline=None)
def test_nobody_reads_sixty_minutes(span_ms: int) -> None:
    amount, unit = timespan_text(span_ms, None, "en").split(" ")
    size = abs(float(amount.replace(",", "")))
    assert size < {"second": 60, "minute": 60, "hour": 24, "day": 1e9}[unit.removesuffix("s")]
    assert size >= 1 or unit == "seconds"


@pytest.mark.parametrize(
    ("written", "reader", "pieces"),
    [
        (lambda pattern: number_text(1234.5, pattern, "en"), number_pattern, ["0", "#", ",", "'", "''", "'x'", "%", "E0", "x"]),
        (lambda pattern: time_text(0, pattern, "en", ZONES[0]), date_pattern, ["d", "dM", "zH", "'", "''", "'x'", "x", "é"]),
        (lambda pattern: timespan_text(5000, pattern, "en"), timespan_pattern, ["H", "Hm", "'", "''", "'x'", "x", ":"]),
    ],
    ids=["number", "time", "timespan"],
)
def test_long_patterns_are_quick(written: Callable[[str], str], reader: Callable[[str], Any], pieces: list[str]) -> None:
    start = perf_counter()
    for piece in pieces:
        assert written((piece * LONGEST)[:LONGEST])
        assert written(f"0{piece * 10_000}")
        with pytest.raises(PatternError):
            reader(piece * 10_000)
    assert perf_counter() - start < 2  # a few milliseconds; where the time grows with the square, minutes
