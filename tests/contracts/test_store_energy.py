"""Energies by local day equal a plain computation over all that was sent, whatever is compacted, late, repeated or erased."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import count
from math import isnan

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from tests.contracts.store_contents import add_customer, compact, compact_all, customer, entry

from hearth.core.instants import HOUR_MS, datetime_of_instant, start_of_local_day, zone_named
from hearth.domain.events import Series
from hearth.insights.energy import CONSUMPTION, GENERATION, GRID, Figures
from hearth.store import SqlStore, open_store
from hearth.store import compaction as compaction_of_store
from hearth.store.tables import energy_days

ZONES = ("Europe/Zurich", "America/Los_Angeles", "Australia/Lord_Howe")
FIRST, LAST = date(2026, 3, 26), date(2026, 4, 7)  # clocks are moved in Zurich on the 29th, on Lord Howe on the 5th
TYPES = ("ENERGY_GENERATION", "ENERGY_CONSUMPTION", "GRID_ENERGY_CONSUMPTION")
START_MS = start_of_local_day(FIRST, zone_named("UTC"))
_examples = count(1)


def add(store: SqlStore, letter: str, name: str, event_type: str, source: str = "GATEWAY", device: str = "one") -> Series:
    with store.write() as session:
        return session.series.find_or_add(customer(letter), f"{letter}-{name}", event_type, device, source, None)


def read(store: SqlStore, letter: str, names: Sequence[str], first: date = FIRST, last: date = LAST) -> dict[str, Figures]:
    with store.read() as session:
        return session.energy.read_days(customer(letter), [f"{letter}-{name}" for name in names], first, last)


def move_to(store: SqlStore, letter: str, name: str, zone_id: str) -> None:
    with store.write() as session:
        home = session.buildings.find(customer(letter), name)
        session.buildings.replace(msgspec.structs.replace(home, time_zone_id=zone_id))


def rows(store: SqlStore) -> int:
    with store._reading.begin() as connection:
        return connection.scalar(select(func.count()).select_from(energy_days))


def naive(sent: Iterable[tuple[Series, int, float]], zone_id: str) -> dict[tuple[date, int], float]:
    """(local day, column) -> Wh, event by event; the last value of an instant wins."""
    last = {(series.id, at_ms): (series, at_ms, wh) for series, at_ms, wh in sent}
    added: dict[tuple[date, int], float] = {}
    for series, at_ms, wh in last.values():
        key = (datetime_of_instant(at_ms, zone_named(zone_id)).date(), TYPES.index(series.event_type))
        added[key] = added.get(key, 0) + wh
    return added


def as_mapping(figures: Figures, first: date = FIRST) -> dict[tuple[date, int], float]:
    found = {}
    for (day, column), wh in np.ndenumerate(figures[:, :3]):
        if not isnan(wh):
            found[first + timedelta(days=day), column] = wh
    return found


_EVENT = st.tuples(st.integers(0, 8), st.integers(-10, 14 * 24 * 4), st.floats(0, 1_000))
_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("append"), st.lists(_EVENT, min_size=1, max_size=8)),
        st.tuples(st.just("prepare"), st.integers(1, 20)),
        st.tuples(st.just("step"), st.integers(1, 4)),
        st.tuples(st.just("move"), st.tuples(st.integers(0, 2), st.sampled_from(ZONES))),
        st.tuples(st.just("erase"), st.integers(0, 2)),
        st.tuples(st.just("read"), st.none()),
    ),
    max_size=30,
)


@pytest.fixture
def opened_stores(request: pytest.FixtureRequest):
    """One store of each kind for all examples, which are customers of their own."""
    stores: dict[str, SqlStore] = {}

    def opened(kind: str) -> SqlStore:
        if kind not in stores:
            stores[kind] = open_store(request.getfixturevalue("sqlite_url" if kind == "sqlite" else "postgres_url"))
        return stores[kind]

    yield opened
    for store in stores.values():
        store.close()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=_STEPS)
def test_days_equal_a_naive_computation(kind, opened_stores, monkeypatch, steps) -> None:
    monkeypatch.setattr(compaction_of_store, "_MOST_CHUNKS", 2)
    monkeypatch.setattr("hearth.store.energy._MOST_DAYS", 2)
    monkeypatch.setattr("hearth.store.energy._MOST_CHUNKS", 30)
    store = opened_stores(kind)
    letter = _letter(next(_examples))
    add_customer(store, letter, *map(str, range(3)))
    zones = dict.fromkeys(range(3), "Europe/Zurich")
    # Two devices without a gateway, a gateway alone, and one of which all three types come.
    kinds = [(0, TYPES[1], "SMART_PLUG", "a"), (0, TYPES[1], "SMART_PLUG", "b"), (1, TYPES[1], "GATEWAY", "a")]
    kinds += [(2, name, "GATEWAY", "a") for name in TYPES] + [(1, TYPES[0], "INVERTER", "a"), (0, TYPES[0], "GATEWAY", "a")]
    known = [add(store, letter, str(home), name, source, device) for home, name, source, device in kinds]
    homes = [home for home, *_ in kinds]
    unrelated = add(store, letter, "1", "POWER_CONSUMPTION")
    sent: list[tuple[Series, int, float]] = []
    prepared: list = []
    for step, value in steps:
        if step == "append":
            events = [
                (known[at] if at < len(known) else unrelated, START_MS + quarter * HOUR_MS // 4, wh) for at, quarter, wh in value
            ]
            sequence = _next_sequence(store)
            with store.write() as session:
                session.events.append([entry(letter, sequence, [(each.id, at_ms, wh) for each, at_ms, wh in events])])
            sent += events
        elif step == "prepare":
            with store.read() as session:
                prepared = list(session.events.prepare_compaction_for_operator(2**60, value))
        elif step == "step":
            for each in prepared[:value]:
                with store.write() as session:
                    session.events.compact_for_operator(each)
            prepared = prepared[value:]
        elif step == "move" and value[0] in zones:
            zones[value[0]] = value[1]
            move_to(store, letter, str(value[0]), value[1])
        elif step == "erase" and value in zones:
            with store.write() as session:
                session.buildings.erase(customer(letter), f"{letter}-{value}")
            del zones[value]
        if step in ("read", "step"):
            _compare(store, letter, zones, sent, known, homes)
    _compare(store, letter, zones, sent, known, homes)
    compact_all(store, 2**60)
    _compare(store, letter, zones, sent, known, homes)


def _compare(store, letter, zones, sent, known, homes) -> None:
    found = read(store, letter, [str(home) for home in range(3)])
    assert set(found) == {f"{letter}-{home}" for home in zones}
    home_of = {each.id: home for each, home in zip(known, homes, strict=True)}
    for home, zone_id in zones.items():
        expected = naive([each for each in sent if home_of.get(each[0].id) == home], zone_id)
        expected = {key: wh for key, wh in expected.items() if FIRST <= key[0] <= LAST}
        assert as_mapping(found[f"{letter}-{home}"]) == pytest.approx(expected)


def _letter(number: int) -> str:
    return chr(0x4E00 + number)


def _next_sequence(store: SqlStore) -> int:
    with store.read() as session:
        return session.events.last_sequence_for_operator() + 1


def quarter_hours(series: Series, day: date, wh: float = 100.0) -> list[tuple[int, int, float]]:
    start_ms = start_of_local_day(day, zone_named("Europe/Zurich"))
    return [(series.id, start_ms + quarter * HOUR_MS // 4, wh) for quarter in range(96)]


def append(store: SqlStore, letter: str, events: list[tuple[int, int, float]]) -> None:
    with store.write() as session:
        session.events.append([entry(letter, session.events.last_sequence_for_operator() + 1, events)])


def test_late_and_repeated_events_change_what_was_summed_up(store: SqlStore) -> None:
    add_customer(store, "a", "one")
    meter = add(store, "a", "one", "ENERGY_CONSUMPTION")
    day = date(2026, 1, 10)
    events = quarter_hours(meter, day)
    append(store, "a", events[:-1])
    compact_all(store, 2**60)
    assert rows(store) == 1
    append(store, "a", [events[-1], (events[0][0], events[0][1], 1_100.0)])
    for _ in range(2):
        assert read(store, "a", ["one"], day, day)["a-one"][0, CONSUMPTION] == 95 * 100 + 1_100
        compact_all(store, 2**60)


def test_rows_are_what_is_read_where_nothing_waits_in_the_log(store: SqlStore) -> None:
    """Else nobody would notice that they are computed anew."""
    add_customer(store, "a", "one")
    meter = add(store, "a", "one", "ENERGY_CONSUMPTION")
    day = date(2026, 1, 10)
    append(store, "a", quarter_hours(meter, day) + quarter_hours(meter, day + timedelta(days=1)))
    compact_all(store, 2**60)
    with store.write() as session:
        session.events._connection.execute(text("UPDATE energy_days SET consumption_wh = 7"))
    assert read(store, "a", ["one"], day, day + timedelta(days=2))["a-one"][:2, CONSUMPTION].tolist() == [7, 7]
    append(store, "a", quarter_hours(meter, day)[:1])
    assert read(store, "a", ["one"], day, day + timedelta(days=2))["a-one"][:2, CONSUMPTION].tolist() == [9_600, 7]


def test_another_zone_or_a_first_gateway_makes_other_days_of_the_same_events(store: SqlStore) -> None:
    add_customer(store, "a", "one")
    day = date(2026, 1, 10)
    plug = add(store, "a", "one", "ENERGY_CONSUMPTION", "SMART_PLUG")
    append(store, "a", quarter_hours(plug, day))
    compact_all(store, 2**60)
    move_to(store, "a", "one", "America/Los_Angeles")
    moved = read(store, "a", ["one"], day - timedelta(days=1), day)["a-one"][:, CONSUMPTION].tolist()
    assert moved == [9 * 4 * 100, 15 * 4 * 100]
    gateway = add(store, "a", "one", "ENERGY_CONSUMPTION", "GATEWAY")
    append(store, "a", [(gateway.id, quarter_hours(plug, day)[50][1], 5.0)])
    assert read(store, "a", ["one"], day, day)["a-one"][0, CONSUMPTION] == 5


def test_an_erased_building_leaves_no_day_and_a_late_step_brings_none_back(store: SqlStore) -> None:
    add_customer(store, "a", "one", "two")
    for name in ("one", "two"):
        append(store, "a", quarter_hours(add(store, "a", name, "ENERGY_GENERATION"), date(2026, 1, 10)))
    with store.read() as session:
        steps = session.events.prepare_compaction_for_operator(2**60, 1_000)
    with store.write() as session:
        session.buildings.erase(customer("a"), "a-one")
    for step in steps:
        with store.write() as session:
            assert session.events.compact_for_operator(step)
    assert rows(store) == 1
    with store.write() as session:
        session.buildings.erase(customer("a"), "a-two")
    assert rows(store) == 0


def test_another_customer_reads_nothing(store: SqlStore) -> None:
    add_customer(store, "a", "one")
    add_customer(store, "b", "one")
    append(store, "a", quarter_hours(add(store, "a", "one", "ENERGY_CONSUMPTION"), date(2026, 1, 10)))
    compact(store, 2**60)
    with store.read() as session:
        assert session.energy.read_days(customer("b"), ["a-one"], FIRST, LAST) == {}


def test_what_was_compacted_before_there_were_rows_is_computed(store: SqlStore) -> None:
    add_customer(store, "a", "one")
    append(store, "a", quarter_hours(add(store, "a", "one", "GRID_ENERGY_CONSUMPTION"), date(2026, 1, 10)))
    compact_all(store, 2**60)
    with store.write() as session:
        session.events._connection.execute(energy_days.delete())
    figures = read(store, "a", ["one"], date(2026, 1, 1), date(2026, 12, 31))["a-one"]
    assert as_mapping(figures, date(2026, 1, 1)) == {(date(2026, 1, 10), GRID): 9_600}
    assert np.isnan(figures[:, GENERATION]).all()
