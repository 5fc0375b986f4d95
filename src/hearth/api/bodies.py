"""Bodies of requests: read within limits, and those with events unpacked when compressed.

What they hold is for others to say. Invariant: neither a long body, nor a small one that unpacks to a
long one, nor many at once take more memory than the limits allow.
"""

import asyncio
import zlib

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope

from hearth.api.parts import RequestLimits
from hearth.api.room import Hold
from hearth.core.problems import Problem

_GZIP = 16 + zlib.MAX_WBITS
# Unpacking more than this is left to a thread: it would hold up other requests.
_SMALL_BYTES = 64 * 1024
_RECEIVED_WITHIN_SECONDS = 120


async def receive_body(scope: Scope, receive: Receive, most_bytes: int, hold: Hold = lambda _size: None) -> bytes:
    """The body as it was sent. Raises Problem "too_large", unread where its length says so, "unavailable", or "malformed" for
    one that does not come to its end: who stops sending must not keep the room that others need.
    """
    if _declared_length(scope) > most_bytes:
        raise _too_large(most_bytes)
    try:
        async with asyncio.timeout(_RECEIVED_WITHIN_SECONDS):
            return await _received(receive, most_bytes, hold)
    except TimeoutError as error:
        detail = f"The body did not come within {_RECEIVED_WITHIN_SECONDS} s; send it again, or in several requests."
        raise Problem("malformed", detail) from error


async def _received(receive: Receive, most_bytes: int, hold: Hold) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > most_bytes:
            raise _too_large(most_bytes)
        hold(len(chunk))
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks)


async def receive_events(scope: Scope, receive: Receive, limits: RequestLimits, hold: Hold) -> bytes:
    """A body with events, unpacked. Raises Problem "too_large", "unavailable", "unsupported_media_type" or "malformed"."""
    encoding = next((value.strip().lower() for name, value in scope["headers"] if name == b"content-encoding"), b"")
    if encoding not in (b"", b"identity", b"gzip"):
        raise Problem("unsupported_media_type", "The only Content-Encoding understood is gzip.")
    body = await receive_body(scope, receive, limits.body_bytes, hold)
    if encoding != b"gzip":
        return body
    # Its last four bytes say how long it is unpacked; where they lie, unpacking ends there.
    most_bytes = min(int.from_bytes(body[-4:], "little") + 1, limits.decompressed_bytes)
    hold(most_bytes)
    if len(body) <= _SMALL_BYTES:
        return unpack(body, most_bytes, limits.decompressed_bytes)
    return await run_in_threadpool(unpack, body, most_bytes, limits.decompressed_bytes)


def unpack(packed: bytes, most_bytes: int, limit_bytes: int) -> bytes:
    """Gzip -> plain bytes, at most `most_bytes`. Raises Problem "too_large" where that is the limit, or "malformed"."""
    unpacking = zlib.decompressobj(_GZIP)
    try:
        plain = unpacking.decompress(packed, most_bytes)
    except zlib.error as error:
        raise Problem("malformed", "The body is not valid gzip, as its Content-Encoding says.") from error
    if unpacking.unconsumed_tail and most_bytes == limit_bytes:
        raise _too_large(limit_bytes)
    if not unpacking.eof or unpacking.unused_data:
        raise Problem("malformed", "The gzip body is cut off or followed by something else.")
    return plain


def _declared_length(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0


def _too_large(most_bytes: int) -> Problem:
    return Problem("too_large", f"The body is larger than {most_bytes} bytes; send less, or in several requests.")
