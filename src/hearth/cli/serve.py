"""`hearth serve`: the processes of ingest and rules, of deliveries, and of context services, started and supervised.

The command is a small supervisor: it starts them as children, starts one anew that ends unasked (with
growing pauses), and takes all down when it is told to stop. A child ends by itself when its supervisor
is gone, however that happened, because the pipe between them then closes.
"""

import asyncio
import contextlib
import gc
import os
import signal
import subprocess
import sys
import threading
import time
from importlib.metadata import version
from typing import Annotated

import structlog
import typer
from prometheus_client import CollectorRegistry
from rich.console import Console

from hearth.bootstrap import (
    Settings,
    only_ingest_of,
    open_installation,
    open_mqtt_certificate,
    open_weather_provider,
    read_settings,
)
from hearth.connectors.metrics_server import serve_metrics
from hearth.connectors.system import SystemClock, system_jitter
from hearth.connectors.telemetry import configure_logging
from hearth.connectors.tracing import open_tracer
from hearth.connectors.wake import PipeWake, WakeListener, open_wake_pipe
from hearth.runtime.context import run_context_services
from hearth.runtime.deliveries import DeliveryLoop
from hearth.runtime.metrics import PARTS, SupervisorMetrics
from hearth.store.migrations import upgrade

log = structlog.get_logger()

_KINDER_BY = 10  # what learns and forecasts gives way to what takes events and delivers
_STOP_SECONDS = 30
_MOST_PAUSE_SECONDS = 30.0
_STEADY_SECONDS = 60.0


def serve(
    data_dir: Annotated[str | None, typer.Option("--data-dir", help="Data folder (default: the setting data_dir).")] = None,
    port: Annotated[int | None, typer.Option("--port", help="Port to listen on (default: the setting port).")] = None,
    host: Annotated[str | None, typer.Option("--host", help="Address to listen on (default: the setting host).")] = None,
    part: Annotated[str | None, typer.Option("--part", hidden=True)] = None,
    wake_fd: Annotated[int, typer.Option("--wake-fd", hidden=True)] = -1,
    lifeline_fd: Annotated[int, typer.Option("--lifeline-fd", hidden=True)] = -1,
) -> None:
    """Run Hearth: public API, console, rules and deliveries. Ends on Ctrl-C or SIGTERM."""
    settings = read_settings(data_dir=data_dir, port=port, host=host)
    configure_logging(settings.log_json, settings.log_level)
    if part is None:
        open_weather_provider(settings, SystemClock())  # a wrong setting is refused here, not in a process that starts anew
        open_mqtt_certificate(settings)
        settings.prepare_data_dir()
        if settings.otlp_endpoint:  # a mistake in it is told here, once, and not by each process that it ends
            open_tracer(settings.otlp_endpoint, settings.trace_one_in).close()
        upgrade(settings.store_url)
        sys.exit(Supervisor(settings).run())
    if lifeline_fd >= 0:
        _end_with_supervisor(lifeline_fd)
    if part == "ingest":
        run_ingest(settings, wake_fd)
    elif part == "deliver":
        run_deliver(settings, wake_fd)
    elif part == "context":
        run_context(settings)
    else:
        raise typer.BadParameter(f"no part {part!r}", param_hint="--part")


