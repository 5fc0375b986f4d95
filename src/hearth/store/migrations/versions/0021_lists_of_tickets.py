"""Support requests are searched and sorted: what is searched, and when a request was made, stand in columns of their own.

Both are filled from what is stored.
"""

import json

import sqlalchemy as sa
from alembic import op

from hearth.core.folded import folded

revision = "0021"
down_revision = "0020"

Big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Adds the columns and fills them."""
    op.add_column("tickets", sa.Column("created_at_ms", Big, nullable=False, server_default="0"))
    op.add_column("tickets", sa.Column("words", sa.Text(), nullable=False, server_default=""))
    tickets = sa.table("tickets", *(sa.column(name) for name in ("id", "created_at_ms", "words", "document")))
    connection = op.get_bind()
    for ticket_id, document in connection.execute(sa.select(tickets.c.id, tickets.c.document)).all():
        told = json.loads(document)
        words = folded("\n".join((told["subject"], told["member_name"], told["member_email"])))
        filled = sa.update(tickets).where(tickets.c.id == ticket_id).values(created_at_ms=told["created_at_ms"], words=words)
        connection.execute(filled)
