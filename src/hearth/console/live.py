"""Live updates: one poller per customer, shared by all pages that listen.

A listener is told the newest pulse, never a backlog, so memory is bounded however slow a browser reads.
What a pulse holds is `services.live_view`'s; when a listener must go is the route's to decide.
Invariants: a customer without listeners is not polled, and a poller's failure reaches its listeners.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from hearth.core.problems import Problem
from hearth.services.live_view import Pulse

_INTERVAL_SECONDS = 1.0
_MOST_LISTENERS_PER_CUSTOMER = 100


class Listening:
    """A customer's poller, as its listeners see it."""

    def __init__(self, look: Callable[[], Pulse]) -> None:
        self._look = look
        self._newest: Pulse | None = None
        self._turned = asyncio.Condition()
        self._task = asyncio.create_task(self._poll())
        self.listeners = 0

    async def next_after(self, seen: Pulse | None, within_seconds: float) -> Pulse | None:
        """The newest pulse as soon as it differs from `seen`; `seen` itself when nothing changed in that time.

        Raises what made the poller fail.
        """
        try:
            async with asyncio.timeout(within_seconds), self._turned:
                await self._turned.wait_for(lambda: self._newest != seen or self._task.done())
        except TimeoutError:
            return seen
        if self._task.done():
            self._task.result()
        return self._newest

    def has_failed(self) -> bool:
        """A failed poller serves nobody new."""
        return self._task.done()

    def stop(self) -> None:
        """The last listener has gone."""
        self._task.cancel()

    async def _poll(self) -> None:
        # A failure ends the task; the callback wakes the listeners, who then raise it.
        asyncio.current_task().add_done_callback(lambda _: asyncio.ensure_future(self._wake()))  # type: ignore[union-attr]
        while True:
            pulse = await asyncio.to_thread(self._look)
            if pulse != self._newest:
                self._newest = pulse
                await self._wake()
            await asyncio.sleep(_INTERVAL_SECONDS)

    async def _wake(self) -> None:
        async with self._turned:
            self._turned.notify_all()


class LiveFeed:
    """All pollers of this process."""

    def __init__(self, look: Callable[[str], Pulse]) -> None:
        self._look = look
        self._by_customer: dict[str, Listening] = {}

    @asynccontextmanager
    async def listen(self, customer_id: str) -> AsyncIterator[Listening]:
        """Listens while the block runs. Raises Problem("too_many_requests") when too many of the customer do."""
        listening = self._by_customer.get(customer_id)
        if listening is None or listening.has_failed():
            listening = self._by_customer[customer_id] = Listening(lambda: self._look(customer_id))
        if listening.listeners >= _MOST_LISTENERS_PER_CUSTOMER:
            raise Problem("too_many_requests", "Too many pages are open; close some.", retry_after_seconds=60)
        listening.listeners += 1
        try:
            yield listening
        finally:
            listening.listeners -= 1
            if not listening.listeners:
                listening.stop()
                if self._by_customer.get(customer_id) is listening:
                    del self._by_customer[customer_id]
