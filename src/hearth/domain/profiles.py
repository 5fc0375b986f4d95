"""HouseholdProfile: what is inferred of a building from what it sends and what it does with advice; never from a survey.

How a figure comes about is `insights.households`' to say. A member's own profile is another thing (`services.profiles`).
Invariant: a figure that rests on too little carries no value, but still says how sure it would be, and why.
"""

from typing import Literal, NamedTuple

import msgspec

LEAST_CONFIDENCE = 0.3  # below, nothing is claimed

ConsumptionCategory = Literal["VERY_LOW", "LOW", "MEDIUM", "HIGH", "VERY_HIGH"]
ElcomClass = Literal["H1", "H2", "H3", "H4", "H5", "H6", "H7", "H8"]
HouseholdType = Literal["SINGLE_PERSON", "MULTI_PERSON"]
BuildingType = Literal["RESIDENTIAL", "COMMERCIAL"]
ReasonCode = Literal[
    "TOO_LITTLE_DATA",
    "GENERATION_MEASURED",
    "FEED_IN_MEASURED",
    "GENERATION_REGISTERED",
    "NO_GENERATION_MEASURED",
    "PEAK_UNDER_CLEAR_SKY",
    "PEAK_MEASURED",
    "FIFTH_OF_COUNTRY",
    "ELCOM_CONSUMPTION",
    "ELCOM_CONSUMPTION_AND_DEVICES",
    "YEARLY_CONSUMPTION",
    "NOT_RESIDENTIAL",
    "WEEK_AND_EVENING",
    "REACTIONS",
    "REACTIONS_AND_SUN",
    "REACTIONS_AND_TARIFF",
]


ReasonValue = int | float | str


class Reason(msgspec.Struct, frozen=True):
    """Why a figure is what it is: a code that is put into words where it is shown, and the numbers in those words."""

    code: ReasonCode
    values: dict[str, ReasonValue] = {}


class Figure(msgspec.Struct, frozen=True):
    """A figure of a profile. The value is None where nothing is claimed; confidence 0..1."""

    value: bool | float | str | None
    confidence: float
    reason: Reason


NOTHING = Figure(None, 0.0, Reason("TOO_LITTLE_DATA"))


def figure(value: bool | float | str, confidence: float, code: ReasonCode, **values: ReasonValue) -> Figure:
    """A figure, its value claimed only where it is sure enough. Confidences have two decimals."""
    rounded = round(min(1.0, max(0.0, confidence)), 2)
    return Figure(value if rounded >= LEAST_CONFIDENCE else None, rounded, Reason(code, values))


class HouseholdProfile(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of a building, computed at an instant. Figures may be added, with defaults.

    has_energy_generation: bool. effective_capacity_kw: kW. consumption_category, elcom_class, household_type, building_type:
    names of the types above. Motivations: how strong, 0..1. `yearly_kwh`: what its consumption comes to in a year, and None
    with less than thirty days of it; others' fifths are found with it.
    """

    computed_at_ms: int
    yearly_kwh: float | None = None
    has_energy_generation: Figure = NOTHING
    effective_capacity_kw: Figure = NOTHING
    consumption_category: Figure = NOTHING
    elcom_class: Figure = NOTHING
    household_type: Figure = NOTHING
    building_type: Figure = NOTHING
    ecological_motivation: Figure = NOTHING
    economical_motivation: Figure = NOTHING
    self_sufficiency_motivation: Figure = NOTHING


FIGURES: tuple[str, ...] = tuple(
    name for name in HouseholdProfile.__struct_fields__ if name not in ("computed_at_ms", "yearly_kwh")
)
MOTIVATED_FROM = 0.5  # a motivation that strong is one

_TRAITS_OF_TYPES = {
    "SINGLE_PERSON": ("IsSinglePerson", "IsMultiPerson"),
    "MULTI_PERSON": ("IsMultiPerson", "IsSinglePerson"),
    "RESIDENTIAL": ("IsResidential", "IsCommercial"),
    "COMMERCIAL": ("IsCommercial", "IsResidential"),
}


class Likeness(NamedTuple):
    """What a rule may ask of a profile: the `Is...` names that are known, and the category of consumption."""

    traits: dict[str, bool]
    consumption_category: str | None


def likeness_of(profile: HouseholdProfile) -> Likeness:
    """What is claimed, in the words of the rule language."""
    traits: dict[str, bool] = {}
    for typed in (profile.household_type, profile.building_type):
        if isinstance(typed.value, str):
            is_true, is_false = _TRAITS_OF_TYPES[typed.value]
            traits |= {is_true: True, is_false: False}
    for name, motivation in (
        ("IsEcologicalMotivated", profile.ecological_motivation),
        ("IsEconomicalMotivated", profile.economical_motivation),
        ("IsSelfSufficiencyMotivated", profile.self_sufficiency_motivation),
    ):
        if isinstance(motivation.value, float):
            traits[name] = motivation.value >= MOTIVATED_FROM
    category = profile.consumption_category.value
    return Likeness(traits, category if isinstance(category, str) else None)


NO_LIKENESS = Likeness({}, None)
