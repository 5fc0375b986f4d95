"""A building that grows without bound is limited, with an answer that says which of the events are too many."""

import time
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from tests.running import Server, running

from hearth.core.problems import Problem
from hearth.services.building_limits import EventRates

MINUTE_MS = 60_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    limits = {"HEARTH_MOST_BUILDING_EVENTS_PER_MINUTE": "20", "HEARTH_MOST_BUILDING_SERIES": "3"}
    with running(tmp_path_factory.mktemp("service"), env=limits) as server:
        yield server


@pytest.fixture(scope="module")
def api(server: Server) -> Iterator[httpx2.Client]:
    with server.client(server.create_customer("Solar Bern")) as client:
        for name in ("quiet", "wild", "busy"):
            client.post("/buildings/v1", json={"customerBuildingId": name, "countryCode": "CH"}).raise_for_status()
        yield client


def event(building: str, at: int, device: str = "meter-1") -> dict[str, Any]:
    return {"customerBuildingId": building, "deviceId": device, "type": "POWER_CONSUMPTION", "value": 1, "timestamp": at}


def stored(api: httpx2.Client, building: str) -> int:
    return len(api.get("/events/v1", params={"customerBuildingId": building}).raise_for_status().json())


def test_too_many_events_of_a_building_are_refused_and_named(api: httpx2.Client, server: Server) -> None:
    at = int(time.time()) - 1_000
    mixed = [event("busy" if number % 2 else "quiet", at + number) for number in range(60)]
    answer = api.post("/events/v1", json=[*mixed[:2], *(each for each in mixed if each["customerBuildingId"] == "busy")])
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    problem = answer.json()
    assert problem["type"].endswith("too_many_requests")
    assert [error["pointer"] for error in problem["errors"]][:2] == ["/1", "/2"]
    assert stored(api, "busy") == stored(api, "quiet") == 0
    api.post("/events/v1", json=[each for each in mixed if each["customerBuildingId"] == "quiet"][:10]).raise_for_status()
    assert stored(api, "quiet") == 10
    assert server.log().count("a building sends too many events") == 1


def test_history_is_not_limited(api: httpx2.Client) -> None:
    at = int(time.time()) - 80_000
    api.post("/events/batch/v1", json=[event("busy", at + number) for number in range(100)]).raise_for_status()


@pytest.mark.parametrize("path", ["/events/v1", "/events/batch/v1"])
def test_a_building_has_no_more_series_than_allowed(api: httpx2.Client, path: str) -> None:
    at = int(time.time()) - 1_000
    api.post(path, json=[event("wild", at, f"meter-{number}") for number in range(3)]).raise_for_status()
    answer = api.post(path, json=[event("wild", at + 1, "meter-0"), event("wild", at + 1, "meter-new"), event("quiet", at - 5)])
    assert answer.status_code == 400
    problem = answer.json()
    assert [error["pointer"] for error in problem["errors"]] == ["/1/deviceId"]  # the series that is known has its place
    assert "may have 3" in problem["errors"][0]["detail"]
    api.post(path, json=[event("wild", at + 1, "meter-0")]).raise_for_status()


def test_each_minute_and_each_customer_is_counted_for_itself() -> None:
    rates = EventRates(3)
    rates.take("a", ["home"] * 3, MINUTE_MS)
    rates.take("b", ["home"] * 3, MINUTE_MS)
    with pytest.raises(Problem) as refused:
        rates.take("a", ["home", "other"], MINUTE_MS + 45_000)
    assert refused.value.retry_after_seconds == 15
    assert [error.pointer for error in refused.value.errors] == ["/0"]
    rates.take("a", ["other"], MINUTE_MS + 45_000)
    rates.take("a", ["home"] * 3, 2 * MINUTE_MS)


def test_one_event_is_refused_at_the_root() -> None:
    rates = EventRates(1)
    rates.take("a", ["home"], MINUTE_MS, is_array=False)
    with pytest.raises(Problem) as refused:
        rates.take("a", ["home"], MINUTE_MS, is_array=False)
    assert [error.pointer for error in refused.value.errors] == [""]
