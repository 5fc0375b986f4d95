"""What reacts in a home: heat pump, water heater, car charger, battery.

Each function takes the state, what the step offers, and its length in hours; it changes the state and gives
the electric power in W of the step. Who comes first is decided in `simulation`.
Invariant: no store is ever filled above its size or emptied below zero.
"""

from hearth.testing.households.home import Car, HeatPump, Home, WaterHeater
from hearth.testing.households.state import HomeState

_WATER_WH_PER_LITRE_K = 1.163
_TANK_LOSS_W_PER_K = 1.6
_ROOM_C = 20.0
_ONE_WAY_EFFICIENCY = 0.94  # battery and inverter, in and out: 0.88 for the way back and forth
_CAR_EFFICIENCY = 0.9
_CAR_LEAST_W = 1_380.0  # 6 A on one phase: less cannot be charged
_FREE_HEAT_K = 3.5  # residents, sun and devices warm the house by so much
_HEATING_LIMIT_C = 14.5

MODE_FAST, MODE_SOLAR, MODE_TARIFF = 0.0, 1.0, 2.0
OFF, ON, STANDBY, NOT_CONNECTED = 0.0, 1.0, 2.0, 3.0


def cop(outside_c: float, flow_c: float) -> float:
    """Coefficient of performance of an air-to-water heat pump: 40 % of Carnot's, within what is sold.

    About 3.7 at 2 °C outside and 35 °C flow (A2/W35 of EN 14511 is 3.5 to 4.2 for what is sold), 2.5 for hot water at 55 °C.
    """
    lift = max(18.0, flow_c - outside_c)
    return min(6.0, max(1.7, 0.40 * (flow_c + 273.15) / lift))


def cool_tank(state: HomeState, litres: float, drawn_wh: float, hours: float) -> None:
    """Draw hot water and lose heat; the tank never gets colder than the mains."""
    lost_wh = drawn_wh + _TANK_LOSS_W_PER_K * (state.tank_c - _ROOM_C) * hours
    state.tank_c = max(10.0, state.tank_c - lost_wh / (litres * _WATER_WH_PER_LITRE_K))


def heat_pump_w(
    pump: HeatPump, state: HomeState, outside_c: float, felt_c: float, drawn_wh: float, surplus_w: float, hours: float
) -> float:
    """Hot water first, then the house; a modulating compressor that does not run below 35 %."""
    cool_tank(state, pump.tank_litres, drawn_wh, hours)
    if felt_c < _HEATING_LIMIT_C:
        state.heat_debt_wh += pump.loss_w_per_k * max(0.0, _ROOM_C - _FREE_HEAT_K - felt_c) * hours
    start_c = 49.0 if surplus_w > 1_500 else 44.0
    if state.tank_c < start_c:
        state.tank_heating = True
    if state.tank_heating:
        capacity = pump.tank_litres * _WATER_WH_PER_LITRE_K
        heat_w = min(0.8 * pump.rated_heat_w, max(0.0, (52.0 - state.tank_c) * capacity / hours))
        state.tank_c += heat_w * hours / capacity
        state.tank_heating = state.tank_c < 51.9
        return heat_w / cop(outside_c, 55.0)
    state.heating = state.heating or state.heat_debt_wh > 0.35 * pump.rated_heat_w
    if not state.heating:
        return 0.0
    heat_w = min(pump.rated_heat_w, max(0.35 * pump.rated_heat_w, state.heat_debt_wh / 2))
    heat_w = min(heat_w, state.heat_debt_wh / hours)
    state.heat_debt_wh -= heat_w * hours
    state.heating = state.heat_debt_wh > 1.0
    return heat_w / cop(outside_c, pump.flow_c_at_zero - 0.5 * felt_c)


