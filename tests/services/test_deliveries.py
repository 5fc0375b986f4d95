"""The outbox over the real store: what each answer makes of a notification, and what a lost lease does not."""

import json
from itertools import count

import pytest
from cryptography.fernet import Fernet
from msgspec.structs import replace

from hearth.connectors.secrets import FernetSealer
from hearth.core.problems import Problem
from hearth.delivery.attempts import Failed, Unwanted
from hearth.delivery.outbox import delivery_id, outgoing
from hearth.delivery.recipients import THE_WEBHOOK
from hearth.domain.buildings import Building, DisabledNotification
from hearth.domain.customers import Customer
from hearth.domain.notifications import Content, Notification, RenderedText
from hearth.engine.effects import Outcome
from hearth.ports import Answer
from hearth.runtime.deliveries import LEASE_MS, Settlement
from hearth.runtime.writer import store_outcomes
from hearth.services.auditing import AuditLog
from hearth.services.deliveries import Deliveries
from hearth.services.endpoints import Endpoints
from hearth.services.packing import Packing
from hearth.services.stop_links import StopLinks

NOW_MS = 1_750_000_000_000
HOUR_MS = 3_600_000
URL = "https://hooks.example.com/hearth"
GONE = Answer(410, None, None, 12, "endpoint_gone")
OK = Answer(200, None, None, 12, "delivered")
BROKEN = Answer(500, None, None, 12, "retry")


class MovedClock:
    def __init__(self) -> None:
        self.at_ms = NOW_MS

    def now_ms(self) -> int:
        return self.at_ms


class CountedIdentities:
    def __init__(self) -> None:
        self._numbers = count(1)

    def new_id(self) -> str:
        return f"{next(self._numbers):024x}"

    def new_secret(self) -> str:
        return f"secret-number-{next(self._numbers):029d}"


class World:
    """A store with customers and buildings, and the service over it."""

    def __init__(self, store) -> None:
        self.store = store
        self.clock = MovedClock()
        self.sealer = FernetSealer([Fernet.generate_key().decode()])
        self.deliveries = Deliveries(store, self.clock, Packing(StopLinks(self.sealer, "https://hearth.example.com")))
        self.endpoints = Endpoints(store, self.sealer, self.clock, CountedIdentities())
        self._sequences = count(1)

    def add_customer(self, letter: str, *buildings: str, url: str | None = URL) -> str:
        customer_id = letter * 24
        with self.store.write() as session:
            session.customers.add(Customer(id=customer_id, name=letter, created_at_ms=NOW_MS))
            for name in buildings:
                session.buildings.add(
                    Building(
                        id=f"{letter}{name}".ljust(24, "0"),
                        customer_id=customer_id,
                        customer_building_id=name,
                        time_zone_id="Europe/Zurich",
                        registration_at_ms=NOW_MS,
                        activation_at_ms=NOW_MS,
                    )
                )
        if url is not None:
            self.endpoints.save(customer_id, url)
        return customer_id

    def notify(self, customer_id: str, building: str, valid_for_ms: int = 6 * HOUR_MS, held_until_ms: int | None = None) -> str:
        """What the engine's transaction writes; returns the notification's id."""
        sequence = next(self._sequences)
        notification = Notification(
            id=f"{sequence:024x}",
            customer_id=customer_id,
            building_id=f"{customer_id[0]}{building}".ljust(24, "0"),
            customer_building_id=building,
            rule_id="r" * 24,
            rule_version=1,
            trigger_sequence=sequence,
            created_at_ms=self.clock.at_ms,
            stored_at_ms=self.clock.at_ms,
            status="PENDING",
            held_until_ms=held_until_ms,
            content=Content(texts={"de": RenderedText(title="Überschuss", message=f"Nachricht {sequence}")}),
        )
        with self.store.write() as session:
            store_outcomes(session, [Outcome(notification, valid_for_ms)])
        return notification.id

    def lease(self, limit: int = 100):
        return self.deliveries.lease(limit, LEASE_MS).deliveries

    def settle(self, delivery, answer, jitter: float = 0.5, endpoint=None) -> None:
        endpoint = endpoint or self.endpoints.find(delivery.customer_id)
        self.deliveries.settle([Settlement(delivery, endpoint, answer, self.clock.at_ms, jitter)])

    def status(self, notification_id: str, customer_id: str = "a" * 24) -> str:
        with self.store.read() as session:
            return session.notifications.find(customer_id, notification_id).status

    def told(self, notification_id: str, customer_id: str = "a" * 24):
        with self.store.read() as session:
            found = session.notifications.find(customer_id, notification_id)
        return found.status, found.drop_reason

    def attempts(self, notification_id: str, customer_id: str = "a" * 24):
        with self.store.read() as session:
            return session.outbox.list_attempts(customer_id, delivery_id(notification_id))


