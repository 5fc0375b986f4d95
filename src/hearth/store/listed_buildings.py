"""The list of buildings: a row for each, written with the building, by which it is searched, filtered, sorted and paged.

The last events are noted by whoever follows the log. Invariant: no document is read to find a page.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import Column, ColumnElement, Connection, bindparam, case, func, select, tuple_, update

from hearth.core.folded import folded
from hearth.domain.buildings import Building
from hearth.ports.listing import BuildingQuery, BuildingStatus, ListedBuilding
from hearth.store.connections import insert, is_postgresql
from hearth.store.tables import listed_buildings
from hearth.store.transactions import Transaction

_ROW = listed_buildings.c
_LAST = func.coalesce(_ROW.last_event_ms, 0)
_KEYS: dict[str, ColumnElement[str] | ColumnElement[int]] = {
    "id": _ROW.customer_building_id,
    "city": _ROW.city,
    "lastEvent": _LAST,
}


def list_building(connection: Connection, building: Building) -> None:
    """The building's row from now on; its last event stays."""
    words = (building.customer_building_id, building.zip or "", building.city or "", *building.tags)
    row = {
        "customer_building_id": building.customer_building_id,
        "words": folded("\n".join(" ".join(each.split()) for each in words)),
        "tags": "".join(f"\n{tag}\n" for tag in building.tags),
        "city": (building.city or "").casefold(),
        "is_deactivated": building.is_deactivated(),
    }
    add = insert(connection, listed_buildings).on_conflict_do_update(index_elements=["building_id"], set_=row)
    connection.execute(add, {"building_id": building.id, "customer_id": building.customer_id, **row})


class SqlListedBuildingRepository:
    """Implements `ports.ListedBuildingRepository`."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    def list_page(
        self, customer_id: str, query: BuildingQuery, after: tuple[str | int, str] | None, limit: int
    ) -> list[ListedBuilding]:
        """Those that fit, in the query's order, behind a position."""
        key, name = _KEYS[query.order], _ROW.customer_building_id
        status = _status(query.silent_before_ms)
        asked = select(_ROW.building_id, name, status, _ROW.last_event_ms, key).where(*self._fitting(customer_id, query))
        if query.status is not None:
            asked = asked.where(status == query.status)
        if after is not None:
            place, behind = tuple_(key, name), tuple_(*after)
            asked = asked.where(place < behind if query.is_descending else place > behind)
        order = (key.desc(), name.desc()) if query.is_descending else (key, name)
        rows = self._connection.execute(asked.order_by(*order).limit(limit)).all()
        return [ListedBuilding(row[0], row[1], row[2], row[3], (row[4], row[1])) for row in rows]

    def find(self, customer_id: str, building_id: str, silent_before_ms: int) -> ListedBuilding:
        """The row of a building that there is."""
        query = select(_ROW.building_id, _ROW.customer_building_id, _status(silent_before_ms), _ROW.last_event_ms)
        row = self._connection.execute(query.where(_ROW.customer_id == customer_id, _ROW.building_id == building_id)).one()
        return ListedBuilding(row[0], row[1], row[2], row[3], (row[1], row[1]))

    def count_by_status(self, customer_id: str, query: BuildingQuery) -> dict[BuildingStatus, int]:
        """Of what is searched, whatever the query's status; statuses without any are left out."""
        status = _status(query.silent_before_ms).label("status")
        each = select(status).where(*self._fitting(customer_id, query)).subquery()
        counted = select(each.c.status, func.count()).group_by(each.c.status)
        return {status: count for status, count in self._connection.execute(counted)}  # noqa: C416 - rows are no pairs

    def list_tags(self, customer_id: str) -> dict[str, int]:
        """The customer's tags, in order, and how many buildings have each."""
        query = select(_ROW.tags, func.count()).where(_ROW.customer_id == customer_id, _ROW.tags != "").group_by(_ROW.tags)
        counts: dict[str, int] = {}
        for tags, count in self._connection.execute(query):
            for tag in filter(None, tags.split("\n")):
                counts[tag] = counts.get(tag, 0) + count
        return dict(sorted(counts.items()))

    def note_last_events(self, customer_id: str, last_events: Mapping[str, int]) -> None:
        """By building id; an earlier one than is known changes nothing."""
        if not last_events:
            return
        of = (_ROW.building_id == bindparam("of")) & (_ROW.customer_id == customer_id)
        is_newer = bindparam("at_ms") > _LAST
        note = update(listed_buildings).where(of, is_newer).values(last_event_ms=bindparam("at_ms"))
        rows = [{"of": building_id, "at_ms": at_ms} for building_id, at_ms in sorted(last_events.items())]
        self._connection.execute(note, rows)

    def _fitting(self, customer_id: str, query: BuildingQuery) -> Sequence[ColumnElement[bool]]:
        conditions = [_ROW.customer_id == customer_id, *(self._holds(_ROW.words, word) for word in query.words)]
        if query.tag is not None:
            conditions.append(self._holds(_ROW.tags, f"\n{query.tag}\n"))
        return conditions

    def _holds(self, of: Column[str], text: str) -> ColumnElement[bool]:
        """Whether the text stands in the column, to the letter."""
        found: ColumnElement[bool] = (func.strpos if is_postgresql(self._connection) else func.instr)(of, text) > 0
        return found


def _status(silent_before_ms: int) -> ColumnElement[str]:
    return case(
        (_ROW.is_deactivated, "DEACTIVATED"),
        (_ROW.last_event_ms.is_(None), "NEW"),
        (_ROW.last_event_ms < silent_before_ms, "SILENT"),
        else_="ACTIVE",
    )
