"""A CSV file of 50 MB imported through the console's own endpoints, as its page sends it.

A real `hearth serve` on SQLite; a member signs in, begins an import of a value a minute of several devices, over months, and
sends the file in parts of 256 KiB, each after the answer to the one before. Told are the time, events a second, how long a
part takes, the most memory of each process, and how long others wait meanwhile: events that come in over the public
API and the console's first page are asked for all along.
"""

import json
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from typing import Any

from http_load import CUSTOMER, children_of, cpu_seconds, free_port, hearth_server, seed

from hearth.bootstrap import Settings, open_installation

_EMAIL, _PASSWORD = "ada@example.com", "correct horse battery"
_PART_BYTES = 256 * 1024
_DEVICES = ("meter-1", "meter-2", "heat-pump", "charger")
_HEADER = "timestamp,type,deviceId,deviceName,source,value\n"
_MAPPING = {
    "timestamp": "timestamp",
    "type": "type",
    "value": "value",
    "deviceColumn": "deviceId",
    "deviceNameColumn": "deviceName",
    "sourceColumn": "source",
}


def report(is_quick: bool) -> list[str]:
    """Rows of figures."""
    size = 5_000_000 if is_quick else 50_000_000
    with tempfile.TemporaryDirectory(prefix="hearth-bench-import-") as folder:
        settings = Settings(data_dir=folder, port=free_port())
        with open_installation(settings) as installation:
            token = seed(installation, 10)
            installation.members.add_member(CUSTOMER, _EMAIL, "Ada", _PASSWORD, role="Admin")
        with hearth_server(settings) as server:
            page = _Page(settings.port)
            others = _Others(settings.port, token, page.cookie)
            before = _peak_mib(server.pid)
            others.start()
            began, began_cpu = time.perf_counter(), cpu_seconds(server.pid)
            events, parts = page.send_file(size)
            seconds, cpu = time.perf_counter() - began, cpu_seconds(server.pid) - began_cpu
            others.stop()
            after = _peak_mib(server.pid)
    rows = [
        f"{size / 1e6:.0f} MB, {events:,} events in {seconds:.0f} s: {events / seconds:,.0f} events/s",
        f"{cpu:.0f} s of CPU in all processes, with what the others ask: {events / cpu:,.0f} events per CPU second",
        f"a part of 256 KiB: {median(parts):.0f} ms median, {max(parts):.0f} ms at most ({len(parts)} parts)",
        *(f"most memory of {name}: {mib:.0f} MiB, before {before.get(name, 0):.0f}" for name, mib in after.items()),
    ]
    return rows + [
        f"meanwhile {name}: {median(of):.0f} ms median, {max(of):.0f} ms at most" for name, of in others.waited_ms.items()
    ]


class _Page:
    """The import's requests, in the order of the page."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=120)
        self._headers = {"Content-Type": "application/json"}
        answer = self._post("/session", {"email": _EMAIL, "password": _PASSWORD})
        self._headers |= {"X-CSRF-Token": answer["csrfToken"], "Cookie": self.cookie}

    def send_file(self, size: int) -> tuple[int, list[float]]:
        """(events stored, milliseconds of each part)."""
        beginning = {"building": "home-0", "file": "history.csv", "sizeBytes": size, "header": _HEADER, "mapping": _MAPPING}
        resume, accepted, parts = self._post("/events/imports", beginning)["resume"], 0, list[float]()
        for text in _file(size):
            began = time.perf_counter()
            taken = self._post("/events/imports/parts", {"resume": resume, "text": text})
            parts.append((time.perf_counter() - began) * 1_000)
            if taken["refusals"]:
                raise RuntimeError(f"refused: {taken['refusals'][:3]}")
            resume, accepted = taken["resume"], taken["accepted"]
        self._post("/events/imports/end", {"resume": resume, "isWhole": True})
        return accepted, parts

    def _post(self, path: str, body: dict[str, object]) -> Any:
        self._connection.request("POST", f"/console/api{path}", json.dumps(body), self._headers)
        answer = self._connection.getresponse()
        if cookie := answer.getheader("Set-Cookie"):
            self.cookie = cookie.split(";")[0]
        text = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{path}: {answer.status} {text[:300]!r}")
        return json.loads(text) if text else None


def _file(size: int) -> Iterator[str]:
    """Parts of whole rows, without the header; the newest row is of yesterday."""
    row = "{:%Y-%m-%dT%H:%M:%SZ},POWER_CONSUMPTION,{},{},GATEWAY,{:.1f}\n"
    length = len(row.format(datetime.now(UTC), _DEVICES[0], _DEVICES[0], 1000.0))
    count = size // length
    start = datetime.now(UTC).replace(microsecond=0, second=0) - timedelta(days=1, minutes=count // len(_DEVICES))
    part, held = list[str](), 0
    for number in range(count):
        device = _DEVICES[number % len(_DEVICES)]
        at = start + timedelta(minutes=number // len(_DEVICES))
        part.append(row.format(at, device, device, 400 + number * 37 % 3_000 / 10))
        held += len(part[-1])
        if held >= _PART_BYTES - 100:
            yield "".join(part)
            part, held = [], 0
    if part:
        yield "".join(part)


class _Others(threading.Thread):
    """Who else wants something of the server meanwhile, twenty times a second in turn."""

    def __init__(self, port: int, token: str, cookie: str) -> None:
        super().__init__()
        url = f"http://127.0.0.1:{port}"
        event = [
            {"customerBuildingId": "home-1", "deviceId": "meter-1", "source": "GATEWAY", "type": "POWER_CONSUMPTION", "value": 5}
        ]
        bearer = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._requests = {
            "an event over the API": urllib.request.Request(f"{url}/events/v1", json.dumps(event).encode(), bearer),
            "the console's first page": urllib.request.Request(f"{url}/console/api/overview", headers={"Cookie": cookie}),
        }
        self.waited_ms: dict[str, list[float]] = {name: [] for name in self._requests}
        self._is_over = threading.Event()

    def run(self) -> None:
        while not self._is_over.wait(0.1):
            for name, request in self._requests.items():
                began = time.perf_counter()
                with urllib.request.urlopen(request, timeout=120) as answer:
                    answer.read()
                self.waited_ms[name].append((time.perf_counter() - began) * 1_000)

    def stop(self) -> None:
        self._is_over.set()
        self.join()


def _peak_mib(pid: int) -> dict[str, float]:
    """The most memory each of the server's processes ever had, MiB."""
    peaks = {}
    for each in [pid, *children_of(pid)]:
        command = Path(f"/proc/{each}/cmdline").read_text().split("\0")
        lines = Path(f"/proc/{each}/status").read_text().splitlines()
        peak = next((line.split()[1] for line in lines if line.startswith("VmHWM")), "0")
        peaks[f"process {each}: {' '.join(command[1:4])[:60]}"] = int(peak) / 1024
    return peaks


if __name__ == "__main__":
    print("\n".join(report("--quick" in sys.argv)))
