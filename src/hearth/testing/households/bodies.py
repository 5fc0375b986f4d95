"""Homes and simulated events as bodies of the public API.

Where they are sent, and with which token, is the caller's business.
"""

from typing import Any

from hearth.core.instants import seconds_of_instant
from hearth.testing.households.home import Home, HomeTariff
from hearth.testing.households.simulation import SimulatedEvent

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def building_body(home: Home) -> dict[str, Any]:
    """The body of `POST /buildings/v1`."""
    body: dict[str, Any] = {
        "customerBuildingId": home.customer_building_id,
        "zip": home.place.zip,
        "city": home.place.city,
        "countryCode": home.place.country_code,
        "timeZoneId": home.time_zone_id,
        "isEarlyAdopter": home.is_early_adopter,
        "userIds": [f"{home.customer_building_id}.resident"],
        "rulesOperatorExclude": True,
        "devices": [{"id": d.id, "type": d.type, "name": d.name, "product_name": d.product_name} for d in home.devices],
        "settings": {"tariff": _tariff(home.tariff)},
        "properties": {"persons": home.persons, "floorArea": home.floor_area},
    }
    if home.kwp is not None:
        body["kwp"] = home.kwp
        body["properties"] |= {"pvTilt": home.tilt, "pvAzimuth": home.azimuth}
    return body


def event_body(home: Home, event: SimulatedEvent) -> dict[str, Any]:
    """The body of `POST /events/v1`, or one item of its array."""
    value = event.value
    return {
        "timestamp": seconds_of_instant(event.timestamp_ms),
        "customerBuildingId": home.customer_building_id,
        "deviceId": event.device_id,
        "deviceName": event.device_name,
        "type": event.type,
        "source": event.source,
        "value": int(value) if value.is_integer() else value,
    }


def _tariff(tariff: HomeTariff) -> dict[str, Any]:
    if tariff.low_hours is None:
        return {"type": "SINGLE", "currency": tariff.currency, "single": {"price": tariff.high_price}}
    hours: dict[str, str] = {}
    for name, (start, end) in zip(_WEEKDAYS, tariff.low_hours, strict=True):
        hours |= {f"{name}StartTime": start, f"{name}EndTime": end}
    return {
        "type": "DUAL",
        "currency": tariff.currency,
        "minPrice": tariff.low_price,
        "maxPrice": tariff.high_price,
        "dual": {"lowTariff": hours},
    }
