"""Measuring impact: what came of each delivered notification, once, three days after it was stored.

A context service. By then it is known whether it was ignored for 48 hours, also where it was held for a day, and late
readings of devices are there. What counts as a change is `insights.impact`'s to decide; here stands what is read for it.
Invariant: each notification is measured once, whatever is interrupted; its rule is looked up as it is by then.
"""

from collections.abc import Sequence

from hearth.core.clock import Clock
from hearth.core.instants import DAY_MS, utc_day, zone_named
from hearth.domain.buildings import Building
from hearth.domain.catalogue import Catalogue
from hearth.domain.events import Series
from hearth.domain.rules import Rule
from hearth.engine.buildings import selects
from hearth.insights.impact import (
    ALL_RULES,
    COMPARED_OVER_DAYS,
    IGNORED_AFTER_MS,
    NOTHING,
    REACTION_MS,
    Behaviour,
    Counts,
    StateSeries,
    Told,
    behaviour_after,
)
from hearth.ports import HomeRun, MeasuredDay, Session, Store, Unmeasured

SETTLED_AFTER_MS = 3 * DAY_MS
_AT_ONCE = 500
_MOST_TURNS = 20  # of a look, so that whoever stops it waits for seconds only
_BEFORE_MS = (COMPARED_OVER_DAYS + 1) * DAY_MS
_WEEK_BEGINS = 3  # the first of January 1970 was a Thursday


class ImpactMeasuring:
    """The service. It may begin anew at any time: how far it has come stands in the store."""

    def __init__(self, store: Store, catalogue: Catalogue, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._states = frozenset(name for name, each in catalogue.event_types.items() if each.quantity == "state")

    def look(self) -> int:
        """Measures what has come due, and returns how much."""
        with self._store.read() as session:
            customers = [each.id for each in session.customers.list_for_operator()]
        measured = 0
        for customer_id in customers:
            for _ in range(_MOST_TURNS):
                now = self._measure(customer_id)
                measured += now
                if now < _AT_ONCE:
                    break
        return measured

    def _measure(self, customer_id: str) -> int:
        until_ms = self._clock.now_ms() - SETTLED_AFTER_MS
        with self._store.read() as session:
            due = session.impact.list_unmeasured(customer_id, until_ms, IGNORED_AFTER_MS, _AT_ONCE)
            if not due:
                return 0
            rules = {rule.id: rule for rule in session.rules.list_of(customer_id)}
            by_building: dict[str, list[Unmeasured]] = {}
            for each in due:
                by_building.setdefault(each.building_id, []).append(each)
            homes = session.impact.read_homes(customer_id, sorted(by_building))
            behaviour: dict[str, dict[str, Behaviour]] = {}
            for building in session.buildings.list_by_id(customer_id, sorted(by_building)):
                behaviour |= self._behaviour(session, building, by_building[building.id], rules)
        days: dict[MeasuredDay, tuple[Counts, dict[str, Behaviour]]] = {}
        for each in due:
            for rule_id in (each.rule_id, ALL_RULES):
                counts = _count(each, rule_id, homes)
                of_types = behaviour.get(each.id, {}) if rule_id != ALL_RULES else {}
                day = MeasuredDay(rule_id, utc_day(each.created_at_ms))
                so_far, types_so_far = days.get(day, (NOTHING, {}))
                for event_type, one in of_types.items():
                    types_so_far[event_type] = types_so_far.get(event_type, Behaviour()).plus(one)
                days[day] = so_far.plus(counts), types_so_far
        with self._store.write(durable=False) as session:  # lost with the power, it is measured again
            session.impact.add_measured(customer_id, due[-1], days, homes)
        return len(due)

    def _behaviour(
        self, session: Session, building: Building, due: Sequence[Unmeasured], rules: dict[str, Rule]
    ) -> dict[str, dict[str, Behaviour]]:
        """By notification, what the devices of its home did after it."""
        zone, customer_id = zone_named(building.time_zone_id), building.customer_id
        series = [one for one in session.series.list_of(customer_id, [building.id]) if one.event_type in self._states]
        if not series:
            return {}
        instants = [each.delivered_at_ms for each in due]
        from_ms, to_ms = min(instants) - _BEFORE_MS, max(instants) + REACTION_MS
        ids = [one.id for one in series]
        points = session.events.read(customer_id, ids, from_ms, to_ms)
        before = session.events.latest(customer_id, ids, from_ms)
        states = {}
        for one in series:
            found, known = points.get(one.id), before.get(one.id)
            times, values = ([], []) if found is None else (found.times_ms, found.values)
            states[one.id] = StateSeries(one.event_type, times, values, None if known is None else known[1])
        told = session.impact.list_told(customer_id, building.id, from_ms, to_ms)
        return {
            each.id: behaviour_after(
                Told(each.rule_id, each.delivered_at_ms),
                zone,
                [states[one.id] for one in self._looked_at(rules.get(each.rule_id), series)],
                told,
            )
            for each in due
        }

    def _looked_at(self, rule: Rule | None, series: Sequence[Series]) -> list[Series]:
        """The states that the rule's own datasets name; all of the home where they name none."""
        of_states = [] if rule is None else [each for each in rule.datasets if self._states.intersection(each.event_types)]
        if not of_states:
            return list(series)
        return [one for one in series if any(selects(dataset, one) for dataset in of_states)]


def _count(each: Unmeasured, rule_id: str, homes: dict[tuple[str, str], HomeRun]) -> Counts:
    """What a notification adds; `homes` is brought up to it."""
    week = (utc_day(each.delivered_at_ms) + _WEEK_BEGINS) // 7
    run = homes.get((each.building_id, rule_id), HomeRun(0, -1))
    homes[each.building_id, rule_id] = HomeRun(run.ignored_in_a_row + 1 if each.is_ignored else 0, max(week, run.week))
    return NOTHING._replace(settled=1, ignored=int(each.is_ignored), home_weeks=int(week > run.week))
