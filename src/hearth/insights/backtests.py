"""Backtests: what a rule would have meant for a fleet of homes, in figures.

Pure: runs of single homes in, figures out. Invariant: the figures do not depend on the order of the homes.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from hearth.core.instants import datetime_of_instant, local_date
from hearth.domain.goals import Goal
from hearth.insights.goals import GoalFigures, figures_of_goals

_BUSIEST = 3
_SAMPLES = 5


@dataclass(frozen=True)
class HomeRun:
    """What would have happened in one home between two instants. `texts`: the messages, in the order of `sent_ms`.

    `goals`: of those notifications, as they are at the end.
    """

    building_id: str
    zone: ZoneInfo
    from_ms: int
    to_ms: int
    sent_ms: Sequence[int]
    texts: Sequence[str]
    dropped: Mapping[str, int]
    evaluations: int
    goals: Sequence[Goal] = ()
    faults: int = 0


@dataclass(frozen=True)
class DaySent:
    """What a home would have got on a local day: how many, and when the first of them."""

    day: date
    sent: int
    first_ms: int


@dataclass(frozen=True)
class Sample:
    """A message that a home would have got."""

    building_id: str
    zone: ZoneInfo
    at_ms: int
    text: str


@dataclass(frozen=True)
class BacktestFigures:
    """Figures of a rule over homes.

    `median`, `p90`, `most`: notifications per home and local day, over all homes and days, also those without any.
    `busiest_hours`: (local hour, notifications), the busiest first. `dropped`: by reason.
    """

    homes: int
    homes_reached: int
    sent: int
    dropped: Mapping[str, int]
    evaluations: int
    median: int
    p90: int
    most: int
    busiest_hours: tuple[tuple[int, int], ...]
    samples: tuple[Sample, ...]
    goals: GoalFigures

    @property
    def share_reached(self) -> float:
        """Of all homes those that would have got at least one, 0..1."""
        return self.homes_reached / self.homes if self.homes else 0.0


def figures_of(runs: Iterable[HomeRun]) -> BacktestFigures:
    """Figures of all homes together."""
    ordered = sorted(runs, key=lambda run: run.building_id)
    per_day: list[int] = []
    hours: Counter[int] = Counter()
    dropped: Counter[str] = Counter()
    for run in ordered:
        days = {each.day: each.sent for each in days_of(run)}
        per_day.extend(days.get(day, 0) for day in _days(run))
        hours.update(hours_of(run))
        dropped.update(run.dropped)
    per_day.sort()
    first = [Sample(run.building_id, run.zone, run.sent_ms[0], run.texts[0]) for run in ordered if run.sent_ms]
    return BacktestFigures(
        homes=len(ordered),
        homes_reached=len(first),
        sent=sum(len(run.sent_ms) for run in ordered),
        dropped=dict(sorted(dropped.items())),
        evaluations=sum(run.evaluations for run in ordered),
        median=_rank(per_day, 0.5),
        p90=_rank(per_day, 0.9),
        most=per_day[-1] if per_day else 0,
        busiest_hours=tuple(sorted(hours.items(), key=lambda each: (-each[1], each[0]))[:_BUSIEST]),
        samples=tuple(first[:: max(1, len(first) // _SAMPLES)][:_SAMPLES]),
        goals=figures_of_goals(goal for run in ordered for goal in run.goals),
    )


def days_of(run: HomeRun) -> list[DaySent]:
    """The local days of a home on which it would have got something, in order."""
    by_day: dict[date, list[int]] = {}
    for at_ms in run.sent_ms:
        by_day.setdefault(local_date(at_ms, run.zone), []).append(at_ms)
    return [DaySent(day, len(times), min(times)) for day, times in sorted(by_day.items())]


def hours_of(run: HomeRun) -> Counter[int]:
    """How many a home would have got in each hour of its local day."""
    return Counter(datetime_of_instant(at_ms, run.zone).hour for at_ms in run.sent_ms)


def comparison_of(name: str, figures: BacktestFigures, other_name: str, other: BacktestFigures) -> str:
    """Two rules over the same homes in a sentence."""
    one, two = (f"{each.sent:,} to {each.share_reached:.0%} of the homes" for each in (figures, other))
    return f"{name} would have sent {one}, {other_name} {two}."


def _days(run: HomeRun) -> Iterator[date]:
    day, last = local_date(run.from_ms, run.zone), local_date(run.to_ms - 1, run.zone)
    while day <= last:
        yield day
        day += timedelta(days=1)


def _rank(ordered: Sequence[int], share: float) -> int:
    """The nearest-rank percentile of ordered numbers; 0 of none."""
    return ordered[ceil(share * len(ordered)) - 1] if ordered else 0
