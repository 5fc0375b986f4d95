"""Expectation: what may stand at a place of an unfinished expression: which types, which literals, which operators.

Asks the catalogue, given what stands before; the checker decides what a finished expression means. An expectation
orders proposals, it forbids nothing: where what stands before has no type, everything is expected.
"""

from collections.abc import Callable
from functools import lru_cache

from hearth.language.calls import fits
from hearth.language.catalogue import ANY, ARITHMETIC, COMPARABLE, FUNCTIONS, Function, Overload, Parameter
from hearth.language.checker import plain
from hearth.language.cursor import Cursor, OpenBracket
from hearth.language.tree import BINDING, COMPARISONS
from hearth.language.types import TEXT, Structure, Type

# Whether an operand of a type is likely.
Wanted = Callable[[Type], bool]

_MANY = ("Vector", "GroupedVector")
# In the order in which they are proposed.
_BINARY = ("AND", "OR", ">", "<", ">=", "<=", "=", "!=", "+", "-", "*", "/", "%", "|")


def known_function(cursor: Cursor, bracket: OpenBracket) -> Function | None:
    """The function whose arguments stand in an open bracket, whatever case its name is written in."""
    return FUNCTIONS.get((cursor.function_name(bracket) or "").upper())


def remaining_overloads(cursor: Cursor, bracket: OpenBracket, function: Function) -> list[Overload]:
    """The overloads that take the complete arguments and one more; an argument without a type fits any."""
    types = [argument.type for argument in cursor.arguments(bracket)]
    return [
        overload
        for overload in function.overloads
        if len(types) < len(overload.parameters)
        and all(
            of is None or parameter.accepted != "value" or fits(parameter, of)
            for of, parameter in zip(types, overload.parameters, strict=False)
        )
    ]


def parameters_at(cursor: Cursor, index: int) -> list[Parameter] | None:
    """What the argument of a function that begins at the token `index` may be; None where none begins there."""
    if not cursor.brackets or cursor.operator_at(index - 1) not in ("(", ","):
        return None
    bracket = cursor.brackets[-1]
    function = known_function(cursor, bracket)
    if function is None:
        return None
    return [overload.parameters[len(bracket.commas)] for overload in remaining_overloads(cursor, bracket, function)]


def wanted_at(cursor: Cursor, end: int) -> Wanted:
    """Which operands are likely after the tokens up to `end`, where one is expected."""
    parameters = parameters_at(cursor, end)
    if parameters and any(parameter.kinds != ("Boolean",) for parameter in parameters):
        return lambda of: any(_suits(parameter, of) for parameter in parameters)
    operator = cursor.operator_at(end - 1)
    if operator is None or operator not in BINDING or operator in ("AND", "OR", "NOT"):
        return _is_one_value
    if cursor.is_prefix(end - 1):
        return lambda of: plain(of.kind) in ("Number", "Timespan")
    first = cursor.left_of(end - 1, BINDING[operator])
    left = cursor.typed(first, end - 1).type if first is not None else None
    if left is None:
        return _is_one_value
    kind = plain(left.kind)
    if operator == "+" and kind == "Text":
        return lambda of: of.kind in ANY
    if operator in COMPARISONS:
        return lambda of: of.is_scalar and plain(of.kind) == kind
    return lambda of: of.is_scalar and (operator, kind, plain(of.kind)) in ARITHMETIC


def _is_one_value(of: Type) -> bool:
    """A value that can be compared with a number, or is yes or no; texts are seldom compared."""
    return of.is_scalar and of.kind in ANY and of.kind != "Text"


def _suits(parameter: Parameter, of: Type) -> bool:
    """An aggregate takes a scalar, but nobody wants one."""
    return fits(parameter, of) and not (of.is_scalar and parameter.structures[0] == "Vector")


@lru_cache(maxsize=64)
def typical_results(name: str) -> tuple[Type, ...]:
    """What a function gives where it is given events, as far as it takes them, and does something with them."""
    results: list[Type] = []
    for overload in FUNCTIONS[name].overloads:
        for structure in overload.parameters[0].structures:
            given = tuple(_typical(parameter, structure) for parameter in overload.parameters)
            result = overload.result(given)
            if not result.is_scalar or result != given[0]:
                results.append(result)
    return tuple(results)


def _typical(parameter: Parameter, structure: Structure) -> Type:
    if parameter.accepted != "value":
        return TEXT
    chosen = structure if structure in parameter.structures else parameter.structures[0]
    kind = "Event" if "Event" in parameter.kinds else parameter.kinds[0]
    return Type(chosen, kind, "Device" if chosen in ("GroupedScalar", "GroupedVector") else None)


def operators_after(cursor: Cursor) -> list[str]:
    """The binary operators that take what stands before as their left side, the likeliest first."""
    end = len(cursor.tokens)

    def left_type(binding: int) -> Type | None:
        first = cursor.left_of(end, binding)
        return cursor.typed(first, end).type if first is not None else None

    compared = cursor.left_of(end, BINDING["="])
    is_in_logic = compared is not None and cursor.operator_at(compared - 1) in ("AND", "OR", "NOT")
    summand = cursor.left_of(end, BINDING["+"])
    is_compared = summand is not None and cursor.operator_at(summand - 1) in COMPARISONS
    found: list[str] = []
    for name in _BINARY:
        if name in ("AND", "OR"):
            left = left_type(BINDING["="])
            is_taken = is_in_logic or left is None or left.kind == "Boolean"
        else:
            left = left_type(BINDING[name])
            is_taken = (left is None or _takes(name, left)) and not (is_compared and name in COMPARISONS)
        if is_taken:
            found.append(name)
    return found


def _takes(operator: str, left: Type) -> bool:
    kind = plain(left.kind)
    if operator == "|":
        return kind in ("Number", "Time", "Timespan")
    if operator == "+" and kind in ANY:
        return True
    if left.structure in _MANY:
        return False
    if operator in COMPARISONS:
        return operator in ("=", "!=") or kind in COMPARABLE
    return any(known == operator and side == kind for known, side, _ in ARITHMETIC)
