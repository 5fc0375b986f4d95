"""Bodies of requests: read within limits, and those with events unpacked when compressed.

What they hold is for others to say. Invariant: neither a long body nor a small one that unpacks to a
long one takes more memory than the limits allow.
"""

import zlib

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope

from hearth.api.parts import RequestLimits
from hearth.core.problems import Problem

_GZIP = 16 + zlib.MAX_WBITS
# Unpacking more than this is left to a thread: it would hold up other requests.
_SMALL_BYTES = 64 * 1024


async def receive_body(scope: Scope, receive: Receive, most_bytes: int) -> bytes:
    """The body as it was sent. Raises Problem "too_large"; a length declared too long is refused unread."""
    if _declared_length(scope) > most_bytes:
        raise _too_large(most_bytes)
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
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks)


async def receive_events(scope: Scope, receive: Receive, limits: RequestLimits) -> bytes:
    """A body with events, unpacked. Raises Problem "too_large", "unsupported_media_type" or "malformed"."""
    encoding = next((value.strip().lower() for name, value in scope["headers"] if name == b"content-encoding"), b"")
    if encoding not in (b"", b"identity", b"gzip"):
        raise Problem("unsupported_media_type", "The only Content-Encoding understood is gzip.")
    body = await receive_body(scope, receive, limits.body_bytes)
    if encoding != b"gzip":
        return body
    if len(body) <= _SMALL_BYTES:
        return unpack(body, limits.decompressed_bytes)
    return await run_in_threadpool(unpack, body, limits.decompressed_bytes)


def unpack(packed: bytes, most_bytes: int) -> bytes:
    """Gzip -> plain bytes, at most `most_bytes`. Raises Problem "too_large" or "malformed"."""
    unpacking = zlib.decompressobj(_GZIP)
    try:
        plain = unpacking.decompress(packed, most_bytes)
    except zlib.error as error:
        raise Problem("malformed", "The body is not valid gzip, as its Content-Encoding says.") from error
    if unpacking.unconsumed_tail:
        raise _too_large(most_bytes)
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
