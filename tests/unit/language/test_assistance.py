"""What an editor offers at a place (`▮`) of an expression; and that every place of every text is answered."""

import json
from dataclasses import asdict
from typing import NamedTuple, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conformance.language_corpus import Case, cases

from hearth.language import Completion, DatasetInfo, Hover, Place, Scope, SignatureHelp, check, completions, hover, signature
from hearth.language.catalogue import ATTRIBUTES, FUNCTIONS, OPERATORS, SELECTORS, SORT_ORDERS, SYMBOLS, VECTOR_ATTRIBUTES, WORDS
from hearth.language.diagnostics import Report
from hearth.language.tokens import UNITS_MS, tokens_of
from hearth.language.tree import LENGTH_LIMIT

DATASETS = {
    "Mode": DatasetInfo("SINGLE_VALUE", state=True),
    "Power": DatasetInfo("TIME_SERIES", "W"),
    "GridPower": DatasetInfo("SINGLE_VALUE", "W"),
}
CONDITION = Scope(DATASETS, "condition")
EVERYWHERE = Scope(DATASETS, "goal", has_streak=True)


def _at_cursor(marked: str) -> tuple[str, int]:
    assert marked.count("▮") == 1
    return marked.replace("▮", ""), marked.index("▮")


def _offered(marked: str, scope: Scope = CONDITION) -> tuple[Completion, ...]:
    return completions(*_at_cursor(marked), scope)


def _place(case: Case) -> Place:
    return cast(Place, case.scene.first("place", "message"))


def _labels(marked: str, scope: Scope = CONDITION) -> list[str]:
    return [each.label for each in _offered(marked, scope)]


def _accepted(marked: str, completion: Completion) -> str:
    """The text after accepting, with the cursor marked again."""
    text, _ = _at_cursor(marked)
    written = text[: completion.start] + completion.insert + text[completion.end :]
    stand = completion.start + completion.cursor_offset
    return f"{written[:stand]}▮{written[stand:]}"


class First(NamedTuple):
    """A text, the first labels that are offered, of which kind they are, and what they replace."""

    text: str
    labels: str
    kind: str
    replaced: str = ""


@pytest.mark.parametrize(
    "case",
    [
        # Operands: datasets, then functions that give what is needed, then words.
        First("▮", "$Mode $GridPower $Power", "dataset"),
        First("AVG($Power) > 5 AND ▮", "$Mode $GridPower $Power", "dataset"),
        First("$▮", "$Mode $GridPower $Power", "dataset", "$"),
        First("$Po▮", "$Power $GridPower", "dataset", "$Po"),
        First("$po▮wer > 1", "$Power $GridPower", "dataset", "$power"),
        First("1 + $Gri▮ > 5", "$GridPower", "dataset", "$Gri"),
        First("AVG(▮", "$Power", "dataset"),
        First("AVG($▮", "$Power $Mode", "dataset", "$"),
        First("av▮", "AVG", "function", "av"),
        First("MI▮($Power)", "MIN", "function", "MI"),
        First("gbt▮", "GROUP_BY_TIME", "function", "gbt"),
        First("now > ▮", "now lastHour lastZeroHour", "word"),
        First("$Power::Last::Timestamp > last▮", "lastHour lastZeroHour", "word", "last"),
        First("no▮w", "now", "word", "now"),
        First("1 + # why\n$Gr▮", "$GridPower", "dataset", "$Gr"),
        # Attributes of what stands before, those of the wanted type first.
        First("$Power::▮ > 1", "First Last", "attribute"),
        First("AVG($Power::▮)", "Value", "attribute"),
        First("$Power::La▮", "Last", "attribute", "La"),
        First("$Power::La▮st > 1", "Last", "attribute", "Last"),
        First("$Power:: ▮", "First Last", "attribute"),
        First("EVAL('Power', Building::▮", "Building::All Building::IsInSameCountry", "selector", "Building::"),
        First("EVAL('Power', Building::IsC▮)", "Building::IsCommercial", "selector", "Building::IsC"),
        First("EVAL('Power', Bui▮", "Building::All", "selector", "Bui"),
        First("EVAL('Power', ▮)", "Building::All", "selector"),
        # Literal arguments.
        First("EVAL(▮", '"Mode" "Power" "GridPower"', "dataset"),
        First("EVAL('Po▮', Building::All)", "'Power' 'GridPower'", "dataset", "'Po'"),
        First("FILTER($Power, ▮", "'<' '<=' '=' '!=' '>=' '>'", "symbol"),
        First('FILTER($Power, ">▮, 1000)', '">=" ">"', "symbol", '">'),
        First("SORT(GROUP_BY_DEVICE($Power), ▮", "byGroupKey byGroupValue", "order"),
        First("SORT(AVG(GROUP_BY_DEVICE($Power)), by▮", "byGroupKey byGroupValue", "order", "by"),
        # Patterns for what is formatted, units after numbers.
        First("$GridPower | ▮", "'#,##0' '#,##0.0'", "pattern"),
        First("now | ▮", "'HH:mm'", "pattern"),
        First("now | '▮'", "'HH:mm'", "pattern", "''"),
        First('"at " + now | "d▮', '"dd.MM.yyyy"', "pattern", '"d'),
        First("(now - lastHour) | ▮", "'ADAPTIVE:WORD'", "pattern"),
        First("5▮", "s min h d", "unit"),
        First("now - 1.5m▮", "min", "unit", "m"),
        First("30▮min", "s min h d", "unit", "min"),
        # Operators that take what stands before.
        First("$GridPower ▮", "> <", "operator"),
        First("$GridPower > 1 ▮", "AND OR", "operator"),
        First("$GridPower > 1 an▮", "AND", "operator", "an"),
        First("$GridPower > 1 AND▮", "AND", "operator", "AND"),
        First("$Power ▮", ":: + |", "operator", " "),
        First("Building ▮", ":: = !=", "operator", " "),
    ],
    ids=lambda case: case.text,
)
def test_what_is_offered_first(case: First) -> None:
    offered = _offered(case.text)
    expected = case.labels.split(" ")
    text, cursor = _at_cursor(case.text)
    assert [each.label for each in offered[: len(expected)]] == expected
    assert {each.kind for each in offered[: len(expected)]} == {case.kind}
    assert text[offered[0].start : offered[0].end] == case.replaced
    assert offered[0].start <= cursor <= offered[0].end


