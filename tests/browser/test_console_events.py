"""Events over the console's own endpoints of a real `hearth serve`: search, graph, what arrives, CSV out and in, guards."""

import json
import time
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from tests.browser.authors import HOME, PASSWORD, Author
from tests.browser.guards import Request, assert_nothing_works, assert_refused

from hearth.domain.audit import COMMAND_LINE

MAPPING = {
    "timestamp": "hour_start_utc",
    "values": {"ENERGY_CONSUMPTION": "consumption_wh", "ENERGY_GENERATION": "generation_wh"},
    "deviceId": "gateway",
    "source": "GATEWAY",
    "zone": "UTC",
}
FILE = """hour_start_utc,consumption_wh,generation_wh
2024-08-01T07:00Z,2275.8,0.0
2024-08-01T08:00Z,n/a,0.5
2024-08-01T09:00Z,834.6,
2024-13-01T10:00Z,1,1
"""
READING: list[Request] = [
    ("GET", "/api/events", None),
    ("GET", "/api/events/kinds", None),
    ("GET", f"/api/events/graph?building={HOME}", None),
    ("GET", "/api/events/export", None),
    ("GET", "/api/events/arriving", None),
]
PUSHED: list[Request] = [
    ("GET", "/api/notifications", None),
    ("GET", "/api/notifications/export", None),
    ("GET", "/api/notifications/by-rule?fromMs=0&toMs=1", None),
]
WRITING: list[Request] = [
    ("POST", "/api/events/imports/look", {"building": HOME, "text": FILE}),
    (
        "POST",
        "/api/events/imports",
        {"building": HOME, "file": "a.csv", "sizeBytes": 1, "header": FILE.splitlines()[0], "mapping": MAPPING},
    ),
    ("POST", "/api/events/imports/parts", {"resume": "a", "text": ""}),
    ("POST", "/api/events/imports/end", {"resume": "a", "isWhole": True}),
]


@pytest.fixture
def http(author: Author) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=author.console, timeout=60) as client:
        answer = client.post("/api/session", json={"email": author.email, "password": PASSWORD})
        client.headers["X-CSRF-Token"] = answer.raise_for_status().json()["csrfToken"]
        yield client


def get(http: httpx2.Client, path: str, **query: Any) -> Any:
    return http.get(path, params=query).raise_for_status().json()


def begin(http: httpx2.Client, text: str, mapping: dict[str, Any] = MAPPING) -> str:
    body = {"building": HOME, "file": "home.csv", "sizeBytes": len(text), "header": text.splitlines()[0], "mapping": mapping}
    return str(http.post("/api/events/imports", json=body).raise_for_status().json()["resume"])


def take(http: httpx2.Client, resume: str, text: str) -> dict[str, Any]:
    answer = http.post("/api/events/imports/parts", json={"resume": resume, "text": text})
    taken: dict[str, Any] = answer.raise_for_status().json()
    return taken


def audit(http: httpx2.Client, action: str) -> list[dict[str, Any]]:
    return [each for each in get(http, "/api/audit")["items"] if each["action"] == action]


def test_a_search_pages_from_the_newest_back_and_narrows(http: httpx2.Client) -> None:
    kinds = get(http, "/api/events/kinds", building=HOME)
    # The platform may have derived others by now.
    assert [(each["id"], each["name"], each["types"]) for each in kinds["devices"] if each["id"] != "PLATFORM"] == [
        ("battery", "Battery", ["STATE_OF_CHARGE_RATE"]),
        ("meter", "Meter", ["GRID_POWER_CONSUMPTION"]),
    ]
    assert kinds["types"] == sorted({name for each in kinds["devices"] for name in each["types"]})
    assert set(kinds["types"]) <= set(get(http, "/api/events/kinds")["types"])

    query = {"building": HOME, "type": ["STATE_OF_CHARGE_RATE"], "fromMs": 0, "limit": 200}
    page = get(http, "/api/events", **query)
    rest = get(http, "/api/events", before=page["nextBefore"], **query)
    events = page["items"] + rest["items"]
    assert (len(page["items"]), len(events), rest["nextBefore"]) == (200, 288, None)
    times = [each["occurredAtMs"] for each in events]
    assert times == sorted(times, reverse=True)
    assert {(each["unit"], each["deviceId"], each["customerBuildingId"]) for each in events} == {("%", "battery", HOME)}
    assert len(get(http, "/api/events", device="meter", fromMs=times[0], toMs=times[0] + 1)["items"]) == 1
    assert http.get("/api/events", params={"building": "nowhere"}).status_code == 404


