"""What a simulated home carries from one quarter hour to the next.

Everything else about a day follows from home and date. A state is plain numbers and can be stored as JSON
(msgspec), so that a demo goes on where it stopped.
"""

import msgspec

from hearth.testing.households.home import Home


class DayTotals(msgspec.Struct):
    """Energies in Wh since local midnight; `whole` = the simulation has seen the day from its beginning."""

    whole: bool = False
    consumption_wh: float = 0.0
    generation_wh: float = 0.0
    import_wh: float = 0.0
    excess_wh: float = 0.0
    charged_wh: float = 0.0
    device_wh: dict[str, float] = {}


class HomeState(msgspec.Struct):
    """The state of a home at `at_ms` (None: nothing simulated yet). Energies Wh, temperatures °C."""

    at_ms: int | None
    battery_wh: float
    car_wh: float
    tank_c: float
    car_away: bool = False
    car_trip_wh: float = 0.0  # what the journey under way takes from the car's battery
    car_plugged: bool = True
    car_mode: int = 0
    heat_debt_wh: float = 0.0  # heat the house has lost and not yet got back
    heating: bool = False
    tank_heating: bool = False
    today: DayTotals = msgspec.field(default_factory=DayTotals)
    reported: dict[str, float] = {}  # last value sent of what is sent on change, by "device/type"


def start_state(home: Home) -> HomeState:
    """The state of a home that has not been simulated: everything half full."""
    car = home.car
    return HomeState(
        at_ms=None,
        battery_wh=(home.battery_wh or 0.0) / 2,
        car_wh=car.battery_wh * 0.6 if car else 0.0,
        tank_c=50.0,
        car_mode={"fast": 0, "solar": 1, "tariff": 2}[car.habit] if car else 0,
    )
