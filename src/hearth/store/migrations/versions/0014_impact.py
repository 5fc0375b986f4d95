"""Impact: what notifications count for, by rule and day. Those that are there already are counted here.

What came of them later is measured by a context service, from the first one on.
"""

import json
from collections import Counter
from collections.abc import Iterator
from itertools import chain, groupby

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

Ordered = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_DAY_MS = 86_400_000
_KINDS = {
    "opened": {"VIEWED", "OPENAPP", "OPENWEB", "COMMAND"},
    "acted": {"OPENAPP", "OPENWEB", "COMMAND"},
    "dismissed": {"DISMISS"},
    "opted_out": {"STOPDELIVERY"},
}
_COUNTS = [
    *("pending", "delivered", "failed"),
    *("dropped_time_between", "dropped_quiet_hours", "dropped_household_cap", "dropped_switched_off"),
    *("opened", "acted", "dismissed", "opted_out", "resumed"),
    *("goals_achieved", "goals_missed"),
    *("settled", "ignored", "home_weeks"),
]

_PAGED = {"yield_per": 1_000}  # there may be millions


def upgrade() -> None:
    """Creates the tables, and counts."""
    rule_days = op.create_table(
        "rule_days",
        sa.Column("customer_id", Ordered, nullable=False),
        sa.Column("rule_id", Ordered, nullable=False),
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        *(sa.Column(name, Big, nullable=False) for name in _COUNTS),
        sa.PrimaryKeyConstraint("customer_id", "rule_id", "day", name=op.f("pk_rule_days")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "behaviour_days",
        sa.Column("customer_id", Ordered, nullable=False),
        sa.Column("rule_id", Ordered, nullable=False),
        sa.Column("event_type", Ordered, nullable=False),
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("measured", Big, nullable=False),
        sa.Column("changed", Big, nullable=False),
        sa.Column("expected", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "rule_id", "event_type", "day", name=op.f("pk_behaviour_days")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "rule_homes",
        sa.Column("building_id", Ordered, nullable=False),
        sa.Column("rule_id", Ordered, nullable=False),
        sa.Column("customer_id", Ordered, nullable=False),
        sa.Column("ignored_in_a_row", sa.Integer(), nullable=False),
        sa.Column("week", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["building_id"], ["buildings.id"], name=op.f("fk_rule_homes_building_id")),
        sa.PrimaryKeyConstraint("building_id", "rule_id", name=op.f("pk_rule_homes")),
    )
    op.create_index("ix_rule_homes_ignoring", "rule_homes", ["customer_id", "rule_id", "ignored_in_a_row"])
    op.create_table(
        "impact_marks",
        sa.Column("customer_id", Ordered, nullable=False),
        sa.Column("stored_at_ms", Big, nullable=False),
        sa.Column("notification_id", Ordered, nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_impact_marks_customer_id")),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_impact_marks")),
    )
    connection = op.get_bind()
    days: dict[tuple[str, str, int], Counter[str]] = {}
    for key, counted in chain(_told(connection), _goals(connection)):
        days.setdefault(key, Counter()).update(counted)
    keys = ("customer_id", "rule_id", "day")
    rows = [
        {**dict(zip(keys, key, strict=True)), **{name: counts[name] for name in _COUNTS}} for key, counts in sorted(days.items())
    ]
    if rows:
        connection.execute(rule_days.insert(), rows)


def _told(connection: sa.Connection) -> Iterator[tuple[tuple[str, str, int], list[str]]]:
    """Each notification: where it counts, and for what."""
    query = sa.text(
        "SELECT n.id, n.customer_id, n.rule_id, n.created_at_ms, n.status, "
        "CASE WHEN n.status = 'DROPPED' THEN n.document END AS dropped, i.document AS interaction "
        "FROM notifications n LEFT JOIN interactions i ON i.notification_id = n.id ORDER BY n.id"
    )
    for _, of_one in groupby(connection.execute(query, execution_options=_PAGED), lambda row: row.id):
        rows = list(of_one)
        first = rows[0]
        counted = [first.status.lower()]
        if first.status == "DROPPED":
            counted = [f"dropped_{json.loads(bytes(first.dropped)).get('drop_reason') or 'switched_off'}"]
        if first.status == "DELIVERED":
            done = {json.loads(bytes(row.interaction))["action_qualifier"] for row in rows if row.interaction is not None}
            counted += [name for name, kinds in _KINDS.items() if done & kinds]
        yield (first.customer_id, first.rule_id, first.created_at_ms // _DAY_MS), counted


def _goals(connection: sa.Connection) -> Iterator[tuple[tuple[str, str, int], list[str]]]:
    """Each goal that was achieved or missed, in the day of its notification."""
    query = sa.text("SELECT customer_id, rule_id, state, document FROM goals WHERE state IN ('ACHIEVED', 'MISSED')")
    for row in connection.execute(query, execution_options=_PAGED):
        created_at_ms = json.loads(bytes(row.document))["created_at_ms"]
        yield (row.customer_id, row.rule_id, created_at_ms // _DAY_MS), [f"goals_{row.state.lower()}"]
