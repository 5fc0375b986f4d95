"""BuildingState: everything the engine holds of one building, and how series, views and rules are joined.

A series known to the building is one buffer; each rule that selects it gets a view, shared with every
other rule that asks for the same span. What a buffer must keep follows from its views. The state is
built from stored facts (building, rules, counters, goals, series) and is thrown away when rules or building change.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from hearth.core.instants import SECOND_MS, zone_named
from hearth.domain.buildings import Building
from hearth.domain.events import Series
from hearth.domain.goals import Goal
from hearth.domain.profiles import HouseholdProfile, likeness_of
from hearth.domain.rules import Dataset
from hearth.engine.buffers import NEVER_MS, SeriesBuffer
from hearth.engine.compiled import CompiledRule
from hearth.engine.goals import by_age
from hearth.engine.household import Household, household_of
from hearth.engine.peers import SnapshotAt, peers_of
from hearth.engine.slots import Counters, Evaluation, Slot
from hearth.engine.views import UNLIMITED_MS, View
from hearth.engine.windows import EmptyWindow, MergedWindow
from hearth.language import BuildingFacts, Context, Window


def selects(dataset: Dataset, series: Series) -> bool:
    """Whether the dataset takes the events of the series."""
    return series.event_type in dataset.event_types and (not dataset.sources or series.source in dataset.sources)


def _takes(datasets: Iterable[Dataset], series: Series) -> bool:
    return any(selects(dataset, series) for dataset in datasets)


def span_ms_of(dataset: Dataset) -> int:
    """How far back the dataset's window reaches."""
    return UNLIMITED_MS if dataset.timespan_seconds is None else dataset.timespan_seconds * SECOND_MS


