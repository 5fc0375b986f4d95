"""Bad input against a real `hearth serve`: what is answered, and that nothing of a refused request is stored."""

import gzip
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import httpx2
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from tests.running import Server, running

from hearth.bootstrap import Installation, open_installation, read_settings
from hearth.testing.clocks import MovableClock

pytestmark = pytest.mark.xdist_group("bad-input")

MOST_BODY_BYTES = 2_000_000


@dataclass
class Service:
    """The running server, a client of each of two customers, and the first customer's id and token."""

    server: Server
    api: httpx2.Client
    other_api: httpx2.Client
    customer_id: str
    other_customer_id: str

    @property
    def token(self) -> str:
        return str(self.api.headers["authorization"].removeprefix("Bearer "))


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    env = {"HEARTH_MOST_BODY_BYTES": str(MOST_BODY_BYTES)}
    with running(tmp_path_factory.mktemp("service"), env) as server:
        customer, other = server.create_customer("Solar Bern"), server.create_customer("Windkraft Nord")
        with server.client(customer) as api, server.client(other) as other_api:
            yield Service(server, api, other_api, customer["customerId"], other["customerId"])
        # Whatever a test sent: a bug of ours shows as a traceback.
        assert "Traceback" not in server.log()


@pytest.fixture
def api(service: Service) -> httpx2.Client:
    return service.api


_numbers = count(1)


@pytest.fixture
def building(api: httpx2.Client) -> str:
    """A building that no other test uses."""
    name = f"house-{next(_numbers)}"
    assert api.post("/buildings/v1", json={"customerBuildingId": name}).status_code == 201
    return name


def event(building: str, **changes: Any) -> dict[str, Any]:
    usual = {"customerBuildingId": building, "deviceId": "meter-1", "type": "POWER_CONSUMPTION", "value": 1.5}
    return {**usual, **changes}


def stored(api: httpx2.Client, building: str) -> list[dict[str, Any]]:
    """All events of the building of the last 30 days."""
    query: dict[str, Any] = {
        "customerBuildingId": building,
        "from": int(time.time()) - 30 * 86_400,
        "to": int(time.time()) + 3_600,
    }
    found: list[dict[str, Any]] = api.get("/events/v1", params=query).raise_for_status().json()
    return found


