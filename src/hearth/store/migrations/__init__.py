"""Migrations: bring a database to the form that this version's tables have.

One set for SQLite and PostgreSQL, run in one transaction: either all of them or none. Safe to call from
several processes at once; the second finds the work done.
"""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from hearth.store.connections import MIGRATION_LOCK, lock, read_url, reading_engine, writing_engine


def upgrade(database_url: str) -> None:
    """Brings the database to the newest form; an empty or absent SQLite file becomes a database."""
    url = read_url(database_url)
    engine = writing_engine(url)
    try:
        with engine.connect() as connection, connection.begin():
            lock(connection, MIGRATION_LOCK)
            if not _is_at_head(connection):
                config = _config()
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
    finally:
        engine.dispose()


def is_current(database_url: str) -> bool:
    """Whether the database has the form that this version needs."""
    engine = reading_engine(read_url(database_url))
    try:
        with engine.connect() as connection:
            return _is_at_head(connection)
    finally:
        engine.dispose()


def _is_at_head(connection: Connection) -> bool:
    heads = ScriptDirectory.from_config(_config()).get_heads()
    return set(MigrationContext.configure(connection).get_current_heads()) == set(heads)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "hearth.store:migrations")
    return config
