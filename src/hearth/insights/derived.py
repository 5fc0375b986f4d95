"""What follows from the energies and powers that a household's devices send. Pure.

Power becomes energy in quarters of an hour of UTC, which in every zone lie in one local hour and day. Energies of a span of
hours are completed by the balance

    consumption = generation + grid import - excess

(a battery is left out of it: what it takes counts as used, what it gives as not used), and summed up to what is told of a
day. Wh, W and instants in milliseconds throughout; NaN = not known. Invariant: nothing is told of a span of which less
than three quarters of the hours are known, and no energy that is told is negative.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hearth.core.instants import HOUR_MS, MINUTE_MS
from hearth.insights.energy import Figures, Instants, first_known

SLOT_MS = 15 * MINUTE_MS
# A reading of power holds until the next one, for an hour at most; a minute more, for meters that are read hourly jitter.
LONGEST_HOLD_MS = HOUR_MS + MINUTE_MS
# The power of a kind, and the energy that it is for so long.
ENERGY_OF_POWER = {
    "POWER_CONSUMPTION": "ENERGY_CONSUMPTION",
    "POWER_GENERATION": "ENERGY_GENERATION",
    "GRID_POWER_CONSUMPTION": "GRID_ENERGY_CONSUMPTION",
}

_LEAST_SHARE_OF_HOURS = 0.75
_ASLEEP_SHARE = 0.1  # an inverter that gives less of its best hour is about to sleep, or has just woken


def slots(from_ms: int, to_ms: int) -> Instants:
    """Where the quarters of an hour begin that lie wholly in [from, to)."""
    return np.arange(-(-from_ms // SLOT_MS) * SLOT_MS, to_ms // SLOT_MS * SLOT_MS, SLOT_MS, dtype=np.int64)


def amounts_in_slots(starts_ms: Instants, times_ms: Instants, grown: Figures, is_known: Instants) -> Figures:
    """What was added in each slot to something that grew evenly between two instants each.

    `grown[i]`: by how much from times_ms[i] to times_ms[i + 1]; NaN where `is_known` (0 or 1) is 0 for a part of the slot.
    """
    if len(times_ms) < 2:
        return np.full(len(starts_ms), np.nan)
    amount = np.concatenate([[0.0], np.cumsum(np.where(is_known, grown, 0.0))])
    covered = np.concatenate([[0], np.cumsum(np.diff(times_ms) * is_known)]).astype(np.float64)
    ends_ms = starts_ms + SLOT_MS
    grew = np.interp(ends_ms, times_ms, amount) - np.interp(starts_ms, times_ms, amount)
    known = np.interp(ends_ms, times_ms, covered) - np.interp(starts_ms, times_ms, covered)
    return np.where(known > SLOT_MS - 1, grew, np.nan)


def energy_of_power(starts_ms: Instants, times_ms: Instants, power_w: Figures) -> Figures:
    """Readings of one device, ascending -> Wh of each slot; NaN where a part of it is not covered by readings."""
    held_ms = np.diff(times_ms)
    grown = power_w[:-1] * held_ms / HOUR_MS
    return amounts_in_slots(starts_ms, times_ms, grown, (held_ms <= LONGEST_HOLD_MS).astype(np.int64))


class Measured(NamedTuple):
    """What was sent of a household, in Wh of each hour of a span.

    `grid_import` and `fed_in`: the positive and the negative part of the grid's energies, both not negative.
    """

    consumption: Figures
    generation: Figures
    grid_import: Figures
    fed_in: Figures
    excess: Figures


class Balance(NamedTuple):
    """The energies of a household in each hour of a span, Wh; NaN = neither sent nor to be told."""

    consumption: Figures
    generation: Figures
    grid_import: Figures
    excess: Figures


def balanced(measured: Measured, generates: bool) -> Balance:
    """Completes what was sent; what was sent stays as it is.

    `generates`: the home is known to generate or to feed in; one that does not has neither generation nor excess.
    """
    consumption, generation, grid_import, fed_in, excess = measured
    if generates:
        generation = _with_nights(generation, ~np.isnan(consumption) | ~np.isnan(grid_import))
    else:
        generation = excess = np.zeros_like(consumption)
    if np.nansum(fed_in) > 0:
        excess = first_known(excess, fed_in)
    excess = first_known(excess, np.maximum(0, generation + grid_import - consumption), fed_in)
    grid_import = first_known(grid_import, np.maximum(0, consumption + excess - generation))
    consumption = first_known(consumption, np.maximum(0, generation + grid_import - excess))
    generation = first_known(generation, np.maximum(0, consumption + excess - grid_import))
    # Where nothing is known of the grid, only one of the two flows in an hour.
    surplus = generation - consumption
    return Balance(
        consumption, generation, first_known(grid_import, np.maximum(0, -surplus)), first_known(excess, np.maximum(0, surplus))
    )


def _with_nights(generation: Figures, is_heard: NDArray[np.bool_]) -> Figures:
    """An inverter sends nothing while it sleeps: its silence is zero where the home is heard and the hours beside are weak."""
    known = np.flatnonzero(~np.isnan(generation))
    if len(known) == 0:
        return generation
    weak = _ASLEEP_SHARE * float(np.max(generation[known]))
    filled = generation.copy()
    bounds = [-1, *known.tolist(), len(generation)]
    for before, behind in pairwise(bounds):
        beside = [generation[at] for at in (before, behind) if 0 <= at < len(generation)]
        if behind - before > 1 and all(each <= weak for each in beside):
            gap = slice(before + 1, behind)
            filled[gap] = np.where(is_heard[gap], 0.0, np.nan)
    return filled


class Told(NamedTuple):
    """What can be told of a span; None = too little is known, or there is no such thing. Wh, and % of 0 to 100."""

    consumption_wh: float | None
    generation_wh: float | None
    excess_wh: float | None
    self_consumption_percent: float | None
    self_sufficiency_percent: float | None


def told_of(balance: Balance, lengths_ms: Instants, generates: bool) -> Told:
    """Sums up the hours of a span, of which each has its length."""
    consumption, generation, grid_import, excess = balance
    made, used = _sum(generation, lengths_ms, excess), _sum(consumption, lengths_ms, grid_import)
    return Told(
        consumption_wh=total_wh(consumption, lengths_ms),
        generation_wh=total_wh(generation, lengths_ms) if generates else None,
        excess_wh=total_wh(excess, lengths_ms) if generates else None,
        self_consumption_percent=_percent(made) if generates else None,
        self_sufficiency_percent=_percent(used) if generates else None,
    )


def total_wh(energies_wh: Figures, lengths_ms: Instants) -> float | None:
    """What the known hours of a span come to, or None where they are too few."""
    found = _sum(energies_wh, lengths_ms)
    return None if found is None else max(0.0, found[0])


def is_whole(balance: Balance) -> bool:
    """Whether what is known at all is known of every hour, so that hardly anything more is to come."""
    unknown = [np.isnan(each) for each in balance]
    return not all(each.all() for each in unknown) and all(each.all() or not each.any() for each in unknown)


def _sum(energies_wh: Figures, lengths_ms: Instants, taken_off: Figures | None = None) -> tuple[float, float] | None:
    """(sum, sum less what is taken off) over the hours in which all is known."""
    rest = energies_wh if taken_off is None else energies_wh - taken_off
    known = ~np.isnan(rest) & ~np.isnan(energies_wh)
    if lengths_ms[known].sum() < _LEAST_SHARE_OF_HOURS * lengths_ms.sum():
        return None
    return float(energies_wh[known].sum()), float(rest[known].sum())


def _percent(found: tuple[float, float] | None) -> float | None:
    if found is None or found[0] <= 0:
        return None
    return min(100.0, max(0.0, 100 * found[1] / found[0]))
