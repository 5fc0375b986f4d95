"""Tariffs: the price of an instant, low tariff hours on ordinary days and on those on which clocks are moved, and ranks."""

from datetime import datetime
from decimal import Decimal
from itertools import groupby

import pytest

from hearth.core.instants import HOUR_MS, MINUTE_MS, datetime_of_instant, instant_of_datetime, zone_named
from hearth.domain.tariffs import (
    LowTariffHours,
    PriceSegment,
    PriceSlice,
    Tariff,
    full_hour,
    price_rank,
    price_segments,
)

ZURICH = "Europe/Zurich"
NIGHT = ("22:00", "06:00")
SINGLE = Tariff(type="SINGLE", single_price="0.27")


def segment_at(tariff, zone, at_ms):
    """What holds at an instant."""
    return price_segments(tariff, zone, at_ms, at_ms + 1)[0]


def at(text: str, zone: str = ZURICH, fold: int = 0) -> int:
    """The instant at which clocks show "2026-03-28 22:00"; the second one with fold 1."""
    return instant_of_datetime(datetime.fromisoformat(text).replace(tzinfo=zone_named(zone), fold=fold))


def dual(*days: tuple[str, str] | None, prices: tuple[str, str] | None = ("0.18", "0.30")) -> Tariff:
    """Low hours by weekday, or one for all."""
    low, high = prices or (None, None)
    hours = LowTariffHours(days=days if len(days) == 7 else days * 7)
    return Tariff(type="DUAL", min_price=low, max_price=high, low_tariff=hours)


def dynamic(start_ms: int, *prices: str | None, minutes: int = 60) -> Tariff:
    """A price per step; None = none known."""
    step_ms = minutes * MINUTE_MS
    return Tariff(
        type="DYNAMIC",
        slices=tuple(
            PriceSlice(start_ms=start_ms + number * step_ms, end_ms=start_ms + (number + 1) * step_ms, price=price)
            for number, price in enumerate(prices)
            if price is not None
        ),
    )


def low_spans(tariff: Tariff, from_text: str, to_text: str, zone: str = ZURICH) -> list[str]:
    """The low hours of a span, in local time with its offset, at whatever prices."""
    segments = price_segments(tariff, zone_named(zone), at(from_text, zone), at(to_text, zone))
    stretches = [list(group) for is_low, group in groupby(segments, key=lambda each: each.is_low) if is_low]
    return [f"{_local(each[0].start_ms, zone)} - {_local(each[-1].end_ms, zone)}" for each in stretches]


def _local(at_ms: int, zone: str) -> str:
    return f"{datetime_of_instant(at_ms, zone_named(zone)):%d %H:%M%z}"


def test_a_single_tariff_has_one_price_and_is_never_low() -> None:
    zone = zone_named(ZURICH)
    start_ms, end_ms = at("2026-03-01 00:00"), at("2026-04-01 00:00")
    assert price_segments(SINGLE, zone, start_ms, end_ms) == [
        PriceSegment(start_ms=start_ms, end_ms=end_ms, price=Decimal("0.27"), is_low=False)
    ]
    assert price_segments(SINGLE, zone, start_ms, start_ms) == []


def test_a_night_belongs_to_the_weekday_it_starts_on() -> None:
    friday_only = dual(None, None, None, None, NIGHT, None, None)
    assert low_spans(friday_only, "2026-06-01 00:00", "2026-06-08 00:00") == ["05 22:00+0200 - 06 06:00+0200"]
    sunday_only = dual(None, None, None, None, None, None, NIGHT)
    assert low_spans(sunday_only, "2026-06-01 00:00", "2026-06-02 00:00") == ["01 00:00+0200 - 01 06:00+0200"]


def test_equal_times_are_a_whole_day_and_stretches_that_touch_are_one() -> None:
    weekend = dual(*[NIGHT] * 5, ("00:00", "00:00"), ("00:00", "00:00"))
    assert low_spans(weekend, "2026-06-05 12:00", "2026-06-09 00:00") == [
        "05 22:00+0200 - 08 00:00+0200",
        "08 22:00+0200 - 09 00:00+0200",
    ]


