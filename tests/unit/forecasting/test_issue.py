"""What a forecast of hours says in events: which window each type speaks of, also on days of 23 and 25 hours."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from hearth.core.instants import HOUR_MS, instant_of_datetime
from hearth.domain.catalogue import PLATFORM
from hearth.forecasting.hours import HORIZON_HOURS
from hearth.forecasting.issue import forecast_events


def at(text: str) -> int:
    return instant_of_datetime(datetime.fromisoformat(text).replace(tzinfo=UTC))


def events_by_type(kind, issued_at_ms, energies, zone="Europe/Zurich"):
    return {each.event_type: each for each in forecast_events(kind, issued_at_ms, np.array(energies), ZoneInfo(zone))}


def test_powers_are_means_and_energies_sums_of_their_windows():
    issued = at("2026-01-10T10:00")  # 11:00 in Zurich
    energies = np.arange(HORIZON_HOURS, dtype=float)
    found = events_by_type("GENERATION", issued, energies)
    assert {name: each.value for name, each in found.items()} == {
        "POWER_GENERATION_FORECAST_1H": 0,
        "POWER_GENERATION_FORECAST_24H": np.mean(energies[:24]),
        "POWER_GENERATION_FORECAST_48H": np.mean(energies[:48]),
        "POWER_GENERATION_FORECAST_TOMORROW": np.mean(energies[13:37]),
        "POWER_GENERATION_FORECAST_DAY_AFTER_TOMORROW": np.mean(energies[37:61]),
        "ENERGY_GENERATION_FORECAST_1H": 0,
        "ENERGY_GENERATION_FORECAST_24H": np.sum(energies[:24]),
        "ENERGY_GENERATION_FORECAST_TOMORROW": np.sum(energies[13:37]),
        "ENERGY_GENERATION_FORECAST_DAY_AFTER_TOMORROW": np.sum(energies[37:61]),
    }
    assert {each.occurred_at_ms for each in found.values()} == {issued}
    assert {each.source for each in found.values()} == {PLATFORM}
    assert found["POWER_GENERATION_FORECAST_24H"].forecast_at_ms == issued
    assert found["ENERGY_GENERATION_FORECAST_TOMORROW"].forecast_at_ms == at("2026-01-10T23:00")


def test_of_consumption_there_are_the_types_of_the_catalogue():
    found = events_by_type("CONSUMPTION", at("2026-01-10T10:00"), np.ones(HORIZON_HOURS))
    assert sorted(found) == [
        "ENERGY_CONSUMPTION_FORECAST_1H",
        "ENERGY_CONSUMPTION_FORECAST_24H",
        "ENERGY_CONSUMPTION_FORECAST_DAY_AFTER_TOMORROW",
        "ENERGY_CONSUMPTION_FORECAST_TOMORROW",
        "POWER_CONSUMPTION_FORECAST_1H",
        "POWER_CONSUMPTION_FORECAST_24H",
    ]


@pytest.mark.parametrize(
    ("issued", "zone", "hours"),
    [
        ("2026-03-28T05:00", "Europe/Zurich", 23),
        ("2026-10-24T05:00", "Europe/Zurich", 25),
        ("2026-10-31T08:00", "America/New_York", 25),
        ("2026-03-28T05:00", "UTC", 24),
        ("2026-10-03T02:00", "Australia/Lord_Howe", 23.5),  # clocks move by half an hour
        ("2026-01-10T10:00", "Asia/Kolkata", 24),  # days begin at half past
    ],
)
def test_tomorrow_is_the_buildings_own_day(issued, zone, hours):
    found = events_by_type("GENERATION", at(issued), np.full(HORIZON_HOURS, 100.0), zone)
    assert found["ENERGY_GENERATION_FORECAST_TOMORROW"].value == pytest.approx(100 * hours)
    assert found["POWER_GENERATION_FORECAST_TOMORROW"].value == pytest.approx(100)


@pytest.mark.parametrize("zone", ["Europe/Zurich", "America/New_York", "Asia/Kolkata", "Pacific/Apia", "Australia/Lord_Howe"])
def test_the_horizon_reaches_the_end_of_the_day_after_tomorrow_at_every_hour_of_the_year(zone):
    start = at("2026-01-01T00:00")
    for hour in range(0, 365 * 24, 5):
        found = events_by_type("GENERATION", start + hour * HOUR_MS, np.ones(HORIZON_HOURS), zone)
        assert len(found) == 9


def test_of_a_window_that_is_not_covered_nothing_is_said():
    found = events_by_type("GENERATION", at("2026-01-10T10:00"), np.ones(30))
    assert sorted(found) == [
        "ENERGY_GENERATION_FORECAST_1H",
        "ENERGY_GENERATION_FORECAST_24H",
        "POWER_GENERATION_FORECAST_1H",
        "POWER_GENERATION_FORECAST_24H",
    ]
