"""The guards of the organisation's settings, as an attacker meets them over HTTP."""

import logging
from typing import Any

import httpx2
import pytest
from tests.browser.guards import Request, assert_nothing_works, assert_refused, sign_in

from hearth.connectors.system import SystemIdentities
from hearth.domain.audit import Actor
from hearth.services.buildings import Buildings

SOMETHING = "a" * 24
ADMINS_ALONE: list[Request] = [
    ("GET", "/api/organisation", None),
    ("PUT", "/api/organisation", {"name": "Eve", "languages": ["de"], "timeZoneId": "Europe/Zurich"}),
    ("PUT", "/api/organisation/limits", {"quietHours": None, "maxNotificationsPerDay": 1}),
    ("GET", "/api/clients", None),
    ("POST", "/api/clients", {"scopes": ["read:events"]}),
    ("POST", f"/api/clients/{SOMETHING}/secret", None),
    ("DELETE", f"/api/clients/{SOMETHING}", None),
    ("GET", "/api/event-categories", None),
    ("POST", "/api/event-categories/measurement", {"eventType": "POWER_CONSUMPTION", "source": "GATEWAY"}),
]


@pytest.fixture
def admin(http: httpx2.Client, organisation: Any) -> httpx2.Client:
    http.headers["X-CSRF-Token"] = sign_in(http, organisation)
    return http


@pytest.mark.parametrize("role", ["Viewer", "Author", "Billing"])
def test_who_is_no_admin_is_refused_at_the_server(http: httpx2.Client, console: Any, organisation: Any, role: str) -> None:
    assert_refused(http, console, organisation, role, ADMINS_ALONE)
    assert console.access.list_clients(organisation.customer.id) == []


def test_nothing_works_without_a_session_or_without_its_token(http: httpx2.Client, organisation: Any) -> None:
    assert_nothing_works(http, organisation, ADMINS_ALONE)


def test_a_secret_stands_in_the_answer_that_makes_it_and_nowhere_else(
    admin: httpx2.Client, console: Any, organisation: Any, caplog: Any, capfd: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    created = admin.post("/api/clients", json={"scopes": ["write:events", "read:events"]})
    client_id, first = created.json()["clientId"], created.json()["clientSecret"]
    rotated = admin.post(f"/api/clients/{client_id}/secret")
    second = rotated.json()["clientSecret"]
    assert (created.status_code, rotated.status_code, rotated.json()["clientId"]) == (201, 201, client_id)
    assert {created.headers["cache-control"], rotated.headers["cache-control"]} == {"no-store"}
    assert [console.access.issue_token(client_id, each, None, "").scopes for each in (first, second)] == [
        ("read:events", "write:events")
    ] * 2

    [listed] = admin.get("/api/clients").json()["clients"]
    assert (listed["clientId"], listed["scopes"], listed["revokedAtMs"]) == (client_id, ["read:events", "write:events"], None)
    assert listed["earlierSecretUntilMs"] - listed["secretCreatedAtMs"] == 86_400_000
    answers = [admin.get(path).text for path in ("/api/clients", "/api/audit", "/api/organisation", "/api/session")]
    answers.append(admin.delete(f"/api/clients/{client_id}").text)
    answers.append(admin.post(f"/api/clients/{client_id}/secret").text)
    assert '"code":"conflict"' in answers[-1]
    with console.store.read() as session:
        answers.append(repr(session.clients.find_for_token(client_id)))
    printed = capfd.readouterr()
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith(("httpx2", "httpcore2"))]
    told = "".join([*ours, *answers, printed.out, printed.err])
    for secret in (first, second):  # also none of its halves: four characters come about by chance
        assert secret[:12] not in told
        assert secret[-12:] not in told
    assert "client.secretRotated" in told


def test_anothers_clients_and_categories_are_not_found(admin: httpx2.Client, console: Any) -> None:
    other = console.add_organisation("Bergtal", "eve@example.com")
    client_id, secret = console.access.create_client(other.customer.id)
    with console.store.write() as session:
        session.series.find_or_add(other.customer.id, other.building.id, "POWER_CONSUMPTION", "meter", "GATEWAY", None)
    assert admin.delete(f"/api/clients/{client_id}").status_code == 404
    assert admin.post(f"/api/clients/{client_id}/secret").status_code == 404
    category = {"eventType": "POWER_CONSUMPTION", "source": "GATEWAY"}
    assert admin.post("/api/event-categories/measurement", json=category).status_code == 404
    assert admin.get("/api/event-categories").json() == []
    assert client_id not in admin.get("/api/clients").text
    assert console.access.issue_token(client_id, secret, None, "").scopes


@pytest.mark.parametrize(
    ("method", "path", "body", "pointer"),
    [
        ("PUT", "/api/organisation", {"name": " ", "languages": ["de"], "timeZoneId": "Europe/Zurich"}, "/name"),
        ("PUT", "/api/organisation", {"name": "S", "languages": [], "timeZoneId": "Europe/Zurich"}, "/languages"),
        ("PUT", "/api/organisation", {"name": "S", "languages": ["de"], "timeZoneId": "Zurich"}, "/timeZoneId"),
        ("PUT", "/api/organisation/limits", {"quietHours": None, "maxNotificationsPerDay": -1}, "/maxNotificationsPerDay"),
        (
            "PUT",
            "/api/organisation/limits",
            {"quietHours": {"start": "22:00", "end": "25:00"}, "maxNotificationsPerDay": None},
            "/quietHours/end",
        ),
        ("POST", "/api/clients", {"scopes": []}, "/scopes"),
        ("POST", "/api/clients", {"scopes": ["admin:all"]}, "/scopes"),
    ],
)
def test_what_does_not_fit_is_told_at_its_field(admin: httpx2.Client, method: str, path: str, body: Any, pointer: str) -> None:
    answer = admin.request(method, path, json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


def test_the_audit_log_names_the_client_that_changed_a_building(admin: httpx2.Client, console: Any, organisation: Any) -> None:
    client_id, _ = console.access.create_client(organisation.customer.id)
    buildings = Buildings(console.store, console.clock, SystemIdentities(), console.rules.catalogue)
    buildings.erase(organisation.customer.id, organisation.building.customer_building_id, Actor(kind="client", id=client_id))
    [entry] = admin.get("/api/audit", params={"search": f"erased {client_id}"}).json()["items"]
    assert (entry["actorKind"], entry["actorName"], entry["subject"]) == ("client", client_id, "home-1")
