"""Deliveries: a customer's endpoint, and the transactions around each attempt to reach it.

What follows from an answer is `delivery.attempts`' to decide, when to look is `runtime.deliveries`'.
Invariant: an attempt, what it made of the notification and of the outbox row are stored together or not
at all; a notification that has reached the customer never falls back, however late another answer comes.
"""

from collections.abc import Sequence
from urllib.parse import urlsplit

import msgspec
import structlog
from msgspec.structs import replace

from hearth.core.clock import Clock, Identities
from hearth.core.problems import Problem, invalid
from hearth.delivery.attempts import Arrived, EndpointGone, Failed, Outcome, RetryAt, decide, refusal
from hearth.delivery.outbox import delivery_id
from hearth.delivery.signing import signing_secret
from hearth.domain.audit import COMMAND_LINE, Actor
from hearth.domain.customers import Endpoint
from hearth.domain.notifications import Attempt, Delivery, Notification
from hearth.ports import Sealer, Session, Store
from hearth.runtime.deliveries import Due, Parcel, Settlement
from hearth.services.auditing import note
from hearth.services.notification_body import notification_body

_LONGEST_URL = 2_000
_PAGE = 500

_log = structlog.get_logger(__name__)


class Deliveries:
    """Keeps customers' endpoints; implements `runtime.deliveries.DeliveryWork`."""

    def __init__(self, store: Store, sealer: Sealer, clock: Clock, identities: Identities) -> None:
        self._store = store
        self._sealer = sealer
        self._clock = clock
        self._identities = identities

    def set_endpoint(self, customer_id: str, url: str, by: Actor = COMMAND_LINE) -> str:
        """Makes `url` the customer's endpoint, enabled, with a new signing secret: returned here and never again.

        Raises Problem "not_found" for an unknown customer, "invalid" for a URL that cannot be posted to. Whether
        the address may be connected to is seen at each attempt, for a name may change its address.
        """
        _check_url(url)
        secret = signing_secret(self._identities.new_secret())
        endpoint = Endpoint(customer_id=customer_id, url=url, signing_secret_sealed=self._sealer.seal(secret))
        with self._store.write() as session:
            if session.customers.find(customer_id) is None:
                raise Problem("not_found", f"There is no customer {customer_id}.")
            before = session.endpoints.find(customer_id)
            session.endpoints.replace(endpoint)
            shown = None if before is None else {"url": _without_query(before.url)}
            after = {"url": _without_query(url)}
            note(session, customer_id, self._clock.now_ms(), by, "endpoint.changed", "endpoint", before=shown, after=after)
        return secret

    def find_endpoint(self, customer_id: str) -> Endpoint | None:
        """The customer's endpoint, or None where notifications are only fetched."""
        with self._store.read() as session:
            return session.endpoints.find(customer_id)

    def enable_endpoint(self, customer_id: str, by: Actor = COMMAND_LINE) -> Endpoint:
        """Lets a disabled endpoint get notifications again; those that failed meanwhile stay failed.

        Raises Problem "not_found" where the customer has none.
        """
        with self._store.write() as session:
            endpoint = session.endpoints.find(customer_id)
            if endpoint is None:
                raise Problem("not_found", f"The customer {customer_id} has no endpoint.")
            if endpoint.disabled_reason is None:
                return endpoint
            enabled = replace(endpoint, disabled_reason=None)
            session.endpoints.replace(enabled)
            shown = {"disabled_reason": endpoint.disabled_reason}
            note(session, customer_id, self._clock.now_ms(), by, "endpoint.enabled", "endpoint", before=shown)
        return enabled

    def lease(self, limit: int, lease_ms: int) -> Due:
        """Takes what is due, at most `limit`, for `lease_ms`.

        What was held for later and is fetched by the customer is delivered by being due: it needs no attempt.
        """
        now_ms = self._clock.now_ms()
        lease_until_ms = now_ms + lease_ms
        with self._store.write(durable=False) as session:  # lost with the power, it is only done again
            leased = session.outbox.lease_for_operator(now_ms, lease_until_ms, limit)
            for delivery in leased:
                if delivery.channel == "fetch":
                    _hand_out(session, delivery, now_ms)
            deliveries = [delivery for delivery in leased if delivery.channel != "fetch"]
            return Due(deliveries, lease_until_ms, session.outbox.next_due_for_operator(now_ms, lease_until_ms))

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
            if not isinstance(outcome, Arrived):
                _tell(settlement, outcome)

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


def _hand_out(session: Session, delivery: Delivery, now_ms: int) -> None:
    """A held notification that its customer fetches becomes DELIVERED; FAILED where it is too late or unwanted."""
    notification = session.notifications.find(delivery.customer_id, delivery.notification_id)
    is_wanted = notification is not None and now_ms < delivery.expires_at_ms and not _is_unwanted(session, notification)
    session.outbox.close(delivery.customer_id, delivery.id, delivered=is_wanted, at_ms=now_ms)
    session.notifications.set_status(delivery.customer_id, delivery.notification_id, "DELIVERED" if is_wanted else "FAILED")


def _check_url(url: str) -> None:
    if len(url) > _LONGEST_URL or not url.isprintable() or " " in url:
        raise invalid("/url", f"An endpoint's URL has at most {_LONGEST_URL} characters and no space or control character.")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise invalid("/url", f"This is no URL: {error}.") from error
    if parts.scheme not in ("http", "https") or not host or port == 0:
        raise invalid("/url", "An endpoint's URL begins with https:// (or http://) and a host name.")
    if parts.username is not None or parts.password is not None:
        raise invalid("/url", "A user name or password does not belong into the endpoint's URL; verify the signature instead.")
    if parts.fragment:
        raise invalid("/url", "An endpoint's URL has no #fragment, for it is never sent.")


def _without_query(url: str) -> str:
    return url.partition("?")[0]  # for a receiver's own secret may be in it


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
    current = session.endpoints.find(asked.customer_id)
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
