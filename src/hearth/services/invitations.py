"""Invitations: how a person becomes a member by a mailed link.

Decides who may be invited and when a link is good; that an Admin asks is the console's to see. Invariants: a link works
once, for seven days, and its token is kept nowhere; an invitation is stored before its mail leaves, so that the link
works the moment it arrives, and stays when the mail was not taken, to be sent again.
"""

from typing import NamedTuple

from hearth.core.clock import Clock, Identities
from hearth.core.instants import HOUR_MS, SECOND_MS
from hearth.core.problems import Problem
from hearth.domain.audit import Actor
from hearth.domain.customers import Customer, Language, MailedLink, Member
from hearth.domain.permissions import Role
from hearth.ports import Mailer, SecretHasher, Session, Store
from hearth.services.auditing import actor_of, note
from hearth.services.credentials import EXPIRED_LINK_KEPT_MS, Brake, check_password, clean_email, clean_name, hash_of
from hearth.services.failures import FailureCounter
from hearth.services.mails import mail_not_set, write_mail
from hearth.services.members import SignedIn, open_session

INVITATION_MS = 7 * 24 * HOUR_MS
JOIN_PATH = "/console/join"
_PER_HOUR = 50  # of one customer: nobody shall use us to fill mailboxes


class Invited(NamedTuple):
    """What a person who holds the link sees before joining."""

    link: MailedLink
    customer: Customer


class Invitations:
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
        self._brake = Brake()
        self._mails = FailureCounter(_PER_HOUR, HOUR_MS)

    @property
    def can_invite(self) -> bool:
        """Whether mail can be sent at all."""
        return self._mailer.is_set

    def invite(self, by: Member, email: str, role: Role, language: Language) -> MailedLink:
        """Mails an invitation on behalf of a member; an earlier one to the address is void.

        Raises Problem: "invalid" for what is no address, "conflict" for a member of the customer, "unavailable" when no
        mail can be sent at all or this one was not taken, "too_many_requests" after many within an hour.
        """
        email = clean_email(email)
        if not self._mailer.is_set:
            raise mail_not_set()
        now_ms = self._clock.now_ms()
        wait_ms = self._mails.count(by.customer_id, now_ms)
        if wait_ms:
            raise Problem(
                "too_many_requests", "Too many invitations within an hour.", retry_after_seconds=wait_ms // SECOND_MS + 1
            )
        with self._store.read() as reading:
            known = reading.members.find_for_login(email)
            customer = reading.customers.find(by.customer_id)
        assert customer is not None
        # One of another customer is not told: that address finds out itself, when it joins.
        if known is not None and known.customer_id == by.customer_id:
            raise Problem("conflict", f"{email} is a member already.")
        token = self._identities.new_secret()
        link = MailedLink(
            id=self._identities.new_id(),
            token_hash=hash_of(token),
            customer_id=by.customer_id,
            purpose="invitation",
            email=email,
            created_at_ms=now_ms,
            expires_at_ms=now_ms + INVITATION_MS,
            role=role,
            language=language,
        )
        with self._store.write() as session:
            session.mailed_links.delete_expired_for_operator(now_ms - EXPIRED_LINK_KEPT_MS)
            session.mailed_links.add(link)
            shown = {"role": role, "language": language}
            note(session, by.customer_id, now_ms, actor_of(by), "member.invited", email, after=shown)
        values = {"customer_name": customer.name, "inviter": by.name, "link": f"{self._url}{JOIN_PATH}#{token}"}
        self._mailer.send(write_mail("invitation", language, email, values))
        return link

    def list_open(self, customer_id: str) -> list[MailedLink]:
        """Invitations that were not accepted, by address; those that have expired too, until they are cleared away."""
        with self._store.read() as session:
            return session.mailed_links.list_invitations(customer_id)

    def withdraw(self, customer_id: str, invitation_id: str, by: Actor) -> None:
        """Makes the link void. Raises Problem "not_found"."""
        with self._store.write() as session:
            found = [link for link in session.mailed_links.list_invitations(customer_id) if link.id == invitation_id]
            if not found:
                raise Problem("not_found", "There is no such invitation.")
            session.mailed_links.delete(customer_id, invitation_id)
            note(session, customer_id, self._clock.now_ms(), by, "invitation.withdrawn", found[0].email)

    def look(self, token: str, address: str) -> Invited:
        """What the link invites to. Raises Problem "not_found" for one that is not good any more."""
        now_ms = self._clock.now_ms()
        self._brake.count(None, address, now_ms)
        with self._store.read() as session:
            return _invited(session, session.mailed_links.find_for_token(hash_of(token)), now_ms)

    def accept(self, token: str, name: str, password: str, address: str, browser: str) -> tuple[str, SignedIn]:
        """The person becomes a member and is signed in -> (token of the session, who signed in).

        Raises Problem: "not_found" for a link that is not good any more, "invalid" for a name or password that breaks a
        rule (the link stays good), "conflict" for an address that is a member's of whichever customer.
        """
        invited = self.look(token, address)
        name = clean_name(name)
        check_password(password, invited.link.email)
        password_hash = self._hasher.hash(password)
        now_ms = self._clock.now_ms()
        with self._store.write() as session:
            link, customer = _invited(session, session.mailed_links.take_for_token(hash_of(token)), now_ms)
            member = Member(
                id=self._identities.new_id(),
                customer_id=link.customer_id,
                email=link.email,
                name=name,
                password_hash=password_hash,
                created_at_ms=now_ms,
                language=link.language,
                role=link.role,
            )
            session.members.add(member)
            shown = {"name": name, "role": link.role, "language": link.language}
            note(session, link.customer_id, now_ms, actor_of(member), "member.joined", link.email, after=shown)
            session_token, opened = open_session(session, member, self._identities, now_ms, browser)
        return session_token, SignedIn(opened, member, customer)


def _invited(session: Session, link: MailedLink | None, now_ms: int) -> Invited:
    customer = None if link is None else session.customers.find(link.customer_id)
    if link is None or customer is None or link.purpose != "invitation" or link.expires_at_ms <= now_ms:
        raise Problem("not_found", "This invitation was used, withdrawn or has expired. Ask for a new one.")
    return Invited(link, customer)
