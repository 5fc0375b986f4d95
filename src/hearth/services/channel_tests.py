"""Trying a channel: a notification that is none, over the way that real ones take.

The carrier is that of deliveries, with its signature, authentication and checks of addresses. Invariant: a test makes no
notification, no delivery and no count; all that stays of it is its attempt, marked as a test.
"""

import asyncio

import msgspec

from hearth.core.clock import Clock, Identities
from hearth.core.instants import HOUR_MS, MINUTE_MS, SECOND_MS
from hearth.core.problems import Problem, invalid
from hearth.delivery.parcels import Parcel, WebhookParcel
from hearth.domain.channels import WEBHOOK, Channel, Email, Fcm, Mqtt, has_user
from hearth.domain.customers import Customer
from hearth.domain.notifications import Attempt, Content, Notification, RenderedText
from hearth.ports import Carrier, Store
from hearth.services.credentials import clean_email
from hearth.services.failures import FailureCounter
from hearth.services.notification_body import notification_body
from hearth.services.packing import Addressee, Packing

TEST_PREFIX = "test_"
MOST_A_MINUTE = 6

_OF_ENDPOINT = {
    "en": RenderedText(title="Test notification", message="Your endpoint receives notifications of Hearth."),
    "de": RenderedText(title="Testmitteilung", message="Ihr Endpunkt empfängt Mitteilungen von Hearth."),
    "fr": RenderedText(title="Notification d’essai", message="Votre point d’accès reçoit les notifications de Hearth."),
}
_OF_CHANNEL = {
    "en": RenderedText(title="Test notification", message="Notifications of Hearth arrive here."),
    "de": RenderedText(title="Testmitteilung", message="Mitteilungen von Hearth kommen hier an."),
    "fr": RenderedText(title="Notification d’essai", message="Les notifications de Hearth arrivent ici."),
}


class ChannelTests:
    """The use case."""

    def __init__(self, store: Store, carrier: Carrier, clock: Clock, identities: Identities, packing: Packing) -> None:
        self._store = store
        self._carrier = carrier
        self._clock = clock
        self._identities = identities
        self._packing = packing
        self._brake = FailureCounter(MOST_A_MINUTE, MINUTE_MS)

    async def send(self, customer_id: str, channel_id: str = WEBHOOK, to: str = "") -> Attempt:
        """Sends one and tells what came back; a disabled channel is tried too, and what it answers changes nothing.

        to: a mail address or registration token; empty = what the channel itself names (its first address, its topic). Raises
        Problem "not_found" where there is no such channel, "invalid" at `/to` for no address, "too_many_requests" after six in
        a minute.
        """
        test_id = TEST_PREFIX + self._identities.new_id()
        parcel = await asyncio.to_thread(self._prepare, customer_id, channel_id, test_id, to)
        started_at_ms = self._clock.now_ms()
        wait_ms = self._brake.count(customer_id, started_at_ms)
        if wait_ms:
            seconds = -(-wait_ms // SECOND_MS)
            detail = f"At most {MOST_A_MINUTE} tests a minute; try again in {seconds} s."
            raise Problem("too_many_requests", detail, retry_after_seconds=seconds)
        answer = await self._carrier.deliver(parcel)
        attempt = Attempt(
            delivery_id=test_id,
            attempted_at_ms=started_at_ms,
            duration_ms=answer.duration_ms,
            status_code=answer.status_code,
            error=answer.error,
        )
        await asyncio.to_thread(self._keep, customer_id, channel_id, attempt)
        return attempt

    def _prepare(self, customer_id: str, channel_id: str, test_id: str, to: str) -> Parcel:
        with self._store.read() as session:
            customer = session.customers.find(customer_id)
            endpoint = session.endpoints.find(customer_id) if channel_id == WEBHOOK else None
            channel = session.channels.find(customer_id, channel_id)
        if customer is None or (endpoint is None and channel is None):
            what = "no endpoint" if channel_id == WEBHOOK else f"no channel {channel_id}"
            raise Problem("not_found", f"The customer {customer_id} has {what}.")
        now_ms = self._clock.now_ms()
        notification = _notification(test_id, customer, _OF_CHANNEL if endpoint is None else _OF_ENDPOINT, now_ms)
        if endpoint is not None:
            return WebhookParcel(endpoint, test_id, msgspec.json.encode(notification_body(notification) | {"test": True}))
        assert channel is not None
        addressee = _addressee(channel, to)
        return self._packing.pack(channel, test_id, notification, addressee, customer, now_ms + HOUR_MS, is_test=True)

    def _keep(self, customer_id: str, channel_id: str, attempt: Attempt) -> None:
        with self._store.write() as session:
            session.attempts.add_test(customer_id, attempt, channel_id)


def _addressee(channel: Channel, to: str) -> Addressee:
    match channel.way:
        case Email(recipients=recipients):
            if not to and not recipients:
                raise invalid("/to", "This channel has no address of its own; name one to send the test to.")
            try:
                return Addressee(clean_email(to) if to else recipients[0])
            except Problem as problem:
                raise invalid("/to", problem.detail) from problem
        case Fcm(topic=topic):
            if not to and not topic:
                raise invalid("/to", "This channel has no topic; name the registration token of a device to send the test to.")
            return Addressee(to or topic)
        case Mqtt(topic=topic):
            return Addressee(topic, "test" if has_user(topic) else None)


def _notification(test_id: str, customer: Customer, texts: dict[str, RenderedText], now_ms: int) -> Notification:
    return Notification(
        id=test_id,
        customer_id=customer.id,
        building_id="",
        customer_building_id="test",
        rule_id="test",
        rule_version=0,
        trigger_sequence=0,
        created_at_ms=now_ms,
        stored_at_ms=now_ms,
        status="PENDING",
        content=Content(texts={language: texts.get(language, texts["en"]) for language in customer.languages}),
    )
