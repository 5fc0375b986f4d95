"""Profiles over the real store: once a day each, from what was sent and done, and rules hear of them."""

from array import array
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace
from tests.api.energy_homes import append, compact, series_of
from tests.conformance.rules_corpus import CATALOGUE, CUSTOMER_ID
from tests.conformance.rules_ways import NoWake
from tests.unit.runtime.one_home import case_of

from hearth.core.instants import DAY_MS, HOUR_MS, MINUTE_MS, instant_of_datetime, start_of_local_day
from hearth.domain.buildings import Building
from hearth.domain.customers import Customer
from hearth.domain.events import EventColumns, LogKind
from hearth.domain.notifications import Interaction, Notification
from hearth.domain.profiles import HouseholdProfile, figure
from hearth.ports import Store
from hearth.runtime import live as live_module
from hearth.runtime.live import LiveDriver
from hearth.runtime.peering import PeerPublishing
from hearth.runtime.rule_sets import RuleSets
from hearth.services.household_profiles import HouseholdProfiles
from hearth.testing.clocks import MovableClock

ZURICH = ZoneInfo("Europe/Zurich")
NOON_MS = instant_of_datetime(datetime(2026, 3, 10, 12, tzinfo=ZURICH))
RULES = """
rule:
  name: Single
  tags: [solar]
  datasets: {P: {kind: SINGLE_VALUE, eventTypes: [POWER_CONSUMPTION]}}
  condition: $P > 0 AND Building::IsSinglePerson
  message: '"alone with " + COUNT(EVAL("P", Building::IsInSameConsumptionCategory)) + " alike"'
"""


def building(number: int, **given: object) -> Building:
    plain = Building(
        id=f"{number:024x}",
        customer_id=CUSTOMER_ID,
        customer_building_id=f"home-{number}",
        time_zone_id="Europe/Zurich",
        country_code="CH",
        registration_at_ms=0,
        activation_at_ms=0,
    )
    return replace(plain, **given)  # type: ignore[arg-type]


def add(store: Store, *buildings: Building) -> None:
    with store.write() as session:
        if session.customers.find(CUSTOMER_ID) is None:
            session.customers.add(Customer(id=CUSTOMER_ID, name="Customer", created_at_ms=0))
        for each in buildings:
            session.buildings.add(each)


def profiles(store: Store) -> dict[str, HouseholdProfile]:
    with store.read() as session:
        page = session.buildings.list_page(CUSTOMER_ID, None, 100)
        found = session.household_profiles.list_of(CUSTOMER_ID, [each.id for each in page])
        return {each.customer_building_id: found[each.id] for each in page if each.id in found}


def send(store: Store, building_id: str, event_type: str, days: int, of_hour: Sequence[float], until_ms: int = NOON_MS) -> None:
    """Hourly energies of the gateway over the days up to an instant."""
    series = series_of(store, CUSTOMER_ID, building_id, event_type)
    first_ms = until_ms - days * DAY_MS
    append(store, CUSTOMER_ID, [(series, first_ms + n * HOUR_MS, of_hour[(n + 12) % 24]) for n in range(days * 24)])


def test_a_home_is_known_by_what_it_sends(store: Store) -> None:
    home = building(1, latitude=46.95, longitude=7.45)
    add(store, home)
    send(store, home.id, "ENERGY_CONSUMPTION", 120, [200.0] * 18 + [500.0] * 4 + [200.0] * 2)
    sun = [0.0] * 8 + [500.0, 1_500.0, 2_500.0, 3_000.0, 3_000.0, 2_500.0, 1_500.0, 500.0] + [0.0] * 8
    send(store, home.id, "ENERGY_GENERATION", 60, sun)
    compact(store)
    service = HouseholdProfiles(store, MovableClock(NOON_MS))
    assert service.look() == 1
    found = profiles(store)["home-1"]
    assert found.has_energy_generation.value is True
    assert found.effective_capacity_kw.reason.code == "PEAK_UNDER_CLEAR_SKY"
    assert isinstance(found.effective_capacity_kw.value, float)
    assert 3 < found.effective_capacity_kw.value < 6
    assert found.yearly_kwh == pytest.approx(6.0 * 365, rel=0.01)
    assert (found.elcom_class.value, found.consumption_category.value) == ("H2", "LOW")
    assert found.building_type.value == "RESIDENTIAL"
    assert found.household_type.value is None  # too near to the middle


