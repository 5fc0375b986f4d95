"""Attempts of a customer as its people look at them: newest first, with what was delivered, and how each channel goes.

Attempts of deliveries are recorded with the outbox; tests of a channel, which belong to none, are added here. Invariant:
a test is in the list and in no figure.
"""

import msgspec
from sqlalchemy import ColumnElement, func, literal, select

from hearth.domain.channels import WEBHOOK
from hearth.domain.notifications import Attempt
from hearth.ports import EndpointRecord, RecordedAttempt
from hearth.store.tables import attempts, buildings, notifications, outbox, rules
from hearth.store.transactions import Transaction

_MOST_COUNTED = 1_000


class SqlAttemptRepository:
    """Implements `ports.AttemptRepository`."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    def add_test(self, customer_id: str, attempt: Attempt, channel_id: str = WEBHOOK) -> None:
        """Keeps the attempt of a test."""
        document = msgspec.json.encode(attempt)
        row = {"customer_id": customer_id, "channel_id": channel_id, "document": document, "is_failed": attempt.is_failed}
        self._connection.execute(attempts.insert(), row)

    def list_page(self, customer_id: str, failed_only: bool, before: int | None, limit: int) -> list[RecordedAttempt]:
        """Newest first, numbers less than `before`."""
        query = (
            select(attempts.c.number, attempts.c.document, attempts.c.delivery_id, attempts.c.channel_id)
            .add_columns(outbox.c.notification_id, buildings.c.customer_building_id, rules.c.name)
            .where(attempts.c.customer_id == customer_id)
            .outerjoin_from(attempts, outbox, outbox.c.id == attempts.c.delivery_id)
            .outerjoin(buildings, buildings.c.id == outbox.c.building_id)
            .outerjoin(notifications, notifications.c.id == outbox.c.notification_id)
            .outerjoin(rules, (rules.c.id == notifications.c.rule_id) & (rules.c.customer_id == customer_id))
            .order_by(attempts.c.number.desc())
            .limit(limit)
        )
        if failed_only:
            query = query.where(_is_failed(True))
        if before is not None:
            query = query.where(attempts.c.number < before)
        return [
            RecordedAttempt(
                number=row.number,
                attempt=msgspec.json.decode(row.document, type=Attempt),
                is_test=row.delivery_id is None,
                channel_id=row.channel_id,
                notification_id=row.notification_id,
                customer_building_id=row.customer_building_id,
                rule_name=row.name,
            )
            for row in self._connection.execute(query)
        ]

    def record_of(self, customer_id: str, channel_id: str = WEBHOOK) -> EndpointRecord:
        """The last success over a channel, and how many attempts failed after it (at most 1,000 are counted)."""
        of = (attempts.c.customer_id == customer_id) & (attempts.c.channel_id == channel_id)
        of &= attempts.c.delivery_id.is_not(None)
        query = select(attempts.c.number, attempts.c.document).where(of & _is_failed(False))
        last = self._connection.execute(query.order_by(attempts.c.number.desc()).limit(1)).first()
        failed = select(attempts.c.number).where(of & _is_failed(True))
        if last is not None:
            failed = failed.where(attempts.c.number > last.number)
        some = failed.limit(_MOST_COUNTED).subquery()
        return EndpointRecord(
            last_success_ms=None if last is None else msgspec.json.decode(last.document, type=Attempt).attempted_at_ms,
            failures_in_a_row=self._connection.scalar(select(func.count()).select_from(some)) or 0,
        )


def _is_failed(value: bool) -> ColumnElement[bool]:
    return attempts.c.is_failed == literal(value)  # equality, so that the index is used
