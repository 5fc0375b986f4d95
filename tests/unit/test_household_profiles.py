"""What is said of a household, how sure that is, and what is not said."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic.alias_generators import to_camel

from hearth.core.instants import start_of_local_day
from hearth.domain.profiles import FIGURES, LEAST_CONFIDENCE, HouseholdProfile, likeness_of
from hearth.domain.tariffs import LowTariffHours, PriceSlice, Tariff
from hearth.insights.comparison import CATEGORIES
from hearth.insights.energy import COLUMNS, CONSUMPTION, GENERATION, GRID, Figures, local_hours
from hearth.insights.households import LEAST_FOR_FIFTHS, SHAPE_DAYS, HomeFacts, household_profile
from hearth.insights.motives import TAG_MOTIVES, Reaction
from hearth.insights.wall_hours import WallHours, wall_hours

ZURICH = ZoneInfo("Europe/Zurich")
LAST = date(2026, 4, 5)  # clocks are moved on 29 March
ELCOM_ORDER = ("H1", "H2", "H3", "H4", "H5", "H8", "H7", "H6")


def days(count: int, wh: float = 12_000.0, column: int = CONSUMPTION) -> Figures:
    figures = np.full((365, COLUMNS), np.nan)
    figures[365 - count :, column] = wh
    return figures


def hours_of(used: dict[int, float], weekend: float = 1.0, count: int = SHAPE_DAYS, tariff: Tariff | None = None) -> WallHours:
    """A home that uses so many Wh at these hours of the wall and 100 at all others; at weekends so many times that."""
    first = LAST - timedelta(days=count - 1)
    blank = np.zeros(len(local_hours(first, LAST, ZURICH).day_of))
    empty = wall_hours(first, LAST, ZURICH, blank, np.full(len(blank), np.nan), tariff)
    wh = np.array([used.get(hour, 100.0) for hour in empty.wall_hour.tolist()]) * np.where(empty.weekday >= 5, weekend, 1.0)
    return replace(empty, consumption_wh=wh)


def profile(**facts: object) -> HouseholdProfile:
    return household_profile(HomeFacts(**{"daily": days(0), "country_code": "CH", **facts}), 0)  # type: ignore[arg-type]


HOME = dict.fromkeys(range(18, 22), 500.0) | dict.fromkeys((7, 12), 300.0)
OFFICE = dict.fromkeys(range(8, 17), 900.0)


def test_nothing_is_said_of_a_home_of_which_nothing_is_known() -> None:
    found = profile()
    assert [getattr(found, name).value for name in FIGURES] == [None] * len(FIGURES)
    assert {getattr(found, name).reason.code for name in FIGURES} == {"TOO_LITTLE_DATA", "NO_GENERATION_MEASURED"}
    assert likeness_of(found) == ({}, None)


@pytest.mark.parametrize(
    ("daily", "facts", "value", "reason"),
    [
        (days(1, 5_000, GENERATION), {}, True, "GENERATION_MEASURED"),
        (days(1, -5_000, GRID), {}, True, "FEED_IN_MEASURED"),
        (days(100), {"kwp": 8.0}, True, "GENERATION_REGISTERED"),
        (days(100), {"device_types": {"INVERTER"}}, True, "GENERATION_REGISTERED"),
        (days(100), {}, False, "NO_GENERATION_MEASURED"),
        (days(12), {}, None, "NO_GENERATION_MEASURED"),
        (days(13), {}, False, "NO_GENERATION_MEASURED"),
    ],
)
def test_generation_is_measured_registered_or_missing(daily: Figures, facts: dict, value: bool | None, reason: str) -> None:
    found = profile(daily=daily, **facts).has_energy_generation
    assert (found.value, found.reason.code) == (value, reason)


def test_a_capacity_is_surer_where_the_sky_is_known() -> None:
    sunny = days(60, 20_000, GENERATION)
    of_place = profile(daily=sunny, capacity_w=8_124.0, peak_w=7_900.0).effective_capacity_kw
    of_peak = profile(daily=sunny, peak_w=7_900.0).effective_capacity_kw
    assert (of_place.value, of_peak.value) == (8.12, 7.9)
    assert of_place.confidence > of_peak.confidence > LEAST_CONFIDENCE


@pytest.mark.parametrize(
    ("kwh", "devices", "name"),
    [
        (1_600, (), "H1"),
        (2_500, (), "H2"),
        (4_500, ("WATER_HEATER",), "H3"),
        (4_500, (), "H4"),
        (7_500, ("WATER_HEATER",), "H5"),
        (7_500, (), "H8"),
        (7_500, ("INVERTER",), "H5"),  # a house of one's own
        (13_000, (), "H7"),
        (25_000, (), "H6"),
        (25_000, ("HEAT_PUMP",), "H7"),
    ],
)
def test_an_elcom_class_by_consumption_and_devices(kwh: float, devices: tuple[str, ...], name: str) -> None:
    assert profile(daily=days(365, kwh * 1_000 / 365), device_types=devices).elcom_class.value == name


def test_a_category_is_a_fifth_of_the_country_or_one_of_elcom_where_few_are_known() -> None:
    others = [1_000.0 * number for number in range(1, 41)]
    used = days(365, 4_380_000 / 365)
    among_many = profile(daily=used, kwh_of_others=others).consumption_category
    assert (among_many.value, among_many.reason.code, among_many.reason.values["buildings"]) == (
        "VERY_LOW",
        "FIFTH_OF_COUNTRY",
        41,
    )
    among_few = profile(daily=used, kwh_of_others=others[:20]).consumption_category
    assert (among_few.value, among_few.reason.code) == ("MEDIUM", "ELCOM_CONSUMPTION")
    abroad = profile(daily=used, country_code="US").consumption_category
    assert abroad.value == "MEDIUM"
    assert abroad.confidence < among_few.confidence


def test_a_year_needs_thirty_days_and_the_grid_stands_in_where_nothing_is_generated() -> None:
    assert profile(daily=days(29)).yearly_kwh is None
    assert profile(daily=days(30, 10_000)).yearly_kwh == 3_650
    assert profile(daily=days(30, 10_000, GRID)).yearly_kwh == 3_650
    both = days(30, 10_000, GRID)
    both[:, GENERATION] = 5_000
    assert profile(daily=both).yearly_kwh is None


@pytest.mark.parametrize(
    ("kwh", "devices", "value"),
    [
        (900, (), "SINGLE_PERSON"),
        (2_100, (), None),
        (4_500, (), "MULTI_PERSON"),
        (4_500, ("HEAT_PUMP",), "MULTI_PERSON"),
        (2_600, ("HEAT_PUMP",), None),
    ],
)
def test_one_person_or_several(kwh: float, devices: tuple[str, ...], value: str | None) -> None:
    assert profile(daily=days(365, kwh * 1_000 / 365), device_types=devices).household_type.value == value


def test_a_home_lives_in_the_evening_and_an_office_in_the_week() -> None:
    home, office = profile(hours=hours_of(HOME, 1.1)), profile(daily=days(365), hours=hours_of(OFFICE, 0.3))
    assert (home.building_type.value, office.building_type.value) == ("RESIDENTIAL", "COMMERCIAL")
    assert (office.household_type.value, office.household_type.reason.code) == (None, "NOT_RESIDENTIAL")
    assert likeness_of(home).traits == {"IsResidential": True, "IsCommercial": False}
    assert profile(hours=hours_of(HOME, 1.1, 13)).building_type.value is None
    assert profile(hours=hours_of({}, 0.85)).building_type.value is None  # neither nor


# Weekend beside week and evening beside working day, of the BDEW's standard load profiles over 2023.
@pytest.mark.parametrize(
    ("weekend", "evening", "value"),
    [
        (1.07, 1.25, "RESIDENTIAL"),  # H0, households
        (0.67, 0.56, "COMMERCIAL"),  # G0, commerce
        (0.18, 0.14, "COMMERCIAL"),  # G1, offices
        (0.87, 0.92, None),  # G3, what never rests
        (0.68, 0.68, "COMMERCIAL"),  # G4, shops
        (0.71, 0.48, "COMMERCIAL"),  # G5, bakeries
    ],
)
def test_standard_load_profiles_are_what_they_are(weekend: float, evening: float, value: str | None) -> None:
    used = dict.fromkeys(range(8, 17), 1_000.0) | dict.fromkeys(range(18, 22), 1_000.0 * evening)
    assert profile(hours=hours_of(used, weekend)).building_type.value == value


def reactions(*actions: str, tags: tuple[str, ...] = ("tariff",)) -> list[Reaction]:
    return [Reaction(tags, action) for action in actions]


@pytest.mark.parametrize(
    ("actions", "value"),
    [
        (("OPENAPP",) * 5, 1.0),
        (("OPENAPP",) * 4, None),
        (("DISMISS",) * 5, 0.0),
        (("COMMAND", "DISMISS", "DISMISS", "OPENAPP"), 0.6),
        (("",) * 20, 0.0),
        (("",) * 16, None),
        (("STOPDELIVERY",) * 3, 0.0),
    ],
)
def test_motives_are_what_is_done_with_advice(actions: tuple[str, ...], value: float | None) -> None:
    found = profile(reactions=reactions(*actions))
    assert found.economical_motivation.value == value
    assert found.ecological_motivation.value is found.self_sufficiency_motivation.value is None


def test_tags_say_which_motive_advice_speaks_to() -> None:
    found = profile(reactions=reactions(*["OPENAPP"] * 10, tags=("solar", "shift")) + reactions(*["DISMISS"] * 10))
    assert (found.ecological_motivation.value, found.economical_motivation.value, found.self_sufficiency_motivation.value) == (
        1.0,
        0.0,
        1.0,
    )
    assert found.ecological_motivation.confidence < found.self_sufficiency_motivation.confidence
    assert likeness_of(found).traits == {
        "IsEcologicalMotivated": True,
        "IsEconomicalMotivated": False,
        "IsSelfSufficiencyMotivated": True,
    }
    assert profile(reactions=reactions(*["OPENAPP"] * 10, tags=("gossip",))).ecological_motivation.value is None


def with_sun(follows: bool) -> WallHours:
    """A sunny day and a dull one in turn; the washing is done on the sunny ones, or in the evening."""
    hours = hours_of({})
    sunny = hours.day_of % 2 == 0
    midday = (hours.wall_hour >= 10) & (hours.wall_hour < 16)
    generation = np.where(midday, np.where(sunny, 3_000.0, 400.0), np.nan)  # at night the inverter says nothing
    wobble = np.where(hours.wall_hour == 20, 20.0 * (hours.day_of % 3), 0)
    washing = np.where(sunny & (hours.wall_hour == (12 if follows else 19)), 1_500.0, 0)
    return replace(hours, generation_wh=generation, consumption_wh=hours.consumption_wh + washing + wobble)


def test_load_that_follows_the_sun_speaks_for_self_sufficiency() -> None:
    follows, does_not = (profile(hours=with_sun(way)).self_sufficiency_motivation for way in (True, False))
    assert (follows.value, does_not.value) == (1.0, 0.0)
    assert follows.reason.code == "REACTIONS_AND_SUN"
    assert profile(hours=with_sun(True)).ecological_motivation.value is None  # that alone is not enough


NIGHTS = Tariff(type="DUAL", low_tariff=LowTariffHours(days=(("22:00", "06:00"),) * 7))


@pytest.mark.parametrize(("washes_at", "value"), [(22, 1.0), (21, 0.0)])
def test_load_that_waits_for_the_low_tariff_speaks_for_economy(washes_at: int, value: float) -> None:
    hours = hours_of({}, tariff=NIGHTS)
    washing = np.where((hours.wall_hour == washes_at) & (hours.day_of % 5 > 0), 1_500.0, 0)
    # In the morning there is nothing to see: it is a habit of the evening.
    low = np.where(hours.wall_hour < 12, np.nan, hours.is_low_tariff)
    found = profile(hours=replace(hours, consumption_wh=hours.consumption_wh + washing, is_low_tariff=low))
    assert (found.economical_motivation.value, found.economical_motivation.reason.code) == (value, "REACTIONS_AND_TARIFF")


def test_low_hours_are_those_of_the_wall_also_when_clocks_are_moved() -> None:
    hours = hours_of({}, tariff=NIGHTS)
    low = {(day, hour) for day, hour, is_low in zip(hours.day_of, hours.wall_hour, hours.is_low_tariff, strict=True) if is_low}
    moved = SHAPE_DAYS - 1 - (LAST - date(2026, 3, 29)).days
    assert sorted(hour for day, hour in low if day == moved) == [0, 1, 3, 4, 5, 22, 23]
    assert sorted(hour for day, hour in low if day == moved - 1) == [0, 1, 2, 3, 4, 5, 22, 23]


def test_a_dynamic_price_is_low_in_the_lowest_third_of_its_day() -> None:
    start_ms = start_of_local_day(LAST, ZURICH)
    slices = tuple(
        PriceSlice(start_ms=start_ms + hour * 3_600_000, end_ms=start_ms + (hour + 1) * 3_600_000, price=f"0.{10 + hour}")
        for hour in range(24)
    )
    hours = hours_of({}, tariff=Tariff(type="DYNAMIC", slices=slices))
    assert hours.is_low_tariff[-24:].tolist() == [1.0] * 8 + [0.0] * 16
    assert np.isnan(hours.is_low_tariff[:-24]).all()


# What holds of any home.

ACTIONS = st.sampled_from(["COMMAND", "OPENAPP", "OPENWEB", "VIEWED", "DISMISS", "STOPDELIVERY", ""])
TAGS = st.lists(st.sampled_from(["solar", "tariff", "consumption", "battery", "economical", "gossip"]), max_size=3).map(tuple)
DEVICES = st.sets(st.sampled_from(["HEAT_PUMP", "WATER_HEATER", "CAR_CHARGER", "INVERTER", "BATTERY"]))


@st.composite
def homes(draw: st.DrawFn) -> HomeFacts:
    known = draw(st.integers(0, 365))
    daily = days(known, draw(st.floats(0, 200_000)))
    if draw(st.booleans()):
        daily[365 - draw(st.integers(0, known)) :, GENERATION] = draw(st.floats(0, 80_000))
    shape = None
    if draw(st.booleans()):
        used = {hour: draw(st.floats(0, 5_000)) for hour in draw(st.sets(st.integers(0, 23), max_size=6))}
        shape = hours_of(used, draw(st.floats(0, 3)), draw(st.integers(1, SHAPE_DAYS)), draw(st.sampled_from([None, NIGHTS])))
    return HomeFacts(
        daily=daily,
        hours=shape,
        device_types=tuple(draw(DEVICES)),
        kwp=draw(st.none() | st.floats(0, 30)),
        country_code=draw(st.sampled_from(["CH", "DE", None])),
        capacity_w=draw(st.none() | st.floats(0, 30_000)),
        peak_w=draw(st.none() | st.floats(0, 30_000)),
        reactions=draw(st.lists(st.builds(Reaction, TAGS, ACTIONS), max_size=40)),
        kwh_of_others=draw(st.lists(st.floats(0, 60_000), max_size=60)),
    )


@given(homes())
def test_a_confidence_is_from_none_to_sure_and_nothing_is_claimed_below_a_third(facts: HomeFacts) -> None:
    found = household_profile(facts, 0)
    for name in FIGURES:
        each = getattr(found, name)
        assert 0 <= each.confidence <= 1
        assert (each.value is None) == (each.confidence < LEAST_CONFIDENCE)
        if name.endswith("motivation") and each.value is not None:
            assert 0 <= each.value <= 1


@given(homes(), st.randoms(use_true_random=False))
def test_the_order_of_what_is_known_does_not_matter(facts: HomeFacts, chance: object) -> None:
    mixed = {name: list(getattr(facts, name)) for name in ("reactions", "kwh_of_others", "device_types")}
    for each in mixed.values():
        chance.shuffle(each)  # type: ignore[attr-defined]
    assert household_profile(replace(facts, **mixed), 0) == household_profile(facts, 0)


@given(homes(), st.floats(1, 20))
def test_a_home_that_uses_more_is_in_no_lower_class(facts: HomeFacts, times: float) -> None:
    more = replace(facts, daily=np.where(np.arange(COLUMNS) == CONSUMPTION, facts.daily * times, facts.daily))
    low, high = household_profile(facts, 0), household_profile(more, 0)
    for name, order in (
        ("consumption_category", CATEGORIES),
        ("elcom_class", ELCOM_ORDER),
        ("household_type", ("SINGLE_PERSON", "MULTI_PERSON")),
    ):
        before, after = getattr(low, name).value, getattr(high, name).value
        if before is not None and after is not None:
            assert order.index(before) <= order.index(after)


@given(homes(), st.integers(1, 365), st.integers(1, 365))
def test_more_days_that_say_the_same_make_it_surer(facts: HomeFacts, some: int, further: int) -> None:
    wh = 9_000.0
    few = household_profile(replace(facts, daily=days(min(some, further), wh), hours=None), 0)
    many = household_profile(replace(facts, daily=days(max(some, further), wh), hours=None), 0)
    for name in ("has_energy_generation", "effective_capacity_kw", "consumption_category", "elcom_class", "household_type"):
        assert getattr(few, name).confidence <= getattr(many, name).confidence


@given(st.lists(st.builds(Reaction, TAGS, ACTIONS), max_size=30), st.lists(st.builds(Reaction, TAGS, ACTIONS), max_size=30))
def test_more_reactions_make_it_surer(some: list[Reaction], further: list[Reaction]) -> None:
    few, many = profile(reactions=some), profile(reactions=some + further)
    for name in FIGURES[-3:]:
        assert getattr(few, name).confidence <= getattr(many, name).confidence


def test_more_weeks_make_a_shape_surer() -> None:
    confidences = [profile(hours=hours_of(HOME, 1.1, 14 * weeks)).building_type.confidence for weeks in range(1, 7)]
    assert confidences == sorted(confidences)


def test_the_manual_names_every_figure_and_the_least_confidence() -> None:
    text = (Path(__file__).parents[2] / "docs/integrate/household-profile.md").read_text(encoding="utf-8")
    assert [name for name in FIGURES if f"`{to_camel(name)}`" not in text] == []
    assert f"confidence of {LEAST_CONFIDENCE} nothing" in text
    assert [tag for tag in TAG_MOTIVES if f"`{tag}`" not in text] == []
    assert f"from {LEAST_FOR_FIFTHS} on" in text
