"""The simulator comes to what the live driver came to, over the same ordered events: the rule corpus, and ten real homes."""

import asyncio
from array import array
from collections import Counter
from collections.abc import Iterable
from itertools import zip_longest
from pathlib import Path

import pytest
from msgspec.json import encode
from msgspec.structs import replace
from tests.conformance.rules_corpus import CATALOGUE, CUSTOMER_ID, Case, ClockInput, DeliveredInput, EventInput, cases, shown
from tests.conformance.rules_ways import RECEIVED_MS, NoWake, live, set_up, stored
from tests.parity.metered_year import ZONE, Sent, year_of
from tests.running import RULES

from hearth.domain.buildings import Building
from hearth.domain.customers import Customer
from hearth.domain.events import EventColumns, LogKind
from hearth.domain.goals import Goal
from hearth.domain.notifications import Notification
from hearth.domain.rules import Rule
from hearth.engine.buildings import is_in_force
from hearth.engine.compiled import compile_rule
from hearth.runtime import live as live_module
from hearth.runtime.live import LiveDriver
from hearth.services.rule_files import read_files
from hearth.services.simulations import Simulated, Simulations
from hearth.store import SqlStore
from hearth.testing.clocks import MovableClock

_END_MS = 4_000_000_000_000
_STATUSES = ("PENDING", "DELIVERED", "FAILED", "DROPPED")


def ordered(case: Case) -> bool:
    """Whether a case is of what a simulation knows: events in the order of time, of rules in force, each sent once.

    Where the clock passes, it goes on from its beginning, and no event comes for a time that has passed.
    """
    is_simple = all(isinstance(each, (EventInput, ClockInput)) for each in case.inputs)
    if not (is_simple if case.goals is None else delivered_at_once(case)):
        return False
    if not all(is_in_force(compile_rule(rule, CATALOGUE), case.building) for rule in case.rules):
        return False
    if len(case.rules) > 1 and case.building.limits.most_per_day is not None:
        return False  # a rule is simulated alone, and others take of the day's number
    inputs = [each for each in case.inputs if isinstance(each, (EventInput, ClockInput))]
    times = [each.at_ms for each in inputs if not (isinstance(each, ClockInput) and each is case.inputs[0])]
    jumps = [each for each in case.inputs[1:] if isinstance(each, ClockInput) and not each.passes]
    is_live = not any(isinstance(each, EventInput) and each.is_historical for each in case.inputs)
    # Of one instant, the order of arrival is not stored.
    return is_live and not jumps and len(set(times)) == len(times) and times == sorted(times)


def delivered_at_once(case: Case) -> bool:
    """Whether each notification is delivered before the next event, as in a simulation."""
    if not all(isinstance(each, (EventInput, ClockInput, DeliveredInput)) for each in case.inputs):
        return False
    sent = {line.split()[0] for line, _ in case.expected if " sent " in line}
    return all(
        isinstance(following, DeliveredInput)
        for each, following in zip_longest(case.inputs, case.inputs[1:])
        if not isinstance(each, DeliveredInput) and shown(each.at_ms) in sent
    )


def ended(goals: Iterable[Goal]) -> list[tuple[object, ...]]:
    """What became of goals, by the time of their notifications."""
    return sorted((goal.created_at_ms, goal.since_ms, goal.state, goal.ended_at_ms) for goal in goals)


def range_of(case: Case, rule: Rule) -> tuple[int, int]:
    """All events of a rule that is evaluated by events; else from after the clock's beginning to its end."""
    clocks = [each.at_ms for each in case.inputs if isinstance(each, ClockInput)]
    if rule.goal_achieved_condition:
        return 0, max(each.at_ms for each in case.inputs if isinstance(each, (EventInput, ClockInput))) + 1
    return (clocks[0] + 1, clocks[-1] + 1) if rule.is_time_based else (0, _END_MS)


CASES = [case for case in cases() if ordered(case)]


def said(notification: Notification) -> object:
    """All of a notification but what tells when it reached a store, and how many had reached the household by then."""
    return replace(
        notification,
        id="",
        trigger_sequence=0,
        stored_at_ms=0,
        status="DROPPED" if notification.drop_reason else "PENDING",
        trace={key: value for key, value in notification.trace.items() if key != "delivered_count"},
    )


def simulated(store: SqlStore, rule: object, building: str, from_ms: int | None, to_ms: int | None) -> Simulated:
    *_, answer = Simulations(store, CATALOGUE).simulate(CUSTOMER_ID, rule, building, from_ms, to_ms)  # type: ignore[arg-type]
    assert isinstance(answer, Simulated)
    return answer


def together(answer: Simulated) -> list[object]:
    both = [*answer.result.notifications, *answer.result.dropped]
    return [said(each) for each in sorted(both, key=lambda each: each.trigger_sequence)]


