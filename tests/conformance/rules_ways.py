"""The ways in which a case of the rule corpus is fed to the engine; all must come to the same.

`in_memory`: the engine alone. `rebuilt`: before every input the state is made from the store. `live`: the driver, in
which the clock of a case is moved; it finds by itself what ticks.
"""

import asyncio
from array import array
from collections.abc import Sequence

from msgspec.structs import replace
from tests.conformance.rules_corpus import (
    BUILDING_ID,
    CATALOGUE,
    CUSTOMER_ID,
    BuildingInput,
    Came,
    Case,
    ClockInput,
    DeliveredInput,
    EventInput,
    InteractedInput,
)

from hearth.core.instants import MINUTE_MS
from hearth.domain.buildings import Building
from hearth.domain.customers import Customer
from hearth.domain.events import (
    NO_FORECAST_MS,
    Delivered,
    EventColumns,
    Fact,
    Interacted,
    LogEntry,
    LogKind,
    Series,
    empty_columns,
)
from hearth.domain.notifications import DeliveryStatus, Interaction, Notification
from hearth.engine.buildings import BuildingState
from hearth.engine.compiled import compile_rule
from hearth.engine.effects import Effects
from hearth.engine.household import HOUSEHOLD, HouseholdCounters, household_of
from hearth.engine.slots import Counters, decode_counters
from hearth.engine.step import step, step_delivered, step_facts, step_interacted, step_tick
from hearth.ports import Store
from hearth.runtime.live import LiveDriver
from hearth.runtime.loading import load_buildings
from hearth.runtime.rule_sets import RuleSets
from hearth.runtime.ticking import MAKE_UP_MS
from hearth.runtime.writer import decisions_of, store_decisions
from hearth.testing.clocks import MovableClock

RECEIVED_MS = 1_800_000_000_000
# The live driver looks at the clock at least so often; longer than it makes up would lose ticks.
LOOK_MS = 50 * MINUTE_MS
STATUSES: tuple[DeliveryStatus, ...] = ("PENDING", "DELIVERED", "FAILED", "DROPPED")


class NoWake:
    """Nobody delivers here."""

    def wake(self) -> None:
        return


def columns_of(events: Sequence[EventInput], series_ids: Sequence[int]) -> EventColumns:
    """Events with the ids of their series -> columns."""
    has_forecast = any(event.forecast_ms != NO_FORECAST_MS for event in events)
    return EventColumns(
        series_ids=array("i", series_ids),
        times_ms=array("q", [event.at_ms for event in events]),
        values=array("d", [event.value for event in events]),
        forecast_ms=array("q", [event.forecast_ms for event in events]) if has_forecast else None,
    )


def kind_of(events: Sequence[EventInput]) -> LogKind:
    """All events of a batch are of one kind."""
    return LogKind.HISTORICAL if events[0].is_historical else LogKind.LIVE


class Ticks:
    """The instants to which a case's schedules come while its clock passes or is set, each once.

    A clock that is set does not turn back what ticked. What lies more than MAKE_UP_MS before the instant to which it
    is set is passed over.
    """

    def __init__(self, case: Case) -> None:
        self._case = case
        self._now_ms = case.starts_ms or 0
        self._ticked_ms = 0

    def until(self, building: Building, clock: ClockInput) -> list[int]:
        """What ticks in the building until the clock shows this."""
        oldest_ms = 0 if clock.passes else clock.at_ms - MAKE_UP_MS
        found = self._case.ticks(building, max(self._now_ms, self._ticked_ms, oldest_ms - 1), clock.at_ms)
        self._now_ms = clock.at_ms
        self._ticked_ms = max([self._ticked_ms, *found])
        return found


