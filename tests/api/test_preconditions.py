"""ETags: what was read is changed only while nobody else has changed it, and read again only when it is new."""

from typing import Any

import httpx2
import pytest

from hearth.api import ApiParts
from hearth.api.wire.rules import RULE_EXAMPLE
from hearth.domain.customers import Customer
from hearth.domain.profiles import HouseholdProfile
from hearth.ports import Store

HOUSE = {"customerBuildingId": "house-1", "countryCode": "CH", "city": "Bern"}
PATH = "/buildings/house-1/v1"
TARIFF_PATH = "/buildings/house-1/tariff/v1"
SLICES = {"slices": [{"start": 1_767_225_600, "end": 1_767_229_200, "price": "0.2"}]}


@pytest.fixture
def api_store(store: Store) -> Store:
    """Both databases: it is the transaction that compares."""
    return store


@pytest.fixture
async def tag(api: httpx2.AsyncClient) -> str:
    answer = await api.post("/buildings/v1", json=HOUSE)
    assert answer.status_code == 201, answer.text
    return str(answer.headers["ETag"])


async def put(api: httpx2.AsyncClient, tag: str | None, **changes: Any) -> httpx2.Response:
    return await api.put("/buildings/v1", json={**HOUSE, **changes}, headers={} if tag is None else {"If-Match": tag})


async def test_a_building_is_changed_only_as_it_was_read(api: httpx2.AsyncClient, tag: str) -> None:
    assert (await api.get(PATH)).headers["ETag"] == tag
    changed = await put(api, tag, kwp=5)
    assert changed.status_code == 200
    assert changed.headers["ETag"] == (await api.get(PATH)).headers["ETag"] != tag
    for refused in (
        await put(api, tag, kwp=9),
        await api.put(TARIFF_PATH, json=SLICES, headers={"If-Match": tag}),
        await api.delete(PATH, headers={"If-Match": tag}),
    ):
        assert refused.status_code == 412, refused.text
        assert refused.json()["type"] == "urn:hearth:problem:precondition_failed"
        assert "Read it again" in refused.json()["detail"]
    assert (await api.get(PATH)).json()["kwp"] == 5
    prices = await api.put(TARIFF_PATH, json=SLICES, headers={"If-Match": f'"other", {changed.headers["ETag"]}'})
    assert prices.status_code == 200
    erased = await api.delete(PATH, headers={"If-Match": prices.headers["ETag"]})
    assert erased.status_code == 202


async def test_without_a_precondition_the_last_one_wins_as_before(api: httpx2.AsyncClient, tag: str) -> None:
    assert (await put(api, None, kwp=5)).status_code == 200
    assert (await put(api, "*", kwp=6)).status_code == 200
    assert (await put(api, f"W/{tag}", kwp=7)).status_code == 412
    unreadable = await put(api, tag.strip('"'), kwp=7)
    assert (unreadable.status_code, unreadable.json()["type"]) == (400, "urn:hearth:problem:invalid")
    assert (await api.delete("/buildings/nobody/v1", headers={"If-Match": tag})).status_code == 404


async def test_what_hearth_finds_out_itself_is_news_but_refuses_nobody(
    api: httpx2.AsyncClient, tag: str, store: Store, parts: ApiParts, customer: Customer
) -> None:
    building = parts.buildings.get(customer.id, "house-1")
    with store.write() as session:
        session.household_profiles.replace(customer.id, building.id, HouseholdProfile(computed_at_ms=1))
    assert (await api.get(PATH, headers={"If-None-Match": tag})).status_code == 200
    assert (await put(api, tag, kwp=5)).status_code == 200


async def test_what_is_not_new_is_not_sent_again(api: httpx2.AsyncClient, other_api: httpx2.AsyncClient, tag: str) -> None:
    for asked in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        same = await api.get(PATH, headers={"If-None-Match": asked})
        assert (same.status_code, same.content, same.headers["ETag"]) == (304, b"", tag)
        assert same.headers["X-Request-Id"]
    await put(api, None, kwp=5)
    assert (await api.get(PATH, headers={"If-None-Match": tag})).status_code == 200
    assert (await other_api.get(PATH, headers={"If-None-Match": tag})).status_code == 404


async def test_a_rule_is_changed_only_as_it_was_read(api: httpx2.AsyncClient) -> None:
    added = await api.post("/rules/v1", json={**RULE_EXAMPLE, "ruleState": "DRAFT"})
    rule, tag = added.json(), added.headers["ETag"]
    path = f"/rules/{rule['id']}/v1"
    assert (await api.get(path, headers={"If-None-Match": tag})).status_code == 304
    unversioned = {name: value for name, value in rule.items() if name != "version"}
    saved = await api.put(path, json={**unversioned, "priority": "high"}, headers={"If-Match": tag})
    assert saved.status_code == 200, saved.text
    late = await api.put(path, json={**unversioned, "description": "Other"}, headers={"If-Match": tag})
    assert (late.status_code, late.json()["type"]) == (412, "urn:hearth:problem:precondition_failed")
    assert "version 2 meanwhile" in late.json()["detail"]
    assert (await api.delete(path, headers={"If-Match": tag})).status_code == 412
    assert (await api.put(path, json={**rule, "description": "Other"})).status_code == 409
    assert (await api.get(path)).headers["ETag"] == saved.headers["ETag"] != tag
    assert (await api.delete(path, headers={"If-Match": saved.headers["ETag"]})).status_code == 204
