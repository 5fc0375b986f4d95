"""The access token as api.md describes it: both forms, claims, refusals, brute force, revocation."""

import base64
import json
from typing import Any

import httpx2
import jwt
import pytest
from joserfc import jwt as jose
from joserfc.jwk import OctKey, RSAKey

from hearth.domain.customers import SCOPES, Customer
from hearth.services.access import Access
from hearth.testing.clocks import MovableClock

AUDIENCE = "https://api.hearth.test"
TOKEN = "/auth/token/v1"


def as_query(credentials: tuple[str, str]) -> dict[str, str]:
    return {"clientId": credentials[0], "clientSecret": credentials[1]}


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def claims_of(token: str) -> dict[str, Any]:
    return jwt.decode(token, options={"verify_signature": False})


async def test_get_form_answers_a_token_with_the_documented_claims(
    anonymous: httpx2.AsyncClient, credentials: tuple[str, str], customer: Customer, clock: MovableClock
) -> None:
    answer = await anonymous.get(TOKEN, params=as_query(credentials))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert {**body, "access_token": ""} == {
        "access_token": "",
        "expires_in": 86400,
        "scope": " ".join(SCOPES),
        "token_type": "Bearer",
    }
    header = jwt.get_unverified_header(body["access_token"])
    assert header["alg"] == "RS256"
    assert header["kid"]
    issued_at = clock.now_ms() // 1000
    assert claims_of(body["access_token"]) == {
        "customerId": customer.id,
        "iss": "http://hearth.test",
        "sub": f"{credentials[0]}@clients",
        "aud": AUDIENCE,
        "iat": issued_at,
        "exp": issued_at + 86400,
        "scope": " ".join(SCOPES),
        "gty": "client-credentials",
        "azp": credentials[0],
        "permissions": list(SCOPES),
    }


@pytest.mark.parametrize("missing", ["clientId", "clientSecret", "both"])
async def test_get_form_without_a_parameter_is_400(
    anonymous: httpx2.AsyncClient, credentials: tuple[str, str], missing: str
) -> None:
    params = {name: value for name, value in as_query(credentials).items() if missing not in (name, "both")}
    answer = await anonymous.get(TOKEN, params=params)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    named = {error["parameter"] for error in answer.json()["errors"]}
    assert named == ({"clientId", "clientSecret"} if missing == "both" else {missing})


async def test_every_wrong_pair_gets_the_same_answer(
    anonymous: httpx2.AsyncClient, access: Access, customer: Customer, credentials: tuple[str, str]
) -> None:
    revoked = access.create_client(customer.id)
    access.revoke_client(customer.id, revoked[0])
    pairs = [
        (credentials[0], "wrong"),
        ("unknown", credentials[1]),
        ("not fitting!", credentials[1]),
        (credentials[0], "not fitting!"),
        ("", ""),
        revoked,
    ]
    answers = [await anonymous.get(TOKEN, params=as_query(pair)) for pair in pairs]
    assert [answer.status_code for answer in answers] == [401] * len(pairs)
    assert len({json.dumps({**answer.json(), "requestId": ""}) for answer in answers}) == 1


async def test_repeated_failures_of_a_client_are_429_until_the_window_has_passed(
    anonymous: httpx2.AsyncClient, credentials: tuple[str, str], clock: MovableClock
) -> None:
    for _ in range(10):
        assert (await anonymous.get(TOKEN, params=as_query((credentials[0], "wrong")))).status_code == 401
        clock.advance(seconds=1)
    refused = await anonymous.get(TOKEN, params=as_query(credentials))
    assert refused.status_code == 429
    wait = int(refused.headers["retry-after"])
    assert 0 < wait <= 300
    clock.advance(seconds=wait - 1)
    assert (await anonymous.get(TOKEN, params=as_query(credentials))).status_code == 429
    clock.advance(seconds=1)
    assert (await anonymous.get(TOKEN, params=as_query(credentials))).status_code == 200


async def test_post_form_works_with_basic_and_with_the_form_and_narrows_scopes(
    anonymous: httpx2.AsyncClient, credentials: tuple[str, str]
) -> None:
    grant = {"grant_type": "client_credentials"}
    in_form = await anonymous.post(TOKEN, data={**grant, "client_id": credentials[0], "client_secret": credentials[1]})
    assert in_form.json()["scope"] == " ".join(SCOPES)
    narrowed = await anonymous.post(TOKEN, data={**grant, "scope": "read:events write:events"}, auth=credentials)
    assert narrowed.status_code == 200
    assert narrowed.headers["cache-control"] == "no-store"
    assert narrowed.json()["scope"] == "read:events write:events"
    assert claims_of(narrowed.json()["access_token"])["permissions"] == ["read:events", "write:events"]