def in_memory(case: Case, most: int | None = 1, times: int = 1) -> Came:
    """The engine alone: batches of at most `most` events, each fed so many times."""
    compiled = [compile_rule(rule, CATALOGUE) for rule in case.rules if rule.state == "ACTIVE"]
    counters = {rule.id: Counters() for rule in case.rules}
    series: dict[tuple[str, str, str], Series] = {}
    past: list[LogEntry] = []
    effects = Effects()
    household = HouseholdCounters()
    state = BuildingState(
        case.building, compiled, counters, household=household_of(case.building, counters=household), profile=case.profile
    )
    uncounted = 0
    sequence = 1
    ticks = Ticks(case)
    for batch in case.batches(most):
        if isinstance(batch, ClockInput):
            for tick_ms in ticks.until(state.building, batch):
                step_tick([state], tick_entry(sequence, tick_ms), effects)
                sequence += 1
            continue
        if isinstance(batch, BuildingInput):
            limits = household_of(batch.building, counters=household)
            goals = [goal for goal in effects.goals.values() if goal.state == "OPEN"]
            state = BuildingState(batch.building, compiled, counters, series.values(), limits, goals, profile=case.profile)
            for entry in past:
                step(state.buffers, replace(entry, kind=LogKind.HISTORICAL), effects)
            continue
        if isinstance(batch, DeliveredInput):
            sent = [outcome.notification for outcome in effects.outcomes if outcome.notification.status == "PENDING"]
            for notification in sent[uncounted:]:
                step_delivered({BUILDING_ID: state}, _fact(notification), effects)
            uncounted = len(sent)
            continue
        if isinstance(batch, InteractedInput):
            told = [outcome.notification for outcome in effects.outcomes if outcome.notification.status == "PENDING"]
            step_interacted({BUILDING_ID: state}, _interacted(told[uncounted - 1], batch), effects)
            continue
        for event in batch:
            if event.series not in series:
                series[event.series] = _series(len(series) + 1, event)
                state.add_series(series[event.series])
        for _ in range(times):
            columns = columns_of(batch, [series[event.series].id for event in batch])
            entry = LogEntry(
                sequence=sequence, customer_id=CUSTOMER_ID, kind=kind_of(batch), received_at_ms=RECEIVED_MS, columns=columns
            )
            sequence += entry.size
            step(state.buffers, entry, effects)
            past.append(entry)
    assert effects.faults == []
    return Came([outcome.notification for outcome in effects.outcomes], counters, effects.goals.values())


def tick_entry(sequence: int, tick_ms: int) -> LogEntry:
    """An instant at which schedules tick."""
    return LogEntry(
        sequence=sequence,
        customer_id=CUSTOMER_ID,
        kind=LogKind.TICK,
        received_at_ms=RECEIVED_MS,
        columns=empty_columns(),
        tick_ms=tick_ms,
    )


def _series(series_id: int, event: EventInput) -> Series:
    return Series(
        id=series_id,
        customer_id=CUSTOMER_ID,
        building_id=BUILDING_ID,
        event_type=event.type,
        device_id=event.device,
        source=event.source,
    )


def _fact(notification: Notification) -> Delivered:
    return Delivered(
        notification_id=notification.id,
        rule_id=notification.rule_id,
        building_id=BUILDING_ID,
        delivered_at_ms=RECEIVED_MS,
        created_at_ms=notification.created_at_ms,
        held_until_ms=notification.held_until_ms,
    )


def _interacted(notification: Notification, done: InteractedInput) -> Interacted:
    return Interacted(
        number=0,
        notification_id=notification.id,
        rule_id=notification.rule_id,
        building_id=BUILDING_ID,
        occurred_at_ms=done.at_ms,
        action_qualifier=done.action_qualifier,
    )


def interact(store: Store, done: InteractedInput) -> None:
    """Stores what the household does with the newest notification that reached it."""
    with store.write() as session:
        reached = session.notifications.list_page(CUSTOMER_ID, BUILDING_ID, ("DELIVERED",), None, 10_000)
        newest = max(reached, key=lambda each: each.trigger_sequence)
        interaction = Interaction(action_qualifier=done.action_qualifier, occurred_at_ms=done.at_ms)
        session.notifications.add_interaction(CUSTOMER_ID, newest.id, interaction)


