"""The pages of metrics: each process serves its own, on a port for operators alone.

Serves from a thread, so that a process whose loop is stuck still says so. Names no metric. Invariant: a port that cannot
be had is told and costs nothing else, for measuring must not keep a process from its work.
"""

import structlog
from prometheus_client import (
    CollectorRegistry,
    GCCollector,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
    start_http_server,
)

log = structlog.get_logger()


def serve_metrics(registry: CollectorRegistry, host: str, port: int) -> None:
    """Serves what is in the registry, and the process's memory, time and garbage, on /metrics; returns at once."""
    disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series beside each, which nobody asks for
    for collector in (ProcessCollector, GCCollector, PlatformCollector):
        collector(registry=registry)
    try:
        start_http_server(port, addr=host, registry=registry)
    except OSError as error:
        log.error("no metrics: the address cannot be had", host=host, port=port, error=error.strerror)  # noqa: TRY400
