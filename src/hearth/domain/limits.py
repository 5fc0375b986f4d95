"""HouseholdLimits: when a household is left in peace, and how much it hears a day.

Holds the limits a customer sets for all its buildings and a building sets for itself, which of them holds, and
from when to when the quiet hours of a night last. What they mean for a notification is the engine's. Invariant:
quiet hours of one night are one stretch of time, also where clocks are moved during it.
"""

import re
from datetime import time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from hearth.core.instants import instants_of_wall_clock, local_date
from hearth.core.problems import invalid

MOST_PER_DAY = 1_000
_TIME_OF_DAY = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


class QuietHours(msgspec.Struct, frozen=True, kw_only=True):
    """Local times of day "HH:mm", from `start` to just before `end`.

    A start later than the end spans midnight; equal ones are no quiet hours, also where the customer has some.
    """

    start: str
    end: str

    def __post_init__(self) -> None:
        for name, text in (("start", self.start), ("end", self.end)):
            if not _TIME_OF_DAY.fullmatch(text):
                raise invalid(f"/quietHours/{name}", f"{text!r} is no time of day; write HH:mm, such as 22:00")

    def until(self, now_ms: int, zone: ZoneInfo) -> int | None:
        """The instant at which the quiet hours end that hold at `now_ms`; None where none hold.

        They last from the first time the clock shows the start to the last time it shows the end; one that is skipped is
        the instant of the skip. So a night in which clocks are moved has an hour more or less of them.
        """
        start, end = time.fromisoformat(self.start), time.fromisoformat(self.end)
        if start == end:
            return None
        until_ms = now_ms
        # Those that began the day before come first: where nights meet, because an hour is repeated, they are one.
        for day in (local_date(now_ms, zone) + timedelta(days=offset) for offset in (-1, 0, 1)):
            from_ms, _ = instants_of_wall_clock(day, start, zone)
            _, to_ms = instants_of_wall_clock(day if start < end else day + timedelta(days=1), end, zone)
            if from_ms <= until_ms < to_ms:
                until_ms = to_ms
        return until_ms if until_ms > now_ms else None


class HouseholdLimits(msgspec.Struct, frozen=True, kw_only=True):
    """Limits of a household: quiet hours, and the most notifications of a local day. None = not set here."""

    quiet_hours: QuietHours | None = None
    most_per_day: int | None = None

    def __post_init__(self) -> None:
        if self.most_per_day is not None and not 0 <= self.most_per_day <= MOST_PER_DAY:
            raise invalid("/maxNotificationsPerDay", f"The most notifications of a day are a number from 0 to {MOST_PER_DAY:,}.")

    def over(self, defaults: "HouseholdLimits") -> "HouseholdLimits":
        """These limits, and the default where one is not set."""
        return HouseholdLimits(
            quiet_hours=defaults.quiet_hours if self.quiet_hours is None else self.quiet_hours,
            most_per_day=defaults.most_per_day if self.most_per_day is None else self.most_per_day,
        )
