"""The JSON of accounts: members, invitations, profile, audit log.

Only shapes and their filling stand here; nothing is decided. Instants are milliseconds UTC. Invariant: no view holds a
hash, a sealed secret or a token that is stored.
"""

from typing import Annotated, Any, Literal

from pydantic import Field

from hearth.console.wire import Wire
from hearth.domain.audit import Action, AuditEntry
from hearth.domain.customers import Language, MailedLink, Member, MemberSession
from hearth.domain.permissions import Role
from hearth.services.credentials import EMAIL_LENGTH_MAX, NAME_LENGTH_MAX, PASSWORD_LENGTH_MAX
from hearth.services.invitations import Invited
from hearth.services.members import SESSION_MS, SignedIn
from hearth.services.second_factor import SECRET_PATTERN

Email = Annotated[str, Field(min_length=1, max_length=EMAIL_LENGTH_MAX)]
Name = Annotated[str, Field(min_length=1, max_length=NAME_LENGTH_MAX)]
# Of any length up to some bound: what is too short or too long is told in words, at its field.
Password = Annotated[str, Field(min_length=1, max_length=2 * PASSWORD_LENGTH_MAX)]
Token = Annotated[str, Field(min_length=1, max_length=100)]
Code = Annotated[str, Field(min_length=1, max_length=20)]


class InvitationToken(Wire):
    token: Token


class InvitedView(Wire):
    """What a person is invited to."""

    email: str
    customer_name: str
    role: Role
    language: Language


class Joining(Wire):
    token: Token
    name: Name
    password: Password


class ForgottenPassword(Wire):
    email: Email


class NewPassword(Wire):
    token: Token
    password: Password


class MemberView(Wire):
    id: str
    name: str
    email: str
    role: Role
    language: Language
    created_at_ms: int
    has_second_factor: bool
    is_self: bool


class InvitationView(Wire):
    """An invitation that was not accepted."""

    id: str
    email: str
    role: Role
    language: Language
    created_at_ms: int
    expires_at_ms: int


class MembersView(Wire):
    """`can_invite` is false where the operator has named no mail server."""

    members: list[MemberView]
    invitations: list[InvitationView]
    can_invite: bool


class NewInvitation(Wire):
    email: Email
    role: Role
    language: Language


class RoleChange(Wire):
    role: Role


class BrowserSessionView(Wire):
    """`used_at_ms`: the last use, to ten minutes."""

    browser: str
    created_at_ms: int
    used_at_ms: int
    is_this_one: bool


class ProfileView(Wire):
    name: str
    email: str
    language: Language
    role: Role
    has_second_factor: bool
    sessions: list[BrowserSessionView]


class ProfileChange(Wire):
    name: Name
    language: Language


class PasswordChange(Wire):
    present: Password
    password: Password


class EnrolmentView(Wire):
    """A second factor to be; `picture` is an SVG in a data URL."""

    secret: str
    address: str
    picture: str


class SecondFactor(Wire):
    secret: Annotated[str, Field(pattern=SECRET_PATTERN)]
    code: Code
    present: Password


class Confirmation(Wire):
    present: Password


class AuditEntryView(Wire):
    """`actor_name` of a client is its id."""

    number: int
    at_ms: int
    actor_kind: Literal["member", "client", "commandLine", "endUser"]
    actor_name: str
    action: Action
    subject: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class AuditPage(Wire):
    items: list[AuditEntryView]
    next_before: int | None


def invited_view(invited: Invited) -> InvitedView:
    """What a link invites to as JSON."""
    link = invited.link
    return InvitedView(email=link.email, customer_name=invited.customer.name, role=link.role, language=link.language)


def member_view(member: Member, asking: SignedIn) -> MemberView:
    """A member of the list as JSON."""
    return MemberView(
        id=member.id,
        name=member.name,
        email=member.email,
        role=member.role,
        language=member.language,
        created_at_ms=member.created_at_ms,
        has_second_factor=member.totp_sealed is not None,
        is_self=member.id == asking.member.id,
    )


def invitation_view(link: MailedLink) -> InvitationView:
    """An open invitation as JSON."""
    return InvitationView(
        id=link.id,
        email=link.email,
        role=link.role,
        language=link.language,
        created_at_ms=link.created_at_ms,
        expires_at_ms=link.expires_at_ms,
    )


def profile_view(signed_in: SignedIn, sessions: list[MemberSession]) -> ProfileView:
    """The member's own profile as JSON."""
    member = signed_in.member
    return ProfileView(
        name=member.name,
        email=member.email,
        language=member.language,
        role=member.role,
        has_second_factor=member.totp_sealed is not None,
        sessions=[
            BrowserSessionView(
                browser=each.browser,
                created_at_ms=each.created_at_ms,
                used_at_ms=each.expires_at_ms - SESSION_MS,
                is_this_one=each.token_hash == signed_in.session.token_hash,
            )
            for each in sessions
        ],
    )


def audit_entry_view(entry: AuditEntry) -> AuditEntryView:
    """An entry of the log as JSON."""
    return AuditEntryView(
        number=entry.number,
        at_ms=entry.at_ms,
        actor_kind=entry.actor.kind,
        actor_name=entry.actor.id if entry.actor.kind == "client" else entry.actor.name,
        action=entry.action,
        subject=entry.subject,
        before=entry.before,
        after=entry.after,
    )
