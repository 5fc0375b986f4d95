"""Weather: the hours of each cell by UTC day, the state of its forecast, and how much each provider was asked."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

Ordered = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Creates the three tables."""
    op.create_table(
        "weather_cells",
        sa.Column("cell", Ordered, nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("cell", name=op.f("pk_weather_cells")),
    )
    op.create_table(
        "weather_days",
        sa.Column("cell", Ordered, nullable=False),
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("provider", Ordered, nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("cell", "day", name=op.f("pk_weather_days")),
    )
    op.create_table(
        "weather_providers",
        sa.Column("name", Ordered, nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_weather_providers")),
    )
