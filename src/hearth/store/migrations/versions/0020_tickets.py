"""Support requests: tickets, their messages, and the mails about them that wait to be sent."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0018"

Ordered = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Creates the tables."""
    op.create_table(
        "tickets",
        sa.Column("id", Ordered, nullable=False),
        sa.Column("customer_id", Ordered, nullable=False),
        sa.Column("number", Big, nullable=False),
        sa.Column("member_id", Ordered, nullable=False),
        sa.Column("state", Ordered, nullable=False),
        sa.Column("changed_at_ms", Big, nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_tickets_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tickets")),
        sa.UniqueConstraint("customer_id", "number", name=op.f("uq_tickets_customer_id_number")),
    )
    op.create_index("ix_tickets_changed", "tickets", ["changed_at_ms"])
    op.create_table(
        "ticket_messages",
        sa.Column("ticket_id", Ordered, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("customer_id", Ordered, nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_ticket_messages_ticket_id")),
        sa.PrimaryKeyConstraint("ticket_id", "number", name=op.f("pk_ticket_messages")),
    )
    op.create_table(
        "ticket_mails",
        sa.Column("number", Big, nullable=False),
        sa.Column("customer_id", Ordered, nullable=False),
        sa.Column("ticket_id", Ordered, nullable=False),
        sa.Column("message_number", sa.Integer(), nullable=False),
        sa.Column("kind", Ordered, nullable=False),
        sa.Column("created_at_ms", Big, nullable=False),
        sa.Column("due_at_ms", Big, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_ticket_mails_ticket_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_ticket_mails")),
    )
