"""PeerSnapshot: what the homes of a customer may know of each other's datasets, as of one instant.

Published now and then, so that a comparison costs no look into other homes while an event is evaluated. Who is compared with
whom is the engine's to say. Invariant: a dataset is known by what it selects, whatever rules call it.
"""

import msgspec

from hearth.core.identifiers import derived_id
from hearth.domain.rules import Dataset


class PeerHome(msgspec.Struct, frozen=True, kw_only=True):
    """What tells which homes are alike. `profile`: the `Is...` names that are known."""

    country_code: str | None = None
    profile: dict[str, bool] = {}
    consumption_category: str | None = None


class PeerSnapshot(msgspec.Struct, frozen=True, kw_only=True):
    """Homes by customer building id, and by dataset key and customer building id the values of its window, oldest first."""

    at_ms: int
    homes: dict[str, PeerHome]
    values: dict[str, dict[str, list[float]]]


def dataset_key(dataset: Dataset) -> str:
    """The same for all datasets that select the same."""
    types, sources = ",".join(sorted(dataset.event_types)), ",".join(sorted(dataset.sources))
    return derived_id(dataset.kind, types, sources, str(dataset.timespan_seconds))
