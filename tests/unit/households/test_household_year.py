"""A simulated year is one that residents would believe: amounts, seasons, days, balances.

Published ranges: "Stromspiegel für Deutschland" (household electricity without electric water heating by persons),
ElCom consumption categories H2-H5, Fraunhofer ISE "WPsmart" (heat pumps) and "Recent Facts about Photovoltaics in
Germany" (yield and self-consumption), JRC PVGIS (yield by place). The bands are wide: single homes differ.
"""

from collections import defaultdict
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from hearth.testing.households import Home, make_homes, simulate

FROM_MS = int(datetime(2024, 12, 31, 23, tzinfo=UTC).timestamp() * 1000)
TO_MS = int(datetime(2025, 12, 31, 23, tzinfo=UTC).timestamp() * 1000)


class Year:
    """A home's series by (device, type): times in ms and values."""

    def __init__(self, home: Home) -> None:
        self.home = home
        rows = defaultdict(lambda: ([], []))
        for events in simulate(home, FROM_MS, TO_MS):
            for event in events:
                times, values = rows[event.device_id, event.type]
                times.append(event.timestamp_ms)
                values.append(event.value)
        self.series = {key: (np.array(times), np.array(values)) for key, (times, values) in rows.items()}
        zone = ZoneInfo(home.time_zone_id)
        times = self.series["gateway", "ENERGY_CONSUMPTION"][0]
        self.clock = [datetime.fromtimestamp(at / 1000, zone) for at in times.tolist()]
        self.hour = np.array([c.hour for c in self.clock])
        self.month = np.array([c.month for c in self.clock])
        self.weekday = np.array([c.weekday() for c in self.clock])

    def values(self, type_: str, device: str = "gateway") -> np.ndarray:
        return self.series[device, type_][1]

    def kwh(self, type_: str, device: str = "gateway") -> float:
        return float(self.values(type_, device).sum() / 1000) if (device, type_) in self.series else 0.0

    def residents_wh(self) -> np.ndarray:
        """What residents use by the quarter: no heating, hot water, car."""
        rest = self.values("ENERGY_CONSUMPTION").copy()
        for device in ("heat-pump", "water-heater", "car-charger"):
            if (device, "ENERGY_CONSUMPTION") in self.series:
                rest -= self.values("ENERGY_CONSUMPTION", device)
        return rest


@pytest.fixture(scope="module")
def years() -> list[Year]:
    return [Year(home) for home in make_homes(10, seed=7)]


def test_the_sample_shows_every_kind_of_home(years: list[Year]) -> None:
    homes = [year.home for year in years]
    for kind in ("kwp", "battery_wh", "car", "heat_pump", "water_heater"):
        assert any(getattr(home, kind) for home in homes), kind
        assert not all(getattr(home, kind) for home in homes), kind


def test_residents_use_what_households_of_their_size_use(years: list[Year]) -> None:
    # Stromspiegel: from economical to wasteful, houses without electric water heating.
    ranges = {1: (1_300, 3_500), 2: (1_900, 4_300), 3: (2_400, 5_300), 4: (2_800, 6_000), 5: (3_300, 7_500)}
    for year in years:
        low, high = ranges[year.home.persons]
        assert low <= year.residents_wh().sum() / 1000 <= high, year.home
    fours = [year.residents_wh().sum() / 1000 / year.home.thrift for year in years if year.home.persons == 4]
    assert fours
    assert all(3_700 <= used <= 5_000 for used in fours), fours


def test_heat_pump_car_and_hot_water_take_what_is_published(years: list[Year]) -> None:
    for year in years:
        home = year.home
        if home.heat_pump:
            assert 1_500 <= year.kwh("ENERGY_CONSUMPTION", "heat-pump") <= 7_500, home
        if home.car:
            assert 1_000 <= year.kwh("ENERGY_CONSUMPTION", "car-charger") <= 4_500, home
        if home.water_heater:
            assert 450 * home.persons <= year.kwh("ENERGY_CONSUMPTION", "water-heater") <= 1_100 * home.persons + 500, home
    pumps = [year.kwh("ENERGY_CONSUMPTION", "heat-pump") for year in years if year.home.heat_pump]
    cars = [year.kwh("ENERGY_CONSUMPTION", "car-charger") for year in years if year.home.car]
    assert 2_500 <= np.mean(pumps) <= 5_500
    assert 1_500 <= np.mean(cars) <= 3_500


def test_pv_yields_what_it_does_in_central_europe(years: list[Year]) -> None:
    yields = {y.home.customer_building_id: y.kwh("ENERGY_GENERATION") / y.home.kwp for y in years if y.home.kwp}
    assert all(800 <= amount <= 1_300 for amount in yields.values()), yields
    assert 900 <= np.mean(list(yields.values())) <= 1_150
    for year in (y for y in years if y.home.kwp):
        generation = year.values("ENERGY_GENERATION")
        june, december = generation[year.month == 6].sum(), generation[year.month == 12].sum()
        assert 2 <= june / december <= 15, year.home
        assert generation[(year.hour < 4) | (year.hour >= 23)].sum() == 0
        assert year.values("POWER_GENERATION").max() <= year.home.kwp * 1000


def test_a_battery_raises_self_consumption(years: list[Year]) -> None:
    def share(year: Year) -> float:
        return 100 * (1 - year.kwh("ENERGY_EXCESS") / year.kwh("ENERGY_GENERATION"))

    without = [share(y) for y in years if y.home.kwp and not y.home.battery_wh]
    having = [share(y) for y in years if y.home.battery_wh]
    assert all(14 <= value <= 48 for value in without), without
    assert all(25 <= value <= 80 for value in having), having
    assert np.mean(having) > np.mean(without) + 5


