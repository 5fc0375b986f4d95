"""Every case of the corpus, on the reference evaluator and on the compiled one."""

import re
from dataclasses import replace
from typing import Any

import pytest
from tests.conformance.language_corpus import Case, cases, read_value
from tests.conformance.language_values import plain

from hearth.language import Checked, Scope, check, compile_program
from hearth.language.reference import evaluate

CASES = list(cases())


def test_corpus_is_there() -> None:
    assert len(CASES) >= 250


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.name} {case.expression[:40]}")
def test_case(case: Case) -> None:
    infos, windows = case.scene.datasets()
    scope = Scope(infos, case.scene.first("place", "message"), case.scene.first("streak", "off") == "on")
    checked = check(case.expression, scope)
    if case.all("value") or (case.all("type") and not case.all("error")):
        # A value or type is that of a part of an expression: it need not suit the place.
        checked = replace(checked, diagnostics=tuple(each for each in checked.diagnostics if each.code != "wrong-place"))
    for severity in ("error", "warning"):
        found = [diagnostic for diagnostic in checked.diagnostics if diagnostic.severity == severity]
        expected = case.all(severity)
        assert len(found) == len(expected), checked.diagnostics
        for diagnostic, line in zip(found, expected, strict=True):
            code, _, place = line.partition(" ")
            assert diagnostic.code == code, checked.diagnostics
            if place:
                match = re.fullmatch(r"(\d+):(\d+)\+(\d+)", place)
                assert match
                assert (diagnostic.line, diagnostic.column, diagnostic.length) == tuple(map(int, match.groups()))
    for fix in case.all("fix"):
        assert checked.diagnostics[0].fix == fix
    for expected_type in case.all("type"):
        assert checked.type == expected_type
    if checked.has_errors:
        with pytest.raises(ValueError, match="errors"):
            compile_program(checked)
        return
    for wanted in case.all("value"):
        # Before rendering: as if it stood in a condition.
        expected_value = read_value(wanted, case.scene)
        unrendered = replace(checked, place="condition")
        for value in _both(unrendered, case, windows):
            assert plain(value) == expected_value
            assert isinstance(plain(value), bool) == isinstance(expected_value, bool)
    for wanted in case.all("text"):
        text = wanted[1:-1] if wanted.startswith('"') and wanted.endswith('"') and len(wanted) > 1 else wanted
        for value in _both(checked, case, windows):
            assert value == text


def _both(checked: Checked, case: Case, windows: dict[str, Any]) -> tuple[Any, Any]:
    program = compile_program(checked)
    now_ms, context = case.scene.now_ms, case.scene.context()
    compiled = program.run(now_ms, tuple(windows[name] for name in program.datasets), context)
    return evaluate(checked, now_ms, windows, context), compiled
