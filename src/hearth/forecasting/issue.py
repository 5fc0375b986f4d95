"""Issue: what a forecast of hours says in the words of the catalogue, as events.

Decides which window each event type speaks of, and what power and energy come to in it. A power is the mean of its window in
W; its energy twin is the Wh of the same window. Days are the building's own, of 23 to 25 hours, also where they begin at half an
hour of UTC. Invariant: of a window that the forecast does not cover to its end nothing is said.
"""

from datetime import timedelta
from zoneinfo import ZoneInfo

import numpy as np

from hearth.core.instants import HOUR_MS, local_date, start_of_local_day
from hearth.domain.events import IssuedEvent
from hearth.domain.forecasts import ForecastKind
from hearth.forecasting.hours import Floats

# By kind: the windows that have a power type, and those that have an energy type.
_POWERS: dict[ForecastKind, tuple[str, ...]] = {
    "CONSUMPTION": ("1H", "24H"),
    "GENERATION": ("1H", "24H", "48H", "TOMORROW", "DAY_AFTER_TOMORROW"),
}
_ENERGIES = ("1H", "24H", "TOMORROW", "DAY_AFTER_TOMORROW")


def forecast_events(kind: ForecastKind, issued_at_ms: int, energy_wh: Floats, zone: ZoneInfo) -> list[IssuedEvent]:
    """Events of the energies of successive hours from `issued_at_ms` on (Wh, shape (hours,)).

    Each bears as its forecast timestamp the beginning of the window it speaks of.
    """
    windows = _windows(issued_at_ms, zone)
    end_ms = issued_at_ms + len(energy_wh) * HOUR_MS
    passed = np.concatenate(([0.0], np.cumsum(energy_wh)))
    events = []
    for name, (from_ms, to_ms) in windows.items():
        if to_ms > end_ms:
            continue
        first, last = np.interp([(each - issued_at_ms) / HOUR_MS for each in (from_ms, to_ms)], np.arange(len(passed)), passed)
        energy = float(last - first)
        said = {}
        if name in _POWERS[kind]:
            said["POWER"] = energy / ((to_ms - from_ms) / HOUR_MS)
        if name in _ENERGIES:
            said["ENERGY"] = energy
        events += [
            IssuedEvent(
                event_type=f"{quantity}_{kind}_FORECAST_{name}",
                occurred_at_ms=issued_at_ms,
                value=round(value, 3),
                forecast_at_ms=from_ms,
            )
            for quantity, value in said.items()
        ]
    return events


def _windows(issued_at_ms: int, zone: ZoneInfo) -> dict[str, tuple[int, int]]:
    """By the end of a type's name: from when to when it speaks of."""
    windows = {f"{hours}H": (issued_at_ms, issued_at_ms + hours * HOUR_MS) for hours in (1, 24, 48)}
    today = local_date(issued_at_ms, zone)
    tomorrow, day_after, end = (start_of_local_day(today + timedelta(days=days), zone) for days in (1, 2, 3))
    return windows | {"TOMORROW": (tomorrow, day_after), "DAY_AFTER_TOMORROW": (day_after, end)}
