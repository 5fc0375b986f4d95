"""What context services say of buildings, on its way to the log, and how far each service has come."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Select, delete, func, select

from hearth.domain.events import IssuedEvent
from hearth.ports import IssuedBatch
from hearth.store.connections import among, insert
from hearth.store.living import living_buildings
from hearth.store.marks import read_mark, set_mark
from hearth.store.tables import issued_events, issued_marks
from hearth.store.transactions import Transaction


class SqlIssuedEventRepository:
    """Implements `ports.IssuedEventRepository`."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    def add(self, customer_id: str, building_id: str, events: Sequence[IssuedEvent]) -> None:
        """Puts them in line for the log. Those of a building that is erased are passed over."""
        if building_id in living_buildings(self._connection, customer_id, [building_id]):
            row = {"customer_id": customer_id, "building_id": building_id, "document": msgspec.json.encode(events)}
            self._connection.execute(issued_events.insert(), row)

    def list_for_operator(self, limit: int) -> list[IssuedBatch]:
        """The batches that are in line, oldest first."""
        return self._batches(_all().limit(limit))

    def list_of(self, customer_id: str, building_ids: Sequence[str]) -> list[IssuedBatch]:
        """Those of these buildings that are in line, oldest first."""
        of = among(self._connection, issued_events.c.building_id, building_ids) & (issued_events.c.customer_id == customer_id)
        return self._batches(_all().where(of))

    def _batches(self, query: Select[int, str, str, bytes]) -> list[IssuedBatch]:
        return [
            IssuedBatch(number, customer_id, building_id, msgspec.json.decode(document, type=list[IssuedEvent]))
            for number, customer_id, building_id, document in self._connection.execute(query)
        ]

    def count_for_operator(self) -> int:
        """How many batches are in line."""
        return self._connection.scalar(select(func.count()).select_from(issued_events)) or 0

    def delete(self, customer_id: str, numbers: Sequence[int]) -> None:
        """These batches are in a log entry of the same transaction."""
        of = among(self._connection, issued_events.c.number, numbers) & (issued_events.c.customer_id == customer_id)
        self._connection.execute(delete(issued_events).where(of))

    def marks(self, customer_id: str, service: str) -> dict[str, int]:
        """Per building id the instant up to which a service has spoken of it."""
        of = (issued_marks.c.customer_id == customer_id) & (issued_marks.c.service == service)
        rows = self._connection.execute(select(issued_marks.c.building_id, issued_marks.c.until_ms).where(of))
        return {building_id: until_ms for building_id, until_ms in rows}  # noqa: C416 - rows are no pairs

    def set_mark(self, customer_id: str, building_id: str, service: str, at_ms: int) -> None:
        """The service has spoken up to that instant. Of a building that is erased nothing is kept."""
        if building_id not in living_buildings(self._connection, customer_id, [building_id]):
            return
        add = insert(self._connection, issued_marks)
        add = add.on_conflict_do_update(index_elements=["building_id", "service"], set_={"until_ms": at_ms})
        row = {"building_id": building_id, "service": service, "customer_id": customer_id, "until_ms": at_ms}
        self._connection.execute(add, row)

    def read_until_for_operator(self, service: str) -> int:
        """The sequence up to which a service has read the log; 0 at first."""
        return read_mark(self._connection, f"read by {service}")

    def set_read_until_for_operator(self, service: str, sequence: int) -> None:
        """Moves that mark."""
        set_mark(self._connection, f"read by {service}", sequence)


def _all() -> Select[int, str, str, bytes]:
    row = issued_events.c
    return select(row.number, row.customer_id, row.building_id, row.document).order_by(row.number)
