"""Patterns: how numbers, times and timespans are to be written (the right side of `|`).

Reads Java's DecimalFormat and SimpleDateFormat patterns and our own for timespans. What a pattern makes of a
value is in `formatting`, which can write whatever is read here. A pattern that cannot be read raises
PatternError, whose message is for authors.

Stricter than Java where Java takes a slip for something else: a number pattern without # or 0, with a digit 1 to
9 beside them, with a quote left open or with `,` before E; a time pattern without a letter. The currency sign ¤ is
refused: a building has no currency.
"""

import re
from functools import lru_cache
from itertools import groupby
from typing import Literal, NamedTuple, NoReturn, TypeAlias

# Read patterns are kept by the readers below; so long a text is no pattern, and must not fill the memory.
LONGEST = 500


class PatternError(ValueError):
    """A pattern that cannot be read, and why."""


class Affix(NamedTuple):
    """Text before or after a number; `signs` in it (`%`, `‰`, `-`) are written in the reader's language."""

    parts: tuple[tuple[str, bool], ...]


class NumberPattern(NamedTuple):
    """A DecimalFormat pattern."""

    prefix: Affix
    suffix: Affix
    negative: tuple[Affix, Affix] | None  # prefix and suffix below zero; None: those above, after a minus
    grouping: int  # 0: none
    least_integers: int
    most_integers: int  # counts with an exponent alone: digits before the point at most
    least_fractions: int
    most_fractions: int
    shows_point: bool  # also where no digit follows
    scale: int  # 100 for %, 1000 for ‰
    exponent_digits: int  # 0: no exponent


class TimespanPattern(NamedTuple):
    """`ADAPTIVE:WORD` and the like."""

    unit: Literal["ADAPTIVE", "SECONDS", "MINUTES", "HOURS", "DAYS"]
    form: Literal["WORD", "SYMBOL"]


class DateField(NamedTuple):
    """A letter of a SimpleDateFormat pattern, `width` times; or a text where `letter` is empty."""

    letter: str
    width: int
    text: str = ""


# A character and whether it is quoted.
_Characters: TypeAlias = list[tuple[str, bool]]

_TOKEN = re.compile(r"''|'(?P<quoted>(?:[^']|'')+)'|(?P<plain>[^'])|(?P<open>')", re.DOTALL)
_TIMESPAN = re.compile(r"(ADAPTIVE|SECONDS|MINUTES|HOURS|DAYS):(WORD|SYMBOL)")
_SPAN_LETTERS = "dDHmsS"
_DATE_LETTERS = "GyYMLwWDdFEuaHkKhmsSzZX"
# Letters of other programs' patterns (German, French and Italian spreadsheets among them), and ours for the same.
_DAY, _YEAR = "for the day write d", "for the year write y"
_DATE_HINTS = {"T": _DAY, "t": _DAY, "j": _DAY, "g": _DAY, "J": _YEAR, "A": _YEAR, "e": "for the weekday write EEEE"}
_SPAN_HINTS = {"h": "for hours write H", "k": "for hours write H", "K": "for hours write H", "M": "for minutes write m"}


@lru_cache(maxsize=512)
def number_pattern(pattern: str) -> NumberPattern:
    """DecimalFormat pattern -> its parts."""
    positive, *more = _split(_characters(pattern))
    prefix, digits, exponent, suffix = _sides(positive)
    if not digits.strip(",."):
        raise PatternError("a number pattern needs at least one # or 0, for instance #,##0.##")
    if len(more) > 1:
        raise PatternError("a number pattern has one ; at most, before the part for negative numbers; quote others: ';'")
    negative: tuple[Affix, Affix] | None = None
    if more:
        below, below_digits, _, behind = _sides(more[0])
        if not below_digits.strip(",."):
            raise PatternError("the part after ; is for negative numbers and needs a # or 0 too, for instance 0;(0)")
        negative = _affix(below), _affix(behind)
    whole, point, fraction = digits.partition(".")
    _check_digits(whole, fraction, exponent)
    bare = whole.replace(",", "")
    least_integers, least_fractions = bare.count("0"), fraction.count("0")
    if point and not least_integers and not least_fractions:  # as Java: #.## is read as 0.##, and .## as .0#
        least_integers, least_fractions = (1, 0) if bare else (0, 1)
    signs = [sign for sign, is_quoted in [*prefix, *suffix] if sign in "%‰" and not is_quoted]
    if len(signs) > 1:
        raise PatternError(f"% and ‰ stand once in a number pattern; quote what is mere text: '{signs[1]}'")
    return NumberPattern(
        _affix(prefix),
        _affix(suffix),
        None if negative == (_affix(prefix), _affix(suffix)) else negative,
        len(whole) - whole.rfind(",") - 1 if "," in whole else 0,
        least_integers,
        len(bare),
        least_fractions,
        len(fraction),
        bool(point and not fraction),
        {"%": 100, "‰": 1000}[signs[0]] if signs else 1,
        max(len(exponent) - 1, 0),
    )


def _check_digits(whole: str, fraction: str, exponent: str) -> None:
    if "." in fraction:
        raise PatternError("a number pattern has one decimal point; write . for the point and , to group thousands")
    if "," in fraction:
        raise PatternError("`,` groups thousands and stands before the decimal point, for instance #,##0.00")
    if re.search(r"0,*#", whole):
        raise PatternError("before the point every # stands left of every 0, for instance #,##0")
    if "#0" in fraction:
        raise PatternError("after the point every 0 stands left of every #, for instance 0.0#")
    if whole.endswith(","):
        raise PatternError("`,` must be followed by # or 0, for instance #,##0")
    if exponent == "E":
        raise PatternError("E must be followed by zeros, for instance 0.##E0; quote a mere letter: 'E'")
    if exponent and "," in whole:
        raise PatternError("a pattern with E groups no thousands; leave out the comma, for instance ##0.##E0")


