"""The one place that names concrete classes and reads settings.

Reads settings (defaults, then a TOML file, then the environment, then what the command line says) and joins
stores, connectors, services and the live driver into an Installation. Holds no decision of its own.
"""

import fcntl
import importlib.resources
import json
import os
import re
import socket
import sys
import threading
import time
import tomllib
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2
import msgspec
from prometheus_client import CollectorRegistry
from sqlalchemy import make_url

from hearth.connectors.addresses import AddressGuard
from hearth.connectors.mail import SmtpMailer, UnsetMailer
from hearth.connectors.offline_weather import OfflineWeather
from hearth.connectors.open_meteo import OpenMeteo
from hearth.connectors.secrets import Argon2Hasher, open_sealer
from hearth.connectors.system import SystemClock, SystemIdentities
from hearth.connectors.tracing import OtlpTracer, open_tracer
from hearth.connectors.trial_processes import TrialProcesses, answer_requests, open_channel
from hearth.connectors.webhook import WebhookChannel
from hearth.core.clock import Clock, Identities
from hearth.core.instants import SECOND_MS
from hearth.core.nearest import nearest
from hearth.core.problems import Problem, invalid
from hearth.domain.catalogue import Catalogue, read_catalogue
from hearth.ports import Channel, Mailer, Sealer, SecretHasher, Store, Wake, WeatherProvider
from hearth.runtime.context import ContextService
from hearth.runtime.housekeeping import Compaction, StoreFigures, Task, Tasks
from hearth.runtime.live import LiveDriver
from hearth.runtime.metrics import ContextMetrics, DeliverMetrics, IngestMetrics, TaskMetrics
from hearth.runtime.peering import PeerPublishing
from hearth.runtime.rule_sets import RuleSets
from hearth.services.access import Access
from hearth.services.auditing import AuditLog
from hearth.services.building_exports import BuildingExports
from hearth.services.building_limits import MOST_EVENTS_A_MINUTE, MOST_SERIES
from hearth.services.buildings import Buildings
from hearth.services.customers import Customers
from hearth.services.deliveries import Deliveries
from hearth.services.derived_energies import DerivedEnergies
from hearth.services.endpoint_tests import EndpointTests
from hearth.services.endpoints import Endpoints
from hearth.services.event_categories import EventCategories
from hearth.services.events import EventReading
from hearth.services.forecast_homes import site_of, weather_of
from hearth.services.forecasting import Forecasting
from hearth.services.forecasts import Forecasts
from hearth.services.household_profiles import HouseholdProfiles
from hearth.services.intake import Intake
from hearth.services.invitations import Invitations
from hearth.services.live_view import LiveView
from hearth.services.members import Members
from hearth.services.membership import Membership
from hearth.services.notifications import Notifications
from hearth.services.password_resets import PasswordResets
from hearth.services.profiles import Profiles
from hearth.services.readings import Readings
from hearth.services.repeats import Repeats
from hearth.services.rule_reports import RuleReports
from hearth.services.rules import Rules
from hearth.services.simulations import Simulations
from hearth.services.statistics import Statistics
from hearth.services.tariff_events import TariffEvents
from hearth.services.trials import Trials
from hearth.services.weather import Weather
from hearth.store import open_store
from hearth.store.migrations import upgrade

if TYPE_CHECKING:
    from fastapi import FastAPI

    from hearth.console.account_routes import Accounts
    from hearth.console.organisation_routes import Organisation


