"""An operator watches a real Hearth: metrics of all four processes, a trace from request to delivery, log lines that fit."""

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx2
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families
from tests.contracts.test_alerts import expressions
from tests.receivers import Receiver
from tests.running import PATIENCE_SECONDS, RULES, Server, free_ports, running

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("ingest", "deliver", "context", "supervisor")
BUILDING = "house-4711"
REQUEST = "request-of-the-story"
CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

# One worker for all: they share one server, and the last of them ends a process of it.
pytestmark = pytest.mark.xdist_group("observability")


class Watched:
    """The running installation, after the story below."""

    def __init__(self, server: Server, metrics_port: int, collector: Receiver) -> None:
        self.server = server
        self.metrics_port = metrics_port
        self.collector = collector
        self.secrets: list[str] = []

    def page(self, part: str) -> str:
        port = self.metrics_port + PARTS.index(part)
        return httpx2.get(f"http://127.0.0.1:{port}/metrics", timeout=30, trust_env=False).raise_for_status().text

    def families(self, part: str) -> dict[str, Metric]:
        return {family.name: family for family in text_string_to_metric_families(self.page(part))}

    def value(self, process: str, sample: str, /, **labels: str) -> float | None:
        for family in self.families(process).values():
            for each in family.samples:
                if each.name == sample and each.labels == labels:
                    return float(each.value)
        return None

    def wait_for(self, holds: Callable[[], object]) -> None:
        """As Prometheus does, it asks again where it was not answered."""
        ends_at = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < ends_at:
            with suppress(httpx2.TransportError):
                if holds():
                    return
            time.sleep(0.1)
        raise AssertionError("it never came:\n" + self.server.log()[-5_000:])

    def spans(self) -> list[Any]:
        sent = [ExportTraceServiceRequest.FromString(request.body) for request in list(self.collector.requests)]
        return [span for one in sent for resource in one.resource_spans for scope in resource.scope_spans for span in scope.spans]

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.server.log().splitlines() if line.startswith("{")]


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    port = free_ports(4)
    with Receiver() as collector, Receiver() as endpoint:
        collector.status = 200
        env = {
            "HEARTH_METRICS_PORT": str(port),
            "HEARTH_LOG_JSON": "true",
            "HEARTH_LOG_LEVEL": "DEBUG",
            "HEARTH_OTLP_ENDPOINT": collector.url.removesuffix("/hooks"),
            "HEARTH_TRACE_ONE_IN": "1",
            "OTEL_BSP_SCHEDULE_DELAY": "200",
        }
        with running(tmp_path_factory.mktemp("watched"), env=env) as server:
            watched = Watched(server, port, collector)
            _live_through_the_story(watched, endpoint)
            yield watched


def _live_through_the_story(watched: Watched, endpoint: Receiver) -> None:
    """A home's surplus leads to a notification that arrives; another batch is refused."""
    server = watched.server
    customer = server.create_customer("Solar Bern")
    watched.secrets = list(customer.values())
    server.command("rules", "import", str(RULES / "high-excess-energy-available.yaml"), "--customer", customer["customerId"])
    server.command("endpoint", "set", "--customer", customer["customerId"], "--url", endpoint.url)
    with server.client(customer) as api:
        assert api.post("/buildings/v1", json={"customerBuildingId": BUILDING, "timeZoneId": "Europe/Zurich"}).status_code == 201
        now = int(time.time())
        of = {"customerBuildingId": BUILDING, "deviceId": "gateway", "type": "GRID_POWER_CONSUMPTION", "source": "GATEWAY"}
        batch = [{**of, "timestamp": at, "value": -5_400.0} for at in (now - 600, now)]
        headers = {"X-Request-Id": REQUEST, "traceparent": CALLER}
        assert api.post("/events/v1", json=batch, headers=headers).status_code == 201
        assert api.post("/events/v1", json=[{**of, "value": 1.0, "type": "GRID_POWER"}] * 3).status_code == 400
        assert api.post("/events/v1", content=b"[").status_code == 400
        assert api.get(f"/buildings/{BUILDING}/v1").status_code == 200
        assert api.get("/nowhere/at/all").status_code == 404
        assert api.get("/health/ready").status_code == 200
        assert api.get("/console/").status_code == 200
        assert api.get("/console/api/no-such-thing").status_code in (401, 404)
    watched.wait_for(lambda: endpoint.requests)
    watched.wait_for(lambda: watched.value("deliver", "hearth_delivery_attempts_total", channel="webhook", outcome="arrived"))
    watched.wait_for(lambda: watched.value("deliver", "hearth_task_success_timestamp_seconds", task="figures"))


def test_what_happened_is_counted(watched: Watched) -> None:
    value = watched.value
    assert value("ingest", "hearth_events_accepted_total", kind="live") == 2
    assert value("ingest", "hearth_events_accepted_total", kind="historical") == 0
    assert value("ingest", "hearth_events_refused_total", kind="live", reason="invalid") == 3
    assert value("ingest", "hearth_events_refused_total", kind="live", reason="malformed") == 1
    assert value("ingest", "hearth_events_request_size_sum", kind="live") == 2
    assert value("ingest", "hearth_events_durable_seconds_count", kind="live") == 1
    assert value("ingest", "hearth_evaluated_events_total", kind="live") == 2
    assert value("ingest", "hearth_notifications_total", status="generated", reason="") == 1
    watched.wait_for(lambda: value("ingest", "hearth_backlog_events") == 0)
    watched.wait_for(lambda: value("ingest", "hearth_lag_seconds") == 0)
    assert value("ingest", "hearth_ready") == 1
    requests = "hearth_api_requests_total"
    assert value("ingest", requests, route="/events/v1", method="POST", status="201") == 1
    assert value("ingest", requests, route="/events/v1", method="POST", status="400") == 2
    assert value("ingest", requests, route="/buildings/{customerBuildingId}/v1", method="GET", status="200") == 1
    assert value("ingest", requests, route="none", method="GET", status="404") == 1
    routes = {sample.labels["route"] for sample in watched.families("ingest")["hearth_api_requests"].samples}
    assert [route for route in sorted(routes) if BUILDING in route or "no-such-thing" in route] == []
    assert [route for route in routes if route.startswith("/console")] != []
    assert value("deliver", "hearth_delivery_attempt_seconds_count") == 1
    watched.wait_for(lambda: value("deliver", "hearth_outbox_oldest_due_seconds") == 0)
    assert (value("deliver", "hearth_database_bytes") or 0) > 100_000
    watched.wait_for(lambda: value("context", "hearth_task_success_timestamp_seconds", task="forecasting"))
    assert value("context", "hearth_task_failures_total", task="forecasting") == 0
    assert value("supervisor", "hearth_part_restarts_total", part="deliver") == 0


