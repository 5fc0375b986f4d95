"""Parcel: one notification as it is handed to a channel for one recipient, ready to be sent.

Who reads and words it is the services' business, who carries it the connectors'. `id` is the delivery's (or a test's), the same
over all attempts, so that each recipient can recognise a repeat. `over`: the endpoint or channel as it was read for this attempt.
"""

from collections.abc import Mapping
from typing import NamedTuple

from hearth.domain.channels import Channel
from hearth.domain.endpoints import Endpoint


class WebhookParcel(NamedTuple):
    """`body`: the notification as JSON, as it is signed."""

    over: Endpoint
    id: str
    body: bytes


class MailParcel(NamedTuple):
    """The same in text and HTML.

    `unsubscribe_url`: where the recipient ends such mail, by GET for people and POST in one click.
    """

    over: Channel
    id: str
    recipient: str
    subject: str
    text: str
    html: str
    unsubscribe_url: str | None


class PushParcel(NamedTuple):
    """To one device (`token`) or to all that subscribe to a `topic`; one of them is None.

    After `expires_at_ms` it is worth nothing.
    """

    over: Channel
    id: str
    token: str | None
    topic: str | None
    title: str
    message: str
    data: Mapping[str, str]
    is_urgent: bool
    expires_at_ms: int


class MqttParcel(NamedTuple):
    """`body`: the notification as JSON. The broker drops it after `expires_at_ms`."""

    over: Channel
    id: str
    topic: str
    body: bytes
    expires_at_ms: int


Parcel = WebhookParcel | MailParcel | PushParcel | MqttParcel
