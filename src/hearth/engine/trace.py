"""Trace: why an evaluation ended as it did, in words and figures, for people."""

from dataclasses import replace

from hearth.core.missing import Missing
from hearth.engine.slots import Slot
from hearth.engine.views import OutOfReach
from hearth.language import Window


def trace_of(slot: Slot, now_ms: int, ended: str) -> dict[str, object]:
    """What the matching evaluation saw: newest value and count per dataset, counters, the step that ended it in words."""
    rule = slot.compiled.rule
    datasets: dict[str, object] = {}
    for name, window in sorted(slot.windows.items()):
        datasets[name] = _seen(window, now_ms, has_extent=rule_spans(slot, name))
    return {
        "ended": ended,
        "condition": rule.condition,
        "values": _values(slot, now_ms),
        "datasets": datasets,
        "streak_count": slot.counters.streak_count,
        "delivered_count": slot.counters.delivered_count,
    }


def _values(slot: Slot, now_ms: int) -> dict[str, str]:
    """Each part of the condition that is one value, as written -> as it was."""
    context = replace(slot.context, locale="en")
    try:
        return slot.compiled.explainers["condition"].single_values(now_ms, slot.windows, context)
    except OutOfReach:
        return {}


def _seen(window: Window, now_ms: int, has_extent: bool) -> dict[str, object]:
    """Newest value and count; a dataset that no expression could ask at that instant does not stop a notification."""
    try:
        newest = window.last_value(now_ms)
        count = window.count(now_ms) if has_extent else None
    except OutOfReach:
        return {"newest": "none: its events are too far ahead of this one", "count": None}
    return {"newest": f"none: {newest.reason}" if isinstance(newest, Missing) else newest, "count": count}


def rule_spans(slot: Slot, name: str) -> bool:
    """Whether a dataset of the rule has a window with an extent."""
    dataset = slot.compiled.rule.find_dataset(name)
    return dataset is not None and dataset.kind == "TIME_SERIES"
