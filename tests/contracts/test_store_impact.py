"""Notifications of a database from before impact was counted are counted when it is upgraded."""

import pytest
import sqlalchemy as sa
from alembic import command

from hearth.core.instants import DAY_MS
from hearth.insights.impact import Counts
from hearth.store import open_store
from hearth.store.migrations import _config, upgrade


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_was_there_before_is_counted(kind, request, tmp_path) -> None:
    url = f"sqlite:///{tmp_path}/old.sqlite3" if kind == "sqlite" else request.getfixturevalue("empty_postgres_url")
    engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    config = _config()
    told = [("n1", "DELIVERED", 1), ("n2", "DELIVERED", DAY_MS), ("n3", "FAILED", 2), ("n4", "DROPPED", 3)]
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0013")
        for statement in (
            "INSERT INTO customers (id, document) VALUES ('a', :document)",
            "INSERT INTO buildings (id, customer_id, customer_building_id, document) VALUES ('b', 'a', 'home', :document)",
        ):
            connection.execute(sa.text(statement), {"document": b"{}"})
        add = sa.text(
            "INSERT INTO notifications (id, customer_id, building_id, rule_id, trigger_sequence, created_at_ms, stored_at_ms,"
            " status, document) VALUES (:id, 'a', 'b', 'r', :at, :at, :at, :status, :document)"
        )
        for name, status, at in told:
            connection.execute(add, {"id": name, "status": status, "at": at, "document": b'{"drop_reason":"quiet_hours"}'})
        add = sa.text("INSERT INTO interactions (customer_id, notification_id, document) VALUES ('a', :of, :document)")
        for of, action in (("n1", "VIEWED"), ("n1", "STOPDELIVERY"), ("n2", "COMMAND"), ("n2", "VIEWED"), ("n3", "VIEWED")):
            connection.execute(add, {"of": of, "document": f'{{"action_qualifier":"{action}","occurred_at_ms":1}}'.encode()})
        add = sa.text(
            "INSERT INTO goals (notification_id, customer_id, rule_id, building_id, state, document)"
            " VALUES (:of, 'a', 'r', 'b', :state, :document)"
        )
        for of, state in (("n1", "ACHIEVED"), ("n2", "OPEN")):
            connection.execute(add, {"of": of, "state": state, "document": b'{"created_at_ms":1}'})
    engine.dispose()
    upgrade(url)
    store = open_store(url)
    try:
        with store.read() as session:
            first, second = (session.impact.sum_days("a", ["r"], day, day)["r"] for day in (0, 1))
    finally:
        store.close()
    assert first == Counts(delivered=1, failed=1, dropped_quiet_hours=1, opened=1, opted_out=1, goals_achieved=1)
    assert second == Counts(delivered=1, opened=1, acted=1)
