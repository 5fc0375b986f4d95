"""Operators: what they accept, what comes out, and how the manual shows them."""

from dataclasses import dataclass

from hearth.language.types import Kind


@dataclass(frozen=True)
class Operator:
    """An operator as the manual shows it."""

    name: str
    documentation: str
    examples: tuple[str, ...]


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
