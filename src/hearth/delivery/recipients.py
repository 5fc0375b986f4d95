"""Who gets a notification over a channel, and at which address.

Targets are found when the notification is stored, addresses when it is sent: what was changed or erased meanwhile counts.
Invariant: a target holds no address, only what finds one again, so that an erased address is nowhere in the outbox.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from hearth.core.identifiers import derived_id
from hearth.domain.channels import FETCH, WEBHOOK, Channel, Email, Fcm, Mqtt, has_user
from hearth.domain.contacts import Contact

_TOPIC = "topic"
_MAIL = "mail"


class Target(NamedTuple):
    """One intent of a notification.

    `key` finds the address again among those of the channel or, with a `user_id`, of that user.
    """

    kind: str
    channel_id: str
    user_id: str | None = None
    key: str = ""

    @property
    def lane(self) -> str:
        """Deliveries of a building with the same lane go out in their order; others do not wait for them."""
        return "/".join((self.channel_id, self.user_id or "", self.key))


THE_WEBHOOK = Target(WEBHOOK, WEBHOOK)
THE_FETCHING = Target(FETCH, FETCH)


def targets_of(channel: Channel, user_ids: Sequence[str], contacts: Mapping[str, Contact]) -> list[Target]:
    """Whom a notification for these users goes to over that channel; nobody while it is switched off.

    contacts: of the building, by user id.
    """
    if not channel.is_enabled:
        return []
    of_users = [contacts[user_id] for user_id in dict.fromkeys(user_ids) if user_id in contacts]
    match channel.way:
        case Email(recipients=recipients, to_users=to_users):
            targets = [_target(channel, None, key_of(address)) for address in recipients]
            return targets + [_target(channel, each.user_id, _MAIL) for each in of_users if to_users and each.email]
        case Fcm(topic=topic, to_users=to_users):
            targets = [_target(channel, None, _TOPIC)] if topic else []
            devices = [(each.user_id, token) for each in of_users if to_users for token in each.fcm_tokens]
            return targets + [_target(channel, user_id, key_of(token)) for user_id, token in devices]
        case Mqtt(topic=topic):
            users = list(dict.fromkeys(user_ids)) if has_user(topic) else [None]
            return [_target(channel, user_id, _TOPIC) for user_id in users]


def address_of(channel: Channel, user_id: str | None, key: str, contact: Contact | None) -> str | None:
    """The mail address, registration token or template of a topic that a target means; None where it is no more."""
    match channel.way:
        case Email(recipients=recipients) if user_id is None:
            return next((each for each in recipients if key_of(each) == key), None)
        case Email(to_users=to_users):
            return contact.email if contact is not None and to_users else None
        case Fcm(topic=topic) if user_id is None:
            return topic or None
        case Fcm(to_users=to_users):
            tokens = contact.fcm_tokens if contact is not None and to_users else ()
            return next((each for each in tokens if key_of(each) == key), None)
        case Mqtt(topic=topic):
            return topic if has_user(topic) == (user_id is not None) else None


def key_of(address: str) -> str:
    """What stands for an address where it must not stand itself."""
    return derived_id("address", address)


def _target(channel: Channel, user_id: str | None, key: str) -> Target:
    return Target(channel.kind, channel.id, user_id, key)
