"""What the listener is built from: the services it speaks to, and the limits it keeps."""

from collections.abc import Callable
from dataclasses import dataclass, field

from hearth.core.clock import Clock, Identities
from hearth.runtime.metrics import IngestMetrics
from hearth.services.access import Access
from hearth.services.intake import Intake
from hearth.services.request_rates import RequestRates


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """How many connections at once, of one customer too; how long a client may take until its CONNECT, or for an answer."""

    connections: int = 10_000
    customer_connections: int = 5_000
    connect_seconds: float = 10.0
    answer_seconds: float = 30.0
    stop_seconds: float = 5.0


@dataclass(frozen=True, slots=True)
class MqttParts:
    """The services behind the listener. `not_ready_because` says why nothing should come at present, or None."""

    access: Access
    intake: Intake
    rates: RequestRates
    clock: Clock
    identities: Identities
    metrics: IngestMetrics
    not_ready_because: Callable[[], str | None]
    limits: ConnectionLimits = field(default_factory=ConnectionLimits)
