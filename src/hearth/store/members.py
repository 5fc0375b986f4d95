"""People who may come in: members, their signed-in browsers, and the links mailed to them.

Secrets arrive hashed or sealed and are stored as they are; what has expired is the services' to decide.
Invariant: a mailed link is given out once, and of a customer, purpose and address there is one at most.
"""

import msgspec
from sqlalchemy import delete, select, update

from hearth.core.problems import Problem
from hearth.domain.customers import MailedLink, Member, MemberSession
from hearth.store.connections import add_unless_taken, insert
from hearth.store.tables import mailed_links, member_sessions, members
from hearth.store.transactions import Transaction


class SqlMemberRepository:
    """Implements `ports.MemberRepository`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._connection = transaction.connection

    def add(self, member: Member) -> None:
        """Adds a member. Raises Problem("conflict") when the e-mail address is taken."""
        row = {
            "id": member.id,
            "customer_id": member.customer_id,
            "email": member.email,
            "document": msgspec.json.encode(member),
        }
        if not add_unless_taken(self._connection, members, row, ["email"]):
            raise Problem("conflict", "There is a member with this e-mail address already.")

    def replace(self, member: Member) -> None:
        """Replaces the member of that id; the address stays."""
        of = (members.c.id == member.id) & (members.c.customer_id == member.customer_id)
        self._connection.execute(update(members).where(of).values(document=msgspec.json.encode(member)))

    def find(self, customer_id: str, member_id: str) -> Member | None:
        """The customer's member of that id."""
        query = select(members.c.document).where(members.c.id == member_id, members.c.customer_id == customer_id)
        found = self._connection.scalar(self._transaction.for_change(query))
        return None if found is None else msgspec.json.decode(found, type=Member)

    def find_for_login(self, email: str) -> Member | None:
        """The member of that address, whosever it is."""
        query = select(members.c.document).where(members.c.email == email)
        found = self._connection.scalar(self._transaction.for_change(query))
        return None if found is None else msgspec.json.decode(found, type=Member)

    def list_of(self, customer_id: str) -> list[Member]:
        """The customer's members, by e-mail address."""
        query = select(members.c.document).where(members.c.customer_id == customer_id).order_by(members.c.email)
        found = self._connection.scalars(self._transaction.for_change(query))
        return [msgspec.json.decode(document, type=Member) for document in found]

    def delete(self, customer_id: str, member_id: str) -> None:
        """Deletes the member and ends its sessions."""
        of_member = (member_sessions.c.member_id == member_id) & (member_sessions.c.customer_id == customer_id)
        self._connection.execute(delete(member_sessions).where(of_member))
        self._connection.execute(delete(members).where(members.c.id == member_id, members.c.customer_id == customer_id))


