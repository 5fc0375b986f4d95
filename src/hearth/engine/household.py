"""Household: what limits all rules of a building together, with the count that must survive a restart.

The count is stored like the counters of a rule, with the effects that changed it, under a key that no rule has.
When limits hold a notification back is `engine.limits`' to say. Invariant: the day never turns back.
"""

from zoneinfo import ZoneInfo

import msgspec

from hearth.core.instants import local_date, zone_named
from hearth.domain.buildings import Building
from hearth.domain.limits import HouseholdLimits

# Stands where a state has the id of its rule. Ids of rules are 24 hex characters.
HOUSEHOLD = "household"


class HouseholdCounters(msgspec.Struct):
    """Notifications generated on a local day (its ordinal). Fields may be added, with defaults; none is ever reused."""

    day: int = 0
    generated_count: int = 0


def decode_household(stored: bytes) -> HouseholdCounters:
    """What was stored, also by an earlier version -> counters."""
    return msgspec.msgpack.decode(stored, type=HouseholdCounters)


class Household:
    """The limits in force in a building, its zone and its counters; one for all its slots."""

    __slots__ = ("counters", "limits", "zone")

    def __init__(self, limits: HouseholdLimits, zone: ZoneInfo, counters: HouseholdCounters) -> None:
        self.limits = limits
        self.zone = zone
        self.counters = counters

    def generated_on_day_of(self, now_ms: int) -> int:
        """How many were generated on the local day of an instant, or on a later day that was met before.

        A device that lags behind midnight does not open its day again: what it triggers is heard on the new day.
        """
        return self.counters.generated_count if self._day(now_ms) <= self.counters.day else 0

    def count_generated(self, now_ms: int) -> None:
        """One more was generated."""
        self.counters.generated_count = self.generated_on_day_of(now_ms) + 1
        self.counters.day = max(self.counters.day, self._day(now_ms))

    def _day(self, now_ms: int) -> int:
        return local_date(now_ms, self.zone).toordinal()


def household_of(
    building: Building, defaults: HouseholdLimits | None = None, counters: HouseholdCounters | None = None
) -> Household:
    """The building's own limits over the customer's defaults; new counters where it has none yet."""
    limits = building.limits if defaults is None else building.limits.over(defaults)
    return Household(limits, zone_named(building.time_zone_id), counters or HouseholdCounters())
