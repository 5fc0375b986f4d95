"""Cost of an event in the engine alone, against window length, unrelated rules and number of buildings; bytes a sample.

The engine's own step, fed with columns; no HTTP, no store. The naive design keeps a list per window and rule.
"""

import time
import tracemalloc
from array import array
from dataclasses import replace as _replace

from msgspec.structs import replace
from rules import ten_rules

from hearth.bootstrap import Settings, read_catalogue_setting
from hearth.domain.buildings import Building
from hearth.domain.events import EventColumns, LogEntry, LogKind, Series
from hearth.engine.buildings import BuildingState
from hearth.engine.compiled import CompiledRule, compile_rule
from hearth.engine.effects import Effects
from hearth.engine.step import step

CUSTOMER = "0123456789abcdef01234567"
CATALOGUE = read_catalogue_setting(Settings())


def compiled(step_seconds: int, points: int, unrelated: int = 0) -> list[CompiledRule]:
    """Ten rules over windows of `points` events, and rules of a type that never comes."""
    rules = []
    for rule in ten_rules(CUSTOMER):
        datasets = tuple(replace(dataset, timespan_seconds=points * step_seconds) for dataset in rule.datasets)
        rules.append(compile_rule(replace(rule, datasets=datasets), CATALOGUE))
    one = rules[0]
    for number in range(unrelated):
        datasets = tuple(replace(dataset, event_types=("WATER_TEMPERATURE",)) for dataset in one.rule.datasets)
        rules.append(_replace(one, rule=replace(one.rule, id=f"{number + 100:024x}", datasets=datasets)))
    return rules


def states(count: int, rules: list[CompiledRule]) -> list[BuildingState]:
    """Buildings with one meter each."""
    made = []
    for number in range(count):
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
        made.append(BuildingState(building, rules, {}, [series]))
    return made


def cost_us(homes: list[BuildingState], step_seconds: int, fill: int, rounds: int) -> float:
    """Microseconds an event after `fill` events a home, the best of three stretches."""
    buffers = {series_id: buffer for state in homes for series_id, buffer in state.buffers.items()}
    effects = Effects()
    ids = array("i", range(len(homes)))

    def feed(tick: int) -> None:
        at = array("q", [tick * step_seconds * 1_000]) * len(homes)
        values = array("d", [300.0 + (tick * 7919 + home) % 4000 for home in range(len(homes))])
        columns = EventColumns(series_ids=ids, times_ms=at, values=values)
        step(
            buffers,
            LogEntry(sequence=tick * len(homes) + 1, customer_id=CUSTOMER, kind=LogKind.LIVE, received_at_ms=0, columns=columns),
            effects,
        )

    for tick in range(fill):
        feed(tick)
    best = float("inf")
    for stretch in range(3):
        started = time.perf_counter()
        for tick in range(rounds):
            feed(fill + stretch * rounds + tick)
        best = min(best, (time.perf_counter() - started) / (rounds * len(homes)) * 1e6)
    return best


def by_length(rounds: int) -> list[str]:
    """Rows: cost of an event with ten evaluations over windows of growing length."""
    rows = []
    base = 0.0
    for points in (15, 300, 2_000, 10_000):
        cost = cost_us(states(1, compiled(60, points)), 60, points + 50, rounds)
        base = base or cost
        rows.append(f"window of {points:>6,} events: {cost:6.2f} µs an event with ten rules ({cost / base:.2f}x)")
    return rows


def report(quick: bool, *_: object) -> list[str]:
    """Rows: cost of an event with ten evaluations, as ratios to the smallest case."""
    rounds = 400 if quick else 2_000
    rows = by_length(rounds)
    base = 0.0
    for unrelated in (20, 1_000):
        cost = cost_us(states(1, compiled(60, 300, unrelated)), 60, 350, rounds)
        base = base or cost
        rows.append(f"{unrelated:>6,} unrelated rules:     {cost:6.2f} µs an event ({cost / base:.2f}x)")
    base = 0.0
    for buildings in (50, 10_000):
        homes = states(buildings, compiled(900, 96))
        cost = cost_us(homes, 900, 110, max(2, rounds // buildings * 2))
        base = base or cost
        rows.append(f"{buildings:>6,} buildings:           {cost:6.2f} µs an event ({cost / base:.2f}x)")
    rows.append(_memory())
    return rows


def _memory() -> str:
    homes = states(20, compiled(60, 10_000))
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    cost_us(homes, 60, 10_100, 1)
    used = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    kept = sum(len(buffer.times_ms) for state in homes for buffer in state.buffers.values())
    queued = sum(
        len(view.minima) + len(view.maxima) for state in homes for buffer in state.buffers.values() for view in buffer.views
    )
    return f"memory: {used / kept:.1f} bytes a kept sample ({kept:,} samples, {queued:,} queue entries)"
