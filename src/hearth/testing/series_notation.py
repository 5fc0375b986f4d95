"""The compact notation of series: `1 _ 5x3 0+10x5` -> values (conformance/README.md says what the words mean).

Pure notation, shared by the corpora and by the scenarios of rules. A word that means nothing is refused with a
ValueError that says so.
"""

import re
from decimal import Decimal

UNITS_MS = {"s": 1000, "min": 60_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
NUMBER = r"-?\d+(?:\.\d+)?(?:e[-+]?\d+)?"
_TERM = re.compile(rf"(?:(?P<gap>_)|(?P<first>{NUMBER})(?:(?P<sign>[-+])(?P<step>{NUMBER})(?=x))?)(?:x(?P<times>[1-9]\d*))?")


def span_of(text: str) -> int:
    """`10m` -> milliseconds."""
    match = re.fullmatch(r"([\d.]+)(s|min|m|h|d)", text)
    if match is None:
        raise ValueError(f"{text!r} is no timespan")
    return int(float(match[1]) * UNITS_MS[match[2]])


def values_of(text: str) -> list[float | None]:
    """`1 5x3 0+10x5 _x2` -> a value, or None for a gap, for each step."""
    values: list[float | None] = []
    for word in text.split():
        match = _TERM.fullmatch(word)
        if match is None:
            raise ValueError(f"{word!r} is neither a value, nor repeated values, nor a run, nor a gap")
        times = int(match["times"] or 1)
        if match["gap"]:
            values += [None] * times
            continue
        step = Decimal(match["step"] or 0) * (-1 if match["sign"] == "-" else 1)
        values += [float(Decimal(match["first"]) + count * step) for count in range(times)]
    return values
