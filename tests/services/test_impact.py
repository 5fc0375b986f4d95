"""Impact over the real store: counted with each change, measured once when two days have shown what came of it."""

from datetime import date
from importlib.resources import files

import pytest
from msgspec.structs import replace
from tests.contracts.store_contents import entry
from tests.services.test_deliveries import OK
from tests.services.test_stop_delivery import RULE, A, Homes

from hearth.core.instants import DAY_MS, HOUR_MS, MINUTE_MS
from hearth.core.problems import Problem
from hearth.domain.catalogue import read_catalogue
from hearth.domain.goals import Goal
from hearth.domain.rules import Dataset, Rule
from hearth.insights.impact import Behaviour, Counts
from hearth.services.impact import Impacts
from hearth.services.impact_measuring import SETTLED_AFTER_MS, ImpactMeasuring

CATALOGUE = read_catalogue((files("hearth.domain") / "catalogue.toml").read_text(encoding="utf-8"))
START_MS = 1_750_000_000_000  # a Sunday, 15 June 2025


class Measured(Homes):
    """Homes whose customer fetches notifications: each is delivered when it is made."""

    def __init__(self, store) -> None:
        super().__init__(store)
        self.impacts = Impacts(store, self.clock)
        self.measuring = ImpactMeasuring(store, CATALOGUE, self.clock)
        self._entries = 0

    def add_rule(self, rule_id: str = RULE, name: str = "Charge", tags=("solar",), event_type: str = "CHARGING_MODE") -> None:
        with self.store.write() as session:
            session.rules.add_version(
                Rule(
                    id=rule_id,
                    customer_id=A,
                    name=name,
                    created_at_ms=START_MS,
                    tags=tags,
                    datasets=(Dataset(name="d", kind="SINGLE_VALUE", event_types=(event_type,)),),
                )
            )

    def switch(self, event_type: str, device: str, *instants_ms: int) -> None:
        """A device of the home whose state is another at each instant."""
        with self.store.write() as session:
            home = session.buildings.find(A, "home")
            series = session.series.find_or_add(A, home.id, event_type, device, "CAR_CHARGER", None)
            self._entries += 1
            events = [(series.id, at_ms, float(number)) for number, at_ms in enumerate(sorted(instants_ms))]
            session.events.append([entry("a", self._entries, events)])

    def total(self) -> Counts:
        span = date(2025, 1, 1), date(2025, 12, 31)
        return self.impacts.of_rule(A, RULE, *span)[1].impact.counts

    def counted(self) -> dict[str, Counts]:
        with self.store.read() as session:
            return session.impact.sum_days(A, None, 0, 100_000)


@pytest.fixture
def homes(store):
    return Measured(store)


def test_what_is_done_is_counted_with_it_and_never_twice(homes):
    homes.add_home()
    homes.add_rule()
    ids = [homes.notify(A, "home") for _ in range(4)]
    assert homes.total() == Counts(pending=4)
    for _ in ids[:3]:
        for delivery in homes.lease():
            homes.settle(delivery, OK)
    assert homes.total() == Counts(pending=1, delivered=3)
    for kind in ("VIEWED", "VIEWED", "OPENAPP"):
        homes.do(ids[0], kind)
    homes.do(ids[3], "VIEWED")  # the app was quicker than the answer of its cloud
    assert homes.total() == Counts(pending=1, delivered=3, opened=1, acted=1)
    homes.do(ids[1], "STOPDELIVERY")
    assert homes.total() == Counts(delivered=3, opened=1, acted=1, opted_out=1, dropped_switched_off=1)
    with homes.store.write() as session:  # a replay
        session.notifications.add_all([session.notifications.find(A, each) for each in ids])
    assert homes.total() == Counts(delivered=3, opened=1, acted=1, opted_out=1, dropped_switched_off=1)


def test_what_came_of_it_is_measured_once_after_three_days(homes):
    homes.add_home(url=None)
    homes.add_rule()
    homes.switch("CHARGING_MODE", "box", START_MS - 40 * DAY_MS, START_MS + 5 * MINUTE_MS)
    homes.switch("SWITCH_STATE", "plug", START_MS - 40 * DAY_MS, START_MS + MINUTE_MS)  # no concern of the rule's
    first, second = homes.notify(A, "home"), homes.notify(A, "flat")
    homes.clock.at_ms += 49 * HOUR_MS
    homes.do(second, "VIEWED")  # too late
    homes.clock.at_ms = START_MS + SETTLED_AFTER_MS - 1
    assert homes.measuring.look() == 0
    homes.clock.at_ms += 1
    assert homes.measuring.look() == 2
    assert homes.measuring.look() == 0
    expected = Counts(delivered=2, opened=1, settled=2, ignored=2, home_weeks=2)
    assert homes.total() == expected
    with homes.store.read() as session:
        assert session.impact.sum_behaviour(A, None, 0, 100_000) == {
            RULE: {"": Behaviour(1, 1, 0.0), "CHARGING_MODE": Behaviour(1, 1, 0.0)}
        }
        assert session.notifications.find(A, first).status == "DELIVERED"
    assert homes.counted()["*"] == Counts(settled=2, ignored=2, home_weeks=2)
    again = ImpactMeasuring(homes.store, CATALOGUE, homes.clock)  # another process, after a restart
    assert again.look() == 0


