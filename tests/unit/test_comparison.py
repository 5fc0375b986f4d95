"""Groups of buildings, and what they tell of each other: never anything in groups of fewer than five."""

import numpy as np
import pytest

from hearth.insights.comparison import PeerFigures, category_ends, compared_days, elcom_class, group_of
from hearth.insights.energy import COLUMNS, CONSUMPTION, GENERATION


def days(*consumption_wh: float) -> np.ndarray:
    figures = np.full((len(consumption_wh), COLUMNS), np.nan)
    figures[:, CONSUMPTION] = consumption_wh
    return figures


def test_rank_one_is_the_highest_and_equal_values_share_it() -> None:
    group = [days(value) for value in (10, 40, 40, 20, 30)]
    assert compared_days(group[1], group)[0] == [
        "NO_EVENTS",
        PeerFigures(value=40, rank=1, size=5, min=10, max=40, p25=20, median=30, p75=40),
        "NO_EVENTS",
    ]
    assert [compared_days(own, group)[0][CONSUMPTION].rank for own in group] == [5, 1, 1, 4, 3]


def test_fewer_than_five_with_a_value_tell_nothing() -> None:
    group = [days(value, value) for value in (10, 20, 30, 40, 50)]
    group[4][1, CONSUMPTION] = np.nan
    first, second = compared_days(group[0], group)
    assert first[CONSUMPTION].size == 5
    assert second[CONSUMPTION] == "GROUP_TOO_SMALL"
    assert compared_days(group[4], group)[1][CONSUMPTION] == "NO_EVENTS"
    assert first[GENERATION] == "NO_EVENTS"


def test_a_fifth_ends_where_a_fifth_of_the_buildings_lie_below() -> None:
    assert category_ends([1_000.0 + number for number in range(11)]) == [1_002, 1_004, 1_006, 1_008]


@pytest.mark.parametrize(
    ("kwh", "name"),
    [(0, "H1"), (1_600, "H1"), (1_999, "H1"), (2_001, "H2"), (4_500, "H4"), (7_500, "H8"), (13_000, "H7"), (99_000, "H6")],
)
def test_an_elcom_class_is_the_nearest_typical_consumption(kwh: float, name: str) -> None:
    assert elcom_class(kwh) == name


COUNTRIES = {**{f"ch{number}": "CH" for number in range(10)}, "at": "AT", "nowhere": None}
CLASSES = {**{f"ch{number}": "LOW" if number in (2, 3) else "HIGH" for number in range(1, 10)}, "at": "LOW", "nowhere": "LOW"}


def test_groups_are_all_the_country_the_category_in_it_or_the_class() -> None:
    assert group_of("ALL", "at", COUNTRIES, {}).building_ids == set(COUNTRIES)
    assert group_of("COUNTRY", "ch0", COUNTRIES, {}).building_ids == {f"ch{number}" for number in range(10)}
    assert group_of("CONSUMPTION_CATEGORY", "ch3", COUNTRIES, CLASSES).building_ids == {"ch2", "ch3"}
    assert group_of("ELCOM", "at", COUNTRIES, CLASSES).building_ids == {"ch2", "ch3", "at", "nowhere"}


@pytest.mark.parametrize(
    ("category", "building", "reason"),
    [
        ("COUNTRY", "nowhere", "NO_COUNTRY"),
        ("CONSUMPTION_CATEGORY", "nowhere", "NO_COUNTRY"),
        ("CONSUMPTION_CATEGORY", "ch0", "TOO_LITTLE_HISTORY"),
        ("ELCOM", "ch0", "TOO_LITTLE_HISTORY"),
    ],
)
def test_where_there_is_no_group_the_reason_is_said(category: str, building: str, reason: str) -> None:
    group = group_of(category, building, COUNTRIES, CLASSES)
    assert (group.building_ids, group.withheld) == (frozenset(), reason)
