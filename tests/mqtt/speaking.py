"""A client that speaks MQTT byte by byte, for what real clients would never send, or do not show."""

import asyncio
from typing import NamedTuple

CONNACK, PUBACK, SUBACK, UNSUBACK, PINGRESP, DISCONNECT = 2, 4, 9, 11, 13, 14
PINGREQ = b"\xc0\x00"


class Said(NamedTuple):
    """A packet of the server: its type, its reason code (or return code of 3.1.1), the whole body."""

    kind: int
    reason: int
    body: bytes

    @property
    def packet_id(self) -> int:
        return int.from_bytes(self.body[:2], "big")


def text(value: str | bytes) -> bytes:
    data = value.encode() if isinstance(value, str) else value
    return len(data).to_bytes(2, "big") + data


def packet(first: int, body: bytes) -> bytes:
    length, left = b"", len(body)
    while True:
        left, digit = left >> 7, left & 0x7F
        length += bytes((digit | (0x80 if left else 0),))
        if not left:
            return bytes((first,)) + length + body


def connect(
    token: str | None, version: int = 5, client_id: str = "device-1", keep_alive: int = 60, properties: bytes = b""
) -> bytes:
    """A CONNECT with a clean start; without a password where there is no token."""
    head = text("MQTT") + bytes((version, 0x02 | (0 if token is None else 0xC0))) + keep_alive.to_bytes(2, "big")
    if version == 5:
        head += bytes((len(properties),)) + properties
    return packet(0x10, head + text(client_id) + (b"" if token is None else text("any") + text(token)))


def publish(topic: str, payload: bytes | str, packet_id: int = 1, version: int = 5, qos: int = 1, retain: bool = False) -> bytes:
    payload = payload.encode() if isinstance(payload, str) else payload
    body = text(topic) + (packet_id.to_bytes(2, "big") if qos else b"") + (b"\0" if version == 5 else b"") + payload
    return packet(0x30 | qos << 1 | retain, body)


class Speaker:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def say(self, *packets: bytes) -> None:
        self._writer.write(b"".join(packets))
        await self._writer.drain()

    async def hear(self) -> Said | None:
        """The next packet; None once the server has closed."""
        try:
            first = (await self._reader.readexactly(1))[0]
            length = shift = 0
            while True:
                digit = (await self._reader.readexactly(1))[0]
                length |= (digit & 0x7F) << shift
                shift += 7
                if digit < 0x80:
                    break
            body = await self._reader.readexactly(length)
        except (asyncio.IncompleteReadError, ConnectionError):
            return None
        kind = first >> 4
        at = {CONNACK: 1, PUBACK: 2, DISCONNECT: 0}.get(kind, len(body))
        return Said(kind, body[at] if len(body) > at else 0, body)

    async def heard(self) -> list[Said]:
        """All that is said until the server closes."""
        found = []
        while (said := await self.hear()) is not None:
            found.append(said)
        return found

    def close(self) -> None:
        self._writer.close()
