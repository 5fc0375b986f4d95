"""The console on loopback: the real application and store behind a real server, and a real browser in front."""

import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib.resources import files
from itertools import count
from pathlib import Path
from typing import Any

import httpx2
import pytest
import uvicorn
from cryptography.fernet import Fernet
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from tests.browser.authors import Author, await_signed_in, new_author
from tests.mailbox import Mailbox
from tests.running import PATIENCE_SECONDS, Server, free_port, running

from hearth.connectors.addresses import AddressGuard
from hearth.connectors.carriers import Carriers
from hearth.connectors.mail import SmtpMailer, UnsetMailer
from hearth.connectors.offline_weather import OfflineWeather
from hearth.connectors.secrets import Argon2Hasher, FernetSealer
from hearth.connectors.system import SystemClock, SystemIdentities
from hearth.console.account_routes import Accounts
from hearth.console.app import PAGES, ConsoleParts, create_console
from hearth.console.building_routes import Households
from hearth.console.event_routes import Events
from hearth.console.fulfilment_routes import Fulfilment
from hearth.console.organisation_routes import Organisation as OrganisationSettings
from hearth.core.clock import Clock
from hearth.core.identifiers import derived_id
from hearth.core.instants import MINUTE_MS
from hearth.domain.buildings import Building
from hearth.domain.catalogue import read_catalogue
from hearth.domain.customers import Customer
from hearth.domain.notifications import Content, DeliveryStatus, DropReason, Notification, RenderedAction, RenderedText
from hearth.domain.rules import Rule
from hearth.ports import Store
from hearth.runtime.live import LiveDriver
from hearth.services.access import Access
from hearth.services.auditing import AuditLog
from hearth.services.building_dashboards import BuildingDashboards
from hearth.services.building_lists import BuildingLists
from hearth.services.buildings import Buildings
from hearth.services.channel_tests import ChannelTests
from hearth.services.channels import Channels
from hearth.services.context_reports import ContextReports
from hearth.services.customers import Customers
from hearth.services.endpoints import Endpoints
from hearth.services.event_categories import EventCategories
from hearth.services.event_searches import EventSearches
from hearth.services.forecast_homes import site_of
from hearth.services.forecasts import Forecasts
from hearth.services.history_imports import HistoryImports
from hearth.services.impact import Impacts
from hearth.services.intake import Intake
from hearth.services.invitations import Invitations
from hearth.services.live_view import LiveView
from hearth.services.members import Members
from hearth.services.membership import Membership
from hearth.services.notification_lists import NotificationLists
from hearth.services.onboarding import Onboarding
from hearth.services.packing import Packing
from hearth.services.password_resets import PasswordResets
from hearth.services.profiles import Profiles
from hearth.services.rules import Rules
from hearth.services.stop_links import StopLinks
from hearth.services.ticket_mails import TicketMails
from hearth.services.tickets import Tickets
from hearth.services.weather import Weather

CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SUPPORT_MAIL = "support@example.com"
PASSWORD = "correct horse battery"
_LONGEST_WAIT_MS = PATIENCE_SECONDS * 1_000


@dataclass
class Organisation:
    """A customer with a member, a building and a rule, and the means to fill its page."""

    store: Store
    customer: Customer
    email: str
    password: str
    building: Building
    rule: Rule
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def receive_events(self, number: int, minutes_ago: int = 0) -> None:
        """Counts events as the intake does."""
        minute = SystemClock().now_ms() // MINUTE_MS - minutes_ago
        with self.store.write() as session:
            session.events.count_minutes({(self.customer.id, minute): number})

    def notify(
        self, title: str = "Plenty of solar power", status: DeliveryStatus = "DELIVERED", drop_reason: DropReason | None = None
    ) -> Notification:
        """Stores a notification as the engine does; `title` is its English one."""
        now_ms = SystemClock().now_ms()
        number = next(self._numbers)
        notification = Notification(
            id=derived_id(self.customer.id, number),
            customer_id=self.customer.id,
            building_id=self.building.id,
            customer_building_id=self.building.customer_building_id,
            rule_id=self.rule.id,
            rule_version=1,
            trigger_sequence=number,
            created_at_ms=now_ms,
            stored_at_ms=now_ms,
            status=status,
            drop_reason=drop_reason,
            content=None if status == "DROPPED" else _content(title),
            trace={"ended": "generated", "datasets": {"Excess": {"newest": 3412.5, "count": 4}}},
        )
        with self.store.write() as session:
            session.notifications.add_all([notification])
        return notification


