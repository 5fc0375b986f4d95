"""Notifications as a customer reads them back, and the interactions of households with them.

Decides what is listed unasked, and what an interaction changes: STOPDELIVERY switches the rule off in
the building, for one user or for all, and withdraws what waits to be sent to them; RESUMEDELIVERY undoes the former.
Generating and delivering are the engine's and the delivery's. Invariant: an interaction, what it switches, what it
withdraws and the note of it in the audit log are one transaction.
"""

from dataclasses import dataclass

import msgspec

from hearth.core.clock import Clock
from hearth.core.identifiers import fits
from hearth.core.problems import Problem, invalid
from hearth.domain.audit import Actor
from hearth.domain.buildings import Building, DisabledNotification
from hearth.domain.notifications import DeliveryStatus, Interaction, InteractionKind, Notification
from hearth.ports import Session, Store
from hearth.services.auditing import note
from hearth.services.buildings import get_building
from hearth.services.withdrawing import withdraw

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

    def interact(self, customer_id: str, notification_id: str, kind: InteractionKind, user_id: str | None, by: Actor) -> str:
        """Records what a household did -> the id of its building. `by`: who reports it.

        STOPDELIVERY also switches the rule off for the user, or for the building; RESUMEDELIVERY on again.
        """
        now_ms = self._clock.now_ms()
        with self._store.read() as session:
            building_id = _get(session, customer_id, notification_id).building_id
        with self._store.write() as session:
            session.buildings.hold_for_operator([building_id])  # before its notifications, as whoever settles deliveries does
            notification = _get(session, customer_id, notification_id)
            interaction = Interaction(action_qualifier=kind, occurred_at_ms=now_ms, user_id=user_id)
            session.notifications.add_interaction(customer_id, notification_id, interaction)
            if kind in ("STOPDELIVERY", "RESUMEDELIVERY"):
                _switch(session, notification, user_id, kind == "STOPDELIVERY", now_ms, by)
        return building_id


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


def _get(session: Session, customer_id: str, notification_id: str) -> Notification:
    notification = _find(session, customer_id, notification_id)
    if notification is None:
        raise Problem("not_found", "There is no notification of this id.")
    return notification


def _switch(session: Session, notification: Notification, user_id: str | None, is_stop: bool, now_ms: int, by: Actor) -> None:
    """The rule off or on again, for the user or the building; what is so already stays as it is."""
    building = get_building(session, notification.customer_id, notification.customer_building_id)
    entry = DisabledNotification(rule_id=notification.rule_id, user_id=user_id)
    if is_stop == (entry in building.disabled_notifications):
        return
    others = tuple(each for each in building.disabled_notifications if each != entry)
    changed = msgspec.structs.replace(building, disabled_notifications=(*others, entry) if is_stop else others)
    session.buildings.replace(changed)
    session.changes.add(notification.customer_id, "buildings", building.id)
    note(
        session,
        building.customer_id,
        now_ms,
        by,
        "delivery.stopped" if is_stop else "delivery.resumed",
        building.customer_building_id,
        after={"ruleId": entry.rule_id, "for": "building" if user_id is None else "user"},
    )
    if is_stop:
        _withdraw_waiting(session, changed, entry.rule_id)


def _withdraw_waiting(session: Session, building: Building, rule_id: str) -> None:
    """What this rule has waiting for the building is not sent to whom it is off for."""
    after = None
    while waiting := session.notifications.list_page(
        building.customer_id, building.id, ("PENDING",), after, MOST_PER_PAGE, rule_id=rule_id
    ):
        after = waiting[-1].id
        for each in waiting:
            user_ids = building.still_for(rule_id, each.user_ids)
            if user_ids is None:
                withdraw(session, building.customer_id, each.id)
            elif user_ids != each.user_ids:
                session.notifications.set_user_ids(building.customer_id, each.id, user_ids)
