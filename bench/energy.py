"""A year's daily statistics of one home among many, over HTTP, beside the same figures from a scan of its events.

A SQLite store as it is midway between two compactions: quarter-hourly energies of three types for a year, summed up
by day, and behind them a log of all homes' events. Every home has its days; only some have the events behind them, for
those alone are scanned. Both answers are verified to be equal.
"""

import json
import random
import tempfile
import time
import urllib.request
from array import array
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import numpy as np
from http_load import free_port, hearth_server

from hearth.bootstrap import Installation, Settings, open_installation
from hearth.core.instants import DAY_MS, MINUTE_MS, start_of_local_day, zone_named
from hearth.domain.buildings import Building
from hearth.domain.customers import Customer
from hearth.domain.events import EventColumns, LogEntry, LogKind
from hearth.insights.energy import (
    ENERGY_TYPES,
    Figures,
    counted_series,
    daily_figures,
    day_number,
    hourly_sums,
    local_hours,
)
from hearth.ports import ChunkRow, CompactionStep, EnergyDayRow
from hearth.store.packing import Stretch, pack_chunk

_CUSTOMER = "c" * 24
_ZONE = "Europe/Zurich"
_FIRST, _LAST = date(2025, 1, 1), date(2025, 12, 31)  # in the log: the last day, so far
_QUARTER_MS = 15 * MINUTE_MS
_PATTERNS = 20
_EVENTS_A_ROW = 99
_ROUNDS = 12  # of the 24 events a series at which the log is compacted


def report(is_quick: bool) -> list[str]:
    """Rows of figures."""
    homes, with_events, asked = (1_000, 50, 20) if is_quick else (10_000, 1_000, 60)
    with tempfile.TemporaryDirectory(prefix="hearth-bench-energy-") as folder:
        settings = Settings(data_dir=folder, port=free_port())
        with open_installation(settings) as installation:
            _fill(installation, homes, with_events)
            token = installation.access.issue_local_token(_CUSTOMER).access_token
            chosen = random.Random(1).sample(range(with_events), asked)
            for home in chosen[:3]:
                np.testing.assert_allclose(_summed(installation, home), _scanned(installation, home))
            summed = _median_ms(lambda home: _summed(installation, home), chosen)
            scanned = _median_ms(lambda home: _scanned(installation, home), chosen)
            with hearth_server(settings):
                rows = []
                for kind in ("daily", "monthly", "hourly"):
                    took = _median_ms(lambda home, kind=kind: _get(settings.port, token, home, kind), chosen)
                    rows.append(f"a year by {kind:<7} over HTTP, one of {homes:,} homes: median {took:5.1f} ms")
                began = time.perf_counter()
                url = f"{_path(chosen[0])}/comparison/daily/v1?category=ALL&from=2025-12-01&to={_LAST}"
                assert _got(settings.port, token, url)[0]["energyConsumption"]["size"] == homes
                rows.append(f"a month beside all {homes:,} homes over HTTP: {time.perf_counter() - began:.1f} s")
    return [*rows, f"its days from the store {summed:5.1f} ms, from its events {scanned:5.1f} ms: {scanned / summed:.1f} x"]


def _median_ms(work: Callable[[int], object], homes: list[int]) -> float:
    work(homes[0])
    took = []
    for home in homes:
        began = time.perf_counter()
        work(home)
        took.append((time.perf_counter() - began) * 1e3)
    return float(np.median(took))


