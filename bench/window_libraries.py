"""One rule, the mean over a window of 300 points above a threshold, beside what else evaluates windows.

All get the same events, a hundred homes in turns, and must find the same ones. "Live" answers each event before the
next; the batch query has all events before it begins. bytewax: a stateful map that keeps the window of a key, and its
running sum or, where the sum must be exact as ours is, sums the window again; its own sliding windows would answer at
their end, not at the event. It is fed a hundred events at a time, as we are, or one, as it does unless it is told. DuckDB:
one thread, the events in a table with an index on home and time. Values are whole numbers, so that every order of adding
gives the same mean. CPU time of the process, the best of some runs. What is not installed is left out.
"""

import time
from array import array
from collections import deque
from collections.abc import Callable
from functools import partial
from math import fsum
from typing import Any, NamedTuple

import numpy as np
from fed_homes import CATALOGUE, CUSTOMER, FedHomes, entry_of
from naive import Window

from hearth.domain.rules import Dataset, NotificationTemplate, Rule, TemplateText
from hearth.engine.compiled import CompiledRule, compile_rule

_HOMES = 100
_POINTS = 300
_STEP_MS = 60_000
_SPAN_MS = _POINTS * _STEP_MS
_THRESHOLD = 2_150.0

Hit = tuple[int, int]  # (home, instant)


class Measured(NamedTuple):
    """CPU microseconds an event, the events found, and the ticks that were looked at."""

    cost_us: float
    hits: list[Hit]
    ticks: range


