"""Times and timespans as text: what java.text.SimpleDateFormat makes of a pattern, and spans in words.

Names, the default format and words of units are CLDR's in the reader's language; the clock is the building's.
Deliberate differences from Java: weeks (w, W, Y) are ISO weeks whatever the language, for Java would count "de"
without a country as the United States do, and a household's week has one number in all its languages; the
calendar is Gregorian also before 1582; an instant outside the years 1 to 9999 has no text and is written as no
value. A timespan's largest unit takes all the rest (25 h by `HH:mm` are 25:00, not 01:00 of the next day).
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache, partial
from math import inf
from typing import TypeAlias
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time, get_timezone_name
from babel.units import format_unit

from hearth.core.instants import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS
from hearth.language.locales import locale_named
from hearth.language.number_format import DEFAULT_NUMBER, NO_VALUE, as_float, number_text
from hearth.language.patterns import DateField, PatternError, TimespanPattern, date_pattern, timespan_pattern

_Writer: TypeAlias = Callable[[datetime], str]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Smallest first, each with the size of the next.
_UNITS = {
    "SECONDS": ("second", SECOND_MS, MINUTE_MS),
    "MINUTES": ("minute", MINUTE_MS, HOUR_MS),
    "HOURS": ("hour", HOUR_MS, DAY_MS),
    "DAYS": ("day", DAY_MS, inf),
}
# Longer than this, some 30 million million years, is written as ∞.
_ENDLESS_MS = 1e24
_SPAN_LETTERS = {"d": DAY_MS, "D": DAY_MS, "H": HOUR_MS, "m": MINUTE_MS, "s": SECOND_MS, "S": 1}


def time_text(time_ms: float, pattern: str | None, locale_name: str, zone: ZoneInfo) -> str:
    """An instant by a SimpleDateFormat pattern; medium date and short time where there is none that can be read."""
    try:
        moment = (_EPOCH + timedelta(milliseconds=time_ms)).astimezone(zone)
    except (OverflowError, ValueError):
        return NO_VALUE
    return "".join([write(moment) for write in _writers(pattern, locale_name)])


@lru_cache(maxsize=1024)
def _writers(pattern: str | None, locale_name: str) -> tuple[_Writer, ...]:
    locale = locale_named(locale_name)
    fields: tuple[DateField, ...] | None = None
    if pattern is not None:
        try:
            fields = date_pattern(pattern)
        except PatternError:
            fields = None
    if fields is None:
        fields = _default_fields(locale)
    elif len(fields) == 1 and fields[0].letter == "M":  # as Java: a month alone is not declined
        fields = (fields[0]._replace(letter="L"),)
    return tuple(_writer(field, locale) for field in fields)


def _default_fields(locale: Locale) -> tuple[DateField, ...]:
    """CLDR's own patterns use the same letters, but for B (at night, in the afternoon), for which a does."""
    both = str(locale.datetime_formats["medium"]).replace("{0}", locale.time_formats["short"].pattern)
    return date_pattern(both.replace("{1}", locale.date_formats["medium"].pattern).replace("B", "a"))


