"""Series: the integer ids under which values are kept, and how often each kind of them was measured to come."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Row, Select, Text, func, literal, select, update

from hearth.core.problems import Problem
from hearth.domain.events import Series
from hearth.domain.intervals import MeasuredInterval
from hearth.ports import SeriesGroup
from hearth.store.connections import among, insert
from hearth.store.tables import buildings, measured_intervals, series
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

    def list_of_types(self, customer_id: str, event_types: Sequence[str]) -> list[Series]:
        """All series of the customer of these event types, by id."""
        query = _all().where(series.c.customer_id == customer_id, among(self._connection, series.c.event_type, event_types))
        return [_series(row) for row in self._connection.execute(query.order_by(series.c.id))]

    def list_groups(self, customer_id: str) -> list[SeriesGroup]:
        """All series of the customer, by event type and source."""
        kind = (series.c.event_type, series.c.source)
        counted = (func.count(), func.count(series.c.building_id.distinct()))
        query = select(*kind, *counted).where(series.c.customer_id == customer_id).group_by(*kind).order_by(*kind)
        return [SeriesGroup(*row) for row in self._connection.execute(query)]

    def sample(self, customer_id: str, of_each: int, event_type: str | None = None, source: str | None = None) -> list[Series]:
        """Of each event type and source (or of those alone) so many series at most, evenly spread over the buildings."""
        kind = (series.c.event_type, series.c.source)
        place = func.row_number().over(partition_by=kind, order_by=(series.c.building_id, series.c.id)) - 1
        size = func.count().over(partition_by=kind)
        numbered = select(series.c.id, place.label("place"), size.label("size")).where(series.c.customer_id == customer_id)
        if event_type is not None:
            numbered = numbered.where(series.c.event_type == event_type)
        if source is not None:
            numbered = numbered.where(series.c.source == source)
        of = numbered.subquery().c
        # Of 0, 1, 2 … those at which place * of_each / size reaches the next whole number: as many as wanted, or all.
        chosen = select(of.id).where(of.place * of_each % of.size < of_each)
        return [_series(row) for row in self._connection.execute(_all().where(series.c.id.in_(chosen)).order_by(series.c.id))]

    def list_intervals(self, customer_id: str) -> list[MeasuredInterval]:
        """What was measured last, of each event type and source that was."""
        query = select(measured_intervals.c.document).where(measured_intervals.c.customer_id == customer_id)
        return [msgspec.json.decode(document, type=MeasuredInterval) for document in self._connection.scalars(query)]

    def replace_interval(self, customer_id: str, measured: MeasuredInterval) -> None:
        """Makes it the last one of its event type and source."""
        key = {"customer_id": customer_id, "event_type": measured.event_type, "source": measured.source}
        document = msgspec.json.encode(measured)
        add = insert(self._connection, measured_intervals)
        add = add.on_conflict_do_update(index_elements=list(key), set_={"document": document})
        self._connection.execute(add, {**key, "document": document})


def _all() -> Select[*tuple[object, ...]]:
    return select(*_COLUMNS)


def _series(row: Row[*tuple[object, ...]]) -> Series:
    return Series(**row._mapping)
