"""The profile of a household, from its energies, devices and reactions to advice. Pure; never from a survey.

Decides each figure, how sure it is and why. Who reads the inputs, and when, is `services.household_profiles`' to decide.
Invariants: confidences lie in 0..1 and grow with the data that say the same; what is found does not depend on the order of
notifications, devices or other buildings; a home that uses more is never put into a lower class.

Where the formulas come from is said at each. Those marked "ours" have no published source; they were set so that the ten
metered homes and the standard load profiles of the BDEW (H0, G0 to G6) come out as what they are.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import exp, log
from statistics import NormalDist

import numpy as np

from hearth.domain.profiles import NOTHING, ElcomClass, Figure, HouseholdProfile, Reason, ReasonValue, figure
from hearth.insights.comparison import CATEGORIES, HISTORY_DAYS, LEAST_DAYS, category_ends, elcom_class, elcom_ends
from hearth.insights.energy import CONSUMPTION, GENERATION, GRID, Figures
from hearth.insights.motives import SUN_IS_ECOLOGICAL, Reaction, motivation, sun_shift, tariff_shift
from hearth.insights.wall_hours import WallHours

LEAST_FOR_FIFTHS = 25  # buildings of the country, of which each fifth then has five
SHAPE_DAYS = 84  # whole weeks whose hours tell how a home lives
_LEAST_SHAPE_DAYS = 14

_NORMAL = NormalDist()
_LARGE_DEVICES = {"HEAT_PUMP", "WATER_HEATER", "CAR_CHARGER"}


@dataclass(frozen=True)
class HomeFacts:
    """All that a profile rests on.

    daily: the last days [day, column] of `insights.energy`, a year at most. capacity_w: the capacity that explains the
    generation under a clear sky, None where the place is not known. peak_w: the hour of generation that one in a hundred of its
    hours exceeds. kwh_of_others: yearly consumptions of the customer's other buildings of the country.
    """

    daily: Figures
    hours: WallHours | None = None
    device_types: Collection[str] = ()
    kwp: float | None = None
    country_code: str | None = None
    capacity_w: float | None = None
    peak_w: float | None = None
    reactions: Sequence[Reaction] = ()
    kwh_of_others: Sequence[float] = ()


def household_profile(facts: HomeFacts, computed_at_ms: int) -> HouseholdProfile:
    """All figures of a home."""
    days, kwh = _yearly(facts.daily)
    generation = _has_generation(facts)
    building_type = _building_type(facts.hours)
    household_type = _household_type(kwh, days, facts.device_types)
    if building_type.value == "COMMERCIAL":
        household_type = Figure(None, 0.0, Reason("NOT_RESIDENTIAL"))
    sun, tariff = sun_shift(facts.hours), tariff_shift(facts.hours)
    return HouseholdProfile(
        computed_at_ms=computed_at_ms,
        yearly_kwh=kwh,
        has_energy_generation=generation,
        effective_capacity_kw=_capacity(facts),
        consumption_category=_category(facts, kwh, days),
        elcom_class=_elcom(facts, kwh, days, has_generation=generation.value is True),
        household_type=household_type,
        building_type=building_type,
        ecological_motivation=motivation("ecological", facts.reactions, sun, SUN_IS_ECOLOGICAL),
        economical_motivation=motivation("economical", facts.reactions, tariff),
        self_sufficiency_motivation=motivation("self-sufficiency", facts.reactions, sun),
    )


def _known(values: Figures) -> Figures:
    return values[~np.isnan(values)]


def consumption_column(daily: Figures) -> int:
    """Which column tells what a building uses: its consumption, or what it takes from the grid where it generates nothing."""
    is_told = not np.isnan(daily[:, CONSUMPTION]).all()
    generates = np.any(_known(daily[:, GENERATION]) > 0) or np.any(_known(daily[:, GRID]) < 0)
    return CONSUMPTION if is_told or generates else GRID


def _yearly(daily: Figures) -> tuple[int, float | None]:
    """(days with consumption, kWh a year): their mean times 365; None with less than thirty. The season is not corrected."""
    known = _known(daily[:, consumption_column(daily)])
    if len(known) < LEAST_DAYS:
        return len(known), None
    return len(known), max(0.0, float(np.sort(known).mean()) * HISTORY_DAYS / 1_000)


def _spread(days: int) -> float:
    """How far a year told by so many days lies off, as the standard deviation of its logarithm.

    Measured on the ten metered homes over all stretches of a year (30 days 0.31, 90 days 0.24, 180 days 0.12, 330 days 0.03), a
    little more for other climates, and 0.05 for the difference between years (ours).
    """
    return 0.05 + 0.34 * (1 - min(days, HISTORY_DAYS) / HISTORY_DAYS)


def _sure_within(kwh: float, days: int, ends: Sequence[float]) -> tuple[int, float]:
    """(which of the classes between these ends, how sure): the share of `_spread` around the consumption that lies in it."""
    at = int(np.searchsorted(ends, kwh, side="right"))
    if kwh <= 0:
        return at, 1.0
    spread = _spread(days)
    above = 1.0 if at == len(ends) or ends[at] <= 0 else _NORMAL.cdf((log(ends[at]) - log(kwh)) / spread)
    below = 0.0 if at == 0 or ends[at - 1] <= 0 else _NORMAL.cdf((log(ends[at - 1]) - log(kwh)) / spread)
    return at, above - below


def _has_generation(facts: HomeFacts) -> Figure:
    """Days with generation or feed-in, by Laplace's rule of succession: n days say it with (n + 1) / (n + 2).

    What is registered (installed power, an inverter) is taken at half. That there is none needs days on which it would have
    shown; half of the trust is there after thirty (ours).
    """
    generated = int(np.sum(_known(facts.daily[:, GENERATION]) > 0))
    if generated:
        return figure(True, (generated + 1) / (generated + 2), "GENERATION_MEASURED", days=generated)
    fed_in = int(np.sum(_known(facts.daily[:, GRID]) < 0))
    if fed_in:
        return figure(True, (fed_in + 1) / (fed_in + 2), "FEED_IN_MEASURED", days=fed_in)
    if (facts.kwp or 0) > 0 or "INVERTER" in facts.device_types:
        return figure(True, 0.5, "GENERATION_REGISTERED")
    without = int(np.sum((~np.isnan(facts.daily[:, [GENERATION, CONSUMPTION, GRID]])).any(axis=1)))
    return figure(False, without / (without + 30), "NO_GENERATION_MEASURED", days=without)


def _capacity(facts: HomeFacts) -> Figure:
    """The peak under a clear sky (`forecasting.solar.found_array`); where the place is not known, the hour that one in a hundred
    hours of generation exceeds.

    On the metered homes both are the same within 2 % after a year; the latter follows the season, so it is trusted less.
    Half of the trust is there after a week of generation (ours).
    """
    days = int(np.sum(_known(facts.daily[:, GENERATION]) > 0))
    grown = days / (days + 7)
    if facts.capacity_w is not None:
        return figure(round(facts.capacity_w / 1_000, 2), grown, "PEAK_UNDER_CLEAR_SKY", days=days)
    if facts.peak_w is not None:
        return figure(round(facts.peak_w / 1_000, 2), 0.6 * grown, "PEAK_MEASURED", days=days)
    return NOTHING


def _category(facts: HomeFacts, kwh: float | None, days: int) -> Figure:
    """The fifth among the country's buildings, or that of ELCOM's classes where fewer than 25 are known (platform.md 4).

    Those are H1, H2, H3 and H4, H5 and H8, H7 and H6. They are Swiss: elsewhere they are trusted by 0.7 (ours).
    """
    if kwh is None:
        return NOTHING
    among = [*facts.kwh_of_others, kwh]
    told: dict[str, ReasonValue] = {"kwh": round(kwh), "days": days}
    if facts.country_code is not None and len(among) >= LEAST_FOR_FIFTHS:
        at, sure = _sure_within(kwh, days, category_ends(among))
        return figure(CATEGORIES[at], sure, "FIFTH_OF_COUNTRY", **told, buildings=len(among), country=facts.country_code)
    at, sure = _sure_within(kwh, days, elcom_ends()[: len(CATEGORIES) - 1])
    return figure(CATEGORIES[at], sure * _swiss(facts.country_code), "ELCOM_CONSUMPTION", **told)


def _swiss(country_code: str | None) -> float:
    return 1.0 if country_code == "CH" else 0.7


def _elcom(facts: HomeFacts, kwh: float | None, days: int, has_generation: bool) -> Figure:
    """The typical household of the Swiss regulator ElCom (platform.md 4) that is nearest by yearly consumption.

    Of those with the same consumption devices tell: H3 and H5 have an electric water heater, H4 and H8 none; H5 is a house of
    one's own, which own generation tells as well; H7 has a heat pump where H6 heats by resistance. Where no large
    device is known of, it is trusted by 0.7 that there is none (ours).
    """
    if kwh is None:
        return NOTHING
    _, sure = _sure_within(kwh, days, elcom_ends())
    sure *= _swiss(facts.country_code)
    devices = set(facts.device_types)
    told: dict[str, ReasonValue] = {"kwh": round(kwh), "days": days}
    by_devices: Mapping[ElcomClass, tuple[ElcomClass, ElcomClass, bool]] = {
        "H4": ("H3", "H4", "WATER_HEATER" in devices),
        "H8": ("H5", "H8", "WATER_HEATER" in devices or has_generation),
        "H6": ("H7", "H6", "HEAT_PUMP" in devices),
    }
    name = elcom_class(kwh)
    if name not in by_devices:
        return figure(name, sure, "ELCOM_CONSUMPTION", **told)
    with_device, without, is_there = by_devices[name]
    sure = sure if is_there or devices & _LARGE_DEVICES else 0.7 * sure
    return figure(with_device if is_there else without, sure, "ELCOM_CONSUMPTION_AND_DEVICES", **told)


def _household_type(kwh: float | None, days: int, device_types: Collection[str]) -> Figure:
    """Single below, several people above 2,000 kWh a year: between ELCOM's flat of two rooms (1,600) and that of four (2,500).

    Homes of one size differ by half as a standard deviation of the logarithm, and by all where a heat pump, water heater or
    charger uses most (ours). Never more than 0.8 sure: classifiers by consumption are right about that often (Beckel and others,
    "Revealing household characteristics from smart meter data", Energy 78, 2014).
    """
    if kwh is None:
        return NOTHING
    differs = 1.0 if set(device_types) & _LARGE_DEVICES else 0.5
    distance = 10.0 if kwh <= 0 else abs(log(kwh) - log(2_000)) / (differs**2 + _spread(days) ** 2) ** 0.5
    sure = 0.8 * (2 * _NORMAL.cdf(distance) - 1)
    return figure("SINGLE_PERSON" if kwh < 2_000 else "MULTI_PERSON", sure, "YEARLY_CONSUMPTION", kwh=round(kwh), days=days)


def _building_type(hours: WallHours | None) -> Figure:
    """By a day of the weekend beside one of the week, and on weekdays by the evening (18 to 22) beside the working day (8 to 17).

    In the BDEW's standard load profiles, over 2023, these are 1.07 and 1.25 for households (H0), 0.67 and 0.56 for commerce (G0),
    0.18 and 0.14 for offices (G1). A logistic function lies halfway between H0 and G0; the weekend counts ten times as much, for
    a home with a pool or an air conditioner is still a home (ours, on the metered homes). Businesses that live in the evening
    (G2) look like homes, and those that never rest (G3) like nothing. Half of the trust is there after two weeks.
    """
    if hours is None:
        return NOTHING
    by_hour = hours.consumption_wh
    is_weekend = hours.weekday >= 5
    evening = ~is_weekend & (hours.wall_hour >= 18) & (hours.wall_hour < 22)
    working = ~is_weekend & (hours.wall_hour >= 8) & (hours.wall_hour < 17)
    days = _days_known(hours)
    means = [_mean(by_hour[which]) for which in (is_weekend, ~is_weekend, evening, working)]
    if days < _LEAST_SHAPE_DAYS or min(means) <= 0:
        return NOTHING
    weekend, evenings = means[0] / means[1], means[2] / means[3]
    odds = 10 * log(weekend / 0.85) + log(evenings / 0.84)
    probable = 1 / (1 + exp(-abs(odds)))
    sure = (2 * probable - 1) * days / (days + 14)
    told = {"days": days, "weekend": round(weekend, 2), "evening": round(evenings, 2)}
    return figure("RESIDENTIAL" if odds >= 0 else "COMMERCIAL", sure, "WEEK_AND_EVENING", **told)


def _days_known(hours: WallHours) -> int:
    return len(np.unique(hours.day_of[~np.isnan(hours.consumption_wh)]))


def _mean(values: Figures) -> float:
    known = _known(values)
    return float(known.mean()) if len(known) else 0.0
