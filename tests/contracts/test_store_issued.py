"""What context services issue waits in line for the log, is its building's, and goes with it."""

from tests.contracts.store_contents import NOW_MS, add_customer, customer

from hearth.domain.events import IssuedEvent

A, B = customer("a"), customer("b")
WARM = IssuedEvent(event_type="EXPECTED_OUTSIDE_TEMPERATURE", occurred_at_ms=NOW_MS, value=21.5)
SUNNY = IssuedEvent(event_type="POWER_GENERATION_FORECAST_1H", occurred_at_ms=NOW_MS, value=900.0, forecast_at_ms=NOW_MS + 1)


def test_batches_wait_in_order_until_they_are_taken(store) -> None:
    for letter in ("a", "b"):
        add_customer(store, letter, "one", "two")
    with store.write() as session:
        session.issued.add(A, "a-one", [WARM, SUNNY])
        session.issued.add(B, "b-two", [SUNNY])
        session.issued.add(B, "a-two", [WARM])  # another customer's building
        session.issued.add(A, "a-two", [WARM])
    with store.read() as session:
        waiting = session.issued.list_for_operator(10)
        assert session.issued.list_for_operator(1) == waiting[:1]
    assert [(each.customer_id, each.building_id, each.events) for each in waiting] == [
        (A, "a-one", [WARM, SUNNY]),
        (B, "b-two", [SUNNY]),
        (A, "a-two", [WARM]),
    ]
    with store.read() as session:
        assert session.issued.list_of(A, ["a-one", "b-two"]) == waiting[:1]
        assert session.issued.list_of(A, []) == []
    with store.write() as session:
        session.issued.delete(A, [each.number for each in waiting])
    with store.read() as session:
        assert session.issued.list_for_operator(10) == [waiting[1]]


def test_a_mark_is_of_one_service_and_building(store) -> None:
    for letter in ("a", "b"):
        add_customer(store, letter, "one", "two")
    with store.write() as session:
        session.issued.set_mark(A, "a-one", "tariffs", 5)
        session.issued.set_mark(A, "a-one", "tariffs", 7)
        session.issued.set_mark(A, "a-two", "tariffs", 6)
        session.issued.set_mark(A, "a-two", "weather", 1)
        session.issued.set_mark(B, "a-one", "tariffs", 9)
        session.issued.set_mark(A, "a-three", "tariffs", 9)
    with store.read() as session:
        assert session.issued.marks(A, "tariffs") == {"a-one": 7, "a-two": 6}
        assert session.issued.marks(A, "weather") == {"a-two": 1}
        assert session.issued.marks(B, "tariffs") == {}


def test_what_was_issued_goes_with_its_building(store) -> None:
    add_customer(store, "a", "one", "two")
    with store.write() as session:
        for building_id in ("a-one", "a-two"):
            session.issued.add(A, building_id, [WARM])
            session.issued.set_mark(A, building_id, "weather", 1)
        session.buildings.erase(A, "a-one")
        session.issued.add(A, "a-one", [WARM])
    with store.read() as session:
        assert [each.building_id for each in session.issued.list_for_operator(10)] == ["a-two"]
        assert session.issued.marks(A, "weather") == {"a-two": 1}


def test_how_far_a_service_has_read_the_log_is_its_own(store) -> None:
    with store.write() as session:
        session.issued.set_read_until_for_operator("readings", 7)
    with store.read() as session:
        assert session.issued.read_until_for_operator("readings") == 7
        assert session.issued.read_until_for_operator("tariffs") == 0
