"""Instants and local days.

An instant is an `int`: milliseconds since 1970-01-01T00:00Z, named `..._ms` (for instance
`occurred_at_ms`). Durations are milliseconds inside and seconds at the edges, and say so in their name.
A local day is a date in a building's IANA zone; it may have 23 or 25 hours.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

SECOND_MS = 1_000
MINUTE_MS = 60 * SECOND_MS
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
END_OF_CALENDAR_MS = 253_402_300_800_000  # the year 10000, which no date library shows

# A number of seconds as large as this is the year 5138; so large a number is milliseconds.
_MILLISECONDS_FROM = 100_000_000_000


def instant_of_number(number: float) -> int:
    """Epoch seconds or, recognised by magnitude, epoch milliseconds -> instant in milliseconds."""
    if abs(number) >= _MILLISECONDS_FROM:
        return round(number)
    return round(number * SECOND_MS)


def seconds_of_instant(at_ms: int) -> int | float:
    """Instant -> epoch seconds; whole seconds stay an `int`."""
    whole, rest = divmod(at_ms, SECOND_MS)
    return whole + rest / SECOND_MS if rest else whole


def datetime_of_instant(at_ms: int, zone: ZoneInfo | None = None) -> datetime:
    """Instant -> aware datetime in `zone` (UTC when absent)."""
    utc = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at_ms)
    return utc if zone is None else utc.astimezone(zone)


def instant_of_datetime(moment: datetime) -> int:
    """Aware datetime -> instant. Raises ValueError for a naive one: nobody may guess a zone."""
    if moment.tzinfo is None:
        raise ValueError("a datetime without a zone names no instant")
    return round((moment - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(milliseconds=1))


@lru_cache(maxsize=1024)
def zone_named(time_zone_id: str) -> ZoneInfo:
    """IANA name -> zone. Raises ValueError when there is no such zone."""
    try:
        return ZoneInfo(time_zone_id)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"unknown time zone {time_zone_id!r}") from error


def local_date(at_ms: int, zone: ZoneInfo) -> date:
    """The local day in which an instant lies."""
    return datetime_of_instant(at_ms, zone).date()


def start_of_local_day(day: date, zone: ZoneInfo) -> int:
    """The first instant of a local day, also where midnight is skipped by a DST change."""
    return instant_of_datetime(datetime.combine(day, time(), tzinfo=zone))


def instants_of_wall_clock(day: date, at: time, zone: ZoneInfo) -> tuple[int, int]:
    """The first and the last instant at which clocks in `zone` show that time of that day.

    They differ where an hour is repeated. Where the time is skipped, both are the instant of the skip.
    """
    first_ms, last_ms = (instant_of_datetime(datetime.combine(day, at.replace(fold=fold), tzinfo=zone)) for fold in (0, 1))
    if first_ms <= last_ms:
        return first_ms, last_ms
    # In a gap, fold 0 counts with the offset before it and fold 1 with the one behind it: the skip lies between the two.
    before_ms, behind_ms = last_ms, first_ms
    offset = datetime_of_instant(behind_ms, zone).utcoffset()
    while behind_ms - before_ms > 1:
        middle_ms = (before_ms + behind_ms) // 2
        if datetime_of_instant(middle_ms, zone).utcoffset() == offset:
            behind_ms = middle_ms
        else:
            before_ms = middle_ms
    return behind_ms, behind_ms


def utc_day(at_ms: int) -> int:
    """Days since 1970-01-01 in UTC: the key of a series chunk."""
    return at_ms // DAY_MS
