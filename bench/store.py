"""The store alone: how long an acknowledgement waits for its commit, and what housekeeping beside it adds.

One event after another falls due at a steady rate, and what waits is committed together, as the group writer
does, to a SQLite file. A second process compacts a log of many homes meanwhile and keeps SQLite's log of pages short.
"""

import multiprocessing
import tempfile
import time
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.synchronize import Event

import numpy as np

from hearth.domain.buildings import Building
from hearth.domain.customers import Customer
from hearth.domain.events import EventColumns, LogEntry, LogKind
from hearth.runtime.housekeeping import Compaction
from hearth.store import SqlStore, open_store
from hearth.store.migrations import upgrade

_CUSTOMER = "c" * 24
_SERIES = 5_000
_EVENTS_A_ROW = 100
_MINUTE_MS = 60_000
_START_MS = 1_750_000_000_000


def report(is_quick: bool) -> list[str]:
    """Rows of figures."""
    seconds, rounds = (5, 4) if is_quick else (20, 16)
    rows = []
    for title, is_compacting in (("alone", False), ("while the log is compacted", True)):
        with tempfile.TemporaryDirectory(prefix="hearth-bench-store-") as folder:
            url = f"sqlite:///{folder}/hearth.sqlite3"
            upgrade(url)
            store = open_store(url)
            sequence = _fill(store, rounds if is_compacting else 1)
            with _housekeeping(url, is_compacting) as moved:
                waits_ms = _commit(store, sequence, 2_000, seconds)
            store.close()
        at = " / ".join(f"{np.percentile(waits_ms, share):.2f}" for share in (50, 99, 100))
        work = f"; {moved.value:,} events of {_SERIES:,} series moved" if is_compacting else ""
        rows.append(f"commit at 2,000 events a second {title}: p50 / p99 / longest {at} ms{work}")
    return rows


def _fill(store: SqlStore, rounds: int) -> int:
    """A log with `rounds` events for each of many minutes and every series; the next sequence."""
    with store.write() as session:
        session.customers.add(Customer(id=_CUSTOMER, name="bench", created_at_ms=0))
        session.buildings.add(
            Building(
                id="b",
                customer_id=_CUSTOMER,
                customer_building_id="b",
                time_zone_id="Europe/Zurich",
                registration_at_ms=0,
                activation_at_ms=0,
            )
        )
        series = [session.series.find_or_add(_CUSTOMER, "b", "POWER", f"d{each}", "METER", None).id for each in range(_SERIES)]
    sequence, minutes_a_round = 1, 12
    for minute in range(rounds * minutes_a_round):
        entries = []
        for start in range(0, _SERIES, _EVENTS_A_ROW):
            entries.append(_entry(sequence, series[start : start + _EVENTS_A_ROW], _START_MS + minute * _MINUTE_MS))
            sequence += _EVENTS_A_ROW
        with store.write() as session:
            session.events.append(entries)
    with store.write() as session:
        session.engine.set_applied_sequence_for_operator(sequence - 1)
    return sequence


def _entry(sequence: int, series_ids: list[int], at_ms: int) -> LogEntry:
    values = array("d", [round(500 + (each * 7919 + at_ms // _MINUTE_MS * 104_729) % 10_000 / 10, 1) for each in series_ids])
    columns = EventColumns(series_ids=array("i", series_ids), times_ms=array("q", [at_ms] * len(series_ids)), values=values)
    return LogEntry(sequence=sequence, customer_id=_CUSTOMER, kind=LogKind.LIVE, received_at_ms=at_ms, columns=columns)


def _commit(store: SqlStore, sequence: int, rate: float, seconds: float) -> list[float]:
    """Milliseconds from each event's turn to its commit; what fell due during one commit shares the next."""
    waits_ms: list[float] = []
    started = time.perf_counter()
    while (elapsed := time.perf_counter() - started) < seconds:
        done, due = len(waits_ms), int(elapsed * rate) + 1
        if done == due:
            time.sleep(max(0.0, done / rate - elapsed))
            continue
        group = range(done, due)
        with store.write() as session:
            session.events.append([_entry(sequence + each, [1 + each % _SERIES], _START_MS + each) for each in group])
        ended = time.perf_counter() - started
        waits_ms.extend((ended - each / rate) * 1_000 for each in group)
    return waits_ms


@contextmanager
def _housekeeping(url: str, is_compacting: bool) -> Iterator["multiprocessing.sharedctypes.Synchronized[int]"]:
    context = multiprocessing.get_context("spawn")
    is_ready, is_over, moved = context.Event(), context.Event(), context.Value("q", 0)
    process = context.Process(target=_keep_house, args=(url, is_compacting, is_ready, is_over, moved))
    process.start()
    is_ready.wait()
    try:
        yield moved
    finally:
        is_over.set()
        process.join()


def _keep_house(url: str, is_compacting: bool, is_ready: Event, is_over: Event, moved) -> None:  # type: ignore[no-untyped-def]
    import threading

    def compact() -> None:
        while not is_over.is_set():
            moved.value += Compaction(store).compact()
            is_over.wait(1)

    store = open_store(url)
    compacting = threading.Thread(target=compact)
    is_ready.set()
    if is_compacting:
        compacting.start()
    while not is_over.wait(0.5):
        store.checkpoint()
    if is_compacting:
        compacting.join()
    store.close()
