"""What a batcher decides, without a thread, a clock or a connection: which events go next, and what follows from an answer.

Invariant: an event is pending or under way until the platform has stored it or `on_refused` has heard of it; the order of
the events of a building stays.
"""

import re
from collections import deque
from collections.abc import Generator, Sequence
from dataclasses import dataclass

from hearth_client.core import Pause, Retries
from hearth_client.errors import HearthConnectionError, HearthError, HearthProblem
from hearth_client.models import Event, FieldError

MOST_PER_REQUEST = 1_000
_INDEX = re.compile(r"/([0-9]{1,6})(/.*)?")
_AT_FAULT = {"invalid", "malformed", "too_large", "http_400", "http_413"}


@dataclass(frozen=True, slots=True)
class RefusedEvent:
    """An event that the platform does not take. `errors`: what is wrong with it, by pointers into the event."""

    event: Event
    errors: tuple[FieldError, ...]
    problem: HearthProblem


@dataclass(frozen=True, slots=True)
class Post:
    """Wanted: these events sent, once. The answer is None or the error."""

    events: Sequence[Event]


class Backlog:
    """The events that wait. The times are those of any one clock, in seconds."""

    def __init__(self, most_per_request: int, most_pending: int, longest_wait_seconds: float) -> None:
        if not 1 <= most_per_request <= MOST_PER_REQUEST:
            raise ValueError(f"a request takes 1 to {MOST_PER_REQUEST} events")
        if most_pending < most_per_request or longest_wait_seconds < 0:
            raise ValueError("most_pending is at least a request's events, longest_wait_seconds at least 0")
        self.added = 0
        self.settled = 0
        self._waiting: deque[Event] = deque()
        self._due_at = 0.0
        self._most_per_request = most_per_request
        self._most_pending = most_pending
        self._longest_wait = longest_wait_seconds

    @property
    def pending(self) -> int:
        """How many are neither stored nor refused yet."""
        return self.added - self.settled

    @property
    def has_room(self) -> bool:
        """Whether another one may be added."""
        return self.pending < self._most_pending

    @property
    def is_whole_batch(self) -> bool:
        """Whether there are enough for a full request."""
        return len(self._waiting) >= self._most_per_request

    def add(self, event: Event, now: float) -> bool:
        """Takes an event; -> whether the sender should look."""
        if not self._waiting:
            self._due_at = now + self._longest_wait
        self._waiting.append(event)
        self.added += 1
        return len(self._waiting) in (1, self._most_per_request)

    def wait_seconds(self, now: float, hurry: bool) -> float | None:
        """How long until the next request is due: 0 for now, None as long as nothing is added."""
        if not self._waiting:
            return None
        return 0.0 if hurry or self.is_whole_batch else max(0.0, self._due_at - now)

    def take(self, now: float) -> list[Event]:
        """The events of the next request."""
        taken = [self._waiting.popleft() for _ in range(min(len(self._waiting), self._most_per_request))]
        self._due_at = now + self._longest_wait
        return taken

    def waiting(self) -> list[Event]:
        """Those that are in no request yet."""
        return list(self._waiting)


class Delivery:
    """The way of one request's events, through pauses, parts and refusals."""

    def __init__(self, events: Sequence[Event], retries: Retries) -> None:
        self._parts: deque[Sequence[Event]] = deque([events] if events else [])
        self._refused: deque[RefusedEvent] = deque()
        self._retries = retries

    def unsent(self) -> list[Event]:
        """Those neither stored nor refused."""
        return [each.event for each in self._refused] + [event for part in self._parts for event in part]

    def steps(self) -> Generator[Post | Pause | RefusedEvent, HearthError | None, None]:
        """What is to be done, until all are stored or refused. Raises an error that repeating or leaving out does not help."""
        failures = 0
        while self._parts:
            part = self._parts[0]
            error = yield Post(part)
            if error is None:
                self._parts.popleft()
                failures = 0
                continue
            named = _named(error, len(part))
            if _will_pass(error):
                if 0 < len(named) < len(part):  # a building that sends too much does not hold the others up
                    self._replace([event for index, event in enumerate(part) if index not in named], [part[i] for i in named])
                    continue
                failures += 1
                yield Pause(self._retries.pause_seconds(failures, getattr(error, "retry_after_seconds", None)))
            elif isinstance(error, HearthProblem) and named:
                self._replace([event for index, event in enumerate(part) if index not in named])
                yield from self._refuse([RefusedEvent(part[i], tuple(errors), error) for i, errors in named.items()])
            elif isinstance(error, HearthProblem) and error.code in _AT_FAULT:
                if len(part) == 1:
                    self._parts.popleft()
                    yield from self._refuse([RefusedEvent(part[0], error.errors, error)])
                else:
                    self._replace(part[: len(part) // 2], part[len(part) // 2 :])
            else:
                raise error

    def _refuse(self, refused: Sequence[RefusedEvent]) -> Generator[RefusedEvent, HearthError | None, None]:
        self._refused.extend(refused)
        while self._refused:
            yield self._refused[0]
            self._refused.popleft()

    def _replace(self, *parts: Sequence[Event]) -> None:
        self._parts.popleft()
        self._parts.extendleft(part for part in reversed(parts) if part)


def _will_pass(error: HearthError) -> bool:
    if isinstance(error, HearthProblem):
        return error.status == 429 or error.status >= 500
    return isinstance(error, HearthConnectionError)


def _named(error: HearthError, count: int) -> dict[int, list[FieldError]]:
    """The events that a problem names by their index, each with its errors, which then point into the event."""
    found: dict[int, list[FieldError]] = {}
    for one in error.errors if isinstance(error, HearthProblem) else ():
        match = _INDEX.fullmatch(one.pointer)
        if match is not None and int(match[1]) < count:
            inner = FieldError(pointer=match[2] or "", detail=one.detail, code=one.code, hint=one.hint)
            found.setdefault(int(match[1]), []).append(inner)
    return dict(sorted(found.items()))
