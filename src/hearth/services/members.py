"""Members: who may use the console, and the signed-in browsers.

Holds the password rule, the slow-down of guessing and the life of a session; what a cookie or a header
looks like is the console's business. Invariants: nobody learns whether an e-mail address is known, a
session's token is stored as its hash alone, and every instant comes from the clock handed in.
"""

import hmac
import ipaddress
from hashlib import sha256
from typing import Literal, NamedTuple

from hearth.core.clock import Clock, Identities
from hearth.core.instants import HOUR_MS, MINUTE_MS, SECOND_MS
from hearth.core.problems import Problem, invalid
from hearth.domain.customers import Customer, Member, MemberSession
from hearth.ports import SecretHasher, Store
from hearth.services.failures import FailureCounter

PASSWORD_LENGTH_MIN = 10
PASSWORD_LENGTH_MAX = 200
SESSION_MS = 12 * HOUR_MS
# A session is renewed at most this often: a page that reads every second does not write every second.
_RENEWED_AFTER_MS = 10 * MINUTE_MS

_TRIES_WITHIN_MS = 5 * MINUTE_MS
_TRIES_PER_EMAIL = 10
_TRIES_PER_ADDRESS = 30  # an office shares one

Language = Literal["en", "de", "fr"]


class SignedIn(NamedTuple):
    """A member in a browser."""

    session: MemberSession
    member: Member
    customer: Customer


class Members:
    """The use cases of members. Every method may take tens of milliseconds: call it in a thread."""

    def __init__(self, store: Store, hasher: SecretHasher, clock: Clock, identities: Identities) -> None:
        self._store = store
        self._hasher = hasher
        self._clock = clock
        self._identities = identities
        self._by_email = FailureCounter(_TRIES_PER_EMAIL, _TRIES_WITHIN_MS)
        self._by_address = FailureCounter(_TRIES_PER_ADDRESS, _TRIES_WITHIN_MS)

    def add_member(self, customer_id: str, email: str, name: str, password: str, language: Language = "en") -> Member:
        """Adds a person of the customer.

        Raises Problem: "not_found" without such a customer, "invalid" for an address or password that
        breaks a rule, "conflict" when the address is taken.
        """
        email = email.strip().lower()
        if "@" not in email.strip("@") or any(character.isspace() for character in email) or len(email) > 254:
            raise invalid("/email", "This is no e-mail address; it looks like name@example.com.")
        if not name.strip():
            raise invalid("/name", "The name is empty; give the name that is shown in the console.")
        _check_password(password, email)
        member = Member(
            id=self._identities.new_id(),
            customer_id=customer_id,
            email=email,
            name=name.strip(),
            password_hash=self._hasher.hash(password),
            created_at_ms=self._clock.now_ms(),
            language=language,
        )
        with self._store.write() as session:
            if session.customers.find(customer_id) is None:
                raise Problem("not_found", f"There is no customer {customer_id}.")
            session.members.add(member)
        return member

    def sign_in(self, email: str, password: str, address: str) -> tuple[str, SignedIn]:
        """Password -> (token of the new session, who signed in). `address` is the caller's network address.

        Raises Problem: "unauthorized", the same for an unknown address and a wrong password;
        "too_many_requests" after too many tries from the address or for the e-mail.
        """
        email = email.strip().lower()
        now_ms = self._clock.now_ms()
        network = _network_of(address)
        self._slow_down(email, network, now_ms)
        with self._store.read() as reading:
            member = reading.members.find_for_login(email)
        if not self._hasher.matches(None if member is None else member.password_hash, password) or member is None:
            raise Problem("unauthorized", "The e-mail address or the password is wrong.")
        token = self._identities.new_secret()
        opened = MemberSession(
            token_hash=_hash_of(token),
            csrf_token=self._identities.new_secret(),
            member_id=member.id,
            customer_id=member.customer_id,
            created_at_ms=now_ms,
            expires_at_ms=now_ms + SESSION_MS,
        )
        with self._store.write() as writing:
            writing.member_sessions.delete_expired_for_operator(now_ms)
            writing.member_sessions.add(opened)
            customer = writing.customers.find(member.customer_id)
        if customer is None:
            raise LookupError(f"member {member.id} belongs to no customer")
        return token, SignedIn(opened, member, customer)

    def find_signed_in(self, token: str, renew: bool = True) -> SignedIn | None:
        """Who holds this token, or None when the session is unknown or over.

        A session lasts 12 hours from its last use; a look with `renew` false is no use of it.
        """
        now_ms = self._clock.now_ms()
        with self._store.read() as reading:
            found = reading.member_sessions.find_for_cookie(_hash_of(token))
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

    def _slow_down(self, email: str, network: str, now_ms: int) -> None:
        wait_ms = max(self._by_address.wait_ms(network, now_ms), self._by_email.wait_ms(email, now_ms))
        if wait_ms:
            seconds = -(-wait_ms // SECOND_MS)
            raise Problem("too_many_requests", f"Too many tries to sign in. Wait {seconds} s.", retry_after_seconds=seconds)
        # A try counts before it is judged, and a right one too: many at once gain nothing.
        self._by_address.record(network, now_ms)
        self._by_email.record(email, now_ms)


def csrf_fits(session: MemberSession, csrf_token: str) -> bool:
    """Whether a request that changes something carries the session's own token."""
    return hmac.compare_digest(session.csrf_token.encode(), csrf_token.encode())


def _check_password(password: str, email: str) -> None:
    if len(password) < PASSWORD_LENGTH_MIN:
        raise invalid("/password", f"The password is too short; take at least {PASSWORD_LENGTH_MIN} characters.")
    if len(password) > PASSWORD_LENGTH_MAX:
        raise invalid("/password", f"The password is too long; take at most {PASSWORD_LENGTH_MAX} characters.")
    if password.lower() in (email, email.partition("@")[0]) or len(set(password)) < 4:
        raise invalid("/password", "The password is easy to guess; take one that is neither the address nor a repetition.")


def _hash_of(token: str) -> str:
    # A token has 256 random bits, so a fast hash is enough.
    return sha256(token.encode()).hexdigest()


def _network_of(address: str) -> str:
    """One household or office: an IPv4 address, or the /64 of an IPv6 one."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((parsed, 64), strict=False)) if parsed.version == 6 else address
