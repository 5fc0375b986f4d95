"""Comparison of a building's daily energies with those of its group. Pure.

Decides who is in a group, and what a group may tell. Groups are made of the buildings of one customer alone. Figures are given
of five or more buildings with a value, the own one counted: of fewer it would be known whose a figure is. A group by
consumption needs thirty days of history, scaled to a year. Invariant: what is told does not depend on the order of the
buildings.

ELCOM's typical households differ by devices as well as by yearly consumption. Only the latter is known here, so H3 and H4, and H5
and H8, are one class each. A class reaches to the geometric mean of its consumption and the next one's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt
from typing import Literal, get_args

import numpy as np

from hearth.insights.energy import CONSUMPTION, ENERGY_TYPES, Figures

Category = Literal["ELCOM", "CONSUMPTION_CATEGORY", "COUNTRY", "ALL"]
ConsumptionCategory = Literal["VERY_LOW", "LOW", "MEDIUM", "HIGH", "VERY_HIGH"]
ElcomClass = Literal["H1", "H2", "H3_H4", "H5_H8", "H7", "H6"]
Withheld = Literal["NO_EVENTS", "GROUP_TOO_SMALL", "NO_COUNTRY", "TOO_LITTLE_HISTORY", "TOO_FEW_BUILDINGS"]

LEAST_BUILDINGS = 5
LEAST_DAYS = 30
HISTORY_DAYS = 365

_CATEGORIES: tuple[ConsumptionCategory, ...] = get_args(ConsumptionCategory)
_ELCOM_KWH: Mapping[ElcomClass, int] = {"H1": 1_600, "H2": 2_500, "H3_H4": 4_500, "H5_H8": 7_500, "H7": 13_000, "H6": 25_000}
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


def yearly_kwh(daily: Figures) -> float | None:
    """The consumption of a building's days [day, column], scaled to a year; None with less than thirty days of it."""
    known = daily[:, CONSUMPTION][~np.isnan(daily[:, CONSUMPTION])]
    return float(known.mean()) * HISTORY_DAYS / 1_000 if len(known) >= LEAST_DAYS else None


def consumption_categories(kwh_by_building: Mapping[str, float]) -> dict[str, ConsumptionCategory]:
    """The fifth in which each building is among these, by yearly consumption; empty for fewer than five buildings."""
    if len(kwh_by_building) < LEAST_BUILDINGS:
        return {}
    ends = np.quantile(sorted(kwh_by_building.values()), [0.2, 0.4, 0.6, 0.8])
    places = np.searchsorted(ends, list(kwh_by_building.values()), side="left").tolist()
    return {building_id: _CATEGORIES[place] for building_id, place in zip(kwh_by_building, places, strict=True)}


def elcom_class(kwh: float) -> ElcomClass:
    """The class of a yearly consumption."""
    return tuple(_ELCOM_KWH)[int(np.searchsorted(_ELCOM_ENDS_KWH, kwh, side="right"))]


def group_of(
    category: Category, building_id: str, countries: Mapping[str, str | None], kwh_by_building: Mapping[str, float | None]
) -> Group:
    """The group of a building among all of its customer's, whose countries are given.

    The yearly consumptions are looked at where the category is one of consumption.
    """
    country = countries[building_id]
    if category == "ALL":
        return Group(frozenset(countries))
    if category in ("COUNTRY", "CONSUMPTION_CATEGORY") and country is None:
        return Group(frozenset(), "NO_COUNTRY")
    if category == "COUNTRY":
        return Group(frozenset(each for each in countries if countries[each] == country))
    known = {each: kwh for each, kwh in kwh_by_building.items() if kwh is not None}
    if building_id not in known:
        return Group(frozenset(), "TOO_LITTLE_HISTORY")
    if category == "ELCOM":
        of_elcom = {each: elcom_class(kwh) for each, kwh in known.items()}
        return Group(frozenset(each for each in known if of_elcom[each] == of_elcom[building_id]))
    categories = consumption_categories({each: kwh for each, kwh in known.items() if countries[each] == country})
    if not categories:
        return Group(frozenset(), "TOO_FEW_BUILDINGS")
    return Group(frozenset(each for each in categories if categories[each] == categories[building_id]))


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
