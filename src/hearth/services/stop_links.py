"""Links by which an end user ends advice of a kind: one user, one rule, without signing in (RFC 8058 for mail programs).

A link names a notification and its user, sealed: nobody but us can make or read one. What following it does is the interaction
STOPDELIVERY, as an app would report it. Invariant: a link ends one rule for one user and can do nothing else, however often it
is used.
"""

from typing import NamedTuple

import msgspec

from hearth.core.problems import Problem
from hearth.domain.audit import END_USER
from hearth.domain.buildings import DisabledNotification
from hearth.domain.notifications import Notification
from hearth.ports import Sealer, Store
from hearth.services.notifications import Notifications

STOP_PATH = "/unsubscribe"
# What else is sealed with the key must never pass for a link.
_PURPOSE = "stop"


class _Sealed(msgspec.Struct, frozen=True, array_like=True):
    purpose: str
    customer_id: str
    notification_id: str
    user_id: str


class Stopping(NamedTuple):
    """What a link would end: its user's notifications like this one; `is_stopped`: they have ended already."""

    notification: Notification
    user_id: str
    customer_name: str
    is_stopped: bool


class StopLinks:
    """Makes the links. `url`: where people reach the installation."""

    def __init__(self, sealer: Sealer, url: str) -> None:
        self._sealer = sealer
        self._url = url

    def link(self, customer_id: str, notification_id: str, user_id: str) -> str:
        """The link of one user in one notification."""
        sealed = _Sealed(_PURPOSE, customer_id, notification_id, user_id)
        return f"{self._url}{STOP_PATH}/{self._sealer.seal(msgspec.json.encode(sealed).decode())}"


class Unsubscribing:
    """Follows the links. Each use case raises Problem "not_found" for what is no link, or whose notification is erased."""

    def __init__(self, store: Store, sealer: Sealer, notifications: Notifications) -> None:
        self._store = store
        self._sealer = sealer
        self._notifications = notifications

    def find(self, token: str) -> Stopping:
        """What the link would end."""
        sealed = self._open(token)
        with self._store.read() as session:
            notification = session.notifications.find(sealed.customer_id, sealed.notification_id)
            customer = session.customers.find(sealed.customer_id)
            if notification is None or customer is None:
                raise _no_link()
            building = session.buildings.find(sealed.customer_id, notification.customer_building_id)
        silenced = DisabledNotification(rule_id=notification.rule_id, user_id=sealed.user_id)
        is_stopped = building is not None and silenced in building.disabled_notifications
        return Stopping(notification, sealed.user_id, customer.name, is_stopped)

    def stop(self, token: str) -> Stopping:
        """Ends it; doing so again changes nothing."""
        found = self.find(token)
        if not found.is_stopped:
            customer_id = found.notification.customer_id
            self._notifications.interact(customer_id, found.notification.id, "STOPDELIVERY", found.user_id, END_USER)
        return found._replace(is_stopped=True)

    def _open(self, token: str) -> _Sealed:
        try:
            sealed = msgspec.json.decode(self._sealer.open(token), type=_Sealed)
        except (Problem, ValueError) as error:
            raise _no_link() from error
        if sealed.purpose != _PURPOSE:
            raise _no_link()
        return sealed


def _no_link() -> Problem:
    return Problem("not_found", "This link is not, or no longer, good for anything.")
