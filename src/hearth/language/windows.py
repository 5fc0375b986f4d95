"""Events and windows: what an expression reads.

`Window` is one dataset of a rule in one building; the engine keeps it incrementally, `RecordedWindow` computes
it anew from given events. Invariant of every window: it holds what is newer than `now - timespan`, up to and
including `now`; a sum is the correctly rounded sum of its values.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from math import fsum
from typing import Protocol

from hearth.core.missing import Missing


class Event:
    """One observation. `value` in the type's unit; `forecast_ms`: the instant a forecast is for."""

    __slots__ = ("device_id", "device_name", "forecast_ms", "time_ms", "value")

    def __init__(
        self, time_ms: int, value: float, device_id: str = "", device_name: str = "", forecast_ms: int | None = None
    ) -> None:
        self.time_ms = time_ms
        self.value = value
        self.device_id = device_id
        self.device_name = device_name
        self.forecast_ms = forecast_ms

    def __repr__(self) -> str:
        return f"Event({self.time_ms}, {self.value!r}, {self.device_id!r}, {self.device_name!r}, {self.forecast_ms})"


class Events:
    """Events as parallel columns of equal length, oldest first; `forecast_ms` is None when no event has one."""

    __slots__ = ("device_ids", "device_names", "forecast_ms", "times_ms", "values")

    def __init__(
        self,
        times_ms: Sequence[int],
        values: Sequence[float],
        device_ids: Sequence[str],
        device_names: Sequence[str],
        forecast_ms: Sequence[int | None] | None = None,
    ) -> None:
        self.times_ms = times_ms
        self.values = values
        self.device_ids = device_ids
        self.device_names = device_names
        self.forecast_ms = forecast_ms

    def __len__(self) -> int:
        return len(self.values)

    def at(self, position: int) -> Event:
        """The event at a position."""
        return Event(
            self.times_ms[position],
            self.values[position],
            self.device_ids[position],
            self.device_names[position],
            self.forecast_ms[position] if self.forecast_ms is not None else None,
        )

    def taken(self, positions: Sequence[int]) -> "Events":
        """The events at these positions, in their order."""
        forecasts = self.forecast_ms
        return Events(
            [self.times_ms[i] for i in positions],
            [self.values[i] for i in positions],
            [self.device_ids[i] for i in positions],
            [self.device_names[i] for i in positions],
            [forecasts[i] for i in positions] if forecasts is not None else None,
        )

    def sliced(self, start: int, end: int) -> "Events":
        """The events of the positions [start, end)."""
        return Events(
            self.times_ms[start:end],
            self.values[start:end],
            self.device_ids[start:end],
            self.device_names[start:end],
            self.forecast_ms[start:end] if self.forecast_ms is not None else None,
        )


class Window(Protocol):
    """One dataset of a rule in one building, as of `now_ms`."""

    def count(self, now_ms: int) -> int:
        """Number of events."""

    def sum(self, now_ms: int) -> float:
        """Sum of the values, 0.0 of nothing."""

    def avg(self, now_ms: int) -> float | Missing:
        """Mean of the values."""

    def min(self, now_ms: int) -> float | Missing:
        """Smallest value."""

    def max(self, now_ms: int) -> float | Missing:
        """Largest value."""

    def last_value(self, now_ms: int) -> float | Missing:
        """Value of the newest event."""

    def last(self, now_ms: int) -> Event | Missing:
        """The newest event."""

    def events(self, now_ms: int) -> Events:
        """All events, oldest first."""


class RecordedWindow:
    """A window over given events; `timespan_ms` None = without limit. Computes everything anew."""

    def __init__(self, events: Iterable[Event], timespan_ms: int | None = None, name: str = "the dataset") -> None:
        self._events = sorted(events, key=lambda event: event.time_ms)
        self._times_ms = [event.time_ms for event in self._events]
        self._timespan_ms = timespan_ms
        self._empty = Missing(f"no events in {name}")

    def _inside(self, now_ms: int) -> list[Event]:
        start = 0 if self._timespan_ms is None else bisect_right(self._times_ms, now_ms - self._timespan_ms)
        return self._events[start : bisect_right(self._times_ms, now_ms)]

    def count(self, now_ms: int) -> int:
        return len(self._inside(now_ms))

    def sum(self, now_ms: int) -> float:
        return fsum(event.value for event in self._inside(now_ms))

    def avg(self, now_ms: int) -> float | Missing:
        inside = self._inside(now_ms)
        return fsum(event.value for event in inside) / len(inside) if inside else self._empty

    def min(self, now_ms: int) -> float | Missing:
        return min((event.value for event in self._inside(now_ms)), default=self._empty)

    def max(self, now_ms: int) -> float | Missing:
        return max((event.value for event in self._inside(now_ms)), default=self._empty)

    def last_value(self, now_ms: int) -> float | Missing:
        last = self.last(now_ms)
        return last.value if isinstance(last, Event) else last

    def last(self, now_ms: int) -> Event | Missing:
        inside = self._inside(now_ms)
        return inside[-1] if inside else self._empty

    def events(self, now_ms: int) -> Events:
        inside = self._inside(now_ms)
        has_forecasts = any(event.forecast_ms is not None for event in inside)
        return Events(
            [event.time_ms for event in inside],
            [event.value for event in inside],
            [event.device_id for event in inside],
            [event.device_name for event in inside],
            [event.forecast_ms for event in inside] if has_forecasts else None,
        )
