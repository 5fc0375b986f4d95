"""How often events come, as it was measured; and an index that finds a customer's series by type and source."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

Ordered = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Creates the table and the index."""
    op.create_table(
        "measured_intervals",
        sa.Column("customer_id", Ordered, nullable=False),
        sa.Column("event_type", Ordered, nullable=False),
        sa.Column("source", Ordered, nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_measured_intervals_customer_id")),
        sa.PrimaryKeyConstraint("customer_id", "event_type", "source", name=op.f("pk_measured_intervals")),
    )
    op.create_index("ix_series_groups", "series", ["customer_id", "event_type", "source", "building_id"])
