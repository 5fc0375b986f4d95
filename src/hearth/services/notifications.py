"""Notifications as a customer reads them back, and the interactions of households with them.

Decides what is listed unasked, and what an interaction changes: STOPDELIVERY switches the rule off in
the building, for one user or for all. Generating and delivering are the engine's and the delivery's.
"""

from dataclasses import dataclass

import msgspec

from hearth.core.clock import Clock
from hearth.core.identifiers import fits
from hearth.core.problems import Problem, invalid
from hearth.domain.buildings import Building, DisabledNotification
from hearth.domain.notifications import DeliveryStatus, Interaction, Notification
from hearth.domain.rules import ActionQualifier
from hearth.ports import Session, Store
from hearth.services.buildings import get_building

# Dropped ones were never sent: they are listed only for whoever asks for them.
LISTED_UNASKED: tuple[DeliveryStatus, ...] = ("PENDING", "DELIVERED", "FAILED")
MOST_PER_PAGE = 1_000


@dataclass(frozen=True)
class Asked:
    """Which of a building's notifications; no `statuses` = all but the dropped. None = not restricted."""

    statuses: tuple[DeliveryStatus, ...] = ()
    rule_id: str | None = None
    from_ms: int | None = None
    to_ms: int | None = None


class Notifications:
    """The use cases of notifications. Each raises Problem "not_found" for what the customer does not have."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def list_page(
        self, customer_id: str, customer_building_id: str, asked: Asked, after: str | None, limit: int
    ) -> tuple[list[Notification], bool]:
        """A building's notifications, newest first, those behind the notification `after` -> (at most `limit`, more follow).

        Raises Problem "invalid" when `after` is no notification of the customer.
        """
        with self._store.read() as session:
            building = get_building(session, customer_id, customer_building_id)
            if after is not None and _find(session, customer_id, after) is None:
                raise invalid("", "after is the id of no notification; take it from the Link header of the page before.")
            found = _page(session, building, asked, after, limit + 1)
        return found[:limit], len(found) > limit

    def list_all(self, customer_id: str, customer_building_id: str, asked: Asked) -> list[Notification]:
        """All of them, newest first, as of one instant."""
        notifications: list[Notification] = []
        with self._store.read() as session:
            building = get_building(session, customer_id, customer_building_id)
            after = None
            while page := _page(session, building, asked, after, MOST_PER_PAGE):
                notifications += page
                after = page[-1].id
        return notifications

    def interact(self, customer_id: str, notification_id: str, action_qualifier: ActionQualifier, user_id: str | None) -> str:
        """Records what a household did -> the id of its building.

        STOPDELIVERY also switches the rule off for the user, or for the building.
        """
        with self._store.write() as session:
            notification = _find(session, customer_id, notification_id)
            if notification is None:
                raise Problem("not_found", "There is no notification of this id.")
            interaction = Interaction(action_qualifier=action_qualifier, occurred_at_ms=self._clock.now_ms(), user_id=user_id)
            session.notifications.add_interaction(customer_id, notification_id, interaction)
            if action_qualifier == "STOPDELIVERY":
                _switch_off(session, notification, user_id)
        return notification.building_id


def _page(session: Session, building: Building, asked: Asked, after: str | None, limit: int) -> list[Notification]:
    return session.notifications.list_page(
        building.customer_id,
        building.id,
        asked.statuses or LISTED_UNASKED,
        after,
        limit,
        rule_id=asked.rule_id,
        from_ms=asked.from_ms,
        to_ms=asked.to_ms,
    )


def _find(session: Session, customer_id: str, notification_id: str) -> Notification | None:
    if not fits("pushNotificationId", notification_id):
        return None
    return session.notifications.find(customer_id, notification_id)


def _switch_off(session: Session, notification: Notification, user_id: str | None) -> None:
    building = get_building(session, notification.customer_id, notification.customer_building_id)
    disabled = DisabledNotification(rule_id=notification.rule_id, user_id=user_id)
    if disabled in building.disabled_notifications:
        return
    session.buildings.replace(
        msgspec.structs.replace(building, disabled_notifications=(*building.disabled_notifications, disabled))
    )
    session.changes.add(notification.customer_id, "buildings", building.id)
