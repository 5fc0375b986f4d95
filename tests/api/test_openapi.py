"""The OpenAPI document is complete, and the docs need nothing from elsewhere."""

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from hearth.domain.customers import SCOPES

OPERATIONS = {
    ("get", "/auth/token/v1"): None,
    ("post", "/auth/token/v1"): None,
    ("get", "/.well-known/jwks.json"): None,
    ("get", "/.well-known/oauth-authorization-server"): None,
    ("get", "/buildings/v1"): "read:buildings",
    ("post", "/buildings/v1"): "write:buildings",
    ("put", "/buildings/v1"): "write:buildings",
    ("get", "/buildings/{customerBuildingId}/v1"): "read:buildings",
    ("delete", "/buildings/{customerBuildingId}/v1"): "write:buildings",
    ("put", "/buildings/{customerBuildingId}/tariff/v1"): "write:buildings",
    ("get", "/buildings/{customerBuildingId}/users/{userId}/contacts/v1"): "read:buildings",
    ("put", "/buildings/{customerBuildingId}/users/{userId}/contacts/v1"): "write:buildings",
    ("delete", "/buildings/{customerBuildingId}/users/{userId}/contacts/v1"): "write:buildings",
    ("get", "/buildings/{customerBuildingId}/export/v1"): "read:buildings",
    ("get", "/buildings/{customerBuildingId}/tariff/prices/v1"): "read:buildings",
    ("post", "/buildings/{customerBuildingId}/tariff/prices/v1"): "write:buildings",
    ("post", "/events/v1"): "write:events",
    ("get", "/events/v1"): "read:events",
    ("post", "/events/batch/v1"): "write:events",
    ("get", "/events/set-aside/v1"): "read:events",
    ("get", "/pushnotifications/buildings/{customerBuildingId}/v1"): "read:pushnotifications",
    ("post", "/pushnotifications/{id}/interactions/v1"): "write:pushnotifications",
    ("get", "/buildings/{customerBuildingId}/energy-statistics/hourly/v1"): "read:statistics",
    ("get", "/buildings/{customerBuildingId}/energy-statistics/daily/v1"): "read:statistics",
    ("get", "/buildings/{customerBuildingId}/energy-statistics/monthly/v1"): "read:statistics",
    ("get", "/buildings/{customerBuildingId}/energy-statistics/comparison/daily/v1"): "read:statistics",
    ("get", "/buildings/{customerBuildingId}/energy-forecast/v1"): "read:statistics",
    ("get", "/buildings/{customerBuildingId}/forecasts/v1"): "read:statistics",
    ("get", "/rules/impact/v1"): "read:statistics",
    ("get", "/rules/{ruleId}/impact/v1"): "read:statistics",
    ("post", "/rules/simulate/v1"): "read:rules",
    ("post", "/rules/backtest/v1"): "read:rules",
    ("post", "/rules/why/v1"): "read:rules",
    ("post", "/rules/values/v1"): "read:rules",
    ("post", "/rules/series/v1"): "read:rules",
    ("get", "/rules/{ruleId}/why/v1"): "read:rules",
    ("get", "/rules/v1"): "read:rules",
    ("get", "/rules/tags/v1"): "read:rules",
    ("get", "/rules/{ruleId}/v1"): "read:rules",
    ("post", "/rules/v1"): "write:rules",
    ("put", "/rules/{ruleId}/v1"): "write:rules",
    ("delete", "/rules/{ruleId}/v1"): "write:rules",
    ("post", "/rules/check/v1"): "read:rules",
    ("post", "/rules/expressions/v1"): "read:rules",
    ("get", "/rules/export/v1"): "read:rules",
    ("post", "/rules/import/v1"): "write:rules",
    ("get", "/rules/{ruleId}/versions/v1"): "read:rules",
    ("post", "/rules/{ruleId}/versions/{version}/restore/v1"): "write:rules",
    ("get", "/health/live"): None,
    ("get", "/health/ready"): None,
}
OURS = {
    ("get", "/rules/impact/v1"),
    ("get", "/rules/{ruleId}/impact/v1"),
    ("post", "/auth/token/v1"),
    ("get", "/.well-known/jwks.json"),
    ("get", "/.well-known/oauth-authorization-server"),
    ("delete", "/buildings/{customerBuildingId}/v1"),
    ("put", "/buildings/{customerBuildingId}/tariff/v1"),
    ("get", "/buildings/{customerBuildingId}/users/{userId}/contacts/v1"),
    ("put", "/buildings/{customerBuildingId}/users/{userId}/contacts/v1"),
    ("delete", "/buildings/{customerBuildingId}/users/{userId}/contacts/v1"),
    ("get", "/buildings/{customerBuildingId}/export/v1"),
    ("get", "/buildings/{customerBuildingId}/tariff/prices/v1"),
    ("post", "/buildings/{customerBuildingId}/tariff/prices/v1"),
    ("get", "/events/v1"),
    ("get", "/buildings/{customerBuildingId}/forecasts/v1"),
    ("get", "/events/set-aside/v1"),
    ("post", "/rules/simulate/v1"),
    ("post", "/rules/backtest/v1"),
    ("post", "/rules/why/v1"),
    ("post", "/rules/values/v1"),
    ("post", "/rules/series/v1"),
    ("get", "/rules/{ruleId}/why/v1"),
    ("get", "/rules/{ruleId}/v1"),
    ("post", "/rules/v1"),
    ("put", "/rules/{ruleId}/v1"),
    ("delete", "/rules/{ruleId}/v1"),
    ("post", "/rules/check/v1"),
    ("post", "/rules/expressions/v1"),
    ("get", "/rules/export/v1"),
    ("post", "/rules/import/v1"),
    ("get", "/rules/{ruleId}/versions/v1"),
    ("post", "/rules/{ruleId}/versions/{version}/restore/v1"),
}


