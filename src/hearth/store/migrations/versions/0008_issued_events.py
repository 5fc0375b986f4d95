"""Events of context services on their way to the log, and how far each service has come."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

Ordered = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Creates both tables."""
    op.create_table(
        "issued_events",
        sa.Column("number", Big, nullable=False),
        sa.Column("customer_id", Ordered, nullable=False),
        sa.Column("building_id", Ordered, nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["building_id"], ["buildings.id"], name=op.f("fk_issued_events_building_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_issued_events")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_issued_events_building_id"), "issued_events", ["building_id"])
    op.create_table(
        "issued_marks",
        sa.Column("building_id", Ordered, nullable=False),
        sa.Column("service", Ordered, nullable=False),
        sa.Column("customer_id", Ordered, nullable=False),
        sa.Column("until_ms", Big, nullable=False),
        sa.ForeignKeyConstraint(["building_id"], ["buildings.id"], name=op.f("fk_issued_marks_building_id")),
        sa.PrimaryKeyConstraint("building_id", "service", name=op.f("pk_issued_marks")),
    )
    op.create_index("ix_issued_marks_of_service", "issued_marks", ["customer_id", "service"])
