"""A developer of a customer's cloud integrates Hearth with ordinary libraries, from the token to the signed webhook."""

import json
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from typing import Any

import httpx2
import jwt
import pytest
from authlib.integrations.requests_client import OAuth2Session as AuthlibSession
from oauthlib.oauth2 import BackendApplicationClient
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session
from standardwebhooks import Webhook, WebhookVerificationError
from tests.running import PATIENCE_SECONDS, RULES, Server, all_notifications, running

BUILDING = "house-4711"
# Values and words that nothing but the events, the texts and the people of this story could bring into a log.
DEVICE_NAME = "Grandmother's meter"
USER = "anna.muster@example.org"
EXPORTED_W = (5_417.25, 5_423.75)
MESSAGE = "You are feeding 5.4 kW into the grid. A good moment for the washing machine, the dishwasher or the car."


@pytest.fixture(autouse=True)
def _loopback_has_no_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")


@contextmanager
def endpoint() -> Iterator[tuple[str, Queue[tuple[dict[str, str], bytes]]]]:
    """The customer's own endpoint: its URL, and what was posted to it."""
    posted: Queue[tuple[dict[str, str], bytes]] = Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            posted.put(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hooks/hearth", posted
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def verified_claims(server: Server, token: str) -> dict[str, Any]:
    """The claims of a token, after PyJWT has verified it with the keys the server publishes."""
    metadata = (
        httpx2.get(f"{server.url}/.well-known/oauth-authorization-server", trust_env=False, timeout=60).raise_for_status().json()
    )
    key = jwt.PyJWKClient(metadata["jwks_uri"]).get_signing_key_from_jwt(token)
    claims: dict[str, Any] = jwt.decode(
        token,
        key,
        algorithms=["RS256"],
        audience=server.url,
        issuer=metadata["issuer"],
        options={"require": ["iss", "sub", "aud", "iat", "exp"]},
    )
    return claims


def token_by_get(server: Server, customer: dict[str, str]) -> dict[str, Any]:
    """The GET form of the compatible API, by curl where there is one."""
    query = f"clientId={customer['clientId']}&clientSecret={customer['clientSecret']}"
    url = f"{server.url}/auth/token/v1?{query}"
    if shutil.which("curl"):
        done = subprocess.run(["curl", "-sS", "--fail", "--noproxy", "*", url], capture_output=True, check=True)
        answer = json.loads(done.stdout)
    else:
        answer = httpx2.get(url, trust_env=False, timeout=60).raise_for_status().json()
    assert isinstance(answer, dict)
    return answer


def test_from_the_token_to_the_signed_webhook(tmp_path: Path) -> None:
    with endpoint() as (url, posted), running(tmp_path, env={"HEARTH_LOG_LEVEL": "DEBUG"}) as server:
        customer = server.create_customer("Solar Bern")
        client_id, secret = customer["clientId"], customer["clientSecret"]
        token_url = f"{server.url}/auth/token/v1"
        tokens = []

        # Three ways to a token, all alike.
        with OAuth2Session(client=BackendApplicationClient(client_id=client_id)) as session:
            session.trust_env = False
            tokens.append(dict(session.fetch_token(token_url, auth=HTTPBasicAuth(client_id, secret))))
            assert session.get(f"{server.url}/buildings/v1").json() == []
        with AuthlibSession(client_id, secret, token_endpoint_auth_method="client_secret_post") as session:
            session.trust_env = False
            tokens.append(dict(session.fetch_token(token_url, grant_type="client_credentials")))
            assert session.get(f"{server.url}/buildings/v1").json() == []
        tokens.append(token_by_get(server, customer))
        for token in tokens:
            assert (token["token_type"], token["expires_in"]) == ("Bearer", 86_400)
            claims = verified_claims(server, token["access_token"])
            assert claims["customerId"] == customer["customerId"]
            assert claims["sub"] == f"{client_id}@clients"
            assert claims["azp"] == client_id
            assert claims["exp"] - claims["iat"] == 86_400
            assert claims["permissions"] == claims["scope"].split()
            assert {"write:events", "read:pushnotifications"} <= set(claims["permissions"])

        # The rules of the house and where to tell what they say.
        rule = RULES / "high-excess-energy-available.yaml"
        server.command("rules", "import", str(rule), "--customer", customer["customerId"])
        listed = json.loads(server.command("rules", "list", "--customer", customer["customerId"], "--json"))
        endpoint_set = server.command("endpoint", "set", "--customer", customer["customerId"], "--url", url, "--json")
        signing_secret = json.loads(endpoint_set)["signingSecret"]

        # A household and what its meter says.
        headers = {"Authorization": f"Bearer {tokens[0]['access_token']}"}
        with httpx2.Client(base_url=server.url, headers=headers, trust_env=False, timeout=60) as api:
            body = {"customerBuildingId": BUILDING, "timeZoneId": "Europe/Zurich", "userIds": [USER]}
            assert api.post("/buildings/v1", json=body).status_code == 201
            now = int(time.time())
            for at, exported_w in zip((now - 600, now), EXPORTED_W, strict=True):
                event = {
                    "timestamp": at,
                    "customerBuildingId": BUILDING,
                    "deviceId": "gateway",
                    "deviceName": DEVICE_NAME,
                    "type": "GRID_POWER_CONSUMPTION",
                    "source": "GATEWAY",
                    "value": -exported_w,
                }
                assert api.post("/events/v1", json=event).status_code == 201

            # It arrives signed, as the Standard Webhooks library checks it.
            headers, raw = posted.get(timeout=PATIENCE_SECONDS)
            delivered = Webhook(signing_secret).verify(raw, headers)
            with pytest.raises(WebhookVerificationError):
                Webhook(signing_secret).verify(raw.replace(b"5.4", b"9.9"), headers)
            assert delivered["customerBuildingId"] == BUILDING
            assert delivered["ruleId"] == listed[0]["id"]
            assert delivered["notification"]["texts"]["en"]["message"] == MESSAGE

            # It is listed, and learns what a person did with it.
            ends_at = time.monotonic() + PATIENCE_SECONDS
            while not (found := all_notifications(api, BUILDING)) and time.monotonic() < ends_at:
                time.sleep(0.05)
            (item,) = found
            assert item["id"] == delivered["id"]
            assert item["deliveryStatus"] == "DELIVERED"
            assert item["interaction"] is None
            opened = {"actionQualifier": "OPENAPP", "userId": USER}
            answer = api.post(f"/pushnotifications/{item['id']}/interactions/v1", json=opened)
            assert (answer.status_code, answer.content) == (200, b"")
            (item,) = all_notifications(api, BUILDING)
            assert (item["interaction"]["actionQualifier"], item["interaction"]["userId"]) == ("OPENAPP", USER)

            # A mistake, so that the log has refusals too.
            assert api.post("/events/v1", json={**event, "type": "GRID_POWER", "timestamp": now + 1}).status_code == 400
            wrong = {"clientId": client_id, "clientSecret": "wrong-" + secret}
            assert httpx2.get(token_url, params=wrong, trust_env=False, timeout=60).status_code == 401
        server.stop()
        log = server.log()

    assert "/auth/token/v1" in log, "the log is not empty at this level"
    assert "Traceback" not in log
    hidden = [secret, signing_secret, signing_secret.removeprefix("whsec_"), "clientSecret", "Bearer ", "eyJ"]
    hidden += [part for token in tokens for part in token["access_token"].split(".")[1:]]
    hidden += [str(value) for value in EXPORTED_W] + [DEVICE_NAME, USER, MESSAGE, "Sunshine to spare", "5.4 kW", "5,4 kW"]
    assert [word for word in hidden if word in log] == []
    # Nor does the folder hold a secret or a token in the clear.
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file() and path.name != "secret.key")
    assert [word for word in (secret, signing_secret, tokens[0]["access_token"]) if word.encode() in kept] == []
