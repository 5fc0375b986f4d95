"""The push channel: one message of one notification over Firebase Cloud Messaging, HTTP v1, and what it answered.

An access token is asked for with a JWT that the service account signs (RFC 7523) and kept until shortly before it expires. What
Google says of an error decides (firebase.google.com/docs/cloud-messaging/error-codes): UNREGISTERED and a registration token
that is none are forgotten; another INVALID_ARGUMENT and SENDER_ID_MISMATCH are not tried again; QUOTA_EXCEEDED, UNAVAILABLE and
INTERNAL are, after the pause that they name. Invariant: no key, no access token and no registration token is in an error.
"""

import asyncio
import re
import ssl
import time
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
from joserfc import jwt
from joserfc.jwk import RSAKey

from hearth.connectors.access_tokens import AccessToken, read_token
from hearth.connectors.addresses import AddressGuard
from hearth.connectors.posting import Poster, PostError, Reply
from hearth.connectors.webhook import retry_after_seconds
from hearth.core.clock import Clock
from hearth.core.instants import SECOND_MS
from hearth.delivery.attempts import Verdict
from hearth.delivery.parcels import PushParcel
from hearth.domain.channels import Channel, Fcm
from hearth.ports import Answer, Sealer
from hearth.services.service_accounts import ServiceAccount

FCM_URL = "https://fcm.googleapis.com"
CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 15.0
_SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_ASSERTION_SECONDS = 600
_MOST_BYTES = 64 * 1024
_MOST_PAYLOAD_BYTES = {"token": 4096, "topic": 2048}
_LONGEST_TTL_SECONDS = 2_419_200  # four weeks, the most that FCM takes
_QUOTA_PAUSE_SECONDS = 60.0  # the least where no Retry-After is sent, as the documentation asks
_CODE = re.compile(r"[A-Z_]{1,40}")
_FCM_ERROR = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
_BAD_REQUEST = "type.googleapis.com/google.rpc.BadRequest"
_UNAUTHORIZED = 401


