"""Changes: what running engines must know of, numbered in the order in which it became visible.

When they are forgotten is the housekeeping's. Invariant: the newest is never forgotten, so that numbers only grow.
"""

from sqlalchemy import delete, func, select

from hearth.ports import Change
from hearth.store.tables import changes
from hearth.store.transactions import Transaction


class SqlChangeRepository:
    """Implements `ports.ChangeRepository`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def add(self, customer_id: str, kind: str, building_id: str | None = None) -> None:
        """Announces a change; it gets its number when the transaction ends."""
        self._transaction.announce(customer_id, kind, building_id)

    def last_number_for_operator(self) -> int:
        """The number of the newest change; 0 at first."""
        self._transaction.finish()
        return self._transaction.connection.scalar(select(func.max(changes.c.number))) or 0

    def list_since_for_operator(self, number: int) -> list[Change]:
        """The changes with a greater number, in order."""
        self._transaction.finish()
        query = select(changes).where(changes.c.number > number).order_by(changes.c.number)
        return [Change(*row) for row in self._transaction.connection.execute(query)]

    def delete_before_for_operator(self, number: int, most: int) -> int:
        """Forgets changes of smaller numbers, the oldest first, at most so many. Returns how many."""
        oldest = select(changes.c.number).where(changes.c.number < number).order_by(changes.c.number).limit(most)
        return self._transaction.connection.execute(delete(changes).where(changes.c.number.in_(oldest))).rowcount
