"""Goals: whether the household did what a delivered notification was sent for (rules.md 5).

A goal is opened by a delivery. Its condition is evaluated on each later event that one of its datasets takes, on what
the household does with the notification, and at every full hour (UTC) until it holds or a week has passed. Without
`DeliveredNotification` in it the condition is the same for all open goals of a rule and building, and is evaluated once
for them. Invariant: a goal ends once, at an instant that follows from the log alone.
"""

from msgspec.structs import replace

from hearth.core.instants import DAY_MS, HOUR_MS
from hearth.domain.events import Delivered, Interacted
from hearth.domain.goals import Goal, GoalState
from hearth.engine.effects import Effects
from hearth.engine.slots import Slot
from hearth.language import DeliveredFacts, Program

GOAL_TIME_MS = 7 * DAY_MS
# Of one rule and building. An event costs no more than so many evaluations of a goal condition.
MOST_OPEN = 20


def by_age(goal: Goal) -> tuple[int, str]:
    """The order of goals: the oldest first."""
    return goal.since_ms, goal.notification_id


def is_goal_hour(at_ms: int) -> bool:
    """Whether open goals are looked at in that instant, whatever comes."""
    return at_ms % HOUR_MS == 0


def open_goal(slot: Slot, fact: Delivered, effects: Effects) -> None:
    """A notification of the slot's rule was delivered; nothing for a rule without a goal condition."""
    if slot.compiled.goal is None or any(goal.notification_id == fact.notification_id for goal in slot.goals):
        return
    created_at_ms = fact.delivered_at_ms if fact.created_at_ms is None else fact.created_at_ms
    goal = Goal(
        notification_id=fact.notification_id,
        customer_id=slot.compiled.rule.customer_id,
        rule_id=fact.rule_id,
        building_id=fact.building_id,
        created_at_ms=created_at_ms,
        since_ms=created_at_ms if fact.held_until_ms is None else fact.held_until_ms,
    )
    slot.goals.append(goal)
    slot.goals.sort(key=by_age)
    effects.goals[goal.notification_id] = goal
    while len(slot.goals) > MOST_OPEN:
        _end(slot.goals.pop(0), "ABANDONED", goal.since_ms, effects)


def note_interaction(goals: list[Goal], fact: Interacted, effects: Effects) -> bool:
    """The household did something with a notification: its goal, if it is among these open ones, knows. Whether it is."""
    for position, goal in enumerate(goals):
        if goal.notification_id == fact.notification_id:
            known = replace(goal, interacted_at_ms=fact.occurred_at_ms, action_qualifier=fact.action_qualifier)
            goals[position] = effects.goals[goal.notification_id] = known
            return True
    return False


def pursue(slot: Slot, now_ms: int, effects: Effects) -> None:
    """Ends the open goals of the slot that are achieved at `now_ms`, or whose time is over."""
    program = slot.compiled.goal
    if program is None:
        return
    is_one_for_all = "DeliveredNotification" not in program.uses
    holds: bool | None = None
    for goal in tuple(slot.goals):
        if now_ms > goal.since_ms + GOAL_TIME_MS:
            slot.goals.remove(goal)
            _end(goal, "MISSED", goal.since_ms + GOAL_TIME_MS, effects)
            continue
        if now_ms <= goal.since_ms:
            continue
        if holds is None or not is_one_for_all:
            holds = _holds(slot, goal, program, now_ms)
        if holds:
            slot.goals.remove(goal)
            _end(goal, "ACHIEVED", now_ms, effects)


def _holds(slot: Slot, goal: Goal, program: Program, now_ms: int) -> bool:
    slot.context.delivered = DeliveredFacts(goal.created_at_ms, goal.interacted_at_ms, goal.action_qualifier)
    try:
        return slot.holds(program, now_ms)
    finally:
        slot.context.delivered = None


def abandon(goal: Goal, now_ms: int, effects: Effects) -> bool:
    """Ends a goal that no rule in force pursues, once its time is over. Whether it has ended."""
    if now_ms <= goal.since_ms + GOAL_TIME_MS:
        return False
    _end(goal, "ABANDONED", goal.since_ms + GOAL_TIME_MS, effects)
    return True


def _end(goal: Goal, state: GoalState, ended_at_ms: int, effects: Effects) -> None:
    effects.goals[goal.notification_id] = replace(goal, state=state, ended_at_ms=ended_at_ms)
