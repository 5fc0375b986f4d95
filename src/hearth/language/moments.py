"""Moments: the time literals, and the borders of local days, as instants in a building's zone.

Days and months are local, DST included. Invariant: what a local clock never showed, because it was put forward,
is the instant at which it was put forward.
"""

from bisect import bisect_left
from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hearth.core.instants import datetime_of_instant, instant_of_datetime, local_date, start_of_local_day

# A thousand years: so far the calendar reaches to both sides of any event.
MOST_DAYS = 365_000


def instant_of_clock(clock: datetime, zone: ZoneInfo) -> int:
    """Local date and time -> instant. `fold` says which of a repeated hour; in a skipped hour, the instant right after it."""
    at_ms = instant_of_datetime(clock.replace(tzinfo=zone))
    if datetime_of_instant(at_ms, zone).replace(tzinfo=None) == clock:
        return at_ms
    # Read with the offset that held before, a skipped time is an instant behind the gap; with the later one, before it.
    before = clock.replace(tzinfo=zone, fold=1)
    offset = before.utcoffset()
    around = range(instant_of_datetime(before), instant_of_datetime(before.replace(fold=0)))
    return around.start + bisect_left(around, True, key=lambda at_ms: datetime_of_instant(at_ms, zone).utcoffset() == offset)


def day_borders(anchor_ms: float, days: int, first_ms: int, last_ms: int, zone: ZoneInfo) -> list[int]:
    """The anchor's time of the day on every n-th local day, rising: all borders from `first_ms` to `last_ms` and one
    before them at least. Raises OverflowError where the calendar ends, and for more than `MOST_DAYS`.
    """
    if days > MOST_DAYS:
        raise OverflowError(days)
    anchor = datetime_of_instant(round(anchor_ms), zone).replace(tzinfo=None, fold=0)
    lowest, highest = ((local_date(at_ms, zone) - anchor.date()).days // days for at_ms in (first_ms, last_ms))
    return [instant_of_clock(anchor + timedelta(days=days * count), zone) for count in range(lowest - 1, highest + 2)]


def last_hour(now_ms: int, zone: ZoneInfo) -> int:
    """The start of the current local hour, also where the offset is no whole hour or changes within the hour."""
    return instant_of_clock(datetime_of_instant(now_ms, zone).replace(minute=0, second=0, microsecond=0, tzinfo=None), zone)


def last_zero_hour(now_ms: int, zone: ZoneInfo) -> int:
    """The start of the current local day."""
    return start_of_local_day(local_date(now_ms, zone), zone)


def first_of_month(now_ms: int, zone: ZoneInfo, months: int) -> date:
    """The first day of the month that lies `months` after the current one."""
    today = local_date(now_ms, zone)
    years, month = divmod(today.year * 12 + today.month - 1 + months, 12)
    return date(years, month + 1, 1)


def _start(months: int) -> Callable[[int, ZoneInfo], int]:
    return lambda now_ms, zone: start_of_local_day(first_of_month(now_ms, zone, months), zone)


def _last_day(months: int) -> Callable[[int, ZoneInfo], int]:
    return lambda now_ms, zone: start_of_local_day(first_of_month(now_ms, zone, months + 1) - timedelta(days=1), zone)


MOMENTS: dict[str, Callable[[int, ZoneInfo], int]] = {
    "lastHour": last_hour,
    "lastZeroHour": last_zero_hour,
    "startOfCurrentMonth": _start(0),
    "endOfCurrentMonth": _last_day(0),
    "startOfLastMonth": _start(-1),
    "endOfLastMonth": _last_day(-1),
    "startOfMonthBeforeLast": _start(-2),
    "endOfMonthBeforeLast": _last_day(-2),
}
