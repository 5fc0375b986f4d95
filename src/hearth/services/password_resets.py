"""A forgotten password: a mailed link that sets a new one.

Invariants: no answer and no length of time says whether an address is a member's, a link works once and for 30 minutes,
a second factor stays, and a new password ends every session.
"""

import structlog
from msgspec.structs import replace

from hearth.core.clock import Clock, Identities
from hearth.core.instants import MINUTE_MS
from hearth.core.problems import Problem
from hearth.domain.customers import MailedLink, Member
from hearth.ports import Mailer, SecretHasher, Session, Store
from hearth.services.auditing import actor_of, note
from hearth.services.credentials import EXPIRED_LINK_KEPT_MS, Brake, check_password, hash_of
from hearth.services.mails import mail_not_set, write_mail

RESET_MS = 30 * MINUTE_MS
RESET_PATH = "/console/new-password"
_PER_EMAIL = 3  # mails to one address within five minutes

_log = structlog.get_logger(__name__)


class PasswordResets:
    """The use cases. `url` is the platform's public address."""

    def __init__(
        self, store: Store, hasher: SecretHasher, mailer: Mailer, clock: Clock, identities: Identities, url: str
    ) -> None:
        self._store = store
        self._hasher = hasher
        self._mailer = mailer
        self._clock = clock
        self._identities = identities
        self._url = url
        self._asking = Brake(per_email=_PER_EMAIL)
        self._setting = Brake()

    def admit(self, email: str, address: str) -> None:
        """Whether `mail_link` may be called now, for whatever address. Looks at nothing that is stored.

        Raises Problem "unavailable" when no mail can be sent at all, "too_many_requests" after too many tries.
        """
        self._asking.count(email.strip().lower(), address, self._clock.now_ms())
        if not self._mailer.is_set:
            raise mail_not_set()

    def mail_link(self, email: str) -> None:
        """Mails a link if the address is a member's. Called once the answer is sent, which must not depend on it."""
        with self._store.read() as reading:
            member = reading.members.find_for_login(email.strip().lower())
        if member is None:
            return
        values = {"name": member.name, "link": self.new_link(member)}
        try:
            self._mailer.send(write_mail("password_reset", member.language, member.email, values))
        except Problem as problem:
            _log.warning("password_reset.not_mailed", customer_id=member.customer_id, reason=problem.detail)

    def new_link(self, member: Member) -> str:
        """A link that sets the member's password; an earlier one is void. For the operator, where no mail reaches it."""
        token = self._identities.new_secret()
        now_ms = self._clock.now_ms()
        link = MailedLink(
            id=self._identities.new_id(),
            token_hash=hash_of(token),
            customer_id=member.customer_id,
            purpose="passwordReset",
            email=member.email,
            created_at_ms=now_ms,
            expires_at_ms=now_ms + RESET_MS,
        )
        with self._store.write() as session:
            session.mailed_links.delete_expired_for_operator(now_ms - EXPIRED_LINK_KEPT_MS)
            session.mailed_links.add(link)
        return f"{self._url}{RESET_PATH}#{token}"

    def set_password(self, token: str, password: str, address: str) -> None:
        """Sets the password and ends every session; signing in stays to be done, with the second factor where there is one.

        Raises Problem: "not_found" for a link that is not good any more, "invalid" for a password that breaks a rule
        (the link stays good).
        """
        now_ms = self._clock.now_ms()
        self._setting.count(None, address, now_ms)
        with self._store.read() as reading:
            link = _good(reading.mailed_links.find_for_token(hash_of(token)), now_ms)
        check_password(password, link.email)
        password_hash = self._hasher.hash(password)
        with self._store.write() as session:
            link = _good(session.mailed_links.take_for_token(hash_of(token)), now_ms)
            self._replace(session, link, password_hash, now_ms)

    def _replace(self, session: Session, link: MailedLink, password_hash: str, now_ms: int) -> None:
        member = session.members.find_for_login(link.email)
        if member is None or member.customer_id != link.customer_id:
            raise _not_good()
        session.members.replace(replace(member, password_hash=password_hash))
        session.member_sessions.delete_of_member(member.customer_id, member.id, None)
        note(session, member.customer_id, now_ms, actor_of(member), "member.passwordReset", member.email)


def _good(link: MailedLink | None, now_ms: int) -> MailedLink:
    if link is None or link.purpose != "passwordReset" or link.expires_at_ms <= now_ms:
        raise _not_good()
    return link


def _not_good() -> Problem:
    return Problem("not_found", "This link was used or has expired. Ask for a new one.")
