"""Transaction: what the repositories of one session share.

Holds the connection and what is only written when the transaction ends: announced changes, the numbers
that grow with notifications, and what these count for. Those rows are the same for many transactions; taken last
and in one order, they are kept for a moment only and no two transactions wait for each other in a circle.
"""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Select

from hearth.insights.impact import NOTHING, Counts
from hearth.store.connections import CHANGES_LOCK, insert, is_postgresql, lock
from hearth.store.tables import changes, notification_changes, rule_days


@dataclass
class Transaction:
    """One transaction on one connection."""

    connection: Connection
    is_writing: bool
    _announced: list[dict[str, str | None]] = field(default_factory=list)
    _notified: set[str] = field(default_factory=set)
    _counted: dict[tuple[str, str, int], Counts] = field(default_factory=dict)

    def for_change(self, query: Select[Any]) -> Select[Any]:
        """The query of one row, which stays as it was read until the transaction ends, if this one writes."""
        return query.with_for_update(key_share=True) if self.is_writing and is_postgresql(self.connection) else query

    def announce(self, customer_id: str, kind: str, building_id: str | None) -> None:
        """A change that running engines must know of."""
        self._announced.append({"customer_id": customer_id, "kind": kind, "building_id": building_id})

    def notifications_changed(self, customer_id: str) -> None:
        """A notification of the customer was added or changed."""
        self._notified.add(customer_id)

    def counted(self, customer_id: str, rule_id: str, day: int, counts: Counts) -> None:
        """Adds to what notifications of a rule and UTC day count for; may be less than nothing."""
        key = (customer_id, rule_id, day)
        self._counted[key] = self._counted.get(key, NOTHING).plus(counts)

    def finish(self) -> None:
        """Writes what was gathered; nothing is gathered after it that is not written by a further call."""
        if self._announced:
            # Numbers must become visible in their order: a reader that has seen 7 never looks for 6 again.
            lock(self.connection, CHANGES_LOCK)
            self.connection.execute(changes.insert(), self._announced)
            self._announced = []
        if self._notified:
            add = insert(self.connection, notification_changes)
            add = add.on_conflict_do_update(index_elements=["customer_id"], set_={"number": notification_changes.c.number + 1})
            self.connection.execute(add, [{"customer_id": each, "number": 1} for each in sorted(self._notified)])
            self._notified = set()
        if self._counted:
            add = insert(self.connection, rule_days)
            sums = {name: rule_days.c[name] + add.excluded[name] for name in Counts._fields}
            add = add.on_conflict_do_update(index_elements=["customer_id", "rule_id", "day"], set_=sums)
            keys = ("customer_id", "rule_id", "day")
            rows = [
                {**dict(zip(keys, key, strict=True)), **counts._asdict()}
                for key, counts in sorted(self._counted.items())
                if counts != NOTHING
            ]
            if rows:
                self.connection.execute(add, rows)
            self._counted = {}
