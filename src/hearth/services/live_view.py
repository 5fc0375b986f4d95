"""LiveView: what the console's first page shows, read straight from the store.

Every answer is of one customer. What changes is told cheaply by a Pulse (a few numbers); what it means
on the page, and how often it is asked for, is the console's business. Nothing is written here.
"""

from typing import NamedTuple

from hearth.core.clock import Clock
from hearth.core.instants import MINUTE_MS, local_date, start_of_local_day, zone_named
from hearth.core.problems import Problem
from hearth.domain.customers import Customer
from hearth.domain.notifications import DeliveryStatus, Interaction, Notification
from hearth.ports import Session, Store
from hearth.services.buildings import get_building

MINUTES_SHOWN = 60
GENERATED: tuple[DeliveryStatus, ...] = ("DELIVERED", "PENDING", "FAILED")
STATUSES: tuple[DeliveryStatus, ...] = (*GENERATED, "DROPPED")


class MinuteCount(NamedTuple):
    """Events received in the minute that starts at `starts_at_ms`."""

    starts_at_ms: int
    events: int


class Overview(NamedTuple):
    """The figures and the chart: the last 60 minutes oldest first, the last of them still running."""

    now_ms: int
    minutes: list[MinuteCount]
    building_count: int
    active_rule_count: int
    notifications_today: dict[DeliveryStatus, int]


class Pulse(NamedTuple):
    """What may have changed since a moment ago: the last two minutes, and a number that grows with notifications."""

    minutes: tuple[MinuteCount, MinuteCount]
    last_change: int


class Shown(NamedTuple):
    """A notification with the name of its rule, None when the rule was deleted."""

    notification: Notification
    rule_name: str | None


class LiveView:
    """The page's reads. Each takes a database's time: call it in a thread."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def overview(self, customer: Customer) -> Overview:
        """Figures, chart and counts of today; today is the day in the customer's zone, by the server's clock."""
        now_ms = self._clock.now_ms()
        zone = zone_named(customer.time_zone_id)
        today_ms = start_of_local_day(local_date(now_ms, zone), zone)
        with self._store.read() as session:
            counts = session.notifications.count_by_status(customer.id, today_ms)
            return Overview(
                now_ms=now_ms,
                minutes=_minutes(session, customer.id, now_ms, MINUTES_SHOWN),
                building_count=session.buildings.count(customer.id),
                active_rule_count=sum(rule.state == "ACTIVE" for rule in session.rules.list_of(customer.id)),
                notifications_today={status: counts.get(status, 0) for status in STATUSES},
            )

    def pulse(self, customer_id: str) -> Pulse:
        """The cheap look that is repeated every second."""
        with self._store.read() as session:
            before, running = _minutes(session, customer_id, self._clock.now_ms(), 2)
            return Pulse((before, running), session.notifications.last_change(customer_id))

    def list_notifications(
        self, customer_id: str, status: DeliveryStatus | None, after: str | None, limit: int, building: str | None = None
    ) -> tuple[list[Shown], str | None]:
        """A page, newest first, and the id after which the next one begins (None: this was the last).

        `building`: the customer_building_id of the only one to show; Problem("not_found") where there is none.
        Without a status those that were generated: the dropped ones would bury them, and are listed when asked for.
        """
        statuses = GENERATED if status is None else (status,)
        with self._store.read() as session:
            building_id = None if building is None else get_building(session, customer_id, building).id
            found = session.notifications.list_page(customer_id, building_id, statuses, after, limit + 1)
            names = _rule_names(session, customer_id)
        page = [Shown(notification, names.get(notification.rule_id)) for notification in found[:limit]]
        return page, page[-1].notification.id if len(found) > limit else None

    def get_notification(self, customer_id: str, notification_id: str) -> tuple[Shown, list[Interaction]]:
        """A notification and all interactions with it. Raises Problem("not_found"), also for another customer's."""
        with self._store.read() as session:
            found = session.notifications.find(customer_id, notification_id)
            if found is None:
                raise Problem("not_found", "There is no such notification.")
            names = _rule_names(session, customer_id)
            return Shown(found, names.get(found.rule_id)), session.notifications.list_interactions(customer_id, notification_id)


def _minutes(session: Session, customer_id: str, now_ms: int, count: int) -> list[MinuteCount]:
    running = now_ms // MINUTE_MS
    found = session.events.list_minutes(customer_id, running - count + 1, running + 1)
    return [MinuteCount(minute * MINUTE_MS, found.get(minute, 0)) for minute in range(running - count + 1, running + 1)]


def _rule_names(session: Session, customer_id: str) -> dict[str, str]:
    return {rule.id: rule.name for rule in session.rules.list_of(customer_id)}