def test_homes_that_ignore_many_in_a_row_are_counted_until_they_answer(homes):
    homes.add_home(url=None)
    homes.add_rule()
    ids = []
    for _ in range(6):
        ids.append(homes.notify(A, "home"))
        homes.clock.at_ms += DAY_MS
    homes.clock.at_ms += SETTLED_AFTER_MS
    assert homes.measuring.look() == 6
    figures = homes.impacts.of_rules(A, (), None, None)
    assert figures.rules[0].impact.homes_ignoring == 1
    assert figures.total.homes_ignoring == 1
    assert figures.tags["solar"].homes_ignoring is None
    # Sunday, then Monday to Friday: two weeks in which the home heard of it.
    assert figures.rules[0].impact.per_home_and_week == figures.total.per_home_and_week == 3.0
    answered = homes.notify(A, "home")
    homes.do(answered, "DISMISS")
    homes.clock.at_ms += SETTLED_AFTER_MS
    assert homes.measuring.look() == 1
    assert homes.impacts.of_rules(A, (), None, None).total.homes_ignoring == 0
    with homes.store.write() as session:
        session.buildings.erase(A, session.buildings.find(A, "home").id)
    assert homes.total().delivered == 7, "counts name nobody, and stay"


def test_goals_are_counted_when_they_end_and_once(homes):
    homes.add_home(url=None)
    homes.add_rule()
    first, second = homes.notify(A, "home"), homes.notify(A, "flat")
    with homes.store.read() as session:
        notes = {each: session.notifications.find(A, each) for each in (first, second)}
    open_ones = [
        Goal(
            notification_id=each.id,
            customer_id=A,
            rule_id=RULE,
            building_id=each.building_id,
            created_at_ms=each.created_at_ms,
            since_ms=each.created_at_ms,
        )
        for each in notes.values()
    ]
    achieved = replace(open_ones[0], state="ACHIEVED", ended_at_ms=homes.clock.at_ms + HOUR_MS)
    for goals in (open_ones, [achieved], [achieved, replace(open_ones[1], state="MISSED")]):  # the second is a replay
        with homes.store.write() as session:
            session.goals.replace_all(A, goals)
    assert homes.total() == Counts(delivered=2, goals_achieved=1, goals_missed=1)


def test_a_failing_transaction_measures_nothing_and_is_made_up_for(homes, monkeypatch):
    homes.add_home(url=None)
    homes.add_rule()
    homes.notify(A, "home")
    homes.clock.at_ms += SETTLED_AFTER_MS
    with monkeypatch.context() as patched:
        patched.setattr("hearth.store.impact.SqlImpactRepository._add_behaviour", _die)
        with pytest.raises(ConnectionError):
            homes.measuring.look()
    assert homes.total().settled == 0
    assert homes.measuring.look() == 1
    assert homes.total() == Counts(delivered=1, settled=1, ignored=1, home_weeks=1)


def _die(*_arguments) -> None:
    raise ConnectionError


def test_a_span_and_tags_choose_and_what_is_asked_wrong_is_said(homes):
    homes.add_home(url=None)
    homes.add_rule()
    homes.add_rule("s" * 24, "Rest", ("night", "solar"))
    first = homes.notify(A, "home")
    homes.rewrite(first, rule_id="s" * 24)
    homes.clock.at_ms += 40 * DAY_MS
    homes.notify(A, "home")
    every = homes.impacts.of_rules(A, (), date(2025, 6, 1), date(2025, 7, 31))
    assert [each.rule.name for each in every.rules] == ["Charge", "Rest"]
    assert {tag: each.counts.delivered for tag, each in every.tags.items()} == {"night": 1, "solar": 3}
    assert every.total.counts.delivered == 3
    asked = homes.impacts.of_rules(A, ("night",), None, None)
    assert [each.rule.name for each in asked.rules] == ["Rest"]
    assert set(asked.tags) == {"night"}
    june = homes.impacts.of_rule(A, "Charge", date(2025, 6, 15), date(2025, 6, 15))[1].impact
    assert june.counts.delivered == 1
    for first_day, last_day in ((date(2025, 2, 1), date(2025, 1, 1)), (date(2024, 1, 1), date(2025, 1, 1))):
        with pytest.raises(Problem, match="a year"):
            homes.impacts.of_rules(A, (), first_day, last_day)
    with pytest.raises(Problem) as unknown:
        homes.impacts.of_rule(A, "f" * 24, None, None)
    assert unknown.value.code == "not_found"
    with pytest.raises(Problem):
        homes.impacts.of_rule("b" * 24, RULE, None, None)