def test_a_graph_is_of_one_building(http: httpx2.Client) -> None:
    series = get(http, "/api/events/graph", building=HOME, fromMs=0)["series"]
    lines = [line for line in series if line["type"] in ("GRID_POWER_CONSUMPTION", "STATE_OF_CHARGE_RATE")]
    assert [(line["type"], line["unit"], line["points"]) for line in lines] == [
        ("GRID_POWER_CONSUMPTION", "W", 288),
        ("STATE_OF_CHARGE_RATE", "%", 288),
    ]
    assert all(len(line["timestamps"]) == len(line["values"]) == 288 for line in lines)
    assert http.get("/api/events/graph").json()["errors"][0]["pointer"] == "/building"


def test_what_arrives_is_told_as_it_does(author: Author, http: httpx2.Client) -> None:
    event = {"customerBuildingId": HOME, "deviceId": "battery", "source": "BATTERY", "type": "STATE_OF_CHARGE_RATE"}
    now = time.time()  # sent just now: what came before may have been compacted
    news = [{**event, "timestamp": now - 101 + number, "value": number % 100} for number in range(101)]
    author.api.post("/events/v1", json=news).raise_for_status()
    with http.stream("GET", "/api/events/arriving", params={"type": "STATE_OF_CHARGE_RATE"}) as stream:
        told = (json.loads(line.removeprefix("data: ")) for line in stream.iter_lines() if line.startswith("data: "))
        assert len(next(told)["arrived"]) == 100  # the newest that there are
        meter = {**event, "deviceId": "meter", "type": "GRID_POWER_CONSUMPTION", "source": "GATEWAY"}
        for each in ({**meter, "value": 1}, {**event, "value": 42}):
            author.api.post("/events/v1", json=each).raise_for_status()
        [arrived] = next(told)["arrived"]
    assert (arrived["value"], arrived["deviceName"], arrived["unit"], arrived["isHistorical"]) == (42, "Battery", "%", False)


def test_a_file_is_looked_at_and_nothing_is_stored(author: Author, http: httpx2.Client) -> None:
    looked = http.post("/api/events/imports/look", json={"building": HOME, "text": FILE}).raise_for_status().json()
    assert looked["columns"] == ["hour_start_utc", "consumption_wh", "generation_wh"]
    assert {name: looked["mapping"][name] for name in MAPPING} == MAPPING
    assert looked["rows"][1] == {"line": 3, "cells": ["2024-08-01T08:00Z", "n/a", "0.5"]}
    assert [(each["line"], each["column"]) for each in looked["refusals"]] == [(3, "consumption_wh"), (5, "hour_start_utc")]
    assert (looked["events"], looked["lookedAt"]) == (4, 4)
    assert get(http, "/api/events", building=HOME, device="gateway", fromMs=0)["items"] == []

    future = {"timestamp": "timestamp", "type": "type", "value": "value", "deviceId": "gateway"}
    text = "timestamp,type,value\n2124-01-01T00:00Z,ENERGY_CONSUMPTION,1\n1700000000,ENERGY_CONSUMTION,1\n"
    body = {"building": HOME, "text": text, "mapping": future}
    refusals = http.post("/api/events/imports/look", json=body).raise_for_status().json()["refusals"]
    assert [(each["line"], each["column"]) for each in refusals] == [(2, "timestamp"), (3, "type")]
    assert "did you mean ENERGY_CONSUMPTION?" in refusals[1]["reason"]


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"timestamp": ""}, "/mapping/timestamp"),
        ({"values": {}}, "/mapping/values"),
        ({"values": {"ENERGY": "consumption_wh"}}, "/mapping/values"),
        ({"deviceId": "a b"}, "/mapping/deviceId"),
        ({"deviceId": ""}, "/mapping/deviceId"),
        ({"source": "MOON"}, "/mapping/source"),
        ({"zone": "Mars/Olympus"}, "/mapping/zone"),
    ],
)
def test_a_mapping_that_cannot_be_is_refused_at_its_field(http: httpx2.Client, changed: dict[str, Any], pointer: str) -> None:
    body = {"building": HOME, "text": FILE, "mapping": {**MAPPING, **changed}}
    answer = http.post("/api/events/imports/look", json=body)
    assert (answer.status_code, [each["pointer"] for each in answer.json()["errors"]]) == (400, [pointer])


