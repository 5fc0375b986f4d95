"""GroupWriter: one thread that makes events durable and stores what the engine decided, in groups.

Whatever waits when a commit ends goes into the next one, so that one flush to disk serves many requests.
It knows transactions and order; it does not know what an event means. Invariant: the waiters of a group
hear of it only after its transaction is on disk, in the order in which they were submitted; and after one
group has failed nothing more is stored until `resume`, so that no decision overtakes one that was lost.
"""

import threading
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import NamedTuple

from msgspec.structs import replace

from hearth.delivery.outbox import outgoing
from hearth.delivery.recipients import THE_WEBHOOK, Target, targets_of
from hearth.domain.channels import FETCH
from hearth.domain.contacts import Contact
from hearth.domain.events import Delivered, Interacted, LogEntry
from hearth.domain.goals import Goal
from hearth.domain.notifications import Notification
from hearth.engine.effects import Effects, Outcome, RuleFault
from hearth.ports import RuleFaults, RuleStateKey, Session, Store, TickProgress
from hearth.runtime.metrics import IngestMetrics
from hearth.runtime.tracing import Span, Tracer

_MOST_EVENTS_A_GROUP = 50_000
_LONGEST_ERROR = 500


class Traced(NamedTuple):
    """The entry of these sequences was evaluated in a span, which its deliveries go on from."""

    first_sequence: int
    last_sequence: int
    trace_parent: str


@dataclass(frozen=True)
class Decisions:
    """What evaluations up to `applied_sequence` decided, and the events received per (customer, minute).

    `tick`: of the tick behind that sequence, what a part of the buildings decided.
    """

    applied_sequence: int
    outcomes: Sequence[Outcome] = ()
    states: Mapping[str, Mapping[tuple[str, str], bytes]] = field(default_factory=dict)
    goals: Mapping[str, Sequence[Goal]] = field(default_factory=dict)
    faults: Mapping[str, Sequence[RuleFaults]] = field(default_factory=dict)
    minutes: Mapping[tuple[str, int], int] = field(default_factory=dict)
    tick: TickProgress | None = None
    traced: Sequence[Traced] = ()


def decisions_of(
    applied_sequence: int,
    effects: Effects,
    minutes: Mapping[tuple[str, int], int] | None = None,
    tick: TickProgress | None = None,
    traced: Sequence[Traced] = (),
) -> Decisions:
    """What the effects are at this moment, to be stored."""
    return Decisions(
        applied_sequence=applied_sequence,
        outcomes=effects.outcomes,
        states=effects.states(),
        goals=effects.goals_by_customer(),
        faults=_counted(effects.faults),
        minutes=minutes or {},
        tick=tick,
        traced=traced,
    )


def _counted(faults: Sequence[RuleFault]) -> dict[str, list[RuleFaults]]:
    """Faults of each version together, by customer."""
    by_version: dict[tuple[str, str, int], list[RuleFault]] = {}
    for fault in faults:
        by_version.setdefault((fault.customer_id, fault.rule_id, fault.rule_version), []).append(fault)
    by_customer: dict[str, list[RuleFaults]] = {}
    for (customer_id, rule_id, version), found in sorted(by_version.items()):
        last = found[-1]
        times = [fault.occurred_at_ms for fault in found]
        error = last.error[:_LONGEST_ERROR]
        one = RuleFaults(rule_id, version, len(found), min(times), max(times), last.building_id, error)
        by_customer.setdefault(customer_id, []).append(one)
    return by_customer


@dataclass
class Work:
    """One thing to store: an entry of the log (with the notifications it counts), or decisions.

    `issued`: the batches of issued events that the entry takes from their line.
    """

    entry: LogEntry | None = None
    issued: Sequence[int] = ()
    decisions: Decisions | None = None
    trace_parent: str | None = None


@dataclass(frozen=True)
class Group:
    """What one transaction held: the committed work and the newest change any process has made."""

    work: Sequence[Work]
    change_number: int
    error: BaseException | None = None


