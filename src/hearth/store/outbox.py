"""The outbox: deliveries that are due, leased, tried and closed.

A lease is the due instant moved to the lease's end: nothing else need be undone when the holder dies.
Only the oldest open delivery of a building's lane (a channel and a recipient) is ever given out, so that its household hears in
order and no channel waits for another. One that is held for later (never tried, and due further ahead than any lease ends) is
passed over, so that it keeps no urgent one back. All deliveries of a notification are stored at once and closed rows stay, so
that a replay neither brings a delivery back nor adds one for a channel that came later.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Row, case, func, literal, select, update

from hearth.domain.events import Delivered
from hearth.domain.notifications import Attempt, Delivery
from hearth.ports import OutboxDue
from hearth.store.connections import among, insert
from hearth.store.tables import attempts, notifications, outbox
from hearth.store.transactions import Transaction


class _Times(msgspec.Struct):
    """What a delivery needs to know of its notification's document."""

    created_at_ms: int
    held_until_ms: int | None = None


class SqlOutboxRepository:
    """Implements `ports.OutboxRepository`."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    def add_all(self, deliveries: Iterable[Delivery]) -> None:
        """Those of a notification that has deliveries already are passed over, as are those whose notification is not stored."""
        by_customer: dict[str, list[Delivery]] = defaultdict(list)
        for delivery in deliveries:
            by_customer[delivery.customer_id].append(delivery)
        for customer_id in sorted(by_customer):
            self._add_of(customer_id, by_customer[customer_id])

    def _add_of(self, customer_id: str, added: Sequence[Delivery]) -> None:
        told = select(notifications.c.id).where(
            among(self._connection, notifications.c.id, [each.notification_id for each in added]),
            notifications.c.customer_id == customer_id,
            ~select(literal(1)).where(outbox.c.notification_id == notifications.c.id).exists(),
        )
        stored = set(self._connection.scalars(told))
        rows = [
            {
                "id": each.id,
                "customer_id": customer_id,
                "building_id": each.building_id,
                "notification_id": each.notification_id,
                "channel_id": each.channel_id,
                "lane": each.lane,
                "due_at_ms": each.due_at_ms,
                "attempts": each.attempts,
                "is_open": True,
                "is_counted": False,
                "document": msgspec.json.encode(each),
            }
            for each in added
            if each.notification_id in stored
        ]
        if rows:
            add = insert(self._connection, outbox).on_conflict_do_nothing(index_elements=["id"])
            self._connection.execute(add, rows)

    def lease_for_operator(self, now_ms: int, lease_until_ms: int, limit: int) -> list[Delivery]:
        """Due deliveries, longest due first and at most one per lane of a building (the oldest open one), now leased."""
        query = (
            select(outbox.c.number, outbox.c.due_at_ms, outbox.c.attempts, outbox.c.document)
            .where(_is_first(now_ms, lease_until_ms), outbox.c.due_at_ms <= now_ms)
            .order_by(outbox.c.due_at_ms, outbox.c.number)  # the order of the index: what is closed is not walked over
            .limit(limit)
            .with_for_update(skip_locked=True, of=outbox)
        )
        rows = self._connection.execute(query).all()
        if rows:
            of = among(self._connection, outbox.c.number, [row.number for row in rows])
            self._connection.execute(update(outbox).where(of).values(due_at_ms=lease_until_ms))
        return [_delivery(row) for row in rows]

    def next_due_for_operator(self, now_ms: int, lease_until_ms: int) -> int | None:
        """The earliest instant at which a delivery is or becomes due; one that waits behind another is not."""
        query = select(outbox.c.due_at_ms).where(_is_first(now_ms, lease_until_ms)).order_by(outbox.c.due_at_ms).limit(1)
        return self._connection.scalar(query)

    def record_attempt(self, customer_id: str, attempt: Attempt) -> None:
        """Keeps an attempt of a delivery; one of an erased delivery is passed over."""
        of = (outbox.c.id == attempt.delivery_id) & (outbox.c.customer_id == customer_id)
        document, is_failed = literal(msgspec.json.encode(attempt)), literal(attempt.is_failed)
        source = select(literal(customer_id), outbox.c.id, outbox.c.channel_id, document, is_failed).where(of)
        columns = ["customer_id", "delivery_id", "channel_id", "document", "is_failed"]
        self._connection.execute(attempts.insert().from_select(columns, source))

    def list_attempts(self, customer_id: str, delivery_id: str) -> list[Attempt]:
        """All attempts of a delivery, in their order."""
        of = (attempts.c.delivery_id == delivery_id) & (attempts.c.customer_id == customer_id)
        found = self._connection.scalars(select(attempts.c.document).where(of).order_by(attempts.c.number))
        return [msgspec.json.decode(document, type=Attempt) for document in found]

    def list_attempts_of_notification(self, customer_id: str, notification_id: str) -> list[Attempt]:
        """All attempts of a notification's deliveries, in their order."""
        sent = select(outbox.c.id).where(outbox.c.notification_id == notification_id, outbox.c.customer_id == customer_id)
        query = select(attempts.c.document).where(attempts.c.delivery_id.in_(sent)).order_by(attempts.c.number)
        return [msgspec.json.decode(document, type=Attempt) for document in self._connection.scalars(query)]

    def reschedule(self, customer_id: str, delivery_id: str, due_at_ms: int) -> None:
        """Gives the lease back; counts the attempt."""
        of = (outbox.c.id == delivery_id) & (outbox.c.customer_id == customer_id) & outbox.c.is_open
        values = {"due_at_ms": due_at_ms, "attempts": outbox.c.attempts + 1}
        self._connection.execute(update(outbox).where(of).values(values))

    def close(self, customer_id: str, delivery_id: str, delivered: bool, at_ms: int) -> None:
        """Done with it. A delivered one waits to be counted by the engine, and stays delivered."""
        of = (outbox.c.id == delivery_id) & (outbox.c.customer_id == customer_id)
        values: dict[str, Any] = {"is_open": False}
        if delivered:
            values["delivered_at_ms"] = func.coalesce(outbox.c.delivered_at_ms, at_ms)
        self._connection.execute(update(outbox).where(of).values(values))

    def close_all(self, customer_id: str, notification_id: str) -> None:
        """Done with what is open of a notification, which is not to arrive any more."""
        of = (outbox.c.notification_id == notification_id) & (outbox.c.customer_id == customer_id) & outbox.c.is_open
        self._connection.execute(update(outbox).where(of).values(is_open=False))

    def is_exhausted(self, customer_id: str, notification_id: str) -> bool:
        """Whether none of its deliveries is open and none has arrived."""
        of = (outbox.c.notification_id == notification_id) & (outbox.c.customer_id == customer_id)
        hope = select(literal(1)).where(of, outbox.c.is_open | outbox.c.delivered_at_ms.is_not(None)).limit(1)
        return self._connection.scalar(hope) is None

    def list_open_over(self, customer_id: str, channel_id: str, limit: int) -> list[tuple[str, str]]:
        """(delivery id, notification id) of what is open for a channel, longest due first."""
        of = (outbox.c.customer_id == customer_id) & (outbox.c.channel_id == channel_id) & outbox.c.is_open
        query = select(outbox.c.id, outbox.c.notification_id).where(of)
        query = query.order_by(outbox.c.due_at_ms, outbox.c.number).limit(limit)  # as in `lease_for_operator`
        return [(row.id, row.notification_id) for row in self._connection.execute(query)]

    def list_uncounted_for_operator(self, limit: int) -> list[tuple[str, Delivered]]:
        """(customer id, fact) of notifications that arrived and are in no log entry yet, oldest first, each once."""
        row = outbox.c
        query = (
            select(row.customer_id, row.notification_id, notifications.c.rule_id, row.building_id, row.delivered_at_ms)
            .add_columns(notifications.c.document)
            .join(notifications, notifications.c.id == row.notification_id)
            .where(row.delivered_at_ms.is_not(None), ~row.is_counted)
            .order_by(row.number)
            .limit(limit)
        )
        found: dict[str, tuple[str, Delivered]] = {}
        for customer_id, notification_id, rule_id, building_id, delivered_at_ms, document in self._connection.execute(query):
            if notification_id in found:  # over another channel as well
                continue
            times = msgspec.json.decode(document, type=_Times)
            fact = Delivered(
                notification_id=notification_id,
                rule_id=rule_id,
                building_id=building_id,
                delivered_at_ms=delivered_at_ms,
                created_at_ms=times.created_at_ms,
                held_until_ms=times.held_until_ms,
            )
            found[notification_id] = (customer_id, fact)
        return list(found.values())

    def mark_counted(self, customer_id: str, notification_ids: Sequence[str]) -> None:
        """These are in a log entry of the same transaction; what arrives of them later is not counted again."""
        of = among(self._connection, outbox.c.notification_id, notification_ids) & (outbox.c.customer_id == customer_id)
        self._connection.execute(update(outbox).where(of).values(is_counted=True))

    def due_for_operator(self, now_ms: int, lease_until_ms: int) -> OutboxDue:
        """Open deliveries, and those among them that a lease would give out now."""
        is_due = _is_first(now_ms, lease_until_ms) & (outbox.c.due_at_ms <= now_ms)
        query = select(
            func.count(),
            func.count(case((is_due, 1))),
            func.min(case((is_due, outbox.c.due_at_ms))),
        ).where(outbox.c.is_open)
        return OutboxDue(*self._connection.execute(query).one())


def _is_first(now_ms: int, lease_until_ms: int) -> ColumnElement[bool]:
    """Open, and the oldest open one of its building's lane that is not held for later."""
    older = outbox.alias("older")
    # Another process may have looked at its clock a little later: twice the lease is surely no lease.
    held_from_ms = lease_until_ms + (lease_until_ms - now_ms)
    is_older = (older.c.building_id == outbox.c.building_id) & (older.c.lane == outbox.c.lane)
    is_older &= older.c.number < outbox.c.number
    is_older &= (older.c.attempts > 0) | (older.c.due_at_ms <= held_from_ms)
    return outbox.c.is_open & ~select(literal(1)).where(is_older, older.c.is_open).exists()


def _delivery(row: Row[*tuple[Any, ...]]) -> Delivery:
    delivery = msgspec.json.decode(row.document, type=Delivery)
    return msgspec.structs.replace(delivery, due_at_ms=row.due_at_ms, attempts=row.attempts)
