"""A metered home's year as a gateway and a forecast service would have sent it: hourly readings, daily figures, forecasts.

The file holds hourly readings alone. Figures of a day follow from them just after local midnight; forecasts of the generation
come in the morning, and come true. Invariant: events are in the order of time, and each is there once.
"""

import csv
from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tests.metered_homes import file_of

from hearth.core.instants import HOUR_MS, MINUTE_MS, instant_of_datetime, local_date, start_of_local_day

ZONE = ZoneInfo("America/Los_Angeles")


class Sent(NamedTuple):
    """One event; its device is named as its source."""

    at_ms: int
    type: str
    source: str
    value: float


def year_of(home: int) -> list[Sent]:
    """All events of a home, oldest first. Skips the test where the homes are not."""
    readings: list[Sent] = []
    used: dict[date, float] = defaultdict(float)
    made: dict[date, float] = defaultdict(float)
    with file_of(home).open() as file:
        for row in csv.DictReader(file):
            at_ms = instant_of_datetime(datetime.fromisoformat(row["hour_start_utc"]))
            consumption_wh, generation_wh = float(row["consumption_wh"]), float(row["generation_wh"])
            readings.append(Sent(at_ms, "ENERGY_CONSUMPTION", "GATEWAY", consumption_wh))
            readings.append(Sent(at_ms, "ENERGY_GENERATION", "GATEWAY", generation_wh))
            used[local_date(at_ms, ZONE)] += consumption_wh
            made[local_date(at_ms, ZONE)] += generation_wh
    figures = [sent for day in used for sent in _figures(day, used[day], made[day])]
    forecasts = [sent for day in used for sent in _forecasts(day, made)]
    return sorted([*readings, *figures, *forecasts], key=lambda each: each.at_ms)


def _figures(day: date, used_wh: float, made_wh: float) -> list[Sent]:
    at_ms = start_of_local_day(day + timedelta(days=1), ZONE) + 10 * MINUTE_MS
    own = 100 * min(1.0, made_wh / used_wh) if used_wh else 0.0
    return [
        Sent(at_ms, "ENERGY_CONSUMPTION_YESTERDAY", "GATEWAY", used_wh),
        Sent(at_ms, "ENERGY_GENERATION_YESTERDAY", "GATEWAY", made_wh),
        Sent(at_ms, "SELF_SUFFICIENCY_RATE_YESTERDAY", "GATEWAY", own),
    ]


def _forecasts(day: date, made_wh: dict[date, float]) -> list[Sent]:
    """Of the next two days, as far as they are known."""
    at_ms = start_of_local_day(day, ZONE) + 10 * HOUR_MS + 30 * MINUTE_MS
    kinds = ("ENERGY_GENERATION_FORECAST_TOMORROW", "ENERGY_GENERATION_FORECAST_DAY_AFTER_TOMORROW")
    ahead = [(kind, day + timedelta(days=days)) for days, kind in enumerate(kinds, 1)]
    return [Sent(at_ms, kind, "PLATFORM", made_wh[later]) for kind, later in ahead if later in made_wh]
