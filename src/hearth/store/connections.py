"""Connections: how each database is opened, how its transactions begin, and where the two dialects differ.

Holds engines and the few statements that need a word of one dialect; knows no table. Invariant: a writing
transaction on SQLite takes the write lock at its beginning, so that it never fails half-way for a stale
read; a reading one sees one snapshot on both databases and cannot write.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from time import sleep
from typing import Any

import msgspec
import psycopg
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Engine,
    Table,
    Text,
    bindparam,
    column,
    create_engine,
    event,
    func,
    literal,
    make_url,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError

from hearth.core.problems import invalid

_BUSY_MS = 10_000
# SQLite's log of pages. Housekeeping copies it into the database, so that no commit has to; where it does
# not run, the commit that finds this many pages does it after all. One page is 4 KiB.
_MOST_LOG_PAGES = 16_384
_LARGE_LOG_PAGES = 1_024
_CHECKPOINT_TRIES = 5
_CHECKPOINT_PAUSE_SECONDS = 0.002
# Locks of PostgreSQL that name no row; the numbers are ours to choose.
MIGRATION_LOCK = 0x48_0001
LOG_LOCK = 0x48_0002
CHANGES_LOCK = 0x48_0003


class _BinaryCursor(psycopg.Cursor[Any]):
    """Rows travel as bytes, not as text twice their size."""

    def __init__(self, connection: psycopg.Connection[Any], **options: Any) -> None:
        super().__init__(connection, **options)
        self.format = psycopg.pq.Format.BINARY


_BINARY = {"cursor_factory": _BinaryCursor}


def read_url(database_url: str) -> URL:
    """`sqlite:////path/file` or `postgresql://…` -> URL with our driver. Raises Problem("invalid") for others."""
    try:
        url = make_url(database_url)
    except ArgumentError as error:
        raise invalid("/database_url", "The database URL cannot be read; use postgresql://user:password@host/name.") from error
    if url.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        return url.set(drivername="postgresql+psycopg")
    if url.drivername in ("sqlite", "sqlite+pysqlite") and url.database not in (None, "", ":memory:"):
        return url
    raise invalid("/database_url", f"{url.drivername} is not supported; use sqlite:////path/file.sqlite3 or postgresql://…")


def writing_engine(url: URL, *, durable: bool = True) -> Engine:
    """An engine whose transactions write: BEGIN IMMEDIATE on SQLite, READ COMMITTED on PostgreSQL.

    One that is not durable does not wait for the disk: after a power failure its last transactions may be
    gone, though never one that a durable transaction came after.
    """
    if url.get_backend_name() == "postgresql":
        engine = create_engine(url, connect_args=_BINARY, isolation_level="READ COMMITTED", pool_size=8, max_overflow=24)
        if not durable:
            event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("SET LOCAL synchronous_commit = off"))
        return engine
    pragmas = [f"wal_autocheckpoint={_MOST_LOG_PAGES}", *([] if durable else ["synchronous=NORMAL"])]
    engine = create_engine(url, connect_args={"timeout": _BUSY_MS / 1_000}, pool_size=2, max_overflow=62)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "connect", lambda connection, _record: [connection.execute(f"PRAGMA {each}") for each in pragmas])
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def reading_engine(url: URL) -> Engine:
    """An engine whose transactions are snapshots and refuse to write."""
    if url.get_backend_name() == "postgresql":
        return create_engine(
            url,
            connect_args=_BINARY,
            isolation_level="REPEATABLE READ",
            execution_options={"postgresql_readonly": True},
            pool_size=8,
            max_overflow=24,
        )
    engine = create_engine(url, connect_args={"timeout": _BUSY_MS / 1_000}, pool_size=8, max_overflow=56)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "connect", lambda connection, _record: connection.execute("PRAGMA query_only=ON"))
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # the driver would begin transactions by its own rules
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")


def checkpoint(url: URL) -> None:
    """Copies SQLite's log of pages into the database, beside writers; PostgreSQL does the like by itself.

    While writers are busy the copy never quite reaches the log's end, and the log would grow for ever. So a
    large one, once copied, is copied to its end with the write lock held, for what came meanwhile is little,
    and written from its beginning again. Readers are not waited for, as that would be with the lock in hand.
    """
    if url.get_backend_name() == "postgresql":
        return
    with closing(sqlite3.connect(str(url.database), timeout=0, isolation_level=None)) as connection:
        _, pages, _ = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        mode = "TRUNCATE" if pages > _MOST_LOG_PAGES else "RESTART"
        for _ in range(_CHECKPOINT_TRIES if pages > _LARGE_LOG_PAGES else 0):
            is_busy, _, _ = connection.execute(f"PRAGMA wal_checkpoint({mode})").fetchone()
            if not is_busy:
                break
            sleep(_CHECKPOINT_PAUSE_SECONDS)


def is_postgresql(connection: Connection) -> bool:
    """Whether the connection is to PostgreSQL; else it is to SQLite."""
    return connection.dialect.name == "postgresql"


def lock(connection: Connection, name: int) -> None:
    """Waits for one of the locks above and keeps it to the transaction's end. On SQLite a writer is alone anyway."""
    if is_postgresql(connection):
        connection.execute(select(func.pg_advisory_xact_lock(name)))


def insert(connection: Connection, table: Table) -> Any:
    """INSERT with ON CONFLICT, which both dialects have and spell alike."""
    return postgresql.insert(table) if is_postgresql(connection) else sqlite.insert(table)


def add_unless_taken(connection: Connection, table: Table, row: dict[str, Any], unique: Sequence[str] | None = None) -> bool:
    """Inserts a row; False where one with the same `unique` columns (None = any key) stands already."""
    add = insert(connection, table).on_conflict_do_nothing(index_elements=unique).returning(literal(1))
    return connection.execute(add.values(row)).first() is not None


def among(connection: Connection, of: Column[Any], values: Sequence[Any]) -> ColumnElement[bool]:
    """`of IN values` with the values as one parameter: any number of them, and one text of the statement."""
    if is_postgresql(connection):
        kind = Text() if isinstance(of.type, Text) else BigInteger()
        return of == func.any(bindparam(None, list(values), type_=postgresql.ARRAY(kind)))
    # A function of columns that are named (`table_valued`) would cost half as much again, in each statement.
    return of.in_(select(column("value")).select_from(func.json_each(msgspec.json.encode(list(values)).decode())))


def tested(of: Column[str], value: str) -> ColumnElement[bool]:
    """`of = value` for rows that another condition finds: no index is taken for it.

    SQLite thinks few rows have an equal column, and would walk over all buildings of a customer to find one by its id.
    """
    return of.concat("") == value


def raw_insert(connection: Connection, table: Table) -> str:
    """The text of a plain INSERT of all columns in order, for the driver itself."""
    mark = "%s" if is_postgresql(connection) else "?"
    names = ", ".join(each.name for each in table.columns)
    return f"INSERT INTO {table.name} ({names}) VALUES ({', '.join([mark] * len(table.columns))})"  # noqa: S608 - our names