def test_states_are_offered_by_name_where_one_is_compared() -> None:
    scope = Scope({"Mode": DatasetInfo("SINGLE_VALUE", None, True, {0: "fast", 1: "only solar"})}, "condition")
    assert _labels("$Mode = ▮", scope)[:2] == ["0 fast", "1 only solar"]
    assert [_accepted("$Mode != sol▮", each) for each in _offered("$Mode != sol▮", scope)][:1] == ["$Mode != 1▮"]
    assert "0 fast" not in _labels("$Mode > ▮", scope)


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("Building::DeviceTypes::▮", "First Last"),
        ("AVG(GROUP_BY_DEVICE($Power)::▮", "Value Unit DeviceId DeviceName Timestamp ForecastTimestamp First Last"),
        ("1 + AVG(GROUP_BY_DEVICE($Power))::▮ * (", "Value Unit DeviceId DeviceName"),
        ("AVG(GROUP_BY_TIME($Power, 1h))::▮", "Value Unit"),
        ("$GridPower::▮", "Value Unit DeviceId DeviceName Timestamp ForecastTimestamp"),
        ("$Mode::▮", "Value DeviceId DeviceName Timestamp ForecastTimestamp"),
        ("((-$Power))::▮", "Unit First Last"),
        ("$Nope > ) '' AND $Power::F▮", "First ForecastTimestamp"),
        ("DeliveredNotification::▮", "CreatedAt InteractedAt ActionQualifier"),
        ("$GridPower > 1 A▮", "AND"),
        ("$GridPower + 1 ▮", "> < >= <= = != + - * / % |"),
        ("$GridPower > $GridPower ▮", "AND OR + - * / % | ::"),
        ("NOT true ▮", "AND OR = != +"),
        ("'a' ▮", "> < >= <= = != +"),
        ("now ▮", "> < >= <= = != + - |"),
        ("90min ▮", "> < >= <= = != + - * / |"),
        ("GROUP_BY_DEVICE($Power) ▮", ":: + |"),
        ("$Nope ▮", "AND OR > < >= <= = != + - * / % |"),
    ],
)
def test_what_is_offered_and_nothing_else(text: str, labels: str) -> None:
    assert sorted(_labels(text, EVERYWHERE)) == sorted(labels.split(" "))


@pytest.mark.parametrize(
    "text",
    [
        "'hello ▮",
        "'he▮llo' = 'a'",
        "# $Po▮",
        "$Power > 1 # AND ▮\n",
        "1::▮",
        "('a' + 1)::▮",
        "$Nope::▮",
        "AND::▮",
        "SORT($Power, ▮",
        "AVG($Power, ▮",
        "'x' | ▮",
        "1▮5",
        "1.▮",
        "AVG($Power)▮",
        "$GridPower | '0' 5▮0",
        "EVAL('Power', $Power::▮",
    ],
)
def test_where_nothing_is_offered(text: str) -> None:
    assert _labels(text) == []


