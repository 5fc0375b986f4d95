"""The weather service over both databases and a real server on loopback: cells, quotas, failures, and what buildings hear."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
import pytest
from tests.contracts.store_contents import add_customer, building, customer
from tests.receivers import Reply
from tests.weather_servers import OpenMeteoServer

from hearth.connectors.offline_weather import OfflineWeather
from hearth.connectors.open_meteo import OpenMeteo
from hearth.core.instants import DAY_MS, HOUR_MS, MINUTE_MS
from hearth.domain.buildings import Building
from hearth.domain.events import IssuedEvent
from hearth.domain.weather import Cell, KnownWeather
from hearth.services.weather import Weather
from hearth.store import SqlStore
from hearth.testing.clocks import MovableClock

NOON_MS = 1_774_008_000_000  # 2026-03-20T12:00Z
A, B = customer("a"), customer("b")
BERN, BASEL = Cell(46.9, 7.4), Cell(47.6, 7.6)
TOO_MUCH = Reply(429, b"{}", {"retry-after": "7200"})


@dataclass
class World:
    """Customers a and b, a clock at noon, and a server whose every hour has the same temperature."""

    store: SqlStore
    clock: MovableClock
    server: OpenMeteoServer

    def __post_init__(self) -> None:
        for letter in ("a", "b"):
            add_customer(self.store, letter)
        self.weather = self.service()

    def service(self, most_requests_per_day: int = 0) -> Weather:
        """As after a restart."""
        return Weather(self.store, OpenMeteo(self.server.address, "", self.clock), self.clock, most_requests_per_day)

    def add(self, letter: str, *names: str, **given: Any) -> None:
        given = {"city": "Bern", "country_code": "CH", **given}
        with self.store.write() as session:
            for name in names:
                session.buildings.add(building(letter, name, **given))
                session.changes.add(customer(letter), "buildings", f"{letter}-{name}")

    def change(self, letter: str, name: str, **given: Any) -> None:
        with self.store.write() as session:
            found = session.buildings.find(customer(letter), name)
            assert found is not None
            session.buildings.replace(msgspec.structs.replace(found, **given))
            session.changes.add(customer(letter), "buildings", found.id)

    def heard(self) -> list[tuple[str, IssuedEvent]]:
        """What was issued since the last call, by building."""
        with self.store.write() as session:
            waiting = session.issued.list_for_operator(1_000)
            for batch in waiting:
                session.issued.delete(batch.customer_id, [batch.number])
        heard = [(batch.building_id, event) for batch in waiting for event in batch.events]
        return sorted(heard, key=lambda each: (each[0], each[1].occurred_at_ms))

    def values(self) -> dict[str, float]:
        return {building_id: event.value for building_id, event in self.heard()}

    def known(self, from_ms: int = NOON_MS, hours: int = 24) -> KnownWeather:
        """Of Bern."""
        with self.store.read() as session:
            known = self.weather.known(session, BERN, from_ms, hours)
            assert known is not None
            assert self.weather.known(session, Cell(1.0, 1.0), from_ms, hours) is None
        return known

    def live(self, hours: float, step_minutes: int = 5) -> int:
        """Looks every few minutes; how many requests were made."""
        before = len(self.server.requests)
        for _ in range(round(hours * 60 / step_minutes)):
            self.clock.advance(seconds=60 * step_minutes)
            self.weather.look()
        return len(self.server.requests) - before


@pytest.fixture
def world(store: SqlStore) -> Iterator[World]:
    clock = MovableClock(NOON_MS)
    with OpenMeteoServer(clock) as server:
        yield World(store, clock, server)


def test_one_request_serves_all_buildings_of_a_cell(world: World) -> None:
    world.add("a", "one", "two")
    world.add("b", "one")
    world.add("b", "two", city="Basel")
    world.server.temperature_c = 7.25
    assert world.weather.look() == 4
    assert [(query["latitude"], query["longitude"]) for query in world.server.queries] == [("46.9", "7.4"), ("47.6", "7.6")]
    event = IssuedEvent(event_type="EXPECTED_OUTSIDE_TEMPERATURE", occurred_at_ms=NOON_MS, value=7.25)
    assert world.heard() == [(name, event) for name in ("a-one", "a-two", "b-one", "b-two")]


def test_it_is_fetched_and_told_once_an_hour_also_across_a_restart(world: World) -> None:
    world.add("a", "one")
    assert world.weather.look() == 1
    assert world.live(0.9) == 0
    world.weather = world.service()
    assert world.weather.look() == 0
    assert [event.occurred_at_ms for _, event in world.heard()] == [NOON_MS]
    assert world.live(24) == 24
    assert [event.occurred_at_ms // HOUR_MS for _, event in world.heard()] == [NOON_MS // HOUR_MS + each for each in range(1, 25)]


def test_after_an_outage_of_the_platform_only_the_present_is_told(world: World) -> None:
    world.add("a", "one")
    world.weather.look()
    world.heard()
    world.clock.advance(seconds=8 * 3_600)
    world.weather = world.service()
    world.weather.look()
    world.weather.look()
    assert [event.occurred_at_ms for _, event in world.heard()] == [world.clock.now_ms()]


def test_a_new_cell_gets_its_past_once(world: World) -> None:
    world.add("a", "one")
    world.weather.look()
    world.live(2)
    assert [query["past_days"] for query in world.server.queries] == ["92", "1", "1"]
    known = world.known(from_ms=NOON_MS - 90 * DAY_MS, hours=90 * 24 + 80)
    assert (known.provider, known.is_stale, known.issued_at_ms) == ("open-meteo", False, NOON_MS + 2 * HOUR_MS)
    assert not np.isnan(known.values[:, : 90 * 24 + 74]).any()
    assert np.isnan(known.values[:, 90 * 24 + 74 :]).all()
    assert known.ghi_w_m2[0] == 650
    assert known.dni_w_m2[0] == 130
    assert known.dhi_w_m2[0] == 65
    assert known.cloud_cover_percent[0] == 50


def test_buildings_come_move_and_go(world: World) -> None:
    world.add("a", "one", "off", "nowhere", "here", deactivated_at_ms=None)
    world.change("a", "off", deactivated_at_ms=1)
    world.change("a", "nowhere", city="Nirgendwo")
    world.change("a", "here", city=None, latitude=47.55, longitude=7.59)
    world.weather.look()
    assert world.values() == {"a-one": 10, "a-here": 10}
    world.add("a", "new", city="Genf")
    world.change("a", "off", deactivated_at_ms=None)
    world.change("a", "here", deactivated_at_ms=2)
    assert world.live(0.1) == 1
    assert world.values() == {"a-new": 10, "a-off": 10}
    with world.store.write() as session:
        session.buildings.erase(A, "a-one")
        session.changes.add(A, "buildings", "a-one")
    world.change("a", "new", deactivated_at_ms=3)
    world.change("a", "off", city="Basel")
    world.server.temperature_c = 3
    world.live(1)
    assert world.values() == {"a-off": 3}
    assert {(query["latitude"], query["longitude"]) for query in world.server.queries[3:]} == {("47.6", "7.6")}


def test_a_building_that_was_deactivated_a_moment_ago_hears_nothing(world: World) -> None:
    world.add("a", "one", "two")
    world.weather.look()
    world.heard()
    with world.store.write() as session:  # its change is not announced yet
        found = session.buildings.find(A, "one")
        assert found is not None
        session.buildings.replace(msgspec.structs.replace(found, deactivated_at_ms=1))
    world.live(1)
    assert list(world.values()) == ["a-two"]


def test_provider_down_for_three_days_rules_go_on_with_the_last_forecast_then_no_value(world: World) -> None:
    def warmer_each_day(answer: dict[str, Any]) -> None:
        hourly = answer["hourly"]
        start = len(hourly["time"]) - 4 * 24
        hourly["temperature_2m"] = [float((at - start) // 24) for at in range(len(hourly["time"]))]

    world.server.change = warmer_each_day
    world.add("a", "one")
    world.weather.look()
    assert world.values() == {"a-one": 0.52}
    world.server.instead = lambda: Reply(503)
    attempts = world.live(80)
    heard = [event for _, event in world.heard()]
    # Until 12 of the next 24 hours are left of the last forecast's 72, once an hour; then nothing, and never a zero.
    assert [event.occurred_at_ms // HOUR_MS - NOON_MS // HOUR_MS for event in heard] == list(range(1, 61))
    assert heard[23].value == pytest.approx(1.52, abs=0.01)
    assert heard[-1].value == pytest.approx(3.0, abs=0.05)
    assert 75 < attempts < 95  # at first after minutes, then once an hour
    known = world.known(from_ms=NOON_MS, hours=80)
    assert known.is_stale
    assert np.flatnonzero(np.isnan(known.temperature_c)).tolist() == list(range(72, 80))
    report = world.weather.report()
    assert [(cell.is_stale, cell.is_used, cell.state.error) for cell in report.cells] == [(True, False, "it answered 503")]
    world.server.instead = None
    world.live(1.1)
    assert world.values() != {}
    assert world.server.queries[-1]["past_days"] == "4"  # what was missed is made whole
    known = world.known(from_ms=NOON_MS, hours=80)
    assert not known.is_stale
    assert not np.isnan(known.values).any()


def test_a_stale_forecast_is_marked_and_used(world: World) -> None:
    world.add("a", "one")
    world.weather.look()
    world.server.instead = lambda: Reply(500)
    for hours, is_stale in ((2.9, False), (0.3, True)):
        world.live(hours)
        known = world.known()
        assert (known.is_stale, world.weather.report().cells[0].is_stale) == (is_stale, is_stale)
    assert len(world.heard()) == 4


def test_a_provider_that_asks_for_peace_gets_it_for_all_cells_and_across_a_restart(world: World) -> None:
    world.add("a", "one")
    world.add("a", "two", city="Basel")
    world.add("a", "three", city="Genf")
    world.server.instead = lambda: TOO_MUCH
    world.weather.look()
    assert len(world.server.requests) == 1
    assert world.live(1) == 0
    world.weather = world.service()
    assert world.live(0.9) == 0
    assert world.weather.report().paused_until_ms == NOON_MS + 2 * HOUR_MS
    world.server.instead = None
    assert world.live(0.2) == 3
    assert len(world.values()) == 3


def test_one_cell_that_fails_does_not_keep_the_others(world: World) -> None:
    world.add("a", "one")
    world.add("a", "two", city="Basel")
    world.add("a", "three", city="Genf")

    def fail_bern() -> Reply:
        query = world.server.queries[-1]
        if query["latitude"] == "46.9":
            return Reply(400, b'{"reason":"no data for this place"}')
        hourly = query["hourly"].split(",")
        return Reply(200, msgspec.json.encode(world.server.answer(int(query["past_days"]), 4, hourly)))

    world.server.instead = fail_bern
    world.weather.look()
    assert list(world.values()) == ["a-three", "a-two"]
    world.live(4)
    assert len(world.heard()) == 8
    report = {cell.state.cell: cell for cell in world.weather.report().cells}
    assert (report[BERN].is_used, report[BERN].state.error) == (False, "it answered 400: no data for this place")
    assert not report[BASEL].is_stale


def test_a_quota_is_kept_and_shared_by_the_cells(world: World) -> None:
    world.clock.move_to(NOON_MS + 12 * HOUR_MS)  # midnight
    for number in range(6):
        world.add("a", f"home-{number}", city=None, latitude=46.0 + number, longitude=8.0)
    world.weather = world.service(most_requests_per_day=100)  # six cells every hour would be 144, and the pasts 42
    world.weather.look()
    world.live(23.9)
    report = world.weather.report()
    assert (report.requests_today, report.most_requests_per_day) == (100, 100)
    asked = [query["latitude"] for query in world.server.queries]
    counts = [asked.count(f"{46.0 + number:.1f}") for number in range(6)]
    assert max(counts) - min(counts) <= 1
    assert len(world.heard()) > 6 * 22
    assert not any(cell.is_stale for cell in report.cells)
    world.live(0.2)
    assert world.weather.report().requests_today <= 3


def test_a_quota_without_room_for_the_past_gets_it_later(world: World) -> None:
    world.add("a", "one")
    world.weather = world.service(most_requests_per_day=6)
    world.weather.look()
    assert [query["past_days"] for query in world.server.queries] == ["1"]
    assert world.values() == {"a-one": 10}


def test_many_new_cells_are_fetched_in_several_looks(world: World) -> None:
    for number in range(45):
        world.add("a", f"home-{number}", city=None, latitude=40.0 + number / 10, longitude=8.0)
    assert [world.weather.look() for _ in range(4)] == [20, 20, 5, 0]
    assert len(world.server.requests) == 45


def test_offline_weather_needs_no_server_and_gives_way_to_a_real_one(world: World) -> None:
    world.add("a", "one")
    world.weather = Weather(world.store, OfflineWeather(world.clock), world.clock, most_requests_per_day=3)
    world.weather.look()
    assert world.server.requests == []
    assert -5 < world.values()["a-one"] < 15
    known = world.known(from_ms=NOON_MS - 91 * DAY_MS, hours=92 * 24)
    assert (known.provider, world.weather.report().provider) == ("offline", "offline")
    assert not np.isnan(known.values).any()
    world.live(4)
    assert len(world.heard()) == 4
    assert world.weather.report().requests_today == 0

    world.weather = world.service()
    world.weather.look()
    known = world.known(from_ms=NOON_MS - 91 * DAY_MS, hours=92 * 24)
    assert known.provider == "open-meteo"
    assert (known.temperature_c == 10).all()

    world.weather = Weather(world.store, OfflineWeather(world.clock), world.clock)
    world.weather.look()
    known = world.known(from_ms=NOON_MS - 91 * DAY_MS, hours=91 * 24 - 12)
    assert known.provider == "offline"
    assert (known.temperature_c == 10).all()  # what a real one said of the past stays


def test_who_goes_back_to_the_offline_provider_keeps_what_was_told_of_the_day(world: World) -> None:
    world.add("a", "one")
    world.server.temperature_c = 33.0
    world.weather.look()
    world.clock.advance(seconds=6 * 3600)
    world.weather = Weather(world.store, OfflineWeather(world.clock), world.clock)
    world.weather.look()
    known = world.known(NOON_MS - 12 * HOUR_MS, 24)
    assert known.provider == "offline"
    assert known.temperature_c[:12].tolist() == [33.0] * 12  # up to noon, when it was last told
    assert known.temperature_c[18] < 20


def test_the_past_is_kept_for_25_months(world: World) -> None:
    world.add("a", "one")
    world.weather.look()
    world.clock.move_to(NOON_MS + 700 * DAY_MS)
    world.weather.look()
    assert world.known(hours=1).values[0, 0] == 10
    world.clock.move_to(NOON_MS + 763 * DAY_MS)
    world.weather.look()
    assert np.isnan(world.known(hours=1).values).all()
    assert world.known(from_ms=NOON_MS + 700 * DAY_MS, hours=1).values[0, 0] == 10


def test_where_a_building_stands() -> None:
    def cell(**given: Any) -> Cell | None:
        of: Building = building("a", "one", **given)
        return Weather.cell_of(of)

    assert cell(city="Bern", country_code="CH") == BERN
    assert cell(city="Bern", country_code="CH", latitude=47.56, longitude=7.59) == BASEL
    assert cell(city="Bern") is None
    assert cell(zip="3011", country_code="CH") is None
    assert cell() is None


def test_a_look_for_which_nothing_is_due_reads_no_building(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.add("a", *(f"home-{number}" for number in range(30)))
    world.weather.look()
    world.clock.advance(seconds=MINUTE_MS / 1_000)

    def forbidden(*_arguments: object) -> None:
        raise AssertionError("a building was read")

    monkeypatch.setattr("hearth.store.buildings.SqlBuildingRepository.list_page", forbidden)
    monkeypatch.setattr("hearth.store.buildings.SqlBuildingRepository.list_by_id", forbidden)
    assert world.weather.look() == 0
