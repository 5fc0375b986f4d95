"""Formatting: a value as text, in the reader's language and the building's zone.

Numbers as Java's DecimalFormat (half-even on the exact binary value), times as SimpleDateFormat, timespans in
words; names and signs come from CLDR. A pattern that cannot be read at run time gives the value by its default
pattern: a message is sent in any case. No value is written as an en dash. Never raises for want of sense.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from functools import lru_cache
from math import isfinite, isnan
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_time, get_timezone_name
from babel.units import format_unit

from hearth.core.instants import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS
from hearth.core.missing import Missing
from hearth.language.patterns import (
    Affix,
    DateField,
    NumberPattern,
    PatternError,
    TimespanPattern,
    date_pattern,
    number_pattern,
    timespan_pattern,
)
from hearth.language.types import Kind

NO_VALUE = "–"
DEFAULT_NUMBER = "#,##0.##"
_YES_NO = {
    "de": ("ja", "nein"),
    "en": ("yes", "no"),
    "es": ("sí", "no"),
    "fr": ("oui", "non"),
    "it": ("sì", "no"),
    "nl": ("ja", "nee"),
    "pt": ("sim", "não"),
}
_UNITS = {"DAYS": ("day", DAY_MS), "HOURS": ("hour", HOUR_MS), "MINUTES": ("minute", MINUTE_MS), "SECONDS": ("second", SECOND_MS)}
_PRECISE = Context(prec=400, rounding=ROUND_HALF_EVEN)


@lru_cache(maxsize=256)
def locale_named(name: str) -> Locale:
    """Language tag ("de", "de-CH") -> locale; the language alone, then English, where it is unknown."""
    for candidate in (name, name.replace("_", "-").split("-")[0]):
        try:
            return Locale.parse(candidate.replace("-", "_"))
        except (ValueError, UnknownLocaleError, TypeError):
            continue
    return Locale("en")


def number_text(value: float, pattern: str, locale_name: str) -> str:
    """A number by a DecimalFormat pattern."""
    locale = locale_named(locale_name)
    signs = locale.number_symbols.get("latn", {})
    if isnan(value):
        return NO_VALUE
    try:
        parts = number_pattern(pattern)
    except PatternError:
        parts = number_pattern(DEFAULT_NUMBER)
    minus = signs.get("minusSign", "-")
    if isfinite(value):
        exact = abs(Decimal(value)) * parts.scale
        digits, is_zero = _digits(exact, parts, signs)
    else:
        digits, is_zero = "∞", False
    is_negative = value < 0 and not is_zero
    if is_negative and parts.negative is not None:
        prefix, suffix = parts.negative
        return _affix(prefix, signs) + digits + _affix(suffix, signs)
    sign = minus if is_negative else ""
    return sign + _affix(parts.prefix, signs) + digits + _affix(parts.suffix, signs)


def _affix(affix: Affix, signs: dict[str, str]) -> str:
    names = {"%": "percentSign", "‰": "perMille", "-": "minusSign"}
    return "".join(signs.get(names[text], text) if is_sign else text for text, is_sign in affix.parts)


def _digits(exact: Decimal, parts: NumberPattern, signs: dict[str, str]) -> tuple[str, bool]:
    if parts.exponent_digits:
        return _scientific(exact, parts, signs)
    rounded = exact.quantize(Decimal(1).scaleb(-parts.most_fractions), context=_PRECISE)
    whole, _, fraction = f"{rounded:f}".partition(".")
    fraction = fraction.rstrip("0").ljust(parts.least_fractions, "0")
    whole = whole.lstrip("0").rjust(parts.least_integers, "0")
    if not whole and not fraction:
        whole = "0"
    if parts.grouping:
        whole = _grouped(whole, parts.grouping, signs.get("group", ","))
    written = whole + (signs.get("decimal", ".") + fraction if fraction else "")
    return written, not rounded


def _grouped(whole: str, size: int, mark: str) -> str:
    head = len(whole) % size
    groups = [whole[:head]] if head else []
    return mark.join(groups + [whole[index : index + size] for index in range(head, len(whole), size)])


def _scientific(exact: Decimal, parts: NumberPattern, signs: dict[str, str]) -> tuple[str, bool]:
    """One digit before the point per 0 of the pattern, or a multiple of the digits where there are # before."""
    exponent = exact.adjusted() if exact else 0
    if parts.most_integers > parts.least_integers and parts.most_integers > 1:
        exponent = exponent // parts.most_integers * parts.most_integers
    else:
        exponent -= max(parts.least_integers, 1) - 1
    mantissa = exact.scaleb(-exponent, context=_PRECISE)
    plain = parts._replace(exponent_digits=0, grouping=0, least_integers=max(parts.least_integers, 1))
    written, is_zero = _digits(mantissa, plain, signs)
    sign = signs.get("minusSign", "-") if exponent < 0 else ""
    return f"{written}{signs.get('exponential', 'E')}{sign}{str(abs(exponent)).rjust(parts.exponent_digits, '0')}", is_zero


