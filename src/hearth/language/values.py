"""Values of compiled programs, and what a program is.

A Number is a float or int, a Time an int of milliseconds (UTC), a Timespan a number of milliseconds, a Text a
str: what it is was settled by the checker. A vector of events is `Events`, any other vector a list; grouped
values are `Grouped`. No value is `Missing`, also as an entry of a list.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from hearth.core.missing import Missing
from hearth.language.context import Context
from hearth.language.windows import Event, Events, Window

Need = Literal["count", "sum", "min", "max", "last", "events"]


class Grouped:
    """Entries under keys, in the order of the groups. Keys are device ids, starts of spans (ms) or building ids.

    `names` are the devices' names where keys are devices, otherwise the keys.
    """

    __slots__ = ("entries", "keys", "names")

    def __init__(self, keys: list[Any], names: list[Any], entries: list[Any]) -> None:
        self.keys = keys
        self.names = names
        self.entries = entries

    def with_entries(self, entries: list[Any]) -> "Grouped":
        """The same groups with other entries."""
        return Grouped(self.keys, self.names, entries)

    def taken(self, positions: list[int]) -> "Grouped":
        """The groups at these positions, in their order."""
        return Grouped(
            [self.keys[i] for i in positions], [self.names[i] for i in positions], [self.entries[i] for i in positions]
        )


Value: TypeAlias = bool | float | int | str | Event | Events | list[Any] | Grouped


@dataclass(frozen=True)
class Program:
    """A compiled expression.

    `run(now_ms, windows in the order of datasets, context)` never raises for want of data. `needs`: which
    aggregates of each dataset it asks for. `uses`: the words and functions it has, such as `now` and EVAL.
    `evaluated_elsewhere`: the datasets whose values in other buildings it asks for. `source`: the generated Python, to look at.
    """

    datasets: tuple[str, ...]
    needs: Mapping[str, frozenset[Need]]
    uses: frozenset[str]
    evaluated_elsewhere: frozenset[str]
    source: str
    run: Callable[[int, tuple[Window, ...], Context], Value | Missing]
