"""Notifications as members find them: pages of what fits, one in full, counts by rule, CSV with an entry in the audit log."""

import csv
from io import StringIO
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from alembic import command
from msgspec.structs import replace
from tests.services.test_live_view import MIDNIGHT_MS, MINE, THEIRS, building, notification, rule

from hearth.core.instants import DAY_MS
from hearth.core.problems import Problem
from hearth.domain.audit import COMMAND_LINE
from hearth.domain.customers import Customer
from hearth.domain.notifications import Attempt, Content, Delivery, DeliveryStatus, Interaction, Notification, RenderedText
from hearth.ports import Store
from hearth.services.notification_lists import NotificationLists, Sought
from hearth.store import open_store
from hearth.store.migrations import _config, upgrade
from hearth.testing.clocks import MovableClock

OTHER_BUILDING = "other".ljust(24, "0")


@pytest.fixture
def lists(store: Store) -> NotificationLists:
    with store.write() as session:
        for customer_id in (MINE, THEIRS):
            session.customers.add(Customer(id=customer_id, name=customer_id, created_at_ms=0, languages=("de", "en")))
            session.buildings.add(building(customer_id))
            for name in ("Surplus", "Report"):
                session.rules.add_version(rule(customer_id, name, "ACTIVE"))
        session.buildings.add(replace(building(MINE), id=OTHER_BUILDING, customer_building_id="home-2"))
    return NotificationLists(store, MovableClock(MIDNIGHT_MS))


def stored(store: Store, *notes: Notification) -> None:
    with store.write() as session:
        session.notifications.add_all(notes)


def ids(lists: NotificationLists, **sought: object) -> list[str]:
    page, _ = lists.list_page(MINE, Sought(**sought), None, 100)  # type: ignore[arg-type]
    return [shown.notification.id for shown in page]


