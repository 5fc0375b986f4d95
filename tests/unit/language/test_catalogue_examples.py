"""Everything the catalogue declares has examples, and each example is right, compiles, and gives the same on both evaluators."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.conformance.language_pages import home
from tests.conformance.language_values import plain

from hearth.language import Place, Scope, check, compile_program
from hearth.language.catalogue import (
    ATTRIBUTES,
    FUNCTIONS,
    GROUP_ATTRIBUTES,
    OPERATORS,
    STRUCTURE_EXAMPLES,
    VECTOR_ATTRIBUTES,
    WORDS,
)
from hearth.language.reference import evaluate
from hearth.language.typed import Typed

HOME = home()


def examples() -> Iterator[tuple[str, str, str]]:
    """(what it is an example of, role in the typed tree, expression)."""
    for function in FUNCTIONS.values():
        yield from ((function.name, "call", example) for example in function.examples)
    for operator in OPERATORS:
        yield from ((operator.name, "", example) for example in operator.examples)
    yield from ((name, "attribute", entry.example) for (_, name), entry in ATTRIBUTES.items() if name != "Unit")
    yield from ((name, "attribute", example) for (_, name), example in STRUCTURE_EXAMPLES.items())
    yield from ((word.name, "word", word.example) for word in WORDS.values() if word.name not in ("true", "false"))


EXAMPLES = list(examples())


def test_everything_is_documented_and_has_examples() -> None:
    assert [function.name for function in FUNCTIONS.values() if len(function.examples) < 2] == []
    assert [operator.name for operator in OPERATORS if not operator.examples] == []
    assert {name for _, name in STRUCTURE_EXAMPLES} == {*VECTOR_ATTRIBUTES, *GROUP_ATTRIBUTES}
    entries = [*FUNCTIONS.values(), *OPERATORS, *ATTRIBUTES.values(), *WORDS.values()]
    assert [entry.name for entry in entries if not entry.documentation.endswith(".")] == []


@pytest.mark.parametrize(("name", "role", "text"), EXAMPLES, ids=[f"{name} {text}" for name, _, text in EXAMPLES])
def test_an_example_shows_what_it_is_for_and_gives_the_same_on_both_evaluators(name: str, role: str, text: str) -> None:
    infos, windows = HOME.datasets()
    place: Place = "goal" if "DeliveredNotification::" in text else "expression"
    checked = check(text, Scope(infos, place, has_streak=True))
    assert checked.diagnostics == ()
    if role:
        assert (role, name) in set(_parts(checked.tree))
    else:
        assert name in text
    # As if it stood in a condition: not rendered to a text.
    checked = replace(checked, place="condition")
    program = compile_program(checked)
    context = HOME.context()
    compiled = program.run(HOME.now_ms, tuple(windows[each] for each in program.datasets), context)
    assert plain(compiled) == plain(evaluate(checked, HOME.now_ms, windows, context))


def _parts(node: Typed) -> Iterator[tuple[str, object]]:
    yield node.role, node.value
    for child in node.children:
        yield from _parts(child)
