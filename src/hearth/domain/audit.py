"""The audit log's nouns: who did what to which thing, and what it was before and after.

Holds the closed list of actions. What an entry's `before` and `after` show is chosen by the use case that writes it.
Invariant: an entry never changes, and holds no password, secret, token or hash of one.
"""

from typing import Any, Literal

import msgspec

Action = Literal[
    "member.added",
    "member.invited",
    "member.joined",
    "member.roleChanged",
    "member.removed",
    "member.profileChanged",
    "member.passwordChanged",
    "member.passwordReset",
    "member.signedOutEverywhere",
    "member.secondFactorAdded",
    "member.secondFactorRemoved",
    "invitation.withdrawn",
    "rule.added",
    "rule.changed",
    "rule.stateChanged",
    "rule.deleted",
    "building.added",
    "building.changed",
    "building.deactivated",
    "building.reactivated",
    "building.erased",
    "delivery.stopped",
    "delivery.resumed",
    "building.contactsChanged",
    "customer.created",
    "customer.changed",
    "customer.confirmed",
    "customer.limitsChanged",
    "customer.planChanged",
    "customer.ratesChanged",
    "interval.measured",
    "events.importBegun",
    "events.imported",
    "events.exported",
    "notifications.exported",
    "endpoint.changed",
    "endpoint.enabled",
    "endpoint.disabled",
    "endpoint.secretRotated",
    "channel.added",
    "channel.changed",
    "channel.enabled",
    "channel.disabled",
    "channel.removed",
    "client.created",
    "client.secretRotated",
    "client.revoked",
    "ticket.opened",
    "ticket.messageAdded",
    "ticket.answered",
    "ticket.closed",
]


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """Who did it. `id` and `name` are empty for the command line, whose user is the operator, and for a household."""

    kind: Literal["member", "client", "commandLine", "endUser"]
    id: str = ""
    name: str = ""

    @property
    def words(self) -> str:
        """For people, such as who saved a version."""
        return self.name or {"client": f"client {self.id}", "endUser": "a household"}.get(self.kind, "command line")


COMMAND_LINE = Actor(kind="commandLine")
END_USER = Actor(kind="endUser")  # by a link of a mail; which of the building's users it is stands in no log


class AuditEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One change. `subject` names what was changed as a person would; `number` is its place, 0 until it is stored."""

    customer_id: str
    at_ms: int
    actor: Actor
    action: Action
    subject: str
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    number: int = 0
