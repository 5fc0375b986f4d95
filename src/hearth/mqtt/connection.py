"""One client's connection, from its CONNECT to its end: messages become events, and are acknowledged once these are on disk.

What has arrived together is taken together, one batch after the other: so the order of a connection is kept, and nothing is read
while a batch is being stored. Invariants: nothing is acknowledged that is neither stored nor refused for good; a token's scope
and customer hold for all that its connection sends, and are looked at anew with each batch; nothing is published to a client.
"""

import asyncio
from collections.abc import Callable
from typing import NamedTuple

import structlog

from hearth.core.instants import SECOND_MS
from hearth.core.problems import Problem
from hearth.domain.customers import WRITE_EVENTS
from hearth.mqtt.outcomes import passes, reason_of_connect, reason_of_message
from hearth.mqtt.packets import (
    V5,
    V311,
    BrokenPacketError,
    Connect,
    Kind,
    Packet,
    Publish,
    Reason,
    Writer,
    read_connect,
    read_publish,
    read_topics,
    refused_version,
    split,
)
from hearth.mqtt.parts import MqttParts
from hearth.services.access import Grant
from hearth.services.intake import EventIn
from hearth.services.request_rates import too_many
from hearth.services.topic_events import event_of

_READ_BYTES = 32 * 1024
_MOST_CLIENT_ID_CHARACTERS = 256
_PATIENCE = 1.5  # of its keep alive a client may stay silent (MQTT 5, 3.1.2.10)

log = structlog.get_logger()


class LeaveError(Exception):
    """The connection ends; a client of MQTT 5 is told why, unless it said good-bye itself (`reason` None)."""

    def __init__(self, reason: Reason | None, detail: str = "") -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


