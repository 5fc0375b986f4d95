"""Deliveries: the transactions around each attempt to reach a customer.

What follows from an answer is `delivery.attempts`' to decide, when to look is `runtime.deliveries`'.
Invariant: an attempt, what it made of the notification and of the outbox row are stored together or not
at all; a notification that has reached anybody never falls back, however late another answer comes. It has failed when none of
its deliveries is open and none has arrived. Whoever changes notifications that wait holds their buildings first, so that no two
transactions wait for each other in a circle.
"""

from collections.abc import Sequence
from typing import Literal

import msgspec
import structlog
from msgspec.structs import replace

from hearth.core.clock import Clock
from hearth.core.instants import SECOND_MS
from hearth.delivery.attempts import AddressGone, Arrived, EndpointGone, Failed, Outcome, RetryAt, Unwanted, decide, refusal
from hearth.delivery.parcels import Parcel, WebhookParcel
from hearth.delivery.recipients import address_of, key_of
from hearth.domain.buildings import Building
from hearth.domain.channels import FETCH, WEBHOOK, Channel
from hearth.domain.contacts import Contact
from hearth.domain.endpoints import Endpoint
from hearth.domain.notifications import Attempt, Delivery, Notification
from hearth.ports import Answer, Session, Store
from hearth.runtime.deliveries import Due, Settlement, Way
from hearth.runtime.metrics import DeliverMetrics
from hearth.services.notification_body import notification_body
from hearth.services.packing import Addressee, Packing
from hearth.services.withdrawing import withdraw

_PAGE = 500
_OUTCOMES: dict[type, str] = {
    Arrived: "arrived",
    RetryAt: "retry",
    Failed: "failed",
    EndpointGone: "endpoint_gone",
    AddressGone: "address_gone",
    Unwanted: "unwanted",
}

_log = structlog.get_logger(__name__)


