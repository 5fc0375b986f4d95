"""Rules over the API: saved whole, in versions, by one person at a time; checked with places; each customer's its own."""

from typing import Any

import httpx2

from hearth.api.wire.rules import RULE_EXAMPLE
from hearth.domain.customers import Member
from hearth.ports import Store
from hearth.services.access import Access

TEXTS = {language: {"title": "Much power", "message": '"Much power."'} for language in ("en", "de", "fr")}
RULE: dict[str, Any] = {**RULE_EXAMPLE, "tags": ["power", "peak"], "notification": {"texts": TEXTS}}


def ann(store: Store, customer: Any, role: Any) -> Member:
    """A member of the customer."""
    member = Member(
        id="a" * 24,
        customer_id=customer.id,
        email="ann@example.com",
        name="Ann",
        password_hash="",
        created_at_ms=0,
        role=role,
    )
    with store.write() as session:
        session.members.add(member)
    return member


async def added(api: httpx2.AsyncClient, **changes: Any) -> dict[str, Any]:
    answer = await api.post("/rules/v1", json={**RULE, **changes})
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_a_rule_is_added_read_and_listed(api: httpx2.AsyncClient) -> None:
    rule = await added(api)
    assert (rule["name"], rule["version"], rule["ruleState"], rule["updatedBy"]) == ("Much power", 1, "DRAFT", "command line")
    assert (await api.get(f"/rules/{rule['id']}/v1")).json() == rule
    other = await added(api, name="Little power", tags=["power", "calm"])
    assert [each["name"] for each in (await api.get("/rules/v1")).json()] == ["Little power", "Much power"]
    assert (await api.get("/rules/v1", params={"tags": "calm,other"})).json() == [other]
    assert (await api.get("/rules/tags/v1")).json() == ["calm", "peak", "power"]


async def test_a_save_makes_a_version_and_says_what_it_did(api: httpx2.AsyncClient) -> None:
    rule = await added(api, ruleState="ACTIVE")
    saved = (await api.put(f"/rules/{rule['id']}/v1", json={**rule, "condition": "AVG($Power) > 2000"})).json()
    assert (saved["version"], saved["condition"]) == (2, "AVG($Power) > 2000")
    same = (await api.put(f"/rules/{rule['id']}/v1", json=saved)).json()
    assert same == saved
    newest, first = (await api.get(f"/rules/{rule['id']}/versions/v1")).json()
    assert (newest["rule"], first["rule"]) == (saved, rule)
    assert newest["effects"][0].startswith("Matches and streaks are counted anew")
    assert newest["faults"] == 0
    restored = (await api.post(f"/rules/{rule['id']}/versions/1/restore/v1")).json()
    assert (restored["version"], restored["condition"]) == (3, rule["condition"])


async def test_who_saves_over_another_is_told(api: httpx2.AsyncClient) -> None:
    rule = await added(api)
    await api.put(f"/rules/{rule['id']}/v1", json={**rule, "description": "one"})
    late = await api.put(f"/rules/{rule['id']}/v1", json={**rule, "description": "two"})
    assert late.status_code == 409
    assert "saved by command line as version 2 meanwhile; yours is based on version 1" in late.json()["detail"]
    forced = await api.put(f"/rules/{rule['id']}/v1", json={**rule, "description": "two", "version": None})
    assert forced.json()["version"] == 3


async def test_a_name_is_taken_once(api: httpx2.AsyncClient) -> None:
    await added(api)
    assert (await api.post("/rules/v1", json=RULE)).status_code == 409


async def test_an_unfinished_rule_can_be_saved_but_not_run(api: httpx2.AsyncClient) -> None:
    unfinished = await added(api, condition="AVG($Powr) >")
    refused = await api.put(f"/rules/{unfinished['id']}/v1", json={**unfinished, "ruleState": "ACTIVE"})
    assert refused.status_code == 400
    assert {error["pointer"] for error in refused.json()["errors"]} == {"/condition"}
    assert any(error["detail"].endswith("Hint: did you mean $Power?") for error in refused.json()["errors"])
    found = (await api.post("/rules/check/v1", json=unfinished)).json()
    assert {(each["pointer"], each["severity"]) for each in found} == {("/condition", "error")}
    named = next(each for each in found if each["code"] == "undefined-dataset")
    assert (named["line"], named["column"], named["length"]) == (1, 5, 5)
    assert "Power" in named["hint"]


