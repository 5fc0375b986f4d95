"""What notifications led to, by rule and UTC day, and what homes ignored.

What a notification counts for is written with it, by `store.transactions`; here is read what was counted, and written
what is only known days later. Invariant: a notification is measured once, for the mark moves in the transaction that
writes what came of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import ScalarSelect, func, select, tuple_

from hearth.domain.notifications import Interaction
from hearth.insights.impact import Behaviour, Counts, Told
from hearth.ports import HomeRun, MeasuredDay, Unmeasured
from hearth.store.connections import among, insert
from hearth.store.living import living_buildings
from hearth.store.tables import behaviour_days, impact_marks, interactions, notifications, outbox, rule_days, rule_homes
from hearth.store.transactions import Transaction


class SqlImpactRepository:
    """Implements `ports.ImpactRepository`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._connection = transaction.connection

    def sum_days(self, customer_id: str, rule_ids: Sequence[str] | None, from_day: int, to_day: int) -> dict[str, Counts]:
        """By rule id, what its notifications of these UTC days count for; both days are included."""
        row = rule_days.c
        sums = [func.sum(row[name]) for name in Counts._fields]
        query = select(row.rule_id, *sums).where(row.customer_id == customer_id, row.day >= from_day, row.day <= to_day)
        if rule_ids is not None:
            query = query.where(among(self._connection, row.rule_id, rule_ids))
        found = self._connection.execute(query.group_by(row.rule_id))
        return {of: Counts(*(int(each) for each in counts)) for of, *counts in found}

    def sum_behaviour(
        self, customer_id: str, rule_ids: Sequence[str] | None, from_day: int, to_day: int
    ) -> dict[str, dict[str, Behaviour]]:
        """By rule id and event type, what devices did after its notifications of these days."""
        row = behaviour_days.c
        query = select(row.rule_id, row.event_type, func.sum(row.measured), func.sum(row.changed), func.sum(row.expected))
        query = query.where(row.customer_id == customer_id, row.day >= from_day, row.day <= to_day)
        if rule_ids is not None:
            query = query.where(among(self._connection, row.rule_id, rule_ids))
        sums: dict[str, dict[str, Behaviour]] = {}
        for of, event_type, measured, changed, expected in self._connection.execute(query.group_by(row.rule_id, row.event_type)):
            sums.setdefault(of, {})[event_type] = Behaviour(int(measured), int(changed), expected)
        return sums

    def count_ignoring(self, customer_id: str, rule_ids: Sequence[str] | None, more_than: int) -> dict[str, int]:
        """By rule id, the homes that ignored more than so many in a row, up to now."""
        row = rule_homes.c
        query = select(row.rule_id, func.count()).where(row.customer_id == customer_id, row.ignored_in_a_row > more_than)
        if rule_ids is not None:
            query = query.where(among(self._connection, row.rule_id, rule_ids))
        return {of: count for of, count in self._connection.execute(query.group_by(row.rule_id))}  # noqa: C416

    def list_unmeasured(self, customer_id: str, stored_until_ms: int, ignored_after_ms: int, limit: int) -> list[Unmeasured]:
        """Delivered notifications behind the mark, stored by then, oldest first."""
        row, arrived_ms = notifications.c, _first_arrival()
        query = (
            select(row.id, row.rule_id, row.building_id, row.created_at_ms, row.stored_at_ms, arrived_ms.label("delivered_at_ms"))
            .where(row.customer_id == customer_id, row.status == "DELIVERED", row.stored_at_ms <= stored_until_ms)
            .where(arrived_ms.is_not(None))
            .order_by(row.stored_at_ms, row.id)
            .limit(limit)
        )
        mark = select(impact_marks.c.stored_at_ms, impact_marks.c.notification_id).where(
            impact_marks.c.customer_id == customer_id
        )
        if (reached := self._connection.execute(mark).one_or_none()) is not None:
            behind = tuple_(row.stored_at_ms, row.id) > (reached.stored_at_ms, reached.notification_id)
            query = query.where(row.stored_at_ms >= reached.stored_at_ms, behind)
        found = self._connection.execute(query).all()
        answered_ms = self._first_interactions([each.id for each in found])
        return [
            Unmeasured(*each, is_ignored=answered_ms.get(each.id, 2**63) > each.delivered_at_ms + ignored_after_ms)
            for each in found
        ]

    def _first_interactions(self, notification_ids: Sequence[str]) -> dict[str, int]:
        of = among(self._connection, interactions.c.notification_id, notification_ids)
        query = select(interactions.c.notification_id, interactions.c.document).where(of).order_by(interactions.c.number)
        first: dict[str, int] = {}
        for notification_id, document in self._connection.execute(query):
            at_ms = msgspec.json.decode(document, type=Interaction).occurred_at_ms
            first[notification_id] = min(at_ms, first.get(notification_id, at_ms))
        return first

    def list_told(self, customer_id: str, building_id: str, from_ms: int, to_ms: int) -> list[Told]:
        """What reached a building in (from_ms, to_ms], of notifications that were made in that time."""
        row, arrived_ms = notifications.c, _first_arrival()
        query = (
            select(row.rule_id, arrived_ms)
            .where(row.customer_id == customer_id, row.building_id == building_id, row.status == "DELIVERED")
            .where(row.created_at_ms > from_ms, row.created_at_ms <= to_ms, arrived_ms.is_not(None))
        )
        return [Told(*each) for each in self._connection.execute(query)]

    def read_homes(self, customer_id: str, building_ids: Sequence[str]) -> dict[tuple[str, str], HomeRun]:
        """By building and rule, what it ignored in a row, and the week of the last one that was measured."""
        row = rule_homes.c
        query = select(row.building_id, row.rule_id, row.ignored_in_a_row, row.week)
        query = query.where(among(self._connection, row.building_id, building_ids), row.customer_id == customer_id)
        return {(each.building_id, each.rule_id): HomeRun(*each[2:]) for each in self._connection.execute(query)}

    def add_measured(
        self,
        customer_id: str,
        up_to: Unmeasured,
        days: Mapping[MeasuredDay, tuple[Counts, Mapping[str, Behaviour]]],
        homes: Mapping[tuple[str, str], HomeRun],
    ) -> None:
        """Adds what was measured, and moves the mark. Of homes that are erased meanwhile nothing is kept."""
        for day, (counts, _) in days.items():
            self._transaction.counted(customer_id, day.rule_id, day.utc_day, counts)
        self._add_behaviour(
            {
                "customer_id": customer_id,
                "rule_id": day.rule_id,
                "day": day.utc_day,
                "event_type": event_type,
                **behaviour._asdict(),
            }
            for day, (_, of_types) in sorted(days.items())
            for event_type, behaviour in sorted(of_types.items())
        )
        living = living_buildings(self._connection, customer_id, [building_id for building_id, _ in homes])
        runs = [
            {"building_id": building_id, "rule_id": rule_id, "customer_id": customer_id, **run._asdict()}
            for (building_id, rule_id), run in sorted(homes.items())
            if building_id in living
        ]
        if runs:
            add = insert(self._connection, rule_homes)
            changes = {name: add.excluded[name] for name in HomeRun._fields}
            self._connection.execute(add.on_conflict_do_update(index_elements=["building_id", "rule_id"], set_=changes), runs)
        mark = {"stored_at_ms": up_to.stored_at_ms, "notification_id": up_to.id}
        add = insert(self._connection, impact_marks).on_conflict_do_update(index_elements=["customer_id"], set_=mark)
        self._connection.execute(add, {"customer_id": customer_id, **mark})

    def _add_behaviour(self, found: Iterable[Mapping[str, object]]) -> None:
        rows = list(found)
        if rows:
            add = insert(self._connection, behaviour_days)
            sums = {name: behaviour_days.c[name] + add.excluded[name] for name in Behaviour._fields}
            keys = ["customer_id", "rule_id", "event_type", "day"]
            self._connection.execute(add.on_conflict_do_update(index_elements=keys, set_=sums), rows)


def _first_arrival() -> ScalarSelect[Any]:
    """When a notification first reached anybody, over whichever channel; NULL where it did not."""
    return select(func.min(outbox.c.delivered_at_ms)).where(outbox.c.notification_id == notifications.c.id).scalar_subquery()