def test_the_public_port_has_no_metrics(watched: Watched) -> None:
    assert httpx2.get(f"{watched.server.url}/metrics", trust_env=False, timeout=60).status_code == 404


def test_no_page_names_a_customer_or_a_home(watched: Watched) -> None:
    text = "".join(map(watched.page, PARTS))
    assert [word for word in (*watched.secrets, BUILDING, REQUEST) if word in text] == []


def test_alerts_and_dashboard_ask_only_for_what_is_exported(watched: Watched) -> None:
    exported = {sample.name for part in PARTS for family in watched.families(part).values() for sample in family.samples}
    asked = {name for _, text in expressions() for name in re.findall(r"\b(?:hearth|process|python)_\w+", text)}
    assert len(asked) > 25
    assert sorted(asked - exported) == []


def test_labels_that_are_asked_for_exist(watched: Watched) -> None:
    labels = {
        name for part in PARTS for family in watched.families(part).values() for each in family.samples for name in each.labels
    }
    given_by_prometheus = {"job", "instance", "process"}  # must be no label of ours: it would be renamed
    assert labels & given_by_prometheus == set()
    for where, text in expressions():
        asked = set(re.findall(r"[{,]\s*(\w+)\s*(?:=~|!=|=|!~)", text))
        asked |= {name.strip() for names in re.findall(r"\bby \(([^)]*)\)", text) for name in names.split(",")}
        assert asked <= labels | given_by_prometheus, where


def test_the_manual_lists_what_is_exported(watched: Watched) -> None:
    rows = []
    for part in PARTS:
        for name, family in sorted(watched.families(part).items()):
            if not name.startswith("hearth_"):
                continue
            labels = sorted({label for sample in family.samples for label in sample.labels} - {"le"})
            ending = "_total" if family.type == "counter" else ""
            names = " ".join(f"`{label}`" for label in labels)
            rows.append(f"| `{name}{ending}` | {part} | {family.type} | {names} | {family.documentation} |")
    table = "\n".join(["| metric | process | type | labels | meaning |", "|---|---|---|---|---|", *rows])
    text = (ROOT / "docs/operate/observability.md").read_text()
    shown = text.split("<!-- metrics: begin -->\n")[1].split("\n<!-- metrics: end -->")[0]
    assert shown == table, f"put this between the marks:\n{table}"


def test_one_trace_goes_from_the_request_to_the_delivery(watched: Watched) -> None:
    _, trace_id, caller_span, _ = CALLER.split("-")

    def of_the_request() -> dict[str, Any]:
        return {span.name: span for span in watched.spans() if span.trace_id.hex() == trace_id}

    in_order = ("request", "group commit", "evaluate", "store decisions", "attempt")  # each process tells of its own
    watched.wait_for(lambda: set(in_order) <= of_the_request().keys())
    spans = of_the_request()
    parents = {name: span.parent_span_id for name, span in spans.items()}
    request, evaluate = spans["request"].span_id, spans["evaluate"].span_id
    assert parents == {
        "request": bytes.fromhex(caller_span),
        "group commit": request,
        "evaluate": request,
        "store decisions": evaluate,
        "attempt": evaluate,
    }
    began = [spans[name].start_time_unix_nano for name in in_order]
    assert began == sorted(began)
    told = {each.key: each.value.string_value or each.value.int_value for each in spans["request"].attributes}
    assert told == {"hearth.request_id": REQUEST, "hearth.method": "POST", "hearth.route": "/events/v1", "hearth.status": 201}
    told = {each.key: each.value.string_value or each.value.int_value for each in spans["attempt"].attributes}
    assert (told["hearth.attempt"], told["hearth.answer"]) == (1, "204")


def test_lines_are_json_and_name_their_request_and_trace(watched: Watched) -> None:
    lines = watched.lines()
    assert all({"event", "level", "timestamp"} <= line.keys() for line in lines)
    (line,) = [line for line in lines if line["event"] == "request" and line.get("request_id") == REQUEST]
    assert {"method", "path", "status", "duration_ms", "customer_id", "trace_id"} <= line.keys()
    assert line["trace_id"] == CALLER.split("-")[1]


def test_a_process_that_is_killed_is_counted_and_comes_back(watched: Watched) -> None:
    """The last of these tests: it ends a process."""
    watched.server.kill_ingest()
    watched.wait_for(lambda: watched.value("supervisor", "hearth_part_restarts_total", part="ingest") == 1)
    watched.server.wait_until_ready()
    watched.wait_for(lambda: watched.value("ingest", "hearth_ready") == 1)
    assert watched.server.process is not None
    assert watched.server.process.poll() is None
