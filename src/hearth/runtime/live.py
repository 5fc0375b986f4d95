"""LiveDriver: accepts events, makes them durable, then feeds them to the engine in the order of the log.

    submit -> group commit (201) -> evaluate -> decisions into the next group -> outbox

Deliveries, interactions with them and ticks of schedules become entries of the log too, and travel the same way.
One asyncio loop evaluates, one thread writes. Invariants: an event is evaluated only after it is on disk;
decisions are stored with the counters they changed and the sequence they cover, so that after a crash
the entries behind that sequence are evaluated again, with the same result. Changes of rules and buildings
made by any process before an entry was committed are seen by its evaluation.
"""

import asyncio
import contextlib
from array import array
from collections import defaultdict, deque
from collections.abc import Callable, Sequence

import structlog

from hearth.core.clock import Clock
from hearth.core.instants import MINUTE_MS, SECOND_MS
from hearth.core.problems import Problem
from hearth.domain.catalogue import Catalogue
from hearth.domain.events import (
    NO_FORECAST_MS,
    EventColumns,
    Fact,
    LogEntry,
    LogKind,
    Series,
    empty_columns,
)
from hearth.engine.buffers import SeriesBuffer
from hearth.engine.effects import Effects
from hearth.engine.goals import is_goal_hour
from hearth.engine.step import step, step_facts, step_tick
from hearth.ports import Change, IssuedBatch, Session, Store, TickProgress, Wake
from hearth.runtime.loading import LoadedBuildings, load_buildings
from hearth.runtime.metrics import IngestMetrics
from hearth.runtime.peering import PublishedPeers
from hearth.runtime.rule_sets import RuleSets
from hearth.runtime.ticking import Ticking
from hearth.runtime.tracing import Tracer, current_trace_parent
from hearth.runtime.writer import Decisions, Group, GroupWriter, Traced, Work, decisions_of, store_decisions

log = structlog.get_logger()

_MOST_BACKLOG_EVENTS = 500_000
_SLICE_EVENTS = 1_000  # evaluated before other tasks (answers to requests) get their turn
_SLICE_BUILDINGS = 250  # of one tick, evaluated and stored together
_REPLAY_ENTRIES = 1_000
_FACTS_AT_A_TIME = 1_000
_BATCHES_AT_A_TIME = 100
_ROUNDS_A_LOOK = 10
_HOUSEKEEPING_SECONDS = 0.5
_RETRY_SECONDS = 1.0
_STOP_SECONDS = 20.0
_OF_ALL_BUILDINGS = ("rules", "customer")  # kinds of changes that concern every building of a customer


