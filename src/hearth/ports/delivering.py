"""What delivering speaks to: the outbox, attempts, the customer's endpoint and channels, contacts, and who carries.

A part of `ports`, whose invariants hold here as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

from hearth.delivery.attempts import Verdict
from hearth.delivery.parcels import Parcel
from hearth.domain.channels import WEBHOOK, Channel
from hearth.domain.contacts import Contact
from hearth.domain.endpoints import Endpoint
from hearth.domain.events import Delivered
from hearth.domain.notifications import Attempt, Delivery


class OutboxDue(NamedTuple):
    """Open deliveries; those among them that could be leased now; and since when the longest due one is due, or None."""

    open: int
    due: int
    oldest_due_ms: int | None


class OutboxRepository(Protocol):
    """Deliveries that are due. A lease keeps others away until it runs out; then the row is due again."""

    def add_all(self, deliveries: Iterable[Delivery]) -> None:
        """Those of a notification that has some already are passed over."""

    def lease_for_operator(self, now_ms: int, lease_until_ms: int, limit: int) -> list[Delivery]:
        """Due deliveries, longest due first and at most one per lane of a building (the oldest open one), now leased.

        A delivery that is held for later keeps none back until its moment is near (two leases).
        """

    def next_due_for_operator(self, now_ms: int, lease_until_ms: int) -> int | None:
        """The earliest instant at which a delivery is or becomes due, for leases of that length."""

    def record_attempt(self, customer_id: str, attempt: Attempt) -> None: ...
    def list_attempts(self, customer_id: str, delivery_id: str) -> list[Attempt]: ...
    def list_attempts_of_notification(self, customer_id: str, notification_id: str) -> list[Attempt]: ...
    def reschedule(self, customer_id: str, delivery_id: str, due_at_ms: int) -> None:
        """Gives the lease back; counts the attempt."""

    def close(self, customer_id: str, delivery_id: str, delivered: bool, at_ms: int) -> None:
        """Done with it. A delivered one waits to be counted by the engine."""

    def close_all(self, customer_id: str, notification_id: str) -> None:
        """Done with what is open of a notification, which is not to arrive any more."""

    def is_exhausted(self, customer_id: str, notification_id: str) -> bool:
        """Whether none of its deliveries is open and none has arrived."""

    def list_open_over(self, customer_id: str, channel_id: str, limit: int) -> list[tuple[str, str]]:
        """(delivery id, notification id) of what is open for a channel, longest due first."""

    def list_uncounted_for_operator(self, limit: int) -> list[tuple[str, Delivered]]:
        """(customer id, fact) of notifications that arrived and are in no log entry yet, each once."""

    def mark_counted(self, customer_id: str, notification_ids: Sequence[str]) -> None: ...
    def due_for_operator(self, now_ms: int, lease_until_ms: int) -> OutboxDue: ...


class RecordedAttempt(NamedTuple):
    """An attempt of a customer's list; what is None belongs to a test, or is erased."""

    number: int
    attempt: Attempt
    is_test: bool
    notification_id: str | None
    customer_building_id: str | None
    rule_name: str | None
    channel_id: str = WEBHOOK


class EndpointRecord(NamedTuple):
    """How deliveries over a channel went: the last one that arrived, and the failed attempts since (1,000 at most)."""

    last_success_ms: int | None
    failures_in_a_row: int


class AttemptRepository(Protocol):
    """What was tried to reach a customer. A test is in the list and in no figure."""

    def add_test(self, customer_id: str, attempt: Attempt, channel_id: str = WEBHOOK) -> None: ...
    def list_page(self, customer_id: str, failed_only: bool, before: int | None, limit: int) -> list[RecordedAttempt]:
        """Newest first, numbers less than `before`."""

    def record_of(self, customer_id: str, channel_id: str = WEBHOOK) -> EndpointRecord: ...


class EndpointRepository(Protocol):
    def find(self, customer_id: str) -> Endpoint | None: ...
    def find_for_change(self, customer_id: str) -> Endpoint | None:
        """Nobody else changes it until the transaction ends."""

    def list_paces_for_operator(self, customer_ids: Sequence[str]) -> dict[str, int]:
        """Requests per second of the customers that limit them and whose endpoint is enabled."""

    def count_disabled_for_operator(self) -> int: ...
    def replace(self, endpoint: Endpoint) -> None: ...


class ChannelRepository(Protocol):
    """A customer's channels beside its endpoint."""

    def list_of(self, customer_id: str) -> list[Channel]:
        """Oldest first."""

    def find(self, customer_id: str, channel_id: str) -> Channel | None: ...
    def find_for_change(self, customer_id: str, channel_id: str) -> Channel | None:
        """Nobody else changes it until the transaction ends."""

    def list_paces_for_operator(self, channel_ids: Sequence[str]) -> dict[str, int]:
        """Requests per second of the channels that limit them and are switched on, by channel id."""

    def add(self, channel: Channel) -> None: ...
    def replace(self, channel: Channel) -> None: ...
    def delete(self, customer_id: str, channel_id: str) -> None: ...


class ContactRepository(Protocol):
    """Where the end users of buildings are reached; erased with the building."""

    def list_of(self, customer_id: str, building_ids: Sequence[str]) -> dict[str, dict[str, Contact]]:
        """By building id and user id; buildings without any are left out."""

    def replace(self, customer_id: str, building_id: str, contact: Contact) -> None:
        """The user's contact from now on; of a building that is erased nothing is kept."""

    def delete(self, customer_id: str, building_id: str, user_ids: Sequence[str]) -> None: ...


class Answer(NamedTuple):
    """What became of one attempt: what it means, the status if the channel has such, the error where it was not taken.

    `retry_after_seconds` if the other side named a pause.
    """

    status_code: int | None
    error: str | None
    retry_after_seconds: float | None
    duration_ms: int
    verdict: Verdict


class Carrier(Protocol):
    """Carries one message to one recipient, over a customer's endpoint or channel of whichever kind."""

    async def deliver(self, parcel: Parcel) -> Answer:
        """Whatever the other side does, an answer in bounded time and space."""
