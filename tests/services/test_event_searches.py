"""Events as members find them, on both databases: over all homes, in pages, as lines, as they came, as CSV."""

import csv
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from io import StringIO
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace
from tests.services.test_live_view import MINE, THEIRS, building

from hearth.core.instants import DAY_MS, HOUR_MS, MINUTE_MS
from hearth.core.problems import Problem
from hearth.domain.audit import COMMAND_LINE
from hearth.domain.catalogue import Catalogue, read_catalogue
from hearth.domain.customers import Customer
from hearth.domain.events import EventColumns, LogEntry, LogKind, Series
from hearth.ports import Store
from hearth.services import event_searches
from hearth.services.event_searches import EventSearches, EventsSought
from hearth.services.events import EventReading, Position
from hearth.store.events import SqlEventRepository
from hearth.testing.clocks import MovableClock

NOW_MS = 1_772_000_000_000
SECOND_HOME = "e" * 24


class Homes:
    """Two homes of one customer and one of another, and a log to put their events into."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._next = 1
        with store.write() as session:
            for customer_id in (MINE, THEIRS):
                session.customers.add(Customer(id=customer_id, name=customer_id, created_at_ms=0))
                session.buildings.add(building(customer_id))
            session.buildings.add(replace(building(MINE), id=SECOND_HOME, customer_building_id="home-2"))
            self.power = session.series.find_or_add(MINE, MINE[::-1], "POWER_CONSUMPTION", "meter", "GATEWAY", "=Meter")
            self.charge = session.series.find_or_add(MINE, SECOND_HOME, "STATE_OF_CHARGE_RATE", "battery", "BATTERY", None)
            self.theirs = session.series.find_or_add(THEIRS, THEIRS[::-1], "POWER_CONSUMPTION", "meter", "GATEWAY", None)

    def send(self, series: Series, *points: tuple[float, float], kind: LogKind = LogKind.LIVE) -> None:
        """One request with these (minutes ago, value)."""
        columns = EventColumns(
            series_ids=array("i", [series.id] * len(points)),
            times_ms=array("q", [int(NOW_MS - minutes * MINUTE_MS) for minutes, _ in points]),
            values=array("d", [value for _, value in points]),
        )
        entry = LogEntry(sequence=self._next, customer_id=series.customer_id, kind=kind, received_at_ms=NOW_MS, columns=columns)
        self._next += len(points)
        with self._store.write() as session:
            session.events.append([entry])


@pytest.fixture
def homes(store: Store) -> Homes:
    return Homes(store)


@pytest.fixture
def catalogue() -> Catalogue:
    return read_catalogue((files("hearth.domain") / "catalogue.toml").read_text(encoding="utf-8"))


@pytest.fixture
def searches(store: Store, homes: Homes, catalogue: Catalogue) -> EventSearches:
    return EventSearches(store, MovableClock(NOW_MS), catalogue)


def test_a_page_holds_all_homes_of_the_customer_newest_first(homes: Homes, searches: EventSearches) -> None:
    homes.send(homes.power, (200, 1.0), (5, 3.0), (3000, 0.0))
    homes.send(homes.charge, (5, 50.0), (90, 40.0))
    homes.send(homes.theirs, (1, 9.0))
    seen, before = [], None
    while True:
        page, has_more = searches.list_page(MINE, EventsSought(), before, 2)
        seen += [(each.customer_building_id, each.value) for each in page]
        if not has_more:
            break
        before = page[-1].position
    assert seen == [("home-2", 50.0), ("home-1", 3.0), ("home-2", 40.0), ("home-1", 1.0)]
    wide = EventsSought(event_types=("POWER_CONSUMPTION",), from_ms=NOW_MS - 10 * DAY_MS, to_ms=NOW_MS - HOUR_MS)
    assert [each.value for each in searches.list_page(MINE, wide, None, 9)[0]] == [1.0, 0.0]
    assert searches.list_page(MINE, wide, Position(NOW_MS - 200 * MINUTE_MS, homes.power.id), 9)[0][0].value == 0.0
    assert [each.value for each in searches.list_page(MINE, EventsSought(device_id="battery"), None, 9)[0]] == [50.0, 40.0]


def test_what_is_too_wide_says_how_to_narrow_it(homes: Homes, searches: EventSearches, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_searches, "MOST_SERIES", 1)
    homes.send(homes.charge, (1, 1.0))
    with pytest.raises(Problem) as caught:
        searches.list_page(MINE, EventsSought(), None, 9)
    assert (caught.value.code, caught.value.errors[0].pointer) == ("invalid", "/building")
    assert len(searches.list_page(MINE, EventsSought(event_types=("STATE_OF_CHARGE_RATE",)), None, 9)[0]) == 1
    with pytest.raises(Problem) as caught:
        searches.list_page(MINE, EventsSought(from_ms=2, to_ms=1), None, 9)
    assert caught.value.errors[0].pointer == "/from"


def test_a_graph_leaves_out_series_without_events_and_no_peak(homes: Homes, searches: EventSearches) -> None:
    homes.send(homes.power, *((minutes / 20, 1000.0 if minutes == 7777 else 1.0) for minutes in range(20_000, 0, -1)))
    [line] = searches.graph(MINE, EventsSought(building="home-1"))
    assert (line.unit, line.points, len(line.drawn) <= 5_000) == ("W", 20_000, True)
    assert max(value for _, value in line.drawn) == 1000.0
    assert searches.graph(MINE, EventsSought(building="home-2")) == []


def test_several_long_lines_share_the_points_and_each_keeps_its_peak(store: Store, homes: Homes, searches: EventSearches) -> None:
    with store.write() as session:
        other = session.series.find_or_add(MINE, MINE[::-1], "ENERGY_IMPORT", "meter", "GATEWAY", None)
    for series, peak in ((homes.power, 7777), (other, 333)):
        homes.send(series, *((minutes / 20, 1000.0 if minutes == peak else 1.0) for minutes in range(20_000, 0, -1)))
    lines = searches.graph(MINE, EventsSought(building="home-1"))
    assert [(line.series.event_type, line.points) for line in lines] == [
        ("ENERGY_IMPORT", 20_000),
        ("POWER_CONSUMPTION", 20_000),
    ]
    assert sum(len(line.drawn) for line in lines) <= 5_000
    assert [dict(line.drawn).get(NOW_MS - peak * 3_000) for line, peak in zip(lines, (333, 7777), strict=True)] == [1000.0] * 2


def test_a_search_over_many_series_takes_short_steps(
    homes: Homes, searches: EventSearches, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_searches, "_MOST_SERIES_MS", 4 * HOUR_MS)
    read_ms = []
    kept = SqlEventRepository.read

    def read(self: SqlEventRepository, customer_id: str, ids: Sequence[int], from_ms: int, to_ms: int) -> Any:
        read_ms.append((to_ms - from_ms) * len(ids))
        return kept(self, customer_id, ids, from_ms, to_ms)

    monkeypatch.setattr(SqlEventRepository, "read", read)
    homes.send(homes.power, (60 * 20, 1.0))
    homes.send(homes.charge, (60 * 21, 2.0))
    page, _ = searches.list_page(MINE, EventsSought(), None, 9)
    assert ([each.value for each in page], max(read_ms)) == ([1.0, 2.0], 4 * HOUR_MS)


def test_a_long_silence_is_passed_over(
    store: Store, homes: Homes, searches: EventSearches, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = []
    kept = SqlEventRepository.read
    monkeypatch.setattr(SqlEventRepository, "read", lambda *asked: read.append(asked) or kept(*asked))
    homes.send(homes.power, (60 * 24 * 9000, 2.0), (60 * 24 * 9000 + 1, 1.0))
    wide = EventsSought(from_ms=0, to_ms=253_402_300_800_000)
    assert [each.value for each in searches.list_page(MINE, wide, None, 1)[0]] == [2.0]
    assert [each.value for each in searches.list_page(MINE, wide, None, 9)[0]] == [2.0, 1.0]
    assert len(read) < 9
    read.clear()
    reading = EventReading(store, MovableClock(NOW_MS), catalogue)
    found, more = reading.list_page(MINE, "home-1", [], 0, 7_258_118_400_000, None, 9)
    assert [each.value for each in found] == [1.0, 2.0]
    assert (more, len(read) < 9) == (False, True)


def test_what_came_since_a_look_is_told_once(homes: Homes, searches: EventSearches) -> None:
    homes.send(homes.power, (9, 1.0), (8, 2.0))
    first = searches.arrivals(MINE, EventsSought(), None, 10)
    assert [(each.event.value, each.customer_building_id) for each in first.arrived] == [(2.0, "home-1"), (1.0, "home-1")]
    assert searches.arrivals(MINE, EventsSought(), first.up_to_sequence, 10).arrived == []
    homes.send(homes.theirs, (1, 9.0))
    homes.send(homes.charge, (7, 3.0), (6, 4.0), (5, 5.0), kind=LogKind.HISTORICAL)
    homes.send(homes.power, (4, 6.0))
    after = first.up_to_sequence
    seen = searches.arrivals(MINE, EventsSought(), after, 3)
    assert [(each.event.value, each.event.is_historical) for each in seen.arrived] == [(6.0, False), (5.0, True), (4.0, True)]
    of_home = searches.arrivals(MINE, EventsSought(building="home-1"), after, 3)
    assert [each.event.value for each in of_home.arrived] == [6.0]
    assert searches.arrivals(MINE, EventsSought(building="home-1", device_id="none"), after, 3).arrived == []


def test_nothing_is_looked_for_while_only_others_send(
    homes: Homes, searches: EventSearches, monkeypatch: pytest.MonkeyPatch
) -> None:
    homes.send(homes.power, (9, 1.0))
    sought = EventsSought(building="home-1")
    after = searches.arrivals(MINE, sought, None, 10).up_to_sequence
    homes.send(homes.theirs, (1, 9.0))
    found = []
    monkeypatch.setattr(searches, "_series", lambda *asked: found.append(asked))
    seen = searches.arrivals(MINE, sought, after, 10)
    assert (seen.arrived, seen.up_to_sequence > after, found) == ([], True, [])


def test_what_nobody_can_listen_to_is_said_before(homes: Homes, searches: EventSearches) -> None:
    searches.check_listening(MINE, EventsSought(building="home-1"))
    with pytest.raises(Problem) as caught:
        searches.check_listening(MINE, EventsSought(building="nowhere"))
    assert caught.value.code == "not_found"


class NotingStore:
    """A store that is written to for the audit log alone; what takes in events would wait for more."""

    def __init__(self, store: Store) -> None:
        self.read = store.read
        self._store = store

    @contextmanager
    def write(self) -> Iterator[SimpleNamespace]:
        with self._store.write() as session:
            yield SimpleNamespace(audit=session.audit)


def test_an_export_has_all_without_a_range_and_is_noted(
    store: Store, homes: Homes, searches: EventSearches, monkeypatch: pytest.MonkeyPatch
) -> None:
    homes.send(homes.power, (5, 3.5), (60 * 24 * 400, 1.0))
    homes.send(homes.theirs, (1, 9.0))
    monkeypatch.setattr(searches, "_store", NotingStore(store))
    text = b"".join(searches.export(MINE, "Seewinkel", EventsSought(), COMMAND_LINE)).decode()
    rows = list(csv.DictReader(StringIO(text)))
    assert [(row["value"], row["deviceName"], row["timestamp"]) for row in rows] == [
        ("1.0", "'=Meter", str(NOW_MS // 1000 - 60 * 60 * 24 * 400)),
        ("3.5", "'=Meter", str(NOW_MS // 1000 - 300)),
    ]
    with store.read() as session:
        [entry] = session.audit.list_page(MINE, [], None, 10)
    assert (entry.action, entry.subject) == ("events.exported", "Seewinkel")
