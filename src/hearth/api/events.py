"""Routes of events: taking them in, the hot path, as plain ASGI; reading them back.

Taking in does three things before the intake: admit the token, read the body within limits, hand over
bytes. What the bytes mean is the intake's. The two paths are documented by hand in `openapi`.
"""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Request, Response
from pydantic import BeforeValidator
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from hearth.api.bodies import receive_events
from hearth.api.documented import documented, operation_id
from hearth.api.guard import GuardedRoute, admit, grant_of
from hearth.api.notifications import split_commas
from hearth.api.paging import LINK_HEADER, next_link
from hearth.api.parts import ApiParts, parts_of
from hearth.api.requests import facts_of
from hearth.api.wire.base import CustomerBuildingId, QueryInstant
from hearth.api.wire.events import Event, SetAsideEvent, event_body, position_of, position_text, set_aside_body
from hearth.domain.customers import WRITE_EVENTS
from hearth.services.events import MOST_PER_PAGE

EVENTS_PATH = "/events/v1"
BATCH_PATH = "/events/batch/v1"
SET_ASIDE_PATH = "/events/set-aside/v1"

_USUAL_PAGE = 1_000

router = APIRouter(tags=["Events"], generate_unique_id_function=operation_id, route_class=GuardedRoute)


class TakeEvents:
    """The ASGI endpoint that takes events in and answers without a body once they are on disk."""

    def __init__(self, parts: ApiParts, path: str, historical: bool, status: int) -> None:
        self._parts = parts
        self._path = path
        self._historical = historical
        self._start: Message = {"type": "http.response.start", "status": status}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        facts = facts_of(scope)
        facts.is_frequent, facts.route = True, self._path
        grant = await admit(scope, self._parts, WRITE_EVENTS, "events")
        with self._parts.room.shared(grant.customer_id) as hold:
            body = await receive_events(scope, receive, self._parts.limits, hold)
            await self._parts.intake.take(grant.customer_id, body, self._historical)
        await send({**self._start, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})


def taking_routes(parts: ApiParts) -> list[Route]:
    """The two routes that take events in."""
    return [
        Route(
            EVENTS_PATH, TakeEvents(parts, EVENTS_PATH, historical=False, status=201), methods=["POST"], include_in_schema=False
        ),
        Route(BATCH_PATH, TakeEvents(parts, BATCH_PATH, historical=True, status=200), methods=["POST"], include_in_schema=False),
    ]


@router.get(
    EVENTS_PATH,
    response_model=list[Event],
    **documented("read:events", (400, 404), ours=True, success_headers=LINK_HEADER),
)
def list_events(
    request: Request,
    customer_building_id: Annotated[CustomerBuildingId, Query(alias="customerBuildingId", examples=["house-4711"])],
    event_types: Annotated[
        list[str],
        BeforeValidator(split_commas),
        Query(alias="type", description="Only these event types; repeated or separated by commas."),
    ] = [],  # noqa: B006 - FastAPI copies defaults
    from_ms: Annotated[
        QueryInstant | None,
        Query(
            alias="from",
            description="Inclusive; epoch seconds or ISO 8601 with an offset. A day before `to` when absent.",
        ),
    ] = None,
    to_ms: Annotated[
        QueryInstant | None,
        Query(
            alias="to",
            description="Exclusive; epoch seconds or ISO 8601 with an offset. Now when absent.",
        ),
    ] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_PER_PAGE)] = _USUAL_PAGE,
    after: Annotated[str | None, Query(description="From the Link header of the page before.")] = None,
) -> Response:
    """The events of a building, oldest first. A repeated event is listed once, with its last value."""
    customer_id = grant_of(request).customer_id
    position = None if after is None else position_of(after)
    page, has_more = parts_of(request).events.list_page(
        customer_id, customer_building_id, event_types, from_ms, to_ms, position, limit
    )
    headers = next_link(request, position_text(page[-1].position), limit) if has_more else {}
    body = msgspec.json.encode([event_body(customer_id, event) for event in page])
    return Response(body, media_type="application/json", headers=headers)


@router.get(
    SET_ASIDE_PATH,
    response_model=list[SetAsideEvent],
    **documented("read:events", (400, 404), ours=True, success_headers=LINK_HEADER),
)
def list_set_aside_events(
    request: Request,
    customer_building_id: Annotated[CustomerBuildingId, Query(alias="customerBuildingId", examples=["house-4711"])],
    limit: Annotated[int, Query(ge=1, le=MOST_PER_PAGE)] = _USUAL_PAGE,
    after: Annotated[str | None, Query(description="From the Link header of the page before.")] = None,
) -> Response:
    """The events of a building that cannot be believed, newest first. They are kept, and left out of what is computed."""
    position = None if after is None else position_of(after)
    page, has_more = parts_of(request).events.list_set_aside(grant_of(request).customer_id, customer_building_id, position, limit)
    headers = next_link(request, position_text(page[-1].position), limit) if has_more else {}
    body = msgspec.json.encode([set_aside_body(customer_building_id, each) for each in page])
    return Response(body, media_type="application/json", headers=headers)
