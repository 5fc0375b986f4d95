"""Support requests: tickets, their messages, and the line of mails about them.

What a ticket says and to whom it is mailed is the services'. Invariant: numbers of a customer's tickets, and of a ticket's
messages, follow one another without a gap.
"""

import re
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Select, delete, func, or_, select, tuple_, update

from hearth.core.folded import folded
from hearth.domain.tickets import Ticket, TicketMail, TicketMailKind, TicketMessage
from hearth.ports.tickets import TicketPosition, TicketQuery
from hearth.store.connections import is_postgresql
from hearth.store.tables import customers, ticket_mails, ticket_messages, tickets
from hearth.store.transactions import Transaction


class SqlTicketRepository:
    """Implements `ports.TicketRepository`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._connection = transaction.connection

    def add(self, ticket: Ticket) -> Ticket:
        """Gives it the customer's next number."""
        # Two who ask at once wait for each other at the customer's row.
        self._connection.execute(
            self._transaction.for_change(select(customers.c.id).where(customers.c.id == ticket.customer_id))
        ).all()
        last = select(func.coalesce(func.max(tickets.c.number), 0)).where(tickets.c.customer_id == ticket.customer_id)
        ticket = msgspec.structs.replace(ticket, number=int(self._connection.scalar(last) or 0) + 1)
        row = {
            "id": ticket.id,
            "customer_id": ticket.customer_id,
            "number": ticket.number,
            "member_id": ticket.member_id,
            "created_at_ms": ticket.created_at_ms,
            "words": folded("\n".join((ticket.subject, ticket.member_name, ticket.member_email))),
            **_changing(ticket),
        }
        self._connection.execute(tickets.insert(), row)
        return ticket

    def replace(self, ticket: Ticket) -> None:
        """Replaces the ticket of that id."""
        of = (tickets.c.id == ticket.id) & (tickets.c.customer_id == ticket.customer_id)
        self._connection.execute(update(tickets).where(of).values(**_changing(ticket)))

    def find(self, customer_id: str, ticket_id: str) -> Ticket | None:
        """The customer's ticket, which nobody else changes until the transaction ends, if this one writes."""
        return self._find(select(tickets.c.document).where(tickets.c.id == ticket_id, tickets.c.customer_id == customer_id))

    def find_numbered(self, customer_id: str, number: int) -> Ticket | None:
        """The customer's ticket of that number, as `find`."""
        return self._find(select(tickets.c.document).where(tickets.c.customer_id == customer_id, tickets.c.number == number))

    def _find(self, query: Select[Any]) -> Ticket | None:
        found = self._connection.scalar(self._transaction.for_change(query))
        return None if found is None else msgspec.json.decode(found, type=Ticket)

    def list_page(
        self, customer_id: str, member_id: str | None, query: TicketQuery, after: TicketPosition | None, limit: int
    ) -> list[Ticket]:
        """Those that fit, in the query's order, behind a position; of one member unless None."""
        asked = select(tickets.c.document).where(tickets.c.customer_id == customer_id)
        if member_id is not None:
            asked = asked.where(tickets.c.member_id == member_id)
        if after is not None:
            place, behind = tuple_(_key(query), tickets.c.number), tuple_(*after)
            asked = asked.where(place > behind if query.order == "oldest" else place < behind)
        return self._list(asked, query, limit)

    def list_for_operator(self, query: TicketQuery, limit: int) -> list[Ticket]:
        """Those that fit of all customers, in the query's order."""
        return self._list(select(tickets.c.document), query, limit)

    def _list(self, asked: Select[Any], query: TicketQuery, limit: int) -> list[Ticket]:
        asked = asked.where(*map(_has, query.words))
        if query.state is not None:
            asked = asked.where(tickets.c.state == query.state)
        order = [_key(query), tickets.c.number, tickets.c.id]
        if query.order != "oldest":
            order = [column.desc() for column in order]
        found = self._connection.scalars(asked.order_by(*order).limit(limit))
        return [msgspec.json.decode(document, type=Ticket) for document in found]

    def add_message(self, customer_id: str, ticket_id: str, message: TicketMessage) -> TicketMessage:
        """Gives it the ticket's next number."""
        last = select(func.coalesce(func.max(ticket_messages.c.number), 0)).where(_of_ticket(customer_id, ticket_id))
        message = msgspec.structs.replace(message, number=int(self._connection.scalar(last) or 0) + 1)
        row = {
            "ticket_id": ticket_id,
            "number": message.number,
            "customer_id": customer_id,
            "document": msgspec.json.encode(message),
        }
        self._connection.execute(ticket_messages.insert(), row)
        return message

    def list_messages(self, customer_id: str, ticket_id: str) -> list[TicketMessage]:
        """Oldest first."""
        query = select(ticket_messages.c.document).where(_of_ticket(customer_id, ticket_id)).order_by(ticket_messages.c.number)
        return [msgspec.json.decode(document, type=TicketMessage) for document in self._connection.scalars(query)]

    def add_mail(self, customer_id: str, ticket_id: str, message_number: int, kind: TicketMailKind, at_ms: int) -> None:
        """Puts a mail about that message in the line, due at once."""
        row = {
            "customer_id": customer_id,
            "ticket_id": ticket_id,
            "message_number": message_number,
            "kind": kind,
            "created_at_ms": at_ms,
            "due_at_ms": at_ms,
            "attempts": 0,
        }
        self._connection.execute(ticket_mails.insert(), row)

    def is_mail_due_for_operator(self, now_ms: int) -> bool:
        """Whether there is anything to take."""
        return (
            self._connection.scalar(select(ticket_mails.c.number).where(ticket_mails.c.due_at_ms <= now_ms).limit(1)) is not None
        )

    def take_mails_for_operator(self, now_ms: int, until_ms: int, limit: int) -> list[TicketMail]:
        """What is due, oldest first; given to one caller only, and due again at `until_ms` unless it is put off or removed."""
        query = select(ticket_mails).where(ticket_mails.c.due_at_ms <= now_ms).order_by(ticket_mails.c.number).limit(limit)
        if is_postgresql(self._connection):
            query = query.with_for_update(skip_locked=True)
        found = self._connection.execute(query).all()
        numbers = [row.number for row in found]
        self._connection.execute(update(ticket_mails).where(ticket_mails.c.number.in_(numbers)).values(due_at_ms=until_ms))
        return [
            TicketMail(
                number=row.number,
                customer_id=row.customer_id,
                ticket_id=row.ticket_id,
                message_number=row.message_number,
                kind=row.kind,
                created_at_ms=row.created_at_ms,
                attempts=row.attempts,
            )
            for row in found
        ]

    def put_off_mail(self, mail: TicketMail, due_at_ms: int) -> None:
        """One more attempt has failed."""
        values = {"due_at_ms": due_at_ms, "attempts": mail.attempts + 1}
        self._connection.execute(update(ticket_mails).where(_of_mail(mail)).values(**values))

    def remove_mail(self, mail: TicketMail) -> None:
        """It was sent, or is not to be."""
        self._connection.execute(delete(ticket_mails).where(_of_mail(mail)))


def _changing(ticket: Ticket) -> dict[str, Any]:
    return {"state": ticket.state, "changed_at_ms": ticket.changed_at_ms, "document": msgspec.json.encode(ticket)}


def _key(query: TicketQuery) -> Any:
    return tickets.c.changed_at_ms if query.order == "activity" else tickets.c.created_at_ms


def _has(word: str) -> ColumnElement[bool]:
    stands = tickets.c.words.contains(word, autoescape=True)
    number = re.fullmatch(r"#?([0-9]{1,15})", word)
    return stands if number is None else or_(stands, tickets.c.number == int(number[1]))


def _of_ticket(customer_id: str, ticket_id: str) -> Any:
    return (ticket_messages.c.ticket_id == ticket_id) & (ticket_messages.c.customer_id == customer_id)


def _of_mail(mail: TicketMail) -> Any:
    return (ticket_mails.c.number == mail.number) & (ticket_mails.c.customer_id == mail.customer_id)
