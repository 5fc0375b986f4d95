"""What another process changes before an event is seen by its evaluation; what is wrong with one rule harms no other."""

from dataclasses import replace as replaced

import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs
from tests.conformance.rules_corpus import BUILDING_ID, CUSTOMER_ID
from tests.conformance.rules_ways import RECEIVED_MS, columns_of, find_series, kind_of
from tests.unit.runtime.one_home import ALWAYS, Home, case_of

from hearth.domain.limits import HouseholdLimits, QuietHours
from hearth.engine.compiled import CompiledRule
from hearth.runtime import live as live_module
from hearth.runtime import rule_sets as rule_sets_module
from hearth.services.customers import Customers
from hearth.store import SqlStore
from hearth.testing.clocks import CountedIdentities, MovableClock

TWO_RULES = """
rule:
  name: Bad
  datasets: {P: {kind: SINGLE_VALUE, eventTypes: [POWER_CONSUMPTION]}}
  condition: $P >= 0
  message: $P
rule:
  name: Good
  datasets: {P: {kind: SINGLE_VALUE, eventTypes: [POWER_CONSUMPTION]}}
  condition: $P >= 0
  message: $P
"""


@pytest.fixture(autouse=True)
def _no_housekeeping(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_module, "_HOUSEKEEPING_SECONDS", 3600.0)


async def test_a_rule_changed_elsewhere_is_seen_by_the_next_event(store: SqlStore) -> None:
    home = Home(store)
    rule = home.case.rules[0]
    async with home.running() as driver:
        await home.send(driver, "10:00 POWER_CONSUMPTION 1")
        await driver.settle()
        with store.write() as session:
            session.rules.add_version(replace(rule, version=2, condition="$P > 10"))
            session.changes.add(CUSTOMER_ID, "rules")
        await home.send(driver, "10:01 every 1min POWER_CONSUMPTION 2 20")
        await driver.settle()
        with store.write() as session:
            session.rules.add_version(replace(rule, version=3, state="INACTIVE"))
            session.changes.add(CUSTOMER_ID, "rules")
        await home.send(driver, "10:03 POWER_CONSUMPTION 30")
    assert home.told() == ["10:00 sent 1", "10:02 sent 20"]


async def test_a_rule_changed_elsewhere_keeps_its_counters(sqlite_store: SqlStore) -> None:
    home = Home(sqlite_store, ALWAYS.replace("condition: $P >= 0", "condition: $P >= 0\n  matchThreshold: 3"))
    async with home.running() as driver:
        await home.send(driver, "10:00 every 1min POWER_CONSUMPTION 1 2")
        with sqlite_store.write() as session:
            session.rules.add_version(replace(home.case.rules[0], version=2, time_between_triggers_seconds=60))
            session.changes.add(CUSTOMER_ID, "rules")
        await home.send(driver, "10:02 POWER_CONSUMPTION 3")
    assert home.told() == ["10:02 sent 3"]


async def test_another_condition_begins_to_count_anew_and_remembers_the_last_notification(sqlite_store: SqlStore) -> None:
    rule = ALWAYS.replace("condition: $P >= 0", "condition: $P >= 0\n  matchThreshold: 3\n  timeBetweenNotifications: 10min")
    home = Home(sqlite_store, rule)
    async with home.running() as driver:
        await home.send(driver, "10:00 every 1min POWER_CONSUMPTION 1 2 3 4 5")
        await driver.settle()
        with sqlite_store.write() as session:
            session.rules.add_version(replace(home.case.rules[0], version=2, condition="$P > 0"))
            session.changes.add(CUSTOMER_ID, "rules")
        await home.send(driver, "10:05 every 1min POWER_CONSUMPTION 6 7 8")
        await home.send(driver, "10:13 every 1min POWER_CONSUMPTION 9 10 11")
    assert home.told() == ["10:02 sent 3", "10:07 dropped time_between", "10:15 sent 11"]


async def test_a_delivery_counts_also_when_its_rule_was_switched_off_meanwhile(sqlite_store: SqlStore) -> None:
    home = Home(sqlite_store)
    async with home.running() as driver:
        await home.send(driver, "10:00 POWER_CONSUMPTION 1")
        await driver.settle()
        with sqlite_store.write() as session:
            session.rules.add_version(replace(home.case.rules[0], version=2, state="INACTIVE"))
            session.changes.add(CUSTOMER_ID, "rules")
        await driver.count_deliveries()
        await driver.settle()
    assert home.delivered_counts() == [1]


async def test_a_building_changed_elsewhere_is_seen_by_the_next_event(store: SqlStore) -> None:
    home = Home(store)
    told_changes: list[str] = []
    async with home.running() as driver:
        driver.on_building_change(told_changes.append)
        await home.send(driver, "10:00 POWER_CONSUMPTION 1")
        await driver.settle()
        for number, deactivated_at_ms in enumerate([1, None], 1):
            with store.write() as session:
                session.buildings.replace(replace(home.case.building, deactivated_at_ms=deactivated_at_ms))
                session.changes.add(CUSTOMER_ID, "buildings", BUILDING_ID)
            await home.send(driver, f"10:0{number} POWER_CONSUMPTION {number + 1}")
            await driver.settle()
    assert home.told() == ["10:00 sent 1", "10:02 sent 3"]
    assert told_changes == [BUILDING_ID, BUILDING_ID]


