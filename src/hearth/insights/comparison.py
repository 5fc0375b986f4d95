"""Comparison of a building's daily energies with those of its group. Pure.

Decides who is in a group, what a group may tell, and where the classes of consumption end; into which a building falls is
`insights.households`' to say. Groups are made of the buildings of one customer alone. Figures are given of five or more
buildings with a value, the own one counted: of fewer it would be known whose a figure is. Invariant: what is told does not
depend on the order of the buildings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt
from typing import Literal, get_args

import numpy as np

from hearth.domain.profiles import ConsumptionCategory, ElcomClass
from hearth.insights.energy import ENERGY_TYPES, Figures

Category = Literal["ELCOM", "CONSUMPTION_CATEGORY", "COUNTRY", "ALL"]
Withheld = Literal["NO_EVENTS", "GROUP_TOO_SMALL", "NO_COUNTRY", "TOO_LITTLE_HISTORY"]

LEAST_BUILDINGS = 5
LEAST_DAYS = 30
HISTORY_DAYS = 365

CATEGORIES: tuple[ConsumptionCategory, ...] = get_args(ConsumptionCategory)
# H3 and H4, and H5 and H8, have the same consumption: those without a water heater stand for both here.
_ELCOM_KWH: Mapping[ElcomClass, int] = {"H1": 1_600, "H2": 2_500, "H4": 4_500, "H8": 7_500, "H7": 13_000, "H6": 25_000}
_ELCOM_ENDS_KWH = [sqrt(low * high) for low, high in pairwise(_ELCOM_KWH.values())]


@dataclass(frozen=True)
class PeerFigures:
    """One building's value (Wh) of a day in its group. `rank` 1 is the highest; equal values have equal ranks.

    Quartiles lie between two values where they fall there (linear interpolation).
    """

    value: float
    rank: int
    size: int
    min: float
    max: float
    p25: float
    median: float
    p75: float


@dataclass(frozen=True)
class Group:
    """Ids of the buildings, the own one among them; or why there is none."""

    building_ids: frozenset[str]
    withheld: Withheld | None = None


def category_ends(kwh: Sequence[float]) -> list[float]:
    """Where fifths of these yearly consumptions end: four of them."""
    ends: list[float] = np.quantile(np.sort(kwh), [0.2, 0.4, 0.6, 0.8]).tolist()
    return ends


def elcom_ends() -> list[float]:
    """Where the classes of ELCOM end, kWh a year: at the geometric mean of a class's consumption and the next one's."""
    return list(_ELCOM_ENDS_KWH)


def elcom_class(kwh: float) -> ElcomClass:
    """The class of a yearly consumption alone."""
    return tuple(_ELCOM_KWH)[int(np.searchsorted(_ELCOM_ENDS_KWH, kwh, side="right"))]


def group_of(category: Category, building_id: str, countries: Mapping[str, str | None], classes: Mapping[str, str]) -> Group:
    """The group of a building among all of its customer's, whose countries are given.

    classes: of the buildings of which it is known, the class of ELCOM or of consumption, where the category is one of them. The
    latter are compared within a country only: a fifth is one of its country.
    """
    country = countries[building_id]
    if category == "ALL":
        return Group(frozenset(countries))
    if category in ("COUNTRY", "CONSUMPTION_CATEGORY") and country is None:
        return Group(frozenset(), "NO_COUNTRY")
    if category == "COUNTRY":
        return Group(frozenset(each for each in countries if countries[each] == country))
    own = classes.get(building_id)
    if own is None:
        return Group(frozenset(), "TOO_LITTLE_HISTORY")
    alike = frozenset(each for each in countries if classes.get(each) == own)
    if category == "ELCOM":
        return Group(alike)
    return Group(frozenset(each for each in alike if countries[each] == country))


def compared_days(own: Figures, group: Sequence[Figures]) -> list[list[PeerFigures | Withheld]]:
    """The own days [day, column] among the group's, which include them: for each day, for each of `ENERGY_TYPES`."""
    of_all = np.stack([each[:, : len(ENERGY_TYPES)] for each in group])
    return [
        [_compared(float(own[day, column]), of_all[:, day, column]) for column in range(len(ENERGY_TYPES))]
        for day in range(len(own))
    ]


def _compared(value: float, of_group: Figures) -> PeerFigures | Withheld:
    if np.isnan(value):
        return "NO_EVENTS"
    known = np.sort(of_group[~np.isnan(of_group)])
    if len(known) < LEAST_BUILDINGS:
        return "GROUP_TOO_SMALL"
    p25, median, p75 = np.quantile(known, [0.25, 0.5, 0.75]).tolist()
    return PeerFigures(
        value=value,
        rank=1 + len(known) - int(np.searchsorted(known, value, side="right")),
        size=len(known),
        min=float(known[0]),
        max=float(known[-1]),
        p25=p25,
        median=median,
        p75=p75,
    )
