"""Patterns: how numbers, times and timespans are to be written (the right side of `|`).

Reads Java's DecimalFormat and SimpleDateFormat patterns and our own for timespans. What a pattern makes of a
value is in `formatting`. A pattern that cannot be read raises PatternError, whose message is for authors.
"""

import re
from functools import lru_cache
from typing import Literal, NamedTuple


class PatternError(ValueError):
    """A pattern that cannot be read, and why."""


class Affix(NamedTuple):
    """Text before or after a number; `signs` in it (`%`, `‰`, `-`) are written in the reader's language."""

    parts: tuple[tuple[str, bool], ...]


class NumberPattern(NamedTuple):
    """A DecimalFormat pattern."""

    prefix: Affix
    suffix: Affix
    negative: tuple[Affix, Affix] | None
    grouping: int  # 0: none
    least_integers: int
    least_fractions: int
    most_fractions: int
    scale: int  # 100 for %, 1000 for ‰
    exponent_digits: int  # 0: no exponent
    most_integers: int  # with an exponent: digits before the point at most


class TimespanPattern(NamedTuple):
    """`ADAPTIVE:WORD` and the like."""

    unit: Literal["ADAPTIVE", "SECONDS", "MINUTES", "HOURS", "DAYS"]
    form: Literal["WORD", "SYMBOL"]


class DateField(NamedTuple):
    """A letter of a SimpleDateFormat pattern, `width` times; or a text where `letter` is empty."""

    letter: str
    width: int
    text: str = ""


_TIMESPAN = re.compile(r"(ADAPTIVE|SECONDS|MINUTES|HOURS|DAYS):(WORD|SYMBOL)")
_DATE_LETTERS = "GyYMLwWDdFEuaHkKhmsSzZX"
_SPAN_LETTERS = "dDHmsS"
_NUMBER_CHARACTERS = "#0,."


@lru_cache(maxsize=1024)
def number_pattern(pattern: str) -> NumberPattern:
    """DecimalFormat pattern -> its parts."""
    positive, separator, negative = _split_quoted(pattern)
    prefix, digits, suffix, scale = _sides(positive)
    if not digits:
        raise PatternError("a number pattern needs at least one # or 0, for instance #,##0.##")
    below_zero: tuple[Affix, Affix] | None = None
    if separator:
        negative_prefix, negative_digits, negative_suffix, _ = _sides(negative)
        if not negative_digits:
            raise PatternError("the part after ; needs at least one # or 0")
        below_zero = (negative_prefix, negative_suffix)
    digits, exponent_digits = _exponent(digits)
    whole, point, fraction = digits.partition(".")
    if "." in fraction:
        raise PatternError("a number pattern has one decimal point; . is the point and , groups thousands")
    if "," in fraction:
        raise PatternError("`,` groups thousands and stands before the decimal point")
    if re.search(r"0[,#]*#", whole):
        raise PatternError("before the point every # stands left of every 0, for instance #,##0")
    if re.search(r"#0", fraction):
        raise PatternError("after the point every 0 stands left of every #, for instance 0.0#")
    if whole.endswith(","):
        raise PatternError("`,` must be followed by # or 0")
    grouping = len(whole) - whole.rfind(",") - 1 if "," in whole else 0
    bare = whole.replace(",", "")
    least = bare.count("0")
    if not least and not fraction and not exponent_digits:
        least = 1 if point else 0
    return NumberPattern(
        prefix, suffix, below_zero, grouping, least, fraction.count("0"), len(fraction), scale, exponent_digits, len(bare)
    )


def _exponent(digits: str) -> tuple[str, int]:
    mantissa, mark, exponent = digits.partition("E")
    if mark and (not exponent or exponent.strip("0")):
        raise PatternError("E must be followed by zeros, for instance 0.##E0")
    return mantissa, len(exponent)


def _split_quoted(pattern: str) -> tuple[str, str, str]:
    is_quoted = False
    for index, character in enumerate(pattern):
        if character == "'":
            is_quoted = not is_quoted
        elif character == ";" and not is_quoted:
            return pattern[:index], ";", pattern[index + 1 :]
    if is_quoted:
        raise PatternError("a ' in the pattern is not closed")
    return pattern, "", ""


def _sides(pattern: str) -> tuple[Affix, str, Affix, int]:
    """Pattern -> prefix, digits, suffix, scale."""
    sides: list[list[tuple[str, bool]]] = [[], []]
    digits, scale, index = "", 1, 0
    while index < len(pattern):
        character = pattern[index]
        side = sides[1 if digits else 0]
        if character == "'":
            end = pattern.find("'", index + 1)
            if end < 0:
                raise PatternError("a ' in the pattern is not closed")
            side.append((pattern[index + 1 : end] or "'", False))
            index = end + 1
            continue
        if character in _NUMBER_CHARACTERS or (character == "E" and digits and not sides[1]):
            if sides[1]:
                raise PatternError(f"`{character}` stands apart from the other digits; quote it: '{character}'")
            run = re.match(r"[#0,.]+(E0+)?|E0*", pattern[index:])
            assert run is not None
            if digits and character != "E":
                raise PatternError("the digits of a number pattern stand together")
            digits += run[0]
            index += len(run[0])
            continue
        if character in "%‰":
            scale = 100 if character == "%" else 1000
        side.append((character, character in "%‰-"))
        index += 1
    return Affix(tuple(sides[0])), digits, Affix(tuple(sides[1])), scale


@lru_cache(maxsize=1024)
def date_pattern(pattern: str) -> tuple[DateField, ...]:
    """SimpleDateFormat pattern -> its fields."""
    fields: list[DateField] = []
    index = 0
    while index < len(pattern):
        character = pattern[index]
        if character == "'":
            text, index = _quoted(pattern, index)
            fields.append(DateField("", 0, text))
        elif character.isascii() and character.isalpha():
            if character not in _DATE_LETTERS:
                raise PatternError(f"`{character}` is no letter of a time pattern; quote it: '{character}'")
            count = len(pattern[index:]) - len(pattern[index:].lstrip(character))
            fields.append(DateField(character, count))
            index += count
        else:
            fields.append(DateField("", 0, character))
            index += 1
    return tuple(fields)


def _quoted(pattern: str, start: int) -> tuple[str, int]:
    if pattern.startswith("''", start):
        return "'", start + 2
    end = start + 1
    text = ""
    while end < len(pattern):
        if pattern.startswith("''", end):
            text += "'"
            end += 2
        elif pattern[end] == "'":
            return text, end + 1
        else:
            text += pattern[end]
            end += 1
    raise PatternError("a ' in the pattern is not closed")


@lru_cache(maxsize=1024)
def timespan_pattern(pattern: str) -> TimespanPattern | tuple[DateField, ...]:
    """A timespan's pattern: our own words, or the letters d H m s S."""
    match = _TIMESPAN.fullmatch(pattern)
    if match is not None:
        return TimespanPattern(match[1], match[2])  # type: ignore[arg-type]
    if ":" in pattern and re.fullmatch(r"[A-Za-z]{3,}:[A-Za-z]{3,}", pattern):
        units = "ADAPTIVE, SECONDS, MINUTES, HOURS or DAYS, then :WORD or :SYMBOL"
        raise PatternError(f"a timespan is written by {units}, for instance ADAPTIVE:WORD")
    fields = date_pattern(pattern)
    for field in fields:
        if field.letter and field.letter not in _SPAN_LETTERS:
            raise PatternError(f"`{field.letter}` says nothing of a timespan; use d, H, m, s, S or ADAPTIVE:WORD")
    return fields
