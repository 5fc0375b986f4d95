"""The live driver ticks when the clock passes the instants of schedules: each once, whatever is restarted or fails between."""

import asyncio
from datetime import datetime

import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs
from tests.conformance.rules_corpus import CATALOGUE, CUSTOMER_ID
from tests.conformance.rules_ways import STATUSES, NoWake, compact
from tests.unit.runtime.one_home import Home, UnreliableStore, is_writer_thread

from hearth.core.instants import datetime_of_instant, instant_of_datetime
from hearth.core.problems import Problem
from hearth.domain.customers import Customer
from hearth.domain.events import LogKind
from hearth.engine.household import HOUSEHOLD
from hearth.engine.slots import decode_counters
from hearth.ports import Session, Store
from hearth.runtime import live as live_module
from hearth.runtime.live import LiveDriver
from hearth.store import SqlStore
from hearth.testing.clocks import MovableClock

HOURLY = """
rule:
  name: Hourly
  schedule: "0 * * * *"
  condition: now > startOfLastMonth
  streak: now > startOfLastMonth
  message: StreakCounter
"""
EACH_MORNING = """
rule:
  name: Morning
  schedule: "0 7 * * *"
  condition: now > startOfLastMonth
  message: now | 'HH:mm'
"""


@pytest.fixture(autouse=True)
def _brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_module, "_HOUSEKEEPING_SECONDS", 3600.0)
    monkeypatch.setattr(live_module, "_RETRY_SECONDS", 0.01)


def at(text: str) -> int:
    """A time of the corpus's day, in UTC."""
    return instant_of_datetime(datetime.fromisoformat(f"2026-03-10T{text}+00:00"))


class Scheduled(Home):
    """A home and its clock; the rules were saved when the clock shows `now`, as it does first."""

    def __init__(self, store: Store, rules: str, now: str) -> None:
        super().__init__(store, rules)
        self.clock = MovableClock(at(now))
        with store.write() as session:
            for rule in self.case.rules:
                session.rules.add_version(replace(rule, version=2, updated_at_ms=at(now)))
                session.changes.add(CUSTOMER_ID, "rules")

    def new_driver(self) -> LiveDriver:
        return LiveDriver(self.store, CATALOGUE, self.clock, NoWake())

    async def pass_to(self, driver: LiveDriver, *times: str) -> None:
        """The clock shows one time after the other, and the driver looks."""
        for each in times:
            self.clock.move_to(at(each))
            await driver.tick()
        await driver.settle()

    def add_buildings(self, *zones: str) -> list[str]:
        """Further buildings in these zones; their ids."""
        ids = []
        with self.store.write() as session:
            for number, zone in enumerate(zones):
                building_id = f"{number:024x}"
                building = replace(self.case.building, id=building_id, customer_building_id=f"other-{number}", time_zone_id=zone)
                session.buildings.add(building)
                session.changes.add(CUSTOMER_ID, "buildings", building_id)
                ids.append(building_id)
        return ids

    def told_each(self) -> list[tuple[str, str]]:
        """(building, UTC time) of all notifications, in the order of their sequences and the buildings' ids."""
        with self.store.read() as session:
            found = session.notifications.list_page(CUSTOMER_ID, None, STATUSES, None, 10_000)
        found.sort(key=lambda each: (each.trigger_sequence, each.building_id))
        return [(each.customer_building_id, f"{datetime_of_instant(each.created_at_ms):%H:%M}") for each in found]

    def ticks_in_log(self) -> list[str]:
        with self.store.read() as session:
            entries = session.events.list_entries_for_operator(0, 10_000)
        return [f"{datetime_of_instant(e.tick_ms):%H:%M}" for e in entries if e.kind is LogKind.TICK and e.tick_ms is not None]


async def test_a_tick_happens_once_however_often_the_driver_looks(store: SqlStore) -> None:
    home = Scheduled(store, HOURLY, "07:30")
    async with home.running() as driver:
        await home.pass_to(driver, "07:59", "08:00", "08:00", "08:01", "08:59", "09:00", "09:30")
        await asyncio.gather(driver.tick(), driver.tick())
    assert home.told() == ["08:00 sent 1", "09:00 sent 2"]
    assert home.ticks_in_log() == ["08:00", "09:00"]


