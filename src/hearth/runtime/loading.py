"""Building up the engine's state from storage: rules, counters, open goals, and the windows' events.

Invariant: a state loaded for sequence S equals the state that had seen every entry before S. The store
gives each series merged and settled, so windows need no replay.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from hearth.domain.buildings import Building
from hearth.domain.events import NO_FORECAST_MS, Series
from hearth.domain.goals import Goal
from hearth.engine.buffers import LOOK_BACK_MS, SeriesBuffer
from hearth.engine.buildings import BuildingState
from hearth.engine.household import HOUSEHOLD, HouseholdCounters, decode_household, household_of
from hearth.engine.slots import Counters, Evaluation, decode_counters
from hearth.ports import Session
from hearth.runtime.peering import PublishedPeers, peer_datasets
from hearth.runtime.rule_sets import RuleSets

_END_OF_TIME_MS = 2**62


@dataclass
class LoadedBuildings:
    """The states the driver holds: by building, and each buffer by its series."""

    buildings: dict[str, BuildingState] = field(default_factory=dict)
    buffers: dict[int, SeriesBuffer[Evaluation]] = field(default_factory=dict)

    def add(self, state: BuildingState) -> None:
        """Holds a state."""
        self.buildings[state.building.id] = state
        self.buffers.update(state.buffers)

    def add_series(self, series: Series) -> None:
        """Holds the buffer of a series that is new in a loaded building."""
        self.buffers[series.id] = self.buildings[series.building_id].add_series(series)

    def with_open_goals(self, customer_id: str) -> set[str]:
        """The ids of the customer's loaded buildings in which a goal is open."""
        return {
            building_id
            for building_id, state in self.buildings.items()
            if state.building.customer_id == customer_id and state.has_open_goals
        }

    def forget(self, building_id: str) -> None:
        """Drops a state; the next event of the building loads it anew."""
        state = self.buildings.pop(building_id, None)
        if state is not None:
            for series_id in state.buffers:
                self.buffers.pop(series_id, None)

    def forget_customer(self, customer_id: str) -> None:
        """Drops all states of a customer."""
        for building_id in [b for b, state in self.buildings.items() if state.building.customer_id == customer_id]:
            self.forget(building_id)


def load_buildings(
    session: Session,
    rule_sets: RuleSets,
    customer_id: str,
    building_ids: Sequence[str],
    before_sequence: int | None,
    published: PublishedPeers | None = None,
) -> list[BuildingState]:
    """States of some buildings of one customer as they were before `before_sequence`; other homes are as published."""
    rules = rule_sets.active(session, customer_id)
    published = published or PublishedPeers()
    if not published.knows(customer_id) and peer_datasets(rules):
        published.read(session, customer_id)
    counters: dict[str, dict[str, Counters]] = defaultdict(dict)
    households: dict[str, HouseholdCounters] = {}
    for key, stored in session.engine.read_states(customer_id, building_ids).items():
        if key.rule_id == HOUSEHOLD:
            households[key.building_id] = decode_household(stored)
        else:
            counters[key.building_id][key.rule_id] = decode_counters(stored)
    customer = session.customers.find(customer_id)
    defaults = None if customer is None else customer.limits
    series: dict[str, list[Series]] = defaultdict(list)
    for each in session.series.list_of(customer_id, building_ids):
        series[each.building_id].append(each)
    goals: dict[str, list[Goal]] = defaultdict(list)
    for goal in session.goals.list_open(customer_id, building_ids):
        goals[goal.building_id].append(goal)
    profiles = session.household_profiles.list_of(customer_id, building_ids)
    buildings: list[Building] = session.buildings.list_by_id(customer_id, building_ids)
    states = [
        BuildingState(
            building,
            rules,
            counters[building.id],
            series[building.id],
            household_of(building, defaults, households.get(building.id)),
            goals[building.id],
            published.of(customer_id),
            profiles.get(building.id),
        )
        for building in buildings
    ]
    _fill(session, customer_id, states, before_sequence)
    return states


def _fill(session: Session, customer_id: str, states: Iterable[BuildingState], before_sequence: int | None) -> None:
    """Reads into each buffer what its views need, counted back from the series' newest event."""
    buffers = [buffer for state in states for buffer in state.buffers.values() if buffer.keep_ms >= 0]
    newest = session.events.latest(customer_id, [b.series.id for b in buffers], _END_OF_TIME_MS, before_sequence)
    by_stretch: dict[tuple[int, int], list[SeriesBuffer[Evaluation]]] = defaultdict(list)
    for buffer in buffers:
        if buffer.series.id in newest:
            newest_ms = newest[buffer.series.id][0]
            by_stretch[newest_ms - buffer.keep_ms - LOOK_BACK_MS, newest_ms].append(buffer)
    for (from_ms, to_ms), together in by_stretch.items():
        points = session.events.read(customer_id, [b.series.id for b in together], from_ms, to_ms, before_sequence)
        for buffer in together:
            read = points[buffer.series.id]
            buffer.fill(read.times_ms, read.values, read.forecast_ms)
    older = [buffer for buffer in buffers if buffer.keeps_latest and buffer.times_ms]
    for buffer in older:
        reach_ms = buffer.last_ms - buffer.keep_ms - LOOK_BACK_MS
        before = session.events.latest(customer_id, [buffer.series.id], reach_ms, before_sequence)
        if buffer.series.id in before:
            time_ms, value = before[buffer.series.id]
            forecast_ms = NO_FORECAST_MS
            if buffer.forecast_ms is not None:
                one = session.events.read(customer_id, [buffer.series.id], time_ms - 1, time_ms, before_sequence)
                forecasts = one[buffer.series.id].forecast_ms
                forecast_ms = forecasts[0] if forecasts is not None else NO_FORECAST_MS
            buffer.insert(time_ms, value, forecast_ms)
