"""Events that cannot be believed, set aside from what is computed."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

Ordered = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Creates the table."""
    op.create_table(
        "set_aside_events",
        sa.Column("series_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("occurred_at_ms", Big, autoincrement=False, nullable=False),
        sa.Column("customer_id", Ordered, nullable=False),
        sa.Column("building_id", Ordered, nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("reason", Ordered, nullable=False),
        sa.PrimaryKeyConstraint("series_id", "occurred_at_ms", name=op.f("pk_set_aside_events")),
    )
    op.create_index("ix_set_aside_events_of_building", "set_aside_events", ["building_id", "occurred_at_ms"])
