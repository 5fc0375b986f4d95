"""Membership: the members of a customer as its Admins see them: list, roles, leaving.

That an Admin asks is the console's to see; how one comes in is `invitations`'. Invariants: a customer never loses its
last Admin, and who has left is signed out at once.
"""

from msgspec.structs import replace

from hearth.core.clock import Clock
from hearth.core.problems import Problem
from hearth.domain.audit import Action, Actor
from hearth.domain.customers import Member
from hearth.domain.permissions import Role
from hearth.ports import Session, Store
from hearth.services.auditing import note


class Membership:
    """The use cases; each is one transaction."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def list_of(self, customer_id: str) -> list[Member]:
        """The customer's members, by e-mail address."""
        with self._store.read() as session:
            return session.members.list_of(customer_id)

    def change_role(self, customer_id: str, member_id: str, role: Role, by: Actor) -> None:
        """From the member's next request on; for the public API within a minute.

        Raises Problem: "not_found"; "conflict" for the last Admin.
        """
        with self._store.write() as session:
            member = _member(session, customer_id, member_id, keeps_admin=role == "Admin")
            if member.role == role:
                return
            session.members.replace(replace(member, role=role))
            self._note(session, member, by, "member.roleChanged", {"role": member.role}, {"role": role})

    def remove(self, customer_id: str, member_id: str, by: Actor) -> None:
        """Ends the membership and every session. Raises Problem: "not_found"; "conflict" for the last Admin."""
        with self._store.write() as session:
            member = _member(session, customer_id, member_id, keeps_admin=False)
            session.members.delete(customer_id, member_id)
            self._note(session, member, by, "member.removed", {"name": member.name, "role": member.role}, None)

    def remove_second_factor(self, customer_id: str, member_id: str, by: Actor) -> None:
        """For another member who lost the device; every session ends. Raises Problem: "not_found"; "conflict" for one's own."""
        if by.kind == "member" and by.id == member_id:
            raise Problem("conflict", "Remove your own second factor in your profile, with your password.")
        with self._store.write() as session:
            member = _member(session, customer_id, member_id, keeps_admin=True)
            if member.totp_sealed is None:
                return
            session.members.replace(replace(member, totp_sealed=None, totp_step=0))
            session.member_sessions.delete_of_member(customer_id, member_id, None)
            self._note(session, member, by, "member.secondFactorRemoved", None, None)

    def find_for_operator(self, email: str) -> Member:
        """The member of that address, of whichever customer. Raises Problem "not_found"."""
        with self._store.read() as session:
            member = session.members.find_for_login(email.strip().lower())
        if member is None:
            raise Problem("not_found", f"{email} is nobody's address.")
        return member

    def _note(
        self,
        session: Session,
        member: Member,
        by: Actor,
        action: Action,
        before: dict[str, str] | None,
        after: dict[str, str] | None,
    ) -> None:
        now_ms = self._clock.now_ms()
        note(session, member.customer_id, now_ms, by, action, member.email, before=before, after=after)


def _member(session: Session, customer_id: str, member_id: str, *, keeps_admin: bool) -> Member:
    """The member, while nobody else changes any. Unless an Admin stays one, another must be there."""
    members = session.members.list_of(customer_id)
    found = next((member for member in members if member.id == member_id), None)
    if found is None:
        raise Problem("not_found", "There is no such member.")
    admins = [member.id for member in members if member.role == "Admin"]
    if admins == [member_id] and not keeps_admin:
        raise Problem("conflict", "This is the last Admin; make somebody else an Admin first.")
    return found
