"""The list of buildings: searched, filtered, sorted and paged; who is silent; a change in many at once."""

import msgspec
import pytest
import sqlalchemy as sa
from alembic import command
from tests.contracts.store_contents import NOW_MS, add_customer, building, compact_all, customer, entry

from hearth.core.identifiers import derived_id
from hearth.core.instants import DAY_MS, HOUR_MS
from hearth.core.problems import Problem
from hearth.domain.audit import Actor
from hearth.domain.buildings import DisabledNotification
from hearth.domain.catalogue import PLATFORM
from hearth.domain.events import PLATFORM_DEVICE
from hearth.services.auditing import AuditLog
from hearth.services.building_lists import Asked, BuildingLists
from hearth.services.buildings import BuildingDraft, Buildings, BuildingsChange
from hearth.services.last_events import LastEvents
from hearth.store import open_store
from hearth.store.connections import read_url
from hearth.store.migrations import _config, upgrade
from hearth.testing.clocks import MovableClock

A, B = customer("a"), customer("b")
ADA = Actor(kind="member", id="ada", name="Ada <ada@example.com>")
RULE = "a" * 24
HOMES = {
    "harbour": {"city": "Zürich", "zip": "8001", "tags": ("Pilot",)},
    "lake-1": {"city": "Bern", "zip": "3011"},
    "lake-2": {"city": "Aarau", "tags": ("Pilot", "pilot 2")},
    "moor": {"deactivated_at_ms": NOW_MS},
}


@pytest.fixture
def clock():
    return MovableClock(NOW_MS)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request, tmp_path):
    """URL of a database without any table, of each kind."""
    is_sqlite = request.param == "sqlite"
    return f"sqlite:///{tmp_path / 'empty.sqlite3'}" if is_sqlite else request.getfixturevalue("empty_postgres_url")


@pytest.fixture
def lists(store, clock):
    add_customer(store, "a")
    add_customer(store, "b", "harbour")
    with store.write() as session:
        for name, given in HOMES.items():
            session.buildings.add(building("a", name, **given))
    return BuildingLists(store, clock)


def series(store, letter, name, source="GATEWAY", device="meter"):
    with store.write() as session:
        return session.series.find_or_add(customer(letter), f"{letter}-{name}", "POWER_CONSUMPTION", device, source, None).id


def send(store, letter, events):
    """(series, instant): one value each."""
    with store.write() as session:
        sequence = session.events.last_sequence_for_operator() + 1
        session.events.append([entry(letter, sequence, [(each, at_ms, 1.0) for each, at_ms in events])])


def names(lists, asked=None, **given):
    page = lists.list_page(A, asked or Asked(**given), None, 100)
    return [each.building.customer_building_id for each in page.items]


def hear(store, clock):
    """Events of three homes: one of an hour ago, one of two days ago, one of the platform's own."""
    recent, old, own = series(store, "a", "harbour"), series(store, "a", "lake-1"), series(store, "a", "lake-2", PLATFORM)
    derived = series(store, "a", "lake-2", device=PLATFORM_DEVICE)
    now_ms = clock.now_ms()
    send(store, "a", [(old, now_ms - 2 * DAY_MS), (recent, now_ms - HOUR_MS), (recent, now_ms - 3 * HOUR_MS)])
    send(store, "a", [(own, now_ms), (derived, now_ms)])


def test_words_are_found_in_id_city_postal_code_and_tags_in_any_case(lists) -> None:
    assert names(lists, search="LAKE") == ["lake-1", "lake-2"]
    assert names(lists, search="zürich 80") == ["harbour"]
    assert names(lists, search="zurich") == ["harbour"]
    assert names(lists, search="pilot") == ["harbour", "lake-2"]
    assert names(lists, search="%") == []
    assert names(lists, tag="Pilot") == ["harbour", "lake-2"]
    assert names(lists, tag="pilot 2") == ["lake-2"]
    assert names(lists, tag="pilot") == []
    assert lists.list_tags(A) == {"Pilot": 2, "pilot 2": 1}
    assert lists.list_tags(B) == {}


def test_silent_is_who_sent_nothing_for_a_day_and_a_half(lists, store, clock) -> None:
    service = LastEvents(store, clock)
    hear(store, clock)
    assert service.look() == 2
    assert service.look() == 0
    page = lists.list_page(A, Asked(), None, 100)
    assert {each.building.customer_building_id: each.status for each in page.items} == {
        "harbour": "ACTIVE",
        "lake-1": "SILENT",
        "lake-2": "NEW",
        "moor": "DEACTIVATED",
    }
    assert page.counts == {"ACTIVE": 1, "SILENT": 1, "NEW": 1, "DEACTIVATED": 1}
    assert names(lists, status="SILENT") == ["lake-1"]
    assert page.items[0].last_event_ms == clock.now_ms() - HOUR_MS
    assert lists.stand(A, "lake-1").status == "SILENT"
    clock.advance(seconds=36 * 3_600)
    assert names(lists, status="SILENT") == ["harbour", "lake-1"]
    send(store, "a", [(series(store, "a", "lake-1"), clock.now_ms() + DAY_MS)])  # of the future: it counts as of now
    assert service.look() == 1
    assert names(lists, status="SILENT") == ["harbour"]
    assert lists.stand(A, "lake-1")[:2] == ("ACTIVE", NOW_MS)
    assert lists.list_page(A, Asked(search="lake-1"), None, 1).items[0].last_event_ms == NOW_MS