def _content(title: str) -> Content:
    return Content(
        texts={
            "de": RenderedText(title="Viel Sonnenstrom", message="3,4 kW sind übrig."),
            "en": RenderedText(
                title=title,
                message="3.4 kW are left over.",
                primary=RenderedAction(text="Open app"),
                secondary=RenderedAction(text="Learn more", parameter="https://example.com/sun"),
            ),
            "fr": RenderedText(title="Beaucoup de soleil", message="Il reste 3,4 kW."),
        },
        action_qualifiers={"primary": "OPENAPP", "secondary": "OPENWEB"},
    )


class _NobodyToWake:
    def wake(self) -> None:
        """No delivering process runs beside."""


class Console:
    """The console's application mounted as in production, on a port of loopback; can be stopped and started again."""

    def __init__(self, store: Store, secure_cookies: bool = False, clock: Clock | None = None, smtp_url: str = "") -> None:
        self.store = store
        self.clock = clock or SystemClock()
        self._hasher = Argon2Hasher()
        self.sealer = FernetSealer([Fernet.generate_key().decode()])
        self.members = Members(store, self._hasher, self.sealer, self.clock, SystemIdentities())
        here = "http://console"
        self.access = Access(store, self._hasher, self.sealer, self.clock, SystemIdentities(), issuer=here, audience=here)
        catalogue = read_catalogue((files("hearth.domain") / "catalogue.toml").read_text(encoding="utf-8"))
        self.rules = Rules(store, catalogue, self.clock, SystemIdentities())
        self.endpoints = Endpoints(store, self.sealer, self.clock, SystemIdentities())
        self.channels = Channels(store, self.sealer, self.clock, SystemIdentities())
        self._secure_cookies = secure_cookies
        self._smtp_url = smtp_url
        self.tickets = Tickets(store, self._mailer() or UnsetMailer(), self.clock, SystemIdentities(), SUPPORT_MAIL)
        self._port = free_port()

    @property
    def base_url(self) -> str:
        """Without a slash at the end."""
        return f"http://127.0.0.1:{self._port}/console"

    def start(self) -> None:
        """Serves until `stop`, on the same port each time."""
        live_view = LiveView(self.store, self.clock)
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self._port))
        app = FastAPI()
        parts = ConsoleParts(
            members=self.members,
            access=self.access,
            live_view=live_view,
            notification_lists=NotificationLists(self.store, self.clock),
            events=self._events(),
            accounts=self._accounts(),
            fulfilment=self._fulfilment(),
            organisation=self._organisation(),
            rules=self.rules,
            context_reports=ContextReports(self.store, self.clock, Weather(self.store, OfflineWeather(self.clock), self.clock)),
            impacts=Impacts(self.store, self.clock),
            households=self._households(),
            tickets=self.tickets,
            onboarding=Onboarding(self.store, self.clock),
            secure_cookies=self._secure_cookies,
        )
        app.mount("/console", create_console(parts))
        self._server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off", timeout_graceful_shutdown=1))
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [listener]})
        self._thread.start()
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self._server.started:
            assert self._thread.is_alive(), "the server ended before it had started"
            assert time.monotonic() < deadline, f"the server did not start within {PATIENCE_SECONDS} s"
            time.sleep(0.01)

    def _accounts(self) -> Accounts:
        identities = SystemIdentities()
        mailer = self._mailer() or UnsetMailer()
        mailing = (self.store, self._hasher, mailer, self.clock, identities, f"http://127.0.0.1:{self._port}")
        return Accounts(
            membership=Membership(self.store, self.clock),
            invitations=Invitations(*mailing),
            password_resets=PasswordResets(*mailing),
            profiles=Profiles(self.store, self._hasher, self.sealer, self.clock, identities),
            audit_log=AuditLog(self.store),
        )

    def mail_tickets(self) -> int:
        """What the delivering process does again and again; how many mails went out."""
        mailer = self._mailer() or UnsetMailer()
        mails = TicketMails(self.store, mailer, self.clock, self.base_url.removesuffix("/console"), SUPPORT_MAIL)
        with ThreadPoolExecutor(1) as threads:  # Playwright keeps an event loop in this one
            return threads.submit(mails.look).result()

    def _fulfilment(self) -> Fulfilment:
        channel = Carriers(self.sealer, self.clock, AddressGuard(["127.0.0.0/8"]), self._mailer())
        packing = Packing(StopLinks(self.sealer, f"http://127.0.0.1:{self._port}"))
        tests = ChannelTests(self.store, channel, self.clock, SystemIdentities(), packing)
        return Fulfilment(self.endpoints, self.channels, tests, bool(self._smtp_url), self.clock)

    def _mailer(self) -> SmtpMailer | None:
        return SmtpMailer(self._smtp_url, "Hearth <hearth@example.com>") if self._smtp_url else None

    def _events(self) -> Events:
        catalogue = self.rules.catalogue
        # It takes nothing in: a test of an import has a whole server.
        intake = Intake(self.store, catalogue, self.clock, LiveDriver(self.store, catalogue, self.clock, _NobodyToWake()))
        return Events(
            searches=EventSearches(self.store, self.clock, catalogue),
            imports=HistoryImports(self.store, intake, self.sealer, self.clock, catalogue),
        )

    def _organisation(self) -> OrganisationSettings:
        return OrganisationSettings(
            customers=Customers(self.store, self.clock, SystemIdentities()),
            access=self.access,
            event_categories=EventCategories(self.store, self.clock, self.rules.catalogue),
        )

    def _households(self) -> Households:
        forecasts = Forecasts(self.store, self.clock, site_of)
        return Households(
            buildings=Buildings(self.store, self.clock, SystemIdentities(), self.rules.catalogue),
            lists=BuildingLists(self.store, self.clock),
            dashboards=BuildingDashboards(self.store, self.clock, forecasts),
        )

    def stop(self) -> None:
        """Ends the server and every connection to it."""
        self._server.should_exit = True
        self._thread.join()

    def add_organisation(self, name: str, email: str) -> Organisation:
        """A customer of its own, with one member."""
        identities = SystemIdentities()
        now_ms = self.clock.now_ms()
        customer = Customer(id=identities.new_id(), name=name, created_at_ms=now_ms)
        building = Building(
            id=identities.new_id(),
            customer_id=customer.id,
            customer_building_id="home-1",
            time_zone_id="Europe/Zurich",
            registration_at_ms=now_ms,
            activation_at_ms=now_ms,
        )
        rule = Rule(
            id=identities.new_id(), customer_id=customer.id, name="High excess energy", created_at_ms=now_ms, state="ACTIVE"
        )
        with self.store.write() as session:
            session.customers.add(customer)
            session.buildings.add(building)
            session.rules.add_version(rule)
        self.members.add_member(customer.id, email, "Ada Lind", PASSWORD)
        return Organisation(self.store, customer, email, PASSWORD, building, rule)

    def sign_in(self, page: Page, organisation: Organisation, path: str = "/") -> None:
        """Opens the page, fills the form as a person does, and waits for what is behind it."""
        page.goto(self.base_url + path)
        page.get_by_label("E-mail address").fill(organisation.email)
        page.get_by_label("Password", exact=True).fill(organisation.password)
        page.get_by_role("button", name="Sign in").click()
        await_signed_in(page)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keeps the tests of a module in one worker, so that its server and its browser are started once."""
    here = Path(__file__).parent
    for item in items:
        if item.path.parent == here:
            item.add_marker(pytest.mark.xdist_group(item.path.stem))


@pytest.fixture
def start_console(sqlite_store: Store) -> Iterator[Callable[..., Console]]:
    """Starts a console; its arguments are those of `Console` behind the store."""
    started: list[Console] = []

    def start(**arguments: Any) -> Console:
        console = Console(sqlite_store, **arguments)
        console.start()
        started.append(console)
        return console

    yield start
    for console in started:
        console.stop()


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """A mail server that takes everything."""
    mailbox = Mailbox()
    mailbox.start()
    yield mailbox
    mailbox.stop()


@pytest.fixture
def mailing_console(start_console: Callable[..., Console], mailbox: Mailbox) -> Console:
    """A console whose mails arrive in the mailbox."""
    return start_console(smtp_url=mailbox.url)


@pytest.fixture
def console(start_console: Callable[..., Console]) -> Console:
    """A console by the system's clock."""
    return start_console()


