"""Log and chunks together read like one dictionary of the last value sent per instant."""

from array import array
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from tests.contracts.store_contents import (
    ALWAYS,
    NOW_MS,
    add_customer,
    add_series,
    building,
    compact,
    compact_all,
    customer,
    entry,
    facts_entry,
    tick_entry,
)

from hearth.core.instants import DAY_MS
from hearth.domain.events import NO_FORECAST_MS, Delivered, LogKind
from hearth.ports import CompactionStep, Points, TickProgress
from hearth.store import SqlStore, compaction, open_store
from hearth.store.tables import series_chunks

A = customer("a")
DAY = NOW_MS // DAY_MS * DAY_MS
_examples = count(1)

# Few instants over three days, so that late and repeated events are frequent.
_EVENT = st.tuples(
    st.integers(0, 2),
    st.sampled_from([DAY + day * DAY_MS + at for day in range(3) for at in (0, 1, 60_000, DAY_MS - 1)]),
    st.floats(-1e6, 1e6),
    st.sampled_from([NO_FORECAST_MS, DAY + 5 * DAY_MS]),
)
_APPEND = st.tuples(st.just("append"), st.lists(_EVENT, min_size=1, max_size=6))
_PREPARE = st.tuples(st.just("prepare"), st.tuples(st.integers(0, 1), st.integers(1, 20)))
_STEP = st.tuples(st.just("step"), st.tuples(st.integers(0, 1), st.integers(1, 5)))
_ERASE = st.tuples(st.just("erase"), st.integers(0, 1))
_READ = st.tuples(st.just("read"), st.tuples(st.integers(-DAY_MS, 3 * DAY_MS), st.integers(-1, 3 * DAY_MS), st.integers(0, 9)))
_STEPS = st.lists(st.one_of(_APPEND, _PREPARE, _STEP, _STEP, _ERASE, _READ), max_size=30)


def points(*at: tuple[int, float]) -> Points:
    return Points(array("q", [time for time, _ in at]), array("d", [value for _, value in at]), None)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@pytest.mark.usefixtures("_tiny_steps")
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=_STEPS)
def test_reads_equal_a_naive_model(kind, request, steps) -> None:
    """Whatever is appended, erased and read between the steps of two compactions, of which each may overtake the other."""
    store = request.getfixturevalue("opened_stores")(kind)
    home = _Home(store)
    prepared: list[list[CompactionStep]] = [[], []]
    for action, given_ in steps:
        if action == "append":
            home.append(given_)
        elif action == "prepare":
            which, most_events = given_
            prepared[which] = home.prepare(most_events)
        elif action == "step":
            which, most_steps = given_
            now, prepared[which] = prepared[which][:most_steps], prepared[which][most_steps:]
            for step in now:
                with store.write() as session:
                    is_next = session.events.compact_for_operator(step)
                if not is_next:  # another compaction came between: the rest is stale, too
                    prepared[which] = []
                    break
        elif action == "erase":
            home.erase(given_)
        elif action == "read":
            *span, before = given_
            home.compare(DAY + min(span), DAY + max(span), min(home.compacted + before, home.sequence))
    home.compare(*ALWAYS)
    compact_all(store, home.sequence - 1)
    home.compare(*ALWAYS)
    assert home.count_chunks_of_erased() == 0


