"""Ticket: what a member asks of whoever runs the platform, and what is answered.

Holds the nouns and what becomes of a ticket's state. Who may see one is the services' to say. Invariants: a ticket's number is
its customer's own, one after another; its messages are only added to.
"""

from typing import Literal, get_args
from unicodedata import category

import msgspec

from hearth.core.problems import invalid

TicketState = Literal["OPEN", "ANSWERED", "CLOSED"]
TicketCategory = Literal["QUESTION", "PROBLEM", "SUGGESTION", "OTHER"]
TICKET_STATES: tuple[TicketState, ...] = get_args(TicketState)
# How a list is sorted. "activity": the one that was written to, answered or closed last comes first.
TicketOrder = Literal["newest", "oldest", "activity"]
TICKET_ORDERS: tuple[TicketOrder, ...] = get_args(TicketOrder)
# What is still to be mailed about a message: to the operator, that it came, or to the member, that it was received or answered.
TicketMailKind = Literal["request", "confirmation", "answer"]

SUBJECT_LENGTH_MAX = 150
MESSAGE_LENGTH_MAX = 10_000
PAGE_LENGTH_MAX = 500


class Ticket(msgspec.Struct, frozen=True, kw_only=True):
    """A request. `member_name` and `member_email` are as they were then; `page`: the console's page it is about, from
    `/console/` on. `number`: 0 until it is stored.
    """

    id: str
    customer_id: str
    member_id: str
    member_name: str
    member_email: str
    category: TicketCategory
    subject: str
    created_at_ms: int
    changed_at_ms: int
    state: TicketState = "OPEN"
    page: str = ""
    number: int = 0


class TicketMessage(msgspec.Struct, frozen=True, kw_only=True):
    """One message of a ticket. `number` counts from 1. `author`: the name that is shown."""

    number: int
    by: Literal["member", "operator"]
    author: str
    text: str
    at_ms: int


class TicketMail(msgspec.Struct, frozen=True, kw_only=True):
    """A mail that waits to be sent. `number` is its place in the line; `attempts` failed so far."""

    number: int
    customer_id: str
    ticket_id: str
    message_number: int
    kind: TicketMailKind
    created_at_ms: int
    attempts: int = 0


def clean_subject(subject: str) -> str:
    """In one line. Raises Problem "invalid" for an empty or overlong one."""
    subject = " ".join("".join(each for each in subject if each.isspace() or category(each) != "Cc").split())
    if not subject or len(subject) > SUBJECT_LENGTH_MAX:
        raise invalid("/subject", f"Say in a few words what it is about, in at most {SUBJECT_LENGTH_MAX} characters.")
    return subject


def clean_message(text: str) -> str:
    """Without space around it, and without what would steer a terminal. Raises Problem "invalid" for an empty or overlong one."""
    text = "".join(each for each in text.replace("\r\n", "\n") if each in "\n\t" or category(each) != "Cc").strip()
    if not text or len(text) > MESSAGE_LENGTH_MAX:
        raise invalid("/message", f"Write what you would like to know or tell, in at most {MESSAGE_LENGTH_MAX:,} characters.")
    return text


def check_page(page: str) -> str:
    """Raises Problem "invalid" for what is no page of the console. Nothing behind # is one: secrets may stand there."""
    if page and (not page.startswith("/console/") or "#" in page or not page.isprintable() or len(page) > PAGE_LENGTH_MAX):
        raise invalid("/page", "The page is none of the console; it begins with /console/.")
    return page
