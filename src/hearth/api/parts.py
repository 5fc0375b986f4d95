"""What the API is built from: the services it speaks to and the limits it keeps.

Handed in whole by whoever builds the application, and found again by the routes through the application.
"""

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from typing import Protocol, cast

from starlette.requests import HTTPConnection

from hearth.api.room import Room
from hearth.core.clock import Clock, Identities
from hearth.runtime.metrics import IngestMetrics
from hearth.runtime.tracing import Tracer
from hearth.services.access import Access
from hearth.services.building_exports import BuildingExports
from hearth.services.buildings import Buildings
from hearth.services.contacts import Contacts
from hearth.services.events import EventReading
from hearth.services.forecasts import Forecasts
from hearth.services.impact import Impacts
from hearth.services.notifications import Notifications
from hearth.services.repeats import Repeats
from hearth.services.request_rates import RequestRates
from hearth.services.rule_reports import RuleReports
from hearth.services.rules import Rules
from hearth.services.statistics import Statistics
from hearth.services.stop_links import Unsubscribing
from hearth.services.trials import Trial


class Intake(Protocol):
    """Takes events in: decodes, checks, and keeps them."""

    async def take(self, customer_id: str, body: bytes, historical: bool) -> None:
        """Returns when the events of the body (JSON: one, or an array) are on disk. All or nothing.

        Raises Problem: "malformed", "invalid" (each error with its pointer), "too_many_requests", "unavailable".
        """


class TrialRunner(Protocol):
    """Tries rules away from the event loop and from whatever evaluates events."""

    def run(self, trial: Trial) -> AsyncGenerator[bytes, None]:
        """The lines of `services.trials`. Closing the generator before its last line ends the work.

        Raises Problem "too_many_requests".
        """


@dataclass(frozen=True, slots=True)
class RequestLimits:
    """The largest body with events, as sent and after decompression; other bodies have a limit of their own."""

    body_bytes: int = 8 * 1024 * 1024
    decompressed_bytes: int = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ApiParts:
    """The services behind the routes. `not_ready_because` says why no traffic should come yet, or None."""

    access: Access
    buildings: Buildings
    notifications: Notifications
    events: EventReading
    statistics: Statistics
    forecasts: Forecasts
    exports: BuildingExports
    contacts: Contacts
    unsubscribing: Unsubscribing
    rules: Rules
    rule_reports: RuleReports
    impacts: Impacts
    intake: Intake
    trials: TrialRunner
    repeats: Repeats
    clock: Clock
    identities: Identities
    not_ready_because: Callable[[], str | None]
    limits: RequestLimits = field(default_factory=RequestLimits)
    rates: RequestRates = field(default_factory=RequestRates)
    room: Room = field(default_factory=Room)
    metrics: IngestMetrics = field(default_factory=IngestMetrics)
    tracer: Tracer | None = None


def parts_of(connection: HTTPConnection) -> ApiParts:
    """The parts of the application that serves this request."""
    return cast("ApiParts", connection.app.state.parts)
