"""The catalogue: every function, operator, attribute and literal word, with signatures, documentation, examples.

The one place that says what exists; checker, compiler and reference evaluator read it, and so does whoever
writes the reference manual. What an entry computes is in `operations` and, independently, in `reference`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from hearth.language.types import BOOLEAN, BUILDING, DELIVERED, NUMBER, TIME, Kind, Structure, Type

NUMERIC: tuple[Kind, ...] = ("Number", "Event")
ORDERED: tuple[Kind, ...] = ("Number", "Event", "Time", "Timespan", "Text")
ANY: tuple[Kind, ...] = ("Boolean", "Number", "Time", "Timespan", "Text", "Event")
ALL_STRUCTURES: tuple[Structure, ...] = ("Scalar", "Vector", "GroupedScalar", "GroupedVector")
SEVERAL: tuple[Structure, ...] = ("Vector", "GroupedScalar", "GroupedVector")
SORT_ORDERS = ("byGroupKey", "byGroupValue")
SYMBOLS = ("<", "<=", "=", "!=", ">=", ">")
PROFILE = (
    "IsMultiPerson",
    "IsSinglePerson",
    "IsResidential",
    "IsCommercial",
    "IsEcologicalMotivated",
    "IsEconomicalMotivated",
    "IsSelfSufficiencyMotivated",
)
SELECTORS = ("All", "IsInSameCountry", "IsInSameConsumptionCategory", *PROFILE)

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


@dataclass(frozen=True)
class Word:
    """A literal word."""

    name: str
    type: Type
    documentation: str


@dataclass(frozen=True)
class AttributeEntry:
    """An attribute of a kind of value; `structure`: the result's, where it is not that of the target."""

    name: str
    kind: Kind
    result: Kind
    documentation: str
    structure: Structure = "Scalar"


@dataclass(frozen=True)
class Operator:
    """An operator as the manual shows it."""

    name: str
    documentation: str
    examples: tuple[str, ...]


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


def _aggregate(name: str, documentation: str, also_time: bool) -> Function:
    kinds: tuple[Kind, ...] = ("Number", "Event", "Time") if also_time else NUMERIC
    written = "Number|Event|Time" if also_time else "Number|Event"
    return Function(
        name,
        documentation,
        (
            Overload((_x(("Vector", "GroupedScalar", "Scalar"), kinds),), _one, f"{name}(V|GS|S<{written}>) → S"),
            Overload((_x(("GroupedVector",), kinds),), _per_group, f"{name}(GV<{written}>) → GS, per group"),
        ),
        (f"{name}($Power) > 1000", f"{name}(GROUP_BY_DEVICE($Power))"),
    )


_SPAN = Parameter("span", ("Scalar",), ("Timespan",))

