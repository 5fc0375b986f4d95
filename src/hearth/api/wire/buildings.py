"""Buildings and devices on the wire: one model for what is sent and what is answered.

Read-only members may be sent back as they were read; they are passed over, so that a client can GET,
change and PUT.
"""

from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field, FiniteFloat, JsonValue, StrictBool, StrictInt

from hearth.api.wire.base import (
    OURS,
    READ_ONLY,
    CustomerBuildingId,
    CustomerId,
    DeviceId,
    DeviceName,
    EpochSeconds,
    RuleId,
    Text,
    UserId,
    WireModel,
    instant_or_none,
)
from hearth.api.wire.profiles import HouseholdProfile, profile_body
from hearth.api.wire.settings import Settings
from hearth.core.identifiers import PATTERNS
from hearth.core.instants import seconds_of_instant
from hearth.domain import buildings as domain
from hearth.domain import profiles
from hearth.services.buildings import BuildingDraft

_MOST_IN_LIST = 1_000
_MOST_PROPERTIES = 200

Tag = Annotated[str, Field(pattern=PATTERNS["tag"])]
PropertyName = Annotated[str, Field(min_length=1, max_length=100)]

_DEVICE_EXAMPLE: dict[str, JsonValue] = {"id": "meter-1", "type": "SMART_METER", "name": "Main meter", "product_name": "EM 24"}
_BUILDING_EXAMPLE: dict[str, JsonValue] = {
    "customerBuildingId": "house-4711",
    "zip": "3011",
    "city": "Bern",
    "countryCode": "CH",
    "kwp": 9.6,
    "userIds": ["anna@example.org"],
    "devices": [_DEVICE_EXAMPLE],
    "settings": {"tariff": {"type": "SINGLE", "currency": "CHF", "single": {"price": "0.2735"}}},
    "properties": {"persons": 4, "pvTilt": 30, "pvAzimuth": 180},
}


def _passed_over(given: object) -> None:
    """What is computed may be sent back, in whatever form it was once read."""


class Device(WireModel):
    """A device of a building."""

    model_config = ConfigDict(json_schema_extra={"examples": [_DEVICE_EXAMPLE]})

    id: DeviceId
    type: str | None = Field(default=None, description="A device type of the catalogue, such as SMART_METER.")
    name: DeviceName | None = None
    product_name: Text | None = Field(default=None, alias="product_name")
    created_at: EpochSeconds | None = Field(default=None, json_schema_extra=READ_ONLY)
    updated_at: EpochSeconds | None = Field(default=None, json_schema_extra=READ_ONLY)
    discovered: bool = Field(
        default=False,
        description="Seen in events and never registered. Send the device without it to register it.",
        json_schema_extra=READ_ONLY | OURS,
    )

    def to_domain(self) -> domain.Device:
        """-> device, without the instants that are ours to set."""
        return domain.Device(
            id=self.id, type=self.type, name=self.name, product_name=self.product_name, discovered=self.discovered
        )


class DisabledNotification(WireModel):
    """A rule that is switched off in the building: for one user, or for all where there is no userId."""

    rule_id: RuleId
    user_id: UserId | None = None


class Geolocation(WireModel):
    """Where the building stands, in degrees."""

    lat: FiniteFloat
    lon: FiniteFloat


