"""What is told of a tariff: events of its price, its low hours, and how dear the present hour is.

Decides which events are due of one building at an instant, and when the next ones may be. What a price is, is
`domain.tariffs`' to say. Invariants: an event carries the instant at which its value began to hold, never one before the tariff
was set; what was missed is not made up for, only the present is told; what is not known is not told.

Price and low hours come when they change, the rank with each hour on the building's clock. A tariff that was set anew is told at
once, as far as it says another thing than was said last. Low hours are told of tariffs that have any, and their end
of one that has none any more.
"""

from collections.abc import Mapping
from typing import NamedTuple
from zoneinfo import ZoneInfo

from hearth.core.instants import DAY_MS, HOUR_MS
from hearth.domain.events import IssuedEvent
from hearth.domain.tariffs import Tariff, full_hour, price_rank, price_segments

IS_LOW = "IS_LOW_TARIFF_HOURS"
PRICE = "TARIFF_PRICE"
RANK = "TARIFF_PRICE_RANK_24H"
TARIFF_EVENT_TYPES = (IS_LOW, PRICE, RANK)

_LOOK_BACK_MS = 8 * DAY_MS  # what did not change in a week of a dual tariff never did


class Told(NamedTuple):
    """How far a building has been told of its tariff: of which one (the instant it was set), and until when."""

    since_ms: int
    until_ms: int


class _Holding(NamedTuple):
    value: float | None
    began_ms: int | None  # None = longer than anybody looks back


def due_events(
    tariff: Tariff, zone: ZoneInfo, since_ms: int, told: Told | None, said: Mapping[str, float], now_ms: int
) -> list[IssuedEvent]:
    """What is to be said at `now_ms` of a tariff that was set at `since_ms` (0 = nobody knows when).

    told: how far it was told before. said: the values that were said last, by event type; only asked for where `is_anew`.
    """
    anew = is_anew(since_ms, told)
    events = []
    for event_type, (value, began_ms) in _present(tariff, zone, since_ms, told, now_ms).items():
        if value is None:
            continue
        if anew:
            is_due = said.get(event_type) != value
            if event_type == IS_LOW and not tariff.has_low_hours():
                is_due = said.get(event_type) == 1
        else:
            assert told is not None
            is_due = began_ms is not None and began_ms > told.until_ms
        if is_due:
            since = max(began_ms or 0, since_ms) or now_ms
            events.append(IssuedEvent(event_type=event_type, occurred_at_ms=since, value=value))
    return events


def is_anew(since_ms: int, told: Told | None) -> bool:
    """Whether nothing was told of this tariff yet."""
    return told is None or told.since_ms != since_ms


def next_due_ms(tariff: Tariff, zone: ZoneInfo, now_ms: int) -> int:
    """When something may be due next: an instant behind `now_ms`, and not behind the next one that is."""
    segments = price_segments(tariff, zone, now_ms, now_ms + DAY_MS)
    next_ms = segments[0].end_ms
    return min(next_ms, full_hour(now_ms, zone) + HOUR_MS) if _is_ranked(tariff, now_ms) else next_ms


def _is_ranked(tariff: Tariff, now_ms: int) -> bool:
    """Whether hours can differ in price and it may be known."""
    if tariff.type == "DUAL":
        return tariff.min_price is not None and tariff.max_price is not None
    return tariff.type == "DYNAMIC" and bool(tariff.slices) and tariff.slices[-1].end_ms > now_ms


def _present(tariff: Tariff, zone: ZoneInfo, since_ms: int, told: Told | None, now_ms: int) -> dict[str, _Holding]:
    """What holds now, by event type, and since when it does as far as that is behind what was told."""
    from_ms = max(since_ms, now_ms - _LOOK_BACK_MS)
    if told is not None and not is_anew(since_ms, told):
        from_ms = max(from_ms, told.until_ms)
    from_ms = min(from_ms, now_ms)
    *before, present = price_segments(tariff, zone, from_ms, now_ms + 1)
    price_ms: int | None = present.start_ms
    low_ms: int | None = present.start_ms
    for each in reversed(before):
        if each.price == present.price and price_ms == each.end_ms:
            price_ms = each.start_ms
        if each.is_low == present.is_low and low_ms == each.end_ms:
            low_ms = each.start_ms
    hour_ms = full_hour(now_ms, zone)
    return {
        IS_LOW: _Holding(None if present.is_low is None else float(present.is_low), low_ms if low_ms != from_ms else None),
        PRICE: _Holding(None if present.price is None else float(present.price), price_ms if price_ms != from_ms else None),
        RANK: _Holding(price_rank(tariff, zone, now_ms) if _is_ranked(tariff, now_ms) else None, hour_ms),
    }