async def test_a_rule_is_deleted(api: httpx2.AsyncClient) -> None:
    rule = await added(api)
    assert (await api.delete(f"/rules/{rule['id']}/v1")).status_code == 204
    assert (await api.get(f"/rules/{rule['id']}/v1")).status_code == 404
    assert (await api.delete(f"/rules/{rule['id']}/v1")).status_code == 404


async def test_another_customers_rules_are_not_there(api: httpx2.AsyncClient, other_token: str) -> None:
    rule = await added(api)
    other = {"Authorization": f"Bearer {other_token}"}
    path = f"/rules/{rule['id']}"
    assert (await api.get("/rules/v1", headers=other)).json() == []
    assert (await api.get("/rules/tags/v1", headers=other)).json() == []
    assert (await api.get(f"{path}/v1", headers=other)).status_code == 404
    assert (await api.get(f"{path}/versions/v1", headers=other)).status_code == 404
    assert (await api.put(f"{path}/v1", headers=other, json={**RULE, "name": "Taken over"})).status_code == 404
    assert (await api.post(f"{path}/versions/1/restore/v1", headers=other)).status_code == 404
    assert (await api.delete(f"{path}/v1", headers=other)).status_code == 404
    assert (await api.put(f"{path}/v1", headers=other, json=rule)).status_code == 403


async def test_a_path_of_its_own_is_no_rules(api: httpx2.AsyncClient) -> None:
    for path, allowed in {"tags": "GET", "export": "GET", "check": "POST", "import": "POST", "why": "POST"}.items():
        refused = await api.put(f"/rules/{path}/v1", json=RULE)
        assert (refused.status_code, refused.headers["Allow"]) == (405, allowed), path
    assert (await api.get("/rules/no-id/v1")).status_code == 404


async def test_whole_numbers_may_have_a_point(api: httpx2.AsyncClient) -> None:
    body = {"expression": "1 > 0", "cursor": 2.0, "place": "condition"}
    assert (await api.post("/rules/expressions/v1", json=body)).status_code == 200
    assert (await api.post("/rules/expressions/v1", json={**body, "cursor": 2.5})).status_code == 400


async def test_saving_needs_its_scope(api: httpx2.AsyncClient, access: Access, customer: Any, api_store: Store) -> None:
    rule = await added(api)
    token = access.issue_member_token(ann(api_store, customer, "Viewer")).access_token
    narrow = {"Authorization": f"Bearer {token}"}
    assert (await api.get(f"/rules/{rule['id']}/v1", headers=narrow)).status_code == 200
    assert (await api.post("/rules/v1", headers=narrow, json=RULE)).status_code == 403
    assert (await api.put(f"/rules/{rule['id']}/v1", headers=narrow, json=RULE)).status_code == 403
    assert (await api.delete(f"/rules/{rule['id']}/v1", headers=narrow)).status_code == 403
    assert (await api.post(f"/rules/{rule['id']}/versions/1/restore/v1", headers=narrow)).status_code == 403


async def test_a_member_is_named_and_its_token_is_short(
    api: httpx2.AsyncClient, access: Access, customer: Any, clock: Any, api_store: Store
) -> None:
    token = access.issue_member_token(ann(api_store, customer, "Author"))
    headers = {"Authorization": f"Bearer {token.access_token}"}
    rule = (await api.post("/rules/v1", headers=headers, json=RULE)).json()
    assert rule["updatedBy"] == "Ann <ann@example.com>"
    clock.move_to(clock.now_ms() + token.expires_in_seconds * 1000)
    assert (await api.get("/rules/v1", headers=headers)).status_code == 401


async def test_help_with_an_expression(api: httpx2.AsyncClient) -> None:
    question = {"expression": "AVG($Po", "place": "condition", "datasets": RULE["datasets"], "cursor": 7}
    answer = (await api.post("/rules/expressions/v1", json=question)).json()
    first = answer["completions"][0]
    assert (first["label"], first["start"], first["end"]) == ("$Power", 4, 7)
    assert answer["signature"]["function"] == "AVG"
    assert {each["severity"] for each in answer["mistakes"]} == {"error"}
    whole = {**question, "expression": "now > lastHour AND\nAVG($Powr) > 1", "cursor": None}
    answer = (await api.post("/rules/expressions/v1", json=whole)).json()
    (mistake,) = answer["mistakes"]
    assert whole["expression"][mistake["start"] : mistake["end"]] == "$Powr"
    assert mistake["fix"] == "$Power"
    assert answer["completions"] == []
    right = (await api.post("/rules/expressions/v1", json={**whole, "expression": "AVG($Power)", "place": "message"})).json()
    assert (right["type"], right["unit"], right["mistakes"]) == ("Scalar<Number>", "W", [])
