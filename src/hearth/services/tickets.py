"""Support requests: what members ask of whoever runs the platform, and how the operator answers.

Decides who may see a request: its member, and who may administer users all of the customer. How it is mailed is `ticket_mails`'.
Invariants: a request and the mails it needs are stored together, and where nobody would get them none is taken.
"""

import re
from typing import Literal, NamedTuple

from msgspec.structs import replace

from hearth.core.clock import Clock, Identities
from hearth.core.folded import folded
from hearth.core.instants import HOUR_MS, SECOND_MS
from hearth.core.problems import Problem, invalid
from hearth.domain.audit import COMMAND_LINE, Action, Actor
from hearth.domain.customers import Member
from hearth.domain.permissions import may
from hearth.domain.tickets import (
    Ticket,
    TicketCategory,
    TicketMailKind,
    TicketMessage,
    TicketOrder,
    TicketState,
    check_page,
    clean_message,
    clean_subject,
)
from hearth.ports import Mailer, Session, Store
from hearth.ports.tickets import TicketPosition, TicketQuery
from hearth.services.auditing import actor_of, note
from hearth.services.credentials import clean_email
from hearth.services.failures import FailureCounter

_TICKETS_PER_HOUR = 10  # of one customer: nobody shall use us to fill a mailbox
_MESSAGES_PER_HOUR = 30
_MOST_LISTED = 200  # for the operator
_MOST_WORDS = 8


class Correspondence(NamedTuple):
    """A ticket with its messages, oldest first."""

    ticket: Ticket
    messages: list[TicketMessage]


