"""Notifications are listed by rule and by what the household did last: both stand in the indexes of what is newest.

What was done last with a notification stands in its interactions, from which the column is filled.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

Ordered = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

_QUALIFIER = {
    "sqlite": "json_extract(CAST(document AS TEXT), '$.action_qualifier')",
    "postgresql": "convert_from(document, 'UTF8')::json ->> 'action_qualifier'",
}


def upgrade() -> None:
    """Adds the column, fills it, and lets the indexes hold what a list is filtered by."""
    op.add_column("notifications", sa.Column("interaction", Ordered))
    qualifier = _QUALIFIER[op.get_bind().dialect.name]
    op.execute(
        f"UPDATE notifications SET interaction = (SELECT {qualifier} FROM interactions "  # noqa: S608 - our own text
        "WHERE notification_id = notifications.id ORDER BY number DESC LIMIT 1) "
        "WHERE id IN (SELECT notification_id FROM interactions)"
    )
    op.drop_index("ix_notifications_newest", "notifications")
    op.create_index(
        "ix_notifications_newest", "notifications", ["customer_id", "created_at_ms", "id", "status", "rule_id", "interaction"]
    )
    op.create_index(
        "ix_notifications_newest_of_rule",
        "notifications",
        ["customer_id", "rule_id", "created_at_ms", "id", "status", "interaction"],
    )
    op.create_index(
        "ix_notifications_interaction",
        "notifications",
        ["customer_id", "interaction", "created_at_ms", "id", "status", "rule_id"],
        sqlite_where=sa.text("interaction IS NOT NULL"),
        postgresql_where=sa.text("interaction IS NOT NULL"),
    )
