"""The two batchers, with a thread and with a task: gather events, send them in arrays, lose none.

What goes when, and what follows from an answer, `backlog` decides. Invariant: after `close` every event was stored, or
`on_refused` heard of it, or EventsNotSentError has it.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from types import TracebackType
from typing import Self

import msgspec

from hearth_client import calls
from hearth_client.backlog import MOST_PER_REQUEST, Backlog, Delivery, Post, RefusedEvent
from hearth_client.client import AsyncHearthClient, HearthClient
from hearth_client.core import Pause, Retries
from hearth_client.errors import BatcherFullError, EventsNotSentError, HearthError
from hearth_client.models import Event

_ONCE = Retries(attempts=1)
_PAUSES = Retries()
_CLOSE_SECONDS = 60.0


def _dated(event: Event) -> Event:
    """With its time: the platform's would be that of sending, and another one at each repeat."""
    return event if event.timestamp is not None else msgspec.structs.replace(event, timestamp=round(time.time(), 3))


class _Batcher:
    """What both batchers are made of."""

    def __init__(
        self,
        on_refused: Callable[[RefusedEvent], None],
        most_per_request: int,
        most_pending: int,
        longest_wait_seconds: float,
        pauses: Retries,
    ) -> None:
        self._on_refused = on_refused
        self._pauses = pauses
        self._backlog = Backlog(most_per_request, most_pending, longest_wait_seconds)
        self._delivery = Delivery((), pauses)
        self._flush_to = 0
        self._is_closing = False
        self._failure: BaseException | None = None

    @property
    def pending(self) -> int:
        """How many events are neither stored nor refused yet."""
        return self._backlog.pending

    def _is_over(self) -> bool:
        return self._failure is not None or self._is_closing

    def _is_settled(self, count: int) -> bool:
        return self._failure is not None or self._backlog.settled >= count

    def _wait_seconds(self) -> float | None:
        hurry = self._is_closing or self._flush_to > self._backlog.settled
        return self._backlog.wait_seconds(time.monotonic(), hurry)

    def _begin(self) -> None:
        self._delivery = Delivery(self._backlog.take(time.monotonic()), self._pauses)

    def _settle(self) -> None:
        """Counts what was stored or refused since the last time."""
        self._backlog.settled = self._backlog.added - len(self._unsent())

    def _unsent(self) -> list[Event]:
        return self._delivery.unsent() + self._backlog.waiting()

    def _check_open(self) -> None:
        self._check_alive()
        if self._is_closing:
            raise HearthError("the batcher is closed")

    def _check_alive(self) -> None:
        if self._failure is not None:
            raise EventsNotSentError("the batcher ended", self._unsent()) from self._failure

    def _too_late(self) -> EventsNotSentError:
        return EventsNotSentError("the time to close was over", self._unsent())


