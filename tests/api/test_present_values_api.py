"""What a draft's expressions and datasets are in a building, and the data for a closer look at its graph."""

from typing import Any

import httpx2
import pytest
from tests.tried_homes import START_MS, add_homes, add_values

from hearth.api import ApiParts
from hearth.domain.customers import Customer
from hearth.engine.slots import Counters, encode_counters
from hearth.ports import RuleStateKey, Store

VALUES, SERIES = "/rules/values/v1", "/rules/series/v1"
POWER: dict[str, Any] = {"name": "Power", "kind": "TIME_SERIES", "eventTypes": ["POWER_CONSUMPTION"], "timespanSeconds": 1800}
NEWEST = "2026-03-10T00:45:00+01:00"


@pytest.fixture(autouse=True)
def _homes(api_store: Store, parts: ApiParts, customer: Customer) -> None:
    add_homes(api_store, parts.buildings, customer.id)


async def values(api: httpx2.AsyncClient, home: str = "home-1", **rule: Any) -> dict[str, Any]:
    """The answer, its values by pointer."""
    draft = {"name": "Much power", "datasets": [POWER], "condition": "AVG($Power) > 1000", **rule}
    answer = await api.post(VALUES, json={"rule": draft, "customerBuildingId": home})
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return {**body, "values": {each.pop("pointer"): each for each in body["values"]}}


async def test_each_expression_has_its_value_as_of_the_newest_event(api: httpx2.AsyncClient) -> None:
    template = {
        "texts": {
            "en": {"title": "Much", "message": '"You use " + AVG($Power) * 10 | "#,##0" + " W."'},
            "de": {"title": "Viel", "message": '"Es sind " + AVG($Power) * 10 | "#,##0" + " W."'},
        },
        "command": '"BOOST " + COUNT($Power)',
    }
    body = await values(
        api,
        isStreak=True,
        streakCondition="MAX($Power) >= 300",
        goalAchievedCondition="MIN($Power) < 300",
        notificationCases=[{"label": "Much", "caseCondition": "COUNT($Power) = 2", "notification": template}],
    )
    assert body["at"] == NEWEST
    assert body["datasets"] == [
        {"name": "Power", "unit": "W", "samples": 2, "newest": {"at": NEWEST, "value": 300, "deviceId": "meter"}}
    ]
    found = body["values"]
    assert found["/condition"] == {
        "type": "Scalar<Boolean>",
        "unit": None,
        "value": False,
        "shown": found["/condition"]["shown"],
        "missing": None,
        "parts": [{"text": "AVG($Power)", "shown": "300 W"}],
    }
    case = "/notificationCases/0/notification"
    assert {pointer: each["value"] for pointer, each in found.items()} == {
        "/condition": False,
        "/streakCondition": True,
        "/goalAchievedCondition": False,
        "/notificationCases/0/caseCondition": True,
        f"{case}/texts/en/message": "You use 3,000 W.",
        f"{case}/texts/de/message": "Es sind 3.000 W.",
        f"{case}/command": "BOOST 2",
    }


async def test_an_expression_with_errors_is_left_out_and_the_others_have_their_values(api: httpx2.AsyncClient) -> None:
    body = await values(api, condition="AVG($Powr) > ", goalAchievedCondition="COUNT($Power) = 2")
    assert list(body["values"]) == ["/goalAchievedCondition"]
    assert body["values"]["/goalAchievedCondition"]["value"] is True


async def test_what_has_no_value_says_why(api: httpx2.AsyncClient) -> None:
    charge = {"name": "Charge", "kind": "SINGLE_VALUE", "eventTypes": ["STATE_OF_CHARGE_RATE"]}
    texts = {"en": {"title": "Full", "message": '"At " + $Charge + " %"'}}
    body = await values(api, datasets=[POWER, charge], condition="$Charge > 90", notification={"texts": texts})
    assert body["datasets"][1] == {"name": "Charge", "unit": "%", "samples": None, "newest": None}
    assert body["values"]["/condition"]["value"] is None
    assert body["values"]["/condition"]["missing"] == "no event in the window"
    message = body["values"]["/notification/texts/en/message"]
    assert message["value"].startswith("At ")
    assert message["missing"] == "no event in the window"


async def test_a_home_without_events_has_no_values(api: httpx2.AsyncClient) -> None:
    await api.post("/buildings/v1", json={"customerBuildingId": "empty", "timeZoneId": "UTC"})
    body = await values(api, "empty")
    assert body["datasets"][0]["samples"] == 0
    assert body["values"]["/condition"]["missing"] == "no event in the window"


async def test_counts_are_those_of_the_saved_rule(api: httpx2.AsyncClient, api_store: Store, customer: Customer) -> None:
    condition = "DeliveredNotificationCounter > 2"
    saved = (await api.post("/rules/v1", json={"name": "Much", "datasets": [POWER], "condition": condition})).json()
    with api_store.write() as session:
        building = session.buildings.find(customer.id, "home-1")
        assert building is not None
        key = RuleStateKey(saved["id"], building.id)
        session.engine.replace_states(customer.id, {key: encode_counters(Counters(delivered_count=3))})
    assert (await values(api, condition=condition))["values"]["/condition"]["value"] is False
    assert (await values(api, condition=condition, id=saved["id"]))["values"]["/condition"]["value"] is True


async def test_an_unknown_home_is_refused(api: httpx2.AsyncClient) -> None:
    draft = {"name": "Much", "datasets": [POWER], "condition": "true"}
    answer = await api.post(VALUES, json={"rule": draft, "customerBuildingId": "elsewhere"})
    assert answer.status_code == 404
    question = {"datasets": [POWER], "customerBuildingId": "elsewhere", "from": 0, "to": 1}
    assert (await api.post(SERIES, json=question)).status_code == 404


async def test_a_shorter_range_shows_more_of_its_points(api: httpx2.AsyncClient, api_store: Store, customer: Customer) -> None:
    number = 24_000
    await api.post("/buildings/v1", json={"customerBuildingId": "long", "timeZoneId": "UTC"})
    add_values(api_store, customer.id, "long", [float(at % 97) for at in range(number)], 60_000)
    start = START_MS // 1_000
    datasets = [POWER, POWER | {"name": "Same", "timespanSeconds": 60}]

    async def series(until: int) -> list[dict[str, Any]]:
        question = {"datasets": datasets, "customerBuildingId": "long", "from": start, "to": start + until}
        found: list[dict[str, Any]] = (await api.post(SERIES, json=question)).raise_for_status().json()["series"]
        return found

    whole = await series(number * 60)
    assert [each["dataset"] for each in whole] == ["Power", "Same"]
    assert {each["points"] for each in whole} == {number}
    assert sum(len(each["values"]) for each in whole) <= 5_000
    assert {(min(each["values"]), max(each["values"])) for each in whole} == {(0, 96)}
    hour = await series(3_600)
    assert hour[0]["timestamps"] == [start + 60 * minute for minute in range(60)]


async def test_an_empty_range_is_refused(api: httpx2.AsyncClient) -> None:
    start = START_MS // 1_000
    question = {"datasets": [POWER], "customerBuildingId": "home-1", "from": start, "to": start}
    refused = await api.post(SERIES, json=question)
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["pointer"] == "/to"
