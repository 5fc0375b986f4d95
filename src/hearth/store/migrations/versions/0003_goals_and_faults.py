"""Goals of notifications, interactions as facts of the log, the faults of rules, and what homes know of each other."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

Ordered = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Creates the tables; interactions that are there already concern no goal."""
    op.create_table(
        "goals",
        sa.Column("notification_id", Ordered, nullable=False),
        sa.Column("customer_id", Ordered, nullable=False),
        sa.Column("rule_id", Ordered, nullable=False),
        sa.Column("building_id", Ordered, nullable=False),
        sa.Column("state", Ordered, nullable=False),
        sa.Column("ended_at_ms", Big, nullable=True),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["notification_id"], ["notifications.id"], name=op.f("fk_goals_notification_id")),
        sa.ForeignKeyConstraint(["building_id"], ["buildings.id"], name=op.f("fk_goals_building_id")),
        sa.PrimaryKeyConstraint("notification_id", name=op.f("pk_goals")),
    )
    is_open = sa.text("state = 'OPEN'")
    op.create_index("ix_goals_open", "goals", ["building_id"], sqlite_where=is_open, postgresql_where=is_open)
    op.create_index("ix_goals_of_rule", "goals", ["customer_id", "rule_id", "state", "ended_at_ms"])
    op.add_column("interactions", sa.Column("is_noted", sa.Boolean(), nullable=False, server_default=sa.text("true")))
    op.create_index(
        "ix_interactions_unnoted",
        "interactions",
        ["number"],
        sqlite_where=sa.text("is_noted = 0"),
        postgresql_where=sa.text("NOT is_noted"),
    )
    op.create_table(
        "rule_faults",
        sa.Column("rule_id", Ordered, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("customer_id", Ordered, nullable=False),
        sa.Column("faults", Big, nullable=False),
        sa.Column("first_at_ms", Big, nullable=False),
        sa.Column("last_at_ms", Big, nullable=False),
        sa.Column("building_id", Ordered, nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["rule_id"], ["rules.id"], name=op.f("fk_rule_faults_rule_id")),
        sa.PrimaryKeyConstraint("rule_id", "version", name=op.f("pk_rule_faults")),
    )
    op.create_table(
        "peer_snapshots",
        sa.Column("customer_id", Ordered, nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_peer_snapshots_customer_id")),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_peer_snapshots")),
    )
