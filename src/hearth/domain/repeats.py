"""A request that may come again, and what was answered to it. The request and its key are known by their hashes alone."""

import msgspec


class KeptAnswer(msgspec.Struct, frozen=True):
    """What was answered to a request."""

    status: int
    headers: dict[str, str]
    body: bytes


class KeyedRequest(msgspec.Struct, frozen=True):
    """A request of a customer with an Idempotency-Key. `answer`: None while it is under way."""

    key_hash: str
    request_hash: str
    expires_at_ms: int
    answer: KeptAnswer | None = None
