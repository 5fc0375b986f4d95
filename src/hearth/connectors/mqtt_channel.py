"""The MQTT channel: one notification published to a topic of the customer's broker with QoS 1, and what the broker said.

Speaks MQTT 5, in which a broker says why it refuses. Each message has a connection of its own: a household hears a few a day, and
nothing is kept alive for it. Invariants: the broker's address is checked as that of an endpoint, and its TLS certificate is for
the name that the customer gave; no password is in an error.
"""

import asyncio
import socket
import ssl
import time
from typing import Any

import aiomqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from hearth.connectors.addresses import AddressGuard, AddressRefusedError, connect_guarded
from hearth.core.clock import Clock
from hearth.core.instants import SECOND_MS
from hearth.delivery.attempts import Verdict
from hearth.delivery.parcels import MqttParcel
from hearth.delivery.signing import ID_HEADER
from hearth.domain.channels import Mqtt
from hearth.ports import Answer, Sealer

TOTAL_SECONDS = 15.0
_LONGEST_EXPIRY_SECONDS = 0xFFFF_FFFF
_NO_CONNECTION = "no connection to the broker"
# Reason codes of MQTT 5 (2.4) that the same message meets again, whoever waits.
_NEVER = frozenset((0x90, 0x95, 0x99, 0x9B))  # the topic's name, the size, the form, the quality of service


class MqttChannel:
    """The part of `ports.Carrier` for brokers."""

    def __init__(
        self,
        sealer: Sealer,
        clock: Clock,
        guard: AddressGuard,
        *,
        total_seconds: float = TOTAL_SECONDS,
        trusted: str | None = None,
    ) -> None:
        """trusted: a file of certificates to trust instead of the system's."""
        self._sealer = sealer
        self._clock = clock
        self._guard = guard
        self._total_seconds = total_seconds
        self._tls = ssl.create_default_context(cafile=trusted)

    async def deliver(self, parcel: MqttParcel) -> Answer:
        """Publishes it and waits until the broker has acknowledged it."""
        started = time.monotonic()
        verdict, error = await self._try(parcel)
        return Answer(None, error, None, round((time.monotonic() - started) * SECOND_MS), verdict)

    async def _try(self, parcel: MqttParcel) -> tuple[Verdict, str | None]:
        way = parcel.over.way
        assert isinstance(way, Mqtt)
        try:
            async with asyncio.timeout(self._total_seconds):
                with await connect_guarded(self._guard, way.host, way.port, self._total_seconds) as opened:
                    await self._publish(parcel, way, opened)
        except TimeoutError:
            return "retry", f"the broker did not answer within {self._total_seconds:g} s"
        except AddressRefusedError as refused:
            return "retry", str(refused)
        except aiomqtt.MqttCodeError as refused:
            return _meaning_of(refused)
        except aiomqtt.MqttError as failure:
            return "retry", _phrase(failure)
        except socket.gaierror:
            return "retry", f"the name {way.host} cannot be resolved"
        except OSError:
            return "retry", _NO_CONNECTION
        return "delivered", None

    async def _publish(self, parcel: MqttParcel, way: Mqtt, opened: socket.socket) -> None:
        password = None
        if way.user:
            assert parcel.over.credential is not None
            password = self._sealer.open(parcel.over.credential.sealed)
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        properties.ContentType = "application/json"
        properties.PayloadFormatIndicator = 1
        properties.UserProperty = (ID_HEADER, parcel.id)
        left_seconds = (parcel.expires_at_ms - self._clock.now_ms()) // SECOND_MS
        properties.MessageExpiryInterval = max(1, min(left_seconds, _LONGEST_EXPIRY_SECONDS))
        client = _Client(
            way.host,
            way.port,
            username=way.user or None,
            password=password,
            identifier=f"hearth-{parcel.id}",
            protocol=aiomqtt.ProtocolVersion.V5,
            timeout=self._total_seconds,
            tls_context=self._tls if way.security == "tls" else None,
        )
        client.take(opened)
        try:
            async with client:
                await client.publish(parcel.topic, parcel.body, qos=1, properties=properties)
                if client.refused is not None:
                    raise aiomqtt.MqttCodeError(client.refused)
        finally:
            client.drop()


class _Client(aiomqtt.Client):
    """Tells why a message was refused (the library takes any acknowledgement for a good one), and leaves no connection behind."""

    refused: ReasonCode | None = None

    def _on_publish(self, client: Any, userdata: Any, mid: int, reason_code: ReasonCode, properties: Properties) -> None:
        if reason_code.is_failure:
            self.refused = reason_code
        super()._on_publish(client, userdata, mid, reason_code, properties)

    def take(self, opened: socket.socket) -> None:
        """Speaks over this connection, whose address was checked; the library would resolve the name again."""
        self._client._create_socket_connection = lambda: opened  # type: ignore[method-assign]

    def drop(self) -> None:
        """Ends a connection that was given up half-way; a broker that hangs would keep it."""
        if self._connected.cancelled():  # of which the library asks for its exception
            self._connected = asyncio.get_running_loop().create_future()
        if self._client.socket() is not None:
            self._client.disconnect()


def _meaning_of(refused: aiomqtt.MqttCodeError) -> tuple[Verdict, str]:
    if not isinstance(refused.rc, ReasonCode):
        return "retry", "the connection to the broker broke"
    return "refused" if refused.rc.value in _NEVER else "retry", f"the broker refused it ({refused.rc})"


def _phrase(failure: aiomqtt.MqttError) -> str:
    cause = failure.__cause__ or failure.__context__  # the library hides it
    if isinstance(cause, ssl.SSLCertVerificationError):
        return "the broker's TLS certificate cannot be trusted"
    if isinstance(cause, OSError):
        return _NO_CONNECTION
    return "the connection to the broker broke"
