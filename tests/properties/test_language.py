"""Whatever the text, checking answers; whatever the data, both evaluators agree; printing loses nothing."""

from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conformance.language_values import plain

from hearth.language import (
    BuildingFacts,
    Context,
    DatasetInfo,
    Event,
    RecordedWindow,
    Scope,
    check,
    compile_program,
)
from hearth.language.catalogue import FUNCTIONS
from hearth.language.diagnostics import Report
from hearth.language.parser import parse
from hearth.language.printer import printed
from hearth.language.reference import evaluate

NOW_MS = 1_773_140_400_000
DATASETS = {
    "P": DatasetInfo("TIME_SERIES", "W"),
    "N": DatasetInfo("TIME_SERIES", "W"),
    "Q": DatasetInfo("SINGLE_VALUE", "W"),
    "None": DatasetInfo("SINGLE_VALUE", "W"),
}
CONTEXT = Context(
    ZoneInfo("Europe/Zurich"),
    "de",
    BuildingFacts("b1", NOW_MS, ["PV", "EV"], profile={"IsResidential": True}),
    delivered_counter=3,
    peers=lambda name, selector: {"b2": [1.0, 2.0], "b3": []},
)

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

numbers = st.sampled_from(["0", "1", "2.5", "100", "$Q", "$None", "$Q::Value", "$P::Last", "DeliveredNotificationCounter"])
vectors = st.sampled_from(["$P", "$N", "$P::Value", "SUBSET($P, -3)", "SUBSET($P, now - 20min)", "-$P"])
groups = st.sampled_from(["GROUP_BY_DEVICE($P)", "GROUP_BY_TIME($P, 7min)", "GROUP_BY_TIME($P, 1h, lastZeroHour)"])


def _function(names: str, argument: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(lambda name, inside: f"{name}({inside})", st.sampled_from(names.split()), argument)


def _vectors(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    filtered = st.builds(lambda v, s, n: f"FILTER({v}, '{s}', {n})", inner, st.sampled_from(["<", "=", "!=", ">="]), numbers)
    subset = st.builds(lambda v, a, b: f"SUBSET({v}, {a}, {b})", inner, st.integers(-9, 9), st.integers(-9, 9))
    return _function("DISTINCT REVERSE SORT ABS ROUND", inner) | filtered | subset


all_vectors = st.recursive(vectors, _vectors, max_leaves=4)
all_groups = st.recursive(groups, lambda inner: _function("DISTINCT REVERSE SORT", inner), max_leaves=3)
scalar_groups = st.recursive(
    _function("AVG SUM MIN MAX", all_groups),
    lambda inner: _function("SORT REVERSE DISTINCT ABS", inner) | st.builds(lambda a, n: f"({a} / {n})", inner, numbers),
    max_leaves=3,
)


def _numbers(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    computed = st.builds(lambda a, o, b: f"({a} {o} {b})", inner, st.sampled_from("+-*/%"), inner)
    chosen = st.builds(lambda c, a, b: f"IF({c} > 1, {a}, {b})", inner, inner, inner)
    return computed | chosen | st.builds(lambda a: f"-{a}", inner)


all_numbers = st.recursive(
    numbers | _function("AVG SUM MIN MAX COUNT", all_vectors | scalar_groups) | _function("COUNT", all_groups),
    _numbers,
    max_leaves=6,
)
truths = st.recursive(
    st.builds(lambda a, o, b: f"{a} {o} {b}", all_numbers, st.sampled_from(["<", "<=", "=", "!=", ">=", ">"]), all_numbers),
    lambda inner: (
        st.builds(lambda a, o, b: f"({a} {o} {b})", inner, st.sampled_from(["AND", "OR"]), inner)
        | st.builds(lambda a: f"(NOT {a})", inner)
    ),
    max_leaves=6,
)
messages = st.builds(
    lambda parts: " + ".join(['"x"', *parts]), st.lists(all_vectors | all_groups | scalar_groups | all_numbers, max_size=3)
)
readings = st.lists(
    st.tuples(
        st.integers(1, 120), st.sampled_from([0.0, 1.0, -2.0, 2.5, 1e16, 0.1]) | st.floats(-1e6, 1e6), st.sampled_from("abc")
    ),
    max_size=12,
)


def _windows(given_readings: list[tuple[int, float, str]]) -> dict[str, RecordedWindow]:
    events = [Event(NOW_MS - minutes * 60_000, value, device, f"Device {device}") for minutes, value, device in given_readings]
    return {
        "P": RecordedWindow(events, 90 * 60_000),
        "N": RecordedWindow([]),
        "Q": RecordedWindow([Event(NOW_MS, 5.0, "q", "Q")]),
        "None": RecordedWindow([]),
    }


def _agree(text: str, place: Any, given_readings: list[tuple[int, float, str]]) -> None:
    checked = check(text, Scope(DATASETS, place))
    assert not checked.has_errors, checked.diagnostics
    windows = _windows(given_readings)
    program = compile_program(checked)
    compiled = program.run(NOW_MS, tuple(windows[name] for name in program.datasets), CONTEXT)
    assert repr(plain(compiled)) == repr(plain(evaluate(checked, NOW_MS, windows, CONTEXT)))


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


@given(truths, readings)
@settings(max_examples=200, deadline=None)
def test_conditions_agree(text: str, given_readings: list[tuple[int, float, str]]) -> None:
    _agree(text, "condition", given_readings)


@given(messages, readings)
@settings(max_examples=200, deadline=None)
def test_messages_agree(text: str, given_readings: list[tuple[int, float, str]]) -> None:
    _agree(text, "message", given_readings)


@given(truths | messages)
@settings(max_examples=150, deadline=None)
def test_printing_loses_nothing(text: str) -> None:
    report = Report(text)
    tree = parse(text, report)
    assert not report.diagnostics
    assert parse(printed(tree), report) == tree


def test_examples_of_the_catalogue_have_no_errors() -> None:
    power = {name: DatasetInfo("TIME_SERIES") for name in ("Power", "Produced")}
    for function in FUNCTIONS.values():
        for example in function.examples:
            scalar = {**power, "Power": DatasetInfo("SINGLE_VALUE")}
            results = [check(example, Scope(datasets, "message")) for datasets in (power, scalar)]
            assert any(
                not [each for each in found.diagnostics if each.severity == "error" and each.code != "wrong-place"]
                for found in results
            ), example
