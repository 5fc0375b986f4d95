"""What the processes of Hearth count and measure for whoever operates them, in the terms of Prometheus.

One class per process (and one for what both other processes do again and again), each on a registry that is handed in:
a part that is given none counts into one that nobody reads. Names, labels and sentences stand here and nowhere else;
docs/operate/observability.md lists them. Invariants: the hot path counts per request, entry or transaction, never per
event; every label has few values that we choose, so that no customer, building or rule is ever among them.
"""

from collections.abc import Iterable
from functools import cache
from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from hearth.domain.channels import FETCH, WEBHOOK
from hearth.domain.channels import KINDS as KINDS_OF_CHANNELS
from hearth.domain.events import LogKind
from hearth.domain.forecasts import KINDS
from hearth.domain.notifications import DropReason

_QUICK = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
_SLOW = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20)
_LONG = (0.01, 0.1, 1, 5, 15, 60, 300, 900)
_SIZES = (1, 10, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 50_000)

EVENT_KINDS = ("live", "historical")
ATTEMPT_OUTCOMES = ("arrived", "retry", "failed", "endpoint_gone", "address_gone")
PARTS = ("ingest", "deliver", "context")
_CHANNELS = (WEBHOOK, FETCH, *KINDS_OF_CHANNELS)
_MQTT_REFUSALS = ("bad_password", "not_authorized", "quota_exceeded", "server_unavailable")
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


class IngestMetrics:
    """Of the process that takes events, evaluates rules and serves the API."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        registry = registry or CollectorRegistry()
        self.events_accepted = Counter(
            "hearth_events_accepted",
            "Events that are on disk, by kind; issued ones come from context services.",
            ["kind"],
            registry=registry,
        )
        self.events_refused = Counter(
            "hearth_events_refused",
            "Events of refused requests, by kind and code of the problem; a body that cannot be read counts as one.",
            ["kind", "reason"],
            registry=registry,
        )
        self.batch_events = Histogram(
            "hearth_events_request_size", "Events of an accepted request.", ["kind"], buckets=_SIZES, registry=registry
        )
        self.durable_seconds = Histogram(
            "hearth_events_durable_seconds",
            "From the events of a request being checked to their being on disk.",
            ["kind"],
            buckets=_QUICK,
            registry=registry,
        )
        self.backlog_events = Gauge(
            "hearth_backlog_events", "Entries accepted or being stored that are not evaluated yet, in events.", registry=registry
        )
        self.lag_seconds = Gauge(
            "hearth_lag_seconds",
            "Age of the oldest accepted entry that is not evaluated yet; 0 when none waits; grows when the engine is stuck.",
            registry=registry,
        )
        self.ready = Gauge("hearth_ready", "1 when /health/ready says yes, else 0.", registry=registry)
        self.evaluated_events = Counter(
            "hearth_evaluated_events",
            "Events, and facts and ticks each as one, that were evaluated.",
            ["kind"],
            registry=registry,
        )
        self.evaluation_seconds = Histogram(
            "hearth_evaluation_seconds",
            "One turn of the engine, of about a thousand events at most; a tick is evaluated whole.",
            buckets=(0.0001, 0.0005, *_QUICK),
            registry=registry,
        )
        self.notifications = Counter(
            "hearth_notifications",
            "Notifications that were decided: generated, or dropped for a reason.",
            ["status", "reason"],
            registry=registry,
        )
        self.rule_faults = Counter("hearth_rule_faults", "Evaluations that failed, for a fault of Hearth's.", registry=registry)
        self.driver_failures = Counter(
            "hearth_driver_failures", "Times that storing or evaluating failed and began again from disk.", registry=registry
        )
        self.group_entries = Histogram(
            "hearth_store_group_size",
            "Requests, other entries and decisions that one transaction stores.",
            buckets=_SIZES[:-3],
            registry=registry,
        )
        self.group_seconds = Histogram(
            "hearth_store_group_seconds",
            "One transaction of events and decisions, to the disk.",
            buckets=_QUICK,
            registry=registry,
        )
        self.group_failures = Counter(
            "hearth_store_group_failures", "Transactions of events and decisions that failed.", registry=registry
        )
        self.mqtt_connections = Gauge("hearth_mqtt_connections", "Clients that are connected over MQTT.", registry=registry)
        self.mqtt_refused_connections = Counter(
            "hearth_mqtt_refused_connections",
            "Connections over MQTT that were refused, by the reason of MQTT 5 for it.",
            ["reason"],
            registry=registry,
        )
        self._requests = Counter(
            "hearth_api_requests",
            "Requests by route template, method and status, of the API and the console.",
            ["route", "method", "status"],
            registry=registry,
        )
        self._request_seconds = Histogram(
            "hearth_api_request_seconds",
            "To the beginning of the answer.",
            ["route", "method"],
            buckets=_QUICK,
            registry=registry,
        )
        _with_each(self.events_accepted, (*EVENT_KINDS, "issued"))
        for metric in (self.batch_events, self.durable_seconds):
            _with_each(metric, EVENT_KINDS)
        _with_each(self.mqtt_refused_connections, _MQTT_REFUSALS)
        self.evaluated_of = {kind: self.evaluated_events.labels(kind.name.lower()) for kind in LogKind}
        self.notifications.labels("generated", "")
        for reason in get_args(DropReason):
            self.notifications.labels("dropped", reason)
        self._request_of = cache(self._request)

    def note_request(self, route: str, method: str, status: int, seconds: float) -> None:
        """One request was answered."""
        counted, timed = self._request_of(route, method if method in _METHODS else "other", status)
        counted.inc()
        timed.observe(seconds)

    def _request(self, route: str, method: str, status: int) -> tuple[Counter, Histogram]:
        return self._requests.labels(route, method, status), self._request_seconds.labels(route, method)


class DeliverMetrics:
    """Of the process that delivers and keeps house, and what it reads from the store for all processes."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        registry = registry or CollectorRegistry()
        self.attempts = Counter(
            "hearth_delivery_attempts",
            "Attempts to deliver, by channel and what became of them; fetch = the customer fetches it through the API.",
            ["channel", "outcome"],
            registry=registry,
        )
        self.attempt_seconds = Histogram(
            "hearth_delivery_attempt_seconds",
            "What an endpoint or another channel's server took to answer, or to be given up.",
            buckets=_SLOW,
            registry=registry,
        )
        self.arrival_seconds = Histogram(
            "hearth_delivery_arrival_seconds",
            "From a notification's being stored to its having arrived; one that is held for the end of quiet hours too.",
            buckets=(*_SLOW, 60, 300, 1_800, 21_600),
            registry=registry,
        )
        self.outbox_open = Gauge("hearth_outbox_open", "Deliveries that have neither arrived nor failed.", registry=registry)
        self.outbox_due = Gauge(
            "hearth_outbox_due", "Open deliveries that are due and that nobody sends at present.", registry=registry
        )
        self.outbox_oldest_due_seconds = Gauge(
            "hearth_outbox_oldest_due_seconds",
            "For how long the longest due delivery has been due; 0 when none is.",
            registry=registry,
        )
        self.endpoints_disabled = Gauge(
            "hearth_endpoints_disabled",
            "Endpoints that are disabled for being gone; nothing is delivered to them.",
            registry=registry,
        )
        self.compaction_waiting = Gauge(
            "hearth_compaction_waiting_events", "Evaluated events in the log that wait to be compacted.", registry=registry
        )
        self.issued_line = Gauge(
            "hearth_issued_line_batches", "Batches of context services that wait to be put into the log.", registry=registry
        )
        self.database_bytes = Gauge("hearth_database_bytes", "Size of the database.", registry=registry)
        for channel in _CHANNELS:
            _with_each(self.attempts, ATTEMPT_OUTCOMES, channel)


