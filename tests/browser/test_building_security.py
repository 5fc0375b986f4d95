"""The guards of the console's endpoints of buildings, as an attacker meets them over HTTP; and what they answer."""

from typing import Any

import httpx2
import pytest
from tests.browser.guards import Request, assert_nothing_works, assert_refused, sign_in

CHANGE = {"customerBuildingIds": ["home-1"], "addTags": ["pilot"]}
READS: list[Request] = [
    ("GET", "/api/buildings", None),
    ("GET", "/api/building-tags", None),
    ("GET", "/api/buildings/home-1/stand", None),
    ("GET", "/api/buildings/home-1/dashboard", None),
    ("GET", "/api/buildings/home-1/forecasts", None),
    ("GET", "/api/buildings/home-1/notification-figures", None),
]
CHANGES: list[Request] = [("POST", "/api/buildings/changes", CHANGE)]


@pytest.fixture
def admin(http: httpx2.Client, organisation: Any) -> httpx2.Client:
    http.headers["X-CSRF-Token"] = sign_in(http, organisation)
    return http


def test_who_may_only_read_changes_nothing(http: httpx2.Client, console: Any, organisation: Any) -> None:
    assert_refused(http, console, organisation, "Viewer", CHANGES)
    assert all(http.request(method, path).status_code == 200 for method, path, _ in READS)


def test_who_may_not_see_buildings_sees_nothing_of_one(http: httpx2.Client, console: Any, organisation: Any) -> None:
    assert_refused(http, console, organisation, "Billing", [*READS, *CHANGES])


def test_nothing_works_without_a_session_or_without_its_token(http: httpx2.Client, organisation: Any) -> None:
    assert_nothing_works(http, organisation, [*READS, *CHANGES])


def test_another_customers_buildings_are_not_there(admin: httpx2.Client, console: Any, organisation: Any) -> None:
    other = console.add_organisation("Other", "eve@example.com")
    with console.store.write() as session:
        session.buildings.erase(organisation.customer.id, organisation.building.id)
    for _, path, _ in READS[2:]:
        assert admin.get(path).status_code == 404, path
    assert admin.get("/api/buildings").json()["items"] == []
    refused = admin.post("/api/buildings/changes", json=CHANGE)
    assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
    with console.store.read() as session:
        assert session.buildings.find(other.customer.id, "home-1").tags == ()


def test_a_wrong_request_is_refused_at_its_field(admin: httpx2.Client) -> None:
    for body, pointer in (
        ({**CHANGE, "addTags": [" spaced "]}, "/body/addTags/0"),
        ({**CHANGE, "customerBuildingIds": []}, "/body/customerBuildingIds"),
        ({**CHANGE, "rulesOff": ["?"]}, "/body/rulesOff/0"),
        ({**CHANGE, "surprise": 1}, "/body/surprise"),
    ):
        refused = admin.post("/api/buildings/changes", json=body)
        assert refused.status_code == 400
        assert [error["pointer"] for error in refused.json()["errors"]] == [pointer]
    assert admin.get("/api/buildings", params={"sort": "lastEvent", "after": "x|y"}).status_code == 400