async def test_nothing_ticks_for_what_is_not_scheduled(sqlite_store: SqlStore) -> None:
    home = Scheduled(sqlite_store, HOURLY, "07:30")
    with sqlite_store.write() as session:
        session.customers.add(Customer(id="d" * 24, name="Other", created_at_ms=0))
        session.rules.add_version(replace(home.case.rules[0], version=3, state="INACTIVE"))
        session.changes.add(CUSTOMER_ID, "rules")
    async with home.running() as driver:
        await home.pass_to(driver, "08:00", "09:00")
    assert home.ticks_in_log() == []


async def test_a_restart_between_two_ticks_loses_none_and_doubles_none(store: SqlStore) -> None:
    home = Scheduled(store, HOURLY, "07:30")
    for now in ("08:00", "08:00", "08:20", "09:10", "09:10", "10:00"):
        home.clock.move_to(at(now))
        async with home.running() as driver:
            await driver.tick()
        compact(store)  # the mark outlives the row of the log
    assert home.told() == ["08:00 sent 1", "09:00 sent 2", "10:00 sent 3"]


async def test_a_missed_tick_is_made_up_for_an_hour_and_an_older_one_is_told(store: SqlStore) -> None:
    home = Scheduled(store, HOURLY, "07:30")
    async with home.running() as driver:
        await home.pass_to(driver, "08:00")
    home.clock.move_to(at("12:00"))
    with capture_logs() as logs:
        async with home.running() as driver:
            await driver.tick()
    assert home.told() == ["08:00 sent 1", "11:00 sent 2", "12:00 sent 3"]
    told = [line for line in logs if line["event"] == "ticks missed for so long are not made up"]
    assert [(line["log_level"], line["customer_id"], line["first_ms"]) for line in told] == [
        ("warning", CUSTOMER_ID, at("09:00"))
    ]


async def test_ticks_that_were_stored_before_a_crash_are_evaluated_after_it(store: SqlStore) -> None:
    home = Scheduled(store, HOURLY, "07:30")
    unreliable = UnreliableStore(store)
    home.store = unreliable
    unreliable.fails = lambda session: session.engine.applied_sequence_for_operator() > 0
    driver = home.new_driver()
    await driver.start()
    home.clock.move_to(at("08:00"))
    await driver.tick()  # the fact is on disk, what comes of it is not
    assert home.ticks_in_log() == ["08:00"]
    assert home.told() == []
    for task in driver._tasks:
        task.cancel()
    unreliable.fails = lambda session: False
    async with home.running() as after:
        await home.pass_to(after, "08:10", "09:00")
    assert home.told() == ["08:00 sent 1", "09:00 sent 2"]


async def test_a_tick_that_cannot_be_stored_comes_due_again(store: SqlStore) -> None:
    unreliable = UnreliableStore(store)
    home = Scheduled(unreliable, HOURLY, "07:30")
    async with home.running() as driver:
        await home.pass_to(driver, "08:00")
        unreliable.fails = lambda session: is_writer_thread()
        home.clock.move_to(at("09:00"))
        with pytest.raises(Problem):
            await driver.tick()
        unreliable.fails = lambda session: False
        await driver.settle()
        await home.pass_to(driver, "09:01", "10:00")
    assert home.told() == ["08:00 sent 1", "09:00 sent 2", "10:00 sent 3"]


async def test_every_building_ticks_by_the_clock_of_its_own_zone_in_the_order_of_ids(store: SqlStore) -> None:
    home = Scheduled(store, EACH_MORNING, "00:00")
    home.add_buildings("Europe/Zurich", "Asia/Kathmandu", "Europe/Zurich")
    async with home.running() as driver:
        await home.pass_to(driver, "00:50", "01:30", "02:20", "03:10", "04:00", "04:50", "05:40", "06:30", "07:20", "08:10")
    # 07:00 is 01:15 UTC in Kathmandu, 06:00 in Zurich; the home itself keeps UTC.
    assert home.told_each() == [("other-1", "01:15"), ("other-0", "06:00"), ("other-2", "06:00"), ("home", "07:00")]
    assert home.ticks_in_log() == ["01:15", "06:00", "07:00"]


