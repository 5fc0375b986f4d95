"""Ordinary OAuth and JWT libraries work against a real server on loopback, and no log line holds a secret."""

import asyncio
import logging
import os
import socket
import threading
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
import requests
import structlog
import uvicorn
from authlib.integrations.requests_client import OAuth2Session as AuthlibSession
from fastapi import FastAPI
from oauthlib.oauth2 import BackendApplicationClient
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session

from hearth.api import ApiParts, create_api
from hearth.services.access import Access
from hearth.testing.clocks import MovableClock

AUDIENCE = "https://api.hearth.test"


@pytest.fixture
def clock() -> MovableClock:
    """At the present: the libraries look at the clock on the wall."""
    import time

    return MovableClock(round(time.time() * 1_000))


@pytest.fixture
def free_socket() -> Iterator[socket.socket]:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound


@pytest.fixture
def access(make_access: Any, free_socket: socket.socket) -> Access:
    made: Access = make_access(issuer=f"http://127.0.0.1:{free_socket.getsockname()[1]}")
    return made


@pytest.fixture
def server(parts: ApiParts, free_socket: socket.socket) -> Iterator[str]:
    """The API behind uvicorn, as it is served; -> its base URL."""
    app: FastAPI = create_api(parts)
    uvicorn_server = uvicorn.Server(uvicorn.Config(app, access_log=False, log_config=None, lifespan="off"))
    free_socket.listen()
    thread = threading.Thread(target=lambda: asyncio.run(uvicorn_server.serve(sockets=[free_socket])))
    thread.start()
    base = f"http://127.0.0.1:{free_socket.getsockname()[1]}"
    assert requests.get(f"{base}/health/live", timeout=60).status_code == 200
    yield base
    uvicorn_server.should_exit = True
    thread.join(timeout=60)
    assert not thread.is_alive()


@pytest.fixture(autouse=True)
def _insecure_transport(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "OAUTHLIB_INSECURE_TRANSPORT", "1")  # loopback has no TLS


def verified_by_pyjwt(base: str, token: str) -> dict[str, Any]:
    metadata = requests.get(f"{base}/.well-known/oauth-authorization-server", timeout=60).json()
    key = jwt.PyJWKClient(metadata["jwks_uri"]).get_signing_key_from_jwt(token)
    claims: dict[str, Any] = jwt.decode(token, key, algorithms=["RS256"], audience=AUDIENCE, issuer=metadata["issuer"])
    return claims


@pytest.mark.parametrize("in_form", [False, True])
def test_requests_oauthlib_and_pyjwt(server: str, credentials: tuple[str, str], in_form: bool) -> None:
    client_id, secret = credentials
    session = OAuth2Session(client=BackendApplicationClient(client_id=client_id))
    arguments: dict[str, Any] = (
        {"client_id": client_id, "client_secret": secret, "include_client_id": True}
        if in_form
        else {"auth": HTTPBasicAuth(client_id, secret)}
    )
    token = session.fetch_token(f"{server}/auth/token/v1", **arguments)
    assert verified_by_pyjwt(server, token["access_token"])["azp"] == client_id
    assert session.post(f"{server}/buildings/v1", json={"customerBuildingId": "house-1"}).status_code == 201
    assert session.get(f"{server}/buildings/house-1/v1").json()["customerBuildingId"] == "house-1"


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_authlib(server: str, credentials: tuple[str, str], method: str) -> None:
    session = AuthlibSession(*credentials, scope="read:buildings", token_endpoint_auth_method=method)
    token = session.fetch_token(f"{server}/auth/token/v1", grant_type="client_credentials")
    assert token["scope"] == "read:buildings"
    assert session.get(f"{server}/buildings/v1").json() == []
    assert session.post(f"{server}/buildings/v1", json={"customerBuildingId": "house-1"}).status_code == 403


def test_no_log_line_holds_a_secret(
    server: str, credentials: tuple[str, str], caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    client_id, secret = credentials
    logging.getLogger("urllib3").setLevel(logging.INFO)  # the client's own log, not ours, has the URL at DEBUG
    logging.getLogger("requests").setLevel(logging.INFO)
    with caplog.at_level(logging.DEBUG), structlog.testing.capture_logs() as lines:
        good = requests.get(f"{server}/auth/token/v1", params={"clientId": client_id, "clientSecret": secret}, timeout=60)
        token = good.json()["access_token"]
        wrong = requests.get(
            f"{server}/auth/token/v1", params={"clientId": client_id, "clientSecret": "wrong-" + secret}, timeout=60
        )
        missing = requests.get(f"{server}/auth/token/v1", params={"clientSecret": secret}, timeout=60)
        form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
        posted = requests.post(f"{server}/auth/token/v1", data=form, timeout=60)
        requests.get(f"{server}/buildings/v1", headers={"Authorization": f"Bearer {token}"}, timeout=60)
    assert [answer.status_code for answer in (good, wrong, missing, posted)] == [200, 401, 400, 200]
    assert [line["status"] for line in lines if line.get("path") == "/auth/token/v1"] == [200, 401, 400, 200]
    written = "\n".join([*map(str, lines), caplog.text, *capfd.readouterr()])
    assert "/auth/token/v1" in written
    for hidden in (secret, token, token.split(".")[1], "clientSecret="):
        assert hidden not in written
    for answer in (wrong, missing):
        assert secret not in answer.text
