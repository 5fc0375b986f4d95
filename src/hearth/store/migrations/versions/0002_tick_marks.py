"""Marks of ticks: how far the schedules of each customer have ticked."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

Ordered = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Creates the table."""
    op.create_table(
        "tick_marks",
        sa.Column("customer_id", Ordered, nullable=False),
        sa.Column("ticked_until_ms", Big, nullable=False),
        sa.Column("evaluated_sequence", Big, nullable=True),
        sa.Column("evaluated_building_id", Ordered, nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_tick_marks_customer_id")),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_tick_marks")),
    )
