"""The audit log: rows that are added and read, never changed.

What an entry says is the services' to choose. Invariant: numbers grow in the order in which a customer's entries were
added; the database itself refuses to change or delete one.
"""

from collections.abc import Sequence

import msgspec
from sqlalchemy import select

from hearth.domain.audit import AuditEntry
from hearth.store.tables import audit_log
from hearth.store.transactions import Transaction


class SqlAuditRepository:
    """Implements `ports.AuditRepository`."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    def add(self, entry: AuditEntry) -> None:
        """Adds an entry and gives it the next number."""
        shown = (
            entry.actor.kind,
            entry.actor.id,
            entry.actor.name,
            entry.action,
            entry.subject,
            _json(entry.before),
            _json(entry.after),
        )
        row = {
            "customer_id": entry.customer_id,
            "words": " ".join(shown).lower(),
            "document": msgspec.json.encode(entry),
        }
        self._connection.execute(audit_log.insert(), row)

    def list_page(self, customer_id: str, words: Sequence[str], before: int | None, limit: int) -> list[AuditEntry]:
        """Newest first, numbers less than `before`, those in which each word stands, however it is written."""
        query = select(audit_log.c.number, audit_log.c.document).where(audit_log.c.customer_id == customer_id)
        if before is not None:
            query = query.where(audit_log.c.number < before)
        for word in words:
            query = query.where(audit_log.c.words.contains(word.lower(), autoescape=True))
        found = self._connection.execute(query.order_by(audit_log.c.number.desc()).limit(limit))
        return [msgspec.structs.replace(msgspec.json.decode(row.document, type=AuditEntry), number=row.number) for row in found]


def _json(shown: dict[str, object] | None) -> str:
    return "" if shown is None else msgspec.json.encode(shown).decode()