def water_heater_w(
    home: Home, heater: WaterHeater, state: HomeState, drawn_wh: float, surplus_w: float, low_tariff: bool, hours: float
) -> float:
    """From own surplus with PV, otherwise in low-tariff hours, otherwise by thermostat; never cold."""
    cool_tank(state, heater.tank_litres, drawn_wh, hours)
    mode = water_heater_mode(home)
    if state.tank_c < 42:
        state.tank_heating = True
    elif mode == MODE_SOLAR:
        state.tank_heating = state.tank_c < 64 and (
            surplus_w > 0.6 * heater.power_w or (state.tank_heating and state.tank_c < 50)
        )
    elif mode == MODE_TARIFF:
        state.tank_heating = state.tank_c < 62 and (low_tariff or (state.tank_heating and state.tank_c < 48))
    elif state.tank_c < 53:
        state.tank_heating = True
    elif state.tank_c >= 60:
        state.tank_heating = False
    if not state.tank_heating:
        return 0.0
    capacity = heater.tank_litres * _WATER_WH_PER_LITRE_K
    power = min(heater.power_w, max(0.0, (65.0 - state.tank_c) * capacity / hours))
    state.tank_c += power * hours / capacity
    return power


def water_heater_mode(home: Home) -> float:
    """1 only solar, 2 solar and tariff, 0 always on."""
    if home.kwp:
        return MODE_SOLAR
    return MODE_TARIFF if home.tariff.low_hours else MODE_FAST


def move_car(car: Car, state: HomeState, away: bool, trip_wh: float) -> None:
    """Leaving and coming home; a cautious driver charges elsewhere before the battery is empty."""
    if away and not state.car_away:
        state.car_trip_wh = trip_wh
    if not away and state.car_away:
        state.car_wh = max(0.08 * car.battery_wh, state.car_wh - state.car_trip_wh)
        state.car_plugged = car.habit != "fast" or state.car_wh < 0.6 * car.battery_wh
    state.car_away = away


def charger_w(car: Car, state: HomeState, surplus_w: float, low_tariff: bool, evening: bool, hours: float) -> float:
    """Charging power of a car; sets the charging mode as its residents would."""
    rate = state.car_wh / car.battery_wh
    tomorrow = min(0.75, 0.22 + car.commute_km * car.wh_per_km * 1.3 / car.battery_wh)
    if car.habit == "solar":
        if evening and rate < tomorrow:
            state.car_mode = int(MODE_FAST)
        elif rate >= tomorrow:
            state.car_mode = int(MODE_SOLAR)
    if state.car_away or not state.car_plugged:
        return 0.0
    target = 0.8 if car.habit != "solar" or state.car_mode == MODE_FAST else 0.95
    room_w = max(0.0, (target - rate) * car.battery_wh / hours / _CAR_EFFICIENCY)
    full_w = min(car.charge_w, room_w)
    if state.car_mode == MODE_FAST or (state.car_mode == MODE_TARIFF and low_tariff):
        power = full_w
    else:
        power = min(full_w, surplus_w) if surplus_w >= _CAR_LEAST_W else 0.0
    state.car_wh = min(car.battery_wh, state.car_wh + power * hours * _CAR_EFFICIENCY)
    return power


def charger_status(state: HomeState, power_w: float) -> float:
    """DEVICE_STATUS of the charger."""
    if state.car_away or not state.car_plugged:
        return NOT_CONNECTED
    return ON if power_w > 0 else STANDBY


def battery_w(home: Home, state: HomeState, surplus_w: float, hours: float) -> float:
    """Greedy self-consumption: positive when it charges from a surplus, negative when it covers a need."""
    if not home.battery_wh:
        return 0.0
    if surplus_w >= 0:
        power = min(surplus_w, home.battery_w, (home.battery_wh - state.battery_wh) / hours / _ONE_WAY_EFFICIENCY)
        state.battery_wh = min(home.battery_wh, state.battery_wh + power * hours * _ONE_WAY_EFFICIENCY)
        return power
    power = min(-surplus_w, home.battery_w, state.battery_wh / hours * _ONE_WAY_EFFICIENCY)
    state.battery_wh = max(0.0, state.battery_wh - power * hours / _ONE_WAY_EFFICIENCY)
    return -power
