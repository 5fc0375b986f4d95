"""What the platform says of a household that does not say it itself: energy of power, the last 24 hours, yesterday."""

from datetime import date

import pytest
from msgspec.structs import replace
from tests.conformance.rules_corpus import CUSTOMER_ID
from tests.contracts.store_contents import compact_all
from tests.services.derived_homes import ZURICH, Homes, at, every

from hearth.core.instants import HOUR_MS, MINUTE_MS
from hearth.domain.events import LogKind
from hearth.insights.derived import SLOT_MS
from hearth.runtime import live as live_module
from hearth.services.derived_energies import DerivedEnergies
from hearth.services.statistics import Statistics
from hearth.store import SqlStore

YESTERDAY = [
    "ENERGY_CONSUMPTION_YESTERDAY",
    "ENERGY_EXCESS_YESTERDAY",
    "ENERGY_GENERATION_YESTERDAY",
    "SELF_CONSUMPTION_RATE_YESTERDAY",
    "SELF_SUFFICIENCY_RATE_YESTERDAY",
]


@pytest.fixture(autouse=True)
def _looks_when_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_module, "_HOUSEKEEPING_SECONDS", 3600.0)


def service(homes: Homes) -> DerivedEnergies:
    return DerivedEnergies(homes.store, homes.clock)


async def looked(homes: Homes, time: str, of: DerivedEnergies | None = None, zone_id: str = ZURICH) -> int:
    """What a look at that time says, in the log."""
    homes.clock.move_to(at(time, zone_id))
    said = (of or service(homes)).look()
    await homes.enter()
    return said


def of_day(said: dict[str, float], suffix: str = "YESTERDAY") -> dict[str, float]:
    return {name: value for name, value in said.items() if name.endswith(suffix)}


async def test_yesterday_is_told_once_after_midnight(store: SqlStore) -> None:
    async with Homes(store) as homes:
        await homes.hear("ENERGY_CONSUMPTION", every(60, "2026-03-09T00:00", "2026-03-10T00:00", 500))
        made = every(60, "2026-03-09T10:00", "2026-03-09T14:00", 2_000)
        await homes.hear(
            "ENERGY_GENERATION", [(at("2026-03-09T09:00"), 0), *made, (at("2026-03-09T14:00"), 0)], "INVERTER", "roof"
        )
        await looked(homes, "2026-03-10T00:14")
        assert of_day(homes.said_of_household()) == {}
        looking = service(homes)
        assert await looked(homes, "2026-03-10T00:20", looking) > 0
        assert of_day(homes.said_of_household()) == {
            "ENERGY_CONSUMPTION_YESTERDAY": 12_000,
            "ENERGY_GENERATION_YESTERDAY": 8_000,
            "ENERGY_EXCESS_YESTERDAY": 6_000,
            "SELF_CONSUMPTION_RATE_YESTERDAY": 25,
            "SELF_SUFFICIENCY_RATE_YESTERDAY": round(100 * 2_000 / 12_000, 3),
        }
        assert looking.look() == 0
        assert service(homes).look() == 0  # nor after a restart
        await looked(homes, "2026-03-10T12:00")
        assert all(len(homes.said(name)) == 1 for name in YESTERDAY)
        with store.read() as session:
            sources = {each.source for each in session.series.list_of(CUSTOMER_ID, [homes.id_of("home")])}
        assert sources == {"GATEWAY", "INVERTER"}


async def test_what_the_customer_sends_itself_is_not_told(store: SqlStore) -> None:
    async with Homes(store) as homes:
        await homes.hear("ENERGY_CONSUMPTION", every(60, "2026-03-09T00:00", "2026-03-10T00:00", 500))
        await homes.hear("ENERGY_GENERATION", every(60, "2026-03-09T00:00", "2026-03-10T00:00", 100))
        await homes.hear("ENERGY_CONSUMPTION_YESTERDAY", [(at("2026-03-08T00:20"), 1)])
        await homes.hear("ENERGY_GENERATION_YESTERDAY", [(at("2026-03-06T00:15"), 1)])  # not any more
        await homes.hear("ENERGY_CONSUMPTION_LAST_24H", [(at("2026-03-09T23:00"), 1)], "HEAT_PUMP", "pump")
        await looked(homes, "2026-03-10T00:20")
        said = homes.said_of_household()
        assert sorted(of_day(said)) == [name for name in YESTERDAY if name != "ENERGY_CONSUMPTION_YESTERDAY"]
        assert said["ENERGY_CONSUMPTION_LAST_24H"] == 12_000  # a heat pump's is not the household's