async def test_a_rule_saved_later_ticks_from_then_on(store: SqlStore) -> None:
    home = Scheduled(store, EACH_MORNING, "05:00")
    async with home.running() as driver:
        await home.pass_to(driver, "05:10")
        with store.write() as session:
            changed = replace(home.case.rules[0], version=3, time_based_cron="0,30 * * * *", updated_at_ms=at("05:10"))
            session.rules.add_version(changed)
            session.changes.add(CUSTOMER_ID, "rules")
        await home.pass_to(driver, "05:30")
        with store.write() as session:
            session.rules.add_version(replace(changed, version=4, time_based_cron="15 * * * *", updated_at_ms=at("05:31")))
            session.changes.add(CUSTOMER_ID, "rules")
        await home.pass_to(driver, "05:31")
    # Also by a driver that starts later: 05:15 was before the rule said so.
    async with home.running() as driver:
        await home.pass_to(driver, "06:00", "06:15")
    assert home.told() == ["05:30 sent 05:30", "06:15 sent 06:15"]


async def test_buildings_that_come_move_and_go(store: SqlStore) -> None:
    home = Scheduled(store, EACH_MORNING, "05:30")
    async with home.running() as driver:
        await home.pass_to(driver, "05:45")
        first, second = home.add_buildings("Europe/Zurich", "Europe/Zurich")
        await home.pass_to(driver, "06:10")
        with store.write() as session:
            (moved,) = session.buildings.list_by_id(CUSTOMER_ID, [first])
            session.buildings.replace(replace(moved, time_zone_id="Europe/London"))
            session.changes.add(CUSTOMER_ID, "buildings", first)
            session.buildings.erase(CUSTOMER_ID, second)
            session.changes.add(CUSTOMER_ID, "buildings", second)
        await home.pass_to(driver, "07:00")
    told = home.told_each()
    assert told == [("other-0", "06:00"), ("other-0", "07:00"), ("home", "07:00")]


async def test_a_clock_that_is_set_back_doubles_nothing_and_one_that_leaps_is_told(sqlite_store: SqlStore) -> None:
    home = Scheduled(sqlite_store, HOURLY, "07:30")
    with capture_logs() as logs:
        async with home.running() as driver:
            await home.pass_to(driver, "08:05", "07:10", "08:00", "08:10", "09:00")
            assert [line for line in logs if line["log_level"] == "warning"] == []
            await home.pass_to(driver, "14:30")
    assert home.told() == ["08:00 sent 1", "09:00 sent 2", "14:00 sent 3"]
    assert [line["first_ms"] for line in logs if line["log_level"] == "warning"] == [at("10:00")]


@pytest.mark.parametrize("restarts", [False, True], ids=["recovers", "restarts"])
async def test_a_tick_of_many_buildings_that_fails_half_way_goes_on_from_there(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch, restarts: bool
) -> None:
    monkeypatch.setattr(live_module, "_SLICE_BUILDINGS", 2)
    unreliable = UnreliableStore(store)
    home = Scheduled(unreliable, HOURLY, "07:30")
    home.add_buildings(*["UTC"] * 9)
    is_failing = True

    def fails(session: Session) -> bool:
        progress = session.engine.find_tick_progress(CUSTOMER_ID)
        is_far = progress is not None and progress.building_id > f"{4:024x}"
        return is_failing and (is_far or session.engine.applied_sequence_for_operator() > 0)

    unreliable.fails = fails
    driver = home.new_driver()
    await driver.start()
    home.clock.move_to(at("08:00"))
    await driver.tick()
    while not driver._is_broken:
        await driver._settled_once()
    assert [building for building, _ in home.told_each()] == [f"other-{number}" for number in range(4)]
    if restarts:
        for task in driver._tasks:
            task.cancel()
        home.store = store
        driver = home.new_driver()
        await driver.start()
    else:
        is_failing = False
    await driver.settle()
    await home.pass_to(driver, "09:00")
    await driver.stop()
    every = [*(f"other-{number}" for number in range(9)), "home"]
    assert home.told_each() == [(building, hour) for hour in ("08:00", "09:00") for building in every]
    with store.read() as session:
        states = session.engine.read_states(CUSTOMER_ID, [f"{number:024x}" for number in range(9)])
    assert [decode_counters(state).streak_count for key, state in states.items() if key.rule_id != HOUSEHOLD] == [2] * 9


