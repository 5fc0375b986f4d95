"""`hearth demo`: Hearth with simulated homes that send live events, in one command.

Everything goes the way a customer's cloud would go: a customer and its client are created, a token is
asked for, buildings and 60 days of history are sent to the public API, then live events at a chosen
speed-up; notifications are delivered to a receiver. The homes' time runs ahead of the clock's until it
has caught up with it; then they send in real time.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import webbrowser
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import httpx2
import typer
from rich.console import Console
from rich.panel import Panel
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from hearth.bootstrap import Settings, open_installation, read_settings
from hearth.connectors.system import SystemClock
from hearth.core.instants import DAY_MS
from hearth.core.problems import Problem
from hearth.domain.audit import Actor
from hearth.services.predefined_rules import predefined_rule_texts
from hearth.testing.households import Home, HomeState, SimulatedEvent, building_body, event_body, make_homes, simulate
from hearth.testing.households.state import start_state

EMAIL = "demo@hearth.example"
PASSWORD = "hearth-demo-2026"  # noqa: S105 - shown on purpose; the demo listens on loopback
_QUARTER_MS = 900_000
_WHOLE_DEMO_MS = 3_650 * DAY_MS
_A_BATCH = 10_000
_MARK = "demo.json"
_DEMO = Actor(kind="commandLine", name="demo")


@dataclass(frozen=True)
class Credentials:
    """What the demo's customer works with."""

    customer_id: str
    client_id: str
    client_secret: str


def demo(
    homes: Annotated[int, typer.Option(help="Number of simulated homes.", min=1, max=500)] = 20,
    history_days: Annotated[int, typer.Option(help="Days of history that are sent first.", min=0, max=730)] = 60,
    speed_up: Annotated[float, typer.Option(help="How much faster than the clock the homes live at first.", min=1)] = 900,
    live_days: Annotated[int, typer.Option(help="Days the homes live through until they have caught up.", min=0, max=60)] = 14,
    seed: Annotated[int, typer.Option(help="Other numbers give other homes.")] = 7,
    port: Annotated[int | None, typer.Option(help="Port to listen on (default: the setting port).")] = None,
    data_dir: Annotated[
        str, typer.Option("--data-dir", help="Folder of the demo's data; an earlier demo there is replaced.")
    ] = "demo-data",
    open_page: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the console in a browser, where there is one.")
    ] = True,
) -> None:
    """Run Hearth with simulated homes that send live events through the API."""
    console = Console(highlight=False, soft_wrap=True)
    settings = read_settings(data_dir=data_dir, port=port)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # told to stop, it stops server and receiver too
    _make_room(settings)
    with suppress(KeyboardInterrupt), ExitStack() as stack:
        credentials, receiver_url = stack.enter_context(_prepared(settings, stack.enter_context(_kept_port())))
        stack.enter_context(_server(settings))
        _introduce(console, settings, credentials)
        if open_page and os.environ.get("DISPLAY"):
            webbrowser.open(f"{settings.url}/console/")
        now_ms = SystemClock().now_ms() // _QUARTER_MS * _QUARTER_MS
        live_from_ms = now_ms - live_days * DAY_MS
        with CustomerCloud(settings, credentials) as cloud:
            lives = [Life(home, start_state(home)) for home in make_homes(homes, seed)]
            cloud.add_buildings([life.home for life in lives])
            _send_history(console, cloud, lives, live_from_ms - history_days * DAY_MS, live_from_ms)
            console.print(
                f"The homes now live {speed_up:g} times faster than the clock, from {live_days} days ago on; "
                f"notifications go to {receiver_url} (see {settings.data_dir}/receiver.log). [bold]Ctrl-C ends.[/]"
            )
            _send_live(cloud, lives, live_from_ms, speed_up)


@dataclass
class Life:
    """A home and where its simulation stands."""

    home: Home
    state: HomeState


