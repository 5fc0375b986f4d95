"""One mistake gives one diagnostic, a fix mends what it is offered for, and no text takes more than linear work."""

import sys
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hearth.language import DatasetInfo, Scope, check
from hearth.language.diagnostics import Report
from hearth.language.tokens import Token, tokens_of

DATASETS = {
    "Power": DatasetInfo("TIME_SERIES", "W", timespan_ms=3_600_000),
    "Grid": DatasetInfo("SINGLE_VALUE", "W"),
    "Mode": DatasetInfo("SINGLE_VALUE", None, True, {0: "fast", 1: "only solar"}),
    "Charge": DatasetInfo("SINGLE_VALUE", "%"),
}
SCOPE = Scope(DATASETS, "condition")

RIGHT = [
    "$Grid > 500 AND ($Mode = 0 OR $Mode = 1) AND $Charge < 80",
    "MIN(SUBSET($Power, -2)) > MIN(SUBSET($Power, 0, -3))",
    "COUNT(FILTER($Power, '>', 1000)) >= 3 AND NOT ($Grid > AVG($Power))",
    "IF($Grid > 1000, AVG($Power), MAX($Power)) / 1000 > 1.5",
    "AVG(GROUP_BY_TIME($Power, 1h, lastZeroHour))::Value::Last > $Grid * 2 + 100",
    "now - $Grid::Timestamp > 30min AND Building::City != 'Bern'",
]


def _tokens(text: str) -> list[Token]:
    return [token for token in tokens_of(text, Report(text)) if token.kind != "end"]


def _mistakes(text: str) -> Iterator[tuple[str, str]]:
    """Each text with one slip of the finger, and what slipped."""
    tokens = _tokens(text)
    for before, token, after in zip([None, *tokens], tokens, [*tokens[1:], None], strict=False):
        start, end = token.span
        joins_names = token.text == "(" and before and after and before.kind == after.kind == "word"
        if not joins_names:  # a name that is made of two is a mistake more
            yield f"without {token.text}", text[:start] + text[end:]
        if token.kind == "operator" and token.text != ")":  # where a call ended too early is anybody's guess
            yield f"twice {token.text}", f"{text[:end]} {text[start:]}"
        if token.kind in ("dataset", "word"):
            yield f"misspelt {token.text}", f"{text[:end]}x{text[end:]}"
        if token.kind == "word" or token.text in ("AND", "OR", "NOT"):
            yield f"in small letters {token.text}", text[:start] + token.text.lower() + text[end:]
        if token.kind == "number":
            yield f"with a unit {token.text}", f"{text[:end]} kW{text[end:]}"


@pytest.mark.parametrize("text", RIGHT)
def test_one_slip_is_told_once_and_the_text_without_it_is_fine(text: str) -> None:
    assert check(text, SCOPE).diagnostics == ()
    slips = list(_mistakes(text))
    assert len(slips) > 15
    for slip, wrong in slips:
        told = check(wrong, SCOPE).diagnostics
        assert len(told) <= 1, f"{slip}: {wrong}\n{told}"


@pytest.mark.parametrize("text", RIGHT)
def test_two_mistakes_far_apart_are_both_told(text: str) -> None:
    told = check(f"{text} AND $Gridd > 1 AND AVG($Powr) > 1", SCOPE).diagnostics
    assert [(each.code, each.fix) for each in told] == [("undefined-dataset", "$Grid"), ("undefined-dataset", "$Power")]


def _calls(text: str) -> int:
    """How many functions are called while a text is checked: what it costs, on any machine the same."""
    count = 0

    def seen(frame: Any, event: str, argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(seen)
    try:
        check(text, SCOPE)
    finally:
        sys.setprofile(None)
    return count


PIECES = [
    "1 + ", "$Nope + ", "$Power + ", "(", ")", "((1) + ", "'a' + ", "foo ", "foo, ", "AVG(", "AVG ", "AVG $Power ", "@ ", ", ",
    "-",
    "NOT ", "true AND ", "$Grid > 5 AND ", "$Grid > 5 OR $Grid < 3 OR ", "1::Value + ", "::First", "5 min ", "AND(", "IF(true, ",
    "\"",
    ": ",
    "? : ",
    "] ",
    "; ",
    "1 < ", "x = 5 OR ", "$Mode = solar AND ", "$Grid + \" kW\" + ", "# a\n", "$", "[", "1,5 ", "1 | '0' + ", "now | 'HH:MM' + ",
]  # fmt: skip


@pytest.mark.parametrize("piece", PIECES)
def test_checking_takes_work_in_proportion_to_the_length(piece: str) -> None:
    small, large = (_calls(piece * (length // len(piece))) for length in (2_000, 8_000))
    assert large <= 4.6 * small + 2_000


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=4))
@settings(max_examples=40, deadline=None)
def test_mixtures_take_work_in_proportion_to_the_length(pieces: list[str]) -> None:
    piece = "".join(pieces)
    small, large = (_calls(piece * (length // len(piece))) for length in (1_500, 6_000))
    assert large <= 4.6 * small + 4_000