class FcmChannel:
    """The part of `ports.Carrier` for push messages. `fcm_url`: Google's server, or one that stands for it."""

    def __init__(
        self,
        sealer: Sealer,
        clock: Clock,
        guard: AddressGuard,
        fcm_url: str = FCM_URL,
        *,
        connect_seconds: float = CONNECT_SECONDS,
        total_seconds: float = TOTAL_SECONDS,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._sealer = sealer
        self._clock = clock
        self._url = fcm_url.rstrip("/")
        self._poster = Poster(guard, connect_seconds, total_seconds, tls)
        self._kept: dict[str, AccessToken] = {}
        self._asking: dict[str, asyncio.Lock] = {}

    async def deliver(self, parcel: PushParcel) -> Answer:
        """Sends it and waits for the answer, an access token's fetching included."""
        message = message_of(parcel, self._clock.now_ms())
        too_big = _too_big(message)
        if too_big is not None:
            return Answer(None, too_big, None, 0, "refused")
        started = time.monotonic()
        try:
            reply = await self._send(parcel, message, self._poster.deadline())
            pause = retry_after_seconds(reply.headers.get("retry-after"), self._clock.now_ms())
            verdict, error, pause = meaning_of(reply, pause)
            status_code: int | None = reply.status_code
        except PostError as failure:
            verdict, error, pause, status_code = "retry", str(failure), None, None
        return Answer(status_code, error, pause, round((time.monotonic() - started) * SECOND_MS), verdict)

    async def _send(self, parcel: PushParcel, message: dict[str, Any], deadline: float) -> Reply:
        way, credential = parcel.over.way, parcel.over.credential
        assert isinstance(way, Fcm)
        assert credential is not None
        url = f"{self._url}/v1/projects/{quote(way.project_id, safe='')}/messages:send"
        body = msgspec.json.encode({"message": message})
        token = await self._token(parcel.over, deadline)
        reply = await self._post(url, token, body, deadline)
        if reply.status_code != _UNAUTHORIZED or _error_code(reply) == "THIRD_PARTY_AUTH_ERROR":
            return reply
        self._kept.pop(credential.sealed, None)  # revoked before its time: once more with a fresh one, and no third time
        return await self._post(url, await self._token(parcel.over, deadline), body, deadline)

    async def _post(self, url: str, token: str, body: bytes, deadline: float) -> Reply:
        headers = [("authorization", f"Bearer {token}"), ("content-type", "application/json; charset=UTF-8")]
        return await self._poster.post(url, headers, body, deadline=deadline, most_bytes=_MOST_BYTES)

    async def _token(self, channel: Channel, deadline: float) -> str:
        """The access token of the channel's service account, asked for by one delivery at a time. Raises PostError."""
        assert channel.credential is not None
        key = channel.credential.sealed
        try:
            async with asyncio.timeout_at(deadline), self._asking.setdefault(key, asyncio.Lock()):
                kept = self._kept.get(key)
                if kept is None or self._clock.now_ms() >= kept.until_ms:
                    kept = await self._ask(msgspec.json.decode(self._sealer.open(key), type=ServiceAccount), deadline)
                    self._kept[key] = kept
                return kept.text
        except TimeoutError as late:
            raise PostError(f"no access token: the token URL: {self._poster.late()}") from late

    async def _ask(self, account: ServiceAccount, deadline: float) -> AccessToken:
        now_seconds = self._clock.now_ms() // SECOND_MS
        claims = {
            "iss": account.client_email,
            "scope": _SCOPE,
            "aud": account.token_uri,
            "iat": now_seconds,
            "exp": now_seconds + _ASSERTION_SECONDS,
        }
        key = await asyncio.to_thread(RSAKey.import_key, account.private_key)
        form = {"grant_type": _GRANT, "assertion": jwt.encode({"alg": "RS256", "typ": "JWT"}, claims, key)}
        headers = [("content-type", "application/x-www-form-urlencoded"), ("accept", "application/json")]
        try:
            reply = await self._poster.post(
                account.token_uri, headers, urlencode(form).encode(), deadline=deadline, most_bytes=_MOST_BYTES
            )
        except PostError as error:
            raise PostError(f"no access token: the token URL: {error}") from error
        return read_token(reply, self._clock.now_ms())

    async def aclose(self) -> None:
        """Ends the kept connections."""
        await self._poster.aclose()


def message_of(parcel: PushParcel, now_ms: int) -> dict[str, Any]:
    """The `message` of FCM's HTTP v1. A repeat replaces what it repeats on the device; what is too old is not shown late."""
    ttl_seconds = max(0, min((parcel.expires_at_ms - now_ms) // SECOND_MS, _LONGEST_TTL_SECONDS))
    message: dict[str, Any] = {
        "notification": {"title": parcel.title, "body": parcel.message},
        "data": dict(parcel.data),
        "android": {
            "priority": "HIGH" if parcel.is_urgent else "NORMAL",
            "ttl": f"{ttl_seconds}s",
            "notification": {"tag": parcel.id},
        },
        "apns": {
            "headers": {
                "apns-priority": "10" if parcel.is_urgent else "5",
                "apns-expiration": str(now_ms // SECOND_MS + ttl_seconds),
                "apns-collapse-id": parcel.id,
            }
        },
        "webpush": {"headers": {"TTL": str(ttl_seconds), "Urgency": "high" if parcel.is_urgent else "normal"}},
    }
    return message | ({"topic": parcel.topic} if parcel.token is None else {"token": parcel.token})


def _too_big(message: dict[str, Any]) -> str | None:
    """Why Firebase would not take it; nothing is cut off, for half a sentence or a button without its target advises nobody."""
    most = _MOST_PAYLOAD_BYTES["token" if "token" in message else "topic"]
    size = len(msgspec.json.encode({name: message[name] for name in ("notification", "data")}))
    return f"the push message has {size} bytes, of which Firebase takes {most}" if size > most else None


def meaning_of(reply: Reply, pause_seconds: float | None) -> tuple[Verdict, str | None, float | None]:
    """(verdict, error in words, pause in seconds) of FCM's answer. pause_seconds: what its Retry-After says, if anything."""
    if 200 <= reply.status_code < 300:
        return "delivered", None, None
    code = _error_code(reply)
    error = f"Firebase answered {reply.status_code}" + (f" {code}" if code else "")
    match code:
        case "UNREGISTERED":
            return "address_gone", error, None
        case "INVALID_ARGUMENT":
            return ("address_gone" if _is_about_token(reply) else "refused"), error, None
        case "SENDER_ID_MISMATCH":
            return "refused", f"{error}: the device belongs to another Firebase project", None
        case "QUOTA_EXCEEDED":
            return "retry", error, _QUOTA_PAUSE_SECONDS if pause_seconds is None else pause_seconds
        case "UNAVAILABLE" | "INTERNAL":
            return "retry", error, pause_seconds
        case _:
            return "retry", error, pause_seconds if reply.status_code in (429, 503) else None


def _details(reply: Reply) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """(the error, its details by type) of an answer; empty where it has none."""
    try:
        body = msgspec.json.decode(reply.body, type=dict[str, Any])
    except ValueError:
        return {}, {}
    error = body.get("error")
    if not isinstance(error, dict):
        return {}, {}
    details = error.get("details")
    listed = [each for each in details if isinstance(each, dict)] if isinstance(details, list) else []
    return error, {str(each.get("@type")): each for each in listed}


def _error_code(reply: Reply) -> str:
    """FCM's own code; where it sends none, the general one of Google's APIs."""
    error, details = _details(reply)
    code = details.get(_FCM_ERROR, {}).get("errorCode", error.get("status"))
    named = code if isinstance(code, str) and _CODE.fullmatch(code) else ""
    return {"RESOURCE_EXHAUSTED": "QUOTA_EXCEEDED"}.get(named, named)


def _is_about_token(reply: Reply) -> bool:
    """Whether an INVALID_ARGUMENT is about the registration token alone, and not about the message."""
    error, details = _details(reply)
    violations = details.get(_BAD_REQUEST, {}).get("fieldViolations", [])
    fields = {each.get("field") for each in violations if isinstance(each, dict)} if isinstance(violations, list) else {None}
    is_said = fields == {"message.token"} or (not fields and "registration token" in str(error.get("message", "")))
    return _FCM_ERROR in details and is_said
