"""Trying an endpoint: a notification that is none, over the way that real ones take.

The channel is that of deliveries, with its signature, authentication and checks of addresses. Invariant: a test makes no
notification, no delivery and no count; all that stays of it is its attempt, marked as a test.
"""

import asyncio

import msgspec

from hearth.core.clock import Clock, Identities
from hearth.core.instants import MINUTE_MS, SECOND_MS
from hearth.core.problems import Problem
from hearth.domain.endpoints import Endpoint
from hearth.domain.notifications import Attempt, Content, Notification, RenderedText
from hearth.ports import Channel, Store
from hearth.services.failures import FailureCounter
from hearth.services.notification_body import notification_body

TEST_PREFIX = "test_"
MOST_A_MINUTE = 6

_TEXTS = {
    "en": RenderedText(title="Test notification", message="Your endpoint receives notifications of Hearth."),
    "de": RenderedText(title="Testmitteilung", message="Ihr Endpunkt empfängt Mitteilungen von Hearth."),
    "fr": RenderedText(title="Notification d’essai", message="Votre point d’accès reçoit les notifications de Hearth."),
}


class EndpointTests:
    """The use case."""

    def __init__(self, store: Store, channel: Channel, clock: Clock, identities: Identities) -> None:
        self._store = store
        self._channel = channel
        self._clock = clock
        self._identities = identities
        self._brake = FailureCounter(MOST_A_MINUTE, MINUTE_MS)

    async def send(self, customer_id: str) -> Attempt:
        """Sends one and tells what came back; a disabled endpoint is tried too, and what it answers changes nothing.

        Raises Problem "not_found" where there is no endpoint, "too_many_requests" after six in a minute.
        """
        webhook_id = TEST_PREFIX + self._identities.new_id()
        endpoint, body = await asyncio.to_thread(self._prepare, customer_id, webhook_id)
        started_at_ms = self._clock.now_ms()
        wait_ms = self._brake.count(customer_id, started_at_ms)
        if wait_ms:
            seconds = -(-wait_ms // SECOND_MS)
            detail = f"At most {MOST_A_MINUTE} tests a minute; try again in {seconds} s."
            raise Problem("too_many_requests", detail, retry_after_seconds=seconds)
        answer = await self._channel.deliver(endpoint, webhook_id, body)
        attempt = Attempt(
            delivery_id=webhook_id,
            attempted_at_ms=started_at_ms,
            duration_ms=answer.duration_ms,
            status_code=answer.status_code,
            error=answer.error,
        )
        await asyncio.to_thread(self._keep, customer_id, attempt)
        return attempt

    def _prepare(self, customer_id: str, webhook_id: str) -> tuple[Endpoint, bytes]:
        with self._store.read() as session:
            customer, endpoint = session.customers.find(customer_id), session.endpoints.find(customer_id)
        if customer is None or endpoint is None:
            raise Problem("not_found", f"The customer {customer_id} has no endpoint.")
        now_ms = self._clock.now_ms()
        notification = Notification(
            id=webhook_id,
            customer_id=customer_id,
            building_id="",
            customer_building_id="test",
            rule_id="test",
            rule_version=0,
            trigger_sequence=0,
            created_at_ms=now_ms,
            stored_at_ms=now_ms,
            status="PENDING",
            content=Content(texts={language: _TEXTS.get(language, _TEXTS["en"]) for language in customer.languages}),
        )
        return endpoint, msgspec.json.encode(notification_body(notification) | {"test": True})

    def _keep(self, customer_id: str, attempt: Attempt) -> None:
        with self._store.write() as session:
            session.attempts.add_test(customer_id, attempt)
