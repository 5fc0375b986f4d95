"""Meters' readings become energies within a look, whatever their order; what cannot be is set aside, and visible."""

import random
from datetime import date

import pytest
from msgspec.structs import replace
from tests.conformance.rules_corpus import CATALOGUE, CUSTOMER_ID
from tests.contracts.store_contents import compact_all
from tests.services.derived_homes import Homes, at, every

from hearth.core.instants import HOUR_MS, MINUTE_MS
from hearth.domain.events import LogKind
from hearth.insights.derived import SLOT_MS
from hearth.runtime import live as live_module
from hearth.services.derived_energies import DerivedEnergies
from hearth.services.events import EventReading
from hearth.services.readings import Readings
from hearth.services.statistics import Statistics
from hearth.store import SqlStore

METER = "ENERGY_CONSUMPTION_METER"
DAY = date(2026, 3, 10)


@pytest.fixture(autouse=True)
def _looks_when_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_module, "_HOUSEKEEPING_SECONDS", 3600.0)


def service(homes: Homes) -> Readings:
    return Readings(homes.store, CATALOGUE, homes.clock)


async def looked(homes: Homes, of: Readings | None = None) -> int:
    said = (of or service(homes)).look()
    await homes.enter()
    return said


def consumption(homes: Homes, day: date = DAY) -> list[float]:
    """By hour; and the day is their sum."""
    hours = Statistics(homes.store).hourly(CUSTOMER_ID, "home", day, day, ["ENERGY_CONSUMPTION"])
    days = Statistics(homes.store).daily(CUSTOMER_ID, "home", day, day, ["ENERGY_CONSUMPTION"])
    found = [round(float(each.energies_wh[1]), 3) for each in hours]
    assert [float(figures[1]) for _, figures in days] == pytest.approx([sum(found)] if found else [])
    return found


def set_aside(homes: Homes) -> list[tuple[int, float, str]]:
    found, _ = EventReading(homes.store, homes.clock, CATALOGUE).list_set_aside(CUSTOMER_ID, "home", None, 100)
    return [(each.event.occurred_at_ms, each.event.value, each.event.reason) for each in reversed(found)]


def readings(start: str, *values: float, minutes: float = 15) -> list[tuple[int, float]]:
    return [(at(start) + round(place * minutes * MINUTE_MS), value) for place, value in enumerate(values)]


async def test_each_reading_tells_the_energy_since_the_last_one(store: SqlStore) -> None:
    async with Homes(store) as homes:
        looking = service(homes)
        homes.clock.move_to(at("2026-03-10T09:00"))
        for at_ms, value in readings("2026-03-10T08:00", 1_000, 1_100, 1_250, 1_250):
            await homes.hear(METER, [(at_ms, value)], "SMART_METER")
            await looked(homes, looking)
        first = at("2026-03-10T08:00")
        said = {first: 100, first + SLOT_MS: 150, first + 2 * SLOT_MS: 0}
        assert homes.said("ENERGY_CONSUMPTION", device="meter-1") == said
        assert consumption(homes) == [250]
        assert looking.look() == 0
        assert service(homes).look() == 0
        with store.read() as session:
            (energy,) = [
                each
                for each in session.series.list_of(CUSTOMER_ID, [homes.id_of("home")])
                if each.event_type == "ENERGY_CONSUMPTION"
            ]
            kinds = {each.kind for each in session.events.list_entries_for_operator(0, 100)}
        assert energy.source == "SMART_METER"
        assert kinds == {LogKind.LIVE}


async def test_the_order_of_arrival_does_not_matter_in_the_end(store: SqlStore) -> None:
    values = [5_000.0, 5_400, 5_900, 6_000, 30, 130, 9_999_999, 400, 450, 800, 0, 900, 1_000, 1_050, 1_100, 1_200, 1_300]
    sent = readings("2026-03-09T22:00", *values)
    async with Homes(store, *["Europe/Zurich"] * 4) as homes:
        homes.clock.move_to(at("2026-03-10T03:00"))
        for number, name in enumerate(("home", "home-2", "home-3", "home-4")):
            mixed = list(sent)
            random.Random(number).shuffle(mixed)
            looking = service(homes)
            for event in mixed if number else sent:
                await homes.hear(METER, [event], home=name)
                await looked(homes, looking)
                if number == 3:  # a restart after each
                    looking = service(homes)
        told = [homes.said("ENERGY_CONSUMPTION", name, "meter-1") for name in ("home", "home-2", "home-3", "home-4")]
        assert [round(each, 6) for each in told[0].values()][:4] == [400, 500, 100, 30]
        assert sum(told[0].values()) == pytest.approx(1_000 + 1_300)
        for other in told[1:]:
            assert other == pytest.approx(told[0])
        assert set_aside(homes) == [(sent[6][0], 9_999_999, "GLITCH"), (sent[10][0], 0, "GLITCH")]


