"""Events on the wire. The models describe what is sent (the intake decodes it itself) and form what is read back."""

import re
from typing import Any

from pydantic import ConfigDict, Field, FiniteFloat

from hearth.api.wire.base import (
    OURS,
    READ_ONLY,
    CustomerBuildingId,
    CustomerId,
    DeviceId,
    DeviceName,
    EpochSeconds,
    WireModel,
)
from hearth.core.instants import END_OF_CALENDAR_MS, seconds_of_instant
from hearth.core.problems import Problem
from hearth.domain.events import DoubtReason
from hearth.services.events import ListedSetAside, Position, StoredEvent

_POSITION = re.compile(r"(-?[0-9]{1,15})\.([0-9]{1,15})")

EVENT_EXAMPLE: dict[str, Any] = {
    "timestamp": 1767261600,
    "customerBuildingId": "house-4711",
    "deviceId": "meter-1",
    "deviceName": "Main meter",
    "value": 1250,
    "type": "POWER_CONSUMPTION",
    "source": "SMART_METER",
}


class Event(WireModel):
    """An observation of a device. A repeat of the same building, device, type and timestamp replaces the value."""

    model_config = ConfigDict(json_schema_extra={"examples": [EVENT_EXAMPLE]})

    timestamp: EpochSeconds | None = Field(default=None, description="Epoch seconds UTC; the server's time when absent.")
    customer_id: CustomerId | None = Field(
        default=None, description="That of the access token, if sent at all.", json_schema_extra=OURS
    )
    customer_building_id: CustomerBuildingId
    device_id: DeviceId
    device_name: DeviceName | None = None
    value: FiniteFloat = Field(description="In the unit of the type.")
    type: str = Field(description="An event type of the catalogue.")
    source: str | None = Field(default=None, description="Device type; the device's own when absent.")
    forecast_timestamp: EpochSeconds | None = Field(
        default=None, description="The instant a forecast is for.", json_schema_extra={"maximum": END_OF_CALENDAR_MS - 1}
    )
    ingestion_timestamp: EpochSeconds | None = Field(
        default=None, description="Set by the platform; passed over when sent.", json_schema_extra=READ_ONLY
    )


class SetAsideEvent(WireModel):
    """An event that is kept as it came and left out of what is computed."""

    timestamp: EpochSeconds
    customer_building_id: CustomerBuildingId
    device_id: DeviceId
    value: FiniteFloat = Field(description="In the unit of the type.")
    type: str
    source: str
    reason: DoubtReason = Field(
        description="TOO_LOW, TOO_HIGH: beyond what its type can be; NEGATIVE, GLITCH: a meter's reading that is out of line."
    )


def set_aside_body(customer_building_id: str, listed: ListedSetAside) -> dict[str, Any]:
    """An event that is set aside, as it is answered."""
    return {
        "timestamp": seconds_of_instant(listed.event.occurred_at_ms),
        "customerBuildingId": customer_building_id,
        "deviceId": listed.series.device_id,
        "value": listed.event.value,
        "type": listed.series.event_type,
        "source": listed.series.source,
        "reason": listed.event.reason,
    }


def event_body(customer_id: str, event: StoredEvent) -> dict[str, Any]:
    """A stored event as it is answered."""
    forecast_ms = event.forecast_at_ms
    return {
        "timestamp": seconds_of_instant(event.occurred_at_ms),
        "customerId": customer_id,
        "customerBuildingId": event.customer_building_id,
        "deviceId": event.series.device_id,
        "deviceName": event.series.device_name,
        "value": event.value,
        "type": event.series.event_type,
        "source": event.series.source,
        "forecastTimestamp": None if forecast_ms is None else seconds_of_instant(forecast_ms),
    }


def position_text(position: Position) -> str:
    """A place between events -> the `after` of a link."""
    return f"{position.occurred_at_ms}.{position.series_id}"


def position_of(text: str) -> Position:
    """The `after` of a link -> place. Raises Problem "invalid" for anything else."""
    found = _POSITION.fullmatch(text)
    if found is None:
        raise Problem("invalid", "after is taken from the Link header of the page before.")
    return Position(int(found[1]), int(found[2]))
