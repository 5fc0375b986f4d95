"""Idempotency-Key: a request that is sent again creates nothing twice and gets the answer of the first."""

import asyncio
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from hearth.api import ApiParts
from hearth.api.wire.rules import RULE_EXAMPLE
from hearth.domain.customers import Customer
from hearth.domain.notifications import Content, Notification, RenderedText
from hearth.ports import Store
from hearth.testing.clocks import MovableClock

HOUSE = {"customerBuildingId": "house-1", "countryCode": "CH", "city": "Bern"}
KEY = "8e03978e-40d5-43dd-bc93-6894a57f9324"


@pytest.fixture
def api_store(store: Store) -> Store:
    """Both databases: it is they who let a key in once."""
    return store


async def post(api: httpx2.AsyncClient, path: str, body: Any, key: str = KEY) -> httpx2.Response:
    return await api.post(path, json=body, headers={"Idempotency-Key": key})


async def test_a_repeat_gets_the_same_answer_and_creates_nothing(api: httpx2.AsyncClient) -> None:
    first = await post(api, "/buildings/v1", HOUSE)
    assert (first.status_code, "Idempotency-Replayed" in first.headers) == (201, False)
    again = await post(api, "/buildings/v1", HOUSE)
    assert (again.status_code, again.content, again.headers["ETag"]) == (201, first.content, first.headers["ETag"])
    assert (again.headers["Content-Type"], again.headers["Idempotency-Replayed"]) == ("application/json", "true")
    assert again.headers["X-Request-Id"] != first.headers["X-Request-Id"]
    assert (await post(api, "/buildings/v1", HOUSE, "another key")).status_code == 409
    rule = await post(api, "/rules/v1", RULE_EXAMPLE, "rule")
    assert (await post(api, "/rules/v1", RULE_EXAMPLE, "rule")).json() == rule.json()
    assert len((await api.get("/rules/v1")).json()) == 1


async def test_a_key_belongs_to_one_request_of_one_customer(api: httpx2.AsyncClient, other_api: httpx2.AsyncClient) -> None:
    await post(api, "/buildings/v1", HOUSE)
    for path, body in (("/buildings/v1", {**HOUSE, "city": "Basel"}), ("/rules/v1", HOUSE)):
        refused = await post(api, path, body)
        assert (refused.status_code, refused.json()["type"]) == (409, "urn:hearth:problem:key_reused")
    theirs = await post(other_api, "/buildings/v1", HOUSE)
    assert theirs.status_code == 201
    assert "Idempotency-Replayed" not in theirs.headers
    for key in ("", "x" * 256):
        assert (await post(api, "/buildings/v1", HOUSE, key)).status_code == 400


async def test_a_key_that_becomes_free_while_it_is_looked_up_is_under_way(
    api: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hearth.store.repeats.add_unless_taken", lambda *_: False)
    refused = await post(api, "/buildings/v1", HOUSE)
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:hearth:problem:key_in_use")
    monkeypatch.undo()
    assert (await post(api, "/buildings/v1", HOUSE)).status_code == 201


async def test_a_refused_request_may_be_sent_again_after_mending_what_stood_in_the_way(api: httpx2.AsyncClient) -> None:
    assert (await post(api, "/buildings/v1", {**HOUSE, "countryCode": "XX"})).status_code == 400
    assert (await post(api, "/buildings/v1", HOUSE)).status_code == 201


async def test_those_who_ask_at_once_create_one(app: FastAPI, api: httpx2.AsyncClient) -> None:
    answers = await asyncio.gather(*(post(api, "/buildings/v1", HOUSE) for _ in range(5)))
    statuses = [each.status_code for each in answers]
    assert 201 in statuses
    for each in answers:
        if each.status_code == 201:
            continue
        assert (each.status_code, each.json()["type"]) == (409, "urn:hearth:problem:key_in_use")
        assert each.headers["Retry-After"] == "1"


async def test_a_key_is_remembered_for_a_day(
    api: httpx2.AsyncClient, clock: MovableClock, customer: Customer, parts: ApiParts
) -> None:
    await post(api, "/rules/v1", RULE_EXAMPLE)
    clock.advance(seconds=86_399)
    fresh = {"Authorization": f"Bearer {parts.access.issue_local_token(customer.id).access_token}"}
    api.headers.update(fresh)
    assert (await post(api, "/rules/v1", RULE_EXAMPLE)).status_code == 201
    clock.advance(seconds=1)
    parts.repeats.prune_for_operator()
    assert (await post(api, "/rules/v1", RULE_EXAMPLE)).status_code == 409


async def test_an_interaction_is_recorded_once_and_erasure_forgets_the_answers(
    api: httpx2.AsyncClient, store: Store, parts: ApiParts, customer: Customer
) -> None:
    await post(api, "/buildings/v1", HOUSE)
    building = parts.buildings.get(customer.id, "house-1")
    notification = Notification(
        id="0" * 23 + "f",
        customer_id=customer.id,
        building_id=building.id,
        customer_building_id="house-1",
        rule_id="rule",
        rule_version=1,
        trigger_sequence=1,
        created_at_ms=1,
        stored_at_ms=1,
        status="DELIVERED",
        content=Content(texts={"en": RenderedText(title="Sun", message="Use it.")}),
        trace={},
    )
    with store.write() as session:
        session.notifications.add_all([notification])
    path = f"/pushnotifications/{notification.id}/interactions/v1"
    for _ in range(2):
        answer = await post(api, path, {"actionQualifier": "VIEWED"}, "seen")
        assert (answer.status_code, answer.content) == (200, b"")
    with store.read() as session:
        assert len(session.notifications.list_interactions(customer.id, notification.id)) == 1
    assert (await api.delete("/buildings/house-1/v1")).status_code == 202
    anew = await post(api, "/buildings/v1", HOUSE)
    assert anew.status_code == 201
    assert anew.json()["id"] != building.id
