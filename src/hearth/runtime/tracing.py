"""Which request the present work is done for, and the protocol by which its way is traced.

The frame around all routes sets `current_request`; it follows the request into threads, so that a log line names the
request that caused it, and the live driver takes its trace along. Invariant: without a tracer, and for a request that
chance has not picked, tracing costs a look at None.
"""

from contextvars import ContextVar
from typing import NamedTuple, Protocol


class CurrentRequest(NamedTuple):
    """`trace_parent`: the span of the request (W3C traceparent), where it is traced."""

    request_id: str
    trace_parent: str | None = None


current_request: ContextVar[CurrentRequest | None] = ContextVar("current_request", default=None)


def current_trace_parent() -> str | None:
    """The span of the request that is being served, if it is traced."""
    request = current_request.get()
    return None if request is None else request.trace_parent


class Span(Protocol):
    """One step of a trace."""

    @property
    def trace_parent(self) -> str:
        """As a W3C traceparent, for the steps below it."""

    def end(self, **attributes: str | int) -> None: ...


class Tracer(Protocol):
    """Begins spans and sends them away when they have ended. From any thread."""

    def begin_request(self, name: str, caller: str | None) -> Span | None:
        """The first span of a trace, or one below the caller's traceparent; None for the requests that chance leaves out."""

    def begin(self, name: str, parent: str) -> Span:
        """A span below `parent`, a traceparent."""
