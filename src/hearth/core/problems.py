"""Problem: a use case that was refused, with a stable code.

A problem is the caller's to mend: it names the place (a JSON pointer) and the remedy. How it looks
on the wire (RFC 9457) is the API's business. A bug of ours is never a Problem.
"""

from dataclasses import dataclass, field
from typing import Literal

Code = Literal[
    "invalid",  # 400 the input breaks a rule; see errors
    "malformed",  # 400 not readable at all
    "unauthorized",  # 401
    "forbidden",  # 403
    "not_found",  # 404
    "conflict",  # 409
    "key_reused",  # 409
    "key_in_use",  # 409
    "precondition_failed",  # 412
    "too_large",  # 413
    "unsupported_media_type",  # 415
    "too_many_requests",  # 429
    "unavailable",  # 503
]


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One thing wrong: where (JSON pointer, "" = the whole) and what to do about it."""

    pointer: str
    message: str


@dataclass(slots=True)
class Problem(Exception):  # noqa: N818 - the glossary's word
    """A refused use case. `retry_after_seconds` is set where trying again later helps."""

    code: Code
    detail: str
    errors: tuple[FieldProblem, ...] = ()
    retry_after_seconds: int | None = None
    context: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.code}: {self.detail}"


def invalid(pointer: str, message: str) -> Problem:
    """The common case: one field is wrong."""
    return Problem("invalid", message, (FieldProblem(pointer, message),))
