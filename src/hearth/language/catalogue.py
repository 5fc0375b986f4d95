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
ORDER_DOCUMENTATION = {
    "byGroupKey": "The groups in the order of their keys: device id, start of the span, or building id.",
    "byGroupValue": "The groups in the order of their values; of several values, of their sum.",
}
SORT_ORDERS = tuple(ORDER_DOCUMENTATION)
SYMBOLS = ("<", "<=", "=", "!=", ">=", ">")
# What is true of a building that has the trait.
TRAITS = {
    "IsInSameCountry": "in the same country",
    "IsInSameConsumptionCategory": "in the same category of consumption",
    "IsMultiPerson": "home to several people",
    "IsSinglePerson": "home to one person",
    "IsResidential": "residential",
    "IsCommercial": "commercial",
    "IsEcologicalMotivated": "motivated by ecology",
    "IsEconomicalMotivated": "motivated by economy",
    "IsSelfSufficiencyMotivated": "motivated by self-sufficiency",
}
SELECTOR_DOCUMENTATION = {
    "All": "All other buildings.",
    **{name: f"The other buildings that are {of}." for name, of in TRAITS.items()},
}
SELECTORS = tuple(SELECTOR_DOCUMENTATION)

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
    """A literal word, and an expression with it."""

    name: str
    type: Type
    documentation: str
    example: str


@dataclass(frozen=True)
class AttributeEntry:
    """An attribute of a kind of value; `structure`: the result's, where it is not that of the target."""

    name: str
    kind: Kind
    result: Kind
    documentation: str
    example: str
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
                (_x(SEVERAL, ORDERED), Parameter("symbol", accepted="symbol"), Parameter("threshold", ("Scalar",), ORDERED)),
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
        "among them. The selector says which buildings.",
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

_WORDS = (
    Word("true", BOOLEAN, "Yes.", "$Grid > 500 AND true"),
    Word("false", BOOLEAN, "No.", "Building::IsCommercial = false"),
    Word("now", TIME, "The instant of the evaluation: the triggering event's timestamp, or the tick.", "now | 'HH:mm'"),
    Word("lastHour", TIME, "The start of the current hour.", "lastHour | 'HH:mm'"),
    Word("lastZeroHour", TIME, "The start of the current day.", "SUM(SUBSET($Produced, lastZeroHour))"),
    Word("startOfCurrentMonth", TIME, "00:00 of the current month's first day.", "now - startOfCurrentMonth"),
    Word("endOfCurrentMonth", TIME, "00:00 of the current month's last day.", "(endOfCurrentMonth - now) | 'DAYS:WORD'"),
    Word("startOfLastMonth", TIME, "00:00 of the previous month's first day.", "startOfLastMonth | 'MMMM yyyy'"),
    Word("endOfLastMonth", TIME, "00:00 of the previous month's last day.", "endOfLastMonth | 'd MMMM'"),
    Word(
        "startOfMonthBeforeLast",
        TIME,
        "00:00 of the first day of the month before the previous one.",
        "startOfMonthBeforeLast | 'MMMM yyyy'",
    ),
    Word(
        "endOfMonthBeforeLast",
        TIME,
        "00:00 of the last day of the month before the previous one.",
        "endOfMonthBeforeLast | 'd MMMM yyyy'",
    ),
    Word("Building", BUILDING, "The building the rule is evaluated for.", "Building::City"),
    Word("StreakCounter", NUMBER, "How many matches the streak has; needs the streak feature.", '"Day " + StreakCounter'),
    Word(
        "StreakHasBeenReset",
        BOOLEAN,
        "Whether this is the first match after a broken streak; needs the streak feature.",
        'IF(StreakHasBeenReset, "A new start", "Keep going")',
    ),
    Word(
        "DeliveredNotificationCounter",
        NUMBER,
        "How many notifications of this rule reached this building.",
        "DeliveredNotificationCounter % 3 = 0",
    ),
    Word(
        "DeliveredNotification",
        DELIVERED,
        "The delivered notification; in a goal condition only.",
        "DeliveredNotification::CreatedAt < now - 1h",
    ),
)
WORDS: dict[str, Word] = {word.name: word for word in _WORDS}