def test_only_usable_words_are_offered() -> None:
    assert _labels("Streak▮") == []
    assert _labels("Streak▮", EVERYWHERE) == ["StreakCounter", "StreakHasBeenReset"]
    assert "DeliveredNotification" not in _labels("Delivered▮", Scope(DATASETS, "message", has_streak=True))
    assert "DeliveredNotification" in _labels("Delivered▮", EVERYWHERE)


@pytest.mark.parametrize(
    ("text", "label", "accepted"),
    [
        ("AV▮", "AVG", "AVG(▮)"),
        ("1 + AV▮G($Power) > 1", "AVG", "1 + AVG(▮$Power) > 1"),
        ("$Po▮ > 1", "$Power", "$Power▮ > 1"),
        ("$Power ▮", "::", "$Power::▮"),
        ("$GridPower > 1 ▮", "AND", "$GridPower > 1 AND ▮"),
        ("$GridPower > 1 A▮ true", "AND", "$GridPower > 1 AND▮ true"),
        ("FILTER($Power, '▮', 1)", "'>'", "FILTER($Power, '>'▮, 1)"),
        ("FILTER($Power, '▮, 1), '>'", "'>'", "FILTER($Power, '>'▮, 1), '>'"),
        ("SORT(GROUP_BY_DEVICE($Power), 'by▮')", "byGroupKey", "SORT(GROUP_BY_DEVICE($Power), byGroupKey▮)"),
        ("EVAL('Power', Building::▮Is)", "Building::All", "EVAL('Power', Building::All▮)"),
        ("$GridPower | '#,▮##0'", "'#,##0'", "$GridPower | '#,##0'▮"),
        ("now - 5▮", "min", "now - 5min▮"),
    ],
)
def test_what_accepting_gives(text: str, label: str, accepted: str) -> None:
    chosen = next(each for each in _offered(text) if each.label == label)
    assert _accepted(text, chosen) == accepted


def test_proposals_say_what_they_are() -> None:
    power = _offered("$Pow▮")[0]
    assert (power.detail, power.documentation) == ("several events, in W", "A time series: its events, oldest to newest.")
    assert _offered("AV▮")[0].detail == "AVG(V|GS|S<Number|Event>) → S; AVG(GV<Number|Event>) → GS, per group"
    assert _offered("$GridPower::Time▮")[0].detail == "a time"
    assert _offered("1 | '0.0▮")[0].detail == "1234.5 becomes 1234.50"
    everywhere = [*_offered("▮", EVERYWHERE), *_offered("1 ▮"), *_offered("5▮"), *_offered("now | ▮"), *_offered("Building::▮")]
    assert all(each.detail and each.documentation for each in everywhere)


def test_everything_of_the_catalogue_is_offered_somewhere() -> None:
    operands = set(_labels("▮", EVERYWHERE))
    assert operands >= {*FUNCTIONS, *WORDS}
    before_colons = {
        "Event": "$Power",
        "Number": "AVG($Power)",
        "Building": "Building",
        "DeliveredNotification": "DeliveredNotification",
    }
    for kind, name in ATTRIBUTES:
        assert name in _labels(f"{before_colons[kind]}::▮", EVERYWHERE)
    assert set(_labels("$Power::▮")) >= set(VECTOR_ATTRIBUTES)
    assert _labels("5▮") == list(UNITS_MS)
    assert _labels("EVAL('Power', ▮") == [f"Building::{name}" for name in SELECTORS]
    assert _labels("FILTER($Power, ▮") == [f"'{symbol}'" for symbol in SYMBOLS]
    assert _labels("SORT(GROUP_BY_DEVICE($Power), ▮") == list(SORT_ORDERS)
    operators = {*_labels("$GridPower ▮"), *_labels("true ▮"), *_labels("▮")}
    assert operators >= {operator.name for operator in OPERATORS}


@pytest.mark.parametrize(
    "text",
    [
        "$Power::▮",
        "$Power::La▮",
        "$GridPower::▮ > 1",
        "AVG(GROUP_BY_DEVICE($Power)::▮",
        "AVG(GROUP_BY_DEVICE($Power))::▮",
        "Building::▮",
        "Building::Is▮",
        "DeliveredNotification::▮",
        "EVAL('Power', Building::▮)",
        "$Power::First::▮Nonsense",
        "$GridPower | ▮",
        "now | '▮'",
        "90min | ▮",
        "FILTER($Power, ▮, 1)",
        "SORT(GROUP_BY_DEVICE($Power), ▮)",
        "EVAL(▮, Building::All)",
        "$Po▮wer = 1",
        "5▮ + 5min",
        "▮",
    ],
)
def test_what_is_accepted_is_known(text: str) -> None:
    unknown = {"unknown-attribute", "unknown-function", "undefined-dataset", "unknown-unit", "unquoted-text", "bad-pattern"}
    unknown |= {"literal-needed", "unknown-character", "wrong-case", "needs-streak", "needs-goal", "operator-missing"}
    offered = _offered(text, EVERYWHERE)
    assert offered
    for completion in offered:
        written, _ = _at_cursor(_accepted(text, completion))
        found = {diagnostic.code for diagnostic in check(written, EVERYWHERE).diagnostics}
        assert not found & unknown, written


