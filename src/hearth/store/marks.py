"""Marks in the log: how far it is applied, how far it is compacted; and the number of the compaction's last step."""

from sqlalchemy import Connection, func, select

from hearth.store.connections import insert
from hearth.store.tables import event_log, log_marks

APPLIED = "applied"
COMPACTED = "compacted"
COMPACTION_STEPS = "compaction steps"


def read_mark(connection: Connection, name: str) -> int:
    """The sequence at the mark (inclusive), or the number; 0 at first."""
    return connection.scalar(select(log_marks.c.sequence).where(log_marks.c.name == name)) or 0


def set_mark(connection: Connection, name: str, sequence: int) -> None:
    """Moves the mark."""
    add = insert(connection, log_marks).on_conflict_do_update(index_elements=["name"], set_={"sequence": sequence})
    connection.execute(add, {"name": name, "sequence": sequence})


def last_sequence(connection: Connection) -> int:
    """The highest sequence ever given, also when its row is compacted away; 0 at first."""
    end = select(event_log.c.sequence + event_log.c.size - 1).order_by(event_log.c.sequence.desc()).limit(1)
    marks = connection.scalar(select(func.max(log_marks.c.sequence)).where(log_marks.c.name.in_((APPLIED, COMPACTED)))) or 0
    return max(connection.scalar(end) or 0, marks)