class SqlMemberSessionRepository:
    """Implements `ports.MemberSessionRepository`."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    def add(self, session: MemberSession) -> None:
        """Adds a session."""
        row = {
            "token_hash": session.token_hash,
            "customer_id": session.customer_id,
            "member_id": session.member_id,
            "expires_at_ms": session.expires_at_ms,
            "document": msgspec.json.encode(session),
        }
        self._connection.execute(member_sessions.insert(), row)

    def find_for_cookie(self, token_hash: str) -> MemberSession | None:
        """The session of that token; whether it has expired is the caller's to see."""
        query = select(member_sessions.c.document, member_sessions.c.expires_at_ms)
        found = self._connection.execute(query.where(member_sessions.c.token_hash == token_hash)).one_or_none()
        return None if found is None else _session(found.document, found.expires_at_ms)

    def list_of(self, customer_id: str, member_id: str) -> list[MemberSession]:
        """The member's sessions, newest first."""
        of = (member_sessions.c.member_id == member_id) & (member_sessions.c.customer_id == customer_id)
        found = self._connection.execute(select(member_sessions.c.document, member_sessions.c.expires_at_ms).where(of))
        sessions = [_session(row.document, row.expires_at_ms) for row in found]
        return sorted(sessions, key=lambda session: (-session.created_at_ms, session.token_hash))

    def renew(self, customer_id: str, token_hash: str, expires_at_ms: int) -> None:
        """Lets the session last until that instant."""
        of = (member_sessions.c.token_hash == token_hash) & (member_sessions.c.customer_id == customer_id)
        self._connection.execute(update(member_sessions).where(of).values(expires_at_ms=expires_at_ms))

    def delete(self, customer_id: str, token_hash: str) -> None:
        """Ends the session."""
        of = (member_sessions.c.token_hash == token_hash) & (member_sessions.c.customer_id == customer_id)
        self._connection.execute(delete(member_sessions).where(of))

    def delete_of_member(self, customer_id: str, member_id: str, but: str | None) -> None:
        """Ends all of the member's sessions but the one of that hash."""
        of = (member_sessions.c.member_id == member_id) & (member_sessions.c.customer_id == customer_id)
        self._connection.execute(delete(member_sessions).where(of, member_sessions.c.token_hash != (but or "")))

    def delete_expired_for_operator(self, now_ms: int) -> None:
        """Deletes the sessions whose `expires_at_ms` is not later than `now_ms`."""
        self._connection.execute(delete(member_sessions).where(member_sessions.c.expires_at_ms <= now_ms))


class SqlMailedLinkRepository:
    """Implements `ports.MailedLinkRepository`."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    def add(self, link: MailedLink) -> None:
        """Adds a link, which replaces the one of that customer, purpose and address."""
        row = {
            "id": link.id,
            "token_hash": link.token_hash,
            "customer_id": link.customer_id,
            "purpose": link.purpose,
            "email": link.email,
            "expires_at_ms": link.expires_at_ms,
            "document": msgspec.json.encode(link),
        }
        keys = ["customer_id", "purpose", "email"]
        add = insert(self._connection, mailed_links).on_conflict_do_update(
            index_elements=keys, set_={name: value for name, value in row.items() if name not in keys}
        )
        self._connection.execute(add, row)

    def find_for_token(self, token_hash: str) -> MailedLink | None:
        """The link of that token; whether it has expired is the caller's to see."""
        found = self._connection.scalar(select(mailed_links.c.document).where(mailed_links.c.token_hash == token_hash))
        return None if found is None else msgspec.json.decode(found, type=MailedLink)

    def take_for_token(self, token_hash: str) -> MailedLink | None:
        """Deletes the link and gives it to one caller only, however many ask at once."""
        taking = delete(mailed_links).where(mailed_links.c.token_hash == token_hash).returning(mailed_links.c.document)
        found = self._connection.scalar(taking)
        return None if found is None else msgspec.json.decode(found, type=MailedLink)

    def list_invitations(self, customer_id: str) -> list[MailedLink]:
        """The customer's invitations, by e-mail address."""
        of = (mailed_links.c.customer_id == customer_id) & (mailed_links.c.purpose == "invitation")
        found = self._connection.scalars(select(mailed_links.c.document).where(of).order_by(mailed_links.c.email))
        return [msgspec.json.decode(document, type=MailedLink) for document in found]

    def delete(self, customer_id: str, link_id: str) -> None:
        """Deletes the customer's link of that id."""
        of = (mailed_links.c.id == link_id) & (mailed_links.c.customer_id == customer_id)
        self._connection.execute(delete(mailed_links).where(of))

    def delete_expired_for_operator(self, now_ms: int) -> None:
        """Deletes the links whose `expires_at_ms` is not later than `now_ms`."""
        self._connection.execute(delete(mailed_links).where(mailed_links.c.expires_at_ms <= now_ms))


def _session(document: bytes, expires_at_ms: int) -> MemberSession:
    return msgspec.structs.replace(msgspec.json.decode(document, type=MemberSession), expires_at_ms=expires_at_ms)
