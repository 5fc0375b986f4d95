"""STOPDELIVERY over the real store: at once, for whom it says, also for what waits; and its undoing."""

import json

import pytest
from msgspec.structs import replace
from tests.services.test_deliveries import BROKEN, HOUR_MS, OK, URL, World

from hearth.core.problems import Problem
from hearth.delivery.attempts import Unwanted
from hearth.domain.audit import Actor
from hearth.domain.buildings import DisabledNotification
from hearth.engine.effects import Outcome
from hearth.runtime.deliveries import LEASE_MS, Parcel
from hearth.runtime.writer import store_outcomes
from hearth.services.auditing import AuditLog
from hearth.services.notifications import Notifications
from hearth.services.withdrawing import withdraw

A = "a" * 24
RULE = "r" * 24
CLIENT = Actor(kind="client", id="c1")


class Homes(World):
    def add_home(self, url: str | None = URL, user_ids=()) -> str:
        customer_id = self.add_customer("a", "home", "flat", url=url)
        with self.store.write() as session:
            home = session.buildings.find(customer_id, "home")
            session.buildings.replace(replace(home, user_ids=user_ids))
        return customer_id

    def do(self, notification_id: str, kind: str, user_id: str | None = None) -> None:
        Notifications(self.store, self.clock).interact(A, notification_id, kind, user_id, CLIENT)

    def disabled(self, building: str = "home"):
        with self.store.read() as session:
            return session.buildings.find(A, building).disabled_notifications

    def rewrite(self, notification_id: str, **changes) -> str:
        """A notification like that one, stored anew."""
        with self.store.write() as session:
            like = session.notifications.find(A, notification_id)
            sequence = next(self._sequences)
            note = replace(like, id=f"{sequence:024x}", trigger_sequence=sequence, status="PENDING", **changes)
            store_outcomes(session, [Outcome(note, 6 * HOUR_MS)])
        return note.id


@pytest.fixture
def homes(store):
    return Homes(store)


def test_what_waits_for_the_building_is_dropped_at_once_and_nothing_else(homes):
    homes.add_home()
    first = homes.notify(A, "home")
    [delivery] = homes.lease()
    homes.settle(delivery, OK)
    retried, waiting, elsewhere = homes.notify(A, "home"), homes.notify(A, "home"), homes.notify(A, "flat")
    held = homes.notify(A, "home", held_until_ms=homes.clock.at_ms + HOUR_MS)
    other_rule = homes.rewrite(first, rule_id="s" * 24)
    [delivery] = [each for each in homes.lease() if each.notification_id == retried]
    homes.settle(delivery, BROKEN)
    homes.do(first, "STOPDELIVERY")
    assert [homes.told(each) for each in (retried, waiting, held)] == [("DROPPED", "switched_off")] * 3
    assert [homes.status(each) for each in (first, elsewhere, other_rule)] == ["DELIVERED", "PENDING", "PENDING"]
    assert homes.disabled() == (DisabledNotification(rule_id=RULE),)
    homes.clock.at_ms += HOUR_MS
    due = {each.notification_id for each in homes.lease()}
    assert due == {elsewhere, other_rule}


def test_one_user_stops_for_herself_only(homes):
    homes.add_home(user_ids=("anna", "ben"))
    first = homes.notify(A, "home")
    for_both = homes.rewrite(first, user_ids=("anna", "ben"))
    for_anna = homes.rewrite(first, user_ids=("anna",))
    homes.do(first, "STOPDELIVERY", "anna")
    with homes.store.read() as session:
        assert session.notifications.find(A, for_both).user_ids == ("ben",)
    assert homes.told(for_anna) == ("DROPPED", "switched_off")
    assert [homes.status(each) for each in (first, for_both)] == ["PENDING", "PENDING"]
    assert homes.disabled() == (DisabledNotification(rule_id=RULE, user_id="anna"),)


def test_what_was_being_evaluated_meanwhile_is_not_sent_either(homes):
    """The engine stores what it decided from the building as it was: whether it is wanted is looked at before it is sent."""
    homes.add_home(user_ids=("anna", "ben"))
    first = homes.notify(A, "home")
    homes.do(first, "STOPDELIVERY", "anna")
    late, late_for_anna = homes.rewrite(first, user_ids=("anna", "ben")), homes.rewrite(first, user_ids=("anna",))
    for _ in range(3):
        for delivery in homes.lease():
            prepared = homes.deliveries.prepare(delivery)
            if delivery.notification_id == late_for_anna:
                assert prepared == Unwanted()
                homes.settle(delivery, prepared)
            else:
                assert isinstance(prepared, Parcel)
                assert "anna" not in json.loads(prepared.body)["userIds"]
                homes.settle(delivery, OK)
    assert homes.status(late) == "DELIVERED"
    assert homes.told(late_for_anna) == ("DROPPED", "switched_off")


