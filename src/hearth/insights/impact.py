"""Impact: what notifications led to, and how tired of them households are. Pure.

Decides what one notification counts for, when a device's state counts as changed after it and what would have changed
anyway, and which shares may be told how surely. Counting them up is the store's, looking at the clock the services'.
Invariant: a share stands beside its counts and its interval, and is not told of fewer than five; the counts of a
notification depend on its status and its interactions alone, so that adding and taking away never drifts.
"""

from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import sqrt
from typing import NamedTuple
from zoneinfo import ZoneInfo

from hearth.core.instants import HOUR_MS, MINUTE_MS, datetime_of_instant, instants_of_wall_clock, local_date
from hearth.domain.goals import GoalState
from hearth.domain.notifications import DeliveryStatus, DropReason

OPENING = frozenset({"VIEWED", "OPENAPP", "OPENWEB", "COMMAND"})
ACTING = OPENING - {"VIEWED"}
REACTION_MS = 10 * MINUTE_MS
IGNORED_AFTER_MS = 48 * HOUR_MS
COMPARED_OVER_DAYS = 28
MOST_COMPARABLE = 10
LEAST_COMPARABLE = 3
LEAST_FOR_A_SHARE = 5
LEAST_FOR_A_FLAG = 50
IGNORED_SHARE = 0.99
IGNORED_IN_A_ROW = 5
ALL_RULES = "*"  # in the place of a rule's id: what a home hears of all rules together
ANY_TYPE = ""  # in the place of an event type: any of those that are looked at
_Z = 1.959964  # 95 %


class Counts(NamedTuple):
    """Notifications by what became of them; each counts once, however often it was opened.

    The first seven are states of delivery, the next five count delivered ones, by interaction; then what became of goals.
    The last three come days later: `settled` are delivered ones of which it is known whether they were ignored;
    `home_weeks` counts each home and week in which there was one.
    """

    pending: int = 0
    delivered: int = 0
    failed: int = 0
    dropped_time_between: int = 0
    dropped_quiet_hours: int = 0
    dropped_household_cap: int = 0
    dropped_switched_off: int = 0
    opened: int = 0
    acted: int = 0
    dismissed: int = 0
    opted_out: int = 0
    resumed: int = 0
    goals_achieved: int = 0
    goals_missed: int = 0
    settled: int = 0
    ignored: int = 0
    home_weeks: int = 0

    def plus(self, other: "Counts") -> "Counts":
        """The sum, field by field."""
        return Counts(*(mine + its for mine, its in zip(self, other, strict=True)))

    def minus(self, other: "Counts") -> "Counts":
        """The difference, field by field."""
        return Counts(*(mine - its for mine, its in zip(self, other, strict=True)))


NOTHING = Counts()


def goal_counts(state: GoalState | None) -> Counts:
    """What a notification counts for by its goal; None = it has none."""
    return NOTHING._replace(goals_achieved=int(state == "ACHIEVED"), goals_missed=int(state == "MISSED"))


def tally(status: DeliveryStatus, drop_reason: DropReason | None, actions: Collection[str]) -> Counts:
    """What one notification counts for. `actions`: of all its interactions; they count while it is delivered.

    One that was dropped after it was generated may come without a reason: it was switched off.
    """
    if status == "DROPPED":
        return NOTHING._replace(**{f"dropped_{drop_reason or 'switched_off'}": 1})
    if status != "DELIVERED":
        return NOTHING._replace(**{status.lower(): 1})
    done = frozenset(actions)
    return Counts(
        delivered=1,
        opened=int(bool(done & OPENING)),
        acted=int(bool(done & ACTING)),
        dismissed=int("DISMISS" in done),
        opted_out=int("STOPDELIVERY" in done),
        resumed=int("RESUMEDELIVERY" in done),
    )


class Behaviour(NamedTuple):
    """Delivered notifications whose next ten minutes could be compared; those followed by a change; and how many would
    have been, going by the same minutes of comparable days."""

    measured: int = 0
    changed: int = 0
    expected: float = 0.0

    def plus(self, other: "Behaviour") -> "Behaviour":
        """The sum, field by field."""
        return Behaviour(self.measured + other.measured, self.changed + other.changed, self.expected + other.expected)


