"""Functions: every way to call each, with documentation and examples. What one computes is in `operations`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from hearth.language.types import NUMBER, Kind, Structure, Type

NUMERIC: tuple[Kind, ...] = ("Number", "Event")
ORDERED: tuple[Kind, ...] = ("Number", "Event", "Time", "Timespan", "Text")
ANY: tuple[Kind, ...] = ("Boolean", "Number", "Time", "Timespan", "Text", "Event")
ALL_STRUCTURES: tuple[Structure, ...] = ("Scalar", "Vector", "GroupedScalar", "GroupedVector")
SEVERAL: tuple[Structure, ...] = ("Vector", "GroupedScalar", "GroupedVector")
ORDER_DOCUMENTATION = {
    "byGroupKey": "The groups in the order of their keys: device id, start of the span, or building id.",
    "byGroupValue": "The groups in the order of their values; of several values, of their sum.",
}
SORT_ORDERS = tuple(ORDER_DOCUMENTATION)
SYMBOLS = ("<", "<=", "=", "!=", ">=", ">")
Accepted = Literal["value", "symbol", "order", "dataset name", "selector"]


class Parameter(NamedTuple):
    """`accepted` other than "value": a word or text that must stand there literally."""

    name: str
    structures: tuple[Structure, ...] = ("Scalar",)
    kinds: tuple[Kind, ...] = ()
    accepted: Accepted = "value"
    is_optional: bool = False


@dataclass(frozen=True)
class Overload:
    """One way to call a function; `result` is the result's type for the arguments' types."""

    parameters: tuple[Parameter, ...]
    result: Callable[[tuple[Type, ...]], Type]
    signature: str


@dataclass(frozen=True)
class Function:
    """A function with its overloads; `keeps_unit`: the result has the unit of the first argument."""

    name: str
    documentation: str
    overloads: tuple[Overload, ...]
    examples: tuple[str, ...]
    keeps_unit: bool = True


def _x(structures: tuple[Structure, ...], kinds: tuple[Kind, ...], name: str = "x") -> Parameter:
    return Parameter(name, structures, kinds)


def _plain(kind: Kind) -> Kind:
    return "Number" if kind == "Event" else kind


def _number(_: tuple[Type, ...]) -> Type:
    return NUMBER


def _same(types: tuple[Type, ...]) -> Type:
    return types[0]


def _one(types: tuple[Type, ...]) -> Type:
    return Type("Scalar", _plain(types[0].kind))


def _per_group(types: tuple[Type, ...]) -> Type:
    return Type("GroupedScalar", _plain(types[0].kind), types[0].key)


def _numbers(types: tuple[Type, ...]) -> Type:
    return types[0].of("Number")


def _aggregate(name: str, documentation: str, also_time: bool, *more: str) -> Function:
    kinds: tuple[Kind, ...] = ("Number", "Event", "Time") if also_time else NUMERIC
    written = "Number|Event|Time" if also_time else "Number|Event"
    return Function(
        name,
        documentation,
        (
            Overload((_x(("Vector", "GroupedScalar", "Scalar"), kinds),), _one, f"{name}(V|GS|S<{written}>) → S"),
            Overload((_x(("GroupedVector",), kinds),), _per_group, f"{name}(GV<{written}>) → GS, per group"),
        ),
        (f"{name}($Power) > 1000", f"{name}(GROUP_BY_DEVICE($Power))", *more),
    )


_SPAN = Parameter("span", ("Scalar",), ("Timespan",))

_FUNCTIONS = (
    _aggregate(
        "AVG",
        "The mean of the values, each counting the same however long it held; no value of nothing.",
        False,
        "AVG(SUBSET($Power, now - 30min))",
    ),
    _aggregate("SUM", "The sum of the values; 0 of nothing.", False, "SUM(GROUP_BY_TIME($Produced, 1d, lastZeroHour))"),
    _aggregate("MIN", "The smallest value, or the earliest time; no value of nothing.", True, "MIN($Power::Timestamp)"),
    _aggregate("MAX", "The largest value, or the latest time; no value of nothing.", True, "MAX($Forecast::ForecastTimestamp)"),
    Function(
        "COUNT",
        "How many entries there are, 0 of nothing; of groups, how many groups.",
        (Overload((_x(SEVERAL, ANY),), _number, "COUNT(V|GS|GV) → S<Number>"),),
        ("COUNT($Power) > 3", "COUNT(GROUP_BY_DEVICE($Power))", "COUNT(FILTER($Power, '>', 2000))", "COUNT($Boiler) = 0"),
        keeps_unit=False,
    ),
    Function(
        "DISTINCT",
        "The entries without repeats; the first of equal ones stays, events are equal by value, groups stay apart.",
        (Overload((_x(ALL_STRUCTURES, ANY),), _same, "DISTINCT(x) → same structure"),),
        ("DISTINCT(Building::DeviceTypes)", "COUNT(DISTINCT($Power::DeviceName))"),
    ),
    Function(
        "REVERSE",
        "The entries in reverse order; the order of groups of grouped scalars; within each group of grouped vectors.",
        (Overload((_x(ALL_STRUCTURES, ANY),), _same, "REVERSE(x) → same structure"),),
        ("REVERSE($Power)", "REVERSE(SORT(AVG(GROUP_BY_DEVICE($Power))))"),
    ),
    Function(
        "SORT",
        "The entries in ascending order, events by value; groups by their value (the sum of several) or their key.",
        (
            Overload((_x(("Vector",), ORDERED),), _same, "SORT(V) → V"),
            Overload(
                (_x(("GroupedScalar",), ANY), Parameter("by", accepted="order", is_optional=True)), _same, "SORT(GS[, by]) → GS"
            ),
            Overload(
                (_x(("GroupedVector",), NUMERIC), Parameter("by", accepted="order", is_optional=True)),
                _same,
                "SORT(GV[, by]) → GV",
            ),
            Overload((_x(("GroupedVector",), ANY), Parameter("by", accepted="order")), _same, "SORT(GV, byGroupKey) → GV"),
        ),
        ("SORT($Power)", "SORT(AVG(GROUP_BY_DEVICE($Power)), byGroupValue)", "SORT($Power)::Last", "SORT($Forecast::DeviceName)"),
    ),
    Function(
        "FILTER",
        "The entries that compare with the threshold as the symbol says; groups left empty are removed.",
        (
            Overload(
                (_x(SEVERAL, ANY), Parameter("symbol", accepted="symbol"), Parameter("threshold", ("Scalar",), ANY)),
                _same,
                "FILTER(V|GS|GV, symbol, threshold) → same structure",
            ),
        ),
        ("FILTER($Power, '>', 1000)", "FILTER(AVG(GROUP_BY_DEVICE($Power)), '>', 1000)", "FILTER($Power, '>=', AVG($Power))"),
    ),
    Function(
        "GROUP_BY_DEVICE",
        "The events of each device, keyed by device id, in order of first appearance.",
        (
            Overload(
                (_x(("Vector",), ("Event",), "v"),),
                lambda _: Type("GroupedVector", "Event", "Device"),
                "GROUP_BY_DEVICE(V<Event>) → GV<Device, Event>",
            ),
        ),
        ("AVG(GROUP_BY_DEVICE($Power))", "GROUP_BY_DEVICE($Power)::Last", "SORT(SUM(GROUP_BY_DEVICE($Power)))::DeviceName"),
    ),
    Function(
        "GROUP_BY_TIME",
        "The events of each span, oldest span first. Without an anchor, spans are counted back from the latest event, the end "
        "belonging to each; with an anchor they begin there and at each span before and after it, and whole days are days of "
        "the calendar, also those of 23 and 25 hours. Spans without events are left out.",
        (
            Overload(
                (_x(("Vector",), ("Event",), "v"), _SPAN, Parameter("anchor", ("Scalar",), ("Time",), is_optional=True)),
                lambda _: Type("GroupedVector", "Event", "Time"),
                "GROUP_BY_TIME(V<Event>, span[, anchor]) → GV<Time, Event>",
            ),
        ),
        (
            "SUM(GROUP_BY_TIME($Produced, 1d, lastZeroHour))",
            "AVG(GROUP_BY_TIME($Power, 20min))",
            "COUNT(GROUP_BY_TIME($Produced, 1d, lastZeroHour))",
        ),
    ),
    Function(
        "POSITION",
        "The position of the first entry equal to n, counted from 1; no value when there is none.",
        (Overload((_x(("Vector",), ANY, "v"), Parameter("n", ("Scalar",), ANY)), _number, "POSITION(V, n) → S<Number>"),),
        ("POSITION($Power, MAX($Power))", "POSITION($Power, 12345)", 'POSITION(Building::DeviceTypes, "HEAT_PUMP")'),
        keeps_unit=False,
    ),
    Function(
        "SUBSET",
        "A part of the entries: the first n, or the last when n is negative; those from one position to another, counted from 0 "
        "and, when negative, from the end, both included; or the events after a time, up to another and including it.",
        (
            Overload((_x(("Vector",), ANY, "v"), Parameter("n", ("Scalar",), NUMERIC)), _same, "SUBSET(V, n) → V"),
            Overload(
                (_x(("Vector",), ANY, "v"), Parameter("from", ("Scalar",), NUMERIC), Parameter("to", ("Scalar",), NUMERIC)),
                _same,
                "SUBSET(V, from, to) → V",
            ),
            Overload(
                (
                    _x(("Vector",), ("Event",), "v"),
                    Parameter("start", ("Scalar",), ("Time",)),
                    Parameter("end", ("Scalar",), ("Time",), is_optional=True),
                ),
                _same,
                "SUBSET(V<Event>, start[, end]) → V<Event>",
            ),
        ),
        (
            "SUBSET($Power, -2)",
            "SUBSET($Power, 3)",
            "SUBSET($Power, 0, -3)",
            "SUBSET($Power, now - 30min)",
            "SUBSET($Produced, lastZeroHour - 1d, lastZeroHour)",
        ),
    ),
    Function(
        "EVAL",
        "The values that the dataset of this name has in other buildings, by customer building id; the building itself is not "
        "among them. The selector says which buildings. They are compared every ten minutes; fewer than five homes with values, "
        "the building itself counted, are not.",
        (
            Overload(
                (Parameter("datasetName", accepted="dataset name"), Parameter("selector", accepted="selector")),
                lambda _: Type("GroupedVector", "Number", "Text"),
                "EVAL(datasetName, Building::…) → GV<Text, Number>",
            ),
        ),
        (
            'AVG(AVG(EVAL("Power", Building::IsInSameCountry)))',
            'AVG(EVAL("Power", Building::All))',
            'COUNT(EVAL("Power", Building::IsSinglePerson))',
        ),
        keeps_unit=False,
    ),
    Function(
        "IF",
        "The second argument where the first holds, otherwise the third; only the chosen one is computed.",
        (
            Overload(
                (Parameter("cond", ("Scalar",), ("Boolean",)), _x(ALL_STRUCTURES, ANY, "a"), _x(ALL_STRUCTURES, ANY, "b")),
                lambda types: types[1] if types[1] == types[2] else types[1].of(_plain(types[1].kind)),
                "IF(S<Boolean>, a, b) → the type of a and b",
            ),
        ),
        (
            'IF(AVG($Power) > 1000, "high", "low")',
            "IF(COUNT($Boiler) > 0, AVG($Boiler), 0)",
            "IF($Charge < 20, now + 1h, now + 3h) | 'HH:mm'",
        ),
        keeps_unit=False,
    ),
    Function(
        "ABS",
        "The value without its sign, per value.",
        (Overload((_x(ALL_STRUCTURES, NUMERIC),), _numbers, "ABS(x) → same structure of Number"),),
        ("ABS($Grid)", "ABS($Temperature - 20) > 5", "ABS(AVG(GROUP_BY_DEVICE($Power)) - 1500)"),
    ),
    Function(
        "ROUND",
        "The value rounded to digits after the point (0 when absent), ties to the even neighbour, per value.",
        (
            Overload(
                (_x(ALL_STRUCTURES, NUMERIC), Parameter("digits", ("Scalar",), NUMERIC, is_optional=True)),
                _numbers,
                "ROUND(x[, digits]) → same structure of Number",
            ),
        ),
        ("ROUND($Grid / 1000, 1)", "ROUND($Power)", "ROUND(2.5)"),
    ),
)
# What authors know from their spreadsheet, in English, German and French.
SYNONYMS: dict[str, str] = {
    **dict.fromkeys(("AVERAGE", "MEAN", "MITTELWERT", "MOYENNE"), "AVG"),
    **dict.fromkeys(("SUMME", "SOMME", "TOTAL", "ADD"), "SUM"),
    **dict.fromkeys(("COUNTA", "ANZAHL", "ANZAHL2", "NB", "LENGTH", "SIZE"), "COUNT"),
    **dict.fromkeys(("WENN", "SI", "CASE", "IIF"), "IF"),
    **dict.fromkeys(("RUNDEN", "ARRONDI"), "ROUND"),
    **dict.fromkeys(("UNIQUE", "EINDEUTIG"), "DISTINCT"),
    **dict.fromkeys(("FILTERN", "FILTRE", "WHERE", "COUNTIF", "ZÄHLENWENN"), "FILTER"),
    **dict.fromkeys(("SORTIEREN", "TRIER", "ORDER_BY"), "SORT"),
    **dict.fromkeys(("MATCH", "VERGLEICH", "EQUIV", "INDEXOF"), "POSITION"),
    **dict.fromkeys(("SLICE", "WINDOW", "TAKE", "SINCE"), "SUBSET"),
}
FUNCTIONS: dict[str, Function] = {function.name: function for function in _FUNCTIONS}
