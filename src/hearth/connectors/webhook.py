"""The webhook channel: one POST of one notification to a customer's endpoint, and what it answered.

What follows from the answer is `delivery.attempts`' to decide. The bare connection pool is used on
purpose: it keeps no cookies, follows no redirect, unpacks nothing and reads no proxy from the
environment. Invariant: whatever an endpoint does, `deliver` returns an Answer in bounded time and space.
"""

import asyncio
import re
import ssl
import time
from email.utils import parsedate_to_datetime

import httpcore2
import httpx2

from hearth import __version__
from hearth.connectors.addresses import AddressGuard, AddressRefusedError, GuardedBackend
from hearth.core.clock import Clock
from hearth.core.instants import SECOND_MS, instant_of_datetime
from hearth.delivery.signing import signature_headers
from hearth.domain.customers import Endpoint
from hearth.ports import Answer, Sealer

CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 15.0
_MOST_BYTES_READ = 16 * 1024
_KEEP_IDLE_SECONDS = 30.0
_MOST_IDLE_CONNECTIONS = 256
_SECONDS = re.compile(r"[0-9]{1,9}")
_BROKEN = (httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.UnsupportedProtocol, AddressRefusedError, httpx2.InvalidURL)


class WebhookChannel:
    """Implements `ports.Channel`. Connections are kept and used again; `aclose` ends them."""

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
        self._total_seconds = total_seconds
        self._timeouts = {"connect": connect_seconds, "read": total_seconds, "write": total_seconds}
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=httpx2.create_ssl_context() if tls is None else tls,
            max_connections=None,  # how many are sent at once is the delivery loop's to bound
            max_keepalive_connections=_MOST_IDLE_CONNECTIONS,
            keepalive_expiry=_KEEP_IDLE_SECONDS,
            network_backend=GuardedBackend(guard),
        )

    async def deliver(self, endpoint: Endpoint, webhook_id: str, body: bytes) -> Answer:
        """Signs and sends `body` (JSON) and waits for the answer, at most `total_seconds`."""
        started = time.monotonic()
        status_code: int | None = None
        error: str | None = None
        pause: float | None = None
        try:
            url = httpx2.URL(endpoint.url)
            async with (
                asyncio.timeout(self._total_seconds),
                self._pool.stream(
                    "POST",
                    httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                    headers=self._headers(endpoint, url, webhook_id, body),
                    content=body,
                    extensions={"timeout": self._timeouts},
                ) as response,
            ):
                status_code = response.status
                named = next((value for name, value in response.headers if name.lower() == b"retry-after"), None)
                pause = retry_after_seconds(named, self._clock.now_ms())
                await _read_to_reuse_the_connection(response)
        except (TimeoutError, httpcore2.TimeoutException):
            error = f"no answer within {self._total_seconds:g} s"
        except _BROKEN as failure:
            error = _phrase(failure)
        duration_ms = round((time.monotonic() - started) * SECOND_MS)
        # A status that arrived is the answer, whatever became of the rest of it.
        return Answer(status_code, error if status_code is None else None, pause, duration_ms)

    def _headers(
        self, endpoint: Endpoint, url: httpx2.URL, webhook_id: str, body: bytes
    ) -> list[tuple[bytes | str, bytes | str]]:
        secrets = self._sealer.open(endpoint.signing_secret_sealed).split()
        return [
            ("host", url.netloc),
            ("content-type", "application/json"),
            ("user-agent", f"Hearth/{__version__}"),
            *signature_headers(secrets, webhook_id, self._clock.now_ms(), body).items(),
        ]

    async def aclose(self) -> None:
        """Ends the kept connections."""
        await self._pool.aclose()


def retry_after_seconds(header: bytes | None, now_ms: int) -> float | None:
    """A `Retry-After` header (seconds or an HTTP date, RFC 9110 10.2.3) -> seconds from now, at least 0.

    None for an absent or unreadable one.
    """
    text = (header or b"").decode("latin-1").strip()
    if _SECONDS.fullmatch(text):
        return float(text)
    try:
        at_ms = instant_of_datetime(parsedate_to_datetime(text))
    except (ValueError, OverflowError):
        return None
    return max(0.0, (at_ms - now_ms) / SECOND_MS)


async def _read_to_reuse_the_connection(response: httpcore2.Response) -> None:
    read = 0
    async for part in response.aiter_stream():
        read += len(part)
        if read > _MOST_BYTES_READ:
            return


def _phrase(failure: Exception) -> str:
    """What went wrong, in words for the customer; without an inner address of the operator's network."""
    if isinstance(failure, AddressRefusedError):
        return str(failure)
    if isinstance(failure, httpcore2.ConnectError):
        text = str(failure)
        if "CERTIFICATE_VERIFY_FAILED" in text:
            return "its TLS certificate cannot be trusted"
        return text if text.startswith("the name ") else "no connection"
    if isinstance(failure, httpcore2.NetworkError):
        return "the connection broke before an answer came"
    if isinstance(failure, httpcore2.ProtocolError):
        return "what came back is no HTTP answer"
    return "its address cannot be used"
