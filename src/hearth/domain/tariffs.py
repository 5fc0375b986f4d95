"""Tariff: what a kWh costs in a building, and when it costs less.

Decides the price of an instant, whether it is in the low tariff, from when to when neither changes, and how dear an hour is
among those to come. What of it is told to rules, and when, is `insights.tariffs`' to say. Invariants: prices are decimals and
never pass through a float; what is not known is None, never a guess; the days and hours meant are those of the building's zone.

What is low:
- SINGLE: never.
- DUAL: in its low hours. They last from the first time the clock shows the start to the last time it shows the end, so that each
  is one stretch of time; one that is skipped is the instant of the skip. An end that is not later than the start is one of the
  next day, so equal times are a whole day. Where stretches of two days overlap they are one.
- DYNAMIC: where the price is in the lowest third between the lowest and the highest known price of the local day. With two
  prices a day that is the lower one, as in a dual tariff; a day of one price has no low hours.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from datetime import date, time, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from hearth.core.instants import (
    HOUR_MS,
    datetime_of_instant,
    instants_of_wall_clock,
    local_date,
    start_of_local_day,
)

RANKED_HOURS = 24
_DAY = timedelta(days=1)


class LowTariffHours(msgspec.Struct, frozen=True, kw_only=True):
    """Local "HH:mm" from/to of the low tariff per weekday, Monday first; None = none that day."""

    days: tuple[tuple[str, str] | None, ...] = (None,) * 7


class PriceSlice(msgspec.Struct, frozen=True, kw_only=True):
    """A price per kWh (decimal text) that holds in [start, end)."""

    start_ms: int
    end_ms: int
    price: str


class Tariff(msgspec.Struct, frozen=True, kw_only=True):
    """What a kWh costs. Prices are decimal texts per kWh, never floats. Slices are in order of time, and do not overlap.

    Of a dual tariff `min_price` is that of its low hours and `max_price` that of the others, where they are given.
    """

    type: Literal["SINGLE", "DUAL", "DYNAMIC"]
    currency: str | None = None
    min_price: str | None = None
    max_price: str | None = None
    single_price: str | None = None
    low_tariff: LowTariffHours | None = None
    slices: tuple[PriceSlice, ...] = ()

    def has_low_hours(self) -> bool:
        """Whether a low tariff can come at all."""
        if self.type == "DUAL":
            return self.low_tariff is not None and any(self.low_tariff.days)
        return self.type == "DYNAMIC"


class PriceSegment(msgspec.Struct, frozen=True, kw_only=True):
    """In [start, end) the tariff says the same: the price per kWh and whether it is low, None = not known."""

    start_ms: int
    end_ms: int
    price: Decimal | None
    is_low: bool | None


class _Reading(NamedTuple):
    """A tariff within a span: the instants between which nothing changes, and (price, is low) of one."""

    borders: Iterable[int]
    at: Callable[[int], tuple[Decimal | None, bool | None]]


def price_segments(tariff: Tariff, zone: ZoneInfo, from_ms: int, to_ms: int) -> list[PriceSegment]:
    """What holds in [from, to), oldest first, without gaps; a new segment begins where price or low tariff change.

    Empty where the span is.
    """
    reading = _READINGS[tariff.type](tariff, zone, from_ms, to_ms)
    borders = sorted({from_ms, to_ms, *(at_ms for at_ms in reading.borders if from_ms < at_ms < to_ms)})
    segments: list[PriceSegment] = []
    for start_ms, end_ms in pairwise(borders):
        price, is_low = reading.at(start_ms)
        if segments and (segments[-1].price, segments[-1].is_low) == (price, is_low):
            start_ms = segments.pop().start_ms
        segments.append(PriceSegment(start_ms=start_ms, end_ms=end_ms, price=price, is_low=is_low))
    return segments


def full_hour(at_ms: int, zone: ZoneInfo) -> int:
    """The beginning of the hour that the clock on the wall shows."""
    offset = datetime_of_instant(at_ms, zone).utcoffset()
    assert offset is not None
    return at_ms - (at_ms + offset // timedelta(milliseconds=1)) % HOUR_MS


def price_rank(tariff: Tariff, zone: ZoneInfo, at_ms: int) -> float | None:
    """How dear the present hour is among the 24 from it on: 0 the cheapest, 1 the dearest; equally dear ones share it.

    It is the share of cheaper ones among the hours that are cheaper or dearer; where all cost the same, 0.5: none is better or
    worse. An hour costs the mean over its time, and nothing that is known where a part is not. None where the present
    hour or more than half of the 24 are not known, and for a single tariff, which ranks nothing.
    """
    if tariff.type == "SINGLE":
        return None
    start_ms = full_hour(at_ms, zone)
    segments = price_segments(tariff, zone, start_ms, start_ms + RANKED_HOURS * HOUR_MS)
    prices = [_mean_price(segments, start_ms + number * HOUR_MS) for number in range(RANKED_HOURS)]
    known = [price for price in prices if price is not None]
    present = prices[0]
    if present is None or len(known) * 2 < RANKED_HOURS:
        return None
    cheaper = sum(price < present for price in known)
    dearer = sum(price > present for price in known)
    return cheaper / (cheaper + dearer) if cheaper + dearer else 0.5


def _mean_price(segments: Sequence[PriceSegment], start_ms: int) -> Decimal | None:
    """Of an hour, in price per kWh times milliseconds: only compared."""
    total = Decimal(0)
    end_ms = start_ms + HOUR_MS
    first = bisect_right(segments, start_ms, key=lambda each: each.start_ms) - 1
    for each in segments[first:]:
        if each.start_ms >= end_ms:
            break
        if each.price is None:
            return None
        total += each.price * (min(each.end_ms, end_ms) - max(each.start_ms, start_ms))
    return total


def _read_single(tariff: Tariff, _zone: ZoneInfo, _from_ms: int, _to_ms: int) -> _Reading:
    price = _decimal(tariff.single_price)
    return _Reading((), lambda _at_ms: (price, False))


def _read_dual(tariff: Tariff, zone: ZoneInfo, from_ms: int, to_ms: int) -> _Reading:
    low_price, high_price = _decimal(tariff.min_price), _decimal(tariff.max_price)
    hours = (tariff.low_tariff or LowTariffHours()).days
    spans: list[tuple[int, int]] = []
    day, last = local_date(from_ms, zone) - _DAY, local_date(to_ms, zone)
    while day <= last:
        of_day = hours[day.weekday()]
        if of_day is not None:
            start, end = (time.fromisoformat(text) for text in of_day)
            start_ms, _ = instants_of_wall_clock(day, start, zone)
            _, end_ms = instants_of_wall_clock(day if start < end else day + _DAY, end, zone)
            spans.append((start_ms, end_ms))
        day += _DAY

    def at(at_ms: int) -> tuple[Decimal | None, bool]:
        is_low = any(start_ms <= at_ms < end_ms for start_ms, end_ms in spans)
        return (low_price if is_low else high_price), is_low

    return _Reading((at_ms for span in spans for at_ms in span), at)


def _read_dynamic(tariff: Tariff, zone: ZoneInfo, from_ms: int, to_ms: int) -> _Reading:
    day = local_date(from_ms, zone)
    days: list[int] = []
    while not days or days[-1] <= to_ms:
        days.append(start_of_local_day(day, zone))
        day = _next_day(day, zone, days[-1])
    slices = _overlapping(tariff.slices, days[0], days[-1])
    prices = [Decimal(each.price) for each in slices]
    ranges = {}
    for start_ms, end_ms in pairwise(days):
        first = bisect_right(slices, start_ms, key=_end)
        of_day = prices[first : bisect_left(slices, end_ms, key=_start)]
        if of_day:
            ranges[start_ms] = min(of_day), max(of_day)

    def at(at_ms: int) -> tuple[Decimal | None, bool | None]:
        number = bisect_right(slices, at_ms, key=_start) - 1
        if number < 0 or slices[number].end_ms <= at_ms:
            return None, None
        lowest, highest = ranges[days[bisect_right(days, at_ms) - 1]]
        return prices[number], lowest < highest and 3 * (prices[number] - lowest) <= highest - lowest

    return _Reading((*days, *(at_ms for each in slices for at_ms in (each.start_ms, each.end_ms))), at)


def _next_day(day: date, zone: ZoneInfo, start_ms: int) -> date:
    """The day behind it; one that the zone skipped as a whole is no day."""
    day += _DAY
    while start_of_local_day(day, zone) <= start_ms:
        day += _DAY
    return day


def _overlapping(slices: Sequence[PriceSlice], from_ms: int, to_ms: int) -> Sequence[PriceSlice]:
    return slices[bisect_right(slices, from_ms, key=_end) : bisect_left(slices, to_ms, key=_start)]


def _start(each: PriceSlice) -> int:
    return each.start_ms


def _end(each: PriceSlice) -> int:
    return each.end_ms


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


_READINGS: dict[str, Callable[[Tariff, ZoneInfo, int, int], _Reading]] = {
    "SINGLE": _read_single,
    "DUAL": _read_dual,
    "DYNAMIC": _read_dynamic,
}
