"""The first form of the database."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

Ordered = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Creates all tables."""
    op.create_table(
        "changes",
        sa.Column("number", Big, nullable=False),
        sa.Column("customer_id", Ordered, nullable=False),
        sa.Column("kind", Ordered, nullable=False),
        sa.Column("building_id", Ordered, nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_changes")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "customers",
        sa.Column("id", Ordered, nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customers")),
    )
    op.create_table(
        "event_log",
        sa.Column("sequence", Big, autoincrement=False, nullable=False),
        sa.Column("customer_id", Ordered, nullable=False),
        sa.Column("kind", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("received_at_ms", Big, nullable=False),
        sa.Column("first_ms", Big, nullable=False),
        sa.Column("last_ms", Big, nullable=False),
        sa.Column("first_series", sa.Integer(), nullable=False),
        sa.Column("last_series", sa.Integer(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_event_log")),
    )
    op.create_table(
        "event_minutes",
        sa.Column("customer_id", Ordered, nullable=False),
        sa.Column("minute", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("events", Big, nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "minute", name=op.f("pk_event_minutes")),
    )
    op.create_table(
        "log_marks",
        sa.Column("name", Ordered, nullable=False),
        sa.Column("sequence", Big, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_log_marks")),
    )
    op.create_table(
        "signing_keys",
        sa.Column("kid", Ordered, nullable=False),
        sa.Column("created_at_ms", Big, nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_signing_keys")),
    )
    op.create_table(
        "buildings",
        sa.Column("id", Ordered, nullable=False),
        sa.Column("customer_id", Ordered, nullable=False),
        sa.Column("customer_building_id", Ordered, nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_buildings_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_buildings")),
        sa.UniqueConstraint("customer_id", "customer_building_id", name=op.f("uq_buildings_customer_id_customer_building_id")),
    )
    op.create_table(
        "clients",
        sa.Column("client_id", Ordered, nullable=False),
        sa.Column("customer_id", Ordered, nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_clients_customer_id")),
        sa.PrimaryKeyConstraint("client_id", name=op.f("pk_clients")),
    )
    op.create_index(op.f("ix_clients_customer_id"), "clients", ["customer_id"], unique=False)
    op.create_table(
        "endpoints",
        sa.Column("customer_id", Ordered, nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_endpoints_customer_id")),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_endpoints")),
    )
    op.create_table(
        "member_sessions",
        sa.Column("token_hash", Ordered, nullable=False),
        sa.Column("customer_id", Ordered, nullable=False),
        sa.Column("expires_at_ms", Big, nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_member_sessions_customer_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_member_sessions")),
    )
    op.create_index(op.f("ix_member_sessions_expires_at_ms"), "member_sessions", ["expires_at_ms"], unique=False)
    op.create_table(
        "members",
        sa.Column("id", Ordered, nullable=False),
        sa.Column("customer_id", Ordered, nullable=False),
        sa.Column("email", Ordered, nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_members_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_members")),
        sa.UniqueConstraint("email", name=op.f("uq_members_email")),
    )
    op.create_index(op.f("ix_members_customer_id"), "members", ["customer_id"], unique=False)
    op.create_table(
        "notification_changes",
        sa.Column("customer_id", Ordered, nullable=False),
        sa.Column("number", Big, nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_notification_changes_customer_id")),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_notification_changes")),
    )
    op.create_table(
        "rules",
        sa.Column("id", Ordered, nullable=False),
        sa.Column("customer_id", Ordered, nullable=False),
        sa.Column("name", Ordered, nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_rules_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rules")),
        sa.UniqueConstraint("customer_id", "name", name=op.f("uq_rules_customer_id_name")),
    )
    op.create_table(
        "notifications",
        sa.Column("id", Ordered, nullable=False),
        sa.Column("customer_id", Ordered, nullable=False),
        sa.Column("building_id", Ordered, nullable=False),
        sa.Column("rule_id", Ordered, nullable=False),
        sa.Column("trigger_sequence", Big, nullable=False),
        sa.Column("created_at_ms", Big, nullable=False),
        sa.Column("stored_at_ms", Big, nullable=False),
        sa.Column("status", Ordered, nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["building_id"], ["buildings.id"], name=op.f("fk_notifications_building_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_notifications_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notifications")),
        sa.UniqueConstraint(
            "rule_id", "building_id", "trigger_sequence", name=op.f("uq_notifications_rule_id_building_id_trigger_sequence")
        ),
    )
    op.create_index("ix_notifications_newest", "notifications", ["customer_id", "created_at_ms", "id"], unique=False)
    op.create_index("ix_notifications_newest_of_building", "notifications", ["building_id", "created_at_ms", "id"], unique=False)
    op.create_index("ix_notifications_status", "notifications", ["customer_id", "status", "created_at_ms", "id"], unique=False)
    op.create_index("ix_notifications_stored", "notifications", ["customer_id", "stored_at_ms", "status"], unique=False)
    op.create_table(
        "rule_states",
        sa.Column("building_id", Ordered, nullable=False),
        sa.Column("rule_id", Ordered, nullable=False),
        sa.Column("customer_id", Ordered, nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["building_id"], ["buildings.id"], name=op.f("fk_rule_states_building_id")),
        sa.PrimaryKeyConstraint("building_id", "rule_id", name=op.f("pk_rule_states")),
    )
    op.create_table(
        "rule_versions",
        sa.Column("rule_id", Ordered, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("customer_id", Ordered, nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["rule_id"], ["rules.id"], name=op.f("fk_rule_versions_rule_id")),
        sa.PrimaryKeyConstraint("rule_id", "version", name=op.f("pk_rule_versions")),
    )
    op.create_table(
        "series",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", Ordered, nullable=False),
        sa.Column("building_id", Ordered, nullable=False),
        sa.Column("event_type", Ordered, nullable=False),
        sa.Column("device_id", Ordered, nullable=False),
        sa.Column("source", Ordered, nullable=False),
        sa.Column("device_name", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["building_id"], ["buildings.id"], name=op.f("fk_series_building_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_series_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
        sa.UniqueConstraint(
            "building_id", "event_type", "device_id", "source", name=op.f("uq_series_building_id_event_type_device_id_source")
        ),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "interactions",
        sa.Column("number", Big, nullable=False),
        sa.Column("customer_id", Ordered, nullable=False),
        sa.Column("notification_id", Ordered, nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["notification_id"], ["notifications.id"], name=op.f("fk_interactions_notification_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_interactions")),
    )
    op.create_index(op.f("ix_interactions_notification_id"), "interactions", ["notification_id"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("number", Big, nullable=False),
        sa.Column("id", Ordered, nullable=False),
        sa.Column("customer_id", Ordered, nullable=False),
        sa.Column("building_id", Ordered, nullable=False),
        sa.Column("notification_id", Ordered, nullable=False),
        sa.Column("due_at_ms", Big, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("delivered_at_ms", Big, nullable=True),
        sa.Column("is_counted", sa.Boolean(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["notification_id"], ["notifications.id"], name=op.f("fk_outbox_notification_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_outbox")),
        sa.UniqueConstraint("id", name=op.f("uq_outbox_id")),
    )
    op.create_index(
        "ix_outbox_due",
        "outbox",
        ["due_at_ms"],
        unique=False,
        sqlite_where=sa.text("is_open = 1"),
        postgresql_where=sa.text("is_open"),
    )
    op.create_index(op.f("ix_outbox_notification_id"), "outbox", ["notification_id"], unique=False)
    op.create_index(
        "ix_outbox_open",
        "outbox",
        ["building_id", "number"],
        unique=False,
        sqlite_where=sa.text("is_open = 1"),
        postgresql_where=sa.text("is_open"),
    )
    op.create_index(
        "ix_outbox_uncounted",
        "outbox",
        ["number"],
        unique=False,
        sqlite_where=sa.text("delivered_at_ms IS NOT NULL AND is_counted = 0"),
        postgresql_where=sa.text("delivered_at_ms IS NOT NULL AND NOT is_counted"),
    )
    op.create_table(
        "series_chunks",
        sa.Column("series_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("utc_day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("customer_id", Ordered, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name=op.f("fk_series_chunks_series_id")),
        sa.PrimaryKeyConstraint("series_id", "utc_day", name=op.f("pk_series_chunks")),
    )
    op.create_table(
        "attempts",
        sa.Column("number", Big, nullable=False),
        sa.Column("customer_id", Ordered, nullable=False),
        sa.Column("delivery_id", Ordered, nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["outbox.id"], name=op.f("fk_attempts_delivery_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_attempts")),
    )
    op.create_index(op.f("ix_attempts_delivery_id"), "attempts", ["delivery_id"], unique=False)
