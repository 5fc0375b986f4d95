"""The audit log: who changed what, and when.

Entries are written by the use cases, in the transaction of the change itself; here stands how an actor is named, what of
two states is shown, and how the log is read. Invariant: a change is in the log if and only if it was made.
"""

from typing import Any

import msgspec

from hearth.domain.audit import Action, Actor, AuditEntry
from hearth.domain.customers import Member
from hearth.ports import Session, Store

_MOST_WORDS = 8


def actor_of(member: Member) -> Actor:
    """A member as the log names it, readable also when the member is gone."""
    return Actor(kind="member", id=member.id, name=f"{member.name} <{member.email}>")


def note(
    session: Session,
    customer_id: str,
    at_ms: int,
    by: Actor,
    action: Action,
    subject: str,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Adds an entry to the transaction."""
    session.audit.add(
        AuditEntry(customer_id=customer_id, at_ms=at_ms, actor=by, action=action, subject=subject, before=before, after=after)
    )


def differences(before: msgspec.Struct, after: msgspec.Struct) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields in which two states of a thing differ, as JSON: (as they were, as they are). Not for structs with secrets."""
    was, is_now = msgspec.to_builtins(before), msgspec.to_builtins(after)
    differing = [name for name in {**was, **is_now} if was.get(name) != is_now.get(name)]
    return {name: was.get(name) for name in differing}, {name: is_now.get(name) for name in differing}


class AuditLog:
    """Reads the log."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def list_page(self, customer_id: str, search: str, before: int | None, limit: int) -> tuple[list[AuditEntry], int | None]:
        """(entries, newest first; the number that asks for the next page). Each word of `search` stands in each entry."""
        with self._store.read() as session:
            found = session.audit.list_page(customer_id, search.split()[:_MOST_WORDS], before, limit + 1)
        page = found[:limit]
        return page, page[-1].number if len(found) > limit else None
