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
    "customer.created",
    "customer.changed",
    "customer.limitsChanged",
    "customer.planChanged",
    "customer.ratesChanged",
    "interval.measured",
    "endpoint.changed",
    "endpoint.enabled",
    "endpoint.secretRotated",
    "client.created",
    "client.secretRotated",
    "client.revoked",
]


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """Who did it. `id` and `name` are empty for the command line, whose user is the operator."""

    kind: Literal["member", "client", "commandLine"]
    id: str = ""
    name: str = ""

    @property
    def words(self) -> str:
        """For people, such as who saved a version."""
        return self.name or (f"client {self.id}" if self.kind == "client" else "command line")


COMMAND_LINE = Actor(kind="commandLine")


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
