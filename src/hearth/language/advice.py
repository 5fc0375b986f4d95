"""Advice: what a good colleague says beyond "wrong": the likely meaning, the likely trap.

Called by the checker; decides wording only, never what a value's type is.
"""

import re

from hearth.core.nearest import nearest
from hearth.language.catalogue import WORDS
from hearth.language.diagnostics import Report, Span
from hearth.language.printer import printed, quoted, shortened
from hearth.language.scope import Place, Scope
from hearth.language.tree import COMPARISONS, Binary, Node, Word
from hearth.language.typed import Typed
from hearth.language.types import BOOLEAN, TEXT, in_words
from hearth.language.units import differ, factor_between

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


def compare(written: str, side: Typed) -> str:
    """How a value becomes a yes or no."""
    if side.type is not None and side.type.structure in ("Vector", "GroupedVector"):
        return f"did you mean `AVG({written}) > …`?"
    return f"did you mean `{written} {'=' if side.type is not None and side.type.kind == 'Text' else '>'} …`?"


def state_meant(text: str, other: Typed, scope: Scope) -> tuple[str, str, str | None] | None:
    """A state compared with a text -> message, hint and what to write instead; None when it is no state."""
    while other.role == "attribute" and other.children:
        other = other.children[0]
    info = scope.datasets.get(str(other.value)) if other.role == "dataset" else None
    if info is None or not info.state:
        return None
    message = f"The values of ${other.value} are numbers, each the id of a state; it is never the text {quoted(text)}."
    if not info.labels:
        return message, "compare it with the state's number, such as 1", None
    meant = nearest(text, info.labels.values())
    number = next((str(number) for number, label in info.labels.items() if label == meant), None)
    states = ", ".join(f"{number} {label}" for number, label in info.labels.items())
    return message, f"did you mean {number} ({meant})?" if number else f"its states are {states}", number


def word_meant(syntax: Node, scope: Scope, report: Report) -> bool:
    """Whether a bare word, where a text cannot stand, is nearly the name of something; then tells so."""
    if not isinstance(syntax, Word) or syntax.name in WORDS:
        return False
    name = syntax.name
    dataset = name if name in scope.datasets else nearest(name, scope.datasets)
    word = nearest(name, WORDS) if len(name) > 2 else None
    if dataset is None and word is None:
        return False
    report.withdraw("unquoted-text", syntax.span)
    if dataset is not None:
        message = f"`{name}` is a text here; a dataset is written with a dollar."
        report.error("dollar-missing", syntax.span, message, f"did you mean ${dataset}?", f"${dataset}")
    else:
        report.error("unknown-word", syntax.span, f"There is no word {name}.", f"did you mean {word}?", word)
    return True


def about_units(span: Span, left: Typed, right: Typed, report: Report) -> None:
    """Watts with watt-hours."""
    if left.unit and right.unit and differ(left, right):
        message = f"The left side is in {left.unit}, the right side in {right.unit}."
        hint = "is that meant?"
        for unit, other in ((left.unit, right.unit), (right.unit, left.unit)):
            factor = factor_between(unit, other)
            hint = f"divide what is in {unit} by {factor}" if factor else hint
        if {left.unit, right.unit} == {"W", "Wh"}:
            hint = "W is power, at one moment; Wh is energy, over a time: 1,000 W for one hour are 1,000 Wh"
        report.warning("units-differ", span, message, hint)


def vector_operand(operator: str, side: Typed, syntax: Node, report: Report) -> None:
    """Several values where one is needed."""
    assert side.type is not None
    written, shown = printed(syntax), shortened(syntax)
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
    if text.type == TEXT and kinds & {"Number", "Event"} and text.role == "constant":
        if text.value == "null":
            return "no value equals nothing; COUNT($Name) = 0 asks whether a time series is empty"
        if not is_number(str(text.value)):
            return "a text and a number are never equal"
        return f"a number stands without quotes: {text.value}"
    if kinds == {"Time", "Timespan"}:
        return "a time is compared with a time, such as now - 24h"
    if kinds == {"Timespan", "Number"}:
        return "a timespan has a unit, such as 30min"
    if "Boolean" in kinds:
        return f"a comparison is yes or no already; brackets decide what belongs together: {printed(node.left)}"
    return None


def fix_for_unlike(node: Binary, left: Typed, right: Typed) -> str | None:
    """The comparison as it was probably meant, where that is plain."""
    for side, other, syntax in ((left, right, node.left), (right, left, node.right)):
        is_compared = other.type is not None and other.type.kind in ("Number", "Event")
        if is_compared and side.role == "constant" and side.type == TEXT and is_number(str(side.value)):
            sides = [str(side.value) if each is syntax else printed(each) for each in (node.left, node.right)]
            return f" {node.operator} ".join(sides)
    return None


def is_number(text: str) -> bool:
    """Whether a text looks like a number of ours."""
    return re.fullmatch(r"\d+(\.\d+)?", text) is not None


def compared_too(node: Binary, right: Typed) -> str | None:
    """`$Mode = 1 OR 2`: the comparison that the right side probably stands for."""
    before = node.left
    while isinstance(before, Binary) and before.operator in ("AND", "OR"):
        before = before.left
    if right.role == "constant" and isinstance(before, Binary) and before.operator in COMPARISONS:
        return f"{printed(before.left)} {before.operator} {printed(node.right)}"
    return None


def for_arithmetic(node: Binary, left: Typed, right: Typed) -> tuple[str | None, str | None]:
    """What was probably meant by an impossible computation, and where it is plain, what to write instead."""
    assert left.type is not None
    assert right.type is not None
    kinds = (left.type.kind, right.type.kind)
    after = node.right
    if isinstance(after, Binary) and after.operator == "|" and left.type.kind != "Text":
        whole = f"({printed(node.left)} {node.operator} {printed(after.left)}) | {printed(after.right)}"
        return f"`|` comes before `{node.operator}`: did you mean {whole}?", whole
    if "Text" in kinds and node.operator != "+":
        return "texts are joined by +; brackets decide what is computed before", None
    if kinds == ("Time", "Time"):
        return "times are subtracted: the difference is a timespan", None
    if "Time" in kinds and "Number" in kinds:
        return "a timespan has a unit, such as 30min", None
    return None, None


def format_before_join(node: Binary, left: Typed, report: Report) -> None:
    """`$A + $B | '#,##0'` formats $B alone."""
    right = node.right
    assert isinstance(right, Binary)
    assert left.type is not None
    fix = f"({printed(node.left)} + {printed(right.left)}) | {printed(right.right)}"
    message = f"`|` formats `{printed(right.left)}` alone, which is then joined to {in_words(left.type)} as text."
    report.warning("format-before-join", Span(node.span.start, node.span.end), message, f"did you mean {fix}?", fix)
