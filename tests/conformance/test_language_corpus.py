"""Every case of the corpus, on the reference evaluator and on the compiled one; and nothing of the language without a case."""

from collections.abc import Iterator

import pytest
from tests.conformance.language_check import checked_case, verify
from tests.conformance.language_corpus import Case, cases

from hearth.language.catalogue import (
    ARITHMETIC,
    ATTRIBUTES,
    COMPARABLE,
    FUNCTIONS,
    OPERATORS,
    SELECTORS,
    SORT_ORDERS,
    SYMBOLS,
    VECTOR_ATTRIBUTES,
    WORDS,
    Overload,
    Parameter,
)
from hearth.language.tree import COMPARISONS
from hearth.language.typed import Typed
from hearth.language.types import Type

CASES = list(cases())
VALUE_CASES = [case for case in CASES if case.all("value")]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.name} {case.expression[:40]}")
def test_case(case: Case) -> None:
    verify(case)


def test_corpus_is_there() -> None:
    assert len(CASES) >= 600
    assert len([case for case in CASES if case.all("value") or case.all("type") or case.all("missing")]) >= 480


def test_everything_in_the_catalogue_has_a_value_case() -> None:
    seen: set[tuple[object, ...]] = set()
    for case in VALUE_CASES:
        for node in _nodes(checked_case(case).tree):
            seen.update(_shown_by(node))
        # What the checker makes a constant of leaves no other trace.
        seen.update((word,) for word in ("true", "false", "::Unit") if word in case.expression)
    assert [entry for entry in _catalogue() if entry not in seen] == []


def _catalogue() -> Iterator[tuple[object, ...]]:
    """What must occur: every structure of each overload's parameters, every kind of each function's, and all the rest."""
    for function in FUNCTIONS.values():
        for overload in function.overloads:
            for parameter in overload.parameters:
                yield from ((function.name, overload.signature, parameter.name, each) for each in parameter.structures)
                yield from ((function.name, parameter.name, kind) for kind in parameter.kinds)
    yield from ((operator.name,) for operator in OPERATORS)
    yield from ARITHMETIC
    yield from ((symbol, kind) for symbol in COMPARISONS for kind in COMPARABLE)
    yield from ((symbol, kind) for symbol in ("=", "!=") for kind in ("Boolean", "Building"))
    yield from (entry for entry in ATTRIBUTES if entry[1] != "Unit")
    yield ("::Unit",)
    yield from ((structure, name) for structure in ("Vector", "GroupedVector") for name in VECTOR_ATTRIBUTES)
    yield from (("GroupedScalar", name) for name in ("Value", "DeviceId", "DeviceName"))
    yield from ((word,) for word in WORDS)
    yield from (("SORT", order) for order in SORT_ORDERS)
    yield from (("FILTER", symbol) for symbol in SYMBOLS)
    yield from (("EVAL", selector) for selector in SELECTORS)


def _nodes(node: Typed) -> Iterator[Typed]:
    waiting = [node]
    while waiting:
        each = waiting.pop()
        yield each
        waiting.extend(each.children)


def _shown_by(node: Typed) -> Iterator[tuple[object, ...]]:
    types = [child.type for child in node.children if child.type is not None]
    kinds = ["Number" if of.kind == "Event" else of.kind for of in types]
    match node.role:
        case "word":
            yield (node.value,)
        case "operator":
            yield (node.value,)
            yield (node.value, kinds[0])
            yield (node.value, *kinds)
        case "minus" | "not" | "and" | "or" | "join" | "format":
            yield ({"minus": "-", "join": "+", "format": "|"}.get(node.role, node.role.upper()),)
        case "attribute":
            yield ("::",)
            yield types[0].kind, node.value
            yield types[0].structure, node.value
        case "call":
            yield from _shown_by_call(node, types)


def _shown_by_call(node: Typed, types: list[Type]) -> Iterator[tuple[object, ...]]:
    yield from ((node.value, child.value) for child in node.children if child.role == "constant")
    overloads = [each for each in FUNCTIONS[str(node.value)].overloads if _takes(each, types)]
    for parameter, of in zip(overloads[0].parameters, types, strict=False):
        yield node.value, overloads[0].signature, parameter.name, of.structure
        yield node.value, parameter.name, of.kind


def _takes(overload: Overload, types: list[Type]) -> bool:
    needed = [parameter for parameter in overload.parameters if not parameter.is_optional]
    fits = len(needed) <= len(types) <= len(overload.parameters)
    return fits and all(_fits(parameter, of) for parameter, of in zip(overload.parameters, types, strict=False))


def _fits(parameter: Parameter, of: Type) -> bool:
    return parameter.accepted != "value" or (of.structure in parameter.structures and of.kind in parameter.kinds)
