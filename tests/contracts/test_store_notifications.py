"""Notifications and the outbox: order, leases, counting, and what is whose."""

from threading import Barrier, Thread

import msgspec
import pytest
from tests.contracts.store_contents import NOW_MS, add_customer, add_notifications, customer, delivery, notification

from hearth.domain.events import Delivered
from hearth.domain.notifications import Attempt, Interaction

A, B = customer("a"), customer("b")
ALL = ("PENDING", "DELIVERED", "FAILED", "DROPPED")


def test_a_notification_comes_back_whole_and_only_to_its_customer(store) -> None:
    add_customer(store, "a", "one")
    add_customer(store, "b")
    note = notification("a", "one", 1, user_ids=("u",), case_label="sunny", priority="high")
    add_notifications(store, note)
    with store.read() as session:
        assert session.notifications.find(A, note.id) == note
        assert session.notifications.find(B, note.id) is None
    with store.write() as session:
        session.notifications.set_status(B, note.id, "FAILED")
        session.notifications.add_interaction(B, note.id, Interaction(action_qualifier="VIEWED", occurred_at_ms=1))
    with store.read() as session:
        assert session.notifications.find(A, note.id) == note
        assert session.notifications.list_interactions(B, note.id) == []
        assert session.notifications.list_page(B, None, ALL, None, 10) == []
        assert session.notifications.count_by_status(B, 0) == {}


def test_a_trigger_is_stored_once(store) -> None:
    add_customer(store, "a", "one")
    note = notification("a", "one", 1)
    add_notifications(store, note)
    again = msgspec.structs.replace(note, id="another", status="DROPPED")
    add_notifications(store, again, notification("a", "one", 2), deliver=False)
    with store.read() as session:
        assert [each.id for each in session.notifications.list_page(A, None, ALL, None, 10)] == ["a-note-0002", "a-note-0001"]


def test_pages_go_from_the_newest_back(store) -> None:
    add_customer(store, "a", "one", "two")
    notes = [notification("a", "one" if number % 2 else "two", number) for number in range(1, 8)]
    notes[3] = msgspec.structs.replace(notes[3], created_at_ms=notes[4].created_at_ms, status="FAILED")
    add_notifications(store, *notes)
    newest = [note.id for note in sorted(notes, key=lambda note: (note.created_at_ms, note.id), reverse=True)]
    with store.read() as session:
        read, after = [], None
        while page := session.notifications.list_page(A, None, ALL, after, 3):
            read += [note.id for note in page]
            after = page[-1].id
        assert read == newest
        assert [n.id for n in session.notifications.list_page(A, "a-one", ALL, None, 9)] == [n for n in newest if int(n[-1]) % 2]
        assert [n.id for n in session.notifications.list_page(A, None, ("FAILED",), None, 9)] == ["a-note-0004"]
        assert session.notifications.list_page(A, None, (), None, 9) == []
        assert session.notifications.list_page(A, None, ALL, "unknown", 9) == []
        assert session.notifications.count_by_status(A, NOW_MS + 3_000) == {"PENDING": 4, "FAILED": 1}


def test_each_change_moves_the_customers_number(store) -> None:
    add_customer(store, "a", "one")
    add_customer(store, "b", "one")
    note = notification("a", "one", 1)
    seen = []

    def look() -> None:
        with store.read() as session:
            seen.append(session.notifications.last_change(A))

    look()
    add_notifications(store, note)
    look()
    with store.write() as session:
        session.notifications.set_status(A, note.id, "DELIVERED")
    look()
    interactions = [Interaction(action_qualifier="VIEWED", occurred_at_ms=at, user_id="u") for at in (9, 5)]
    for interaction in interactions:
        with store.write() as session:
            session.notifications.add_interaction(A, note.id, interaction)
        look()
    assert seen == sorted(set(seen))
    with store.read() as session:
        assert session.notifications.last_change(B) == 0
        assert session.notifications.list_interactions(A, note.id) == interactions
        found = session.notifications.find(A, note.id)
    assert (found.status, found.interaction) == ("DELIVERED", interactions[-1])


