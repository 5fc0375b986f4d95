"""The listener: accepts connections up to its limits, keeps one of each client, and lets all go when it stops.

Invariants: a customer's clients are told apart by customer and client identifier, so nobody ends another customer's connection;
one customer alone never takes all places.
"""

import asyncio
import socket
import ssl
from collections import Counter

import structlog

from hearth.core.problems import Problem
from hearth.mqtt.connection import Connection
from hearth.mqtt.packets import MOST_PACKET_BYTES, Reason
from hearth.mqtt.parts import MqttParts

_HANDSHAKE_SECONDS = 10.0
_BACKLOG = 1_024

_Key = tuple[str, str]
"""Customer and client identifier."""

log = structlog.get_logger()


class MqttListener:
    """Listens for MQTT on one port, on the event loop that evaluates. `tls`: None = in the clear."""

    def __init__(self, parts: MqttParts, host: str, port: int, tls: ssl.SSLContext | None = None) -> None:
        self._parts = parts
        self._host = host
        self._port = port
        self._tls = tls
        self._server: asyncio.Server | None = None
        self._open: dict[Connection, asyncio.Task[None] | None] = {}
        self._clients: dict[_Key, Connection] = {}
        self._key_of: dict[Connection, _Key] = {}
        self._of_customer = Counter[str]()
        parts.metrics.mqtt_connections.set_function(lambda: len(self._clients))

    @property
    def port(self) -> int:
        """Where it listens; where 0 was asked for, the port that was found."""
        assert self._server is not None, "the listener was not started"
        return int(self._server.sockets[0].getsockname()[1])

    async def start(self) -> None:
        """Accepts connections from now on. Raises OSError where the address cannot be had."""
        self._server = await asyncio.start_server(
            self._serve,
            self._host,
            self._port,
            limit=MOST_PACKET_BYTES,
            backlog=_BACKLOG,
            ssl=self._tls,
            ssl_handshake_timeout=_HANDSHAKE_SECONDS if self._tls is not None else None,
        )
        log.info("listening for MQTT", host=self._host, port=self.port, tls=self._tls is not None)

    async def stop(self) -> None:
        """Accepts nothing more, and lets each client go once what it does at present is done."""
        if self._server is None:
            return
        self._server.close()
        for connection in list(self._open):
            connection.leave(Reason.SHUTTING_DOWN, "Hearth is stopping; connect again.")
        tasks = [task for task in self._open.values() if task is not None]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=self._parts.limits.stop_seconds)
            for task in late:
                task.cancel()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._open) >= self._parts.limits.connections:
            log.warning("too many MQTT connections; one was closed", connections=len(self._open))
            writer.close()
            return
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        connection = Connection(self._parts, reader, writer, self._admit)
        self._open[connection] = asyncio.current_task()
        try:
            await connection.run()
        except Exception:
            log.exception("an MQTT connection failed")
        finally:
            del self._open[connection]
            self._forget(connection)

    def _admit(self, connection: Connection, customer_id: str, client_id: str) -> None:
        key = (customer_id, client_id)
        former = self._clients.get(key)
        if former is not None:
            self._forget(former)
            former.leave(Reason.SESSION_TAKEN_OVER, "The same client identifier has connected again.")
        most = self._parts.limits.customer_connections
        if self._of_customer[customer_id] >= most:
            raise Problem("too_many_requests", f"The customer has {most:,} connections already; close some.")
        self._clients[key] = connection
        self._key_of[connection] = key
        self._of_customer[customer_id] += 1

    def _forget(self, connection: Connection) -> None:
        key = self._key_of.pop(connection, None)
        if key is None:
            return
        del self._clients[key]
        self._of_customer[key[0]] -= 1
        if not self._of_customer[key[0]]:
            del self._of_customer[key[0]]