def set_up(store: Store, case: Case) -> None:
    """The case's customer, building and rules, which were saved when its clock begins to run."""
    with store.write() as session:
        session.customers.add(Customer(id=CUSTOMER_ID, name="Customer", created_at_ms=0))
        session.buildings.add(case.building)
        if case.profile is not None:
            session.household_profiles.replace(CUSTOMER_ID, BUILDING_ID, case.profile)
        for rule in case.rules:
            session.rules.add_version(replace(rule, updated_at_ms=case.starts_ms or 0))


def find_series(store: Store, event: EventInput) -> Series:
    """The stored series of an event, added when it is the first."""
    with store.write() as session:
        return session.series.find_or_add(CUSTOMER_ID, BUILDING_ID, event.type, event.device, event.source, None)


def stored(store: Store, case: Case) -> Came:
    """What stands in the store."""
    with store.read() as session:
        notifications = session.notifications.list_page(CUSTOMER_ID, None, STATUSES, None, 10_000)
        states = session.engine.read_states(CUSTOMER_ID, [BUILDING_ID])
        goals = [session.goals.find(CUSTOMER_ID, each.id) for each in notifications]
    return Came(
        sorted(notifications, key=lambda each: (each.trigger_sequence, each.rule_id)),
        {key.rule_id: decode_counters(state) for key, state in states.items() if key.rule_id != HOUSEHOLD},
        [goal for goal in goals if goal is not None],
    )


def compact(store: Store) -> None:
    """Moves all that is evaluated out of the log into chunks."""
    with store.read() as session:
        applied = session.engine.applied_sequence_for_operator()
        steps = session.events.prepare_compaction_for_operator(applied, 1_000_000)
    for each in steps:
        with store.write() as session:
            assert session.events.compact_for_operator(each)


def rebuilt(case: Case, store: Store, compacts: bool) -> Came:
    """The state is made from the store before every input, as after a restart; the log may be compacted each time."""
    set_up(store, case)
    rule_sets = RuleSets(CATALOGUE)
    sequence = 1
    ticks = Ticks(case)
    building = case.building
    for batch in case.batches(1):
        if isinstance(batch, BuildingInput):
            building = batch.building
            with store.write() as session:
                session.buildings.replace(building)
            continue
        if isinstance(batch, ClockInput):
            for tick_ms in ticks.until(building, batch):
                _rebuilt_tick(store, rule_sets, tick_entry(sequence, tick_ms))
                sequence += 1
                if compacts:
                    compact(store)
            continue
        effects = Effects()
        series = find_series(store, batch[0]) if isinstance(batch, list) else None
        if isinstance(batch, InteractedInput):
            interact(store, batch)
        with store.write() as session:
            facts: list[Fact] = []
            if isinstance(batch, DeliveredInput):
                facts = [fact for _, fact in session.outbox.list_uncounted_for_operator(1000)]
                session.outbox.mark_counted(CUSTOMER_ID, [fact.notification_id for fact in facts])
            elif isinstance(batch, InteractedInput):
                noted = [fact for _, fact in session.notifications.list_unnoted_for_operator(1000)]
                session.notifications.mark_noted(CUSTOMER_ID, [fact.number for fact in noted])
                facts = [*noted]
            if series is None and not facts:
                continue
            (state,) = load_buildings(session, rule_sets, CUSTOMER_ID, [BUILDING_ID], sequence)
            kind = LogKind.INTERACTED if isinstance(batch, InteractedInput) else LogKind.DELIVERED
            entry = LogEntry(
                sequence=sequence,
                customer_id=CUSTOMER_ID,
                kind=kind_of(batch) if isinstance(batch, list) else kind,
                received_at_ms=RECEIVED_MS,
                columns=columns_of(batch, [series.id]) if isinstance(batch, list) and series else empty_columns(),
                facts=tuple(facts),
            )
            session.events.append([entry])
            if series is not None:
                step(state.buffers, entry, effects)
            step_facts({BUILDING_ID: state}, facts, effects)
            sequence += entry.size
            store_decisions(session, decisions_of(sequence - 1, effects))
        if compacts:
            compact(store)
        assert effects.faults == []
    return stored(store, case)


