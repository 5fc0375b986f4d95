"""Firebase Cloud Messaging on loopback: its token URL and its HTTP v1 with the answers that are documented.

What comes is checked against the published forms: the assertion by its signature and claims, the message member by member. What
does not fit is answered with 400, as the real one would.
"""

import json
import re
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from tests.receivers import Receiver, Reply, Request

PROJECT = "solar-app-1f2e"
EMAIL = "hearth@solar-app-1f2e.iam.gserviceaccount.com"
NO_TOKEN = "The registration token is not a valid FCM registration token"
TOO_BIG = "Android message is too big"
SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
FCM_ERROR = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
BAD_REQUEST = "type.googleapis.com/google.rpc.BadRequest"
_RESERVED = re.compile(r"(from|notification|message_type|google.*|gcm.*)\Z")
_MOST_BYTES = {"token": 4096, "topic": 2048}


class Firebase(Receiver):
    """`answers`: by registration token or topic, what is said instead of "sent"; `sent`: the messages that were taken."""

    def __init__(self) -> None:
        super().__init__(self._serve)
        self._key = rsa.generate_private_key(65_537, 2048)
        self.answers: dict[str, Callable[[], Reply]] = {}
        self.sent: list[dict[str, Any]] = []
        self.asked = 0
        self.good: set[str] = set()

    @property
    def base(self) -> str:
        return self.url.removesuffix("/hooks")

    def key_file(self, **changes: str) -> str:
        """What the Firebase console gives to download."""
        pem = self._key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()
        account = {
            "type": "service_account",
            "project_id": PROJECT,
            "private_key_id": "0123456789abcdef",
            "private_key": pem,
            "client_email": EMAIL,
            "client_id": "100000000000000000000",
            "auth_uri": "https://accounts.google.com/o/oauth2/auth",
            "token_uri": f"{self.base}/token",
        }
        return json.dumps(account | changes, indent=2)

    def _serve(self, request: Request) -> Reply:
        return self._token(request) if request.path == "/token" else self._send(request)

    def _token(self, request: Request) -> Reply:
        form = parse_qs(request.body.decode())
        if form.get("grant_type") != ["urn:ietf:params:oauth:grant-type:jwt-bearer"]:
            return Reply(400, b'{"error": "unsupported_grant_type"}')
        try:
            claims = jwt.decode(form["assertion"][0], self._key.public_key(), ["RS256"], audience=f"{self.base}/token")
        except (KeyError, jwt.InvalidTokenError):
            return Reply(400, b'{"error": "invalid_grant"}')
        if claims["iss"] != EMAIL or claims["scope"] != SCOPE or claims["exp"] - claims["iat"] > 3600:
            return Reply(400, b'{"error": "invalid_grant"}')
        assert claims["exp"] > time.time()
        self.asked += 1
        token = f"ya29.{self.asked}"
        self.good.add(token)
        return Reply(200, json.dumps({"access_token": token, "expires_in": 3599, "token_type": "Bearer"}).encode())

    def _send(self, request: Request) -> Reply:
        if request.path != f"/v1/projects/{PROJECT}/messages:send":
            return error(404, "NOT_FOUND")
        if request.headers.get("authorization", "").removeprefix("Bearer ") not in self.good:
            return error(401, "UNAUTHENTICATED")
        body = json.loads(request.body)
        message = body["message"]
        wrong = _wrong(body)
        if wrong:
            return error(400, "INVALID_ARGUMENT", [{"@type": BAD_REQUEST, "fieldViolations": [{"field": wrong}]}])
        to = message.get("token") or message["topic"]
        if to in self.answers:
            return self.answers[to]()
        self.sent.append(message)
        return Reply(200, json.dumps({"name": f"projects/{PROJECT}/messages/{len(self.sent)}"}).encode())


def error(
    status: int,
    name: str,
    details: list[dict[str, Any]] | None = None,
    headers: dict[str, str] | None = None,
    message: str = "Requested entity was not found: token-of-anna",
) -> Reply:
    """An error of Google's APIs; its message may name what it is about."""
    said: dict[str, Any] = {"code": status, "message": message, "status": name}
    return Reply(status, json.dumps({"error": said | ({"details": details} if details else {})}).encode(), headers or {})


def fcm_error(status: int, name: str, code: str, **options: Any) -> Reply:
    """An error that FCM explains."""
    return error(status, name, [{"@type": FCM_ERROR, "errorCode": code}], **options)


def _wrong(body: dict[str, Any]) -> str | None:
    """The first member that does not fit the reference of `projects.messages`, or None."""
    message = body["message"]
    if set(body) - {"message", "validate_only"} or set(message) - {
        *("token", "topic", "condition", "notification", "data", "android", "apns", "webpush", "fcm_options")
    }:
        return "message"
    targets = [each for each in ("token", "topic", "condition") if each in message]
    if len(targets) != 1 or (targets == ["topic"] and not re.fullmatch(r"[a-zA-Z0-9_.~%-]+", message["topic"])):
        return "message"
    for name, value in message["data"].items():
        if not isinstance(value, str) or _RESERVED.match(name):
            return f"message.data[{name}]"
    if set(message["notification"]) - {"title", "body", "image"}:
        return "message.notification"
    android, apns, webpush = message["android"], message["apns"], message["webpush"]
    if android["priority"] not in ("NORMAL", "HIGH") or not re.fullmatch(r"\d+s", android["ttl"]):
        return "message.android"
    if not 0 <= int(android["ttl"][:-1]) <= 2_419_200 or set(android) - {"priority", "ttl", "notification"}:
        return "message.android.ttl"
    headers = apns["headers"]
    if (
        headers["apns-priority"] not in ("5", "10")
        or len(headers["apns-collapse-id"]) > 64
        or not headers["apns-expiration"].isdigit()
    ):
        return "message.apns.headers"
    if not all(isinstance(value, str) for value in (*headers.values(), *webpush["headers"].values())):
        return "message.webpush.headers"
    shown = json.dumps({"notification": message["notification"], "data": message["data"]}, ensure_ascii=False).encode()
    return "message" if len(shown) > _MOST_BYTES[targets[0]] else None
