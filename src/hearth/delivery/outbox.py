"""What goes into the outbox when the engine has generated a notification.

The caller stores both results in the transaction of the engine's effects; so an intent to deliver
exists exactly when its notification does, under an identity that a replay derives again. A notification that is
held for the end of quiet hours is due then; that instant is of event time, so one whose event came later than
that is due at once.
"""

from msgspec.structs import replace

from hearth.core.identifiers import derived_id
from hearth.domain.notifications import Delivery, Notification


def delivery_id(notification_id: str) -> str:
    """The `webhook-id` of a notification: the same over all attempts and replays."""
    return derived_id("delivery", notification_id)


def outgoing(notification: Notification, valid_for_ms: int, has_endpoint: bool) -> tuple[Notification, Delivery | None]:
    """The notification with the status to store, and the outbox row to store with it, if any.

    A dropped one goes nowhere. Without an endpoint the customer fetches notifications by itself: it is
    there to be fetched the moment it is stored, which is all delivery there is, so it is DELIVERED, and
    its row (channel "fetch") is only there to be counted; a held one is PENDING until it is due. An
    endpoint that is disabled still counts as one: what is meant for it fails, visibly.
    """
    if notification.status == "DROPPED":
        return notification, None
    due_at_ms = max(notification.stored_at_ms, notification.held_until_ms or 0)
    is_there = not has_endpoint and due_at_ms == notification.stored_at_ms
    return replace(notification, status="DELIVERED" if is_there else "PENDING"), Delivery(
        id=delivery_id(notification.id),
        customer_id=notification.customer_id,
        building_id=notification.building_id,
        notification_id=notification.id,
        channel="webhook" if has_endpoint else "fetch",
        created_at_ms=notification.stored_at_ms,
        due_at_ms=due_at_ms,
        expires_at_ms=notification.stored_at_ms + valid_for_ms,
    )
