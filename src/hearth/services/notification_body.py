"""The body of a notification: the one wire form that the public API lists and every channel delivers.

Spellings are those of the compatible API. Decides nothing and reads nothing: a notification in, plain
JSON values out, so that what a customer's endpoint receives and what the API later shows are the same.
"""

from hearth.core.instants import SECOND_MS
from hearth.domain.notifications import Content, Interaction, Notification, RenderedAction, RenderedText


def notification_body(notification: Notification) -> dict[str, object]:
    """Notification -> JSON object. `createdAtTimeMillis` is in milliseconds, the other instants in whole epoch seconds.

    A dropped notification has no content (`notification` is null) and carries its `dropReason`; one that was held for
    the end of quiet hours carries that instant as `heldUntil`.
    """
    body: dict[str, object] = {
        "id": notification.id,
        "customerId": notification.customer_id,
        "customerBuildingId": notification.customer_building_id,
        "ruleId": notification.rule_id,
        "userIds": list(notification.user_ids),
        "priority": notification.priority,
        "createdAtTimeMillis": notification.created_at_ms,
        "ingestionTimestamp": notification.stored_at_ms // SECOND_MS,
        "deliveryStatus": notification.status,
        "notification": None if notification.content is None else _content(notification.content),
        "interaction": None if notification.interaction is None else _interaction(notification.interaction),
    }
    if notification.drop_reason is not None:
        body["dropReason"] = notification.drop_reason
    if notification.held_until_ms is not None:
        body["heldUntil"] = notification.held_until_ms // SECOND_MS
    return body


def _content(content: Content) -> dict[str, object]:
    return {
        "actionQualifier": dict(content.action_qualifiers),
        "texts": {language: _text(text) for language, text in content.texts.items()},
        "command": content.command,
    }


def _text(text: RenderedText) -> dict[str, object]:
    slots = {"primary": text.primary, "secondary": text.secondary}
    actions = {slot: _action(action) for slot, action in slots.items() if action is not None}
    return {"title": text.title, "message": text.message, "actions": actions}


def _action(action: RenderedAction) -> dict[str, object]:
    return {"text": action.text, "parameter": action.parameter}


def _interaction(interaction: Interaction) -> dict[str, object]:
    return {
        "actionQualifier": interaction.action_qualifier,
        "userId": interaction.user_id,
        "timestamp": interaction.occurred_at_ms // SECOND_MS,
    }
