"""SqlStore and SqlSession: the store as the ports describe it.

Joins engines and repositories; every rule of what is stored is a repository's. Invariant: a session's
repositories share one transaction, which is committed when the block ends and rolled back when it raises.
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from sqlalchemy import func, select

from hearth.store.access import (
    SqlClientRepository,
    SqlCustomerRepository,
    SqlEndpointRepository,
    SqlSigningKeyRepository,
)
from hearth.store.attempts import SqlAttemptRepository
from hearth.store.audit import SqlAuditRepository
from hearth.store.buildings import SqlBuildingRepository
from hearth.store.changes import SqlChangeRepository
from hearth.store.channels import SqlChannelRepository, SqlContactRepository
from hearth.store.connections import checkpoint, read_url, reading_engine, writing_engine
from hearth.store.energy import SqlEnergyRepository
from hearth.store.engine import SqlEngineRepository
from hearth.store.events import SqlEventRepository
from hearth.store.forecasts import SqlForecastRepository
from hearth.store.goals import SqlGoalRepository
from hearth.store.household_profiles import SqlHouseholdProfileRepository
from hearth.store.impact import SqlImpactRepository
from hearth.store.issued import SqlIssuedEventRepository
from hearth.store.listed_buildings import SqlListedBuildingRepository
from hearth.store.members import SqlMailedLinkRepository, SqlMemberRepository, SqlMemberSessionRepository
from hearth.store.notifications import SqlNotificationRepository
from hearth.store.outbox import SqlOutboxRepository
from hearth.store.repeats import SqlKeyedRequestRepository
from hearth.store.rules import SqlRuleRepository
from hearth.store.series import SqlSeriesRepository
from hearth.store.set_aside import SqlSetAsideRepository
from hearth.store.tickets import SqlTicketRepository
from hearth.store.transactions import Transaction
from hearth.store.turns import Turn
from hearth.store.weather import SqlWeatherRepository


class SqlSession:
    """Implements `ports.Session`. Belongs to one thread and ends with its block."""

    def __init__(self, transaction: Transaction) -> None:
        self.customers = SqlCustomerRepository(transaction)
        self.clients = SqlClientRepository(transaction)
        self.signing_keys = SqlSigningKeyRepository(transaction)
        self.members = SqlMemberRepository(transaction)
        self.member_sessions = SqlMemberSessionRepository(transaction)
        self.mailed_links = SqlMailedLinkRepository(transaction)
        self.audit = SqlAuditRepository(transaction)
        self.buildings = SqlBuildingRepository(transaction)
        self.listed_buildings = SqlListedBuildingRepository(transaction)
        self.series = SqlSeriesRepository(transaction)
        self.events = SqlEventRepository(transaction)
        self.issued = SqlIssuedEventRepository(transaction)
        self.forecasts = SqlForecastRepository(transaction)
        self.set_aside = SqlSetAsideRepository(transaction)
        self.energy = SqlEnergyRepository(transaction)
        self.household_profiles = SqlHouseholdProfileRepository(transaction)
        self.weather = SqlWeatherRepository(transaction)
        self.rules = SqlRuleRepository(transaction)
        self.engine = SqlEngineRepository(transaction)
        self.notifications = SqlNotificationRepository(transaction)
        self.goals = SqlGoalRepository(transaction)
        self.impact = SqlImpactRepository(transaction)
        self.outbox = SqlOutboxRepository(transaction)
        self.attempts = SqlAttemptRepository(transaction)
        self.endpoints = SqlEndpointRepository(transaction)
        self.channels = SqlChannelRepository(transaction)
        self.contacts = SqlContactRepository(transaction)
        self.keyed_requests = SqlKeyedRequestRepository(transaction)
        self.changes = SqlChangeRepository(transaction)
        self.tickets = SqlTicketRepository(transaction)


class SqlStore:
    """Implements `ports.Store` on SQLite or PostgreSQL. The database must have been upgraded before."""

    def __init__(self, database_url: str) -> None:
        self._url = url = read_url(database_url)
        self._writing = writing_engine(url)
        self._writing_soon = writing_engine(url, durable=False)
        self._reading = reading_engine(url)
        # SQLite has one writer at a time; writers queue here instead of knocking at the file again and again.
        is_file = url.get_backend_name() == "sqlite" and url.database is not None
        self._turn = Turn(Path(url.database or "")) if is_file else None

    @contextmanager
    def read(self) -> Iterator[SqlSession]:
        """One consistent snapshot; nothing is written."""
        with self._reading.begin() as connection:
            yield SqlSession(Transaction(connection, is_writing=False))

    @contextmanager
    def write(self, *, durable: bool = True) -> Iterator[SqlSession]:
        """One transaction: committed, and on disk, when the block ends; rolled back when it raises.

        One that is not durable is committed without waiting for the disk: for what may as well be done again.
        """
        engine = self._writing if durable else self._writing_soon
        with self._turn.taken() if self._turn else nullcontext(), engine.begin() as connection:
            transaction = Transaction(connection, is_writing=True)
            yield SqlSession(transaction)
            transaction.finish()

    def checkpoint(self) -> None:
        """Housekeeping of the database's own log; a writer hardly notices."""
        checkpoint(self._url)

    def size_bytes(self) -> int:
        """What the database takes on disk, with its own log."""
        if self._url.get_backend_name() == "postgresql":
            with self._reading.begin() as connection:
                return int(connection.scalar(select(func.pg_database_size(func.current_database()))) or 0)
        files = [Path(f"{self._url.database}{ending}") for ending in ("", "-wal")]
        return sum(file.stat().st_size for file in files if file.exists())

    def close(self) -> None:
        """Closes all connections; nothing may be under way."""
        self._writing.dispose()
        self._writing_soon.dispose()
        self._reading.dispose()
        if self._turn is not None:
            self._turn.close()
