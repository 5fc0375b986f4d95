"""Printer: syntax tree -> canonical text. Invariant: reading the printed text gives an equal tree."""

from hearth.language.tokens import UNITS_MS
from hearth.language.tree import (
    ATTRIBUTE_BINDING,
    BINDING,
    COMPARISONS,
    NEGATION_BINDING,
    Attribute,
    Binary,
    Broken,
    Call,
    Dataset,
    Node,
    Number,
    Text,
    Timespan,
    Unary,
    Word,
    spine,
)


def printed(node: Node) -> str:
    """Tree -> text with one space around binary operators and only the brackets that are needed."""
    match node:
        case Number(text):
            return text
        case Timespan(text, unit):
            return text + unit
        case Text(value):
            return quoted(value)
        case Word(name):
            return name
        case Dataset(name):
            return f"${name}"
        case Attribute(target, name):
            return f"{_inside(target, ATTRIBUTE_BINDING)}::{name}"
        case Call(name, arguments):
            return f"{name}({', '.join(printed(argument) for argument in arguments)})"
        case Unary("-", operand):
            return f"-{_inside(operand, NEGATION_BINDING)}"
        case Unary(operator, operand):
            return f"{operator} {_inside(operand, BINDING[operator])}"
        case Binary():
            return _chain(node)
        case Broken():
            return "…"


def shortened(node: Node) -> str:
    """A part of an expression as it is shown inside a sentence."""
    written = printed(node)
    return written if len(written) <= 40 else f"{written[:37]}…"


def printed_chain(node: Binary) -> list[str]:
    """A chain of one operator as its pieces, each but the first beginning with the operator."""
    pieces: list[str] = []
    left: Node = node
    while isinstance(left, Binary) and left.operator == node.operator:
        pieces.append(f"{left.operator} {_inside(left.right, BINDING[left.operator] + 1)}")
        left = left.left
    return [_inside(left, BINDING[node.operator]), *reversed(pieces)]


def written_timespan(span_ms: float) -> str:
    """Milliseconds in the largest unit without a remainder, such as 90min."""
    for unit in ("d", "h", "min"):
        if span_ms >= UNITS_MS[unit] and span_ms % UNITS_MS[unit] == 0:
            return f"{span_ms // UNITS_MS[unit]:.0f}{unit}"
    return f"{span_ms / UNITS_MS['s']:.15g}s"


def quoted(value: str) -> str:
    """A text in double quotes, with escapes."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _chain(node: Binary) -> str:
    first, operations = spine(node)
    written = printed(first)
    binding = _binding(first)
    for operation in operations:
        own = BINDING[operation.operator]
        if binding < own or (binding == own and operation.operator in COMPARISONS):
            written = f"({written})"
        written = f"{written} {operation.operator} {_inside(operation.right, own + 1)}"
        binding = own
    return written


def _inside(node: Node, binding: int) -> str:
    written = printed(node)
    return written if _binding(node) >= binding else f"({written})"


def _binding(node: Node) -> int:
    if isinstance(node, Binary):
        return BINDING[node.operator]
    if isinstance(node, Unary):
        return NEGATION_BINDING if node.operator == "-" else BINDING["NOT"]
    return ATTRIBUTE_BINDING