def refused(answer: httpx2.Response, status: int = 400, code: str = "invalid") -> dict[str, Any]:
    """The problem document of the answer."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = answer.json()
    assert document["type"] == f"urn:hearth:problem:{code}"
    return document


def pointers(problem: dict[str, Any]) -> list[str]:
    return [error["pointer"] for error in problem["errors"]]


def assert_untouched(api: httpx2.Client, building: str) -> None:
    """No event was stored and no device discovered."""
    assert stored(api, building) == []
    assert api.get(f"/buildings/{building}/v1").json()["devices"] == []


# What an event names


def test_an_unknown_building_is_named_with_the_remedy(api: httpx2.Client) -> None:
    problem = refused(api.post("/events/v1", json=event("nowhere")))
    assert pointers(problem) == ["/customerBuildingId"]
    assert "'nowhere'" in problem["detail"]
    assert "POST /buildings/v1" in problem["detail"]


def test_another_customers_building_is_answered_like_an_unknown_one(service: Service, building: str) -> None:
    foreign = refused(service.other_api.post("/events/v1", json=event(building)))
    unknown = refused(service.other_api.post("/events/v1", json=event("nowhere")))
    for problem in (foreign, unknown):
        problem.pop("requestId")
    assert foreign == {
        **unknown,
        "detail": unknown["detail"].replace("nowhere", building),
        "errors": [{**unknown["errors"][0], "detail": unknown["errors"][0]["detail"].replace("nowhere", building)}],
    }
    assert_untouched(service.api, building)


def test_another_customers_id_in_the_event_is_forbidden(service: Service, building: str) -> None:
    own = event(building, customerId=service.customer_id)
    assert service.api.post("/events/v1", json=own).status_code == 201
    foreign = [event(building, customerId=service.other_customer_id, deviceId=f"other-{number}") for number in (1, 2)]
    answer = service.api.post("/events/v1", json=[own, foreign[0], own, foreign[1]])
    assert pointers(refused(answer, 403, "forbidden")) == ["/1/customerId", "/3/customerId"]
    assert pointers(refused(service.api.post("/events/v1", json=foreign[0]), 403, "forbidden")) == ["/customerId"]
    assert len(stored(service.api, building)) == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("customerBuildingId", "a house"),
        ("customerBuildingId", ""),
        ("customerBuildingId", "h" * 101),
        ("customerBuildingId", "house\u0000"),
        ("deviceId", "m1"),
        ("deviceId", "meter/1"),
        ("deviceId", "m" * 65),
        ("deviceId", "meter-1\n"),
        ("deviceName", ""),
        ("deviceName", "n" * 101),
        ("deviceName", "two\nlines"),
        ("deviceName", "nul\u0000"),
    ],
)
def test_an_id_or_name_beside_its_pattern_is_refused(api: httpx2.Client, building: str, field: str, value: str) -> None:
    problem = refused(api.post("/events/v1", json=event(building, **{field: value})))
    assert pointers(problem) == [f"/{field}"]
    assert "must be" in problem["detail"]
    assert_untouched(api, building)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("POWER_CONSUMTION", "POWER_CONSUMPTION"),
        ("energy_generation", "ENERGY_GENERATION"),
        ("STATE_OF_CHARGE", "STATE_OF_CHARGE_RATE"),
    ],
)
def test_an_unknown_event_type_is_answered_with_the_nearest(api: httpx2.Client, building: str, given: str, meant: str) -> None:
    problem = refused(api.post("/events/v1", json=event(building, type=given)))
    assert pointers(problem) == ["/type"]
    assert f"unknown event type '{given}'; did you mean {meant}?" in problem["detail"]
    assert_untouched(api, building)


def test_an_unknown_source_is_answered_with_the_nearest(api: httpx2.Client, building: str) -> None:
    problem = refused(api.post("/events/v1", json=event(building, source="SMART_METRE")))
    assert pointers(problem) == ["/source"]
    assert "did you mean SMART_METER?" in problem["detail"]
    problem = refused(api.post("/events/v1", json=event(building, source="TOASTER_OVEN_9000")))
    assert "see the catalogue" in problem["detail"]
    assert_untouched(api, building)


# Values and times


@pytest.mark.parametrize("literal", ["NaN", "Infinity", "-Infinity", "nan"])
def test_what_json_has_no_number_for_is_malformed(api: httpx2.Client, building: str, literal: str) -> None:
    body = f'[{{"customerBuildingId": "{building}", "deviceId": "meter-1", "type": "POWER_CONSUMPTION", "value": {literal}}}]'
    problem = refused(api.post("/events/v1", content=body), code="malformed")
    assert "NaN and Infinity are not JSON" in problem["detail"]
    assert_untouched(api, building)


@pytest.mark.parametrize("number", ["1e999", "-1e999", "1.5e308", "9" * 400])
def test_a_number_beyond_any_household_is_refused(api: httpx2.Client, building: str, number: str) -> None:
    body = f'{{"customerBuildingId": "{building}", "deviceId": "meter-1", "type": "POWER_CONSUMPTION", "value": {number}}}'
    assert pointers(refused(api.post("/events/v1", content=body))) == ["/value"]
    assert pointers(refused(api.post("/events/v1", content=f"[{body}]"))) == ["/0/value"]
    assert_untouched(api, building)


@pytest.mark.parametrize("milliseconds", [False, True])
def test_a_timestamp_more_than_ten_minutes_ahead_is_refused(api: httpx2.Client, building: str, milliseconds: bool) -> None:
    factor = 1_000 if milliseconds else 1
    ahead = (int(time.time()) + 660) * factor
    problem = refused(api.post("/events/v1", json=event(building, timestamp=ahead)))
    assert pointers(problem) == ["/timestamp"]
    assert "10 minutes ahead" in problem["detail"]
    assert_untouched(api, building)
    within = (int(time.time()) + 540) * factor
    assert api.post("/events/v1", json=event(building, timestamp=within)).status_code == 201
    assert [one["timestamp"] * factor for one in stored(api, building)] == [within]


@pytest.mark.parametrize("timestamp", ["-5", "-1e300", "1e300", "1e999", "-1e999"])
def test_a_timestamp_outside_time_is_refused(api: httpx2.Client, building: str, timestamp: str) -> None:
    fields = f'"customerBuildingId": "{building}", "deviceId": "meter-1", "type": "POWER_CONSUMPTION", "value": 1'
    assert pointers(refused(api.post("/events/v1", content=f'{{{fields}, "timestamp": {timestamp}}}'))) == ["/timestamp"]
    answer = api.post("/events/v1", content=f'{{{fields}, "forecastTimestamp": {timestamp}}}')
    assert pointers(refused(answer)) == ["/forecastTimestamp"]
    assert_untouched(api, building)


def test_the_description_says_how_far_a_forecast_may_reach(api: httpx2.Client, building: str) -> None:
    described = api.get("/openapi.json").json()["components"]["schemas"]["Event"]["properties"]["forecastTimestamp"]
    last = described["maximum"]
    problem = refused(api.post("/events/v1", json=event(building, forecastTimestamp=last + 1)))
    assert pointers(problem) == ["/forecastTimestamp"]
    assert_untouched(api, building)
    assert api.post("/events/v1", json=event(building, forecastTimestamp=last)).status_code == 201


# The form of the body


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   ",
        b"not json",
        b'{"type": ',
        b"[{}",
        b'[{"typ": 1}, {',
        b'{"type": 1} more',
        b'{"type": "\xff"}',
        b'[{"typ": "\xff"}]',
        b'{"type": "\\ud800"}',
        b"[" * 100_000,
        b'{"value": ' + b'{"a":' * 100_000,
    ],
)
def test_what_is_no_json_is_malformed(api: httpx2.Client, body: bytes) -> None:
    for path in ("/events/v1", "/events/batch/v1"):
        if path == "/events/batch/v1" and body.lstrip()[:1] not in (b"[", b""):
            continue  # no array at all: see below
        assert refused(api.post(path, content=body), code="malformed")["detail"]


def test_a_batch_must_be_an_array(api: httpx2.Client, building: str) -> None:
    problem = refused(api.post("/events/batch/v1", json=event(building)))
    assert problem["detail"] == "A historical batch is an array of events."
    assert_untouched(api, building)


@pytest.mark.parametrize("body", [b"null", b"7", b'"text"', b"[null]", b"[[]]"])
def test_what_is_no_event_is_refused(api: httpx2.Client, body: bytes) -> None:
    problem = refused(api.post("/events/v1", content=body))
    assert pointers(problem) == ["/0" if body.startswith(b"[") else ""]
    assert "expected `object`" in problem["errors"][0]["detail"]


def test_an_unknown_field_is_answered_with_the_nearest(api: httpx2.Client, building: str) -> None:
    problem = refused(api.post("/events/v1", json=event(building, devicename="Meter")))
    assert pointers(problem) == ["/devicename"]
    assert "unknown field 'devicename'; did you mean 'deviceName'?" in problem["detail"]
    problem = refused(api.post("/events/v1", json=[event(building), event(building, **{"a/b~c": 1})]))
    assert pointers(problem) == ["/1/a~1b~0c"]
    assert_untouched(api, building)


def test_a_missing_field_is_named(api: httpx2.Client, building: str) -> None:
    without = event(building)
    del without["value"]
    problem = refused(api.post("/events/v1", json=[event(building), without]))
    assert pointers(problem) == ["/1"]
    assert "`value`" in problem["errors"][0]["detail"]
    assert_untouched(api, building)


@pytest.mark.parametrize("path", ["/events/v1", "/events/batch/v1"])
def test_every_bad_event_of_an_array_is_named_and_nothing_is_stored(api: httpx2.Client, building: str, path: str) -> None:
    events = [
        event(building, deviceId="fresh-1"),
        event(building, value="1.5"),
        event(building, type="POWER"),
        event(building),
        event("nowhere", timestamp=int(time.time()) + 3_600),
        event(building, deviceId=None),
        event(building, value=True),
        event(building, source="SMART"),
        event(building, deviceId="no", deviceName=""),
    ]
    problem = refused(api.post(path, json=events))
    assert pointers(problem) == [
        "/1/value",
        "/2/type",
        "/4/customerBuildingId",
        "/4/timestamp",
        "/5/deviceId",
        "/6/value",
        "/7/source",
        "/8/deviceId",
        "/8/deviceName",
    ]
    assert "7 of 9 events" in problem["detail"]
    assert_untouched(api, building)


def test_an_array_of_one_is_named_by_its_index(api: httpx2.Client, building: str) -> None:
    assert pointers(refused(api.post("/events/v1", json=[event(building, type="POWER")]))) == ["/0/type"]
    assert pointers(refused(api.post("/events/v1", json=[event("nowhere")]))) == ["/0/customerBuildingId"]
    assert pointers(refused(api.post("/events/v1", json=[event(building, timestamp=1e12 * 3)]))) == ["/0/timestamp"]
    assert_untouched(api, building)


# Sizes


@pytest.mark.parametrize(("path", "most", "status"), [("/events/v1", 1_000, 201), ("/events/batch/v1", 10_000, 200)])
def test_too_many_events_are_refused(api: httpx2.Client, building: str, path: str, most: int, status: int) -> None:
    second = int(time.time()) - most - 10
    events = [event(building, timestamp=second + index) for index in range(most + 1)]
    problem = refused(api.post(path, json=events))
    assert f"{most + 1} events in one request; at most {most} are taken" in problem["detail"]
    # The same holds when they have a wrong form, and then not each of them is named.
    problem = refused(api.post(path, content=b"[" + b"{}," * most + b"{}]"))
    assert pointers(problem) == [""]
    assert_untouched(api, building)
    assert api.post(path, json=events[:most]).status_code == status


def test_an_oversized_body_is_refused(api: httpx2.Client, building: str) -> None:
    problem = refused(api.post("/events/v1", content=b" " * (MOST_BODY_BYTES + 1)), 413, "too_large")
    assert str(MOST_BODY_BYTES) in problem["detail"]

    def pieces() -> Iterator[bytes]:
        for _ in range(5):
            yield b" " * (MOST_BODY_BYTES // 4)

    refused(api.post("/events/v1", content=pieces()), 413, "too_large")
    assert api.post("/events/v1", json=event(building)).status_code == 201


def test_gzip_is_unpacked_and_bad_gzip_refused(api: httpx2.Client, building: str) -> None:
    headers = {"Content-Encoding": "gzip"}
    packed = gzip.compress(httpx2.Request("POST", "http://x", json=[event(building, timestamp=int(time.time()))]).read())
    for bad in (b"not gzip", packed[:-5], packed + b"more", packed + b"\1\0\0\0", b""):
        problem = refused(api.post("/events/v1", content=bad, headers=headers), code="malformed")
        assert "gzip" in problem["detail"]
    refused(api.post("/events/v1", content=gzip.compress(b" " * 34_000_000), headers=headers), 413, "too_large")
    refused(api.post("/events/v1", content=packed, headers={"Content-Encoding": "br"}), 415, "unsupported_media_type")
    assert_untouched(api, building)
    assert api.post("/events/v1", content=packed, headers=headers).status_code == 201
    assert len(stored(api, building)) == 1


# Tokens


def forged(service: Service, change: Callable[[dict[str, Any]], None], algorithm: str = "RS256") -> str:
    """A token like the customer's with changed claims, signed with a key of our own."""
    header = jwt.get_unverified_header(service.token)
    claims = jwt.decode(service.token, options={"verify_signature": False})
    change(claims)
    key: Any = rsa.generate_private_key(public_exponent=65_537, key_size=2_048) if algorithm == "RS256" else None
    return jwt.encode(claims, key, algorithm, headers={"kid": header["kid"]})


