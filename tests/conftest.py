"""Fixtures that every test may use: databases of both kinds, migrated and empty.

A private PostgreSQL cluster per test process is started when first asked for; each test gets a copy of a
migrated template. For SQLite a migrated file is copied. Where PostgreSQL is missing its tests are skipped,
or fail where no skip is allowed.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings

from hearth.store import SqlStore, open_store
from hearth.store.migrations import upgrade

# No test is about time: a machine with much else to do is no failure. Whoever works on Hearth tries other examples each
# time; what is to be merged is judged by the same ones every time, so that a run says something about the change alone.
settings.register_profile("untimed", deadline=None, derandomize=bool(os.environ.get("HEARTH_TESTS_SAME_EXAMPLES")))
settings.load_profile("untimed")

_TEMPLATE = "hearth_template"
_databases = count(1)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """URL of a private PostgreSQL server without its database's name, ending in `{database}?…`."""
    binaries = _postgres_binaries()
    if binaries is None:
        reason = "needs PostgreSQL (initdb and pg_ctl on PATH or in /usr/lib/postgresql)"
        if os.environ.get("HEARTH_TESTS_ALLOW_NO_SKIPS"):
            pytest.fail(reason)
        pytest.skip(reason)
    # A socket's path must be short, so not below pytest's folder.
    folder = Path(tempfile.mkdtemp(prefix="hearth-pg-"))
    user = None
    if os.geteuid() == 0:
        user = "postgres" if _is_user("postgres") else "nobody"
        shutil.chown(folder, user)
    data = folder / "data"

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [binaries / program, *arguments], check=True, user=user, cwd=folder, capture_output=True, env=_clean_environment()
        )

    options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off -c full_page_writes=off"
    try:
        run("initdb", "-D", str(data), "-U", "hearth", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C")
        run("pg_ctl", "-D", str(data), "-l", str(folder / "log"), "-o", options, "-w", "start")
        try:
            yield f"postgresql://hearth@/{{database}}?host={folder}"
        finally:
            run("pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def _postgres_template(postgres_server: str) -> str:
    """The same URL, once a migrated template stands."""
    _run_sql(postgres_server, f"CREATE DATABASE {_TEMPLATE}")
    upgrade(postgres_server.format(database=_TEMPLATE))
    return postgres_server


@pytest.fixture
def empty_postgres_url(postgres_server: str) -> Iterator[str]:
    """URL of a database without any table."""
    yield from _database(postgres_server, "template0")


@pytest.fixture
def postgres_url(_postgres_template: str) -> Iterator[str]:
    """URL of a migrated, empty database."""
    yield from _database(_postgres_template, _TEMPLATE)


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "hearth.sqlite3"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(_sqlite_template: Path, tmp_path: Path) -> str:
    """URL of a migrated, empty file."""
    path = tmp_path / "hearth.sqlite3"
    shutil.copyfile(_sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def sqlite_store(sqlite_url: str) -> Iterator[SqlStore]:
    """A store on SQLite."""
    yield from _opened(sqlite_url)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """URL of a migrated, empty database, of each kind."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.fixture
def store(database_url: str) -> Iterator[SqlStore]:
    """A store on each kind of database."""
    yield from _opened(database_url)


def _opened(url: str) -> Iterator[SqlStore]:
    store = open_store(url)
    yield store
    store.close()


def _database(server: str, template: str) -> Iterator[str]:
    name = f"test_{next(_databases)}"
    _run_sql(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield server.format(database=name)
    _run_sql(server, f"DROP DATABASE {name} WITH (FORCE)")


def _run_sql(server: str, statement: str) -> None:
    with psycopg.connect(server.format(database="postgres"), autocommit=True) as connection:
        connection.execute(statement)


def _postgres_binaries() -> Path | None:
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3].split(".")[0]))
    return found[-1].parent if found else None


def _is_user(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def _clean_environment() -> dict[str, str]:
    """Without settings that would lead to another server."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}
