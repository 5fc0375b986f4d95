"""By what a list of buildings is searched and sorted. It is filled from the buildings; last events are noted by a service."""

import json
import unicodedata
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

Ordered = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_AT_ONCE = 500


def upgrade() -> None:
    """Creates the table, and a row for each building."""
    listed = op.create_table(
        "listed_buildings",
        sa.Column("building_id", Ordered, nullable=False),
        sa.Column("customer_id", Ordered, nullable=False),
        sa.Column("customer_building_id", Ordered, nullable=False),
        sa.Column("words", Ordered, nullable=False),
        sa.Column("tags", Ordered, nullable=False),
        sa.Column("city", Ordered, nullable=False),
        sa.Column("is_deactivated", sa.Boolean(), nullable=False),
        sa.Column("last_event_ms", Big),
        sa.ForeignKeyConstraint(["building_id"], ["buildings.id"], name=op.f("fk_listed_buildings_building_id")),
        sa.PrimaryKeyConstraint("building_id", name=op.f("pk_listed_buildings")),
    )
    op.create_index("ix_listed_buildings_of_customer", "listed_buildings", ["customer_id", "customer_building_id"])
    buildings = sa.table(
        "buildings", sa.column("id"), sa.column("customer_id"), sa.column("customer_building_id"), sa.column("document")
    )
    after = ""
    while True:
        query = sa.select(buildings).where(buildings.c.id > after).order_by(buildings.c.id).limit(_AT_ONCE)
        rows = op.get_bind().execute(query).all()
        if not rows:
            return
        op.get_bind().execute(listed.insert(), [_row(*row) for row in rows])
        after = rows[-1].id


def _row(building_id: str, customer_id: str, name: str, document: bytes) -> dict[str, Any]:
    building = json.loads(bytes(document))
    city = building.get("city") or ""
    return {
        "building_id": building_id,
        "customer_id": customer_id,
        "customer_building_id": name,
        "words": _folded(f"{name}\n{building.get('zip') or ''}\n{city}"),
        "tags": "",
        "city": city.casefold(),
        "is_deactivated": building.get("deactivated_at_ms") is not None,
        "last_event_ms": None,
    }


def _folded(text: str) -> str:
    return "".join(each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each)).casefold()