async def test_the_last_24_hours_are_told_hourly(store: SqlStore) -> None:
    async with Homes(store) as homes:
        await homes.hear("ENERGY_CONSUMPTION", every(15, "2026-03-09T00:00", "2026-03-10T06:00", 100))
        for time, expected in (("2026-03-10T03:20", 9_600), ("2026-03-10T03:50", 9_600), ("2026-03-10T12:10", 72 * 100)):
            await looked(homes, time)
            assert of_day(homes.said_of_household(), "LAST_24H") == {"ENERGY_CONSUMPTION_LAST_24H": expected}
        assert len(homes.said("ENERGY_CONSUMPTION_LAST_24H")) == 2
        await looked(homes, "2026-03-10T13:10")  # 17 hours are known
        assert len(homes.said("ENERGY_CONSUMPTION_LAST_24H")) == 2


async def test_late_data_is_waited_for_and_then_done_without(store: SqlStore) -> None:
    async with Homes(store) as homes:
        await homes.hear("ENERGY_CONSUMPTION", every(60, "2026-03-09T00:00", "2026-03-09T12:00", 500))
        await looked(homes, "2026-03-10T00:20")
        await looked(homes, "2026-03-10T04:00")
        assert of_day(homes.said_of_household()) == {}
        await homes.hear("ENERGY_CONSUMPTION", every(60, "2026-03-09T12:00", "2026-03-09T20:00", 500))
        await looked(homes, "2026-03-10T04:20")
        assert of_day(homes.said_of_household()) == {"ENERGY_CONSUMPTION_YESTERDAY": 10_000}


@pytest.mark.parametrize(
    ("zone_id", "day", "next_day", "hours"),
    [
        (ZURICH, "2026-03-29", "2026-03-30", 23),
        (ZURICH, "2026-10-25", "2026-10-26", 25),
        ("America/Los_Angeles", "2026-11-01", "2026-11-02", 25),
        ("Australia/Lord_Howe", "2026-10-04", "2026-10-05", 23.5),
        ("Asia/Kolkata", "2026-03-29", "2026-03-30", 24),
    ],
)
async def test_a_day_is_as_long_as_it_is(sqlite_store: SqlStore, zone_id: str, day: str, next_day: str, hours: float) -> None:
    async with Homes(sqlite_store, zone_id) as homes:
        homes.clock.move_to(at(f"{next_day}T06:00", zone_id))
        readings = every(15, f"{day}T00:00", f"{next_day}T00:15", 800, zone_id)
        before = [(readings[0][0] - 15 * MINUTE_MS, 9_000.0)]
        await homes.hear("POWER_CONSUMPTION", before + readings)
        await looked(homes, f"{next_day}T00:14", zone_id=zone_id)
        assert of_day(homes.said_of_household()) == {}
        await looked(homes, f"{next_day}T00:20", zone_id=zone_id)
        assert of_day(homes.said_of_household()) == {"ENERGY_CONSUMPTION_YESTERDAY": 800 * hours}


async def test_power_becomes_energy_and_counts_in_statistics(store: SqlStore) -> None:
    async with Homes(store) as homes:
        await homes.hear("POWER_CONSUMPTION", every(5, "2026-03-10T08:00", "2026-03-10T10:00", 1_200))
        await homes.hear("GRID_POWER_CONSUMPTION", every(15, "2026-03-10T08:00", "2026-03-10T10:15", -400))
        looking = service(homes)
        await looked(homes, "2026-03-10T10:20", looking)
        # The last reading of consumption is of 09:55, so its last quarter is not known.
        assert homes.said("ENERGY_CONSUMPTION") == {at("2026-03-10T08:00") + n * SLOT_MS: 300 for n in range(7)}
        assert homes.said("GRID_ENERGY_CONSUMPTION") == {at("2026-03-10T08:00") + n * SLOT_MS: -100 for n in range(9 - 1)}
        # The next look says what is new, and mends what a late reading has changed.
        await homes.hear(
            "POWER_CONSUMPTION", [(at("2026-03-10T08:30"), 2_400), *every(5, "2026-03-10T10:00", "2026-03-10T10:35", 0)]
        )
        assert await looked(homes, "2026-03-10T10:35", looking) == 4
        said = homes.said("ENERGY_CONSUMPTION")
        assert said[at("2026-03-10T08:30")] == 400
        assert said[at("2026-03-10T09:45")] == 300
        assert said[at("2026-03-10T10:15")] == 0
        hours = Statistics(store).hourly(CUSTOMER_ID, "home", date(2026, 3, 10), date(2026, 3, 10), ["ENERGY_CONSUMPTION"])
        assert [each.energies_wh[1] for each in hours] == [1_300, 1_200, 0]


