"""Series: the integer ids under which values are kept."""

from collections.abc import Sequence

from sqlalchemy import Row, Select, Text, func, literal, select, update

from hearth.core.problems import Problem
from hearth.domain.events import Series
from hearth.store.connections import among, insert
from hearth.store.tables import buildings, series
from hearth.store.transactions import Transaction

_COLUMNS = tuple(series.c[name] for name in Series.__struct_fields__)


class SqlSeriesRepository:
    """Implements `ports.SeriesRepository`."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    def find_or_add(
        self, customer_id: str, building_id: str, event_type: str, device_id: str, source: str, device_name: str | None
    ) -> Series:
        """The series of that identity; added, with a new id, when it is the first event of it.

        Raises Problem("not_found") when the customer has no such building (any more).
        """
        identity = {"building_id": building_id, "event_type": event_type, "device_id": device_id, "source": source}
        query = _all().where(series.c.customer_id == customer_id, *(series.c[name] == value for name, value in identity.items()))
        found = self._connection.execute(query).one_or_none()
        if found is None:
            of = (buildings.c.id == building_id) & (buildings.c.customer_id == customer_id)
            row = {**identity, "customer_id": customer_id, "device_name": device_name}
            source_row = select(*(literal(value, Text()) for value in row.values())).where(of)
            add = insert(self._connection, series).from_select(list(row), source_row).on_conflict_do_nothing()
            self._connection.execute(add)
            found = self._connection.execute(query).one_or_none()
            if found is None:
                raise Problem("not_found", "There is no such building.")
        return _series(found)

    def count_for_operator(self) -> int:
        """How many series there are."""
        return self._connection.scalar(select(func.count()).select_from(series)) or 0

    def list_by_id(self, customer_id: str, series_ids: Sequence[int]) -> list[Series]:
        """The customer's among these series, by id."""
        query = _all().where(among(self._connection, series.c.id, series_ids), series.c.customer_id == customer_id)
        return [_series(row) for row in self._connection.execute(query.order_by(series.c.id))]

    def rename_device(self, customer_id: str, series_id: int, device_name: str) -> None:
        """Remembers the device name heard last."""
        of = (series.c.id == series_id) & (series.c.customer_id == customer_id)
        self._connection.execute(update(series).where(of).values(device_name=device_name))

    def list_of(self, customer_id: str, building_ids: Sequence[str]) -> list[Series]:
        """All series of these buildings, by id."""
        query = _all().where(among(self._connection, series.c.building_id, building_ids), series.c.customer_id == customer_id)
        return [_series(row) for row in self._connection.execute(query.order_by(series.c.id))]


def _all() -> Select[*tuple[object, ...]]:
    return select(*_COLUMNS)


def _series(row: Row[*tuple[object, ...]]) -> Series:
    return Series(**row._mapping)