class CustomerCloud:
    """What a customer's own integration does: ask for a token, send buildings and events, ask anew before it expires."""

    def __init__(self, settings: Settings, credentials: Credentials) -> None:
        self._http = httpx2.Client(base_url=settings.url, timeout=60, trust_env=False)
        self._credentials = credentials
        self._renew_at = 0.0

    def __enter__(self) -> "CustomerCloud":
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def add_buildings(self, homes: list[Home]) -> None:
        """Adds each home's building."""
        for home in homes:
            self._post("/buildings/v1", building_body(home))

    def send_history(self, home: Home, events: list[SimulatedEvent]) -> None:
        """Sends events of the past, which trigger nothing."""
        self._post("/events/batch/v1", [event_body(home, event) for event in events])

    def send_live(self, bodies: list[dict[str, Any]]) -> None:
        """Sends live events, in arrays of at most 1,000."""
        for start in range(0, len(bodies), 1_000):
            self._post("/events/v1", bodies[start : start + 1_000])

    def _post(self, path: str, body: object) -> None:
        while True:
            self._renew_token()
            answer = self._http.post(path, json=body)
            if answer.status_code not in (429, 503):
                break
            time.sleep(float(answer.headers.get("retry-after", "1")))
        if answer.status_code >= 400:
            raise Problem("invalid", f"{path} was refused ({answer.status_code}): {answer.text}")

    def _renew_token(self) -> None:
        if time.monotonic() < self._renew_at:
            return
        answer = self._http.post(
            "/auth/token/v1",
            data={"grant_type": "client_credentials"},
            auth=(self._credentials.client_id, self._credentials.client_secret),
        )
        answer.raise_for_status()
        token = answer.json()
        self._http.headers["Authorization"] = f"Bearer {token['access_token']}"
        self._renew_at = time.monotonic() + token["expires_in"] - 600


def _make_room(settings: Settings) -> None:
    """Removes an earlier demo; a folder that is none is left alone."""
    folder = Path(settings.data_dir)
    if settings.running() is not None:
        raise Problem("conflict", f"A demo runs on {folder} already; stop it first, or choose another --data-dir.")
    if folder.exists() and any(folder.iterdir()):
        if not (folder / _MARK).is_file():
            raise Problem("conflict", f"{folder} holds something that is no demo; choose another --data-dir.")
        shutil.rmtree(folder)


@contextmanager
def _prepared(settings: Settings, receiver_port: int) -> Iterator[tuple[Credentials, str]]:
    """A customer with client, member, active rules and an endpoint, whose receiver runs meanwhile."""
    folder = settings.prepare_data_dir()
    (folder / _MARK).write_text("{}", encoding="utf-8")
    with open_installation(settings) as installation:
        customer = installation.customers.create("Sonnenberg Energie", time_zone_id="Europe/Zurich")
        client_id, client_secret = installation.access.create_client(customer.id)
        installation.members.add_member(customer.id, EMAIL, "Demo", PASSWORD)
        installation.rules.import_files(customer.id, predefined_rule_texts(), _DEMO)
        for rule in installation.rules.list_of(customer.id):
            if rule.state != "ACTIVE":
                installation.rules.set_state(customer.id, rule.id, "ACTIVE", _DEMO)
        receiver_url = f"http://127.0.0.1:{receiver_port}/"
        secret = installation.endpoints.save(customer.id, receiver_url).signing_secret
        assert secret is not None  # the first endpoint of a fresh customer
    credentials = Credentials(customer.id, client_id, client_secret)
    command = [sys.executable, "-m", "hearth.cli.main", "receiver", "--port", str(receiver_port)]
    with (folder / "receiver.log").open("w", encoding="utf-8") as output:
        environment = {**os.environ, "HEARTH_RECEIVER_SECRET": secret}
        receiver = subprocess.Popen(command, stdout=output, stderr=output, env=environment)  # noqa: S603 - our own command
        try:
            yield credentials, receiver_url
        finally:
            receiver.terminate()
            receiver.wait(10)


@contextmanager
def _server(settings: Settings) -> Iterator[None]:
    """`hearth serve` on the demo's data; webhooks may reach loopback here, where the receiver listens."""
    environment = {**os.environ, "HEARTH_WEBHOOK_ALLOWED_NETWORKS": "127.0.0.0/8", "HEARTH_LOG_LEVEL": "WARNING"}
    command = [sys.executable, "-m", "hearth.cli.main", "serve", "--data-dir", settings.data_dir, "--port", str(settings.port)]
    server = subprocess.Popen([*command, "--host", settings.host], env=environment)  # noqa: S603 - our own command
    try:
        _wait_until_ready(settings, server)
        yield
    finally:
        server.terminate()
        server.wait(60)


