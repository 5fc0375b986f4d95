"""Receiving notifications: whether a request is genuine, and what it says. Works with any web framework.

Follows Standard Webhooks 1 (https://www.standardwebhooks.com). Invariant: nothing of a body is read before its signature fits,
and signatures are compared in constant time.
"""

import base64
import binascii
import hmac
import time
from collections.abc import Iterable, Mapping
from hashlib import sha256

import msgspec

from hearth_client.errors import HearthError, UnexpectedAnswerError
from hearth_client.models import Notification

TOLERANCE_SECONDS = 300.0
_PREFIX = "whsec_"


class WebhookRefusedError(HearthError):
    """The request is not genuine, too old or not signed: answer 400 or 401, and do nothing."""


class WebhookNotification(Notification, kw_only=True):
    """A notification as it was posted to you. Keep the `webhook_id`s of the last day: one that comes again is a repeat."""

    webhook_id: str = ""

    test: bool = False
    """Sent by "Send test notification"; its building and rule do not exist."""


def verify(
    headers: Mapping[str, str] | Iterable[tuple[str, str]],
    body: bytes,
    secrets: str | Iterable[str],
    tolerance_seconds: float = TOLERANCE_SECONDS,
    *,
    now_seconds: float | None = None,
) -> WebhookNotification:
    """The notification of a genuine request.

    `headers` by names in any case, `body` the bytes as they came. `secrets`: the signing secret (`whsec_…`), or the new and the
    old one while it is replaced. `now_seconds`: another time than the present. Raises WebhookRefusedError, and ValueError for
    something that is no signing secret.
    """
    keys = [_key(secret) for secret in ([secrets] if isinstance(secrets, str) else secrets)]
    if not keys:
        raise ValueError("give at least one signing secret")
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    found = {name.lower(): value for name, value in pairs}
    webhook_id, timestamp, signatures = (found.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature"))
    if not (webhook_id and timestamp and signatures):
        raise WebhookRefusedError("It lacks webhook-id, webhook-timestamp or webhook-signature.")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        raise WebhookRefusedError("webhook-timestamp is no time.")
    if not _is_signed(keys, webhook_id, timestamp, body, signatures):
        raise WebhookRefusedError("No signature fits: the body was changed, or it was signed with another secret.")
    now = time.time() if now_seconds is None else now_seconds
    if abs(now - int(timestamp)) > tolerance_seconds:
        raise WebhookRefusedError(
            f"Its time is more than {tolerance_seconds:g} s away: sent again by somebody, or a wrong clock."
        )
    try:
        notification = msgspec.json.decode(body, type=WebhookNotification)
    except msgspec.DecodeError as error:
        raise UnexpectedAnswerError(f"The request is genuine, and no notification: {error}") from error
    notification.webhook_id = webhook_id
    return notification


def sign(secret: str, webhook_id: str, timestamp_seconds: int, body: bytes) -> dict[str, str]:
    """The three headers of a genuine request, for the tests of an endpoint of yours. Raises ValueError as `verify` does."""
    timestamp = str(timestamp_seconds)
    signature = _signature(_key(secret), webhook_id, timestamp, body).decode()
    return {"webhook-id": webhook_id, "webhook-timestamp": timestamp, "webhook-signature": f"v1,{signature}"}


def _is_signed(keys: Iterable[bytes], webhook_id: str, timestamp: str, body: bytes, signatures: str) -> bool:
    given = [text.encode() for version, _, text in (one.partition(",") for one in signatures.split(" ")) if version == "v1"]
    expected = [_signature(key, webhook_id, timestamp, body) for key in keys]
    # All are compared, so that the time taken does not tell which one fits.
    return any([hmac.compare_digest(one, other) for one in expected for other in given])  # noqa: C419


def _signature(key: bytes, webhook_id: str, timestamp: str, body: bytes) -> bytes:
    return base64.b64encode(hmac.digest(key, f"{webhook_id}.{timestamp}.".encode() + body, sha256))


def _key(secret: str) -> bytes:
    text = secret.removeprefix(_PREFIX)
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not key:
        raise ValueError("a signing secret is whsec_ and base64 behind it; this is none")
    return key