def _lease(store, now_ms: int, limit: int = 10) -> list[str]:
    with store.write() as session:
        leased = session.outbox.lease_for_operator(now_ms, now_ms + 1_000, limit)
    return [each.notification_id[-1] for each in leased]


def test_the_outbox_gives_one_delivery_per_building_in_order(store) -> None:
    add_customer(store, "a", "one", "two")
    one_first, two, one_second = notification("a", "one", 1), notification("a", "two", 2), notification("a", "one", 3)
    add_notifications(store, one_first, two, one_second)
    with store.write() as session:
        session.outbox.add_all([delivery(two, due_at_ms=0)])  # known already
    assert _lease(store, NOW_MS - 1) == []
    assert _lease(store, NOW_MS, limit=1) == ["1"]
    assert _lease(store, NOW_MS) == ["2"]
    assert _lease(store, NOW_MS) == []
    with store.read() as session:
        assert session.outbox.next_due_for_operator(NOW_MS, NOW_MS + 1_000) == NOW_MS + 1_000
    with store.write() as session:
        session.outbox.close(A, delivery(one_first).id, delivered=False, at_ms=NOW_MS)
    assert _lease(store, NOW_MS) == ["3"]


def test_a_delivery_held_for_later_keeps_no_other_of_its_building_back(store) -> None:
    add_customer(store, "a", "one")
    held, urgent, later = (notification("a", "one", number) for number in (1, 2, 3))
    with store.write() as session:
        session.notifications.add_all([held, urgent, later])
        session.outbox.add_all([delivery(held, due_at_ms=NOW_MS + 60_000), delivery(urgent), delivery(later)])
    with store.read() as session:
        assert session.outbox.next_due_for_operator(NOW_MS, NOW_MS + 1_000) == NOW_MS
    assert _lease(store, NOW_MS) == ["2"]
    assert _lease(store, NOW_MS) == [], "a leased one does keep the next back"
    with store.write() as session:
        session.outbox.reschedule(A, delivery(urgent).id, NOW_MS + 90_000)
    assert _lease(store, NOW_MS + 2_000) == [], "and so does one that is tried again later"
    assert _lease(store, NOW_MS + 59_999) == []
    assert _lease(store, NOW_MS + 60_000) == ["1"]


def test_near_its_moment_a_held_delivery_is_the_first_of_its_building(store) -> None:
    add_customer(store, "a", "one")
    held, urgent = notification("a", "one", 1), notification("a", "one", 2)
    with store.write() as session:
        session.notifications.add_all([held, urgent])
        session.outbox.add_all([delivery(held, due_at_ms=NOW_MS + 60_000), delivery(urgent)])
    assert _lease(store, NOW_MS + 58_000) == []
    assert _lease(store, NOW_MS + 60_000) == ["1"]


def test_a_lease_that_runs_out_makes_the_delivery_due_again(store) -> None:
    add_customer(store, "a", "one")
    add_notifications(store, notification("a", "one", 1))
    assert _lease(store, NOW_MS) == ["1"]
    assert _lease(store, NOW_MS + 999) == []
    assert _lease(store, NOW_MS + 1_000) == ["1"]


def test_rescheduling_counts_the_attempt(store) -> None:
    add_customer(store, "a", "one")
    note = notification("a", "one", 1)
    add_notifications(store, note)
    attempt = Attempt(delivery_id=delivery(note).id, attempted_at_ms=NOW_MS, duration_ms=5, status_code=500)
    _lease(store, NOW_MS)
    with store.write() as session:
        session.outbox.record_attempt(A, attempt)
        session.outbox.record_attempt(B, attempt)
        session.outbox.reschedule(A, delivery(note).id, NOW_MS + 77)
        session.outbox.reschedule(B, delivery(note).id, NOW_MS + 5)
    with store.write() as session:
        assert session.outbox.next_due_for_operator(NOW_MS, NOW_MS + 1_000) == NOW_MS + 77
        leased = session.outbox.lease_for_operator(NOW_MS + 77, NOW_MS + 100, 5)
        assert leased == [msgspec.structs.replace(delivery(note), due_at_ms=NOW_MS + 77, attempts=1)]
        assert session.outbox.list_attempts(A, delivery(note).id) == [attempt]
        assert session.outbox.list_attempts(B, delivery(note).id) == []


