"""What the rules pages ask of the console's own endpoints, over HTTP."""

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest


@pytest.fixture
def http(console: Any, organisation: Any) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=console.base_url, timeout=60) as client:
        credentials = {"email": organisation.email, "password": organisation.password}
        token = client.post("/api/session", json=credentials).raise_for_status().json()["csrfToken"]
        client.headers["X-CSRF-Token"] = token
        yield client


def predefined(http: httpx2.Client) -> dict[str, Any]:
    return {rule["file"]: rule for rule in http.get("/api/predefined-rules").raise_for_status().json()}


def test_predefined_rules_say_what_they_are_for_and_whether_one_has_them(http: httpx2.Client, organisation: Any) -> None:
    rules = predefined(http)
    # The organisation has a rule of its own named as one of them was once; only the very name counts.
    assert all(rule["ruleId"] is None for rule in rules.values())
    battery = rules["battery-full-surplus-available"]
    assert battery["name"] == "Battery full, surplus available"
    assert battery["texts"]["de"]["title"] == "Batterie voll, Sonne übrig"
    added = http.post("/api/predefined-rules/battery-full-surplus-available")
    assert added.status_code == 201
    assert predefined(http)["battery-full-surplus-available"]["ruleId"] == added.json()["ruleId"]


def test_they_are_there_in_each_language_and_added_in_the_one_that_is_shown(http: httpx2.Client, organisation: Any) -> None:
    battery = predefined(http)["battery-full-surplus-available"]
    assert battery["wordings"]["fr"]["name"] == "Batterie pleine, surplus disponible"
    added = http.post("/api/predefined-rules/battery-full-surplus-available?language=fr").raise_for_status().json()
    # It is still the same rule to somebody who reads German.
    assert predefined(http)["battery-full-surplus-available"]["ruleId"] == added["ruleId"]
    assert http.post("/api/predefined-rules/battery-full-surplus-available?language=de").status_code == 409


def test_one_that_is_there_already_is_left_alone(http: httpx2.Client, organisation: Any) -> None:
    http.post("/api/predefined-rules/daily-energy-report").raise_for_status()
    again = http.post("/api/predefined-rules/daily-energy-report")
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    assert "Open it" in again.json()["detail"]


def test_one_that_does_not_exist_is_refused(http: httpx2.Client) -> None:
    assert http.post("/api/predefined-rules/no-such-rule").status_code == 404
    assert http.post("/api/predefined-rules/..%2Fsecrets").status_code in (400, 404, 405)


def test_activating_needs_the_sessions_own_token(http: httpx2.Client) -> None:
    del http.headers["X-CSRF-Token"]
    assert http.post("/api/predefined-rules/daily-energy-report").status_code == 403


@pytest.mark.parametrize("path", ["/api/predefined-rules", "/api/catalogue", "/api/ticks?cron=0+7+*+*+*"])
def test_nobody_who_is_not_signed_in_sees_anything(console: Any, path: str) -> None:
    assert httpx2.get(f"{console.base_url}{path}", timeout=60).status_code == 401


def test_the_catalogue_names_what_a_dataset_may_name(http: httpx2.Client) -> None:
    catalogue = http.get("/api/catalogue").json()
    assert {"name": "POWER_CONSUMPTION", "unit": "W"}.items() <= next(
        each for each in catalogue["eventTypes"] if each["name"] == "POWER_CONSUMPTION"
    ).items()
    assert "PLATFORM" in catalogue["sources"]


def test_ticks_are_told_or_what_is_wrong(http: httpx2.Client) -> None:
    told = http.get("/api/ticks", params={"cron": "0 7 * * *", "time_zone_id": "Europe/Zurich"}).json()
    assert (len(told["ticksMs"]), told["mistake"]) == (5, None)
    wrong = http.get("/api/ticks", params={"cron": "0 27 * * *"}).json()
    assert wrong["mistake"] == "The hour is 27; it must be 0 to 23."
    assert wrong["remedy"]
