"""Long and deep texts are answered, never crash; programs ask for exactly the aggregates they use."""

import pytest
from tests.conformance.language_corpus import Line, Scene

from hearth.language import DatasetInfo, Scope, check, compile_program, title_text

SCOPE = Scope({"P": DatasetInfo("TIME_SERIES"), "Mode": DatasetInfo("SINGLE_VALUE", state=True)}, "condition")


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5000 + "1",
        "-" * 5000 + "1",
        "NOT " * 2000 + "true",
        "AVG(" * 2000 + "1",
        "IF(true, " * 900 + "1",
        "1" + "::Value" * 1000,
    ],
)
def test_deep_nesting_is_an_error(text: str) -> None:
    assert "too-deep" in [diagnostic.code for diagnostic in check(text, SCOPE).diagnostics]


def test_long_text_is_an_error() -> None:
    assert [each.code for each in check("1 + " * 2500 + "1", SCOPE).diagnostics] == ["too-long"]


@pytest.mark.parametrize(
    "text", ["1+" * 4900 + "1 > 2", "true AND " * 1000 + "true", "'a' + " * 1500 + "'' = 'a'", "$Mode=1 OR " * 900 + "true"]
)
def test_long_chains_run(text: str) -> None:
    checked = check(text, SCOPE)
    assert not checked.has_errors
    compile_program(checked)


def test_nested_up_to_the_limit_compiles() -> None:
    text = "true"
    for _ in range(24):
        text = f"IF({text} AND true OR $Mode * 1 + 1 = 2, true, false)"
    checked = check(text, SCOPE)
    assert not checked.has_errors
    compile_program(checked)


@pytest.mark.parametrize(
    ("text", "needs"),
    [
        ("AVG($P) > 500 AND $Mode = 0", {"P": {"sum", "count"}, "Mode": {"last"}}),
        ("MIN($P) > 1", {"P": {"min"}}),
        ("COUNT($P) > MAX($P)", {"P": {"count", "max"}}),
        ("$P::Last > 1", {"P": {"last"}}),
        ("COUNT(SUBSET($P, 2)) > 1", {"P": {"events"}}),
    ],
)
def test_needs(text: str, needs: dict[str, set[str]]) -> None:
    assert compile_program(check(text, SCOPE)).needs == needs


def test_title_is_filled() -> None:
    context = Scene([Line("counters", "streak=3 delivered=4")]).context()
    assert title_text("Day {StreakCounter} of {DeliveredNotificationCounter} {x}", context) == "Day 3 of 4 {x}"