async def test_what_housekeeping_stores_within_a_tick_is_not_done_again(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """The driver dies after housekeeping has stored what was decided of a part of the buildings."""
    monkeypatch.setattr(live_module, "_SLICE_BUILDINGS", 2)
    home = Scheduled(store, HOURLY, "07:30")
    home.add_buildings(*["UTC"] * 9)
    driver = home.new_driver()
    await driver.start()
    loads, hangs = 0, asyncio.Event()
    load = driver._load

    async def load_and_hang(*given: object) -> None:
        nonlocal loads
        loads += 1
        if loads == 3:
            driver._flush(with_progress=True)
            hangs.set()
            await asyncio.Event().wait()
        await load(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(driver, "_load", load_and_hang)
    home.clock.move_to(at("08:00"))
    await driver.tick()
    await hangs.wait()
    while driver._pending_decisions:
        await driver._settled_once()
    for task in driver._tasks:
        task.cancel()
    assert len(home.told_each()) == 4
    async with home.running() as after:
        await home.pass_to(after, "09:00")
    with store.read() as session:
        states = session.engine.read_states(CUSTOMER_ID, [f"{number:024x}" for number in range(9)])
    assert [decode_counters(state).streak_count for key, state in states.items() if key.rule_id != HOUSEHOLD] == [2] * 9
    assert len(home.told_each()) == 20


async def test_events_and_ticks_are_evaluated_in_the_order_of_the_log(store: SqlStore) -> None:
    home = Scheduled(
        store,
        """
rule:
  name: Sum
  schedule: "0 * * * *"
  datasets: {P: {kind: TIME_SERIES, eventTypes: [POWER_CONSUMPTION], timespan: 24h}}
  condition: COUNT($P) > 0
  message: SUM($P)
""",
        "07:30",
    )
    async with home.running() as driver:
        await home.send(driver, "07:40 POWER_CONSUMPTION 1")
        await home.pass_to(driver, "08:00")
        await home.send(driver, "07:50 POWER_CONSUMPTION 10")
        await home.pass_to(driver, "09:00")
    assert home.told() == ["08:00 sent 1", "09:00 sent 11"]
    with store.read() as session:
        kinds = [(entry.sequence, entry.kind) for entry in session.events.list_entries_for_operator(0, 10)]
    assert kinds == [(1, LogKind.LIVE), (2, LogKind.TICK), (3, LogKind.LIVE), (4, LogKind.TICK)]


def reads_of(driver: LiveDriver, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of what the driver's schedules read of the store from now on."""
    reads: list[str] = []

    def noted(name: str) -> None:
        real = getattr(driver._ticking, name)

        def read(*given: int) -> object:
            reads.append(name)
            return real(*given)

        monkeypatch.setattr(driver._ticking, name, read)

    noted("_read_all")
    noted("_read_since")
    return reads


async def test_schedules_are_read_again_only_when_something_changed(
    sqlite_store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Scheduled(sqlite_store, HOURLY, "07:30")
    async with home.running() as driver:
        reads = reads_of(driver, monkeypatch)
        await home.pass_to(driver, "07:40", "07:50", "08:00")
        await home.send(driver, "07:40 every 1min POWER_CONSUMPTION 1 2 3")
        await home.pass_to(driver, "08:10", "09:00")
        assert reads == ["_read_all"]
        home.add_buildings("UTC")
        await home.pass_to(driver, "09:10", "09:20")
        assert reads == ["_read_all", "_read_since"]


async def test_a_rule_whose_schedule_is_broken_harms_no_other(sqlite_store: SqlStore) -> None:
    home = Scheduled(sqlite_store, HOURLY + EACH_MORNING, "06:30")
    with sqlite_store.write() as session:
        session.rules.add_version(replace(home.case.rules[0], version=3, time_based_cron="0 25 * * *"))
        session.changes.add(CUSTOMER_ID, "rules")
    with capture_logs() as logs:
        async with home.running() as driver:
            await home.pass_to(driver, "07:00", "08:00")
    assert home.told() == ["07:00 Morning: sent 07:00"]
    assert {line["rule_id"] for line in logs if line["event"] == "rule does not compile"} == {home.case.rules[0].id}
