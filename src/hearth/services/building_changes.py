"""What the audit log shows of a change to a building.

Decides which fields show their values and which only how much there is of them: the log outlives the erasure of a
building, so nothing may stand in it that tells who lives there, at which place, with which devices. Prices of a
dynamic tariff come like events, and are no change of the building. Invariant: no id of an end user, no place but
country and time zone, no device, no property and no tag is shown.
"""

from hashlib import blake2b
from typing import Any

import msgspec
from msgspec.structs import replace

from hearth.domain.buildings import Building

_COMPUTED = ("latitude", "longitude")  # from the city, whose change is shown
_VEILED = ("zip", "city", "user_ids", "disabled_notifications", "devices", "properties", "tags")


def is_same(was: Building, is_now: Building) -> bool:
    """Whether nothing differs, not even true from 1."""
    return _json(was) == _json(is_now)


def version_of(building: Building) -> str:
    """Another one for each state that a caller can bring about; devices that were only heard of in events make no other."""
    devices = tuple(device for device in building.devices if not device.discovered)
    return blake2b(_json(replace(building, devices=devices, tariff_since_ms=None)), digest_size=8).hexdigest()


def shown_changes(was: Building, is_now: Building) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields in which both differ: (as they were, as they are), empty where there is nothing to show.

    Of what is veiled: the number of entries, or "set"; and "changed" where that is no other than before.
    """
    old, new = (msgspec.to_builtins(_without_prices(each)) for each in (was, is_now))
    before, after = {}, {}
    for name in new:
        if name in _COMPUTED or _json(old[name]) == _json(new[name]):
            continue
        before[name], after[name] = old[name], new[name]
        if name in _VEILED:
            before[name], after[name] = _extent(old[name]), _extent(new[name])
            if before[name] == after[name]:
                after[name] = f"{after[name]}, changed"
    return before, after


def shown_of_new(building: Building) -> dict[str, Any]:
    """What was set of a new building, beyond its zone and its instants of insertion."""
    bare = Building(
        id=building.id,
        customer_id=building.customer_id,
        customer_building_id=building.customer_building_id,
        time_zone_id=building.time_zone_id,
        registration_at_ms=building.registration_at_ms,
        activation_at_ms=building.activation_at_ms,
    )
    return shown_changes(bare, building)[1]


def _extent(value: Any) -> int | str | None:
    if value is None:
        return None
    return len(value) if isinstance(value, list | tuple | dict) else "set"


def _without_prices(building: Building) -> Building:
    tariff = None if building.tariff is None else replace(building.tariff, slices=())
    return replace(building, tariff=tariff, tariff_since_ms=None)


def _json(value: Any) -> bytes:
    return msgspec.json.encode(value, order="sorted")
