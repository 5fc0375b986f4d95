"""The webhook channel: one POST of one notification to a customer's endpoint, and what it answered.

What follows from the answer is `delivery.attempts`' to decide, where it may lead `connectors.addresses`'. Signs, and proves
to the endpoint who is calling in the way that it asks for. Invariant: whatever an endpoint or its token server does,
`deliver` returns an Answer in bounded time and space.
"""

import base64
import re
import ssl
import time
from email.utils import parsedate_to_datetime

from hearth.connectors.access_tokens import AccessTokens
from hearth.connectors.addresses import AddressGuard
from hearth.connectors.posting import Poster, PostError, Reply
from hearth.core.clock import Clock
from hearth.core.instants import SECOND_MS, instant_of_datetime
from hearth.delivery.attempts import http_verdict
from hearth.delivery.signing import signature_headers
from hearth.domain.endpoints import ApiToken, Basic, Bearer, ClientCredentials, Endpoint, NoAuthentication, signing_secrets_sealed
from hearth.ports import Answer, Sealer

CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 15.0
_MOST_BYTES_READ = 16 * 1024
_SECONDS = re.compile(r"[0-9]{1,9}")
_UNAUTHORIZED = 401


class WebhookChannel:
    """The part of `ports.Carrier` for endpoints. Connections are kept and used again; `aclose` ends them."""

    def __init__(
        self,
        sealer: Sealer,
        clock: Clock,
        guard: AddressGuard,
        *,
        connect_seconds: float = CONNECT_SECONDS,
        total_seconds: float = TOTAL_SECONDS,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._sealer = sealer
        self._clock = clock
        self._poster = Poster(guard, connect_seconds, total_seconds, tls)
        self._tokens = AccessTokens(self._poster, sealer, clock)

    async def deliver(self, endpoint: Endpoint, webhook_id: str, body: bytes) -> Answer:
        """Signs and sends `body` (JSON) and waits for the answer, at most `total_seconds`, a token's fetching included."""
        started = time.monotonic()
        status_code: int | None = None
        error: str | None = None
        pause: float | None = None
        try:
            reply = await self._send(endpoint, webhook_id, body, self._poster.deadline())
            status_code = reply.status_code
            pause = retry_after_seconds(reply.headers.get("retry-after"), self._clock.now_ms())
        except PostError as failure:
            error = str(failure)
        verdict, pause = http_verdict(status_code, pause)
        return Answer(status_code, error, pause, round((time.monotonic() - started) * SECOND_MS), verdict)

    async def _send(self, endpoint: Endpoint, webhook_id: str, body: bytes, deadline: float) -> Reply:
        if not isinstance(endpoint.authentication, ClientCredentials):
            return await self._post(endpoint, webhook_id, body, self._authentication(endpoint), deadline)
        token = await self._tokens.token(endpoint, deadline)
        reply = await self._post(endpoint, webhook_id, body, _bearer(token), deadline)
        if reply.status_code != _UNAUTHORIZED:
            return reply
        # It may have been revoked before its time: once more with a fresh one, and no third time.
        self._tokens.forget(endpoint, token)
        fresh = await self._tokens.token(endpoint, deadline)
        return await self._post(endpoint, webhook_id, body, _bearer(fresh), deadline)

    async def _post(
        self, endpoint: Endpoint, webhook_id: str, body: bytes, authentication: dict[str, str], deadline: float
    ) -> Reply:
        now_ms = self._clock.now_ms()
        secrets = [self._sealer.open(sealed) for sealed in signing_secrets_sealed(endpoint, now_ms)]
        signatures = signature_headers(secrets, webhook_id, now_ms, body)
        headers = {"content-type": "application/json"} | signatures | authentication
        return await self._poster.post(endpoint.url, list(headers.items()), body, deadline=deadline, most_bytes=_MOST_BYTES_READ)

    def _authentication(self, endpoint: Endpoint) -> dict[str, str]:
        how = endpoint.authentication
        if isinstance(how, NoAuthentication):
            return {}
        assert endpoint.credential is not None
        credential = self._sealer.open(endpoint.credential.sealed)
        if isinstance(how, Basic):
            pair = base64.b64encode(f"{how.user}:{credential}".encode()).decode()
            return {"authorization": f"Basic {pair}"}
        if isinstance(how, ApiToken):
            return {how.header: credential}
        assert isinstance(how, Bearer)
        return _bearer(credential)

    async def aclose(self) -> None:
        """Ends the kept connections."""
        await self._tokens.aclose()
        await self._poster.aclose()


def _bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def retry_after_seconds(header: str | None, now_ms: int) -> float | None:
    """A `Retry-After` header (seconds or an HTTP date, RFC 9110 10.2.3) -> seconds from now, at least 0.

    None for an absent or unreadable one.
    """
    text = (header or "").strip()
    if _SECONDS.fullmatch(text):
        return float(text)
    try:
        at_ms = instant_of_datetime(parsedate_to_datetime(text))
    except (ValueError, OverflowError):
        return None
    return max(0.0, (at_ms - now_ms) / SECOND_MS)