def _setting(default: Any, text: str) -> Any:
    return field(default=default, metadata={"text": text})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All settings. Each is `HEARTH_<NAME>` in the environment and `name` in the TOML file."""

    data_dir: str = _setting("hearth-data", "Folder of the embedded database, the installation's key and the lock.")
    database_url: str = _setting(
        "", "Database; empty = SQLite in the data folder. PostgreSQL: postgresql://user:password@host/name."
    )
    host: str = _setting("127.0.0.1", "Address the server listens on.")
    port: int = _setting(8080, "Port the server listens on.")
    public_url: str = _setting(
        "", "Address under which customers reach the platform; empty = http://host:port. Issuer of tokens."
    )
    catalogue_file: str = _setting("", "TOML file with further device and event types.")
    webhook_allowed_networks: str = _setting(
        "", "Networks or hosts, comma-separated, that webhooks may reach although they are private, such as 10.0.0.0/8."
    )
    smtp_url: str = _setting(
        "", "Mail server: smtp://user:password@host:587, or smtps:// for TLS from the start; empty = no mail is sent."
    )
    mail_from: str = _setting("", "Sender of mails, such as Hearth <hearth@example.com>; needed with smtp_url.")
    weather_url: str = _setting(
        "", "Open-Meteo server, such as https://api.open-meteo.com or one of your own; empty = offline weather, no forecast."
    )
    weather_api_key: str = _setting("", "Key of that server, where it asks for one.")
    weather_requests_per_day: int = _setting(0, "Most requests to that server in a UTC day; 0 = no limit.")
    most_body_bytes: int = _setting(8 * 1024 * 1024, "Largest request body with events.")
    most_building_events_per_minute: int = _setting(
        MOST_EVENTS_A_MINUTE, "Live events of one building in a minute; further ones are refused with 429."
    )
    most_building_series: int = _setting(MOST_SERIES, "Series (a device and an event type) of one building.")
    most_requests_per_minute: int = _setting(
        6_000, "Calls of the API by a customer in a minute, but those with events; further ones get 429. 0 = no limit."
    )
    most_event_requests_per_minute: int = _setting(
        600_000, "Calls with events by a customer in a minute; further ones get 429. 0 = no limit."
    )
    metrics_port: int = _setting(
        0, "First of four ports for Prometheus (docs/operate/observability.md): ingest, deliver, context, supervisor; 0 = none."
    )
    metrics_host: str = _setting("127.0.0.1", "Address of these ports. They ask for no token: keep them to your own network.")
    most_lag_seconds: int = _setting(120, "/health/ready says no when an accepted event has waited for so long to be evaluated.")
    otlp_endpoint: str = _setting(
        "", "Collector of traces (OTLP over HTTP), such as http://localhost:4318; empty = no traces. Needs hearth[otel]."
    )
    trace_one_in: int = _setting(100, "One request in so many is traced.")
    log_json: bool = _setting(False, "Log lines as JSON objects.")
    log_level: str = _setting("INFO", "Least level that is logged: DEBUG, INFO, WARNING or ERROR.")

    @property
    def url(self) -> str:
        """The address under which the platform is reached."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def store_url(self) -> str:
        """The database's URL."""
        return self.database_url or f"sqlite:///{Path(self.data_dir).absolute() / 'hearth.sqlite3'}"

    def prepare_data_dir(self) -> Path:
        """The data folder, made if absent, readable by its owner alone."""
        path = Path(self.data_dir)
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        return path

    def note_running(self) -> None:
        """Leaves word where the server of this data folder listens, for commands on the same machine."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104 - compared, not bound
        running = {"pid": os.getpid(), "url": f"http://{host}:{self.port}", "public_url": self.url}
        path = Path(self.data_dir) / _RUNNING_FILE
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(running), encoding="utf-8")
        fresh.replace(path)  # a reader finds the old word or the new one, never half of it

    def running(self) -> tuple[str, str] | None:
        """(where it listens, its public address) of the server that runs on this data folder, or None when none does."""
        try:
            running = json.loads((Path(self.data_dir) / _RUNNING_FILE).read_text(encoding="utf-8"))
            os.kill(running["pid"], 0)
        except (OSError, ValueError, KeyError):
            return None
        return str(running["url"]), str(running["public_url"])

    def shown(self, name: str) -> Any:
        """A setting's value as it may be shown: a password in a URL is not."""
        value = getattr(self, name)
        if name == "database_url" and value:
            return make_url(value).render_as_string(hide_password=True)
        if name == "weather_api_key" and value:
            return "***"
        if name in ("smtp_url", "weather_url"):  # a password may have an @ or :// of its own
            return re.sub(r"\A(\w+://)?([^:@]*).*@", r"\1\2:***@", value, flags=re.DOTALL)
        return value


