"""Simulation: the live engine over stored events, with another source and another sink.

Reads nothing and stores nothing: it is handed a building, a rule and the points of its series, fills the windows
with what was before the range and feeds the rest to the very `step` that the live driver uses, in the order of
event time (equal times in the order of the series). Each generated notification counts as delivered at once.
Invariant: over the same ordered events it comes to the same notifications as the live driver.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from dataclasses import replace as replace_dataclass
from functools import partial

import numpy as np
from msgspec.structs import replace

from hearth.core.instants import HOUR_MS, SECOND_MS, zone_named
from hearth.domain.buildings import Building
from hearth.domain.events import NO_FORECAST_MS, Delivered, EventColumns, LogEntry, LogKind, Series
from hearth.domain.goals import Goal
from hearth.domain.notifications import Notification
from hearth.domain.profiles import HouseholdProfile
from hearth.engine.buffers import LOOK_BACK_MS
from hearth.engine.buildings import BuildingState
from hearth.engine.compiled import CompiledRule
from hearth.engine.effects import Effects, RuleFault
from hearth.engine.explanations import EvaluationExplained, explained_evaluation
from hearth.engine.goals import GOAL_TIME_MS
from hearth.engine.peers import SnapshotAt
from hearth.engine.schedule import ticks
from hearth.engine.slots import Slot
from hearth.engine.step import step, step_delivered, tick_building
from hearth.ports import Points

_EVENTS_AT_A_TIME = 256


@dataclass(frozen=True)
class Counts:
    """What the rule counted from an instant on."""

    at_ms: int
    matches: int
    streak: int
    delivered: int


@dataclass
class SimulationResult:
    """What would have happened. `notifications` are those for sending, `dropped` those held back.

    `goals`, by the notification they are of: as they are at the end; nobody interacts in a simulation.
    """

    notifications: list[Notification] = field(default_factory=list)
    dropped: list[Notification] = field(default_factory=list)
    goals: dict[str, Goal] = field(default_factory=dict)
    faults: list[RuleFault] = field(default_factory=list)
    counts: list[Counts] = field(default_factory=list)
    evaluations: int = 0


class Simulation:
    """One rule in one building over a range of time [from_ms, to_ms)."""

    def __init__(
        self,
        building: Building,
        compiled: CompiledRule,
        series: Sequence[Series],
        points: Mapping[int, Points],
        from_ms: int,
        to_ms: int,
        snapshot_at: SnapshotAt = lambda now_ms: None,
        dropped_counts: Counter[str] | None = None,
        tells_counts: bool = True,
        profile: HouseholdProfile | None = None,
    ) -> None:
        """`points` by series id: all that the windows need before `from_ms`, and the range itself.

        `snapshot_at`: what was known of other homes. `dropped_counts`, where it is given, takes the number of those held
        back by reason; they are not made then. `tells_counts`: whether the result is to have what the rule counted.
        `profile`: what is inferred of the home at present; of the past nothing is kept.
        """
        self.result = SimulationResult()
        self._dropped_counts = dropped_counts
        self.state = BuildingState(
            as_if_on(building, compiled), [as_if_active(compiled)], {}, series, snapshot_at=snapshot_at, profile=profile
        )
        self._customer_id = building.customer_id
        self._compiled = compiled
        self._columns = _ordered(series, points, from_ms, to_ms)
        self._end_ms = to_ms
        cron, zone = compiled.rule.time_based_cron or "", zone_named(building.time_zone_id)
        self._ticks = list(ticks(cron, zone, from_ms - 1, to_ms - 1)) if compiled.rule.is_time_based else []
        self._scheduled = frozenset(self._ticks)
        self._instants = sorted({*self._scheduled, *self._goal_hours()}) if compiled.goal is not None else self._ticks
        self._sequence = 1
        # What was delivered must be known before the next event, where it matters to it.
        counts_each = compiled.streak is not None or compiled.rule.match_threshold > 1
        is_one_by_one = (tells_counts and counts_each) or compiled.goal is not None or _tells_delivered(compiled)
        self._at_a_time = 1 if is_one_by_one else _EVENTS_AT_A_TIME
        self._tells_counts = tells_counts
        for each in series:
            past = points[each.id]
            end = int(np.searchsorted(np.asarray(past.times_ms), from_ms))
            forecasts = past.forecast_ms[:end] if past.forecast_ms is not None else None
            self.state.buffers[each.id].fill(past.times_ms[:end], past.values[:end], forecasts)

    @property
    def slot(self) -> Slot:
        """The rule in the building, as it is at the instant up to which the simulation has run."""
        return self.state.slots[0]

    def run(self) -> Iterator[float]:
        """Runs to the end of the range; yields the fraction done now and then. Stop iterating to cancel."""
        for done, feed in self._steps(self._end_ms):
            feed()
            yield done

    def explain_last(self) -> EvaluationExplained | None:
        """Runs to the end and explains the last evaluation; None where the range holds none."""
        last_ms = self._last_evaluation_ms()
        if last_ms is None:
            return None
        for _, feed in self._steps(last_ms):
            feed()
        before, known = copy(self.slot.counters), len(self._outcomes)
        self._evaluate_last(last_ms)
        return explained_evaluation(self.slot, last_ms, before, self._outcomes[-1] if len(self._outcomes) > known else None)

    def _steps(self, until_ms: int) -> Iterator[tuple[float, Callable[[], None]]]:
        """What happens before `until_ms`, in the order of time: stretches of events; ticks after the events of their instant."""
        times, position = self._columns.times_ms, 0
        total = bisect_left(times, until_ms)
        for tick_ms in [*(each for each in self._instants if each < until_ms), None]:
            end = total if tick_ms is None else bisect_right(times, tick_ms, hi=total)
            while position < end:
                stop = min(position + self._at_a_time, end)
                yield stop / total, partial(self._feed, position, stop)
                position = stop
            if tick_ms is not None:
                yield position / total if total else 1.0, partial(self._tick, tick_ms)

    def _goal_hours(self) -> range:
        """The full hours in which a goal may be open: from the first event or tick on, until all have ended."""
        happens = [*self._columns.times_ms[:1], *self._columns.times_ms[-1:], *self._ticks[:1], *self._ticks[-1:]]
        if not happens:
            return range(0)
        end_ms = min(max(happens) + GOAL_TIME_MS + 2 * HOUR_MS, self._end_ms)
        return range(-(-min(happens) // HOUR_MS) * HOUR_MS, end_ms, HOUR_MS)

    def _last_evaluation_ms(self) -> int | None:
        instants = self._ticks if self._compiled.rule.is_time_based else self._columns.times_ms
        return instants[-1] if instants else None

    def _evaluate_last(self, at_ms: int) -> None:
        """The last event of that instant, after the others of it; or its tick."""
        start, end = bisect_left(self._columns.times_ms, at_ms), bisect_right(self._columns.times_ms, at_ms)
        for position in range(start, end):
            self._feed(position, position + 1)
        if self._compiled.rule.is_time_based:
            self._tick(at_ms)

    @property
    def _outcomes(self) -> list[Notification]:
        both = [*self.result.notifications, *self.result.dropped]
        return sorted(both, key=lambda each: each.trigger_sequence)

    def _feed(self, start: int, end: int) -> None:
        """Feeds the events [start, end) of the range."""
        columns = _part(self._columns, start, end)
        effects = Effects(dropped_counts=self._dropped_counts)
        buffers = self.state.buffers
        self.result.evaluations += sum(1 for series_id in columns.series_ids if buffers[series_id].concerned)
        entry = LogEntry(
            sequence=self._sequence,
            customer_id=self._customer_id,
            kind=LogKind.LIVE,
            received_at_ms=columns.times_ms[-1],
            columns=columns,
        )
        self._sequence += entry.size
        step(buffers, entry, effects)
        self._take(effects, columns.times_ms[0], columns.times_ms[-1])

    def _tick(self, at_ms: int) -> None:
        """Evaluates the rule where its schedule ticks, and its open goals at a full hour."""
        effects = Effects(dropped_counts=self._dropped_counts)
        self.result.evaluations += at_ms in self._scheduled
        tick_building(self.state, at_ms, self._sequence, at_ms, effects)
        self._sequence += 1
        self._take(effects, at_ms, at_ms)

    def _take(self, effects: Effects, first_ms: int, last_ms: int) -> None:
        if not self.result.counts:
            self._note_counts(first_ms)
        for outcome in effects.outcomes:
            notification = outcome.notification
            if notification.status == "DROPPED":
                self.result.dropped.append(notification)
                continue
            self.result.notifications.append(notification)
            delivered = Delivered(
                notification_id=notification.id,
                rule_id=notification.rule_id,
                building_id=notification.building_id,
                delivered_at_ms=notification.created_at_ms,
                created_at_ms=notification.created_at_ms,
                held_until_ms=notification.held_until_ms,
            )
            step_delivered({notification.building_id: self.state}, delivered, effects)
            self._note_counts(notification.created_at_ms)
        self.result.goals.update(effects.goals)
        self.result.faults.extend(effects.faults)
        self._note_counts(last_ms)

    def _note_counts(self, at_ms: int) -> None:
        if not self._tells_counts:
            return
        counters, counts = self.slot.counters, self.result.counts
        now = Counts(at_ms, counters.match_count, counters.streak_count, counters.delivered_count)
        if counts and counts[-1].at_ms == at_ms:
            counts[-1] = now
        elif not counts or replace_dataclass(counts[-1], at_ms=at_ms) != now:
            counts.append(now)


def reach_ms_of(compiled: CompiledRule) -> int:
    """How long before an instant events may matter to the rule at that instant; datasets without a timespan aside."""
    spans = [dataset.timespan_seconds or 0 for dataset in compiled.rule.datasets]
    return max(spans, default=0) * SECOND_MS + LOOK_BACK_MS


def as_if_on(building: Building, compiled: CompiledRule) -> Building:
    """The building with the rule in force, whatever switches are off: a simulation asks what would happen."""
    return replace(
        building,
        deactivated_at_ms=None,
        is_early_adopter=True,
        rules_operator_exclude=True,
        inactive_rules=(),
        disabled_notifications=tuple(each for each in building.disabled_notifications if each.rule_id != compiled.rule.id),
    )


def as_if_active(compiled: CompiledRule) -> CompiledRule:
    """The rule as an active one; one that is active is taken as it is, with what it keeps for all homes."""
    return compiled if compiled.rule.state == "ACTIVE" else compiled.of(replace(compiled.rule, state="ACTIVE"))


def _tells_delivered(compiled: CompiledRule) -> bool:
    """Whether the count of delivered notifications stands in an expression or a title of the rule."""
    templates = [case.template for case in compiled.cases] + ([compiled.template] if compiled.template is not None else [])
    titles = [text.title for each in templates for text in each.template.texts.values()]
    return any("DeliveredNotificationCounter" in program.uses for program in compiled.programs()) or any(
        "{DeliveredNotificationCounter}" in title for title in titles
    )


def _ordered(series: Sequence[Series], points: Mapping[int, Points], from_ms: int, to_ms: int) -> EventColumns:
    """The events of the range in the order of time; equal times in the order of the series' ids."""
    ids, times, values, forecasts = [], [], [], []
    has_forecasts = any(each.forecast_ms is not None for each in points.values())
    for each in sorted(series, key=lambda one: one.id):
        found = points[each.id]
        stamps = np.asarray(found.times_ms, dtype=np.int64)
        start, end = np.searchsorted(stamps, [from_ms, to_ms])
        times.append(stamps[start:end])
        values.append(np.asarray(found.values, dtype=np.float64)[start:end])
        ids.append(np.full(end - start, each.id, dtype=np.int32))
        known = found.forecast_ms[start:end] if found.forecast_ms is not None else [NO_FORECAST_MS] * int(end - start)
        forecasts.append(np.asarray(known, dtype=np.int64))
    order = np.argsort(np.concatenate(times), kind="stable") if times else np.array([], dtype=np.int64)

    def column(code: str, parts: Sequence[np.ndarray]) -> "array[int] | array[float]":
        return array(code, np.concatenate(parts)[order].tobytes() if parts else b"")

    return EventColumns(
        series_ids=column("i", ids),  # type: ignore[arg-type]
        times_ms=column("q", times),  # type: ignore[arg-type]
        values=column("d", values),  # type: ignore[arg-type]
        forecast_ms=column("q", forecasts) if has_forecasts else None,  # type: ignore[arg-type]
    )


def _part(columns: EventColumns, start: int, end: int) -> EventColumns:
    return EventColumns(
        series_ids=columns.series_ids[start:end],
        times_ms=columns.times_ms[start:end],
        values=columns.values[start:end],
        forecast_ms=columns.forecast_ms[start:end] if columns.forecast_ms is not None else None,
    )