def _writer(field: DateField, locale: Locale) -> _Writer:
    letter, width = field.letter, field.width
    match letter:
        case "":
            return lambda moment: field.text
        case "y" | "Y" if width == 2:
            take = _NUMERIC[letter]
            return lambda moment: f"{take(moment) % 100:02}"
        case "M" | "L" if width >= 3:
            months = locale.months["format" if letter == "M" else "stand-alone"]["abbreviated" if width == 3 else "wide"]
            names = [months[number] for number in range(1, 13)]
            return lambda moment: names[moment.month - 1]
        case "E":
            days = locale.days["format"]["abbreviated" if width <= 3 else "wide"]
            names = [days[number] for number in range(7)]
            return lambda moment: names[moment.weekday()]
        case "a":
            halves = format_time(time(0), "a", locale=locale), format_time(time(12), "a", locale=locale)
            return lambda moment: halves[moment.hour // 12]
        case "G":
            era = format_date(date(2000, 1, 1), "G", locale=locale)
            return lambda moment: era
        case "z":
            return partial(_zone_name, is_long=width >= 4, locale=locale)
        case "Z":
            return _offset
        case "X":
            return lambda moment: "Z" if not moment.utcoffset() else _offset(moment, ":" if width == 3 else "", width == 1)
    take = _NUMERIC[letter]
    return lambda moment: str(take(moment)).rjust(width, "0")


_NUMERIC: dict[str, Callable[[datetime], int]] = {
    "y": lambda moment: moment.year,
    "Y": lambda moment: moment.isocalendar().year,
    "M": lambda moment: moment.month,
    "L": lambda moment: moment.month,
    "w": lambda moment: moment.isocalendar().week,
    "W": lambda moment: _week_of_month(moment.day, moment.replace(day=1).weekday()),
    "D": lambda moment: moment.timetuple().tm_yday,
    "d": lambda moment: moment.day,
    "F": lambda moment: (moment.day - 1) // 7 + 1,
    "u": lambda moment: moment.isoweekday(),
    "H": lambda moment: moment.hour,
    "k": lambda moment: moment.hour or 24,
    "K": lambda moment: moment.hour % 12,
    "h": lambda moment: moment.hour % 12 or 12,
    "m": lambda moment: moment.minute,
    "s": lambda moment: moment.second,
    "S": lambda moment: moment.microsecond // 1000,
}


def _week_of_month(day: int, first_weekday: int) -> int:
    """Week 1 is the first with four days of the month or more, as ISO counts the weeks of a year; before it is 0."""
    return (day + first_weekday - 1) // 7 + (first_weekday <= 3)


def _zone_name(moment: datetime, is_long: bool, locale: Locale) -> str:
    name = get_timezone_name(moment, "long" if is_long else "short", locale=locale)
    # Where the language has no short name of its own (+0100), the one of the zone (CET) says more.
    return name if is_long or name.isalpha() else moment.tzname() or name


def _offset(moment: datetime, colon: str = "", is_short: bool = False) -> str:
    offset = moment.utcoffset() or timedelta()
    minutes = abs(int(offset.total_seconds())) // 60
    sign = "-" if offset < timedelta() else "+"
    return f"{sign}{minutes // 60:02}" if is_short else f"{sign}{minutes // 60:02}{colon}{minutes % 60:02}"


def timespan_text(span_ms: float, pattern: str | None, locale_name: str) -> str:
    """A timespan in words, or by the letters d H m s S, cut off below the smallest; ADAPTIVE:WORD by default."""
    span_ms = as_float(span_ms)
    if not abs(span_ms) < _ENDLESS_MS:
        return number_text(span_ms * inf, DEFAULT_NUMBER, locale_name)
    try:
        parts = timespan_pattern(pattern if pattern is not None else "ADAPTIVE:WORD")
    except PatternError:
        parts = TimespanPattern("ADAPTIVE", "WORD")
    if not isinstance(parts, TimespanPattern):
        return _span_by_letters(round(span_ms), parts, locale_name)
    unit, amount = _adaptive(span_ms) if parts.unit == "ADAPTIVE" else _amount(span_ms, *_UNITS[parts.unit][:2])
    return _words(unit, amount, "long" if parts.form == "WORD" else "short", locale_name)


def _amount(span_ms: float, unit: str, unit_ms: int) -> tuple[str, float]:
    return unit, round(span_ms / unit_ms, 2) + 0.0  # + 0.0: no sign before zero


def _adaptive(span_ms: float) -> tuple[str, float]:
    """The largest unit of which there is one, once the amount is rounded: never 60 minutes, but 1 hour."""
    for name, unit_ms, next_ms in _UNITS.values():
        unit, amount = _amount(span_ms, name, unit_ms)
        if abs(amount) * unit_ms < next_ms:
            break
    return unit, amount


@lru_cache(maxsize=4096)
def _words(unit: str, amount: float, length: str, locale_name: str) -> str:
    return format_unit(amount, f"duration-{unit}", length, DEFAULT_NUMBER, locale_named(locale_name))  # type: ignore[arg-type]


def _span_by_letters(span_ms: int, fields: tuple[DateField, ...], locale_name: str) -> str:
    rest = abs(span_ms)
    amounts: dict[str, int] = {}
    for letter, unit_ms in _SPAN_LETTERS.items():
        if any(field.letter == letter for field in fields):
            amounts[letter], rest = divmod(rest, unit_ms)
    written = [str(amounts[field.letter]).rjust(field.width, "0") if field.letter else field.text for field in fields]
    if span_ms < 0 and any(amounts.values()):
        first = next(index for index, field in enumerate(fields) if field.letter)
        written[first] = locale_named(locale_name).number_symbols.get("latn", {}).get("minusSign", "-") + written[first]
    return "".join(written)