@pytest.fixture
def http(console: Console) -> Iterator[httpx2.Client]:
    """A client of that console's endpoints, without a session."""
    with httpx2.Client(base_url=console.base_url, timeout=60) as client:
        yield client


@pytest.fixture
def organisation(console: Console) -> Organisation:
    """The organisation whose member signs in."""
    return console.add_organisation("Seewinkel", "ada@example.com")


# One server for all modules of a worker: it takes seconds to start, and a customer's data are its own.
@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A real `hearth serve`."""
    with running(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture
def author(server: Server) -> Iterator[Author]:
    """An author of the test's own on that server."""
    with new_author(server) as author:
        yield author


# One browser per module: Playwright keeps an event loop in this thread, which tests elsewhere want for themselves.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium. Whatever is waited for in it may take long: the machine may have much else to do."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("needs Chromium (apt-get install chromium)")
    if not (PAGES / "index.html").is_file():
        pytest.skip("needs built pages (make pages)")
    with sync_playwright() as playwright:
        expect.set_options(timeout=_LONGEST_WAIT_MS)
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGUMENTS)
        browser.on("context", lambda context: context.set_default_timeout(_LONGEST_WAIT_MS))
        yield browser


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh browser profile, in English and light."""
    with browser.new_context(locale="en-GB", color_scheme="light", viewport={"width": 1280, "height": 900}) as context:
        yield context


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """One tab."""
    return context.new_page()