@pytest.fixture
async def document(anonymous: httpx2.AsyncClient) -> dict[str, Any]:
    answer = await anonymous.get("/openapi.json")
    assert answer.status_code == 200
    loaded: dict[str, Any] = answer.json()
    return loaded


def operations(document: dict[str, Any]) -> Iterator[tuple[tuple[str, str], dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield (method, path), operation


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def test_every_operation_stands_there_with_its_scope(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    assert {key for key, _ in operations(document)} == set(OPERATIONS)
    for key, operation in operations(document):
        scope = OPERATIONS[key]
        if scope is not None:
            assert operation["security"] == [{"oauth2": [scope]}, {"bearer": []}], key
        else:
            assert {} in operation["security"] or operation["security"] == [], key


def test_security_schemes_name_every_scope(document: dict[str, Any]) -> None:
    flow = document["components"]["securitySchemes"]["oauth2"]["flows"]["clientCredentials"]
    assert flow["tokenUrl"] == "/auth/token/v1"
    assert list(flow["scopes"]) == list(SCOPES)


def test_operations_have_short_names_of_their_own(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, operation in operations(document)]
    assert len(set(names)) == len(OPERATIONS)
    assert {"get_token", "add_building", "take_events", "list_events", "add_interaction"} <= set(names)


def test_what_is_ours_is_marked(document: dict[str, Any]) -> None:
    health = {("get", "/health/live"), ("get", "/health/ready")}
    assert {key for key, operation in operations(document) if operation.get("x-hearth-extension")} - health == OURS


def test_every_answer_is_described(document: dict[str, Any]) -> None:
    for key, operation in operations(document):
        responses = operation["responses"]
        assert any(status.startswith("2") for status in responses), key
        assert "422" not in responses, key
        assert "500" in responses, key
        if OPERATIONS[key] is not None:
            assert {"401", "403"} <= set(responses), key
        for status, response in responses.items():
            assert response["description"], key
            assert "X-Request-Id" in response["headers"], key
            if not status.startswith("2") and status != "304":
                media = response["content"]["application/problem+json"]
                assert media["schema"] == {"$ref": "#/components/schemas/ProblemDocument"}
                assert status == "default" or media["example"]["status"] == int(status)
                assert ("Retry-After" in response["headers"]) == (status in ("429", "503"))


def test_every_body_has_a_schema_and_an_example(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for key, operation in operations(document):
        for media in operation.get("requestBody", {}).get("content", {}).values():
            assert media["schema"], key
            name = media["schema"].get("$ref", "").rpartition("/")[2]
            assert "example" in media or "examples" in media or schemas[name].get("examples"), key
    for name in ("Building", "Device", "Event", "Notification", "InteractionReport", "TokenAnswer"):
        assert schemas[name]["examples"], name


def test_every_reference_leads_somewhere_and_no_schema_is_left_over(document: dict[str, Any]) -> None:
    kinds = ("schemas", "headers")
    known = {f"#/components/{kind}/{name}" for kind in kinds for name in document["components"][kind]}
    assert set(references(document)) == known
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_no_parameter_contradicts_itself(document: dict[str, Any]) -> None:
    for key, operation in operations(document):
        for parameter in operation.get("parameters", []):
            assert not {"type", "anyOf"} <= set(parameter["schema"]), (key, parameter["name"])
            assert "null" not in json.dumps(parameter["schema"]), "what is left out is not sent as a text"
    instants = {one["name"]: one["schema"] for one in document["paths"]["/events/v1"]["get"]["parameters"]}
    assert instants["from"]["type"] == "string"


def test_examples_are_accepted(document: dict[str, Any]) -> None:
    from hearth.api.wire.buildings import Building
    from hearth.api.wire.events import Event
    from hearth.api.wire.notifications import InteractionReport, Notification
    from hearth.api.wire.rules import Rule
    from hearth.api.wire.trials import Backtest, BacktestRequest, Present, Simulation, SimulationRequest, Why, WhyRequest

    requests, answers = (SimulationRequest, BacktestRequest, WhyRequest, Rule), (Simulation, Backtest, Present, Why)
    for model in (Building, Event, Notification, InteractionReport, *requests, *answers):
        for example in document["components"]["schemas"][model.__name__]["examples"]:
            model.model_validate(example)


async def test_the_docs_fetch_nothing_from_elsewhere(anonymous: httpx2.AsyncClient) -> None:
    page = await anonymous.get("/docs")
    assert page.status_code == 200
    assert "default-src 'none'" in page.headers["content-security-policy"]
    linked = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert not [url for url in linked if url.startswith(("http", "//"))]
    for url in linked:
        if not url.startswith("data:"):
            asset = await anonymous.get("/" + url)
            assert asset.status_code == 200, url
            assert len(asset.content) > 50
    assert json.loads((await anonymous.get("/openapi.json")).text)["info"]["title"] == "Hearth API"
