"""Pages of metrics: what is in a registry, and a taken port that costs nothing else."""

import socket

import httpx2
from prometheus_client import CollectorRegistry, Counter
from structlog.testing import capture_logs
from tests.running import free_port

from hearth.connectors.metrics_server import serve_metrics


def test_a_page_has_our_figures_and_those_of_the_process() -> None:
    registry = CollectorRegistry()
    Counter("hearth_things", "Things.", registry=registry).inc(3)
    port = free_port()
    serve_metrics(registry, "127.0.0.1", port)
    text = httpx2.get(f"http://127.0.0.1:{port}/metrics", trust_env=False, timeout=60).text
    assert "hearth_things_total 3.0" in text
    assert "process_resident_memory_bytes" in text
    assert "hearth_things_created" not in text


def test_a_port_that_is_taken_is_told_and_stops_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, capture_logs() as lines:
        port = taken.getsockname()[1]
        serve_metrics(CollectorRegistry(), "127.0.0.1", port)
    (line,) = lines
    assert (line["event"], line["port"]) == ("no metrics: the address cannot be had", port)
