"""Deliveries: the transactions around each attempt to reach a customer.

What follows from an answer is `delivery.attempts`' to decide, when to look is `runtime.deliveries`'.
Invariant: an attempt, what it made of the notification and of the outbox row are stored together or not
at all; a notification that has reached the customer never falls back, however late another answer comes.
"""

from collections.abc import Sequence

import msgspec
import structlog
from msgspec.structs import replace

from hearth.core.clock import Clock
from hearth.core.instants import SECOND_MS
from hearth.delivery.attempts import Arrived, EndpointGone, Failed, Outcome, RetryAt, decide, refusal
from hearth.delivery.outbox import delivery_id
from hearth.domain.endpoints import Endpoint
from hearth.domain.notifications import Attempt, Delivery, Notification
from hearth.ports import Session, Store
from hearth.runtime.deliveries import Due, Parcel, Settlement
from hearth.runtime.metrics import DeliverMetrics
from hearth.services.notification_body import notification_body

_PAGE = 500
_OUTCOMES: dict[type, str] = {Arrived: "arrived", RetryAt: "retry", Failed: "failed", EndpointGone: "endpoint_gone"}

_log = structlog.get_logger(__name__)


class Deliveries:
    """Implements `runtime.deliveries.DeliveryWork`."""

    def __init__(self, store: Store, clock: Clock, metrics: DeliverMetrics | None = None) -> None:
        self._store = store
        self._clock = clock
        self._metrics = metrics or DeliverMetrics()

    def lease(self, limit: int, lease_ms: int) -> Due:
        """Takes what is due, at most `limit`, for `lease_ms`.

        What was held for later and is fetched by the customer is delivered by being due: it needs no attempt.
        """
        now_ms = self._clock.now_ms()
        lease_until_ms = now_ms + lease_ms
        with self._store.write(durable=False) as session:  # lost with the power, it is only done again
            leased = session.outbox.lease_for_operator(now_ms, lease_until_ms, limit)
            handed_out = [_hand_out(session, delivery, now_ms) for delivery in leased if delivery.channel == "fetch"]
            deliveries = [delivery for delivery in leased if delivery.channel != "fetch"]
            paces = session.endpoints.list_paces_for_operator(sorted({delivery.customer_id for delivery in deliveries}))
            next_due_ms = session.outbox.next_due_for_operator(now_ms, lease_until_ms)
        for is_delivered in handed_out:
            self._metrics.attempts.labels("fetch", "arrived" if is_delivered else "failed").inc()
        return Due(deliveries, lease_until_ms, next_due_ms, paces)

    def prepare(self, delivery: Delivery) -> Parcel | Failed:
        """What to send now and where to, read at the last moment; or why nothing is sent."""
        with self._store.read() as session:
            endpoint = session.endpoints.find(delivery.customer_id)
            refused = refusal(delivery, endpoint, self._clock.now_ms())
            if refused is not None:
                return refused
            notification = session.notifications.find(delivery.customer_id, delivery.notification_id)
            if notification is None:
                return Failed("the notification was erased")
            if _is_unwanted(session, notification):
                return Failed("the building or its rule was switched off while it was held")
        assert endpoint is not None
        return Parcel(endpoint, msgspec.json.encode(notification_body(notification)))

    def settle(self, settlements: Sequence[Settlement]) -> None:
        """Stores what became of these attempts, all in one transaction."""
        now_ms = self._clock.now_ms()
        with self._store.write() as session:
            outcomes = [self._settle_one(session, settlement, now_ms) for settlement in settlements]
        for settlement, outcome in zip(settlements, outcomes, strict=True):
            self._count(settlement, outcome, now_ms)
            if not isinstance(outcome, Arrived):
                _tell(settlement, outcome)

    def _count(self, settlement: Settlement, outcome: Outcome, now_ms: int) -> None:
        delivery, metrics = settlement.delivery, self._metrics
        metrics.attempts.labels(delivery.channel, _OUTCOMES[type(outcome)]).inc()
        if not isinstance(settlement.answer, Failed):
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
        session.outbox.record_attempt(customer_id, _attempt(settlement))
        if isinstance(outcome, EndpointGone) and not _disable(session, settlement.endpoint, outcome.reason):
            # The customer has named another endpoint meanwhile: that one gets the next attempt.
            outcome = decide(delivery, None, None, now_ms, settlement.jitter)
        if notification.status == "DELIVERED" or (notification.status != "PENDING" and not isinstance(outcome, Arrived)):
            # Another process, after this one's lease had run out, or the end of the endpoint has settled it.
            return outcome
        match outcome:
            case Arrived():
                session.outbox.close(customer_id, delivery.id, delivered=True, at_ms=now_ms)
                session.notifications.set_status(customer_id, delivery.notification_id, "DELIVERED")
            case RetryAt(due_at_ms):
                session.outbox.reschedule(customer_id, delivery.id, due_at_ms)
            case Failed():
                session.outbox.close(customer_id, delivery.id, delivered=False, at_ms=now_ms)
                session.notifications.set_status(customer_id, delivery.notification_id, "FAILED")
            case EndpointGone():
                _fail_all_pending(session, customer_id, now_ms)
        return outcome


