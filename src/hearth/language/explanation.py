"""Explanation: an evaluated expression part by part, so that its author sees why it came out as it did.

Each part is compiled and run by itself, by the same compiler as the whole: there is no second evaluator, and what
is told of a part is what the whole computed with. Invariant: an explanation reads nothing that the expression
does not read, and changes nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from hearth.core.missing import Missing
from hearth.language.answers import as_data, reason_of
from hearth.language.compiler import compile_program
from hearth.language.context import Context
from hearth.language.diagnostics import Span
from hearth.language.rendering import render_arguments, rendered
from hearth.language.tree import BINDING
from hearth.language.typed import Checked, Typed
from hearth.language.values import Program
from hearth.language.windows import Window


@dataclass(frozen=True)
class Explained:
    """A part of an expression: as its author wrote it, its type, value (as data and as text) and its own parts.

    `missing`: why it has no value. `is_all`: whether it is so only where all its parts are (AND). Literals are not listed
    among the parts: they say themselves what they are.
    """

    text: str
    span: Span
    type: str
    unit: str | None
    value: Any
    shown: str
    missing: str | None
    is_all: bool
    parts: tuple["Explained", ...]


def explain(checked: Checked, now_ms: int, windows: Mapping[str, Window], context: Context) -> Explained:
    """A checked expression with the values of its parts. Raises ValueError when it has errors."""
    return Explainer(checked).explain(now_ms, windows, context)


class _Part(NamedTuple):
    node: Typed
    program: Program
    parts: tuple["_Part", ...]


class Explainer:
    """An expression with a program for each of its parts, compiled once. Raises ValueError when it has errors."""

    def __init__(self, checked: Checked) -> None:
        if checked.has_errors:
            raise ValueError("an expression with errors has no values to explain; see its diagnostics")
        self._text = checked.text
        self._whole = _compiled(checked, checked.tree)

    def explain(self, now_ms: int, windows: Mapping[str, Window], context: Context) -> Explained:
        """The values at an instant."""
        return self._explained(self._whole, now_ms, windows, context)

    def single_values(self, now_ms: int, windows: Mapping[str, Window], context: Context) -> dict[str, str]:
        """The parts of the whole that are one value, as written -> as shown, with units; the outer ones first."""
        values: dict[str, str] = {}
        waiting = [*self._whole.parts]
        while waiting:
            part = waiting.pop(0)
            waiting.extend(part.parts)
            of = part.node.type
            assert of is not None
            if not of.is_scalar or of.kind in ("Building", "DeliveredNotification"):
                continue
            value = part.program.run(now_ms, tuple(windows[name] for name in part.program.datasets), context)
            shown = rendered(value, *render_arguments(of), None, context)
            unit = f" {part.node.unit}" if part.node.unit and not isinstance(value, Missing) else ""
            values.setdefault(self._written(part.node), f"{shown}{unit}")
        return values

    def _written(self, node: Typed) -> str:
        return " ".join(self._text[node.span.start : node.span.end].split())

    def _explained(self, part: _Part, now_ms: int, windows: Mapping[str, Window], context: Context) -> Explained:
        node, of = part.node, part.node.type
        assert of is not None
        value = part.program.run(now_ms, tuple(windows[name] for name in part.program.datasets), context)
        is_opaque = of.kind in ("Building", "DeliveredNotification")
        data = as_data(value, of, context.zone)
        return Explained(
            text=self._written(node),
            span=node.span,
            type=str(of),
            unit=node.unit,
            value=data,
            shown="" if is_opaque else rendered(value, *render_arguments(of), None, context),
            missing=reason_of(value, data),
            is_all=node.role == "and",
            parts=tuple(self._explained(each, now_ms, windows, context) for each in part.parts),
        )


def _compiled(checked: Checked, node: Typed) -> _Part:
    program = compile_program(replace(checked, tree=node, type=str(node.type), place="expression"))
    return _Part(node, program, tuple(_compiled(checked, child) for child in _parts(node)))


def _parts(node: Typed) -> Iterator[Typed]:
    """The children worth telling; of a chain such as `a AND b AND c` or `a + b - c` all operands, side by side."""
    operands: list[Typed] = []
    first = node
    while _continues(node, first):
        operands.extend(reversed(first.children[1:]))
        first = first.children[0]
    children = [first, *reversed(operands)] if first is not node else list(node.children)
    for child in children:
        literal = child.children[0] if child.role == "minus" else child
        if literal.role != "constant" and child.type is not None:
            yield child


def _continues(chain: Typed, node: Typed) -> bool:
    if node.role != chain.role or node.role not in ("and", "or", "join", "operator"):
        return False
    return node.role != "operator" or BINDING[str(node.value)] == BINDING[str(chain.value)]
