"""Compaction killed in the middle: every event is there once, and the next compaction goes on."""

import random
import signal
import subprocess
import sys
import time

import pytest
from tests.contracts.store_contents import ALWAYS, NOW_MS, add_customer, add_series, compact_all, customer, entry

from hearth.core.instants import DAY_MS

_KILLS = 8
_SERIES = 20
_ENTRIES = 600
_EVENTS = 20

_COMPACT = """
import sys, time
from hearth.store import compaction, open_store
compaction._MOST_CHUNKS = 20
store = open_store(sys.argv[1])
print("ready", flush=True)
while True:
    with store.read() as session:
        steps = session.events.prepare_compaction_for_operator(2**40, 200)
    for step in steps:
        with store.write() as session:
            assert session.events.compact_for_operator(step)
        print("written", flush=True)
        time.sleep(0.005)  # however fast the machine is, the kills come before the end
    if not steps:
        break
"""


def test_a_killed_compaction_loses_and_doubles_nothing(store, database_url) -> None:
    add_customer(store, "a", "one")
    series = [add_series(store, "a", "one", f"device{number}") for number in range(_SERIES)]
    chance = random.Random(7)
    expected: dict[int, dict[int, float]] = {each: {} for each in series}
    entries = []
    for number in range(_ENTRIES):
        events = [
            (chance.choice(series), NOW_MS + chance.randrange(3) * DAY_MS + chance.randrange(500) * 1_000, chance.random())
            for _ in range(_EVENTS)
        ]
        entries.append(entry("a", 1 + number * _EVENTS, events))
        for series_id, time_ms, value in events:
            expected[series_id][time_ms] = value
    with store.write() as session:
        session.events.append(entries)
    for _ in range(_KILLS):
        process = subprocess.Popen([sys.executable, "-c", _COMPACT, database_url], stdout=subprocess.PIPE, text=True)
        assert process.stdout.readline() == "ready\n"
        for _ in range(chance.randrange(5)):
            process.stdout.readline()
        time.sleep(chance.random() * 0.05)  # somewhere within or between steps; where does not matter
        process.send_signal(signal.SIGKILL)
        process.wait()
        _check(store, series, expected)
    with store.read() as session:
        waiting = session.events.count_log_for_operator(2**40)
    assert 0 < waiting < _ENTRIES * _EVENTS, "the kills were to hit between the beginning and the end"
    compact_all(store, 2**40, 1_000)
    with store.read() as session:
        assert session.events.last_sequence_for_operator() == _ENTRIES * _EVENTS
    _check(store, series, expected)


def _check(store, series, expected) -> None:
    with store.read() as session:
        read = session.events.read(customer("a"), series, *ALWAYS)
        log = session.events.list_entries_for_operator(0, _ENTRIES)
        waiting = session.events.count_log_for_operator(2**40)
    for series_id in series:
        assert dict(zip(read[series_id].times_ms, read[series_id].values, strict=True)) == expected[series_id]
        assert len(read[series_id].times_ms) == len(expected[series_id])
    assert [each.sequence for each in log] == list(range(_ENTRIES * _EVENTS - waiting + 1, _ENTRIES * _EVENTS, _EVENTS))


@pytest.fixture(autouse=True)
def _from_the_root(request, monkeypatch) -> None:
    monkeypatch.chdir(request.config.rootpath)
