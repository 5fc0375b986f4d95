"""The console's JSON endpoints of events: what there is, a search, a graph, what arrives, CSV out and in.

Each reads the request, asks a service and shapes the answer; nothing is decided here. Invariant: who listens to what
arrives is let go when its session ends, and a customer keeps few listeners, each of which asks the store every second.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.sse import EventSourceResponse

from hearth.console import event_wire as wire
from hearth.console.downloads import CsvDownload
from hearth.console.security import Allowed, SessionToken
from hearth.console.wire import Instant, ProblemView
from hearth.core.identifiers import PATTERNS
from hearth.core.problems import Problem
from hearth.services.auditing import actor_of
from hearth.services.event_searches import EventSearches, EventsSought
from hearth.services.history_imports import HistoryImports
from hearth.services.members import Members, SignedIn

_LOOK_EVERY_SECONDS = 1.0
_MOST_ARRIVED = 100
_MOST_LISTENERS_PER_CUSTOMER = 20
_LOOKS_A_SESSION_CHECK = 10
_PART_BYTES = 1024 * 1024

router = APIRouter(
    prefix="/api", responses={"default": {"model": ProblemView, "description": "Refused (application/problem+json)"}}
)


@dataclass(frozen=True, slots=True)
class Events:
    """What these endpoints speak to."""

    searches: EventSearches
    imports: HistoryImports
    listeners: Counter[str] = field(default_factory=Counter)


def _events(request: Request) -> Events:
    events: Events = request.app.state.events
    return events


def _sought(
    building: Annotated[str | None, Query(pattern=PATTERNS["customerBuildingId"])] = None,
    device: Annotated[str | None, Query(pattern=PATTERNS["deviceId"])] = None,
    event_types: Annotated[list[str], Query(alias="type", max_length=100)] = [],  # noqa: B006 - FastAPI copies defaults
    from_ms: Annotated[Instant | None, Query(alias="fromMs")] = None,
    to_ms: Annotated[Instant | None, Query(alias="toMs")] = None,
) -> EventsSought:
    return EventsSought(building=building, device_id=device, event_types=tuple(event_types), from_ms=from_ms, to_ms=to_ms)


TheEvents = Annotated[Events, Depends(_events)]
TheSought = Annotated[EventsSought, Depends(_sought)]
MayReadEvents = Annotated[SignedIn, Depends(Allowed("read:events"))]
MayWriteEvents = Annotated[SignedIn, Depends(Allowed("write:events"))]


@router.get("/events/kinds", operation_id="listEventKinds", summary="Devices and types to choose from")
def list_event_kinds(
    signed_in: MayReadEvents,
    events: TheEvents,
    building: Annotated[str | None, Query(pattern=PATTERNS["customerBuildingId"])] = None,
) -> wire.EventKinds:
    """The types that the homes, or one of them, have sent, and that one's devices."""
    if building is None:
        return wire.EventKinds(types=events.searches.list_types(signed_in.customer.id), devices=[])
    return wire.event_kinds(events.searches.list_series(signed_in.customer.id, building))


