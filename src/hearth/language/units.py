"""Units of measure: what unit a computed number has, where that can be told from the units of the datasets.

A unit is its symbol ("W", "kWh", "°C"), None where it is not known. A constant has none and takes that of the other
side. Dividing by 1,000 is read as a change of scale, for that is what authors do to write kilowatts.
"""

from hearth.language.typed import Typed

# Symbols from the smallest to the largest, each 1,000 of the one before.
_SCALES = (("W", "kW", "MW"), ("Wh", "kWh", "MWh"))
KNOWN = frozenset({"%", "°C", *(unit for scale in _SCALES for unit in scale)})
_STEPS = {1_000.0: 1, 1_000_000.0: 2, 0.001: -1, 0.000_001: -2}


def differ(left: Typed, right: Typed) -> bool:
    """Whether two sides have units that are known and not the same."""
    return bool(left.unit and right.unit and left.unit != right.unit)


def factor_between(unit: str, other: str) -> int | None:
    """How many `unit` make one `other` ("W", "kW" -> 1000), None where neither is a multiple of the other."""
    for scale in _SCALES:
        if unit in scale and other in scale and scale.index(unit) < scale.index(other):
            return int(1_000 ** (scale.index(other) - scale.index(unit)))
    return None


def unit_of(operator: str, left: Typed, right: Typed) -> str | None:
    """The unit of `left operator right`."""
    if operator in "+-":
        if left.role == "constant" or right.role == "constant":
            return left.unit or right.unit
        return left.unit if left.unit == right.unit else None
    if operator == "/":
        return _scaled(left.unit, right, 1) if right.role == "constant" else None
    if operator == "*":
        if right.role == "constant":
            return _scaled(left.unit, right, -1)
        return _scaled(right.unit, left, -1) if left.role == "constant" else None
    return left.unit if operator == "%" else None


def _scaled(unit: str | None, constant: Typed, direction: int) -> str | None:
    """The unit after a division (direction 1) or multiplication (-1) by a constant."""
    if unit is None or not isinstance(constant.value, float):
        return None
    steps = _STEPS.get(constant.value, 0) * direction
    if not steps:  # a factor so large or small may be a change of scale and something else besides
        return unit if 0.001 < abs(constant.value) < 1_000 else None
    scale = next((each for each in _SCALES if unit in each), ())
    place = scale.index(unit) + steps if scale else -1
    return scale[place] if 0 <= place < len(scale) else None
