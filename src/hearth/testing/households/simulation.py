"""A home lives through time: quarter hour by quarter hour, from what the day brings to catalogue events.

The order in a step: residents' load, heat pump or water heater, then the car takes surplus, then the battery;
the grid does the rest. A power is the mean of its step, an energy the Wh of its quarter hour; both carry
the instant at which their interval begins, so that the energies of a local day add up to that day.
Invariants: consumption + battery = generation + grid import - feed-in, in every step (battery positive when
it charges); events are ordered by time; two runs in succession equal one run over both.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

from hearth.core.instants import MINUTE_MS, SECOND_MS, local_date, zone_named
from hearth.testing.households import devices
from hearth.testing.households.day import Day, day_of
from hearth.testing.households.home import Home
from hearth.testing.households.state import DayTotals, HomeState, start_state

QUARTER_MS = 15 * MINUTE_MS
STEPS_SECONDS = (60, 180, 300, 900)
_PLATFORM = ("platform", "Platform", "PLATFORM")


class SimulatedEvent(NamedTuple):
    """One observation of a home; `source` is a device type, `value` in the unit of the type."""

    timestamp_ms: int
    device_id: str
    device_name: str
    type: str
    source: str
    value: float


class Flows(NamedTuple):
    """Mean powers of a step in W; battery positive when it charges."""

    load: float
    generation: float
    heat_pump: float
    water_heater: float
    charger: float
    battery: float

    @property
    def consumption(self) -> float:
        """What the household uses, without what goes into the battery."""
        return self.load + self.heat_pump + self.water_heater + self.charger

    @property
    def grid(self) -> float:
        """From the grid; negative = feed-in."""
        return self.consumption + self.battery - self.generation


def simulate(
    home: Home, from_ms: int, to_ms: int, step_seconds: int = 900, state: HomeState | None = None
) -> Iterator[list[SimulatedEvent]]:
    """The events of [from, to), a list per quarter hour, ordered by time.

    from_ms, to_ms: instants on a quarter hour. step_seconds: 60, 180, 300 or 900, the spacing of the
    powers. state: where an earlier run ended; it is brought up to date before each list is given, so hand
    the same state in again to go on. Raises ValueError for other instants or steps, and for a state of another instant.
    """
    if step_seconds not in STEPS_SECONDS:
        raise ValueError(f"a step is one of {STEPS_SECONDS} seconds, not {step_seconds}")
    if from_ms % QUARTER_MS or to_ms % QUARTER_MS:
        raise ValueError("a simulation begins and ends on a quarter hour (instants divisible by 900,000 ms)")
    state = start_state(home) if state is None else state
    if state.at_ms is not None and state.at_ms != from_ms:
        raise ValueError(f"the state is that of {state.at_ms} ms; go on from there, not from {from_ms} ms")
    return _run(home, from_ms, to_ms, step_seconds, state)


def _run(home: Home, from_ms: int, to_ms: int, step_seconds: int, state: HomeState) -> Iterator[list[SimulatedEvent]]:
    zone = zone_named(home.time_zone_id)
    date_ = local_date(from_ms, zone)
    while from_ms < to_ms:
        day = day_of(home, date_, step_seconds // 60)
        until_ms = min(day.end_ms, to_ms)
        for at_ms in range(from_ms, until_ms, QUARTER_MS):
            events = _Quarter(home, state, day, at_ms, step_seconds).events()
            state.at_ms = at_ms + QUARTER_MS
            yield events
        from_ms = until_ms
        date_ += timedelta(days=1)


def step_flows(home: Home, state: HomeState, day: Day, index: int, hours: float) -> Flows:
    """One step of a home: the state moves on, the powers come back."""
    load, generation = day.load_w[index], day.pv_w[index]
    surplus = generation - load
    low = day.low_tariff[index]
    heat_pump = water_heater = charger = 0.0
    if home.heat_pump:
        heat_pump = devices.heat_pump_w(
            home.heat_pump, state, day.outside_c[index], day.felt_c[index], day.water_wh[index], surplus, hours
        )
    elif home.water_heater:
        water_heater = devices.water_heater_w(home, home.water_heater, state, day.water_wh[index], surplus, low, hours)
    surplus -= heat_pump + water_heater
    if home.car:
        devices.move_car(home.car, state, day.car_away[index], day.car_trip_wh)
        charger = devices.charger_w(home.car, state, surplus, low, day.evening[index], hours)
        surplus -= charger
    return Flows(load, generation, heat_pump, water_heater, charger, devices.battery_w(home, state, surplus, hours))


class _Quarter:
    """The events of one quarter hour, collected step by step."""

    def __init__(self, home: Home, state: HomeState, day: Day, at_ms: int, step_seconds: int) -> None:
        self.home, self.state, self.day, self.at_ms = home, state, day, at_ms
        self.step_seconds, self.hours = step_seconds, step_seconds / 3600
        self.names = {device.id: (device.id, device.name, device.type) for device in home.devices}
        self.out: list[SimulatedEvent] = []
        self.energies_wh: dict[str, float] = {}

    def events(self) -> list[SimulatedEvent]:
        """Run the steps; energies and the sums of yesterday stand with the first step, where their instants are."""
        first = self._first_step()
        count = 900 // self.step_seconds
        index = (self.at_ms - self.day.start_ms) // 1000 // self.step_seconds
        totals = [0.0] * 5  # consumption, generation, import, excess, charged
        later: list[SimulatedEvent] = []
        for step in range(count):
            self.out = first if step == 0 else later
            flows = step_flows(self.home, self.state, self.day, index + step, self.hours)
            self._add(totals, flows, index + step)
            self._powers(flows, self.at_ms + step * self.step_seconds * SECOND_MS, index + step)
        self.out = first
        yesterday = self._yesterday()
        self._energies(totals)
        return first + yesterday + later

    def _first_step(self) -> list[SimulatedEvent]:
        self.out = []
        if self.home.tariff.low_hours is not None:
            low = self.day.low_tariff[(self.at_ms - self.day.start_ms) // 1000 // self.step_seconds]
            self._on_change(self.at_ms, _PLATFORM, "IS_LOW_TARIFF_HOURS", float(low))
        return self.out

    def _add(self, totals: list[float], flows: Flows, index: int) -> None:
        grid = flows.grid
        amounts = (flows.consumption, flows.generation, max(grid, 0.0), max(-grid, 0.0), max(flows.battery, 0.0))
        for position, power in enumerate(amounts):
            totals[position] += power * self.hours
        single = (("heat-pump", flows.heat_pump), ("water-heater", flows.water_heater), ("car-charger", flows.charger))
        for name, power in single:
            if name in self.names:
                self.energies_wh[name] = self.energies_wh.get(name, 0.0) + power * self.hours
        for name, powers in self.day.devices_w.items():
            self.energies_wh[name] = self.energies_wh.get(name, 0.0) + powers[index] * self.hours

    def _emit(self, at_ms: int, device: tuple[str, str, str], type_: str, value: float) -> None:
        self.out.append(SimulatedEvent(at_ms, device[0], device[1], type_, device[2], round(value, 1) + 0.0))

    def _on_change(self, at_ms: int, device: tuple[str, str, str], type_: str, value: float) -> None:
        key = f"{device[0]}/{type_}"
        if self.state.reported.get(key) != value:
            self.state.reported[key] = value
            self._emit(at_ms, device, type_, value)

    def _powers(self, flows: Flows, at_ms: int, index: int) -> None:
        names, state, home = self.names, self.state, self.home
        gateway = names["gateway"]
        self._emit(at_ms, gateway, "POWER_CONSUMPTION", flows.consumption)
        self._emit(at_ms, gateway, "GRID_POWER_CONSUMPTION", flows.grid)
        if home.kwp:
            self._emit(at_ms, gateway, "POWER_GENERATION", flows.generation)
            self._emit(at_ms, names["inverter"], "POWER_GENERATION", flows.generation)
        if home.battery_wh:
            self._emit(at_ms, names["battery"], "POWER_CONSUMPTION", flows.battery)
            self._on_change(
                at_ms, names["battery"], "STATE_OF_CHARGE_RATE", float(round(100 * state.battery_wh / home.battery_wh))
            )
        if home.heat_pump:
            self._emit(at_ms, names["heat-pump"], "POWER_CONSUMPTION", flows.heat_pump)
            self._on_change(at_ms, names["heat-pump"], "DEVICE_STATUS", devices.ON if flows.heat_pump > 0 else devices.STANDBY)
        if home.water_heater:
            heater = names["water-heater"]
            self._emit(at_ms, heater, "POWER_CONSUMPTION", flows.water_heater)
            self._on_change(at_ms, heater, "SWITCH_STATE", float(flows.water_heater > 0))
            self._on_change(at_ms, heater, "CHARGING_MODE", devices.water_heater_mode(home))
        if home.car:
            charger = names["car-charger"]
            self._emit(at_ms, charger, "POWER_CONSUMPTION", flows.charger)
            self._on_change(at_ms, charger, "CHARGING_MODE", float(state.car_mode))
            self._on_change(at_ms, charger, "DEVICE_STATUS", devices.charger_status(state, flows.charger))
            if not state.car_away:
                self._on_change(
                    at_ms, names["car"], "STATE_OF_CHARGE_RATE", float(round(100 * state.car_wh / home.car.battery_wh))
                )
        for name, powers in self.day.devices_w.items():
            self._on_change(at_ms, names[name], "POWER_CONSUMPTION", round(powers[index], 1))
            if names[name][2] == "SMART_PLUG":
                self._on_change(at_ms, names[name], "SWITCH_STATE", float(powers[index] > 0))

    def _energies(self, totals: list[float]) -> None:
        at_ms, names, home, today = self.at_ms, self.names, self.home, self.state.today
        consumption, generation, imported, excess, charged = totals
        gateway = names["gateway"]
        self._emit(at_ms, gateway, "ENERGY_CONSUMPTION", consumption)
        self._emit(at_ms, gateway, "GRID_ENERGY_CONSUMPTION", imported)
        if home.kwp:
            self._emit(at_ms, gateway, "ENERGY_GENERATION", generation)
            self._emit(at_ms, names["inverter"], "ENERGY_GENERATION", generation)
            self._emit(at_ms, gateway, "ENERGY_EXCESS", excess)
        if home.battery_wh:
            self._emit(at_ms, names["battery"], "ENERGY_IMPORT", charged)
        if home.heat_pump or home.water_heater:
            device = names["heat-pump" if home.heat_pump else "water-heater"]
            self._emit(at_ms, device, "WATER_TEMPERATURE", self.state.tank_c)
        for name, energy in self.energies_wh.items():
            if names[name][2] not in ("APPLIANCE", "SMART_PLUG"):
                self._emit(at_ms, names[name], "ENERGY_CONSUMPTION", energy)
            elif energy > 0 or self.state.reported.get(f"{name}/ENERGY_CONSUMPTION"):
                self.state.reported[f"{name}/ENERGY_CONSUMPTION"] = energy
                self._emit(at_ms, names[name], "ENERGY_CONSUMPTION", energy)
            today.device_wh[name] = today.device_wh.get(name, 0.0) + energy
        today.consumption_wh += consumption
        today.generation_wh += generation
        today.import_wh += imported
        today.excess_wh += excess
        today.charged_wh += charged

    def _yesterday(self) -> list[SimulatedEvent]:
        """At the first quarter of a local day: the sums of the day before, if it was simulated whole."""
        if self.at_ms != self.day.start_ms:
            return []
        before, self.state.today = self.state.today, DayTotals(whole=True)
        if not before.whole:
            return []
        kept, self.out = self.out, []
        at_ms, gateway = self.at_ms + SECOND_MS, self.names["gateway"]
        used, made = before.consumption_wh, before.generation_wh
        self._emit(at_ms, gateway, "ENERGY_CONSUMPTION_YESTERDAY", used)
        for name, energy in before.device_wh.items():
            self._emit(at_ms, self.names[name], "ENERGY_CONSUMPTION_YESTERDAY", energy)
        if self.home.kwp:
            self._emit(at_ms, gateway, "ENERGY_GENERATION_YESTERDAY", made)
            self._emit(at_ms, gateway, "ENERGY_EXCESS_YESTERDAY", before.excess_wh)
            self._emit(at_ms, gateway, "SELF_SUFFICIENCY_RATE_YESTERDAY", 100 * (used - before.import_wh) / used)
            if made > 0:
                self._emit(at_ms, gateway, "SELF_CONSUMPTION_RATE_YESTERDAY", 100 * (made - before.excess_wh) / made)
        if self.home.battery_wh:
            self._emit(at_ms, self.names["battery"], "ENERGY_IMPORT_YESTERDAY", before.charged_wh)
        yesterday, self.out = self.out, kept
        return yesterday