@router.get("/events", operation_id="listEvents", summary="Events, newest first")
def list_events(
    signed_in: MayReadEvents,
    events: TheEvents,
    sought: TheSought,
    before: Annotated[str | None, Query(pattern=r"^\d{1,15}-\d{1,10}$")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> wire.EventPage:
    """One page of those at fromMs <= time < toMs (a day up to now when absent); `nextBefore` asks for the next."""
    position = None if before is None else wire.position_of(before)
    page, has_more = events.searches.list_page(signed_in.customer.id, sought, position, limit)
    return wire.event_page(page, has_more, events.searches.catalogue)


@router.get("/events/graph", operation_id="getEventGraph", summary="Events of a building as lines")
def get_event_graph(signed_in: MayReadEvents, events: TheEvents, sought: TheSought) -> wire.EventLines:
    """Where all lines together have more than 5,000 points, those are kept that draw the same lines."""
    return wire.EventLines(series=[wire.line_view(each) for each in events.searches.graph(signed_in.customer.id, sought)])


@router.get("/events/export", operation_id="exportEvents", summary="Events as CSV", response_class=CsvDownload)
def export_events(signed_in: MayReadEvents, events: TheEvents, sought: TheSought) -> CsvDownload:
    """All that fit, oldest first, in the columns that an import takes. It is noted in the audit log."""
    by, customer = actor_of(signed_in.member), signed_in.customer
    name = f"events-{sought.building}".replace(":", "_") if sought.building else "events"
    return CsvDownload(name, events.searches.export(customer.id, customer.name, sought, by))


async def _place(signed_in: MayReadEvents, events: TheEvents, sought: TheSought) -> AsyncIterator[None]:
    """A listener's place. What is wrong with what it asks is said before it listens."""
    of = signed_in.customer.id
    if events.listeners[of] >= _MOST_LISTENERS_PER_CUSTOMER:
        raise Problem("too_many_requests", "Too many pages are open; close some.", retry_after_seconds=60)
    events.listeners[of] += 1  # at once, so that those who come together find each other
    try:
        await run_in_threadpool(events.searches.check_listening, of, sought)
        yield
    finally:
        events.listeners[of] -= 1


@router.get(
    "/events/arriving",
    operation_id="listenEvents",
    summary="Events as they arrive",
    response_class=EventSourceResponse,
    dependencies=[Depends(_place)],
)
async def listen_events(
    request: Request, token: SessionToken, signed_in: MayReadEvents, events: TheEvents, sought: TheSought
) -> AsyncIterable[wire.ArrivalsView]:
    """Server-sent events: the newest at once, then each second those that came, at most the newest hundred of them."""
    members: Members = request.app.state.members
    after: int | None = None
    looks = 0
    while looks % _LOOKS_A_SESSION_CHECK or await run_in_threadpool(members.find_signed_in, token, renew=False) is not None:
        looks += 1
        seen = await run_in_threadpool(events.searches.arrivals, signed_in.customer.id, sought, after, _MOST_ARRIVED)
        if seen.arrived or after is None:
            yield wire.arrivals_view(seen, events.searches.catalogue)
        after = seen.up_to_sequence
        await asyncio.sleep(_LOOK_EVERY_SECONDS)


@router.post(
    "/events/imports/look", operation_id="lookAtImport", summary="Look at a file's first rows", max_body_size=_PART_BYTES
)
async def look_at_import(body: wire.ImportBeginning, signed_in: MayWriteEvents, events: TheEvents) -> wire.LookedView:
    """What the columns probably hold, and what would become of the rows; nothing is stored."""
    mapping = None if body.mapping is None else wire.mapping_of(body.mapping)
    return wire.looked_view(await events.imports.look(signed_in.customer.id, body.building, body.text, mapping))


@router.post("/events/imports", operation_id="beginImport", summary="Begin an import", status_code=201)
def begin_import(body: wire.NewImport, signed_in: MayWriteEvents, events: TheEvents) -> wire.Begun:
    """It is noted in the audit log; `resume` goes along with the first part."""
    by, mapping = actor_of(signed_in.member), wire.mapping_of(body.mapping)
    arguments = (signed_in.customer.id, body.building, body.file, body.size_bytes, body.header, mapping, by)
    return wire.Begun(resume=events.imports.begin(*arguments))


@router.post("/events/imports/parts", operation_id="takePart", summary="Store a part of a file", max_body_size=_PART_BYTES)
async def take_part(body: wire.ImportPart, signed_in: MayWriteEvents, events: TheEvents) -> wire.TakenView:
    """Whole lines, those that follow the part before. They are stored when it answers; the same part again is harmless."""
    by = actor_of(signed_in.member)
    return wire.taken_view(await events.imports.take(signed_in.customer.id, by, body.resume, body.text))


@router.post("/events/imports/end", operation_id="endImport", summary="End an import", status_code=204, max_body_size=_PART_BYTES)
def end_import(body: wire.ImportEnd, signed_in: MayWriteEvents, events: TheEvents) -> None:
    """Notes in the audit log what became of it."""
    events.imports.end(signed_in.customer.id, actor_of(signed_in.member), body.resume, body.is_whole)
