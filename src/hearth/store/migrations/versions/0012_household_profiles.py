"""Profiles of households. They are computed by a context service, so there is nothing to bring over."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

Ordered = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Creates the table."""
    op.create_table(
        "household_profiles",
        sa.Column("building_id", Ordered, nullable=False),
        sa.Column("customer_id", Ordered, nullable=False),
        sa.Column("computed_at_ms", Big, nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["building_id"], ["buildings.id"], name=op.f("fk_household_profiles_building_id")),
        sa.PrimaryKeyConstraint("building_id", name=op.f("pk_household_profiles")),
    )
