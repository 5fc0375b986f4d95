"""The delivery loop over the real store and a real HTTP receiver: nothing lost, nothing out of order, nobody held up."""

import asyncio
import json
import os
import time
from itertools import count

import pytest
from cryptography.fernet import Fernet
from standardwebhooks import Webhook

from hearth.connectors.addresses import AddressGuard
from hearth.connectors.carriers import Carriers
from hearth.connectors.secrets import FernetSealer
from hearth.connectors.system import SystemIdentities
from hearth.connectors.wake import PipeWake, WakeListener, open_wake_pipe
from hearth.delivery.outbox import delivery_id, outgoing
from hearth.delivery.recipients import THE_WEBHOOK
from hearth.domain.buildings import Building
from hearth.domain.customers import Customer
from hearth.domain.endpoints import Endpoint
from hearth.domain.notifications import Content, Notification, RenderedText
from hearth.runtime.deliveries import LEASE_MS, DeliveryLoop
from hearth.services.deliveries import Deliveries
from hearth.services.endpoints import Endpoints
from hearth.services.packing import Packing
from hearth.services.stop_links import StopLinks

HOUR_MS = 3_600_000
NEVER_BY_ITSELF = 600.0


class MovedClock:
    def __init__(self) -> None:
        self.at_ms = time.time_ns() // 1_000_000

    def now_ms(self) -> int:
        return self.at_ms


