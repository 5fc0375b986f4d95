"""Links mailed to people, the audit log, and whose session it is.

Sessions end: what there is of them does not say it in a column, and signing in again repairs it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

Ordered = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_REFUSED = "the audit log is never changed"


def upgrade() -> None:
    """Creates the tables; nobody stays signed in."""
    op.drop_table("member_sessions")
    op.create_table(
        "member_sessions",
        sa.Column("token_hash", Ordered, nullable=False),
        sa.Column("customer_id", Ordered, nullable=False),
        sa.Column("member_id", Ordered, nullable=False),
        sa.Column("expires_at_ms", Big, nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_member_sessions_customer_id")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_member_sessions_member_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_member_sessions")),
    )
    op.create_index(op.f("ix_member_sessions_member_id"), "member_sessions", ["member_id"])
    op.create_index(op.f("ix_member_sessions_expires_at_ms"), "member_sessions", ["expires_at_ms"])
    op.create_table(
        "mailed_links",
        sa.Column("id", Ordered, nullable=False),
        sa.Column("token_hash", Ordered, nullable=False),
        sa.Column("customer_id", Ordered, nullable=False),
        sa.Column("purpose", Ordered, nullable=False),
        sa.Column("email", Ordered, nullable=False),
        sa.Column("expires_at_ms", Big, nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_mailed_links_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailed_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_mailed_links_token_hash")),
        sa.UniqueConstraint("customer_id", "purpose", "email", name=op.f("uq_mailed_links_customer_id_purpose_email")),
    )
    op.create_index(op.f("ix_mailed_links_expires_at_ms"), "mailed_links", ["expires_at_ms"])
    op.create_table(
        "audit_log",
        sa.Column("number", Big, nullable=False),
        sa.Column("customer_id", Ordered, nullable=False),
        sa.Column("words", Ordered, nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_audit_log_customer_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_log")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_log_newest", "audit_log", ["customer_id", "number"])
    _make_append_only()


def _make_append_only() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_log_no_{change.lower()} BEFORE {change} ON audit_log "
                f"BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{_REFUSED}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()"
    )