async def test_limits_of_the_customer_changed_elsewhere_are_seen_by_the_next_event(store: SqlStore) -> None:
    home = Home(store)
    customers = Customers(store, MovableClock(), CountedIdentities())
    async with home.running() as driver:
        await home.send(driver, "10:00 POWER_CONSUMPTION 1")
        await driver.settle()
        customers.set_limits(CUSTOMER_ID, HouseholdLimits(most_per_day=2))
        await home.send(driver, "10:01 every 1min POWER_CONSUMPTION 2 3")
        await driver.settle()
        customers.set_limits(CUSTOMER_ID, HouseholdLimits(quiet_hours=QuietHours(start="10:00", end="11:00")))
        await home.send(driver, "10:10 POWER_CONSUMPTION 4")
        await driver.settle()
        with store.write() as session:
            none = HouseholdLimits(quiet_hours=QuietHours(start="00:00", end="00:00"))
            session.buildings.replace(replace(home.case.building, limits=none))
            session.changes.add(CUSTOMER_ID, "buildings", BUILDING_ID)
        await home.send(driver, "10:20 POWER_CONSUMPTION 5")
    assert home.told() == [
        "10:00 sent 1",
        "10:01 sent 2",
        "10:02 dropped household_cap",
        "10:10 dropped quiet_hours",
        "10:20 sent 5",
    ]


async def test_a_change_is_noticed_while_no_events_come(sqlite_store: SqlStore) -> None:
    home = Home(sqlite_store)
    told_changes: list[str] = []
    async with home.running() as driver:
        driver.on_building_change(told_changes.append)
        with sqlite_store.write() as session:
            session.changes.add(CUSTOMER_ID, "buildings", BUILDING_ID)
        await driver.notice_changes()
        # The evaluator takes it in its own turn, before any event.
        await home.send(driver, "10:00 POWER_CONSUMPTION 1")
        await driver.settle()
    assert told_changes == [BUILDING_ID]


async def test_a_late_event_of_an_erased_building_harms_nobody(store: SqlStore) -> None:
    home = Home(store)
    other = replace(home.case.building, id="d" * 24, customer_building_id="other")
    with store.write() as session:
        session.buildings.add(other)
        neighbour = session.series.find_or_add(CUSTOMER_ID, other.id, "POWER_CONSUMPTION", "meter", "GATEWAY", None)
    (event, late) = case_of(ALWAYS, "10:00 every 1min POWER_CONSUMPTION 1 2").inputs
    with capture_logs() as logs:
        async with home.running() as driver:
            await home.submit(driver, [event])
            await driver.settle()
            gone = find_series(store, event)
            with store.write() as session:
                session.buildings.erase(CUSTOMER_ID, BUILDING_ID)
                session.changes.add(CUSTOMER_ID, "buildings", BUILDING_ID)
            columns = columns_of([late, late], [gone.id, neighbour.id])
            await driver.submit(CUSTOMER_ID, kind_of([late]), columns, RECEIVED_MS)
            await driver.settle()
        async with home.running():
            pass
    assert home.told() == ["10:01 sent 2"]
    assert [line for line in logs if line["log_level"] == "error"] == []


async def test_a_rule_that_fails_is_contained(sqlite_store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    compile_rule = rule_sets_module.compile_rule

    def with_a_bug(rule, catalogue) -> CompiledRule:  # type: ignore[no-untyped-def]
        compiled = compile_rule(rule, catalogue)
        if rule.name != "Bad":
            return compiled

        def fails(*_: object) -> object:
            raise ZeroDivisionError("a bug of ours")

        return replaced(compiled, condition=replaced(compiled.condition, run=fails))

    monkeypatch.setattr(rule_sets_module, "compile_rule", with_a_bug)
    home = Home(sqlite_store, TWO_RULES)
    with capture_logs() as logs:
        async with home.running() as driver:
            await home.send(driver, "10:00 every 1min POWER_CONSUMPTION 1 2")
    assert home.told() == ["10:00 Good: sent 1", "10:01 Good: sent 2"]
    failures = [line for line in logs if line["event"] == "rule failed"]
    assert {line["rule_id"] for line in failures} == {home.case.rules[0].id}
    assert "a bug of ours" in failures[0]["error"]
    with sqlite_store.read() as session:
        (faults,) = session.rules.list_faults(CUSTOMER_ID)
    assert (faults.rule_id, faults.version, faults.faults) == (home.case.rules[0].id, 1, 2)
    assert (faults.last_at_ms - faults.first_at_ms, faults.error) == (60_000, "ZeroDivisionError: a bug of ours")


async def test_a_rule_that_does_not_compile_is_contained(sqlite_store: SqlStore) -> None:
    home = Home(sqlite_store, TWO_RULES)
    with sqlite_store.write() as session:
        session.rules.add_version(replace(home.case.rules[0], version=2, condition="AVG($Nothing"))
    with capture_logs() as logs:
        async with home.running() as driver:
            await home.send(driver, "10:00 POWER_CONSUMPTION 1")
    assert home.told() == ["10:00 Good: sent 1"]
    assert [line["rule_id"] for line in logs if line["event"] == "rule does not compile"] == [home.case.rules[0].id]


async def test_historical_events_trigger_nothing(sqlite_store: SqlStore) -> None:
    home = Home(sqlite_store)
    async with home.running() as driver:
        await home.send(driver, "historical 10:00 every 1min POWER_CONSUMPTION 1 2 3")
        await driver.settle()
        assert home.told() == []
        await home.send(driver, "10:05 POWER_CONSUMPTION 4")
    assert home.told() == ["10:05 sent 4"]