def test_the_price_of_a_dual_tariff_is_known_where_it_is_given() -> None:
    zone = zone_named(ZURICH)
    for text, is_low in (("21:59", False), ("22:00", True), ("05:59", True), ("06:00", False)):
        found = segment_at(dual(NIGHT), zone, at(f"2026-06-03 {text}"))
        assert (found.price, found.is_low) == (Decimal("0.18" if is_low else "0.30"), is_low), text
    found = segment_at(dual(NIGHT, prices=None), zone, at("2026-06-03 23:00"))
    assert (found.price, found.is_low) == (None, True)
    found = segment_at(Tariff(type="DUAL", min_price="0.1", max_price="0.2"), zone, at("2026-06-03 23:00"))
    assert (found.price, found.is_low) == (Decimal("0.2"), False)


@pytest.mark.parametrize(
    ("zone", "hours", "span", "expected"),
    [
        # 29 March 2026: 02:00 is 03:00. The night is an hour shorter.
        (ZURICH, NIGHT, ("2026-03-28 12:00", "2026-03-29 12:00"), ["28 22:00+0100 - 29 06:00+0200"]),
        # What does not exist is the instant of the shift.
        (ZURICH, ("02:30", "05:00"), ("2026-03-29 00:00", "2026-03-30 00:00"), ["29 03:00+0200 - 29 05:00+0200"]),
        (ZURICH, ("01:00", "02:30"), ("2026-03-29 00:00", "2026-03-30 00:00"), ["29 01:00+0100 - 29 03:00+0200"]),
        (ZURICH, ("02:10", "02:50"), ("2026-03-29 00:00", "2026-03-30 00:00"), []),
        # 25 October 2026: 02:00 to 03:00 comes twice. From the first start to the last end.
        (ZURICH, NIGHT, ("2026-10-24 12:00", "2026-10-25 12:00"), ["24 22:00+0200 - 25 06:00+0100"]),
        (ZURICH, ("02:30", "05:00"), ("2026-10-25 00:00", "2026-10-26 00:00"), ["25 02:30+0200 - 25 05:00+0100"]),
        (ZURICH, ("01:00", "02:30"), ("2026-10-25 00:00", "2026-10-26 00:00"), ["25 01:00+0200 - 25 02:30+0100"]),
        (ZURICH, ("02:10", "02:50"), ("2026-10-25 00:00", "2026-10-26 00:00"), ["25 02:10+0200 - 25 02:50+0100"]),
        # Half an hour: 4 October 2026 at 02:00 it is 02:30, 5 April 2026 at 02:00 it is 01:30 again.
        ("Australia/Lord_Howe", ("02:15", "04:00"), ("2026-10-04 00:00", "2026-10-05 00:00"), ["04 02:30+1100 - 04 04:00+1100"]),
        ("Australia/Lord_Howe", ("01:45", "04:00"), ("2026-04-05 00:00", "2026-04-06 00:00"), ["05 01:45+1100 - 05 04:00+1030"]),
        # Midnight itself is skipped: 29 March 2026 begins at 01:00.
        ("Asia/Beirut", ("00:00", "04:00"), ("2026-03-29 01:00", "2026-03-29 23:00"), ["29 01:00+0300 - 29 04:00+0300"]),
        ("America/New_York", NIGHT, ("2026-11-01 00:00", "2026-11-01 12:00"), ["01 00:00-0400 - 01 06:00-0500"]),
        # 30 December 2011 was no day there.
        ("Pacific/Apia", ("10:00", "12:00"), ("2011-12-29 00:00", "2012-01-01 00:00"), [
            "29 10:00-1000 - 29 12:00-1000", "31 10:00+1400 - 31 12:00+1400"
        ]),
    ],
)  # fmt: skip
def test_low_hours_on_days_on_which_clocks_are_moved(
    zone: str, hours: tuple[str, str], span: tuple[str, str], expected: list[str]
) -> None:
    assert low_spans(dual(hours), *span, zone) == expected


