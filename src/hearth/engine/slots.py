"""Slot: one rule in one building, with the counters and open goals that must survive a restart.

They are all of an evaluation's memory besides the windows; windows can be rebuilt from storage, counters and
goals are stored with the effects that changed them.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import msgspec

from hearth.domain.goals import Goal
from hearth.engine.compiled import CompiledRule
from hearth.engine.household import Household, HouseholdCounters
from hearth.engine.views import OutOfReach, View
from hearth.language import Context, Program, Window


class Counters(msgspec.Struct):
    """What a rule remembers of a building. Fields may be added, with defaults; none is ever reused.

    `counted_for` names the conditions under which matches and streaks were counted.
    """

    match_count: int = 0
    streak_count: int = 0
    was_streak_broken: bool = False
    delivered_count: int = 0
    last_generated_at_ms: int | None = None
    reset_at_ms: int | None = None
    counted_for: str | None = None

    def carry_over(self, conditions: str) -> None:
        """Goes on under these conditions: counts of matches and streaks are of others and begin anew; all else stays."""
        if self.counted_for not in (None, conditions):
            self.match_count = 0
            self.streak_count = 0
            self.was_streak_broken = False
        self.counted_for = conditions


# What an expression may read that is not the same for all rules of a building.
_OF_THE_RULE = {"StreakCounter", "StreakHasBeenReset", "DeliveredNotificationCounter", "EVAL"}


def encode_counters(counters: Counters | HouseholdCounters) -> bytes:
    """Counters -> what is stored."""
    return msgspec.msgpack.encode(counters)


def decode_counters(stored: bytes) -> Counters:
    """What was stored, also by an earlier version -> counters."""
    return msgspec.msgpack.decode(stored, type=Counters)


class Evaluation(NamedTuple):
    """What the hot loop needs to evaluate one rule; apart from the slot, so that a false condition touches little.

    Nor does it touch what is the rule's alone: windows and context are one for all rules of the building that can share
    them. With thousands of buildings none of it is in the processor's cache when an event comes.
    `counts_matches`: a false condition must break a row of matches.
    """

    run: Callable[[int, tuple[Window, ...], Context], Any]
    windows: tuple[Window, ...]
    context: Context
    slot: "Slot"
    counts_matches: bool


class Slot:
    """A rule bound to a building: its windows by dataset, its context, its counters, its open goals."""

    __slots__ = (
        "building_id",
        "compiled",
        "context",
        "counters",
        "customer_building_id",
        "goals",
        "household",
        "own_views",
        "user_ids",
        "windows",
    )

    def __init__(
        self,
        compiled: CompiledRule,
        building_id: str,
        customer_building_id: str,
        user_ids: tuple[str, ...],
        counters: Counters,
        context: Context,
        household: Household,
        goals: Iterable[Goal] = (),
    ) -> None:
        self.compiled = compiled
        self.building_id = building_id
        self.customer_building_id = customer_building_id
        self.user_ids = user_ids
        self.counters = counters
        self.context = context
        self.household = household  # one for all slots of the building
        self.goals: list[Goal] = list(goals)  # the open ones, oldest first
        self.windows: Mapping[str, Window] = {}
        self.own_views: list[View] = []  # views of a rule that resets its windows are shared with no other rule
        self.show_counters()

    @property
    def key(self) -> tuple[str, str]:
        """(rule id, building id)."""
        return self.compiled.rule.id, self.building_id

    def bind(self, windows: Mapping[str, Window]) -> None:
        """Gives the slot its windows, one per dataset of the rule."""
        self.windows = windows

    def evaluation(self, shared: dict[tuple[int, ...], tuple[Window, ...]], facts: Context) -> Evaluation:
        """The slot's condition with its present windows; the same windows are the same tuple, kept in `shared`.

        A condition that reads neither counters nor other homes takes the building's `facts` instead of the slot's own context.
        """
        condition = self.compiled.condition
        context = self.context if condition.uses & _OF_THE_RULE else facts
        windows = self._windows_of(condition)
        windows = shared.setdefault(tuple(map(id, windows)), windows)
        return Evaluation(condition.run, windows, context, self, self.compiled.rule.match_threshold > 1)

    def evaluate(self, program: Program, now_ms: int) -> Any:
        """The value of another program of the rule at an instant."""
        return program.run(now_ms, self._windows_of(program), self.context)

    def holds(self, program: Program, now_ms: int) -> bool:
        """Whether another condition of the rule is true at an instant; one that looks too far back is not."""
        try:
            return self.evaluate(program, now_ms) is True
        except OutOfReach:
            return False

    def reset_windows(self, until_ms: int) -> None:
        """Empties the rule's windows in this building: events up to `until_ms` are not seen any more."""
        for view in self.own_views:
            view.reset(until_ms)

    def show_counters(self) -> None:
        """Lets expressions see the counters as they are."""
        self.context.streak_counter = self.counters.streak_count
        self.context.delivered_counter = self.counters.delivered_count

    def _windows_of(self, program: Program) -> tuple[Window, ...]:
        return tuple(self.windows[name] for name in program.datasets)
