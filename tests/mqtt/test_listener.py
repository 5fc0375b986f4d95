"""Events over MQTT as clients see it: what is stored, what is acknowledged and when, what is refused and in which words."""

import asyncio
import json

import aiomqtt
import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from tests.mqtt.conftest import TOPIC, World
from tests.mqtt.speaking import (
    CONNACK,
    DISCONNECT,
    PINGREQ,
    PINGRESP,
    PUBACK,
    SUBACK,
    UNSUBACK,
    connect,
    packet,
    publish,
    text,
)

from hearth.core.problems import Problem
from hearth.services.request_rates import RequestRates

V5, V311 = aiomqtt.ProtocolVersion.V5, aiomqtt.ProtocolVersion.V311
BAD_PASSWORD, NOT_AUTHORIZED, UNAVAILABLE, BUSY, STOPPING = 0x86, 0x87, 0x88, 0x89, 0x8B
TAKEN_OVER, TOPIC_INVALID, QUOTA, PAYLOAD_INVALID, QOS = 0x8E, 0x90, 0x97, 0x99, 0x9B


def reason_string(body: bytes) -> str:
    """Of an acknowledgement or a good-bye of MQTT 5: the text behind the property 31."""
    at = body.index(b"\x1f") + 1
    length = int.from_bytes(body[at : at + 2], "big")
    return body[at + 2 : at + 2 + length].decode()


@pytest.mark.parametrize("version", [V311, V5])
@pytest.mark.parametrize("qos", [0, 1])
async def test_numbers_and_events_are_stored(world_on_each: World, version, qos):
    world = world_on_each
    at = world.clock.now_ms() // 1_000
    async with world.client(version) as client:
        await client.publish(TOPIC, 230.5, qos=qos)
        await client.publish("events/home-1/boiler/WATER_TEMPERATURE", " 61\n", qos=qos)
        await client.publish(TOPIC, json.dumps({"value": 7, "timestamp": at - 60, "source": "GATEWAY"}), qos=qos)
        whole = {"customerBuildingId": "home-1", "deviceId": "meter-1", "type": "POWER_CONSUMPTION", "value": 8}
        await client.publish(TOPIC, json.dumps({**whole, "timestamp": at - 30, "customerId": world.customer}), qos=qos)
        await client.publish(TOPIC, "1", qos=1)  # acknowledged behind all of them
    power = [("meter-1", "POWER_CONSUMPTION", value) for value in (7, 8, 230.5, 1)]
    assert sorted(world.stored()) == sorted([*power, ("boiler", "WATER_TEMPERATURE", 61)])
    assert world.counted("events_accepted", kind="live") == 5


async def test_a_message_is_acknowledged_when_its_event_is_on_disk(world: World, monkeypatch):
    submit, is_held, may_go = world.live.submit, asyncio.Event(), asyncio.Event()

    async def held(*arguments):
        is_held.set()
        await may_go.wait()
        await submit(*arguments)

    monkeypatch.setattr(world.live, "submit", held)
    speaker = await world.connected()
    await speaker.say(publish(TOPIC, "1", 5), PINGREQ)
    await is_held.wait()
    answer = asyncio.ensure_future(speaker.hear())
    done, _ = await asyncio.wait([answer], timeout=0.1)
    assert not done
    may_go.set()
    said = await answer
    assert said is not None
    assert (said.kind, said.packet_id, said.reason, world.values()) == (PUBACK, 5, 0, [1])
    pong = await speaker.hear()
    assert pong is not None
    assert pong.kind == PINGRESP


