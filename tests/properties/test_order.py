"""What homes hear does not depend on how their events travelled.

`Came` is the whole outcome: notifications with texts, ids and traces, dropped ones with their reasons, and the final counters.
For any town:

- cutting the events into other batches changes nothing, not even an id; nor does a restart, wherever it comes, nor entries
  that a crash left in the log, nor compaction;
- a batch that is sent twice, and homes that are spread over several engines, change only `trigger_sequence` and the `id` that
  is derived from it: repeats take numbers in the log too, and each engine counts its own. Each home hears the same, in the
  same order;
- a simulation over the same ordered events comes to the same, but for these two.

What is not invariant, by the rules: a batch is of one kind, live or historical, so there is always a cut between the two; and
a batch must be repeated before others come, for a later repeat may give an event back a value that was replaced.
"""

import asyncio
import shutil
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.conformance.rules_corpus import CATALOGUE, CUSTOMER_ID, ClockInput, DeliveredInput
from tests.conformance.rules_ways import LOOK_MS, RECEIVED_MS, STATUSES, NoWake, columns_of, compact, kind_of, tick_entry
from tests.properties.towns import HomeEvent, Town, ordered_towns, towns

from hearth.domain.customers import Customer
from hearth.domain.events import Delivered, LogEntry, Series
from hearth.domain.notifications import Notification
from hearth.engine.buffers import SeriesBuffer
from hearth.engine.buildings import BuildingState, is_in_force
from hearth.engine.effects import Effects
from hearth.engine.household import HOUSEHOLD, HouseholdCounters, decode_household, household_of
from hearth.engine.slots import Counters, Evaluation, decode_counters
from hearth.engine.step import step, step_delivered, step_tick
from hearth.ports import Points, Store
from hearth.runtime import live as live_module
from hearth.runtime.live import LiveDriver
from hearth.runtime.simulation import Simulation
from hearth.store import SqlStore, open_store
from hearth.testing.clocks import MovableClock

SIZES = st.lists(st.integers(1, 8), min_size=1, max_size=5)
# What the driver goes through before a batch.
TURNS = st.lists(st.sampled_from(["on", "on", "restart", "crash", "compact"]), min_size=1, max_size=8)
EVENT_BY_EVENT = (1,)


@dataclass
class Came:
    """Notifications in the order of the log; counters that are not as they began, by rule (or HOUSEHOLD) and home."""

    notifications: list[Notification]
    counters: dict[tuple[str, str], Counters | HouseholdCounters]

    def __post_init__(self) -> None:
        # When they reached the store is of the clock, not of the engine.
        self.notifications = [replace(each, stored_at_ms=0) for each in self.notifications]
        known = {
            key: replace(each, counted_for=None) if isinstance(each, Counters) else each for key, each in self.counters.items()
        }
        self.counters = {key: each for key, each in known.items() if each not in (Counters(), HouseholdCounters())}

    def of_each_home(self) -> dict[str, list[Notification]]:
        """What each home hears, without what follows from numbers in the log."""
        by_home = sorted(self.notifications, key=lambda each: each.building_id)
        return {
            building_id: [replace(each, id="", trigger_sequence=0) for each in heard]
            for building_id, heard in groupby(by_home, key=lambda each: each.building_id)
        }


