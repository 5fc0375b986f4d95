"""What goes into the outbox when the engine has generated a notification.

The caller stores both results in the transaction of the engine's effects; so an intent to deliver
exists exactly when its notification does, under an identity that a replay derives again: one row for each
notification, channel and recipient. A notification that is
held for the end of quiet hours is due then; that instant is of event time, so one whose event came later than
that is due at once.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from hearth.core.identifiers import derived_id
from hearth.delivery.recipients import THE_FETCHING, THE_WEBHOOK, Target
from hearth.domain.notifications import Delivery, Notification


def delivery_id(notification_id: str, target: Target = THE_WEBHOOK) -> str:
    """The `webhook-id` of a notification: the same over all attempts and replays."""
    if target in (THE_WEBHOOK, THE_FETCHING):
        return derived_id("delivery", notification_id)
    return derived_id("delivery", notification_id, target.lane)


def outgoing(notification: Notification, valid_for_ms: int, targets: Sequence[Target]) -> tuple[Notification, list[Delivery]]:
    """The notification with the status to store, and the outbox rows to store with it.

    A dropped one goes nowhere. Without a target the customer fetches notifications by itself: it is
    there to be fetched the moment it is stored, which is all delivery there is, so it is DELIVERED, and
    its row (channel "fetch") is only there to be counted; a held one is PENDING until it is due. A
    channel that is gone still counts as one: what is meant for it fails, visibly.
    """
    if notification.status == "DROPPED":
        return notification, []
    due_at_ms = max(notification.stored_at_ms, notification.held_until_ms or 0)
    is_there = not targets and due_at_ms == notification.stored_at_ms
    return replace(notification, status="DELIVERED" if is_there else "PENDING"), [
        Delivery(
            id=delivery_id(notification.id, target),
            customer_id=notification.customer_id,
            building_id=notification.building_id,
            notification_id=notification.id,
            channel=target.kind,
            channel_id=target.channel_id,
            user_id=target.user_id,
            address_key=target.key,
            lane=target.lane,
            created_at_ms=notification.stored_at_ms,
            due_at_ms=due_at_ms,
            expires_at_ms=notification.stored_at_ms + valid_for_ms,
        )
        for target in targets or (THE_FETCHING,)
    ]