CONFIG_VARIABLE = "HEARTH_CONFIG"
_RUNNING_FILE = "serve.json"
_LOCK_SECONDS = 20
_CONFIG_FILE = "hearth.toml"
_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off"}


def read_settings(environment: Mapping[str, str] | None = None, **given: Any) -> Settings:
    """Settings from all places; `given` (not None) are those of the command line and win.

    Raises Problem("invalid") naming a setting nobody knows or a value that does not fit.
    """
    environment = os.environ if environment is None else environment
    known = {f.name: f for f in fields(Settings)}
    values: dict[str, Any] = {}
    path = Path(environment.get(CONFIG_VARIABLE, _CONFIG_FILE))
    if path.is_file():
        try:
            values.update(tomllib.loads(path.read_text(encoding="utf-8")))
        except tomllib.TOMLDecodeError as error:
            raise invalid("", f"{path} cannot be read: {error}") from error
        for name in values:
            if name not in known:
                meant = nearest(name, known)
                raise invalid(f"/{name}", f"{path}: unknown setting {name!r}" + (f"; did you mean {meant!r}?" if meant else ""))
    elif CONFIG_VARIABLE in environment:
        raise invalid("", f"{CONFIG_VARIABLE} names {path}, which does not exist")
    for name in known:
        if f"HEARTH_{name.upper()}" in environment:
            values[name] = environment[f"HEARTH_{name.upper()}"]
    values.update({name: value for name, value in given.items() if value is not None})
    return Settings(**{name: _fitting(name, value, type(known[name].default)) for name, value in values.items()})


def _fitting(name: str, value: Any, wanted: type) -> Any:
    if wanted is bool and isinstance(value, str):
        if value.lower() in _TRUE | _FALSE:
            return value.lower() in _TRUE
        raise invalid(f"/{name}", f"{name} must be true or false, not {value!r}")
    if wanted is int and isinstance(value, str):
        try:
            return int(value)
        except ValueError as error:
            raise invalid(f"/{name}", f"{name} must be a whole number, not {value!r}") from error
    if not isinstance(value, wanted):
        raise invalid(f"/{name}", f"{name} must be a {wanted.__name__}, not {value!r}")
    return value


