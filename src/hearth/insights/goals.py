"""Goals in figures: how often what a notification was sent for came about, and how soon. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from hearth.domain.goals import Goal, GoalState


@dataclass(frozen=True)
class GoalFigures:
    """Goals of one rule by their state. `typical_ms`: how long the achieved ones took, the median; None without any."""

    achieved: int
    missed: int
    is_open: int
    abandoned: int
    typical_ms: int | None

    @property
    def rate(self) -> float | None:
        """Of those of which it is known, the achieved ones, 0..1; None while nothing is known."""
        known = self.achieved + self.missed
        return self.achieved / known if known else None


def goal_figures(counts: Mapping[GoalState, int], achieved: Sequence[Goal]) -> GoalFigures:
    """Goals of a rule by state, and those of the achieved ones whose times are to count."""
    times = [goal.took_ms for goal in achieved if goal.took_ms is not None]
    return GoalFigures(
        achieved=counts.get("ACHIEVED", 0),
        missed=counts.get("MISSED", 0),
        is_open=counts.get("OPEN", 0),
        abandoned=counts.get("ABANDONED", 0),
        typical_ms=round(median(times)) if times else None,
    )


def figures_of_goals(goals: Iterable[Goal]) -> GoalFigures:
    """All goals of a rule."""
    found = list(goals)
    counts: dict[GoalState, int] = {}
    for goal in found:
        counts[goal.state] = counts.get(goal.state, 0) + 1
    return goal_figures(counts, found)
