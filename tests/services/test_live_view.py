"""LiveView: figures, pages and pulses of one customer, read from a real store."""

import pytest
from msgspec.structs import replace

from hearth.core.instants import DAY_MS, HOUR_MS, MINUTE_MS
from hearth.core.problems import Problem
from hearth.domain.buildings import Building
from hearth.domain.customers import Customer
from hearth.domain.notifications import DeliveryStatus, Interaction, Notification
from hearth.domain.rules import Rule, RuleState
from hearth.ports import Store
from hearth.services.live_view import LiveView
from hearth.testing.clocks import CountedIdentities, MovableClock

MINE, THEIRS = "c" * 24, "d" * 24
MIDNIGHT_MS = 1_767_222_000_000  # 2026-01-01T00:00 in Zurich
IDENTITIES = CountedIdentities()


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(MIDNIGHT_MS + 10 * HOUR_MS + 30_000)


@pytest.fixture
def live_view(store: Store, clock: MovableClock) -> LiveView:
    with store.write() as session:
        for customer_id in (MINE, THEIRS):
            session.customers.add(Customer(id=customer_id, name=customer_id, created_at_ms=0))
            session.buildings.add(building(customer_id))
            for name, state in (("Surplus", "ACTIVE"), ("Report", "DRAFT")):
                session.rules.add_version(rule(customer_id, name, state))
    return LiveView(store, clock)


def building(customer_id: str) -> Building:
    return Building(
        id=customer_id[::-1],
        customer_id=customer_id,
        customer_building_id="home-1",
        time_zone_id="Europe/Zurich",
        registration_at_ms=0,
        activation_at_ms=0,
    )


def rule(customer_id: str, name: str, state: RuleState) -> Rule:
    return Rule(id=f"{customer_id[:12]}{name:0<12}"[:24], customer_id=customer_id, name=name, created_at_ms=0, state=state)


def notification(customer_id: str, at_ms: int, status: DeliveryStatus = "DELIVERED", rule_name: str = "Surplus") -> Notification:
    number = IDENTITIES.new_id()
    return Notification(
        id=number,
        customer_id=customer_id,
        building_id=customer_id[::-1],
        customer_building_id="home-1",
        rule_id=rule(customer_id, rule_name, "ACTIVE").id,
        rule_version=1,
        trigger_sequence=int(number, 16),
        created_at_ms=at_ms,
        stored_at_ms=at_ms,
        status=status,
    )


def test_the_overview_counts_one_customers_hour_and_day(store: Store, live_view: LiveView, clock: MovableClock) -> None:
    minute = clock.now_ms() // MINUTE_MS
    with store.write() as session:
        session.events.count_minutes({(MINE, minute): 3, (MINE, minute - 59): 4, (MINE, minute - 60): 5, (THEIRS, minute): 6})
        session.notifications.add_all(
            [
                notification(MINE, MIDNIGHT_MS),
                notification(MINE, MIDNIGHT_MS + 1, "FAILED"),
                notification(MINE, MIDNIGHT_MS + 2, "DROPPED"),
                notification(MINE, MIDNIGHT_MS - 1),
                notification(THEIRS, MIDNIGHT_MS),
            ]
        )
    overview = live_view.overview(Customer(id=MINE, name="Mine", created_at_ms=0, time_zone_id="Europe/Zurich"))
    assert [count.starts_at_ms for count in overview.minutes] == [(minute - 59 + n) * MINUTE_MS for n in range(60)]
    assert [count.events for count in overview.minutes] == [4, *[0] * 58, 3]
    assert overview.notifications_today == {"DELIVERED": 1, "PENDING": 0, "FAILED": 1, "DROPPED": 1}
    assert (overview.building_count, overview.active_rule_count) == (1, 1)


