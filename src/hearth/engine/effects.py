"""Effects: what evaluations decided, to be stored in one transaction.

Collected over some log entries, then taken as a whole. Invariant: a counter that changed is in the
effects of the very entries that changed it.
"""

from collections import Counter
from dataclasses import dataclass, field

from hearth.domain.goals import Goal
from hearth.domain.notifications import Notification
from hearth.engine.household import HouseholdCounters
from hearth.engine.slots import Counters, Slot, encode_counters


@dataclass(frozen=True, slots=True)
class Outcome:
    """A notification, generated or dropped, and how long it is worth delivering."""

    notification: Notification
    valid_for_ms: int


@dataclass(frozen=True, slots=True)
class RuleFault:
    """A rule that failed in an evaluation: our bug, contained to this rule and building."""

    customer_id: str
    rule_id: str
    rule_version: int
    building_id: str
    occurred_at_ms: int
    error: str


@dataclass(slots=True)
class Effects:
    """What has been decided since the last `take`.

    `dropped_counts`: who only wants to know how many notifications were held back, by reason, gives it; they are then
    no outcomes, for telling what each of them saw costs far more than the evaluation.
    """

    outcomes: list[Outcome] = field(default_factory=list)
    faults: list[RuleFault] = field(default_factory=list)
    touched: dict[tuple[str, str], tuple[str, Counters | HouseholdCounters]] = field(default_factory=dict)
    goals: dict[str, Goal] = field(default_factory=dict)  # those that changed, by their notification
    dropped_counts: Counter[str] | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to store."""
        return not (self.outcomes or self.faults or self.touched or self.goals)

    def touch(self, slot: Slot) -> None:
        """The counters of the slot changed."""
        self.touch_counters(slot.compiled.rule.customer_id, slot.key, slot.counters)

    def touch_counters(self, customer_id: str, key: tuple[str, str], counters: Counters | HouseholdCounters) -> None:
        """The counters under (rule id or HOUSEHOLD, building id) changed."""
        self.touched[key] = customer_id, counters

    def states(self) -> dict[str, dict[tuple[str, str], bytes]]:
        """Changed counters as stored, by customer, then by (rule id, building id)."""
        by_customer: dict[str, dict[tuple[str, str], bytes]] = {}
        for key, (customer_id, counters) in self.touched.items():
            by_customer.setdefault(customer_id, {})[key] = encode_counters(counters)
        return by_customer

    def goals_by_customer(self) -> dict[str, list[Goal]]:
        """Changed goals, each as it is now."""
        by_customer: dict[str, list[Goal]] = {}
        for goal in self.goals.values():
            by_customer.setdefault(goal.customer_id, []).append(goal)
        return by_customer
