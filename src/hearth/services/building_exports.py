"""Everything of one building, piece by piece, for whoever wants to take it along (the right to data portability).

Each piece is read in a transaction of its own and as large as a page, or a day of one event type: a long export holds up
nobody, and shows what came meanwhile where it comes to it. Which form the pieces have is the edge's. Of the audit log the
entries that name the building are told without the person who acted: the log is about the household here, not about who works
at its supplier.
"""

from collections.abc import Iterator
from typing import NamedTuple

from hearth.core.instants import DAY_MS
from hearth.domain.audit import AuditEntry
from hearth.domain.buildings import Building
from hearth.domain.contacts import Contact
from hearth.domain.events import Series, SetAside
from hearth.domain.goals import Goal
from hearth.domain.notifications import Attempt, DeliveryStatus, Interaction, Notification
from hearth.domain.profiles import HouseholdProfile
from hearth.ports import Session, Store
from hearth.services.buildings import get_building
from hearth.services.events import StoredEvent, in_order

_PAGE = 500
_ALL_STATUSES: tuple[DeliveryStatus, ...] = ("PENDING", "DELIVERED", "FAILED", "DROPPED")


class ToldNotification(NamedTuple):
    """A notification, and what came of it."""

    notification: Notification
    interactions: list[Interaction]
    attempts: list[Attempt]
    goal: Goal | None


class BuildingExports:
    """Reads a building's pieces."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def find(self, customer_id: str, customer_building_id: str) -> tuple[Building, HouseholdProfile | None]:
        """The building and what is inferred of it. Raises Problem "not_found"."""
        with self._store.read() as session:
            building = get_building(session, customer_id, customer_building_id)
            return building, session.household_profiles.list_of(customer_id, [building.id]).get(building.id)

    def contacts(self, building: Building) -> list[Contact]:
        """Where its users are reached."""
        with self._store.read() as session:
            return list(session.contacts.list_of(building.customer_id, [building.id]).get(building.id, {}).values())

    def notifications(self, building: Building) -> Iterator[ToldNotification]:
        """All of them, newest first, also those that were dropped."""
        after = None
        while True:
            with self._store.read() as session:
                page = session.notifications.list_page(building.customer_id, building.id, _ALL_STATUSES, after, _PAGE)
                told = [_told(session, each) for each in page]
            yield from told
            if len(page) < _PAGE:
                return
            after = page[-1].id

    def audit_entries(self, building: Building) -> Iterator[AuditEntry]:
        """The entries about the building, newest first."""
        name, before = building.customer_building_id, None
        while True:
            with self._store.read() as session:
                page = session.audit.list_page(building.customer_id, [name], before, _PAGE)
            yield from (each for each in page if each.subject == name and each.action.startswith("building."))
            if len(page) < _PAGE:
                return
            before = page[-1].number

    def event_types(self, building: Building) -> list[str]:
        """Those of which there are events, in order."""
        with self._store.read() as session:
            return sorted({each.event_type for each in session.series.list_of(building.customer_id, [building.id])})

    def events(self, building: Building, event_type: str) -> Iterator[StoredEvent]:
        """All events of a type, oldest first; a UTC day is read at a time."""
        with self._store.read() as session:
            every = session.series.list_of(building.customer_id, [building.id])
            series = {each.id: each for each in every if each.event_type == event_type}
            days = session.events.list_days(building.customer_id, list(series))
        for start_ms in days:
            with self._store.read() as session:
                found = session.events.read(building.customer_id, list(series), start_ms - 1, start_ms + DAY_MS - 1)
            yield from in_order(series, {building.id: building.customer_building_id}, found)

    def set_aside(self, building: Building) -> Iterator[tuple[Series, SetAside]]:
        """The events that cannot be believed, newest first."""
        before = None
        while True:
            with self._store.read() as session:
                series = {each.id: each for each in session.series.list_of(building.customer_id, [building.id])}
                page = session.set_aside.list_page(building.customer_id, building.id, before, _PAGE)
            yield from ((series[each.series_id], each) for each in page)
            if len(page) < _PAGE:
                return
            before = page[-1].occurred_at_ms, page[-1].series_id


def _told(session: Session, notification: Notification) -> ToldNotification:
    customer_id, of = notification.customer_id, notification.id
    return ToldNotification(
        notification,
        session.notifications.list_interactions(customer_id, of),
        session.outbox.list_attempts_of_notification(customer_id, of),
        session.goals.find(customer_id, of),
    )
