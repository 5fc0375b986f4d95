"""What a simulation promises to whoever runs it: determinism, restarts, clock changes, any place, valid bodies."""

from dataclasses import replace
from datetime import date, timedelta
from importlib import resources
from itertools import pairwise

import msgspec
import numpy as np
import pytest

from hearth.core.identifiers import fits
from hearth.core.instants import start_of_local_day, zone_named
from hearth.domain.catalogue import read_catalogue
from hearth.testing.households import (
    TOWNS,
    Home,
    HomeState,
    Place,
    SimulatedEvent,
    building_body,
    event_body,
    make_homes,
    simulate,
)
from hearth.testing.households.state import start_state

ZURICH = zone_named("Europe/Zurich")
HOUR_MS = 3_600_000


def midnight(home: Home, day: date) -> int:
    return start_of_local_day(day, zone_named(home.time_zone_id))


def run(home: Home, first: date, days: int, step_seconds: int = 900, state: HomeState | None = None) -> list[SimulatedEvent]:
    span = midnight(home, first), midnight(home, first + timedelta(days=days))
    return [event for events in simulate(home, *span, step_seconds, state) for event in events]


@pytest.fixture(scope="module")
def homes() -> list[Home]:
    return make_homes(20, seed=7)


@pytest.fixture(scope="module")
def rich_home(homes: list[Home]) -> Home:
    return next(home for home in homes if home.battery_wh and home.car and home.heat_pump)


def test_the_same_seed_gives_the_same_bytes(rich_home: Home) -> None:
    again = next(home for home in make_homes(20, seed=7) if home.customer_building_id == rich_home.customer_building_id)
    assert again == rich_home
    first, second = ([event_body(home, e) for e in run(home, date(2025, 3, 1), 3)] for home in (rich_home, again))
    assert msgspec.json.encode(first) == msgspec.json.encode(second)


def test_another_seed_gives_other_homes_and_days(rich_home: Home) -> None:
    assert make_homes(5, seed=8) != make_homes(5, seed=7)
    other = replace(rich_home, seed=rich_home.seed + 1)
    assert run(other, date(2025, 3, 1), 1) != run(rich_home, date(2025, 3, 1), 1)


def test_a_smaller_fleet_is_the_beginning_of_a_larger_one(homes: list[Home]) -> None:
    assert make_homes(6, seed=7) == homes[:6]


def test_shares_of_a_fleet() -> None:
    fleet = make_homes(200, seed=3)
    shares = {
        name: sum(getattr(home, name) is not None for home in fleet) / 200 for name in ("kwp", "battery_wh", "car", "heat_pump")
    }
    assert shares == pytest.approx({"kwp": 0.7, "battery_wh": 0.4, "car": 0.5, "heat_pump": 0.5}, abs=0.04)
    assert all(home.kwp for home in fleet if home.battery_wh)
    assert {home.place for home in fleet} == set(TOWNS)
    assert {home.car.habit for home in fleet if home.car} == {"fast", "solar", "tariff"}