@pytest.fixture
def world(store):
    return World(store)


def test_a_notification_is_leased_sent_and_delivered(world):
    customer_id = world.add_customer("a", "home")
    notification_id = world.notify(customer_id, "home")
    [delivery] = world.lease()
    parcel = world.deliveries.prepare(delivery)
    assert not isinstance(parcel, Failed)
    assert parcel.over.url == URL
    body = json.loads(parcel.body)
    assert (body["id"], body["customerBuildingId"]) == (notification_id, "home")
    assert body["notification"]["texts"]["de"]["title"] == "Überschuss"

    world.settle(delivery, OK)
    assert world.status(notification_id) == "DELIVERED"
    assert [(attempt.status_code, attempt.duration_ms) for attempt in world.attempts(notification_id)] == [(200, 12)]
    world.clock.at_ms += 24 * HOUR_MS
    assert not world.lease()
    with world.store.read() as session:
        [(customer, fact)] = session.outbox.list_uncounted_for_operator(10)
    assert (customer, fact.notification_id, fact.delivered_at_ms) == (customer_id, notification_id, NOW_MS)


def test_without_an_endpoint_a_notification_is_delivered_by_being_there(world):
    customer_id = world.add_customer("a", "home", url=None)
    notification_id = world.notify(customer_id, "home")
    assert world.status(notification_id) == "DELIVERED"
    assert not world.lease()
    with world.store.read() as session:
        [(_, fact)] = session.outbox.list_uncounted_for_operator(10)
    assert fact.notification_id == notification_id


def test_a_held_notification_is_leased_at_its_time_and_an_urgent_one_before_it(world):
    customer_id = world.add_customer("a", "home")
    held = world.notify(customer_id, "home", held_until_ms=NOW_MS + HOUR_MS)
    urgent = world.notify(customer_id, "home")
    due = world.deliveries.lease(100, LEASE_MS)
    assert [delivery.notification_id for delivery in due.deliveries] == [urgent]
    world.settle(due.deliveries[0], OK)
    assert (world.status(held), world.status(urgent)) == ("PENDING", "DELIVERED")
    assert world.deliveries.lease(100, LEASE_MS).next_due_ms == NOW_MS + HOUR_MS
    world.clock.at_ms += HOUR_MS - 1
    assert not world.lease()
    world.clock.at_ms += 1
    [delivery] = world.lease()
    parcel = world.deliveries.prepare(delivery)
    assert not isinstance(parcel, Failed)
    assert json.loads(parcel.body)["heldUntil"] == (NOW_MS + HOUR_MS) // 1000
    world.settle(delivery, OK)
    assert world.status(held) == "DELIVERED"


def test_without_an_endpoint_a_held_notification_is_delivered_when_it_is_due(world):
    customer_id = world.add_customer("a", "home", url=None)
    held = world.notify(customer_id, "home", held_until_ms=NOW_MS + HOUR_MS)
    assert not world.lease()
    assert world.status(held) == "PENDING"
    world.clock.at_ms += HOUR_MS
    assert not world.lease(), "there is nothing to send"
    assert world.status(held) == "DELIVERED"
    with world.store.read() as session:
        [(_, fact)] = session.outbox.list_uncounted_for_operator(10)
    assert (fact.notification_id, fact.delivered_at_ms) == (held, NOW_MS + HOUR_MS)


