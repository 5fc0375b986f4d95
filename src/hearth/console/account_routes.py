"""The console's JSON endpoints of accounts: joining, a forgotten password, members, one's own profile, the audit log.

Each reads the request, asks a service and shapes the answer; nothing is decided here. Invariants: whoever is not signed
in can only show a mailed token, in a body and never in an address; members and the audit log are an Admin's.
"""

from dataclasses import dataclass
from typing import Annotated

import segno
from fastapi import APIRouter, BackgroundTasks, Depends, Path, Query, Request, Response

from hearth.console import account_wire as wire
from hearth.console.onboarding_routes import TheOnboarding
from hearth.console.security import Allowed, WhoSignedIn, delete_cookie, refuse_other_sites, set_cookie
from hearth.console.wire import EntryNumber, ProblemView, SessionView, session_view
from hearth.services.auditing import AuditLog, actor_of
from hearth.services.invitations import Invitations
from hearth.services.members import SignedIn
from hearth.services.membership import Membership
from hearth.services.password_resets import PasswordResets
from hearth.services.profiles import Profiles

router = APIRouter(
    prefix="/api", responses={"default": {"model": ProblemView, "description": "Refused (application/problem+json)"}}
)


@dataclass(frozen=True, slots=True)
class Accounts:
    """What these endpoints speak to."""

    membership: Membership
    invitations: Invitations
    password_resets: PasswordResets
    profiles: Profiles
    audit_log: AuditLog


def _accounts(request: Request) -> Accounts:
    accounts: Accounts = request.app.state.accounts
    return accounts


TheAccounts = Annotated[Accounts, Depends(_accounts)]
MayAdminUsers = Annotated[SignedIn, Depends(Allowed("admin:users"))]
MayAdminAll = Annotated[SignedIn, Depends(Allowed("admin:all"))]
Id = Annotated[str, Path(pattern=r"^[0-9a-f]{24}$")]

NotSignedIn = Depends(refuse_other_sites)


def _address(request: Request) -> str:
    return request.client.host if request.client else "unknown"


# Not signed in


@router.post("/invitation/look", operation_id="lookAtInvitation", summary="What a link invites to", dependencies=[NotSignedIn])
def look_at_invitation(request: Request, body: wire.InvitationToken, accounts: TheAccounts) -> wire.InvitedView:
    """Changes nothing: programs that open the links of a mail use none up."""
    return wire.invited_view(accounts.invitations.look(body.token, _address(request)))


@router.post("/invitation", operation_id="join", summary="Accept an invitation", dependencies=[NotSignedIn])
def join(
    request: Request, response: Response, body: wire.Joining, accounts: TheAccounts, onboarding: TheOnboarding
) -> SessionView:
    """The person becomes a member and is signed in."""
    browser = request.headers.get("User-Agent", "")
    token, signed_in = accounts.invitations.accept(body.token, body.name, body.password, _address(request), browser)
    set_cookie(response, token, request.app.state.secure_cookies)
    return session_view(signed_in, onboarding.is_open_for(signed_in.member))


@router.post(
    "/password-reset", operation_id="askForPassword", summary="Forgot password", status_code=202, dependencies=[NotSignedIn]
)
def ask_for_password(request: Request, body: wire.ForgottenPassword, accounts: TheAccounts, background: BackgroundTasks) -> None:
    """Mails a link if the address is a member's; the answer is the same, and comes before anybody looks."""
    accounts.password_resets.admit(body.email, _address(request))
    background.add_task(accounts.password_resets.mail_link, body.email)


@router.put(
    "/password-reset", operation_id="resetPassword", summary="Set a new password", status_code=204, dependencies=[NotSignedIn]
)
def reset_password(request: Request, body: wire.NewPassword, accounts: TheAccounts) -> None:
    """By a mailed link. Every session of the member ends."""
    accounts.password_resets.set_password(body.token, body.password, _address(request))


# Members, for Admins


@router.get("/members", operation_id="listMembers", summary="Members and open invitations")
def list_members(signed_in: MayAdminUsers, accounts: TheAccounts) -> wire.MembersView:
    """All of the customer, by e-mail address."""
    customer_id = signed_in.customer.id
    return wire.MembersView(
        members=[wire.member_view(member, signed_in) for member in accounts.membership.list_of(customer_id)],
        invitations=[wire.invitation_view(link) for link in accounts.invitations.list_open(customer_id)],
        can_invite=accounts.invitations.can_invite,
    )


@router.post("/members/invitations", operation_id="invite", summary="Invite by mail", status_code=201)
def invite(body: wire.NewInvitation, signed_in: MayAdminUsers, accounts: TheAccounts) -> wire.InvitationView:
    """An earlier invitation to the address is void."""
    return wire.invitation_view(accounts.invitations.invite(signed_in.member, body.email, body.role, body.language))