async def test_what_arrives_together_is_stored_together_in_order_without_what_is_wrong(world: World, monkeypatch):
    groups, submit = [], world.live.submit

    async def counted(customer_id, kind, columns, received_at_ms):
        groups.append(list(columns.values))
        await submit(customer_id, kind, columns, received_at_ms)

    monkeypatch.setattr(world.live, "submit", counted)
    start = world.clock.now_ms() // 1_000 - 1_000
    speaker = await world.connected()
    bodies = [json.dumps({"value": number, "timestamp": start + number}) for number in range(100)]
    bodies[40], bodies[60] = "NaN", json.dumps({"value": 60, "timestamp": start + 100_000})
    bodies[70] = json.dumps({"value": 70, "timestamp": start, "customerId": "f" * 24})
    await speaker.say(*(publish(TOPIC, body, number + 1) for number, body in enumerate(bodies)))
    said = [await speaker.hear() for _ in bodies]
    assert [each.packet_id for each in said if each is not None] == list(range(1, 101))
    assert {each.packet_id - 1: each.reason for each in said if each is not None and each.reason} == {
        40: PAYLOAD_INVALID,
        60: PAYLOAD_INVALID,
        70: NOT_AUTHORIZED,
    }
    good = [float(number) for number in range(100) if number not in (40, 60, 70)]
    assert world.values() == good
    assert [value for group in groups for value in group] == good
    assert len(groups) < 50
    assert world.counted("events_refused", kind="live", reason="malformed") == 1
    assert world.counted("events_refused", kind="live", reason="invalid") == 1
    assert world.counted("events_refused", kind="live", reason="forbidden") == 1


async def test_values_without_a_time_are_each_kept_though_the_clock_stands_still(world_on_each: World):
    world = world_on_each
    first, second = await world.connected(client_id="first"), await world.connected(client_id="second")
    said = []
    for speaker, values in ((first, (10, 11, 12, 12)), (second, (20,)), (first, (13, 12))):
        await speaker.say(*(publish(TOPIC, str(value), number + 1) for number, value in enumerate(values)))
        said += [await speaker.hear() for _ in values]
    assert [(each.kind, each.reason) for each in said if each is not None] == [(PUBACK, 0)] * 7
    assert world.values() == [10, 11, 12, 12, 20, 13, 12]
    world.clock.advance(seconds=-3_600)  # set back: what comes now is not of the hour that is ahead again
    await first.say(publish(TOPIC, "1"))
    await first.hear()
    assert world.values() == [1, 10, 11, 12, 12, 20, 13, 12]


WRONG = [
    ("events/home-1/meter-1", "1", TOPIC_INVALID, "topic: the topic is events/{customerBuildingId}/{deviceId}/{type}"),
    ("/events/home-1/meter-1/POWER_CONSUMPTION", "1", TOPIC_INVALID, "topic: the topic is"),
    ("homes/home-1/meter-1/POWER_CONSUMPTION", "1", TOPIC_INVALID, "topic: the topic is"),
    ("events/home-9/meter-1/POWER_CONSUMPTION", "1", TOPIC_INVALID, "customerBuildingId: there is no building 'home-9'"),
    ("events/home-2/meter-1/POWER_CONSUMPTION", "1", TOPIC_INVALID, "customerBuildingId: there is no building 'home-2'"),
    ("events/home-1/meter-1/POWER_CONSUMTION", "1", TOPIC_INVALID, "did you mean POWER_CONSUMPTION?"),
    ("events/home-1/m/POWER_CONSUMPTION", "1", TOPIC_INVALID, "deviceId: must be 3 to 64 characters"),
    (TOPIC, "", PAYLOAD_INVALID, "The body is neither a number nor an event"),
    (TOPIC, "warm", PAYLOAD_INVALID, "The body is neither a number nor an event"),
    (TOPIC, "NaN", PAYLOAD_INVALID, "NaN and Infinity are not JSON"),
    (TOPIC, "1e999", PAYLOAD_INVALID, "value: must be a finite number"),
    (TOPIC, "true", PAYLOAD_INVALID, "such as 230.5"),
    (TOPIC, "[1]", PAYLOAD_INVALID, "such as 230.5"),
    (TOPIC, b"\xff\xfe", PAYLOAD_INVALID, "The body is neither a number nor an event"),
    (TOPIC, "[" * 9_000, PAYLOAD_INVALID, "The body is neither a number nor an event"),
    (TOPIC, "{}", PAYLOAD_INVALID, "value"),
    (TOPIC, '{"value": "1"}', PAYLOAD_INVALID, "value: expected `float`, got `str`"),
    (TOPIC, '{"value": 1, "timestmp": 5}', PAYLOAD_INVALID, "did you mean 'timestamp'?"),
    (
        TOPIC,
        '{"value": 1, "customerBuildingId": "home-2"}',
        TOPIC_INVALID,
        "the topic says 'home-1'; say the same, or leave it out",
    ),
    (TOPIC, '{"value": 1, "timestamp": 99999999999}', PAYLOAD_INVALID, "check the sender's clock"),
    (TOPIC, '{"value": 1, "customerId": "ffffffffffffffffffffffff"}', NOT_AUTHORIZED, "customerId"),
]


