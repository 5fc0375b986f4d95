"""The packets of MQTT 3.1.1 and 5 that a server which only takes events reads and writes: bytes <-> values, nothing else.

What packets mean, and in which order they may come, is the connection's to say. Invariants: bytes of a client never raise
anything but `BrokenPacketError`; a packet over the limit is refused by its announced length, before it is held; the work for a
packet grows with its length alone, so the properties of an unknown client, whose reading is slow, are bounded apart.
"""

import struct
from collections.abc import Iterator
from enum import IntEnum
from typing import Any, NamedTuple

import msgspec
from paho.mqtt.exception import MQTTException
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties as PahoProperties
from paho.mqtt.properties import VariableByteIntegers

Properties: Any = PahoProperties  # its methods have no types

MOST_PACKET_BYTES = 16 * 1024
_MOST_CONNECT_PROPERTIES_BYTES = 1024
_MOST_REASON_CHARACTERS = 400

V311, V5 = 4, 5


class Kind(IntEnum):
    """Types of packets (MQTT 5, 2.1.2)."""

    CONNECT = 1
    CONNACK = 2
    PUBLISH = 3
    PUBACK = 4
    SUBSCRIBE = 8
    SUBACK = 9
    UNSUBSCRIBE = 10
    UNSUBACK = 11
    PINGREQ = 12
    PINGRESP = 13
    DISCONNECT = 14


class Reason(IntEnum):
    """Reason codes of MQTT 5 (2.4) that are sent here."""

    SUCCESS = 0x00
    NO_SUBSCRIPTION_EXISTED = 0x11
    UNSPECIFIED_ERROR = 0x80
    MALFORMED_PACKET = 0x81
    PROTOCOL_ERROR = 0x82
    UNSUPPORTED_VERSION = 0x84
    BAD_CLIENT_ID = 0x85
    BAD_PASSWORD = 0x86
    NOT_AUTHORIZED = 0x87
    SERVER_UNAVAILABLE = 0x88
    SERVER_BUSY = 0x89
    SHUTTING_DOWN = 0x8B
    BAD_AUTHENTICATION_METHOD = 0x8C
    KEEP_ALIVE_TIMEOUT = 0x8D
    SESSION_TAKEN_OVER = 0x8E
    TOPIC_NAME_INVALID = 0x90
    PACKET_TOO_LARGE = 0x95
    QUOTA_EXCEEDED = 0x97
    PAYLOAD_FORMAT_INVALID = 0x99
    QOS_NOT_SUPPORTED = 0x9B


# The return codes of a CONNACK of 3.1.1 (3.2.2.3); what it has no code for is "server unavailable".
_RETURN_CODES = {
    Reason.SUCCESS: 0,
    Reason.UNSUPPORTED_VERSION: 1,
    Reason.BAD_CLIENT_ID: 2,
    Reason.BAD_PASSWORD: 4,
    Reason.NOT_AUTHORIZED: 5,
}
_UNAVAILABLE_RETURN_CODE = 3


class BrokenPacketError(Exception):
    """Bytes that are no packet a client may send. `reason`: what a client of MQTT 5 is told."""

    def __init__(self, detail: str, reason: Reason = Reason.MALFORMED_PACKET) -> None:
        super().__init__(detail)
        self.reason = reason


class Packet(NamedTuple):
    """A whole packet: its type as sent, the four flags beside it, and what follows the length."""

    kind: int
    flags: int
    body: bytes


class Connect(msgspec.Struct, frozen=True, kw_only=True):
    """What a client says of itself. `most_bytes`: the largest packet it takes, None = any; a will is read past."""

    version: int
    client_id: str
    keep_alive_seconds: int
    password: bytes | None
    clean_start: bool
    most_bytes: int | None = None
    wants_reasons: bool = True
    authentication_method: str | None = None
    will_qos: int = 0


class Publish(NamedTuple):
    """A message. `packet_id` is 0 with QoS 0."""

    topic: str
    payload: bytes
    qos: int
    packet_id: int


def split(buffer: bytearray, most_bytes: int = MOST_PACKET_BYTES) -> Iterator[Packet]:
    """The whole packets at the beginning of the buffer; each is taken out of it."""
    while True:
        length, start = _length(buffer)
        if start == 0:
            return
        end = start + length
        if end > most_bytes:
            raise BrokenPacketError(f"A packet has at most {most_bytes:,} bytes.", Reason.PACKET_TOO_LARGE)
        if end > len(buffer):
            return
        packet = Packet(buffer[0] >> 4, buffer[0] & 0x0F, bytes(buffer[start:end]))
        del buffer[:end]
        yield packet