_ATTRIBUTES = (
    AttributeEntry("Value", "Event", "Number", "The event's value; an event stands for it anyway.", "$Forecast::Value"),
    AttributeEntry(
        "Unit",
        "Event",
        "Text",
        "The unit of the values, such as W: one text, known before anything runs.",
        '$Grid + " " + $Grid::Unit',
    ),
    AttributeEntry(
        "Unit", "Number", "Text", "The unit of the number, where it follows from the datasets.", "(AVG($Power) / 1000)::Unit"
    ),
    AttributeEntry("DeviceId", "Event", "Text", "The id of the device.", "DISTINCT($Power::DeviceId)"),
    AttributeEntry("DeviceName", "Event", "Text", "The name of the device.", "$Power::Last::DeviceName"),
    AttributeEntry("Timestamp", "Event", "Time", "When it was observed.", "now - $Power::First::Timestamp"),
    AttributeEntry(
        "ForecastTimestamp",
        "Event",
        "Time",
        "The instant a forecast is for; no value when it is none.",
        "$Forecast::Last::ForecastTimestamp | 'EEEE HH:mm'",
    ),
    AttributeEntry("Id", "Building", "Text", "The customer's id of the building.", "Building::Id"),
    AttributeEntry(
        "RegistrationTimestamp", "Building", "Time", "When it was registered.", "now - Building::RegistrationTimestamp > 30d"
    ),
    AttributeEntry(
        "DeviceTypes", "Building", "Text", "The types of its devices.", 'POSITION(Building::DeviceTypes, "BATTERY")', "Vector"
    ),
    AttributeEntry("City", "Building", "Text", "Its city; no value when unknown.", '"Weather in " + Building::City'),
    AttributeEntry("CountryCode", "Building", "Text", "Its country; no value when unknown.", 'Building::CountryCode = "CH"'),
    AttributeEntry("Zip", "Building", "Text", "Its postal code; no value when unknown.", "Building::Zip"),
    *(
        AttributeEntry(name, "Building", "Boolean", f"Whether it is {of}; no value when unknown.", f"Building::{name}")
        for name, of in TRAITS.items()
    ),
    AttributeEntry(
        "CreatedAt", "DeliveredNotification", "Time", "When it was generated.", "DeliveredNotification::CreatedAt > lastZeroHour"
    ),
    AttributeEntry(
        "InteractedAt",
        "DeliveredNotification",
        "Time",
        "When the household reacted; no value when it did not.",
        "DeliveredNotification::InteractedAt - DeliveredNotification::CreatedAt < 1h",
    ),
    AttributeEntry(
        "ActionQualifier",
        "DeliveredNotification",
        "Text",
        "What the household did; no value when nothing.",
        'DeliveredNotification::ActionQualifier = "VIEWED"',
    ),
)
ATTRIBUTES: dict[tuple[Kind, str], AttributeEntry] = {(entry.kind, entry.name): entry for entry in _ATTRIBUTES}
VECTOR_ATTRIBUTES = {"First": "The oldest entry (of each group).", "Last": "The newest entry (of each group)."}
GROUP_ATTRIBUTES = {
    "Value": "The values of the groups, one after the other.",
    "DeviceId": "The ids of the groups' devices.",
    "DeviceName": "The names of the groups' devices.",
}

# Of `::First`, `::Last` and of groups of one value.
STRUCTURE_EXAMPLES = {
    ("Vector", "First"): "$Power::First::Timestamp",
    ("Vector", "Last"): "$Power::Last > $Power::First",
    ("GroupedVector", "First"): "GROUP_BY_DEVICE($Power)::First",
    ("GroupedVector", "Last"): "GROUP_BY_DEVICE($Power)::Last",
    ("GroupedScalar", "Value"): "MAX(AVG(GROUP_BY_DEVICE($Power))::Value)",
    ("GroupedScalar", "DeviceId"): "AVG(GROUP_BY_DEVICE($Power))::DeviceId",
    ("GroupedScalar", "DeviceName"): "SORT(AVG(GROUP_BY_DEVICE($Power)))::DeviceName::Last",
}


def attribute_documentation(of: Type, name: str) -> str:
    """What `::name` gives of a value of a type that has it."""
    entry = ATTRIBUTES.get((of.kind, name))
    return entry.documentation if entry is not None else {**GROUP_ATTRIBUTES, **VECTOR_ATTRIBUTES}[name]


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
    Operator(
        "::",
        "An attribute of what stands before: of an event, of several values, of the building.",
        ("$Power::Last", "$Power::Last::Timestamp", "Building::City"),
    ),
    Operator("-", "Subtracts; alone before a number or timespan, changes its sign.", ("-$Grid", "now - 24h", "now - lastHour")),
    Operator("*", "Multiplies numbers, or a timespan by a number.", ("1.5 * SUM($Power)", "3 * 20min")),
    Operator("/", "Divides numbers, or a timespan by a number; by zero gives no value.", ("$Grid / 1000", "1h / 4", "$Grid / 0")),
    Operator(
        "%",
        "The remainder, with the sign of the dividend; by zero gives no value.",
        ("DeliveredNotificationCounter % 3", "-7 % 3"),
    ),
    Operator(
        "|",
        "Formats numbers, times and timespans by a pattern.",
        ("$Power | '#,##0'", "now | 'HH:mm'", "90min | 'ADAPTIVE:WORD'"),
    ),
    Operator(
        "+",
        "Adds numbers, timespans, a time and a timespan; joins a text with anything.",
        ("$Grid + 250", '"Now " + $Grid', "now + 30min", '"Used: " + AVG(GROUP_BY_DEVICE($Power))'),
    ),
    Operator("<", "Whether the left side is smaller; of times: earlier.", ("AVG($Power) < 500", "$Grid::Timestamp < now - 1h")),
    Operator("<=", "Whether the left side is at most the right side.", ("$Charge <= 64",)),
    Operator("=", "Whether both sides are equal; they must be of one type.", ("$Mode = 0", 'Building::City = "Bern"')),
    Operator("!=", "Whether the sides differ; they must be of one type.", ("$Mode != 0",)),
    Operator(">=", "Whether the left side is at least the right side.", ("$Charge >= 80",)),
    Operator(
        ">", "Whether the left side is greater; of times: later.", ("AVG($Power) > 500", "AVG(GROUP_BY_DEVICE($Power)) > 1000")
    ),
    Operator("NOT", "Yes where what follows is no, and the reverse.", ("NOT ($Charge > 80)",)),
    Operator(
        "AND",
        "Whether both sides hold; binds tighter than OR.",
        ("AVG($Power) > 500 AND $Mode = 0", "$Boiler::Last > 1 AND true"),
    ),
    Operator("OR", "Whether at least one side holds.", ("$Mode = 0 OR $Mode = 1", "$Boiler::Last > 1 OR $Charge > 50")),
)