async def test_what_is_wrong_is_told_and_the_connection_goes_on(world: World):
    speaker = await world.connected()
    for number, (topic, body, reason, words) in enumerate(WRONG):
        await speaker.say(publish(topic, body, 1), publish(f"events/home-1/meter-{number}/POWER_CONSUMPTION", "5", 2))
        refused, taken = await speaker.hear(), await speaker.hear()
        assert refused is not None
        assert (refused.kind, refused.packet_id, refused.reason) == (PUBACK, 1, reason), (topic, body)
        assert words in reason_string(refused.body)
        assert taken is not None
        assert (taken.kind, taken.packet_id, taken.reason) == (PUBACK, 2, 0)
    assert world.values() == [5] * len(WRONG)
    assert world.stored(world.other) == world.stored(world.other, "home-2") == []


async def test_under_3_1_1_what_is_wrong_is_acknowledged_and_dropped(world: World):
    async with world.client(V311) as client:
        await client.publish("nowhere", 1, qos=1)
        await client.publish(TOPIC, 2, qos=1)
    assert world.values() == [2]


async def test_the_building_is_that_of_the_tokens_customer(world: World):
    async with world.client(V311, world.other_token) as client:
        await client.publish(TOPIC, 77, qos=1)
    async with world.client(V311) as client:
        await client.publish(TOPIC, 11, qos=1)
    assert (world.values(), world.stored(world.other)) == ([11], [("meter-1", "POWER_CONSUMPTION", 77)])


CODES = {4: (4, 5, 3), 5: (BAD_PASSWORD, NOT_AUTHORIZED, UNAVAILABLE)}


async def test_who_may_not_connect_is_told_why(world: World):
    async def told(token: str | None, version: int) -> list[int]:
        speaker = await world.speaker()
        await speaker.say(connect(token, version))
        said = await speaker.heard()
        assert all(each.kind == CONNACK and (version == 4 or reason_string(each.body)) for each in said)
        return [each.reason for each in said]

    client_id, secret = world.access.create_client(world.customer, scopes=("read:events", "write:buildings"))
    reading = world.access.issue_token(client_id, secret, None, "127.0.0.1").access_token
    revoked_id, secret = world.access.create_client(world.customer)
    revoked = world.access.issue_token(revoked_id, secret, None, "127.0.0.1").access_token
    world.access.revoke_client(world.customer, revoked_id)
    head, claims, signature = world.token.split(".")
    forged = f"{head}.{claims}.{signature[::-1]}"
    for version, (bad, forbidden, unavailable) in CODES.items():
        for token in (None, "", "t0ken", "tökén", forged, revoked):
            assert await told(token, version) == [bad], token
        assert await told(reading, version) == [forbidden]
        world.not_ready = "The platform is starting."
        assert await told(world.token, version) == [unavailable]
        world.not_ready = None
    world.clock.advance(seconds=86_400)
    assert await told(world.token, 5) == [BAD_PASSWORD]
    assert world.counted("mqtt_refused_connections", reason="bad_password") == 13
    assert world.counted("mqtt_refused_connections", reason="not_authorized") == 2
    assert world.values() == []


