"""Homes in memory that are fed events, and what an event costs: the engine's own step over columns, no HTTP, no store.

CPU time of this process, so that others on the machine disturb it little; making the events is not in it.
"""

import time
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import replace as _replace

from msgspec.structs import replace
from rules import ten_rules

from hearth.bootstrap import Settings, read_catalogue_setting
from hearth.core.instants import SECOND_MS
from hearth.domain.buildings import Building
from hearth.domain.events import EventColumns, LogEntry, LogKind, Series
from hearth.engine.buildings import BuildingState
from hearth.engine.compiled import CompiledRule, compile_rule
from hearth.engine.effects import Effects
from hearth.engine.step import step

CUSTOMER = "0123456789abcdef01234567"
CATALOGUE = read_catalogue_setting(Settings())
_STRETCHES = 5


def ten_compiled() -> list[CompiledRule]:
    """The ten rules as they are."""
    return [compile_rule(rule, CATALOGUE) for rule in ten_rules(CUSTOMER)]


def ten_over(span_seconds: int, unrelated: int = 0) -> list[CompiledRule]:
    """The ten rules over windows of that span, and so many of a type that never comes."""
    rules = []
    for rule in ten_rules(CUSTOMER):
        datasets = tuple(replace(dataset, timespan_seconds=span_seconds) for dataset in rule.datasets)
        rules.append(compile_rule(replace(rule, datasets=datasets), CATALOGUE))
    one = rules[0]
    for number in range(unrelated):
        datasets = tuple(replace(dataset, event_types=("WATER_TEMPERATURE",)) for dataset in one.rule.datasets)
        rules.append(_replace(one, rule=replace(one.rule, id=f"{number + 100:024x}", datasets=datasets)))
    return rules


class FedHomes:
    """Homes with one meter each, which all send an event every `step_seconds`. `effects`: what was decided."""

    def __init__(self, homes: int, rules: Sequence[CompiledRule], step_seconds: int) -> None:
        self._step_ms = step_seconds * SECOND_MS
        self._tick = 0
        self.effects = Effects()
        self.states = [_state(number, rules) for number in range(homes)]
        self.buffers = {series_id: buffer for state in self.states for series_id, buffer in state.buffers.items()}
        self._ids = array("i", self.buffers)

    def feed(self, ticks: int) -> float:
        """So many events of each home -> CPU seconds."""
        entries = [self._entry(self._tick + tick) for tick in range(ticks)]
        self._tick += ticks
        return self.take(entries)

    def take(self, entries: Sequence[LogEntry]) -> float:
        """Events that somebody made -> CPU seconds."""
        buffers, effects = self.buffers, self.effects
        started = time.process_time()
        for entry in entries:
            step(buffers, entry, effects)
        return time.process_time() - started

    def _entry(self, tick: int) -> LogEntry:
        values = [300.0 + (tick * 7919 + home) % 4000 for home in range(len(self._ids))]
        return entry_of(self._ids, tick * self._step_ms, values, tick * len(self._ids) + 1)


def entry_of(series_ids: "array[int]", at_ms: int, values: Sequence[float], sequence: int) -> LogEntry:
    """An event of each series at an instant."""
    columns = EventColumns(series_ids=series_ids, times_ms=array("q", [at_ms]) * len(series_ids), values=array("d", values))
    return LogEntry(sequence=sequence, customer_id=CUSTOMER, kind=LogKind.LIVE, received_at_ms=at_ms, columns=columns)


def costs_us(fed: Mapping[int, FedHomes], events: int) -> dict[int, float]:
    """Microseconds an event of each, the best of some stretches of about so many events, in which all take turns."""
    best = dict.fromkeys(fed, float("inf"))
    for _ in range(_STRETCHES):
        for size, homes in fed.items():
            ticks = max(2, events // len(homes.states))
            best[size] = min(best[size], homes.feed(ticks) / (ticks * len(homes.states)) * 1e6)
    return best


def _state(number: int, rules: Sequence[CompiledRule]) -> BuildingState:
    building = Building(
        id=f"{number:024x}",
        customer_id=CUSTOMER,
        customer_building_id=f"home-{number}",
        time_zone_id="Europe/Zurich",
        registration_at_ms=0,
        activation_at_ms=0,
    )
    series = Series(
        id=number,
        customer_id=CUSTOMER,
        building_id=building.id,
        event_type="POWER_CONSUMPTION",
        device_id="meter",
        source="GATEWAY",
    )
    return BuildingState(building, rules, {}, [series])
