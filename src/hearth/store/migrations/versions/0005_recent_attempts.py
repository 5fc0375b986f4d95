"""Attempts are read by customer, newest first, the failed ones alone too; tests of an endpoint stand among them.

An attempt is a test where it has no delivery. Which of the old ones failed stands in their documents.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

Ordered = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

_STATUS = {
    "sqlite": "json_extract(CAST(document AS TEXT), '$.status_code')",
    "postgresql": "(convert_from(document, 'UTF8')::json ->> 'status_code')::integer",
}


def upgrade() -> None:
    """Adds what is asked for, and fills it for what is there."""
    with op.batch_alter_table("attempts") as attempts:
        attempts.add_column(sa.Column("is_failed", sa.Boolean(), nullable=False, server_default=sa.text("false")))
        attempts.alter_column("delivery_id", existing_type=Ordered, nullable=True)
    status = _STATUS[op.get_bind().dialect.name]
    op.execute(f"UPDATE attempts SET is_failed = true WHERE coalesce({status}, 0) NOT BETWEEN 200 AND 299")  # noqa: S608 - our own text
    op.create_index("ix_attempts_newest", "attempts", ["customer_id", "number"])
    op.create_index("ix_attempts_outcome", "attempts", ["customer_id", "is_failed", "number"])
