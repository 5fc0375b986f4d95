"""Tariffs, whatever their zone, type and hours: what is said of a span is what is said of its instants."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.test_tariffs import segment_at

from hearth.core.instants import DAY_MS, HOUR_MS, MINUTE_MS, datetime_of_instant, instant_of_datetime, zone_named
from hearth.domain.tariffs import LowTariffHours, PriceSlice, Tariff, price_rank, price_segments
from hearth.insights.tariffs import IS_LOW, PRICE, Told, due_events, next_due_ms

ZONES = st.sampled_from(["UTC", "Europe/Zurich", "America/New_York", "Australia/Lord_Howe", "Asia/Beirut", "Asia/Kathmandu"])
# Around the days on which clocks are moved in those zones, and some others.
STARTS = st.sampled_from(["2026-03-07", "2026-03-28", "2026-04-04", "2026-06-15", "2026-10-03", "2026-10-24", "2026-10-31"]).map(
    lambda day: instant_of_datetime(datetime.fromisoformat(day).replace(tzinfo=UTC))
)
TIMES_OF_DAY = st.integers(0, 24 * 60 - 1).map(lambda minute: f"{minute // 60:02}:{minute % 60:02}")
PRICES = st.integers(-20, 60).map(lambda cents: f"{cents / 100:.2f}")
DUAL = st.builds(
    lambda days, low, high: Tariff(type="DUAL", low_tariff=LowTariffHours(days=tuple(days)), min_price=low, max_price=high),
    st.lists(st.none() | st.tuples(TIMES_OF_DAY, TIMES_OF_DAY), min_size=7, max_size=7),
    st.none() | PRICES,
    st.none() | PRICES,
)
STEPS = st.lists(st.tuples(st.integers(0, 90), st.integers(1, 600), PRICES), max_size=40)


@st.composite
def tariffs(draw: st.DrawFn) -> tuple[Tariff, int]:
    """A dual or dynamic tariff, and an instant near which it matters."""
    start_ms = draw(STARTS)
    if draw(st.booleans()):
        return draw(DUAL), start_ms
    slices, at_ms = [], start_ms
    for gap, length, price in draw(STEPS):
        at_ms += gap * MINUTE_MS
        slices.append(PriceSlice(start_ms=at_ms, end_ms=at_ms + length * MINUTE_MS, price=price))
        at_ms += length * MINUTE_MS
    return Tariff(type="DYNAMIC", slices=tuple(slices)), start_ms


@settings(max_examples=200, deadline=None)
@given(tariffs(), ZONES, st.integers(0, 2 * 24 * 60), st.integers(1, 3 * 24 * 60))
def test_segments_cover_a_span_and_say_what_holds_at_each_instant(
    given_tariff: tuple[Tariff, int], zone_name: str, offset: int, minutes: int
) -> None:
    (tariff, start_ms), zone = given_tariff, zone_named(zone_name)
    from_ms = start_ms + offset * MINUTE_MS
    to_ms = from_ms + minutes * MINUTE_MS
    segments = price_segments(tariff, zone, from_ms, to_ms)
    assert (segments[0].start_ms, segments[-1].end_ms) == (from_ms, to_ms)
    for before, after in pairwise(segments):
        assert before.end_ms == after.start_ms
        assert (before.price, before.is_low) != (after.price, after.is_low)
    for each in segments:
        for at_ms in {each.start_ms, (each.start_ms + each.end_ms) // 2, each.end_ms - 1}:
            found = segment_at(tariff, zone, at_ms)
            assert (found.price, found.is_low) == (each.price, each.is_low)


@settings(max_examples=100, deadline=None)
@given(DUAL, ZONES, st.integers(0, 7 * 24 * 60))
def test_without_moved_clocks_low_hours_are_what_the_clock_on_the_wall_says(dual: Tariff, zone_name: str, minute: int) -> None:
    zone = zone_named(zone_name)
    at_ms = instant_of_datetime(datetime(2026, 6, 15, tzinfo=UTC)) + minute * MINUTE_MS
    clock = datetime_of_instant(at_ms, zone)
    assert dual.low_tariff is not None
    today, yesterday = (dual.low_tariff.days[(clock - timedelta(days=back)).weekday()] for back in (0, 1))
    wall = f"{clock:%H:%M}"
    is_low = (today is not None and today[0] <= wall and (wall < today[1] or today[1] <= today[0])) or (
        yesterday is not None and yesterday[1] <= yesterday[0] and wall < yesterday[1]
    )
    assert segment_at(dual, zone, at_ms).is_low == is_low


@settings(max_examples=100, deadline=None)
@given(tariffs(), ZONES, st.integers(0, 48))
def test_a_rank_lies_between_cheapest_and_dearest(given_tariff: tuple[Tariff, int], zone_name: str, hours: int) -> None:
    tariff, start_ms = given_tariff
    rank = price_rank(tariff, zone_named(zone_name), start_ms + hours * HOUR_MS)
    assert rank is None or 0 <= rank <= 1


@settings(max_examples=150, deadline=None)
@given(tariffs(), ZONES, st.lists(st.integers(1, 600), min_size=1, max_size=30))
def test_however_often_one_looks_the_last_word_is_the_present_and_no_instant_is_missed(
    given_tariff: tuple[Tariff, int], zone_name: str, pauses: list[int]
) -> None:
    """Looks at any instants: what was said last is what holds, with the instant at which it began."""
    (tariff, start_ms), zone = given_tariff, zone_named(zone_name)
    now_ms, told = start_ms, None
    said: dict[str, float] = {}
    began: dict[str, int] = {}
    due_ms = now_ms
    for pause in pauses:
        events = due_events(tariff, zone, start_ms, told, said, now_ms)
        assert events == [] or now_ms >= due_ms, "something was due before the next look was"
        for event in events:
            assert start_ms <= event.occurred_at_ms <= now_ms
            assert told is None or event.occurred_at_ms > told.until_ms
            said[event.event_type], began[event.event_type] = event.value, event.occurred_at_ms
        if events or told is None:
            told = Told(start_ms, now_ms)
        present = segment_at(tariff, zone, now_ms)
        if present.price is not None:
            assert said[PRICE] == float(present.price)
            assert all(each.price == present.price for each in price_segments(tariff, zone, began[PRICE], now_ms + 1))
        if present.is_low is not None and tariff.has_low_hours():
            assert said[IS_LOW] == float(present.is_low)
        due_ms = next_due_ms(tariff, zone, now_ms)
        assert now_ms < due_ms <= now_ms + DAY_MS
        now_ms += pause * MINUTE_MS
