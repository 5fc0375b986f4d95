"""Every code of a diagnostic is explained: with an example that gets it and the same mended; and what a fix proposes mends."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conformance.language_corpus import cases

from hearth.language import Diagnostic, Place, Scope, check
from hearth.language.codes import CODES, Code

LANGUAGE = Path(__file__).resolve().parents[3] / "src/hearth/language"
# The computed ones: `_tell` of lint chooses between them.
COMPUTED = {"always-holds": "warning", "never-holds": "warning"}


def told_in_source() -> Iterator[tuple[str, str]]:
    """(code, severity) of each call that tells a diagnostic."""
    for path in sorted(LANGUAGE.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or not node.args:
                continue
            severity = {"error": "error", "warning": "warning", "_broken": "error"}.get(node.func.attr)
            first = node.args[0]
            if severity and isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value, severity


def test_every_code_of_the_source_is_explained_and_no_other() -> None:
    told = {**dict(told_in_source()), **COMPUTED}
    assert {code.code: code.severity for code in CODES.values()} == told
    assert len(told) > 45


@pytest.mark.parametrize("code", CODES.values(), ids=lambda code: code.code)
def test_the_example_gets_this_code_alone_and_mended_none(code: Code) -> None:
    assert [(each.code, each.severity) for each in check(code.wrong, code.scope).diagnostics] == [(code.code, code.severity)]
    assert check(code.right, code.scope).diagnostics == ()
    assert 2 <= code.explanation.count(". ") + 1 <= 5


def mended(text: str, diagnostic: Diagnostic) -> str:
    """A text in which what a fix proposes stands in its place."""
    assert diagnostic.fix is not None
    lines = text.split("\n")
    start = sum(len(line) + 1 for line in lines[: diagnostic.line - 1]) + diagnostic.column - 1
    return text[:start] + diagnostic.fix + text[start + diagnostic.length :]


def fixable() -> Iterator[tuple[str, str, Scope, Diagnostic]]:
    for code in CODES.values():
        for diagnostic in check(code.wrong, code.scope).diagnostics:
            if diagnostic.fix is not None:
                yield code.code, code.wrong, code.scope, diagnostic
    for case in cases():
        place: Place = case.scene.first("place", "message")  # type: ignore[assignment]
        scope = Scope(case.scene.datasets()[0], place, case.scene.first("streak", "off") == "on")
        for diagnostic in check(case.expression, scope).diagnostics:
            if diagnostic.fix is not None:
                yield case.name, case.expression, scope, diagnostic


FIXABLE = list(fixable())


@pytest.mark.parametrize(
    ("name", "text", "scope", "diagnostic"), FIXABLE, ids=[f"{name} {text[:40]}" for name, text, *_ in FIXABLE]
)
def test_a_fix_removes_what_it_was_offered_for(name: str, text: str, scope: Scope, diagnostic: Diagnostic) -> None:
    after = check(mended(text, diagnostic), scope).diagnostics
    start = (diagnostic.line, diagnostic.column)
    assert [each for each in after if each.code == diagnostic.code and (each.line, each.column) == start] == []
    before = check(text, scope).diagnostics
    assert len(after) <= len(before), f"{mended(text, diagnostic)!r} gets {after}"


def test_fixes_are_tried() -> None:
    assert len(FIXABLE) > 50
