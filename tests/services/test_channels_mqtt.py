"""Notifications published to a real broker (Mosquitto): acknowledged, over TLS, and refused."""

import asyncio
import json
import socket

import aiomqtt
import pytest
from msgspec.structs import replace
from tests.broker import CLOSED_TOPIC, PASSWORD, USER, broker
from tests.services.test_channels import A, World, assert_is_left

from hearth.connectors.addresses import AddressGuard
from hearth.connectors.mqtt_channel import MqttChannel
from hearth.core.problems import Problem
from hearth.delivery.parcels import MqttParcel
from hearth.domain.channels import Mqtt


@pytest.fixture(scope="module")
def mosquitto(tmp_path_factory):
    with broker(tmp_path_factory.mktemp("broker")) as running:
        yield running


@pytest.fixture
def world(sqlite_store):
    made = World(sqlite_store)
    made.add_home("anna", "bert")
    return made


def way_to(mosquitto, **changes) -> Mqtt:
    return replace(Mqtt(host="127.0.0.1", port=mosquitto.port, security="none", user=USER, topic="homes/told"), **changes)


def received(mosquitto, topic: str, act) -> list[aiomqtt.Message]:
    """What a subscriber of the topic hears while `act` runs in another thread."""

    async def listen():
        signing_in = {"username": USER, "password": PASSWORD, "protocol": aiomqtt.ProtocolVersion.V5}
        async with aiomqtt.Client("127.0.0.1", mosquitto.port, timeout=60, **signing_in) as client:
            await client.subscribe(topic, qos=1)
            await client.subscribe("homes/end", qos=1)
            await asyncio.to_thread(act)
            await client.publish("homes/end", b"", qos=1)
            heard = []
            async for message in client.messages:
                if message.topic.matches("homes/end"):
                    break
                heard.append(message)
            return heard

    return asyncio.run(listen())


def test_a_notification_is_published_to_each_users_topic(world, mosquitto):
    way = way_to(mosquitto, topic="homes/{customerBuildingId}/{userId}/advice")
    world.channels.add(A, "Broker", way, PASSWORD)
    told = world.tell("anna", "bert")
    answers = []
    messages = received(mosquitto, "homes/+/+/advice", lambda: answers.extend(world.deliver_all(world.carriers())))
    assert [(answer.verdict, answer.error) for answer in answers] == [("delivered", None)] * 2
    assert world.status(told) == "DELIVERED"
    by_topic = {str(message.topic): message for message in messages}
    assert set(by_topic) == {"homes/home/anna/advice", "homes/home/bert/advice"}
    message = by_topic["homes/home/anna/advice"]
    body = json.loads(message.payload)
    assert (body["id"], body["userIds"], body["notification"]["texts"]["de"]["title"]) == (told, ["anna"], "Viel Sonne")
    assert message.qos == 1
    assert message.properties.ContentType == "application/json"
    assert dict(message.properties.UserProperty)["webhook-id"]
    assert 21_590 <= message.properties.MessageExpiryInterval <= 21_600
    with world.store.read() as session:
        [attempt, _] = session.outbox.list_attempts_of_notification(A, told)
    assert (attempt.is_failed, attempt.status_code) == (False, None)


def test_a_test_goes_the_same_way(world, mosquitto):
    channel = world.channels.add(A, "Broker", way_to(mosquitto), PASSWORD)
    attempts = []
    messages = received(mosquitto, "homes/told", lambda: attempts.append(world.send_test(channel.id, world.carriers())))
    assert not attempts[0].is_failed
    assert json.loads(messages[0].payload)["test"] is True


@pytest.mark.parametrize(
    ("changes", "password", "said"),
    [
        ({}, "wrong words", "(Not authorized)"),
        ({"topic": CLOSED_TOPIC}, PASSWORD, "(Not authorized)"),
        ({"port": 1}, PASSWORD, "no connection to the broker"),
    ],
)
def test_what_a_broker_refuses_is_told_and_tried_again(world, mosquitto, changes, password, said):
    channel = world.channels.add(A, "Broker", way_to(mosquitto, **changes), password)
    told = world.tell()
    [answer] = world.deliver_all(world.carriers())
    assert (answer.verdict, world.status(told)) == ("retry", "PENDING")
    assert said in answer.error
    assert "words" not in answer.error
    assert world.send_test(channel.id, world.carriers()).is_failed


def deliver(world, mosquitto, way: Mqtt, resolve=None, **options):
    channel = replace(world.channels.add(A, "Broker", way, PASSWORD if way.user else None))
    parcel = MqttParcel(channel, "d1", "homes/told", b"{}", world.clock.at_ms + 1000)
    guard = AddressGuard(["127.0.0.0/8"], resolve)
    return asyncio.run(MqttChannel(world.sealer, world.clock, guard, **options).deliver(parcel))


def test_tls_is_for_the_name_and_the_certificate_is_checked(world, mosquitto):
    encrypted = way_to(mosquitto, host="localhost", port=mosquitto.tls_port, security="tls")
    trusted = str(mosquitto.certificate)
    assert deliver(world, mosquitto, encrypted, trusted=trusted).verdict == "delivered"
    wrong_name = deliver(world, mosquitto, replace(encrypted, host="127.0.0.1"), trusted=trusted)
    untrusted = deliver(world, mosquitto, encrypted)
    for answer in (wrong_name, untrusted):
        assert (answer.verdict, answer.error) == ("retry", "the broker's TLS certificate cannot be trusted")


def test_the_next_address_is_tried_and_a_name_that_leads_nowhere_is_told(world, mosquitto):
    async def two(_host, _port):
        return ["127.0.0.9", "127.0.0.1"]

    encrypted = way_to(mosquitto, host="localhost", port=mosquitto.tls_port, security="tls")
    assert deliver(world, mosquitto, encrypted, two, trusted=str(mosquitto.certificate)).verdict == "delivered"

    async def none(_host, _port):
        raise socket.gaierror("no such name")

    nowhere = deliver(world, mosquitto, replace(encrypted, host="broker.invalid"), none)
    assert (nowhere.verdict, nowhere.error) == ("retry", "the name broker.invalid cannot be resolved")


def test_a_broker_that_hangs_ends_in_time_and_keeps_no_connection(world, mosquitto):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        way = way_to(mosquitto, port=silent.getsockname()[1])
        answer = deliver(world, mosquitto, way, total_seconds=1.5)
        assert (answer.verdict, answer.error) == ("retry", "the broker did not answer within 1.5 s")
        assert_is_left(silent)


def test_a_private_broker_is_refused_unless_allowed(world, mosquitto):
    channel = world.channels.add(A, "Broker", way_to(mosquitto), PASSWORD)
    parcel = MqttParcel(channel, "d1", "homes/told", b"{}", world.clock.at_ms + 1000)
    answer = asyncio.run(MqttChannel(world.sealer, world.clock, AddressGuard()).deliver(parcel))
    assert "does not lead to a public address" in answer.error


@pytest.mark.parametrize("topic", ["", "homes/#", "homes/+/x", "$SYS/x", "homes/{building}", "homes/{", "x" * 201])
def test_only_a_topic_to_publish_to_is_taken(world, topic):
    with pytest.raises(Problem) as refused:
        world.channels.add(A, "Broker", Mqtt(host="mqtt.example.com", topic=topic))
    assert refused.value.errors[0].pointer == "/way/topic"