class Engine:
    """The engine alone with some of a town's homes, in memory."""

    def __init__(self, town: Town, homes: Sequence[int]) -> None:
        self._town = town
        self._effects = Effects()
        self._counters = {number: {rule.id: Counters() for rule in town.rules} for number in homes}
        self._households = {number: HouseholdCounters() for number in homes}
        self._homes = {
            number: BuildingState(
                town.buildings[number],
                town.compiled,
                self._counters[number],
                household=household_of(town.buildings[number], counters=self._households[number]),
            )
            for number in homes
        }
        self._series: dict[tuple[int, tuple[str, str, str]], int] = {}
        self._buffers: dict[int, SeriesBuffer[Evaluation]] = {}
        self._sequence = 1
        self._now_ms = town.starts_ms
        self._counted = 0

    def take(self, events: Sequence[HomeEvent]) -> None:
        """One entry of the log: those of the events that are of these homes."""
        events = [each for each in events if each.home in self._homes]
        if not events:
            return
        for each in events:
            if (each.home, each.event.series) not in self._series:
                series = series_of(len(self._series) + 1, self._town, each)
                self._series[each.home, each.event.series] = series.id
                self._buffers[series.id] = self._homes[each.home].add_series(series)
        ids = [self._series[each.home, each.event.series] for each in events]
        entry = entry_of(self._sequence, events, ids)
        self._sequence += entry.size
        step(self._buffers, entry, self._effects)

    def deliver(self) -> None:
        """All notifications that were generated reach their households."""
        sent = [outcome.notification for outcome in self._effects.outcomes if outcome.notification.status == "PENDING"]
        states = {state.building.id: state for state in self._homes.values()}
        for each in sent[self._counted :]:
            step_delivered(states, delivered(each), self._effects)
        self._sequence += len(sent) - self._counted
        self._counted = len(sent)

    def pass_to(self, at_ms: int) -> None:
        """The clock passes."""
        states = list(self._homes.values())
        for tick_ms in self._town.instants([state.building for state in states], self._now_ms, at_ms):
            step_tick(states, tick_entry(self._sequence, tick_ms), self._effects)
            self._sequence += 1
        self._now_ms = at_ms

    def came(self) -> Came:
        """What came of it."""
        assert self._effects.faults == []
        ids = {number: self._town.buildings[number].id for number in self._homes}
        counters = {(rule_id, ids[number]): each for number, known in self._counters.items() for rule_id, each in known.items()}
        households = {(HOUSEHOLD, ids[number]): each for number, each in self._households.items()}
        return Came([outcome.notification for outcome in self._effects.outcomes], counters | households)


def series_of(series_id: int, town: Town, each: HomeEvent) -> Series:
    event_type, device, source = each.event.series
    return Series(
        id=series_id,
        customer_id=CUSTOMER_ID,
        building_id=town.buildings[each.home].id,
        event_type=event_type,
        device_id=device,
        source=source,
    )


def entry_of(sequence: int, events: Sequence[HomeEvent], series_ids: Sequence[int]) -> LogEntry:
    inner = [each.event for each in events]
    return LogEntry(
        sequence=sequence,
        customer_id=CUSTOMER_ID,
        kind=kind_of(inner),
        received_at_ms=RECEIVED_MS,
        columns=columns_of(inner, series_ids),
    )


def delivered(each: Notification) -> Delivered:
    return Delivered(
        notification_id=each.id, rule_id=each.rule_id, building_id=each.building_id, delivered_at_ms=each.stored_at_ms
    )


def alone(town: Town, sizes: Sequence[int] = EVENT_BY_EVENT, times: int = 1, homes: Sequence[int] | None = None) -> Came:
    """The engine with some homes (all of them): batches of these sizes, each sent so many times."""
    engine = Engine(town, range(len(town.buildings)) if homes is None else homes)
    for batch in town.batches(sizes):
        if isinstance(batch, ClockInput):
            engine.pass_to(batch.at_ms)
        elif isinstance(batch, DeliveredInput):
            engine.deliver()
        else:
            for _ in range(times):
                engine.take(batch)
    return engine.came()