class GroupWriter:
    """Runs the writing thread. `on_group` is called from that thread after each transaction."""

    def __init__(
        self,
        store: Store,
        on_group: Callable[[Group], None],
        metrics: IngestMetrics | None = None,
        tracer: Tracer | None = None,
    ) -> None:
        self._store = store
        self._on_group = on_group
        self._metrics = metrics or IngestMetrics()
        self._tracer = tracer
        self._queue: SimpleQueue[Work | None] = SimpleQueue()
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="group-writer", daemon=True)

    def start(self) -> None:
        """Starts the thread."""
        self._thread.start()

    def put(self, work: Work) -> None:
        """Adds work to the next group."""
        self._queue.put(work)

    def resume(self) -> None:
        """Stores again after a failure; to be called when all that was put before has been answered."""
        self._failure = None

    def stop(self) -> None:
        """Stores what was put before, then ends. Blocks until it has."""
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        is_running = True
        while is_running:
            first = self._queue.get()
            if first is None:
                return
            group = [first]
            events = first.entry.size if first.entry is not None else 0
            while events < _MOST_EVENTS_A_GROUP:
                try:
                    work = self._queue.get_nowait()
                except Empty:
                    break
                if work is None:
                    is_running = False
                    break
                group.append(work)
                events += work.entry.size if work.entry is not None else 0
            self._on_group(self._store_group(group))

    def _store_group(self, group: list[Work]) -> Group:
        if self._failure is not None:
            return Group(group, 0, self._failure)
        spans = self._begin_spans(group)
        try:
            with self._metrics.group_seconds.time(), self._store.write() as session:
                entries = [work.entry for work in group if work.entry is not None]
                if entries:
                    session.events.append(entries)
                for entry in entries:
                    _mark_facts(session, entry)
                    if entry.tick_ms is not None:
                        session.engine.set_ticked_until(entry.customer_id, entry.tick_ms)
                for work in group:
                    if work.entry is not None and work.issued:
                        session.issued.delete(work.entry.customer_id, work.issued)
                    if work.decisions is not None:
                        store_decisions(session, work.decisions)
                change_number = session.changes.last_number_for_operator()
        except Exception as error:  # noqa: BLE001 - whatever it was, the waiters must hear that nothing was stored
            self._failure = error
            self._metrics.group_failures.inc()
            return Group(group, 0, error)
        finally:
            for span in spans:
                span.end(group_size=len(group))
        self._metrics.group_entries.observe(len(group))
        return Group(group, change_number)

    def _begin_spans(self, group: Sequence[Work]) -> list[Span]:
        """One for each traced entry or evaluation that the transaction stores something of."""
        if self._tracer is None:
            return []
        spans = [self._tracer.begin("group commit", work.trace_parent) for work in group if work.trace_parent is not None]
        for work in group:
            if work.decisions is not None and work.decisions.traced:
                spans += [self._tracer.begin("store decisions", each.trace_parent) for each in work.decisions.traced]
        return spans


def _mark_facts(session: Session, entry: LogEntry) -> None:
    """What has become a fact of the log will not become one again."""
    counted = [fact.notification_id for fact in entry.facts if isinstance(fact, Delivered)]
    if counted:
        session.outbox.mark_counted(entry.customer_id, counted)
    noted = [fact.number for fact in entry.facts if isinstance(fact, Interacted)]
    if noted:
        session.notifications.mark_noted(entry.customer_id, noted)


def store_decisions(session: Session, decisions: Decisions) -> None:
    """Notifications, outbox rows, counters, goals, faults and the sequence they cover, in the caller's transaction."""
    store_outcomes(session, decisions.outcomes, decisions.traced)
    for customer_id, states in decisions.states.items():
        session.engine.replace_states(customer_id, {RuleStateKey(*key): state for key, state in states.items()})
    for customer_id, goals in decisions.goals.items():
        session.goals.replace_all(customer_id, goals)
    for customer_id, faults in decisions.faults.items():
        session.rules.note_faults(customer_id, faults)
    if decisions.minutes:
        session.events.count_minutes(decisions.minutes)
    session.engine.set_applied_sequence_for_operator(decisions.applied_sequence)
    if decisions.tick is not None:
        session.engine.set_tick_progress(*decisions.tick)


def store_outcomes(session: Session, outcomes: Sequence[Outcome], traced: Sequence[Traced] = ()) -> None:
    """Notifications with their outbox rows; what the customer fetches for itself is delivered by being there."""
    addressing = _Addressing(session, outcomes)
    notifications, deliveries = [], []
    for outcome in outcomes:
        notification, rows = outgoing(outcome.notification, outcome.valid_for_ms, addressing.targets_of(outcome.notification))
        notifications.append(notification)
        deliveries += [replace(each, trace_parent=_trace_parent(notification, traced)) for each in rows] if traced else rows
    if notifications:
        session.notifications.add_all(notifications)
    if deliveries:
        session.outbox.add_all(deliveries)
    for delivery in deliveries:
        if delivery.channel == FETCH and delivery.due_at_ms == delivery.created_at_ms:  # not held for later
            session.outbox.close(delivery.customer_id, delivery.id, delivered=True, at_ms=delivery.created_at_ms)


class _Addressing:
    """Whom each of these notifications goes to. Each customer's channels are read once, contacts only where one asks for them."""

    def __init__(self, session: Session, outcomes: Sequence[Outcome]) -> None:
        buildings: dict[str, set[str]] = defaultdict(set)
        for notification in (outcome.notification for outcome in outcomes):
            if notification.status != "DROPPED":
                buildings[notification.customer_id].add(notification.building_id)
        endpoints = {each: session.endpoints.find(each) for each in buildings}
        self._has_endpoint = {each: found is not None and found.is_enabled for each, found in endpoints.items()}
        self._channels = {each: session.channels.list_of(each) for each in buildings}
        self._contacts: dict[str, dict[str, Contact]] = {}
        for customer_id, channels in self._channels.items():
            if any(channel.is_enabled and channel.reaches_users for channel in channels):
                self._contacts |= session.contacts.list_of(customer_id, sorted(buildings[customer_id]))

    def targets_of(self, notification: Notification) -> list[Target]:
        """None for a dropped one, and where the customer fetches it."""
        customer_id = notification.customer_id
        if notification.status == "DROPPED":
            return []
        contacts = self._contacts.get(notification.building_id, {})
        targets = [THE_WEBHOOK] if self._has_endpoint[customer_id] else []
        for channel in self._channels[customer_id]:
            targets += targets_of(channel, notification.user_ids, contacts)
        return targets


def _trace_parent(notification: Notification, traced: Sequence[Traced]) -> str | None:
    """The span in which the event that caused the notification was evaluated, if it was traced."""
    at = notification.trigger_sequence
    return next((each.trace_parent for each in traced if each.first_sequence <= at <= each.last_sequence), None)
