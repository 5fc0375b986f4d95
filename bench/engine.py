"""The engine alone: rule evaluations a second, and what an event costs against all that it should not depend on.

A slope is that of the least squares over all sizes: microseconds for each factor of ten, and the exponent e of
cost ~ size^e. What costs nothing more has 0 in both.
"""

import tracemalloc
from collections.abc import Mapping

import numpy as np
from fed_homes import FedHomes, costs_us, ten_compiled, ten_over

_LENGTHS = (15, 300, 2_000, 10_000)
_UNRELATED = (20, 200, 1_000)
_HOMES = (50, 1_000, 10_000)
_MINUTE, _QUARTER, _WEEK = 60, 900, 7 * 86_400


def report(quick: bool) -> list[str]:
    """Rows of all of it."""
    events = 2_000 if quick else 10_000
    return [_evaluations(events), *by_length(events), *_by_unrelated_rules(events), *_by_homes(events), _memory()]


def by_length(events: int) -> list[str]:
    """Rows: cost of an event with ten evaluations over windows of growing length."""
    fed = {points: FedHomes(1, ten_over(points * _MINUTE), _MINUTE) for points in _LENGTHS}
    for points, homes in fed.items():
        homes.feed(points + 50)
    return _rows("window of {:,} events", costs_us(fed, events))


def _evaluations(events: int) -> str:
    fed = FedHomes(50, ten_compiled(), _QUARTER)
    fed.feed(_WEEK // _QUARTER + 10)
    cost = costs_us({50: fed}, events)[50]
    return f"{1e7 / cost:,.0f} rule evaluations a second on one core (50 homes, ten rules an event, {cost:.2f} µs an event)"


def _by_unrelated_rules(events: int) -> list[str]:
    fed = {unrelated: FedHomes(1, ten_over(300 * _MINUTE, unrelated), _MINUTE) for unrelated in _UNRELATED}
    for homes in fed.values():
        homes.feed(350)
    return _rows("{:,} unrelated rules", costs_us(fed, events))


def _by_homes(events: int) -> list[str]:
    fed = {homes: FedHomes(homes, ten_over(96 * _QUARTER), _QUARTER) for homes in _HOMES}
    for homes in fed.values():
        homes.feed(110)
    return _rows("{:,} buildings", costs_us(fed, events))


def _rows(title: str, costs: Mapping[int, float]) -> list[str]:
    base = next(iter(costs.values()))
    rows = [
        f"{title.format(size):<24}{cost:8.2f} µs an event with ten rules ({cost / base:.2f}x)" for size, cost in costs.items()
    ]
    sizes, found = np.log10(list(costs)), np.array(list(costs.values()))
    per_ten, exponent = np.polyfit(sizes, found, 1)[0], np.polyfit(sizes, np.log10(found), 1)[0]
    return [*rows, f"{'  slope':<24}{per_ten:+8.2f} µs for each factor of ten (exponent {exponent:+.3f})"]


def _memory() -> str:
    fed = FedHomes(5, ten_over(10_000 * _MINUTE), _MINUTE)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for _ in range(101):
        fed.feed(100)
    used = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    kept = sum(len(buffer.times_ms) for buffer in fed.buffers.values())
    queued = sum(len(view.minima) + len(view.maxima) for buffer in fed.buffers.values() for view in buffer.views)
    return f"memory: {used / kept:.1f} bytes a kept sample ({kept:,} samples, {queued:,} queue entries)"