def test_a_pulse_changes_with_events_minutes_and_notifications_of_the_customer_only(
    store: Store, live_view: LiveView, clock: MovableClock
) -> None:
    first = live_view.pulse(MINE)
    with store.write() as session:
        session.events.count_minutes({(THEIRS, clock.now_ms() // MINUTE_MS): 1})
        session.notifications.add_all([notification(THEIRS, clock.now_ms())])
    assert live_view.pulse(MINE) == first

    with store.write() as session:
        session.events.count_minutes({(MINE, clock.now_ms() // MINUTE_MS): 1})
    second = live_view.pulse(MINE)
    assert [count.events for count in second.minutes] == [0, 1]

    mine = notification(MINE, clock.now_ms(), "PENDING")
    with store.write() as session:
        session.notifications.add_all([mine])
    third = live_view.pulse(MINE)
    assert third.last_change > second.last_change
    with store.write() as session:
        session.notifications.set_status(MINE, mine.id, "DELIVERED")
    assert live_view.pulse(MINE).last_change > third.last_change

    clock.advance(seconds=60)
    assert [count.events for count in live_view.pulse(MINE).minutes] == [1, 0]


def test_pages_hold_every_notification_once_newest_first(store: Store, live_view: LiveView) -> None:
    stored = [notification(MINE, MIDNIGHT_MS + number // 2) for number in range(7)]
    with store.write() as session:
        session.notifications.add_all([*stored, notification(THEIRS, MIDNIGHT_MS)])
    seen: list[Notification] = []
    after: str | None = None
    while True:
        page, after = live_view.list_notifications(MINE, None, after, limit=3)
        seen.extend(shown.notification for shown in page)
        if after is None:
            break
    assert [each.id for each in seen] == [
        each.id for each in sorted(stored, key=lambda each: (each.created_at_ms, each.id), reverse=True)
    ]


def test_dropped_ones_are_listed_when_asked_for(store: Store, live_view: LiveView) -> None:
    statuses: tuple[DeliveryStatus, ...] = ("DELIVERED", "PENDING", "FAILED", "DROPPED")
    stored = {status: notification(MINE, MIDNIGHT_MS, status) for status in statuses}
    with store.write() as session:
        session.notifications.add_all(stored.values())
    generated, _ = live_view.list_notifications(MINE, None, None, limit=10)
    dropped, _ = live_view.list_notifications(MINE, "DROPPED", None, limit=10)
    assert {shown.notification.status for shown in generated} == {"DELIVERED", "PENDING", "FAILED"}
    assert [shown.notification.id for shown in dropped] == [stored["DROPPED"].id]


def test_a_page_of_one_building_holds_no_other_ones(store: Store, live_view: LiveView) -> None:
    mine, theirs = notification(MINE, MIDNIGHT_MS), notification(THEIRS, MIDNIGHT_MS)
    other = replace(notification(MINE, MIDNIGHT_MS), building_id="other".ljust(24, "0"))
    with store.write() as session:
        session.notifications.add_all([mine, theirs, other])
        [building] = session.buildings.list_page(MINE, None, 10)
    page, after = live_view.list_notifications(MINE, None, None, 10, building.customer_building_id)
    assert [shown.notification.id for shown in page] == [mine.id]
    assert after is None
    with pytest.raises(Problem) as caught:
        live_view.list_notifications(MINE, None, None, 10, "no-such-home")
    assert caught.value.code == "not_found"


def test_a_page_of_one_status_names_the_rules(store: Store, live_view: LiveView) -> None:
    failed = notification(MINE, MIDNIGHT_MS, "FAILED", rule_name="Report")
    orphan = notification(MINE, MIDNIGHT_MS - DAY_MS, "FAILED", rule_name="Deleted")
    with store.write() as session:
        session.notifications.add_all([failed, orphan, notification(MINE, MIDNIGHT_MS)])
    page, after = live_view.list_notifications(MINE, "FAILED", None, limit=10)
    assert [(shown.notification.id, shown.rule_name) for shown in page] == [(failed.id, "Report"), (orphan.id, None)]
    assert after is None


def test_one_notification_comes_with_all_interactions(store: Store, live_view: LiveView) -> None:
    mine, theirs = notification(MINE, MIDNIGHT_MS), notification(THEIRS, MIDNIGHT_MS)
    viewed = Interaction(action_qualifier="VIEWED", occurred_at_ms=MIDNIGHT_MS + 1)
    opened = Interaction(action_qualifier="OPENAPP", occurred_at_ms=MIDNIGHT_MS + 2, user_id="anna")
    with store.write() as session:
        session.notifications.add_all([mine, theirs])
        session.notifications.add_interaction(MINE, mine.id, viewed)
        session.notifications.add_interaction(MINE, mine.id, opened)
    shown, interactions = live_view.get_notification(MINE, mine.id)
    assert (shown.notification.id, shown.rule_name) == (mine.id, "Surplus")
    assert interactions == [viewed, opened]
    with pytest.raises(Problem) as caught:
        live_view.get_notification(MINE, theirs.id)
    assert caught.value.code == "not_found"
