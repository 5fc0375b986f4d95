"""Schedule: at which instants a cron expression ticks in a zone. Pure: it counts from a given instant.

The fields are read and iterated by cronsim, on a plain local clock; what a change of the clock makes of a local time
is decided here. Invariant: each local time of a schedule ticks once, at the first instant at which the local clock
has reached it. So a time in a skipped hour ticks at the first instant after the gap (several of them, and one that
stands at its end, are one tick), and a time in a repeated hour ticks the first time.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from hearth.core.instants import DAY_MS, datetime_of_instant, instants_of_wall_clock, zone_named

END_OF_TIME_MS = 200_000_000_000_000  # the year 8307: later than any tick that is asked for

# Name and allowed values of each field; seconds stand first where there are six.
_FIELDS = (
    ("second", "0 to 59"),
    ("minute", "0 to 59"),
    ("hour", "0 to 23"),
    ("day of the month", "1 to 31, or L for the last"),
    ("month", "1 to 12 or JAN to DEC"),
    ("day of the week", "0 to 7 or SUN to SAT"),
)
_EXAMPLE = 'for instance "0 7 * * *": every day at 7:00'
_FORMS = "lists 1,3 ranges 1-5 and steps */2 are allowed"
_FROM_2026_MS = 1_767_225_600_000  # 2026-01-01T00:00Z, from where the distances of ticks are looked at
_YEAR_MS = 366 * DAY_MS
# All days on which a schedule ticks have the same ticks. More than two days of one that ticks every five minutes
# show every distance below that.
_ENOUGH_TICKS = 600


def ticks(cron: str, zone: ZoneInfo, after_ms: int, until_ms: int = END_OF_TIME_MS) -> Iterator[int]:
    """The ticks with after_ms < tick <= until_ms, ascending. Raises ValueError for a cron with a mistake."""
    local = datetime_of_instant(after_ms, zone).replace(tzinfo=None, fold=0)
    last_ms = after_ms
    for local_time in _iterated(cron, local):
        at_ms, _ = instants_of_wall_clock(local_time.date(), local_time.time(), zone)
        if at_ms > until_ms:
            return
        if at_ms > last_ms:
            last_ms = at_ms
            yield at_ms


def next_tick(cron: str, zone: ZoneInfo, after_ms: int) -> int | None:
    """The first tick after an instant; None where the schedule never ticks again."""
    return next(ticks(cron, zone, after_ms), None)


def next_ticks(cron: str, zone: ZoneInfo, after_ms: int, count: int) -> list[int]:
    """The first `count` ticks after an instant."""
    return list(islice(ticks(cron, zone, after_ms), count))


@lru_cache(maxsize=4096)
def ticks_at(cron: str, zone: ZoneInfo, at_ms: int) -> bool:
    """Whether the schedule ticks at that very instant. Remembered, for many buildings ask the same."""
    return next(ticks(cron, zone, at_ms - 1, at_ms), None) is not None


def mistake_in(cron: str) -> tuple[str, str] | None:
    """What is wrong with a cron expression and how to mend it, or None."""
    fields = cron.split()
    if len(fields) not in (5, 6):
        return "A schedule has five fields: minute, hour, day of month, month, day of week.", _EXAMPLE
    first = 6 - len(fields)
    for number, text in enumerate(fields, first):
        alone = ["*"] * 6
        alone[number] = text
        if not _is_readable(" ".join(alone)):
            name, allowed = _FIELDS[number]
            return f"The {name} is {text}; it must be {allowed}.", f"{_FORMS}; {_EXAMPLE}"
    if not _is_readable(cron):
        return f"No month of this schedule has a day {fields[3 - first]}.", "L is the last day of every month"
    return None


def shortest_pause_ms(cron: str) -> int | None:
    """The time between the two ticks that are closest; None where it hardly ever ticks. Looks no closer than needed
    to find a pause below five minutes."""
    some = islice(ticks(cron, zone_named("UTC"), _FROM_2026_MS - 1, _FROM_2026_MS + _YEAR_MS), _ENOUGH_TICKS)
    return min((later - earlier for earlier, later in pairwise(some)), default=None)


def _iterated(cron: str, local: datetime) -> CronSim:
    try:
        return CronSim(cron, local)
    except CronSimError as error:
        raise ValueError(f"the schedule {cron!r} cannot be read: {error}") from error


def _is_readable(cron: str) -> bool:
    try:
        _iterated(cron, datetime_of_instant(0).replace(tzinfo=None))
    except ValueError:
        return False
    return True