CORRECT = [
    (case, scope)
    for case in cases()
    for scope in [Scope(case.scene.datasets()[0], _place(case), case.scene.first("streak", "off") == "on")]
    if not [each for each in check(case.expression, scope).diagnostics if each.code != "wrong-place"]
]


def test_what_the_corpus_writes_is_offered_at_its_place_and_explained() -> None:
    """Each name and operator of each correct expression, where nothing, one letter or all of it is written."""
    assert len(CORRECT) > 150
    for case, scope in CORRECT:
        text = case.expression
        tokens = tokens_of(text, Report(text))[:-1]
        for before, token in zip([None, *tokens], tokens, strict=False):
            written = text[token.span.start : token.span.end]
            is_operand_before = before is not None and (before.kind != "operator" or before.text == ")")
            is_pattern = before is not None and before.text == "|"
            if token.kind not in ("dataset", "word", "operator") or written in ("(", ")", ",", "-") or is_pattern:
                continue
            assert hover(text, token.span.start, scope), (text, written)
            for length in {0, 1, len(written)} if token.kind != "operator" else {0}:
                begun = text[: token.span.start] + (" " if is_operand_before else "") + written[:length]
                offered = {each.label.removeprefix("Building::") for each in completions(begun, len(begun), scope)}
                # EVAL takes a name in quotes, and `Building` with its selector.
                expected = {written, f'"{written[1:]}"', "All" if written == "Building" else written}
                assert offered & expected, (begun, written)


SNIPPETS = [
    "$Power",
    "$GridPower",
    "$",
    "$N",
    "AVG(",
    "SORT(",
    "FILTER(",
    "EVAL(",
    "IF(",
    "GROUP_BY_DEVICE(",
    "SUBSET(",
    "(",
    ")",
    ",",
]
SNIPPETS += [
    "::",
    "First",
    "AND ",
    "NOT ",
    "-",
    "+",
    "|",
    "<",
    "= ",
    "'",
    '"',
    "'#,##0'",
    "'>'",
    "1.5",
    "1h",
    "5x",
    "now",
    "Building",
]
SNIPPETS += ["foo", " ", "\n", "#", "“", "\\", "@", "&&", "]", "byGroupKey", "Building::All", "{", "é", "🏠"]
texts = st.text(max_size=60) | st.lists(st.sampled_from(SNIPPETS), max_size=20).map("".join)
scopes = st.sampled_from([CONDITION, EVERYWHERE, Scope({}, "message"), Scope(DATASETS, "expression")])


@given(texts, st.integers(-3, 90), scopes)
@settings(max_examples=500, deadline=None)
def test_any_place_of_any_text_is_answered(text: str, cursor: int, scope: Scope) -> None:
    stand = min(max(cursor, 0), len(text))
    answers: list[Completion | Hover | SignatureHelp] = []
    for completion in completions(text, cursor, scope):
        assert 0 <= completion.start <= stand <= completion.end <= len(text)
        assert 0 <= completion.cursor_offset <= len(completion.insert) + 1
        answers.append(completion)
    part, call = hover(text, cursor, scope), signature(text, cursor, scope)
    if part is not None:
        assert 0 <= part.start < part.end <= len(text)
        answers.append(part)
    if call is not None:
        assert 0 <= call.likeliest < len(call.signatures)
        answers.append(call)
    for answer in answers:
        assert json.loads(json.dumps(asdict(answer)))


@pytest.mark.parametrize(
    "text", ["(" * 9000, "AVG(" * 2000, "1+" * 4900, "-" * 9000 + "1 ", "1" + "::Value" * 1400 + "::", "$" * 20_000]
)
def test_long_and_deep_texts_are_answered(text: str) -> None:
    completions(text, len(text), CONDITION)
    hover(text, len(text) // 2, CONDITION)
    signature(text, len(text), CONDITION)


@pytest.mark.parametrize("place", ["condition", "streak", "case", "goal", "message", "command", "expression"])
def test_a_long_text_before_does_not_matter(place: Place) -> None:
    before = "AVG($Power) > 1 AND " * (LENGTH_LIMIT // 20 - 5)
    assert _labels(f"{before}$Power::La▮", Scope(DATASETS, place)) == ["Last"]
