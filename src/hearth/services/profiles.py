"""A member's own profile: name, language, password, second factor, signed-in browsers.

Everything here is asked by a signed-in member for itself. Invariants: a password and a second factor change only for who
knows the password, and a new password ends all other sessions.
"""

from typing import NamedTuple

from msgspec.structs import replace

from hearth.core.clock import Clock, Identities
from hearth.core.problems import Problem, invalid
from hearth.domain.audit import Action
from hearth.domain.customers import Language, Member, MemberSession
from hearth.ports import Sealer, SecretHasher, Session, Store
from hearth.services.auditing import actor_of, note
from hearth.services.credentials import Brake, check_password, clean_name
from hearth.services.members import SignedIn
from hearth.services.second_factor import address_of, secret_from, step_of


class Enrolment(NamedTuple):
    """A second factor to be: what an app is given, by picture or by hand."""

    secret: str
    address: str


class Profiles:
    """The use cases."""

    def __init__(self, store: Store, hasher: SecretHasher, sealer: Sealer, clock: Clock, identities: Identities) -> None:
        self._store = store
        self._hasher = hasher
        self._sealer = sealer
        self._clock = clock
        self._identities = identities
        self._brake = Brake()

    def list_sessions(self, signed_in: SignedIn) -> list[MemberSession]:
        """The member's sessions that are not over, newest first."""
        member = signed_in.member
        now_ms = self._clock.now_ms()
        with self._store.read() as session:
            sessions = session.member_sessions.list_of(member.customer_id, member.id)
        return [each for each in sessions if each.expires_at_ms > now_ms]

    def change(self, signed_in: SignedIn, name: str, language: Language) -> None:
        """Raises Problem "invalid" for an empty or overlong name."""
        name = clean_name(name)
        with self._store.write() as session:
            member = _self(session, signed_in)
            before = {"name": member.name, "language": member.language}
            after = {"name": name, "language": language}
            if before == after:
                return
            session.members.replace(replace(member, name=name, language=language))
            now_ms = self._clock.now_ms()
            by = actor_of(member)
            note(session, member.customer_id, now_ms, by, "member.profileChanged", member.email, before=before, after=after)

    def change_password(self, signed_in: SignedIn, present: str, password: str, address: str) -> None:
        """Sets the password and ends all sessions but this one.

        Raises Problem: "invalid" at "/present" for a wrong password and at "/password" for a new one that breaks a rule;
        "too_many_requests" after too many tries.
        """
        check_password(password, signed_in.member.email)
        self._confirm(signed_in, present, address)
        password_hash = self._hasher.hash(password)
        with self._store.write() as session:
            member = _self(session, signed_in)
            session.members.replace(replace(member, password_hash=password_hash))
            session.member_sessions.delete_of_member(member.customer_id, member.id, signed_in.session.token_hash)
            self._note(session, member, "member.passwordChanged")

    def sign_out_everywhere(self, signed_in: SignedIn) -> None:
        """Ends all of the member's sessions, this one too."""
        with self._store.write() as session:
            member = _self(session, signed_in)
            session.member_sessions.delete_of_member(member.customer_id, member.id, None)
            self._note(session, member, "member.signedOutEverywhere")

    def begin_second_factor(self, signed_in: SignedIn) -> Enrolment:
        """A fresh secret, of which nothing is kept until a code proves that an app has it."""
        secret = secret_from(self._identities.new_secret())
        return Enrolment(secret, address_of(secret, signed_in.member.email))

    def add_second_factor(self, signed_in: SignedIn, secret: str, code: str, present: str, address: str) -> None:
        """From now on signing in asks for a code; all other sessions end.

        Raises Problem: "invalid" at "/present" for a wrong password, at "/code" for a code that is not the secret's;
        "conflict" where there is one already; "too_many_requests" after too many tries.
        """
        self._confirm(signed_in, present, address)
        step = step_of(secret, code, self._clock.now_ms(), 0)
        if step is None:
            raise invalid("/code", "The code does not fit. Is the clock of your device right?")
        with self._store.write() as session:
            member = _self(session, signed_in)
            if member.totp_sealed is not None:
                raise Problem("conflict", "There is a second factor already; remove it first.")
            session.members.replace(replace(member, totp_sealed=self._sealer.seal(secret), totp_step=step))
            session.member_sessions.delete_of_member(member.customer_id, member.id, signed_in.session.token_hash)
            self._note(session, member, "member.secondFactorAdded")

    def remove_second_factor(self, signed_in: SignedIn, present: str, address: str) -> None:
        """The password alone is enough again. Raises Problem as `add_second_factor` does."""
        self._confirm(signed_in, present, address)
        with self._store.write() as session:
            member = _self(session, signed_in)
            if member.totp_sealed is None:
                return
            session.members.replace(replace(member, totp_sealed=None, totp_step=0))
            self._note(session, member, "member.secondFactorRemoved")

    def _confirm(self, signed_in: SignedIn, present: str, address: str) -> None:
        """Whoever has found an open browser is not the member yet."""
        self._brake.count(signed_in.member.email, address, self._clock.now_ms())
        if not self._hasher.matches(signed_in.member.password_hash, present):
            raise invalid("/present", "This is not your present password.")

    def _note(self, session: Session, member: Member, action: Action) -> None:
        note(session, member.customer_id, self._clock.now_ms(), actor_of(member), action, member.email)


def _self(session: Session, signed_in: SignedIn) -> Member:
    member = session.members.find(signed_in.member.customer_id, signed_in.member.id)
    if member is None:
        raise Problem("unauthorized", "Sign in first.")
    return member
