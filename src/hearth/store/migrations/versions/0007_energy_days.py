"""Energies of a building by local day. They are filled as events are compacted; older days are computed when asked for."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

Ordered = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Creates the table."""
    op.create_table(
        "energy_days",
        sa.Column("building_id", Ordered, nullable=False),
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("customer_id", Ordered, nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("generation_wh", sa.Double()),
        sa.Column("consumption_wh", sa.Double()),
        sa.Column("grid_consumption_wh", sa.Double()),
        sa.Column("base_consumption_wh", sa.Double()),
        sa.Column("grid_base_consumption_wh", sa.Double()),
        sa.PrimaryKeyConstraint("building_id", "day", name=op.f("pk_energy_days")),
        sqlite_with_rowid=False,
    )