class BuildingState:
    """The rules in force in a building, bound to its series. Counters are taken over, not copied.

    `household`: what limits all rules together; without it, the building's own limits and no count yet.
    `goals`: the open ones. `snapshot_at`: what is known of other homes. `profile`: what is inferred of this one.
    """

    def __init__(
        self,
        building: Building,
        rules: Sequence[CompiledRule],
        counters: Mapping[str, Counters],
        series: Iterable[Series] = (),
        household: Household | None = None,
        goals: Sequence[Goal] = (),
        snapshot_at: SnapshotAt = lambda now_ms: None,
        profile: HouseholdProfile | None = None,
    ) -> None:
        self._snapshot_at = snapshot_at
        self.building = building
        self._household = household_of(building) if household is None else household
        self._context = Context(zone=zone_named(building.time_zone_id), locale="en", building=facts_of(building, profile))
        self._counters = dict(counters)
        self._goals: dict[str, list[Goal]] = defaultdict(list)
        for goal in sorted(goals, key=by_age):
            self._goals[goal.rule_id].append(goal)
        self.buffers: dict[int, SeriesBuffer[Evaluation]] = {}
        self._views: dict[tuple[int, int], View] = {}
        self.slots = [
            self._slot(compiled, self.counters_of(compiled.rule.id)) for compiled in rules if is_in_force(compiled, building)
        ]
        pursued = {slot.compiled.rule.id for slot in self.slots if slot.compiled.goal is not None}
        self.resting_goals = [goal for goal in goals if goal.rule_id not in pursued]  # of rules that are off
        self.time_based_slots = [slot for slot in self.slots if slot.compiled.rule.is_time_based]
        for each in series:
            self._add_buffer(each)
        self._bind(self.slots)

    def add_series(self, series: Series) -> SeriesBuffer[Evaluation]:
        """The first event of a new series is about to come: rules that select it are bound anew."""
        buffer = self._add_buffer(series)
        self._bind([slot for slot in self.slots if _takes(slot.compiled.rule.datasets, series)])
        return buffer

    def counters_of(self, rule_id: str) -> Counters:
        """The counters of a rule, in force or not."""
        return self._counters.setdefault(rule_id, Counters())

    def find_slot(self, rule_id: str) -> Slot | None:
        """The slot of a rule in force, or None."""
        return next((slot for slot in self.slots if slot.compiled.rule.id == rule_id), None)

    def _slot(self, compiled: CompiledRule, counters: Counters) -> Slot:
        building = self.building
        silenced = building.silenced_users(compiled.rule.id)
        counters.carry_over(compiled.conditions_id)
        shared = self._context
        context = Context(zone=shared.zone, locale=shared.locale, building=shared.building)
        if compiled.asks_other_homes:
            context.peers = peers_of(compiled.rule, building, self._snapshot_at)
        return Slot(
            compiled=compiled,
            building_id=building.id,
            customer_building_id=building.customer_building_id,
            user_ids=tuple(user_id for user_id in building.user_ids if user_id not in silenced),
            counters=counters,
            context=context,
            household=self._household,
            goals=self._goals[compiled.rule.id] if compiled.goal is not None else (),
        )

    def _add_buffer(self, series: Series) -> SeriesBuffer[Evaluation]:
        buffer = self.buffers[series.id] = SeriesBuffer(series)
        return buffer

    def _bind(self, slots: Iterable[Slot]) -> None:
        for slot in slots:
            for view in slot.own_views:
                view.buffer.views.remove(view)
            slot.own_views = []
            slot.bind({dataset.name: self._window(slot, dataset) for dataset in slot.compiled.rule.datasets})
        shared: dict[tuple[int, ...], tuple[Window, ...]] = {}
        evaluations = [slot.evaluation(shared, self._context) for slot in self.slots]
        by_event = [each for each in evaluations if not each.slot.compiled.rule.is_time_based]
        with_goal = [each for each in evaluations if each.slot.compiled.goal is not None]
        for buffer in self.buffers.values():
            series = buffer.series
            buffer.concerned = tuple(each for each in by_event if _takes(each.slot.compiled.rule.datasets, series))
            buffer.pursuing = tuple(each for each in with_goal if _takes(each.slot.compiled.goal_datasets, series))

    @property
    def has_open_goals(self) -> bool:
        """Whether a full hour has something to look at."""
        return bool(self.resting_goals) or any(slot.goals for slot in self.slots)

    def _window(self, slot: Slot, dataset: Dataset) -> Window:
        views = [self._view(slot, dataset, buffer) for buffer in self.buffers.values() if selects(dataset, buffer.series)]
        if not views:
            return EmptyWindow()
        return views[0] if len(views) == 1 else MergedWindow(views)

    def _view(self, slot: Slot, dataset: Dataset, buffer: SeriesBuffer[Evaluation]) -> View:
        """The view of that span; a rule that resets its windows has views of its own."""
        span_ms = span_ms_of(dataset)
        resets = slot.compiled.rule.reset_state_when_matched
        floor_ms = NEVER_MS
        if resets and slot.counters.reset_at_ms is not None:
            floor_ms = slot.counters.reset_at_ms
        view = None if resets else self._views.get((buffer.series.id, span_ms))
        if view is None:
            view = View(buffer, span_ms, floor_ms)
            if resets:
                slot.own_views.append(view)
            else:
                self._views[buffer.series.id, span_ms] = view
            buffer.views.append(view)
            if span_ms == UNLIMITED_MS:
                buffer.keeps_latest = True
                buffer.keep_ms = max(buffer.keep_ms, 0)
            else:
                buffer.keep_ms = max(buffer.keep_ms, span_ms)
        needs = slot.compiled.needs[dataset.name]
        view.ask(has_sum="sum" in needs, has_min="min" in needs, has_max="max" in needs)
        return view


def is_in_force(compiled: CompiledRule, building: Building) -> bool:
    """Whether a rule is evaluated in a building: cheapest check first (rules.md 2)."""
    rule = compiled.rule
    if rule.state != "ACTIVE" or building.is_deactivated():
        return False
    if rule.is_restricted_to_early_adopters and not building.is_early_adopter:
        return False
    if not building.has_rule_on(rule.id):
        return False
    return not building.user_ids or not building.silenced_users(rule.id).issuperset(building.user_ids)


def facts_of(building: Building, profile: HouseholdProfile | None = None) -> BuildingFacts:
    """What expressions may ask of `Building`. It is in its own country and category, as far as these are known."""
    traits = {} if building.country_code is None else {"IsInSameCountry": True}
    if profile is not None:
        likeness = likeness_of(profile)
        traits |= likeness.traits
        if likeness.consumption_category is not None:
            traits["IsInSameConsumptionCategory"] = True
    return BuildingFacts(
        id=building.customer_building_id,
        registration_ms=building.registration_at_ms,
        device_types=[device.type for device in building.devices if device.type is not None],
        city=building.city,
        country_code=building.country_code,
        zip=building.zip,
        profile=traits,
    )
