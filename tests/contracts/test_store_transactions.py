"""Transactions, migrations, access and changes, as every process sees them."""

import subprocess
import sys
import warnings
from threading import Event, Thread

import msgspec
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError
from tests.contracts.store_contents import NOW_MS, add_customer, building, customer

from hearth.core.problems import Problem
from hearth.domain.customers import Client, ClientSecret, Member, MemberSession, SigningKey
from hearth.domain.endpoints import Endpoint
from hearth.ports import Change
from hearth.store import open_store
from hearth.store.connections import read_url
from hearth.store.migrations import is_current, upgrade
from hearth.store.tables import metadata

A, B = customer("a"), customer("b")


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_an_empty_database_is_brought_to_the_form_of_the_tables(kind, request, tmp_path) -> None:
    url = f"sqlite:///{tmp_path / 'new.sqlite3'}" if kind == "sqlite" else request.getfixturevalue("empty_postgres_url")
    assert not is_current(url)
    threads = [Thread(target=upgrade, args=(url,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert is_current(url)
    upgrade(url)
    engine = create_engine(read_url(url))
    with engine.connect() as connection, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata) == []
    engine.dispose()


@pytest.mark.parametrize("url", ["mysql://host/name", "sqlite://", "no url at all"])
def test_another_kind_of_database_is_refused(url) -> None:
    with pytest.raises(Problem, match="postgresql://"):
        open_store(url)


def test_a_block_that_raises_leaves_nothing(store) -> None:
    add_customer(store, "a")

    def write_and_fail() -> None:
        with store.write() as session:
            session.buildings.add(building("a", "one"))
            session.changes.add(A, "buildings", "a-one")
            raise LookupError

    with pytest.raises(LookupError):
        write_and_fail()
    with store.read() as session:
        assert session.buildings.count(A) == 0
        assert session.changes.last_number_for_operator() == 0


def test_a_reader_keeps_its_snapshot(store) -> None:
    add_customer(store, "a")
    with store.read() as reader:
        assert reader.buildings.count(A) == 0
        with store.write() as session:
            session.buildings.add(building("a", "one"))
        assert reader.buildings.count(A) == 0
    with store.read() as reader:
        assert reader.buildings.count(A) == 1


def test_a_reader_cannot_write(store) -> None:
    add_customer(store, "a")
    with pytest.raises(DBAPIError), store.read() as session:
        session.buildings.add(building("a", "one"))


def test_what_is_committed_on_sqlite_is_on_disk(sqlite_store) -> None:
    with sqlite_store._writing.connect() as connection:
        assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
        assert connection.scalar(text("PRAGMA synchronous")) == 2
        assert connection.scalar(text("PRAGMA foreign_keys")) == 1
        assert connection.scalar(text("PRAGMA busy_timeout")) == 10_000


def test_what_need_not_be_durable_does_not_wait_for_the_disk(store) -> None:
    add_customer(store, "a")
    with store.write(durable=False) as session:
        session.buildings.add(building("a", "one"))
        connection = session.buildings._connection
        if connection.dialect.name == "sqlite":
            assert connection.scalar(text("PRAGMA synchronous")) == 1
        else:
            assert connection.scalar(text("SHOW synchronous_commit")) == "off"
    with store.read() as session:
        assert session.buildings.count(A) == 1


def test_a_building_read_for_change_waits_for_the_other_change(store) -> None:
    add_customer(store, "a", "one")
    has_read = Event()

    def add_user(name: str) -> None:
        with store.write() as session:
            found = session.buildings.find(A, "one")
            has_read.set()
            session.buildings.replace(msgspec.structs.replace(found, user_ids=(*found.user_ids, name)))

    threads = [Thread(target=add_user, args=(f"user{number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read() as session:
        assert sorted(session.buildings.find(A, "one").user_ids) == [f"user{number}" for number in range(8)]


def test_changes_are_numbered_in_the_order_they_become_visible(store) -> None:
    with store.write() as session:
        session.changes.add(A, "rules")
        session.changes.add(A, "buildings", "a-one")
        assert session.changes.last_number_for_operator() == 2
    seen: list[int] = []
    is_done = Event()

    def watch() -> None:
        last = 2
        while True:
            ends = is_done.is_set()
            with store.read() as session:
                found = [change.number for change in session.changes.list_since_for_operator(last)]
            seen.extend(found)
            last = max([last, *found])
            if ends:
                return

    def change() -> None:
        for _ in range(20):
            with store.write() as session:
                session.changes.add(A, "rules")

    watcher = Thread(target=watch)
    watcher.start()
    threads = [Thread(target=change) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    is_done.set()
    watcher.join()
    assert len(seen) == 60
    assert seen == sorted(set(seen))
    with store.read() as session:
        assert session.changes.list_since_for_operator(0)[:2] == [
            Change(1, A, "rules"),
            Change(2, A, "buildings", "a-one"),
        ]


_ADD_BUILDINGS = """
import sys
from hearth.store import open_store
from tests.contracts.store_contents import building
store = open_store(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
for number in range(60):
    with store.write() as session:
        session.buildings.add(building("a", f"{sys.argv[2]}-{number}"))
        session.changes.add("a" * 24, "buildings", f"a-{sys.argv[2]}-{number}")
store.close()
"""


def test_two_processes_write_one_database(store, database_url) -> None:
    add_customer(store, "a")
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", _ADD_BUILDINGS, database_url, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for name in ("first", "second")
    ]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        process.communicate(timeout=60)
        assert process.returncode == 0
    with store.read() as session:
        assert session.buildings.count(A) == 120
        assert session.changes.last_number_for_operator() == 120


def test_clients_and_keys(store) -> None:
    add_customer(store, "a")
    client = Client(client_id="c1", customer_id=A, created_at_ms=1, secrets=(ClientSecret(secret_hash="h", created_at_ms=1),))
    revoked = msgspec.structs.replace(client, revoked_at_ms=5)
    with store.write() as session:
        session.clients.add(client)
        session.clients.replace(msgspec.structs.replace(revoked, customer_id=B))
    with store.write() as session, pytest.raises(Problem, match="conflict"):
        session.clients.add(revoked)
    with store.read() as session:
        assert session.clients.find_for_token("c1") == client
        assert session.clients.find_for_token("c2") is None
        assert session.clients.list_of(B) == []
    with store.write() as session:
        session.clients.replace(revoked)
        session.signing_keys.add_for_operator(_key("new", 2))
        session.signing_keys.add_for_operator(_key("old", 1))
        session.signing_keys.replace_for_operator(_key("old", 1, published_until_ms=9))
    with store.read() as session:
        assert session.clients.list_of(A) == [revoked]
        assert session.signing_keys.list_for_operator() == [_key("old", 1, published_until_ms=9), _key("new", 2)]
        assert [each.id for each in session.customers.list_for_operator()] == [A]
        assert session.customers.find(A).name == "a"
        assert session.customers.find(B) is None


def _key(kid: str, created_at_ms: int, **given: int) -> SigningKey:
    return SigningKey(kid=kid, private_key_sealed="sealed", public_jwk={"kty": "RSA"}, created_at_ms=created_at_ms, **given)


def test_members_sessions_and_endpoints(store) -> None:
    add_customer(store, "a")
    member = Member(id="m", customer_id=A, email="m@example.com", name="M", password_hash="h", created_at_ms=1)
    signed_in = MemberSession(
        token_hash="t", csrf_token="c", member_id="m", customer_id=A, created_at_ms=NOW_MS, expires_at_ms=NOW_MS + 10
    )
    endpoint = Endpoint(customer_id=A, url="https://example.com/hook", signing_secret_sealed="s")
    with store.write() as session:
        session.members.add(member)
        session.member_sessions.add(signed_in)
        session.member_sessions.renew(B, "t", 0)
        session.member_sessions.renew(A, "t", NOW_MS + 20)
        session.member_sessions.delete(B, "t")
        session.endpoints.replace(endpoint)
        session.endpoints.replace(msgspec.structs.replace(endpoint, disabled_reason="gone"))
    with store.write() as session, pytest.raises(Problem, match="conflict"):
        session.members.add(msgspec.structs.replace(member, id="m2"))
    with store.write() as session:
        assert session.members.find(A, "m") == session.members.find_for_login("m@example.com") == member
        assert session.members.find(B, "m") is None
        assert session.endpoints.find(A).disabled_reason == "gone"
        assert session.endpoints.find(B) is None
        session.member_sessions.delete_expired_for_operator(NOW_MS + 19)
        assert session.member_sessions.find_for_cookie("t") == msgspec.structs.replace(signed_in, expires_at_ms=NOW_MS + 20)
        session.member_sessions.delete_expired_for_operator(NOW_MS + 20)
        assert session.member_sessions.find_for_cookie("t") is None