@dataclass
class Installation:
    """Everything that one process of an installation is made of; parts are made when first asked for."""

    settings: Settings
    store: Store

    @cached_property
    def clock(self) -> Clock:
        return SystemClock()

    @cached_property
    def identities(self) -> Identities:
        return SystemIdentities()

    @cached_property
    def hasher(self) -> SecretHasher:
        return Argon2Hasher()

    @cached_property
    def sealer(self) -> Sealer:
        return open_sealer(Path(self.settings.data_dir) / "secret.key")

    @cached_property
    def catalogue(self) -> Catalogue:
        return read_catalogue_setting(self.settings)

    @cached_property
    def access(self) -> Access:
        url = self.settings.url
        return Access(self.store, self.hasher, self.sealer, self.clock, self.identities, issuer=url, audience=url)

    @cached_property
    def customers(self) -> Customers:
        return Customers(self.store, self.clock, self.identities)

    @cached_property
    def members(self) -> Members:
        return Members(self.store, self.hasher, self.sealer, self.clock, self.identities)

    @cached_property
    def membership(self) -> Membership:
        return Membership(self.store, self.clock)

    @cached_property
    def password_resets(self) -> PasswordResets:
        return PasswordResets(self.store, self.hasher, self.mailer, self.clock, self.identities, self.settings.url)

    @cached_property
    def mailer(self) -> Mailer:
        settings = self.settings
        return SmtpMailer(settings.smtp_url, settings.mail_from) if settings.smtp_url else UnsetMailer()

    @cached_property
    def buildings(self) -> Buildings:
        return Buildings(self.store, self.clock, self.identities, self.catalogue)

    @cached_property
    def events(self) -> EventReading:
        return EventReading(self.store, self.clock, self.catalogue)

    @cached_property
    def notifications(self) -> Notifications:
        return Notifications(self.store, self.clock)

    @cached_property
    def rules(self) -> Rules:
        return Rules(self.store, self.catalogue, self.clock, self.identities)

    @cached_property
    def rule_reports(self) -> RuleReports:
        return RuleReports(self.store)

    @cached_property
    def exports(self) -> BuildingExports:
        return BuildingExports(self.store, self.clock)

    @cached_property
    def repeats(self) -> Repeats:
        return Repeats(self.store, self.clock)

    @cached_property
    def simulations(self) -> Simulations:
        return Simulations(self.store, self.catalogue)

    @cached_property
    def trial_processes(self) -> TrialProcesses:
        return open_trial_processes(self.settings)

    @cached_property
    def deliveries(self) -> Deliveries:
        return Deliveries(self.store, self.clock, self.deliver_metrics)

    @cached_property
    def metrics_registry(self) -> CollectorRegistry:
        return CollectorRegistry()

    @cached_property
    def ingest_metrics(self) -> IngestMetrics:
        return IngestMetrics(self.metrics_registry)

    @cached_property
    def context_metrics(self) -> ContextMetrics:
        return ContextMetrics(self.metrics_registry)

    @cached_property
    def deliver_metrics(self) -> DeliverMetrics:
        return DeliverMetrics(self.metrics_registry)

    @cached_property
    def task_metrics(self) -> TaskMetrics:
        return TaskMetrics(self.metrics_registry)

    @cached_property
    def tracer(self) -> OtlpTracer | None:
        settings = self.settings
        return open_tracer(settings.otlp_endpoint, settings.trace_one_in) if settings.otlp_endpoint else None

    def housekeeping(self) -> Tasks:
        """What keeps the store in order, and reads its figures where they are asked for."""
        tasks = [
            Compaction(self.store).task(),
            Task("checkpoint", self.store.checkpoint, pause_seconds=0.5),
            Task("forgetting repeats", self.repeats.prune_for_operator, pause_seconds=600.0),
        ]
        if self.settings.metrics_port:
            figures = StoreFigures(self.store, self.clock, self.deliver_metrics)
            tasks.append(Task("figures", figures.look, pause_seconds=10.0))
        return Tasks(tasks, self.clock, self.task_metrics)

    @cached_property
    def endpoints(self) -> Endpoints:
        return Endpoints(self.store, self.sealer, self.clock, self.identities)

    @cached_property
    def weather(self) -> Weather:
        provider = open_weather_provider(self.settings, self.clock)
        return Weather(self.store, provider, self.clock, self.settings.weather_requests_per_day)

    def context_services(self) -> list[ContextService]:
        """What looks after the buildings in a process of its own."""
        peers = PeerPublishing(self.store, RuleSets(self.catalogue), self.clock)
        forecasting = Forecasting(self.store, self.clock, site_of, weather_of(self.weather), self.context_metrics)
        profiles = HouseholdProfiles(self.store, self.clock)
        return [
            ContextService("comparing homes", peers.publish, pause_seconds=5.0),
            ContextService("tariffs", TariffEvents(self.store, self.clock).look, pause_seconds=1.0),
            ContextService("weather", self.weather.look, pause_seconds=5.0),
            ContextService("checking readings", Readings(self.store, self.catalogue, self.clock).look, pause_seconds=0.5),
            ContextService("deriving energies", DerivedEnergies(self.store, self.clock).look, pause_seconds=5.0),
            ContextService("forecasting", forecasting.look, pause_seconds=5.0),
            ContextService("profiling homes", profiles.look, pause_seconds=60.0),
        ]

    def endpoint_tests(self, channel: Channel) -> EndpointTests:
        """What tries endpoints over that channel."""
        return EndpointTests(self.store, channel, self.clock, self.identities)

    def webhook_channel(self) -> WebhookChannel:
        """The channel that carries notifications to customers."""
        allowed = [entry.strip() for entry in self.settings.webhook_allowed_networks.split(",") if entry.strip()]
        return WebhookChannel(self.sealer, self.clock, AddressGuard(allowed))

    def accounts(self) -> "Accounts":
        """What the console's pages of members, profiles and the audit log speak to."""
        from hearth.console.account_routes import Accounts

        settings = self.settings
        return Accounts(
            membership=self.membership,
            invitations=Invitations(self.store, self.hasher, self.mailer, self.clock, self.identities, settings.url),
            password_resets=self.password_resets,
            profiles=Profiles(self.store, self.hasher, self.sealer, self.clock, self.identities),
            audit_log=AuditLog(self.store),
        )

    def organisation(self) -> "Organisation":
        """What the console's pages of the organisation's settings speak to."""
        from hearth.console.organisation_routes import Organisation

        categories = EventCategories(self.store, self.clock, self.catalogue)
        return Organisation(customers=self.customers, access=self.access, event_categories=categories)

    def application(self, wake: Wake) -> "FastAPI":
        """The web application: public API, console, and the live driver that starts and stops with it."""
        # Imported here, for commands that serve nothing start quicker without a web framework.
        from starlette.responses import RedirectResponse

        from hearth.api import create_api
        from hearth.api.parts import ApiParts, RequestLimits
        from hearth.api.rates import RequestRates
        from hearth.console.app import ConsoleParts, create_console
        from hearth.console.fulfilment_routes import Fulfilment

        metrics = self.ingest_metrics
        live = LiveDriver(self.store, self.catalogue, self.clock, wake, metrics, self.tracer)

        def not_ready_because() -> str | None:
            return live.not_ready_because(self.settings.most_lag_seconds * SECOND_MS)

        metrics.ready.set_function(lambda: not_ready_because() is None)
        intake = Intake(
            self.store,
            self.catalogue,
            self.clock,
            live,
            most_events_a_minute=self.settings.most_building_events_per_minute,
            most_series=self.settings.most_building_series,
            metrics=metrics,
        )
        self.buildings.on_change(intake.forget)  # at once; the driver tells it of other processes' changes
        parts = ApiParts(
            access=self.access,
            buildings=self.buildings,
            notifications=self.notifications,
            events=self.events,
            statistics=Statistics(self.store),
            forecasts=Forecasts(self.store, self.clock, site_of),
            exports=self.exports,
            rules=self.rules,
            rule_reports=self.rule_reports,
            intake=intake,
            trials=self.trial_processes,
            repeats=self.repeats,
            clock=self.clock,
            identities=self.identities,
            not_ready_because=not_ready_because,
            limits=RequestLimits(body_bytes=self.settings.most_body_bytes),
            rates=RequestRates(self.settings.most_requests_per_minute, self.settings.most_event_requests_per_minute),
            metrics=metrics,
            tracer=self.tracer,
        )

        @asynccontextmanager
        async def lifespan(_app: "FastAPI") -> AsyncIterator[None]:
            await live.start()
            yield
            await self.trial_processes.close()
            await live.stop()
            await channel.aclose()

        application = create_api(parts)
        application.router.lifespan_context = lifespan
        channel = self.webhook_channel()  # of this process, for tests; deliveries are another process's
        console = create_console(
            ConsoleParts(
                members=self.members,
                access=self.access,
                live_view=LiveView(self.store, self.clock),
                accounts=self.accounts(),
                fulfilment=Fulfilment(self.endpoints, self.endpoint_tests(channel), self.clock),
                organisation=self.organisation(),
                rules=self.rules,
                secure_cookies=self.settings.url.startswith("https://"),
            )
        )
        for path in ("/", "/console"):
            application.add_route(path, lambda _request: RedirectResponse("/console/"), include_in_schema=False)
        application.mount("/console", console)
        return application