class Tickets:
    """The use cases. `support_mail`: the address that requests go to; empty = none are taken."""

    def __init__(self, store: Store, mailer: Mailer, clock: Clock, identities: Identities, support_mail: str) -> None:
        self._store = store
        self._mailer = mailer
        self._clock = clock
        self._identities = identities
        try:
            self._support_mail = support_mail and clean_email(support_mail)
        except Problem:
            raise invalid("/support_mail", f"support_mail is an address such as help@example.com, not {support_mail!r}") from None
        self._opened = FailureCounter(_TICKETS_PER_HOUR, HOUR_MS)
        self._written = FailureCounter(_MESSAGES_PER_HOUR, HOUR_MS)

    @property
    def missing_settings(self) -> list[str]:
        """What the operator has to set before requests are taken; empty where all is there."""
        return [
            name for name, is_set in (("support_mail", bool(self._support_mail)), ("smtp_url", self._mailer.is_set)) if not is_set
        ]

    # Members

    def open(self, by: Member, category: TicketCategory, subject: str, message: str, page: str = "") -> Ticket:
        """Takes a request of a member; mails to the operator and to the member are on their way.

        Raises Problem: "unavailable" where the operator has set up no support, "invalid", "too_many_requests".
        """
        self._check_set_up()
        subject, message, page = clean_subject(subject), clean_message(message), check_page(page)
        now_ms = self._clock.now_ms()
        _brake(self._opened, by.customer_id, now_ms, "Too many requests within an hour. Write more into one you have.")
        ticket = Ticket(
            id=self._identities.new_id(),
            customer_id=by.customer_id,
            member_id=by.id,
            member_name=by.name,
            member_email=by.email,
            category=category,
            subject=subject,
            page=page,
            created_at_ms=now_ms,
            changed_at_ms=now_ms,
        )
        with self._store.write() as session:
            ticket = session.tickets.add(ticket)
            self._add_message(session, ticket, "member", by.name, message, ("request", "confirmation"))
            shown = {"category": category}
            note(session, ticket.customer_id, now_ms, actor_of(by), "ticket.opened", _words(ticket), after=shown)
        return ticket

    def list_page(
        self,
        by: Member,
        after: str | None,
        limit: int,
        *,
        search: str = "",
        state: TicketState | None = None,
        order: TicketOrder = "newest",
    ) -> tuple[list[Ticket], str | None]:
        """(those that the member may see and that fit; what asks for the next page of the same order).

        `search`: each of its words stands in the subject or in who asked, in any case, or is the number. Raises Problem "invalid"
        for an `after` that no page gave.
        """
        own = None if _sees_all(by) else by.id
        query = TicketQuery(_words_of(search), state, order)
        position = None if after is None else _position(after)
        with self._store.read() as session:
            found = session.tickets.list_page(by.customer_id, own, query, position, limit + 1)
        if len(found) <= limit:
            return found, None
        key, number = query.position_of(found[limit - 1])
        return found[:limit], f"{key}-{number}"

    def get(self, by: Member, ticket_id: str) -> Correspondence:
        """Raises Problem "not_found", also for one that the member may not see."""
        with self._store.read() as session:
            ticket = _visible(session, by, ticket_id)
            return Correspondence(ticket, session.tickets.list_messages(by.customer_id, ticket.id))

    def write(self, by: Member, ticket_id: str, message: str) -> None:
        """One more message to the operator; the ticket is open again.

        Raises Problem: "not_found", "unavailable", "invalid", "too_many_requests".
        """
        self._check_set_up()
        message = clean_message(message)
        now_ms = self._clock.now_ms()
        with self._store.write() as session:
            ticket = _visible(session, by, ticket_id)
            _brake(self._written, by.customer_id, now_ms, "Too many messages within an hour.")
            self._add_message(session, ticket, "member", by.name, message, ("request",))
            self._change(session, ticket, "OPEN", actor_of(by), "ticket.messageAdded")

    def close(self, by: Member, ticket_id: str) -> None:
        """The member needs nothing more. Doing so twice is no error. Raises Problem "not_found"."""
        with self._store.write() as session:
            ticket = _visible(session, by, ticket_id)
            if ticket.state != "CLOSED":
                self._change(session, ticket, "CLOSED", actor_of(by), "ticket.closed")

    # The operator

    def list_for_operator(
        self,
        customer_id: str | None,
        *,
        search: str = "",
        state: TicketState | None = None,
        order: TicketOrder | None = None,
    ) -> list[Ticket]:
        """At most 200 that fit, as `list_page` has it: of one customer, or of all. Unless told otherwise the newest come first,
        of all customers the one with the latest activity.
        """
        with self._store.read() as session:
            if customer_id is None:
                return session.tickets.list_for_operator(TicketQuery(_words_of(search), state, order or "activity"), _MOST_LISTED)
            query = TicketQuery(_words_of(search), state, order or "newest")
            return session.tickets.list_page(customer_id, None, query, None, _MOST_LISTED)

    def show(self, customer_id: str, number: int) -> Correspondence:
        """Raises Problem "not_found"."""
        with self._store.read() as session:
            ticket = _numbered(session, customer_id, number)
            return Correspondence(ticket, session.tickets.list_messages(customer_id, ticket.id))

    def answer(self, customer_id: str, number: int, message: str, author: str) -> Ticket:
        """Answers as `author`; the member is mailed.

        Raises Problem: "not_found", "invalid", "unavailable" without a mail server, "conflict" when the member is gone.
        """
        message = clean_message(message)
        if not self._mailer.is_set:
            raise Problem("unavailable", "The answer could not be mailed: set smtp_url first.")
        with self._store.write() as session:
            ticket = _numbered(session, customer_id, number)
            if session.members.find(customer_id, ticket.member_id) is None:
                raise Problem(
                    "conflict", f"{ticket.member_email} is no member any more and gets no mail; close the request instead."
                )
            self._add_message(session, ticket, "operator", author, message, ("answer",))
            return self._change(session, ticket, "ANSWERED", COMMAND_LINE, "ticket.answered")

    def close_for_operator(self, customer_id: str, number: int) -> Ticket:
        """Nobody is mailed. Doing so twice is no error. Raises Problem "not_found"."""
        with self._store.write() as session:
            ticket = _numbered(session, customer_id, number)
            return ticket if ticket.state == "CLOSED" else self._change(session, ticket, "CLOSED", COMMAND_LINE, "ticket.closed")

    def _check_set_up(self) -> None:
        missing = self.missing_settings
        if missing:
            raise Problem("unavailable", f"No requests are taken: the operator has not set {' and '.join(missing)}.")

    def _add_message(
        self,
        session: Session,
        ticket: Ticket,
        by: Literal["member", "operator"],
        author: str,
        text: str,
        mails: tuple[TicketMailKind, ...],
    ) -> None:
        now_ms = self._clock.now_ms()
        message = TicketMessage(number=0, by=by, author=author, text=text, at_ms=now_ms)
        number = session.tickets.add_message(ticket.customer_id, ticket.id, message).number
        for kind in mails:
            session.tickets.add_mail(ticket.customer_id, ticket.id, number, kind, now_ms)

    def _change(self, session: Session, ticket: Ticket, state: TicketState, by: Actor, action: Action) -> Ticket:
        now_ms = self._clock.now_ms()
        changed = replace(ticket, state=state, changed_at_ms=now_ms)
        session.tickets.replace(changed)
        shown = ({"state": ticket.state}, {"state": state}) if state != ticket.state else (None, None)
        note(session, ticket.customer_id, now_ms, by, action, _words(ticket), before=shown[0], after=shown[1])
        return changed


def _words_of(search: str) -> list[str]:
    return folded(search).split()[:_MOST_WORDS]


def _position(after: str) -> TicketPosition:
    found = re.fullmatch(r"([0-9]{1,15})-([0-9]{1,15})", after)
    if found is None:
        raise invalid("", "after is none that a page gave.")
    return int(found[1]), int(found[2])


def _sees_all(member: Member) -> bool:
    return may(member.role, "admin:users")


def _visible(session: Session, by: Member, ticket_id: str) -> Ticket:
    ticket = session.tickets.find(by.customer_id, ticket_id)
    if ticket is None or not (ticket.member_id == by.id or _sees_all(by)):
        raise Problem("not_found", "There is no such request.")
    return ticket


def _numbered(session: Session, customer_id: str, number: int) -> Ticket:
    ticket = session.tickets.find_numbered(customer_id, number)
    if ticket is None:
        raise Problem("not_found", f"Customer {customer_id} has no request {number}. `hearth ticket list` shows all.")
    return ticket


def _brake(counter: FailureCounter, customer_id: str, now_ms: int, words: str) -> None:
    wait_ms = counter.count(customer_id, now_ms)
    if wait_ms:
        raise Problem("too_many_requests", words, retry_after_seconds=wait_ms // SECOND_MS + 1)


def _words(ticket: Ticket) -> str:
    return f"{ticket.number} {ticket.subject}"
