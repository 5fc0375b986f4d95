"""LiveView: figures, pages and pulses of one customer, read from a real store."""

import pytest

from hearth.core.instants import HOUR_MS, MINUTE_MS, utc_day
from hearth.domain.buildings import Building
from hearth.domain.customers import Customer
from hearth.domain.endpoints import Endpoint
from hearth.domain.forecasts import Forecast
from hearth.domain.notifications import DeliveryStatus, Interaction, Notification
from hearth.domain.rules import Rule, RuleState
from hearth.insights.impact import Behaviour, Counts
from hearth.ports import MeasuredDay, RuleFaults, Store, Unmeasured
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


@pytest.mark.parametrize(("zone", "starts_at"), [("Europe/Zurich", 0), ("Asia/Kolkata", 30 * MINUTE_MS)])
def test_activity_has_whole_hours_and_days_of_the_customers_zone(
    store: Store, live_view: LiveView, clock: MovableClock, zone: str, starts_at: int
) -> None:
    customer = Customer(id=MINE, name="Mine", created_at_ms=0, time_zone_id=zone)
    first = live_view.activity(customer).hours[0].starts_at_ms // MINUTE_MS
    today, yesterday, before = clock.now_ms(), clock.now_ms() - 24 * HOUR_MS, clock.now_ms() - 14 * 24 * HOUR_MS
    with store.write() as session:
        received = {(MINE, first - 1): 1, (MINE, first): 2, (MINE, first + 59): 3, (MINE, first + 60): 4, (THEIRS, first): 5}
        session.events.count_minutes({**received, (MINE, today // MINUTE_MS): 6})
        session.notifications.add_all(
            [
                notification(MINE, today),
                notification(MINE, today - 1, "DROPPED"),
                notification(MINE, yesterday, "FAILED"),
                notification(MINE, before),
                notification(THEIRS, today),
            ]
        )
        session.events.count_minutes({(MINE, first - 26 * 60): 7})
    live_view.prune_for_operator()
    with store.read() as session:
        assert list(session.events.list_minutes(MINE, 0, first)) == [first - 1]
    activity = live_view.activity(customer)
    assert [each.events for each in activity.hours] == [5, 4, *[0] * 45, 6]
    assert {each.starts_at_ms % HOUR_MS for each in activity.hours} == {starts_at}
    nothing = {"DELIVERED": 0, "PENDING": 0, "FAILED": 0, "DROPPED": 0}
    assert [each.counts for each in activity.days] == [
        *[nothing] * 12,
        {**nothing, "FAILED": 1},
        {**nothing, "DELIVERED": 1, "DROPPED": 1},
    ]
    assert [activity.days[at].day.isoformat() for at in (0, -1)] == ["2025-12-19", "2026-01-01"]


def test_a_rule_that_nearly_all_ignore_needs_a_look(store: Store, live_view: LiveView, clock: MovableClock) -> None:
    now_ms = clock.now_ms()
    measured = {"Surplus": Counts(settled=100, ignored=99), "Report": Counts(settled=49, ignored=49)}
    told = Unmeasured("n", rule(MINE, "Surplus", "ACTIVE").id, MINE[::-1], now_ms, now_ms, now_ms, True)
    with store.write() as session:
        days = {
            MeasuredDay(rule(MINE, name, "ACTIVE").id, utc_day(now_ms)): (of, dict[str, Behaviour]())
            for name, of in measured.items()
        }
        session.impact.add_measured(MINE, told, days, {})
    assert live_view.standing(MINE).ignored_rules == [told.rule_id]
    assert live_view.standing(THEIRS).ignored_rules == []
    clock.advance(seconds=31 * 24 * 3_600)
    assert live_view.standing(MINE).ignored_rules == []


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


def test_what_may_need_a_look_is_of_one_customer(store: Store, live_view: LiveView, clock: MovableClock) -> None:
    now_ms = clock.now_ms()
    with store.write() as session:
        session.listed_buildings.note_last_events(MINE, {MINE[::-1]: now_ms - 40 * HOUR_MS})
        session.listed_buildings.note_last_events(THEIRS, {THEIRS[::-1]: now_ms})
        made = [notification(MINE, now_ms - number) for number in range(6)]
        session.notifications.add_all(made)
        for each in made[:3]:
            session.notifications.add_interaction(MINE, each.id, Interaction(action_qualifier="OPENAPP", occurred_at_ms=now_ms))
        fault = RuleFaults(rule(MINE, "Surplus", "ACTIVE").id, 1, 2, now_ms - 2, now_ms - 1, MINE[::-1], "KeyError")
        old = fault._replace(rule_id=rule(MINE, "Report", "DRAFT").id, first_at_ms=0, last_at_ms=now_ms - 25 * HOUR_MS)
        session.rules.note_faults(MINE, [fault, old])
        issued = Forecast(kind="GENERATION", issued_at_ms=now_ms - 4 * HOUR_MS, method="weather", hours=())
        session.forecasts.add(MINE, MINE[::-1], issued)
        url = "https://hooks.example.com/"
        off = Endpoint(customer_id=MINE, url=url, signing_secret_sealed="x", is_enabled=False, disabled_reason="gone")
        session.endpoints.replace(off)
    mine, theirs = live_view.standing(MINE), live_view.standing(THEIRS)
    assert (mine.buildings["SILENT"], mine.buildings.get("ACTIVE", 0)) == (1, 0)
    assert (mine.opened.count, mine.opened.of, mine.opened.share) == (3, 6, 0.5)
    assert mine.failing_rules == [fault.rule_id]
    assert [(each.fresh, each.stale) for each in mine.forecasts] == [(0, 0), (0, 1)]
    assert (mine.endpoint, theirs.endpoint) == ("OFF", "NONE")
    assert (theirs.buildings["ACTIVE"], theirs.opened.share, theirs.failing_rules) == (1, None, [])
    assert [(each.fresh, each.stale) for each in theirs.forecasts] == [(0, 0), (0, 0)]
