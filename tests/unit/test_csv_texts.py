"""A table that is written while it is sent, and events that are made while they are taken: little is held at a time."""

import tracemalloc
from array import array
from collections.abc import Iterator
from itertools import chain

from hearth.domain.events import NO_FORECAST_MS, Series
from hearth.ports import Points
from hearth.services.csv_texts import csv_blocks
from hearth.services.events import in_order

POINTS = 20_000


def series(number: int) -> Series:
    return Series(
        id=number,
        customer_id="c",
        building_id="b",
        event_type="POWER_CONSUMPTION",
        device_id=f"meter-{number}",
        source="GATEWAY",
        device_name=None,
    )


def test_a_block_is_sent_before_all_rows_are_read() -> None:
    read = []

    def rows() -> Iterator[list[int]]:
        for number in range(10_000):
            read.append(number)
            yield [number]

    blocks = csv_blocks(["number"], rows())
    assert (next(blocks), read) == (b"number\n", [])
    first = next(blocks)
    assert len(first.splitlines()) == len(read) == 4_096
    assert len(b"".join(chain([first], blocks)).splitlines()) == 10_000


def test_events_of_many_points_are_made_one_at_a_time_in_both_directions() -> None:
    every = {number: series(number) for number in (1, 2)}
    times = array("q", range(POINTS))
    forecasts = array("q", [NO_FORECAST_MS] * (POINTS - 1) + [7])
    found = {1: Points(times, array("d", times), None), 2: Points(times, array("d", times), forecasts)}
    tracemalloc.start()
    try:
        count = sum(1 for _ in in_order(every, {"b": "home"}, found))
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (count, peak_bytes < 100_000) == (2 * POINTS, True)
    newest = in_order(every, {"b": "home"}, found, newest_first=True)
    seen = [(each.position, each.forecast_at_ms) for each, _ in zip(newest, range(3), strict=False)]
    assert seen == [((POINTS - 1, 2), 7), ((POINTS - 1, 1), None), ((POINTS - 2, 2), None)]
