"""Requests that are sent again: an Idempotency-Key makes one that creates something happen once.

Decides how long a key is remembered, and what a repeat gets. Only what succeeded is remembered; a refused request leaves its
key free. Neither key nor request is kept, only their hashes; an answer about a building is erased with it. A process that
dies between creating and remembering leaves the key taken for `UNDER_WAY_MS`; then the request counts as new.
"""

from hashlib import sha256

from hearth.core.clock import Clock
from hearth.core.instants import DAY_MS, MINUTE_MS
from hearth.core.problems import Problem, invalid
from hearth.domain.repeats import KeptAnswer, KeyedRequest
from hearth.ports import Store

LONGEST_KEY = 255
KEPT_MS = DAY_MS
UNDER_WAY_MS = MINUTE_MS


class Repeats:
    """Remembers, for a day, what was answered to requests with a key."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def begin(self, customer_id: str, key: str, request: bytes) -> KeptAnswer | None:
        """The answer that this request got before; None: it is new, and to be ended with `keep` or `forget`.

        `request`: all that makes it this one. Raises Problem "invalid" for a key that is none, "key_reused" where it came with
        another request, "key_in_use" while that is still under way.
        """
        if not key or len(key) > LONGEST_KEY or not key.isprintable():
            raise invalid("", f"Idempotency-Key must have 1 to {LONGEST_KEY} characters, such as a random UUID.")
        now_ms = self._clock.now_ms()
        asked = KeyedRequest(_hash(key.encode()), _hash(request), now_ms + UNDER_WAY_MS)
        with self._store.write(durable=False) as session:
            known = session.keyed_requests.add(customer_id, asked, now_ms)
        if known is None:
            return None
        if known.request_hash != asked.request_hash:
            raise Problem("key_reused", "This Idempotency-Key was sent with another request; take a new key for each request.")
        if known.answer is None:
            raise Problem("key_in_use", "The first request with this Idempotency-Key is still under way.", retry_after_seconds=1)
        return known.answer

    def keep(self, customer_id: str, key: str, answer: KeptAnswer, building_id: str | None) -> None:
        """Remembers the answer for a day; one about a building no longer than the building."""
        with self._store.write() as session:
            expires_at_ms = self._clock.now_ms() + KEPT_MS
            session.keyed_requests.keep_answer(customer_id, _hash(key.encode()), answer, building_id, expires_at_ms)

    def forget(self, customer_id: str, key: str) -> None:
        """Frees the key of a request that was refused."""
        with self._store.write(durable=False) as session:
            session.keyed_requests.delete(customer_id, _hash(key.encode()))

    def prune_for_operator(self) -> None:
        """Forgets all whose day is over."""
        with self._store.write(durable=False) as session:
            session.keyed_requests.delete_expired_for_operator(self._clock.now_ms())


def _hash(value: bytes) -> str:
    return sha256(value).hexdigest()
