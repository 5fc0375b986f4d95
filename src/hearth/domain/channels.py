"""Channel: a further way on which a customer's notifications go out — e-mail, Firebase Cloud Messaging, MQTT.

The webhook is the customer's `Endpoint`; beside it there are any number of these. What is particular to a kind is a closed
union of what may be shown; the one secret that a kind may need (password, service account) stands beside it, sealed. Who
seals is the connectors' business, what is changed when the services'. Invariant: a credential is never sent to another
server or in the name of another user than the one it was given for.
"""

import re
from typing import Literal
from urllib.parse import quote

import msgspec
from msgspec.structs import replace

from hearth.core.problems import invalid
from hearth.domain.endpoints import Sealed, check_requests_per_second

WEBHOOK = "webhook"
FETCH = "fetch"

Kind = Literal["email", "fcm", "mqtt"]
KINDS: tuple[Kind, ...] = ("email", "fcm", "mqtt")
# By which a topic is made each household's, or each user's, own.
PLACEHOLDERS = ("customerBuildingId", "ruleId", "userId")
MOST_RECIPIENTS = 20

_LONGEST_NAME = 100
_LONGEST_TEXT = 500
_LONGEST_TOPIC = 200
_HOST = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*")
_IPV6 = re.compile(r"[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*")
_FCM_TOPIC = re.compile(r"[a-zA-Z0-9_.~%-]+")
_BRACES = re.compile(r"\{([^{}]*)\}")


class SmtpServer(msgspec.Struct, frozen=True, kw_only=True):
    """A mail server of the customer's own. `user` empty = it asks for no password; else the credential is the password."""

    host: str
    port: int = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""


class Email(msgspec.Struct, frozen=True, kw_only=True, tag="email", tag_field="kind"):
    """Mail to fixed addresses of the customer, to the end users who have one, or both.

    `server`: None = the installation's. `sender`: an address, with a name or without; empty = the installation's.
    """

    server: SmtpServer | None = None
    sender: str = ""
    recipients: tuple[str, ...] = ()
    to_users: bool = False


class Fcm(msgspec.Struct, frozen=True, kw_only=True, tag="fcm", tag_field="kind"):
    """Push messages of a Firebase project; the credential is the key file of its service account.

    `topic`: what the customer's apps subscribe to, empty = none; `to_users`: to the registered devices of end users.
    """

    project_id: str = ""
    client_email: str = ""
    topic: str = ""
    to_users: bool = False


class Mqtt(msgspec.Struct, frozen=True, kw_only=True, tag="mqtt", tag_field="kind"):
    """A topic of a broker; with `{userId}` in it, one message for each end user. `user` and the credential sign in."""

    host: str
    port: int = 8883
    security: Literal["tls", "none"] = "tls"
    user: str = ""
    topic: str = "hearth/{customerBuildingId}/notifications"


Way = Email | Fcm | Mqtt


class Channel(msgspec.Struct, frozen=True, kw_only=True):
    """One channel of a customer.

    `is_enabled`: switched on by a person; while it is not, no deliveries are made for it. `requests_per_second`: None = as fast
    as it takes them.
    """

    id: str
    customer_id: str
    name: str
    created_at_ms: int
    way: Way
    credential: Sealed | None = None
    requests_per_second: int | None = None
    is_enabled: bool = True

    @property
    def kind(self) -> Kind:
        """The word of its kind."""
        return kind_of(self.way)

    @property
    def reaches_users(self) -> bool:
        """Whether it asks for the addresses of end users."""
        return not isinstance(self.way, Mqtt) and self.way.to_users


def kind_of(way: Way) -> Kind:
    """The word of its kind."""
    match way:
        case Email():
            return "email"
        case Fcm():
            return "fcm"
        case Mqtt():
            return "mqtt"


def needs_credential(way: Way) -> bool:
    """Whether it does not work without its secret."""
    match way:
        case Email(server=server):
            return server is not None and server.user != ""
        case Fcm():
            return True
        case Mqtt(user=user):
            return user != ""