def time_text(time_ms: float, pattern: str | None, locale_name: str, zone: ZoneInfo) -> str:
    """An instant by a SimpleDateFormat pattern, or medium date and short time."""
    try:
        moment = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=time_ms)).astimezone(zone)
    except (OverflowError, ValueError):
        return NO_VALUE
    locale = locale_named(locale_name)
    fields: tuple[DateField, ...] | None = None
    if pattern is not None:
        try:
            fields = date_pattern(pattern)
        except PatternError:
            fields = None
    if fields is None:
        both = locale.datetime_formats["medium"]
        day = format_date(moment.date(), "medium", locale=locale)
        clock = format_time(moment, "short", tzinfo=zone, locale=locale)
        return str(both).replace("{0}", clock).replace("{1}", day).replace("'", "")
    return "".join(_field(field, moment, locale) for field in fields)


def _field(field: DateField, moment: datetime, locale: Locale) -> str:
    letter, count = field.letter, field.width
    match letter:
        case "":
            return field.text
        case "y" | "Y":
            year = moment.year if letter == "y" else moment.isocalendar().year
            return f"{year % 100:02}" if count == 2 else str(year).rjust(count, "0")
        case "M" | "L":
            if count < 3:
                return str(moment.month).rjust(count, "0")
            return format_datetime(moment, letter * min(count, 4), locale=locale)
        case "E":
            return format_datetime(moment, "EEEE" if count >= 4 else "EEE", locale=locale)
        case "a" | "G":
            return format_datetime(moment, letter, locale=locale)
        case "X":
            return _offset(moment, ":" if count == 3 else "", is_short=count == 1, utc="Z")
        case "Z":
            return _offset(moment, "", is_short=False, utc=None)
        case "z":
            width = "long" if count >= 4 else "short"
            return get_timezone_name(moment, width, locale=locale)  # type: ignore[arg-type]
    return str(_NUMERIC[letter](moment)).rjust(count, "0")


_NUMERIC: dict[str, Callable[[datetime], int]] = {
    "w": lambda moment: moment.isocalendar().week,
    "W": lambda moment: (moment.day + moment.replace(day=1).weekday() - 1) // 7 + 1,
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


def _offset(moment: datetime, colon: str, is_short: bool, utc: str | None) -> str:
    offset = moment.utcoffset() or timedelta()
    if utc is not None and not offset:
        return utc
    minutes = abs(int(offset.total_seconds())) // 60
    sign = "-" if offset < timedelta() else "+"
    return f"{sign}{minutes // 60:02}" if is_short else f"{sign}{minutes // 60:02}{colon}{minutes % 60:02}"


def timespan_text(span_ms: float, pattern: str | None, locale_name: str) -> str:
    """A timespan in words, or by the letters d H m s S: the largest unit of the pattern takes all the rest."""
    if not isfinite(span_ms):
        return NO_VALUE if isnan(span_ms) else "∞"
    try:
        parts = timespan_pattern(pattern if pattern is not None else "ADAPTIVE:WORD")
    except PatternError:
        parts = TimespanPattern("ADAPTIVE", "WORD")
    if not isinstance(parts, TimespanPattern):
        return _span_by_letters(round(span_ms), parts)
    unit, unit_ms = _UNITS[parts.unit] if parts.unit != "ADAPTIVE" else _adaptive(span_ms)
    amount = round(span_ms / unit_ms, 2)
    if not isfinite(amount):
        return "∞"
    length = "long" if parts.form == "WORD" else "short"
    with localcontext(_PRECISE):  # the usual 28 digits do not hold every amount
        return format_unit(amount, f"duration-{unit}", length, DEFAULT_NUMBER, locale_named(locale_name))  # type: ignore[arg-type]


def _adaptive(span_ms: float) -> tuple[str, int]:
    """The largest unit of which there is at least one."""
    return next((each for each in _UNITS.values() if abs(span_ms) >= each[1]), _UNITS["SECONDS"])


def _span_by_letters(span_ms: int, fields: tuple[DateField, ...]) -> str:
    letters = {"d": DAY_MS, "D": DAY_MS, "H": HOUR_MS, "m": MINUTE_MS, "s": SECOND_MS, "S": 1}
    rest = abs(span_ms)
    amounts: dict[str, int] = {}
    present = {field.letter for field in fields}
    for letter, unit_ms in letters.items():
        if letter in present:
            amounts[letter], rest = divmod(rest, unit_ms)
    written = "".join(str(amounts[field.letter]).rjust(field.width, "0") if field.letter else field.text for field in fields)
    return f"-{written}" if span_ms < 0 and any(amounts.values()) else written


def entry_text(value: Any, kind: Kind, pattern: str | None, locale: str, zone: ZoneInfo) -> str:
    """One value of a kind (an Event's value for an Event) as text."""
    if value.__class__ is Missing:
        return NO_VALUE
    match kind:
        case "Text":
            return str(value)
        case "Boolean":
            words = _YES_NO.get(locale_named(locale).language, _YES_NO["en"])
            return words[0] if value else words[1]
        case "Time":
            return time_text(value, pattern, locale, zone)
        case "Timespan":
            return timespan_text(value, pattern, locale)
    return number_text(value, pattern if pattern is not None else DEFAULT_NUMBER, locale)


def vector_text(values: Iterable[Any], kind: Kind, pattern: str | None, locale: str, zone: ZoneInfo) -> str:
    """Several values, with commas."""
    return ", ".join(entry_text(value, kind, pattern, locale, zone) for value in values)


def group_name(name: Any, is_time: bool, locale: str, zone: ZoneInfo) -> str:
    """The name of a group: a device's name, a building's id, or the start of a span."""
    return time_text(name, None, locale, zone) if is_time else str(name)
