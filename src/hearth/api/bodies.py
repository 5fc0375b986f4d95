"""Bodies with events: read within limits, unpacked when compressed.

What they hold is the intake's to say. Invariant: neither a long body nor a small one that unpacks to a
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


async def read_body(scope: Scope, receive: Receive, limits: RequestLimits) -> bytes:
    """The request's body, unpacked. Raises Problem "too_large", "unsupported_media_type" or "malformed"."""
    encoding, length = b"", 0
    for name, value in scope["headers"]:
        if name == b"content-encoding":
            encoding = value.strip().lower()
        elif name == b"content-length":
            length = int(value) if value.isdigit() else 0
    if encoding not in (b"", b"identity", b"gzip"):
        raise Problem("unsupported_media_type", "The only Content-Encoding understood is gzip.")
    if length > limits.body_bytes:
        raise _too_large(limits.body_bytes)
    body = await _receive_all(receive, limits.body_bytes)
    if encoding != b"gzip":
        return body
    if len(body) <= _SMALL_BYTES:
        return unpack(body, limits.decompressed_bytes)
    return await run_in_threadpool(unpack, body, limits.decompressed_bytes)


async def _receive_all(receive: Receive, most_bytes: int) -> bytes:
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


def _too_large(most_bytes: int) -> Problem:
    return Problem("too_large", f"The body is larger than {most_bytes} bytes; send the events in several requests.")
