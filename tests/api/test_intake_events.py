"""What the intake makes of good events, seen through a real `hearth serve`: times, repeats, devices, erasure."""

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.running import PATIENCE_SECONDS, NobodyToWake, Server, all_notifications, running

from hearth.bootstrap import Installation, read_settings
from hearth.ports import Store

pytestmark = pytest.mark.xdist_group("intake")

# Tells each value it is evaluated with.
RULE = """
name: Every reading
state: ACTIVE
datasets:
  P: {kind: SINGLE_VALUE, eventTypes: [POWER_CONSUMPTION], timespan: 1h}
condition: $P > 0
notification:
  texts:
    en: {title: Reading, message: '"" + $P'}
    de: {title: Wert, message: '"" + $P'}
    fr: {title: Valeur, message: '"" + $P'}
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("service")) as server:
        yield server
        assert "Traceback" not in server.log()


@pytest.fixture(scope="module")
def api(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    customer = server.create_customer("Solar Bern")
    rule = tmp_path_factory.mktemp("rules") / "rule.yaml"
    rule.write_text(RULE)
    server.command("rules", "import", str(rule), "--customer", customer["customerId"])
    with server.client(customer) as client:
        yield client


_numbers = count(1)


@pytest.fixture
def building(api: httpx2.Client) -> str:
    """A building that no other test uses, with one registered device."""
    name = f"house-{next(_numbers)}"
    devices = [{"id": "inverter-1", "type": "INVERTER", "name": "Roof"}]
    assert api.post("/buildings/v1", json={"customerBuildingId": name, "devices": devices}).status_code == 201
    return name


def event(building: str, value: float = 1.5, **changes: Any) -> dict[str, Any]:
    usual = {"customerBuildingId": building, "deviceId": "meter-1", "type": "POWER_CONSUMPTION", "value": value}
    return {**usual, **changes}


def post(api: httpx2.Client, events: Any, path: str = "/events/v1") -> None:
    answer = api.post(path, json=events)
    assert answer.status_code in (200, 201), answer.text
    assert answer.content == b""


def stored(api: httpx2.Client, building: str) -> list[dict[str, Any]]:
    """All events of the building of the last 30 days."""
    query: dict[str, Any] = {
        "customerBuildingId": building,
        "from": int(time.time()) - 30 * 86_400,
        "to": int(time.time()) + 3_600,
    }
    found: list[dict[str, Any]] = api.get("/events/v1", params=query).raise_for_status().json()
    return found


def told(api: httpx2.Client, building: str, until: str) -> list[str]:
    """The messages of a building, oldest first, as soon as `until` is among them."""
    ends_at = time.monotonic() + PATIENCE_SECONDS
    while True:
        listed = all_notifications(api, building)
        messages = [one["notification"]["texts"]["en"]["message"] for one in reversed(listed)]
        if until in messages or time.monotonic() > ends_at:
            return messages
        time.sleep(0.02)


def devices(api: httpx2.Client, building: str) -> dict[str, dict[str, Any]]:
    listed = api.get(f"/buildings/{building}/v1").raise_for_status().json()["devices"]
    return {device["id"]: device for device in listed}


# Times


def test_milliseconds_are_recognised(api: httpx2.Client, building: str) -> None:
    at = int(time.time()) - 100
    post(api, [event(building, 1, timestamp=at * 1_000 + 250), event(building, 2, timestamp=at + 1)])
    post(api, event(building, 3, timestamp=at + 2, forecastTimestamp=(at + 3_600) * 1_000))
    assert [(one["timestamp"], one["value"], one["forecastTimestamp"]) for one in stored(api, building)] == [
        (at + 0.25, 1, None),
        (at + 1, 2, None),
        (at + 2, 3, at + 3_600),
    ]


@pytest.mark.parametrize("absent", [{}, {"timestamp": None}])
def test_without_a_timestamp_the_servers_time_counts(api: httpx2.Client, building: str, absent: dict[str, Any]) -> None:
    before = time.time()
    post(api, event(building, **absent))
    after = time.time()
    (one,) = stored(api, building)
    assert before - 0.001 <= one["timestamp"] <= after


def test_what_a_client_echoes_is_passed_over(api: httpx2.Client, building: str) -> None:
    at = int(time.time()) - 10
    post(api, event(building, timestamp=at))
    (one,) = stored(api, building)
    post(api, {**one, "value": 7, "ingestionTimestamp": at})
    assert [(again["timestamp"], again["value"]) for again in stored(api, building)] == [(at, 7)]


# Repeats


def test_a_repeat_replaces_the_value_and_triggers_nothing(api: httpx2.Client, building: str) -> None:
    at = int(time.time()) - 1_000
    post(api, event(building, 10, timestamp=at))
    post(api, event(building, 10, timestamp=at))
    post(api, [event(building, 20, timestamp=at), event(building, 30, timestamp=at)])
    assert [one["value"] for one in stored(api, building)] == [30]
    post(api, event(building, 40, timestamp=at + 1))
    # 40 came last, so whatever the repeats had triggered would stand before it.
    assert told(api, building, until="40") == ["10", "40"]


def test_history_triggers_nothing(api: httpx2.Client, building: str) -> None:
    at = int(time.time()) - 1_000
    post(api, [event(building, 10, timestamp=at), event(building, 20, timestamp=at + 1)], "/events/batch/v1")
    post(api, event(building, 30, timestamp=at + 2))
    assert told(api, building, until="30") == ["30"]
    assert [one["value"] for one in stored(api, building)] == [10, 20, 30]


def test_an_older_event_is_stored_and_triggers_nothing(api: httpx2.Client, building: str) -> None:
    at = int(time.time()) - 1_000
    post(api, event(building, 10, timestamp=at))
    post(api, event(building, 20, timestamp=at - 5))
    post(api, event(building, 30, timestamp=at + 1))
    assert told(api, building, until="30") == ["10", "30"]
    assert [one["value"] for one in stored(api, building)] == [20, 10, 30]


def test_an_empty_array_is_taken(api: httpx2.Client) -> None:
    post(api, [])
    post(api, [], "/events/batch/v1")


# Devices and sources


def test_an_unknown_device_is_listed_as_discovered(api: httpx2.Client, building: str) -> None:
    post(api, [event(building, deviceId="car-1", deviceName="Zoe", source="CAR"), event(building, deviceId="other-1")])
    listed = devices(api, building)
    assert sorted(listed) == ["car-1", "inverter-1", "other-1"]
    assert [listed[name]["discovered"] for name in ("car-1", "inverter-1", "other-1")] == [True, False, True]
    assert (listed["car-1"]["type"], listed["car-1"]["name"]) == ("CAR", "Zoe")
    assert (listed["other-1"]["type"], listed["other-1"]["name"]) == (None, None)


def test_a_device_bears_the_name_heard_last(api: httpx2.Client, building: str) -> None:
    at = int(time.time()) - 100
    post(api, event(building, timestamp=at, deviceName="Meter"))
    post(api, event(building, timestamp=at + 1, deviceName="Cellar"))
    post(api, event(building, timestamp=at + 2))
    assert {one["deviceName"] for one in stored(api, building)} == {"Cellar"}
    assert devices(api, building)["meter-1"]["name"] == "Cellar"
    # What the customer registered stays as it was registered.
    post(api, event(building, deviceId="inverter-1", deviceName="Garage"))
    assert devices(api, building)["inverter-1"]["name"] == "Roof"


def test_the_source_is_the_devices_type_when_absent(api: httpx2.Client, building: str) -> None:
    at = int(time.time()) - 100
    post(api, event(building, timestamp=at, deviceId="inverter-1", type="POWER_GENERATION"))
    post(api, event(building, timestamp=at + 1, deviceId="inverter-1", type="POWER_GENERATION", source="INVERTER"))
    post(api, event(building, timestamp=at + 2))
    assert [one["source"] for one in stored(api, building)] == ["INVERTER", "INVERTER", "GATEWAY"]


def test_moost_is_another_name_of_the_platform(api: httpx2.Client, building: str) -> None:
    at = int(time.time()) - 100
    low = {"deviceId": "tariff", "type": "IS_LOW_TARIFF_HOURS"}
    post(api, event(building, 1, timestamp=at, source="MOOST", **low))
    post(api, event(building, 0, timestamp=at, source="PLATFORM", **low))
    assert [(one["source"], one["value"]) for one in stored(api, building)] == [("PLATFORM", 0)]


# Erasure


def test_events_of_an_erased_building_are_refused_at_once(api: httpx2.Client, building: str) -> None:
    for number in range(1, 4):
        post(api, event(building, number))
        assert told(api, building, until=str(number))
        post(api, event(building, number))
        assert api.delete(f"/buildings/{building}/v1").status_code == 202
        answer = api.post("/events/v1", json=event(building))
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["pointer"] == "/customerBuildingId"
        assert api.post("/buildings/v1", json={"customerBuildingId": building}).status_code == 201
        assert stored(api, building) == []


def test_a_building_added_anew_takes_events_and_hears_of_them(api: httpx2.Client, building: str) -> None:
    post(api, event(building, 10))
    assert told(api, building, until="10") == ["10"]
    assert api.delete(f"/buildings/{building}/v1").status_code == 202
    assert api.post("/buildings/v1", json={"customerBuildingId": building}).status_code == 201
    post(api, event(building, 20))
    assert [one["value"] for one in stored(api, building)] == [20]
    assert told(api, building, until="20") == ["20"]


def test_a_devices_new_type_counts_at_once(api: httpx2.Client, building: str) -> None:
    at = int(time.time()) - 100
    post(api, event(building, timestamp=at, deviceId="inverter-1"))
    body = {"customerBuildingId": building, "devices": [{"id": "inverter-1", "type": "BATTERY"}]}
    assert api.put("/buildings/v1", json=body).status_code == 200
    post(api, event(building, timestamp=at + 1, deviceId="inverter-1"))
    assert [one["source"] for one in stored(api, building)] == ["INVERTER", "BATTERY"]


# Each database


@asynccontextmanager
async def application(store: Store, folder: Path) -> AsyncIterator[httpx2.AsyncClient]:
    """The whole application in this process, and a client with a token."""
    installation = Installation(read_settings({}, data_dir=str(folder)), store)
    customer = installation.customers.create("Solar Bern")
    app = installation.application(NobodyToWake())
    headers = {"Authorization": f"Bearer {installation.access.issue_local_token(customer.id).access_token}"}
    transport = httpx2.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://hearth.test", headers=headers) as client,
    ):
        yield client


async def test_each_database_takes_the_good_and_refuses_the_bad(store: Store, tmp_path: Path) -> None:
    async with application(store, tmp_path) as client:
        assert (await client.post("/buildings/v1", json={"customerBuildingId": "house-1"})).status_code == 201
        for field in ("customerBuildingId", "deviceId", "deviceName", "type", "source", "customerId"):
            wrong: dict[str, Any] = {field: "nul\0"}
            answer = await client.post("/events/v1", json=event("house-1", **wrong))
            assert answer.status_code == (403 if field == "customerId" else 400), field
            assert answer.json()["errors"][0]["pointer"] == f"/{field}"
        both = [event("house-1", deviceName="Meter"), event("house-1", deviceId="no")]
        assert (await client.post("/events/v1", json=both)).status_code == 400
        assert (await client.get("/buildings/house-1/v1")).json()["devices"] == []
        for _ in range(4):  # known by heart at the latest when the driver has seen the new building
            assert (await client.post("/events/v1", json=both[0])).status_code == 201
        assert (await client.delete("/buildings/house-1/v1")).status_code == 202
        assert (await client.post("/events/v1", json=both[0])).status_code == 400
        assert (await client.get("/health/ready")).status_code == 200
