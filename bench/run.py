"""Runs the benchmarks and prints the machine's facts, absolute figures and ratios (bench/README.md)."""

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import backtests
import energy
import engine
import forecasts
import http_load
import language
import latency
import mqtt_load
import notification_lists
import start_up
import store
import window_libraries


def machine() -> str:
    """What the figures were measured on."""
    model = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line), "?"
    )
    memory_kib = int(Path("/proc/meminfo").read_text().split()[1])
    system = f"{platform.system()} {platform.release()}"
    return f"{model}, {os.cpu_count()} cores, {memory_kib / 2**20:.0f} GiB, Python {platform.python_version()}, {system}"


@contextmanager
def postgres() -> Iterator[str | None]:
    """A private PostgreSQL that flushes to disk as in production, or None where it is not installed."""
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    folder = binaries[-1] if binaries else Path(shutil.which("initdb") or "/nonexistent/initdb").parent
    if not (folder / "initdb").exists():
        print("PostgreSQL is not installed: left out")
        yield None
        return
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory(prefix="hearth-bench-pg-") as data:
        if as_user:
            shutil.chown(data, "postgres")
        port = http_load.free_port()
        run = lambda *command: subprocess.run([*as_user, *command], check=True, stdout=subprocess.DEVNULL)  # noqa: E731
        run(str(folder / "initdb"), "-D", f"{data}/db", "-A", "trust", "-U", "hearth", "--no-instructions")
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={data}"
        run(str(folder / "pg_ctl"), "-D", f"{data}/db", "-l", f"{data}/log", "-o", options, "-w", "start")
        try:
            for number in range(8):
                run(str(folder / "createdb"), "-h", "127.0.0.1", "-p", str(port), "-U", "hearth", f"bench{number}")
            yield f"postgresql://hearth@127.0.0.1:{port}/bench"
        finally:
            run(str(folder / "pg_ctl"), "-D", f"{data}/db", "-m", "immediate", "stop")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="shorter samples")
    parser.add_argument(
        "--only",
        choices=["http_load", "mqtt_load", "language", "latency", "store", "energy", "forecasts", "engine", "notification_lists"],
        help="one file alone",
    )
    options = parser.parse_args()
    print(machine())
    if options.only in (None, "language"):
        show("The rule language", language.report(options.quick))
    if options.only in (None, "engine"):
        show("The engine alone", engine.report(options.quick))
        show("One rule beside a stream processor and a database", window_libraries.report(options.quick))
        show("Start-up", start_up.report(options.quick))
        show("Backtests", backtests.report(options.quick))
    if options.only in (None, "store"):
        show("The store", store.report(options.quick))
    if options.only in (None, "energy"):
        show("Energy statistics", energy.report(options.quick))
    if options.only in (None, "forecasts"):
        show("Forecasts", forecasts.report(options.quick))
    if options.only in (None, "mqtt_load"):
        show("From MQTT to durable and evaluated", mqtt_load.report(options.quick))
    if options.only in ("language", "store", "energy", "forecasts", "engine", "mqtt_load"):
        return
    with postgres() as url:
        databases = iter([f"{url}{number}" if url else None for number in range(8)])
        if options.only in (None, "http_load"):
            show("From HTTP to durable and evaluated", http_load.report(options.quick, databases))
        if options.only in (None, "notification_lists"):
            show("Lists of notifications", notification_lists.report(options.quick))
            if url is not None:
                show("Lists of notifications", notification_lists.report(options.quick, next(databases)))
        if options.only in (None, "latency"):
            show("Latency", latency.report(options.quick, next(databases), half_load_requests_per_s=250))


def show(title: str, rows: list[str]) -> None:
    """A heading and its rows."""
    print(f"\n{title}")
    for row in rows:
        print(f"  {row}")


if __name__ == "__main__":
    main()