def test_what_was_held_fails_when_it_is_due_where_the_endpoint_was_switched_off_meanwhile(world):
    customer_id = world.add_customer("a", "home")
    held = world.notify(customer_id, "home", held_until_ms=NOW_MS + HOUR_MS)
    world.endpoints.set_enabled(customer_id, False)
    assert not world.lease()
    assert world.status(held) == "PENDING"
    world.clock.at_ms += HOUR_MS
    [due] = world.lease()
    refusal = world.deliveries.prepare(due)
    assert refusal == Failed("the endpoint was switched off"), "nothing is sent to it"
    world.settle(due, refusal)
    assert world.status(held) == "FAILED"


def test_without_an_endpoint_a_held_notification_that_became_stale_fails(world):
    customer_id = world.add_customer("a", "home", url=None)
    held = world.notify(customer_id, "home", held_until_ms=NOW_MS + HOUR_MS)
    world.clock.at_ms += 6 * HOUR_MS
    assert not world.lease()
    assert world.status(held) == "FAILED"


@pytest.mark.parametrize("url", [URL, None], ids=["endpoint", "fetch"])
@pytest.mark.parametrize(
    "change",
    [
        {"deactivated_at_ms": NOW_MS},
        {"inactive_rules": ("r" * 24,)},
        {"disabled_notifications": (DisabledNotification(rule_id="r" * 24),)},
    ],
    ids=["deactivated", "inactive rule", "stopped"],
)
def test_what_was_switched_off_while_it_was_held_is_not_sent(world, url, change):
    customer_id = world.add_customer("a", "home", url=url)
    held = world.notify(customer_id, "home", held_until_ms=NOW_MS + HOUR_MS)
    with world.store.write() as session:
        [building] = session.buildings.list_page(customer_id, None, 1)
        session.buildings.replace(replace(building, **change))
    world.clock.at_ms += HOUR_MS
    for delivery in world.lease():
        refused = world.deliveries.prepare(delivery)
        assert refused == Unwanted()
        world.settle(delivery, refused)
    assert world.told(held) == ("DROPPED", "switched_off")
    assert world.attempts(held) == [], "what nobody wants is no failure of the endpoint"


def test_a_failure_is_tried_again_when_its_pause_is_over(world):
    customer_id = world.add_customer("a", "home")
    notification_id = world.notify(customer_id, "home")
    [delivery] = world.lease()
    world.settle(delivery, BROKEN)
    assert world.status(notification_id) == "PENDING"
    assert not world.lease()
    due = world.deliveries.lease(10, LEASE_MS)
    assert due.next_due_ms == NOW_MS + 5_000
    world.clock.at_ms += 5_000
    [again] = world.lease()
    assert (again.id, again.attempts) == (delivery.id, 1)
    world.settle(again, Answer(None, "no connection", None, 3, "retry"))
    world.clock.at_ms += 15_000
    [third] = world.lease()
    assert third.attempts == 2
    seen = [(attempt.status_code, attempt.error) for attempt in world.attempts(notification_id)]
    assert seen == [(500, None), (None, "no connection")]


def test_the_pause_an_endpoint_asks_for_is_kept(world):
    customer_id = world.add_customer("a", "home")
    world.notify(customer_id, "home")
    [delivery] = world.lease()
    world.settle(delivery, Answer(429, None, 600, 5, "retry"), jitter=0.0)
    world.clock.at_ms += 599_000
    assert not world.lease()
    world.clock.at_ms += 1_000
    assert len(world.lease()) == 1


