"""The outbox is read by its indexes: what was delivered long ago, or waits by the thousand, slows nothing down."""

from pathlib import Path

import pytest
from sqlalchemy import event

from hearth.store import open_store

NOW_MS = 1_000_000


@pytest.mark.parametrize(
    "question",
    [
        lambda outbox: outbox.lease_for_operator(NOW_MS, NOW_MS + 1, 100),
        lambda outbox: outbox.next_due_for_operator(NOW_MS, NOW_MS + 1),
        lambda outbox: outbox.list_uncounted_for_operator(100),
        lambda outbox: outbox.due_for_operator(NOW_MS, NOW_MS + 1),
        lambda outbox: outbox.list_open_over("a", "webhook", 100),
    ],
    ids=["lease", "next due", "uncounted", "due", "open over a channel"],
)
def test_no_question_walks_over_the_whole_outbox(sqlite_url: str, tmp_path: Path, question) -> None:
    store = open_store(sqlite_url)
    asked = []
    try:
        with store.write() as session:
            connection = session.outbox._connection
            event.listen(
                connection, "before_cursor_execute", lambda _c, _cu, statement, values, *_: asked.append((statement, values))
            )
            question(session.outbox)
            selects = [each for each in asked if each[0].startswith("SELECT")]
            assert selects
            for statement, values in selects:
                plan = [row[3] for row in connection.exec_driver_sql("EXPLAIN QUERY PLAN " + statement, values)]
                walks = [step for step in plan if "outbox" in step or "older" in step]
                assert walks
                assert all("INDEX" in step for step in walks), plan
    finally:
        store.close()
