"""Packing a notification for a channel: which text, in which language, in the form that the channel carries.

Whom it goes to is `delivery.recipients`', how it is carried the connectors'. Invariants: a recipient reads its own language where
the notification has it, and a mail or push message has nothing of other recipients.
"""

import json
from typing import NamedTuple
from urllib.parse import urlsplit

import msgspec

from hearth.delivery.parcels import MailParcel, MqttParcel, Parcel, PushParcel
from hearth.domain.channels import Channel, Email, Fcm, Mqtt, topic_for
from hearth.domain.customers import Customer
from hearth.domain.notifications import Content, Notification, RenderedAction, RenderedText
from hearth.services.mails import write_notification
from hearth.services.notification_body import notification_body
from hearth.services.stop_links import StopLinks


class Addressee(NamedTuple):
    """One recipient. `user_id`: None for one of the customer's own; `language`: None = the customer's first."""

    address: str
    user_id: str | None = None
    language: str | None = None


class Packing:
    """Packs for every channel but the webhook, whose parcel is the notification itself."""

    def __init__(self, links: StopLinks) -> None:
        self._links = links

    def pack(
        self,
        channel: Channel,
        delivery_id: str,
        notification: Notification,
        to: Addressee,
        customer: Customer,
        expires_at_ms: int,
        *,
        is_test: bool = False,
    ) -> Parcel:
        """What is sent to one recipient. notification: one that was generated, so it has content."""
        content = notification.content
        assert content is not None
        language, text = text_for(content, to.language, *customer.languages)
        building_id, rule_id = notification.customer_building_id, notification.rule_id
        match channel.way:
            case Email():
                stop_url = None
                if to.user_id is not None:
                    stop_url = self._links.link(notification.customer_id, notification.id, to.user_id)
                values = {
                    "title": text.title,
                    "message": [line for line in text.message.splitlines() if line.strip()],
                    "buttons": _buttons(content, text),
                    "sender_name": customer.name,
                    "stop_url": stop_url,
                }
                letter = write_notification(language, values)
                return MailParcel(channel, delivery_id, to.address, *letter, unsubscribe_url=stop_url)
            case Fcm(topic=topic):
                is_topic = to.user_id is None and to.address == topic
                return PushParcel(
                    channel,
                    delivery_id,
                    token=None if is_topic else to.address,
                    topic=topic_for(topic, building_id, rule_id, None, escaped=True) if is_topic else None,
                    title=text.title,
                    message=text.message,
                    data=_data(notification, content, text, is_test),
                    is_urgent=notification.priority == "high",
                    expires_at_ms=expires_at_ms,
                )
            case Mqtt():
                topic = topic_for(to.address, building_id, rule_id, to.user_id)
                body = notification_body(notification) | ({"test": True} if is_test else {})
                if to.user_id is not None:
                    body["userIds"] = [to.user_id]
                return MqttParcel(channel, delivery_id, topic, msgspec.json.encode(body), expires_at_ms)


def text_for(content: Content, *languages: str | None) -> tuple[str, RenderedText]:
    """(language, text) of the first of these that there is, or of the first there is at all."""
    for language in languages:
        if language is not None and language in content.texts:
            return language, content.texts[language]
    return next(iter(content.texts.items()))


def _actions(content: Content, text: RenderedText) -> dict[str, tuple[str, RenderedAction]]:
    """Slot -> (what it does, how it is shown), of the slots that are shown."""
    shown = {"primary": text.primary, "secondary": text.secondary}
    return {
        slot: (content.action_qualifiers[slot], action)
        for slot, action in shown.items()
        if action is not None and slot in content.action_qualifiers
    }


def _buttons(content: Content, text: RenderedText) -> list[tuple[str, str]]:
    """Those that a mail can have: of an app or a command it knows nothing."""
    return [
        (action.text, action.parameter)
        for qualifier, action in _actions(content, text).values()
        if qualifier == "OPENWEB" and action.parameter is not None and _is_web_address(action.parameter)
    ]


def _is_web_address(parameter: str) -> bool:
    try:
        return urlsplit(parameter).scheme in ("http", "https")
    except ValueError:  # a template wrote it, so that it may be anything
        return False


def _data(notification: Notification, content: Content, text: RenderedText, is_test: bool) -> dict[str, str]:
    """What the app gets beside the texts; texts only, as FCM wants it."""
    data = {
        "id": notification.id,
        "customerBuildingId": notification.customer_building_id,
        "ruleId": notification.rule_id,
        "actionQualifier": json.dumps(dict(content.action_qualifiers)),
        "actions": json.dumps(
            {slot: {"text": shown.text, "parameter": shown.parameter} for slot, (_, shown) in _actions(content, text).items()}
        ),
    }
    if content.command is not None:
        data["command"] = content.command
    if is_test:
        data["test"] = "true"
    return data
