"""Trials on a real server: a process waits from the start on, and ends with the connection or with the server."""

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx2
import pytest
from tests.running import Server, is_alive, running, trial_processes, until
from tests.tried_homes import START_MS

SIMULATE = "/rules/simulate/v1"
MEASURED = {"customerBuildingId": "dense", "deviceId": "meter", "type": "POWER_CONSUMPTION"}
SLOW = {
    "name": "Slow",
    "datasets": [{"name": "Power", "kind": "TIME_SERIES", "eventTypes": ["POWER_CONSUMPTION"], "timespanSeconds": 86_400}],
    "condition": 'COUNT(FILTER($Power, ">", 100)) < 0',
}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with running(tmp_path) as server:
        yield server


def gives_way(processes: list[int]) -> bool:
    """Whether all of them step back; one that has just started or ended is looked at again."""
    with suppress(ProcessLookupError):
        return {os.getpriority(os.PRIO_PROCESS, pid) for pid in processes} == {10}
    return False


def test_a_trial_ends_with_its_connection_and_with_the_server(server: Server) -> None:
    customer = server.create_customer()
    (waiting,) = until(lambda: trial_processes(server))
    with server.client(customer) as client:
        client.post("/buildings/v1", json={"customerBuildingId": "dense"}).raise_for_status()
        for start in range(0, 80_000, 10_000):
            past = [
                MEASURED | {"timestamp": START_MS // 1_000 + second, "value": second % 1_777}
                for second in range(start, start + 10_000)
            ]
            client.post("/events/batch/v1", json=past).raise_for_status()
        request = {"rule": SLOW, "customerBuildingId": "dense", "from": START_MS // 1_000, "to": START_MS // 1_000 + 80_000}

        with client.stream("POST", SIMULATE, json=request, headers={"Accept": "application/x-ndjson"}) as answer:
            assert (answer.status_code, answer.headers["content-type"]) == (200, "application/x-ndjson")
            lines = answer.iter_lines()  # dropped, it would close the connection
            first = json.loads(next(lines))
            assert 0 < first["progress"] < 1
            # Whoever sends events waits no longer than else: the work is not in this process.
            for number in range(20):
                client.post("/events/v1", json=MEASURED | {"deviceId": "other", "value": number}).raise_for_status()
            assert is_alive(waiting)
        until(lambda: not is_alive(waiting))
        until(lambda: trial_processes(server))

        with pytest.raises(httpx2.ReadTimeout):
            client.post(SIMULATE, json=request, timeout=0.5)
        until(lambda: '"status": 499' in server.log() or "status=499" in server.log())

        with client.stream("POST", SIMULATE, json=request, headers={"Accept": "application/x-ndjson"}) as answer:
            lines = answer.iter_lines()
            next(lines)
            until(lambda: gives_way(trial_processes(server)))
            processes = trial_processes(server)
            assert processes
            server.kill_ingest()
        until(lambda: not any(is_alive(pid) for pid in processes))
    server.wait_until_ready()
