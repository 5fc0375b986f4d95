"""Explanations: why one evaluation ended as it did, with the values of every part of its conditions, in words.

Derived from what the slot's counters were before and after and from what came of it, with the very programs that
decided; nothing is evaluated in another way. Asked for on demand, for what was sent or dropped as well as for what
was not. Invariant: explaining changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from hearth.domain.notifications import Notification
from hearth.engine.slots import Counters, Slot
from hearth.language import Explained


@dataclass(frozen=True)
class EvaluationExplained:
    """One evaluation. `ended`: the step that ended it, in words; `parts` by condition: "condition", "streak", "case 0"."""

    at_ms: int
    ended: str
    outcome: str  # "sent", "dropped" or "not sent"
    before: Counters
    after: Counters
    parts: Mapping[str, Explained]


def explained_evaluation(slot: Slot, at_ms: int, before: Counters, outcome: Notification | None) -> EvaluationExplained:
    """The evaluation of the slot at `at_ms`, right after it; `before`: the counters as they were.

    `at_ms` lies not before the newest event, so that nothing that a window is asked for is out of its reach.
    """
    parts = {name: each.explain(at_ms, slot.windows, slot.context) for name, each in slot.compiled.explainers.items()}
    if outcome is not None and outcome.status == "DROPPED":
        kind, ended = "dropped", str(outcome.trace.get("ended", outcome.drop_reason))
    elif outcome is not None:
        label = f" (case {outcome.case_label})" if outcome.case_label is not None else ""
        kind, ended = "sent", f"sent{label}" if outcome.held_until_ms is None else f"{outcome.trace['ended']}{label}"
    else:
        kind, ended = "not sent", f"not sent: {_why_not(slot, parts)}"
    return EvaluationExplained(at_ms, ended, kind, before, slot.counters, parts)


def _why_not(slot: Slot, parts: Mapping[str, Explained]) -> str:
    """The first step that did not go on, in the order of an evaluation."""
    rule, counters = slot.compiled.rule, slot.counters
    for name, what in (("condition", "the condition"), ("streak", "the streak condition")):
        if name not in parts:
            continue
        if parts[name].missing is not None:
            return f"{what} has no value: {parts[name].missing}"
        if parts[name].value is not True:
            return f"{what} does not hold"
    if rule.match_threshold > 1 and counters.match_count:
        return f"{counters.match_count} of {rule.match_threshold} matches"
    return "no case holds" if slot.compiled.cases else "the rule has nothing to send"
