"""Values of both evaluators as the same plain data, so that they can be compared."""

from typing import Any

from hearth.core.missing import Missing
from hearth.language import Event, Events, Grouped


def plain(value: Any) -> Any:
    """Numbers as they are, no value as None, events as their numbers, groups as pairs of key and entry."""
    if isinstance(value, Missing):
        return None
    if isinstance(value, Event):
        return value.value
    if isinstance(value, Events):
        return list(value.values)
    if isinstance(value, Grouped):
        return [(key, plain(entry)) for key, entry in zip(value.keys, value.entries, strict=True)]
    if isinstance(value, list):
        if value and isinstance(value[0], tuple):
            return [(key, plain(entry)) for key, _, entry in value]
        return [plain(entry) for entry in value]
    return value