class Receiver:
    """An HTTP server that notes what it gets; `answers` says what it does, by path."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, dict[str, str], dict]] = []
        self.statuses: dict[str, list[int]] = {}
        self.held: dict[str, asyncio.Event] = {}
        self.under_way: dict[str, int] = {}
        self.port = 0

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}/{path}"

    def ids(self, path: str) -> list[str]:
        return [body["id"] for at, _, body in self.requests if at == path]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                line, *fields = head.decode().strip().split("\r\n")
                headers = {name.lower(): value for name, value in (entry.split(": ", 1) for entry in fields)}
                body = await reader.readexactly(int(headers["content-length"]))
                path = line.split(" ")[1].strip("/")
                self.requests.append((path, {**headers, "raw": body.decode()}, json.loads(body)))
                if path in self.held:
                    self.under_way[path] = self.under_way.get(path, 0) + 1
                    await self.held[path].wait()
                statuses = self.statuses.get(path)
                status = statuses.pop(0) if statuses else 200
                writer.write(f"HTTP/1.1 {status} X\r\ncontent-length: 0\r\n\r\n".encode())
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()


class World:
    def __init__(self, store, receiver: Receiver) -> None:
        self.store = store
        self.receiver = receiver
        self.clock = MovedClock()
        self.sealer = FernetSealer([Fernet.generate_key().decode()])
        self.work = Deliveries(store, self.clock, Packing(StopLinks(self.sealer, "https://hearth.example.com")))
        self.endpoints = Endpoints(store, self.sealer, self.clock, SystemIdentities())
        self.channel = Carriers(self.sealer, self.clock, AddressGuard(["127.0.0.0/8"]), total_seconds=60)
        self._sequences = count(1)

    def loop(self, **options) -> DeliveryLoop:
        options.setdefault("look_every_seconds", NEVER_BY_ITSELF)
        return DeliveryLoop(self.work, self.channel, self.clock, lambda: 0.5, **options)

    def add_customer(self, letter: str, buildings: int, requests_per_second: int | None = None) -> tuple[str, str]:
        customer_id = letter * 24
        with self.store.write() as session:
            session.customers.add(Customer(id=customer_id, name=letter, created_at_ms=self.clock.at_ms))
            for number in range(buildings):
                session.buildings.add(
                    Building(
                        id=f"{letter}{number}".rjust(24, "0"),
                        customer_id=customer_id,
                        customer_building_id=f"home-{number}",
                        time_zone_id="Europe/Zurich",
                        registration_at_ms=self.clock.at_ms,
                        activation_at_ms=self.clock.at_ms,
                    )
                )
        saved = self.endpoints.save(customer_id, self.receiver.url(letter), requests_per_second=requests_per_second)
        assert saved.signing_secret is not None
        return customer_id, saved.signing_secret

    def notify(self, customer_id: str, building: int = 0, held_until_ms: int | None = None) -> str:
        sequence = next(self._sequences)
        notification = Notification(
            id=f"{sequence:024x}",
            customer_id=customer_id,
            building_id=f"{customer_id[0]}{building}".rjust(24, "0"),
            customer_building_id=f"home-{building}",
            rule_id="r" * 24,
            rule_version=1,
            trigger_sequence=sequence,
            created_at_ms=self.clock.at_ms,
            stored_at_ms=self.clock.at_ms,
            status="PENDING",
            held_until_ms=held_until_ms,
            content=Content(texts={"de": RenderedText(title="Überschuss", message=f"Nachricht {sequence}")}),
        )
        stored, [delivery] = outgoing(notification, 6 * HOUR_MS, [THE_WEBHOOK])
        with self.store.write() as session:
            session.notifications.add_all([stored])
            session.outbox.add_all([delivery])
        return notification.id

    def statuses(self, customer_id: str) -> dict[str, str]:
        with self.store.read() as session:
            page = session.notifications.list_page(customer_id, None, ("PENDING", "DELIVERED", "FAILED"), None, 1000)
        return {notification.id: notification.status for notification in page}

    def attempts(self, notification_id: str) -> int:
        with self.store.read() as session:
            return len(session.outbox.list_attempts("a" * 24, delivery_id(notification_id)))

    async def all_delivered(self, customer_id: str) -> None:
        await until(lambda: set(self.statuses(customer_id).values()) == {"DELIVERED"})


async def until(holds) -> None:
    """Waits until the condition holds; fails after a minute."""
    async with asyncio.timeout(60):
        while not holds():  # noqa: ASYNC110 - what is waited for stands in the database
            await asyncio.sleep(0.005)


async def stopped(loop: DeliveryLoop, running: "asyncio.Task[None]") -> None:
    loop.stop()
    await asyncio.wait_for(running, 60)


@pytest.fixture
async def world(store):
    receiver = Receiver()
    serving: set[asyncio.Task] = set()

    async def serve(reader, writer):
        task = asyncio.current_task()
        serving.add(task)
        await receiver.serve(reader, writer)
        serving.discard(task)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    made = World(store, receiver)
    yield made
    await made.channel.aclose()
    server.close()
    for task in list(serving):
        task.cancel()
    await asyncio.gather(*serving, return_exceptions=True)


async def test_a_wake_up_brings_a_signed_notification_to_the_endpoint(world):
    customer_id, secret = world.add_customer("a", 1)
    loop = world.loop()
    reading, writing = open_wake_pipe()
    listener = WakeListener(reading, loop.look_now)
    running = asyncio.create_task(loop.run())

    notification_id = world.notify(customer_id)
    PipeWake(writing).wake()
    await world.all_delivered(customer_id)
    [(_, headers, body)] = world.receiver.requests
    assert body["id"] == notification_id
    assert body["notification"]["texts"]["de"]["message"] == "Nachricht 1"
    Webhook(secret).verify(headers["raw"], headers)
    await stopped(loop, running)
    listener.close()
    for end in (reading, writing):
        os.close(end)


async def test_without_a_wake_up_it_looks_by_itself(world):
    customer_id, _ = world.add_customer("a", 1)
    loop = world.loop(look_every_seconds=0.05)
    running = asyncio.create_task(loop.run())
    world.notify(customer_id)
    await world.all_delivered(customer_id)
    await stopped(loop, running)


async def test_a_held_notification_goes_out_at_its_time(world):
    customer_id, _ = world.add_customer("a", 1)
    held = world.notify(customer_id, held_until_ms=world.clock.at_ms + HOUR_MS)
    urgent = world.notify(customer_id)
    loop = world.loop()
    running = asyncio.create_task(loop.run())
    await until(lambda: world.statuses(customer_id) == {held: "PENDING", urgent: "DELIVERED"})
    assert world.receiver.ids("a") == [urgent]
    world.clock.at_ms += HOUR_MS
    loop.look_now()
    await world.all_delivered(customer_id)
    await stopped(loop, running)
    assert world.receiver.ids("a") == [urgent, held]


async def test_many_customers_and_buildings_each_once_and_in_order(world):
    customers = [world.add_customer(letter, 5)[0] for letter in "abc"]
    expected = {customer_id: [world.notify(customer_id, number % 5) for number in range(20)] for customer_id in customers}
    loop = world.loop()
    running = asyncio.create_task(loop.run())
    for customer_id in customers:
        await world.all_delivered(customer_id)
    await stopped(loop, running)
    for customer_id in customers:
        received = world.receiver.ids(customer_id[0])
        assert sorted(received) == sorted(expected[customer_id]), "each once"
        for building in range(5):
            of_building = expected[customer_id][building::5]
            assert [each for each in received if each in of_building] == of_building


async def test_a_retried_first_keeps_its_place_before_the_second(world):
    customer_id, _ = world.add_customer("a", 1)
    sent = [world.notify(customer_id) for _ in range(3)]
    world.receiver.statuses["a"] = [503, 500]
    loop = world.loop()
    running = asyncio.create_task(loop.run())
    for settled, pause_ms in ((1, 5_000), (2, 15_000)):
        await until(lambda settled=settled: world.attempts(sent[0]) == settled and not loop._unsettled)
        assert world.receiver.ids("a") == [sent[0]] * settled
        world.clock.at_ms += pause_ms
        loop.look_now()
    await world.all_delivered(customer_id)
    await stopped(loop, running)
    assert world.receiver.ids("a") == [sent[0], sent[0], *sent]


async def test_a_hanging_endpoint_keeps_only_its_own_customer_waiting(world):
    slow_id, _ = world.add_customer("a", 20)
    quick_id, _ = world.add_customer("b", 3)
    world.receiver.held["a"] = asyncio.Event()
    for building in range(20):
        world.notify(slow_id, building)
    loop = world.loop(at_once_per_channel=4)
    running = asyncio.create_task(loop.run())
    await until(lambda: world.receiver.under_way.get("a") == 4)

    for building in range(3):
        world.notify(quick_id, building)
    loop.look_now()
    await world.all_delivered(quick_id)
    assert world.receiver.under_way["a"] == 4, "no more at once than a customer may have"
    assert set(world.statuses(slow_id).values()) == {"PENDING"}

    world.receiver.held["a"].set()
    await world.all_delivered(slow_id)
    await stopped(loop, running)
    assert len(world.receiver.ids("a")) == 20


async def test_stopping_settles_what_is_under_way_and_begins_nothing_more(world):
    customer_id, _ = world.add_customer("a", 6)
    for building in range(6):
        world.notify(customer_id, building)
    world.receiver.held["a"] = asyncio.Event()
    loop = world.loop(at_once_per_channel=2)
    running = asyncio.create_task(loop.run())
    await until(lambda: world.receiver.under_way.get("a") == 2)
    loop.stop()
    world.receiver.held["a"].set()
    await asyncio.wait_for(running, 60)
    assert sorted(world.statuses(customer_id).values()) == ["DELIVERED"] * 2 + ["PENDING"] * 4

    world.clock.at_ms += LEASE_MS
    after = world.loop()
    running = asyncio.create_task(after.run())
    await world.all_delivered(customer_id)
    await stopped(after, running)
    assert len(world.receiver.ids("a")) == 6


async def test_a_process_that_dies_while_sending_loses_nothing_and_repeats_under_the_same_id(world):
    customer_id, _ = world.add_customer("a", 6)
    sent = [world.notify(customer_id, building) for building in range(6)]
    world.receiver.held["a"] = asyncio.Event()
    dying = asyncio.create_task(world.loop(at_once_per_channel=3).run())
    await until(lambda: world.receiver.under_way.get("a") == 3)
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    del world.receiver.held["a"]

    loop = world.loop()
    running = asyncio.create_task(loop.run())
    world.clock.at_ms += LEASE_MS
    loop.look_now()
    await world.all_delivered(customer_id)
    await stopped(loop, running)
    webhook_ids: dict[str, set[str]] = {}
    for _, headers, body in world.receiver.requests:
        webhook_ids.setdefault(body["id"], set()).add(headers["webhook-id"])
    assert sorted(webhook_ids) == sorted(sent)
    assert all(len(ids) == 1 for ids in webhook_ids.values()), "a receiver recognises the repeat"
    assert len(world.receiver.requests) == 6 + 3


async def test_a_fault_with_one_customer_leaves_the_others_alone(world):
    broken_id, _ = world.add_customer("a", 1)
    well_id, _ = world.add_customer("b", 1)
    with world.store.write() as session:
        url = world.receiver.url("a")
        session.endpoints.replace(Endpoint(customer_id=broken_id, url=url, signing_secret_sealed="of another key"))
    broken = world.notify(broken_id)
    world.notify(well_id)
    loop = world.loop()
    running = asyncio.create_task(loop.run())
    await world.all_delivered(well_id)
    await until(lambda: world.attempts(broken) == 1 and not loop._unsettled)
    assert world.statuses(broken_id) == {broken: "PENDING"}

    world.endpoints.rotate_signing_secret(broken_id, 0)
    world.clock.at_ms += LEASE_MS
    loop.look_now()
    await world.all_delivered(broken_id)
    await stopped(loop, running)


async def test_a_store_that_fails_ends_the_loop_loudly(world):
    class Failing(Deliveries):
        def lease(self, limit, lease_ms):
            raise OSError("disk gone")

    loop = DeliveryLoop(Failing(world.store, world.clock, world.work._packing), world.channel, world.clock, lambda: 0.5)
    with pytest.raises(ExceptionGroup) as raised:
        await asyncio.wait_for(loop.run(), 60)
    assert raised.group_contains(OSError, match="disk gone")
