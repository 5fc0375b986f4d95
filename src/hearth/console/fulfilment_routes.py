"""The console's JSON endpoints of fulfilment: the customer's endpoint, its signing secret, further channels, tests, attempts.

Each reads the request, asks a service and shapes the answer; nothing is decided here. Invariant: all of it is an Admin's
(`admin:all`, as the audit log), reading too, for it tells where a customer's notifications go.
"""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request

from hearth.console import fulfilment_wire as wire
from hearth.console.account_routes import MayAdminAll
from hearth.console.wire import EntryNumber, ProblemView
from hearth.core.clock import Clock
from hearth.core.instants import HOUR_MS
from hearth.ports import EndpointRecord
from hearth.services.auditing import actor_of
from hearth.services.channel_tests import ChannelTests
from hearth.services.channels import Channels
from hearth.services.endpoints import Endpoints

router = APIRouter(
    prefix="/api/fulfilment",
    responses={"default": {"model": ProblemView, "description": "Refused (application/problem+json)"}},
)


@dataclass(frozen=True, slots=True)
class Fulfilment:
    """What these endpoints speak to."""

    endpoints: Endpoints
    channels: Channels
    tests: ChannelTests
    has_mail_server: bool
    clock: Clock


def _fulfilment(request: Request) -> Fulfilment:
    fulfilment: Fulfilment = request.app.state.fulfilment
    return fulfilment


ChannelId = Annotated[str, Path(alias="channelId")]
TheFulfilment = Annotated[Fulfilment, Depends(_fulfilment)]


@router.get("", operation_id="getFulfilment", summary="The endpoint and channels, and how deliveries go")
def get_fulfilment(signed_in: MayAdminAll, fulfilment: TheFulfilment) -> wire.FulfilmentView:
    """Without an endpoint, notifications are only fetched."""
    customer_id = signed_in.customer.id
    endpoint, record = fulfilment.endpoints.find(customer_id), fulfilment.endpoints.record_of(customer_id)
    channels, now_ms = fulfilment.channels.list_all(customer_id), fulfilment.clock.now_ms()
    return wire.fulfilment_view(endpoint, record, channels, fulfilment.has_mail_server, now_ms)


@router.put("/endpoint", operation_id="saveEndpoint", summary="Set where notifications go, and how")
def save_endpoint(body: wire.EndpointChange, signed_in: MayAdminAll, fulfilment: TheFulfilment) -> wire.SavedView:
    """A stored credential stays unless a new one is named; another host or kind of authentication asks for it again."""
    saved = fulfilment.endpoints.save(
        signed_in.customer.id,
        body.url,
        wire.authentication_of(body.authentication),
        body.credential,
        body.requests_per_second,
        actor_of(signed_in.member),
        body.version,
    )
    endpoint = wire.endpoint_view(saved.endpoint, fulfilment.clock.now_ms())
    return wire.SavedView(endpoint=endpoint, signing_secret=saved.signing_secret)


@router.put("/endpoint/enabling", operation_id="enableEndpoint", summary="Switch the endpoint on or off", status_code=204)
def enable_endpoint(body: wire.Enabling, signed_in: MayAdminAll, fulfilment: TheFulfilment) -> None:
    """As a channel; on also ends what it was disabled for. What failed meanwhile stays failed."""
    fulfilment.endpoints.set_enabled(signed_in.customer.id, body.is_enabled, actor_of(signed_in.member))


@router.post("/signing-secret", operation_id="rotateSigningSecret", summary="A new signing secret")
def rotate_signing_secret(body: wire.Rotation, signed_in: MayAdminAll, fulfilment: TheFulfilment) -> wire.RotatedView:
    """The one before signs as well for the overlap; 0 ends it at once."""
    secret, endpoint = fulfilment.endpoints.rotate_signing_secret(
        signed_in.customer.id, body.overlap_hours * HOUR_MS, actor_of(signed_in.member)
    )
    until_ms = wire.old_secret_until(endpoint, fulfilment.clock.now_ms())
    return wire.RotatedView(signing_secret=secret, old_secret_until_ms=until_ms)


@router.post("/test", operation_id="testEndpoint", summary="Send a test notification")
async def test_endpoint(signed_in: MayAdminAll, fulfilment: TheFulfilment) -> wire.AttemptView:
    """Over the way that notifications take, and waited for. No household is concerned and nothing is counted."""
    return wire.attempt_view(await fulfilment.tests.send(signed_in.customer.id))


@router.post("/channels", operation_id="addChannel", summary="Add a channel", status_code=201)
def add_channel(body: wire.ChannelChange, signed_in: MayAdminAll, fulfilment: TheFulfilment) -> wire.ChannelView:
    """Switched on at once."""
    channel = fulfilment.channels.add(
        signed_in.customer.id,
        body.name,
        wire.way_of(body.way),
        body.credential,
        body.requests_per_second,
        actor_of(signed_in.member),
    )
    return wire.channel_view(channel, EndpointRecord(None, 0))


@router.put("/channels/{channelId}", operation_id="changeChannel", summary="Change a channel")
def change_channel(
    channel_id: ChannelId, body: wire.ChannelChange, signed_in: MayAdminAll, fulfilment: TheFulfilment
) -> wire.ChannelView:
    """A stored secret stays unless a new one is named; another server or user asks for it again."""
    channel = fulfilment.channels.change(
        signed_in.customer.id,
        channel_id,
        body.name,
        wire.way_of(body.way),
        body.credential,
        body.requests_per_second,
        actor_of(signed_in.member),
        body.version,
    )
    return wire.channel_view(channel, fulfilment.endpoints.record_of(signed_in.customer.id, channel_id))


@router.put("/channels/{channelId}/enabling", operation_id="enableChannel", summary="Switch a channel on or off", status_code=204)
def enable_channel(channel_id: ChannelId, body: wire.Enabling, signed_in: MayAdminAll, fulfilment: TheFulfilment) -> None:
    """While it is off nothing is sent over it; what was open for it fails."""
    fulfilment.channels.set_enabled(signed_in.customer.id, channel_id, body.is_enabled, actor_of(signed_in.member))


@router.delete("/channels/{channelId}", operation_id="removeChannel", summary="Remove a channel", status_code=204)
def remove_channel(channel_id: ChannelId, signed_in: MayAdminAll, fulfilment: TheFulfilment) -> None:
    """With its secret. Its attempts stay listed."""
    fulfilment.channels.remove(signed_in.customer.id, channel_id, actor_of(signed_in.member))


@router.post("/channels/{channelId}/test", operation_id="testChannel", summary="Send a test notification over a channel")
async def test_channel(
    channel_id: ChannelId, body: wire.ChannelTest, signed_in: MayAdminAll, fulfilment: TheFulfilment
) -> wire.AttemptView:
    """As of the endpoint."""
    return wire.attempt_view(await fulfilment.tests.send(signed_in.customer.id, channel_id, body.to.strip()))


@router.get("/attempts", operation_id="listAttempts", summary="Attempts to deliver, newest first")
def list_attempts(
    signed_in: MayAdminAll,
    fulfilment: TheFulfilment,
    failed_only: Annotated[bool, Query(alias="failedOnly")] = False,
    before: EntryNumber | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> wire.AttemptPage:
    """One page; `nextBefore` asks for the next. Tests are marked."""
    page, next_before = fulfilment.endpoints.list_attempts(signed_in.customer.id, failed_only, before, limit)
    return wire.AttemptPage(items=[wire.recorded_attempt_view(each) for each in page], next_before=next_before)