def keeps_credential(before: Way, after: Way) -> bool:
    """Whether the credential stays good for a changed channel: the same server and user, and encrypted as well as before."""
    match before, after:
        case Email(server=old), Email(server=new):
            return old == new
        case Fcm(), Fcm():
            return True
        case Mqtt(), Mqtt():
            return replace(before, topic=after.topic) == after
        case _:
            return False


def topic_for(template: str, customer_building_id: str, rule_id: str, user_id: str | None, *, escaped: bool = False) -> str:
    """A topic with its placeholders filled; `escaped`: with nothing in them but what a topic of FCM may have."""
    topic = template
    for name, value in zip(PLACEHOLDERS, (customer_building_id, rule_id, user_id or ""), strict=True):
        topic = topic.replace(f"{{{name}}}", quote(value, safe="") if escaped else value)
    return topic


def has_user(topic: str) -> bool:
    """Whether the topic is each user's own."""
    return "{userId}" in topic


def check_channel(name: str, way: Way, requests_per_second: int | None) -> None:
    """Raises Problem "invalid" with a pointer to the field; addresses of mail are the services' to check."""
    if not name.strip() or len(name) > _LONGEST_NAME or not name.isprintable():
        raise invalid("/name", f"Give the channel a name of 1 to {_LONGEST_NAME} characters.")
    check_requests_per_second(requests_per_second)
    match way:
        case Email(server=server, recipients=recipients, to_users=to_users):
            if server is not None:
                _check_server("/way/server", server.host, server.port, server.user)
            if len(recipients) > MOST_RECIPIENTS:
                raise invalid(
                    "/way/recipients", f"At most {MOST_RECIPIENTS} addresses; for more, take a list of your mail server."
                )
            if not recipients and not to_users:
                raise invalid("/way/recipients", "Nobody would get mail: name an address, or send to end users.")
        case Fcm(topic=topic, to_users=to_users):
            if not topic and not to_users:
                raise invalid("/way/topic", "Nobody would get a message: name a topic, or send to end users.")
            if topic:
                _check_topic(topic)
                if has_user(topic):
                    raise invalid("/way/topic", "A topic is of many devices; to reach one user, send to end users.")
                if not _FCM_TOPIC.fullmatch(_BRACES.sub("", topic) or "-"):
                    raise invalid("/way/topic", "A topic of FCM has letters, digits and - _ . ~ % only.")
        case Mqtt(topic=topic):
            _check_server("/way", way.host, way.port, way.user)
            _check_topic(topic)
            if not topic or any(sign in topic for sign in "+#\0") or not topic.isprintable() or topic.startswith("$"):
                raise invalid("/way/topic", "A topic to publish to has no + and no #, and does not begin with $.")


def _check_server(pointer: str, host: str, port: int, user: str) -> None:
    if not (_HOST.fullmatch(host) or _IPV6.fullmatch(host)):
        raise invalid(f"{pointer}/host", "The server is a host name or an address, such as mail.example.com, without a scheme.")
    if not 1 <= port <= 65_535:
        raise invalid(f"{pointer}/port", "A port is a number from 1 to 65,535.")
    if len(user) > _LONGEST_TEXT or not user.isprintable():
        raise invalid(f"{pointer}/user", f"A user name has at most {_LONGEST_TEXT} characters, on one line.")


def _check_topic(topic: str) -> None:
    if len(topic) > _LONGEST_TOPIC:
        raise invalid("/way/topic", f"A topic has at most {_LONGEST_TOPIC} characters.")
    bare = _BRACES.sub("", topic)
    unknown = [name for name in _BRACES.findall(topic) if name not in PLACEHOLDERS]
    if unknown or "{" in bare or "}" in bare:
        known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        raise invalid("/way/topic", f"In braces a topic may have {known}.")