def _characters(pattern: str) -> _Characters:
    if len(pattern) > LONGEST:
        raise PatternError(f"a pattern has at most {LONGEST} characters; join longer texts with +")
    found: _Characters = []
    for token in _TOKEN.finditer(pattern):
        if token["open"]:
            raise PatternError("a ' in the pattern is not closed; write '' for the sign itself")
        if token["plain"]:
            found.append((token["plain"], False))
        else:
            found += [(character, True) for character in (token["quoted"] or "''").replace("''", "'")]
    return found


def _split(characters: _Characters) -> list[_Characters]:
    parts: list[_Characters] = [[]]
    for character in characters:
        if character == (";", False):
            parts.append([])
        else:
            parts[-1].append(character)
    return parts


def _sides(part: _Characters) -> tuple[_Characters, str, str, _Characters]:
    """What stands before the digits, the digits, the exponent with its E, what stands behind."""
    # One character per character: 0 for what is a digit, E, or a blank for mere text.
    kinds = "".join(" " if is_quoted else "0" if each in "#0,." else "E" if each == "E" else " " for each, is_quoted in part)
    start = kinds.find("0")
    if start < 0:
        return part, "", "", []
    end = next((index for index in range(start, len(part)) if kinds[index] != "0"), len(part))
    digits = "".join(character for character, _ in part[start:end])
    exponent = ""
    if kinds.startswith("E", end):
        zeros = next((index for index in range(end + 1, len(part)) if part[index] != ("0", False)), len(part))
        exponent = "E" + "0" * (zeros - end - 1)
        end = zeros
    behind = kinds.find("0", end)
    if behind >= 0:
        stray = part[behind][0] if digits.strip(",.") else digits
        raise PatternError(f"the # and 0 of a number pattern stand together; quote what is mere text: '{stray}'")
    for character, is_quoted in [*part[:start][-1:], *part[end:][:1]]:
        if not is_quoted and character in "123456789":
            raise PatternError(f"`{character}` would read as part of the number; write 0 for a digit, or quote it: '{character}'")
    return part[:start], digits, exponent, part[end:]


def _affix(side: _Characters) -> Affix:
    if ("¤", False) in side:
        raise PatternError("¤ stands for no certain currency; write the one you mean, for instance 0.00 €")
    pieces = groupby(side, key=lambda each: not each[1] and each[0] in "%‰-")
    return Affix(tuple(("".join(character for character, _ in piece), is_sign) for is_sign, piece in pieces))


@lru_cache(maxsize=512)
def date_pattern(pattern: str) -> tuple[DateField, ...]:
    """SimpleDateFormat pattern -> its fields."""
    fields = _fields(pattern, _DATE_LETTERS, "no letter of a time pattern", _DATE_HINTS)
    if not any(field.letter for field in fields):
        raise PatternError("a time pattern needs at least one letter that is not quoted, for instance HH:mm or dd.MM.yyyy")
    if any(field.letter == "X" and field.width > 3 for field in fields):
        raise PatternError("X stands once to three times: X for +01, XX for +0100, XXX for +01:00")
    return fields


@lru_cache(maxsize=512)
def timespan_pattern(pattern: str) -> TimespanPattern | tuple[DateField, ...]:
    """A timespan's pattern: our own words, or the letters d H m s S (D is d)."""
    match = _TIMESPAN.fullmatch(pattern)
    if match is not None:
        return TimespanPattern(match[1], match[2])  # type: ignore[arg-type]
    is_word = re.fullmatch(r"[A-Za-z]{3,}:[A-Za-z]{3,}|[A-Z]{4,}", pattern) and set(pattern) - set(_SPAN_LETTERS + ":")
    fields = () if is_word else _fields(pattern, _SPAN_LETTERS, "nothing a timespan has", _SPAN_HINTS)
    if not any(field.letter for field in fields):
        units = "ADAPTIVE, SECONDS, MINUTES, HOURS or DAYS, then :WORD or :SYMBOL"
        raise PatternError(f"a timespan is written by {units}, for instance ADAPTIVE:WORD, or by letters, for instance H:mm")
    return fields


def _fields(pattern: str, letters: str, refusal: str, hints: dict[str, str]) -> tuple[DateField, ...]:
    fields: list[DateField] = []
    characters = _characters(pattern)
    for letter, run in groupby(characters, key=lambda each: each[0] if _is_letter(each) else ""):
        text = "".join(character for character, _ in run)
        if not letter:
            fields.append(DateField("", 0, text))
        elif letter in letters:
            fields.append(DateField(letter, len(text)))
        else:
            _refuse(letter, characters, letters, refusal, hints)
    return tuple(fields)


def _is_letter(each: tuple[str, bool]) -> bool:
    return not each[1] and each[0].isascii() and each[0].isalpha()


def _refuse(letter: str, characters: _Characters, letters: str, refusal: str, hints: dict[str, str]) -> NoReturn:
    """Names the whole word to quote (`Uhr`), or the letter alone where fields stand beside it (`ddTHH`)."""
    words = "".join(each[0] if _is_letter(each) else " " for each in characters).split()
    word = next(word for word in words if letter in word)
    hint = f"{hints[letter]}, or" if letter in hints and set(word) == {letter} else "if it is mere text,"
    if re.search(rf"([{letters}])\1", word):
        word = letter
    raise PatternError(f"`{letter}` is {refusal}; {hint} quote it: '{word}'")