def test_a_delivered_notification_waits_to_be_counted_once(store) -> None:
    add_customer(store, "a", "one", "two")
    note, failed = notification("a", "one", 1), notification("a", "two", 2)
    add_notifications(store, note, failed)
    with store.write() as session:
        session.outbox.close(B, delivery(note).id, delivered=True, at_ms=1)
        session.outbox.close(A, delivery(failed).id, delivered=False, at_ms=1)
        session.outbox.close(A, delivery(note).id, delivered=True, at_ms=NOW_MS)
        session.outbox.close(A, delivery(note).id, delivered=True, at_ms=NOW_MS + 1)
    fact = Delivered(
        notification_id=note.id,
        rule_id="rule",
        building_id="a-one",
        delivered_at_ms=NOW_MS,
        created_at_ms=note.created_at_ms,
    )
    with store.read() as session:
        assert session.outbox.list_uncounted_for_operator(10) == [(A, fact)]
        assert session.outbox.next_due_for_operator(NOW_MS, NOW_MS + 1_000) is None
        assert session.notifications.find(A, note.id).status == "PENDING"
    with store.write() as session:
        session.outbox.mark_counted(B, [note.id])
        assert len(session.outbox.list_uncounted_for_operator(10)) == 1
        session.outbox.mark_counted(A, [note.id])
        session.outbox.close(A, delivery(note).id, delivered=True, at_ms=NOW_MS + 2)
        session.outbox.add_all([delivery(note)])
        assert session.outbox.list_uncounted_for_operator(10) == []
        assert session.outbox.next_due_for_operator(NOW_MS, NOW_MS + 1_000) is None


@pytest.mark.parametrize("holders", [4])
def test_no_delivery_is_leased_by_two(store, holders) -> None:
    add_customer(store, "a", *(f"home{i}" for i in range(40)))
    add_notifications(store, *(notification("a", f"home{i}", i) for i in range(40)))
    leased: list[str] = []
    start = Barrier(holders)

    def take() -> None:
        start.wait()
        for _ in range(10):
            with store.write() as session:
                leased.extend(each.id for each in session.outbox.lease_for_operator(NOW_MS, NOW_MS + 60_000, 5))

    threads = [Thread(target=take) for _ in range(holders)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(leased) == 40
    assert len(set(leased)) == 40


def test_interactions_wait_for_their_delivery_and_not_for_one_that_failed(store) -> None:
    add_customer(store, "a", "one")
    sent, failed = notification("a", "one", 1), notification("a", "one", 2)
    add_notifications(store, sent, failed)
    with store.write() as session:
        for note in (sent, failed):
            session.notifications.add_interaction(A, note.id, Interaction(action_qualifier="VIEWED", occurred_at_ms=NOW_MS))
        session.notifications.set_status(A, failed.id, "FAILED")
        assert session.notifications.list_unnoted_for_operator(10) == []
        session.outbox.mark_counted(A, [sent.id, failed.id])
        [(customer_id, fact)] = session.notifications.list_unnoted_for_operator(10)
        assert (customer_id, fact.notification_id, fact.action_qualifier) == (A, sent.id, "VIEWED")
        session.notifications.mark_noted(B, [fact.number])
        assert len(session.notifications.list_unnoted_for_operator(10)) == 1
        session.notifications.mark_noted(A, [fact.number])
        assert session.notifications.list_unnoted_for_operator(10) == []
