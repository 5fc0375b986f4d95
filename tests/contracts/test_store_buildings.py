"""Buildings, series, rules, states: each is its customer's alone, and erasure leaves nothing."""

from threading import Thread

import msgspec
import pytest
from sqlalchemy import Engine, LargeBinary, String, cast, create_engine, event, func, or_, select
from tests.contracts.store_contents import (
    ALWAYS,
    NOW_MS,
    add_customer,
    add_notifications,
    add_series,
    building,
    compact,
    compact_all,
    customer,
    entry,
    facts_entry,
    notification,
)

from hearth.core.problems import Problem
from hearth.domain.events import Delivered
from hearth.domain.notifications import Attempt, Interaction
from hearth.domain.profiles import HouseholdProfile
from hearth.domain.repeats import KeptAnswer, KeyedRequest
from hearth.domain.rules import Rule
from hearth.ports import RuleStateKey
from hearth.store import SqlStore
from hearth.store.connections import read_url
from hearth.store.tables import metadata

A, B = customer("a"), customer("b")


def test_a_building_is_found_by_its_customer_only(store) -> None:
    add_customer(store, "a", "one", "two")
    add_customer(store, "b", "one")
    with store.read() as session:
        assert session.buildings.find(A, "one") == building("a", "one")
        assert session.buildings.find(B, "two") is None
        assert session.buildings.list_by_id(B, ["a-one", "b-one"]) == [building("b", "one")]
        assert (session.buildings.count(A), session.buildings.count(B), session.buildings.count("x")) == (2, 1, 0)
    with store.write() as session, pytest.raises(Problem, match="conflict"):
        session.buildings.add(msgspec.structs.replace(building("a", "one"), id="other"))
    with store.write() as session:
        session.buildings.replace(msgspec.structs.replace(building("a", "one"), customer_id=B, city="Bern"))
        session.buildings.replace(building("a", "two", city="Basel"))
    with store.read() as session:
        assert session.buildings.find(A, "one").city is None
        assert session.buildings.find(A, "two").city == "Basel"


def test_a_building_is_found_by_its_id_however_many_its_customer_has(sqlite_url: str, sqlite_store: SqlStore) -> None:
    add_customer(sqlite_store, "a", "one")
    asked: list[tuple[str, tuple[object, ...]]] = []

    def note(_connection, _cursor, text, values, *_) -> None:
        asked.append((text, values))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        with sqlite_store.write() as session:
            session.buildings.list_by_id(A, ["a-one"])
            session.engine.replace_states(A, {RuleStateKey("rule", "a-one"): b"state"})
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    of_buildings = [each for each in asked if "FROM buildings" in each[0]]
    assert len(of_buildings) == 2
    with create_engine(sqlite_url).connect() as connection:
        for text, values in of_buildings:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values).all()
            assert any(step[-1].startswith("SEARCH buildings") and step[-1].endswith("(id=?)") for step in plan), plan


def test_pages_are_ordered_by_bytes_on_every_database(store) -> None:
    names = ["B", "a", "a-1", "a.1", "a:1", "a_1", "A", "b", "1"]
    add_customer(store, "a", *names)
    with store.read() as session:
        first = session.buildings.list_page(A, None, 4)
        rest = session.buildings.list_page(A, first[-1].customer_building_id, 100)
    assert [each.customer_building_id for each in first + rest] == sorted(names)


