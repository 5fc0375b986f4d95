"""What a rule has done: notifications, goals, faults, and what each save did to its state; and `hearth rules show`."""

import json

import pytest
from msgspec.structs import replace
from tests.conformance.rules_corpus import CATALOGUE, CUSTOMER_ID, InteractedInput
from tests.conformance.rules_ways import interact
from tests.unit.runtime.one_home import Home
from typer.testing import CliRunner

from hearth.bootstrap import open_installation, read_settings
from hearth.cli.rules import app
from hearth.core.problems import Problem
from hearth.domain.rules import Dataset, Rule
from hearth.engine.versions import effects_of_save
from hearth.ports import RuleFaults
from hearth.runtime import live as live_module
from hearth.services.rule_reports import RuleReports
from hearth.services.simulations import Simulations
from hearth.store import SqlStore

PEAK = """
rule:
  name: Peak
  datasets: {P: {kind: SINGLE_VALUE, eventTypes: [POWER_CONSUMPTION]}}
  condition: $P > 1000
  goal: $P < 500
  message: $P
"""
P = Dataset(name="P", kind="TIME_SERIES", event_types=("POWER_CONSUMPTION",), timespan_seconds=900)
Q = replace(P, name="Q", event_types=("POWER_GENERATION",))
RULE = Rule(
    id="1" * 24, customer_id=CUSTOMER_ID, name="Peak", created_at_ms=0, state="ACTIVE", datasets=(P, Q), condition="AVG($P) > 1"
)


@pytest.fixture(autouse=True)
def _counts_when_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_module, "_HOUSEKEEPING_SECONDS", 3600.0)


async def lived(store: SqlStore) -> Home:
    """Three peaks: two are followed by little power after 10 and 20 minutes, one is still open."""
    home = Home(store, PEAK)
    async with home.running() as driver:
        for events in ("10:00", "11:00", "12:00"):
            await home.send(driver, f"{events} POWER_CONSUMPTION 1500")
            await driver.settle()
            await driver.count_deliveries()
            after = {"10:00": "10:10", "11:00": "11:20"}.get(events)
            if after is not None:
                await home.send(driver, f"{after} POWER_CONSUMPTION 100")
    return home


async def test_a_report_tells_notifications_goals_and_versions(store: SqlStore) -> None:
    home = await lived(store)
    with store.write() as session:
        rule = session.rules.find(CUSTOMER_ID, home.case.rules[0].id)
        assert rule is not None
        session.rules.add_version(replace(rule, version=2, condition="$P > 2000"))
        fault = RuleFaults(rule.id, 2, 3, 1_000, 2_000, home.case.building.id, "ZeroDivisionError: x")
        session.rules.note_faults(CUSTOMER_ID, [fault])
        session.rules.note_faults(
            CUSTOMER_ID, [fault._replace(faults=1, first_at_ms=3_000, last_at_ms=4_000, error="KeyError: y")]
        )
        session.rules.note_faults("d" * 24, [fault])  # another customer's
    report = RuleReports(store).report(CUSTOMER_ID, "Peak")
    assert report.notifications == {"DELIVERED": 3}
    goals = report.goals
    assert (goals.achieved, goals.missed, goals.is_open, goals.rate, goals.typical_ms) == (2, 0, 1, 1.0, 15 * 60_000)
    newest, first = report.versions
    assert first.effects == ("Switched on: its datasets were filled from stored events.",)
    assert newest.effects == (
        "Matches and streaks are counted anew, for the conditions are others. The number of deliveries went on.",
    )
    assert first.faults is None
    assert newest.faults == RuleFaults(rule.id, 2, 4, 1_000, 4_000, home.case.building.id, "KeyError: y")
    assert RuleReports(store).faults_of_newest(CUSTOMER_ID) == {rule.id: newest.faults}
    with pytest.raises(Problem):
        RuleReports(store).report("d" * 24, rule.id)


async def test_goals_survive_a_restart_and_are_erased_with_the_home(store: SqlStore) -> None:
    home = await lived(store)
    async with home.running() as driver:
        await home.send(driver, "12:30 POWER_CONSUMPTION 100")
    assert RuleReports(store).report(CUSTOMER_ID, "Peak").goals.achieved == 3
    with store.write() as session:
        session.buildings.erase(CUSTOMER_ID, home.case.building.id)
    assert RuleReports(store).report(CUSTOMER_ID, "Peak").goals.achieved == 0


@pytest.mark.parametrize("is_deleted", [False, True])
async def test_goals_of_a_rule_that_lost_its_condition_end_as_well(sqlite_store: SqlStore, is_deleted: bool) -> None:
    home = await lived(sqlite_store)
    rule = home.case.rules[0]
    with sqlite_store.write() as session:
        if is_deleted:
            session.rules.delete(CUSTOMER_ID, rule.id)
        else:
            session.rules.add_version(replace(rule, version=2, goal_achieved_condition=None))
        session.changes.add(CUSTOMER_ID, "rules")
    async with home.running() as driver:  # its clock shows a time long after the week
        await driver.tick()
        await driver.settle()
    with sqlite_store.read() as session:
        assert session.goals.count_by_state(CUSTOMER_ID) == {rule.id: {"ACHIEVED": 2, "ABANDONED": 1}}


