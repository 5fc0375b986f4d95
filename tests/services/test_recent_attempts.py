"""What was tried to reach a customer, as its people see it: with building and rule, failed ones alone, and how it goes."""

import pytest
import sqlalchemy as sa
from alembic import command
from tests.services.test_deliveries import BROKEN, HOUR_MS, NOW_MS, OK, World

from hearth.domain.rules import Rule
from hearth.ports import Answer
from hearth.store import open_store
from hearth.store.migrations import _config, upgrade


@pytest.fixture
def world(store):
    return World(store)


def test_attempts_are_listed_newest_first_with_building_and_rule(world):
    customer_id = world.add_customer("a", "home", "flat")
    other_id = world.add_customer("b", "home")
    with world.store.write() as session:
        session.rules.add_version(Rule(id="r" * 24, customer_id=customer_id, name="High excess energy", created_at_ms=NOW_MS))
    told = [world.notify(customer_id, "home"), world.notify(customer_id, "flat"), world.notify(other_id, "home")]
    leased = {delivery.notification_id: delivery for delivery in world.lease()}
    for notification_id, answer in zip(told, (BROKEN, OK, OK), strict=True):
        world.settle(leased[notification_id], answer)
    page, further = world.endpoints.list_attempts(customer_id, False, None, 50)
    assert further is None
    assert [(each.notification_id, each.customer_building_id, each.rule_name, each.is_test) for each in page] == [
        (told[1], "flat", "High excess energy", False),
        (told[0], "home", "High excess energy", False),
    ]
    [failed], _ = world.endpoints.list_attempts(customer_id, True, None, 50)
    assert (failed.attempt.status_code, failed.attempt.duration_ms, failed.attempt.is_failed) == (500, 12, True)
    [theirs], _ = world.endpoints.list_attempts(other_id, False, None, 50)
    assert theirs.rule_name is None, "a rule of another customer is not named"


def test_failures_in_a_row_end_with_a_success(world):
    customer_id = world.add_customer("a", "home")
    assert world.endpoints.record_of(customer_id) == (None, 0)
    world.notify(customer_id, "home")
    for answer in (BROKEN, Answer(None, "no connection", None, 3, "retry")):
        [delivery] = world.lease()
        world.settle(delivery, answer)
        world.clock.at_ms += HOUR_MS
    assert world.endpoints.record_of(customer_id) == (None, 2)
    [delivery] = world.lease()
    world.settle(delivery, OK)
    assert world.endpoints.record_of(customer_id) == (NOW_MS + 2 * HOUR_MS, 0)
    world.notify(customer_id, "home")
    [delivery] = world.lease()
    world.settle(delivery, BROKEN)
    assert world.endpoints.record_of(customer_id) == (NOW_MS + 2 * HOUR_MS, 1)


def test_an_erased_building_takes_its_attempts_along(world):
    customer_id = world.add_customer("a", "home")
    world.notify(customer_id, "home")
    [delivery] = world.lease()
    world.settle(delivery, OK)
    with world.store.write() as session:
        session.buildings.erase(customer_id, delivery.building_id)
    assert world.endpoints.list_attempts(customer_id, False, None, 50) == ([], None)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_the_attempts_of_a_database_from_before_are_told_apart(kind, request, tmp_path):
    url = f"sqlite:///{tmp_path}/old.sqlite3" if kind == "sqlite" else request.getfixturevalue("empty_postgres_url")
    engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    config = _config()
    documents = {
        "arrived": b'{"delivery_id":"d","attempted_at_ms":1,"duration_ms":2,"status_code":204}',
        "refused": b'{"delivery_id":"d","attempted_at_ms":2,"duration_ms":2,"status_code":500}',
        "broken": '{"delivery_id":"d","attempted_at_ms":3,"duration_ms":2,"status_code":null,"error":"größer"}'.encode(),
    }
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0004")
        for statement in (
            "INSERT INTO customers (id, document) VALUES ('a', :document)",
            "INSERT INTO buildings (id, customer_id, customer_building_id, document) VALUES ('b', 'a', 'home', :document)",
            "INSERT INTO notifications (id, customer_id, building_id, rule_id, trigger_sequence, created_at_ms, stored_at_ms,"
            " status, document) VALUES ('n', 'a', 'b', 'r', 1, 1, 1, 'DELIVERED', :document)",
            "INSERT INTO outbox (id, customer_id, building_id, notification_id, due_at_ms, attempts, is_open, is_counted,"
            " document) VALUES ('d', 'a', 'b', 'n', 1, 3, false, true, :document)",
        ):
            connection.execute(sa.text(statement), {"document": b"{}"})
        add = sa.text("INSERT INTO attempts (customer_id, delivery_id, document) VALUES ('a', 'd', :document)")
        for document in documents.values():
            connection.execute(add, {"document": document})
    engine.dispose()
    upgrade(url)
    store = open_store(url)
    try:
        with store.read() as session:
            everything = session.attempts.list_page("a", False, None, 9)
            failed = session.attempts.list_page("a", True, None, 9)
            assert session.attempts.record_of("a") == (1, 2)
    finally:
        store.close()
    assert [each.attempt.status_code for each in everything] == [None, 500, 204]
    assert [each.attempt.error for each in failed] == ["größer", None]
    assert all(each.customer_building_id == "home" and not each.is_test for each in everything)
