"""Goals of notifications: the open ones, which are state of the engine, and what became of the others.

That is counted in the day of the notification, in the same transaction.
"""

from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import func, select

from hearth.core.instants import utc_day
from hearth.domain.goals import Goal, GoalState
from hearth.insights.impact import goal_counts
from hearth.store.connections import among, insert
from hearth.store.tables import goals, notifications
from hearth.store.transactions import Transaction


class SqlGoalRepository:
    """Implements `ports.GoalRepository`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._connection = transaction.connection

    def replace_all(self, customer_id: str, changed: Iterable[Goal]) -> None:
        """Stores these goals; those of a notification that is erased meanwhile are passed over."""
        by_id = {goal.notification_id: goal for goal in changed}
        is_told = among(self._connection, notifications.c.id, sorted(by_id)) & (notifications.c.customer_id == customer_id)
        had_goal = goals.c.notification_id == notifications.c.id
        told = select(notifications.c.id, goals.c.state).outerjoin(goals, had_goal).where(is_told).order_by(notifications.c.id)
        before: dict[str, GoalState | None] = {each.id: each.state for each in self._connection.execute(told)}
        rows = [
            {
                "notification_id": goal.notification_id,
                "customer_id": customer_id,
                "rule_id": goal.rule_id,
                "building_id": goal.building_id,
                "state": goal.state,
                "ended_at_ms": goal.ended_at_ms,
                "document": msgspec.json.encode(goal),
            }
            for goal in map(by_id.__getitem__, before)
        ]
        if rows:
            for notification_id, state in before.items():
                goal = by_id[notification_id]
                counts = goal_counts(goal.state).minus(goal_counts(state))
                self._transaction.counted(customer_id, goal.rule_id, utc_day(goal.created_at_ms), counts)
            add = insert(self._connection, goals)
            changes = {name: add.excluded[name] for name in ("state", "ended_at_ms", "document")}
            self._connection.execute(add.on_conflict_do_update(index_elements=["notification_id"], set_=changes), rows)

    def find(self, customer_id: str, notification_id: str) -> Goal | None:
        """The goal of a notification, or None where it has none."""
        of = (goals.c.notification_id == notification_id) & (goals.c.customer_id == customer_id)
        found = self._connection.scalar(select(goals.c.document).where(of))
        return None if found is None else msgspec.json.decode(found, type=Goal)

    def list_open(self, customer_id: str, building_ids: Sequence[str]) -> list[Goal]:
        """The open goals of these buildings, by their notifications."""
        of = among(self._connection, goals.c.building_id, building_ids) & (goals.c.customer_id == customer_id)
        query = select(goals.c.document).where(of, goals.c.state == "OPEN").order_by(goals.c.notification_id)
        return [msgspec.json.decode(document, type=Goal) for document in self._connection.scalars(query)]

    def list_buildings_with_open(self, customer_id: str) -> list[str]:
        """The ids of the customer's buildings in which a goal is open, in order."""
        of = (goals.c.customer_id == customer_id) & (goals.c.state == "OPEN")
        return list(self._connection.scalars(select(goals.c.building_id).where(of).distinct().order_by(goals.c.building_id)))

    def count_by_state(self, customer_id: str) -> dict[str, dict[GoalState, int]]:
        """Goals of each rule by their state; rules and states without any are left out."""
        counts: dict[str, dict[GoalState, int]] = {}
        query = select(goals.c.rule_id, goals.c.state, func.count()).where(goals.c.customer_id == customer_id)
        for rule_id, state, count in self._connection.execute(query.group_by(goals.c.rule_id, goals.c.state)):
            counts.setdefault(rule_id, {})[state] = count
        return counts

    def list_achieved(self, customer_id: str, rule_id: str, limit: int) -> list[Goal]:
        """The goals of a rule that were achieved last, newest first."""
        of = (goals.c.customer_id == customer_id) & (goals.c.rule_id == rule_id) & (goals.c.state == "ACHIEVED")
        newest = select(goals.c.document).where(of).order_by(goals.c.ended_at_ms.desc(), goals.c.notification_id).limit(limit)
        return [msgspec.json.decode(document, type=Goal) for document in self._connection.scalars(newest)]
