"""How one call is carried out, without any input or output: what to send, when to repeat, what an answer means.

`perform` is a generator. It yields what has to be done (`Authorize`, `Send`, `Pause`) and is sent what came of it; the clients,
plain and async, only do as it says. Invariant: a call that changes something is repeated only if it cannot have
been carried out, or if carrying it out twice is the same as once.
"""

import gzip
import logging
import random
import re
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Generic, TypeVar, cast
from urllib.parse import parse_qsl, quote, urlsplit

import httpx2
import msgspec

from hearth_client.errors import HearthConnectionError, HearthError, HearthProblem, UnexpectedAnswerError, problem_of, raised_as
from hearth_client.models import Event, ProblemDocument

T = TypeVar("T")
Item = TypeVar("Item")

Instant = int | float | str | datetime
"""Epoch seconds, ISO 8601 with an offset, or a datetime with a time zone."""

log = logging.getLogger("hearth_client")

_LINES = "application/x-ndjson"
_WORTH_PACKING_BYTES = 2_048
_NEXT = re.compile(r'<([^>]*)>\s*;[^,]*\brel="?next"?')
# The request had not been sent when one of these came.
_BEFORE_SENDING = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError, httpx2.UnsupportedProtocol)


@dataclass(frozen=True, slots=True)
class Retries:
    """How often and how long a call is tried.

    `attempts`: in all, at least 1. Pauses double from the first to the longest, each cut by up to a half at random. A
    `Retry-After` is obeyed, unless it is longer than `longest_retry_after_seconds`: then the problem is raised at once, with
    `retry_after_seconds`.
    """

    attempts: int = 6
    first_pause_seconds: float = 0.5
    longest_pause_seconds: float = 30.0
    longest_retry_after_seconds: float = 120.0

    def pause_seconds(self, failures: int, retry_after_seconds: float | None) -> float:
        """How long to wait after so many failures in a row."""
        grown = min(self.longest_pause_seconds, self.first_pause_seconds * 2.0 ** min(failures - 1, 30))
        jittered = grown * random.uniform(0.5, 1.0)  # noqa: S311 - no secret is made of it
        # Never before the time the platform named, and not all clients at the same moment after it.
        return jittered if retry_after_seconds is None else retry_after_seconds + jittered * 0.2


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """One call of the API. `answer`: what its body is read as (bytes and str: as it came), None where there is none.

    `is_repeatable`: twice is the same as once. `line`: what its lines of progress are read as, where it has any.
    """

    method: str
    path: str
    answer: type[T] | None
    query: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    content_type: str = "application/json"
    is_repeatable: bool = False
    is_packed: bool = False
    is_public: bool = False
    line: Any = None
    on_progress: Callable[[Any], None] | None = None
    headers: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Authorize:
    """Wanted: an access token, other than the one that was refused. The answer is its text."""

    refused: str | None


@dataclass(frozen=True, slots=True)
class Send:
    """Wanted: this request sent. The answer is a Reply, or what the transport raised.

    `on_line` is told each line of a reply in lines.
    """

    method: str
    target: str
    headers: httpx2.Headers
    body: bytes | None
    on_line: Callable[[str], None] | None


