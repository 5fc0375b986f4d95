"""The console's JSON endpoints of support requests.

Each reads the request, asks a service and shapes the answer; nothing is decided here. Invariant: whoever is signed in may ask,
and the service shows each member what is theirs to see.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request

from hearth.console import ticket_wire as wire
from hearth.console.security import WhoSignedIn
from hearth.console.wire import NO_NUL, ProblemView
from hearth.domain.tickets import TicketOrder, TicketState
from hearth.services.tickets import Tickets

router = APIRouter(
    prefix="/api", responses={"default": {"model": ProblemView, "description": "Refused (application/problem+json)"}}
)


def _tickets(request: Request) -> Tickets:
    tickets: Tickets = request.app.state.tickets
    return tickets


TheTickets = Annotated[Tickets, Depends(_tickets)]
TicketId = Annotated[str, Path(pattern=r"^[0-9a-f]{24}$")]


@router.get("/tickets", operation_id="listTickets", summary="Support requests, searched, filtered and sorted")
def list_tickets(
    signed_in: WhoSignedIn,
    tickets: TheTickets,
    search: Annotated[str, Query(max_length=200, pattern=NO_NUL)] = "",
    state: TicketState | None = None,
    sort: TicketOrder = "newest",
    after: Annotated[str | None, Query(max_length=40)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
) -> wire.TicketPage:
    """One's own; for who may administer users, all of the customer. `nextAfter` asks for the next page of the same order."""
    found, next_after = tickets.list_page(signed_in.member, after, limit, search=search, state=state, order=sort)
    items = [wire.ticket_view(ticket) for ticket in found]
    return wire.TicketPage(items=items, next_after=next_after, missing_settings=tickets.missing_settings)


@router.post("/tickets", operation_id="openTicket", summary="Ask for support", status_code=201)
def open_ticket(body: wire.NewTicket, signed_in: WhoSignedIn, tickets: TheTickets) -> wire.TicketView:
    """Mailed to the operator, and confirmed to the member by mail."""
    return wire.ticket_view(tickets.open(signed_in.member, body.category, body.subject, body.message, body.page))


@router.get("/tickets/{ticket_id}", operation_id="getTicket", summary="A request with its messages")
def get_ticket(ticket_id: TicketId, signed_in: WhoSignedIn, tickets: TheTickets) -> wire.CorrespondenceView:
    """Oldest message first."""
    return wire.correspondence_view(tickets.get(signed_in.member, ticket_id), tickets.missing_settings)


@router.post("/tickets/{ticket_id}/messages", operation_id="writeToTicket", summary="Add a message", status_code=204)
def write_to_ticket(ticket_id: TicketId, body: wire.NewTicketMessage, signed_in: WhoSignedIn, tickets: TheTickets) -> None:
    """Mailed to the operator. A closed request is open again."""
    tickets.write(signed_in.member, ticket_id, body.message)


@router.post("/tickets/{ticket_id}/closing", operation_id="closeTicket", summary="Close a request", status_code=204)
def close_ticket(ticket_id: TicketId, signed_in: WhoSignedIn, tickets: TheTickets) -> None:
    """Nobody is mailed."""
    tickets.close(signed_in.member, ticket_id)
