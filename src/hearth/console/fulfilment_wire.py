"""The JSON of fulfilment: the endpoint and how we authenticate there, its signing secret, tests, attempts.

Only shapes and their filling stand here; nothing is decided. Instants are milliseconds UTC. Invariant: no view holds a
stored secret; a new signing secret is in the one answer that made it.
"""

from typing import Annotated, Any, Literal

import msgspec
from pydantic import Field

from hearth.console.wire import Wire
from hearth.domain.endpoints import Authentication, Endpoint, still_good
from hearth.domain.notifications import Attempt
from hearth.ports import EndpointRecord, RecordedAttempt

# Of any length up to some bound: what is wrong is told in words, at its field.
Text = Annotated[str, Field(max_length=4_000)]


class NoAuthenticationView(Wire):
    kind: Literal["none"]


class BasicView(Wire):
    kind: Literal["basic"]
    user: Text


class ApiTokenView(Wire):
    kind: Literal["apiToken"]
    header: Text


class BearerView(Wire):
    kind: Literal["bearer"]


class ClientCredentialsView(Wire):
    kind: Literal["oauth"]
    token_url: Text
    client_id: Text
    scope: Text = ""


AuthenticationView = Annotated[
    NoAuthenticationView | BasicView | ApiTokenView | BearerView | ClientCredentialsView, Field(discriminator="kind")
]


class EndpointView(Wire):
    """`credential_set_at_ms`: since when a password, token or client secret is stored. `old_secret_until_ms`: until when the
    signing secret before the present one signs as well."""

    url: str
    authentication: AuthenticationView
    credential_set_at_ms: int | None
    requests_per_second: int | None
    signing_secret_set_at_ms: int | None
    old_secret_until_ms: int | None
    disabled_reason: str | None


class FulfilmentView(Wire):
    """`last_success_ms` and `failures_in_a_row` (counted up to 1,000) are of deliveries; tests are in neither."""

    endpoint: EndpointView | None
    last_success_ms: int | None
    failures_in_a_row: int


class EndpointChange(Wire):
    """`credential`: the password, token or client secret; null leaves the present one as it is."""

    url: Text
    authentication: AuthenticationView
    credential: Text | None = None
    requests_per_second: int | None = None


class SavedView(Wire):
    """`signing_secret`: of the first endpoint, shown this once."""

    signing_secret: str | None


class Rotation(Wire):
    overlap_hours: int


class RotatedView(Wire):
    """The new signing secret, shown this once."""

    signing_secret: str
    old_secret_until_ms: int | None


class AttemptView(Wire):
    """What came back: a status, or the error where no answer came."""

    at_ms: int
    duration_ms: int
    status_code: int | None
    error: str | None
    is_failed: bool


class RecordedAttemptView(AttemptView):
    """What is null belongs to a test, or is erased."""

    number: int
    is_test: bool
    notification_id: str | None
    customer_building_id: str | None
    rule_name: str | None


class AttemptPage(Wire):
    items: list[RecordedAttemptView]
    next_before: int | None


def authentication_of(view: AuthenticationView) -> Authentication:
    """What was sent, as the domain names it."""
    found: Authentication = msgspec.convert(view.model_dump(by_alias=False), Authentication)
    return found


def fulfilment_view(endpoint: Endpoint | None, record: EndpointRecord, now_ms: int) -> FulfilmentView:
    """The endpoint and how it goes as JSON."""
    return FulfilmentView(
        endpoint=None if endpoint is None else _endpoint_view(endpoint, now_ms),
        last_success_ms=record.last_success_ms,
        failures_in_a_row=record.failures_in_a_row,
    )


def old_secret_until(endpoint: Endpoint, now_ms: int) -> int | None:
    """Until when the replaced signing secret is good; None where none is."""
    replaced = still_good(endpoint.replaced_secret, now_ms)
    return None if replaced is None else replaced.until_ms


def _endpoint_view(endpoint: Endpoint, now_ms: int) -> EndpointView:
    return EndpointView(
        url=endpoint.url,
        authentication=msgspec.to_builtins(endpoint.authentication),
        credential_set_at_ms=None if endpoint.credential is None else endpoint.credential.set_at_ms,
        requests_per_second=endpoint.requests_per_second,
        signing_secret_set_at_ms=endpoint.signing_secret_set_at_ms,
        old_secret_until_ms=old_secret_until(endpoint, now_ms),
        disabled_reason=endpoint.disabled_reason,
    )


def attempt_view(attempt: Attempt) -> AttemptView:
    """The outcome of a test as JSON."""
    return AttemptView(**_outcome(attempt))


def recorded_attempt_view(recorded: RecordedAttempt) -> RecordedAttemptView:
    """An attempt of the list as JSON."""
    return RecordedAttemptView(
        **_outcome(recorded.attempt),
        number=recorded.number,
        is_test=recorded.is_test,
        notification_id=recorded.notification_id,
        customer_building_id=recorded.customer_building_id,
        rule_name=recorded.rule_name,
    )


def _outcome(attempt: Attempt) -> dict[str, Any]:
    return {
        "at_ms": attempt.attempted_at_ms,
        "duration_ms": attempt.duration_ms,
        "status_code": attempt.status_code,
        "error": attempt.error,
        "is_failed": attempt.is_failed,
    }
