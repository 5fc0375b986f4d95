"""Scope: what an expression may refer to, and where it stands.

Built by whoever knows rules and catalogue; the checker reads it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

# "expression": nowhere in particular, as in the terminal; any type may stand there and is not rendered.
Place = Literal["condition", "streak", "case", "goal", "message", "command", "expression"]

DatasetKind = Literal["SINGLE_VALUE", "TIME_SERIES"]


class DatasetInfo(NamedTuple):
    """A dataset of the rule. `unit` such as "W", None where types differ; `state`: the values are ids.

    `labels`: what the ids of a state mean, empty where it is not known. `timespan_ms`: how far back it
    reaches, None without limit.
    """

    kind: DatasetKind
    unit: str | None = None
    state: bool = False
    labels: Mapping[int, str] = {}
    timespan_ms: int | None = None


@dataclass(frozen=True)
class Scope:
    """The rule's datasets by name, the place of the expression, and whether the rule has the streak feature."""

    datasets: Mapping[str, DatasetInfo]
    place: Place
    has_streak: bool = False