def test_each_is_computed_once_a_day_and_none_twice_after_a_restart(store: Store) -> None:
    add(store, *(building(number) for number in range(20)))
    clock = MovableClock(NOON_MS)
    assert HouseholdProfiles(store, clock).look() == 20  # the first ones
    service = HouseholdProfiles(store, clock)
    assert service.look() == 0
    by_hour = []
    for _ in range(72):
        clock.advance(seconds=3_600)
        by_hour.append(service.look())
    assert sum(by_hour) == 60
    assert sum(by_hour[:24]) == 20
    assert max(by_hour) <= 6  # spread over the day
    assert all(each.computed_at_ms > NOON_MS + 2 * DAY_MS for each in profiles(store).values())
    assert HouseholdProfiles(store, clock).look() == 0


@pytest.mark.parametrize("zone_id", ["Europe/Zurich", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia"])
def test_days_of_23_and_25_hours_have_one_profile_too(sqlite_store: Store, zone_id: str) -> None:
    zone = ZoneInfo(zone_id)
    add(sqlite_store, *(building(number, time_zone_id=zone_id) for number in range(5)))
    for changes in (
        date(2026, 3, 6),
        date(2026, 3, 27),
        date(2026, 4, 3),
        date(2026, 10, 2),
        date(2026, 10, 23),
        date(2026, 10, 30),
    ):
        clock = MovableClock(start_of_local_day(changes, zone))
        service = HouseholdProfiles(sqlite_store, clock)
        service.look()
        computed = 0
        while clock.now_ms() < start_of_local_day(changes + timedelta(days=4), zone):
            clock.advance(seconds=1_800)
            computed += service.look()
        assert computed == 5 * 4


def test_an_outage_is_not_made_up_for_and_whoever_comes_new_waits_an_hour_at_most(store: Store) -> None:
    add(store, building(1))
    clock = MovableClock(NOON_MS)
    service = HouseholdProfiles(store, clock)
    assert service.look() == 1
    clock.advance(seconds=10 * 86_400)
    assert service.look() == 1
    add(store, building(2))
    assert service.look() == 0
    clock.advance(seconds=3_600)
    service.look()
    assert "home-2" in profiles(store)


def test_whoever_is_deactivated_keeps_the_profile_and_whoever_is_erased_has_none(store: Store) -> None:
    add(store, *(building(number) for number in (1, 2, 3)))
    clock = MovableClock(NOON_MS)
    service = HouseholdProfiles(store, clock)
    service.look()
    before = profiles(store)
    with store.write() as session:
        session.buildings.replace(building(1, deactivated_at_ms=1))
        session.buildings.erase(CUSTOMER_ID, building(2).id)
    clock.advance(seconds=2 * 86_400)
    assert service.look() == 1
    assert HouseholdProfiles(store, clock).look() == 0
    after = profiles(store)
    assert (after["home-1"], set(after)) == (before["home-1"], {"home-1", "home-3"})


def test_others_of_the_country_make_the_fifths_from_the_second_day_on(store: Store) -> None:
    add(store, *(building(number) for number in range(30)), building(99, country_code="AT"))
    for number in range(30):
        send(store, building(number).id, "ENERGY_CONSUMPTION", 60, [20.0 * (number + 1)] * 24)
    send(store, building(99).id, "ENERGY_CONSUMPTION", 60, [20.0] * 24)
    clock = MovableClock(NOON_MS)
    service = HouseholdProfiles(store, clock)
    service.look()
    clock.advance(seconds=86_400)
    service.look()
    found = profiles(store)
    assert found["home-0"].consumption_category.reason.values["buildings"] == 30
    assert (found["home-0"].consumption_category.value, found["home-29"].consumption_category.value) == ("VERY_LOW", "VERY_HIGH")
    assert found["home-99"].consumption_category.reason.code == "ELCOM_CONSUMPTION"


def test_what_is_done_with_advice_is_told_by_the_tags_of_its_rule(store: Store) -> None:
    add(store, building(1), building(2))
    (rule,) = case_of(RULES).rules
    with store.write() as session:
        session.rules.add_version(rule)
        for number in range(12):
            told = Notification(
                id=f"n{number}",
                customer_id=CUSTOMER_ID,
                building_id=building(1).id,
                customer_building_id="home-1",
                rule_id=rule.id if number else "f" * 24,  # the rule of one is gone
                rule_version=1,
                trigger_sequence=number,
                created_at_ms=NOON_MS - number * DAY_MS,
                stored_at_ms=NOON_MS,
                status="DELIVERED",
            )
            session.notifications.add_all([told])
            session.notifications.add_interaction(
                CUSTOMER_ID, told.id, Interaction(action_qualifier="OPENAPP", occurred_at_ms=NOON_MS)
            )
    HouseholdProfiles(store, MovableClock(NOON_MS)).look()
    found = profiles(store)
    assert (found["home-1"].self_sufficiency_motivation.value, found["home-2"].self_sufficiency_motivation.value) == (1.0, None)
    assert found["home-1"].self_sufficiency_motivation.reason.values["reactions"] == 11


async def test_rules_hear_of_a_profile_and_of_those_alike(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_module, "_HOUSEKEEPING_SECONDS", 3600.0)
    add(store, *(building(number) for number in range(6)))
    clock = MovableClock(NOON_MS)
    with store.write() as session:
        for rule in case_of(RULES).rules:
            session.rules.add_version(rule)
        series = [
            session.series.find_or_add(CUSTOMER_ID, building(n).id, "POWER_CONSUMPTION", "m", "GATEWAY", None) for n in range(6)
        ]
    driver = LiveDriver(store, CATALOGUE, clock, NoWake())
    await driver.start()

    async def hear(at_ms: int) -> None:
        columns = EventColumns(
            series_ids=array("i", [each.id for each in series]), times_ms=array("q", [at_ms] * 6), values=array("d", [100.0] * 6)
        )
        await driver.submit(CUSTOMER_ID, LogKind.LIVE, columns, at_ms)
        await driver.settle()

    await hear(NOON_MS - MINUTE_MS)
    single = figure("SINGLE_PERSON", 0.7, "YEARLY_CONSUMPTION", kwh=900, days=365)
    low = figure("LOW", 0.7, "ELCOM_CONSUMPTION", kwh=900, days=365)
    with store.write() as session:
        for number in range(6):
            found = HouseholdProfile(computed_at_ms=0, household_type=single, consumption_category=low)
            session.household_profiles.replace(CUSTOMER_ID, building(number).id, found)
            session.changes.add(CUSTOMER_ID, "profile", building(number).id)
    PeerPublishing(store, RuleSets(CATALOGUE), clock).publish()
    await hear(NOON_MS + MINUTE_MS)
    # The service finds nothing to say of any of them, and tells the engine.
    assert HouseholdProfiles(store, clock).look() == 6
    await hear(NOON_MS + 2 * MINUTE_MS)
    await driver.stop()
    with store.read() as session:
        told = session.notifications.list_page(CUSTOMER_ID, building(0).id, ("DELIVERED",), None, 100)
    assert [each.content.texts["en"].message for each in told if each.content is not None] == ["alone with 5 alike"]