class StateSeries:
    """A device's state over time: when it changed, and since when it is known."""

    def __init__(self, event_type: str, times_ms: Sequence[int], values: Sequence[float], before: float | None) -> None:
        """`before`: the last value before the first of these; None = there was none, or nobody knows."""
        self.event_type = event_type
        self._known_from_ms = -(2**63) if before is not None else times_ms[0] if len(times_ms) else 2**63
        self._changes_ms: list[int] = []
        for at_ms, value in zip(times_ms, values, strict=True):
            if before is not None and value != before:
                self._changes_ms.append(at_ms)
            before = value

    def is_known(self, at_ms: int) -> bool:
        """Whether there was a value by then."""
        return self._known_from_ms <= at_ms

    def changes_behind(self, at_ms: int) -> bool:
        """Whether it changed within ten minutes."""
        return bisect_right(self._changes_ms, at_ms + REACTION_MS) > bisect_right(self._changes_ms, at_ms)


class Told(NamedTuple):
    """A notification that reached a home."""

    rule_id: str
    delivered_at_ms: int


def behaviour_after(told: Told, zone: ZoneInfo, series: Sequence[StateSeries], others: Sequence[Told]) -> dict[str, Behaviour]:
    """What the devices of a home did within ten minutes, by event type and for any of them.

    It stands beside the same minutes on the wall of comparable days: the ten nearest of the 28 days before that are
    workdays or weekend days alike, on which the rule told this home nothing and no rule did in the ten minutes before or
    in these. With fewer than three of them, or where no state was known, nothing is claimed. `others`: all that reached
    the home since 29 days before.
    """
    at_ms = told.delivered_at_ms
    days = _comparable_starts(told, zone, others)
    found: dict[str, Behaviour] = {}
    for event_type in (ANY_TYPE, *sorted({each.event_type for each in series})):
        of_type = [each for each in series if event_type in (ANY_TYPE, each.event_type)]
        known_days = [day for day in days if any(each.is_known(day) for each in of_type)][:MOST_COMPARABLE]
        if len(known_days) < LEAST_COMPARABLE or not any(each.is_known(at_ms) for each in of_type):
            continue
        usual = sum(any(each.changes_behind(day) for each in of_type) for day in known_days)
        changed = any(each.changes_behind(at_ms) for each in of_type)
        found[event_type] = Behaviour(1, int(changed), usual / len(known_days))
    return found


def _comparable_starts(told: Told, zone: ZoneInfo, others: Sequence[Told]) -> list[int]:
    """The same minute of comparable days, the nearest first."""
    moment = datetime_of_instant(told.delivered_at_ms, zone)
    told_days = {local_date(each.delivered_at_ms, zone) for each in others if each.rule_id == told.rule_id}
    told_at = sorted(each.delivered_at_ms for each in others)
    starts = []
    for back in range(1, COMPARED_OVER_DAYS + 1):
        day = moment.date() - timedelta(days=back)
        if _is_weekend(day.weekday()) != _is_weekend(moment.weekday()) or day in told_days:
            continue
        start_ms, _ = instants_of_wall_clock(day, moment.time(), zone)
        if bisect_right(told_at, start_ms + REACTION_MS) == bisect_right(told_at, start_ms - REACTION_MS):
            starts.append(start_ms)
    return starts


def _is_weekend(weekday: int) -> bool:
    return weekday >= 5


@dataclass(frozen=True)
class Share:
    """`count` of `of`. The share and its interval (Wilson, 95 %) are None where fewer than five are too few to say."""

    count: int
    of: int
    share: float | None
    low: float | None
    high: float | None


def share_of(count: int, of: int) -> Share:
    """Counts -> share with its interval."""
    if of < LEAST_FOR_A_SHARE:
        return Share(count, of, None, None, None)
    return Share(count, of, count / of, *wilson(count / of, of))


def wilson(share: float, of: int) -> tuple[float, float]:
    """The 95 % interval of a share of so many, after Wilson (1927)."""
    square = _Z * _Z
    middle = (share + square / (2 * of)) / (1 + square / of)
    half = _Z / (1 + square / of) * sqrt(share * (1 - share) / of + square / (4 * of * of))
    return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True)
class Effect:
    """Changes of state after notifications, beside the usual. What is None cannot be told of fewer than five.

    `difference`: of the share and the usual one, with its interval (Newcombe's from both of Wilson, as if the usual one
    rested on as many cases as the other: comparable days of one home are no independent ones).
    """

    changed: Share
    usual: float | None
    difference: float | None
    low: float | None
    high: float | None

    @property
    def is_beyond_chance(self) -> bool:
        """Whether the whole interval lies above nothing."""
        return self.low is not None and self.low > 0


