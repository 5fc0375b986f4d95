"""Traces: sampled at the request, below their parents, and nothing of OpenTelemetry's SDK where none is asked for."""

import subprocess
import sys

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from tests.receivers import Receiver

from hearth.bootstrap import Settings
from hearth.connectors.tracing import open_tracer
from hearth.core.problems import Problem

CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def spans_of(receiver: Receiver) -> dict[str, object]:
    sent = [ExportTraceServiceRequest.FromString(request.body) for request in receiver.requests]
    return {
        span.name: span
        for one in sent
        for resource in one.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    }


def test_spans_reach_the_collector_below_their_parents() -> None:
    with Receiver() as receiver:
        receiver.status = 200
        tracer = open_tracer(receiver.url.removesuffix("/hooks"), one_in=1)
        request = tracer.begin_request("request", CALLER)
        assert request is not None
        inner = tracer.begin("evaluate", request.trace_parent)
        inner.end(events=3)
        request.end(route="/events/v1")
        for caller in (None, "nonsense", "00-" + "0" * 32 + "-" + "0" * 16 + "-01"):
            alone = tracer.begin_request("alone", caller)
            assert alone is not None
            assert alone.trace_parent.split("-")[1] not in ("0" * 32, CALLER.split("-")[1])
            alone.end()
        tracer.close()
        assert {each.path for each in receiver.requests} == {"/v1/traces"}
        spans = spans_of(receiver)
    assert spans["request"].trace_id.hex() == spans["evaluate"].trace_id.hex() == CALLER.split("-")[1]
    assert spans["request"].parent_span_id.hex() == CALLER.split("-")[2]
    assert spans["evaluate"].parent_span_id == spans["request"].span_id
    assert spans["alone"].parent_span_id == b""
    assert [(each.key, each.value.int_value) for each in spans["evaluate"].attributes] == [("hearth.events", 3)]


def test_chance_leaves_most_requests_out() -> None:
    with Receiver() as receiver:
        receiver.status = 200
        tracer = open_tracer(receiver.url, one_in=20)
        picked = sum(tracer.begin_request("request", CALLER) is not None for _ in range(4_000))
        tracer.close()
    assert 100 < picked < 320  # 200 expected; this far away once in 10^13 runs


@pytest.mark.parametrize("endpoint", ["localhost:4318", "grpc://localhost:4317", "http://", "grpc://me:secret@collector:4317"])
def test_an_endpoint_that_is_none_is_refused(endpoint: str) -> None:
    with pytest.raises(Problem, match="otlp_endpoint must be an address") as refused:
        open_tracer(endpoint, one_in=1)
    assert "secret" not in str(refused.value)


def test_the_setting_is_shown_without_its_password() -> None:
    assert Settings(otlp_endpoint="http://me:secret@collector:4318").shown("otlp_endpoint") == "http://me:***@collector:4318"


def test_one_in_none_is_refused() -> None:
    with pytest.raises(Problem, match="trace_one_in"):
        open_tracer("http://localhost:4318", one_in=0)


def test_without_the_setting_opentelemetrys_sdk_is_not_imported() -> None:
    code = (
        "import sys, hearth.cli.serve, hearth.bootstrap as b; i = b.Installation(b.Settings(), None); assert i.tracer is None; "
    )
    code += "import hearth.api, hearth.console.app; assert not [m for m in sys.modules if m.startswith('opentelemetry.sdk')]"
    subprocess.run([sys.executable, "-c", code], check=True)
