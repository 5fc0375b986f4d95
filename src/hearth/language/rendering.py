"""Rendering: values of any structure as text, as they are joined and shown.

Vectors join with ", ", grouped scalars as "'name': value", groups of several values with " / ".
"""

from typing import Any

from hearth.core.missing import Missing
from hearth.language.context import Context
from hearth.language.formatting import NO_VALUE, entry_text, group_name, vector_text
from hearth.language.operations import entries
from hearth.language.types import Kind, Type
from hearth.language.windows import Event


def rendered(value: Any, structure: str, kind: Kind, is_by_time: bool, pattern: str | None, context: Context) -> str:
    """A value of a compiled program as text; the default pattern where `pattern` is None."""
    locale, zone = context.locale, context.zone
    if value.__class__ is Missing:
        return NO_VALUE
    if structure == "Scalar":
        return entry_text(value.value if value.__class__ is Event else value, kind, pattern, locale, zone)
    if structure == "Vector":
        return vector_text(entries(value), kind, pattern, locale, zone)
    names = [group_name(name, is_by_time, locale, zone) for name in value.names]
    if structure == "GroupedScalar":
        plain = [each.value if each.__class__ is Event else each for each in value.entries]
        return ", ".join(
            f"'{name}': {entry_text(each, kind, pattern, locale, zone)}" for name, each in zip(names, plain, strict=True)
        )
    return " / ".join(
        f"'{name}': {vector_text(entries(each), kind, pattern, locale, zone)}"
        for name, each in zip(names, value.entries, strict=True)
    )


def formatted(value: Any, pattern: str, structure: str, kind: Kind, is_by_time: bool, context: Context) -> str:
    """What `|` gives; the pattern may be computed."""
    return rendered(value, structure, kind, is_by_time, pattern, context)


def render_arguments(of: Type) -> tuple[str, Kind, bool]:
    """Type -> structure, kind, whether it is keyed by time."""
    return of.structure, of.kind, of.key == "Time"