def read_catalogue_setting(settings: Settings) -> Catalogue:
    """The built-in catalogue and, where set, the operator's additions."""
    built_in = (importlib.resources.files("hearth.domain") / "catalogue.toml").read_text(encoding="utf-8")
    if not settings.catalogue_file:
        return read_catalogue(built_in)
    try:
        further = Path(settings.catalogue_file).read_text(encoding="utf-8")
    except OSError as error:
        raise Problem("invalid", f"catalogue_file {settings.catalogue_file} cannot be read: {error.strerror}") from error
    return read_catalogue(built_in, further)


def open_weather_provider(settings: Settings, clock: Clock) -> WeatherProvider:
    """Where the installation's weather comes from. Raises Problem("invalid") for settings that do not fit."""
    if settings.weather_requests_per_day < 0:
        raise invalid("/weather_requests_per_day", "weather_requests_per_day is a whole number of requests; 0 = no limit")
    if not settings.weather_url:
        return OfflineWeather(clock)
    return OpenMeteo(settings.weather_url, settings.weather_api_key, clock)


@contextmanager
def open_installation(settings: Settings | None = None, migrate: bool = True) -> Iterator[Installation]:
    """The installation of these settings (read from the usual places when absent), its database up to date."""
    settings = settings or read_settings()
    settings.prepare_data_dir()
    if migrate:
        upgrade(settings.store_url)
    store = open_store(settings.store_url)
    installation = Installation(settings, store)
    try:
        yield installation
    finally:
        tracer: OtlpTracer | None = vars(installation).get("tracer")  # only where one was asked for
        if tracer is not None:
            tracer.close()
        store.close()