def test_an_attempt_that_was_under_way_and_arrives_is_delivered(homes):
    homes.add_home()
    first = homes.notify(A, "home")
    [delivery] = homes.lease()
    homes.do(first, "STOPDELIVERY")
    assert homes.status(first) == "DROPPED"
    homes.settle(delivery, OK)
    assert homes.told(first) == ("DELIVERED", None)


def test_an_attempt_that_was_under_way_and_fails_is_not_tried_again(homes):
    homes.add_home()
    first = homes.notify(A, "home")
    [delivery] = homes.lease()
    homes.do(first, "STOPDELIVERY")
    homes.settle(delivery, BROKEN)
    homes.clock.at_ms += HOUR_MS
    assert not homes.lease()
    assert homes.told(first) == ("DROPPED", "switched_off")


def test_what_is_fetched_is_withdrawn_when_it_is_held(homes):
    homes.add_home(url=None)
    first = homes.notify(A, "home")
    held = homes.notify(A, "home", held_until_ms=homes.clock.at_ms + HOUR_MS)
    homes.do(first, "STOPDELIVERY")
    homes.clock.at_ms += HOUR_MS
    assert not homes.deliveries.lease(10, LEASE_MS).deliveries
    assert homes.told(held) == ("DROPPED", "switched_off")
    assert homes.status(first) == "DELIVERED"


def test_resume_undoes_for_whom_it_names_and_nothing_more(homes):
    homes.add_home(user_ids=("anna", "ben"))
    first = homes.notify(A, "home")
    waiting = homes.rewrite(first)
    for user_id in ("anna", None, "anna"):
        homes.do(first, "STOPDELIVERY", user_id)
    anna, all_of_home = DisabledNotification(rule_id=RULE, user_id="anna"), DisabledNotification(rule_id=RULE)
    assert homes.disabled() == (anna, all_of_home)
    homes.do(first, "RESUMEDELIVERY", "ben")
    assert homes.disabled() == (anna, all_of_home)
    homes.do(first, "RESUMEDELIVERY")
    assert homes.disabled() == (anna,), "what Anna said of herself still holds"
    homes.do(first, "RESUMEDELIVERY", "anna")
    homes.do(first, "RESUMEDELIVERY", "anna")
    assert homes.disabled() == ()
    assert homes.told(waiting) == ("DROPPED", "switched_off"), "what was withdrawn stays so"
    with homes.store.read() as session:
        kinds = [each.action_qualifier for each in session.notifications.list_interactions(A, first)]
    assert kinds == ["STOPDELIVERY"] * 3 + ["RESUMEDELIVERY"] * 4, "all are kept"
    noted = [entry.action for entry in reversed(AuditLog(homes.store).list_page(A, "delivery", None, 20)[0])]
    assert noted == ["delivery.stopped", "delivery.stopped", "delivery.resumed", "delivery.resumed"]


def test_after_a_resume_what_comes_is_sent(homes):
    homes.add_home()
    first = homes.notify(A, "home")
    homes.do(first, "STOPDELIVERY")
    homes.do(first, "RESUMEDELIVERY")
    homes.notify(A, "home")
    [delivery] = homes.lease()
    assert isinstance(homes.deliveries.prepare(delivery), Parcel)


def test_an_interaction_and_what_it_switches_are_stored_together_or_not_at_all(homes, monkeypatch):
    homes.add_home()
    first, waiting = homes.notify(A, "home"), homes.notify(A, "home")

    def fail(*_arguments, **_options) -> None:
        raise Problem("unavailable", "the process dies here")

    monkeypatch.setattr("hearth.services.notifications.withdraw", fail)
    with pytest.raises(Problem):
        homes.do(first, "STOPDELIVERY")
    assert homes.disabled() == ()
    with homes.store.read() as session:
        assert session.notifications.list_interactions(A, first) == []
    monkeypatch.undo()
    homes.do(first, "STOPDELIVERY")  # the app tries again
    assert homes.told(waiting) == ("DROPPED", "switched_off")


def test_what_was_delivered_since_it_was_found_waiting_stays_delivered(homes):
    homes.add_home()
    told = homes.notify(A, "home")
    [delivery] = homes.lease()
    homes.settle(delivery, OK)
    with homes.store.write() as session:
        withdraw(session, A, told)
    assert homes.status(told) == "DELIVERED"
