"""SeriesBuffer: the newest stretch of one series, shared by all rules of its building.

Two growing columns (time, value; a third where events carry a forecast timestamp), in event-time order.
Views read spans of it; nobody keeps a copy. Invariant: times rise strictly, and everything a view may
still ask for is here: the longest span plus LOOK_BACK_MS.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Generic, Protocol, TypeVar

from hearth.core.instants import HOUR_MS
from hearth.domain.events import NO_FORECAST_MS, Series

# A window may be asked for an instant this much before the newest event of its series (devices of one
# building are never quite in step); beyond that it answers "missing", never from a part of the events.
LOOK_BACK_MS = HOUR_MS

NEVER_MS = -(2**62)


class Follower(Protocol):
    """What follows a buffer and must hear of changes in its middle: a view."""

    floor_ms: int

    def inserted(self, index: int, time_ms: int, value: float) -> None: ...
    def replaced(self, index: int, old: float, value: float) -> None: ...
    def reset(self, floor_ms: int) -> None: ...


Concerned = TypeVar("Concerned")


class SeriesBuffer(Generic[Concerned]):
    """Columns of one series. `base` is the absolute index of the first kept event.

    `version` grows with every change, so that a view knows whether it is up to date.
    `concerned` is what to evaluate when a live event arrives, `pursuing` whose goals it may achieve; `keep_ms` is
    the longest span of a view, `keeps_latest` whether the newest event counts however old it is.
    """

    __slots__ = (
        "base",
        "concerned",
        "forecast_ms",
        "keep_ms",
        "keeps_latest",
        "last_ms",
        "pursuing",
        "series",
        "times_ms",
        "trim_length",
        "values",
        "version",
        "views",
    )

    def __init__(self, series: Series) -> None:
        self.series = series
        self.times_ms = array("q")
        self.values = array("d")
        self.forecast_ms: array[int] | None = None
        self.base = 0
        self.version = 0
        self.last_ms = NEVER_MS
        self.keep_ms = -1  # nobody reads it: nothing is kept but the time of the newest event
        self.keeps_latest = False
        self.trim_length = 64
        self.concerned: tuple[Concerned, ...] = ()
        self.pursuing: tuple[Concerned, ...] = ()
        self.views: list[Follower] = []

    def append(self, time_ms: int, value: float, forecast_ms: int = NO_FORECAST_MS) -> None:
        """Adds an event newer than all others. Amortised constant time, whatever the span."""
        self.last_ms = time_ms
        if self.keep_ms < 0:
            return
        self.times_ms.append(time_ms)
        self.values.append(value)
        if forecast_ms != NO_FORECAST_MS or self.forecast_ms is not None:
            self._add_forecast(len(self.times_ms) - 1, forecast_ms)
        self.version += 1
        if len(self.times_ms) > self.trim_length:
            self._trim()

    def insert(self, time_ms: int, value: float, forecast_ms: int = NO_FORECAST_MS) -> None:
        """Takes a late event at its place, or replaces the value of an exact repeat."""
        if self.keep_ms < 0:
            return
        times = self.times_ms
        position = bisect_left(times, time_ms)
        repeats = position < len(times) and times[position] == time_ms
        if position == 0 and not repeats and self._is_out_of_reach(time_ms):
            return
        if repeats:
            old = self.values[position]
            self.values[position] = value
            if forecast_ms != NO_FORECAST_MS or self.forecast_ms is not None:
                self._forecasts()[position] = forecast_ms
            self.version += 1
            for view in self.views:
                view.replaced(self.base + position, old, value)
            return
        times.insert(position, time_ms)
        self.values.insert(position, value)
        if forecast_ms != NO_FORECAST_MS or self.forecast_ms is not None:
            self._add_forecast(position, forecast_ms)
        self.version += 1
        for view in self.views:
            view.inserted(self.base + position, time_ms, value)
        if len(times) > self.trim_length:
            self._trim()

    def fill(self, times_ms: "array[int]", values: "array[float]", forecast_ms: "array[int] | None") -> None:
        """Replaces the content by a stretch read from storage (oldest first, strictly rising)."""
        self.times_ms = array("q", times_ms)
        self.values = array("d", values)
        self.forecast_ms = array("q", forecast_ms) if forecast_ms is not None else None
        self.base = 0
        self.version += 1
        if len(times_ms):
            self.last_ms = max(self.last_ms, times_ms[-1])
        for view in self.views:
            view.reset(view.floor_ms)
        self._trim()

    def stretch(self, after_ms: int, until_ms: int) -> tuple[int, int]:
        """Positions [start, end) of the kept events with after_ms < time <= until_ms."""
        return bisect_right(self.times_ms, after_ms), bisect_right(self.times_ms, until_ms)

    def forecasts_of(self, start: int, end: int) -> Sequence[int | None] | None:
        """Forecast timestamps of the positions [start, end), or None where no event carries one."""
        if self.forecast_ms is None:
            return None
        return [None if at_ms == NO_FORECAST_MS else at_ms for at_ms in self.forecast_ms[start:end]]

    def _is_out_of_reach(self, time_ms: int) -> bool:
        """Whether an event older than all kept ones can be read by no window."""
        reach_ms = self.last_ms - self.keep_ms - LOOK_BACK_MS
        return time_ms <= reach_ms and (not self.keeps_latest or (bool(self.times_ms) and self.times_ms[0] <= reach_ms))

    def _forecasts(self) -> "array[int]":
        if self.forecast_ms is None:
            self.forecast_ms = array("q", [NO_FORECAST_MS]) * len(self.times_ms)
        return self.forecast_ms

    def _add_forecast(self, position: int, forecast_ms: int) -> None:
        if self.forecast_ms is None:
            self.forecast_ms = array("q", [NO_FORECAST_MS]) * (len(self.times_ms) - 1)
        self.forecast_ms.insert(position, forecast_ms)

    def _trim(self) -> None:
        """Drops what no window can reach; done after growth by an eighth, so it costs O(1) an event."""
        gone = bisect_right(self.times_ms, self.last_ms - self.keep_ms - LOOK_BACK_MS)
        if self.keeps_latest:
            gone -= 1
        if gone > 0:
            del self.times_ms[:gone]
            del self.values[:gone]
            if self.forecast_ms is not None:
                del self.forecast_ms[:gone]
            self.base += gone
        self.trim_length = len(self.times_ms) * 9 // 8 + 32
