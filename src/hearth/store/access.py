"""Customers, the machines that may come in for them (API clients), where they are delivered to, and the keys that sign tokens.

Secrets arrive hashed or sealed and are stored as they are. People who may come in are `store.members`'.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Select, select, update

from hearth.core.problems import Problem
from hearth.domain.customers import Client, Customer, SigningKey
from hearth.domain.endpoints import Endpoint
from hearth.store.connections import add_unless_taken, among, insert
from hearth.store.tables import clients, customers, endpoints, signing_keys
from hearth.store.transactions import Transaction


class SqlCustomerRepository:
    """Implements `ports.CustomerRepository`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
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
        return self._found(_customer_of(customer_id))

    def find_for_change(self, customer_id: str) -> Customer | None:
        """As `find`; nobody else changes it until the transaction ends."""
        return self._found(self._transaction.for_change(_customer_of(customer_id)))

    def _found(self, query: Select[Any]) -> Customer | None:
        found = self._connection.scalar(query)
        return None if found is None else msgspec.json.decode(found, type=Customer)

    def list_for_operator(self) -> list[Customer]:
        """All customers, by id."""
        found = self._connection.scalars(select(customers.c.document).order_by(customers.c.id))
        return [msgspec.json.decode(document, type=Customer) for document in found]


def _customer_of(customer_id: str) -> Select[Any]:
    return select(customers.c.document).where(customers.c.id == customer_id)


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


def _endpoint_of(customer_id: str) -> Select[Any]:
    return select(endpoints.c.document).where(endpoints.c.customer_id == customer_id)


class _Pace(msgspec.Struct):
    """What of an endpoint's document says how fast it is sent to."""

    customer_id: str
    requests_per_second: int | None = None
    is_enabled: bool = True
    disabled_reason: str | None = None


class SqlEndpointRepository:
    """Implements `ports.EndpointRepository`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._connection = transaction.connection

    def find(self, customer_id: str) -> Endpoint | None:
        """The customer's endpoint."""
        return self._find(_endpoint_of(customer_id))

    def find_for_change(self, customer_id: str) -> Endpoint | None:
        """The customer's endpoint, which nobody else changes until the transaction ends."""
        return self._find(self._transaction.for_change(_endpoint_of(customer_id)))

    def _find(self, query: Select[Any]) -> Endpoint | None:
        found = self._connection.scalar(query)
        return None if found is None else msgspec.json.decode(found, type=Endpoint)

    def list_paces_for_operator(self, customer_ids: Sequence[str]) -> dict[str, int]:
        """The requests per second of those customers that limit them and whose endpoint is enabled."""
        if not customer_ids:
            return {}
        of = among(self._connection, endpoints.c.customer_id, customer_ids)
        found = [
            msgspec.json.decode(each, type=_Pace) for each in self._connection.scalars(select(endpoints.c.document).where(of))
        ]
        return {
            each.customer_id: each.requests_per_second
            for each in found
            if each.requests_per_second is not None and each.is_enabled and each.disabled_reason is None
        }

    def count_disabled_for_operator(self) -> int:
        """How many endpoints are disabled without a person having switched them off."""
        found = (msgspec.json.decode(each, type=_Pace) for each in self._connection.scalars(select(endpoints.c.document)))
        return sum(each.is_enabled and each.disabled_reason is not None for each in found)

    def replace(self, endpoint: Endpoint) -> None:
        """Makes it the customer's endpoint."""
        document = msgspec.json.encode(endpoint)
        add = insert(self._connection, endpoints).on_conflict_do_update(
            index_elements=["customer_id"], set_={"document": document}
        )
        self._connection.execute(add, {"customer_id": endpoint.customer_id, "document": document})
