"""Simulated homes: who lives there, what stands in the house, and how a fleet of them is drawn.

How the things behave is decided in the modules of their names. Invariants: homes depend on (seed, index,
places) alone, so the first ten of twenty are the same as ten; device ids are unique in a home.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from hearth.testing.households.draws import generator
from hearth.testing.households.places import Place, places_of
from hearth.testing.households.weather import Site

CarHabit = Literal["fast", "solar", "tariff"]


@dataclass(frozen=True)
class HomeDevice:
    """A device as it is registered with the building."""

    id: str
    type: str
    name: str
    product_name: str


@dataclass(frozen=True)
class Car:
    """An electric car: usable battery, what it takes from the charger, how far and how it is used.

    fast: plugged in when it is low and charged at once; solar: from own surplus, at night only what is
    needed for the next day; tariff: from surplus and in low-tariff hours.
    """

    battery_wh: float
    charge_w: float
    wh_per_km: float
    commute_km: float  # both ways of a working day
    office_days: float  # share of working days with a commute
    habit: CarHabit


@dataclass(frozen=True)
class HeatPump:
    """An air-to-water heat pump: heat loss of the house, rated heat, flow temperature, hot-water tank."""

    loss_w_per_k: float
    rated_heat_w: float
    flow_c_at_zero: float  # flow temperature at 0 °C outside
    tank_litres: float


@dataclass(frozen=True)
class WaterHeater:
    """An electric storage water heater."""

    power_w: float
    tank_litres: float


@dataclass(frozen=True)
class HomeTariff:
    """What a kWh costs; `low_hours` are local ("HH:mm", "HH:mm") per weekday, Monday first, or None for one price."""

    currency: str
    low_price: str
    high_price: str
    low_hours: tuple[tuple[str, str], ...] | None


@dataclass(frozen=True)
class Home:
    """A household in its house. Power W, energy Wh, angles degrees (azimuth clockwise from north), area m²."""

    customer_building_id: str
    seed: int
    weather_seed: int
    place: Place
    persons: int
    floor_area: float
    kwp: float | None
    tilt: float
    azimuth: float
    battery_wh: float | None
    battery_w: float
    car: Car | None
    heat_pump: HeatPump | None
    water_heater: WaterHeater | None
    has_dryer: bool
    thrift: float  # this household's use of electricity relative to its like
    habit_shift_minutes: int  # later (positive) or earlier than others
    tariff: HomeTariff
    is_early_adopter: bool
    devices: tuple[HomeDevice, ...]

    @cached_property
    def site(self) -> Site:
        """Where its weather is."""
        return Site(self.place.latitude, self.place.longitude, self.place.altitude_m)

    @property
    def time_zone_id(self) -> str:
        """IANA name of the local time."""
        return self.place.time_zone_id


def make_homes(count: int, seed: int, country: str | None = None, places: Sequence[Place] = ()) -> list[Home]:
    """`count` varied homes: about 70 % with PV, 40 % with a battery, 50 % with an electric car, 50 % with a heat pump.

    They stand in `places` when given, otherwise in towns of `country` (CH, DE, AT, FR; None = all of them).
    Raises ValueError for a country without towns and for a negative count or seed.
    """
    if count < 0 or seed < 0:
        raise ValueError("count and seed are not negative")
    chosen = tuple(places) or places_of(country)
    return [_make_home(index, seed, chosen) for index in range(count)]


def _spread(seed: int, index: int, step: float, name: str) -> float:
    """The index-th point in [0, 1) of an even sequence: shares are kept also in a small fleet."""
    return float((generator("share", seed, name).random() + index * step) % 1)


def _make_home(index: int, seed: int, places: tuple[Place, ...]) -> Home:
    draws = generator("home", seed, index)
    place = places[int(generator("first place", seed).integers(len(places)) + index * 7) % len(places)]
    sun = _spread(seed, index, 0.6180339887, "sun")
    has_heat_pump = _spread(seed, index, 0.4142135624, "heat") < 0.5
    has_car = _spread(seed, index, 0.7320508076, "car") < 0.5
    persons = int(draws.choice([1, 2, 3, 4, 5], p=[0.12, 0.33, 0.19, 0.26, 0.10]))
    floor_area = float(round(80 + 22 * persons + draws.normal(0, 14)))
    kwp = round(float(np.clip(draws.normal(4.6 + 0.9 * persons, 1.6), 3, 16)), 1) if sun < 0.7 else None
    battery_wh = float(round(float(np.clip(draws.normal(0.95, 0.22), 0.5, 1.6)) * (kwp or 0) * 10) * 100) if sun < 0.4 else None
    tariff = _tariff(draws, place.country_code)
    heat_pump = _heat_pump(draws, floor_area, persons) if has_heat_pump else None
    boils = draws.random() < 0.4
    water_heater = WaterHeater(float(draws.choice([2000, 2400, 3000])), 80.0 + 50 * persons) if boils and not heat_pump else None
    facing = 180.0 if place.latitude >= 0 else 0.0
    home = {
        "customer_building_id": f"home-{index + 1:03d}",
        "seed": int(draws.integers(2**62)),
        "weather_seed": seed,
        "place": place,
        "persons": persons,
        "floor_area": floor_area,
        "kwp": kwp,
        "tilt": float(round(np.clip(draws.normal(27, 7), 8, 45))),
        "azimuth": float(round(facing + np.clip(draws.normal(0, 35), -80, 80)) % 360),
        "battery_wh": battery_wh,
        "battery_w": float(round((battery_wh or 0) * 0.5, -2)),
        "car": _car(draws, kwp is not None, tariff.low_hours is not None) if has_car else None,
        "heat_pump": heat_pump,
        "water_heater": water_heater,
        "has_dryer": bool(draws.random() < 0.3 + 0.1 * persons),
        "thrift": float(np.clip(draws.lognormal(0, 0.13), 0.75, 1.3)),
        "habit_shift_minutes": int(np.clip(draws.normal(0, 30), -75, 75)),
        "tariff": tariff,
        "is_early_adopter": bool(draws.random() < 0.2),
    }
    return Home(**home, devices=_devices(home))  # type: ignore[arg-type]


def _car(draws: np.random.Generator, has_pv: bool, has_low_hours: bool) -> Car:
    wishes: list[CarHabit] = ["fast"]
    wishes += ["solar", "solar"] if has_pv else ["fast"]
    wishes += ["tariff"] if has_low_hours else []
    return Car(
        battery_wh=float(draws.choice([42_000, 52_000, 58_000, 64_000, 77_000])),
        charge_w=float(draws.choice([3_700, 7_400, 11_000, 11_000])),
        wh_per_km=float(round(draws.normal(178, 14))),
        commute_km=float(round(np.clip(draws.lognormal(3.4, 0.4), 10, 75))),
        office_days=float(draws.choice([0.6, 0.8, 1.0])),
        habit=wishes[int(draws.integers(len(wishes)))],
    )


def _heat_pump(draws: np.random.Generator, floor_area: float, persons: int) -> HeatPump:
    loss = floor_area * float(np.clip(draws.normal(1.15, 0.2), 0.7, 1.6))
    return HeatPump(
        loss_w_per_k=round(loss, 1),
        rated_heat_w=float(round(loss * 30 * 1.15 + 800, -2)),
        flow_c_at_zero=float(draws.choice([34, 36, 40, 45])),
        tank_litres=150.0 + 40 * persons,
    )


_NIGHT = ("22:00", "06:00")
_LOW_HOURS: tuple[tuple[tuple[str, str], ...], ...] = (
    (_NIGHT,) * 7,
    (("20:00", "07:00"),) * 5 + (("13:00", "07:00"), ("00:00", "07:00")),
    (("21:00", "06:00"),) * 6 + (("00:00", "23:59"),),
)


def _tariff(draws: np.random.Generator, country_code: str) -> HomeTariff:
    currency = {"CH": "CHF", "LI": "CHF", "US": "USD", "GB": "GBP"}.get(country_code, "EUR")
    high = round(float(draws.uniform(0.26, 0.36)), 3)
    dual = draws.random() < 0.65
    hours = _LOW_HOURS[int(draws.integers(len(_LOW_HOURS)))] if dual else None
    return HomeTariff(currency, f"{high - (0.08 if dual else 0):.3f}", f"{high:.3f}", hours)


def _devices(home: dict[str, object]) -> tuple[HomeDevice, ...]:
    devices = [HomeDevice("gateway", "GATEWAY", "Household", "Energy gateway")]
    if home["kwp"] is not None:
        devices.append(HomeDevice("inverter", "INVERTER", "Solar inverter", f"Inverter for {home['kwp']} kWp"))
    if isinstance(home["battery_wh"], float):
        devices.append(HomeDevice("battery", "BATTERY", "Home battery", f"Battery {home['battery_wh'] / 1000:.1f} kWh"))
    if isinstance(home["car"], Car):
        car = home["car"]
        devices.append(HomeDevice("car-charger", "CAR_CHARGER", "Wallbox", f"Wallbox {car.charge_w / 1000:.1f} kW"))
        devices.append(HomeDevice("car", "CAR", "Electric car", f"Car with {car.battery_wh / 1000:.0f} kWh"))
    if isinstance(home["heat_pump"], HeatPump):
        heat_kw = home["heat_pump"].rated_heat_w / 1000
        devices.append(HomeDevice("heat-pump", "HEAT_PUMP", "Heat pump", f"Air-to-water heat pump {heat_kw:.1f} kW"))
    if isinstance(home["water_heater"], WaterHeater):
        litres = home["water_heater"].tank_litres
        devices.append(HomeDevice("water-heater", "WATER_HEATER", "Water heater", f"Electric water heater {litres:.0f} l"))
    devices.append(HomeDevice("washing-machine", "APPLIANCE", "Washing machine", "Washing machine 8 kg"))
    if home["has_dryer"]:
        devices.append(HomeDevice("dryer", "APPLIANCE", "Tumble dryer", "Heat-pump dryer 8 kg"))
    devices.append(HomeDevice("dishwasher", "APPLIANCE", "Dishwasher", "Dishwasher 60 cm"))
    devices.append(HomeDevice("television", "SMART_PLUG", "Television", "Smart plug with meter"))
    return tuple(devices)
