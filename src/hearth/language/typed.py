"""The typed tree: what an expression means once every overload is chosen.

`Typed` is one closed form for all nodes; `role` says which:

  constant   value: float, int (ms), bool or str
  dataset    value: the dataset's name
  word       value: a literal of the catalogue, such as "now"
  attribute  value: its name; children: the target
  call       value: the function's name; children: the arguments
  minus, not children: the operand
  operator   value: an arithmetic operator or comparison; children: left, right
  join       children: left, right; the result is a text
  format     children: what is formatted, the pattern
  and, or    children: left, right

Invariant: `type` is None only in a tree that has errors.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from hearth.language.diagnostics import Diagnostic, Span
from hearth.language.scope import DatasetInfo, Place
from hearth.language.types import Type

Role = Literal[
    "constant", "dataset", "word", "attribute", "call", "minus", "not", "operator", "join", "format", "and", "or", "broken"
]
Constant = float | int | bool | str | None


@dataclass(frozen=True, slots=True)
class Typed:
    """One node; see the module."""

    role: Role
    type: Type | None
    span: Span
    value: Constant = None
    children: tuple["Typed", ...] = ()
    unit: str | None = None


@dataclass(frozen=True)
class Checked:
    """A text with what is known about it. `type` such as "Scalar<Boolean>", None when it has none."""

    text: str
    tree: Typed
    type: str | None
    diagnostics: tuple[Diagnostic, ...]
    place: Place = "condition"
    datasets: Mapping[str, DatasetInfo] = field(default_factory=dict)

    @property
    def has_errors(self) -> bool:
        """Whether it cannot be run."""
        return any(diagnostic.severity == "error" for diagnostic in self.diagnostics)


def typed_spine(node: Typed) -> tuple[Typed, list[Typed]]:
    """A left-leaning chain of two-sided nodes -> its first operand, and its operations from the innermost outwards."""
    chain: list[Typed] = []
    while node.role in ("operator", "join", "format", "and", "or"):
        chain.append(node)
        node = node.children[0]
    chain.reverse()
    return node, chain