def post_with(service: Service, token: str | None, building: str) -> httpx2.Response:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return httpx2.post(f"{service.server.url}/events/v1", json=event(building), headers=headers, trust_env=False, timeout=60)


def test_forged_tokens_are_refused(service: Service, building: str) -> None:
    head, body, signature = service.token.split(".")
    claims = jwt.decode(service.token, options={"verify_signature": False})
    other_body = jwt.encode({**claims, "customerId": service.other_customer_id}, "k" * 32, "HS256").split(".")[1]
    tokens = {
        "none at all": None,
        "no token": "nonsense",
        "another key": forged(service, lambda claims: None),
        "unsigned": forged(service, lambda claims: None, "none"),
        "signed with the public key's id as a secret": jwt.encode(
            claims, "k" * 32, "HS256", headers={"kid": jwt.get_unverified_header(service.token)["kid"]}
        ),
        "another customer": f"{head}.{other_body}.{signature}",
        "a changed signature": f"{head}.{body}.{'A' * len(signature)}",
        "cut": service.token[:-10],
    }
    for name, token in tokens.items():
        answer = post_with(service, token, building)
        assert answer.status_code == 401, name
        refused(answer, 401, "unauthorized")
        assert answer.headers["www-authenticate"].startswith("Bearer"), name
    assert_untouched(service.api, building)
    assert post_with(service, service.token, building).status_code == 201


