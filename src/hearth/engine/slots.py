"""Slot: one rule in one building, with the counters that must survive a restart.

The counters are all of an evaluation's memory besides the windows; windows can be rebuilt from storage,
counters are stored with the effects that changed them.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from hearth.engine.compiled import CompiledRule
from hearth.engine.views import View
from hearth.language import Context, Program, Window


class Counters(msgspec.Struct):
    """What a rule remembers of a building. Fields may be added, with defaults; none is ever reused."""

    match_count: int = 0
    streak_count: int = 0
    was_streak_broken: bool = False
    delivered_count: int = 0
    last_generated_at_ms: int | None = None
    reset_at_ms: int | None = None


def encode_counters(counters: Counters) -> bytes:
    """Counters -> what is stored."""
    return msgspec.msgpack.encode(counters)


def decode_counters(stored: bytes) -> Counters:
    """What was stored, also by an earlier version -> counters."""
    return msgspec.msgpack.decode(stored, type=Counters)


class Slot:
    """A rule bound to a building: its windows by dataset, its context, its counters."""

    __slots__ = (
        "building_id",
        "compiled",
        "condition",
        "condition_windows",
        "context",
        "counters",
        "customer_building_id",
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
    ) -> None:
        self.compiled = compiled
        self.building_id = building_id
        self.customer_building_id = customer_building_id
        self.user_ids = user_ids
        self.counters = counters
        self.context = context
        self.condition = compiled.condition.run
        self.windows: Mapping[str, Window] = {}
        self.condition_windows: tuple[Window, ...] = ()
        self.own_views: list[View] = []  # views of a rule that resets its windows are shared with no other rule
        self.show_counters()

    @property
    def key(self) -> tuple[str, str]:
        """(rule id, building id)."""
        return self.compiled.rule.id, self.building_id

    def bind(self, windows: Mapping[str, Window]) -> None:
        """Gives the slot its windows, one per dataset of the rule."""
        self.windows = windows
        self.condition_windows = self._windows_of(self.compiled.condition)

    def evaluate(self, program: Program, now_ms: int) -> Any:
        """The value of another program of the rule at an instant."""
        return program.run(now_ms, self._windows_of(program), self.context)

    def reset_windows(self, now_ms: int) -> None:
        """Empties the rule's windows in this building: events up to `now_ms` are not seen any more."""
        for view in self.own_views:
            view.reset(now_ms)

    def show_counters(self) -> None:
        """Lets expressions see the counters as they are."""
        self.context.streak_counter = self.counters.streak_count
        self.context.delivered_counter = self.counters.delivered_count

    def _windows_of(self, program: Program) -> tuple[Window, ...]:
        return tuple(self.windows[name] for name in program.datasets)