async def test_a_connection_ends_with_its_token(world: World):
    idle, busy = await world.connected(client_id="idle"), await world.connected(client_id="busy")
    world.clock.advance(seconds=86_399.8)
    last = await world.connected(client_id="last")  # told by the timer, without sending anything
    said = await last.heard()
    assert [(each.kind, each.reason) for each in said] == [(DISCONNECT, NOT_AUTHORIZED)]
    assert "expired" in reason_string(said[0].body)
    world.clock.advance(seconds=1)
    await busy.say(publish(TOPIC, "1"))
    assert [(each.kind, each.reason) for each in await busy.heard()] == [(DISCONNECT, NOT_AUTHORIZED)]
    assert world.values() == []
    idle.close()


async def test_a_revoked_clients_connection_ends_with_its_next_message(world: World):
    client_id, secret = world.access.create_client(world.customer)
    speaker = await world.connected(world.access.issue_token(client_id, secret, None, "127.0.0.1").access_token)
    world.access.revoke_client(world.customer, client_id)
    await speaker.say(publish(TOPIC, "1"))
    said = await speaker.heard()
    assert [(each.kind, each.reason) for each in said] == [(DISCONNECT, NOT_AUTHORIZED)]
    assert (world.values(), "revoked" in reason_string(said[0].body)) == ([], True)


@pytest.mark.parametrize("version", [4, 5])
async def test_what_cannot_be_kept_is_not_acknowledged(world: World, monkeypatch, version):
    async def full(*_arguments):
        raise Problem("unavailable", "The platform cannot take events at present; send them again.", retry_after_seconds=2)

    speaker = await world.connected(version=version)
    monkeypatch.setattr(world.live, "submit", full)
    await speaker.say(publish(TOPIC, "1", version=version))
    said = await speaker.heard()
    assert [(each.kind, each.reason) for each in said] == ([(DISCONNECT, BUSY)] if version == 5 else [])


@pytest.mark.parametrize("version", [mqtt.MQTTv311, mqtt.MQTTv5])
async def test_a_client_sends_again_what_was_not_acknowledged(world: World, monkeypatch, version):
    submit, refusals = world.live.submit, iter([True])

    async def full_at_first(*arguments):
        if next(refusals, False):
            raise Problem("unavailable", "The platform cannot take events at present; send them again.", retry_after_seconds=2)
        await submit(*arguments)

    monkeypatch.setattr(world.live, "submit", full_at_first)
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="gateway", protocol=version)
    client.username_pw_set("any", world.token)
    await asyncio.to_thread(client.connect, "127.0.0.1", world.listeners[0].port)
    client.loop_start()
    try:
        message = client.publish(TOPIC, 1, qos=1)
        await asyncio.to_thread(message.wait_for_publish, 30)
    finally:
        client.disconnect()
        await asyncio.to_thread(client.loop_stop)
    assert (world.values(), next(refusals, None)) == ([1], None)


async def test_the_rate_of_the_customer_counts(world: World):
    limited = await world.listen(rates=RequestRates(most_event_requests=3))
    new = await world.connected(listener=limited, client_id="new")
    old = await world.connected(version=4, listener=limited, client_id="old")
    await new.say(publish(TOPIC, "1", 1), publish("events/home-1/meter-2/POWER_CONSUMPTION", "2", 2))
    first, second = await new.hear(), await new.hear()
    assert first is not None
    assert second is not None
    assert (first.reason, second.reason) == (0, QUOTA)
    assert "More than 3 requests in a minute" in reason_string(second.body)
    await old.say(publish(TOPIC, "3", version=4))
    assert await old.heard() == []  # not acknowledged, so it is sent again
    third = await world.speaker(limited)
    await third.say(connect(world.token, 5))
    assert [(each.kind, each.reason) for each in await third.heard()] == [(CONNACK, QUOTA)]
    await world.connected(world.other_token, listener=limited)
    world.clock.advance(seconds=60)
    await new.say(publish(TOPIC, "4", 3))
    again = await new.hear()
    assert again is not None
    assert (again.reason, world.values()) == (0, [1, 4])


