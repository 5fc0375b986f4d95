"""Notifications and interactions on the wire. The body itself is made by `services.notification_body`."""

from typing import Any, Literal

from pydantic import ConfigDict, Field

from hearth.api.wire.base import OURS, CustomerBuildingId, CustomerId, RuleId, UserId, WireModel
from hearth.domain.notifications import DeliveryStatus, DropReason, InteractionKind
from hearth.domain.rules import ActionQualifier

_EXAMPLE: dict[str, Any] = {
    "id": "665f1c2ab1e8a93d5c0f7e21",
    "customerId": "64a1b2c3d4e5f60718293a4b",
    "customerBuildingId": "house-4711",
    "ruleId": "650000000000000000000001",
    "userIds": [],
    "priority": "normal",
    "createdAtTimeMillis": 1767261600000,
    "ingestionTimestamp": 1767261601,
    "deliveryStatus": "DELIVERED",
    "notification": {
        "actionQualifier": {"primary": "OPENAPP", "dismiss": "DISMISS"},
        "texts": {
            "en": {
                "title": "Plenty of sun",
                "message": "You feed in 3.2 kW right now: a good moment to charge the car.",
                "actions": {"primary": {"text": "Open", "parameter": None}},
            }
        },
        "command": None,
    },
    "interaction": {"actionQualifier": "VIEWED", "userId": "anna@example.org", "timestamp": 1767261720},
}


class Action(WireModel):
    """A button; `parameter` is the address of an OPENWEB action."""

    text: str
    parameter: str | None


class Actions(WireModel):
    """The buttons there are."""

    primary: Action | None = None
    secondary: Action | None = None


class Texts(WireModel):
    """The texts of one language."""

    title: str
    message: str
    actions: Actions


class Content(WireModel):
    """What is shown: texts by language, what each slot (primary, secondary, tap, dismiss) does, an optional command."""

    action_qualifier: dict[Literal["primary", "secondary", "tap", "dismiss"], ActionQualifier]
    texts: dict[str, Texts]
    command: str | None


class LastInteraction(WireModel):
    """The last thing a household did with the notification."""

    action_qualifier: InteractionKind
    user_id: str | None
    timestamp: int = Field(description="Epoch seconds UTC.")


class Notification(WireModel):
    """A notification, as it is listed here and delivered to your endpoint."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    id: str
    customer_id: CustomerId
    customer_building_id: CustomerBuildingId
    rule_id: RuleId
    user_ids: list[str]
    priority: Literal["high", "normal"]
    created_at_time_millis: int = Field(description="The instant of the evaluation, milliseconds UTC.")
    ingestion_timestamp: int = Field(description="When it was stored, epoch seconds UTC.")
    delivery_status: DeliveryStatus
    notification: Content | None = Field(description="null for one that was dropped instead of being made.")
    interaction: LastInteraction | None
    drop_reason: DropReason | None = Field(
        default=None,
        description="Why it was held back; only on dropped ones. switched_off: between making and sending.",
        json_schema_extra=OURS,
    )
    held_until: int | None = Field(
        default=None,
        description="Epoch seconds UTC: the end of quiet hours, until which it is PENDING; only on held ones.",
        json_schema_extra=OURS,
    )


class InteractionReport(WireModel):
    """What a household did with a notification. STOPDELIVERY also switches the rule off for the user, or for all;
    RESUMEDELIVERY (ours) undoes that."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"actionQualifier": "VIEWED", "userId": "anna@example.org"}]})

    action_qualifier: InteractionKind
    user_id: UserId | None = None
