"""A real `hearth serve` for tests: started on a folder of its own, talked to over HTTP, killed at will."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import httpx2

if TYPE_CHECKING:
    from hearth.bootstrap import Installation
    from hearth.ports import Session

RULES = Path(__file__).parent.parent / "rules"
# How long a wait may last before it is in vain. Trials of rules give way to all else: where that is much, they take a minute.
PATIENCE_SECONDS = 150
HEARTH = ("-m", "hearth.cli.main")
T = TypeVar("T")
_GONE = (FileNotFoundError, ProcessLookupError)  # which of them depends on how far a process has ended
_kept: list[socket.socket] = []


def is_all_evaluated(session: "Session") -> bool:
    """What is acknowledged is stored, and evaluated a moment later."""
    return session.engine.applied_sequence_for_operator() == session.events.last_sequence_for_operator()


def free_port() -> int:
    """A port that nobody listens on, and that nobody else is given before this process ends: see `free_ports`."""
    return _kept_port(0)


def free_ports(count: int) -> int:
    """The first of some that follow each other.

    A port that is only looked at may be another's before it is used, or while its server is started anew: another test's, of this
    worker or of another suite, or that of any connection. So each stays bound, which a server that listens on it does not mind.
    """
    for first in range(20_000, 30_000, count):
        with suppress(OSError):
            for port in range(first, first + count):
                _kept_port(port)
            return first
    raise AssertionError("no free ports")


def _kept_port(port: int) -> int:
    kept = socket.socket()
    _kept.append(kept)
    kept.bind(("127.0.0.1", port))
    kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # from now on only: it was not to be had if somebody else keeps it
    return int(kept.getsockname()[1])


def hearth(*arguments: str, env: dict[str, str] | None = None) -> str:
    """Runs one command to its end and returns what it printed. Raises when it fails."""
    done = subprocess.run(
        [sys.executable, *HEARTH, *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, **(env or {})},
        check=False,
    )
    assert done.returncode == 0, f"hearth {' '.join(arguments)} failed:\n{done.stdout}\n{done.stderr}"
    return done.stdout


@dataclass
class Server:
    """One installation: its folder, its port, and the process while it runs."""

    folder: Path
    port: int = field(default_factory=free_port)
    env: dict[str, str] = field(default_factory=dict)
    program: Sequence[str] = HEARTH
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Starts it and waits until it takes requests."""
        environment = {**os.environ, "HEARTH_WEBHOOK_ALLOWED_NETWORKS": "127.0.0.0/8", **self.env}
        command = [sys.executable, *self.program, "serve", "--data-dir", str(self.folder), "--port", str(self.port)]
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Until `/health/ready` says so; fails after four minutes, with the log. A busy machine takes two."""
        ends_at = time.monotonic() + 240
        while time.monotonic() < ends_at:
            try:
                if httpx2.get(f"{self.url}/health/ready", timeout=2, trust_env=False).status_code == 200:
                    return
            except httpx2.TransportError:
                pass
            time.sleep(0.05)
        raise AssertionError("the server did not become ready:\n" + self.log())

    def ingest_pid(self) -> int:
        """The process that takes events."""
        return int(json.loads((self.folder / "serve.json").read_text())["pid"])

    def kill_ingest(self) -> None:
        """kill -9 of the process that takes events; the supervisor starts another."""
        os.kill(self.ingest_pid(), signal.SIGKILL)

    def kill_all(self) -> None:
        """kill -9 of the whole server, as a power cut would."""
        assert self.process is not None
        for pid in [self.process.pid, *children_of(self.process.pid)]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """Stops it in order."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(60)

    def log(self) -> str:
        """What it logged so far."""
        return (self.folder / "server.log").read_text(errors="replace")

    def command(self, *arguments: str) -> str:
        """A command on this installation."""
        return hearth(*arguments, "--data-dir", str(self.folder), env=self.env)

    @contextmanager
    def opened(self) -> Iterator["Installation"]:
        """The same installation in this process, for what a test only needs to be there: a command takes seconds to start."""
        from hearth.bootstrap import open_installation, read_settings

        settings = read_settings({**os.environ, **self.env}, data_dir=str(self.folder))
        with open_installation(settings, migrate=False) as installation:
            yield installation

    def create_customer(self, name: str = "Test") -> dict[str, str]:
        """A customer with a client: customerId, clientId, clientSecret."""
        created: dict[str, str] = json.loads(self.command("customer", "create", name, "--json"))
        return created

    def client(self, customer: dict[str, str]) -> httpx2.Client:
        """An HTTP client with a token of the customer."""
        query = {"clientId": customer["clientId"], "clientSecret": customer["clientSecret"]}
        token = (
            httpx2.get(f"{self.url}/auth/token/v1", params=query, trust_env=False, timeout=PATIENCE_SECONDS)
            .raise_for_status()
            .json()["access_token"]
        )
        headers = {"Authorization": f"Bearer {token}"}
        return httpx2.Client(base_url=self.url, headers=headers, timeout=PATIENCE_SECONDS, trust_env=False)


@contextmanager
def running(folder: Path, env: dict[str, str] | None = None, program: Sequence[str] = HEARTH) -> Iterator[Server]:
    """A server that runs while the block does; `program` is Hearth, or what a test makes of it."""
    server = Server(folder, env=env or {}, program=program)
    try:
        server.start()
        yield server
    finally:
        server.stop()


def until(condition: Callable[[], T]) -> T:
    """Looks again until it holds, and returns what was found; fails when patience is at its end."""
    ends_at = time.monotonic() + PATIENCE_SECONDS
    while not (found := condition()):
        assert time.monotonic() < ends_at, f"it did not come to hold within {PATIENCE_SECONDS} s"
        time.sleep(0.02)
    return found


class NobodyToWake:
    """For an application in the test's own process: no delivering process runs beside it."""

    def wake(self) -> None:
        """Nobody is there."""


def trial_processes(server: Server) -> list[int]:
    """The processes below the one that takes events, which try rules."""
    return children_of(server.ingest_pid())


def children_of(pid: int) -> list[int]:
    """The processes that a process has started; none when it has ended."""
    found: list[int] = []
    with suppress(*_GONE):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            with suppress(*_GONE):
                found += map(int, (thread / "children").read_text().split())
    return found


def is_alive(pid: int) -> bool:
    """A process that ended and was not waited for yet is not."""
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except _GONE:
        return False


def all_notifications(client: httpx2.Client, building: str, status: str = "DELIVERED") -> list[dict[str, Any]]:
    """All notifications of a building with that status, newest first, page by page."""
    found: list[dict[str, Any]] = []
    after: str | None = None
    while True:
        query = {"deliveryStatus": status, "limit": "500", **({"after": after} if after else {})}
        page = client.get(f"/pushnotifications/buildings/{building}/v1", params=query).raise_for_status().json()
        found.extend(page)
        if len(page) < 500:
            return found
        after = page[-1]["id"]
