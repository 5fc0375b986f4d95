"""Ranges: between which numbers a value lies whatever the events are, and what a comparison of ranges decides.

A count is never negative, a remainder is smaller than the divisor, a percentage lies between 0 and 100. Where
nothing is known a value may be anything. Invariant: a value, if there is one, lies in the range that is told.
"""

from math import inf, isfinite
from operator import mul, truediv
from typing import NamedTuple

from hearth.language.typed import Typed, typed_spine


class Range(NamedTuple):
    """The numbers from `low` to `high`; an open end is not among them."""

    low: float = -inf
    high: float = inf
    is_low_open: bool = False
    is_high_open: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether there is no number in it."""
        return self.low > self.high or (self.low == self.high and (self.is_low_open or self.is_high_open))

    @property
    def is_point(self) -> bool:
        """Whether it is one number."""
        return self.low == self.high and not self.is_empty

    def within(self, other: "Range") -> "Range":
        """The numbers in both."""
        low, is_low_open = max((self.low, self.is_low_open), (other.low, other.is_low_open))
        high, is_high_closed = min((self.high, not self.is_high_open), (other.high, not other.is_high_open))
        return Range(low, high, is_low_open, not is_high_closed)

    def negated(self) -> "Range":
        """The range of the number with the other sign."""
        return Range(-self.high, -self.low, self.is_high_open, self.is_low_open)


ANYTHING = Range()
_NOT_NEGATIVE = Range(0.0)
_CALLS = {"COUNT": _NOT_NEGATIVE, "ABS": _NOT_NEGATIVE, "POSITION": Range(1.0)}
_PERCENTAGE = Range(0.0, 100.0)
_KEEPS_RANGE = ("AVG", "MIN", "MAX")


def range_of(node: Typed) -> Range:
    """The range of a single number."""
    first, chain = typed_spine(node)
    found = _single(first)
    for each in chain:
        found = _computed(str(each.value), found, range_of(each.children[1])) if each.role == "operator" else ANYTHING
    return found


def compared(symbol: str, left: Range, right: Range) -> bool | None:
    """What `left symbol right` gives for all numbers of the ranges; None where that depends on them."""
    if symbol in (">", ">="):
        return compared("<" if symbol == ">" else "<=", right, left)
    if symbol in ("=", "!="):
        if left.within(right).is_empty:
            return symbol == "!="
        return symbol == "=" if left.is_point and right.is_point else None
    is_apart = left.high == right.low and (left.is_high_open or right.is_low_open)
    is_apart_otherwise = left.low == right.high and (left.is_low_open or right.is_high_open)
    if symbol == "<":
        return True if left.high < right.low or is_apart else False if left.low >= right.high else None
    return True if left.high <= right.low else False if left.low > right.high or is_apart_otherwise else None


def _single(node: Typed) -> Range:
    value = node.value
    if node.role == "constant" and isinstance(value, int | float) and not isinstance(value, bool):
        return Range(float(value), float(value))
    if node.role == "minus":
        return range_of(node.children[0]).negated()
    if node.role == "word" and value in ("StreakCounter", "DeliveredNotificationCounter"):
        return _NOT_NEGATIVE
    if node.role == "call" and value in _CALLS:
        return _CALLS[str(value)]
    if node.unit == "%" and (node.role in ("dataset", "attribute") or (node.role == "call" and value in _KEEPS_RANGE)):
        return _PERCENTAGE if _is_measured(node) else ANYTHING
    return ANYTHING


def _is_measured(node: Typed) -> bool:
    """Whether a value is that of an event, not computed from it."""
    while node.role in ("attribute", "call") and node.children:
        node = node.children[0]
    return node.role == "dataset"


def _computed(symbol: str, left: Range, right: Range) -> Range:
    """Of bounded or half-bounded ranges by interval arithmetic; ends stay open only where that is plain."""
    if symbol == "-":
        symbol, right = "+", right.negated()
    if symbol == "+":
        return Range(
            left.low + right.low,
            left.high + right.high,
            left.is_low_open or right.is_low_open,
            left.is_high_open or right.is_high_open,
        )
    if symbol == "%" and right.is_point and right.low:
        bound = abs(right.low)
        return Range(0.0 if left.low >= 0 else -bound, bound, left.low < 0, True)
    if symbol in "*/" and right.is_point and right.low and isfinite(right.low):
        compute = mul if symbol == "*" else truediv
        low, high = compute(left.low, right.low), compute(left.high, right.low)
        scaled = Range(low, high, left.is_low_open, left.is_high_open)
        return scaled if right.low > 0 else Range(high, low, left.is_high_open, left.is_low_open)
    return ANYTHING
