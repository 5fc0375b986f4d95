"""The household profile on the wire: each figure with its confidence, and the reason as words and as a code with values."""

from typing import Any

from pydantic import ConfigDict, Field

from hearth.api.wire.base import READ_ONLY, EpochSeconds, WireModel
from hearth.core.instants import seconds_of_instant
from hearth.domain import profiles as domain

# Words for each code; the values of a reason stand in braces.
_WORDS: dict[domain.ReasonCode, str] = {
    "TOO_LITTLE_DATA": "there is too little to tell",
    "GENERATION_MEASURED": "it generated on {days} days of the last year",
    "FEED_IN_MEASURED": "it fed into the grid on {days} days of the last year",
    "GENERATION_REGISTERED": "an installed power or an inverter is registered, and no generation was measured",
    "NO_GENERATION_MEASURED": "{days} days of the last year were measured, and none had generation",
    "PEAK_UNDER_CLEAR_SKY": "this explains its peaks under a clear sky best, over {days} days with generation",
    "PEAK_MEASURED": "its best hours came to this, over {days} days with generation; without a place the sky is not known",
    "FIFTH_OF_COUNTRY": "{kwh} kWh a year, by {days} days, among {buildings} buildings of {country}",
    "ELCOM_CONSUMPTION": "{kwh} kWh a year, by {days} days, beside the typical households of ELCOM",
    "ELCOM_CONSUMPTION_AND_DEVICES": "{kwh} kWh a year, by {days} days, and its devices, beside the typical households of ELCOM",
    "YEARLY_CONSUMPTION": "{kwh} kWh a year, by {days} days",
    "NOT_RESIDENTIAL": "the building does not look like a home",
    "WEEK_AND_EVENING": "over {days} days a day of the weekend used {weekend} times one of the week, and an hour of the evening "
    "{evening} times one of the working day",
    "REACTIONS": "what it did with {reactions} notifications",
    "REACTIONS_AND_SUN": "what it did with {reactions} notifications, and how far its load follows the sun ({shift} of 1)",
    "REACTIONS_AND_TARIFF": "what it did with {reactions} notifications, and how far it waits for the low tariff ({shift} of 1)",
}

_EXAMPLE: dict[str, Any] = {
    "value": "H5",
    "confidence": 0.7,
    "reason": "7170 kWh a year, by 365 days, and its devices, beside the typical households of ELCOM",
    "reasonCode": "ELCOM_CONSUMPTION_AND_DEVICES",
    "reasonValues": {"kwh": 7170, "days": 365},
}


class ProfileFigure(WireModel):
    """What is inferred, how sure that is, and why."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    value: bool | float | str | None = Field(description=f"null below a confidence of {domain.LEAST_CONFIDENCE}.")
    confidence: float = Field(ge=0, le=1)
    reason: str = Field(description="In English.")
    reason_code: domain.ReasonCode = Field(description="The same, to be put into words of your own.")
    reason_values: dict[str, int | float | str] = Field(description="The numbers in those words.")


class HouseholdProfile(WireModel):
    """What is inferred of a building from its events and from what it does with notifications; never from a survey."""

    computed_timestamp: EpochSeconds = Field(json_schema_extra=READ_ONLY)
    has_energy_generation: ProfileFigure = Field(description="true or false.")
    effective_capacity_kw: ProfileFigure = Field(description="kW under the clearest sky.")
    consumption_category: ProfileFigure = Field(description="VERY_LOW, LOW, MEDIUM, HIGH or VERY_HIGH in its country.")
    elcom_class: ProfileFigure = Field(description="H1 to H8: the typical household of the Swiss regulator.")
    household_type: ProfileFigure = Field(description="SINGLE_PERSON or MULTI_PERSON.")
    building_type: ProfileFigure = Field(description="RESIDENTIAL or COMMERCIAL.")
    ecological_motivation: ProfileFigure = Field(description="How strong, 0..1; from 0.5 on rules take it for motivated.")
    economical_motivation: ProfileFigure = Field(description="How strong, 0..1; from 0.5 on rules take it for motivated.")
    self_sufficiency_motivation: ProfileFigure = Field(description="How strong, 0..1; from 0.5 on rules take it for motivated.")


def profile_body(profile: domain.HouseholdProfile) -> HouseholdProfile:
    """A profile as it is answered."""
    figures = {name: _figure_body(getattr(profile, name)) for name in domain.FIGURES}
    return HouseholdProfile.of(computed_timestamp=seconds_of_instant(profile.computed_at_ms), **figures)


def _figure_body(figure: domain.Figure) -> ProfileFigure:
    reason = figure.reason
    return ProfileFigure.of(
        value=figure.value,
        confidence=figure.confidence,
        reason=_WORDS[reason.code].format_map(reason.values),
        reason_code=reason.code,
        reason_values=reason.values,
    )
