"""From HTTP to evaluated and durable: a real `hearth serve`, a real load, ten rules a home.

The clock runs from the first request until the last event is acknowledged (durable) and evaluated. The
same load goes to the plain version. Both are single processes; the sender runs on the other core.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rules import ten_rules

from hearth.bootstrap import Installation, Settings, open_installation
from hearth.domain.buildings import Building
from hearth.domain.customers import Customer

HERE = Path(__file__).parent
CUSTOMER = "0123456789abcdef01234567"


@dataclass(frozen=True)
class Measured:
    """Events per second of wall time, per second of the server's CPU time, and the acknowledgement's latency."""

    events_per_s: float
    events_per_cpu_s: float
    p50_ms: float
    p99_ms: float


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def seed(installation: Installation, homes: int) -> str:
    """A customer with `homes` buildings and ten rules; returns a token."""
    now_ms = installation.clock.now_ms()
    with installation.store.write() as session:
        session.customers.add(Customer(id=CUSTOMER, name="Bench", created_at_ms=now_ms))
        for number in range(homes):
            session.buildings.add(
                Building(
                    id=f"{number:024x}",
                    customer_id=CUSTOMER,
                    customer_building_id=f"home-{number}",
                    time_zone_id="Europe/Zurich",
                    registration_at_ms=now_ms,
                    activation_at_ms=now_ms,
                )
            )
        for rule in ten_rules(CUSTOMER):
            session.rules.add_version(rule)
    return installation.access.issue_local_token(CUSTOMER).access_token


@contextmanager
def hearth_server(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    environment = {**os.environ, "HEARTH_LOG_LEVEL": "WARNING", "HEARTH_WEBHOOK_ALLOWED_NETWORKS": "127.0.0.0/8"}
    if settings.database_url:
        environment["HEARTH_DATABASE_URL"] = settings.database_url
    if settings.mqtt_port:
        environment["HEARTH_MQTT_PORT"] = str(settings.mqtt_port)
    command = [sys.executable, "-m", "hearth.cli.main", "serve", "--data-dir", settings.data_dir, "--port", str(settings.port)]
    log_file = Path(settings.data_dir) / "server.log"
    with log_file.open("w") as log:
        server = subprocess.Popen(command, env=environment, stderr=log)
    try:
        wait_for(settings.port, "/health/ready")
        yield server
    except Exception:
        print("\n".join(line for line in log_file.read_text().splitlines() if "[warning" not in line)[-6_000:], file=sys.stderr)
        raise
    finally:
        server.terminate()
        server.wait(60)


def wait_for(port: int, path: str) -> None:
    for _ in range(3_000):  # a busy machine takes its time
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server did not start")


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and its living children."""
    total = 0.0
    for each in [pid, *children_of(pid)]:
        parts = Path(f"/proc/{each}/stat").read_text().rsplit(")", 1)[1].split()
        total += (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")
    return total


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def send(job: dict[str, object]) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, str(HERE / "load.py")], input=json.dumps(job).encode(), capture_output=True, check=True
    )
    result: dict[str, float] = json.loads(done.stdout)
    if result["refused"]:
        raise RuntimeError(f"{result['refused']} requests were refused")
    return result


def job_of(port: int, token: str, homes: int, batch: int, events: int, connections: int) -> dict[str, object]:
    start = int(time.time()) - 40 * 86_400
    return {
        "port": port,
        "token": token,
        "homes": homes,
        "batch": batch,
        "events": events,
        "connections": connections,
        "start": start,
        "step_seconds": 900,
    }


def measure_hearth(database_url: str, batch: int, events: int, homes: int, connections: int) -> Measured:
    with tempfile.TemporaryDirectory(prefix="hearth-bench-") as folder:
        settings = Settings(data_dir=folder, database_url=database_url, port=free_port())
        with open_installation(settings) as installation:
            token = seed(installation, homes)
            with hearth_server(settings) as server:
                first = {**job_of(settings.port, token, homes, 1_000 if batch > 1 else 1, homes, connections), "step_seconds": 0}
                send({**first, "start": int(time.time()) - 41 * 86_400})  # every home is loaded before the clock runs
                wait_until_applied(installation, homes)
                before = cpu_seconds(server.pid)
                result = send(job_of(settings.port, token, homes, batch, events, connections))
                wait_until_applied(installation, homes + events)
                seconds = result["seconds"] + max(0.0, time.time() - result["ended_at"])
                used = cpu_seconds(server.pid) - before
        return Measured(events / seconds, events / used, result["p50_ms"], result["p99_ms"])


def wait_until_applied(installation: Installation, sequence: int) -> None:
    for _ in range(6_000):
        with installation.store.read() as session:
            if session.engine.applied_sequence_for_operator() >= sequence:
                return
        time.sleep(0.05)
    raise RuntimeError("the events were not evaluated")


def measure_naive(batch: int, events: int, homes: int, connections: int) -> Measured:
    with tempfile.TemporaryDirectory(prefix="hearth-bench-") as folder:
        port = free_port()
        command = [sys.executable, str(HERE / "naive.py"), str(port), str(Path(folder) / "naive.sqlite3")]
        server = subprocess.Popen(command)
        try:
            wait_for(port, "/openapi.json")
            before = cpu_seconds(server.pid)
            result = send(job_of(port, "none", homes, batch, events, connections))
            used = cpu_seconds(server.pid) - before
        finally:
            server.terminate()
            server.wait(30)
        return Measured(events / result["seconds"], events / used, result["p50_ms"], result["p99_ms"])


def report(quick: bool, databases: Iterator[str | None]) -> list[str]:
    """Table rows: what, events/s, events per CPU second, p50, p99, ratio to the plain version."""
    scale = 4 if quick else 1
    rows = [f"{'':34}{'events/s':>12}{'per CPU-s':>12}{'ack p50 ms':>12}{'ack p99 ms':>12}{'ratio':>8}"]
    for batch, events, connections in ((100, 800_000 // scale, 16), (1, 40_000 // scale, 64)):
        # A part of the events for a part of the homes: each home's windows hold as much as in the full run.
        part = 8 if batch > 1 else 2
        naive = measure_naive(batch, events // part, 5_000 // part, connections)
        rows.append(row(f"plain version, batches of {batch}", naive, naive))
        rows.append(row(f"hearth, SQLite, batches of {batch}", measure_hearth("", batch, events, 5_000, connections), naive))
        postgres_url = next(databases)
        if postgres_url:
            measured = measure_hearth(postgres_url, batch, events, 5_000, connections)
            rows.append(row(f"hearth, PostgreSQL, batches of {batch}", measured, naive))
    return rows


def row(name: str, measured: Measured, naive: Measured) -> str:
    ratio = measured.events_per_s / naive.events_per_s
    return (
        f"{name:34}{measured.events_per_s:>12,.0f}{measured.events_per_cpu_s:>12,.0f}"
        f"{measured.p50_ms:>12.2f}{measured.p99_ms:>12.2f}{ratio:>7.1f}x"
    )
