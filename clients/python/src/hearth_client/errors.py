"""What can go wrong, as exceptions: a refusal by the platform, no answer from it, events that were not sent.

Invariant: no exception holds a secret or an access token in its text or fields.
"""

from collections.abc import Sequence
from http import HTTPStatus

import msgspec

from hearth_client.models import Event, FieldError, ProblemDocument

_PREFIX = "urn:hearth:problem:"


class HearthError(Exception):
    """Whatever this client raises about the platform."""


class HearthConnectionError(HearthError):
    """No whole answer came. `may_be_done`: the request may have reached the platform and been carried out."""

    def __init__(self, detail: str, *, may_be_done: bool) -> None:
        super().__init__(detail)
        self.may_be_done = may_be_done


class UnexpectedAnswerError(HearthError):
    """A success whose body is not what the API describes: it does not come from Hearth, or from a much newer one."""


class HearthProblem(HearthError):
    """The platform refused (RFC 9457). Decide by `code` and `status`, never by the words.

    `code` is the last part of the document's `type`, such as "invalid". Where the answer was no problem document, for
    instance that of a proxy, it is `http_<status>`. `errors`: each place in the request that is wrong, by a JSON pointer.
    """

    def __init__(self, document: ProblemDocument, retry_after_seconds: float | None = None) -> None:
        super().__init__(document)
        self.code = document.type.removeprefix(_PREFIX)
        self.status = document.status
        self.title = document.title
        self.detail = document.detail
        self.errors: tuple[FieldError, ...] = tuple(document.errors)
        self.request_id = document.request_id
        self.retry_after_seconds = retry_after_seconds

    def __str__(self) -> str:
        lines = [f"{self.status} {self.code}: {self.detail} (request {self.request_id or 'unknown'})"]
        lines += [f"  {error.pointer or error.parameter or '/'}: {error.detail}" for error in self.errors]
        return "\n".join(lines)


class InvalidRequest(HearthProblem):
    """400, 413, 415: mend the request; sending it again does not help."""


class Unauthorized(HearthProblem):
    """401: the client's id or secret is wrong, or the client was revoked."""


class Forbidden(HearthProblem):
    """403: the client lacks a scope, or the body names another customer."""


class NotFound(HearthProblem):
    """404: the id is unknown."""


class Conflict(HearthProblem):
    """409: it exists already, or somebody else changed it meanwhile."""


class TooManyRequests(HearthProblem):
    """429, after all repeats: nothing was stored."""


class Unavailable(HearthProblem):
    """503, after all repeats: nothing was stored."""


_KINDS: dict[int, type[HearthProblem]] = {
    400: InvalidRequest,
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    413: InvalidRequest,
    415: InvalidRequest,
    429: TooManyRequests,
    503: Unavailable,
}


class EventsNotSentError(HearthError):
    """A batcher ended before all was sent: `unsent` has the events, in order; `__cause__` says why, if not for want of time."""

    def __init__(self, detail: str, unsent: Sequence[Event]) -> None:
        super().__init__(f"{detail}; {len(unsent)} events are not sent")
        self.unsent = list(unsent)


class BatcherFullError(HearthError):
    """No room for an event within the time that was given; it was not taken."""


def problem_of(status: int, body: bytes, request_id: str, retry_after_seconds: float | None) -> HearthProblem:
    """The exception for an answer that is no success."""
    try:
        document = msgspec.json.decode(body, type=ProblemDocument)
    except msgspec.DecodeError:  # a ValidationError is one too
        phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else "Refused"
        detail = f"{phrase}. The answer is no problem document: it may come from something between you and Hearth."
        document = ProblemDocument(
            type=f"http_{status}", title=phrase, status=status, detail=detail, errors=[], request_id=request_id
        )
    return raised_as(document, retry_after_seconds)


def raised_as(document: ProblemDocument, retry_after_seconds: float | None = None) -> HearthProblem:
    """The exception of a problem document, of the class of its status."""
    return _KINDS.get(document.status, HearthProblem)(document, retry_after_seconds)
