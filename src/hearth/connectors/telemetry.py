"""Log lines: how they look, where they go (standard error), and what never stands in one.

Whoever logs names identifiers and counts, never texts or event values. As a second line of defence
every line passes a filter that blanks values under telling keys and `secret=…` inside messages.
"""

import logging
import re
import sys
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor

from hearth.runtime.tracing import current_request

_HIDDEN = "[hidden]"
_TELLING = re.compile(r"secret|password|passwd|authorization|token|cookie|api[_-]?key|private[_-]?key|signature", re.IGNORECASE)
_IN_TEXT = re.compile(
    r"(?P<name>[\w-]*(?:secret|password|passwd|token|api[_-]?key)[\w-]*[\"']?\s*[=:]\s*[\"']?)[^\s&\"',;)}\]]+", re.IGNORECASE
)
_HEADER_IN_TEXT = re.compile(r"\b(?P<scheme>Bearer|Basic)\s+[\w.~+/=-]{8,}", re.IGNORECASE)
_WEBHOOK_SECRET_IN_TEXT = re.compile(r"whsec_[A-Za-z0-9+/=]+")

# These write the full address of each request at INFO; an address may carry the customer's own token.
_QUIET = ("httpx2", "httpcore2", "asyncio")


def configure_logging(json: bool, level: str = "INFO", stream: TextIO | None = None) -> None:
    """Sends every logger (structlog's and the standard library's) through one chain to standard error.

    `json` gives one object a line, otherwise lines for people. Raises ValueError for an unknown level.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        _name_request,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        # Formatted here, and without local variables, so that the filter sees the whole line.
        structlog.processors.format_exc_info,
        hide_secrets,
    ]
    out = sys.stderr if stream is None else stream
    renderer: Processor = structlog.processors.JSONRenderer() if json else structlog.dev.ConsoleRenderer(colors=out.isatty())
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.setLevel(level.upper())
    root.handlers[:] = [handler]
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def _name_request(_logger: object, _method: str, line: EventDict) -> EventDict:
    """Whatever is logged on behalf of a request names it, and its trace where it has one."""
    request = current_request.get()
    if request is not None:
        line.setdefault("request_id", request.request_id)
        if request.trace_parent is not None:
            line.setdefault("trace_id", request.trace_parent.split("-")[1])
    return line


def hide_secrets(_logger: object, _method: str, line: EventDict) -> EventDict:
    """A structlog processor: blanks what a log must not hold, however deep it lies."""
    return {key: _hidden(key, value) for key, value in line.items()}


def _hidden(key: object, value: Any) -> Any:
    if isinstance(key, str) and not key.startswith("_") and _TELLING.search(key) and value is not None:
        return _HIDDEN
    if isinstance(value, str):
        return _hidden_text(value)
    if isinstance(value, dict):
        return {inner_key: _hidden(inner_key, inner) for inner_key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_hidden(None, inner) for inner in value]
    return value


def _hidden_text(text: str) -> str:
    text = _IN_TEXT.sub(rf"\g<name>{_HIDDEN}", text)
    text = _HEADER_IN_TEXT.sub(rf"\g<scheme> {_HIDDEN}", text)
    return _WEBHOOK_SECRET_IN_TEXT.sub(_HIDDEN, text)
