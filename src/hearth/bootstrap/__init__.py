"""The one place that names concrete classes and reads settings.

Joins stores, connectors, services and the live driver into an Installation, as the settings say (`bootstrap.settings`).
Holds no decision of its own.
"""

import fcntl
import importlib.resources
import socket
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import httpx2
import msgspec
from prometheus_client import CollectorRegistry

from hearth.bootstrap.settings import CONFIG_VARIABLE, Settings, read_settings
from hearth.connectors.addresses import AddressGuard
from hearth.connectors.carriers import Carriers
from hearth.connectors.mail import SmtpMailer, UnsetMailer
from hearth.connectors.offline_weather import OfflineWeather
from hearth.connectors.open_files import room_for_connections
from hearth.connectors.open_meteo import OpenMeteo
from hearth.connectors.secrets import Argon2Hasher, open_sealer
from hearth.connectors.server_certificate import ServerCertificate
from hearth.connectors.system import SystemClock, SystemIdentities
from hearth.connectors.tracing import OtlpTracer, open_tracer
from hearth.connectors.trial_processes import TrialProcesses, answer_requests, open_channel
from hearth.core.clock import Clock, Identities
from hearth.core.instants import SECOND_MS
from hearth.core.problems import Problem, invalid
from hearth.domain.catalogue import Catalogue, read_catalogue
from hearth.mqtt import ConnectionLimits, MqttListener, MqttParts
from hearth.ports import Carrier, Mailer, Sealer, SecretHasher, Store, Wake, WeatherProvider
from hearth.runtime.context import ContextService
from hearth.runtime.housekeeping import Compaction, OldChanges, StoreFigures, Task, Tasks
from hearth.runtime.live import LiveDriver
from hearth.runtime.metrics import ContextMetrics, DeliverMetrics, IngestMetrics, TaskMetrics
from hearth.runtime.peering import PeerPublishing
from hearth.runtime.rule_sets import RuleSets
from hearth.services.access import Access
from hearth.services.auditing import AuditLog
from hearth.services.building_dashboards import BuildingDashboards
from hearth.services.building_exports import BuildingExports
from hearth.services.building_lists import BuildingLists
from hearth.services.buildings import Buildings
from hearth.services.channel_tests import ChannelTests
from hearth.services.channels import Channels
from hearth.services.contacts import Contacts
from hearth.services.context_reports import ContextReports
from hearth.services.customers import Customers
from hearth.services.deliveries import Deliveries
from hearth.services.derived_energies import DerivedEnergies
from hearth.services.endpoints import Endpoints
from hearth.services.event_categories import EventCategories
from hearth.services.event_searches import EventSearches
from hearth.services.events import EventReading
from hearth.services.forecast_homes import site_of, weather_of
from hearth.services.forecasting import Forecasting
from hearth.services.forecasts import Forecasts
from hearth.services.history_imports import HistoryImports
from hearth.services.household_profiles import HouseholdProfiles
from hearth.services.impact import Impacts
from hearth.services.impact_measuring import ImpactMeasuring
from hearth.services.intake import Intake
from hearth.services.invitations import Invitations
from hearth.services.last_events import LastEvents
from hearth.services.live_view import LiveView
from hearth.services.members import Members
from hearth.services.membership import Membership
from hearth.services.notification_lists import NotificationLists
from hearth.services.notifications import Notifications
from hearth.services.onboarding import Onboarding
from hearth.services.packing import Packing
from hearth.services.password_resets import PasswordResets
from hearth.services.profiles import Profiles
from hearth.services.readings import Readings
from hearth.services.repeats import Repeats
from hearth.services.request_rates import RequestRates
from hearth.services.rule_reports import RuleReports
from hearth.services.rules import Rules
from hearth.services.simulations import Simulations
from hearth.services.statistics import Statistics
from hearth.services.stop_links import StopLinks, Unsubscribing
from hearth.services.tariff_events import TariffEvents
from hearth.services.ticket_mails import TicketMails
from hearth.services.tickets import Tickets
from hearth.services.trials import Trials
from hearth.services.weather import Weather
from hearth.store import open_store
from hearth.store.migrations import upgrade

