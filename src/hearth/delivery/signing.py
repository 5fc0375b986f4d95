"""Signatures of the Standard Webhooks specification (symmetric, version v1).

`webhook-signature` is `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body` under the decoded
secret; several secrets (while one is being replaced) give several signatures, separated by spaces.
Invariant: what is signed is the exact bytes that are sent.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence

from hearth.core.instants import SECOND_MS

ID_HEADER = "webhook-id"
TIMESTAMP_HEADER = "webhook-timestamp"
SIGNATURE_HEADER = "webhook-signature"
TOLERANCE_SECONDS = 300
_SECRET_PREFIX = "whsec_"  # noqa: S105 - the prefix every such secret begins with


class SignatureError(Exception):
    """The message is not proven to be the sender's; the text says why."""


def signing_secret(random_text: str) -> str:
    """A random text (24 to 64 characters by the specification) -> a secret in the form shown to people."""
    return _SECRET_PREFIX + base64.b64encode(random_text.encode()).decode()


def signature_headers(secrets: Sequence[str], webhook_id: str, at_ms: int, body: bytes) -> dict[str, str]:
    """The three headers of one attempt that starts at `at_ms`. Raises ValueError for a secret in another form."""
    timestamp = str(at_ms // SECOND_MS)
    signatures = (_signature(secret, webhook_id, timestamp, body) for secret in secrets)
    return {ID_HEADER: webhook_id, TIMESTAMP_HEADER: timestamp, SIGNATURE_HEADER: " ".join(signatures)}


def verify(secrets: Sequence[str], headers: Mapping[str, str], body: bytes, now_ms: int) -> None:
    """Checks a received message: `headers` with lower-case names. Raises SignatureError.

    A timestamp further than five minutes from now is refused, so that a caught message cannot be replayed later.
    """
    try:
        webhook_id, timestamp, signatures = (headers[name] for name in (ID_HEADER, TIMESTAMP_HEADER, SIGNATURE_HEADER))
    except KeyError as error:
        raise SignatureError(f"the header {error.args[0]} is missing") from error
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        raise SignatureError("webhook-timestamp is no number of seconds")
    if abs(now_ms / SECOND_MS - int(timestamp)) > TOLERANCE_SECONDS:
        raise SignatureError("webhook-timestamp is more than five minutes away from now")
    expected = [_signature(secret, webhook_id, timestamp, body).encode() for secret in secrets]
    given = [signature.encode() for signature in signatures.split(" ")]
    if not any(hmac.compare_digest(one, other) for one in expected for other in given):
        raise SignatureError("no signature fits the secret and the body")


def _signature(secret: str, webhook_id: str, timestamp: str, body: bytes) -> str:
    signed = f"{webhook_id}.{timestamp}.".encode() + body
    digest = hmac.new(signing_key(secret), signed, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def signing_key(secret: str) -> bytes:
    """The bytes of a secret. Raises ValueError for one in another form."""
    encoded = secret.removeprefix(_SECRET_PREFIX)
    try:
        key = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except ValueError as error:
        raise ValueError("a signing secret is whsec_ and base64") from error
    if not key:
        raise ValueError("a signing secret is whsec_ and base64")
    return key
