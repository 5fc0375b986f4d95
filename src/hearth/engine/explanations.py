"""Explanations: why one evaluation ended as it did, with the values of every part of its conditions, in words.

Derived from what the slot's counters were before and after and from what came of it, with the very programs that
decided; nothing is evaluated in another way. Asked for on demand, for what was sent or dropped as well as for what
was not. Invariant: explaining changes nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hearth.domain.notifications import Notification
from hearth.engine.slots import Counters, Slot
from hearth.language import Explained

_MOST_REASONS = 2
_LONGEST = 80


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
        part = parts[name]
        if part.missing is not None:
            return f"{what} has no value: {_without_value(part)}"
        if part.value is not True:
            return f"{what} does not hold: {_listed([_with_values(each) for each in _unfulfilled(part)])}"
    if rule.match_threshold > 1 and counters.match_count:
        return f"{counters.match_count} of {rule.match_threshold} matches"
    return "no case holds" if slot.compiled.cases else "the rule has nothing to send"


def _unfulfilled(part: Explained) -> list[Explained]:
    """Of terms joined by AND those that are not so; any other condition as a whole."""
    if not part.is_all:
        return [part]
    return [each for term in part.parts if term.value is False for each in _unfulfilled(term)] or [part]


def _with_values(part: Explained) -> str:
    """A condition with what the single values in it were: `AVG($Power) > 1000 (AVG($Power) is 850 W)`."""
    values = [
        f"{_brief(each.text, _LONGEST // 2)} is {each.shown}{f' {each.unit}' if each.unit else ''}"
        for each in part.parts
        if each.type.startswith("Scalar") and each.type != "Scalar<Boolean>" and each.shown
    ]
    return _brief(part.text) + (f" ({', '.join(values)})" if values else "")


def _without_value(part: Explained) -> str:
    """The innermost part that has no value, and why."""
    while inner := next((each for each in part.parts if each.missing is not None), None):
        part = inner
    return f"{_brief(part.text)}, {part.missing}"


def _listed(reasons: Sequence[str]) -> str:
    more = len(reasons) - _MOST_REASONS
    return "; ".join(reasons[:_MOST_REASONS]) + (f"; and {more} more" if more > 0 else "")


def _brief(text: str, longest: int = _LONGEST) -> str:
    """Its beginning and its end, where what it is compared with stands."""
    return text if len(text) <= longest else f"{text[: longest * 2 // 3].rstrip()} … {text[-longest // 4 :].lstrip()}"
