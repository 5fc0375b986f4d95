"""What a save does to a running rule: which windows and counts go on, and which begin anew. Pure, for its author to read.

It says in words what `engine.slots` (counters), `runtime.loading` (windows) and `engine.goals` do. Invariant: no save
of one rule touches another's state.
"""

from collections.abc import Iterator

from hearth.domain.rules import Rule
from hearth.engine.compiled import conditions_id


def effects_of_save(before: Rule | None, after: Rule, last_active: Rule | None = None) -> list[str]:
    """What became of a rule's state when `after` was saved over `before` (None: it is the first version).

    `last_active`: the version that ran last, whose counts there are.
    """
    if after.state != "ACTIVE":
        was_active = before is not None and before.state == "ACTIVE"
        return ["Switched off: counts are kept, open goals rest."] if was_active else []
    if before is None or before.state != "ACTIVE":
        counts = [] if last_active is None else list(_counts(last_active, after))
        return ["Switched on: its datasets were filled from stored events.", *counts]
    return [*_datasets(before, after), *_counts(before, after), *_goals(before, after)]


def _datasets(before: Rule, after: Rule) -> Iterator[str]:
    known = {dataset.name: dataset for dataset in before.datasets}
    refilled = [dataset.name for dataset in after.datasets if known.get(dataset.name) != dataset]
    if refilled:
        yield f"Filled anew from stored events: {', '.join(refilled)}. All other datasets went on."
    gone = [name for name in known if after.find_dataset(name) is None]
    if gone:
        yield f"Gone: {', '.join(gone)}."


def _counts(before: Rule, after: Rule) -> Iterator[str]:
    if conditions_id(before) != conditions_id(after):
        yield "Matches and streaks are counted anew, for the conditions are others. The number of deliveries went on."


def _goals(before: Rule, after: Rule) -> Iterator[str]:
    if before.goal_achieved_condition == after.goal_achieved_condition or before.goal_achieved_condition is None:
        return
    if after.goal_achieved_condition is None:
        yield "Open goals rest, for there is no goal condition any more."
    else:
        yield "Open goals are looked at under the new goal condition."
