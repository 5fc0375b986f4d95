"""Explanation: an evaluated expression part by part, so that its author sees why it came out as it did.

Each part is compiled and run by itself, by the same compiler as the whole: there is no second evaluator, and what
is told of a part is what the whole computed with. Invariant: an explanation reads nothing that the expression
does not read, and changes nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from hearth.language.answers import as_data, reason_of
from hearth.language.compiler import compile_program
from hearth.language.context import Context
from hearth.language.diagnostics import Span
from hearth.language.rendering import render_arguments, rendered
from hearth.language.tree import BINDING
from hearth.language.typed import Checked, Typed
from hearth.language.windows import Window


@dataclass(frozen=True)
class Explained:
    """A part of an expression: as its author wrote it, its type, value (as data and as text) and its own parts.

    `missing`: why it has no value. Literals are not listed among the parts: they say themselves what they are.
    """

    text: str
    span: Span
    type: str
    unit: str | None
    value: Any
    shown: str
    missing: str | None
    parts: tuple["Explained", ...]


def explain(checked: Checked, now_ms: int, windows: Mapping[str, Window], context: Context) -> Explained:
    """A checked expression with the values of its parts. Raises ValueError when it has errors."""
    if checked.has_errors:
        raise ValueError("an expression with errors has no values to explain; see its diagnostics")
    return _Explaining(checked, now_ms, windows, context).part(checked.tree)


class _Explaining:
    def __init__(self, checked: Checked, now_ms: int, windows: Mapping[str, Window], context: Context) -> None:
        self._checked = checked
        self._now_ms = now_ms
        self._windows = windows
        self._context = context

    def part(self, node: Typed) -> Explained:
        of = node.type
        assert of is not None
        program = compile_program(replace(self._checked, tree=node, type=str(of), place="expression"))
        value = program.run(self._now_ms, tuple(self._windows[name] for name in program.datasets), self._context)
        is_opaque = of.kind in ("Building", "DeliveredNotification")
        data = as_data(value, of, self._context.zone)
        return Explained(
            text=" ".join(self._checked.text[node.span.start : node.span.end].split()),
            span=node.span,
            type=str(of),
            unit=node.unit,
            value=data,
            shown="" if is_opaque else rendered(value, *render_arguments(of), None, self._context),
            missing=reason_of(value, data),
            parts=tuple(self.part(child) for child in _parts(node)),
        )


def _parts(node: Typed) -> Iterator[Typed]:
    """The children worth telling; of a chain such as `a AND b AND c` or `a + b - c` all operands, side by side."""
    operands: list[Typed] = []
    first = node
    while _continues(node, first):
        operands.extend(reversed(first.children[1:]))
        first = first.children[0]
    children = [first, *reversed(operands)] if first is not node else list(node.children)
    for child in children:
        if child.role != "constant" and child.type is not None:
            yield child


def _continues(chain: Typed, node: Typed) -> bool:
    if node.role != chain.role or node.role not in ("and", "or", "join", "operator"):
        return False
    return node.role != "operator" or BINDING[str(node.value)] == BINDING[str(chain.value)]
