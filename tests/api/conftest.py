"""The API over a real store: a customer with a client, a clock that is moved, requests through ASGI."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from hearth.api import ApiParts, RequestLimits, create_api
from hearth.bootstrap import Settings, open_trial_processes
from hearth.connectors.secrets import Argon2Hasher, FernetSealer
from hearth.connectors.trial_processes import TrialProcesses
from hearth.domain.buildings import Building
from hearth.domain.customers import Customer
from hearth.forecasting.solar import Site
from hearth.ports import Store
from hearth.services.access import Access
from hearth.services.building_exports import BuildingExports
from hearth.services.buildings import Buildings
from hearth.services.contacts import Contacts
from hearth.services.customers import Customers
from hearth.services.events import EventReading
from hearth.services.forecasts import Forecasts
from hearth.services.impact import Impacts
from hearth.services.notifications import Notifications
from hearth.services.repeats import Repeats
from hearth.services.rule_reports import RuleReports
from hearth.services.rules import Rules
from hearth.services.statistics import Statistics
from hearth.services.stop_links import Unsubscribing
from hearth.testing.clocks import CountedIdentities, MovableClock

ISSUER = "http://hearth.test"
AUDIENCE = "https://api.hearth.test"


@dataclass
class KeptBodies:
    """An intake that keeps what the API hands over; what an intake makes of it is tested with the intake."""

    taken: list[tuple[str, bytes, bool]] = field(default_factory=list)
    refusal: Exception | None = None

    async def take(self, customer_id: str, body: bytes, historical: bool) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.taken.append((customer_id, body, historical))


@pytest.fixture
def api_store(sqlite_store: Store) -> Store:
    """SQLite, for what depends on no database; modules about stored things run on both."""
    return sqlite_store


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def identities() -> CountedIdentities:
    return CountedIdentities()


@pytest.fixture(scope="session")
def hasher() -> Argon2Hasher:
    return Argon2Hasher()


@pytest.fixture(scope="session")
def sealer() -> FernetSealer:
    from cryptography.fernet import Fernet

    return FernetSealer([Fernet.generate_key().decode()])


@pytest.fixture
def make_access(
    api_store: Store,
    clock: MovableClock,
    identities: CountedIdentities,
    hasher: Argon2Hasher,
    sealer: FernetSealer,
) -> Callable[..., Access]:
    """A further process's view of the same store; another issuer or audience on demand."""

    def make(issuer: str = ISSUER, audience: str = AUDIENCE) -> Access:
        return Access(api_store, hasher, sealer, clock, identities, issuer, audience)

    return make


@pytest.fixture
def access(make_access: Callable[..., Access]) -> Access:
    return make_access()


@pytest.fixture
def customers(api_store: Store, clock: MovableClock, identities: CountedIdentities) -> Customers:
    return Customers(api_store, clock, identities)


@pytest.fixture
def customer(customers: Customers) -> Customer:
    return customers.create("Solar Bern")


@pytest.fixture
def other_customer(customers: Customers) -> Customer:
    return customers.create("Windkraft Nord")


@pytest.fixture
def credentials(access: Access, customer: Customer) -> tuple[str, str]:
    """Client id and secret of the customer."""
    return access.create_client(customer.id)


@pytest.fixture
def token(access: Access, customer: Customer) -> str:
    return access.issue_local_token(customer.id).access_token


@pytest.fixture
def other_token(access: Access, other_customer: Customer) -> str:
    return access.issue_local_token(other_customer.id).access_token


@pytest.fixture
def intake() -> KeptBodies:
    return KeptBodies()


@pytest.fixture
async def trials(tmp_path: Path) -> AsyncIterator[TrialProcesses]:
    """Processes on the data folder of `sqlite_store`; none is started unless a rule is tried."""
    processes = open_trial_processes(Settings(data_dir=str(tmp_path)))
    yield processes
    await processes.close()


def _site_of(building: Building) -> Site | None:
    return None if building.latitude is None or building.longitude is None else Site(building.latitude, building.longitude)


@pytest.fixture
def parts(
    api_store: Store,
    access: Access,
    clock: MovableClock,
    identities: CountedIdentities,
    intake: KeptBodies,
    trials: TrialProcesses,
    sealer: FernetSealer,
    catalogue: Any,
) -> ApiParts:
    return ApiParts(
        access=access,
        buildings=Buildings(api_store, clock, identities, catalogue),
        notifications=Notifications(api_store, clock),
        events=EventReading(api_store, clock, catalogue),
        statistics=Statistics(api_store),
        forecasts=Forecasts(api_store, clock, _site_of),
        exports=BuildingExports(api_store),
        contacts=Contacts(api_store, clock),
        unsubscribing=Unsubscribing(api_store, sealer, Notifications(api_store, clock)),
        rules=Rules(api_store, catalogue, clock, identities),
        rule_reports=RuleReports(api_store),
        impacts=Impacts(api_store, clock),
        intake=intake,
        trials=trials,
        repeats=Repeats(api_store, clock),
        clock=clock,
        identities=identities,
        not_ready_because=lambda: None,
        limits=RequestLimits(body_bytes=200_000, decompressed_bytes=1_000_000),
    )


@pytest.fixture
def catalogue() -> Any:
    from importlib.resources import files

    from hearth.domain.catalogue import read_catalogue

    return read_catalogue((files("hearth.domain") / "catalogue.toml").read_text(encoding="utf-8"))


@pytest.fixture
def app(parts: ApiParts) -> FastAPI:
    return create_api(parts)


@pytest.fixture
async def anonymous(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    """Requests without a token."""
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=ISSUER) as client:
        yield client


@pytest.fixture
async def api(app: FastAPI, token: str) -> AsyncIterator[httpx2.AsyncClient]:
    """Requests of the customer."""
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=ISSUER, headers=headers) as client:
        yield client


@pytest.fixture
async def other_api(app: FastAPI, other_token: str) -> AsyncIterator[httpx2.AsyncClient]:
    """Requests of another customer."""
    headers = {"Authorization": f"Bearer {other_token}"}
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=ISSUER, headers=headers) as client:
        yield client
