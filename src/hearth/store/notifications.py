"""Notifications and what households did with them.

A notification's document never changes; its status stands in a column beside it, its last interaction in
the interactions. Each change moves the customer's change number, once per transaction.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import Row, func, select, tuple_, update

from hearth.domain.events import Interacted
from hearth.domain.notifications import DeliveryStatus, Interaction, Notification
from hearth.store.connections import among, insert
from hearth.store.living import living_buildings
from hearth.store.tables import interactions, notification_changes, notifications, outbox
from hearth.store.transactions import Transaction


class SqlNotificationRepository:
    """Implements `ports.NotificationRepository`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._connection = transaction.connection

    def add_all(self, notifications: Iterable[Notification]) -> None:
        """Those whose (rule, building, trigger sequence) is stored already are passed over, as are those of
        buildings that are erased meanwhile."""
        by_customer: dict[str, list[Notification]] = defaultdict(list)
        for notification in notifications:
            by_customer[notification.customer_id].append(notification)
        for customer_id in sorted(by_customer):
            self._add_of(customer_id, by_customer[customer_id])

    def _add_of(self, customer_id: str, added: Sequence[Notification]) -> None:
        living = living_buildings(self._connection, customer_id, [each.building_id for each in added])
        rows = [
            {
                "id": each.id,
                "customer_id": customer_id,
                "building_id": each.building_id,
                "rule_id": each.rule_id,
                "trigger_sequence": each.trigger_sequence,
                "created_at_ms": each.created_at_ms,
                "stored_at_ms": each.stored_at_ms,
                "status": each.status,
                "document": msgspec.json.encode(each),
            }
            for each in added
            if each.building_id in living
        ]
        if rows:
            self._connection.execute(insert(self._connection, notifications).on_conflict_do_nothing(), rows)
            self._transaction.notifications_changed(customer_id)

    def find(self, customer_id: str, notification_id: str) -> Notification | None:
        """The customer's notification of that id, with its last interaction."""
        query = select(notifications.c.id, notifications.c.status, notifications.c.document).where(
            notifications.c.id == notification_id, notifications.c.customer_id == customer_id
        )
        found = self._connection.execute(self._transaction.for_change(query)).all()
        return next(iter(self._read(found)), None)

    def list_page(
        self,
        customer_id: str,
        building_id: str | None,
        statuses: Sequence[DeliveryStatus],
        after: str | None,
        limit: int,
        *,
        rule_id: str | None = None,
        from_ms: int | None = None,
        to_ms: int | None = None,
    ) -> list[Notification]:
        """Newest first (created_at_ms, then id, both descending), those behind the notification `after`.

        Only those of a rule, and made in [from_ms, to_ms), where that is given. Nothing is behind an `after` that the
        customer does not have.
        """
        table = notifications.c
        query = select(table.id, table.status, table.document).where(table.customer_id == customer_id)
        if building_id is not None:
            query = query.where(table.building_id == building_id)
        if rule_id is not None:
            query = query.where(table.rule_id == rule_id)
        if from_ms is not None:
            query = query.where(table.created_at_ms >= from_ms)
        if to_ms is not None:
            query = query.where(table.created_at_ms < to_ms)
        query = query.where(table.status.in_(statuses))
        if after is not None:
            at = select(table.created_at_ms).where(table.id == after, table.customer_id == customer_id)
            created_at_ms = self._connection.scalar(at)
            if created_at_ms is None:
                return []
            query = query.where(tuple_(table.created_at_ms, table.id) < (created_at_ms, after))
        query = query.order_by(table.created_at_ms.desc(), table.id.desc()).limit(limit)
        return self._read(self._connection.execute(query).all())

    def _read(self, rows: Sequence[Row[*tuple[Any, ...]]]) -> list[Notification]:
        """Rows -> notifications with their present status and last interaction."""
        last: dict[str, Interaction] = {}
        if rows:
            query = select(interactions.c.notification_id, interactions.c.document).where(
                among(self._connection, interactions.c.notification_id, [row.id for row in rows])
            )
            for notification_id, document in self._connection.execute(query.order_by(interactions.c.number)):
                last[notification_id] = msgspec.json.decode(document, type=Interaction)
        return [
            msgspec.structs.replace(
                msgspec.json.decode(row.document, type=Notification), status=row.status, interaction=last.get(row.id)
            )
            for row in rows
        ]

    def set_status(self, customer_id: str, notification_id: str, status: DeliveryStatus) -> None:
        """Changes the status."""
        of = (notifications.c.id == notification_id) & (notifications.c.customer_id == customer_id)
        if self._connection.execute(update(notifications).where(of).values(status=status)).rowcount:
            self._transaction.notifications_changed(customer_id)
            if status == "FAILED":
                self._need_not_be_noted(customer_id, notification_id)

    def add_interaction(self, customer_id: str, notification_id: str, interaction: Interaction) -> None:
        """Adds what a household did; the last one added is the notification's own."""
        of = (notifications.c.id == notification_id) & (notifications.c.customer_id == customer_id)
        query = select(notifications.c.status).where(of)
        status = self._connection.scalar(self._transaction.for_change(query))
        if status is None:
            return
        row = {
            "customer_id": customer_id,
            "notification_id": notification_id,
            "document": msgspec.json.encode(interaction),
            "is_noted": status not in ("PENDING", "DELIVERED"),  # what was never sent has no goal
        }
        self._connection.execute(interactions.insert(), [row])
        self._transaction.notifications_changed(customer_id)

    def _need_not_be_noted(self, customer_id: str, notification_id: str) -> None:
        """What was never sent has no goal: nobody waits for what was done with it."""
        of = (interactions.c.notification_id == notification_id) & (interactions.c.customer_id == customer_id)
        self._connection.execute(update(interactions).where(of).values(is_noted=True))

    def list_interactions(self, customer_id: str, notification_id: str) -> list[Interaction]:
        """All interactions with a notification, in the order in which they were added."""
        of = (interactions.c.notification_id == notification_id) & (interactions.c.customer_id == customer_id)
        found = self._connection.scalars(select(interactions.c.document).where(of).order_by(interactions.c.number))
        return [msgspec.json.decode(document, type=Interaction) for document in found]

    def list_unnoted_for_operator(self, limit: int) -> list[tuple[str, Interacted]]:
        """(customer id, fact) of interactions that are in no log entry yet, oldest first.

        The delivery comes before them: while it is not in the log, they wait.
        """
        row = interactions.c
        query = (
            select(row.customer_id, row.number, row.document, row.notification_id, notifications.c.rule_id, outbox.c.building_id)
            .join(notifications, notifications.c.id == row.notification_id)
            .join(outbox, outbox.c.notification_id == row.notification_id)
            .where(~row.is_noted, outbox.c.is_counted)
            .order_by(row.number)
            .limit(limit)
        )
        found = []
        for customer_id, number, document, notification_id, rule_id, building_id in self._connection.execute(query):
            interaction = msgspec.json.decode(document, type=Interaction)
            fact = Interacted(
                number=number,
                notification_id=notification_id,
                rule_id=rule_id,
                building_id=building_id,
                occurred_at_ms=interaction.occurred_at_ms,
                action_qualifier=interaction.action_qualifier,
            )
            found.append((customer_id, fact))
        return found

    def mark_noted(self, customer_id: str, numbers: Sequence[int]) -> None:
        """These interactions are in a log entry of the same transaction."""
        of = among(self._connection, interactions.c.number, numbers) & (interactions.c.customer_id == customer_id)
        self._connection.execute(update(interactions).where(of).values(is_noted=True))

    def count_by_status(self, customer_id: str, stored_from_ms: int) -> dict[DeliveryStatus, int]:
        """How many were stored from that instant on; statuses without any are left out."""
        table = notifications.c
        query = select(table.status, func.count()).where(table.customer_id == customer_id, table.stored_at_ms >= stored_from_ms)
        return {status: count for status, count in self._connection.execute(query.group_by(table.status))}  # noqa: C416

    def count_of_rule(self, customer_id: str, rule_id: str) -> dict[DeliveryStatus, int]:
        """All that a rule made; statuses without any are left out."""
        table = notifications.c
        query = select(table.status, func.count()).where(table.rule_id == rule_id, table.customer_id == customer_id)
        return {status: count for status, count in self._connection.execute(query.group_by(table.status))}  # noqa: C416

    def last_change(self, customer_id: str) -> int:
        """A number that grows whenever a notification of the customer is added or changed."""
        self._transaction.finish()
        table = notification_changes.c
        return self._connection.scalar(select(table.number).where(table.customer_id == customer_id)) or 0