async def test_the_rate_of_a_building_counts(world: World):
    speaker = await world.connected()
    at = world.clock.now_ms() // 1_000 - 3_000
    await speaker.say(*(publish(TOPIC, f'{{"value": {n}, "timestamp": {at + n}}}', n) for n in range(1, 2_002)))
    said = [await speaker.hear() for _ in range(2_001)]
    assert sum(each is not None and each.reason == 0 for each in said) == len(world.values())
    assert {each.reason for each in said if each is not None} == {0, QUOTA}


async def test_one_series_too_many_costs_the_others_nothing(world_on_each: World, monkeypatch):
    world = world_on_each
    monkeypatch.setattr(world.intake, "_most_series", 2)
    speaker = await world.connected()
    await speaker.say(publish(TOPIC, "1", 1))
    first = await speaker.hear()
    wild = [publish(f"events/home-1/wild-{number}/POWER_CONSUMPTION", str(number), number) for number in (8, 9)]
    await speaker.say(*wild, publish(TOPIC, f'{{"value": 2, "deviceName": "Meter", "timestamp": {world.clock.now_ms() + 1}}}', 2))
    said = [each for each in (first, *[await speaker.hear() for _ in range(3)]) if each is not None]
    assert [(each.packet_id, each.reason) for each in said] == [(1, 0), (8, 0), (9, TOPIC_INVALID), (2, 0)]
    assert "the building has 1 series" in reason_string(said[2].body)
    assert sorted(world.values()) == [1, 2, 8]


async def test_nothing_is_subscribed(world: World):
    for version, refused in ((4, 0x80), (5, NOT_AUTHORIZED)):
        speaker = await world.connected(version=version, client_id=f"v{version}")
        empty = b"" if version == 4 else b"\0"
        topics = text("events/#") + b"\x01" + text("$SYS/#") + b"\x00"
        await speaker.say(packet(0x82, b"\x00\x09" + empty + topics), packet(0xA2, b"\x00\x0a" + empty + text("events/#")))
        subscribed, unsubscribed = await speaker.hear(), await speaker.hear()
        assert subscribed is not None
        assert unsubscribed is not None
        assert (subscribed.kind, subscribed.body) == (SUBACK, b"\x00\x09" + empty + bytes((refused, refused)))
        assert (unsubscribed.kind, unsubscribed.packet_id) == (UNSUBACK, 10)


BROKEN = [
    (publish(TOPIC, "1", qos=2), QOS),
    (publish(TOPIC, b"1" * 17_000), 0x95),
    (publish(TOPIC, "1", qos=3), 0x81),
    (publish(TOPIC, "1", packet_id=0), 0x81),
    (connect("again"), 0x82),
    (packet(0xF0, b"\x19\x00"), 0x82),
    (packet(0x62, b"\x00\x01"), 0x82),
    (packet(0x82, b"\x00\x01\x00"), 0x81),
]


async def test_who_breaks_the_protocol_is_told_and_goes_after_what_was_right(world: World):
    for number, (sent, reason) in enumerate(BROKEN):
        speaker = await world.connected()
        await speaker.say(publish(f"events/home-1/meter-{number}/POWER_CONSUMPTION", "1", 1), sent)
        said = await speaker.heard()
        assert [(each.kind, each.reason) for each in said] == [(PUBACK, 0), (DISCONNECT, reason)], sent[:20]
    assert world.values() == [1] * len(BROKEN)


