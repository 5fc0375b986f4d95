"""Help with an expression that is being written: what is wrong with it and, at the cursor, what may follow and what stands there.

For any editor: text, datasets and place in, data out. The language says it all; here it is asked for at once. Nothing is stored.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from hearth.domain.catalogue import Catalogue
from hearth.domain.rules import Dataset
from hearth.engine.scope import scope_of
from hearth.language import (
    Completion,
    Diagnostic,
    Hover,
    Place,
    SignatureHelp,
    check,
    completions,
    hover,
    signature,
)


@dataclass(frozen=True)
class ExpressionHelp:
    """`type`: of the whole expression, None where it has errors. The others are of the cursor, empty without one."""

    type: str | None
    unit: str | None
    diagnostics: tuple[Diagnostic, ...]
    completions: tuple[Completion, ...]
    hover: Hover | None
    signature: SignatureHelp | None


def help_with(
    text: str, cursor: int | None, datasets: Sequence[Dataset], catalogue: Catalogue, place: Place, has_streak: bool
) -> ExpressionHelp:
    """Everything at once. `cursor`: in characters from 0; None asks for what is about the whole only."""
    scope = scope_of(datasets, catalogue, place, has_streak)
    checked = check(text, scope)
    return ExpressionHelp(
        type=None if checked.has_errors else checked.type,
        unit=checked.tree.unit,
        diagnostics=tuple(checked.diagnostics),
        completions=() if cursor is None else completions(text, cursor, scope),
        hover=None if cursor is None else hover(text, cursor, scope),
        signature=None if cursor is None else signature(text, cursor, scope),
    )
