"""`hearth demo`, as somebody sees it who knows nothing of Hearth yet: notifications, lines to paste, a clean end."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.running import PATIENCE_SECONDS, free_port, until

READY_WITHIN_SECONDS = 240 + PATIENCE_SECONDS  # what the command itself waits for its server, and what it does before
NOTIFIED_WITHIN_SECONDS = 180  # once it says that it is ready


@dataclass
class Demo:
    """A running demo: its process (first of its own group), its address and what it printed."""

    process: subprocess.Popen[bytes]
    url: str
    printed: Path

    def output(self) -> str:
        return self.printed.read_text(errors="replace")

    def is_anybody_left(self) -> bool:
        """Whether a process of the demo's group still runs."""
        try:
            os.killpg(self.process.pid, 0)
        except ProcessLookupError:
            return False
        return True


@contextmanager
def running_demo(folder: Path) -> Iterator[Demo]:
    printed, port = folder / "printed.txt", free_port()
    options = ["--homes", "3", "--history-days", "3", "--live-days", "2", "--speed-up", "20000"]
    where = ["--no-open", "--data-dir", str(folder / "data"), "--port", str(port)]
    with printed.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "hearth.cli.main", "demo", *options, *where],
            stdout=output,
            stderr=output,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            start_new_session=True,
        )
    demo = Demo(process, f"http://127.0.0.1:{port}", printed)
    try:
        yield demo
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wait_for(demo: Demo, what: str, ends_at: float, look: Any) -> Any:
    """What `look` finds, as soon as it finds something."""
    while time.monotonic() < ends_at:
        assert demo.process.poll() is None, demo.output()
        with suppress(httpx2.TransportError):
            found = look()
            if found:
                return found
        time.sleep(0.1)
    raise AssertionError(f"{what} did not come in time:\n{demo.output()}")


def test_the_demo_notifies_can_be_talked_to_and_ends_cleanly(tmp_path: Path) -> None:
    ends_at = time.monotonic() + READY_WITHIN_SECONDS
    with running_demo(tmp_path) as demo, httpx2.Client(base_url=demo.url, timeout=30, trust_env=False) as page:
        # The printed login opens the console.
        printed = wait_for(demo, "the introduction", ends_at, lambda: demo.output() if "Ready to paste" in demo.output() else "")
        ends_at = time.monotonic() + NOTIFIED_WITHIN_SECONDS
        email, password = re.findall(r"(?:sign in as|password) +(\S+)", printed)
        assert f"{demo.url}/console/" in printed
        assert page.post("/console/api/session", json={"email": email, "password": password}).status_code == 200

        # In the first live morning the homes are told of their day before, whatever the season.
        def reports() -> list[dict[str, Any]]:
            answer = page.get("/console/api/notifications", params={"status": "DELIVERED", "limit": "100"})
            items: list[dict[str, Any]] = answer.raise_for_status().json()["items"]
            return [item for item in items if "Daily energy report" in str(item)]

        report = wait_for(demo, "a daily report", ends_at, reports)[0]
        assert re.search(r"\d kWh", str(report))
        assert page.get("/console/api/overview").raise_for_status().json()["buildingCount"] == 3
        received = (tmp_path / "data" / "receiver.log").read_text()
        assert "signature ok" in received
        assert "bad:" not in received

        # The printed lines work as they are.
        if shutil.which("curl") is None:
            pytest.skip("needs curl")
        lines = [line for line in demo.output().splitlines() if re.match(r"(TOKEN=|curl )", line)]
        assert len(lines) == 3
        lines[0] += '; test -n "$TOKEN" && echo "token of ${#TOKEN} characters"'
        pasted = subprocess.run(
            ["bash", "-e"],
            input="\n".join(lines),
            capture_output=True,
            text=True,
            env={**os.environ, "no_proxy": "*"},
            timeout=60,
            check=False,
        )
        assert pasted.returncode == 0, pasted.stderr
        assert re.search(r"token of \d{3,} characters", pasted.stdout)
        assert re.search(r"HTTP/1.1 201", pasted.stdout)
        assert re.search(r'\[\{"id":', pasted.stdout), pasted.stdout

        assert_ends_cleanly(demo)


def test_a_demo_that_is_stopped_while_it_starts_leaves_nobody_behind(tmp_path: Path) -> None:
    with running_demo(tmp_path) as demo:
        ends_at = time.monotonic() + READY_WITHIN_SECONDS
        # The receiver runs already, and the server is being started.
        wait_for(demo, "the receiver", ends_at, lambda: "Listening" in log_of(tmp_path / "data" / "receiver.log"))
        assert_ends_cleanly(demo)


def log_of(path: Path) -> str:
    return path.read_text() if path.is_file() else ""


def assert_ends_cleanly(demo: Demo) -> None:
    """Told to stop, it takes everything it started with it."""
    assert demo.is_anybody_left()
    demo.process.send_signal(signal.SIGTERM)
    demo.process.wait(120)
    until(lambda: not demo.is_anybody_left())  # what it started ends with it, if a moment later
    assert "Traceback" not in demo.output()
    assert demo.process.returncode == 0