class Deliveries:
    """Implements `runtime.deliveries.DeliveryWork`."""

    def __init__(self, store: Store, clock: Clock, packing: Packing, metrics: DeliverMetrics | None = None) -> None:
        self._store = store
        self._clock = clock
        self._packing = packing
        self._metrics = metrics or DeliverMetrics()

    def lease(self, limit: int, lease_ms: int) -> Due:
        """Takes what is due, at most `limit`, for `lease_ms`.

        What was held for later and is fetched by the customer is delivered by being due: it needs no attempt.
        """
        now_ms = self._clock.now_ms()
        lease_until_ms = now_ms + lease_ms
        with self._store.write(durable=False) as session:  # lost with the power, it is only done again
            leased = session.outbox.lease_for_operator(now_ms, lease_until_ms, limit)
            deliveries = [delivery for delivery in leased if delivery.channel != FETCH]
            paces = _paces(session, deliveries)
            next_due_ms = session.outbox.next_due_for_operator(now_ms, lease_until_ms)
        fetched = [delivery for delivery in leased if delivery.channel == FETCH]
        if fetched:  # in a transaction of its own, which takes rows in the order in which all others do
            with self._store.write(durable=False) as session:
                session.buildings.hold_for_operator([delivery.building_id for delivery in fetched])
                outcomes = [_hand_out(session, delivery, now_ms) for delivery in fetched]
                next_due_ms = session.outbox.next_due_for_operator(now_ms, lease_until_ms)
            for outcome in outcomes:
                self._metrics.attempts.labels(FETCH, _OUTCOMES[type(outcome)]).inc()
        return Due(deliveries, lease_until_ms, next_due_ms, paces)

    def prepare(self, delivery: Delivery) -> Parcel | Failed | Unwanted:
        """What to send now and where to, read at the last moment; or why nothing is sent.

        A user for whom the rule was switched off since it was generated is left out.
        """
        customer_id = delivery.customer_id
        with self._store.read() as session:
            over: Endpoint | Channel | None
            if delivery.channel_id == WEBHOOK:
                over = session.endpoints.find(customer_id)
            else:
                over = session.channels.find(customer_id, delivery.channel_id)
            refused = refusal(delivery, over, self._clock.now_ms())
            if refused is not None:
                return refused
            assert over is not None
            notification = session.notifications.find(customer_id, delivery.notification_id)
            if notification is None:
                return Failed("the notification was erased")
            home = _home(session, notification)
            user_ids = None if home is None else home.still_for(notification.rule_id, notification.user_ids)
            if home is None or user_ids is None:
                return Unwanted()
            if isinstance(over, Endpoint):
                body = notification_body(replace(notification, user_ids=user_ids))
                return WebhookParcel(over, delivery.id, msgspec.json.encode(body))
            if delivery.user_id is not None:
                if delivery.user_id not in home.user_ids:
                    return Failed("the user has left the building")
                if delivery.user_id in home.silenced_users(notification.rule_id):
                    return Unwanted()
            contact = _contact(session, delivery)
            address = address_of(over, delivery.user_id, delivery.address_key, contact)
            customer = session.customers.find(customer_id)
        if address is None or customer is None:
            return Failed("the recipient's address was removed")
        language = contact.language if contact is not None else None
        to = Addressee(address, delivery.user_id, language)
        return self._packing.pack(over, delivery.id, notification, to, customer, delivery.expires_at_ms)

    def settle(self, settlements: Sequence[Settlement]) -> None:
        """Stores what became of these attempts, all in one transaction."""
        now_ms = self._clock.now_ms()
        with self._store.write() as session:
            session.buildings.hold_for_operator([each.delivery.building_id for each in settlements])
            outcomes = [self._settle_one(session, settlement, now_ms) for settlement in settlements]
        for settlement, outcome in zip(settlements, outcomes, strict=True):
            self._count(settlement, outcome, now_ms)
            if not isinstance(outcome, Arrived | Unwanted):
                _tell(settlement, outcome)

    def _count(self, settlement: Settlement, outcome: Outcome, now_ms: int) -> None:
        delivery, metrics = settlement.delivery, self._metrics
        metrics.attempts.labels(delivery.channel, _OUTCOMES[type(outcome)]).inc()
        if isinstance(settlement.answer, Answer):
            metrics.attempt_seconds.observe(settlement.answer.duration_ms / SECOND_MS)
        if isinstance(outcome, Arrived):
            metrics.arrival_seconds.observe((now_ms - delivery.created_at_ms) / SECOND_MS)

    def _settle_one(self, session: Session, settlement: Settlement, now_ms: int) -> Outcome:
        delivery, customer_id = settlement.delivery, settlement.delivery.customer_id
        outcome = _outcome(settlement, now_ms)
        notification = session.notifications.find(customer_id, delivery.notification_id)
        if notification is None:
            session.outbox.close(customer_id, delivery.id, delivered=False, at_ms=now_ms)
            return outcome
        attempt = _attempt(settlement)
        if attempt is not None:
            session.outbox.record_attempt(customer_id, attempt)
        if isinstance(outcome, EndpointGone) and not _disable(session, settlement.over, outcome.reason):
            # The customer has named another server meanwhile: that one gets the next attempt.
            outcome = decide(delivery, "retry", None, now_ms, settlement.jitter)
        match outcome:
            case Arrived():
                session.outbox.close(customer_id, delivery.id, delivered=True, at_ms=now_ms)
                if notification.status != "DELIVERED":
                    session.notifications.set_status(customer_id, delivery.notification_id, "DELIVERED")
            case RetryAt(due_at_ms):
                session.outbox.reschedule(customer_id, delivery.id, due_at_ms)
            case Failed():
                _give_up(session, customer_id, delivery.id, notification, now_ms)
            case Unwanted():
                _give_up(session, customer_id, delivery.id, notification, now_ms, "DROPPED")
            case AddressGone():
                _forget_address(session, delivery, notification)
                _give_up(session, customer_id, delivery.id, notification, now_ms)
            case EndpointGone():
                _fail_all_open(session, customer_id, delivery.channel_id, now_ms)
        return outcome


def _paces(session: Session, deliveries: Sequence[Delivery]) -> dict[Way, int]:
    posted = sorted({each.customer_id for each in deliveries if each.channel_id == WEBHOOK})
    others = {each.channel_id: each.customer_id for each in deliveries if each.channel_id != WEBHOOK}
    paces = {(customer_id, WEBHOOK): pace for customer_id, pace in session.endpoints.list_paces_for_operator(posted).items()}
    of_channels = session.channels.list_paces_for_operator(sorted(others))
    return paces | {(others[channel_id], channel_id): pace for channel_id, pace in of_channels.items()}


def _contact(session: Session, delivery: Delivery) -> Contact | None:
    if delivery.user_id is None:
        return None
    found = session.contacts.list_of(delivery.customer_id, [delivery.building_id])
    return found.get(delivery.building_id, {}).get(delivery.user_id)


