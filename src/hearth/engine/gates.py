"""What follows when a condition holds: streak, match threshold, case, what holds it back, generation.

The order is that of rules.md 3; each step may end the evaluation. The only effects are counters and
one outcome at most. Times are event times.
"""

from hearth.core.identifiers import derived_id
from hearth.core.instants import SECOND_MS
from hearth.domain.notifications import Notification
from hearth.engine.compiled import CompiledTemplate
from hearth.engine.effects import Effects, Outcome
from hearth.engine.household import HOUSEHOLD
from hearth.engine.limits import verdict_on
from hearth.engine.slots import Slot
from hearth.engine.trace import trace_of
from hearth.engine.wording import content_of


def condition_failed(slot: Slot, effects: Effects) -> None:
    """The condition is false or has no value: the row of matches is broken."""
    if slot.counters.match_count:
        slot.counters.match_count = 0
        effects.touch(slot)


def condition_held(slot: Slot, now_ms: int, sequence: int, stored_at_ms: int, effects: Effects) -> None:
    """The condition is true at `now_ms`, on the event of that sequence."""
    counters, compiled = slot.counters, slot.compiled
    if compiled.streak is None:
        _matched(slot, now_ms, sequence, stored_at_ms, effects)
    else:
        effects.touch(slot)
        if not slot.holds(compiled.streak, now_ms):
            counters.was_streak_broken = counters.was_streak_broken or counters.streak_count > 0
            counters.streak_count = 0
            counters.match_count = 0
            slot.show_counters()
            return
        counters.streak_count += 1
        slot.context.streak_has_been_reset = counters.was_streak_broken
        counters.was_streak_broken = False
        slot.show_counters()
        try:
            _matched(slot, now_ms, sequence, stored_at_ms, effects)
        finally:
            slot.context.streak_has_been_reset = False  # it is of this match alone


def _matched(slot: Slot, now_ms: int, sequence: int, stored_at_ms: int, effects: Effects) -> None:
    """What a match leads to: threshold, case, what holds it back, generation."""
    counters, rule = slot.counters, slot.compiled.rule
    if rule.match_threshold > 1:
        effects.touch(slot)
        counters.match_count += 1
        if counters.match_count < rule.match_threshold:
            return
        counters.match_count = 0
    case_label, template = _chosen_case(slot, now_ms)
    if template is None:
        return
    verdict = verdict_on(slot, now_ms)
    is_dropped = verdict.drop_reason is not None
    if is_dropped and effects.dropped_counts is not None:
        effects.dropped_counts[str(verdict.drop_reason)] += 1
        return
    effects.outcomes.append(
        Outcome(
            Notification(
                id=derived_id(rule.id, slot.building_id, sequence),
                customer_id=rule.customer_id,
                building_id=slot.building_id,
                customer_building_id=slot.customer_building_id,
                rule_id=rule.id,
                rule_version=rule.version,
                trigger_sequence=sequence,
                created_at_ms=now_ms,
                stored_at_ms=stored_at_ms,
                status="DROPPED" if is_dropped else "PENDING",
                priority=rule.priority,
                user_ids=slot.user_ids,
                content=None if is_dropped else content_of(slot, template, now_ms),
                case_label=case_label,
                drop_reason=verdict.drop_reason,
                held_until_ms=verdict.held_until_ms,
                trace=trace_of(slot, now_ms, verdict.ended),
            ),
            rule.valid_for_seconds * SECOND_MS,
        )
    )
    if is_dropped:
        return
    effects.touch(slot)
    slot.household.count_generated(now_ms)
    effects.touch_counters(rule.customer_id, (HOUSEHOLD, slot.building_id), slot.household.counters)
    # A lagging device turns neither back: what a later notification has emptied stays empty.
    counters.last_generated_at_ms = _later(counters.last_generated_at_ms, now_ms)
    if rule.reset_state_when_matched:
        counters.reset_at_ms = _later(counters.reset_at_ms, now_ms)
        slot.reset_windows(counters.reset_at_ms)


def _later(before_ms: int | None, now_ms: int) -> int:
    return now_ms if before_ms is None else max(before_ms, now_ms)


def _chosen_case(slot: Slot, now_ms: int) -> tuple[str | None, CompiledTemplate | None]:
    """The first case whose condition holds; without cases, the rule's own template."""
    if not slot.compiled.cases:
        return None, slot.compiled.template
    for case in slot.compiled.cases:
        if slot.holds(case.condition, now_ms):
            return case.label, case.template
    return None, None
