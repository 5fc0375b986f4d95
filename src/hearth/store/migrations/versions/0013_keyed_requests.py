"""Requests with an Idempotency-Key. There were none before, so there is nothing to bring over."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

Ordered = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Creates the table."""
    op.create_table(
        "keyed_requests",
        sa.Column("customer_id", Ordered, nullable=False),
        sa.Column("key_hash", Ordered, nullable=False),
        sa.Column("request_hash", Ordered, nullable=False),
        sa.Column("expires_at_ms", Big, nullable=False),
        sa.Column("building_id", Ordered),
        sa.Column("document", sa.LargeBinary()),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_keyed_requests_customer_id")),
        sa.PrimaryKeyConstraint("customer_id", "key_hash", name=op.f("pk_keyed_requests")),
    )
    op.create_index(op.f("ix_keyed_requests_expires_at_ms"), "keyed_requests", ["expires_at_ms"])