def _forget_address(session: Session, delivery: Delivery, notification: Notification) -> None:
    """The device's registration token; a mail address stays, for a mail server refuses for reasons that pass."""
    session.buildings.find(delivery.customer_id, notification.customer_building_id)  # its contacts change one after the other
    contact = _contact(session, delivery)
    if contact is None:
        return
    tokens = tuple(token for token in contact.fcm_tokens if key_of(token) != delivery.address_key)
    if tokens != contact.fcm_tokens:
        session.contacts.replace(delivery.customer_id, delivery.building_id, replace(contact, fcm_tokens=tokens))


def _give_up(
    session: Session,
    customer_id: str,
    delivery_id: str,
    notification: Notification,
    now_ms: int,
    otherwise: Literal["FAILED", "DROPPED"] = "FAILED",
) -> None:
    """Closes a delivery; `otherwise` is what becomes of the notification where no other has arrived or is open."""
    session.outbox.close(customer_id, delivery_id, delivered=False, at_ms=now_ms)
    if notification.status == "PENDING" and session.outbox.is_exhausted(customer_id, notification.id):
        session.notifications.set_status(customer_id, notification.id, otherwise)


def _home(session: Session, notification: Notification) -> Building | None:
    buildings = session.buildings.list_by_id(notification.customer_id, [notification.building_id])
    return buildings[0] if buildings else None


def _hand_out(session: Session, delivery: Delivery, now_ms: int) -> Outcome:
    """A held notification that its customer fetches becomes DELIVERED; FAILED where it is too late, DROPPED where unwanted."""
    notification = session.notifications.find(delivery.customer_id, delivery.notification_id)
    home = None if notification is None else _home(session, notification)
    if notification is not None and (home is None or home.still_for(notification.rule_id, notification.user_ids) is None):
        withdraw(session, delivery.customer_id, delivery.notification_id)
        return Unwanted()
    is_in_time = notification is not None and now_ms < delivery.expires_at_ms
    session.outbox.close(delivery.customer_id, delivery.id, delivered=is_in_time, at_ms=now_ms)
    session.notifications.set_status(delivery.customer_id, delivery.notification_id, "DELIVERED" if is_in_time else "FAILED")
    return Arrived() if is_in_time else Failed("expired before it could be sent")


def _outcome(settlement: Settlement, now_ms: int) -> Outcome:
    answer = settlement.answer
    if not isinstance(answer, Answer):
        return answer
    said = answer.error or ""
    return decide(settlement.delivery, answer.verdict, answer.retry_after_seconds, now_ms, settlement.jitter, said)


def _attempt(settlement: Settlement) -> Attempt | None:
    """What is kept of it; nothing of what nobody wants any more, which is no failure."""
    answer = settlement.answer
    if isinstance(answer, Unwanted):
        return None
    if isinstance(answer, Failed):  # nothing was sent, and the reason is kept where attempts are looked for
        return Attempt(
            delivery_id=settlement.delivery.id, attempted_at_ms=settlement.attempted_at_ms, duration_ms=0, error=answer.reason
        )
    return Attempt(
        delivery_id=settlement.delivery.id,
        attempted_at_ms=settlement.attempted_at_ms,
        duration_ms=answer.duration_ms,
        status_code=answer.status_code,
        error=answer.error,
    )


def _disable(session: Session, asked: Endpoint | Channel | None, reason: str) -> bool:
    """Disables the endpoint that was asked, if it still is the customer's. False where another took its place."""
    current = session.endpoints.find_for_change(asked.customer_id) if isinstance(asked, Endpoint) else None
    if current is None or replace(current, disabled_reason=None) != asked:
        return False
    session.endpoints.replace(replace(current, disabled_reason=reason))
    return True


def _fail_all_open(session: Session, customer_id: str, channel_id: str, now_ms: int) -> None:
    """Nothing that is open for a disabled endpoint will arrive: say so now, not when each comes due."""
    while open_ones := session.outbox.list_open_over(customer_id, channel_id, _PAGE):
        for delivery_id, notification_id in open_ones:
            notification = session.notifications.find(customer_id, notification_id)
            assert notification is not None  # what is open has its notification
            _give_up(session, customer_id, delivery_id, notification, now_ms)


def _tell(settlement: Settlement, outcome: Outcome) -> None:
    answer = settlement.answer
    _log.warning(
        "not_delivered",
        customer_id=settlement.delivery.customer_id,
        delivery_id=settlement.delivery.id,
        attempts=settlement.delivery.attempts + 1,
        status_code=answer.status_code if isinstance(answer, Answer) else None,
        outcome=type(outcome).__name__,
        reason=getattr(outcome, "reason", None) or getattr(answer, "error", None),
        retry_at_ms=outcome.due_at_ms if isinstance(outcome, RetryAt) else None,
    )