class _Home:
    """Two buildings, one with two series and one with the third, beside a list of all that was sent of them."""

    def __init__(self, store: SqlStore) -> None:
        self.store = store
        self.names = [f"home{next(_examples)}", f"home{next(_examples)}"]
        with store.write() as session:
            for name in self.names:
                session.buildings.add(building("a", name))
        self.series = [add_series(store, "a", self.names[which // 2], f"device{which}") for which in range(3)]
        self.erased: set[int] = set()
        with store.read() as session:
            self.sequence = session.events.last_sequence_for_operator() + 1
        self.compacted = self.sequence  # every compaction ends before it
        self.sent: list[tuple[int, int, int, float, int]] = []

    def append(self, events) -> None:
        events = [event for event in events if event[0] not in self.erased]
        if events:
            rows = [(self.series[which], time, value, forecast) for which, time, value, forecast in events]
            with self.store.write() as session:
                session.events.append([entry("a", self.sequence, rows)])
            self.sent.extend((self.sequence + at, *event) for at, event in enumerate(events))
            self.sequence += len(events)

    def prepare(self, most_events: int) -> list[CompactionStep]:
        self.compacted = self.sequence
        with self.store.read() as session:
            return list(session.events.prepare_compaction_for_operator(self.sequence - 1, most_events))

    def erase(self, which: int) -> None:
        with self.store.write() as session:
            session.buildings.erase(A, f"a-{self.names[which]}")
        self.erased |= {0, 1} if which == 0 else {2}

    def compare(self, from_ms: int, to_ms: int, before: int | None = None) -> None:
        with self.store.read() as session:
            read = session.events.read(A, self.series, from_ms, to_ms, before)
            latest = session.events.latest(A, self.series, to_ms, before)
            counts = session.events.count_points(A, self.series)
        assert set(read) == set(self.series)
        for which, series_id in enumerate(self.series):
            expected = {
                time: (value, forecast)
                for sequence, of, time, value, forecast in self.sent
                if of == which and which not in self.erased and (before is None or sequence < before)
            }
            if which not in self.erased:
                assert counts[series_id] == len({time for _, of, time, _, _ in self.sent if of == which})
            within = [(time, *expected[time]) for time in sorted(expected) if from_ms < time <= to_ms]
            got = read[series_id]
            assert list(got.times_ms) == [time for time, _, _ in within]
            assert list(got.values) == [value for _, value, _ in within]
            forecasts = [forecast for _, _, forecast in within]
            assert got.forecast_ms == (None if all(f == NO_FORECAST_MS for f in forecasts) else array("q", forecasts))
            newest = max((time for time in expected if time <= to_ms), default=None)
            assert latest.get(series_id) == (None if newest is None else (newest, expected[newest][0]))

    def count_chunks_of_erased(self) -> int:
        gone = [self.series[which] for which in self.erased]
        with self.store.read() as session:
            chunks = select(func.count()).where(series_chunks.c.series_id.in_(gone))
            return session.events._connection.scalar(chunks)


@pytest.fixture
def _tiny_steps(monkeypatch) -> None:
    monkeypatch.setattr(compaction, "_MOST_CHUNKS", 1)
    monkeypatch.setattr(compaction, "_MOST_ROWS", 1)


@pytest.fixture
def opened_stores(request):
    """One store per kind for all examples of a test."""
    opened: dict[str, SqlStore] = {}

    def opened_store(kind: str) -> SqlStore:
        if kind not in opened:
            opened[kind] = open_store(request.getfixturevalue("sqlite_url" if kind == "sqlite" else "postgres_url"))
            add_customer(opened[kind], "a")
        return opened[kind]

    yield opened_store
    for store in opened.values():
        store.close()


def test_entries_come_back_in_order_with_facts(store) -> None:
    add_customer(store, "a", "one")
    series_id = add_series(store, "a", "one")
    fact = Delivered(notification_id="n", rule_id="r", building_id="a-one", delivered_at_ms=NOW_MS)
    entries = [
        entry("a", 1, [(series_id, NOW_MS, 1.5), (series_id, NOW_MS + 1, -0.0, NOW_MS + 9)]),
        facts_entry("a", 3, [fact]),
        entry("a", 4, [(series_id, NOW_MS + 2, 2.0)], LogKind.HISTORICAL),
    ]
    with store.write() as session:
        session.events.append(entries)
    with store.read() as session:
        assert session.events.list_entries_for_operator(0, 10) == entries
        assert session.events.list_entries_for_operator(3, 1) == entries[1:2]
        assert session.events.list_entries_for_operator(5, 10) == []


def test_a_tick_comes_back_with_its_instant_and_is_no_event(store) -> None:
    add_customer(store, "a", "one")
    series_id = add_series(store, "a", "one")
    entries = [
        entry("a", 1, [(series_id, NOW_MS, 1.5)]),
        tick_entry("a", 2, NOW_MS + 1),
        tick_entry("a", 3, 0),
        entry("a", 4, [(series_id, NOW_MS + 2, 2.5)]),
    ]
    with store.write() as session:
        session.events.append(entries)
    with store.read() as session:
        assert session.events.list_entries_for_operator(0, 10) == entries
        before = session.events.read(A, [series_id], *ALWAYS)
        assert list(before[series_id].values) == [1.5, 2.5]
    assert compact_all(store, 3) == 3
    with store.read() as session:
        assert session.events.list_entries_for_operator(0, 10) == entries[3:]
        assert session.events.read(A, [series_id], *ALWAYS) == before
        assert session.events.last_sequence_for_operator() == 4


def test_how_far_each_customer_has_ticked_is_kept(store) -> None:
    add_customer(store, "a")
    add_customer(store, "b")
    with store.write() as session:
        session.engine.set_ticked_until(A, NOW_MS)
        session.engine.set_ticked_until(customer("b"), 5)
        session.engine.set_ticked_until(A, NOW_MS + 1)
    with store.read() as session:
        assert session.engine.ticked_until_for_operator() == {A: NOW_MS + 1, customer("b"): 5}
        assert session.engine.find_tick_progress(A) is None
    with store.write() as session:
        session.engine.set_tick_progress(A, 7, "b1")
        session.engine.set_tick_progress(A, 7, "b2")
    with store.read() as session:
        assert session.engine.find_tick_progress(A) == TickProgress(A, 7, "b2")
        assert session.engine.find_tick_progress(customer("b")) is None
        assert session.engine.ticked_until_for_operator() == {A: NOW_MS + 1, customer("b"): 5}


def test_a_read_before_a_sequence_leaves_later_events_out(store) -> None:
    add_customer(store, "a", "one")
    series_id = add_series(store, "a", "one")
    with store.write() as session:
        session.events.append([entry("a", 1, [(series_id, NOW_MS + i, float(i)) for i in range(4)])])
    with store.read() as session:
        for before, expected in ((1, 0), (2, 1), (4, 3), (5, 4), (None, 4)):
            assert len(session.events.read(A, [series_id], *ALWAYS, before)[series_id].times_ms) == expected
        assert session.events.latest(A, [series_id], 2**60, 3) == {series_id: (NOW_MS + 1, 1.0)}
        assert session.events.latest(A, [series_id], 2**60, 1) == {}


def test_compaction_moves_whole_rows_up_to_a_sequence_and_the_last_sequence_stays_known(store) -> None:
    add_customer(store, "a", "one")
    series_id = add_series(store, "a", "one")
    fact = Delivered(notification_id="n", rule_id="r", building_id="a-one", delivered_at_ms=NOW_MS)
    with store.write() as session:
        session.events.append(
            [
                entry("a", 1, [(series_id, NOW_MS, 1.0), (series_id, NOW_MS + 1, 2.0)]),
                facts_entry("a", 3, [fact]),
                entry("a", 4, [(series_id, NOW_MS + 2, 3.0), (series_id, NOW_MS + 3, 4.0)]),
            ]
        )
        assert session.events.count_log_for_operator(4) == 3
    assert compact(store, 4) == 3
    assert compact(store, 4) == 0
    with store.read() as session:
        assert [each.sequence for each in session.events.list_entries_for_operator(0, 10)] == [4]
        assert len(session.events.read(A, [series_id], *ALWAYS)[series_id].times_ms) == 4
    assert compact_all(store, 5) == 2
    with store.read() as session:
        assert session.events.list_entries_for_operator(0, 10) == []
        assert session.events.last_sequence_for_operator() == 5
        assert session.events.count_log_for_operator(5) == 0


def test_an_oversized_row_is_moved_all_the_same(store) -> None:
    add_customer(store, "a", "one")
    series_id = add_series(store, "a", "one")
    with store.write() as session:
        session.events.append([entry("a", 1, [(series_id, NOW_MS + i, 0.0) for i in range(50)])])
    assert compact(store, 50, 10) == 50


def test_events_of_no_living_series_are_dropped_by_compaction(store) -> None:
    add_customer(store, "a", "one")
    series_id = add_series(store, "a", "one")
    with store.write() as session:
        session.events.append([entry("a", 1, [(series_id, NOW_MS, 1.0), (series_id + 77, NOW_MS, 2.0)])])
    assert compact(store, 2) == 2
    with store.read() as session:
        read = session.events.read(A, [series_id, series_id + 77], *ALWAYS)
        assert read == {series_id: points((NOW_MS, 1.0)), series_id + 77: points()}


def test_a_building_erased_between_the_steps_of_a_compaction_leaves_nothing(store) -> None:
    add_customer(store, "a", "one", "two")
    erased, kept = add_series(store, "a", "one"), add_series(store, "a", "two")
    with store.write() as session:
        session.events.append([entry("a", 1, [(each, NOW_MS, 1.0) for each in (erased, kept)])])
    with store.read() as session:
        steps = session.events.prepare_compaction_for_operator(2, 10)
    with store.write() as session:
        session.buildings.erase(A, "a-one")
    for step in steps:
        with store.write() as session:
            assert session.events.compact_for_operator(step)
    with store.read() as session:
        assert session.events.list_entries_for_operator(0, 10) == []
        assert session.events.read(A, [erased, kept], *ALWAYS) == {erased: points(), kept: points((NOW_MS, 1.0))}


def test_each_instant_counts_once_at_every_step_of_a_compaction(store) -> None:
    add_customer(store, "a", "one")
    one, two = add_series(store, "a", "one"), add_series(store, "a", "one", "two")
    hours = [NOW_MS + hour * 3_600_000 for hour in range(60)]
    with store.write() as session:
        session.events.append([entry("a", 1, [(each, at, 1.0) for at in hours for each in (one, two)])])
        session.events.append([entry("a", 121, [(one, hours[0], 2.0)])])
    with store.read() as session:
        assert session.events.count_points(A, [one, two]) == {one: 60, two: 60}
        steps = session.events.prepare_compaction_for_operator(120, 120)
    for step in steps:
        with store.write() as session:
            assert session.events.compact_for_operator(step)
        with store.read() as session:
            assert session.events.count_points(A, [one, two]) == {one: 60, two: 60}
            assert session.events.count_points(customer("b"), [one]) == {one: 0}


def test_a_second_compaction_makes_the_first_one_stale(store) -> None:
    add_customer(store, "a", "one")
    series_id = add_series(store, "a", "one")
    with store.write() as session:
        session.events.append([entry("a", 1, [(series_id, NOW_MS, 1.0)])])
    with store.read() as session:
        stale = session.events.prepare_compaction_for_operator(1, 10)
    with store.write() as session:
        session.events.append([entry("a", 2, [(series_id, NOW_MS, 2.0)])])
    compact_all(store, 2)
    for step in stale:
        with store.write() as session:
            assert not session.events.compact_for_operator(step)
    with store.read() as session:
        assert session.events.read(A, [series_id], *ALWAYS) == {series_id: points((NOW_MS, 2.0))}


def test_another_customers_series_read_as_empty(store) -> None:
    add_customer(store, "a", "one")
    add_customer(store, "b")
    series_id = add_series(store, "a", "one")
    for sequence in (1, 2):
        with store.write() as session:
            session.events.append([entry("a", sequence, [(series_id, NOW_MS + sequence, 1.0)])])
        if sequence == 1:
            compact(store, 1)
    with store.read() as session:
        assert len(session.events.read(A, [series_id], *ALWAYS)[series_id].times_ms) == 2
        assert session.events.read(customer("b"), [series_id], *ALWAYS) == {series_id: points()}
        assert session.events.latest(customer("b"), [series_id], 2**60) == {}


def test_the_days_with_events_are_those_of_the_series_alone(store) -> None:
    add_customer(store, "a", "one", "two")
    add_customer(store, "b")
    series_id, other_id = add_series(store, "a", "one"), add_series(store, "a", "two")
    day_ms = 86_400_000
    with store.write() as session:
        at = [(series_id, 1_000, 1.0), (series_id, 3 * day_ms, 1.0), (other_id, 5 * day_ms, 1.0)]
        session.events.append([entry("a", 1, at)])
    for _ in range(2):
        with store.read() as session:
            assert session.events.list_days(A, [series_id]) == [0, 3 * day_ms]
            assert session.events.list_days(A, [series_id, other_id]) == [0, 3 * day_ms, 5 * day_ms]
            assert session.events.list_days(customer("b"), [series_id]) == []
            assert session.events.list_days(A, []) == []
        compact_all(store, 3)
    with store.write() as session:
        session.events.append([entry("a", 4, [(series_id, 4 * day_ms - 1, 1.0), (series_id, 4 * day_ms, 1.0)])])
    with store.read() as session:
        assert session.events.list_days(A, [series_id]) == [0, 3 * day_ms, 4 * day_ms]


def test_minutes_add_up(store) -> None:
    add_customer(store, "a")
    for _ in range(2):
        with store.write() as session:
            session.events.count_minutes({(A, 100): 5, (A, 102): 7, (customer("b"), 100): 11})
    with store.read() as session:
        assert session.events.list_minutes(A, 100, 102) == {100: 10}
        assert session.events.list_minutes(A, 101, 103) == {102: 14}
        assert session.events.list_minutes(customer("b"), 0, 1_000) == {100: 22}
    with store.write() as session:
        session.events.delete_minutes_for_operator(101)
    with store.read() as session:
        assert session.events.list_minutes(A, 0, 1_000) == {102: 14}
        assert session.events.list_minutes(customer("b"), 0, 1_000) == {}
