"""The protocol of the store of support requests."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from hearth.domain.tickets import Ticket, TicketMail, TicketMailKind, TicketMessage, TicketOrder, TicketState

# What the next page begins behind: what the list is sorted by, and the number.
TicketPosition = tuple[int, int]


class TicketQuery(NamedTuple):
    """Which tickets are asked for, and in which order. `words`, folded: each stands in the subject or in who asked, or is
    the ticket's number."""

    words: Sequence[str] = ()
    state: TicketState | None = None
    order: TicketOrder = "newest"

    def position_of(self, ticket: Ticket) -> TicketPosition:
        """Where a ticket stands in the list of its customer's."""
        return (ticket.changed_at_ms if self.order == "activity" else ticket.created_at_ms), ticket.number


class TicketRepository(Protocol):
    """Tickets, their messages, and the mails about them that wait to be sent."""

    def add(self, ticket: Ticket) -> Ticket:
        """Gives it the customer's next number."""

    def replace(self, ticket: Ticket) -> None:
        """Replaces the ticket of that id."""

    def find(self, customer_id: str, ticket_id: str) -> Ticket | None:
        """The customer's ticket, which nobody else changes until the transaction ends, if this one writes."""

    def find_numbered(self, customer_id: str, number: int) -> Ticket | None:
        """The customer's ticket of that number, as `find`."""

    def list_page(
        self, customer_id: str, member_id: str | None, query: TicketQuery, after: TicketPosition | None, limit: int
    ) -> list[Ticket]:
        """Those that fit, in the query's order, behind a position; of one member unless None."""

    def list_for_operator(self, query: TicketQuery, limit: int) -> list[Ticket]:
        """Those that fit of all customers, in the query's order."""

    def add_message(self, customer_id: str, ticket_id: str, message: TicketMessage) -> TicketMessage:
        """Gives it the ticket's next number."""

    def list_messages(self, customer_id: str, ticket_id: str) -> list[TicketMessage]:
        """Oldest first."""

    def add_mail(self, customer_id: str, ticket_id: str, message_number: int, kind: TicketMailKind, at_ms: int) -> None:
        """Puts a mail about that message in the line, due at once."""

    def is_mail_due_for_operator(self, now_ms: int) -> bool:
        """Whether there is anything to take."""

    def take_mails_for_operator(self, now_ms: int, until_ms: int, limit: int) -> list[TicketMail]:
        """What is due, oldest first; given to one caller only, and due again at `until_ms` unless it is put off or removed."""

    def put_off_mail(self, mail: TicketMail, due_at_ms: int) -> None:
        """One more attempt has failed."""

    def remove_mail(self, mail: TicketMail) -> None:
        """It was sent, or is not to be."""
