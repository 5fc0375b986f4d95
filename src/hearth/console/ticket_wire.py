"""The JSON of support requests.

Only shapes and their filling stand here; nothing is decided. Instants are milliseconds UTC. What breaks a rule is told by the
domain, at its field; the lengths here only bound what is read.
"""

from typing import Annotated, Literal

from pydantic import Field

from hearth.console.wire import Wire
from hearth.domain.tickets import (
    MESSAGE_LENGTH_MAX,
    PAGE_LENGTH_MAX,
    SUBJECT_LENGTH_MAX,
    Ticket,
    TicketCategory,
    TicketMessage,
    TicketState,
)
from hearth.services.tickets import Correspondence

Text = Annotated[str, Field(min_length=1, max_length=2 * MESSAGE_LENGTH_MAX)]


class NewTicket(Wire):
    """`page`: the console's page it is about, from `/console/` on; empty for none."""

    category: TicketCategory
    subject: Annotated[str, Field(min_length=1, max_length=2 * SUBJECT_LENGTH_MAX)]
    message: Text
    page: Annotated[str, Field(max_length=2 * PAGE_LENGTH_MAX)] = ""


class NewTicketMessage(Wire):
    message: Text


class TicketView(Wire):
    id: str
    number: int
    state: TicketState
    category: TicketCategory
    subject: str
    page: str
    member_name: str
    created_at_ms: int
    changed_at_ms: int


class TicketPage(Wire):
    """`missing_settings`: what the operator has to set before requests are taken."""

    items: list[TicketView]
    next_after: str | None
    missing_settings: list[str]


class TicketMessageView(Wire):
    number: int
    by: Literal["member", "operator"]
    author: str
    text: str
    at_ms: int


class CorrespondenceView(Wire):
    """A request with its messages, oldest first."""

    ticket: TicketView
    messages: list[TicketMessageView]
    missing_settings: list[str]


def ticket_view(ticket: Ticket) -> TicketView:
    """A request of the list as JSON."""
    return TicketView(
        id=ticket.id,
        number=ticket.number,
        state=ticket.state,
        category=ticket.category,
        subject=ticket.subject,
        page=ticket.page,
        member_name=ticket.member_name,
        created_at_ms=ticket.created_at_ms,
        changed_at_ms=ticket.changed_at_ms,
    )


def correspondence_view(found: Correspondence, missing_settings: list[str]) -> CorrespondenceView:
    """A request in full as JSON."""
    messages = [_message_view(message) for message in found.messages]
    return CorrespondenceView(ticket=ticket_view(found.ticket), messages=messages, missing_settings=missing_settings)


def _message_view(message: TicketMessage) -> TicketMessageView:
    return TicketMessageView(number=message.number, by=message.by, author=message.author, text=message.text, at_ms=message.at_ms)
