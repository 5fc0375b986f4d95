"""Traces over OTLP: implements `runtime.tracing.Tracer` with OpenTelemetry, which is imported when a tracer is opened.

Chance decides per request whether it is traced; what is below a traced step always is. Ended spans are sent in batches
from a thread of the library; where nobody takes them they are dropped. Invariant: no text, value or secret is in a span.
"""

import random
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from hearth.core.problems import Problem, invalid

if TYPE_CHECKING:
    from opentelemetry import trace
    from opentelemetry.context import Context

_PATH = "/v1/traces"
_TIMEOUT_SECONDS = 5


class OtlpSpan:
    """Implements `runtime.tracing.Span`."""

    def __init__(self, span: "trace.Span") -> None:
        self._span = span

    @property
    def trace_parent(self) -> str:
        """As a W3C traceparent."""
        context = self._span.get_span_context()
        return f"00-{context.trace_id:032x}-{context.span_id:016x}-01"

    def end(self, **attributes: str | int) -> None:
        """Ends it, with what is known of it now."""
        self._span.set_attributes({f"hearth.{name}": value for name, value in attributes.items()})
        self._span.end()


class OtlpTracer:
    """Implements `runtime.tracing.Tracer`."""

    def __init__(self, endpoint: str, one_in: int) -> None:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
        from opentelemetry.sdk.trace.sampling import ALWAYS_ON
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        self._one_in = one_in
        self._provider = TracerProvider(sampler=ALWAYS_ON, resource=Resource.create({"service.name": "hearth"}))
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint, timeout=_TIMEOUT_SECONDS)))
        self._tracer = self._provider.get_tracer("hearth")
        self._propagator = TraceContextTextMapPropagator()

    def begin_request(self, name: str, caller: str | None) -> OtlpSpan | None:
        """The first span of a trace, or one below the caller's; None for the requests that chance leaves out."""
        if self._one_in > 1 and random.random() * self._one_in >= 1:  # noqa: S311 - no secret
            return None
        return OtlpSpan(self._tracer.start_span(name, self._below(caller)))

    def begin(self, name: str, parent: str) -> OtlpSpan:
        """A span below `parent`."""
        return OtlpSpan(self._tracer.start_span(name, self._below(parent)))

    def _below(self, trace_parent: str | None) -> "Context":
        from opentelemetry.context import Context

        # An own context each time: what is current on the thread is none of ours. A traceparent that is none begins a trace.
        return self._propagator.extract({} if trace_parent is None else {"traceparent": trace_parent}, Context())

    def close(self) -> None:
        """Sends what has ended, then stops."""
        self._provider.shutdown()


def open_tracer(endpoint: str, one_in: int) -> OtlpTracer:
    """A tracer that sends to `endpoint` (http://collector:4318) one request in `one_in`. Raises Problem."""
    url = urlsplit(endpoint)
    if url.scheme not in ("http", "https") or not url.hostname:
        raise invalid("/otlp_endpoint", "otlp_endpoint must be an address such as http://localhost:4318")
    if one_in < 1:
        raise invalid("/trace_one_in", "trace_one_in must be 1 (each request) or more")
    try:
        return OtlpTracer(endpoint if url.path.strip("/") else endpoint.rstrip("/") + _PATH, one_in)
    except ImportError as error:
        raise Problem("invalid", "otlp_endpoint needs OpenTelemetry: pip install 'hearth[otel]', or unset it.") from error