class EventBatcher(_Batcher):
    """Gathers events and sends them from a thread of its own, in arrays. Threads may share it.

    A request goes as soon as `most_per_request` events are there, or the first has waited `longest_wait_seconds`. While the
    platform or the way to it is down, or says 429 or 503, it tries on; `add` waits once `most_pending` events are not sent yet.
    What the platform refuses goes to `on_refused`, called in that thread, and the others of its request are sent. A refusal that
    is no event's fault (a revoked client) or an exception of `on_refused` ends the batcher: the next `add`, `flush` or `close`
    raises EventsNotSentError.
    An event without a timestamp gets that of now. Use it as a context manager, or `close` it: what is pending when the process
    ends is lost.
    """

    def __init__(
        self,
        client: HearthClient,
        on_refused: Callable[[RefusedEvent], None],
        *,
        most_per_request: int = MOST_PER_REQUEST,
        most_pending: int = 10 * MOST_PER_REQUEST,
        longest_wait_seconds: float = 1.0,
        pauses: Retries = _PAUSES,
    ) -> None:
        super().__init__(on_refused, most_per_request, most_pending, longest_wait_seconds, pauses)
        self._client = client
        self._changed = threading.Condition()
        self._given_up = threading.Event()
        self._thread = threading.Thread(target=self._work, name="hearth-events", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def add(self, event: Event, timeout_seconds: float | None = None) -> None:
        """Takes an event; waits for room, at most so long if that is said. Raises BatcherFullError, EventsNotSentError."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._is_over() or self._backlog.has_room, timeout_seconds):
                raise BatcherFullError(f"{self.pending} events wait to be sent")
            self._check_open()
            if self._backlog.add(_dated(event), time.monotonic()):
                self._changed.notify_all()

    def add_all(self, events: Iterable[Event]) -> None:
        """Takes events one after the other, as `add` does."""
        for event in events:
            self.add(event)

    def flush(self, timeout_seconds: float | None = None) -> None:
        """Sends what was added until now at once. Raises TimeoutError when that is not done in time; it goes on."""
        with self._changed:
            self._check_alive()
            goal = self._backlog.added
            self._flush_to = max(self._flush_to, goal)
            self._changed.notify_all()
            if not self._changed.wait_for(lambda: self._is_settled(goal), timeout_seconds):
                raise TimeoutError(f"{self.pending} events wait to be sent")
            self._check_alive()

    def close(self, timeout_seconds: float | None = _CLOSE_SECONDS) -> None:
        """Sends what is pending and ends. Raises EventsNotSentError with what could not be sent in time."""
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()
        self._thread.join(timeout_seconds)
        in_time = not self._thread.is_alive()
        self._given_up.set()
        with self._changed:
            self._check_alive()
            if not in_time and self.pending:
                raise self._too_late()

    def _work(self) -> None:
        try:
            while not self._given_up.is_set() and self._next():
                self._deliver()
        except BaseException as failure:  # noqa: BLE001 - whoever calls next gets it
            with self._changed:
                self._failure = failure
                self._changed.notify_all()

    def _next(self) -> bool:
        """Waits until a request is due, and begins it; False when there is no more."""
        with self._changed:
            while (seconds := self._wait_seconds()) != 0:
                if seconds is None and self._is_closing:
                    return False
                self._changed.wait(seconds)
            self._begin()
            return True

    def _deliver(self) -> None:
        steps = self._delivery.steps()
        answer: HearthError | None = None
        while not self._given_up.is_set():
            with self._changed:
                try:
                    step = steps.send(answer)
                except StopIteration:
                    return
                finally:
                    self._settle()
                    self._changed.notify_all()
            answer = None
            match step:
                case Post(events):
                    answer = self._post(events)
                case Pause(seconds):
                    self._given_up.wait(seconds)
                case RefusedEvent():
                    self._on_refused(step)

    def _post(self, events: Sequence[Event]) -> HearthError | None:
        try:
            self._client._run(calls.take_events(events), _ONCE)
        except HearthError as error:
            return error
        return None


class AsyncEventBatcher(_Batcher):
    """The same in a task of the running loop: `add`, `flush` and `close` are awaited; `on_refused` is called in the loop."""

    def __init__(
        self,
        client: AsyncHearthClient,
        on_refused: Callable[[RefusedEvent], None],
        *,
        most_per_request: int = MOST_PER_REQUEST,
        most_pending: int = 10 * MOST_PER_REQUEST,
        longest_wait_seconds: float = 1.0,
        pauses: Retries = _PAUSES,
    ) -> None:
        super().__init__(on_refused, most_per_request, most_pending, longest_wait_seconds, pauses)
        self._client = client
        self._changed = asyncio.Condition()
        self._task = asyncio.get_running_loop().create_task(self._work(), name="hearth-events")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.close()

    async def add(self, event: Event, timeout_seconds: float | None = None) -> None:
        """Takes an event; waits for room, at most so long if that is said. Raises BatcherFullError, EventsNotSentError."""
        async with self._changed:
            try:
                async with asyncio.timeout(timeout_seconds):
                    await self._changed.wait_for(lambda: self._is_over() or self._backlog.has_room)
            except TimeoutError:
                raise BatcherFullError(f"{self.pending} events wait to be sent") from None
            self._check_open()
            if self._backlog.add(_dated(event), time.monotonic()):
                self._changed.notify_all()

    async def add_all(self, events: Iterable[Event]) -> None:
        """Takes events one after the other, as `add` does."""
        for event in events:
            await self.add(event)

    async def flush(self, timeout_seconds: float | None = None) -> None:
        """Sends what was added until now at once. Raises TimeoutError when that is not done in time; it goes on."""
        async with self._changed:
            self._check_alive()
            goal = self._backlog.added
            self._flush_to = max(self._flush_to, goal)
            self._changed.notify_all()
            async with asyncio.timeout(timeout_seconds):
                await self._changed.wait_for(lambda: self._is_settled(goal))
            self._check_alive()

    async def close(self, timeout_seconds: float | None = _CLOSE_SECONDS) -> None:
        """Sends what is pending and ends. Raises EventsNotSentError with what could not be sent in time."""
        async with self._changed:
            self._is_closing = True
            self._changed.notify_all()
        _, open_tasks = await asyncio.wait([self._task], timeout=timeout_seconds)
        if open_tasks:
            self._task.cancel()
            await asyncio.wait([self._task])
        if open_tasks and self.pending:
            raise self._too_late()
        self._check_alive()

    async def _work(self) -> None:
        try:
            while await self._next():
                await self._deliver()
        except BaseException as failure:  # noqa: BLE001 - whoever calls next gets it
            self._failure = failure
            async with self._changed:
                self._changed.notify_all()

    async def _next(self) -> bool:
        """Waits until a request is due, and begins it; False when there is no more."""
        async with self._changed:
            while (seconds := self._wait_seconds()) != 0:
                if seconds is None and self._is_closing:
                    return False
                try:
                    async with asyncio.timeout(seconds):
                        await self._changed.wait()
                except TimeoutError:
                    continue
            self._begin()
            return True

    async def _deliver(self) -> None:
        steps = self._delivery.steps()
        answer: HearthError | None = None
        while True:
            try:
                step = steps.send(answer)
            except StopIteration:
                return
            finally:
                self._settle()
                async with self._changed:
                    self._changed.notify_all()
            answer = None
            match step:
                case Post(events):
                    answer = await self._post(events)
                case Pause(seconds):
                    await asyncio.sleep(seconds)
                case RefusedEvent():
                    self._on_refused(step)

    async def _post(self, events: Sequence[Event]) -> HearthError | None:
        try:
            await self._client._run(calls.take_events(events), _ONCE)
        except HearthError as error:
            return error
        return None
