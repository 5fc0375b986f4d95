"""Meters that only ever grow: what was used between their readings, and which readings cannot be believed. Pure.

The order of arrival does not matter: the same readings, in the order of their instants, always say the same. Between two
readings that can be believed the meter is taken to have grown evenly, so what a quarter of an hour came to is known as soon
as readings stand on both sides of it, however they lie to it and however long the gap. Wh and instants in milliseconds.
Invariant: no amount is negative, and none is more than the meter could have counted in the time.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hearth.core.instants import DAY_MS, HOUR_MS
from hearth.insights.derived import amounts_in_slots
from hearth.insights.energy import Figures, Instants

Doubt = Literal["NEGATIVE", "GLITCH"]

# A meter that shows whole kWh jumps by one, however short the time.
_RESOLUTION_WH = 1_000.0
# What a meter that was reset may show: what a household draws at most over hours, and a small part of what stood there.
_USUAL_MOST_W, _LITTLE_SHARE = 10_000.0, 0.1
# Over a longer gap nobody knows even roughly when it was used.
LONGEST_GAP_MS = 31 * DAY_MS


class MeterRun(NamedTuple):
    """What readings say. `times_ms`: of the readings that are believed; `grown_wh[i]`: from one to the next, where `is_known[i]`
    is 1. `doubtful`: (place among the readings, why) of those set aside. The newest reading is neither, while only the next
    one can tell whether it is to be believed.
    """

    times_ms: Instants
    grown_wh: Figures
    is_known: Instants
    doubtful: tuple[tuple[int, Doubt], ...]

    def amounts_wh(self, starts_ms: Instants) -> Figures:
        """What was counted in each slot; NaN where it is not known."""
        return amounts_in_slots(starts_ms, self.times_ms, self.grown_wh, self.is_known)


def run_of(times_ms: Instants, values_wh: Figures, most_w: float) -> MeterRun:
    """Readings, ascending, of a meter that cannot count faster than `most_w`.

    A reading that falls below or jumps beyond what can be is believed when the next one goes on from it: near zero the meter has
    been reset and has counted what it shows; elsewhere it was replaced, and what it counted meanwhile is not known. When the next
    one goes on from the reading before, the one between was a glitch.
    """
    if (
        len(times_ms) > 1
        and bool((values_wh >= 0).all())
        and bool(_can_follow(np.diff(times_ms), np.diff(values_wh), most_w).all())
    ):
        return _run(times_ms, np.diff(values_wh), np.ones(len(times_ms) - 1, np.int64), ())
    return _Reader(times_ms, values_wh, most_w).run()


def _can_follow(after_ms: Instants, grown_wh: Figures, most_w: float) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = (grown_wh >= 0) & (grown_wh <= _RESOLUTION_WH + most_w * after_ms / HOUR_MS)
    return found


def _run(times_ms: Instants, grown_wh: Figures, is_known: Instants, doubtful: tuple[tuple[int, Doubt], ...]) -> MeterRun:
    return MeterRun(times_ms, grown_wh, is_known * (np.diff(times_ms) <= LONGEST_GAP_MS), doubtful)


class _Reader:
    """Reads one reading after the other."""

    def __init__(self, times_ms: Instants, values_wh: Figures, most_w: float) -> None:
        self._times: list[int] = times_ms.tolist()
        self._values: list[float] = values_wh.tolist()
        self._most_w = most_w
        self._kept: list[int] = []
        self._grown: list[float | None] = []  # up to each that is kept; None = not known
        self._doubtful: list[tuple[int, Doubt]] = []

    def run(self) -> MeterRun:
        readings = []
        for at, value in enumerate(self._values):
            if value >= 0:
                readings.append(at)
            else:
                self._doubtful.append((at, "NEGATIVE"))
        for place, at in enumerate(readings):
            if not self._take(at, readings[place + 1] if place + 1 < len(readings) else None):
                break
        times = np.array([self._times[at] for at in self._kept], dtype=np.int64)
        grown = self._grown[1:]
        return _run(
            times,
            np.array([each or 0.0 for each in grown]),
            np.array([each is not None for each in grown], dtype=np.int64),
            tuple(sorted(self._doubtful)),
        )

    def _take(self, at: int, following: int | None) -> bool:
        """Keeps it or sets it aside; False where only a further reading can tell."""
        if not self._kept:
            self._keep(at, None)
            return True
        last = self._kept[-1]
        if self._follows(last, at):
            self._keep(at, self._values[at] - self._values[last])
        elif following is None:
            return False
        elif self._follows(last, following):
            self._doubtful.append((at, "GLITCH"))
        elif self._is_peak(at) and self._follows(at, following):
            self._doubtful.append((self._kept.pop(), "GLITCH"))
            self._grown.pop()
            self._keep(at, self._values[at] - self._values[self._kept[-1]])
        elif self._follows(at, following):
            self._keep(at, self._values[at] if self._is_reset(last, at) else None)
        else:
            self._doubtful.append((at, "GLITCH"))
        return True

    def _keep(self, at: int, grown_wh: float | None) -> None:
        self._kept.append(at)
        self._grown.append(grown_wh)

    def _is_reset(self, last: int, at: int) -> bool:
        """Whether it began anew from zero: it shows little beside what it showed, and what a household may use in the time."""
        usual_wh = _RESOLUTION_WH + min(self._most_w, _USUAL_MOST_W) * (self._times[at] - self._times[last]) / HOUR_MS
        little_wh = max(_RESOLUTION_WH, self._values[last] * _LITTLE_SHARE)
        return self._values[at] < self._values[last] and self._values[at] <= min(usual_wh, little_wh)

    def _is_peak(self, at: int) -> bool:
        """Whether what was kept last stands out between the one before and this one, which goes on from that."""
        return (
            len(self._kept) > 1
            and self._values[self._kept[-1]] > self._values[at]
            and self._values[self._kept[-2]] > 0
            and self._follows(self._kept[-2], at)
        )

    def _follows(self, before: int, at: int) -> bool:
        return 0 <= self._values[at] - self._values[before] <= self._most_wh(before, at)

    def _most_wh(self, before: int, at: int) -> float:
        return _RESOLUTION_WH + self._most_w * (self._times[at] - self._times[before]) / HOUR_MS