if TYPE_CHECKING:
    from fastapi import FastAPI

    from hearth.console.account_routes import Accounts
    from hearth.console.building_routes import Households
    from hearth.console.organisation_routes import Organisation


__all__ = [
    "CONFIG_VARIABLE",
    "Installation",
    "Settings",
    "answer_trials",
    "local_client",
    "only_ingest_of",
    "open_installation",
    "open_mqtt_certificate",
    "open_trial_processes",
    "open_weather_provider",
    "read_catalogue_setting",
    "read_settings",
]

_LOCK_SECONDS = 20


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
    def tickets(self) -> Tickets:
        return Tickets(self.store, self.mailer, self.clock, self.identities, self.settings.support_mail)

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
    def forecasts(self) -> Forecasts:
        return Forecasts(self.store, self.clock, site_of)

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
    def impacts(self) -> Impacts:
        return Impacts(self.store, self.clock)

    @cached_property
    def exports(self) -> BuildingExports:
        return BuildingExports(self.store)

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
        return Deliveries(self.store, self.clock, self.packing, self.deliver_metrics)

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
        """What keeps the store in order, mails what waits, and reads its figures where they are asked for."""
        settings = self.settings
        ticket_mails = TicketMails(self.store, self.mailer, self.clock, settings.url, settings.support_mail)
        tasks = [
            Compaction(self.store).task(),
            Task("mailing tickets", ticket_mails.look, pause_seconds=2.0),
            Task("checkpoint", self.store.checkpoint, pause_seconds=0.5),
            Task("forgetting repeats", self.repeats.prune_for_operator, pause_seconds=600.0),
            Task("forgetting changes", OldChanges(self.store, self.clock).forget, pause_seconds=600.0),
            Task("forgetting minutes", LiveView(self.store, self.clock).prune_for_operator, pause_seconds=3_600.0),
        ]
        if settings.metrics_port:
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
            ContextService("noting last events", LastEvents(self.store, self.clock).look, pause_seconds=5.0),
            ContextService("checking readings", Readings(self.store, self.catalogue, self.clock).look, pause_seconds=0.5),
            ContextService("deriving energies", DerivedEnergies(self.store, self.clock).look, pause_seconds=5.0),
            ContextService("forecasting", forecasting.look, pause_seconds=5.0),
            ContextService("profiling homes", profiles.look, pause_seconds=60.0),
            ContextService("measuring impact", ImpactMeasuring(self.store, self.catalogue, self.clock).look, pause_seconds=60.0),
        ]

    @cached_property
    def channels(self) -> Channels:
        return Channels(self.store, self.sealer, self.clock, self.identities)

    @cached_property
    def packing(self) -> Packing:
        return Packing(StopLinks(self.sealer, self.settings.url))

    def channel_tests(self, carrier: Carrier) -> ChannelTests:
        """What tries channels over that carrier."""
        return ChannelTests(self.store, carrier, self.clock, self.identities, self.packing)

    def carriers(self) -> Carriers:
        """What carries notifications to customers and their end users, over every kind of channel."""
        allowed = [entry.strip() for entry in self.settings.webhook_allowed_networks.split(",") if entry.strip()]
        mailer = self.mailer if isinstance(self.mailer, SmtpMailer) else None
        return Carriers(self.sealer, self.clock, AddressGuard(allowed), mailer, self.settings.fcm_url)

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

    def households(self) -> "Households":
        """What the console's pages of buildings speak to."""
        from hearth.console.building_routes import Households

        lists = BuildingLists(self.store, self.clock)
        dashboards = BuildingDashboards(self.store, self.clock, self.forecasts)
        return Households(buildings=self.buildings, lists=lists, dashboards=dashboards)

    def mqtt_listener(self, intake: Intake, rates: RequestRates, not_ready_because: Callable[[], str | None]) -> MqttListener:
        """What takes events over MQTT. Raises Problem("invalid") for settings that do not fit."""
        settings = self.settings
        certificate = open_mqtt_certificate(settings)
        most = room_for_connections(settings.mqtt_most_connections)
        parts = MqttParts(
            access=self.access,
            intake=intake,
            rates=rates,
            clock=self.clock,
            identities=self.identities,
            metrics=self.ingest_metrics,
            not_ready_because=not_ready_because,
            limits=ConnectionLimits(connections=most, customer_connections=max(1, most // 2)),
        )
        tls = None if certificate is None else certificate.context
        return MqttListener(parts, settings.mqtt_host or settings.host, settings.mqtt_port, tls)

    def application(self, wake: Wake, with_mqtt: bool = False) -> "FastAPI":
        """The web application: public API, console, and the live driver that starts and stops with it.

        `with_mqtt`: the listener for MQTT too, where there is a port for it.
        """
        # Imported here, for commands that serve nothing start quicker without a web framework.
        from starlette.responses import RedirectResponse

        from hearth.api import create_api
        from hearth.api.parts import ApiParts, RequestLimits
        from hearth.console.app import ConsoleParts, create_console
        from hearth.console.event_routes import Events
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
        rates = RequestRates(self.settings.most_requests_per_minute, self.settings.most_event_requests_per_minute)
        mqtt = self.mqtt_listener(intake, rates, not_ready_because) if with_mqtt and self.settings.mqtt_port else None
        parts = ApiParts(
            access=self.access,
            buildings=self.buildings,
            notifications=self.notifications,
            events=self.events,
            statistics=Statistics(self.store),
            forecasts=self.forecasts,
            exports=self.exports,
            contacts=Contacts(self.store, self.clock),
            unsubscribing=Unsubscribing(self.store, self.sealer, self.notifications),
            rules=self.rules,
            rule_reports=self.rule_reports,
            impacts=self.impacts,
            intake=intake,
            trials=self.trial_processes,
            repeats=self.repeats,
            clock=self.clock,
            identities=self.identities,
            not_ready_because=not_ready_because,
            limits=RequestLimits(body_bytes=self.settings.most_body_bytes),
            rates=rates,
            metrics=metrics,
            tracer=self.tracer,
        )

        @asynccontextmanager
        async def lifespan(_app: "FastAPI") -> AsyncIterator[None]:
            await live.start()
            if mqtt is not None:
                await mqtt.start()
            yield
            if mqtt is not None:
                await mqtt.stop()
            await self.trial_processes.close()
            await live.stop()
            await carriers.aclose()

        application = create_api(parts)
        application.router.lifespan_context = lifespan
        carriers = self.carriers()  # of this process, for tests; deliveries are another process's
        console = create_console(
            ConsoleParts(
                members=self.members,
                access=self.access,
                live_view=LiveView(self.store, self.clock),
                notification_lists=NotificationLists(self.store, self.clock),
                events=Events(
                    searches=EventSearches(self.store, self.clock, self.catalogue),
                    imports=HistoryImports(self.store, intake, self.sealer, self.clock, self.catalogue),
                ),
                accounts=self.accounts(),
                fulfilment=Fulfilment(
                    self.endpoints, self.channels, self.channel_tests(carriers), self.mailer.is_set, self.clock
                ),
                organisation=self.organisation(),
                rules=self.rules,
                context_reports=ContextReports(self.store, self.clock, self.weather),
                impacts=self.impacts,
                households=self.households(),
                tickets=self.tickets,
                onboarding=Onboarding(self.store, self.clock),
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


def open_mqtt_certificate(settings: Settings) -> ServerCertificate | None:
    """The certificate for MQTT over TLS, if one is set. Raises Problem("invalid") for settings that do not fit."""
    if settings.mqtt_most_connections < 1:
        raise invalid("/mqtt_most_connections", "mqtt_most_connections is a whole number of connections, at least 1")
    if not settings.mqtt_certificate and not settings.mqtt_certificate_key:
        return None
    if not settings.mqtt_certificate or not settings.mqtt_certificate_key:
        raise invalid("/mqtt_certificate", "set both mqtt_certificate and mqtt_certificate_key, or none of them")
    return ServerCertificate(settings.mqtt_certificate, settings.mqtt_certificate_key)


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
