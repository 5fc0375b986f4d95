"""POST requests to addresses that customers name, and what came back, in bounded time and space.

What is sent and what follows from the answer is the callers'. The bare connection pool is used on purpose: it keeps no
cookies, follows no redirect, unpacks nothing and reads no proxy from the environment. Invariant: each connection's address
was checked by the guard.
"""

import asyncio
import ssl
from collections.abc import Sequence
from typing import NamedTuple

import httpcore2
import httpx2

from hearth import __version__
from hearth.connectors.addresses import AddressGuard, AddressRefusedError, GuardedBackend

_KEEP_IDLE_SECONDS = 30.0
_MOST_IDLE_CONNECTIONS = 256
_BROKEN = (httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.UnsupportedProtocol, AddressRefusedError, httpx2.InvalidURL)


class PostError(Exception):
    """No answer came; the text says why, in words for the customer and without an inner address of the operator's network."""


class Reply(NamedTuple):
    """An answer: its status, the headers by lower-case names (of a repeated one the first), and the beginning of its body."""

    status_code: int
    headers: dict[str, str]
    body: bytes


class Poster:
    """Sends requests over kept connections; `aclose` ends them."""

    def __init__(
        self, guard: AddressGuard, connect_seconds: float, total_seconds: float, tls: ssl.SSLContext | None = None
    ) -> None:
        self._total_seconds = total_seconds
        self._timeouts = {"connect": connect_seconds, "read": total_seconds, "write": total_seconds}
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=httpx2.create_ssl_context() if tls is None else tls,
            max_connections=None,  # how many are sent at once is the delivery loop's to bound
            max_keepalive_connections=_MOST_IDLE_CONNECTIONS,
            keepalive_expiry=_KEEP_IDLE_SECONDS,
            network_backend=GuardedBackend(guard),
        )

    def deadline(self) -> float:
        """When a request that starts now must be answered, by the event loop's clock."""
        return asyncio.get_running_loop().time() + self._total_seconds

    def late(self) -> PostError:
        """What is raised when the deadline has passed."""
        return PostError(f"no answer within {self._total_seconds:g} s")

    async def post(self, url: str, headers: Sequence[tuple[str, str]], body: bytes, *, deadline: float, most_bytes: int) -> Reply:
        """Sends and waits until the deadline; reads no more than `most_bytes` and a little. Raises PostError.

        A status that arrived is the answer, whatever became of the rest of it.
        """
        reply: Reply | None = None
        read = bytearray()
        try:
            parsed = httpx2.URL(url)
            own = [("host", parsed.netloc.decode("ascii")), ("user-agent", f"Hearth/{__version__}")]
            async with (
                asyncio.timeout_at(deadline),
                self._pool.stream(
                    "POST",
                    httpcore2.URL(scheme=parsed.raw_scheme, host=parsed.raw_host, port=parsed.port, target=parsed.raw_path),
                    headers=[(name.encode(), value.encode("utf-8")) for name, value in (*own, *headers)],
                    content=body,
                    extensions={"timeout": self._timeouts},
                ) as response,
            ):
                named = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in reversed(response.headers)}
                reply = Reply(response.status, named, b"")
                async for part in response.aiter_stream():
                    read += part
                    if len(read) > most_bytes:
                        break
        except (TimeoutError, httpcore2.TimeoutException) as late:
            if reply is None:
                raise self.late() from late
        except _BROKEN as failure:
            if reply is None:
                raise PostError(_phrase(failure)) from failure
        assert reply is not None
        return reply._replace(body=bytes(read))

    async def aclose(self) -> None:
        """Ends the kept connections."""
        await self._pool.aclose()


def _phrase(failure: Exception) -> str:
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