async def test_a_gap_is_spread_over_midnight_and_a_late_reading_mends_it(store: SqlStore) -> None:
    async with Homes(store) as homes:
        homes.clock.move_to(at("2026-03-10T02:10"))
        looking = service(homes)
        await homes.hear(METER, [(at("2026-03-09T22:00"), 0), (at("2026-03-10T02:00"), 4_000)])
        await looked(homes, looking)
        assert consumption(homes, date(2026, 3, 9)) == [1_000, 1_000]
        assert consumption(homes) == [1_000, 1_000]
        compact_all(store, 2**60)
        await homes.hear(METER, [(at("2026-03-10T00:00"), 500)])
        assert await looked(homes, looking) == 16
        assert consumption(homes, date(2026, 3, 9)) == [250, 250]
        assert consumption(homes) == [1_750, 1_750]


async def test_an_imported_past_sets_off_no_rule(store: SqlStore) -> None:
    async with Homes(store) as homes:
        homes.clock.move_to(at("2026-03-10T12:00"))
        await homes.hear(METER, readings("2025-03-10T00:00", *range(0, 9_700, 100)), kind=LogKind.HISTORICAL)
        await homes.hear(METER, readings("2026-03-10T11:30", 4_000_000, 4_000_100))
        await looked(homes)
        assert consumption(homes, date(2025, 3, 10)) == [400] * 24
        assert consumption(homes) == [100]  # a year between is not spread
        with store.read() as session:
            entries = session.events.list_entries_for_operator(0, 100)
        assert [(each.kind, len(each.columns)) for each in entries[2:]] == [(LogKind.HISTORICAL, 96), (LogKind.LIVE, 1)]


async def test_rows_that_were_compacted_unseen_are_made_up_for(store: SqlStore) -> None:
    async with Homes(store) as homes:
        homes.clock.move_to(at("2026-03-10T12:00"))
        await homes.hear(METER, readings("2026-03-10T10:00", 0, 100, 200, 300, 400))
        compact_all(store, 2**60)
        await looked(homes)
        assert consumption(homes) == [400]
        assert service(homes).look() == 0


async def test_what_was_compacted_unseen_is_made_up_for_also_of_a_meter_that_goes_on_sending(store: SqlStore) -> None:
    async with Homes(store) as homes:
        homes.clock.move_to(at("2026-03-10T12:00"))
        await homes.hear(METER, readings("2026-03-10T04:00", *range(0, 2_500, 100)))
        compact_all(store, 2**60)
        await homes.hear(METER, readings("2026-03-10T10:15", 2_500))
        await looked(homes)
        assert consumption(homes) == [400] * 6 + [100]


async def test_a_meter_of_which_no_reading_was_stored_stops_nobody(store: SqlStore) -> None:
    async with Homes(store, "Europe/Zurich", "Europe/Zurich") as homes:
        homes.clock.move_to(at("2026-03-10T12:00"))
        with store.write() as session:  # a series is added before its first event is taken or refused
            session.series.find_or_add(CUSTOMER_ID, homes.id_of("home-2"), METER, "meter-9", "GATEWAY", None)
        await homes.hear("POWER_CONSUMPTION", [(at("2026-03-10T11:00"), 1)])
        compact_all(store, 2**60)
        assert service(homes).look() == 0


@pytest.mark.parametrize("days_apart", [1, 7])
async def test_a_glitch_of_a_meter_that_is_seldom_read_is_never_counted(store: SqlStore, days_apart: int) -> None:
    async with Homes(store) as homes:
        looking = service(homes)
        start = at("2026-01-01T12:00")
        for place in range(12):
            at_ms = start + place * days_apart * 24 * HOUR_MS
            value = 0.0 if place == 4 else 3_000_000.0 + 10_000.0 * place
            homes.clock.move_to(at_ms + MINUTE_MS)
            await homes.hear(METER, [(at_ms, value)])
            await looked(homes, looking if place % 2 else service(homes))
        total_wh = sum(homes.said("ENERGY_CONSUMPTION", device="meter-1").values())
        assert total_wh == pytest.approx(110_000)
        assert [(value, reason) for _, value, reason in set_aside(homes)] == [(0, "GLITCH")]


async def test_a_crash_between_saying_and_the_log_says_nothing_twice(store: SqlStore) -> None:
    async with Homes(store) as homes:
        homes.clock.move_to(at("2026-03-10T12:00"))
        await homes.hear(METER, readings("2026-03-10T11:00", 0, 100, 200))
        assert service(homes).look() == 2
        with store.write() as session:
            session.issued.set_read_until_for_operator("readings", 0)
        assert service(homes).look() == 0
        await homes.enter()
        assert consumption(homes) == [200]


