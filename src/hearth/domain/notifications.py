"""Notification, Delivery, Interaction: what a household was told, and what it did.

A notification is generated once, from the values of the evaluation that matched, in every language;
it is never rendered again. A dropped one was ready to be generated and was held back, for a reason.
"""

from typing import Literal

import msgspec

from hearth.domain.rules import ActionQualifier

DeliveryStatus = Literal["PENDING", "DELIVERED", "FAILED", "DROPPED"]
# switched_off: after it was generated and before it was sent; the others: instead of being generated.
DropReason = Literal["time_between", "quiet_hours", "household_cap", "switched_off"]
# What a household did: what a slot may do, or the undoing of STOPDELIVERY.
InteractionKind = Literal[ActionQualifier, "RESUMEDELIVERY"]


class RenderedAction(msgspec.Struct, frozen=True, kw_only=True):
    """A button as shown."""

    text: str
    parameter: str | None = None


class RenderedText(msgspec.Struct, frozen=True, kw_only=True):
    """The texts of one language, ready to show."""

    title: str
    message: str
    primary: RenderedAction | None = None
    secondary: RenderedAction | None = None


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """What is shown and done: texts by language, action of each slot, rendered command."""

    texts: dict[str, RenderedText]
    action_qualifiers: dict[str, ActionQualifier] = {}
    command: str | None = None


class Interaction(msgspec.Struct, frozen=True, kw_only=True):
    """What a household did with a notification."""

    action_qualifier: InteractionKind
    occurred_at_ms: int
    user_id: str | None = None


class Notification(msgspec.Struct, frozen=True, kw_only=True):
    """One notification, generated or dropped.

    `created_at_ms` is the instant of the evaluation (event time), `stored_at_ms` the server's clock.
    `trigger_sequence` is that of the event that caused it: unique with rule and building, so that a
    replay stores nothing twice. A dropped one has a `drop_reason`, and no content unless it was generated before
    ("switched_off"). One that was generated in quiet hours and is delivered at their end has that instant as
    `held_until_ms`.
    """

    id: str
    customer_id: str
    building_id: str
    customer_building_id: str
    rule_id: str
    rule_version: int
    trigger_sequence: int
    created_at_ms: int
    stored_at_ms: int
    status: DeliveryStatus
    priority: Literal["high", "normal"] = "normal"
    user_ids: tuple[str, ...] = ()
    content: Content | None = None
    case_label: str | None = None
    drop_reason: DropReason | None = None
    held_until_ms: int | None = None
    trace: dict[str, object] = {}
    interaction: Interaction | None = None


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """An intent to deliver one notification over one channel to one recipient: a row of the outbox.

    Over "fetch" the customer gets it for itself through the API; such a delivery is done when it is stored.
    `channel` is its kind; `user_id` and `address_key` find the recipient's address again (`delivery.recipients`), which does not
    stand here. Of the deliveries of a building with the same `lane` only the oldest is sent.

    `id` is stable over all attempts (it is the `webhook-id`). `due_at_ms` is when the next attempt may
    start, `expires_at_ms` when it is no longer worth one. `trace_parent`: the step of a trace that it goes on from, if any.
    """

    id: str
    customer_id: str
    building_id: str
    notification_id: str
    channel: str
    channel_id: str = "webhook"
    user_id: str | None = None
    address_key: str = ""
    lane: str = "webhook//"
    created_at_ms: int
    due_at_ms: int
    expires_at_ms: int
    attempts: int = 0
    trace_parent: str | None = None


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One try to deliver: the answer's status where the channel has such, and the error where it was not taken.

    `delivery_id` is the `webhook-id` it was sent under; that of a test of a channel belongs to no delivery.
    """

    delivery_id: str
    attempted_at_ms: int
    duration_ms: int
    status_code: int | None = None
    error: str | None = None

    @property
    def is_failed(self) -> bool:
        """Whether it was not taken: it has an error, or another status than 2xx (which is success over SMTP too)."""
        return self.error is not None or (self.status_code is not None and not 200 <= self.status_code < 300)
