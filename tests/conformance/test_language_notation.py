"""The notation of the corpus: what a line stands for, and that a malformed one is refused with its file and line."""

import pytest
from tests.conformance.language_corpus import Case, CorpusError, cases_of

from hearth.testing.series_notation import values_of


@pytest.mark.parametrize(
    ("words", "values"),
    [
        ("1 -2.5 1e3", [1.0, -2.5, 1000.0]),
        ("5x3", [5.0, 5.0, 5.0]),
        ("-5x2", [-5.0, -5.0]),
        ("0+10x5", [0.0, 10.0, 20.0, 30.0, 40.0]),
        ("9-3x3", [9.0, 6.0, 3.0]),
        ("-1+0.1x4", [-1.0, -0.9, -0.8, -0.7]),
        ("1 _ 2 _x2", [1.0, None, 2.0, None, None]),
        ("7x1", [7.0]),
        ("", []),
    ],
)
def test_words_of_a_series(words: str, values: list[float | None]) -> None:
    assert values_of(words) == values


def _last(text: str) -> Case:
    return list(cases_of("doc.md", text))[-1]


def test_devices_of_a_series_end_at_now() -> None:
    case = _last("now: 2026-03-10T12:00\nseries P W 10m: a/My_Car: 1 2; b: 3x3\n\n$P ==> [3, 1, 3, 2, 3]")
    events = case.scene.datasets()[1]["P"].events(case.scene.now_ms)
    assert list(events.device_ids) == ["b", "a", "b", "a", "b"]
    assert list(events.device_names) == ["b", "My Car", "b", "My Car", "b"]
    assert [(time_ms - case.scene.now_ms) // 60_000 for time_ms in events.times_ms] == [-20, -10, -10, 0, 0]


def test_a_case_adds_to_the_scene_for_itself_alone() -> None:
    one, other = cases_of("doc.md", "single A W: 1\n\nexpression: $A\nsingle A W: 2\nvalue: 2\n\n$A ==> 1\n")
    assert one.scene.datasets()[1]["A"].last_value(one.scene.now_ms) == 2
    assert other.scene.datasets()[1]["A"].last_value(other.scene.now_ms) == 1


def test_line_breaks_and_the_escape() -> None:
    assert _last(r'1\n+ "a\\nb" ==> type: Scalar<Text>').expression == '1\n+ "a\\nb"'


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("series P W 10m: 1 two 3", "'two' is neither a value"),
        ("series P W 10m: 5x0", "'5x0' is neither a value"),
        ("series P W 10m: 1+2", r"'1\+2' is neither a value"),
        ("series P W 10m: a b: 1", "'a b' is no device"),
        ("series P W 10m: a: 1; b:", "'b:' has no values"),
        ("series P W 10: 1", "'10' is no timespan"),
        ("series P: 1", "'series P' is not series, a name and a unit"),
        ("events P W: 10:00 a", "'10:00 a' is not a time, a device and a value"),
        ("events P W: 10:00 a many", "'many' is no value"),
        ("events P W: noon a 1", "'noon' is no time"),
        ("events P W: 25:00 a 1", "hour must be in"),
        ("single Q W: 1 2 x", "'x' is neither a value"),
        ("span: long", "'long' is no timespan"),
        ("now: today", "'today' is no time"),
        ("zone: Mars/Olympus", "unknown time zone"),
        ("place: title", "'title' is no place"),
        ("building: town=Bern", "'town=Bern' is not known of building"),
        ("delivered: created=early", "'early' is no time"),
        ("peers P: b2=1", "'peers P' is not peers, a dataset and a selector"),
        ("peers P All: b2", "not enough values"),
        ("sries P W 10m: 1", "'sries P W 10m: 1' is not a line of the corpus"),
        ("value 5", "'value 5' is not a line of the corpus"),
        ("value: 5", "an expression and what is expected of it belong together"),
    ],
)
def test_a_malformed_line_is_refused_with_file_and_line(line: str, why: str) -> None:
    with pytest.raises(CorpusError, match=rf"^doc\.md:3: .*{why}"):
        list(cases_of("doc.md", f"1 ==> 1\n\n{line}\n\n1 ==> 1\n"))


@pytest.mark.parametrize("value", ["[1, 2", "[1 2] 3", "{a 1}", "time noon", "1 2", '"open', "[1,, 2]", ""])
def test_a_malformed_value_is_refused_with_file_and_line(value: str) -> None:
    with pytest.raises(CorpusError, match=r"^doc\.md:2: "):
        list(cases_of("doc.md", f"// remark\n1 ==> {value}\n"))
