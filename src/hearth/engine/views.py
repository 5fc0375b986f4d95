"""View: what a span of one series holds, with aggregates that follow it event by event.

A view implements the language's `Window` for a dataset that selects one series; `windows.MergedWindow`
joins several. It catches up only when asked: events that no condition reads cost nothing here. Each
event is added once and taken away once, so the cost per event does not grow with the span.

Invariant: `sum` is the correctly rounded sum of the values in the window, bit for bit what
`math.fsum` gives. Two floats carry it (error-free addition: Knuth, TAOCP 2, 4.2.2, theorem B; the
error of the error is watched, and where it is not zero the window is summed anew).
"""

from array import array
from bisect import bisect_right
from math import fsum
from typing import Any

from hearth.core.missing import Missing
from hearth.engine.buffers import LOOK_BACK_MS, NEVER_MS, SeriesBuffer
from hearth.language import Event, Events

UNLIMITED_MS = 2**62

# Why a window has no value. The words do not tell series apart: whether one is known before its first event
# depends on when its building was loaded, and must not be seen in what is decided.
NOTHING = Missing("no event in the window")

# Absolute indexes of events that are or may become the extreme, the present one first (after those that left).
# An array, not a deque of pairs: the values stand in the buffer, and few memory lines are touched.
_NO_EXTREMES = array("q")
_LEFT_AT_MOST = 64


class OutOfReach(Exception):  # noqa: N818 - no error: the rule has no value at that instant
    """The instant asked for lies so far before the newest event of a series that its window is gone."""