def test_most_cases_of_the_corpus_can_be_simulated() -> None:
    assert len(CASES) >= 35
    assert sum(case.goals is not None for case in CASES) >= 15
    assert any(isinstance(each, DeliveredInput) for case in cases() for each in case.inputs), "others cannot"


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.name} {case.title}")
def test_a_case_of_the_corpus_simulated(case: Case, sqlite_store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_module, "_HOUSEKEEPING_SECONDS", 3600.0)
    asyncio.run(live(case, sqlite_store, 3))
    everything = stored(sqlite_store, case)
    came = everything.notifications
    for rule in case.rules:
        if rule.state != "ACTIVE":
            continue
        answer = simulated(sqlite_store, rule, "home", *range_of(case, rule))
        assert together(answer) == [said(each) for each in came if each.rule_id == rule.id]
        assert answer.result.faults == []
        assert ended(answer.result.goals.values()) == ended(goal for goal in everything.goals if goal.rule_id == rule.id)
        # A backtest only counts what was held back.
        *_, [[run]] = Simulations(sqlite_store, CATALOGUE).backtest(CUSTOMER_ID, [rule], *range_of(case, rule), None)
        assert run.sent_ms == [each.created_at_ms for each in answer.result.notifications]
        assert run.dropped == Counter(each.drop_reason for each in answer.result.dropped)


# Of the predefined rules, those for which a metered home has events.
SPEAKING = {
    "Always-on consumption above usual",
    "Daily energy report",
    "Monthly energy report",
    "Self-sufficiency streak",
    "Typical high consumption hours",
    "Weekly energy report",
}


@pytest.mark.parametrize("home", range(1, 11))
def test_a_real_home_over_a_year_live_and_simulated(home: int, sqlite_store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """All predefined rules, byte for byte."""
    monkeypatch.setattr(live_module, "_HOUSEKEEPING_SECONDS", 3600.0)
    year = year_of(home)
    files = [(path.name, path.read_text(encoding="utf-8")) for path in sorted(Path(RULES).glob("*.yaml"))]
    drafts, _ = read_files(files, CATALOGUE, ["en", "de", "fr"])
    assert not any(draft.is_time_based for draft in drafts), "a schedule needs a clock that passes"
    rules = [
        replace(draft, id=f"{number:024x}", customer_id=CUSTOMER_ID, version=1, state="ACTIVE")
        for number, draft in enumerate(drafts, 1)
    ]
    building = Building(
        id="b" * 24,
        customer_id=CUSTOMER_ID,
        customer_building_id="home",
        time_zone_id=ZONE.key,
        registration_at_ms=0,
        activation_at_ms=0,
    )
    asyncio.run(_lived(year, sqlite_store, building, rules))
    with sqlite_store.read() as session:
        came = session.notifications.list_page(CUSTOMER_ID, None, _STATUSES, None, 1_000_000)
    came = sorted(came, key=lambda each: each.trigger_sequence)
    names = {rule.id: rule.name for rule in rules}
    assert {names[each.rule_id] for each in came if each.drop_reason is None} >= SPEAKING
    for rule in rules:
        answer = simulated(sqlite_store, rule, "home", 0, _END_MS)
        heard = [said(each) for each in came if each.rule_id == rule.id]
        assert [encode(each) for each in together(answer)] == [encode(each) for each in heard], rule.name


async def _lived(year: list[Sent], store: SqlStore, building: Building, rules: list[Rule]) -> None:
    """A year of a home, live, in batches of about a day."""
    with store.write() as session:
        session.customers.add(Customer(id=CUSTOMER_ID, name="Customer", created_at_ms=0))
        session.buildings.add(building)
        for rule in rules:
            session.rules.add_version(rule)
        ids = {
            kind: session.series.find_or_add(CUSTOMER_ID, building.id, kind, source.lower(), source, None).id
            for kind, source in dict.fromkeys((each.type, each.source) for each in year)
        }
    driver = LiveDriver(store, CATALOGUE, MovableClock(RECEIVED_MS), NoWake())
    await driver.start()
    for start in range(0, len(year), 50):
        day = year[start : start + 50]
        columns = EventColumns(
            series_ids=array("i", [ids[each.type] for each in day]),
            times_ms=array("q", [each.at_ms for each in day]),
            values=array("d", [each.value for each in day]),
        )
        await driver.submit(CUSTOMER_ID, LogKind.LIVE, columns, RECEIVED_MS)
    await driver.settle()
    await driver.stop()


def test_a_simulation_says_what_speaks_against_the_rule_today(sqlite_store: SqlStore) -> None:
    case = next(case for case in CASES if len(case.rules) == 1)
    case.building = replace(case.building, deactivated_at_ms=1)
    set_up(sqlite_store, case)
    rule = replace(case.rules[0], state="DRAFT", is_restricted_to_early_adopters=True)
    answer = simulated(sqlite_store, rule, "home", 0, 1)
    assert len(answer.notes) == 3
    assert (answer.result.evaluations, answer.result.notifications) == (0, [])