class Platform:
    """The live driver over a store; it can be stopped, found dead, and started anew."""

    def __init__(self, town: Town, store: Store) -> None:
        self._town = town
        self._store = store
        self._clock = MovableClock(town.starts_ms)
        self._driver = self._new()
        self._under_way: list[asyncio.Task[None]] = []
        with store.write() as session:
            session.customers.add(Customer(id=CUSTOMER_ID, name="Customer", created_at_ms=0))
            for building in town.buildings:
                session.buildings.add(building)
            for rule in town.rules:
                session.rules.add_version(replace(rule, updated_at_ms=town.starts_ms))

    def _new(self) -> LiveDriver:
        return LiveDriver(self._store, CATALOGUE, self._clock, NoWake())

    async def start(self) -> None:
        await self._driver.start()

    async def stop(self) -> None:
        await self.settle()
        await self._driver.stop()

    async def settle(self) -> None:
        """Waits until all batches are evaluated; several may be under way before."""
        await asyncio.gather(*self._under_way)
        self._under_way = []
        await self._driver.settle()

    async def start_anew(self, compacts: bool = False, leaves: Sequence[HomeEvent] = ()) -> None:
        """Another driver goes on; a batch may be in the log that nobody has evaluated."""
        await self.stop()
        if compacts:
            compact(self._store)
        if leaves:
            ids = self._series_ids(leaves)
            with self._store.write() as session:
                session.events.append([entry_of(session.events.last_sequence_for_operator() + 1, leaves, ids)])
        self._driver = self._new()
        await self._driver.start()

    def take(self, events: Sequence[HomeEvent]) -> None:
        """One request."""
        entry = entry_of(0, events, self._series_ids(events))
        submitted = self._driver.submit(CUSTOMER_ID, entry.kind, entry.columns, RECEIVED_MS)
        self._under_way.append(asyncio.create_task(submitted))

    async def deliver(self) -> None:
        """What is there to be fetched counts as delivered."""
        await self._driver.count_deliveries()

    async def pass_to(self, at_ms: int) -> None:
        """The clock passes, and is looked at now and then."""
        while self._clock.now_ms() < at_ms:
            self._clock.move_to(min(at_ms, self._clock.now_ms() + LOOK_MS))
            await self._driver.tick()

    def _series_ids(self, events: Sequence[HomeEvent]) -> list[int]:
        with self._store.write() as session:
            return [
                session.series.find_or_add(CUSTOMER_ID, self._town.buildings[each.home].id, *each.event.series, None).id
                for each in events
            ]

    def came(self) -> Came:
        """What stands in the store."""
        with self._store.read() as session:
            told = session.notifications.list_page(CUSTOMER_ID, None, STATUSES, None, 10_000)
            stored = session.engine.read_states(CUSTOMER_ID, [building.id for building in self._town.buildings])
        counters = {
            (key.rule_id, key.building_id): decode_household(state) if key.rule_id == HOUSEHOLD else decode_counters(state)
            for key, state in stored.items()
        }
        told = [replace(each, status="DROPPED" if each.content is None else "PENDING") for each in told]
        return Came(sorted(told, key=lambda each: (each.trigger_sequence, each.building_id, each.rule_id)), counters)


async def lived(town: Town, store: Store, sizes: Sequence[int], turns: Sequence[str]) -> Came:
    """The driver: batches of these sizes, and before each the next turn of fate."""
    platform = Platform(town, store)
    await platform.start()
    for number, batch in enumerate(town.batches(sizes)):
        turn = turns[number % len(turns)]
        is_left = turn == "crash" and isinstance(batch, list)
        if turn != "on":
            await platform.start_anew(compacts=turn == "compact", leaves=batch if is_left else ())
        if isinstance(batch, list):
            if not is_left:
                platform.take(batch)
            continue
        await platform.settle()
        if isinstance(batch, ClockInput):
            await platform.pass_to(batch.at_ms)
        else:
            await platform.deliver()
    await platform.stop()
    return platform.came()


