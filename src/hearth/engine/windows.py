"""Windows of a dataset that selects no series yet, or several.

A dataset that selects one series is a `View` itself. Several series stay apart: counts, sums and extremes
are joined from their views; only what needs the events in order merges them, when it is asked for.
"""

from collections.abc import Sequence
from math import fsum

from hearth.core.missing import Missing
from hearth.engine.buffers import NEVER_MS
from hearth.engine.views import NOTHING, View
from hearth.language import Event, Events


class EmptyWindow:
    """No event of the dataset was ever seen in this building."""

    __slots__ = ()
    empty = NOTHING

    def count(self, now_ms: int) -> int:
        return 0

    def sum(self, now_ms: int) -> float:
        return 0.0

    def avg(self, now_ms: int) -> float | Missing:
        return self.empty

    def min(self, now_ms: int) -> float | Missing:
        return self.empty

    def max(self, now_ms: int) -> float | Missing:
        return self.empty

    def last_value(self, now_ms: int) -> float | Missing:
        return self.empty

    def last(self, now_ms: int) -> Event | Missing:
        return self.empty

    def events(self, now_ms: int) -> Events:
        return Events(times_ms=[], values=[], device_ids=[], device_names=[], forecast_ms=None)


class MergedWindow:
    """Several series of one building seen as one window; equal times in the order of the series' ids."""

    __slots__ = ("views",)
    empty = NOTHING

    def __init__(self, views: Sequence[View]) -> None:
        self.views = tuple(sorted(views, key=lambda view: view.buffer.series.id))

    def count(self, now_ms: int) -> int:
        return sum(view.count(now_ms) for view in self.views)

    def sum(self, now_ms: int) -> float:
        # Rounded sums of the parts do not add up to the rounded sum of the whole: the parts' exact halves do.
        return fsum(part for view in self.views for part in view.sum_parts(now_ms))

    def avg(self, now_ms: int) -> float | Missing:
        count = self.count(now_ms)
        return self.sum(now_ms) / count if count else self.empty

    def min(self, now_ms: int) -> float | Missing:
        smallest = [value for view in self.views if not isinstance(value := view.min(now_ms), Missing)]
        return min(smallest) if smallest else self.empty

    def max(self, now_ms: int) -> float | Missing:
        largest = [value for view in self.views if not isinstance(value := view.max(now_ms), Missing)]
        return max(largest) if largest else self.empty

    def _newest(self, now_ms: int) -> View | None:
        newest, newest_ms = None, NEVER_MS
        for view in self.views:
            at_ms = view.newest_ms(now_ms)
            if at_ms >= newest_ms and at_ms != NEVER_MS:
                newest, newest_ms = view, at_ms
        return newest

    def last_value(self, now_ms: int) -> float | Missing:
        newest = self._newest(now_ms)
        return newest.last_value(now_ms) if newest is not None else self.empty

    def last(self, now_ms: int) -> Event | Missing:
        newest = self._newest(now_ms)
        return newest.last(now_ms) if newest is not None else self.empty

    def events(self, now_ms: int) -> Events:
        parts = [view.events(now_ms) for view in self.views]
        times = [at_ms for part in parts for at_ms in part.times_ms]
        order = sorted(range(len(times)), key=times.__getitem__)  # stable: equal times keep the series' order
        values = [value for part in parts for value in part.values]
        ids = [device_id for part in parts for device_id in part.device_ids]
        names = [name for part in parts for name in part.device_names]
        forecasts: list[int | None] = [at_ms for part in parts for at_ms in (part.forecast_ms or [None] * len(part.times_ms))]
        return Events(
            times_ms=[times[i] for i in order],
            values=[values[i] for i in order],
            device_ids=[ids[i] for i in order],
            device_names=[names[i] for i in order],
            forecast_ms=[forecasts[i] for i in order] if any(part.forecast_ms for part in parts) else None,
        )