def test_a_dynamic_price_is_known_where_a_slice_holds() -> None:
    zone = zone_named(ZURICH)
    noon = at("2026-06-03 12:00")
    tariff = dynamic(noon, "0.20", "0.20", None, "-0.0500")
    assert [
        ((each.start_ms - noon) // HOUR_MS, (each.end_ms - noon) // HOUR_MS, each.price, each.is_low)
        for each in price_segments(tariff, zone, noon - HOUR_MS, noon + 5 * HOUR_MS)
    ] == [
        (-1, 0, None, None),
        (0, 2, Decimal("0.20"), False),
        (2, 3, None, None),
        (3, 4, Decimal("-0.05"), True),
        (4, 5, None, None),
    ]


def test_a_dynamic_price_is_low_in_the_lowest_third_of_its_local_day() -> None:
    start = at("2026-06-03 00:00")
    day = ["0.30"] * 6 + ["0.10", "0.16", "0.1666666666", "0.17"] + ["0.20"] * 14
    assert low_spans(dynamic(start, *day), "2026-06-03 00:00", "2026-06-04 00:00") == ["03 06:00+0200 - 03 09:00+0200"]
    # Tomorrow is judged by itself, at midnight on the wall; a day of one price has no low hours.
    two_days = dynamic(start, *["0.30"] * 12, *["0.20"] * 12, *["0.20"] * 12, *["0.10"] * 12, *["0.05"] * 24)
    assert low_spans(two_days, "2026-06-03 00:00", "2026-06-06 00:00") == [
        "03 12:00+0200 - 04 00:00+0200",
        "04 12:00+0200 - 05 00:00+0200",
    ]


def test_a_dynamic_day_of_25_hours_is_judged_as_one() -> None:
    start = at("2026-10-25 00:00")
    prices = ["0.30"] * 24 + ["0.10"]
    assert low_spans(dynamic(start, *prices), "2026-10-25 00:00", "2026-10-26 00:00") == ["25 23:00+0100 - 26 00:00+0100"]


def test_the_rank_of_the_present_hour() -> None:
    zone = zone_named(ZURICH)
    start = at("2026-06-03 14:00")
    rising = dynamic(start, *(f"0.{20 + number}" for number in range(24)))
    assert price_rank(rising, zone, start + 59 * MINUTE_MS) == 0
    falling = dynamic(start, *(f"0.{50 - number}" for number in range(24)))
    assert price_rank(falling, zone, start) == 1
    assert price_rank(dynamic(start, "0.30", *["0.20"] * 6, *["0.30"] * 3, *["0.40"] * 14), zone, start) == 6 / 20
    assert price_rank(dynamic(start, *["0.30"] * 24), zone, start) == 0.5


def test_equally_dear_hours_share_a_rank() -> None:
    zone = zone_named(ZURICH)
    assert price_rank(dual(NIGHT), zone, at("2026-06-03 23:30")) == 0
    assert price_rank(dual(NIGHT), zone, at("2026-06-03 12:00")) == 1


def test_an_hour_costs_the_mean_of_its_quarters() -> None:
    zone = zone_named(ZURICH)
    start = at("2026-06-03 14:00")
    quarters = ["0.10", "0.10", "0.10", "0.50"] + ["0.21"] * 4 * 23  # a mean of 0.20
    assert price_rank(dynamic(start, *quarters, minutes=15), zone, start) == 0
    quarters[3] = "0.60"
    assert price_rank(dynamic(start, *quarters, minutes=15), zone, start) == 1


def test_too_little_is_known_for_a_rank() -> None:
    zone = zone_named(ZURICH)
    start = at("2026-06-03 14:00")
    assert price_rank(dynamic(start, *(f"0.{20 + number}" for number in range(12))), zone, start) == 0
    assert price_rank(dynamic(start, *(f"0.{20 + number}" for number in range(11))), zone, start) is None
    assert price_rank(dynamic(start, None, *["0.20"] * 23), zone, start) is None
    assert price_rank(dynamic(start, "0.20", None, *["0.20"] * 3, minutes=15), zone, start) is None
    assert price_rank(dual(NIGHT, prices=None), zone, start) is None
    assert price_rank(SINGLE, zone, start) is None


def test_hours_are_those_on_the_wall() -> None:
    assert full_hour(at("2026-06-03 14:59", "Asia/Kathmandu"), zone_named("Asia/Kathmandu")) == at(
        "2026-06-03 14:00", "Asia/Kathmandu"
    )
    assert full_hour(at("2026-10-25 02:30", fold=1), zone_named(ZURICH)) == at("2026-10-25 02:00", fold=1)


def test_a_year_of_quarter_hours_is_read_in_parts() -> None:
    """What is asked of a day does not depend on what else is known."""
    zone = zone_named(ZURICH)
    start = at("2026-01-01 00:00")
    year = dynamic(start, *(f"0.{20 + number % 31}" for number in range(4 * 24 * 365)), minutes=15)
    day = dynamic(start, *(f"0.{20 + number % 31}" for number in range(4 * 24 * 3)), minutes=15)
    span = at("2026-01-02 00:00"), at("2026-01-03 00:00")
    assert price_segments(year, zone, *span) == price_segments(day, zone, *span)