async def test_what_a_household_did_while_the_rule_was_off_is_known_when_it_is_on_again(sqlite_store: SqlStore) -> None:
    home = Home(
        sqlite_store, PEAK.replace("goal: $P < 500", 'goal: DeliveredNotification::ActionQualifier = "VIEWED" AND $P < 500')
    )
    building = home.case.building
    async with home.running() as driver:
        await home.send(driver, "10:00 POWER_CONSUMPTION 1500")
        await driver.settle()
        await driver.count_deliveries()
        await driver.settle()
        for inactive in ((home.case.rules[0].id,), ()):
            with sqlite_store.write() as session:
                session.buildings.replace(replace(building, inactive_rules=inactive))
                session.changes.add(CUSTOMER_ID, "buildings", building.id)
            if inactive:
                interact(sqlite_store, InteractedInput(home.case.inputs[0].at_ms + 1, "VIEWED"))  # type: ignore[union-attr]
                await driver.count_deliveries()
                await driver.settle()
        await home.send(driver, "10:10 POWER_CONSUMPTION 100")
    assert RuleReports(sqlite_store).report(CUSTOMER_ID, "Peak").goals.achieved == 1


async def test_a_simulation_of_the_same_events_achieves_the_same(sqlite_store: SqlStore) -> None:
    home = await lived(sqlite_store)
    *_, simulated = Simulations(sqlite_store, CATALOGUE).simulate(CUSTOMER_ID, home.case.rules[0], "home", 0, None)
    took = sorted(goal.took_ms or 0 for goal in simulated.result.goals.values())  # type: ignore[union-attr]
    assert took == [0, 10 * 60_000, 20 * 60_000]


@pytest.mark.parametrize(
    ("changes", "effects"),
    [
        ({"name": "Top"}, []),
        ({"condition": "AVG($P) > 2"}, ["Matches and streaks are counted anew, for the conditions are others."]),
        ({"is_streak": True, "streak_condition": "AVG($Q) > 0"}, ["Matches and streaks are counted anew"]),
        ({"datasets": (replace(P, timespan_seconds=1800), Q)}, ["Filled anew from stored events: P. All other"]),
        ({"datasets": (P,)}, ["Gone: Q."]),
        ({"state": "INACTIVE"}, ["Switched off: counts are kept, open goals rest."]),
    ],
)
def test_what_a_save_does_is_said_in_words(changes: dict[str, object], effects: list[str]) -> None:
    said = effects_of_save(RULE, replace(RULE, version=2, **changes))
    assert len(said) == len(effects)
    assert all(one.startswith(start) for one, start in zip(said, effects, strict=True))


def test_counts_are_those_of_the_version_that_ran_last() -> None:
    off = replace(RULE, state="INACTIVE", condition="AVG($P) > 9")
    anew, same = replace(off, state="ACTIVE"), RULE
    assert any("counted anew" in said for said in effects_of_save(off, anew, RULE))
    assert not any("counted anew" in said for said in effects_of_save(off, same, RULE))


def test_what_a_save_does_to_goals() -> None:
    with_goal = replace(RULE, goal_achieved_condition="AVG($P) < 1")
    assert effects_of_save(RULE, with_goal) == []
    assert effects_of_save(with_goal, RULE) == ["Open goals rest, for there is no goal condition any more."]
    other = replace(with_goal, goal_achieved_condition="AVG($P) < 2")
    assert effects_of_save(with_goal, other) == ["Open goals are looked at under the new goal condition."]
    assert effects_of_save(None, replace(RULE, state="DRAFT")) == []


def test_the_command_shows_a_rule(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEARTH_DATA_DIR", str(tmp_path))
    with open_installation(read_settings()) as installation:
        customer = installation.customers.create("Sunny Homes")
        rule = replace(RULE, customer_id=customer.id, goal_achieved_condition="AVG($P) < 1")
        with installation.store.write() as session:
            session.rules.add_version(rule)
            session.rules.note_faults(customer.id, [RuleFaults(rule.id, 1, 2, 1_000, 2_000, None, "ZeroDivisionError: x")])
    shown = CliRunner().invoke(app, ["show", "Peak"])
    assert shown.exit_code == 0
    assert "none yet" in shown.output
    assert "goal           nothing known yet (0 open)" in shown.output
    assert "failed 2 times, last at 1970-01-01T00:00:02+00:00: ZeroDivisionError: x" in shown.output
    answer = json.loads(CliRunner().invoke(app, ["show", rule.id, "--json"]).output)
    assert answer["goals"] == {"achieved": 0, "missed": 0, "open": 0, "abandoned": 0, "rate": None, "typicalSeconds": None}
    assert answer["versions"][0]["faults"]["count"] == 2
    listed = CliRunner().invoke(app, ["list", "--customer", customer.id])
    assert "Peak failed 2 times" in listed.output