def test_parts_are_stored_one_after_the_other_and_may_be_sent_again(http: httpx2.Client) -> None:
    _, *lines = FILE.splitlines(keepends=True)
    resume = begin(http, FILE)
    first = take(http, resume, "".join(lines[:2]))
    again = take(http, resume, "".join(lines[:2]))
    assert {**first, "resume": ""} == {**again, "resume": ""}
    last = take(http, again["resume"], "".join(lines[2:]))
    assert (first["accepted"], last["accepted"], last["refused"], last["lines"]) == (3, 4, 2, 5)
    assert [(each["line"], each["column"]) for each in first["refusals"] + last["refusals"]] == [
        (3, "consumption_wh"),
        (5, "hour_start_utc"),
    ]
    http.post("/api/events/imports/end", json={"resume": last["resume"], "isWhole": True}).raise_for_status()

    stored = get(http, "/api/events", building=HOME, device="gateway", fromMs=0)["items"]
    assert [(each["type"], each["value"]) for each in stored] == [
        ("ENERGY_CONSUMPTION", 834.6),
        ("ENERGY_GENERATION", 0.5),
        ("ENERGY_GENERATION", 0.0),
        ("ENERGY_CONSUMPTION", 2275.8),
    ]
    [begun], [ended] = audit(http, "events.importBegun"), audit(http, "events.imported")
    assert (begun["subject"], begun["after"]["file"]) == (HOME, "home.csv")
    assert ended["after"] == {"file": "home.csv", "lines": 5, "accepted": 4, "refused": 2, "toTheEnd": True}


def test_the_hour_that_comes_twice_is_told_apart_across_parts(http: httpx2.Client) -> None:
    text = "time,power_consumption\n2024-10-27T02:30,1\n2024-10-27T02:45,2\n2024-10-27T02:30,3\n"
    mapping = {**MAPPING, "timestamp": "time", "values": {"POWER_CONSUMPTION": "power_consumption"}, "zone": "Europe/Zurich"}
    _, *lines = text.splitlines(keepends=True)
    taken = take(http, begin(http, text, mapping), "".join(lines[:2]))
    taken = take(http, taken["resume"], lines[2])
    assert (taken["accepted"], taken["fromMs"], taken["toMs"]) == (3, 1_729_989_000_000, 1_729_992_600_000)


def test_an_import_of_many_series_comes_to_its_end(http: httpx2.Client) -> None:
    header = "time,type,value,deviceId\n"
    rows = "".join(f"2024-08-01T07:00,POWER_CONSUMPTION,1,a-meter-with-a-long-name-{number}\n" for number in range(900))
    mapping = {**MAPPING, "timestamp": "time", "values": {}, "type": "type", "value": "value", "deviceColumn": "deviceId"}
    taken = take(http, begin(http, header, mapping), rows)
    assert (taken["accepted"], len(taken["resume"]) > 50_000) == (900, True)
    http.post("/api/events/imports/end", json={"resume": taken["resume"], "isWhole": True}).raise_for_status()