@pytest.mark.parametrize(
    ("form", "use_basic", "status", "error"),
    [
        ({}, True, 400, "invalid_request"),
        ({"grant_type": "password"}, True, 400, "unsupported_grant_type"),
        ({"grant_type": "client_credentials"}, False, 401, "invalid_client"),
        ({"grant_type": "client_credentials", "scope": "admin:all"}, True, 400, "invalid_scope"),
        ({"grant_type": "client_credentials", "client_id": "a", "client_secret": "b"}, True, 400, "invalid_request"),
        ({"grant_type": "client_credentials", "client_id": "a", "client_secret": "b"}, False, 401, "invalid_client"),
    ],
)
async def test_post_form_refuses_as_rfc_6749_says(
    anonymous: httpx2.AsyncClient,
    credentials: tuple[str, str],
    form: dict[str, str],
    use_basic: bool,
    status: int,
    error: str,
) -> None:
    headers = {}
    if use_basic:
        headers["Authorization"] = "Basic " + base64.b64encode(":".join(credentials).encode()).decode()
    headers["Content-Type"] = "application/x-www-form-urlencoded"
    answer = await anonymous.post(TOKEN, content=httpx2.QueryParams(form).__str__(), headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    if status == 401:
        assert answer.headers["www-authenticate"].startswith("Basic ")


async def test_post_form_needs_a_form_and_a_readable_basic_header(anonymous: httpx2.AsyncClient) -> None:
    assert (await anonymous.post(TOKEN, json={"grant_type": "client_credentials"})).json()["error"] == "invalid_request"
    form = {"grant_type": "client_credentials"}
    for header in ("Basic %%%", "Basic " + base64.b64encode(b"nocolon").decode(), "Bearer x"):
        answer = await anonymous.post(TOKEN, data=form, headers={"Authorization": header})
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    twice = await anonymous.post(
        TOKEN, content="grant_type=a&grant_type=b", headers={"Content-Type": "application/x-www-form-urlencoded"}
    )
    assert twice.json()["error"] == "invalid_request"
    long = await anonymous.post(TOKEN, data={"grant_type": "x" * 20_000})
    assert long.status_code == 413


async def test_a_rotated_secret_overlaps_with_the_new_one(
    anonymous: httpx2.AsyncClient, access: Access, customer: Customer, credentials: tuple[str, str], clock: MovableClock
) -> None:
    client_id, old = credentials
    new = access.rotate_secret(customer.id, client_id, overlap_seconds=3600)
    assert new != old
    for secret in (old, new):
        assert (await anonymous.get(TOKEN, params=as_query((client_id, secret)))).status_code == 200
    clock.advance(seconds=3600)
    assert (await anonymous.get(TOKEN, params=as_query((client_id, old)))).status_code == 401
    assert (await anonymous.get(TOKEN, params=as_query((client_id, new)))).status_code == 200


async def test_a_token_is_good_for_a_day_and_not_longer(api: httpx2.AsyncClient, clock: MovableClock) -> None:
    clock.advance(seconds=86_399)
    assert (await api.get("/buildings/v1")).status_code == 200
    clock.advance(seconds=1)
    expired = await api.get("/buildings/v1")
    assert expired.status_code == 401
    assert "invalid_token" in expired.headers["www-authenticate"]


async def test_broken_forged_and_foreign_tokens_are_401(
    anonymous: httpx2.AsyncClient, access: Access, make_access: Any, customer: Customer, token: str
) -> None:
    claims = claims_of(token)
    kid = jwt.get_unverified_header(token)["kid"]
    forged = jose.encode({"alg": "RS256", "kid": kid}, dict(claims), RSAKey.generate_key(2048))
    unknown_kid = jose.encode({"alg": "RS256", "kid": "other"}, dict(claims), RSAKey.generate_key(2048))
    public_key = json.dumps(access.jwks()["keys"][0])
    by_public_key = jose.encode({"alg": "HS256", "kid": kid}, dict(claims), OctKey.import_key(public_key))
    none_header = base64.urlsafe_b64encode(json.dumps({"alg": "none", "kid": kid}).encode()).rstrip(b"=").decode()
    unsigned = f"{none_header}.{token.split('.')[1]}."
    head, _, signature = token.split(".")
    other_payload = base64.urlsafe_b64encode(json.dumps({**claims, "customerId": "0" * 24}).encode()).rstrip(b"=").decode()
    wrong_audience = make_access(audience="https://elsewhere.test").issue_local_token(customer.id).access_token
    wrong_issuer = make_access(issuer="https://elsewhere.test").issue_local_token(customer.id).access_token
    bad = {
        "forged": forged,
        "unknown kid": unknown_kid,
        "public key as HMAC secret": by_public_key,
        "alg none": unsigned,
        "payload changed": f"{head}.{other_payload}.{signature}",
        "signature cut": token[:-4],
        "no JWT": "abc",
        "dots": "..",
        "not ASCII": "é.é.é",
        "wrong audience": wrong_audience,
        "wrong issuer": wrong_issuer,
    }
    for path in ("/buildings/v1", "/events/v1?customerBuildingId=a"):
        for name, text in bad.items():
            answer = await anonymous.get(path, headers=[(b"authorization", b"Bearer " + text.encode())])
            assert answer.status_code == 401, name
            assert answer.json()["type"] == "urn:hearth:problem:unauthorized"
    for name, text in bad.items():
        answer = await anonymous.post("/events/v1", content=b"{}", headers=[(b"authorization", b"Bearer " + text.encode())])
        assert answer.status_code == 401, name


@pytest.mark.parametrize("header", [None, "Basic abc", "Bearer", "Bearer ", "token"])
async def test_without_a_bearer_token_everything_is_401_before_the_body_is_looked_at(
    anonymous: httpx2.AsyncClient, header: str | None
) -> None:
    headers = {} if header is None else {"Authorization": header}
    for method, path in [
        ("GET", "/buildings/v1"),
        ("POST", "/buildings/v1"),
        ("DELETE", "/buildings/a/v1"),
        ("PUT", "/buildings/a/tariff/v1"),
        ("POST", "/events/v1"),
        ("POST", "/events/batch/v1"),
        ("GET", "/events/v1"),
        ("GET", "/pushnotifications/buildings/a/v1"),
        ("POST", "/pushnotifications/a/interactions/v1"),
    ]:
        answer = await anonymous.request(method, path, content=b"{not json", headers=headers)
        assert answer.status_code == 401, (method, path)
        assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    ("method", "path", "needed"),
    [
        ("GET", "/buildings/v1", "read:buildings"),
        ("POST", "/buildings/v1", "write:buildings"),
        ("DELETE", "/buildings/a/v1", "write:buildings"),
        ("POST", "/events/v1", "write:events"),
        ("POST", "/events/batch/v1", "write:events"),
        ("GET", "/events/v1", "read:events"),
        ("GET", "/pushnotifications/buildings/a/v1", "read:pushnotifications"),
        ("POST", "/pushnotifications/a/interactions/v1", "write:pushnotifications"),
    ],
)
async def test_a_missing_scope_is_403(
    anonymous: httpx2.AsyncClient, access: Access, credentials: tuple[str, str], method: str, path: str, needed: str
) -> None:
    others = tuple(scope for scope in SCOPES if scope != needed)
    token = access.issue_token(*credentials, others, "here").access_token
    answer = await anonymous.request(method, path, content=b"{}", headers=bearer(token))
    assert answer.status_code == 403
    assert needed in answer.json()["detail"]
    assert f'scope="{needed}"' in answer.headers["www-authenticate"]


