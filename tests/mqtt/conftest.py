"""A listener on loopback over a real store, intake and engine; two customers, each with a building `home-1`."""

from collections.abc import AsyncIterator
from dataclasses import replace
from importlib.resources import files
from typing import Any

import aiomqtt
import pytest
from cryptography.fernet import Fernet
from tests.mqtt.speaking import CONNACK, Speaker, connect
from tests.running import NobodyToWake

from hearth.connectors.secrets import Argon2Hasher, FernetSealer
from hearth.core.instants import DAY_MS
from hearth.domain.buildings import Building
from hearth.domain.catalogue import read_catalogue
from hearth.mqtt import ConnectionLimits, MqttListener, MqttParts
from hearth.ports import Store
from hearth.runtime.live import LiveDriver
from hearth.runtime.metrics import IngestMetrics
from hearth.services.access import Access
from hearth.services.customers import Customers
from hearth.services.events import EventReading
from hearth.services.intake import Intake
from hearth.services.request_rates import RequestRates
from hearth.testing.clocks import CountedIdentities, MovableClock

ISSUER = "http://hearth.test"
CATALOGUE = read_catalogue((files("hearth.domain") / "catalogue.toml").read_text(encoding="utf-8"))
TOPIC = "events/home-1/meter-1/POWER_CONSUMPTION"


class World:
    """Everything of an ingest process that the listener needs, and what a test looks at."""

    def __init__(self, store: Store) -> None:
        self.clock = MovableClock()
        self.identities = CountedIdentities()
        self.metrics = IngestMetrics()
        self.access = Access(
            store, Argon2Hasher(), FernetSealer([Fernet.generate_key().decode()]), self.clock, self.identities, ISSUER, ISSUER
        )
        self.customers = Customers(store, self.clock, self.identities)
        self.customer, self.other = (self.customers.create(name).id for name in ("Solar Bern", "Windkraft Nord"))
        with store.write() as session:
            for customer_id, name in ((self.customer, "home-1"), (self.other, "home-1"), (self.other, "home-2")):
                building = Building(
                    id=self.identities.new_id(),
                    customer_id=customer_id,
                    customer_building_id=name,
                    time_zone_id="Europe/Zurich",
                    registration_at_ms=self.clock.now_ms(),
                    activation_at_ms=self.clock.now_ms(),
                )
                session.buildings.add(building)
        self.token = self.access.issue_local_token(self.customer).access_token
        self.other_token = self.access.issue_local_token(self.other).access_token
        self.live = LiveDriver(store, CATALOGUE, self.clock, NobodyToWake(), self.metrics)
        self.intake = Intake(store, CATALOGUE, self.clock, self.live, most_events_a_minute=2_000, metrics=self.metrics)
        self.not_ready: str | None = None
        self.parts = MqttParts(
            access=self.access,
            intake=self.intake,
            rates=RequestRates(),
            clock=self.clock,
            identities=self.identities,
            metrics=self.metrics,
            not_ready_because=lambda: self.not_ready,
        )
        self.listeners: list[MqttListener] = []
        self.speakers: list[Speaker] = []
        self._reading = EventReading(store, self.clock, CATALOGUE)

    async def listen(self, tls: Any = None, rates: RequestRates | None = None, **limits: float) -> MqttListener:
        """A further listener, of other limits than the usual."""
        parts = replace(self.parts, rates=rates or self.parts.rates, limits=ConnectionLimits(**limits))  # type: ignore[arg-type]
        listener = MqttListener(parts, "127.0.0.1", 0, tls)
        await listener.start()
        self.listeners.append(listener)
        return listener

    async def speaker(self, listener: MqttListener | None = None) -> Speaker:
        """A connection that has said nothing yet."""
        import asyncio

        found = Speaker(*await asyncio.open_connection("127.0.0.1", (listener or self.listeners[0]).port))
        self.speakers.append(found)
        return found

    async def connected(
        self, token: str | None = None, version: int = 5, listener: MqttListener | None = None, **said: Any
    ) -> Speaker:
        """One whose CONNECT was accepted."""
        speaker = await self.speaker(listener)
        await speaker.say(connect(token or self.token, version, **said))
        answer = await speaker.hear()
        assert answer is not None
        assert (answer.kind, answer.reason) == (CONNACK, 0), answer
        return speaker

    def client(self, version: aiomqtt.ProtocolVersion, token: str | None = None) -> aiomqtt.Client:
        """A real client."""
        port = self.listeners[0].port
        return aiomqtt.Client("127.0.0.1", port, username="any", password=token or self.token, protocol=version, timeout=60)

    def stored(self, customer_id: str | None = None, building: str = "home-1") -> list[tuple[str, str, float]]:
        """(device, type, value) of the building's events, oldest first."""
        now_ms = self.clock.now_ms()
        page, _ = self._reading.list_page(
            customer_id or self.customer, building, [], now_ms - DAY_MS, now_ms + DAY_MS, None, 10_000
        )
        return [(event.series.device_id, event.series.event_type, event.value) for event in page]

    def values(self) -> list[float]:
        """Those of the usual building."""
        return [value for _, _, value in self.stored()]

    def counted(self, name: str, **labels: str) -> float:
        """A metric's value."""
        return next(
            sample.value
            for metric in getattr(self.metrics, name).collect()
            for sample in metric.samples
            if sample.labels == labels and not sample.name.endswith("_created")
        )


async def _run(store: Store) -> AsyncIterator[World]:
    world = World(store)
    await world.live.start()
    await world.listen()
    yield world
    for speaker in world.speakers:
        speaker.close()
    for listener in world.listeners:
        await listener.stop()
    await world.live.stop()


@pytest.fixture
async def world(sqlite_store: Store) -> AsyncIterator[World]:
    async for made in _run(sqlite_store):
        yield made


@pytest.fixture
async def world_on_each(store: Store) -> AsyncIterator[World]:
    """On SQLite and on PostgreSQL."""
    async for made in _run(store):
        yield made
