"""The JSON of fulfilment: the endpoint and how we authenticate there, its signing secret, further channels, tests, attempts.

Only shapes and their filling stand here; nothing is decided. Instants are milliseconds UTC. Invariant: no view holds a
stored secret; a new signing secret is in the one answer that made it.
"""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec
from msgspec.structs import replace
from pydantic import Field

from hearth.console.wire import Wire
from hearth.domain.channels import Channel, Fcm, Way
from hearth.domain.endpoints import Authentication, Endpoint, still_good
from hearth.domain.notifications import Attempt
from hearth.ports import EndpointRecord, RecordedAttempt
from hearth.services.saved_state import version_of

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
    signing secret before the present one signs as well. `version`: as it is sent back with a change.

    `is_enabled`: switched on by a person; `disabled_reason`: why Hearth sends nothing to it nevertheless."""

    url: str
    authentication: AuthenticationView
    credential_set_at_ms: int | None
    requests_per_second: int | None
    signing_secret_set_at_ms: int | None
    old_secret_until_ms: int | None
    is_enabled: bool
    disabled_reason: str | None
    version: str


class SmtpServerView(Wire):
    host: Text
    port: int = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: Text = ""


class EmailView(Wire):
    """`server`: null = the installation's; `sender` empty = the installation's."""

    kind: Literal["email"]
    server: SmtpServerView | None = None
    sender: Text = ""
    recipients: list[Text] = Field(default=[], max_length=100)
    to_users: bool = False


class FcmView(Wire):
    """`project_id` and `client_email` come out of the key file; what is sent of them is passed over."""

    kind: Literal["fcm"]
    project_id: Text = ""
    client_email: Text = ""
    topic: Text = ""
    to_users: bool = False


class MqttView(Wire):
    kind: Literal["mqtt"]
    host: Text
    port: int = 8883
    security: Literal["tls", "none"] = "tls"
    user: Text = ""
    topic: Text


WayView = Annotated[EmailView | FcmView | MqttView, Field(discriminator="kind")]


class ChannelView(Wire):
    """A channel and how deliveries over it go, as of `FulfilmentView`.

    `credential_set_at_ms`: since when its secret is stored. `version`: as it is sent back with a change.
    """

    id: str
    name: str
    way: WayView
    credential_set_at_ms: int | None
    requests_per_second: int | None
    is_enabled: bool
    version: str
    last_success_ms: int | None
    failures_in_a_row: int


class ChannelChange(Wire):
    """`credential`: the password or the key file of the service account; null leaves the present one as it is.

    `version`: the state that was read; where it has been changed since, it is 412. Null = whichever it is.
    """

    name: Text
    way: Annotated[WayView, Field(examples=[{"kind": "email", "recipients": ["ops@example.com"]}])]
    credential: Annotated[str, Field(max_length=20_000)] | None = None
    requests_per_second: int | None = None
    version: Text | None = None


class Enabling(Wire):
    is_enabled: bool


class ChannelTest(Wire):
    """`to`: a mail address or registration token; empty = what the channel itself names."""

    to: Text = ""


class FulfilmentView(Wire):
    """`last_success_ms` and `failures_in_a_row` (counted up to 1,000) are of deliveries to the endpoint; tests are in neither.

    `has_mail_server`: mail may go over the installation's, so that a channel needs none of its own.
    """

    endpoint: EndpointView | None
    last_success_ms: int | None
    failures_in_a_row: int
    channels: list[ChannelView]
    has_mail_server: bool


class EndpointChange(Wire):
    """`credential`: the password, token or client secret; null leaves the present one as it is.

    `version`: as of `ChannelChange`; empty where there was no endpoint yet.
    """

    url: Text
    authentication: AuthenticationView
    credential: Text | None = None
    requests_per_second: int | None = None
    version: Text | None = None


class SavedView(Wire):
    """`signing_secret`: of the first endpoint, shown this once."""

    endpoint: EndpointView
    signing_secret: str | None


class Rotation(Wire):
    overlap_hours: int


class RotatedView(Wire):
    """The new signing secret, shown this once."""

    signing_secret: str
    old_secret_until_ms: int | None


class AttemptView(Wire):
    """What came back: a status where the channel has such, and the error where it was not taken."""

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
    channel_id: str


class AttemptPage(Wire):
    items: list[RecordedAttemptView]
    next_before: int | None


def authentication_of(view: AuthenticationView) -> Authentication:
    """What was sent, as the domain names it."""
    found: Authentication = msgspec.convert(view.model_dump(by_alias=False), Authentication)
    return found


def way_of(view: WayView) -> Way:
    """What was sent, as the domain names it. The project of a service account is not the sender's to set."""
    found: Way = msgspec.convert(view.model_dump(by_alias=False), Way)
    return replace(found, project_id="", client_email="") if isinstance(found, Fcm) else found


def channel_view(channel: Channel, record: EndpointRecord) -> ChannelView:
    """A channel as JSON."""
    return ChannelView(
        id=channel.id,
        name=channel.name,
        way=msgspec.to_builtins(channel.way),
        credential_set_at_ms=None if channel.credential is None else channel.credential.set_at_ms,
        requests_per_second=channel.requests_per_second,
        is_enabled=channel.is_enabled,
        version=version_of(channel),
        last_success_ms=record.last_success_ms,
        failures_in_a_row=record.failures_in_a_row,
    )


def fulfilment_view(
    endpoint: Endpoint | None,
    record: EndpointRecord,
    channels: Sequence[tuple[Channel, EndpointRecord]],
    has_mail_server: bool,
    now_ms: int,
) -> FulfilmentView:
    """The endpoint and the channels, and how they go, as JSON."""
    return FulfilmentView(
        endpoint=None if endpoint is None else endpoint_view(endpoint, now_ms),
        last_success_ms=record.last_success_ms,
        failures_in_a_row=record.failures_in_a_row,
        channels=[channel_view(*each) for each in channels],
        has_mail_server=has_mail_server,
    )


def old_secret_until(endpoint: Endpoint, now_ms: int) -> int | None:
    """Until when the replaced signing secret is good; None where none is."""
    replaced = still_good(endpoint.replaced_secret, now_ms)
    return None if replaced is None else replaced.until_ms


def endpoint_view(endpoint: Endpoint, now_ms: int) -> EndpointView:
    """The endpoint as JSON."""
    return EndpointView(
        url=endpoint.url,
        authentication=msgspec.to_builtins(endpoint.authentication),
        credential_set_at_ms=None if endpoint.credential is None else endpoint.credential.set_at_ms,
        requests_per_second=endpoint.requests_per_second,
        signing_secret_set_at_ms=endpoint.signing_secret_set_at_ms,
        old_secret_until_ms=old_secret_until(endpoint, now_ms),
        is_enabled=endpoint.is_enabled,
        disabled_reason=endpoint.disabled_reason,
        version=version_of(endpoint),
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
        channel_id=recorded.channel_id,
    )


def _outcome(attempt: Attempt) -> dict[str, Any]:
    return {
        "at_ms": attempt.attempted_at_ms,
        "duration_ms": attempt.duration_ms,
        "status_code": attempt.status_code,
        "error": attempt.error,
        "is_failed": attempt.is_failed,
    }