async def test_the_word_of_the_customer_wins_by_the_hour(store: SqlStore) -> None:
    async with Homes(store) as homes:
        day = date(2026, 3, 10)

        def consumption() -> list[float]:
            hours = Statistics(store).hourly(CUSTOMER_ID, "home", day, day, ["ENERGY_CONSUMPTION"])
            (figures,) = Statistics(store).daily(CUSTOMER_ID, "home", day, day, ["ENERGY_CONSUMPTION"])
            found = [float(each.energies_wh[1]) for each in hours]
            assert figures[1][1] == sum(found)
            return found

        await homes.hear("POWER_CONSUMPTION", every(15, "2026-03-10T06:00", "2026-03-10T12:00", 1_000))
        await looked(homes, "2026-03-10T10:05")
        assert consumption() == [1_000] * 4
        compact_all(store, 2**60)
        # Now it sends energies, of the present and of one hour that was derived already.
        await homes.hear("ENERGY_CONSUMPTION", [(at("2026-03-10T07:00"), 777), (at("2026-03-10T11:00"), 888)])
        assert consumption() == [1_000, 777, 1_000, 1_000, 888]
        await looked(homes, "2026-03-10T12:20")
        assert consumption() == [1_000, 777, 1_000, 1_000, 888]
        compact_all(store, 2**60)
        assert consumption() == [1_000, 777, 1_000, 1_000, 888]
        # Three days without any: power speaks again, but not of hours that the customer spoke of.
        await homes.hear("POWER_CONSUMPTION", every(15, "2026-03-13T09:00", "2026-03-13T12:00", 2_000))
        await looked(homes, "2026-03-13T11:20")
        assert homes.said("ENERGY_CONSUMPTION")[at("2026-03-13T09:00")] == 500
        assert consumption() == [1_000, 777, 1_000, 1_000, 888]


async def test_nothing_is_said_twice_whatever_stops(store: SqlStore) -> None:
    async with Homes(store) as homes:
        await homes.hear("POWER_CONSUMPTION", every(15, "2026-03-09T00:00", "2026-03-10T00:30", 1_000))
        homes.clock.move_to(at("2026-03-10T00:20"))
        first = service(homes).look()
        assert first > 96
        assert service(homes).look() == 0  # it is in line, and not yet in the log
        await homes.enter()
        assert service(homes).look() == 0
        with store.read() as session:
            entries = session.events.list_entries_for_operator(0, 100)
        # What is older than two hours fills windows and sets off no rule.
        historical = [len(each.columns) for each in entries if each.kind is LogKind.HISTORICAL]
        assert historical == [89]
        assert of_day(homes.said_of_household()) == {"ENERGY_CONSUMPTION_YESTERDAY": 24_000}


async def test_an_outage_is_made_up_for_in_energy_and_not_in_words(store: SqlStore) -> None:
    async with Homes(store) as homes:
        await homes.hear("POWER_CONSUMPTION", every(60, "2026-03-08T00:00", "2026-03-11T00:00", 1_000))
        await looked(homes, "2026-03-08T12:20")
        await looked(homes, "2026-03-10T12:20")
        assert len(homes.said("ENERGY_CONSUMPTION")) == 96 + 96 + 48
        assert len(homes.said("ENERGY_CONSUMPTION_LAST_24H")) == 1
        assert list(homes.said("ENERGY_CONSUMPTION_YESTERDAY")) == [at("2026-03-10T12:20")]


async def test_a_battery_and_a_deactivated_home(store: SqlStore) -> None:
    async with Homes(store, ZURICH, ZURICH) as homes:
        for name in ("home", "home-2"):
            await homes.hear("ENERGY_IMPORT", every(60, "2026-03-09T00:00", "2026-03-10T00:00", 50), "BATTERY", "cell", name)
        with store.write() as session:
            off = session.buildings.find(CUSTOMER_ID, "home-2")
            assert off is not None
            session.buildings.replace(replace(off, deactivated_at_ms=1))
        await looked(homes, "2026-03-10T03:20")
        assert homes.said_of_household() == {"ENERGY_IMPORT_YESTERDAY": 1_200}
        assert homes.said_of_household("home-2") == {}


async def test_a_look_for_which_nothing_is_due_reads_nothing(sqlite_store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    async with Homes(sqlite_store) as homes:
        looking = service(homes)
        await looked(homes, "2026-03-10T12:05", looking)
        monkeypatch.setattr(sqlite_store, "read", None)
        homes.clock.advance(seconds=14 * 60)
        assert looking.look() == 0
        homes.clock.advance(seconds=HOUR_MS)
        with pytest.raises(TypeError):
            looking.look()
