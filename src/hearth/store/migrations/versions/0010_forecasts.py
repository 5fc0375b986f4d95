"""Forecasts: what was learned of a building, what was issued, and how right it was."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

Ordered = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Creates the three tables."""
    for name, keys, content in (
        ("forecast_models", [], "document"),
        ("forecasts", [sa.Column("issued_at_ms", Big, autoincrement=False, nullable=False)], "payload"),
        ("forecast_scores", [sa.Column("utc_day", sa.Integer(), autoincrement=False, nullable=False)], "document"),
    ):
        op.create_table(
            name,
            sa.Column("building_id", Ordered, nullable=False),
            sa.Column("kind", Ordered, nullable=False),
            *keys,
            sa.Column("customer_id", Ordered, nullable=False),
            sa.Column(content, sa.LargeBinary(), nullable=False),
            sa.ForeignKeyConstraint(["building_id"], ["buildings.id"], name=op.f(f"fk_{name}_building_id")),
            sa.PrimaryKeyConstraint("building_id", "kind", *[key.name for key in keys], name=op.f(f"pk_{name}")),
        )