class View:
    """Window (now - span, now] over one buffer, not reaching back to `floor_ms` or before it."""

    empty = NOTHING

    __slots__ = (
        "_as_of_ms",
        "_end",
        "_expires_ms",
        "_extremes_are_stale",
        "_high",
        "_is_exact",
        "_low",
        "_maximum",
        "_minimum",
        "_start",
        "_version",
        "buffer",
        "floor_ms",
        "has_max",
        "has_min",
        "has_sum",
        "maxima",
        "minima",
        "span_ms",
    )

    def __init__(self, buffer: SeriesBuffer[Any], span_ms: int, floor_ms: int = NEVER_MS) -> None:
        self.buffer = buffer
        self.span_ms = span_ms
        self.floor_ms = floor_ms
        self.has_sum = False
        self.has_min = False
        self.has_max = False
        self.minima = _NO_EXTREMES
        self.maxima = _NO_EXTREMES
        self._minimum = self._maximum = 0  # where the present ones stand
        self._version = -1
        self._forget()

    def ask(self, has_sum: bool, has_min: bool, has_max: bool) -> None:
        """Keeps these aggregates too from now on."""
        if (has_sum and not self.has_sum) or (has_min and not self.has_min) or (has_max and not self.has_max):
            self.has_sum, self.has_min, self.has_max = self.has_sum or has_sum, self.has_min or has_min, self.has_max or has_max
            self.minima = array("q") if self.has_min else _NO_EXTREMES
            self.maxima = array("q") if self.has_max else _NO_EXTREMES
            self.reset(self.floor_ms)

    # What the language asks

    def count(self, now_ms: int) -> int:
        """Number of events in the window."""
        if self._version != self.buffer.version or not self._as_of_ms <= now_ms < self._expires_ms:
            if self._is_past(now_ms):
                start, end = self._stretch(now_ms)
                return end - start
            self._follow(now_ms)
        return self._end - self._start

    def sum(self, now_ms: int) -> float:
        """Sum of the values; 0.0 of nothing."""
        if self._version != self.buffer.version or not self._as_of_ms <= now_ms < self._expires_ms:
            if self._is_past(now_ms):
                start, end = self._stretch(now_ms)
                return fsum(self.buffer.values[start:end])
            self._follow(now_ms)
        return self._high + self._low if self._is_exact else self._sum_anew()

    def avg(self, now_ms: int) -> float | Missing:
        """Mean of the values."""
        if self._version != self.buffer.version or not self._as_of_ms <= now_ms < self._expires_ms:
            if self._is_past(now_ms):
                start, end = self._stretch(now_ms)
                return fsum(self.buffer.values[start:end]) / (end - start) if end > start else self.empty
            self._follow(now_ms)
        count = self._end - self._start
        if not count:
            return self.empty
        return (self._high + self._low if self._is_exact else self._sum_anew()) / count

    def min(self, now_ms: int) -> float | Missing:
        """Smallest value."""
        if self._version != self.buffer.version or not self._as_of_ms <= now_ms < self._expires_ms:
            if self._is_past(now_ms):
                start, end = self._stretch(now_ms)
                return min(self.buffer.values[start:end]) if end > start else self.empty
            self._follow(now_ms)
        buffer = self.buffer
        return buffer.values[self.minima[self._minimum] - buffer.base] if self._end > self._start else self.empty

    def max(self, now_ms: int) -> float | Missing:
        """Largest value."""
        if self._version != self.buffer.version or not self._as_of_ms <= now_ms < self._expires_ms:
            if self._is_past(now_ms):
                start, end = self._stretch(now_ms)
                return max(self.buffer.values[start:end]) if end > start else self.empty
            self._follow(now_ms)
        buffer = self.buffer
        return buffer.values[self.maxima[self._maximum] - buffer.base] if self._end > self._start else self.empty

    def last_value(self, now_ms: int) -> float | Missing:
        """Value of the newest event."""
        buffer = self.buffer
        newest_ms = buffer.last_ms
        if newest_ms <= now_ms:
            if newest_ms > now_ms - self.span_ms and newest_ms > self.floor_ms:
                return buffer.values[-1]
            return self.empty
        start, end = self._stretch(now_ms)
        return buffer.values[end - 1] if end > start else self.empty

    def last(self, now_ms: int) -> Event | Missing:
        """The newest event."""
        start, end = self._stretch(now_ms)
        return self.event_at(end - 1) if end > start else self.empty

    def events(self, now_ms: int) -> Events:
        """All events, oldest first, as columns."""
        start, end = self._stretch(now_ms)
        series = self.buffer.series
        count = end - start
        return Events(
            times_ms=self.buffer.times_ms[start:end],
            values=self.buffer.values[start:end],
            device_ids=[series.device_id] * count,
            device_names=[series.device_name or series.device_id] * count,
            forecast_ms=self.buffer.forecasts_of(start, end),
        )

    # What a merged window asks

    def sum_parts(self, now_ms: int) -> tuple[float, ...]:
        """Floats whose exact sum is the exact sum of the values."""
        if self._version != self.buffer.version or not self._as_of_ms <= now_ms < self._expires_ms:
            if self._is_past(now_ms):
                return tuple(self.values(now_ms))
            self._follow(now_ms)
        if self._is_exact:
            return self._high, self._low
        return tuple(self.values(now_ms))

    def newest_ms(self, now_ms: int) -> int:
        """Time of the newest event in the window, NEVER_MS of nothing."""
        start, end = self._stretch(now_ms)
        return self.buffer.times_ms[end - 1] if end > start else NEVER_MS

    def event_at(self, position: int) -> Event:
        """The event at a position of the buffer."""
        series = self.buffer.series
        forecasts = self.buffer.forecasts_of(position, position + 1)
        return Event(
            time_ms=self.buffer.times_ms[position],
            value=self.buffer.values[position],
            device_id=series.device_id,
            device_name=series.device_name or series.device_id,
            forecast_ms=forecasts[0] if forecasts is not None else None,
        )

    def values(self, now_ms: int) -> "array[float]":
        """The values in the window, oldest first."""
        start, end = self._stretch(now_ms)
        return self.buffer.values[start:end]

    # What the buffer and the gates tell

    def inserted(self, index: int, time_ms: int, value: float) -> None:
        """A late event took the absolute `index`; those behind moved up."""
        if index >= self._end:
            return
        self._end += 1
        if time_ms <= self._as_of_ms - self.span_ms or time_ms <= self.floor_ms:
            self._start += 1
        elif self.has_sum:
            self._add(value)
        self._extremes_are_stale = True

    def replaced(self, index: int, old: float, value: float) -> None:
        """The event at the absolute `index` has another value now."""
        if not self._start <= index < self._end:
            return
        if self.has_sum:
            self._add(value)
            self._add(-old)
        self._extremes_are_stale = True

    def reset(self, floor_ms: int) -> None:
        """Empties the window: what is not newer than `floor_ms` is not seen any more."""
        self.floor_ms = floor_ms
        self._version = -1
        self._forget()

    # Following

    def _is_past(self, now_ms: int) -> bool:
        """Whether `now_ms` lies before what the aggregates stand for: answered from the arrays."""
        return now_ms < self._as_of_ms or now_ms < self.buffer.last_ms

    def _stretch(self, now_ms: int) -> tuple[int, int]:
        """Positions of the window's events. Raises OutOfReach where events of it may be gone."""
        if now_ms < self.buffer.last_ms - LOOK_BACK_MS:
            raise OutOfReach
        return self.buffer.stretch(max(now_ms - self.span_ms, self.floor_ms), now_ms)

    def _forget(self) -> None:
        self._start = self._end = -1
        self._as_of_ms = NEVER_MS
        self._expires_ms = NEVER_MS
        self._high = self._low = 0.0
        self._is_exact = True
        self._extremes_are_stale = True

    def _follow(self, now_ms: int) -> None:
        """Brings the aggregates to `now_ms`: adds what came, takes away what has left.

        The error-free addition stands here twice, written out: a call for it would cost more than it does.
        """
        buffer = self.buffer
        times, values, base = buffer.times_ms, buffer.values, buffer.base
        newest = len(times)
        cut_ms = now_ms - self.span_ms
        if cut_ms < self.floor_ms:
            cut_ms = self.floor_ms
        start, end = self._start - base, self._end - base
        # A view that lags so far that most of its window is new is cheaper read anew.
        if start < 0 or (newest - end > 64 and times[end] <= cut_ms):
            start = end = bisect_right(times, cut_ms)
            self._high = self._low = 0.0
            self._is_exact = True
            self._extremes_are_stale = True
        first_new = end
        if self.has_sum:
            high, low = self._high, self._low
            while end < newest:
                value = values[end]
                end += 1
                total = high + value
                part = total - high
                error = (high - (total - part)) + (value - part)
                rest = low + error
                part = rest - low
                if (low - (rest - part)) + (error - part) != 0.0:
                    self._is_exact = False
                high, low = total, rest
            while start < newest and times[start] <= cut_ms:
                value = -values[start]
                start += 1
                total = high + value
                part = total - high
                error = (high - (total - part)) + (value - part)
                rest = low + error
                part = rest - low
                if (low - (rest - part)) + (error - part) != 0.0:
                    self._is_exact = False
                high, low = total, rest
            self._high, self._low = high, low
        else:
            while start < newest and times[start] <= cut_ms:
                start += 1
        self._start, self._end = start + base, newest + base
        if self.has_min or self.has_max:
            self._follow_extremes(first_new, newest, base)
        self._as_of_ms = now_ms
        self._version = buffer.version
        self._expires_ms = times[start] + self.span_ms if start < newest else UNLIMITED_MS

    def _follow_extremes(self, first_new: int, newest: int, base: int) -> None:
        """Monotonic queues (Lemire, Streaming maximum-minimum filter, 2006)."""
        if self._extremes_are_stale:
            # After a change in the middle of the window they are made anew.
            self._extremes_are_stale = False
            del self.minima[:], self.maxima[:]
            self._minimum = self._maximum = 0
            first_new = self._start - base
        values, start = self.buffer.values, self._start
        if self.has_min:
            minima, head = self.minima, self._minimum
            for position in range(first_new, newest):
                value = values[position]
                while len(minima) > head and values[minima[-1] - base] >= value:
                    minima.pop()
                minima.append(position + base)
            while head < len(minima) and minima[head] < start:
                head += 1
            if head > _LEFT_AT_MOST:
                del minima[:head]
                head = 0
            self._minimum = head
        if self.has_max:
            maxima, head = self.maxima, self._maximum
            for position in range(first_new, newest):
                value = values[position]
                while len(maxima) > head and values[maxima[-1] - base] <= value:
                    maxima.pop()
                maxima.append(position + base)
            while head < len(maxima) and maxima[head] < start:
                head += 1
            if head > _LEFT_AT_MOST:
                del maxima[:head]
                head = 0
            self._maximum = head

    def _add(self, value: float) -> None:
        """high + low += value without error; `_is_exact` tells when two floats were not enough."""
        high, low = self._high, self._low
        total = high + value
        part = total - high
        error = (high - (total - part)) + (value - part)
        self._high = total
        rest = low + error
        part = rest - low
        if (low - (rest - part)) + (error - part) != 0.0:
            self._is_exact = False
        self._low = rest

    def _sum_anew(self) -> float:
        """The exact sum where two floats do not carry it; also the new starting point."""
        base = self.buffer.base
        values = self.buffer.values[self._start - base : self._end - base]
        total = fsum(values)
        self._high = total
        self._low = fsum([*values, -total])
        self._is_exact = fsum([*values, -total, -self._low]) == 0.0
        return total