class TaskMetrics:
    """Of what a process does again and again: housekeeping, and the looks of context services."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        registry = registry or CollectorRegistry()
        self.success = Gauge(
            "hearth_task_success_timestamp_seconds",
            "When the task last ended well, epoch seconds; 0 = not yet.",
            ["task"],
            registry=registry,
        )
        self.failures = Counter("hearth_task_failures", "Times that the task failed.", ["task"], registry=registry)
        self.seconds = Histogram(
            "hearth_task_seconds", "What one run of the task takes.", ["task"], buckets=_LONG, registry=registry
        )

    def expect(self, tasks: Iterable[str]) -> None:
        """There will be tasks of these names."""
        for task in tasks:
            for metric in (self.success, self.failures, self.seconds):
                metric.labels(task)


class ContextMetrics:
    """Of the process of context services."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        registry = registry or CollectorRegistry()
        self.forecasts_issued = Counter(
            "hearth_forecasts_issued", "Forecasts issued, by what they are of.", ["kind"], registry=registry
        )
        self.forecast_failures = Counter("hearth_forecast_failures", "Forecasts of a building that failed.", registry=registry)
        _with_each(self.forecasts_issued, [kind.lower() for kind in KINDS])


class SupervisorMetrics:
    """Of the process that starts the others."""

    def __init__(self, registry: CollectorRegistry | None = None, version: str = "") -> None:
        registry = registry or CollectorRegistry()
        self.restarts = Counter(
            "hearth_part_restarts", "Times that a process ended unasked and was started anew.", ["part"], registry=registry
        )
        build = Gauge("hearth_build_info", "Always 1; which version runs.", ["version"], registry=registry)
        build.labels(version).set(1)
        _with_each(self.restarts, PARTS)


def _with_each(metric: Counter | Gauge | Histogram, values: Iterable[str], *before: str) -> None:
    """These label values are there from the start, so that what has not happened yet is 0 and no gap."""
    for value in values:
        metric.labels(*before, value)
