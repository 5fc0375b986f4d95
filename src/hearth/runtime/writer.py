"""GroupWriter: one thread that makes events durable and stores what the engine decided, in groups.

Whatever waits when a commit ends goes into the next one, so that one flush to disk serves many requests.
It knows transactions and order; it does not know what an event means. Invariant: the waiters of a group
hear of it only after its transaction is on disk, in the order in which they were submitted; and after one
group has failed nothing more is stored until `resume`, so that no decision overtakes one that was lost.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue

from hearth.delivery.outbox import outgoing
from hearth.domain.events import LogEntry
from hearth.engine.effects import Outcome
from hearth.ports import RuleStateKey, Session, Store, TickProgress

_MOST_EVENTS_A_GROUP = 50_000


@dataclass(frozen=True)
class Decisions:
    """What evaluations up to `applied_sequence` decided, and the events received per (customer, minute).

    `tick`: of the tick behind that sequence, what a part of the buildings decided.
    """

    applied_sequence: int
    outcomes: Sequence[Outcome] = ()
    states: Mapping[str, Mapping[tuple[str, str], bytes]] = field(default_factory=dict)
    minutes: Mapping[tuple[str, int], int] = field(default_factory=dict)
    tick: TickProgress | None = None


@dataclass
class Work:
    """One thing to store: an entry of the log (with the notifications it counts), or decisions."""

    entry: LogEntry | None = None
    decisions: Decisions | None = None


@dataclass(frozen=True)
class Group:
    """What one transaction held: the committed work and the newest change any process has made."""

    work: Sequence[Work]
    change_number: int
    error: BaseException | None = None


class GroupWriter:
    """Runs the writing thread. `on_group` is called from that thread after each transaction."""

    def __init__(self, store: Store, on_group: Callable[[Group], None]) -> None:
        self._store = store
        self._on_group = on_group
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
        try:
            with self._store.write() as session:
                entries = [work.entry for work in group if work.entry is not None]
                if entries:
                    session.events.append(entries)
                for entry in entries:
                    if entry.facts:
                        session.outbox.mark_counted(entry.customer_id, [fact.notification_id for fact in entry.facts])
                    if entry.tick_ms is not None:
                        session.engine.set_ticked_until(entry.customer_id, entry.tick_ms)
                for work in group:
                    if work.decisions is not None:
                        store_decisions(session, work.decisions)
                change_number = session.changes.last_number_for_operator()
        except Exception as error:  # noqa: BLE001 - whatever it was, the waiters must hear that nothing was stored
            self._failure = error
            return Group(group, 0, error)
        return Group(group, change_number)


def store_decisions(session: Session, decisions: Decisions) -> None:
    """Notifications, outbox rows, counters and the sequence they cover, in the caller's transaction."""
    store_outcomes(session, decisions.outcomes)
    for customer_id, states in decisions.states.items():
        session.engine.replace_states(customer_id, {RuleStateKey(*key): state for key, state in states.items()})
    if decisions.minutes:
        session.events.count_minutes(decisions.minutes)
    session.engine.set_applied_sequence_for_operator(decisions.applied_sequence)
    if decisions.tick is not None:
        session.engine.set_tick_progress(*decisions.tick)


def store_outcomes(session: Session, outcomes: Sequence[Outcome]) -> None:
    """Notifications with their outbox rows; what the customer fetches for itself is delivered by being there."""
    has_endpoint: dict[str, bool] = {}
    notifications, deliveries = [], []
    for outcome in outcomes:
        customer_id = outcome.notification.customer_id
        if customer_id not in has_endpoint:
            has_endpoint[customer_id] = session.endpoints.find(customer_id) is not None
        notification, delivery = outgoing(outcome.notification, outcome.valid_for_ms, has_endpoint[customer_id])
        notifications.append(notification)
        if delivery is not None:
            deliveries.append(delivery)
    if notifications:
        session.notifications.add_all(notifications)
    if deliveries:
        session.outbox.add_all(deliveries)
    for delivery in deliveries:
        if delivery.channel == "fetch" and delivery.due_at_ms == delivery.created_at_ms:  # not held for later
            session.outbox.close(delivery.customer_id, delivery.id, delivered=True, at_ms=delivery.created_at_ms)
