"""Building and Device: the household whose events are evaluated.

A building is the unit of state, order, local time and partition. Invariants: its zone exists, its
device ids are unique. Which rules are on for a building is decided here, and nowhere else.
"""

from collections.abc import Sequence

import msgspec

from hearth.core.instants import zone_named
from hearth.core.problems import invalid
from hearth.domain.limits import HouseholdLimits
from hearth.domain.tariffs import Tariff

MOST_TAGS = 50


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """A device of a building; `discovered` = seen in events, never registered."""

    id: str
    type: str | None = None
    name: str | None = None
    product_name: str | None = None
    created_at_ms: int | None = None
    updated_at_ms: int | None = None
    discovered: bool = False


class DisabledNotification(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that is switched off in a building; for one user, or for all where `user_id` is None."""

    rule_id: str
    user_id: str | None = None


class Building(msgspec.Struct, frozen=True, kw_only=True):
    """A household. `id` is ours, `customer_building_id` the customer's name for it.

    `limits`: its own; where one is not set, the customer's holds. `tariff_since_ms`: when the tariff, or the zone in which it is
    read, was last set; None for one that was set before this was kept. `tags`: words by which the customer's members find it.
    """

    id: str
    customer_id: str
    customer_building_id: str
    time_zone_id: str
    registration_at_ms: int
    activation_at_ms: int
    deactivated_at_ms: int | None = None
    zip: str | None = None
    city: str | None = None
    country_code: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    kwp: float | None = None
    is_early_adopter: bool = False
    user_ids: tuple[str, ...] = ()
    disabled_notifications: tuple[DisabledNotification, ...] = ()
    inactive_rules: tuple[str, ...] = ()
    active_rules: tuple[str, ...] = ()
    rules_operator_exclude: bool = True
    devices: tuple[Device, ...] = ()
    tariff: Tariff | None = None
    tariff_since_ms: int | None = None
    limits: HouseholdLimits = HouseholdLimits()
    properties: dict[str, str | int | float | bool] = {}
    tags: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        try:
            zone_named(self.time_zone_id)
        except ValueError as error:
            raise invalid("/timeZoneId", f"{error}; use an IANA name such as Europe/Zurich") from error
        ids = [device.id for device in self.devices]
        for index, device_id in enumerate(ids):
            if device_id in ids[:index]:
                raise invalid(f"/devices/{index}/id", f"the device id {device_id} occurs twice")
        if len(self.tags) > MOST_TAGS:
            raise invalid("/tags", f"A building has at most {MOST_TAGS} tags; take some away.")

    def is_deactivated(self) -> bool:
        """Deactivated: events are stored, nothing is evaluated."""
        return self.deactivated_at_ms is not None

    def has_rule_on(self, rule_id: str) -> bool:
        """Whether the rule is switched on for this building as a whole.

        With `rules_operator_exclude` all rules are on except the inactive ones, also future ones;
        without it only the active ones are.
        """
        if any(d.rule_id == rule_id and d.user_id is None for d in self.disabled_notifications):
            return False
        if self.rules_operator_exclude:
            return rule_id not in self.inactive_rules
        return rule_id in self.active_rules

    def silenced_users(self, rule_id: str) -> frozenset[str]:
        """The users for whom the rule is switched off, beside what holds for the building as a whole."""
        return frozenset(d.user_id for d in self.disabled_notifications if d.rule_id == rule_id and d.user_id is not None)

    def still_for(self, rule_id: str, user_ids: Sequence[str]) -> tuple[str, ...] | None:
        """Whom of these users a waiting notification of the rule is still for; None where nobody is to hear it any more.

        Without users it is for the building, until that or the rule in it is switched off.
        """
        if self.is_deactivated() or not self.has_rule_on(rule_id):
            return None
        silenced = self.silenced_users(rule_id)
        wanted = tuple(user_id for user_id in user_ids if user_id not in silenced)
        return wanted if wanted or not user_ids else None

    def find_device(self, device_id: str) -> Device | None:
        """The device of that id, or None."""
        return next((device for device in self.devices if device.id == device_id), None)