def _wait_until_ready(settings: Settings, server: subprocess.Popen[bytes]) -> None:
    ends_at = time.monotonic() + 240  # a small machine that is busy may need minutes
    while time.monotonic() < ends_at and server.poll() is None:
        try:
            if httpx2.get(f"{settings.url}/health/ready", timeout=2, trust_env=False).status_code == 200:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.1)
    why = "was not ready within 4 minutes" if server.poll() is None else "stopped; is the port taken? Choose another with --port"
    raise Problem("unavailable", f"The server on {settings.url} {why}.")


def _introduce(console: Console, settings: Settings, credentials: Credentials) -> None:
    url = settings.url
    lines = (
        f"[bold]{url}/console/[/]",
        f"sign in as  [bold]{EMAIL}[/]\npassword    [bold]{PASSWORD}[/]",
        f"API reference  {url}/docs",
    )
    console.print(Panel.fit("\n\n".join(lines), title="Hearth demo", border_style="green"))
    console.print("Ready to paste:\n", style="dim")
    for line in curl_lines(url, credentials.client_id, credentials.client_secret):
        console.print(line, markup=False)
    console.print()


def curl_lines(url: str, client_id: str, client_secret: str) -> tuple[str, ...]:
    """Shell lines that ask for a token, post an event and list notifications."""
    event = {
        "customerBuildingId": "home-001",
        "deviceId": "my-meter",  # the home's own devices live in another time than the clock's
        "type": "POWER_CONSUMPTION",
        "source": "SMART_METER",
        "value": 4200,
    }
    find_token = 'sed \'s/.*"access_token": *"\\([^"]*\\)".*/\\1/\''  # noqa: S105 - finds one, is none
    return (
        f"TOKEN=$(curl -s '{url}/auth/token/v1?clientId={client_id}&clientSecret={client_secret}' | {find_token})",
        f'curl -i {url}/events/v1 -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" '
        f"-d '{json.dumps(event)}'",
        f'curl -s {url}/pushnotifications/buildings/home-001/v1 -H "Authorization: Bearer $TOKEN"',
    )


def _send_history(console: Console, cloud: CustomerCloud, lives: list[Life], from_ms: int, to_ms: int) -> None:
    """Each home's past, in batches."""
    columns = (
        TextColumn("[dim]history[/]"),
        BarColumn(),
        TextColumn("{task.completed:,.0f} of {task.total:,.0f} days"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("history", total=len(lives) * (to_ms - from_ms) / DAY_MS)
        for life in lives:
            gathered: list[SimulatedEvent] = []
            for quarter in simulate(life.home, from_ms, to_ms, state=life.state):
                gathered.extend(quarter)
                if len(gathered) > _A_BATCH - 500:
                    cloud.send_history(life.home, gathered)
                    gathered = []
                progress.advance(task, _QUARTER_MS / DAY_MS)
            if gathered:
                cloud.send_history(life.home, gathered)


def _send_live(cloud: CustomerCloud, lives: list[Life], from_ms: int, speed_up: float) -> None:
    """Quarter hour by quarter hour, all homes together, at the speed-up until the clock is reached; then in real time."""
    runs = [simulate(life.home, from_ms, from_ms + _WHOLE_DEMO_MS, state=life.state) for life in lives]
    at_ms = from_ms
    due = time.monotonic()
    while True:
        cloud.send_live([event_body(life.home, event) for life, run in zip(lives, runs, strict=True) for event in next(run)])
        at_ms += _QUARTER_MS
        ahead_ms = at_ms + _QUARTER_MS - SystemClock().now_ms()
        due = max(due + _QUARTER_MS / 1000 / speed_up, time.monotonic() + ahead_ms / 1000 if ahead_ms > 0 else 0)
        time.sleep(max(0.0, due - time.monotonic()))


@contextmanager
def _kept_port() -> Iterator[int]:
    """A port of loopback that stays ours until the block ends: bound, which a server of ours that listens on it does not mind."""
    with socket.socket() as kept:
        kept.bind(("127.0.0.1", 0))
        kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        yield int(kept.getsockname()[1])
