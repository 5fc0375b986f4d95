"""The store: tables, repositories, event log, series chunks and outbox, on SQLite or PostgreSQL.

Implements `hearth.ports.Store`; decides nothing about households. `open_store` is the way in,
`hearth.store.migrations` prepares a database for it.
"""

from hearth.store.session import SqlSession, SqlStore

__all__ = ["SqlSession", "SqlStore", "open_store"]


def open_store(database_url: str) -> SqlStore:
    """A store on `sqlite:////path/file.sqlite3` or `postgresql://…`, whose database is up to date.

    Raises Problem("invalid") for a URL of another kind.
    """
    return SqlStore(database_url)