def _get(port: int, token: str, home: int, kind: str) -> None:
    found = _got(port, token, f"{_path(home)}/{kind}/v1?from={_FIRST}&to={_LAST}")
    assert len(found) == {"daily": 365, "monthly": 12, "hourly": 364 * 24 + _ROUNDS // 4}[kind]


def _path(home: int) -> str:
    return f"/buildings/home-{home}/energy-statistics"


def _got(port: int, token: str, path: str) -> list[dict[str, Any]]:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        found: list[dict[str, Any]] = json.load(answer)
    return found


def _summed(installation: Installation, home: int) -> Figures:
    with installation.store.read() as session:
        return session.energy.read_days(_CUSTOMER, [f"{home:024x}"], _FIRST, _LAST)[f"{home:024x}"]


def _scanned(installation: Installation, home: int) -> Figures:
    hours = local_hours(_FIRST, _LAST, zone_named(_ZONE))
    with installation.store.read() as session:
        counted = counted_series(_ZONE, session.series.list_of(_CUSTOMER, [f"{home:024x}"])).by_type
        ids = [series_id for of_type in counted for series_id in of_type]
        read = session.events.read(_CUSTOMER, ids, int(hours.bounds_ms[0]) - 1, int(hours.bounds_ms[-1]) - 1)
    return daily_figures(
        hours, [hourly_sums(hours, np.asarray(read[i].times_ms), np.asarray(read[i].values)) for (i,) in counted]
    )


def _fill(installation: Installation, homes: int, with_events: int) -> None:
    store = installation.store
    with store.write() as session:
        session.customers.add(Customer(id=_CUSTOMER, name="Bench", created_at_ms=0))
        series_ids = []
        for home in range(homes):
            session.buildings.add(
                Building(
                    id=f"{home:024x}",
                    customer_id=_CUSTOMER,
                    customer_building_id=f"home-{home}",
                    time_zone_id=_ZONE,
                    registration_at_ms=0,
                    activation_at_ms=0,
                )
            )
            find = session.series.find_or_add
            series_ids.append([find(_CUSTOMER, f"{home:024x}", name, "gw", "GATEWAY", None).id for name in ENERGY_TYPES])
    with store.read() as session:
        basis = counted_series(_ZONE, session.series.list_of(_CUSTOMER, [f"{0:024x}"])).basis
    for number, (chunks, days) in enumerate(_year(series_ids, with_events, basis), 1):
        with store.write(durable=False) as session:
            assert session.events.compact_for_operator(CompactionStep(number, chunks, 0, 0, days))
    _fill_log(installation, [series_id for of_home in series_ids for series_id in of_home])


def _year(series_ids: list[list[int]], with_events: int, basis: str) -> Iterator[tuple[list[ChunkRow], list[EnergyDayRow]]]:
    """Day by day, as compaction writes them: each home follows one of some patterns."""
    start_ms = start_of_local_day(_FIRST, zone_named(_ZONE))
    end_ms = start_of_local_day(_LAST, zone_named(_ZONE))
    times = np.arange(start_ms, end_ms, _QUARTER_MS, dtype=np.int64)
    chance = np.random.default_rng(1)
    values = [[np.round(chance.gamma(2, 80, len(times)), 1) for _ in ENERGY_TYPES] for _ in range(_PATTERNS)]
    hours = local_hours(_FIRST, _LAST, zone_named(_ZONE))
    figures = [daily_figures(hours, [hourly_sums(hours, times, each) for each in of_pattern]).tolist() for of_pattern in values]
    for utc_day in range(start_ms // DAY_MS, (end_ms - 1) // DAY_MS + 1):
        of_day = slice(*np.searchsorted(times, [utc_day * DAY_MS, (utc_day + 1) * DAY_MS]).tolist())
        packed = [[pack_chunk(Stretch(times[of_day], each[of_day], None)) for each in of_pattern] for of_pattern in values]
        chunks = [
            ChunkRow(series_id, utc_day, _CUSTOMER, *packed[home % _PATTERNS][column])
            for home, of_home in enumerate(series_ids[:with_events])
            for column, series_id in enumerate(of_home)
        ]
        day = utc_day - day_number(_FIRST)
        days = [
            EnergyDayRow(f"{home:024x}", utc_day, _CUSTOMER, basis, *figures[home % _PATTERNS][day])
            for home in range(len(series_ids))
            if day >= 0
        ]
        yield chunks, days


def _fill_log(installation: Installation, series_ids: list[int]) -> None:
    """The last day so far, which the engine has evaluated. In each request some homes, whichever came together."""
    start_ms = start_of_local_day(_LAST, zone_named(_ZONE))
    sequence, entries = 1, []
    for round_ in range(_ROUNDS):
        shuffled = random.Random(round_).sample(series_ids, len(series_ids))
        for at in range(0, len(shuffled), _EVENTS_A_ROW):
            part = shuffled[at : at + _EVENTS_A_ROW]
            columns = EventColumns(
                series_ids=array("i", part),
                times_ms=array("q", [start_ms + round_ * _QUARTER_MS]) * len(part),
                values=array("d", [100.0]) * len(part),
            )
            entries.append(
                LogEntry(sequence=sequence, customer_id=_CUSTOMER, kind=LogKind.HISTORICAL, received_at_ms=0, columns=columns)
            )
            sequence += len(part)
    with installation.store.write() as session:
        session.events.append(entries)
        session.engine.set_applied_sequence_for_operator(sequence - 1)