def _length(buffer: bytearray) -> tuple[int, int]:
    """The remaining length behind the first byte, and where what it counts begins; 0 = not all of it is there yet."""
    length = 0
    for place, digit in enumerate(buffer[1:5]):
        length |= (digit & 0x7F) << 7 * place
        if digit < 0x80:
            return length, place + 2
    if len(buffer) >= 5:
        raise BrokenPacketError("The length of a packet has at most four bytes.")
    return 0, 0


class _Reader:
    """Takes values from a packet's body, one after the other."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._at = 0

    def take(self, size: int) -> bytes:
        start, self._at = self._at, self._at + size
        if self._at > len(self._body):
            raise BrokenPacketError("A packet ends before what it says it holds.")
        return self._body[start : self._at]

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "big")

    def data(self) -> bytes:
        return self.take(self.number(2))

    def text(self) -> str:
        try:
            text = str(self.data(), "utf-8")
        except UnicodeDecodeError as error:
            raise BrokenPacketError("A text is not UTF-8.") from error
        if "\0" in text:
            raise BrokenPacketError("A text has a null character.")
        return text

    def properties(self) -> bytes:
        """The block of properties of MQTT 5 with its length before it."""
        start, length = self._at, 0
        for place in range(4):
            digit = self.number(1)
            length |= (digit & 0x7F) << 7 * place
            if digit < 0x80:
                self.take(length)
                return self._body[start : self._at]
        raise BrokenPacketError("The length of properties has at most four bytes.")

    @property
    def has_more(self) -> bool:
        return self._at < len(self._body)

    def rest(self) -> bytes:
        return self._body[self._at :]


def read_connect(packet: Packet) -> Connect:
    """A CONNECT. Raises BrokenPacketError, also for versions that are not spoken here."""
    reader = _Reader(packet.body)
    name, version = reader.data(), reader.number(1)
    if name != b"MQTT" or version not in (V311, V5):
        raise BrokenPacketError("MQTT 3.1.1 and 5 are spoken here.", Reason.UNSUPPORTED_VERSION)
    flags, keep_alive = reader.number(1), reader.number(2)
    will_qos = flags >> 3 & 3
    if packet.flags or flags & 1 or will_qos == 3:
        raise BrokenPacketError("Flags of the CONNECT are set that must not be.")
    given = _connect_properties(reader.properties()) if version == V5 else None
    client_id = reader.text()
    if flags & 0x04:
        if version == V5:
            reader.properties()
        reader.text()
        reader.data()
    if flags & 0x80:
        reader.text()
    password = reader.data() if flags & 0x40 else None
    if reader.has_more:
        raise BrokenPacketError("The CONNECT is longer than what it holds.")
    return Connect(
        version=version,
        client_id=client_id,
        keep_alive_seconds=keep_alive,
        password=password,
        clean_start=bool(flags & 0x02),
        most_bytes=getattr(given, "MaximumPacketSize", None),
        wants_reasons=getattr(given, "RequestProblemInformation", 1) == 1,
        authentication_method=getattr(given, "AuthenticationMethod", None),
        will_qos=will_qos,
    )


def _connect_properties(block: bytes) -> Any:
    if len(block) > _MOST_CONNECT_PROPERTIES_BYTES:
        raise BrokenPacketError(
            f"The CONNECT has at most {_MOST_CONNECT_PROPERTIES_BYTES:,} bytes of properties.", Reason.PACKET_TOO_LARGE
        )
    properties = Properties(PacketTypes.CONNECT)
    try:
        properties.unpack(block)
    except (MQTTException, ValueError, LookupError, struct.error, TypeError) as error:
        raise BrokenPacketError("The properties of the CONNECT cannot be read.") from error
    return properties


def read_publish(packet: Packet, version: int) -> Publish:
    """A PUBLISH of whatever QoS. Its properties say nothing that an event has: they are read past."""
    qos = packet.flags >> 1 & 3
    if qos == 3:
        raise BrokenPacketError("There is no QoS 3.")
    reader = _Reader(packet.body)
    topic = reader.text()
    packet_id = reader.number(2) if qos else 0
    if qos and not packet_id:
        raise BrokenPacketError("A message with QoS 1 has a packet identifier.")
    if version == V5:
        reader.properties()
    return Publish(topic, reader.rest(), qos, packet_id)


def read_topics(packet: Packet, version: int) -> tuple[int, int]:
    """A SUBSCRIBE or UNSUBSCRIBE -> its packet identifier, and how many topics it names."""
    reader = _Reader(packet.body)
    packet_id, topics = reader.number(2), 0
    if packet.flags != 2 or not packet_id:
        raise BrokenPacketError("A SUBSCRIBE or UNSUBSCRIBE has a packet identifier and the flags 2.")
    if version == V5:
        reader.properties()
    while reader.has_more:
        reader.text()
        if packet.kind == Kind.SUBSCRIBE:
            reader.take(1)
        topics += 1
    if not topics:
        raise BrokenPacketError("A SUBSCRIBE or UNSUBSCRIBE names a topic.")
    return packet_id, topics


class Writer:
    """Writes what a client of that version can read; sentences where it wants them and they fit in."""

    def __init__(self, connect: Connect) -> None:
        self._version = connect.version
        self._most_bytes = connect.most_bytes
        self._wants_reasons = connect.wants_reasons

    def connack(self, reason: Reason, detail: str | None = None, client_id: str | None = None) -> bytes:
        """The answer to a CONNECT. `client_id`: the one that is given to a client without."""
        if self._version == V311:
            return _packet(Kind.CONNACK, bytes((0, _RETURN_CODES.get(reason, _UNAVAILABLE_RETURN_CODE))))
        properties = Properties(PacketTypes.CONNACK)
        if reason == Reason.SUCCESS:
            properties.SessionExpiryInterval = 0
            properties.MaximumQoS = 1
            properties.MaximumPacketSize = MOST_PACKET_BYTES
            properties.WildcardSubscriptionAvailable = 0
            properties.SubscriptionIdentifierAvailable = 0
            properties.SharedSubscriptionAvailable = 0
            if client_id is not None:
                properties.AssignedClientIdentifier = client_id
        return self._explained(Kind.CONNACK, bytes((0, reason)), properties, detail)

    def puback(self, packet_id: int, reason: Reason = Reason.SUCCESS, detail: str | None = None) -> bytes:
        """The answer to a message with QoS 1. 3.1.1 has no reasons."""
        if reason == Reason.SUCCESS or self._version == V311:
            return b"\x40\x02" + packet_id.to_bytes(2, "big")
        said = detail if self._wants_reasons else None
        return self._explained(Kind.PUBACK, packet_id.to_bytes(2, "big") + bytes((reason,)), Properties(PacketTypes.PUBACK), said)

    def suback(self, packet_id: int, topics: int) -> bytes:
        """No topic is subscribed."""
        head = packet_id.to_bytes(2, "big")
        if self._version == V311:
            return _packet(Kind.SUBACK, head + bytes((0x80,)) * topics)
        return _packet(Kind.SUBACK, head + b"\0" + bytes((Reason.NOT_AUTHORIZED,)) * topics)

    def unsuback(self, packet_id: int, topics: int) -> bytes:
        """None was subscribed."""
        head = packet_id.to_bytes(2, "big")
        if self._version == V311:
            return _packet(Kind.UNSUBACK, head)
        return _packet(Kind.UNSUBACK, head + b"\0" + bytes((Reason.NO_SUBSCRIPTION_EXISTED,)) * topics)

    def pingresp(self) -> bytes:
        """The answer to a PINGREQ."""
        return b"\xd0\x00"

    def disconnect(self, reason: Reason, detail: str) -> bytes:
        """The last word. Nothing under 3.1.1, where a server only closes."""
        if self._version == V311:
            return b""
        return self._explained(Kind.DISCONNECT, bytes((reason,)), Properties(PacketTypes.DISCONNECT), detail)

    def _explained(self, kind: Kind, head: bytes, properties: Any, detail: str | None) -> bytes:
        bare: bytes = _packet(kind, head + properties.pack())
        if detail is None:
            return bare
        properties.ReasonString = detail.replace("\0", "")[:_MOST_REASON_CHARACTERS]
        told = _packet(kind, head + properties.pack())
        return told if self._most_bytes is None or len(told) <= self._most_bytes else bare


def refused_version() -> bytes:
    """The answer to a CONNECT of another version, in the form that all of them can read (MQTT 3.1.1, 3.1.2.2)."""
    return _packet(Kind.CONNACK, bytes((0, _RETURN_CODES[Reason.UNSUPPORTED_VERSION])))


def _packet(kind: Kind, body: bytes) -> bytes:
    length: bytes = VariableByteIntegers.encode(len(body))  # type: ignore[no-untyped-call]
    return bytes((kind << 4,)) + length + body
