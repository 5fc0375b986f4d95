"""Room for the bodies of requests: what is received at one time is bounded, however many send.

Whoever finds none is told to come back; what is too large for one request alone is for the bodies to say. Invariants: all that
is held is given back when its request is answered, whatever became of it; and one customer alone never takes all.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from hearth.core.problems import Problem

Hold = Callable[[int], None]
"""Called with the bytes that a request comes to hold. Raises Problem "unavailable" where they do not fit in."""

_MOST_BYTES = 64 * 1024 * 1024
_COME_BACK_SECONDS = 2


class Room:
    """How many bytes of bodies are in memory at once, of all requests together. Used on the event loop alone."""

    def __init__(self, most_bytes: int = _MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._most_of_one = most_bytes // 2
        self._held_bytes = 0
        self._held_of = Counter[str]()

    @contextmanager
    def shared(self, customer_id: str) -> Iterator[Hold]:
        """For as long as a request is served: what it holds. The only one of a customer may hold more than its half."""
        own_bytes = 0

        def hold(size: int) -> None:
            nonlocal own_bytes
            of_customer = self._held_of[customer_id]
            is_too_much = of_customer > own_bytes and of_customer + size > self._most_of_one
            if is_too_much or (self._held_bytes > own_bytes and self._held_bytes + size > self._most_bytes):
                detail = "More is sent at present than there is room for; nothing was stored. Send it again."
                raise Problem("unavailable", detail, retry_after_seconds=_COME_BACK_SECONDS)
            self._held_bytes += size
            self._held_of[customer_id] += size
            own_bytes += size

        try:
            yield hold
        finally:
            self._held_bytes -= own_bytes
            self._held_of[customer_id] -= own_bytes
            if not self._held_of[customer_id]:
                del self._held_of[customer_id]
