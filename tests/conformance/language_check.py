"""What a case of the corpus must show: its diagnostics and type, and its value on both evaluators.

Invariant: a case names all its errors, and all its warnings unless it is about a part; a value it names is of the kind and
structure that the checker found.
"""

import re
from dataclasses import replace
from typing import Any

import pytest
from tests.conformance.language_corpus import Case
from tests.conformance.language_values import plain, read_value

from hearth.core.missing import Missing
from hearth.language import Checked, Scope, check, compile_program
from hearth.language.reference import evaluate


def is_part(case: Case) -> bool:
    """Whether it is about a part of an expression, which may stand anywhere."""
    return bool(case.all("value") or case.all("missing") or (case.all("type") and not case.all("error")))


def checked_case(case: Case) -> Checked:
    """The expression of a case, checked where it stands: a part nowhere in particular, unless the case names a place."""
    infos, _ = case.scene.datasets()
    place: Any = case.scene.first("place", "expression" if is_part(case) and not case.all("text") else "message")
    checked = check(case.expression, Scope(infos, place, case.scene.first("streak", "off") == "on"))
    if is_part(case):
        return replace(checked, diagnostics=tuple(each for each in checked.diagnostics if each.code != "wrong-place"))
    return checked


def verify(case: Case) -> None:
    """Asserts everything that the case expects."""
    checked = checked_case(case)
    _verify_diagnostics(case, checked)
    for expected_type in case.all("type"):
        assert checked.type == expected_type
    if checked.has_errors:
        with pytest.raises(ValueError, match="errors"):
            compile_program(checked)
        return
    # Before rendering: as if it stood in a condition.
    unrendered = replace(checked, place="condition")
    for wanted in case.all("value"):
        _verify_value(case, unrendered, wanted)
    for reason in case.all("missing"):
        by_reference, by_program = _both(unrendered, case)
        assert isinstance(by_reference, Missing)
        assert isinstance(by_program, Missing)
        assert by_program.reason == reason
    for wanted in case.all("text"):
        text = wanted[1:-1] if wanted.startswith('"') and wanted.endswith('"') and len(wanted) > 1 else wanted
        for value in _both(checked, case):
            assert value == text.replace("\\n", "\n")


def _verify_diagnostics(case: Case, checked: Checked) -> None:
    for severity in ("error", "warning"):
        found = [diagnostic for diagnostic in checked.diagnostics if diagnostic.severity == severity]
        expected = case.all(severity)
        if severity == "warning" and is_part(case) and not expected:
            continue  # what is said of a value is true whatever may be advised against writing it
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


def _verify_value(case: Case, unrendered: Checked, wanted: str) -> None:
    expected = read_value(wanted, case.scene.instant)
    of = unrendered.tree.type
    assert of is not None
    assert of.structure.startswith(expected.structure), f"the value is a {of}"
    assert expected.kinds <= {"Number" if of.kind == "Event" else of.kind}, f"the value is a {of}"
    for value in _both(unrendered, case):
        assert plain(value) == expected.value


def _both(checked: Checked, case: Case) -> tuple[Any, Any]:
    """What the reference evaluator gives and what the program gives."""
    _, windows = case.scene.datasets()
    program = compile_program(checked)
    now_ms, context = case.scene.now_ms, case.scene.context()
    compiled = program.run(now_ms, tuple(windows[name] for name in program.datasets), context)
    return evaluate(checked, now_ms, windows, context), compiled
