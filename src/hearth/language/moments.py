"""Moments: the time literals, as instants in a building's zone. Days and months are local, DST included."""

from collections.abc import Callable
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from hearth.core.instants import HOUR_MS, SECOND_MS, datetime_of_instant, local_date, start_of_local_day


def last_hour(now_ms: int, zone: ZoneInfo) -> int:
    """The start of the current local hour, also where the zone's offset is no whole hour."""
    offset = datetime_of_instant(now_ms, zone).utcoffset()
    assert offset is not None
    offset_ms = int(offset.total_seconds()) * SECOND_MS
    return now_ms - (now_ms + offset_ms) % HOUR_MS


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