def test_an_import_goes_on_only_for_who_began_it(author: Author, http: httpx2.Client) -> None:
    resume = begin(http, FILE)
    with author.server.opened() as installation:
        email = f"b{author.email}"
        installation.members.add_member(author.customer_id, email, "Bo", PASSWORD, role="Author", by=COMMAND_LINE)
    with httpx2.Client(base_url=author.console, timeout=60) as other:
        answer = other.post("/api/session", json={"email": email, "password": PASSWORD}).raise_for_status()
        other.headers["X-CSRF-Token"] = answer.json()["csrfToken"]
        for told in (resume, "made up"):
            answer = other.post("/api/events/imports/parts", json={"resume": told, "text": FILE})
            assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


def test_an_export_is_what_an_import_takes_and_is_noted(author: Author, http: httpx2.Client) -> None:
    answer = http.get("/api/events/export", params={"building": HOME, "device": "battery"})
    assert answer.headers["content-disposition"] == f'attachment; filename="events-{HOME}.csv"'
    lines = answer.text.splitlines()
    assert lines[0] == "time,timestamp,customerBuildingId,type,value,deviceId,deviceName,source,forecastTimestamp"
    assert (len(lines), lines[1].split(",")[2:8]) == (
        289,
        [HOME, "STATE_OF_CHARGE_RATE", "40.0", "battery", "Battery", "BATTERY"],
    )
    looked = http.post("/api/events/imports/look", json={"building": HOME, "text": answer.text}).raise_for_status().json()
    assert (looked["events"], looked["refusals"]) == (288, [])
    [noted] = audit(http, "events.exported")
    assert (noted["subject"], noted["after"]) == (HOME, {"building": HOME, "device_id": "battery"})


def test_a_whole_large_part_is_taken_and_a_larger_one_refused(http: httpx2.Client) -> None:
    header = "timestamp,ENERGY_CONSUMPTION\n"
    mapping = {**MAPPING, "timestamp": "timestamp", "values": {"ENERGY_CONSUMPTION": "ENERGY_CONSUMPTION"}}
    rows = "".join(f"{1_600_000_000 + 900 * number},{number % 977}\n" for number in range(18_000))
    taken = take(http, begin(http, header, mapping), rows)
    assert (taken["accepted"], taken["refused"]) == (18_000, 0)
    answer = http.post("/api/events/imports/parts", json={"resume": taken["resume"], "text": rows * 8})
    assert answer.status_code == 413


def test_an_instant_beyond_the_calendar_is_refused_and_its_end_is_not(http: httpx2.Client) -> None:
    end_ms = 253_402_300_800_000
    paths = [path.partition("?")[0] for _, path, _ in [*READING, *PUSHED] if "kinds" not in path]
    for path in paths:
        for instants in ({"fromMs": -1, "toMs": 1}, {"fromMs": 0, "toMs": end_ms + 1}, {"fromMs": 10**30, "toMs": 10**30}):
            answer = http.get(path, params={"building": HOME, **instants})
            assert (answer.status_code, answer.json()["code"]) == (400, "invalid"), path
        for instants in ({"fromMs": 0, "toMs": end_ms}, {"fromMs": end_ms, "toMs": end_ms}):
            with http.stream("GET", path, params={"building": HOME, **instants}) as answer:
                assert answer.status_code == 200, path


def test_a_number_that_no_database_holds_is_refused(http: httpx2.Client) -> None:
    for path, query in (
        ("tickets", {"after": f"{10**30}-1"}),
        ("audit", {"before": 10**30}),
        ("fulfilment/attempts", {"before": 10**30}),
    ):
        answer = http.get(f"/api/{path}", params=query)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid"), path


def test_who_may_not_is_refused(console: Any, organisation: Any) -> None:
    with httpx2.Client(base_url=console.base_url, timeout=60) as client:
        assert_refused(client, console, organisation, "Billing", [*READING, *PUSHED, *WRITING])


def test_a_viewer_reads_and_imports_nothing(console: Any, organisation: Any) -> None:
    with httpx2.Client(base_url=console.base_url, timeout=60) as client:
        assert_refused(client, console, organisation, "Viewer", WRITING)


def test_nothing_works_without_a_session_or_its_token(console: Any, organisation: Any) -> None:
    with httpx2.Client(base_url=console.base_url, timeout=60) as client:
        assert_nothing_works(client, organisation, [*READING, *PUSHED, *WRITING])
