"""What is inferred of buildings: one profile each, the newest."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import select

from hearth.domain.profiles import HouseholdProfile
from hearth.store.connections import among, insert, tested
from hearth.store.living import living_buildings
from hearth.store.tables import household_profiles
from hearth.store.transactions import Transaction


class SqlHouseholdProfileRepository:
    """Implements `ports.HouseholdProfileRepository`."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    def replace(self, customer_id: str, building_id: str, profile: HouseholdProfile) -> None:
        """The building's profile from now on. Of a building that is erased nothing is kept."""
        if building_id not in living_buildings(self._connection, customer_id, [building_id]):
            return
        changes = {"computed_at_ms": profile.computed_at_ms, "document": msgspec.json.encode(profile)}
        add = insert(self._connection, household_profiles)
        add = add.on_conflict_do_update(index_elements=["building_id"], set_=changes)
        self._connection.execute(add, {"building_id": building_id, "customer_id": customer_id, **changes})

    def list_of(self, customer_id: str, building_ids: Sequence[str]) -> dict[str, HouseholdProfile]:
        """The profiles of the customer's among these buildings, by building id; those that have none are left out."""
        row = household_profiles.c
        query = select(row.building_id, row.document).where(
            among(self._connection, row.building_id, building_ids), tested(row.customer_id, customer_id)
        )
        return {
            building_id: msgspec.json.decode(document, type=HouseholdProfile)
            for building_id, document in self._connection.execute(query)
        }