_FUNCTIONS = (
    _aggregate("AVG", "The mean of the values; no value of nothing.", also_time=False),
    _aggregate("SUM", "The sum of the values; 0 of nothing.", also_time=False),
    _aggregate("MIN", "The smallest value; no value of nothing.", also_time=True),
    _aggregate("MAX", "The largest value; no value of nothing.", also_time=True),
    Function(
        "COUNT",
        "How many entries there are; of grouped vectors, how many groups.",
        (Overload((_x(SEVERAL, ANY),), _number, "COUNT(V|GS|GV) → S<Number>"),),
        ("COUNT($Power) > 3", "COUNT(GROUP_BY_DEVICE($Power))"),
        keeps_unit=False,
    ),
    Function(
        "DISTINCT",
        "The entries without repeats; the first of equal ones stays, events are equal by value, groups stay apart.",
        (Overload((_x(ALL_STRUCTURES, ANY),), _same, "DISTINCT(x) → same structure"),),
        ("DISTINCT(Building::DeviceTypes)",),
    ),
    Function(
        "REVERSE",
        "The entries in reverse order; the order of groups of grouped scalars; within each group of grouped vectors.",
        (Overload((_x(ALL_STRUCTURES, ANY),), _same, "REVERSE(x) → same structure"),),
        ("REVERSE($Power)",),
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
        ("SORT($Power)", "SORT(AVG(GROUP_BY_DEVICE($Power)), byGroupValue)"),
    ),
    Function(
        "FILTER",
        "The entries that compare with the threshold as the symbol says; groups left empty are removed.",
        (
            Overload(
                (_x(SEVERAL, ORDERED), Parameter("symbol", accepted="symbol"), Parameter("threshold", ("Scalar",), ORDERED)),
                _same,
                "FILTER(V|GS|GV, symbol, threshold) → same structure",
            ),
        ),
        ("FILTER($Power, '>', 1000)",),
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
        ("AVG(GROUP_BY_DEVICE($Power))",),
    ),
    Function(
        "GROUP_BY_TIME",
        "The events of each span: (start, end] counted back from the latest event, or [start, end) aligned to an anchor.",
        (
            Overload(
                (_x(("Vector",), ("Event",), "v"), _SPAN, Parameter("anchor", ("Scalar",), ("Time",), is_optional=True)),
                lambda _: Type("GroupedVector", "Event", "Time"),
                "GROUP_BY_TIME(V<Event>, span[, anchor]) → GV<Time, Event>",
            ),
        ),
        ("SUM(GROUP_BY_TIME($Produced, 1d, lastZeroHour))",),
    ),
    Function(
        "POSITION",
        "The position of the first entry equal to n, counted from 1; no value when there is none.",
        (Overload((_x(("Vector",), ANY, "v"), Parameter("n", ("Scalar",), ANY)), _number, "POSITION(V, n) → S<Number>"),),
        ("POSITION($Power, MAX($Power))",),
        keeps_unit=False,
    ),
    Function(
        "SUBSET",
        "The first n entries (the last when negative); positions from..to; or events after start up to end.",
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
        ("SUBSET($Power, -2)", "SUBSET($Power, 0, -3)", "SUBSET($Power, now-24h)"),
    ),
    Function(
        "EVAL",
        "The dataset's values in other buildings, by customer building id.",
        (
            Overload(
                (Parameter("datasetName", accepted="dataset name"), Parameter("selector", accepted="selector")),
                lambda _: Type("GroupedVector", "Number", "Text"),
                "EVAL(datasetName, Building::…) → GV<Text, Number>",
            ),
        ),
        ('AVG(AVG(EVAL("Power", Building::IsInSameCountry)))',),
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
        ('IF($Power > 1000, "high", "low")',),
        keeps_unit=False,
    ),
    Function(
        "ABS",
        "The value without its sign, per value.",
        (Overload((_x(ALL_STRUCTURES, NUMERIC),), _numbers, "ABS(x) → same structure of Number"),),
        ("ABS($Power)",),
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
        ("ROUND($Power / 1000, 1)",),
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

_WORDS = (
    Word("true", BOOLEAN, "Yes."),
    Word("false", BOOLEAN, "No."),
    Word("now", TIME, "The instant of the evaluation: the triggering event's timestamp, or the tick."),
    Word("lastHour", TIME, "The start of the current hour."),
    Word("lastZeroHour", TIME, "The start of the current day."),
    Word("startOfCurrentMonth", TIME, "00:00 of the current month's first day."),
    Word("endOfCurrentMonth", TIME, "00:00 of the current month's last day."),
    Word("startOfLastMonth", TIME, "00:00 of the previous month's first day."),
    Word("endOfLastMonth", TIME, "00:00 of the previous month's last day."),
    Word("startOfMonthBeforeLast", TIME, "00:00 of the first day of the month before the previous one."),
    Word("endOfMonthBeforeLast", TIME, "00:00 of the last day of the month before the previous one."),
    Word("Building", BUILDING, "The building the rule is evaluated for."),
    Word("StreakCounter", NUMBER, "How many matches the streak has; needs the streak feature."),
    Word("StreakHasBeenReset", BOOLEAN, "Whether this is the first match after a broken streak; needs the streak feature."),
    Word("DeliveredNotificationCounter", NUMBER, "How many notifications of this rule reached this building."),
    Word("DeliveredNotification", DELIVERED, "The delivered notification; in a goal condition only."),
)
WORDS: dict[str, Word] = {word.name: word for word in _WORDS}

_ATTRIBUTES = (
    AttributeEntry("Value", "Event", "Number", "The event's value."),
    AttributeEntry("Unit", "Event", "Text", "The unit of the values, such as W: one text, known before anything runs."),
    AttributeEntry("Unit", "Number", "Text", "The unit of the number, where it follows from the datasets: AVG($Power)::Unit."),
    AttributeEntry("DeviceId", "Event", "Text", "The id of the device."),
    AttributeEntry("DeviceName", "Event", "Text", "The name of the device."),
    AttributeEntry("Timestamp", "Event", "Time", "When it was observed."),
    AttributeEntry("ForecastTimestamp", "Event", "Time", "The instant a forecast is for; no value when it is none."),
    AttributeEntry("Id", "Building", "Text", "The customer's id of the building."),
    AttributeEntry("RegistrationTimestamp", "Building", "Time", "When it was registered."),
    AttributeEntry("DeviceTypes", "Building", "Text", "The types of its devices.", "Vector"),
    AttributeEntry("City", "Building", "Text", "Its city; no value when unknown."),
    AttributeEntry("CountryCode", "Building", "Text", "Its country; no value when unknown."),
    AttributeEntry("Zip", "Building", "Text", "Its postal code; no value when unknown."),
    *(AttributeEntry(name, "Building", "Boolean", "A trait of its profile; no value when unknown.") for name in SELECTORS[1:]),
    AttributeEntry("CreatedAt", "DeliveredNotification", "Time", "When it was generated."),
    AttributeEntry("InteractedAt", "DeliveredNotification", "Time", "When the household reacted; no value when it did not."),
    AttributeEntry("ActionQualifier", "DeliveredNotification", "Text", "What the household did; no value when nothing."),
)
ATTRIBUTES: dict[tuple[Kind, str], AttributeEntry] = {(entry.kind, entry.name): entry for entry in _ATTRIBUTES}
VECTOR_ATTRIBUTES = {"First": "The oldest entry.", "Last": "The newest entry."}

# (operator, left kind, right kind) -> kind of the result; an Event counts as a Number.
ARITHMETIC: dict[tuple[str, Kind, Kind], Kind] = {
    **{(operator, "Number", "Number"): "Number" for operator in "+-*/%"},
    ("+", "Time", "Timespan"): "Time",
    ("+", "Timespan", "Time"): "Time",
    ("+", "Timespan", "Timespan"): "Timespan",
    ("-", "Time", "Timespan"): "Time",
    ("-", "Time", "Time"): "Timespan",
    ("-", "Timespan", "Timespan"): "Timespan",
    ("*", "Timespan", "Number"): "Timespan",
    ("*", "Number", "Timespan"): "Timespan",
    ("/", "Timespan", "Number"): "Timespan",
}
# Kinds that `<` and its like accept.
COMPARABLE: tuple[Kind, ...] = ("Number", "Time", "Timespan", "Text")

OPERATORS: tuple[Operator, ...] = (
    Operator("::", "An attribute of what stands before.", ("$Power::Timestamp",)),
    Operator("-", "The number or timespan with the other sign; subtracts.", ("-$Power", "now - 24h")),
    Operator("*", "Multiplies.", ("1.5 * SUM($Power)",)),
    Operator("/", "Divides; by zero gives no value.", ("$Power / 1000",)),
    Operator("%", "The remainder, with the sign of the dividend; by zero gives no value.", ("DeliveredNotificationCounter % 3",)),
    Operator("|", "Formats by a pattern.", ("$Power | '#,##0'", "now | 'HH:mm'", "90min | 'ADAPTIVE:WORD'")),
    Operator("+", "Adds; joins texts.", ("$A + $B", '"Now " + $Power')),
    Operator("<", "Smaller than.", ("$Power < 500",)),
    Operator("<=", "At most.", ("$Power <= 500",)),
    Operator("=", "Equal.", ("$Mode = 0",)),
    Operator("!=", "Not equal.", ("$Mode != 0",)),
    Operator(">=", "At least.", ("$Power >= 500",)),
    Operator(">", "Greater than.", ("$Power > 500",)),
    Operator("NOT", "The opposite.", ("NOT ($A > $B)",)),
    Operator("AND", "Both hold.", ("$A > 500 AND $B = 0",)),
    Operator("OR", "At least one holds.", ("$Mode = 0 OR $Mode = 4",)),
)
