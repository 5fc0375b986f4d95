"""The scope of a rule: what its expressions may refer to, said in the language's terms.

Joins datasets (domain) with units and states of their event types (catalogue). Whether an expression is
right in that scope is the language's to say. An event type that is not in the catalogue says nothing here:
it is reported where rules are saved.
"""

from collections.abc import Sequence

from hearth.core.instants import SECOND_MS
from hearth.domain.catalogue import Catalogue
from hearth.domain.rules import Dataset
from hearth.language import DatasetInfo, Place, Scope


def scope_of(datasets: Sequence[Dataset], catalogue: Catalogue, place: Place, has_streak: bool) -> Scope:
    """The scope of an expression at `place` of a rule with these datasets."""
    return Scope(datasets={dataset.name: _info(dataset, catalogue) for dataset in datasets}, place=place, has_streak=has_streak)


def _info(dataset: Dataset, catalogue: Catalogue) -> DatasetInfo:
    """Kind, timespan, the one unit of all its event types (None where they differ), and whether all are states."""
    types = [found for name in dataset.event_types if (found := catalogue.find_event_type(name)) is not None]
    units = {found.unit for found in types}
    is_state = bool(types) and all(found.quantity == "state" for found in types)
    return DatasetInfo(
        kind=dataset.kind,
        unit=(units.pop() or None) if len(units) == 1 else None,
        state=is_state,
        labels=types[0].labels_of(dataset.sources) if is_state and len(types) == 1 else {},
        timespan_ms=dataset.timespan_seconds * SECOND_MS if dataset.timespan_seconds else None,
    )
