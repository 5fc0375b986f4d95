"""Notifications and what households did with them.

A notification's document never changes, but for whom it still is for while it waits; its status stands in a column
beside it, its last interaction in the interactions. One that is DROPPED without a reason in its document was switched
off while it waited. Each change moves the customer's change number, once per transaction, and what the notification
counts for in its rule's day.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Literal

import msgspec
from sqlalchemy import Row, func, select, tuple_, update

from hearth.core.instants import utc_day
from hearth.domain.events import Interacted
from hearth.domain.notifications import DeliveryStatus, Interaction, InteractionKind, Notification
from hearth.insights.impact import tally
from hearth.ports import CountedNotification
from hearth.store.connections import among, insert, tested
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
                "interaction": each.interaction.action_qualifier if each.interaction else None,
            }
            for each in added
            if each.building_id in living
        ]
        if rows:
            add = insert(self._connection, notifications).on_conflict_do_nothing().returning(notifications.c.id)
            stored = set(self._connection.scalars(add, rows))
            for each in added:
                if each.id in stored:
                    counts = tally(each.status, each.drop_reason, ())
                    self._transaction.counted(customer_id, each.rule_id, utc_day(each.created_at_ms), counts)
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
        interaction: InteractionKind | Literal["NONE"] | None = None,
        from_ms: int | None = None,
        to_ms: int | None = None,
    ) -> list[Notification]:
        """Newest first (created_at_ms, then id, both descending), those behind the notification `after`.

        Only those of a rule, with that last interaction ("NONE" = without any), and made in [from_ms, to_ms), where that is
        given. Nothing is behind an `after` that the customer does not have.
        """
        table = notifications.c
        # First which ones, from an index alone; their documents are read for these few only.
        query = select(table.id)
        if building_id is None:
            query = query.where(table.customer_id == customer_id)
        else:  # a home has few: whatever else is asked, they are found by its index
            query = query.where(table.building_id == building_id, tested(table.customer_id, customer_id))
        if rule_id is not None:
            query = query.where(table.rule_id == rule_id)
        if interaction is not None:
            query = query.where(table.interaction.is_(None) if interaction == "NONE" else table.interaction == interaction)
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
        newest_first = (table.created_at_ms.desc(), table.id.desc())
        found = query.order_by(*newest_first).limit(limit).subquery()
        whole = select(table.id, table.status, table.document).join(found, found.c.id == table.id).order_by(*newest_first)
        return self._read(self._connection.execute(whole).all())

    def _read(self, rows: Sequence[Row[*tuple[Any, ...]]]) -> list[Notification]:
        """Rows -> notifications with their present status and last interaction."""
        last: dict[str, Interaction] = {}
        if rows:
            query = select(interactions.c.notification_id, interactions.c.document).where(
                among(self._connection, interactions.c.notification_id, [row.id for row in rows])
            )
            for notification_id, document in self._connection.execute(query.order_by(interactions.c.number)):
                last[notification_id] = msgspec.json.decode(document, type=Interaction)
        return [_notification(row, last.get(row.id)) for row in rows]

    def set_status(self, customer_id: str, notification_id: str, status: DeliveryStatus) -> None:
        """Changes the status."""
        was = self._find_for_change(customer_id, notification_id)
        if was is None:
            return
        of = (notifications.c.id == notification_id) & (notifications.c.customer_id == customer_id)
        self._connection.execute(update(notifications).where(of).values(status=status))
        self._transaction.notifications_changed(customer_id)
        actions = self._actions(customer_id, notification_id, was.interaction)
        before, after = (tally(each, None, actions) for each in (was.status, status))
        self._transaction.counted(customer_id, was.rule_id, utc_day(was.created_at_ms), after.minus(before))
        if status in ("FAILED", "DROPPED"):
            self._need_not_be_noted(customer_id, notification_id)

    def set_user_ids(self, customer_id: str, notification_id: str, user_ids: tuple[str, ...]) -> None:
        """Narrows whom one that waits is for."""
        of = (notifications.c.id == notification_id) & (notifications.c.customer_id == customer_id)
        document = self._connection.scalar(self._transaction.for_change(select(notifications.c.document).where(of)))
        if document is not None:
            narrowed = msgspec.structs.replace(msgspec.json.decode(document, type=Notification), user_ids=user_ids)
            self._connection.execute(update(notifications).where(of).values(document=msgspec.json.encode(narrowed)))
            self._transaction.notifications_changed(customer_id)

    def _find_for_change(self, customer_id: str, notification_id: str) -> Row[*tuple[Any, ...]] | None:
        """What it counts for: status, rule_id, created_at_ms, and its last interaction."""
        table = notifications.c
        of = (table.id == notification_id) & (table.customer_id == customer_id)
        query = select(table.status, table.rule_id, table.created_at_ms, table.interaction).where(of)
        return self._connection.execute(self._transaction.for_change(query)).one_or_none()

    def _actions(self, customer_id: str, notification_id: str, last: str | None) -> list[InteractionKind]:
        """Of all its interactions. `last`: nearly every notification that changes has had none yet."""
        if last is None:
            return []
        return [each.action_qualifier for each in self.list_interactions(customer_id, notification_id)]

    def add_interaction(self, customer_id: str, notification_id: str, interaction: Interaction) -> None:
        """Adds what a household did; the last one added is the notification's own."""
        found = self._find_for_change(customer_id, notification_id)
        if found is None:
            return
        status = found.status
        row = {
            "customer_id": customer_id,
            "notification_id": notification_id,
            "document": msgspec.json.encode(interaction),
            "is_noted": status not in ("PENDING", "DELIVERED"),  # what was never sent has no goal
        }
        actions = self._actions(customer_id, notification_id, found.interaction)
        self._connection.execute(interactions.insert(), [row])
        of = (notifications.c.id == notification_id) & (notifications.c.customer_id == customer_id)
        self._connection.execute(update(notifications).where(of).values(interaction=interaction.action_qualifier))
        self._transaction.notifications_changed(customer_id)
        before, after = (tally(status, None, each) for each in (actions, [*actions, interaction.action_qualifier]))
        self._transaction.counted(customer_id, found.rule_id, utc_day(found.created_at_ms), after.minus(before))

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
            .distinct()  # a notification may have gone out over several channels
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

    def count_made(self, customer_id: str, from_ms: int, to_ms: int) -> dict[DeliveryStatus, int]:
        """Notifications made in [from_ms, to_ms), by status; statuses without any are left out."""
        table = notifications.c
        query = select(table.status, func.count()).where(
            table.customer_id == customer_id, table.created_at_ms >= from_ms, table.created_at_ms < to_ms
        )
        return {status: count for status, count in self._connection.execute(query.group_by(table.status))}  # noqa: C416

    def count_of_rule(self, customer_id: str, rule_id: str) -> dict[DeliveryStatus, int]:
        """All that a rule made; statuses without any are left out."""
        table = notifications.c
        query = select(table.status, func.count()).where(table.rule_id == rule_id, table.customer_id == customer_id)
        return {status: count for status, count in self._connection.execute(query.group_by(table.status))}  # noqa: C416

    def count_by_rule(self, customer_id: str, from_ms: int, to_ms: int) -> dict[str, dict[DeliveryStatus, int]]:
        """Those made in [from_ms, to_ms) by rule and status; what has none is left out."""
        table = notifications.c
        query = select(table.rule_id, table.status, func.count()).where(
            table.customer_id == customer_id, table.created_at_ms >= from_ms, table.created_at_ms < to_ms
        )
        found: dict[str, dict[DeliveryStatus, int]] = defaultdict(dict)
        for rule_id, status, count in self._connection.execute(query.group_by(table.rule_id, table.status)):
            found[rule_id][status] = count
        return found

    def list_counted(self, customer_id: str, building_id: str, from_ms: int) -> list[CountedNotification]:
        """What a building's notifications made since then count as, in no order that matters; no document is read."""
        table = notifications.c
        query = select(table.rule_id, table.status, table.created_at_ms, table.interaction).where(
            table.building_id == building_id, tested(table.customer_id, customer_id), table.created_at_ms >= from_ms
        )
        return [CountedNotification(*row) for row in self._connection.execute(query)]

    def last_change(self, customer_id: str) -> int:
        """A number that grows whenever a notification of the customer is added or changed."""
        self._transaction.finish()
        table = notification_changes.c
        return self._connection.scalar(select(table.number).where(table.customer_id == customer_id)) or 0


def _notification(row: Row[*tuple[Any, ...]], interaction: Interaction | None) -> Notification:
    kept = msgspec.json.decode(row.document, type=Notification)
    reason = kept.drop_reason or ("switched_off" if row.status == "DROPPED" else None)
    return msgspec.structs.replace(kept, status=row.status, interaction=interaction, drop_reason=reason)
