"""LiveView: what the console's first page shows, read straight from the store.

Every answer is of one customer. What changes is told cheaply by a Pulse (a few numbers); what it means
on the page, and how often it is asked for, is the console's business. Nothing is written here.
"""

from datetime import date, timedelta
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from hearth.core.clock import Clock
from hearth.core.instants import (
    DAY_MS,
    HOUR_MS,
    MINUTE_MS,
    datetime_of_instant,
    local_date,
    start_of_local_day,
    utc_day,
    zone_named,
)
from hearth.domain.customers import Customer
from hearth.domain.forecasts import ForecastCount
from hearth.domain.notifications import DeliveryStatus
from hearth.insights.impact import Found, Share, impact_of, share_of
from hearth.ports import Session, Store
from hearth.ports.listing import BuildingQuery, BuildingStatus
from hearth.services.building_lists import SILENT_AFTER_MS
from hearth.services.context_reports import forecast_counts
from hearth.services.notification_lists import GENERATED

MINUTES_SHOWN = 60
HOURS_SHOWN = 48
DAYS_SHOWN = 14
_DAYS_OPENED = 30
_HOURS_KEPT = 72  # more than any clock or zone may ask for
_FAILURES_TOLD = 3
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


class HourCount(NamedTuple):
    """Events received in the hour that starts at `starts_at_ms`."""

    starts_at_ms: int
    events: int


class DayCount(NamedTuple):
    """Notifications made on a day of the customer's zone."""

    day: date
    counts: dict[DeliveryStatus, int]


class Activity(NamedTuple):
    """The last 48 hours and 14 days, oldest first, the last of each still running."""

    hours: list[HourCount]
    days: list[DayCount]


EndpointStand = Literal["NONE", "OFF", "WELL", "FAILING", "DISABLED"]


class Standing(NamedTuple):
    """What a customer may have to look after: homes by status, what was opened, rules, endpoint and forecasts.

    `opened`: of the notifications of the last 30 UTC days. `failing_rules`: ids of those whose running version failed in the
    last 24 hours: a bug of ours. `ignored_rules`: ids of those of which 99 % were ignored in these 30 days. FAILING: the last
    three attempts failed, or more.
    """

    buildings: dict[BuildingStatus, int]
    opened: Share
    failing_rules: list[str]
    ignored_rules: list[str]
    endpoint: EndpointStand
    forecasts: list[ForecastCount]


class Pulse(NamedTuple):
    """What may have changed since a moment ago: the last two minutes, and a number that grows with notifications."""

    minutes: tuple[MinuteCount, MinuteCount]
    last_change: int


class LiveView:
    """The page's reads. Each takes a database's time: call it in a thread."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def prune_for_operator(self) -> None:
        """Forgets counts of minutes that no chart goes back to."""
        with self._store.write(durable=False) as session:
            session.events.delete_minutes_for_operator((self._clock.now_ms() - _HOURS_KEPT * HOUR_MS) // MINUTE_MS)

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

    def activity(self, customer: Customer) -> Activity:
        """Hours and days of the customer's zone. What was received is counted by minute, so an event costs nothing here."""
        now_ms = self._clock.now_ms()
        zone = zone_named(customer.time_zone_id)
        today = local_date(now_ms, zone)
        days = [today - timedelta(days=back) for back in range(DAYS_SHOWN - 1, -1, -1)]
        with self._store.read() as session:
            counts = [
                session.notifications.count_made(
                    customer.id, start_of_local_day(day, zone), start_of_local_day(day + timedelta(days=1), zone)
                )
                for day in days
            ]
            return Activity(
                hours=_hours(session, customer.id, now_ms, zone),
                days=[
                    DayCount(day, {status: of.get(status, 0) for status in STATUSES})
                    for day, of in zip(days, counts, strict=True)
                ],
            )

    def standing(self, customer_id: str) -> Standing:
        """Looked at now and then: it reads of every building."""
        now_ms = self._clock.now_ms()
        today = utc_day(now_ms)
        with self._store.read() as session:
            counts = session.impact.sum_days(customer_id, None, today - _DAYS_OPENED + 1, today)
            listed = BuildingQuery(silent_before_ms=now_ms - SILENT_AFTER_MS)
            running = {rule.id: rule.version for rule in session.rules.list_of(customer_id)}
            faults = session.rules.list_faults(customer_id)
            return Standing(
                buildings=session.listed_buildings.count_by_status(customer_id, listed),
                opened=share_of(sum(each.opened for each in counts.values()), sum(each.delivered for each in counts.values())),
                failing_rules=[
                    each.rule_id
                    for each in faults
                    if running.get(each.rule_id) == each.version and now_ms - each.last_at_ms < DAY_MS
                ],
                ignored_rules=[
                    rule_id for rule_id in running if rule_id in counts and impact_of(Found(counts[rule_id])).is_ignored
                ],
                endpoint=_endpoint_stand(session, customer_id),
                forecasts=forecast_counts(session, customer_id, now_ms),
            )

    def pulse(self, customer_id: str) -> Pulse:
        """The cheap look that is repeated every second."""
        with self._store.read() as session:
            before, running = _minutes(session, customer_id, self._clock.now_ms(), 2)
            return Pulse((before, running), session.notifications.last_change(customer_id))


def _endpoint_stand(session: Session, customer_id: str) -> EndpointStand:
    endpoint = session.endpoints.find(customer_id)
    if endpoint is None:
        return "NONE"
    if not endpoint.is_enabled:
        return "OFF"
    if endpoint.disabled_reason is not None:
        return "DISABLED"
    return "FAILING" if session.attempts.record_of(customer_id).failures_in_a_row >= _FAILURES_TOLD else "WELL"


def _minutes(session: Session, customer_id: str, now_ms: int, count: int) -> list[MinuteCount]:
    running = now_ms // MINUTE_MS
    found = session.events.list_minutes(customer_id, running - count + 1, running + 1)
    return [MinuteCount(minute * MINUTE_MS, found.get(minute, 0)) for minute in range(running - count + 1, running + 1)]


def _hours(session: Session, customer_id: str, now_ms: int, zone: ZoneInfo) -> list[HourCount]:
    """Whole hours on the wall, also where these do not begin with those of UTC."""
    running = datetime_of_instant(now_ms, zone)
    behind_ms = running.minute * MINUTE_MS + now_ms % MINUTE_MS
    starts_ms = [now_ms - behind_ms - back * HOUR_MS for back in range(HOURS_SHOWN - 1, -1, -1)]
    first, last = starts_ms[0] // MINUTE_MS, now_ms // MINUTE_MS
    events = dict.fromkeys(starts_ms, 0)
    for minute, count in session.events.list_minutes(customer_id, first, last + 1).items():
        events[starts_ms[(minute - first) * MINUTE_MS // HOUR_MS]] += count
    return [HourCount(*each) for each in events.items()]