def test_advice_after_its_moment_is_not_sent(world):
    customer_id = world.add_customer("a", "home")
    notification_id = world.notify(customer_id, "home", valid_for_ms=HOUR_MS)
    world.clock.at_ms += HOUR_MS
    [delivery] = world.lease()
    refused = world.deliveries.prepare(delivery)
    assert isinstance(refused, Failed)
    world.settle(delivery, refused)
    assert world.status(notification_id) == "FAILED"
    assert [attempt.error for attempt in world.attempts(notification_id)] == ["expired before it could be sent"]
    world.clock.at_ms += HOUR_MS
    assert not world.lease()


def test_410_disables_the_endpoint_and_fails_what_is_open_for_it(world):
    customer_id = world.add_customer("a", "home", "flat", "barn")
    other_id = world.add_customer("b", "home")
    first, waiting_behind = world.notify(customer_id, "home"), world.notify(customer_id, "home")
    retried, fresh = world.notify(customer_id, "flat"), world.notify(customer_id, "barn")
    untouched = world.notify(other_id, "home")
    leased = {delivery.notification_id: delivery for delivery in world.lease()}
    world.settle(leased[retried], BROKEN)
    world.settle(leased[first], GONE)
    endpoint = world.endpoints.find(customer_id)
    assert endpoint is not None
    assert endpoint.disabled_reason is not None
    assert "410" in endpoint.disabled_reason
    assert [world.status(each) for each in (first, waiting_behind, retried, fresh)] == ["FAILED"] * 4
    assert world.status(untouched, other_id) == "PENDING"

    later = world.notify(customer_id, "home")
    world.clock.at_ms += LEASE_MS
    delivery = next(delivery for delivery in world.lease() if delivery.customer_id == customer_id)
    assert delivery.notification_id == later
    refused = world.deliveries.prepare(delivery)
    assert isinstance(refused, Failed)
    assert "disabled" in refused.reason
    world.settle(delivery, refused)
    assert world.status(later) == "FAILED"

    world.endpoints.set_enabled(customer_id, True)
    [noted] = AuditLog(world.store).list_page(customer_id, "endpoint.enabled", None, 2)[0]
    assert noted.before == {"disabled_reason": endpoint.disabled_reason}
    after = world.notify(customer_id, "home")
    [delivery] = [delivery for delivery in world.lease() if delivery.customer_id == customer_id]
    assert delivery.notification_id == after
    assert not isinstance(world.deliveries.prepare(delivery), Failed)


def test_410_of_an_endpoint_that_was_replaced_meanwhile_disables_nothing(world):
    customer_id = world.add_customer("a", "home")
    notification_id = world.notify(customer_id, "home")
    [delivery] = world.lease()
    asked = world.endpoints.find(customer_id)
    world.endpoints.save(customer_id, "https://new.example.com/")
    world.settle(delivery, GONE, endpoint=asked)
    current = world.endpoints.find(customer_id)
    assert current is not None
    assert current.disabled_reason is None
    assert world.status(notification_id) == "PENDING"
    world.clock.at_ms += 5_000
    [again] = world.lease()
    parcel = world.deliveries.prepare(again)
    assert not isinstance(parcel, Failed)
    assert parcel.over.url == "https://new.example.com/"


def test_order_per_building_is_kept_while_the_first_is_retried(world):
    customer_id = world.add_customer("a", "home", "flat")
    first, second = world.notify(customer_id, "home"), world.notify(customer_id, "home")
    elsewhere = world.notify(customer_id, "flat")
    leased = {delivery.notification_id: delivery for delivery in world.lease()}
    assert set(leased) == {first, elsewhere}
    world.settle(leased[first], BROKEN)
    assert not world.lease(), "the second waits for the first"
    world.clock.at_ms += 5_000
    [again] = [delivery for delivery in world.lease() if delivery.notification_id != elsewhere]
    assert again.notification_id == first
    world.settle(again, OK)
    assert [delivery.notification_id for delivery in world.lease()] == [second]


