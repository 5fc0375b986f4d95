"""Typed client of the Hearth API: plain and async, with tokens, retries, batches of events, and verified webhooks.

`HearthClient` and `AsyncHearthClient` have a method for each operation; `models` are the API's objects; `EventBatcher` and
`AsyncEventBatcher` gather events; `webhooks` verifies what is posted to you. Invariant: a client secret or token is never logged.
"""

from hearth_client.backlog import RefusedEvent
from hearth_client.batching import AsyncEventBatcher, EventBatcher
from hearth_client.client import AsyncHearthClient, HearthClient
from hearth_client.core import Retries
from hearth_client.errors import (
    BatcherFullError,
    Conflict,
    EventsNotSentError,
    Forbidden,
    HearthConnectionError,
    HearthError,
    HearthProblem,
    InvalidRequest,
    NotFound,
    TooManyRequests,
    Unauthorized,
    Unavailable,
    UnexpectedAnswerError,
)
from hearth_client.models import Building, Device, Event, InteractionReport, Notification, Rule

__all__ = [
    "AsyncEventBatcher",
    "AsyncHearthClient",
    "BatcherFullError",
    "Building",
    "Conflict",
    "Device",
    "Event",
    "EventBatcher",
    "EventsNotSentError",
    "Forbidden",
    "HearthClient",
    "HearthConnectionError",
    "HearthError",
    "HearthProblem",
    "InteractionReport",
    "InvalidRequest",
    "NotFound",
    "Notification",
    "RefusedEvent",
    "Retries",
    "Rule",
    "TooManyRequests",
    "Unauthorized",
    "Unavailable",
    "UnexpectedAnswerError",
]
