"""Start-up with many homes: until events are taken, and what the first event of a home costs, which is loaded then.

A SQLite store with a meter and a few days of 15-minute events a home, and ten rules. "After a crash": the log holds an
event of every home that was not evaluated, so that all are loaded before events are taken. Wall time, for it is waited for.
"""

import asyncio
import time
from array import array
from collections.abc import Sequence

import numpy as np
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


class _Nobody:
    def wake(self) -> None:
        """Nothing is delivered here."""


def report(quick: bool) -> list[str]:
    """Rows: from a clean stop, first events, after a crash."""
    with stored_homes(HOMES, DAYS, STEP_SECONDS) as (installation, _):
        with installation.store.write() as session:
            for rule in ten_rules(CUSTOMER):
                session.rules.add_version(rule)
        rows = asyncio.run(_clean(installation))
        return [*rows, *asyncio.run(_crashed(installation))]


async def _clean(installation: Installation) -> list[str]:
    driver, seconds = await _started(installation)
    rows = [f"{HOMES:,} homes, ten rules: takes events after {seconds * 1e3:.1f} ms"]
    alone = [[home] for home in range(_ALONE)]
    first, next_ = [await _cost_ms(driver, alone, _NOW_MS + again) for again in range(2)]
    rows.append(
        f"first event of a home, from sending to decided and stored: p50 {np.median(first):.2f} ms,"
        f" p99 {np.percentile(first, 99):.2f} ms"
        f" (its next one {np.median(next_):.2f} ms: loading it costs {np.median(first) - np.median(next_):.2f} ms)"
    )
    together = [range(home, home + _TOGETHER) for home in range(_ALONE, _ALONE + 20 * _TOGETHER, _TOGETHER)]
    first, next_ = [await _cost_ms(driver, together, _NOW_MS + again) for again in range(2)]
    rows.append(
        f"first events of {_TOGETHER} homes in one request: {np.median(first) / _TOGETHER:.3f} ms a home"
        f" (their next ones {np.median(next_) / _TOGETHER:.3f} ms)"
    )
    await driver.stop()
    return rows


async def _crashed(installation: Installation) -> list[str]:
    with installation.store.write() as session:
        sequence = session.events.last_sequence_for_operator() + 1
        homes = range(HOMES)
        entries = [
            _entry(sequence + start, homes[start : start + _TOGETHER], _NOW_MS + 60_000) for start in range(0, HOMES, _TOGETHER)
        ]
        session.events.append(entries)
    driver, seconds = await _started(installation)
    await driver.stop()
    return [
        f"after a crash, an event of each home unevaluated: takes events after {seconds:.1f} s"
        f" ({seconds / HOMES * 1e3:.3f} ms a home, all {HOMES:,} loaded)"
    ]


async def _started(installation: Installation) -> tuple[LiveDriver, float]:
    """A driver that takes events, and the seconds until it did."""
    driver = LiveDriver(installation.store, installation.catalogue, installation.clock, _Nobody())
    started = time.perf_counter()
    await driver.start()
    seconds = time.perf_counter() - started
    assert driver.is_accepting
    return driver, seconds


async def _cost_ms(driver: LiveDriver, requests: Sequence[Sequence[int]], at_ms: int) -> list[float]:
    """Milliseconds of each request, from sending it until its events are evaluated and the progress is stored."""
    costs = []
    for homes in requests:
        started = time.perf_counter()
        await driver.submit(CUSTOMER, LogKind.LIVE, _entry(0, homes, at_ms).columns, at_ms)
        await driver.settle()
        costs.append((time.perf_counter() - started) * 1e3)
    return costs


def _entry(sequence: int, homes: Sequence[int], at_ms: int) -> LogEntry:
    """An event of each of these homes; the ids of their series are the homes' numbers from one on."""
    columns = EventColumns(
        series_ids=array("i", [home + 1 for home in homes]),
        times_ms=array("q", [at_ms]) * len(homes),
        values=array("d", [500.0]) * len(homes),
    )
    return LogEntry(sequence=sequence, customer_id=CUSTOMER, kind=LogKind.LIVE, received_at_ms=at_ms, columns=columns)