def test_what_was_compacted_before_it_was_seen_is_looked_up(lists, store, clock) -> None:
    hear(store, clock)
    compact_all(store, 2**40)
    assert LastEvents(store, clock).look() == 2
    assert names(lists, status="ACTIVE") == ["harbour"]
    assert names(lists, status="SILENT") == ["lake-1"]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("id", ["harbour", "lake-1", "lake-2", "moor"]),
        ("city", ["moor", "lake-2", "lake-1", "harbour"]),
        ("lastEvent", ["lake-2", "moor", "lake-1", "harbour"]),
    ],
)
def test_pages_follow_each_other_in_any_order(lists, store, clock, order, expected) -> None:
    hear(store, clock)
    LastEvents(store, clock).look()
    for is_descending in (False, True):
        asked, found, after = Asked(order=order, is_descending=is_descending), [], None
        while True:
            page = lists.list_page(A, asked, after, 1)
            found += [each.building.customer_building_id for each in page.items]
            after = page.next_after
            if after is None:
                break
        assert found == (expected[::-1] if is_descending else expected)


def test_a_change_in_many_is_made_in_all_or_none_and_noted_once_each(lists, store, clock) -> None:
    told = []
    buildings = Buildings(store, clock, None, None)
    buildings.on_change(told.append)
    change = BuildingsChange(add_tags=("spring",), remove_tags=("Pilot",), is_early_adopter=True, rules_off=(RULE,))
    with pytest.raises(Problem) as refused:
        buildings.change_many(A, ["harbour", "gone"], change, ADA)
    assert refused.value.code == "not_found"
    assert (lists.list_tags(A), told) == ({"Pilot": 2, "pilot 2": 1}, [])
    assert buildings.change_many(A, ["harbour", "lake-2", "harbour"], change, ADA) == ["harbour", "lake-2"]
    assert buildings.change_many(A, ["harbour", "lake-2"], change, ADA) == []
    assert told == ["a-harbour", "a-lake-2"]
    changed = buildings.get(A, "lake-2")
    assert (changed.tags, changed.is_early_adopter, changed.has_rule_on(RULE)) == (("pilot 2", "spring"), True, False)
    assert buildings.get(B, "harbour").tags == ()
    entries, _ = AuditLog(store).list_page(A, "", None, 10)
    assert [(each.action, each.subject, each.actor) for each in entries] == [
        ("building.changed", "lake-2", ADA),
        ("building.changed", "harbour", ADA),
    ]
    assert "spring" not in str(entries)


def test_rules_are_turned_on_again_whatever_turned_them_off(lists, store, clock) -> None:
    buildings = Buildings(store, clock, None, None)
    other, user = derived_id("rule"), DisabledNotification(rule_id=RULE, user_id="anna")
    for name, is_on_unless in (("lake-1", True), ("lake-2", False)):
        draft = BuildingDraft(
            customer_building_id=name,
            time_zone_id="Europe/Zurich",
            rules_operator_exclude=is_on_unless,
            inactive_rules=(RULE, other),
            disabled_notifications=(DisabledNotification(rule_id=RULE), user),
        )
        buildings.replace(A, draft)
    assert buildings.get(A, "lake-2").tags == ("Pilot", "pilot 2")  # who sends no tags takes none away
    buildings.change_many(A, ["lake-1", "lake-2"], BuildingsChange(rules_on=(RULE,)))
    for name in ("lake-1", "lake-2"):
        changed = buildings.get(A, name)
        assert changed.has_rule_on(RULE)
        assert not changed.has_rule_on(other)
        assert changed.disabled_notifications == (user,)


def test_buildings_that_were_there_before_are_listed(empty_url) -> None:
    engine = sa.create_engine(read_url(empty_url))
    config = _config()
    document = msgspec.json.encode(building("a", "Old-1", city="Zürich", zip="8001", deactivated_at_ms=NOW_MS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0013")
        connection.execute(sa.text("INSERT INTO customers (id, document) VALUES (:id, :document)"), {"id": A, "document": b"{}"})
        add = (
            "INSERT INTO buildings (id, customer_id, customer_building_id, document) VALUES ('a-Old-1', :of, 'Old-1', :document)"
        )
        connection.execute(sa.text(add), {"of": A, "document": document})
    engine.dispose()
    upgrade(empty_url)
    store = open_store(empty_url)
    try:
        page = BuildingLists(store, MovableClock(NOW_MS)).list_page(A, Asked(search="zürich old 8001"), None, 10)
    finally:
        store.close()
    assert [(each.building.customer_building_id, each.status) for each in page.items] == [("Old-1", "DEACTIVATED")]
