"""Events that are set aside: listing them, and reading the others.

Which events these are `readings` decides. What is computed from events (statistics, derived energies) reads them by
`read_believed`, which leaves those out.
"""

from array import array
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from hearth.domain.events import Series, SetAside
from hearth.ports import Points, Session, Store
from hearth.services.buildings import get_building
from hearth.services.events import Position


def read_believed(session: Session, customer_id: str, series_ids: Sequence[int], from_ms: int, to_ms: int) -> dict[int, Points]:
    """As `session.events.read`, without the events that are set aside."""
    points = session.events.read(customer_id, series_ids, from_ms, to_ms)
    aside = session.set_aside.read(customer_id, series_ids, from_ms, to_ms) if series_ids else {}
    for series_id, events in aside.items():
        times, values, forecasts = points[series_id]
        kept = [
            at
            for at, (at_ms, value) in enumerate(zip(times, values, strict=True))
            if at_ms not in events or events[at_ms].value != value
        ]
        points[series_id] = Points(
            array("q", np.asarray(times, np.int64)[kept].tolist()),
            array("d", np.asarray(values)[kept].tolist()),
            None if forecasts is None else array("q", np.asarray(forecasts, np.int64)[kept].tolist()),
        )
    return points


class ListedSetAside(NamedTuple):
    """An event that is set aside, and whose it is."""

    series: Series
    event: SetAside

    @property
    def position(self) -> Position:
        """What the next page starts behind."""
        return Position(self.event.occurred_at_ms, self.event.series_id)


class SetAsideEvents:
    """The use case of looking at them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def list_page(
        self, customer_id: str, customer_building_id: str, after: Position | None, limit: int
    ) -> tuple[list[ListedSetAside], bool]:
        """Those of a building, newest first, behind `after` -> (at most `limit`, whether more follow).

        Raises Problem "not_found" for a building the customer does not have.
        """
        with self._store.read() as session:
            building = get_building(session, customer_id, customer_building_id)
            found = session.set_aside.list_page(customer_id, building.id, after, limit + 1)
            ids = sorted({each.series_id for each in found})
            series = {each.id: each for each in session.series.list_by_id(customer_id, ids)} if ids else {}
        return [ListedSetAside(series[each.series_id], each) for each in found[:limit]], len(found) > limit
