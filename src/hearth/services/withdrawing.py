"""Withdrawing: what waits to be sent is not sent any more, for nobody wants it.

Who wants what is for the caller to say. Invariant: what has reached somebody stays DELIVERED.
"""

from hearth.ports import Session


def withdraw(session: Session, customer_id: str, notification_id: str) -> None:
    """A notification that waits is dropped instead of being sent; an attempt that is under way may still arrive.

    The notification is taken first and the outbox then, as by whoever settles an attempt: so that neither waits for the
    other, and what was delivered since it was found waiting stays so.
    """
    notification = session.notifications.find(customer_id, notification_id)
    if notification is None or notification.status != "PENDING":
        return
    session.outbox.close_all(customer_id, notification_id)
    session.notifications.set_status(customer_id, notification_id, "DROPPED")
