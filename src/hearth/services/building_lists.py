"""The list of a customer's buildings, with which of them are silent, and how one of them stands.

How the list is kept is the store's to say; who noted the last events, `last_events`. Silent is a building of which nothing came
for a day and a half: one that sends once a day, a little later today than yesterday, is not.
"""

import re
from dataclasses import dataclass
from typing import NamedTuple

from hearth.core.clock import Clock
from hearth.core.folded import folded
from hearth.core.instants import HOUR_MS
from hearth.core.problems import invalid
from hearth.domain.buildings import Building
from hearth.ports import Store
from hearth.ports.listing import BuildingOrder, BuildingQuery, BuildingStatus
from hearth.services.buildings import get_building
from hearth.services.weather import Weather

SILENT_AFTER_MS = 36 * HOUR_MS
_MOST_WORDS = 8


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Which buildings, and in which order. Each word of `search` stands in the id, city, postal code or a tag."""

    search: str = ""
    tag: str | None = None
    status: BuildingStatus | None = None
    order: BuildingOrder = "id"
    is_descending: bool = False


class Listed(NamedTuple):
    """A building of the list. `last_event_ms`: None = there is none."""

    building: Building
    status: BuildingStatus
    last_event_ms: int | None


class ListedPage(NamedTuple):
    """`next_after` asks for the next page. `counts`: of all that is searched, by status, whichever was asked for."""

    items: list[Listed]
    next_after: str | None
    counts: dict[BuildingStatus, int]


class WeatherStand(NamedTuple):
    """The newest weather forecast of a building's cell."""

    provider: str
    issued_at_ms: int
    is_stale: bool


class Stand(NamedTuple):
    """How a building stands. `has_place`: whether its weather can be known."""

    status: BuildingStatus
    last_event_ms: int | None
    has_place: bool
    weather: WeatherStand | None


class BuildingLists:
    """The use cases."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def list_page(self, customer_id: str, asked: Asked, after: str | None, limit: int) -> ListedPage:
        """One page. Raises Problem "invalid" for an `after` that no page gave."""
        query = BuildingQuery(
            silent_before_ms=self._clock.now_ms() - SILENT_AFTER_MS,
            words=folded(asked.search).split()[:_MOST_WORDS],
            tag=asked.tag,
            status=asked.status,
            order=asked.order,
            is_descending=asked.is_descending,
        )
        position = None if after is None else _position(after, asked.order)
        with self._store.read() as session:
            rows = session.listed_buildings.list_page(customer_id, query, position, limit + 1)
            counts = session.listed_buildings.count_by_status(customer_id, query)
            ids = [row.building_id for row in rows[:limit]]
            found = {each.id: each for each in session.buildings.list_by_id(customer_id, ids)}
        items = [Listed(found[row.building_id], row.status, row.last_event_ms) for row in rows[:limit]]
        key, name = rows[limit - 1].position if len(rows) > limit else (None, None)
        return ListedPage(items, None if name is None else f"{key}|{name}", counts)

    def list_tags(self, customer_id: str) -> dict[str, int]:
        """The customer's tags, in order, and how many buildings have each."""
        with self._store.read() as session:
            return session.listed_buildings.list_tags(customer_id)

    def stand(self, customer_id: str, customer_building_id: str) -> Stand:
        """Raises Problem "not_found" for a building the customer does not have."""
        now_ms = self._clock.now_ms()
        with self._store.read() as session:
            building = get_building(session, customer_id, customer_building_id)
            listed = session.listed_buildings.find(customer_id, building.id, now_ms - SILENT_AFTER_MS)
            cell = Weather.cell_of(building)
            state = None if cell is None else session.weather.find_cell_for_operator(cell)
        weather = None
        if state is not None and state.issued_at_ms is not None and state.provider is not None:
            weather = WeatherStand(state.provider, state.issued_at_ms, state.is_stale(now_ms))
        return Stand(listed.status, listed.last_event_ms, cell is not None, weather)


def _position(after: str, order: BuildingOrder) -> tuple[str | int, str]:
    key, _, name = after.rpartition("|")
    if order != "lastEvent":
        return key, name
    if not re.fullmatch(r"-?\d{1,15}", key):
        raise invalid("", "after is none that a page of this order gave.")
    return int(key), name