@pytest.fixture(scope="module")
def empty_file(_sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file, and room beside it for its copies."""
    path = tmp_path_factory.mktemp("order") / "empty.sqlite3"
    shutil.copyfile(_sqlite_template, path)
    return path


def lived_in_new_store(town: Town, empty_file: Path, sizes: Sequence[int], turns: Sequence[str]) -> Came:
    copied = empty_file.with_name("copy.sqlite3")
    for old in empty_file.parent.glob("copy.sqlite3*"):
        old.unlink()
    shutil.copyfile(empty_file, copied)
    store: SqlStore = open_store(f"sqlite:///{copied}")
    try:
        return asyncio.run(lived(town, store, sizes, turns))
    finally:
        store.close()


@given(towns(), SIZES)
@settings(max_examples=200, deadline=None, derandomize=True)
def test_cuts_change_nothing(town: Town, sizes: list[int]) -> None:
    assert alone(town, sizes) == alone(town)


@given(towns(), SIZES)
@settings(max_examples=200, deadline=None, derandomize=True)
def test_a_batch_that_is_sent_twice_changes_numbers_in_the_log_alone(town: Town, sizes: list[int]) -> None:
    once, twice = alone(town, sizes), alone(town, sizes, times=2)
    assert twice.counters == once.counters
    assert twice.of_each_home() == once.of_each_home()


@given(towns(), SIZES, st.lists(st.integers(0, 2), min_size=3, max_size=3))
@settings(max_examples=200, deadline=None, derandomize=True)
def test_homes_may_be_spread_over_engines(town: Town, sizes: list[int], engines: list[int]) -> None:
    together = alone(town, sizes)
    heard: dict[str, list[Notification]] = {}
    counters = {}
    for engine in sorted(set(engines)):
        came = alone(town, sizes, homes=[home for home in range(len(town.buildings)) if engines[home] == engine])
        heard |= came.of_each_home()
        counters |= came.counters
    assert heard == together.of_each_home()
    assert counters == together.counters


@given(towns(), SIZES, TURNS)
@settings(max_examples=50, deadline=None, derandomize=True)
def test_restarts_crashes_and_compaction_change_nothing(empty_file: Path, town: Town, sizes: list[int], turns: list[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(live_module, "_HOUSEKEEPING_SECONDS", 3600.0)  # deliveries are counted where the town says so
        assert lived_in_new_store(town, empty_file, sizes, turns) == alone(town)


@given(ordered_towns())
@settings(max_examples=200, deadline=None, derandomize=True)
def test_a_simulation_comes_to_what_the_engine_comes_to(town: Town) -> None:
    came = alone(town)
    for home, building in enumerate(town.buildings):
        series, points = recorded(town, home)
        for compiled in town.compiled:
            rule = compiled.rule
            assert is_in_force(compiled, building)
            simulation = Simulation(building, compiled, series, points, town.starts_ms + 1, town.happenings[-1].at_ms + 1)
            list(simulation.run())
            assert simulation.result.faults == []
            heard = [each for each in came.of_each_home().get(building.id, []) if each.rule_id == rule.id]
            both = sorted([*simulation.result.notifications, *simulation.result.dropped], key=lambda each: each.trigger_sequence)
            assert [replace(each, id="", trigger_sequence=0, stored_at_ms=0) for each in both] == heard
            counted = Came([], {(rule.id, building.id): simulation.slot.counters})
            assert counted.counters == {key: each for key, each in came.counters.items() if key == (rule.id, building.id)}


def recorded(town: Town, home: int) -> tuple[list[Series], dict[int, Points]]:
    """The series of a home, numbered as they appear, with all their points."""
    events = [each for each in town.happenings if isinstance(each, HomeEvent) and each.home == home]
    by_series: dict[tuple[str, str, str], list[HomeEvent]] = {}
    for each in events:
        by_series.setdefault(each.event.series, []).append(each)
    series = [series_of(number, town, by_series[key][0]) for number, key in enumerate(by_series, 1)]
    points = {
        each.id: Points(
            times_ms=array("q", [one.event.at_ms for one in by_series[each.event_type, each.device_id, each.source]]),
            values=array("d", [one.event.value for one in by_series[each.event_type, each.device_id, each.source]]),
            forecast_ms=None,
        )
        for each in series
    }
    return series, points
