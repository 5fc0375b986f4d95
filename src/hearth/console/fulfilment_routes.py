"""The console's JSON endpoints of fulfilment: the customer's endpoint, its signing secret, tests, recent attempts.

Each reads the request, asks a service and shapes the answer; nothing is decided here. Invariant: all of it is an Admin's
(`admin:all`, as the audit log), reading too, for it tells where a customer's notifications go.
"""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from hearth.console import fulfilment_wire as wire
from hearth.console.account_routes import MayAdminAll
from hearth.console.wire import ProblemView
from hearth.core.clock import Clock
from hearth.core.instants import HOUR_MS
from hearth.services.auditing import actor_of
from hearth.services.endpoint_tests import EndpointTests
from hearth.services.endpoints import Endpoints

router = APIRouter(
    prefix="/api/fulfilment",
    responses={"default": {"model": ProblemView, "description": "Refused (application/problem+json)"}},
)


@dataclass(frozen=True, slots=True)
class Fulfilment:
    """What these endpoints speak to."""

    endpoints: Endpoints
    tests: EndpointTests
    clock: Clock


def _fulfilment(request: Request) -> Fulfilment:
    fulfilment: Fulfilment = request.app.state.fulfilment
    return fulfilment


TheFulfilment = Annotated[Fulfilment, Depends(_fulfilment)]


@router.get("", operation_id="getFulfilment", summary="The endpoint, and how deliveries go")
def get_fulfilment(signed_in: MayAdminAll, fulfilment: TheFulfilment) -> wire.FulfilmentView:
    """Without an endpoint, notifications are only fetched."""
    customer_id = signed_in.customer.id
    endpoint, record = fulfilment.endpoints.find(customer_id), fulfilment.endpoints.record_of(customer_id)
    return wire.fulfilment_view(endpoint, record, fulfilment.clock.now_ms())


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
    )
    return wire.SavedView(signing_secret=saved.signing_secret)


@router.post("/endpoint/enabling", operation_id="enableEndpoint", summary="Enable a disabled endpoint", status_code=204)
def enable_endpoint(signed_in: MayAdminAll, fulfilment: TheFulfilment) -> None:
    """What failed meanwhile stays failed."""
    fulfilment.endpoints.enable(signed_in.customer.id, actor_of(signed_in.member))


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


@router.get("/attempts", operation_id="listAttempts", summary="Attempts to deliver, newest first")
def list_attempts(
    signed_in: MayAdminAll,
    fulfilment: TheFulfilment,
    failed_only: Annotated[bool, Query(alias="failedOnly")] = False,
    before: Annotated[int | None, Query(ge=0)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> wire.AttemptPage:
    """One page; `nextBefore` asks for the next. Tests are marked."""
    page, next_before = fulfilment.endpoints.list_attempts(signed_in.customer.id, failed_only, before, limit)
    return wire.AttemptPage(items=[wire.recorded_attempt_view(each) for each in page], next_before=next_before)
