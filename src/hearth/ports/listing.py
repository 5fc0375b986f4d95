"""The protocol of the list of a customer's buildings: how it is searched, filtered, sorted and paged."""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple, Protocol

BuildingStatus = Literal["ACTIVE", "SILENT", "NEW", "DEACTIVATED"]
BuildingOrder = Literal["id", "city", "lastEvent"]


class BuildingQuery(NamedTuple):
    """Which buildings are asked for, and in which order. `words`, folded: each stands in the id, city, postal code or a
    tag. Silent are those whose last event is older than `silent_before_ms`, new those of which there is none."""

    silent_before_ms: int
    words: Sequence[str] = ()
    tag: str | None = None
    status: BuildingStatus | None = None
    order: BuildingOrder = "id"
    is_descending: bool = False


class ListedBuilding(NamedTuple):
    """A row of the list. `position`: what the next page begins behind."""

    building_id: str
    customer_building_id: str
    status: BuildingStatus
    last_event_ms: int | None
    position: tuple[str | int, str]


class ListedBuildingRepository(Protocol):
    """What is kept of buildings to list them. A building is in it as long as it is there; of an erased one nothing is kept."""

    def list_page(
        self, customer_id: str, query: BuildingQuery, after: tuple[str | int, str] | None, limit: int
    ) -> list[ListedBuilding]: ...
    def find(self, customer_id: str, building_id: str, silent_before_ms: int) -> ListedBuilding:
        """The row of a building that there is."""

    def count_by_status(self, customer_id: str, query: BuildingQuery) -> dict[BuildingStatus, int]:
        """Of what is searched, whatever the query's status; statuses without any are left out."""

    def list_tags(self, customer_id: str) -> dict[str, int]:
        """The customer's tags, in order, and how many buildings have each."""

    def note_last_events(self, customer_id: str, last_events: Mapping[str, int]) -> None:
        """By building id; an earlier one than is known changes nothing."""
