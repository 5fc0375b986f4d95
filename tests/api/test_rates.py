"""How often a customer may ask: told with every answer, refused beyond, counted for each customer and for events apart."""

import json

import httpx2
import pytest
from tests.api.test_rules_api import ann
from typer.testing import CliRunner

from hearth.api import ApiParts
from hearth.bootstrap import open_installation, read_settings
from hearth.cli.customer import app as commands
from hearth.domain.audit import COMMAND_LINE
from hearth.domain.customers import Customer
from hearth.ports import Store
from hearth.services.access import Access
from hearth.services.customers import Customers
from hearth.services.request_rates import RequestRates
from hearth.testing.clocks import MovableClock

PATH = "/buildings/v1"


@pytest.fixture
def parts(parts: ApiParts) -> ApiParts:
    from dataclasses import replace

    return replace(parts, rates=RequestRates(most_requests=2, most_event_requests=1))


def told(answer: httpx2.Response) -> tuple[str, ...]:
    return tuple(answer.headers[f"RateLimit-{name}"] for name in ("Limit", "Remaining", "Reset"))


async def test_what_is_left_is_told_and_the_rest_refused(
    api: httpx2.AsyncClient, other_api: httpx2.AsyncClient, clock: MovableClock
) -> None:
    assert told(await api.get(PATH)) == ("2", "1", "60")
    clock.advance(seconds=19.5)
    assert told(await api.get("/buildings/nobody/v1")) == ("2", "0", "41")
    refused = await api.get(PATH)
    assert (refused.status_code, refused.json()["type"]) == (429, "urn:hearth:problem:too_many_requests")
    assert (*told(refused), refused.headers["Retry-After"]) == ("2", "0", "41", "41")
    assert told(await other_api.get(PATH)) == ("2", "1", "60")
    clock.advance(seconds=40.5)
    assert told(await api.get(PATH)) == ("2", "1", "60")


async def test_events_have_a_share_of_their_own(api: httpx2.AsyncClient) -> None:
    taken = await api.post("/events/v1", json={})
    assert (taken.status_code, *told(taken)) == (201, "1", "0", "60")
    assert (await api.post("/events/v1", json={})).status_code == 429
    assert (await api.get(PATH)).status_code == 200


async def test_without_a_token_nothing_is_told(anonymous: httpx2.AsyncClient) -> None:
    assert "RateLimit-Limit" not in (await anonymous.get(PATH)).headers


async def test_a_customer_may_have_limits_of_its_own(
    api: httpx2.AsyncClient, customers: Customers, customer: Customer, clock: MovableClock
) -> None:
    assert told(await api.get(PATH))[0] == "2"
    customers.set_rates(customer.id, 7, 0, COMMAND_LINE)
    clock.advance(seconds=60)
    assert told(await api.get(PATH)) == ("7", "6", "60")
    for _ in range(3):
        answer = await api.post("/events/v1", json={})
        assert (answer.status_code, "RateLimit-Limit" in answer.headers) == (201, False)


async def test_a_customers_own_limits_are_not_those_of_its_members_browsers(
    anonymous: httpx2.AsyncClient,
    api: httpx2.AsyncClient,
    access: Access,
    customers: Customers,
    customer: Customer,
    api_store: Store,
) -> None:
    customers.set_rates(customer.id, 1, 1, COMMAND_LINE)
    token = access.issue_member_token(ann(api_store, customer, "Viewer")).access_token
    headers = {"Authorization": f"Bearer {token}"}
    assert told(await anonymous.get(PATH, headers=headers))[:2] == ("2", "1")
    assert told(await api.get(PATH))[:2] == ("1", "0")
    assert told(await anonymous.get(PATH, headers=headers))[:2] == ("2", "0")


def test_the_operator_sets_them(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEARTH_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("HEARTH_DATA_DIR", sqlite_url.removeprefix("sqlite:///").rpartition("/")[0])
    with open_installation(read_settings()) as installation:
        customer = installation.customers.create("Solar Bern")

    def run(*arguments: str) -> dict[str, object]:
        result = CliRunner().invoke(commands, ["rates", customer.id, *arguments, "--json"], catch_exceptions=False)
        shown: dict[str, object] = json.loads(result.output)
        return shown

    assert run() == {"customerId": customer.id, "requestsPerMinute": None, "eventRequestsPerMinute": None}
    assert run("--requests", "100")["requestsPerMinute"] == 100
    assert run("--event-requests", "0") == {"customerId": customer.id, "requestsPerMinute": 100, "eventRequestsPerMinute": 0}
    assert run("--requests", "default")["requestsPerMinute"] is None
    with open_installation(read_settings()) as installation, installation.store.read() as session:
        noted = [each.action for each in session.audit.list_page(customer.id, (), None, 10)]
    assert noted.count("customer.ratesChanged") == 3
