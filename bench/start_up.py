"""Start-up with many homes: until events are taken, and what the first event of a home costs, which is loaded then.

A SQLite store with a meter and a few days of 15-minute events a home, and ten rules. "After a crash": the log holds an
event of every home that was not evaluated, so that all are loaded before events are taken. Wall time, for it is waited
for, and beside it the CPU time of the process, which others on the machine disturb less.
"""

import asyncio
import logging
import time
from array import array
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import structlog
from rules import ten_rules
from stored_homes import CUSTOMER, START_DAY, stored_homes

from hearth.bootstrap import Installation
from hearth.core.instants import DAY_MS
from hearth.domain.events import EventColumns, LogEntry, LogKind
from hearth.runtime.live import LiveDriver

HOMES = 10_000
DAYS = 3
STEP_SECONDS = 900
_ALONE = 200
_TOGETHER = 100
_NOW_MS = (START_DAY + DAYS) * DAY_MS


class _Cost(NamedTuple):
    """Seconds on the wall, and of CPU."""

    wall: float
    cpu: float


class _Nobody:
    def wake(self) -> None:
        """Nothing is delivered here."""


def report(quick: bool) -> list[str]:
    """Rows: from a clean stop, first events, after a crash."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with stored_homes(HOMES, DAYS, STEP_SECONDS) as (installation, _):
        with installation.store.write() as session:
            for rule in ten_rules(CUSTOMER):
                session.rules.add_version(rule)
        rows = asyncio.run(_clean(installation))
        return [*rows, *asyncio.run(_crashed(installation))]


async def _clean(installation: Installation) -> list[str]:
    driver, cost = await _started(installation)
    alone = [[home] for home in range(_ALONE)]
    together = [range(home, home + _TOGETHER) for home in range(_ALONE, _ALONE + 20 * _TOGETHER, _TOGETHER)]
    rows = [
        f"{HOMES:,} homes, ten rules: takes events after {cost.wall * 1e3:.1f} ms",
        "event of a home, from sending to decided and stored, the first one, which loads the home, and the next:",
        await _first_and_next(driver, "one home a request", alone),
        await _first_and_next(driver, f"{_TOGETHER} homes a request", together),
    ]
    await driver.stop()
    return rows


async def _first_and_next(driver: LiveDriver, title: str, requests: Sequence[Sequence[int]]) -> str:
    columns = []
    for again in range(2):
        costs = [await _cost(driver, homes, _NOW_MS + again) for homes in requests]
        wall = np.array([cost.wall for cost in costs]) * 1e3 / len(requests[0])
        cpu = np.median([cost.cpu for cost in costs]) * 1e3 / len(requests[0])
        columns.append(f"p50 {np.median(wall):6.2f}, p99 {np.percentile(wall, 99):6.2f} ms a home (CPU {cpu:5.2f})")
    return f"  {title:<20}{' | '.join(columns)}"


async def _crashed(installation: Installation) -> list[str]:
    with installation.store.write() as session:
        sequence = session.events.last_sequence_for_operator() + 1
        homes = range(HOMES)
        entries = [
            _entry(sequence + start, homes[start : start + _TOGETHER], _NOW_MS + 60_000) for start in range(0, HOMES, _TOGETHER)
        ]
        session.events.append(entries)
    driver, cost = await _started(installation)
    await driver.stop()
    return [
        f"after a crash, an event of each home unevaluated: takes events after {cost.wall:.1f} s (CPU {cost.cpu:.1f} s,"
        f" {cost.cpu / HOMES * 1e3:.2f} ms a home; all {HOMES:,} are loaded)"
    ]


async def _started(installation: Installation) -> tuple[LiveDriver, _Cost]:
    """A driver that takes events, and what it cost until it did."""
    driver = LiveDriver(installation.store, installation.catalogue, installation.clock, _Nobody())
    wall, cpu = time.perf_counter(), time.process_time()
    await driver.start()
    cost = _Cost(time.perf_counter() - wall, time.process_time() - cpu)
    assert driver.is_accepting
    return driver, cost


async def _cost(driver: LiveDriver, homes: Sequence[int], at_ms: int) -> _Cost:
    """Of one request, from sending it until its events are evaluated and the progress is stored."""
    columns = _entry(0, homes, at_ms).columns
    wall, cpu = time.perf_counter(), time.process_time()
    await driver.submit(CUSTOMER, LogKind.LIVE, columns, at_ms)
    await driver.settle()
    return _Cost(time.perf_counter() - wall, time.process_time() - cpu)


def _entry(sequence: int, homes: Sequence[int], at_ms: int) -> LogEntry:
    """An event of each of these homes; the ids of their series are the homes' numbers from one on."""
    columns = EventColumns(
        series_ids=array("i", [home + 1 for home in homes]),
        times_ms=array("q", [at_ms]) * len(homes),
        values=array("d", [500.0]) * len(homes),
    )
    return LogEntry(sequence=sequence, customer_id=CUSTOMER, kind=LogKind.LIVE, received_at_ms=at_ms, columns=columns)
