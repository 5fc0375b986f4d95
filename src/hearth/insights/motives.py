"""Motives: ecological, economical, self-sufficiency, from what a household does with advice and with its load. Pure.

Decides which advice speaks for which motive, what a reaction is worth, and whether load is shifted toward the sun or toward a low
tariff. Invariant: what is found does not depend on the order of the reactions, and is surer with more of them.

All weights are ours: no published ones fit. What is taken from elsewhere is said where it stands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum, sqrt

import numpy as np

from hearth.domain.profiles import NOTHING, Figure, ReasonCode, ReasonValue, figure
from hearth.insights.energy import Figures
from hearth.insights.wall_hours import WallHours

_LEAST_COMPARISONS = 28


@dataclass(frozen=True)
class Reaction:
    """A notification that was delivered: the tags of its rule, and what the household did ("" = nothing)."""

    tags: tuple[str, ...]
    action: str


# Which motive a tag of a rule speaks to, and how much. Any rule may carry them; those of the built-in rules are among them.
TAG_MOTIVES: Mapping[str, Mapping[str, float]] = {
    "ecological": {"ecological": 1.0},
    "economical": {"economical": 1.0},
    "self-sufficiency": {"self-sufficiency": 1.0},
    "solar": {"self-sufficiency": 1.0, "ecological": 0.5},
    "battery": {"self-sufficiency": 1.0},
    "tariff": {"economical": 1.0},
    "consumption": {"ecological": 0.5, "economical": 0.5},
    "standby": {"ecological": 0.5, "economical": 0.5},
}
# What was done -> (how much it speaks for the motive, how much it weighs). Silence says little: a lock screen is read as well.
_ACTIONS: Mapping[str, tuple[float, float]] = {
    "COMMAND": (1.0, 2.0),
    "OPENAPP": (1.0, 1.0),
    "OPENWEB": (1.0, 1.0),
    "VIEWED": (0.75, 1.0),
    "DISMISS": (0.0, 1.0),
    "STOPDELIVERY": (0.0, 2.0),
    "": (0.0, 0.25),
}
_HALF_TRUST = 10.0  # so much evidence is half of the trust
SUN_IS_ECOLOGICAL = 0.5
_MOST_SHIFT = 5.0


@dataclass(frozen=True)
class Shift:
    """How far a home moves its load, 0..1, and what weight that has among reactions."""

    strength: float
    weight: float


def motivation(motive: str, reactions: Sequence[Reaction], shift: Shift | None, share: float = 1.0) -> Figure:
    """The weighted mean of what the household did with advice of that motive, and of how far it shifts its load.

    Tags tell the motive; a command or an opened app speaks for it, a dismissal or a switched-off rule against it, and silence a
    little. Half of the trust is there with ten. `share`: how much of the shift speaks for this motive.
    """
    found = [
        (_ACTIONS[each.action][0], _ACTIONS[each.action][1] * weight)
        for each in reactions
        if each.action in _ACTIONS
        and (weight := max((TAG_MOTIVES.get(tag, {}).get(motive, 0.0) for tag in each.tags), default=0.0))
    ]
    told: dict[str, ReasonValue] = {"reactions": len(found)}
    if shift is not None:
        found.append((shift.strength, shift.weight * share))
        told["shift"] = round(shift.strength, 2)
    weight = fsum(each for _, each in found)
    if weight == 0:
        return NOTHING
    value = round(fsum(value * each for value, each in found) / weight, 2)
    if shift is None:
        return figure(value, weight / (weight + _HALF_TRUST), "REACTIONS", **told)
    code: ReasonCode = "REACTIONS_AND_TARIFF" if motive == "economical" else "REACTIONS_AND_SUN"
    return figure(value, weight / (weight + _HALF_TRUST), code, **told)


def sun_shift(hours: WallHours | None) -> Shift | None:
    """How far the load follows the sun; None where that cannot be told."""
    return None if hours is None else _shift(_toward_sun(hours))


def tariff_shift(hours: WallHours | None) -> Shift | None:
    """How far the load waits for the low tariff; None where that cannot be told."""
    return None if hours is None else _shift(_toward_low_tariff(hours))


def _shift(found: tuple[float, int] | None) -> Shift | None:
    """(effect, comparisons) -> shift. A standardised effect of 0.8 or more, "large" after Cohen (1988), is the full strength.

    None or a contrary one is no shift. What chance could make of nothing, one standard error, is taken off before. Sixty
    comparisons weigh like five reactions, the most: without any reaction that is just enough to claim a motive, and not enough
    where the shift speaks for it by half.
    """
    if found is None:
        return None
    effect, count = found
    return Shift(strength=min(1.0, max(0.0, effect / 0.8)), weight=_MOST_SHIFT * min(1.0, count / 60))


def _toward_sun(hours: WallHours) -> tuple[float, int] | None:
    """Cohen's d of the share of a day's consumption that falls between 10 and 16, sunny days beside dull ones.

    Sunny and dull are the upper and lower half of the generation within the four weeks around, so that seasons do not count.
    Whether people or an automatic control do it, the home is one that uses its sun. Cooling on sunny days counts too.
    """
    generation = _by_day(hours, np.nan_to_num(hours.generation_wh))  # at night many inverters say nothing
    used, midday = _by_day(hours, hours.consumption_wh), _by_day(hours, _midday(hours))
    has_generation = _by_day(hours, (~np.isnan(hours.generation_wh)).astype(np.float64)) > 0
    known = has_generation & ~np.isnan(midday) & (used > 0)
    if known.sum() < _LEAST_COMPARISONS or not np.any(generation[known] > 0):
        return None
    share = midday[known] / used[known]
    sunny = np.array([_is_upper(generation[known], at) for at in range(len(share))])
    high, low = share[sunny], share[~sunny]
    if min(len(high), len(low)) < 7:
        return None
    spread = float(np.sqrt((high.var(ddof=1) + low.var(ddof=1)) / 2))
    return (float(high.mean() - low.mean()) / spread - 2 / sqrt(len(share)), len(share)) if spread > 0 else None


def _midday(hours: WallHours) -> Figures:
    return np.where((hours.wall_hour >= 10) & (hours.wall_hour < 16), hours.consumption_wh, 0.0)


def _is_upper(values: Figures, at: int) -> bool:
    return bool(values[at] >= np.median(values[max(0, at - 14) : at + 15]))


def _by_day(hours: WallHours, values: Figures) -> Figures:
    """Sums by day, NaN where an hour of the day is not known."""
    sums: Figures = np.bincount(hours.day_of, weights=values).astype(np.float64)
    return sums


def _toward_low_tariff(hours: WallHours) -> tuple[float, int] | None:
    """Each time the price changes: the two hours with the low tariff beside the two with the high one; the mean difference, in
    standard deviations.

    Evenings fall off by themselves when a low tariff begins at ten, so only a home that really waits for it shows.
    """
    low, used = hours.is_low_tariff, hours.consumption_wh
    changes = np.flatnonzero(np.abs(np.diff(low)) == 1) + 1
    differences = []
    for at in changes.tolist():
        before, after = slice(at - 2, at), slice(at, at + 2)
        if at < 2 or at + 2 > len(low) or low[at - 2] != low[at - 1] or low[at] != low[at + 1]:
            continue
        risen = float(used[after].mean() - used[before].mean()) * (1 if low[at] == 1 else -1)
        if not np.isnan(risen):
            differences.append(risen)
    if len(differences) < _LEAST_COMPARISONS:
        return None
    spread = float(np.std(differences, ddof=1))
    return (float(np.mean(differences)) / spread - 1 / sqrt(len(differences)), len(differences)) if spread > 0 else None