def test_pages_hold_every_notification_once_newest_first(store: Store, lists: NotificationLists) -> None:
    notes = [notification(MINE, MIDNIGHT_MS + number // 2) for number in range(7)]
    stored(store, *notes, notification(THEIRS, MIDNIGHT_MS))
    seen: list[Notification] = []
    after: str | None = None
    while True:
        page, after = lists.list_page(MINE, Sought(), after, limit=3)
        seen.extend(shown.notification for shown in page)
        if after is None:
            break
    newest = sorted(notes, key=lambda each: (each.created_at_ms, each.id), reverse=True)
    assert [each.id for each in seen] == [each.id for each in newest]


def test_dropped_ones_are_listed_when_asked_for(store: Store, lists: NotificationLists) -> None:
    statuses: tuple[DeliveryStatus, ...] = ("DELIVERED", "PENDING", "FAILED", "DROPPED")
    notes = {status: notification(MINE, MIDNIGHT_MS, status) for status in statuses}
    stored(store, *notes.values())
    assert set(ids(lists)) == {notes[status].id for status in statuses[:3]}
    assert ids(lists, status="DROPPED") == [notes["DROPPED"].id]


def test_each_filter_leaves_what_fits_and_several_what_fits_them_all(store: Store, lists: NotificationLists) -> None:
    plain = notification(MINE, MIDNIGHT_MS)
    report = notification(MINE, MIDNIGHT_MS - DAY_MS, rule_name="Report")
    elsewhere = replace(notification(MINE, MIDNIGHT_MS - 2 * DAY_MS), building_id=OTHER_BUILDING, customer_building_id="home-2")
    stored(store, plain, report, elsewhere, notification(THEIRS, MIDNIGHT_MS))
    with store.write() as session:
        for qualifier, at_ms in (("OPENAPP", 1), ("DISMISS", 2)):  # the last one counts
            done = Interaction(action_qualifier=qualifier, occurred_at_ms=at_ms)
            session.notifications.add_interaction(MINE, report.id, done)
    assert ids(lists) == [plain.id, report.id, elsewhere.id]
    assert ids(lists, rule_id=report.rule_id) == [report.id]
    assert ids(lists, building="home-2") == [elsewhere.id]
    assert ids(lists, interaction="DISMISS") == [report.id]
    assert ids(lists, interaction="OPENAPP") == []
    assert ids(lists, interaction="NONE") == [plain.id, elsewhere.id]
    assert ids(lists, from_ms=MIDNIGHT_MS - DAY_MS, to_ms=MIDNIGHT_MS) == [report.id]
    assert ids(lists, rule_id=plain.rule_id, interaction="NONE", to_ms=MIDNIGHT_MS) == [elsewhere.id]
    assert ids(lists, building="home-1", rule_id=report.rule_id, interaction="DISMISS", status="DELIVERED") == [report.id]
    with pytest.raises(Problem) as caught:
        ids(lists, building="no-such-home")
    assert caught.value.code == "not_found"


def test_a_rule_that_is_gone_has_no_name(store: Store, lists: NotificationLists) -> None:
    failed = notification(MINE, MIDNIGHT_MS, "FAILED", rule_name="Report")
    orphan = notification(MINE, MIDNIGHT_MS - DAY_MS, "FAILED", rule_name="Deleted")
    stored(store, failed, orphan, notification(MINE, MIDNIGHT_MS))
    page, after = lists.list_page(MINE, Sought(status="FAILED"), None, limit=10)
    assert [(shown.notification.id, shown.rule_name) for shown in page] == [(failed.id, "Report"), (orphan.id, None)]
    assert after is None


def test_one_comes_with_all_that_was_done_and_tried(store: Store, lists: NotificationLists) -> None:
    mine, theirs = notification(MINE, MIDNIGHT_MS), notification(THEIRS, MIDNIGHT_MS)
    viewed = Interaction(action_qualifier="VIEWED", occurred_at_ms=MIDNIGHT_MS + 1)
    opened = Interaction(action_qualifier="OPENAPP", occurred_at_ms=MIDNIGHT_MS + 2, user_id="anna")
    refused = Attempt(delivery_id="d" * 24, attempted_at_ms=MIDNIGHT_MS, duration_ms=12, status_code=503)
    delivery = Delivery(
        id="d" * 24,
        customer_id=MINE,
        building_id=mine.building_id,
        notification_id=mine.id,
        channel="webhook",
        created_at_ms=MIDNIGHT_MS,
        due_at_ms=MIDNIGHT_MS,
        expires_at_ms=MIDNIGHT_MS + DAY_MS,
    )
    stored(store, mine, theirs)
    with store.write() as session:
        session.outbox.add_all([delivery])
        session.outbox.record_attempt(MINE, refused)
        for interaction in (viewed, opened):
            session.notifications.add_interaction(MINE, mine.id, interaction)
    whole = lists.get(MINE, mine.id)
    assert (whole.shown.notification.id, whole.shown.rule_name) == (mine.id, "Surplus")
    assert (whole.interactions, whole.attempts) == ([viewed, opened], [refused])
    with pytest.raises(Problem) as caught:
        lists.get(MINE, theirs.id)
    assert caught.value.code == "not_found"


def test_rules_are_counted_by_status_within_a_range(store: Store, lists: NotificationLists) -> None:
    stored(
        store,
        *(notification(MINE, MIDNIGHT_MS, status) for status in ("DELIVERED", "DELIVERED", "DROPPED")),
        notification(MINE, MIDNIGHT_MS, "FAILED", rule_name="Report"),
        notification(MINE, MIDNIGHT_MS - 1),
        notification(THEIRS, MIDNIGHT_MS),
    )
    counted = lists.count_by_rule(MINE, MIDNIGHT_MS, MIDNIGHT_MS + 1)
    assert [(row.rule_name, row.counts) for row in counted] == [
        ("Surplus", {"DELIVERED": 2, "DROPPED": 1}),
        ("Report", {"FAILED": 1}),
    ]


def test_an_export_has_the_texts_in_each_language_harmless_for_spreadsheets_and_is_noted(
    store: Store, lists: NotificationLists
) -> None:
    texts = {
        "de": RenderedText(title="=1+1", message="Zeile 1\nZeile 2"),
        "en": RenderedText(title="Sun", message="Use it, now."),
    }
    told = replace(notification(MINE, MIDNIGHT_MS), content=Content(texts=texts))
    stored(store, told, notification(MINE, MIDNIGHT_MS, "DROPPED"), notification(MINE, MIDNIGHT_MS - 1, rule_name="Report"))
    with store.read() as session:
        customer = session.customers.find(MINE)
    assert customer is not None
    blocks = lists.export(customer, Sought(rule_id=told.rule_id), COMMAND_LINE)
    rows = list(csv.DictReader(StringIO(b"".join(blocks).decode())))
    assert [(row["id"], row["rule"], row["status"]) for row in rows] == [(told.id, "Surplus", "DELIVERED")]
    assert (rows[0]["title_de"], rows[0]["message_de"], rows[0]["message_en"]) == ("'=1+1", "Zeile 1\nZeile 2", "Use it, now.")
    with store.read() as session:
        [entry] = session.audit.list_page(MINE, [], None, 10)
    assert (entry.action, entry.after) == ("notifications.exported", {"rule_id": told.rule_id})


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_was_done_before_the_upgrade_is_found(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/old.sqlite3" if kind == "sqlite" else request.getfixturevalue("empty_postgres_url")
    engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    config = _config()
    done, left = notification(MINE, MIDNIGHT_MS), notification(MINE, MIDNIGHT_MS - 1)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0013")
        add = "INSERT INTO customers (id, document) VALUES (:id, :document)"
        connection.execute(sa.text(add), {"id": MINE, "document": b"{}"})
        home = {"id": done.building_id, "of": MINE, "document": b"{}"}
        add = "INSERT INTO buildings (id, customer_id, customer_building_id, document) VALUES (:id, :of, 'home-1', :document)"
        connection.execute(sa.text(add), home)
        for each in (done, left):
            row = {name: getattr(each, name) for name in _COLUMNS_BEFORE} | {"document": msgspec.json.encode(each)}
            names = ", ".join(row)
            add = f"INSERT INTO notifications ({names}) VALUES ({', '.join(f':{name}' for name in row)})"
            connection.execute(sa.text(add), row)
        add = "INSERT INTO interactions (customer_id, notification_id, document) VALUES (:of, :id, :document)"
        for qualifier in ("OPENAPP", "DISMISS"):
            document = f'{{"action_qualifier":"{qualifier}","occurred_at_ms":1}}'.encode()
            connection.execute(sa.text(add), {"of": MINE, "id": done.id, "document": document})
    engine.dispose()
    upgrade(url)
    store = open_store(url)
    try:
        with store.read() as session:
            asked: tuple[Any, ...] = ("DISMISS", "OPENAPP", "NONE")
            pages = session.notifications.list_page
            found = [pages(MINE, None, ("DELIVERED",), None, 9, interaction=each) for each in asked]
    finally:
        store.close()
    assert [[each.id for each in page] for page in found] == [[done.id], [], [left.id]]


_COLUMNS_BEFORE = ("id", "customer_id", "building_id", "rule_id", "trigger_sequence", "created_at_ms", "stored_at_ms", "status")
