"""Advice: what a good colleague says beyond "wrong": the likely meaning, the likely trap.

Called by the checker; decides wording only, never what a value's type is.
"""

from hearth.language.diagnostics import Report, Span
from hearth.language.printer import printed
from hearth.language.scope import Place
from hearth.language.tree import Binary, Node
from hearth.language.typed import Typed
from hearth.language.types import BOOLEAN, in_words

_PLACES: dict[Place, str] = {  # all but "expression", where anything may stand
    "condition": "A condition",
    "streak": "A streak condition",
    "case": "A case's condition",
    "goal": "A goal-achieved condition",
    "message": "A message",
    "command": "A command",
}


def about_place(tree: Typed, text: str, place: Place, report: Report) -> None:
    """Whether the whole may stand where it stands."""
    if tree.type is None or place == "expression":
        return
    written = " ".join(text.split())
    shown = written if len(written) <= 40 else f"{written[:37]}…"
    if place in ("message", "command"):
        if tree.type.kind in ("Building", "DeliveredNotification"):
            hint = "name one of its attributes, such as ::Id"
            report.error("wrong-place", tree.span, f"{_PLACES[place]} is a text; `{shown}` is {in_words(tree.type)}.", hint)
        elif not tree.type.is_scalar:
            hint = 'take one of its values (::Last, AVG(…)), or join it to a text: "" + …'
            report.error("wrong-place", tree.span, f"{_PLACES[place]} is one value; `{shown}` is {in_words(tree.type)}.", hint)
        return
    if tree.type == BOOLEAN:
        return
    message = f"{_PLACES[place]} must be yes or no; `{shown}` is {in_words(tree.type)}."
    likely: str | None = None
    if tree.type.kind in ("Number", "Event", "Time", "Timespan"):
        likely = (
            f"compare it, for instance `{shown} > …`"
            if tree.type.is_scalar
            else "take an aggregate, such as AVG(…), and compare it"
        )
    elif tree.type.kind == "Boolean":
        likely = "use a value of one group, or COUNT(FILTER(…)) > 0"
    report.error("wrong-place", tree.span, message, likely)


def about_units(node: Binary, left: Typed, right: Typed, report: Report) -> None:
    """Watts with watt-hours."""
    if left.unit and right.unit and left.unit != right.unit:
        message = f"The left side is in {left.unit}, the right side in {right.unit}."
        report.warning("units-differ", node.span, message, "is that meant?")


def vector_operand(operator: str, side: Typed, syntax: Node, report: Report) -> None:
    """Several values where one is needed."""
    assert side.type is not None
    written = printed(syntax)
    shown = written if len(written) <= 40 else f"{written[:37]}…"
    message = f"`{operator}` needs single values; `{shown}` is {in_words(side.type)}."
    if side.type.kind in ("Number", "Event"):
        other = "the newest" if side.type.structure == "Vector" else "the newest of each group"
        hint = f"take an aggregate, such as AVG({shown}), MAX({shown}) or {other}: {shown}::Last"
        report.error("vector-operand", side.span, message, hint, f"AVG({written})")
    else:
        report.error("vector-operand", side.span, message, f"take one of them: {shown}::Last")


def for_unlike(node: Binary, left: Typed, right: Typed) -> str | None:
    """What was probably meant by comparing two types."""
    assert left.type is not None
    assert right.type is not None
    kinds = {left.type.kind, right.type.kind}
    text = left if left.role == "constant" and left.type.kind == "Text" else right
    if "Text" in kinds and kinds & {"Number", "Event"} and text.role == "constant":
        try:
            float(str(text.value))
        except ValueError:
            return "a text and a number are never equal"
        return f"a number stands without quotes: {text.value}"
    if kinds == {"Time", "Timespan"}:
        return "a time is compared with a time, such as now - 24h"
    if kinds == {"Timespan", "Number"}:
        return "a timespan has a unit, such as 30min"
    if "Boolean" in kinds:
        return f"a comparison is yes or no already; brackets decide what belongs together: {printed(node.left)}"
    return None


def for_arithmetic(operator: str, left: Typed, right: Typed) -> str | None:
    """What was probably meant by an impossible computation."""
    assert left.type is not None
    assert right.type is not None
    kinds = (left.type.kind, right.type.kind)
    if "Text" in kinds and operator != "+":
        return "texts are joined by +; brackets decide what is computed before"
    if kinds == ("Time", "Time"):
        return "times are subtracted: the difference is a timespan"
    if "Time" in kinds and "Number" in kinds:
        return "a timespan has a unit, such as 30min"
    return None


def format_before_join(node: Binary, left: Typed, report: Report) -> None:
    """`$A + $B | '#,##0'` formats $B alone."""
    right = node.right
    assert isinstance(right, Binary)
    assert left.type is not None
    fix = f"({printed(node.left)} + {printed(right.left)}) | {printed(right.right)}"
    message = f"`|` formats `{printed(right.left)}` alone, which is then joined to {in_words(left.type)} as text."
    report.warning("format-before-join", Span(node.span.start, node.span.end), message, f"did you mean {fix}?", fix)
