"""Tariffs as rules hear of them: on change, with the instant of the change, once, whatever is set, restarted or late."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.conformance.rules_corpus import CATALOGUE, read_cases, told
from tests.conformance.rules_ways import NoWake, in_memory

from hearth.core.instants import HOUR_MS, MINUTE_MS, SECOND_MS, instant_of_datetime
from hearth.domain.audit import COMMAND_LINE
from hearth.domain.customers import Customer
from hearth.domain.events import PLATFORM_DEVICE
from hearth.domain.tariffs import LowTariffHours, PriceSlice, Tariff
from hearth.ports import Store
from hearth.runtime import live as live_module
from hearth.runtime.live import LiveDriver
from hearth.services.buildings import BuildingDraft, Buildings
from hearth.services.rules import Rules
from hearth.services.tariff_events import TariffEvents
from hearth.store import SqlStore
from hearth.testing.clocks import CountedIdentities, MovableClock

NIGHT = Tariff(
    type="DUAL", min_price="0.18", max_price="0.30", low_tariff=LowTariffHours(days=(("22:00", "06:00"),) * 7), currency="CHF"
)
SINGLE = Tariff(type="SINGLE", single_price="0.27")
LOW, PRICE, RANK = "IS_LOW_TARIFF_HOURS", "TARIFF_PRICE", "TARIFF_PRICE_RANK_24H"
PAGE = Path(__file__).parents[2] / "docs/integrate/tariffs.md"
STALE = """# A rank that has run out
rule:
  name: Cheap hour
  datasets:
    Power: {kind: SINGLE_VALUE, eventTypes: [POWER_CONSUMPTION]}
    Rank: {kind: SINGLE_VALUE, eventTypes: [TARIFF_PRICE_RANK_24H], sources: [PLATFORM], timespan: 2h}
  condition: $Power > 0 AND $Rank < 0.2
  message: $Rank
input:
  10:00 TARIFF_PRICE_RANK_24H platform/PLATFORM 0.1
  11:50 POWER_CONSUMPTION 1000
  12:10 POWER_CONSUMPTION 2000
expect:
"""


@pytest.fixture(autouse=True)
def _looks_when_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_module, "_HOUSEKEEPING_SECONDS", 3600.0)


def at(text: str) -> int:
    """A time of 3 June 2026, or of another day where one is named ("04 10:00"), in Zurich's summer."""
    day, _, time = text.rpartition(" ")
    return instant_of_datetime(datetime.fromisoformat(f"2026-06-{day or '03'}T{time}+02:00"))