async def test_a_deactivated_home_is_told_nothing_until_it_is_active_again(store: SqlStore) -> None:
    async with Homes(store) as homes:
        homes.clock.move_to(at("2026-03-10T12:00"))
        with store.write() as session:
            home = session.buildings.find(CUSTOMER_ID, "home")
            assert home is not None
            session.buildings.replace(replace(home, deactivated_at_ms=1))
        await homes.hear(METER, readings("2026-03-10T10:00", 0, 100))
        assert await looked(homes) == 0
        with store.write() as session:
            session.buildings.replace(home)
        await homes.hear(METER, readings("2026-03-10T10:30", 200))
        await looked(homes)
        assert consumption(homes) == [200]


async def test_what_cannot_be_is_set_aside_and_visible(store: SqlStore) -> None:
    async with Homes(store) as homes:
        looking = service(homes)
        await homes.hear("ENERGY_CONSUMPTION", every(60, "2026-03-10T00:00", "2026-03-10T06:00", 500))
        wrong = [(at("2026-03-10T02:30"), -1_400_000.0), (at("2026-03-10T03:30"), 200_001.0)]
        await homes.hear("ENERGY_CONSUMPTION", wrong)
        await homes.hear("GRID_ENERGY_CONSUMPTION", [(at("2026-03-10T02:30"), -4_000)])
        await homes.hear("WATER_TEMPERATURE", [(at("2026-03-10T02:00"), 65_535)], "WATER_HEATER", "boiler")
        compact_all(store, 2**60)
        before = consumption(homes)
        assert sum(before) == 3_000 - 1_400_000 + 200_001
        with store.write() as session:
            session.issued.set_read_until_for_operator("readings", 0)
        for kind, events in (("ENERGY_CONSUMPTION", wrong), ("WATER_TEMPERATURE", [(at("2026-03-10T02:00"), 65_535.0)])):
            source, device = ("GATEWAY", "meter-1") if kind == "ENERGY_CONSUMPTION" else ("WATER_HEATER", "boiler")
            await homes.hear(kind, events, source, device)
        await looked(homes, looking)
        assert consumption(homes) == [500] * 6
        assert set_aside(homes) == [
            (at("2026-03-10T02:00"), 65_535, "TOO_HIGH"),
            (at("2026-03-10T02:30"), -1_400_000, "TOO_LOW"),
            (at("2026-03-10T03:30"), 200_001, "TOO_HIGH"),
        ]
        compact_all(store, 2**60)
        assert consumption(homes) == [500] * 6
        assert homes.said("ENERGY_CONSUMPTION", device="meter-1")[wrong[0][0]] == -1_400_000  # as it came
        # The right value, sent for the same instant, counts.
        await homes.hear("ENERGY_CONSUMPTION", [(wrong[0][0], 140)])
        assert consumption(homes) == [500, 500, 640, 500, 500, 500]
        await looked(homes, looking)
        assert [each[0] for each in set_aside(homes)] == [at("2026-03-10T02:00"), wrong[1][0]]
        compact_all(store, 2**60)
        assert consumption(homes) == [500, 500, 640, 500, 500, 500]
        with store.write() as session:
            session.buildings.erase(CUSTOMER_ID, homes.id_of("home"))
        with store.read() as session:
            assert session.set_aside.list_page(CUSTOMER_ID, f"{0:024x}", None, 10) == []


async def test_what_is_set_aside_is_derived_from_nowhere(store: SqlStore) -> None:
    async with Homes(store) as homes:
        homes.clock.move_to(at("2026-03-10T12:20"))
        power = every(15, "2026-03-10T10:00", "2026-03-10T12:15", 1_000)
        await homes.hear("POWER_CONSUMPTION", [*power, (at("2026-03-10T10:20"), 7e6)])
        await looked(homes)
        DerivedEnergies(store, homes.clock).look()
        await homes.enter()
        assert consumption(homes) == [1_000, 1_000]


async def test_a_large_building_has_larger_limits(store: SqlStore) -> None:
    async with Homes(store) as homes:
        with store.write() as session:
            home = session.buildings.find(CUSTOMER_ID, "home")
            assert home is not None
            session.buildings.replace(replace(home, kwp=400.0))
        looking = service(homes)
        await homes.hear("ENERGY_GENERATION", [(at("2026-03-10T10:00"), 350_000), (at("2026-03-10T11:00"), 900_000)])
        await looked(homes, looking)
        assert set_aside(homes) == [(at("2026-03-10T11:00"), 900_000, "TOO_HIGH")]


async def test_a_look_for_which_nothing_has_come_writes_nothing(sqlite_store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    async with Homes(sqlite_store) as homes:
        await homes.hear("POWER_CONSUMPTION", [(at("2026-03-10T00:00"), 1)])
        looking = service(homes)
        await looked(homes, looking)
        monkeypatch.setattr(sqlite_store, "write", None)
        homes.clock.advance(seconds=HOUR_MS)
        assert looking.look() == 0