def test_the_day_has_an_evening_peak_and_the_week_a_weekend(years: list[Year]) -> None:
    for year in years:
        used = year.residents_wh()
        working, weekend = year.weekday < 5, year.weekday >= 5
        night = used[(year.hour >= 2) & (year.hour < 4)].mean()
        evening = used[(year.hour >= 18) & (year.hour < 21)].mean()
        assert 2 <= evening / night <= 9, year.home
        by_hour = [used[working & (year.hour == hour)].mean() for hour in range(24)]
        assert int(np.argmax(by_hour)) in range(17, 22), year.home
        assert int(np.argmin(by_hour)) in (0, 1, 2, 3, 4, 5), year.home
        midday = (year.hour >= 9) & (year.hour < 15)
        assert used[weekend & midday].mean() > 1.08 * used[working & midday].mean(), year.home


def test_winter_takes_more_than_summer(years: list[Year]) -> None:
    for year in years:
        used = year.residents_wh()
        assert 1.03 <= used[np.isin(year.month, (1, 2, 12))].mean() / used[np.isin(year.month, (6, 7, 8))].mean() <= 2.0
        if year.home.heat_pump:
            heat = year.values("ENERGY_CONSUMPTION", "heat-pump")
            assert heat[year.month == 1].sum() > 3 * heat[year.month == 7].sum() > 0


def test_energy_balances_in_every_quarter_hour(years: list[Year]) -> None:
    for year in years:
        battery = year.values("POWER_CONSUMPTION", "battery") if year.home.battery_wh else 0
        generation = year.values("POWER_GENERATION") if year.home.kwp else 0
        excess = year.values("ENERGY_EXCESS") if year.home.kwp else 0
        made = year.values("ENERGY_GENERATION") if year.home.kwp else 0
        balance_w = year.values("POWER_CONSUMPTION") + battery - generation - year.values("GRID_POWER_CONSUMPTION")
        assert np.abs(balance_w).max() <= 0.21
        balance_wh = year.values("ENERGY_CONSUMPTION") + battery * 0.25 - made - year.values("GRID_ENERGY_CONSUMPTION") + excess
        assert np.abs(balance_wh).max() <= 0.25
        assert np.abs(year.values("POWER_CONSUMPTION") * 0.25 - year.values("ENERGY_CONSUMPTION")).max() <= 0.08


def test_the_battery_stays_within_its_limits(years: list[Year]) -> None:
    for year in (y for y in years if y.home.battery_wh):
        rate, power = year.values("STATE_OF_CHARGE_RATE", "battery"), year.values("POWER_CONSUMPTION", "battery")
        assert rate.min() == 0
        assert rate.max() == 100
        assert np.abs(power).max() <= year.home.battery_w
        charged, given = power[power > 0].sum(), -power[power < 0].sum()
        assert 0.84 <= given / charged <= 0.92
        assert year.kwh("ENERGY_IMPORT", "battery") == pytest.approx(charged * 0.25 / 1000, rel=1e-3)
        cycles = given * 0.25 / year.home.battery_wh
        assert 100 <= cycles <= 330


def test_the_car_is_never_empty_and_its_charger_keeps_its_limit(years: list[Year]) -> None:
    for year in (y for y in years if y.home.car):
        rate = year.values("STATE_OF_CHARGE_RATE", "car")
        assert rate.min() >= 5
        assert rate.max() <= 100
        assert year.values("POWER_CONSUMPTION", "car-charger").max() <= year.home.car.charge_w
        modes = set(year.values("CHARGING_MODE", "car-charger").tolist())
        assert modes == {"fast": {0}, "solar": {0, 1}, "tariff": {2}}[year.home.car.habit]


def test_hot_water_is_warm(years: list[Year]) -> None:
    for year in years:
        for device in ("heat-pump", "water-heater"):
            if (device, "WATER_TEMPERATURE") in year.series:
                warm = year.values("WATER_TEMPERATURE", device)
                assert np.quantile(warm, 0.02) >= 36, year.home
                assert warm.max() <= 70


def test_sums_of_yesterday_are_those_of_the_day(years: list[Year]) -> None:
    for year in years:
        days = np.array([clock.toordinal() for clock in year.clock])
        for type_ in ("ENERGY_CONSUMPTION", "ENERGY_GENERATION", "ENERGY_EXCESS"):
            if ("gateway", type_) not in year.series:
                continue
            times, sums = year.series["gateway", f"{type_}_YESTERDAY"]
            assert len(sums) == 364
            zone = ZoneInfo(year.home.time_zone_id)
            for at_ms, total in zip(times.tolist(), sums.tolist(), strict=True):
                clock = datetime.fromtimestamp(at_ms / 1000, zone)
                assert (clock.hour, clock.minute) == (0, 0)
                expected = year.values(type_)[days == clock.toordinal() - 1].sum()
                assert total == pytest.approx(expected, abs=6)
        if year.home.kwp:
            for type_ in ("SELF_CONSUMPTION_RATE_YESTERDAY", "SELF_SUFFICIENCY_RATE_YESTERDAY"):
                assert year.values(type_).min() >= 0
                assert year.values(type_).max() <= 100


def test_clouds_pass_and_regimes_last(years: list[Year]) -> None:
    year = next(y for y in years if y.home.kwp)
    days = np.array([clock.toordinal() for clock in year.clock])
    daily = np.array([year.values("ENERGY_GENERATION")[days == day].sum() for day in np.unique(days)])
    season = np.convolve(np.pad(daily, 15, mode="edge"), np.ones(31) / 31, mode="valid")
    clearness = daily / season
    assert np.corrcoef(clearness[:-1], clearness[1:])[0, 1] > 0.2
    assert clearness.std() > 0.25