@router.delete("/members/invitations/{invitation_id}", operation_id="withdrawInvitation", summary="Withdraw", status_code=204)
def withdraw_invitation(invitation_id: Id, signed_in: MayAdminUsers, accounts: TheAccounts) -> None:
    """The mailed link is void."""
    accounts.invitations.withdraw(signed_in.customer.id, invitation_id, actor_of(signed_in.member))


@router.put("/members/{member_id}/role", operation_id="changeRole", summary="Change a member's role", status_code=204)
def change_role(member_id: Id, body: wire.RoleChange, signed_in: MayAdminUsers, accounts: TheAccounts) -> None:
    """From the member's next request on."""
    accounts.membership.change_role(signed_in.customer.id, member_id, body.role, actor_of(signed_in.member))


@router.delete("/members/{member_id}", operation_id="removeMember", summary="Remove a member", status_code=204)
def remove_member(member_id: Id, signed_in: MayAdminUsers, accounts: TheAccounts) -> None:
    """Ends every session too."""
    accounts.membership.remove(signed_in.customer.id, member_id, actor_of(signed_in.member))


@router.delete(
    "/members/{member_id}/second-factor", operation_id="removeMembersSecondFactor", summary="After a lost device", status_code=204
)
def remove_members_second_factor(member_id: Id, signed_in: MayAdminUsers, accounts: TheAccounts) -> None:
    """The password alone is enough again."""
    accounts.membership.remove_second_factor(signed_in.customer.id, member_id, actor_of(signed_in.member))


@router.get("/audit", operation_id="listAudit", summary="The audit log, newest first")
def list_audit(
    signed_in: MayAdminAll,
    accounts: TheAccounts,
    search: Annotated[str, Query(max_length=200)] = "",
    before: EntryNumber | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> wire.AuditPage:
    """One page; `nextBefore` asks for the next. Each word of `search` stands somewhere in each entry."""
    page, next_before = accounts.audit_log.list_page(signed_in.customer.id, search, before, limit)
    return wire.AuditPage(items=[wire.audit_entry_view(entry) for entry in page], next_before=next_before)


# One's own profile


@router.get("/profile", operation_id="getProfile", summary="One's own profile")
def get_profile(signed_in: WhoSignedIn, accounts: TheAccounts) -> wire.ProfileView:
    """With the browsers in which the member is signed in."""
    return wire.profile_view(signed_in, accounts.profiles.list_sessions(signed_in))


@router.put("/profile", operation_id="changeProfile", summary="Change name and language", status_code=204)
def change_profile(body: wire.ProfileChange, signed_in: WhoSignedIn, accounts: TheAccounts) -> None:
    """Name and language."""
    accounts.profiles.change(signed_in, body.name, body.language)


@router.put("/profile/password", operation_id="changePassword", summary="Change the password", status_code=204)
def change_password(request: Request, body: wire.PasswordChange, signed_in: WhoSignedIn, accounts: TheAccounts) -> None:
    """All other sessions end."""
    accounts.profiles.change_password(signed_in, body.present, body.password, _address(request))


@router.delete("/profile/sessions", operation_id="signOutEverywhere", summary="Sign out everywhere", status_code=204)
def sign_out_everywhere(request: Request, response: Response, signed_in: WhoSignedIn, accounts: TheAccounts) -> None:
    """This session ends too."""
    accounts.profiles.sign_out_everywhere(signed_in)
    delete_cookie(response, request.app.state.secure_cookies)


@router.post("/profile/second-factor", operation_id="beginSecondFactor", summary="A secret for an authenticator app")
def begin_second_factor(signed_in: WhoSignedIn, accounts: TheAccounts) -> wire.EnrolmentView:
    """Nothing is kept of it until a code proves that an app has it."""
    secret, address = accounts.profiles.begin_second_factor(signed_in)
    picture = segno.make(address, error="m").svg_data_uri(scale=4, border=4, light="#fff")
    return wire.EnrolmentView(secret=secret, address=address, picture=picture)


@router.put("/profile/second-factor", operation_id="addSecondFactor", summary="Add the second factor", status_code=204)
def add_second_factor(request: Request, body: wire.SecondFactor, signed_in: WhoSignedIn, accounts: TheAccounts) -> None:
    """From now on signing in asks for a code."""
    accounts.profiles.add_second_factor(signed_in, body.secret, body.code, body.present, _address(request))


@router.post(
    "/profile/second-factor/removal", operation_id="removeSecondFactor", summary="Remove the second factor", status_code=204
)
def remove_second_factor(request: Request, body: wire.Confirmation, signed_in: WhoSignedIn, accounts: TheAccounts) -> None:
    """The password alone is enough again."""
    accounts.profiles.remove_second_factor(signed_in, body.present, _address(request))