class LiveDriver:
    """The live engine of one process. All methods but the writer's callback run on one asyncio loop."""

    def __init__(
        self,
        store: Store,
        catalogue: Catalogue,
        clock: Clock,
        wake: Wake,
        metrics: IngestMetrics | None = None,
        tracer: Tracer | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._wake = wake
        self._metrics = metrics or IngestMetrics()
        self._metrics.backlog_events.set_function(lambda: self._backlog_events)
        self._metrics.lag_seconds.set_function(lambda: self.lag_ms / SECOND_MS)
        self._tracer = tracer
        self._rule_sets = RuleSets(catalogue)
        self._loaded = LoadedBuildings()
        self._ticking = Ticking(store)
        self._published = PublishedPeers()
        self._series: dict[int, Series] = {}
        self._effects = Effects()
        self._minutes: dict[tuple[str, int], int] = defaultdict(int)
        self._next_sequence = 1
        self._applied = 0
        self._stored_applied = 0
        self._change_number = 0
        self._noticed_change = 0
        self._tell_building_change: Callable[[str], None] = lambda building_id: None
        self._backlog_events = 0
        self._pending_decisions = 0
        self._to_evaluate: deque[tuple[LogEntry, int]] = deque()
        self._unevaluated: deque[tuple[int, int]] = deque()  # (sequence, received at) of what was accepted, oldest first
        self._trace_parents: dict[int, str] = {}  # of the entries that are traced, until they are evaluated
        self._traced: list[Traced] = []  # evaluated since the last flush
        self._has_work = asyncio.Event()
        self._is_settled = asyncio.Event()
        self._waiting: dict[int, asyncio.Future[None]] = {}
        self._is_accepting = False
        self._is_broken = False
        self._is_stopping = False
        self._tick_progress: TickProgress | None = None
        self._counting = asyncio.Lock()
        self._entering = asyncio.Lock()
        self._tasks: list[asyncio.Task[None]] = []
        self._writer: GroupWriter | None = None

    # Life

    async def start(self) -> None:
        """Evaluates what a crash left unevaluated, then accepts events."""
        self._loop = asyncio.get_running_loop()
        began_ms = self._clock.now_ms()
        with self._store.read() as session:
            self._change_number = session.changes.last_number_for_operator()
        await self._replay()
        self._writer = GroupWriter(self._store, self._tell_loop, self._metrics, self._tracer)
        self._writer.start()
        self._is_accepting = True
        log.info("ready for events", after_ms=self._clock.now_ms() - began_ms)
        self._tasks = [asyncio.create_task(self._evaluate_forever()), asyncio.create_task(self._keep_house())]

    def _tell_loop(self, group: Group) -> None:
        self._loop.call_soon_threadsafe(self._on_group, group)

    async def stop(self) -> None:
        """Takes nothing more, evaluates and stores what was accepted, then ends."""
        self._is_accepting = False
        self._is_stopping = True
        try:
            await asyncio.wait_for(self.settle(), _STOP_SECONDS)
        except TimeoutError:
            log.error("not all events were evaluated before the stop; the next start does it", events=self._backlog_events)  # noqa: TRY400
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        if self._writer is not None:
            await asyncio.to_thread(self._writer.stop)

    async def settle(self) -> None:
        """Waits until every accepted event is evaluated and every decision stored."""
        while self._is_broken or self._backlog_events or self._pending_decisions or self._applied > self._stored_applied:
            if not self._backlog_events and not self._pending_decisions:
                self._flush(with_progress=True)
            await self._settled_once()

    # Taking events

    @property
    def is_accepting(self) -> bool:
        """Whether events are taken at present."""
        return self._is_accepting

    @property
    def backlog_events(self) -> int:
        """Events accepted or being stored that are not evaluated yet."""
        return self._backlog_events

    @property
    def lag_ms(self) -> int:
        """Age of the oldest accepted entry that is not evaluated yet; 0 when none waits. From any thread.

        Grows while storing or evaluating is stuck, whatever the reason: it asks the clock, and nothing that could hang.
        """
        try:
            _, received_at_ms = self._unevaluated[0]
        except IndexError:
            return 0
        return max(0, self._clock.now_ms() - received_at_ms)

    def not_ready_because(self, most_lag_ms: int) -> str | None:
        """Why no events should come at present, or None."""
        if self._is_broken:
            return "Storing or evaluating failed; the platform begins again from what is stored."
        if not self._is_accepting:
            return "The platform is stopping." if self._is_stopping else "The platform is starting."
        lag_ms = self.lag_ms
        if lag_ms > most_lag_ms:
            return f"Evaluation is stuck or too slow: what was accepted {lag_ms // SECOND_MS} seconds ago is not evaluated yet."
        return None

    def on_building_change(self, tell: Callable[[str], None]) -> None:
        """`tell` is called with the id of each building that was changed, by whatever process."""
        self._tell_building_change = tell

    def know(self, series: Series) -> None:
        """Makes a series known before its first event is submitted."""
        self._series[series.id] = series

    async def submit(self, customer_id: str, kind: LogKind, columns: EventColumns, received_at_ms: int) -> None:
        """Returns when the events are on disk. Raises Problem("unavailable") rather than accept what it cannot keep."""
        if not self._is_accepting or self._backlog_events > _MOST_BACKLOG_EVENTS:
            raise Problem("unavailable", "The platform cannot take events at present; send them again.", retry_after_seconds=2)
        if kind is LogKind.LIVE:
            self._minutes[customer_id, received_at_ms // MINUTE_MS] += len(columns)
        await self._enter(customer_id, kind, columns, received_at_ms)

    async def _enter(
        self,
        customer_id: str,
        kind: LogKind,
        columns: EventColumns,
        received_at_ms: int,
        facts: tuple[Fact, ...] = (),
        tick_ms: int | None = None,
        issued: Sequence[int] = (),
    ) -> None:
        """Puts an entry into the log under the next sequence; returns when it is on disk."""
        entry = LogEntry(
            sequence=self._next_sequence,
            customer_id=customer_id,
            kind=kind,
            received_at_ms=received_at_ms,
            columns=columns,
            facts=facts,
            tick_ms=tick_ms,
        )
        self._next_sequence += entry.size
        self._backlog_events += entry.size
        self._unevaluated.append((entry.sequence, received_at_ms))
        done: asyncio.Future[None] = self._loop.create_future()
        self._waiting[entry.sequence] = done
        trace_parent = current_trace_parent() if self._tracer is not None else None
        if trace_parent is not None:
            self._trace_parents[entry.sequence] = trace_parent
        self._put(Work(entry=entry, issued=issued, trace_parent=trace_parent))
        await done

    def _put(self, work: Work) -> None:
        assert self._writer is not None, "the driver was not started"
        self._writer.put(work)

    # After a transaction

    def _on_group(self, group: Group) -> None:
        if group.error is not None:
            self._on_failed_group(group)
            return
        has_notifications = False
        for work in group.work:
            if work.entry is not None:
                self._to_evaluate.append((work.entry, group.change_number))
                done = self._waiting.pop(work.entry.sequence, None)
                if done is not None and not done.done():
                    done.set_result(None)
            if work.decisions is not None:
                self._pending_decisions -= 1
                self._stored_applied = max(self._stored_applied, work.decisions.applied_sequence)
                self._count(work.decisions)
                has_notifications = has_notifications or bool(work.decisions.outcomes)
        if has_notifications:
            self._wake.wake()
        self._has_work.set()
        self._is_settled.set()

    def _on_failed_group(self, group: Group) -> None:
        """Nothing of the group is known to be stored: the senders are told, and the engine starts from disk."""
        log.error("storing failed", error=repr(group.error), work=len(group.work))
        self._note_broken()
        for work in group.work:
            if work.entry is not None:
                self._backlog_events -= work.entry.size
                done = self._waiting.pop(work.entry.sequence, None)
                if done is not None and not done.done():
                    done.set_exception(Problem("unavailable", "The events could not be stored; send them again.", (), 2))
            if work.decisions is not None:
                self._pending_decisions -= 1
        self._has_work.set()
        self._is_settled.set()

    def _note_broken(self) -> None:
        if not self._is_broken:
            self._metrics.driver_failures.inc()
        self._is_accepting = False
        self._is_broken = True

    def _count(self, decisions: Decisions) -> None:
        """What is stored now is counted."""
        for outcome in decisions.outcomes:
            reason = outcome.notification.drop_reason
            self._metrics.notifications.labels("generated" if reason is None else "dropped", reason or "").inc()
        for faults in decisions.faults.values():
            self._metrics.rule_faults.inc(sum(each.faults for each in faults))

    async def _recover(self) -> None:
        """Forgets what is in memory and evaluates from the stored progress on."""
        while self._waiting or self._pending_decisions:
            await self._settled_once()
        assert self._writer is not None, "the driver was not started"
        self._writer.resume()
        self._to_evaluate.clear()
        self._trace_parents.clear()
        self._traced.clear()
        self._backlog_events = 0
        await self._take_changes()
        await self._replay()
        self._unevaluated.clear()
        self._is_broken = False
        self._is_accepting = not self._is_stopping
        self._is_settled.set()

    async def _replay(self) -> None:
        """Evaluates the log behind the stored progress, and stores what comes of it."""
        self._loaded = LoadedBuildings()
        self._effects = Effects()
        self._tick_progress = None
        self._ticking = Ticking(self._store)  # what was due and not stored comes due again
        with self._store.read() as session:
            self._applied = self._stored_applied = session.engine.applied_sequence_for_operator()
            self._next_sequence = session.events.last_sequence_for_operator() + 1
        started_at = self._applied
        while True:
            entries = await asyncio.to_thread(self._read_entries, self._applied + 1)
            if not entries:
                break
            for entry in entries:
                await self._evaluate(entry)
            effects, self._effects = self._effects, Effects()
            decisions = decisions_of(self._applied, effects)
            await asyncio.to_thread(self._store_now, decisions)
            self._stored_applied = self._applied
            self._count(decisions)
        if self._applied > started_at:
            log.info("replayed the log", from_sequence=started_at + 1, to_sequence=self._applied)
            self._wake.wake()

    def _read_entries(self, from_sequence: int) -> list[LogEntry]:
        with self._store.read() as session:
            return session.events.list_entries_for_operator(from_sequence, _REPLAY_ENTRIES)

    def _store_now(self, decisions: Decisions) -> None:
        with self._store.write() as session:
            store_decisions(session, decisions)

    # Evaluating

    async def _evaluate_forever(self) -> None:
        """Whatever fails here starts again from what is stored; nothing is evaluated half."""
        while True:
            try:
                if self._is_broken:
                    await self._recover()
                await self._evaluate_what_waits()
            except Exception:
                log.exception("evaluating failed; starting again from what is stored")
                self._note_broken()
                await asyncio.sleep(_RETRY_SECONDS)
            else:
                await self._has_work.wait()

    async def _evaluate_what_waits(self) -> None:
        self._has_work.clear()
        if self._noticed_change > self._change_number:
            await self._take_changes()
        while self._to_evaluate and not self._is_broken:
            with self._metrics.evaluation_seconds.time():
                await self._evaluate_turn()
            self._flush()
            if self._to_evaluate:
                await asyncio.sleep(0)
        self._flush()
        self._is_settled.set()

    async def _evaluate_turn(self) -> None:
        """What waits, as much of it as other tasks may wait for."""
        evaluated: dict[LogKind, int] = defaultdict(int)
        since_turn = 0
        while self._to_evaluate and not self._is_broken and since_turn < _SLICE_EVENTS:
            entry, change_number = self._to_evaluate.popleft()
            if change_number > self._change_number:
                await self._take_changes()
            if entry.sequence in self._trace_parents:
                await self._evaluate_traced(entry)
            else:
                await self._evaluate(entry)
            self._backlog_events -= entry.size
            evaluated[entry.kind] += entry.size
            since_turn += entry.size
            while self._unevaluated and self._unevaluated[0][0] <= self._applied:
                self._unevaluated.popleft()
        for kind, events in evaluated.items():
            self._metrics.evaluated_of[kind].inc(events)

    async def _evaluate_traced(self, entry: LogEntry) -> None:
        assert self._tracer is not None, "only a tracer lets entries be traced"
        span = self._tracer.begin("evaluate", self._trace_parents.pop(entry.sequence))
        await self._evaluate(entry)
        span.end(events=entry.size, sequence=entry.sequence)
        self._traced.append(Traced(entry.sequence, entry.sequence + entry.size - 1, span.trace_parent))

    async def _evaluate(self, entry: LogEntry) -> None:
        if entry.facts:
            absent = {fact.building_id for fact in entry.facts if fact.building_id not in self._loaded.buildings}
            if absent:
                await self._load(entry.customer_id, absent, entry.sequence)
            step_facts(self._loaded.buildings, entry.facts, self._effects)
        elif entry.tick_ms is not None:
            await self._evaluate_tick(entry, entry.tick_ms)
        else:
            buffers = self._loaded.buffers
            unknown = {series_id for series_id in entry.columns.series_ids if series_id not in buffers}
            if unknown:
                await self._load_series(entry.customer_id, unknown, entry.sequence)
            step(buffers, entry, self._effects)
        self._applied = entry.sequence + entry.size - 1

    async def _evaluate_tick(self, entry: LogEntry, tick_ms: int) -> None:
        """In slices of buildings, each stored before the next, so that no transaction is long and other tasks get their turn.

        What is stored with a slice is how far the tick has come: a crash goes on from there.
        """
        building_ids = await self._ticking.buildings_at(entry.customer_id, tick_ms, self._change_number)
        if is_goal_hour(tick_ms):
            loaded = self._loaded.with_open_goals(entry.customer_id)  # also those whose goals are not stored yet
            stored_open = await asyncio.to_thread(self._read_open_goals, entry.customer_id)
            building_ids = sorted({*building_ids, *loaded, *stored_open})
        stored = await asyncio.to_thread(self._read_tick_progress, entry.customer_id)
        if stored is not None and stored.sequence == entry.sequence:
            building_ids = [building_id for building_id in building_ids if building_id > stored.building_id]
        for start in range(0, len(building_ids), _SLICE_BUILDINGS):
            some = building_ids[start : start + _SLICE_BUILDINGS]
            absent = {building_id for building_id in some if building_id not in self._loaded.buildings}
            if absent:
                await self._load(entry.customer_id, absent, entry.sequence)
            step_tick([self._loaded.buildings[each] for each in some if each in self._loaded.buildings], entry, self._effects)
            self._tick_progress = TickProgress(entry.customer_id, entry.sequence, some[-1])
            if self._is_accepting:  # a replay stores what it decided by itself
                await self._store_decisions()
            await asyncio.sleep(0)
        self._tick_progress = None

    def _read_tick_progress(self, customer_id: str) -> TickProgress | None:
        with self._store.read() as session:
            return session.engine.find_tick_progress(customer_id)

    def _read_open_goals(self, customer_id: str) -> list[str]:
        with self._store.read() as session:
            return session.goals.list_buildings_with_open(customer_id)

    async def _load_series(self, customer_id: str, series_ids: set[int], sequence: int) -> None:
        """Every series of an entry gets a buffer before the entry is evaluated."""
        unheard = sorted(series_id for series_id in series_ids if series_id not in self._series)
        if unheard:
            for series in await asyncio.to_thread(self._read_series, customer_id, unheard):
                self._series[series.id] = series
        known = [self._series[series_id] for series_id in sorted(series_ids) if series_id in self._series]
        absent = {series.building_id for series in known if series.building_id not in self._loaded.buildings}
        if absent:
            await self._load(customer_id, absent, sequence)
        for series in known:
            if series.id not in self._loaded.buffers and series.building_id in self._loaded.buildings:
                self._loaded.add_series(series)
        for series_id in [series_id for series_id in sorted(series_ids) if series_id not in self._loaded.buffers]:
            # The building was erased while its event was on the way: a buffer that nobody reads.
            self._loaded.buffers[series_id] = SeriesBuffer(
                Series(id=series_id, customer_id=customer_id, building_id="", event_type="", device_id="", source="")
            )

    def _read_series(self, customer_id: str, series_ids: list[int]) -> list[Series]:
        with self._store.read() as session:
            return session.series.list_by_id(customer_id, series_ids)

    async def _load(self, customer_id: str, building_ids: set[str], sequence: int) -> None:
        def load() -> None:
            with self._store.read() as session:
                ids = sorted(building_ids)
                states = load_buildings(session, self._rule_sets, customer_id, ids, sequence, self._published)
            for state in states:
                self._loaded.add(state)

        await asyncio.to_thread(load)

    def _flush(self, with_progress: bool = False) -> None:
        """Hands what was decided to the writer; mere progress only when asked.

        What was decided since something failed may rest on what is lost, or be half: it is decided again.
        """
        if self._is_broken:
            return
        effects = self._effects
        traced, self._traced = self._traced, []
        for fault in effects.faults:
            log.error("rule failed", rule_id=fault.rule_id, building_id=fault.building_id, error=fault.error)
        has_progress = self._applied > self._stored_applied or bool(self._minutes)
        if effects.is_empty and not (with_progress and has_progress):
            return
        self._effects = Effects()
        minutes, self._minutes = self._minutes, defaultdict(int)
        self._pending_decisions += 1
        self._put(Work(decisions=decisions_of(self._applied, effects, minutes, self._tick_progress, traced)))

    async def _store_decisions(self) -> None:
        """Returns when everything that was decided is stored, or cannot be."""
        self._flush()
        while self._pending_decisions and not self._is_broken:
            await self._settled_once()

    # Housekeeping

    async def _keep_house(self) -> None:
        """Progress, changes by other processes, ticks, and deliveries to count: looked after twice a second."""
        while True:
            await asyncio.sleep(_HOUSEKEEPING_SECONDS)
            if not self._is_accepting:
                continue
            try:
                await self.count_deliveries()
                await self.tick()
                await self.enter_issued()
                if self._applied > self._stored_applied or self._minutes:
                    self._flush(with_progress=True)
            except Exception:
                log.exception("housekeeping failed; trying again")

    async def count_deliveries(self) -> None:
        """Turns deliveries that arrived, and what households then did, into facts of the log, whose order they follow."""

        def delivered(session: Session) -> Sequence[tuple[str, Fact]]:
            return session.outbox.list_uncounted_for_operator(_FACTS_AT_A_TIME)

        def interacted(session: Session) -> Sequence[tuple[str, Fact]]:
            return session.notifications.list_unnoted_for_operator(_FACTS_AT_A_TIME)

        async with self._counting:  # what one call has read and not yet stored, another must not read
            await self._enter_facts(LogKind.DELIVERED, delivered)
            await self._enter_facts(LogKind.INTERACTED, interacted)

    async def _enter_facts(self, kind: LogKind, list_facts: Callable[[Session], Sequence[tuple[str, Fact]]]) -> None:
        def read() -> dict[str, list[Fact]]:
            by_customer: dict[str, list[Fact]] = defaultdict(list)
            with self._store.read() as session:
                for customer_id, fact in list_facts(session):
                    by_customer[customer_id].append(fact)
            return by_customer

        for customer_id, facts in (await asyncio.to_thread(read)).items():
            if not self._is_accepting:
                return
            await self._enter(customer_id, kind, empty_columns(), self._clock.now_ms(), tuple(facts))

    async def enter_issued(self) -> None:
        """Puts what context services have issued into the log, live or historical, and takes it out of their line."""

        def read() -> list[IssuedBatch]:
            with self._store.read() as session:
                return session.issued.list_for_operator(_BATCHES_AT_A_TIME)

        async with self._entering:  # what one call has read and not yet stored, another must not read
            for _ in range(_ROUNDS_A_LOOK):  # an hour's forecasts of many homes must not keep a schedule's tick waiting
                batches = await asyncio.to_thread(read) if self._is_accepting else []
                if not batches:
                    return
                alike: dict[tuple[str, LogKind], list[IssuedBatch]] = defaultdict(list)
                for batch in batches:
                    is_historical = any(event.is_historical for event in batch.events)
                    alike[batch.customer_id, LogKind.HISTORICAL if is_historical else LogKind.LIVE].append(batch)
                for (customer_id, kind), some in alike.items():
                    columns = await asyncio.to_thread(self._columns_of_issued, customer_id, some)
                    numbers = [batch.number for batch in some]
                    if not self._is_accepting:  # it broke, or was stopped, while the columns were made
                        return
                    await self._enter(customer_id, kind, columns, self._clock.now_ms(), issued=numbers)
                    self._metrics.events_accepted.labels("issued").inc(len(columns))

    def _columns_of_issued(self, customer_id: str, batches: Sequence[IssuedBatch]) -> EventColumns:
        """The events of the batches; new series are added. Those of a building that went meanwhile are left out."""
        columns = EventColumns(series_ids=array("i"), times_ms=array("q"), values=array("d"), forecast_ms=array("q"))
        assert columns.forecast_ms is not None
        found: dict[tuple[str, str, str, str], Series] = {}
        with self._store.write() as session:
            there = {each.id for each in session.buildings.list_by_id(customer_id, [batch.building_id for batch in batches])}
            for batch in batches:
                for event in batch.events if batch.building_id in there else ():
                    key = (batch.building_id, event.event_type, event.device_id, event.source)
                    series = found.get(key)
                    if series is None:
                        series = found[key] = session.series.find_or_add(customer_id, *key, None)
                        self.know(series)
                    columns.series_ids.append(series.id)
                    columns.times_ms.append(event.occurred_at_ms)
                    columns.values.append(event.value)
                    columns.forecast_ms.append(NO_FORECAST_MS if event.forecast_at_ms is None else event.forecast_at_ms)
        return columns

    async def tick(self) -> None:
        """Turns instants at which schedules tick into facts of the log, once the clock has passed them.

        Rules and buildings are those of the time of the look: the clock is read before changes are.
        """
        if not self._is_accepting:
            return
        now_ms = self._clock.now_ms()
        await self.notice_changes()
        ticking = self._ticking
        for customer_id, at_ms in await ticking.due(now_ms, self._noticed_change):
            if not self._is_accepting or ticking is not self._ticking:
                return
            await self._enter(customer_id, LogKind.TICK, empty_columns(), self._clock.now_ms(), tick_ms=at_ms)

    async def notice_changes(self) -> None:
        """Looks for changes by other processes, also while no events come."""

        def read() -> int:
            with self._store.read() as session:
                return session.changes.last_number_for_operator()

        self._noticed_change = await asyncio.to_thread(read)
        if self._noticed_change > self._change_number:
            self._has_work.set()

    async def _take_changes(self) -> None:
        """Rules or buildings changed: what depends on them is loaded anew, from stored counters."""

        def read() -> list[Change]:
            with self._store.read() as session:
                changes = session.changes.list_since_for_operator(self._change_number)
                for customer_id in sorted({change.customer_id for change in changes if change.kind == "peers"}):
                    if self._published.knows(customer_id):
                        self._published.read(session, customer_id)
                return changes

        changes = await asyncio.to_thread(read)
        if any(self._concerns_loaded(change) for change in changes):
            await self._store_decisions()
        for change in changes:
            self._change_number = max(self._change_number, change.number)
            if change.kind in _OF_ALL_BUILDINGS:
                self._rule_sets.forget(change.customer_id)
                self._loaded.forget_customer(change.customer_id)
            elif change.building_id is not None:
                self._loaded.forget(change.building_id)
                if change.kind == "buildings":
                    self._tell_building_change(change.building_id)

    def _concerns_loaded(self, change: Change) -> bool:
        return change.kind in _OF_ALL_BUILDINGS or change.building_id in self._loaded.buildings

    async def _settled_once(self) -> None:
        """Until the next transaction has ended."""
        self._is_settled.clear()
        await self._is_settled.wait()
