"""Whatever the text, checking answers; whatever the data, both evaluators agree; printing loses nothing."""

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.conformance.language_values import plain
from tests.properties.language_expressions import DATASETS, SEEDS, Scenery, expressions, sceneries, truths

from hearth.language import Checked, Diagnostic, Scope, check, compile_program
from hearth.language.diagnostics import Report
from hearth.language.parser import parse
from hearth.language.printer import printed
from hearth.language.reference import evaluate

SNIPPETS = [
    "$P",
    "$Q",
    "$Nope",
    "AVG(",
    "(",
    ")",
    ",",
    "::",
    "First",
    "AND",
    "OR",
    "NOT",
    "-",
    "+",
    "|",
    "'#,##0'",
    '"',
    "1.5",
    "1h",
]
SNIPPETS += [
    "now",
    "Building",
    "= ",
    "< ",
    "foo",
    " ",
    "\n",
    "#",
    "%",
    "$",
    "“",
    "'",
    "\\",
    "E",
    "IF(true, ",
    "SORT(",
    "5x",
    "&&",
]


def _agree(checked: Checked, scenery: Scenery) -> None:
    program, windows = compile_program(checked), scenery.windows()
    compiled = program.run(scenery.now_ms, tuple(windows[name] for name in program.datasets), scenery.context)
    expected = evaluate(checked, scenery.now_ms, windows, scenery.context)
    assert repr(plain(compiled)) == repr(plain(expected)), checked.text


def _errors(checked: Checked) -> list[Diagnostic]:
    return [each for each in checked.diagnostics if each.severity == "error"]


@given(st.text(max_size=60) | st.lists(st.sampled_from(SNIPPETS), max_size=20).map("".join))
@settings(max_examples=300, deadline=None)
def test_any_text_is_answered(text: str) -> None:
    checked = check(text, Scope(DATASETS, "message"))
    assert checked.has_errors or checked.type is not None
    for diagnostic in checked.diagnostics:
        assert diagnostic.line >= 1
        assert diagnostic.column >= 1
        assert diagnostic.message
    if not checked.has_errors:
        compile_program(checked)


@given(SEEDS, sceneries())
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_values_agree(seed: int, scenery: Scenery) -> None:
    for text in expressions(seed, 10):
        checked = check(text, Scope(DATASETS, "goal", has_streak=True))
        checked = replace(checked, diagnostics=tuple(each for each in checked.diagnostics if each.code != "wrong-place"))
        assert not _errors(checked), text
        _agree(checked, scenery)


@given(SEEDS, sceneries())
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_conditions_agree(seed: int, scenery: Scenery) -> None:
    for text in truths(seed, 5):
        checked = check(text, Scope(DATASETS, "condition", has_streak=True))
        assert not _errors(checked), text
        _agree(checked, scenery)


@given(SEEDS, st.integers(1, 5), sceneries())
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_messages_agree(seed: int, count: int, scenery: Scenery) -> None:
    checked = check(" + ".join(['"x"', *expressions(seed, count, is_goal=False)]), Scope(DATASETS, "message", has_streak=True))
    assert not _errors(checked), checked.text
    _agree(checked, scenery)


@given(SEEDS)
@settings(max_examples=100, deadline=None)
def test_printing_loses_nothing(seed: int) -> None:
    for text in expressions(seed, 10):
        report = Report(text)
        tree = parse(text, report)
        assert not report.diagnostics
        assert parse(printed(tree), report) == tree
