"""The engine's progress in the log and in time, and its small state per rule and building."""

from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy import select, update

from hearth.domain.peers import PeerSnapshot
from hearth.ports import RuleStateKey, TickProgress
from hearth.store.connections import among, insert
from hearth.store.living import living_buildings
from hearth.store.marks import APPLIED, read_mark, set_mark
from hearth.store.tables import peer_snapshots, rule_states, tick_marks
from hearth.store.transactions import Transaction


class SqlEngineRepository:
    """Implements `ports.EngineRepository`."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    def applied_sequence_for_operator(self) -> int:
        """Every log entry up to here has been evaluated and its effects are stored; 0 at first."""
        return read_mark(self._connection, APPLIED)

    def set_applied_sequence_for_operator(self, sequence: int) -> None:
        """Remembers the progress."""
        set_mark(self._connection, APPLIED, sequence)

    def read_states(self, customer_id: str, building_ids: Sequence[str]) -> dict[RuleStateKey, bytes]:
        """States of these buildings."""
        query = select(rule_states.c.rule_id, rule_states.c.building_id, rule_states.c.state).where(
            among(self._connection, rule_states.c.building_id, building_ids), rule_states.c.customer_id == customer_id
        )
        return {RuleStateKey(rule_id, building_id): state for rule_id, building_id, state in self._connection.execute(query)}

    def replace_states(self, customer_id: str, states: Mapping[RuleStateKey, bytes]) -> None:
        """Stores these states; those of a building that is erased meanwhile are passed over."""
        living = living_buildings(self._connection, customer_id, [key.building_id for key in states])
        rows = [
            {"building_id": key.building_id, "rule_id": key.rule_id, "customer_id": customer_id, "state": state}
            for key, state in sorted(states.items())
            if key.building_id in living
        ]
        if rows:
            add = insert(self._connection, rule_states)
            add = add.on_conflict_do_update(index_elements=["building_id", "rule_id"], set_={"state": add.excluded.state})
            self._connection.execute(add, rows)

    def ticked_until_for_operator(self) -> dict[str, int]:
        """Per customer the newest instant of which a tick was appended to the log."""
        query = select(tick_marks.c.customer_id, tick_marks.c.ticked_until_ms)
        return {customer_id: at_ms for customer_id, at_ms in self._connection.execute(query)}  # noqa: C416 - rows are no pairs

    def set_ticked_until(self, customer_id: str, at_ms: int) -> None:
        """Remembers that instant."""
        add = insert(self._connection, tick_marks)
        add = add.on_conflict_do_update(index_elements=["customer_id"], set_={"ticked_until_ms": add.excluded.ticked_until_ms})
        self._connection.execute(add, {"customer_id": customer_id, "ticked_until_ms": at_ms})

    def find_peer_snapshot(self, customer_id: str) -> PeerSnapshot | None:
        """The newest snapshot of the customer's homes, or None where none was published."""
        found = self._connection.scalar(select(peer_snapshots.c.payload).where(peer_snapshots.c.customer_id == customer_id))
        return None if found is None else msgspec.msgpack.decode(found, type=PeerSnapshot)

    def replace_peer_snapshot(self, customer_id: str, snapshot: PeerSnapshot) -> None:
        """Makes it the newest."""
        add = insert(self._connection, peer_snapshots)
        add = add.on_conflict_do_update(index_elements=["customer_id"], set_={"payload": add.excluded.payload})
        self._connection.execute(add, {"customer_id": customer_id, "payload": msgspec.msgpack.encode(snapshot)})

    def find_tick_progress(self, customer_id: str) -> TickProgress | None:
        """How far the tick that was evaluated last is stored, as far as it was stored in parts."""
        marks = tick_marks.c
        query = select(marks.customer_id, marks.evaluated_sequence, marks.evaluated_building_id)
        query = query.where(marks.customer_id == customer_id, marks.evaluated_sequence.is_not(None))
        found = self._connection.execute(query).one_or_none()
        return None if found is None else TickProgress(*found)

    def set_tick_progress(self, customer_id: str, sequence: int, building_id: str) -> None:
        """Remembers it beside the instant; a tick that is evaluated is in the log, so there is one."""
        of = tick_marks.c.customer_id == customer_id
        progress = {"evaluated_sequence": sequence, "evaluated_building_id": building_id}
        self._connection.execute(update(tick_marks).where(of).values(progress))