def _values(ticks: int) -> np.ndarray:
    """Values by tick and home; low while the first windows fill, so that few are found."""
    values = np.random.default_rng(1).integers(0, 4_000, (ticks, _HOMES)).astype(np.float64)
    values[: _POINTS // 3] //= 4
    return values


def _rule() -> CompiledRule:
    text = TemplateText(title="Power", message='"Much"')
    rule = Rule(
        id=f"{1:024x}",
        customer_id=CUSTOMER,
        name="Mean",
        created_at_ms=0,
        state="ACTIVE",
        datasets=(Dataset(name="P", kind="TIME_SERIES", event_types=("POWER_CONSUMPTION",), timespan_seconds=_SPAN_MS // 1_000),),
        condition=f"AVG($P) > {_THRESHOLD:.0f}",
        notification=NotificationTemplate(texts={"en": text}),
    )
    return compile_rule(rule, CATALOGUE)


def _ours(values: np.ndarray) -> Measured:
    fed = FedHomes(_HOMES, [_rule()], _STEP_MS // 1_000)
    ids = array("i", range(_HOMES))
    entries = [entry_of(ids, tick * _STEP_MS, row.tolist(), tick * _HOMES + 1) for tick, row in enumerate(values)]
    seconds = fed.take(entries)
    found = [outcome.notification for outcome in fed.effects.outcomes]
    hits = [(int(each.building_id, 16), each.created_at_ms) for each in found]
    return Measured(seconds / values.size * 1e6, hits, range(len(values)))


def _naive(values: np.ndarray) -> Measured:
    """A list per window that is filtered again for each event, and a lambda; on the last ticks only."""
    holds = lambda v: sum(v) / len(v) > _THRESHOLD  # noqa: E731 - as one writes it
    ticks = range(len(values) - 50, len(values))
    windows = [Window(_SPAN_MS) for _ in range(_HOMES)]
    for tick in range(ticks.start - _POINTS, ticks.start):
        for home, window in enumerate(windows):
            window.points.append((tick * _STEP_MS, float(values[tick, home])))
    rows = [(tick * _STEP_MS, values[tick].tolist()) for tick in ticks]
    started = time.process_time()
    hits = [(home, at_ms) for at_ms, row in rows for home, value in enumerate(row) if holds(windows[home].add(at_ms, value))]
    return Measured((time.process_time() - started) / (len(ticks) * _HOMES) * 1e6, hits, ticks)


def _bytewax(values: np.ndarray, at_a_time: int, is_exact: bool = False) -> Measured:
    import bytewax.operators as op
    from bytewax.dataflow import Dataflow
    from bytewax.testing import TestingSink, TestingSource, run_main

    def exact_mean(window: Any, event: tuple[int, float]) -> tuple[Any, tuple[int, float]]:
        window = deque() if window is None else window
        window.append(event)
        while window[0][0] <= event[0] - _SPAN_MS:
            window.popleft()
        return window, (event[0], fsum(value for _, value in window) / len(window))

    def mean(state: Any, event: tuple[int, float]) -> tuple[Any, tuple[int, float]]:
        window, total = state or (deque(), 0.0)
        window.append(event)
        total += event[1]
        while window[0][0] <= event[0] - _SPAN_MS:
            total -= window.popleft()[1]
        return (window, total), (event[0], total / len(window))

    values = values[: _POINTS * 2] if is_exact else values
    events = [(str(home), (tick * _STEP_MS, value)) for tick, row in enumerate(values) for home, value in enumerate(row.tolist())]
    found: list[tuple[str, tuple[int, float]]] = []
    flow = Dataflow("one_rule")
    stream = op.input("events", flow, TestingSource(events, batch_size=at_a_time))
    means = op.stateful_map("window", stream, exact_mean if is_exact else mean)
    op.output("hits", op.filter("condition", means, lambda keyed: keyed[1][1] > _THRESHOLD), TestingSink(found))
    started = time.process_time()
    run_main(flow)
    seconds = time.process_time() - started
    return Measured(seconds / values.size * 1e6, [(int(home), at_ms) for home, (at_ms, _) in found], range(len(values)))


def _duckdb(values: np.ndarray) -> Any:
    """A connection whose table has these events."""
    import duckdb

    connection = duckdb.connect(config={"threads": 1})
    connection.execute("CREATE TABLE events (home INTEGER, at_ms BIGINT, value DOUBLE)")
    ticks = np.arange(len(values), dtype=np.int64)
    given = {
        "home": np.tile(np.arange(_HOMES, dtype=np.int32), len(values)),
        "at_ms": np.repeat(ticks * _STEP_MS, _HOMES),
        "value": values.ravel(),
    }
    connection.register("given", given)
    connection.execute("INSERT INTO events SELECT home, at_ms, value FROM given")
    connection.execute("CREATE INDEX events_by_home ON events (home, at_ms)")
    return connection


def _duckdb_batch(values: np.ndarray) -> Measured:
    connection = _duckdb(values)
    query = f"""
        SELECT home, at_ms FROM (
            SELECT home, at_ms, avg(value) OVER (
                PARTITION BY home ORDER BY at_ms RANGE BETWEEN {_SPAN_MS - 1} PRECEDING AND CURRENT ROW
            ) AS mean FROM events
        ) WHERE mean > {_THRESHOLD}"""
    started = time.process_time()
    hits = connection.execute(query).fetchall()
    return Measured((time.process_time() - started) / values.size * 1e6, hits, range(len(values)))


def _duckdb_live(values: np.ndarray) -> Measured:
    """An INSERT and a query for each event; on the last ticks only, the window before them in the table."""
    ticks = range(len(values) - 10, len(values))
    connection = _duckdb(values[: ticks.start])
    hits = []
    started = time.process_time()
    for tick in ticks:
        at_ms = tick * _STEP_MS
        for home, value in enumerate(values[tick].tolist()):
            connection.execute("INSERT INTO events VALUES (?, ?, ?)", [home, at_ms, value])
            of = [home, at_ms - _SPAN_MS, at_ms]
            asked = connection.execute("SELECT avg(value) FROM events WHERE home = ? AND at_ms > ? AND at_ms <= ?", of)
            if asked.fetchone()[0] > _THRESHOLD:
                hits.append((home, at_ms))
    return Measured((time.process_time() - started) / (len(ticks) * _HOMES) * 1e6, hits, ticks)


# The best of how many runs: what is slow and far away needs one.
_CONTENDERS: dict[str, tuple[Callable[[np.ndarray], Measured], int]] = {
    "hearth": (_ours, 3),
    "naive, live": (_naive, 3),
    "bytewax, live, 100 at a time": (partial(_bytewax, at_a_time=100), 3),
    "bytewax, live, one at a time": (partial(_bytewax, at_a_time=1), 3),
    "bytewax, live, exact sums": (partial(_bytewax, at_a_time=100, is_exact=True), 1),
    "DuckDB, one batch query": (_duckdb_batch, 3),
    "DuckDB, live": (_duckdb_live, 1),
}


def report(quick: bool) -> list[str]:
    """Rows: each contender, with its ratio to ours."""
    values = _values(1_000 if quick else 5_000)
    measured: dict[str, Measured | None] = {}
    for name, (measure, runs) in _CONTENDERS.items():
        try:
            measured[name] = min((measure(values) for _ in range(runs)), key=lambda each: each.cost_us)
        except ImportError:
            measured[name] = None
    ours = measured["hearth"]
    assert ours is not None
    rows = [f"AVG over {_POINTS} points, {values.size:,} events of {_HOMES} homes, {len(ours.hits):,} found"]
    return rows + [_row(name, each, ours) for name, each in measured.items()]


def _row(name: str, measured: Measured | None, ours: Measured) -> str:
    if measured is None:
        return f"  {name:<30} not installed: left out"
    looked_at = [hit for hit in ours.hits if hit[1] // _STEP_MS in measured.ticks]
    assert looked_at, f"{name} cannot be checked"
    assert sorted(measured.hits) == sorted(looked_at), f"{name} answers otherwise"
    sample = "" if measured.ticks == ours.ticks else f", on {len(measured.ticks) * _HOMES:,} of the events"
    return f"  {name:<30}{measured.cost_us:9.2f} µs an event ({measured.cost_us / ours.cost_us:.1f}x ours{sample})"