@dataclass(frozen=True, slots=True)
class Pause:
    """Wanted: so long a wait."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T]):
    """What a call gave, and the call that gives the next page, if there is one."""

    value: T
    following: "Call[T] | None"


Steps = Generator[Authorize | Send | Pause, Any, Outcome[T]]


def perform(call: Call[T], retries: Retries) -> Steps[T]:
    """Carries a call out. Raises HearthError."""
    token: str | None = None
    failures, was_renewed, may_be_done = 0, False, False
    while True:
        if token is None and not call.is_public:
            token = cast(str, (yield Authorize(None)))
        lines = _Lines(call)
        reply = yield _request(call, token, lines)
        if isinstance(reply, Reply) and reply.status < 300 and is_in_lines(reply.headers) and lines.result is None:
            reply = httpx2.RemoteProtocolError("the answer ended before its last line")
        if isinstance(reply, httpx2.RequestError):
            was_sent = not isinstance(reply, _BEFORE_SENDING)
            may_be_done = may_be_done or was_sent
            error: HearthError = HearthConnectionError(
                f"{call.method} {call.path}: {type(reply).__name__}: {reply}", may_be_done=may_be_done
            )
            error.__cause__ = reply
            retry_after, may_repeat = None, call.is_repeatable or not was_sent
        else:
            if reply.status == 401 and token is not None and not was_renewed:
                was_renewed = True
                token = cast(str, (yield Authorize(token)))
                continue
            if reply.status == 404 and call.method == "DELETE" and may_be_done:
                reply = Reply(204, reply.headers, b"")  # the attempt before did it, and its answer was lost
            if reply.status < 300:
                return lines.outcome(reply) if lines.result is not None else _outcome(call, reply)
            retry_after = retry_after_seconds(reply.headers.get("retry-after"))
            error = problem_of(reply.status, reply.body, reply.headers.get("x-request-id", ""), retry_after)
            is_under_way = isinstance(error, HearthProblem) and error.code == "key_in_use"
            if is_under_way:
                retry_after = None  # it names the least there is; the first request may be as long as it likes: pauses grow
            # 429 and 503 say that nothing was done, and so does a key whose first request is under way.
            may_repeat = reply.status in (429, 503) or is_under_way or (reply.status >= 500 and call.is_repeatable)
            may_be_done = may_be_done or (reply.status >= 500 and reply.status != 503)
        failures += 1
        if not may_repeat or failures >= retries.attempts or (retry_after or 0.0) > retries.longest_retry_after_seconds:
            raise error
        pause = retries.pause_seconds(failures, retry_after)
        log.info("%s %s failed (%s); again in %.1f s", call.method, call.path, _brief(error), pause)
        yield Pause(pause)


def _brief(error: HearthError) -> str:
    return f"{error.status} {error.code}" if isinstance(error, HearthProblem) else type(error.__cause__).__name__


def _request(call: Call[Any], token: str | None, lines: "_Lines[Any]") -> Send:
    accept = "*/*" if call.answer in (bytes, str) else "application/json"
    headers = httpx2.Headers({"accept": _LINES if call.line is not None else accept, **(call.headers or {})})
    body = call.body
    if token is not None:
        headers["authorization"] = f"Bearer {token}"
    if body is not None:
        headers["content-type"] = call.content_type
        if call.is_packed and len(body) > _WORTH_PACKING_BYTES:
            body = gzip.compress(body, compresslevel=1)
            headers["content-encoding"] = "gzip"
    query = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in call.query)
    target = f"{call.path}?{query}" if query else call.path
    return Send(call.method, target, headers, body, lines.take if call.line is not None else None)


def _outcome(call: Call[T], reply: Reply) -> Outcome[T]:
    if call.answer is None:
        return Outcome(cast(T, None), None)
    if call.answer is bytes:
        return Outcome(cast(T, reply.body), None)
    if call.answer is str:
        return Outcome(cast(T, reply.body.decode()), None)
    value = _decoded(call, reply.body, call.answer)
    return Outcome(value, _following(call, reply.headers.get("link", "")))


def _decoded(call: Call[Any], body: bytes | str, expected: type[Item]) -> Item:
    try:
        return msgspec.json.decode(body, type=expected)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UnexpectedAnswerError(f"{call.method} {call.path}: the answer is not as the API describes it: {error}") from error


def _following(call: Call[T], link: str) -> Call[T] | None:
    """The call of the next page. Only the link's query is taken: the token goes to nobody but the platform."""
    found = _NEXT.search(link)
    if found is None:
        return None
    return replace(call, query=tuple(parse_qsl(urlsplit(found[1]).query, keep_blank_values=True)))


class _Last(msgspec.Struct):
    """A line of an answer in lines: the last one has a result or a problem."""

    result: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    problem: ProblemDocument | msgspec.UnsetType = msgspec.UNSET


class _Lines(Generic[T]):
    """The lines of one answer: tells the progress, keeps the last one."""

    def __init__(self, call: Call[T]) -> None:
        self._call = call
        self.result: bytes | None = None

    def take(self, line: str) -> None:
        """One line. Raises HearthProblem when it is a refusal."""
        if not line.strip():
            return
        last = _decoded(self._call, line, _Last)
        if isinstance(last.problem, ProblemDocument):
            raise raised_as(last.problem)
        if isinstance(last.result, msgspec.Raw):
            self.result = bytes(last.result)
        elif self._call.on_progress is not None:
            self._call.on_progress(_decoded(self._call, line, self._call.line))

    def outcome(self, reply: Reply) -> Outcome[T]:
        """What the last line says."""
        assert self.result is not None
        return _outcome(self._call, Reply(reply.status, reply.headers, self.result))


def is_in_lines(headers: Mapping[str, str]) -> bool:
    """Whether a reply comes in lines."""
    return headers.get("content-type", "").startswith(_LINES)


def retry_after_seconds(text: str | None) -> float | None:
    """A `Retry-After` header, seconds or an HTTP date -> seconds from now, at least 0; None for none and for nonsense."""
    if text is None:
        return None
    if re.fullmatch(r"[0-9]{1,9}", text.strip()):
        return float(text)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (at - datetime.now(UTC)).total_seconds()) if at.tzinfo else None


def path_of(template: str, *values: str | int) -> str:
    """A path with its values filled in. Raises ValueError for one that would make it another path."""
    texts = [str(value) for value in values]
    for text in texts:
        if text in ("", ".", ".."):
            raise ValueError(f"{text!r} is no id")
    return template.format(*(quote(text, safe="") for text in texts))


def are_dated(events: Event | Sequence[Event]) -> bool:
    """Whether each event has its timestamp: without one a repeat would be another event, at another time of the platform."""
    return all(each.timestamp is not None for each in ([events] if isinstance(events, Event) else events))


def key_of(idempotency_key: str | None) -> dict[str, str] | None:
    """The header that makes a repeat harmless, where a key is given."""
    return None if idempotency_key is None else {"idempotency-key": idempotency_key}


def query_of(values: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Parameters that are set, as texts; a list is repeated. Raises ValueError for a datetime without a time zone."""
    pairs: list[tuple[str, str]] = []
    for name, value in values.items():
        several = value if isinstance(value, Sequence) and not isinstance(value, str) else [value]
        pairs += [(name, _query_text(each)) for each in several if each is not None]
    return tuple(pairs)


def _query_text(value: Any) -> str:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone; make it with datetime(…, tzinfo=…)")
        value = value.timestamp()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return value.isoformat() if isinstance(value, date) else str(value)
