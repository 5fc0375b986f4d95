"""Which buildings there still are, for writers that learned of one before it was erased.

What the engine decides may arrive after its building's erasure; storing it would bring traces back.
"""

from collections.abc import Iterable

from sqlalchemy import Connection, select

from hearth.store.connections import among, is_postgresql, tested
from hearth.store.tables import buildings


def living_buildings(connection: Connection, customer_id: str, building_ids: Iterable[str]) -> set[str]:
    """Those of the ids that are buildings of the customer, and stay so until the transaction ends."""
    ids = sorted(set(building_ids))
    query = (
        select(buildings.c.id)
        .where(among(connection, buildings.c.id, ids), tested(buildings.c.customer_id, customer_id))
        .order_by(buildings.c.id)
    )
    if is_postgresql(connection):
        query = query.with_for_update(read=True, key_share=True)
    return set(connection.scalars(query))