async def test_tokens_of_a_revoked_client_die_at_once_here_and_within_a_minute_elsewhere(
    anonymous: httpx2.AsyncClient,
    access: Access,
    make_access: Any,
    customer: Customer,
    credentials: tuple[str, str],
    clock: MovableClock,
) -> None:
    token = access.issue_token(*credentials, None, "here").access_token
    assert (await anonymous.get("/buildings/v1", headers=bearer(token))).status_code == 200
    elsewhere = make_access()
    elsewhere.revoke_client(customer.id, credentials[0])
    assert (await anonymous.get("/buildings/v1", headers=bearer(token))).status_code == 200
    clock.advance(seconds=60)
    assert (await anonymous.get("/buildings/v1", headers=bearer(token))).status_code == 401

    second = access.create_client(customer.id)
    token = access.issue_token(*second, None, "here").access_token
    assert (await anonymous.get("/buildings/v1", headers=bearer(token))).status_code == 200
    access.revoke_client(customer.id, second[0])
    assert (await anonymous.get("/buildings/v1", headers=bearer(token))).status_code == 401


async def test_an_old_signing_key_stays_published_until_its_last_token_has_expired(
    anonymous: httpx2.AsyncClient, access: Access, make_access: Any, customer: Customer, token: str, clock: MovableClock
) -> None:
    async def published() -> set[str]:
        return {key["kid"] for key in (await anonymous.get("/.well-known/jwks.json")).json()["keys"]}

    old = jwt.get_unverified_header(token)["kid"]
    assert await published() == {old}
    assert (await anonymous.get("/buildings/v1", headers=bearer(token))).status_code == 200
    clock.advance(seconds=10)
    new = make_access().rotate_signing_key()
    assert await published() == {old, new}
    fresh = make_access().issue_local_token(customer.id).access_token
    assert jwt.get_unverified_header(fresh)["kid"] == new
    for good in (token, fresh):
        assert (await anonymous.get("/buildings/v1", headers=bearer(good))).status_code == 200
    clock.advance(seconds=86_400 + 60)
    assert await published() == {new}


async def test_the_published_keys_are_public_and_metadata_names_them(anonymous: httpx2.AsyncClient) -> None:
    keys = (await anonymous.get("/.well-known/jwks.json")).json()["keys"]
    assert [set(key) for key in keys] == [{"kty", "kid", "use", "alg", "n", "e"}]
    metadata = (await anonymous.get("/.well-known/oauth-authorization-server")).json()
    assert metadata["issuer"] == "http://hearth.test"
    assert metadata["token_endpoint"] == "http://hearth.test/auth/token/v1"
    assert metadata["jwks_uri"] == "http://hearth.test/.well-known/jwks.json"
    assert metadata["grant_types_supported"] == ["client_credentials"]
    assert metadata["scopes_supported"] == list(SCOPES)
