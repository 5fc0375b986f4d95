"""Customers' channels beside the webhook, and where the end users of buildings are reached."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Select, delete, select, update

from hearth.domain.channels import Channel
from hearth.domain.contacts import Contact
from hearth.store.connections import among, insert, tested
from hearth.store.living import living_buildings
from hearth.store.tables import channels, contacts
from hearth.store.transactions import Transaction


class _Pace(msgspec.Struct):
    """What of a channel's document says how fast it is sent to."""

    requests_per_second: int | None = None
    is_enabled: bool = True


def _channel_of(customer_id: str, channel_id: str) -> Select[Any]:
    return select(channels.c.document).where(channels.c.id == channel_id, channels.c.customer_id == customer_id)


class SqlChannelRepository:
    """Implements `ports.ChannelRepository`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._connection = transaction.connection

    def list_of(self, customer_id: str) -> list[Channel]:
        """The customer's channels, oldest first."""
        found = self._connection.scalars(select(channels.c.document).where(channels.c.customer_id == customer_id))
        decoded = [msgspec.json.decode(document, type=Channel) for document in found]
        return sorted(decoded, key=lambda channel: (channel.created_at_ms, channel.id))

    def find(self, customer_id: str, channel_id: str) -> Channel | None:
        """The customer's channel of that id."""
        return self._find(_channel_of(customer_id, channel_id))

    def find_for_change(self, customer_id: str, channel_id: str) -> Channel | None:
        """The customer's channel, which nobody else changes until the transaction ends."""
        return self._find(self._transaction.for_change(_channel_of(customer_id, channel_id)))

    def _find(self, query: Select[Any]) -> Channel | None:
        found = self._connection.scalar(query)
        return None if found is None else msgspec.json.decode(found, type=Channel)

    def list_paces_for_operator(self, channel_ids: Sequence[str]) -> dict[str, int]:
        """The requests per second of those channels that limit them and are switched on."""
        if not channel_ids:
            return {}
        query = select(channels.c.id, channels.c.document).where(among(self._connection, channels.c.id, channel_ids))
        found = {row.id: msgspec.json.decode(row.document, type=_Pace) for row in self._connection.execute(query)}
        return {
            channel_id: each.requests_per_second
            for channel_id, each in found.items()
            if each.requests_per_second is not None and each.is_enabled
        }

    def add(self, channel: Channel) -> None:
        """Adds a channel."""
        row = {"id": channel.id, "customer_id": channel.customer_id, "document": msgspec.json.encode(channel)}
        self._connection.execute(channels.insert(), row)

    def replace(self, channel: Channel) -> None:
        """Replaces the channel of that id."""
        of = (channels.c.id == channel.id) & (channels.c.customer_id == channel.customer_id)
        self._connection.execute(update(channels).where(of).values(document=msgspec.json.encode(channel)))

    def delete(self, customer_id: str, channel_id: str) -> None:
        """Deletes the channel; what is open for it fails when it comes due."""
        of = (channels.c.id == channel_id) & (channels.c.customer_id == customer_id)
        self._connection.execute(delete(channels).where(of))


class SqlContactRepository:
    """Implements `ports.ContactRepository`."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    def list_of(self, customer_id: str, building_ids: Sequence[str]) -> dict[str, dict[str, Contact]]:
        """The contacts of the customer's among these buildings, by building id and user id; those that have none are left out."""
        row = contacts.c
        query = select(row.building_id, row.document).where(
            among(self._connection, row.building_id, building_ids), tested(row.customer_id, customer_id)
        )
        found: dict[str, dict[str, Contact]] = defaultdict(dict)
        for building_id, document in self._connection.execute(query.order_by(row.building_id, row.user_id)):
            contact = msgspec.json.decode(document, type=Contact)
            found[building_id][contact.user_id] = contact
        return dict(found)

    def replace(self, customer_id: str, building_id: str, contact: Contact) -> None:
        """The user's contact from now on. Of a building that is erased nothing is kept."""
        if building_id not in living_buildings(self._connection, customer_id, [building_id]):
            return
        document = msgspec.json.encode(contact)
        add = insert(self._connection, contacts)
        add = add.on_conflict_do_update(index_elements=["building_id", "user_id"], set_={"document": document})
        row = {"building_id": building_id, "user_id": contact.user_id, "customer_id": customer_id, "document": document}
        self._connection.execute(add, row)

    def delete(self, customer_id: str, building_id: str, user_ids: Sequence[str]) -> None:
        """Forgets where these users are reached."""
        if user_ids:
            of = (contacts.c.building_id == building_id) & (contacts.c.customer_id == customer_id)
            self._connection.execute(delete(contacts).where(of, among(self._connection, contacts.c.user_id, user_ids)))
