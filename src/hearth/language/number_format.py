"""Numbers as text: what java.text.DecimalFormat makes of a pattern, with the signs of the reader's language.

Rounds half-even on the exact binary value, as Java does: 0.125 by `0.00` is 0.12, a true tie, but 2.675, stored
as 2.67499…, is 2.67. Digits beyond those that tell a value from its neighbours are zeros: 0.1 by
`0.000000000000000000` ends in zeros. `%` and `‰` multiply before rounding, in binary, also as in Java.
Two deliberate differences: what rounds to zero has no sign (Java: -0), and digits are always 0 to 9.
"""

from decimal import Decimal
from functools import lru_cache
from math import inf, isfinite, isnan
from typing import NamedTuple

from hearth.language.locales import locale_named
from hearth.language.patterns import Affix, NumberPattern, PatternError, number_pattern

NO_VALUE = "–"
DEFAULT_NUMBER = "#,##0.##"


class _Style(NamedTuple):
    """A pattern in a language; a negative number's prefix has its minus."""

    pattern: NumberPattern
    prefix: str
    suffix: str
    negative_prefix: str
    negative_suffix: str
    point: str
    group: str
    minus: str
    exponential: str


@lru_cache(maxsize=1024)
def _style(pattern: str, locale_name: str) -> _Style:
    signs = locale_named(locale_name).number_symbols.get("latn", {})
    try:
        parts = number_pattern(pattern)
    except PatternError:
        parts = number_pattern(DEFAULT_NUMBER)
    minus = signs.get("minusSign", "-")
    in_language = {"%": signs.get("percentSign", "%"), "‰": signs.get("perMille", "‰"), "-": minus}

    def written(affix: Affix) -> str:
        return "".join("".join(in_language[each] for each in text) if is_sign else text for text, is_sign in affix.parts)

    prefix, suffix = written(parts.prefix), written(parts.suffix)
    below, behind = (minus + prefix, suffix) if parts.negative is None else map(written, parts.negative)
    point, group = signs.get("decimal", "."), signs.get("group", ",")
    return _Style(parts, prefix, suffix, below, behind, point, group, minus, signs.get("exponential", "E"))


def as_float(value: float) -> float:
    """A number as a float; a whole number too large for one is infinite."""
    try:
        return float(value)
    except OverflowError:
        return inf if value > 0 else -inf


def number_text(value: float, pattern: str, locale_name: str) -> str:
    """A number by a DecimalFormat pattern; by the default pattern where it cannot be read."""
    style = _style(pattern, locale_name)
    scaled = as_float(value) * style.pattern.scale
    if isnan(scaled):
        return NO_VALUE
    size = abs(scaled)
    if not isfinite(size):
        digits = "∞"
    elif style.pattern.exponent_digits:
        digits = _scientific(size, style)
    else:
        digits = _plain(size, style)
    if scaled < 0 and digits.strip(f"0{style.point}{style.group}"):
        return style.negative_prefix + digits + style.negative_suffix
    return style.prefix + digits + style.suffix


def _plain(size: float, style: _Style) -> str:
    parts = style.pattern
    text = repr(size)
    if "e" in text:
        text = f"{Decimal(text):f}"
    whole, _, fraction = text.partition(".")
    fraction = fraction.rstrip("0")
    if len(fraction) > parts.most_fractions:
        whole, _, fraction = f"{size:.{parts.most_fractions}f}".partition(".")
        fraction = fraction.rstrip("0")
    fraction = fraction.ljust(parts.least_fractions, "0")
    whole = whole.lstrip("0").rjust(parts.least_integers, "0")
    if not whole and not fraction:
        whole = "0"
    if parts.grouping and len(whole) > parts.grouping:
        head = len(whole) % parts.grouping or parts.grouping
        groups = [whole[index : index + parts.grouping] for index in range(head, len(whole), parts.grouping)]
        whole = style.group.join([whole[:head], *groups])
    return whole + style.point + fraction if fraction or parts.shows_point else whole


def _scientific(size: float, style: _Style) -> str:
    """As many digits before the point as there are 0; with # before them, an exponent that is a multiple of both."""
    parts = style.pattern
    significant = parts.most_integers + parts.most_fractions
    text = f"{Decimal(repr(size)):e}"
    if len(text.partition("e")[0].rstrip("0")) > significant + 1:
        text = f"{size:.{significant - 1}e}"
    mantissa, _, power = text.partition("e")
    digits = mantissa.replace(".", "").rstrip("0")
    integers = max(parts.least_integers, 1 if not digits else 0)
    exponent = 0
    if digits:
        before_point = int(power) + 1
        if parts.most_integers > max(parts.least_integers, 1):
            exponent = (before_point - 1) // parts.most_integers * parts.most_integers
        else:
            exponent = before_point - parts.least_integers
        integers = before_point - exponent
    digits = digits.ljust(max(integers, parts.least_integers + parts.least_fractions), "0")
    whole, fraction = digits[:integers], digits[integers:]
    written = whole + style.point + fraction if fraction or parts.shows_point else whole
    sign = style.minus if exponent < 0 else ""
    return f"{written}{style.exponential}{sign}{str(abs(exponent)).rjust(parts.exponent_digits, '0')}"