async def test_a_will_and_retained_messages_do_no_harm(world: World):
    will = aiomqtt.Will(TOPIC, 9, qos=1, retain=True)
    port = world.listeners[0].port
    async with aiomqtt.Client("127.0.0.1", port, username="u", password=world.token, will=will, timeout=60) as client:
        await client.publish(TOPIC, 1, qos=1, retain=True)
    speaker = await world.speaker()
    flags = 0x04 | 0x10 | 0x80 | 0x40 | 0x02
    head = text("MQTT") + bytes((5, flags)) + b"\x00\x0a\x00" + text("d") + b"\x00" + text("t") + text("gone")
    await speaker.say(packet(0x10, head + text("u") + text(world.token)))
    assert [(each.kind, each.reason) for each in await speaker.heard()] == [(CONNACK, QOS)]
    assert world.values() == [1]


async def test_who_does_not_begin_with_a_connect_hears_nothing(world: World):
    hasty = await world.listen(connect_seconds=0.2)
    for sent in [b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00", PINGREQ, publish(TOPIC, "1")]:
        speaker = await world.speaker(hasty)
        await speaker.say(sent)
        assert await speaker.heard() == []


async def test_other_versions_are_told_so(world: World):
    speaker = await world.speaker()
    await speaker.say(packet(0x10, text("MQIsdp") + b"\x03\x02\x00\x0a" + text("d")))
    assert [each.body for each in await speaker.heard()] == [b"\x00\x01"]


async def test_who_is_silent_is_let_go(world: World):
    quick = await world.listen(connect_seconds=1)
    assert await (await world.speaker(quick)).heard() == []
    slow = await world.connected(keep_alive=1)
    assert [(each.kind, each.reason) for each in await slow.heard()] == [(DISCONNECT, 0x8D)]


async def test_a_client_identifier_is_one_connection_of_its_customer(world: World):
    first, other = await world.connected(client_id="same"), await world.connected(world.other_token, client_id="same")
    assert world.counted("mqtt_connections") == 2
    second = await world.connected(client_id="same")
    assert [(each.kind, each.reason) for each in await first.heard()] == [(DISCONNECT, TAKEN_OVER)]
    for speaker in (second, other):
        await speaker.say(publish(TOPIC, "1"))
        said = await speaker.hear()
        assert said is not None
        assert (said.kind, said.reason) == (PUBACK, 0)
    assert world.counted("mqtt_connections") == 2


async def test_a_client_without_an_identifier_is_given_one(world: World):
    speaker = await world.speaker()
    await speaker.say(connect(world.token, 5, client_id=""))
    said = await speaker.hear()
    assert said is not None
    given = Properties(PacketTypes.CONNACK)
    given.unpack(said.body[2:])
    assert (len(given.AssignedClientIdentifier), given.MaximumQoS, given.MaximumPacketSize) == (24, 1, 16_384)
    kept = await world.speaker()
    await kept.say(packet(0x10, text("MQTT") + b"\x04\xc0\x00\x0a" + text("") + text("u") + text(world.token)))
    assert [each.body for each in await kept.heard()] == [b"\x00\x02"]


async def test_places_are_limited_and_given_back(world: World):
    small = await world.listen(connections=3, customer_connections=2)
    first, _ = await world.connected(listener=small, client_id="a"), await world.connected(listener=small, client_id="b")
    third = await world.speaker(small)
    await third.say(connect(world.token, client_id="c"))
    said = await third.heard()
    assert [(each.kind, each.reason) for each in said] == [(CONNACK, QUOTA)]
    assert "2 connections already" in reason_string(said[0].body)
    other = await world.connected(world.other_token, listener=small)
    assert await (await world.speaker(small)).heard() == []
    await first.say(b"\xe0\x00")
    assert await first.heard() == []
    await world.connected(listener=small, client_id="c")
    other.close()


async def test_a_stop_lets_clients_go_once_they_are_answered(world: World):
    listener = await world.listen()
    port = listener.port
    speaker = await world.connected(listener=listener)
    await speaker.say(publish(TOPIC, "1"))
    acknowledged = await speaker.hear()
    await listener.stop()
    assert acknowledged is not None
    assert [(each.kind, each.reason) for each in [acknowledged, *await speaker.heard()]] == [(PUBACK, 0), (DISCONNECT, STOPPING)]
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", port)