class Homes:
    """Homes of a customer, and the service; `hears` says what a look issues: (type, local time, value)."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.clock = MovableClock(at("12:00"))
        self.buildings = Buildings(store, self.clock, CountedIdentities(), CATALOGUE)
        self.service = TariffEvents(store, self.clock)
        self.customer_id = "c" * 24
        self._seen = 0
        with store.write() as session:
            session.customers.add(Customer(id=self.customer_id, name="Customer", created_at_ms=0, languages=("en",)))

    def add(self, tariff: Tariff | None, name: str = "home") -> str:
        return self.buildings.add(self.customer_id, self._draft(tariff, name)).id

    def set(self, tariff: Tariff | None, name: str = "home", **given: object) -> None:
        self.buildings.replace(self.customer_id, self._draft(tariff, name, **given))

    def set_prices(self, start_ms: int, *prices: str, name: str = "home") -> None:
        slices = tuple(
            PriceSlice(start_ms=start_ms + number * HOUR_MS, end_ms=start_ms + (number + 1) * HOUR_MS, price=price)
            for number, price in enumerate(prices)
        )
        self.buildings.replace_tariff_slices(self.customer_id, name, slices)

    def _draft(self, tariff: Tariff | None, name: str, **given: object) -> BuildingDraft:
        draft = {"time_zone_id": "Europe/Zurich", "customer_building_id": name, "tariff": tariff, **given}
        return BuildingDraft(**draft)  # type: ignore[arg-type]

    def restart(self) -> None:
        self.service = TariffEvents(self.store, self.clock)

    def hears(self, time: str | None = None, building_id: str | None = None) -> list[tuple[str, str, float]]:
        """Looks at that time; only what is new, of one home where it is named."""
        if time is not None:
            self.clock.move_to(at(time))
        number = self.service.look()
        with self.store.read() as session:
            batches = [each for each in session.issued.list_for_operator(10_000) if each.number > self._seen]
        self._seen = max([self._seen, *(each.number for each in batches)])
        assert number == sum(len(each.events) for each in batches)
        return [
            (event.event_type, _local(event.occurred_at_ms), event.value)
            for batch in batches
            if building_id in (None, batch.building_id)
            for event in batch.events
        ]


def _local(at_ms: int) -> str:
    moment = datetime.fromtimestamp((at_ms + 2 * HOUR_MS) / 1000, UTC)
    return f"{moment:%d %H:%M:%S}".removesuffix(":00")


def of(events: list[tuple[str, str, float]], event_type: str) -> list[tuple[str, float]]:
    return [(time, value) for type_, time, value in events if type_ == event_type]


@pytest.fixture
def homes(store: SqlStore) -> Homes:
    return Homes(store)


def test_a_building_hears_of_its_tariff_when_it_gets_one_and_then_of_changes(homes: Homes) -> None:
    homes.add(NIGHT)
    assert sorted(homes.hears("12:07")) == [(LOW, "03 12:00", 0), (PRICE, "03 12:00", 0.3), (RANK, "03 12:00", 1)]
    assert homes.hears("12:59") == []
    assert homes.hears("13:00") == [(RANK, "03 13:00", 1)]
    homes.hears("21:59")
    assert sorted(homes.hears("22:03")) == [(LOW, "03 22:00", 1), (PRICE, "03 22:00", 0.18), (RANK, "03 22:00", 0)]
    assert of(homes.hears("04 06:00"), LOW) == [("04 06:00", 0)]


def test_a_single_tariff_has_a_price_and_neither_low_hours_nor_a_rank(homes: Homes) -> None:
    homes.add(SINGLE)
    assert homes.hears("12:05") == [(PRICE, "03 12:00", 0.27)]
    assert homes.hears("30 12:05") == []


def test_a_tariff_without_prices_has_low_hours(homes: Homes) -> None:
    homes.add(Tariff(type="DUAL", low_tariff=NIGHT.low_tariff))
    assert homes.hears("12:05") == [(LOW, "03 12:00", 0)]
    assert homes.hears("22:05") == [(LOW, "03 22:00", 1)]


def test_a_building_without_a_tariff_or_that_is_deactivated_hears_nothing(homes: Homes) -> None:
    homes.add(None, "bare")
    homes.add(NIGHT)
    homes.set(NIGHT, deactivated_at_ms=homes.clock.now_ms())
    assert homes.hears("22:05") == []
    homes.set(NIGHT)
    assert of(homes.hears("23:00"), LOW) == [("03 22:00", 1)]
    homes.set(None)
    assert homes.hears("04 12:00") == []


def test_a_new_tariff_is_told_at_once_and_only_what_differs(homes: Homes) -> None:
    homes.add(NIGHT)
    homes.hears("12:00")
    homes.clock.move_to(at("12:30") + 5 * SECOND_MS)
    homes.set(Tariff(type="DUAL", min_price="0.18", max_price="0.33", low_tariff=NIGHT.low_tariff))
    homes.clock.advance(seconds=7)
    assert homes.hears() == [(PRICE, "03 12:30:05", 0.33)]
    assert homes.hears("12:40") == []
    homes.set(NIGHT, zip="3011")
    homes.clock.advance(seconds=60)
    homes.set(NIGHT, zip="8000")  # no other tariff
    assert homes.hears("12:45") == [(PRICE, "03 12:40", 0.3)]
    homes.set(NIGHT, time_zone_id="Asia/Tokyo")  # where it is 19:45
    assert homes.hears("12:46") == []
    assert of(homes.hears("15:00"), LOW) == [("03 15:00", 1)]


def test_the_low_tariff_ends_with_a_tariff_that_has_none(homes: Homes) -> None:
    homes.add(NIGHT)
    homes.hears("23:00")
    homes.set(SINGLE)
    assert sorted(homes.hears("23:10")) == [(LOW, "03 23:00", 0), (PRICE, "03 23:00", 0.27)]
    homes.set(NIGHT)
    assert of(homes.hears("23:20"), LOW) == [("03 23:10", 1)]


def test_an_event_is_never_before_the_tariff_was_set(homes: Homes) -> None:
    homes.clock.move_to(at("23:00"))
    homes.add(NIGHT)
    assert of(homes.hears("23:05"), LOW) == [("03 23:00", 1)]


def test_a_restart_says_nothing_twice_and_after_an_outage_only_the_present(homes: Homes) -> None:
    homes.add(NIGHT)
    homes.hears("12:05")
    homes.restart()
    assert homes.hears("12:06") == []
    homes.hears("21:00")
    homes.restart()
    # A day and a half later: low again, since ten.
    assert sorted(homes.hears("04 23:30")) == [(LOW, "04 22:00", 1), (PRICE, "04 22:00", 0.18), (RANK, "04 23:00", 0)]
    homes.restart()
    assert homes.hears("04 23:31") == []


def test_a_tariff_that_was_set_while_nobody_looked_is_compared_with_what_was_said(homes: Homes) -> None:
    homes.add(NIGHT)
    homes.hears("12:05")
    homes.set(Tariff(type="DUAL", min_price="0.10", max_price="0.30", low_tariff=NIGHT.low_tariff))
    homes.restart()
    assert homes.hears("12:20") == []
    assert of(homes.hears("22:20"), PRICE) == [("03 22:00", 0.1)]


def test_a_tariff_that_was_set_while_it_was_being_told_is_told_too(homes: Homes) -> None:
    """The clock of the look is ahead of the instant at which the tariff was set."""
    homes.add(NIGHT)
    homes.hears("12:05")
    homes.clock.move_to(at("12:01"))
    homes.set(SINGLE)
    assert homes.hears("12:06") == [(PRICE, "03 12:01", 0.27)]


def test_dynamic_prices_follow_their_slices_and_a_gap_says_nothing(homes: Homes) -> None:
    homes.add(None)
    homes.set_prices(at("12:00"), "0.30", "0.10", "0.10", "0.20")
    assert sorted(homes.hears("12:01")) == [(LOW, "03 12:00", 0), (PRICE, "03 12:00", 0.3)]
    assert sorted(homes.hears("13:00")) == [(LOW, "03 13:00", 1), (PRICE, "03 13:00", 0.1)]
    assert homes.hears("14:00") == []
    assert sorted(homes.hears("15:00")) == [(LOW, "03 15:00", 0), (PRICE, "03 15:00", 0.2)]
    assert homes.hears("16:00") == []
    assert homes.hears("17:00") == []
    homes.set_prices(at("16:00"), *["0.20"] * 2, *["0.40"] * 11, *["0.30"] * 11)
    assert sorted(homes.hears("17:10")) == [(LOW, "03 17:00", 1), (RANK, "03 17:00", 0)]
    assert sorted(homes.hears("18:00")) == [(LOW, "03 18:00", 0), (PRICE, "03 18:00", 0.4), (RANK, "03 18:00", 1)]


def test_prices_of_the_next_day_say_nothing_twice(homes: Homes) -> None:
    homes.add(None)
    homes.set_prices(at("00:00"), *["0.30"] * 10, *["0.20"] * 14)
    homes.hears("12:00")
    homes.clock.move_to(at("13:00"))
    homes.hears()
    homes.set_prices(at("00:00"), *["0.30"] * 10, *["0.20"] * 14, *["0.10"] * 24)
    assert homes.hears("13:05") == [(RANK, "03 13:00", 1)]
    assert sorted(homes.hears("04 00:00")) == [(LOW, "04 00:00", 0), (PRICE, "04 00:00", 0.1), (RANK, "04 00:00", 0.5)]


def test_an_erased_building_is_forgotten(homes: Homes) -> None:
    homes.add(NIGHT)
    homes.hears("12:05")
    homes.buildings.erase(homes.customer_id, "home")
    assert homes.hears("23:00") == []


def test_a_tariff_of_before_its_instant_was_kept_is_told_from_now_on(homes: Homes) -> None:
    homes.add(SINGLE, "one")
    homes.add(NIGHT, "two")
    with homes.store.write() as session:
        for building in session.buildings.list_page(homes.customer_id, None, 10):
            session.buildings.replace(replace(building, tariff_since_ms=None))
    assert sorted(homes.hears("12:05")) == [
        (LOW, "03 06:00", 0),
        (PRICE, "03 06:00", 0.3),
        (PRICE, "03 12:05", 0.27),
        (RANK, "03 12:00", 1),
    ]
    homes.restart()
    assert homes.hears("12:06") == []


def test_many_homes_are_told_each_of_its_own(homes: Homes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hearth.services.tariff_events._READ_AT_ONCE", 3)
    monkeypatch.setattr("hearth.services.tariff_events._WRITTEN_AT_ONCE", 2)
    ids = [homes.add(Tariff(type="SINGLE", single_price=f"0.{20 + number}"), f"home-{number}") for number in range(8)]
    with homes.store.write() as session:
        session.customers.add(Customer(id="d" * 24, name="Other", created_at_ms=0))
    other = homes.buildings.add("d" * 24, BuildingDraft(customer_building_id="home-1", time_zone_id="UTC", tariff=SINGLE))
    homes.hears("12:05")
    with homes.store.read() as session:
        batches = session.issued.list_for_operator(100)
        assert set(session.issued.marks("d" * 24, "tariffs: until when")) == {other.id}
    told = {each.building_id: (each.customer_id, [event.value for event in each.events]) for each in batches}
    assert told == {
        **{building_id: (homes.customer_id, [float(f"0.{20 + number}")]) for number, building_id in enumerate(ids)},
        other.id: ("d" * 24, [0.27]),
    }


def test_a_look_at_which_nothing_is_due_reads_no_building(homes: Homes, monkeypatch: pytest.MonkeyPatch) -> None:
    homes.add(NIGHT)
    homes.hears("12:05")
    read: list[str] = []
    monkeypatch.setattr("hearth.store.buildings.SqlBuildingRepository.list_by_id", lambda *_: read.append("by id") or [])
    monkeypatch.setattr("hearth.store.buildings.SqlBuildingRepository.list_page", lambda *_: read.append("page") or [])
    assert homes.hears("12:06") == []
    assert read == []


async def _live_through_the_evening(homes: Homes) -> list[str]:
    """What the rule of the page says until ten, through the log and the live engine."""
    (rule,) = re.findall(r"```yaml\n(name: .*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    rules = Rules(homes.store, CATALOGUE, homes.clock, CountedIdentities("7"))
    rules.import_files(homes.customer_id, [("rule.yaml", rule)], COMMAND_LINE)
    driver = LiveDriver(homes.store, CATALOGUE, homes.clock, NoWake())
    await driver.start()
    for time in ("12:01", "21:59", "22:00"):
        homes.clock.move_to(at(time))
        homes.service.look()
        await driver.enter_issued()
        await driver.settle()
    await driver.stop()
    with homes.store.read() as session:
        found = session.notifications.list_page(homes.customer_id, None, ("PENDING", "DELIVERED"), None, 100)
    return [each.content.texts["en"].message for each in found if each.content is not None]


async def test_a_rule_speaks_when_the_low_tariff_begins(homes: Homes) -> None:
    building_id = homes.add(NIGHT)
    assert await _live_through_the_evening(homes) == ["Electricity costs less since 22:00."]
    with homes.store.read() as session:
        series = {each.event_type: each for each in session.series.list_of(homes.customer_id, [building_id])}
        assert {each.device_id for each in series.values()} == {PLATFORM_DEVICE}
        points = session.events.read(homes.customer_id, [series[LOW].id], 0, 2**60)[series[LOW].id]
    assert list(zip(points.times_ms, points.values, strict=True)) == [(at("12:00"), 0.0), (at("22:00"), 1.0)]


async def test_what_is_in_the_log_is_what_a_new_tariff_is_compared_with(homes: Homes) -> None:
    homes.add(NIGHT)
    await _live_through_the_evening(homes)
    homes.clock.advance(seconds=10 * MINUTE_MS / 1000)
    homes.restart()
    homes.set(Tariff(type="DUAL", min_price="0.15", max_price="0.30", low_tariff=NIGHT.low_tariff))
    assert homes.hears("22:15") == [(PRICE, "03 22:10", 0.15)]


def test_a_rule_that_gives_the_rank_a_time_span_is_silent_once_prices_have_run_out() -> None:
    (case,) = read_cases("stale", STALE)
    assert told(case, in_memory(case)) == ["11:50 sent 0.1"]