def test_an_expired_token_is_refused(service: Service, building: str) -> None:
    settings = read_settings({}, data_dir=str(service.server.folder), port=service.server.port)
    with open_installation(settings, migrate=False) as installation:
        now_ms = installation.clock.now_ms()
        ages = {86_300: 201, 86_401: 401}  # seconds since it was issued
        for age, status in ages.items():
            earlier = Installation(settings, installation.store)
            earlier.clock = MovableClock(now_ms - age * 1_000)
            token = earlier.access.issue_local_token(service.customer_id).access_token
            answer = post_with(service, token, building)
            assert answer.status_code == status
    assert "expired" in refused(answer, 401, "unauthorized")["detail"]
    assert len(stored(service.api, building)) == 1


def test_a_token_without_the_scope_is_refused(service: Service, building: str) -> None:
    customer = service.server.create_customer("Narrow")
    with service.server.client(customer) as whole:
        assert whole.post("/buildings/v1", json={"customerBuildingId": building}).status_code == 201
        answer = whole.post(
            "/auth/token/v1",
            data={"grant_type": "client_credentials", "scope": "read:events write:buildings"},
            auth=(customer["clientId"], customer["clientSecret"]),
        )
        narrow = answer.raise_for_status().json()["access_token"]
        answer = post_with(service, narrow, building)
        problem = refused(answer, 403, "forbidden")
        assert "write:events" in problem["detail"]
        assert 'scope="write:events"' in answer.headers["www-authenticate"]
        assert_untouched(whole, building)