def test_one_series_per_identity_also_when_two_ask_at_once(store) -> None:
    add_customer(store, "a", "one")
    found: list[int] = []
    threads = [Thread(target=lambda: found.append(add_series(store, "a", "one"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(found)) == 1
    with store.write() as session:
        again = session.series.find_or_add(A, "a-one", "POWER", "meter", "METER", "Meter")
        other = session.series.find_or_add(A, "a-one", "POWER", "meter", "PLATFORM", "Meter")
        session.series.rename_device(B, again.id, "theirs")
        session.series.rename_device(A, other.id, "Cellar")
    with store.read() as session:
        assert [(each.id, each.device_name) for each in session.series.list_of(A, ["a-one"])] == [
            (found[0], None),
            (other.id, "Cellar"),
        ]
        assert session.series.list_by_id(A, [other.id, 999])[0].source == "PLATFORM"
        assert session.series.list_by_id(B, [other.id]) == []
        assert session.series.list_of(B, ["a-one"]) == []
    for customer_id, building_id in ((B, "a-one"), (A, "none")):
        with store.write() as session, pytest.raises(Problem, match="not_found"):
            session.series.find_or_add(customer_id, building_id, "POWER", "d", "METER", None)


def test_rules_keep_every_version(store) -> None:
    add_customer(store, "a")
    add_customer(store, "b")
    first = Rule(id="r1", customer_id=A, name="Sun", created_at_ms=1)
    second = msgspec.structs.replace(first, version=2, name="sun", condition="1 > 0")
    with store.write() as session:
        session.rules.add_version(first)
        session.rules.add_version(msgspec.structs.replace(first, id="r2", name="Rain"))
        session.rules.add_version(msgspec.structs.replace(first, id="r3", customer_id=B))
        session.rules.add_version(second)
    for refused in (
        msgspec.structs.replace(first, id="r4", name="Rain"),
        msgspec.structs.replace(second, version=3, name="Rain"),
        second,
        msgspec.structs.replace(first, customer_id=B, name="Theirs"),
    ):
        with store.write() as session, pytest.raises(Problem, match="conflict"):
            session.rules.add_version(refused)
    with store.read() as session:
        assert session.rules.find(A, "r1") == second
        assert session.rules.find(B, "r1") is None
        assert session.rules.find_named(A, "sun") == second
        assert session.rules.find_named(A, "Sun") is None
        assert [rule.name for rule in session.rules.list_of(A)] == ["Rain", "sun"]
        assert session.rules.list_versions(A, "r1") == [first, second]
        assert session.rules.list_versions(B, "r1") == []
    with store.write() as session:
        session.rules.delete(B, "r1")
        session.rules.delete(A, "r2")
    with store.read() as session:
        assert [rule.id for rule in session.rules.list_of(A)] == ["r1"]
        assert session.rules.list_versions(A, "r2") == []


def test_states_and_progress_come_back(store) -> None:
    add_customer(store, "a", "one", "two")
    one, two = RuleStateKey("r", "a-one"), RuleStateKey("r", "a-two")
    with store.read() as session:
        assert session.engine.applied_sequence_for_operator() == 0
    with store.write() as session:
        session.engine.set_applied_sequence_for_operator(7)
        session.engine.replace_states(A, {one: b"1", two: b"2", RuleStateKey("r", "erased"): b"3"})
    with store.write() as session:
        session.engine.set_applied_sequence_for_operator(9)
        session.engine.replace_states(A, {two: b"\x00\xff"})
        session.engine.replace_states(B, {one: b"theirs"})
    with store.read() as session:
        assert session.engine.applied_sequence_for_operator() == 9
        assert session.engine.read_states(A, ["a-one", "a-two", "erased"]) == {one: b"1", two: b"\x00\xff"}
        assert session.engine.read_states(B, ["a-one"]) == {}


def _fill(store, letter: str, series: tuple[int, int]) -> None:
    """Something in every table but the chunks for buildings "one" and "two" of a customer."""
    with store.read() as session:
        sequence = session.events.last_sequence_for_operator() + 1
    events = [(series[0], NOW_MS, 1.0), (series[1], NOW_MS, 2.0), (series[0], NOW_MS + 1, 3.0), (series[1], NOW_MS + 1, 4.0)]
    facts = [
        Delivered(notification_id=f"{letter}-note-{i:04}", rule_id="rule", building_id=f"{letter}-{name}", delivered_at_ms=1)
        for i, name in ((1, "one"), (2, "two"))
    ]
    with store.write() as session:
        session.events.append([entry(letter, sequence, [(s, t + 60_000, v, NOW_MS) for s, t, v in events])])
        session.events.append([facts_entry(letter, sequence + 4, facts)])
        session.engine.replace_states(
            customer(letter), {RuleStateKey("rule", f"{letter}-{name}"): b"state" for name in ("one", "two")}
        )
    notes = [notification(letter, "one", 1), notification(letter, "two", 2)]
    add_notifications(store, *notes)
    with store.write() as session:
        for note in notes:
            interaction = Interaction(action_qualifier="VIEWED", occurred_at_ms=NOW_MS)
            session.notifications.add_interaction(customer(letter), note.id, interaction)
            session.outbox.record_attempt(
                customer(letter), Attempt(delivery_id=f"delivery-of-{note.id}", attempted_at_ms=1, duration_ms=2)
            )
            session.issued.add(customer(letter), note.building_id, [])
            session.issued.set_mark(customer(letter), note.building_id, "weather", NOW_MS)
            session.household_profiles.replace(customer(letter), note.building_id, HouseholdProfile(computed_at_ms=NOW_MS))
            session.keyed_requests.add(customer(letter), KeyedRequest(note.building_id, "request", NOW_MS), 0)
            answer = KeptAnswer(201, {}, note.building_id.encode())
            session.keyed_requests.keep_answer(customer(letter), note.building_id, answer, note.building_id, NOW_MS)


def _fill_chunks(store, letter: str, sequence: int) -> tuple[int, int]:
    """Some compacted events in buildings "one" and "two"; their series."""
    series = add_series(store, letter, "one"), add_series(store, letter, "two")
    with store.write() as session:
        session.events.append([entry(letter, sequence, [(each, NOW_MS + at, 1.0) for each in series for at in (0, 1)])])
    assert compact(store, sequence + 3) == 4
    return series


def _count_rows(url: str, letter: str, name: str, series_id: int) -> dict[str, int]:
    """Rows of each table that mention the building, its series or its notification."""
    engine = create_engine(read_url(url))
    counts = {}
    marks = [f"{letter}-{name}", f"{letter}-note-{1 if name == 'one' else 2:04}"]
    with engine.connect() as connection:
        for table in metadata.tables.values():
            blobs = [column for column in table.columns if isinstance(column.type, LargeBinary)]
            texts = [cast(column, String) for column in table.columns if not isinstance(column.type, LargeBinary)]
            found = [text.contains(mark) for text in texts for mark in marks]
            if "series_id" in table.c:
                found.append(table.c.series_id == series_id)
            counts[table.name] = connection.scalar(select(func.count()).select_from(table).where(or_(*found)))
            for row in connection.execute(select(*blobs)) if blobs else ():
                counts[table.name] += any(mark.encode() in bytes(value) for value in row for mark in marks)
    engine.dispose()
    return {table: count for table, count in counts.items() if count}


def test_erasure_leaves_no_row_and_touches_no_other_building(store, database_url) -> None:
    for letter in ("a", "b"):
        add_customer(store, letter, "one", "two")
    series = {letter: _fill_chunks(store, letter, sequence) for letter, sequence in (("a", 1), ("b", 5))}
    for letter in ("a", "b"):
        _fill(store, letter, series[letter])
    assert set(_count_rows(database_url, "a", "one", series["a"][0])) == {
        "buildings",
        "listed_buildings",
        "series",
        "series_chunks",
        "event_log",
        "rule_states",
        "notifications",
        "interactions",
        "outbox",
        "attempts",
        "issued_events",
        "issued_marks",
        "household_profiles",
        "keyed_requests",
    }
    with store.read() as session:
        before = {each: session.events.read(each, series[each[0]], *ALWAYS) for each in (A, B)}
        change = session.notifications.last_change(A)
        entries = session.events.list_entries_for_operator(0, 100)
    with store.write() as session:
        session.buildings.erase(B, "a-one")
    with store.read() as session:
        assert session.buildings.find(A, "one") is not None
    with store.write() as session:
        session.buildings.erase(A, "a-one")
    assert _count_rows(database_url, "a", "one", series["a"][0]) == {}
    with store.read() as session:
        after = session.events.read(A, series["a"], *ALWAYS)
        assert not after[series["a"][0]].times_ms
        assert after[series["a"][1]] == before[A][series["a"][1]]
        assert session.events.read(B, series["b"], *ALWAYS) == before[B]
        assert session.notifications.last_change(A) > change
        left = session.events.list_entries_for_operator(0, 100)
        assert [(each.sequence, each.size) for each in left] == [(each.sequence, each.size) for each in entries]
        for each in left:
            assert series["a"][0] not in each.columns.series_ids
            assert "a-one" not in [fact.building_id for fact in each.facts]
        assert [fact.building_id for each in left if each.customer_id == A for fact in each.facts] == ["", "a-two"]
    compact_all(store, 2**40)
    with store.read() as session:
        after = session.events.read(A, series["a"], *ALWAYS)
        assert not after[series["a"][0]].times_ms
        assert after[series["a"][1]] == before[A][series["a"][1]]


def test_an_erased_series_number_is_never_given_again(store) -> None:
    add_customer(store, "a", "one", "two")
    erased = add_series(store, "a", "one")
    with store.write() as session:
        session.buildings.erase(A, "a-one")
    assert add_series(store, "a", "two") > erased


def test_what_is_decided_for_an_erased_building_is_not_stored(store) -> None:
    add_customer(store, "a", "one")
    with store.write() as session:
        session.buildings.erase(A, "a-one")
    add_notifications(store, notification("a", "one", 1))
    with store.read() as session:
        assert session.notifications.list_page(A, None, ("PENDING",), None, 10) == []
        assert session.outbox.next_due_for_operator(NOW_MS, NOW_MS + 1_000) is None
