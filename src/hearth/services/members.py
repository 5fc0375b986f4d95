"""Members: who may use the console, and the signed-in browsers.

Holds how a member is added and signs in, and the life of a session; what a cookie or a header looks like is the
console's business, the rules of a password are `credentials`'. Invariants: nobody learns whether an e-mail address is
known, a session's token is stored as its hash alone, and every instant comes from the clock handed in.
"""

import hmac
from typing import NamedTuple

from msgspec.structs import replace

from hearth.core.clock import Clock, Identities
from hearth.core.instants import HOUR_MS, MINUTE_MS
from hearth.core.problems import FieldProblem, Problem
from hearth.domain.audit import COMMAND_LINE, Actor
from hearth.domain.customers import Customer, Language, Member, MemberSession
from hearth.domain.permissions import Role
from hearth.ports import Sealer, SecretHasher, Session, Store
from hearth.services.auditing import note
from hearth.services.credentials import Brake, check_password, clean_email, clean_name, hash_of
from hearth.services.second_factor import step_of

SESSION_MS = 12 * HOUR_MS
# A session is renewed at most this often: a page that reads every second does not write every second.
_RENEWED_AFTER_MS = 10 * MINUTE_MS
_LONGEST_BROWSER = 300


class SignedIn(NamedTuple):
    """A member in a browser."""

    session: MemberSession
    member: Member
    customer: Customer


class Members:
    """The use cases of members. Every method may take tens of milliseconds: call it in a thread."""

    def __init__(self, store: Store, hasher: SecretHasher, sealer: Sealer, clock: Clock, identities: Identities) -> None:
        self._store = store
        self._hasher = hasher
        self._sealer = sealer
        self._clock = clock
        self._identities = identities
        self._brake = Brake()

    def add_member(
        self,
        customer_id: str,
        email: str,
        name: str,
        password: str,
        language: Language = "en",
        *,
        role: Role = "Admin",
        by: Actor = COMMAND_LINE,
    ) -> Member:
        """Adds a person of the customer.

        Raises Problem: "not_found" without such a customer, "invalid" for an address or password that
        breaks a rule, "conflict" when the address is taken.
        """
        email = clean_email(email)
        name = clean_name(name)
        check_password(password, email)
        member = Member(
            id=self._identities.new_id(),
            customer_id=customer_id,
            email=email,
            name=name,
            password_hash=self._hasher.hash(password),
            created_at_ms=self._clock.now_ms(),
            language=language,
            role=role,
        )
        with self._store.write() as session:
            if session.customers.find(customer_id) is None:
                raise Problem("not_found", f"There is no customer {customer_id}.")
            session.members.add(member)
            shown = {"name": name, "role": role, "language": language}
            note(session, customer_id, member.created_at_ms, by, "member.added", email, after=shown)
        return member

    def sign_in(self, email: str, password: str, address: str, *, code: str = "", browser: str = "") -> tuple[str, SignedIn]:
        """Password, and code where the member has a second factor -> (token of the new session, who signed in).

        `address` is the caller's network address, `browser` what it says of itself.
        Raises Problem: "unauthorized", the same for an unknown address and a wrong password, at "/code" for a code that
        is missing or wrong; "too_many_requests" after too many tries from the address or for the e-mail.
        """
        email = email.strip().lower()
        now_ms = self._clock.now_ms()
        self._brake.count(email, address, now_ms)
        with self._store.read() as reading:
            known = reading.members.find_for_login(email)
        if not self._hasher.matches(None if known is None else known.password_hash, password) or known is None:
            raise _wrong()
        with self._store.write() as writing:
            member = writing.members.find(known.customer_id, known.id)
            if member is None or member.password_hash != known.password_hash:
                raise _wrong()  # changed while we compared
            if member.totp_sealed is not None:
                member = replace(member, totp_step=self._used_step(member, code, now_ms))
                writing.members.replace(member)
            customer = writing.customers.find(member.customer_id)
            token, opened = open_session(writing, member, self._identities, now_ms, browser)
        if customer is None:
            raise LookupError(f"member {member.id} belongs to no customer")
        self._brake.forgive(email, address, now_ms)
        return token, SignedIn(opened, member, customer)

    def find_signed_in(self, token: str, renew: bool = True) -> SignedIn | None:
        """Who holds this token, or None when the session is unknown or over.

        A session lasts 12 hours from its last use; a look with `renew` false is no use of it.
        """
        now_ms = self._clock.now_ms()
        with self._store.read() as reading:
            found = reading.member_sessions.find_for_cookie(hash_of(token))
            if found is None or found.expires_at_ms <= now_ms:
                return None
            member = reading.members.find(found.customer_id, found.member_id)
            customer = reading.customers.find(found.customer_id)
        if member is None or customer is None:
            return None
        expires_at_ms = now_ms + SESSION_MS
        if renew and expires_at_ms - found.expires_at_ms >= _RENEWED_AFTER_MS:
            with self._store.write() as writing:
                writing.member_sessions.renew(found.customer_id, found.token_hash, expires_at_ms)
        return SignedIn(found, member, customer)

    def sign_out(self, session: MemberSession) -> None:
        """Ends the session; doing so twice is no error."""
        with self._store.write() as writing:
            writing.member_sessions.delete(session.customer_id, session.token_hash)

    def _used_step(self, member: Member, code: str, now_ms: int) -> int:
        assert member.totp_sealed is not None
        if not code:
            raise _code_refused("Give the code of your authenticator app.")
        step = step_of(self._sealer.open(member.totp_sealed), code, now_ms, member.totp_step)
        if step is None:
            raise _code_refused("The code is wrong, or was used already.")
        return step


def open_session(
    session: Session, member: Member, identities: Identities, now_ms: int, browser: str
) -> tuple[str, MemberSession]:
    """Opens a session of the member in the transaction -> (its token, which is kept nowhere; the session)."""
    token = identities.new_secret()
    opened = MemberSession(
        token_hash=hash_of(token),
        csrf_token=identities.new_secret(),
        member_id=member.id,
        customer_id=member.customer_id,
        created_at_ms=now_ms,
        expires_at_ms=now_ms + SESSION_MS,
        browser=browser[:_LONGEST_BROWSER],
    )
    session.member_sessions.delete_expired_for_operator(now_ms)
    session.member_sessions.add(opened)
    return token, opened


def csrf_fits(session: MemberSession, csrf_token: str) -> bool:
    """Whether a request that changes something carries the session's own token."""
    return hmac.compare_digest(session.csrf_token.encode(), csrf_token.encode())


def _wrong() -> Problem:
    return Problem("unauthorized", "The e-mail address or the password is wrong.")


def _code_refused(message: str) -> Problem:
    return Problem("unauthorized", message, (FieldProblem("/code", message),))
