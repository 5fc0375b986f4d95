"""The named steps from a request to a counted delivery at which a server is killed: one row each.

A row names the process that dies, the function of Hearth that stands for the step, and whether it dies before that
function begins or after it has returned. Where a function is called for several reasons, `only` says which calls count.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from hearth.domain.events import LogEntry, LogKind

INGEST, DELIVER = "ingest", "deliver"
BEFORE, AFTER = "before", "after"


class Call(NamedTuple):
    """One call of a step's function, `self` among the arguments; `result` is None before it has returned."""

    arguments: tuple[Any, ...]
    result: Any = None


class Step(NamedTuple):
    """`behind`: the step at which the process has died just before, for what only a restart does."""

    name: str
    process: str
    when: str
    module: str
    function: str
    only: Callable[[Call], bool] = lambda _: True
    behind: str | None = None


def _evaluates(kind: LogKind) -> Callable[[Call], bool]:
    return lambda call: call.arguments[1].kind is kind


_evaluates_event, _evaluates_deliveries = _evaluates(LogKind.LIVE), _evaluates(LogKind.DELIVERED)


def _enters(kind: LogKind) -> Callable[[Call], bool]:
    return lambda call: call.arguments[2] is kind


def _is_event(entry: LogEntry | None) -> bool:
    return entry is not None and entry.kind is LogKind.LIVE


def _puts_event(call: Call) -> bool:
    return _is_event(call.arguments[1].entry)


def _appends_event(call: Call) -> bool:
    return any(map(_is_event, call.arguments[1]))


def _stored_event(call: Call) -> bool:
    return any(_is_event(work.entry) for work in call.arguments[1].work)


def _stored_notifications(call: Call) -> bool:
    return any(work.decisions is not None and work.decisions.outcomes for work in call.arguments[1].work)


def _has_notifications(call: Call) -> bool:
    return bool(call.arguments[1].outcomes)


def _has_result(call: Call) -> bool:
    return bool(call.result)


def _leased(call: Call) -> bool:
    return bool(call.result.deliveries)


def _writes_chunks(call: Call) -> bool:
    return bool(call.arguments[1].chunks)


def _deletes_rows(call: Call) -> bool:
    return bool(call.arguments[1].up_to_sequence)


_ticks_begun: set[int] = set()


def _continues_tick(call: Call) -> bool:
    """Of `step_tick(buildings, entry, effects)`: another slice of the same tick came before."""
    sequence = call.arguments[1].sequence
    has_begun = sequence in _ticks_begun
    _ticks_begun.add(sequence)
    return has_begun


_LIVE, _WRITER, _STEP = "hearth.runtime.live", "hearth.runtime.writer", "hearth.engine.step"
_EVENTS, _ENGINE, _COMPACTION = "hearth.store.events", "hearth.store.engine", "hearth.store.compaction"
_NOTIFICATIONS, _OUTBOX, _GOALS = "hearth.store.notifications", "hearth.store.outbox", "hearth.store.goals"
_DELIVERIES, _HOUSE = "hearth.services.deliveries", "hearth.runtime.housekeeping"
_WEBHOOK, _WAKE = "hearth.connectors.webhook", "hearth.connectors.wake"

_UNTOLD = "an event is committed, the driver not told"
_SLICED = "a slice of a tick is stored, the next not evaluated"