def _rebuilt_tick(store: Store, rule_sets: RuleSets, entry: LogEntry) -> None:
    effects = Effects()
    with store.write() as session:
        states = load_buildings(session, rule_sets, CUSTOMER_ID, [BUILDING_ID], entry.sequence)
        session.events.append([entry])
        step_tick(states, entry, effects)
        store_decisions(session, decisions_of(entry.sequence, effects))
    assert effects.faults == []


class _Drivers:
    """The live driver of a case and its clock; after a restart another one over the same store."""

    def __init__(self, case: Case, store: Store) -> None:
        self._store = store
        self.clock = MovableClock(RECEIVED_MS if case.starts_ms is None else case.starts_ms)
        self.driver = self._new()

    def _new(self) -> LiveDriver:
        return LiveDriver(self._store, CATALOGUE, self.clock, NoWake())

    async def restart(self) -> None:
        await self.driver.stop()
        self.driver = self._new()
        await self.driver.start()

    async def pass_to(self, at_ms: int, restarts: bool) -> None:
        """The clock passes to an instant; a tick may have been missed by the driver that was there before."""
        while self.clock.now_ms() < at_ms:
            await self.set_to(min(at_ms, self.clock.now_ms() + LOOK_MS), restarts)

    async def set_to(self, at_ms: int, restarts: bool) -> None:
        """The clock shows another instant the next time it is looked at."""
        self.clock.move_to(at_ms)
        if restarts:
            await self.restart()
        await self.driver.tick()


async def live(case: Case, store: Store, most: int | None, restarts: bool = False, times: int = 1) -> Came:
    """The driver over the store; several batches may be under way at once, and new devices are announced."""
    set_up(store, case)
    drivers = _Drivers(case, store)
    await drivers.driver.start()
    under_way: list[asyncio.Task[None]] = []
    known: dict[tuple[str, str, str], Series] = {}
    for batch in case.batches(most):
        if restarts or not isinstance(batch, list):
            await asyncio.gather(*under_way)
            under_way = []
            await drivers.driver.settle()
        if restarts:
            await drivers.restart()
        driver = drivers.driver
        if isinstance(batch, ClockInput):
            await (drivers.pass_to if batch.passes else drivers.set_to)(batch.at_ms, restarts)
        elif isinstance(batch, BuildingInput):
            with store.write() as session:
                session.buildings.replace(batch.building)
                session.changes.add(CUSTOMER_ID, "buildings", BUILDING_ID)
        elif isinstance(batch, DeliveredInput):
            await driver.count_deliveries()
        elif isinstance(batch, InteractedInput):
            interact(store, batch)
            await driver.count_deliveries()
        else:
            new = {event.series: event for event in batch if event.series not in known}
            for key, event in new.items():
                known[key] = find_series(store, event)
                driver.know(known[key])
            if new and most != 1:
                with store.write() as session:
                    session.changes.add(CUSTOMER_ID, "devices", BUILDING_ID)
            columns = columns_of(batch, [known[event.series].id for event in batch])
            for _ in range(times):
                taken = asyncio.create_task(driver.submit(CUSTOMER_ID, kind_of(batch), columns, RECEIVED_MS))
                under_way.append(taken)
                if most == 1:
                    await taken
    await asyncio.gather(*under_way)
    await drivers.driver.settle()
    await drivers.driver.stop()
    return stored(store, case)


def identified(came: Came) -> list[Notification]:
    """Notifications without what depends on when they reached the store."""
    return [replace(each, stored_at_ms=0, status="PENDING") for each in came.notifications]
