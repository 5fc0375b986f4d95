"""Each request's frame: its id, its line in the access log, its figures, its trace, and the answer to a bug of ours.

Pure ASGI and the outermost layer. Invariants: every response carries `X-Request-Id`, and what is left of its customer's rate; a
log line has the path without its query, for the token's GET form carries a secret there, and no link of a mail; no answer shows
our internals. Events that were taken in are logged at the level DEBUG only: a line costs several times the request.
"""

import logging
import re
from urllib.parse import quote

import structlog
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hearth.api.problems import fault_response
from hearth.api.requests import REQUEST_KEY, RequestFacts
from hearth.core.clock import Clock, Identities
from hearth.core.instants import SECOND_MS
from hearth.runtime.metrics import IngestMetrics
from hearth.runtime.tracing import CurrentRequest, Tracer, current_request
from hearth.services.access import TOKEN_PATH
from hearth.services.request_rates import Rate
from hearth.services.stop_links import STOP_PATH

_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_CLIENT_WENT_AWAY = 499
_PROBLEM_FROM = 400
_NO_ROUTE = "none"

_LOGGER = "hearth.api"
log = structlog.stdlib.get_logger(_LOGGER)


class RequestFrame:
    """Gives each HTTP request its id, logs one line for it, and answers 500 where the application raised."""

    def __init__(self, app: ASGIApp, clock: Clock, identities: Identities, metrics: IngestMetrics, tracer: Tracer | None) -> None:
        self._app = app
        self._metrics = metrics
        self._tracer = tracer
        self._clock = clock
        self._identities = identities

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started_ms = self._clock.now_ms()
        facts = RequestFacts(_given_id(scope) or self._identities.new_id())
        scope[REQUEST_KEY] = facts
        span = self._tracer.begin_request("request", _header(scope, b"traceparent")) if self._tracer is not None else None
        current = current_request.set(CurrentRequest(facts.request_id, None if span is None else span.trace_parent))
        request_id_header = (b"x-request-id", facts.request_id.encode())
        status = 0
        answered_ms: int | None = None

        async def send_with_id(message: Message) -> None:
            nonlocal status, answered_ms
            if message["type"] == "http.response.start":
                answered_ms = self._clock.now_ms()
                status = message["status"]
                # The server may keep an access log of its own: it writes its line from this scope, after us.
                if scope["path"] == TOKEN_PATH:
                    scope["query_string"] = b""
                elif scope["path"].startswith(STOP_PATH + "/"):
                    scope["path"], scope["raw_path"] = STOP_PATH, STOP_PATH.encode()
                rate = () if facts.rate is None else _rate_headers(facts.rate)
                ours = (request_id_header, (b"x-content-type-options", b"nosniff"), *rate)
                message["headers"] = [*message["headers"], *ours]
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        except ClientDisconnect:
            status = _CLIENT_WENT_AWAY
        except Exception:
            log.exception("request failed", method=scope["method"], path=_path(scope), request_id=facts.request_id)
            if status:  # the response had begun: only breaking it off tells the client
                raise
            await fault_response(facts.request_id)(scope, receive, send_with_id)
        finally:
            ended_ms, route = self._clock.now_ms(), facts.route or _route(scope)
            seconds = ((answered_ms or ended_ms) - started_ms) / SECOND_MS
            self._metrics.note_request(route, scope["method"], status or _CLIENT_WENT_AWAY, seconds)
            if span is not None:
                span.end(request_id=facts.request_id, method=scope["method"], route=route, status=status or _CLIENT_WENT_AWAY)
            if not facts.is_frequent or status >= _PROBLEM_FROM or logging.getLogger(_LOGGER).isEnabledFor(logging.DEBUG):
                log.info(
                    "request",
                    method=scope["method"],
                    path=_path(scope),
                    status=status or _CLIENT_WENT_AWAY,
                    duration_ms=ended_ms - started_ms,
                    request_id=facts.request_id,
                    customer_id=facts.customer_id,
                )
            current_request.reset(current)


def _rate_headers(rate: Rate) -> tuple[tuple[bytes, bytes], ...]:
    """RateLimit-Limit, -Remaining and -Reset."""
    return (
        (b"ratelimit-limit", b"%d" % rate.limit),
        (b"ratelimit-remaining", b"%d" % rate.remaining),
        (b"ratelimit-reset", b"%d" % rate.reset_seconds),
    )


def _given_id(scope: Scope) -> str | None:
    value = _header(scope, b"x-request-id")
    return value if value is not None and _REQUEST_ID.fullmatch(value) else None


def _header(scope: Scope, wanted: bytes) -> str | None:
    for name, value in scope["headers"]:
        if name == wanted:
            return str(value, "latin-1")
    return None


def _route(scope: Scope) -> str:
    """The template of the route that was taken, for what a client writes into a path is no name of a figure."""
    path = getattr(scope.get("route"), "path_format", None)
    return _NO_ROUTE if path is None else scope.get("root_path", "") + path


def _path(scope: Scope) -> str:
    path: str = scope["path"]
    if path.startswith(STOP_PATH + "/"):
        return STOP_PATH + "/…"
    return path if path.isprintable() else quote(path)
