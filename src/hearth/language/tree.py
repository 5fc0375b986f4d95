"""The syntax tree: what an author wrote, before anything is known about its types.

Spans do not take part in equality: two texts of the same meaning have equal trees. Chains of binary operators
lean to the left and may be long; whoever walks a tree goes down their left side in a loop (`spine`), so that
only nesting, which is limited, costs depth.
"""

from dataclasses import dataclass, field
from typing import TypeAlias

from hearth.language.diagnostics import Span

NESTING_LIMIT = 100
LENGTH_LIMIT = 10_000


@dataclass(frozen=True, slots=True)
class Number:
    """`42`, `1.5`; `text` as written."""

    text: str
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Timespan:
    """`31min`: `text` is the number as written, `unit` one of s, min, h, d."""

    text: str
    unit: str
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Text:
    """A text, without quotes and escapes."""

    value: str
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Word:
    """`now`, `true`, `Building` or any other bare word."""

    name: str
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Dataset:
    """`$Name`, without the dollar."""

    name: str
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Attribute:
    """`target::name`."""

    target: "Node"
    name: str
    span: Span = field(compare=False)
    name_span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """`NAME(arguments)`."""

    name: str
    arguments: tuple["Node", ...]
    span: Span = field(compare=False)
    name_span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Unary:
    """`-operand` or `NOT operand`."""

    operator: str
    operand: "Node"
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Binary:
    """`left operator right`."""

    operator: str
    left: "Node"
    right: "Node"
    span: Span = field(compare=False)
    operator_span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Broken:
    """A part that could not be read; a diagnostic says why. `parts` of it could be, and are checked for themselves."""

    span: Span = field(compare=False)
    parts: tuple["Node", ...] = field(default=(), compare=False)


Node: TypeAlias = Number | Timespan | Text | Word | Dataset | Attribute | Call | Unary | Binary | Broken

# Binding strength of operators, loosest first. Comparisons do not chain.
BINDING: dict[str, int] = {
    "OR": 1,
    "AND": 2,
    "NOT": 3,
    **dict.fromkeys(("<", "<=", "=", "!=", ">=", ">"), 4),
    **dict.fromkeys(("+", "-"), 5),
    "|": 6,
    **dict.fromkeys(("*", "/", "%"), 7),
}
NEGATION_BINDING = 8
ATTRIBUTE_BINDING = 9
COMPARISONS = ("<", "<=", "=", "!=", ">=", ">")


def spine(node: Binary) -> tuple[Node, list[Binary]]:
    """A left-leaning chain -> its first operand, and its operations from the innermost outwards."""
    chain: list[Binary] = []
    first: Node = node
    while isinstance(first, Binary):
        chain.append(first)
        first = first.left
    chain.reverse()
    return first, chain