def _is_unwanted(session: Session, notification: Notification) -> bool:
    """Whether a held notification's building was deactivated meanwhile, or its rule switched off there."""
    if notification.held_until_ms is None:
        return False
    buildings = session.buildings.list_by_id(notification.customer_id, [notification.building_id])
    return any(building.is_deactivated() or not building.has_rule_on(notification.rule_id) for building in buildings)


def _hand_out(session: Session, delivery: Delivery, now_ms: int) -> bool:
    """A held notification that its customer fetches becomes DELIVERED; FAILED (and False) where it is too late or unwanted."""
    notification = session.notifications.find(delivery.customer_id, delivery.notification_id)
    is_wanted = notification is not None and now_ms < delivery.expires_at_ms and not _is_unwanted(session, notification)
    session.outbox.close(delivery.customer_id, delivery.id, delivered=is_wanted, at_ms=now_ms)
    session.notifications.set_status(delivery.customer_id, delivery.notification_id, "DELIVERED" if is_wanted else "FAILED")
    return is_wanted


def _outcome(settlement: Settlement, now_ms: int) -> Outcome:
    answer = settlement.answer
    if isinstance(answer, Failed):
        return answer
    return decide(settlement.delivery, answer.status_code, answer.retry_after_seconds, now_ms, settlement.jitter)


def _attempt(settlement: Settlement) -> Attempt:
    answer = settlement.answer
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


def _disable(session: Session, asked: Endpoint | None, reason: str) -> bool:
    """Disables the endpoint that was asked, if it still is the customer's. False where another took its place."""
    if asked is None:
        return False
    current = session.endpoints.find_for_change(asked.customer_id)
    if current is None or replace(current, disabled_reason=None) != asked:
        return False
    session.endpoints.replace(replace(current, disabled_reason=reason))
    return True


def _fail_all_pending(session: Session, customer_id: str, now_ms: int) -> None:
    """Nothing that is open for a disabled endpoint will arrive: say so now, not when each comes due."""
    while pending := session.notifications.list_page(customer_id, None, ("PENDING",), None, _PAGE):
        for notification in pending:
            session.outbox.close(customer_id, delivery_id(notification.id), delivered=False, at_ms=now_ms)
            session.notifications.set_status(customer_id, notification.id, "FAILED")


def _tell(settlement: Settlement, outcome: Outcome) -> None:
    answer = settlement.answer
    _log.warning(
        "not_delivered",
        customer_id=settlement.delivery.customer_id,
        delivery_id=settlement.delivery.id,
        attempts=settlement.delivery.attempts + 1,
        status_code=None if isinstance(answer, Failed) else answer.status_code,
        outcome=type(outcome).__name__,
        reason=getattr(outcome, "reason", None) or getattr(answer, "error", None),
        retry_at_ms=outcome.due_at_ms if isinstance(outcome, RetryAt) else None,
    )
