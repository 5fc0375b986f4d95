"""What an editor says of the part of an expression at a place (`▮`), and of the function whose brackets are around it."""

import pytest

from hearth.language import DatasetInfo, Scope, hover, signature
from hearth.language.catalogue import FUNCTIONS, Function

CONDITION = Scope(
    {
        "Mode": DatasetInfo("SINGLE_VALUE", state=True),
        "Power": DatasetInfo("TIME_SERIES", "W"),
        "GridPower": DatasetInfo("SINGLE_VALUE", "W"),
        "Charging": DatasetInfo("TIME_SERIES", state=True, labels={0: "off", 1: "on"}, timespan_ms=7_200_000),
    },
    "condition",
)


def _at_cursor(marked: str) -> tuple[str, int]:
    assert marked.count("▮") == 1
    return marked.replace("▮", ""), marked.index("▮")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A▮VG($Power) > 1", ("AVG", "AVG(V|GS|S<Number|Event>) → S", "a number, in W")),
        ("AVG▮(GROUP_BY_DEVICE($Power)) + (", ("AVG", "AVG(GV<Number|Event>) → GS, per group", "numbers by device, in W")),
        ("$Pow▮er", ("$Power", "$Power: several events, in W", "several events, in W")),
        ("1 AND ) $GridPower▮", ("$GridPower", "$GridPower: an event, in W", "an event, in W")),
        ("$Po▮wr", ("$Powr", "$Powr", None)),
        ("$GridPower ▮> 1000", (">", "an event > a number → yes/no", "yes/no")),
        ("(1 + 2) ▮* (3)", ("*", "a number * a number → a number", "a number")),
        ("$Power ▮> 1", (">", ">", None)),
        ("▮-$GridPower", ("-", "- an event → a number", "a number, in W")),
        ("NO▮T true", ("NOT", "NOT yes/no → yes/no", "yes/no")),
        ("$GridPower + 1 + ▮2", None),
        ("now - 90mi▮n", ("90min", "90min", "a timespan")),
        ("Buil▮ding::City", ("Building", "Building", "the building")),
        ("Building▮::City", ("City", "the building::City → a text", "a text")),
        ("$Power::La▮st > 1", ("Last", "several events::Last → an event", "an event, in W")),
        ("$Power::Lost▮", None),
        ("EVAL('Po▮wer', Building::All)", ("'Power'", "$Power: several events, in W", "several events, in W")),
        ("EVAL('Power', Building::Al▮l)", ("All", "Building::All", None)),
        ("FILTER($Power, '▮>', 3)", ("'>'", "'>'", None)),
        ("SORT(GROUP_BY_DEVICE($Power), byGro▮upKey)", ("byGroupKey", "byGroupKey", None)),
        ("now | 'HH▮:mm'", ("'HH:mm'", "'HH:mm': a pattern for a time", None)),
        ("'te▮xt' + 1", None),
        ("1 # AV▮G", None),
        ("(▮(1))", None),
        ("fo▮o", ("foo", "foo", "a text")),
        ("FOO▮(1)", None),
    ],
)
def test_what_a_part_is(text: str, expected: tuple[str, str, str | None] | None) -> None:
    written, cursor = _at_cursor(text)
    found = hover(written, cursor, CONDITION)
    assert (found and (written[found.start : found.end], found.title, found.type)) == expected


def test_hover_explains() -> None:
    def documentation(marked: str) -> str:
        found = hover(*_at_cursor(marked), CONDITION)
        assert found is not None
        return found.documentation

    assert documentation("1 | '#,##0▮.0'") == "1234.5 becomes 1,234.5"
    assert documentation("0.5 | '0▮%'") == "0.456 becomes 46%"
    assert documentation("1 | '0▮#'").startswith("This pattern cannot be read")
    assert documentation("now - 9▮0min") == "1.5 hours."
    assert documentation("$Mod▮e") == "A single value: the newest event; the values are ids of states."
    assert documentation("$Char▮ging").endswith("of 2 hours up to now; the values are ids of states: 0 off, 1 on.")
    assert documentation("$Po▮wr") == "There is no dataset $Powr in this rule."
    average = hover("AVG(1)", 0, CONDITION)
    assert average is not None
    assert average.examples == FUNCTIONS["AVG"].examples


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("AVG(▮", ("AVG", 0, "V|GS|S<Number|Event>")),
        ("AVG(▮)", ("AVG", 0, "V|GS|S<Number|Event>")),
        ("AVG(GROUP_BY_DEVICE($Power)▮", ("AVG", 1, "GV<Number|Event>")),
        ("1 + AVG(SUBSET($Power, ▮2)) > 1", ("SUBSET", 0, "n")),
        ("SUBSET($Power, now - 1h▮", ("SUBSET", 2, "start")),
        ("SUBSET($Power, now - 1h, ▮", ("SUBSET", 2, "end")),
        ("SUBSET($Power, 1, ▮", ("SUBSET", 1, "to")),
        ("SORT(GROUP_BY_DEVICE($Power), ▮", ("SORT", 2, "by")),
        ("IF(AVG($Power) > 1, 'a,(b', (1 + ▮", ("IF", 0, "b")),
        ("FILTER($Power, ',▮", ("FILTER", 0, "symbol")),
        ("GROUP_BY_TIME($Power, 1h, ▮", ("GROUP_BY_TIME", 0, "anchor")),
        ("avg(# (((\n▮", ("AVG", 0, "V|GS|S<Number|Event>")),
        ("AVG($Power, ▮", ("AVG", 0, None)),
        ("AVG($Power)▮", None),
        ("AV▮G($Power)", None),
        ("(1 + ▮", None),
        ("foo(▮", None),
        ("'AVG(▮", None),
        ("# AVG(▮", None),
    ],
)
def test_how_a_function_is_called(text: str, expected: tuple[str, int, str | None] | None) -> None:
    found = signature(*_at_cursor(text), CONDITION)
    if found is None:
        assert expected is None
        return
    label, parameters = found.signatures[found.likeliest]
    written = label[slice(*parameters[found.argument])] if found.argument < len(parameters) else None
    assert (found.function, found.likeliest, written) == expected


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=lambda function: function.name)
def test_every_parameter_is_found_in_its_signature(function: Function) -> None:
    opened = f"{function.name}("
    found = signature(opened, len(opened), CONDITION)
    assert found is not None
    counts = [len(each.parameters) for each in found.signatures]
    assert counts == [len(overload.parameters) for overload in function.overloads]