class Building(WireModel):
    """A household. What is not sent is not set; a PUT replaces all that can be set."""

    model_config = ConfigDict(json_schema_extra={"examples": [_BUILDING_EXAMPLE]})

    id: Text | None = Field(default=None, description="Ours; never changes.", json_schema_extra=READ_ONLY)
    customer_id: CustomerId | None = Field(default=None, description="That of the access token, if sent at all.")
    customer_building_id: CustomerBuildingId = Field(description="Your name for the building; its address here.")
    zip: Text | None = None
    city: Text | None = None
    country_code: str | None = Field(default=None, description="ISO 3166-1 alpha-2.", pattern="^[A-Z]{2}$")
    time_zone_id: Text | None = Field(default=None, description="IANA name; derived from the place when absent.")
    kwp: FiniteFloat | None = Field(default=None, ge=0, le=100_000, description="Installed PV power, kWp.")
    registration_timestamp: EpochSeconds | None = Field(default=None, description="Set on insert when absent.")
    activation_timestamp: EpochSeconds | None = Field(default=None, description="Set on insert when absent.")
    deactivated_timestamp: EpochSeconds | None = Field(
        default=None,
        description="Deactivated since: events are stored, nothing is evaluated or sent. Absent or null = active.",
    )
    is_early_adopter: bool = False
    user_ids: list[UserId] = Field(default=[], max_length=_MOST_IN_LIST)
    disabled_notifications: list[DisabledNotification] = Field(default=[], max_length=_MOST_IN_LIST)
    inactive_rules: list[RuleId] = Field(default=[], max_length=_MOST_IN_LIST)
    active_rules: list[RuleId] = Field(default=[], max_length=_MOST_IN_LIST)
    rules_operator_exclude: bool = Field(
        default=True,
        description="true: all rules are on except inactiveRules, also future ones; false: only activeRules are.",
    )
    devices: list[Device] = Field(default=[], max_length=_MOST_IN_LIST)
    settings: Settings = Settings()
    properties: dict[PropertyName, StrictBool | StrictInt | FiniteFloat | Text] = Field(
        default={},
        max_length=_MOST_PROPERTIES,
        description="Free. pvTilt and pvAzimuth (degrees; 180 = south), persons and floorArea (m²) are understood.",
    )
    tags: list[Tag] | None = Field(
        default=None,
        max_length=domain.MOST_TAGS,
        description="Words by which your members find it. Absent: they stay as they are.",
        json_schema_extra=OURS,
    )
    geolocation: Geolocation | None = Field(
        default=None,
        description="Computed from city and countryCode; null where that city is not known.",
        json_schema_extra=READ_ONLY,
    )
    profile: Annotated[HouseholdProfile | None, BeforeValidator(_passed_over)] = Field(
        default=None, description="Computed once a day; null until there is one.", json_schema_extra=READ_ONLY
    )

    def to_draft(self) -> BuildingDraft:
        """-> what the customer sets."""
        return BuildingDraft(
            customer_building_id=self.customer_building_id,
            time_zone_id=self.time_zone_id,
            registration_at_ms=instant_or_none(self.registration_timestamp),
            activation_at_ms=instant_or_none(self.activation_timestamp),
            deactivated_at_ms=instant_or_none(self.deactivated_timestamp),
            zip=self.zip,
            city=self.city,
            country_code=self.country_code,
            kwp=self.kwp,
            is_early_adopter=self.is_early_adopter,
            user_ids=tuple(self.user_ids),
            disabled_notifications=tuple(
                domain.DisabledNotification(rule_id=one.rule_id, user_id=one.user_id) for one in self.disabled_notifications
            ),
            inactive_rules=tuple(self.inactive_rules),
            active_rules=tuple(self.active_rules),
            rules_operator_exclude=self.rules_operator_exclude,
            devices=tuple(device.to_domain() for device in self.devices),
            tariff=self.settings.tariff_of_both(),
            limits=self.settings.limits(),
            properties=dict(self.properties),
            tags=None if self.tags is None else tuple(self.tags),
        )


def building_body(building: domain.Building, profile: profiles.HouseholdProfile | None = None) -> Building:
    """A building as it is answered, with what is inferred of it."""
    geolocation = None
    if building.latitude is not None and building.longitude is not None:
        geolocation = Geolocation.of(lat=building.latitude, lon=building.longitude)
    return Building.of(
        id=building.id,
        customer_id=building.customer_id,
        customer_building_id=building.customer_building_id,
        zip=building.zip,
        city=building.city,
        country_code=building.country_code,
        time_zone_id=building.time_zone_id,
        kwp=building.kwp,
        registration_timestamp=seconds_of_instant(building.registration_at_ms),
        activation_timestamp=seconds_of_instant(building.activation_at_ms),
        deactivated_timestamp=_seconds_or_none(building.deactivated_at_ms),
        is_early_adopter=building.is_early_adopter,
        user_ids=list(building.user_ids),
        disabled_notifications=[
            DisabledNotification.of(rule_id=one.rule_id, user_id=one.user_id) for one in building.disabled_notifications
        ],
        inactive_rules=list(building.inactive_rules),
        active_rules=list(building.active_rules),
        rules_operator_exclude=building.rules_operator_exclude,
        devices=[_device_body(device) for device in building.devices],
        settings=Settings.of_domain(building.tariff, building.limits),
        properties=dict(building.properties),
        tags=list(building.tags),
        geolocation=geolocation,
        profile=None if profile is None else profile_body(profile),
    )


def _device_body(device: domain.Device) -> Device:
    return Device.of(
        id=device.id,
        type=device.type,
        name=device.name,
        product_name=device.product_name,
        created_at=_seconds_or_none(device.created_at_ms),
        updated_at=_seconds_or_none(device.updated_at_ms),
        discovered=device.discovered,
    )


def _seconds_or_none(at_ms: int | None) -> float | None:
    return None if at_ms is None else seconds_of_instant(at_ms)