def effect_of(behaviour: Behaviour) -> Effect:
    """Sums -> the effect."""
    changed = share_of(behaviour.changed, behaviour.measured)
    if changed.share is None or changed.low is None or changed.high is None:
        return Effect(changed, None, None, None, None)
    usual = min(1.0, behaviour.expected / behaviour.measured)
    low, high = wilson(usual, behaviour.measured)
    difference = changed.share - usual
    below = sqrt((changed.share - changed.low) ** 2 + (high - usual) ** 2)
    above = sqrt((changed.high - changed.share) ** 2 + (usual - low) ** 2)
    return Effect(changed, usual, difference, difference - below, difference + above)


@dataclass(frozen=True)
class Weariness:
    """How tired households are, over some days. `opt_outs_per_1000` of fewer than five delivered ones is None."""

    ignored: Share
    opt_outs_per_1000: float | None


def weariness_of(counts: Counts) -> Weariness:
    """Counts -> figures."""
    few = counts.delivered < LEAST_FOR_A_SHARE
    return Weariness(
        ignored=share_of(counts.ignored, counts.settled),
        opt_outs_per_1000=None if few else counts.opted_out * 1_000 / counts.delivered,
    )


@dataclass(frozen=True)
class Found:
    """What was counted of a rule, or of several, over a span.

    `last_month` and `month_before`: the thirty days to the end of
    the span, and those before. `homes_ignoring`: those in which more than five in a row were ignored up to now. What a
    home hears of several rules is not the sum of what it hears of each: `home_weeks` and `homes_ignoring` are None
    where that was not counted.
    """

    counts: Counts = NOTHING
    behaviour: Mapping[str, Behaviour] | None = None
    last_month: Counts = NOTHING
    month_before: Counts = NOTHING
    home_weeks: int | None = None
    homes_ignoring: int | None = None


def together(found: Sequence[Found], home_weeks: int | None = None, homes_ignoring: int | None = None) -> Found:
    """Several rules as one."""
    behaviour: dict[str, Behaviour] = {}
    counts = last = before = NOTHING
    for each in found:
        counts, last, before = counts.plus(each.counts), last.plus(each.last_month), before.plus(each.month_before)
        for event_type, one in (each.behaviour or {}).items():
            behaviour[event_type] = behaviour.get(event_type, Behaviour()).plus(one)
    return Found(counts, behaviour, last, before, home_weeks, homes_ignoring)


@dataclass(frozen=True)
class Impact:
    """The figures. Awareness is the opened share, direct action the share with OPENAPP, OPENWEB or COMMAND."""

    counts: Counts
    awareness: Share
    direct_action: Share
    dismissed: Share
    opted_out: Share
    goals: Share
    behaviour: Effect
    by_event_type: Mapping[str, Effect]
    weariness: Weariness
    last_month: Weariness
    month_before: Weariness
    per_home_and_week: float | None
    homes_ignoring: int | None

    @property
    def is_ignored(self) -> bool:
        """Whether 99 % are ignored, of fifty at least."""
        ignored = self.weariness.ignored
        return ignored.of >= LEAST_FOR_A_FLAG and ignored.count >= IGNORED_SHARE * ignored.of


def impact_of(found: Found) -> Impact:
    """What was counted -> figures."""
    counts, behaviour = found.counts, found.behaviour or {}
    delivered = counts.delivered
    is_told = bool(found.home_weeks) and counts.settled >= LEAST_FOR_A_SHARE
    return Impact(
        counts=counts,
        awareness=share_of(counts.opened, delivered),
        direct_action=share_of(counts.acted, delivered),
        dismissed=share_of(counts.dismissed, delivered),
        opted_out=share_of(counts.opted_out, delivered),
        goals=share_of(counts.goals_achieved, counts.goals_achieved + counts.goals_missed),
        behaviour=effect_of(behaviour.get(ANY_TYPE, Behaviour())),
        by_event_type={name: effect_of(each) for name, each in sorted(behaviour.items()) if name != ANY_TYPE},
        weariness=weariness_of(counts),
        last_month=weariness_of(found.last_month),
        month_before=weariness_of(found.month_before),
        per_home_and_week=counts.settled / found.home_weeks if is_told and found.home_weeks else None,
        homes_ignoring=found.homes_ignoring,
    )