class RefusedError(Exception):
    """A client is not let in."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


class Session(NamedTuple):
    """A client that is connected: what it said of itself, what its token allows, and how it is written to."""

    connect: Connect
    token: str
    grant: Grant
    client_id: str
    writer: Writer


class Connection:
    """Serves one client. `admit` is asked before a client is let in, and raises Problem where there is no place for it."""

    def __init__(
        self,
        parts: MqttParts,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        admit: "Callable[[Connection, str, str], None]",
    ) -> None:
        self._parts = parts
        self._reader = reader
        self._out = writer
        self._admit = admit
        self._buffer = bytearray()
        self._refused = 0

    async def run(self) -> None:
        """Until the client goes, or has to."""
        try:
            async with asyncio.timeout(self._parts.limits.connect_seconds):
                session = await self._connected()
            if session is not None:
                await self._serve(session)
        except TimeoutError:
            log.debug("an MQTT client was silent")
            self._out.transport.abort()
        except (OSError, LeaveError) as error:  # broken TLS and hosts that are gone among them
            log.debug("an MQTT client went away", error=repr(error))
        finally:
            self._out.close()

    def leave(self, reason: Reason, detail: str) -> None:
        """Ends the connection when what it does at present is done."""
        self._reader.set_exception(LeaveError(reason, detail))

    # Coming in

    async def _connected(self) -> Session | None:
        """The client's session, its CONNECT being answered; None where it was refused."""
        try:
            packet = await self._first_packet()
            if packet is None:
                return None
            connect = read_connect(packet)
        except BrokenPacketError as error:
            self._note_refusal(error.reason, str(error))
            if error.reason == Reason.UNSUPPORTED_VERSION:
                self._out.write(refused_version())
            return None
        writer = Writer(connect)
        try:
            return await self._let_in(connect, writer)
        except RefusedError as refusal:
            self._note_refusal(refusal.reason, str(refusal))
            self._out.write(writer.connack(refusal.reason, str(refusal)))
            await self._out.drain()
            return None

    def _note_refusal(self, reason: Reason, detail: str) -> None:
        name = reason.name.lower()
        self._parts.metrics.mqtt_refused_connections.labels(name).inc()
        log.info("an MQTT connection was refused", reason=name, detail=detail)

    async def _first_packet(self) -> Packet | None:
        while data := await self._reader.read(_READ_BYTES):
            self._buffer += data
            packet = next(split(self._buffer), None)
            if packet is not None:
                if packet.kind != Kind.CONNECT:
                    raise BrokenPacketError("The first packet is a CONNECT.", Reason.PROTOCOL_ERROR)
                return packet
        return None

    async def _let_in(self, connect: Connect, writer: Writer) -> Session:
        if connect.authentication_method is not None:
            raise RefusedError(Reason.BAD_AUTHENTICATION_METHOD, "Send the access token as the password.")
        if connect.version == V5 and connect.will_qos > 1:
            raise RefusedError(Reason.QOS_NOT_SUPPORTED, "Messages have QoS 0 or 1.")
        given = connect.client_id
        if (not given and connect.version == V311 and not connect.clean_start) or len(given) > _MOST_CLIENT_ID_CHARACTERS:
            raise RefusedError(Reason.BAD_CLIENT_ID, f"A client identifier has 1 to {_MOST_CLIENT_ID_CHARACTERS} characters.")
        client_id = given or self._parts.identities.new_id()
        try:
            why = self._parts.not_ready_because()
            if why is not None:
                raise Problem("unavailable", why)
            token = _token(connect)
            grant = await self._grant(token)
            self._count(grant)
            if WRITE_EVENTS not in grant.scopes:
                raise Problem("forbidden", f"The access token does not have the scope {WRITE_EVENTS}.")
            self._admit(self, grant.customer_id, client_id)
        except Problem as problem:
            raise RefusedError(reason_of_connect(problem), problem.detail) from problem
        self._out.write(writer.connack(Reason.SUCCESS, client_id=None if given else client_id))
        log.debug("an MQTT client is connected", customer_id=grant.customer_id, client_id=client_id, version=connect.version)
        return Session(connect, token, grant, client_id, writer)

    async def _grant(self, token: str) -> Grant:
        grant = self._parts.access.find_verified(token)
        return await asyncio.to_thread(self._parts.access.verify, token) if grant is None else grant

    def _count(self, grant: Grant) -> None:
        rate = self._parts.rates.count(grant, "events", self._parts.clock.now_ms())
        if rate is not None and rate.remaining < 0:
            raise too_many(rate)

    # Being there

    async def _serve(self, session: Session) -> None:
        expires_in_seconds = (session.grant.expires_at_ms - self._parts.clock.now_ms()) / SECOND_MS
        expired = "The access token has expired; connect again with a new one."
        timer = asyncio.get_running_loop().call_later(expires_in_seconds, self.leave, Reason.NOT_AUTHORIZED, expired)
        patience = session.connect.keep_alive_seconds * _PATIENCE or None
        try:
            await self._read_on(session)
            while True:
                try:
                    async with asyncio.timeout(patience):
                        data = await self._reader.read(_READ_BYTES)
                except TimeoutError as error:
                    raise LeaveError(Reason.KEEP_ALIVE_TIMEOUT, "Nothing came for longer than the keep alive.") from error
                if not data:
                    return
                self._buffer += data
                await self._read_on(session)
        except LeaveError as leave:
            if leave.reason is not None:
                log.info(
                    "an MQTT connection was ended",
                    customer_id=session.grant.customer_id,
                    client_id=session.client_id,
                    reason=leave.reason.name.lower(),
                    detail=leave.detail,
                )
                self._out.write(session.writer.disconnect(leave.reason, leave.detail))
        finally:
            timer.cancel()
            if self._refused:
                log.warning(
                    "an MQTT client sent events that were refused",
                    customer_id=session.grant.customer_id,
                    client_id=session.client_id,
                    events=self._refused,
                )

    async def _read_on(self, session: Session) -> None:
        """Does what the packets say that are there, in their order."""
        batch: list[Publish] = []
        broken: BrokenPacketError | None = None
        try:
            for packet in split(self._buffer):
                if packet.kind == Kind.PUBLISH:
                    batch.append(read_publish(packet, session.connect.version))
                    if batch[-1].qos == 2:
                        batch.pop()
                        raise BrokenPacketError("Messages have QoS 0 or 1.", Reason.QOS_NOT_SUPPORTED)
                    continue
                await self._take(session, batch)
                batch = []
                self._answer(session, packet)
        except BrokenPacketError as error:
            broken = error
        await self._take(session, batch)
        async with asyncio.timeout(self._parts.limits.answer_seconds):
            await self._out.drain()
        if broken is not None:
            raise LeaveError(broken.reason, str(broken)) from broken

    def _answer(self, session: Session, packet: Packet) -> None:
        writer, version = session.writer, session.connect.version
        if packet.kind == Kind.PINGREQ:
            self._out.write(writer.pingresp())
        elif packet.kind == Kind.SUBSCRIBE:
            self._out.write(writer.suback(*read_topics(packet, version)))
        elif packet.kind == Kind.UNSUBSCRIBE:
            self._out.write(writer.unsuback(*read_topics(packet, version)))
        elif packet.kind == Kind.DISCONNECT:
            raise LeaveError(None)
        else:
            raise BrokenPacketError("Only events are taken here; this packet is not.", Reason.PROTOCOL_ERROR)

    async def _take(self, session: Session, batch: list[Publish]) -> None:
        """Stores the events of the messages, and acknowledges each that is done with, in their order."""
        if not batch:
            return
        outcomes = await self._outcomes(session, batch)
        retry: Problem | None = None
        for message, problem in zip(batch, outcomes, strict=True):
            if problem is None:
                if message.qos:
                    self._out.write(session.writer.puback(message.packet_id))
                continue
            self._note_refused(session, message, problem)
            if message.qos == 0:
                continue
            if passes(problem) and (problem.code == "unavailable" or session.connect.version == V311):
                retry = retry or problem
            else:
                self._out.write(session.writer.puback(message.packet_id, reason_of_message(problem), problem.detail))
        if retry is not None:
            raise LeaveError(reason_of_message(retry), retry.detail)

    async def _outcomes(self, session: Session, batch: list[Publish]) -> list[Problem | None]:
        try:
            grant = await self._grant(session.token)
        except Problem as problem:
            raise LeaveError(Reason.NOT_AUTHORIZED, problem.detail) from problem
        outcomes: list[Problem | None] = [None] * len(batch)
        events: list[EventIn] = []
        places: list[int] = []
        for place, message in enumerate(batch):
            try:
                self._count(grant)
                events.append(event_of(message.topic, message.payload))
                places.append(place)
            except Problem as problem:
                outcomes[place] = problem
                self._parts.metrics.events_refused.labels("live", problem.code).inc()
        for place, outcome in zip(places, await self._parts.intake.take_each(grant.customer_id, events), strict=True):
            outcomes[place] = outcome
        return outcomes

    def _note_refused(self, session: Session, message: Publish, problem: Problem) -> None:
        """The first of a connection is told in the log, with its reason; how many there were, when it ends."""
        self._refused += 1
        if self._refused == 1:
            log.warning(
                "an event over MQTT was refused",
                customer_id=session.grant.customer_id,
                client_id=session.client_id,
                topic=message.topic[:300],
                code=problem.code,
                detail=problem.detail[:500],
            )


def _token(connect: Connect) -> str:
    try:
        token = str(connect.password or b"", "ascii")
    except UnicodeDecodeError:
        token = ""
    if not token:
        raise Problem("unauthorized", "Send the access token as the password; the user name is up to you.")
    return token
