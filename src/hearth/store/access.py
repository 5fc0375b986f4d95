"""Who may come in: customers, their API clients, members and sessions, and the keys that sign tokens.

Secrets arrive hashed or sealed and are stored as they are.
"""

import msgspec
from sqlalchemy import delete, select, update

from hearth.core.problems import Problem
from hearth.domain.customers import Client, Customer, Endpoint, Member, MemberSession, SigningKey
from hearth.store.connections import add_unless_taken, insert
from hearth.store.tables import clients, customers, endpoints, member_sessions, members, signing_keys
from hearth.store.transactions import Transaction


class SqlCustomerRepository:
    """Implements `ports.CustomerRepository`."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    def add(self, customer: Customer) -> None:
        """Adds a customer."""
        self._connection.execute(customers.insert(), {"id": customer.id, "document": msgspec.json.encode(customer)})

    def replace(self, customer: Customer) -> None:
        """Replaces the customer of that id."""
        of = customers.c.id == customer.id
        self._connection.execute(update(customers).where(of).values(document=msgspec.json.encode(customer)))

    def find(self, customer_id: str) -> Customer | None:
        """The customer of that id."""
        found = self._connection.scalar(select(customers.c.document).where(customers.c.id == customer_id))
        return None if found is None else msgspec.json.decode(found, type=Customer)

    def list_for_operator(self) -> list[Customer]:
        """All customers, by id."""
        found = self._connection.scalars(select(customers.c.document).order_by(customers.c.id))
        return [msgspec.json.decode(document, type=Customer) for document in found]


class SqlClientRepository:
    """Implements `ports.ClientRepository`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._connection = transaction.connection

    def add(self, client: Client) -> None:
        """Adds a client. Raises Problem("conflict") when the id is taken."""
        row = {"client_id": client.client_id, "customer_id": client.customer_id, "document": msgspec.json.encode(client)}
        if not add_unless_taken(self._connection, clients, row):
            raise Problem("conflict", f"There is a client {client.client_id} already.")

    def replace(self, client: Client) -> None:
        """Replaces the client of that id and customer."""
        of = (clients.c.client_id == client.client_id) & (clients.c.customer_id == client.customer_id)
        self._connection.execute(update(clients).where(of).values(document=msgspec.json.encode(client)))

    def find_for_token(self, client_id: str) -> Client | None:
        """The client of that id, whosever it is."""
        query = select(clients.c.document).where(clients.c.client_id == client_id)
        found = self._connection.scalar(self._transaction.for_change(query))
        return None if found is None else msgspec.json.decode(found, type=Client)

    def list_of(self, customer_id: str) -> list[Client]:
        """The customer's clients, by id."""
        query = select(clients.c.document).where(clients.c.customer_id == customer_id).order_by(clients.c.client_id)
        return [msgspec.json.decode(document, type=Client) for document in self._connection.scalars(query)]


class SqlSigningKeyRepository:
    """Implements `ports.SigningKeyRepository`."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    def add_for_operator(self, key: SigningKey) -> None:
        """Adds a key."""
        row = {"kid": key.kid, "created_at_ms": key.created_at_ms, "document": msgspec.json.encode(key)}
        self._connection.execute(signing_keys.insert(), row)

    def replace_for_operator(self, key: SigningKey) -> None:
        """Replaces the key of that id."""
        self._connection.execute(
            update(signing_keys).where(signing_keys.c.kid == key.kid).values(document=msgspec.json.encode(key))
        )

    def list_for_operator(self) -> list[SigningKey]:
        """All keys, oldest first."""
        query = select(signing_keys.c.document).order_by(signing_keys.c.created_at_ms, signing_keys.c.kid)
        return [msgspec.json.decode(document, type=SigningKey) for document in self._connection.scalars(query)]


class SqlMemberRepository:
    """Implements `ports.MemberRepository`."""

    def __init__(self, transaction: Transaction) -> None:
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

    def find(self, customer_id: str, member_id: str) -> Member | None:
        """The customer's member of that id."""
        query = select(members.c.document).where(members.c.id == member_id, members.c.customer_id == customer_id)
        found = self._connection.scalar(query)
        return None if found is None else msgspec.json.decode(found, type=Member)

    def find_for_login(self, email: str) -> Member | None:
        """The member of that address, whosever it is."""
        found = self._connection.scalar(select(members.c.document).where(members.c.email == email))
        return None if found is None else msgspec.json.decode(found, type=Member)


class SqlMemberSessionRepository:
    """Implements `ports.MemberSessionRepository`."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    def add(self, session: MemberSession) -> None:
        """Adds a session."""
        row = {
            "token_hash": session.token_hash,
            "customer_id": session.customer_id,
            "expires_at_ms": session.expires_at_ms,
            "document": msgspec.json.encode(session),
        }
        self._connection.execute(member_sessions.insert(), row)

    def find_for_cookie(self, token_hash: str) -> MemberSession | None:
        """The session of that token; whether it has expired is the caller's to see."""
        query = select(member_sessions.c.document, member_sessions.c.expires_at_ms)
        found = self._connection.execute(query.where(member_sessions.c.token_hash == token_hash)).one_or_none()
        if found is None:
            return None
        session = msgspec.json.decode(found.document, type=MemberSession)
        return msgspec.structs.replace(session, expires_at_ms=found.expires_at_ms)

    def renew(self, customer_id: str, token_hash: str, expires_at_ms: int) -> None:
        """Lets the session last until that instant."""
        of = (member_sessions.c.token_hash == token_hash) & (member_sessions.c.customer_id == customer_id)
        self._connection.execute(update(member_sessions).where(of).values(expires_at_ms=expires_at_ms))

    def delete(self, customer_id: str, token_hash: str) -> None:
        """Ends the session."""
        of = (member_sessions.c.token_hash == token_hash) & (member_sessions.c.customer_id == customer_id)
        self._connection.execute(delete(member_sessions).where(of))

    def delete_expired_for_operator(self, now_ms: int) -> None:
        """Deletes the sessions whose `expires_at_ms` is not later than `now_ms`."""
        self._connection.execute(delete(member_sessions).where(member_sessions.c.expires_at_ms <= now_ms))


class SqlEndpointRepository:
    """Implements `ports.EndpointRepository`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._connection = transaction.connection

    def find(self, customer_id: str) -> Endpoint | None:
        """The customer's endpoint."""
        query = select(endpoints.c.document).where(endpoints.c.customer_id == customer_id)
        found = self._connection.scalar(query)
        return None if found is None else msgspec.json.decode(found, type=Endpoint)

    def replace(self, endpoint: Endpoint) -> None:
        """Makes it the customer's endpoint."""
        document = msgspec.json.encode(endpoint)
        add = insert(self._connection, endpoints).on_conflict_do_update(
            index_elements=["customer_id"], set_={"document": document}
        )
        self._connection.execute(add, {"customer_id": endpoint.customer_id, "document": document})