@pytest.mark.parametrize("step_seconds", [60, 900])
def test_split_runs_equal_one_run(rich_home: Home, step_seconds: int) -> None:
    start, end = midnight(rich_home, date(2025, 10, 25)), midnight(rich_home, date(2025, 10, 28))
    whole = [e for events in simulate(rich_home, start, end, step_seconds) for e in events]
    state = start_state(rich_home)
    parts = []
    cuts = [start, start + HOUR_MS // 4, start + 13 * HOUR_MS, start + 31 * HOUR_MS, end]
    for a, b in pairwise(cuts):
        for events in simulate(rich_home, a, b, step_seconds, state):
            parts += events
        state = msgspec.json.decode(msgspec.json.encode(state), type=HomeState)  # stored and read again
    assert parts == whole


def test_a_day_does_not_depend_on_the_start_of_the_simulation(rich_home: Home) -> None:
    def generation(first: date, days: int) -> list[SimulatedEvent]:
        return [e for e in run(rich_home, first, days) if e.type == "ENERGY_GENERATION"][-192:]

    assert generation(date(2025, 5, 30), 3) == generation(date(2025, 6, 1), 1)


def test_neighbours_share_the_weather(homes: list[Home]) -> None:
    home = next(h for h in homes if h.kwp)
    neighbour = replace(home, seed=home.seed + 1, customer_building_id="next-door")
    one, two = ([e for e in run(h, date(2025, 6, 1), 1) if e.type == "POWER_GENERATION"] for h in (home, neighbour))
    assert one == two


def test_events_are_in_order_and_in_the_span(rich_home: Home) -> None:
    for step_seconds in (60, 300, 900):
        events = run(rich_home, date(2025, 7, 1), 2, step_seconds)
        times = [event.timestamp_ms for event in events]
        assert times == sorted(times)
        assert midnight(rich_home, date(2025, 7, 1)) == times[0]
        assert times[-1] < midnight(rich_home, date(2025, 7, 3))
        powers = [e for e in events if e.type == "GRID_POWER_CONSUMPTION"]
        assert len(powers) == 2 * 86_400 // step_seconds
        assert len([e for e in events if e.type == "ENERGY_CONSUMPTION" and e.device_id == "gateway"]) == 192
        keys = [(e.timestamp_ms, e.device_id, e.type) for e in events]
        assert len(keys) == len(set(keys))


def test_finer_steps_tell_the_same_day(rich_home: Home) -> None:
    def total(step_seconds: int) -> float:
        return sum(e.value for e in run(rich_home, date(2025, 7, 1), 1, step_seconds) if e.type == "ENERGY_GENERATION")

    assert total(60) == pytest.approx(total(900), rel=1e-3)


@pytest.mark.parametrize(("day", "steps"), [(date(2025, 3, 30), 92), (date(2025, 3, 31), 96), (date(2025, 10, 26), 100)])
def test_days_of_clock_changes(day: date, steps: int, rich_home: Home) -> None:
    events = run(rich_home, day, 2)
    end = midnight(rich_home, day + timedelta(days=1))
    energies = [e for e in events if e.type == "ENERGY_CONSUMPTION" and e.device_id == "gateway" and e.timestamp_ms < end]
    assert len(energies) == steps
    yesterday = next(e for e in events if e.type == "ENERGY_CONSUMPTION_YESTERDAY" and e.device_id == "gateway")
    assert yesterday.value == pytest.approx(sum(e.value for e in energies), abs=6)


@pytest.mark.parametrize(
    "place",
    [
        Place("Melbourne", "3000", "AU", -37.81, 144.96, "Australia/Melbourne"),
        Place("Quito", "170150", "EC", -0.18, -78.47, "America/Guayaquil", 2850),
        Place("Kathmandu", "44600", "NP", 27.72, 85.32, "Asia/Kathmandu", 1400),
        Place("Apia", "WS1311", "WS", -13.83, -171.77, "Pacific/Apia"),
        Place("Tromsø", "9008", "NO", 69.65, 18.96, "Europe/Oslo"),
    ],
    ids=lambda place: place.city,
)
def test_any_place(place: Place) -> None:
    home = next(home for home in make_homes(10, seed=2, places=[place]) if home.kwp and home.heat_pump)
    zone = zone_named(place.time_zone_id)
    summer, winter = (date(2025, 6, 21), date(2025, 12, 21)) if place.latitude >= 0 else (date(2025, 12, 21), date(2025, 6, 21))
    totals = []
    for day in (summer, winter):
        made = [e for e in run(home, day - timedelta(days=5), 10) if e.type == "ENERGY_GENERATION" and e.device_id == "inverter"]
        totals.append(sum(e.value for e in made))
        if made and totals[-1]:
            moments = [(e.timestamp_ms, e.value) for e in made]
            hours = np.array([(at - start_of_local_day(_local(at, zone), zone)) / HOUR_MS for at, _ in moments])
            centre = np.average(hours, weights=[value for _, value in moments])
            assert 10.5 <= centre <= 15, "the sun is highest around noon on the wall"
    if abs(place.latitude) > 20:
        assert totals[0] > 1.4 * totals[1]
    if place.city == "Tromsø":
        assert totals[1] == 0, "polar night"


def _local(at_ms: int, zone: object) -> date:
    from hearth.core.instants import local_date

    return local_date(at_ms, zone)


def test_low_tariff_hours_follow_the_tariff(homes: list[Home]) -> None:
    home = next(h for h in homes if h.tariff.low_hours == (("22:00", "06:00"),) * 7)
    changes = [e for e in run(home, date(2025, 6, 2), 2) if e.type == "IS_LOW_TARIFF_HOURS"]
    start = midnight(home, date(2025, 6, 2))
    assert [((e.timestamp_ms - start) / HOUR_MS, e.value, e.source) for e in changes] == [
        (0, 1, "PLATFORM"),
        (6, 0, "PLATFORM"),
        (22, 1, "PLATFORM"),
        (30, 0, "PLATFORM"),
        (46, 1, "PLATFORM"),
    ]


def test_events_fit_the_catalogue_and_the_patterns(homes: list[Home]) -> None:
    catalogue = read_catalogue((resources.files("hearth.domain") / "catalogue.toml").read_text())
    seen = set()
    for home in homes:
        body = building_body(home)
        assert fits("customerBuildingId", body["customerBuildingId"])
        ids = {device["id"]: device["type"] for device in body["devices"]}
        assert len(ids) == len(body["devices"])
        assert all(fits("deviceId", id_) for id_ in ids)
        assert set(ids.values()) <= catalogue.device_types
        for event in run(home, date(2025, 4, 5), 2):
            type_ = catalogue.find_event_type(event.type)
            assert type_ is not None, event
            assert event.source in type_.sources, event
            assert event.source == "PLATFORM" or ids[event.device_id] == event.source
            assert np.isfinite(event.value)
            seen.add(event.type)
    assert {
        "CHARGING_MODE", "DEVICE_STATUS", "SWITCH_STATE", "STATE_OF_CHARGE_RATE", "WATER_TEMPERATURE", "IS_LOW_TARIFF_HOURS",
        "ENERGY_IMPORT", "SELF_CONSUMPTION_RATE_YESTERDAY", "SELF_SUFFICIENCY_RATE_YESTERDAY", "ENERGY_EXCESS_YESTERDAY",
    } <= seen  # fmt: skip


def test_bodies(homes: list[Home]) -> None:
    home = next(h for h in homes if h.kwp and h.tariff.low_hours)
    body = building_body(home)
    assert body["kwp"] == home.kwp
    assert body["properties"] == {
        "persons": home.persons, "floorArea": home.floor_area, "pvTilt": home.tilt, "pvAzimuth": home.azimuth,
    }  # fmt: skip
    assert body["settings"]["tariff"]["type"] == "DUAL"
    assert set(body["settings"]["tariff"]["dual"]["lowTariff"]) >= {"mondayStartTime", "sundayEndTime"}
    event = SimulatedEvent(1_735_686_000_000, "gateway", "Household", "POWER_CONSUMPTION", "GATEWAY", 411.5)
    assert event_body(home, event) == {
        "timestamp": 1_735_686_000,
        "customerBuildingId": home.customer_building_id,
        "deviceId": "gateway",
        "deviceName": "Household",
        "type": "POWER_CONSUMPTION",
        "source": "GATEWAY",
        "value": 411.5,
    }


def test_refusals_name_the_remedy(rich_home: Home) -> None:
    start = midnight(rich_home, date(2025, 1, 1))
    with pytest.raises(ValueError, match="60, 180, 300, 900"):
        simulate(rich_home, start, start + HOUR_MS, 100)
    with pytest.raises(ValueError, match="quarter hour"):
        simulate(rich_home, start + 1, start + HOUR_MS)
    state = start_state(rich_home)
    list(simulate(rich_home, start, start + HOUR_MS, state=state))
    with pytest.raises(ValueError, match="go on from there"):
        simulate(rich_home, start, start + HOUR_MS, state=state)
    with pytest.raises(ValueError, match="AT, CH, DE, FR"):
        make_homes(1, seed=1, country="XX")
    with pytest.raises(ValueError, match="unknown time zone"):
        Place("Nowhere", "0", "CH", 47, 8, "Europe/Nowhere")
