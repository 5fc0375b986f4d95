"""Buildings, and the erasure of one with everything that is of it."""

from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import delete, func, select, update

from hearth.core.problems import Problem
from hearth.domain.buildings import Building
from hearth.store import log
from hearth.store.connections import add_unless_taken, among, is_postgresql, tested
from hearth.store.listed_buildings import list_building
from hearth.store.tables import (
    attempts,
    buildings,
    contacts,
    energy_days,
    forecast_models,
    forecast_scores,
    forecasts,
    goals,
    household_profiles,
    interactions,
    issued_events,
    issued_marks,
    keyed_requests,
    listed_buildings,
    notifications,
    outbox,
    peer_snapshots,
    rule_faults,
    rule_homes,
    rule_states,
    series,
    series_chunks,
    set_aside_events,
)
from hearth.store.transactions import Transaction


class SqlBuildingRepository:
    """Implements `ports.BuildingRepository`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._connection = transaction.connection

    def add(self, building: Building) -> None:
        """Raises Problem("conflict") when the customer has a building of that customer_building_id."""
        row = {
            "id": building.id,
            "customer_id": building.customer_id,
            "customer_building_id": building.customer_building_id,
            "document": msgspec.json.encode(building),
        }
        if not add_unless_taken(self._connection, buildings, row, ["customer_id", "customer_building_id"]):
            raise Problem("conflict", f"There is a building {building.customer_building_id} already.")
        list_building(self._connection, building)

    def replace(self, building: Building) -> None:
        """Replaces the building of that id."""
        of = (buildings.c.id == building.id) & (buildings.c.customer_id == building.customer_id)
        if self._connection.execute(update(buildings).where(of).values(document=msgspec.json.encode(building))).rowcount:
            list_building(self._connection, building)

    def find(self, customer_id: str, customer_building_id: str) -> Building | None:
        """The customer's building of that id."""
        query = select(buildings.c.document).where(
            buildings.c.customer_id == customer_id, buildings.c.customer_building_id == customer_building_id
        )
        found = self._connection.scalar(self._transaction.for_change(query))
        return None if found is None else msgspec.json.decode(found, type=Building)

    def list_page(self, customer_id: str, after: str | None, limit: int) -> list[Building]:
        """Ordered by customer_building_id, those greater than `after`."""
        query = select(buildings.c.document).where(buildings.c.customer_id == customer_id)
        if after is not None:
            query = query.where(buildings.c.customer_building_id > after)
        found = self._connection.scalars(query.order_by(buildings.c.customer_building_id).limit(limit))
        return [msgspec.json.decode(document, type=Building) for document in found]

    def list_by_id(self, customer_id: str, building_ids: Sequence[str]) -> list[Building]:
        """The customer's among these buildings, by id."""
        query = select(buildings.c.document).where(
            among(self._connection, buildings.c.id, building_ids), tested(buildings.c.customer_id, customer_id)
        )
        found = self._connection.scalars(query.order_by(buildings.c.id))
        return [msgspec.json.decode(document, type=Building) for document in found]

    def hold_for_operator(self, building_ids: Iterable[str]) -> None:
        """Nobody else changes these buildings until the transaction ends; several are taken in the order of their ids."""
        if is_postgresql(self._connection):
            query = select(buildings.c.id).where(among(self._connection, buildings.c.id, sorted(set(building_ids))))
            self._connection.execute(query.order_by(buildings.c.id).with_for_update(key_share=True))

    def count(self, customer_id: str) -> int:
        """How many buildings the customer has."""
        query = select(func.count()).select_from(buildings).where(buildings.c.customer_id == customer_id)
        return self._connection.scalar(query) or 0

    def erase(self, customer_id: str, building_id: str) -> None:
        """Deletes the building and everything of it; what is not the customer's stays untouched."""
        run = self._connection.execute
        of = (buildings.c.id == building_id) & (buildings.c.customer_id == customer_id)
        if run(select(buildings.c.id).where(of).with_for_update()).one_or_none() is None:
            return
        series_ids = list(self._connection.scalars(select(series.c.id).where(series.c.building_id == building_id)))
        log.erase(self._connection, customer_id, building_id, series_ids)
        run(delete(series_chunks).where(among(self._connection, series_chunks.c.series_id, series_ids)))
        run(delete(energy_days).where(energy_days.c.building_id == building_id))
        run(delete(set_aside_events).where(set_aside_events.c.building_id == building_id))
        run(delete(issued_events).where(issued_events.c.building_id == building_id))
        run(delete(issued_marks).where(issued_marks.c.building_id == building_id))
        for table in (forecast_models, forecasts, forecast_scores):
            run(delete(table).where(table.c.building_id == building_id))
        run(delete(listed_buildings).where(listed_buildings.c.building_id == building_id))
        run(delete(household_profiles).where(household_profiles.c.building_id == building_id))
        run(delete(contacts).where(contacts.c.building_id == building_id))
        answered = keyed_requests.c
        run(delete(keyed_requests).where(answered.customer_id == customer_id, answered.building_id == building_id))
        run(delete(series).where(series.c.building_id == building_id))
        run(delete(rule_states).where(rule_states.c.building_id == building_id))
        told = select(notifications.c.id).where(notifications.c.building_id == building_id)
        sent = select(outbox.c.id).where(outbox.c.building_id == building_id)
        run(delete(attempts).where(attempts.c.delivery_id.in_(sent)))
        run(delete(outbox).where(outbox.c.building_id == building_id))
        run(delete(peer_snapshots).where(peer_snapshots.c.customer_id == customer_id))  # the next one comes soon
        run(delete(rule_homes).where(rule_homes.c.building_id == building_id))
        run(delete(goals).where(goals.c.building_id == building_id))
        run(update(rule_faults).where(rule_faults.c.building_id == building_id).values(building_id=None))
        run(delete(interactions).where(interactions.c.notification_id.in_(told)))
        run(delete(notifications).where(notifications.c.building_id == building_id))
        run(delete(buildings).where(of))
        self._transaction.notifications_changed(customer_id)