def test_what_a_process_had_leased_when_it_died_comes_due_again_under_the_same_id(world):
    customer_id = world.add_customer("a", "home")
    notification_id = world.notify(customer_id, "home")
    [lost] = world.lease()
    assert not world.lease(), "the lease keeps others away"
    world.clock.at_ms += LEASE_MS
    [again] = world.lease()
    assert (again.id, again.attempts) == (lost.id, 0)
    world.settle(again, OK)
    assert world.status(notification_id) == "DELIVERED"


@pytest.mark.parametrize("late", [BROKEN, GONE, OK, Failed("expired before it could be sent")])
def test_a_late_answer_of_a_lost_lease_undoes_nothing(world, late):
    customer_id = world.add_customer("a", "home")
    notification_id = world.notify(customer_id, "home")
    [lost] = world.lease()
    world.clock.at_ms += LEASE_MS
    [again] = world.lease()
    world.settle(again, OK)
    world.settle(lost, late)
    assert world.status(notification_id) == "DELIVERED"
    world.clock.at_ms += HOUR_MS
    assert not world.lease()
    with world.store.read() as session:
        assert len(session.outbox.list_uncounted_for_operator(10)) == 1


def test_an_answer_that_arrives_after_all_makes_a_failed_one_delivered(world):
    customer_id = world.add_customer("a", "home", "flat")
    sent, gone = world.notify(customer_id, "home"), world.notify(customer_id, "flat")
    leased = {delivery.notification_id: delivery for delivery in world.lease()}
    world.settle(leased[gone], GONE)
    assert world.status(sent) == "FAILED"
    world.settle(leased[sent], OK)
    assert world.status(sent) == "DELIVERED"
    with world.store.read() as session:
        [(_, fact)] = session.outbox.list_uncounted_for_operator(10)
    assert fact.notification_id == sent


def test_a_replay_of_the_engine_adds_no_second_delivery(world):
    customer_id = world.add_customer("a", "home")
    notification_id = world.notify(customer_id, "home")
    [delivery] = world.lease()
    world.settle(delivery, OK)
    with world.store.write() as session:
        notification = session.notifications.find(customer_id, notification_id)
        stored, repeated = outgoing(notification, HOUR_MS, [THE_WEBHOOK])
        session.notifications.add_all([stored])
        session.outbox.add_all(repeated)
    assert not world.lease()
    assert world.status(notification_id) == "DELIVERED"


def test_an_erased_building_takes_its_open_deliveries_along(world):
    customer_id = world.add_customer("a", "home")
    world.notify(customer_id, "home")
    [delivery] = world.lease()
    with world.store.write() as session:
        session.buildings.erase(customer_id, delivery.building_id)
    refused = world.deliveries.prepare(delivery)
    assert isinstance(refused, Failed)
    world.settle(delivery, refused)
    world.clock.at_ms += LEASE_MS
    assert not world.lease()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hooks.example.com",
        "ftp://hooks.example.com/",
        "file:///etc/passwd",
        "https://",
        "https:///path",
        "https://user:password@hooks.example.com/",
        "https://hooks.example.com:99999/",
        "https://hooks.example.com:0/",
        "https://[::1/",
        "https://hooks.example.com/#part",
        "https://hooks.example.com/a b",
        "https://hooks.example.com/\r\nx: y",
        "https://hooks.example.com/" + "x" * 2000,
    ],
)
def test_a_url_that_cannot_be_posted_to_is_refused(world, url):
    customer_id = world.add_customer("a", url=None)
    with pytest.raises(Problem) as refused:
        world.endpoints.save(customer_id, url)
    assert (refused.value.code, refused.value.errors[0].pointer) == ("invalid", "/url")
    assert "user:password" not in str(refused.value)
    assert world.endpoints.find(customer_id) is None


def test_only_a_customer_has_an_endpoint(world):
    with pytest.raises(Problem, match="no customer"):
        world.endpoints.save("z" * 24, URL)
    customer_id = world.add_customer("a", url=None)
    with pytest.raises(Problem, match="has no endpoint"):
        world.endpoints.set_enabled(customer_id, True)
