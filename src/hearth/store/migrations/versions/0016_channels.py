"""Channels beside the webhook, and contacts of end users. What there is of deliveries and attempts is the webhook's."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0014"

Ordered = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Creates the tables and columns; the order of deliveries is now within a lane of a building."""
    op.create_table(
        "channels",
        sa.Column("id", Ordered, nullable=False),
        sa.Column("customer_id", Ordered, nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_channels_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channels")),
    )
    op.create_index(op.f("ix_channels_customer_id"), "channels", ["customer_id"])
    op.create_table(
        "contacts",
        sa.Column("building_id", Ordered, nullable=False),
        sa.Column("user_id", Ordered, nullable=False),
        sa.Column("customer_id", Ordered, nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["building_id"], ["buildings.id"], name=op.f("fk_contacts_building_id")),
        sa.PrimaryKeyConstraint("building_id", "user_id", name=op.f("pk_contacts")),
    )
    op.add_column("outbox", sa.Column("channel_id", Ordered, nullable=False, server_default="webhook"))
    op.add_column("outbox", sa.Column("lane", Ordered, nullable=False, server_default="webhook//"))
    op.drop_index("ix_outbox_open", "outbox")
    op.create_index(
        "ix_outbox_open",
        "outbox",
        ["building_id", "lane", "number"],
        sqlite_where=sa.text("is_open = 1"),
        postgresql_where=sa.text("is_open"),
    )
    op.add_column("attempts", sa.Column("channel_id", Ordered, nullable=False, server_default="webhook"))
    op.create_index("ix_attempts_channel", "attempts", ["customer_id", "channel_id", "is_failed", "number"])
