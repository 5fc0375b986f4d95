"""Goal: what became of what a delivered notification was sent for.

Opened by the delivery of a notification whose rule has a goal condition. Whether and when it is achieved is the
engine's to say (`engine.goals`). Invariant: a goal that has ended stays as it is.
"""

from typing import Literal

import msgspec

from hearth.domain.notifications import InteractionKind

# MISSED: the time was over before the condition held. ABANDONED: nobody could say, because the rule was switched off,
# lost its goal condition, or had too many open goals in the building.
GoalState = Literal["OPEN", "ACHIEVED", "MISSED", "ABANDONED"]


class Goal(msgspec.Struct, frozen=True, kw_only=True):
    """The goal of one notification, with the last interaction of the household.

    `since_ms` is when the notification was due: the instant of its evaluation, or the end of the quiet hours for which it
    was held (event time). `ended_at_ms` is None for an open one.
    """

    notification_id: str
    customer_id: str
    rule_id: str
    building_id: str
    created_at_ms: int
    since_ms: int
    state: GoalState = "OPEN"
    ended_at_ms: int | None = None
    interacted_at_ms: int | None = None
    action_qualifier: InteractionKind | None = None

    @property
    def took_ms(self) -> int | None:
        """How long it took to achieve it; None for one that was not."""
        return self.ended_at_ms - self.since_ms if self.state == "ACHIEVED" and self.ended_at_ms is not None else None