def open_trial_processes(settings: Settings) -> TrialProcesses:
    """Processes that try rules on the installation of these settings; none is started yet."""
    command = [sys.executable, "-c", f"from {__name__} import answer_trials; answer_trials()"]
    return TrialProcesses(command, msgspec.json.encode(settings))  # not among the arguments: a password may be in them


def answer_trials() -> None:
    """The program of such a process. It ends at once where the one that started it is gone already."""
    channel = open_channel()
    opening = channel.readline()
    if not opening.endswith(b"\n"):
        return
    settings = msgspec.json.decode(opening, type=Settings)
    with open_installation(settings, migrate=False) as installation:
        trials = Trials(installation.simulations, installation.rules, installation.clock)
        answer_requests(channel, trials.answer)


@contextmanager
def only_ingest_of(settings: Settings) -> Iterator[None]:
    """One process alone takes events on a data folder: sequences and engine state are its own.

    Raises Problem("conflict") when another keeps the place.
    """
    with (settings.prepare_data_dir() / "serve.lock").open("w") as lock:
        ends_at = time.monotonic() + _LOCK_SECONDS
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > ends_at:
                    raise Problem("conflict", f"Another Hearth runs on {settings.data_dir}; stop it first.") from None
                time.sleep(0.1)
        yield


@contextmanager
def local_client(customer_id: str, settings: Settings | None = None) -> Iterator[httpx2.Client]:
    """A client of the public API with a token of the customer, for commands on the server's own machine.

    Speaks to the server that runs on this data folder; where none does, to one of its own that lives as
    long as the client and listens on loopback only.
    """
    settings = settings or read_settings()
    running = settings.running()
    if running is not None:
        settings = replace(settings, public_url=running[1])  # the address that its tokens name
    with open_installation(settings) as installation:
        installation.customers.get(customer_id)
        token = installation.access.issue_local_token(customer_id)
        headers = {"Authorization": f"Bearer {token.access_token}"}
        with ExitStack() as stack:
            if running is None:
                stack.enter_context(only_ingest_of(settings))
            url = running[0] if running is not None else stack.enter_context(_served_here(installation))
            yield stack.enter_context(httpx2.Client(base_url=url, headers=headers, timeout=120, trust_env=False))


@contextmanager
def _served_here(installation: Installation) -> Iterator[str]:
    """The application on a free loopback port, in a thread. Nothing is delivered; the outbox waits."""
    import uvicorn

    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(installation.application(_NobodyToWake()), loop="uvloop", access_log=False, log_config=None)
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="local-server")
    thread.start()
    try:
        while not server.started and thread.is_alive():
            time.sleep(0.01)
        if not server.started:
            raise RuntimeError("the local server did not start; the log above says why")
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


class _NobodyToWake:
    """No delivering process runs beside a command."""

    def wake(self) -> None:
        return
