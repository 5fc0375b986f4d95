"""step: one log entry in, effects out. The hot loop; the kernel that a faster one may replace. Facts have steps of their own.

Per event: the buffer of its series takes it, open goals that it concerns are looked at, then each rule that selects the
series is evaluated once.
Rules and buildings which the event does not concern cost nothing. A rule that fails is noted as a fault
and the others go on. The caller sees to it that every series of the entry has a buffer.
"""

from collections.abc import Iterable, Mapping
from itertools import repeat

from hearth.domain.events import NO_FORECAST_MS, Delivered, Fact, Interacted, LogEntry, LogKind
from hearth.engine.buffers import SeriesBuffer
from hearth.engine.buildings import BuildingState
from hearth.engine.effects import Effects, RuleFault
from hearth.engine.gates import condition_failed, condition_held
from hearth.engine.goals import abandon, is_goal_hour, note_interaction, open_goal, pursue
from hearth.engine.schedule import ticks_at
from hearth.engine.slots import Evaluation, Slot
from hearth.engine.views import OutOfReach


def step(buffers: Mapping[int, SeriesBuffer[Evaluation]], entry: LogEntry, effects: Effects) -> None:
    """Feeds the events of an entry to the buffers (by series id) and, when they are live, to the rules."""
    columns = entry.columns
    forecasts = columns.forecast_ms if columns.forecast_ms is not None else repeat(NO_FORECAST_MS, len(columns))
    is_live = entry.kind is LogKind.LIVE
    sequence = entry.sequence - 1
    stored_at_ms = entry.received_at_ms
    for series_id, time_ms, value, forecast_ms in zip(
        columns.series_ids, columns.times_ms, columns.values, forecasts, strict=False
    ):
        sequence += 1
        buffer = buffers[series_id]
        if time_ms <= buffer.last_ms:
            buffer.insert(time_ms, value, forecast_ms)
            continue
        buffer.append(time_ms, value, forecast_ms)
        if not is_live:
            continue
        for evaluation in buffer.pursuing:
            if evaluation.slot.goals:
                _pursue(evaluation.slot, time_ms, effects)
        for run, windows, context, slot, counts_matches in buffer.concerned:
            try:
                if run(time_ms, windows, context) is True:
                    condition_held(slot, time_ms, sequence, stored_at_ms, effects)
                elif counts_matches:
                    condition_failed(slot, effects)
            except OutOfReach:
                condition_failed(slot, effects)
            except Exception as error:  # noqa: BLE001 - one rule's failure must not stop the others
                effects.faults.append(_fault(slot, time_ms, error))


def step_facts(buildings: Mapping[str, BuildingState], facts: Iterable[Fact], effects: Effects) -> None:
    """Feeds what became of notifications, in order."""
    for fact in facts:
        if isinstance(fact, Delivered):
            step_delivered(buildings, fact, effects)
        else:
            step_interacted(buildings, fact, effects)


def step_delivered(buildings: Mapping[str, BuildingState], fact: Delivered, effects: Effects) -> None:
    """Feeds the fact that a notification was delivered: its rule and building count it, also while the rule is off."""
    state = buildings.get(fact.building_id)
    if state is None:
        return  # the building was erased meanwhile
    counters = state.counters_of(fact.rule_id)
    counters.delivered_count += 1
    slot = state.find_slot(fact.rule_id)
    if slot is not None:
        slot.show_counters()
        open_goal(slot, fact, effects)
    effects.touch_counters(state.building.customer_id, (fact.rule_id, fact.building_id), counters)


def step_interacted(buildings: Mapping[str, BuildingState], fact: Interacted, effects: Effects) -> None:
    """Feeds the fact that a household did something with a notification: it may be what the rule's goal was."""
    state = buildings.get(fact.building_id)
    if state is None:
        return
    slot = state.find_slot(fact.rule_id)
    if slot is not None and note_interaction(slot.goals, fact, effects):
        _pursue(slot, fact.occurred_at_ms, effects)
    else:
        note_interaction(state.resting_goals, fact, effects)


def step_tick(buildings: Iterable[BuildingState], entry: LogEntry, effects: Effects) -> None:
    """Feeds the fact that an instant came to buildings of the customer, in their order: each is evaluated at that instant."""
    assert entry.tick_ms is not None, "a tick names its instant"
    for state in buildings:
        tick_building(state, entry.tick_ms, entry.sequence, entry.received_at_ms, effects)


def tick_building(state: BuildingState, now_ms: int, sequence: int, stored_at_ms: int, effects: Effects) -> None:
    """Evaluates, once and by their names, the time-based rules of a building whose schedules tick at `now_ms` in its zone.

    At a full hour its open goals are looked at before. `sequence` is the tick's own: no event and no other tick has it.
    """
    if is_goal_hour(now_ms):
        for slot in state.slots:
            if slot.goals:
                _pursue(slot, now_ms, effects)
        state.resting_goals = [goal for goal in state.resting_goals if not abandon(goal, now_ms, effects)]
    for slot in state.time_based_slots:
        try:
            if not ticks_at(slot.compiled.rule.time_based_cron or "", slot.context.zone, now_ms):
                continue
            if slot.evaluate(slot.compiled.condition, now_ms) is True:
                condition_held(slot, now_ms, sequence, stored_at_ms, effects)
            else:
                condition_failed(slot, effects)
        except OutOfReach:
            condition_failed(slot, effects)
        except Exception as error:  # noqa: BLE001 - one rule's failure must not stop the others
            effects.faults.append(_fault(slot, now_ms, error))


def _pursue(slot: Slot, now_ms: int, effects: Effects) -> None:
    try:
        pursue(slot, now_ms, effects)
    except Exception as error:  # noqa: BLE001 - one rule's failure must not stop the others
        effects.faults.append(_fault(slot, now_ms, error))


def _fault(slot: Slot, now_ms: int, error: Exception) -> RuleFault:
    return RuleFault(
        customer_id=slot.compiled.rule.customer_id,
        rule_id=slot.compiled.rule.id,
        rule_version=slot.compiled.rule.version,
        building_id=slot.building_id,
        occurred_at_ms=now_ms,
        error=f"{type(error).__name__}: {error}",
    )
