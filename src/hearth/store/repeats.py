"""Requests with an Idempotency-Key: what was asked, and the answer once there is one.

Invariant: a key of a customer stands once, whoever asks at the same time.
"""

import msgspec
from sqlalchemy import delete, select, update

from hearth.domain.repeats import KeptAnswer, KeyedRequest
from hearth.store.connections import add_unless_taken
from hearth.store.living import living_buildings
from hearth.store.tables import keyed_requests
from hearth.store.transactions import Transaction


class SqlKeyedRequestRepository:
    """Implements `ports.KeyedRequestRepository`."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    def add(self, customer_id: str, request: KeyedRequest, now_ms: int) -> KeyedRequest | None:
        """None: it is added. Else the one of its key that is under way or answered; an expired one gives way."""
        row = keyed_requests.c
        of = (row.customer_id == customer_id) & (row.key_hash == request.key_hash)
        self._connection.execute(delete(keyed_requests).where(of, row.expires_at_ms <= now_ms))
        values = {"key_hash": request.key_hash, "request_hash": request.request_hash, "expires_at_ms": request.expires_at_ms}
        if add_unless_taken(self._connection, keyed_requests, {"customer_id": customer_id, **values}):
            return None
        known = self._connection.execute(select(row.request_hash, row.expires_at_ms, row.document).where(of)).first()
        if known is None:  # it was refused just now and its key is free again: whoever asks once more gets it
            return request
        request_hash, expires_at_ms, document = known
        answer = None if document is None else msgspec.msgpack.decode(document, type=KeptAnswer)
        return KeyedRequest(request.key_hash, request_hash, expires_at_ms, answer)

    def keep_answer(
        self, customer_id: str, key_hash: str, answer: KeptAnswer, building_id: str | None, expires_at_ms: int
    ) -> None:
        """Keeps the answer. One about a building goes with it; of a building that is erased nothing is kept."""
        row = keyed_requests.c
        of = (row.customer_id == customer_id) & (row.key_hash == key_hash)
        if building_id is not None and building_id not in living_buildings(self._connection, customer_id, [building_id]):
            self._connection.execute(delete(keyed_requests).where(of))
            return
        kept = {"document": msgspec.msgpack.encode(answer), "building_id": building_id, "expires_at_ms": expires_at_ms}
        self._connection.execute(update(keyed_requests).where(of).values(kept))

    def delete(self, customer_id: str, key_hash: str) -> None:
        """Frees the key."""
        row = keyed_requests.c
        self._connection.execute(delete(keyed_requests).where(row.customer_id == customer_id, row.key_hash == key_hash))

    def delete_expired_for_operator(self, now_ms: int) -> None:
        """Frees the keys of all customers whose time is over."""
        self._connection.execute(delete(keyed_requests).where(keyed_requests.c.expires_at_ms <= now_ms))