class Supervisor:
    """Keeps all parts running."""

    def __init__(self, settings: Settings, quiet: bool = False) -> None:
        self._settings = settings
        self._quiet = quiet
        self._wake_read, self._wake_write = open_wake_pipe()
        self._lifeline_read, self._lifeline_write = os.pipe()
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._started_at: dict[str, float] = {}
        self._pauses: dict[str, float] = {}
        self._is_stopping = False

    def run(self) -> int:
        """Until told to stop. Returns the exit code."""
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        registry = CollectorRegistry()
        self._metrics = SupervisorMetrics(registry, version("hearth"))
        _offer_metrics(registry, self._settings, len(PARTS))
        for part in PARTS:
            self._start(part)
        while not self._is_stopping:
            time.sleep(0.2)
            for part, child in list(self._children.items()):
                code = child.poll()
                if code is not None and not self._is_stopping:
                    self._restart(part, code)
        return self._take_down()

    def _start(self, part: str) -> None:
        wake_fd = self._wake_read if part == "deliver" else self._wake_write
        settings = self._settings
        command = [sys.executable, "-m", "hearth.cli.main", "serve", "--part", part]
        command += ["--wake-fd", str(wake_fd), "--lifeline-fd", str(self._lifeline_read)]
        command += ["--data-dir", settings.data_dir, "--port", str(settings.port), "--host", settings.host]
        self._children[part] = subprocess.Popen(command, pass_fds=(wake_fd, self._lifeline_read))  # noqa: S603 - our own command
        self._started_at[part] = time.monotonic()

    def _restart(self, part: str, code: int) -> None:
        was_steady = time.monotonic() - self._started_at[part] > _STEADY_SECONDS
        pause = self._pauses[part] = 0.5 if was_steady else min(self._pauses.get(part, 0.25) * 2, _MOST_PAUSE_SECONDS)
        self._metrics.restarts.labels(part).inc()
        log.error("a part ended; starting it anew", part=part, exit_code=code, pause_seconds=pause)
        ends_at = time.monotonic() + pause
        while time.monotonic() < ends_at and not self._is_stopping:
            time.sleep(0.05)
        if not self._is_stopping:
            self._start(part)

    def _stop(self, _signal: int, _frame: object) -> None:
        self._is_stopping = True

    def _take_down(self) -> int:
        for child in self._children.values():
            with contextlib.suppress(ProcessLookupError):
                child.terminate()
        ends_at = time.monotonic() + _STOP_SECONDS
        for child in self._children.values():
            try:
                child.wait(max(0.1, ends_at - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
        return 0


def run_ingest(settings: Settings, wake_fd: int) -> None:
    """The process that takes events, evaluates rules and serves API and console."""
    import uvicorn
    import uvloop

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
            assert isinstance(asyncio.get_running_loop(), uvloop.Loop), "uvloop is needed: other loops stall requests"
            await super().startup(sockets)  # type: ignore[arg-type]
            if not self.started:
                return
            gc.collect()
            gc.freeze()
            settings.note_running()
            await installation.trial_processes.warm_up()
            Console(stderr=True, highlight=False, soft_wrap=True).print(f"Hearth listens on [bold]{settings.url}[/]")

    with only_ingest_of(settings), open_installation(settings, migrate=False) as installation:
        config = uvicorn.Config(
            installation.application(PipeWake(wake_fd), with_mqtt=True),
            host=settings.host,
            port=settings.port,
            loop="uvloop",
            http="httptools",
            access_log=False,
            log_config=None,
            timeout_graceful_shutdown=3,
            server_header=False,
        )
        _offer_metrics(installation.metrics_registry, settings, PARTS.index("ingest"))
        server = Server(config)
        server.run()
    if not server.started:
        sys.exit(1)


def run_deliver(settings: Settings, wake_fd: int) -> None:
    """The process that delivers notifications and keeps house in the store."""
    import uvloop

    async def deliver() -> None:
        with open_installation(settings, migrate=False) as installation:
            carriers = installation.carriers()
            tracer = installation.tracer
            deliveries = DeliveryLoop(installation.deliveries, carriers, installation.clock, system_jitter, tracer=tracer)
            housekeeping = asyncio.ensure_future(installation.housekeeping().run())
            _offer_metrics(installation.metrics_registry, settings, PARTS.index("deliver"))
            listener = WakeListener(wake_fd, deliveries.look_now)
            loop = asyncio.get_running_loop()
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(number, deliveries.stop)
            try:
                await deliveries.run()
            finally:
                housekeeping.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await housekeeping
                listener.close()
                await carriers.aclose()

    uvloop.run(deliver())


def run_context(settings: Settings) -> None:
    """The process in which context services look after the buildings."""
    os.nice(_KINDER_BY)

    async def look() -> None:
        with open_installation(settings, migrate=False) as installation:
            services = installation.context_services()
            looking = asyncio.ensure_future(run_context_services(services, installation.clock, installation.task_metrics))
            _offer_metrics(installation.metrics_registry, settings, PARTS.index("context"))
            loop = asyncio.get_running_loop()
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(number, looking.cancel)
            with contextlib.suppress(asyncio.CancelledError):
                await looking

    asyncio.run(look())


def _offer_metrics(registry: CollectorRegistry, settings: Settings, place: int) -> None:
    """Each process has its own page: they follow each other from `metrics_port` on."""
    if settings.metrics_port:
        serve_metrics(registry, settings.metrics_host, settings.metrics_port + place)


def _end_with_supervisor(lifeline_fd: int) -> None:
    """When the supervisor is gone the pipe closes, and this process stops as if told to."""

    def watch() -> None:
        while os.read(lifeline_fd, 1):
            continue
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="lifeline", daemon=True).start()
