"""Mails about support requests: a line in the store, emptied again and again by one process.

What is asked and answered is `tickets`'. Invariants: a mail that the server did not take stays in the line and is tried again for
three days; one that was taken twice is better than one that was lost; nothing goes to who is no member any more.
"""

import structlog

from hearth.core.clock import Clock
from hearth.core.instants import HOUR_MS, MINUTE_MS
from hearth.core.problems import Problem
from hearth.domain.tickets import Ticket, TicketMail
from hearth.ports import Mail, Mailer, Session, Store
from hearth.services.mails import Kind, write_mail

TICKET_PATH = "/console/support"
_KEPT_MS = 72 * HOUR_MS
_LEASE_MS = 5 * MINUTE_MS
_FIRST_PAUSE_MS = MINUTE_MS
_LONGEST_PAUSE_MS = HOUR_MS
_AT_A_TIME = 10

_log = structlog.get_logger(__name__)


class TicketMails:
    """Sends what waits. `url` is the platform's public address."""

    def __init__(self, store: Store, mailer: Mailer, clock: Clock, url: str, support_mail: str) -> None:
        self._store = store
        self._mailer = mailer
        self._clock = clock
        self._url = url
        self._support_mail = support_mail

    def look(self) -> int:
        """One look at the line. Returns how many were sent."""
        if not self._mailer.is_set:
            return 0
        now_ms = self._clock.now_ms()
        with self._store.read() as session:
            if not session.tickets.is_mail_due_for_operator(now_ms):
                return 0
        with self._store.write() as session:
            taken = session.tickets.take_mails_for_operator(now_ms, now_ms + _LEASE_MS, _AT_A_TIME)
        return sum(self._send(each) for each in taken)

    def _send(self, waiting: TicketMail) -> bool:
        with self._store.read() as session:
            mail = self._write(session, waiting)
        failure = ""
        if mail is not None:
            try:
                self._mailer.send(mail)
            except Problem as problem:
                failure = problem.detail
        now_ms = self._clock.now_ms()
        with self._store.write() as session:
            if not failure:
                session.tickets.remove_mail(waiting)
            elif now_ms - waiting.created_at_ms >= _KEPT_MS:
                session.tickets.remove_mail(waiting)
                _log.error("ticket.mail_given_up", ticket_id=waiting.ticket_id, kind=waiting.kind, reason=failure)
            else:
                pause_ms = min(_FIRST_PAUSE_MS << min(waiting.attempts, 10), _LONGEST_PAUSE_MS)
                session.tickets.put_off_mail(waiting, now_ms + pause_ms)
                _log.warning("ticket.mail_put_off", ticket_id=waiting.ticket_id, kind=waiting.kind, reason=failure)
        return mail is not None and not failure

    def _write(self, session: Session, waiting: TicketMail) -> Mail | None:
        """The mail; None where nobody is left to get it."""
        ticket = session.tickets.find(waiting.customer_id, waiting.ticket_id)
        customer = session.customers.find(waiting.customer_id)
        assert ticket is not None
        assert customer is not None
        message = session.tickets.list_messages(ticket.customer_id, ticket.id)[waiting.message_number - 1]
        values = {
            "link": f"{self._url}{TICKET_PATH}/{ticket.id}",
            "number": ticket.number,
            "subject": ticket.subject,
            "author": message.author,
            "body": message.text,
        }
        member = session.members.find(ticket.customer_id, ticket.member_id)
        if waiting.kind == "request":
            if not self._support_mail:
                return None
            email = ticket.member_email if member is None else member.email
            told = {**values, **self._about(ticket), "customer_name": customer.name, "email": email}
            return write_mail("ticket_request", "en", self._support_mail, told)._replace(reply_to=email)
        if member is None:
            return None
        kind: Kind = "ticket_answer" if waiting.kind == "answer" else "ticket_confirmation"
        return write_mail(kind, member.language, member.email, values)._replace(reply_to=self._support_mail)

    def _about(self, ticket: Ticket) -> dict[str, str]:
        page = f"{self._url}{ticket.page}" if ticket.page else ""
        return {"customer_id": ticket.customer_id, "category": ticket.category.lower(), "page": page}