# fmt: off
STEPS_OF_EVENTS = (
    # An event is taken,
    Step("a request is read, nothing entered", INGEST, BEFORE, _LIVE, "LiveDriver.submit"),
    Step("an event waits for its transaction", INGEST, AFTER, _LIVE, "LiveDriver._put", _puts_event),
    Step("the transaction of an event has begun", INGEST, BEFORE, _EVENTS, "SqlEventRepository.append", _appends_event),
    Step("an event is appended, not committed", INGEST, AFTER, _EVENTS, "SqlEventRepository.append", _appends_event),
    Step(_UNTOLD, INGEST, BEFORE, _LIVE, "LiveDriver._tell_loop", _stored_event),
    Step("the driver hears of a committed event", INGEST, BEFORE, _LIVE, "LiveDriver._on_group", _stored_event),
    Step("an event is on disk, not acknowledged", INGEST, AFTER, _LIVE, "LiveDriver.submit"),
    # evaluated,
    Step("an event is not evaluated yet", INGEST, BEFORE, _LIVE, "LiveDriver._evaluate", _evaluates_event),
    Step("the first rule of an event has held", INGEST, AFTER, _STEP, "condition_held"),
    Step("an event is evaluated, nothing handed on", INGEST, AFTER, _LIVE, "LiveDriver._evaluate", _evaluates_event),
    # what was decided is stored,
    Step("the transaction of decisions has begun", INGEST, BEFORE, _WRITER, "store_decisions", _has_notifications),
    Step("notifications are added", INGEST, AFTER, _NOTIFICATIONS, "SqlNotificationRepository.add_all"),
    Step("outbox rows are added", INGEST, AFTER, _OUTBOX, "SqlOutboxRepository.add_all"),
    Step("a notification to be fetched is closed", INGEST, AFTER, _OUTBOX, "SqlOutboxRepository.close"),
    Step("notifications and outbox rows are complete", INGEST, AFTER, _WRITER, "store_outcomes"),
    Step("states are replaced", INGEST, AFTER, _ENGINE, "SqlEngineRepository.replace_states"),
    Step("goals are replaced", INGEST, AFTER, _GOALS, "SqlGoalRepository.replace_all"),
    Step("events of the minute are counted", INGEST, AFTER, _EVENTS, "SqlEventRepository.count_minutes"),
    Step("the applied sequence is set", INGEST, AFTER, _ENGINE, "SqlEngineRepository.set_applied_sequence_for_operator"),
    Step("decisions are complete, not committed", INGEST, AFTER, _WRITER, "store_decisions", _has_notifications),
    Step("decisions are committed, the driver not told", INGEST, BEFORE, _LIVE, "LiveDriver._tell_loop", _stored_notifications),
    Step("the delivering process is not woken", INGEST, BEFORE, _WAKE, "PipeWake.wake"),
    # or evaluated again after a restart,
    Step("a restart has read the log", INGEST, AFTER, _LIVE, "LiveDriver._read_entries", _has_result, _UNTOLD),
    Step("a restart has evaluated, stored nothing", INGEST, BEFORE, _LIVE, "LiveDriver._store_now", behind=_UNTOLD),
    Step("a restart has not committed its decisions", INGEST, AFTER, _LIVE, "store_decisions", behind=_UNTOLD),
    Step("a restart has committed its decisions", INGEST, AFTER, _LIVE, "LiveDriver._store_now", behind=_UNTOLD),
    Step("a restart takes nothing yet", INGEST, AFTER, _LIVE, "LiveDriver._replay", behind=_UNTOLD),
    # delivered,
    Step("the transaction of a lease has begun", DELIVER, BEFORE, _OUTBOX, "SqlOutboxRepository.lease_for_operator"),
    Step("a delivery is leased, not committed", DELIVER, AFTER, _OUTBOX, "SqlOutboxRepository.lease_for_operator", _has_result),
    Step("a lease is committed, nothing prepared", DELIVER, AFTER, _DELIVERIES, "Deliveries.lease", _leased),
    Step("a delivery is prepared, not posted", DELIVER, BEFORE, _WEBHOOK, "WebhookChannel.deliver"),
    Step("the answer to a POST has begun", DELIVER, AFTER, "hearth.connectors.posting", "Poster.post"),
    Step("a delivery is posted, not settled", DELIVER, AFTER, _WEBHOOK, "WebhookChannel.deliver"),
    Step("answers are about to be settled", DELIVER, BEFORE, _DELIVERIES, "Deliveries.settle"),
    Step("an attempt is recorded", DELIVER, AFTER, _OUTBOX, "SqlOutboxRepository.record_attempt"),
    Step("a delivery is closed", DELIVER, AFTER, _OUTBOX, "SqlOutboxRepository.close"),
    Step("a notification has its status", DELIVER, AFTER, _NOTIFICATIONS, "SqlNotificationRepository.set_status"),
    Step("a settlement is complete, not committed", DELIVER, AFTER, _DELIVERIES, "Deliveries._settle_one"),
    Step("a settlement is committed", DELIVER, AFTER, _DELIVERIES, "Deliveries.settle"),
    # counted,
    Step("deliveries to count are read, not entered", INGEST, BEFORE, _LIVE, "LiveDriver._enter", _enters(LogKind.DELIVERED)),
    Step("deliveries are entered, not marked", INGEST, BEFORE, _OUTBOX, "SqlOutboxRepository.mark_counted"),
    Step("deliveries are marked, not committed", INGEST, AFTER, _OUTBOX, "SqlOutboxRepository.mark_counted"),
    Step("deliveries are entered, not counted", INGEST, BEFORE, _LIVE, "LiveDriver._evaluate", _evaluates_deliveries),
    Step("the first delivery of an entry is counted", INGEST, AFTER, _STEP, "step_delivered"),
    Step("deliveries are counted, nothing handed on", INGEST, AFTER, _LIVE, "LiveDriver._evaluate", _evaluates_deliveries),
    # and moved from the log into chunks.
    Step("a compaction is prepared", DELIVER, AFTER, _EVENTS, "SqlEventRepository.prepare_compaction_for_operator", _has_result),
    Step("the transaction of chunks has begun", DELIVER, BEFORE, _COMPACTION, "apply", _writes_chunks),
    Step("chunks are written, not committed", DELIVER, AFTER, _COMPACTION, "apply", _writes_chunks),
    Step("chunks are committed, their rows not deleted", DELIVER, BEFORE, _COMPACTION, "apply", _deletes_rows),
    Step("rows are deleted, not committed", DELIVER, AFTER, _COMPACTION, "apply", _deletes_rows),
    Step("a compaction is complete", DELIVER, AFTER, _HOUSE, "Compaction._move", _has_result),
)

STEPS_OF_TICKS = (
    Step("a tick is due, not entered", INGEST, BEFORE, _LIVE, "LiveDriver._enter", _enters(LogKind.TICK)),
    Step("a tick is entered, not marked", INGEST, BEFORE, _ENGINE, "SqlEngineRepository.set_ticked_until"),
    Step("a tick is marked, not committed", INGEST, AFTER, _ENGINE, "SqlEngineRepository.set_ticked_until"),
    Step("a tick is not evaluated yet", INGEST, BEFORE, _LIVE, "LiveDriver._evaluate_tick"),
    Step("a slice of a tick is evaluated, not stored", INGEST, AFTER, _LIVE, "step_tick"),
    Step("the progress of a tick is set, not committed", INGEST, AFTER, _ENGINE, "SqlEngineRepository.set_tick_progress"),
    Step(_SLICED, INGEST, BEFORE, _LIVE, "step_tick", _continues_tick),
    Step("a tick is evaluated, not applied", INGEST, AFTER, _LIVE, "LiveDriver._evaluate_tick"),
    Step("a restart has evaluated the rest of a tick", INGEST, AFTER, _LIVE, "step_tick", behind=_SLICED),
    Step("a restart has not committed the rest of a tick", INGEST, AFTER, _LIVE, "store_decisions", behind=_SLICED),
)
# fmt: on
