"""Bytes and packets: what a client may send is read, anything else is told apart without harm, whatever it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.mqtt.speaking import connect, packet, publish, text

from hearth.mqtt.packets import (
    MOST_PACKET_BYTES,
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
    split,
)


def only(data: bytes) -> Packet:
    buffer = bytearray(data)
    (found,) = split(buffer)
    assert not buffer
    return found


def test_packets_are_found_however_the_bytes_arrive():
    data = connect("t0ken") + publish("events/a/b/c", "1") * 3 + b"\xc0\x00"
    buffer, kinds = bytearray(), []
    for byte in data:
        buffer.append(byte)
        kinds += [each.kind for each in split(buffer)]
    assert kinds == [Kind.CONNECT, *[Kind.PUBLISH] * 3, Kind.PINGREQ]
    assert not buffer


def test_a_packet_over_the_limit_is_refused_by_its_length_alone():
    with pytest.raises(BrokenPacketError) as refused:
        list(split(bytearray(b"\x30\xff\xff\x7f")))
    assert refused.value.reason == Reason.PACKET_TOO_LARGE
    assert only(publish("t", b"x" * (MOST_PACKET_BYTES - 10))).kind == Kind.PUBLISH
    with pytest.raises(BrokenPacketError):
        list(split(bytearray(b"\x30\xff\xff\xff\xff")))


@pytest.mark.parametrize("version", [4, 5])
def test_a_connect_is_read(version):
    read = read_connect(only(connect("t0ken", version, "dev", 30)))
    assert (read.version, read.client_id, read.password, read.keep_alive_seconds) == (version, "dev", b"t0ken", 30)


def test_a_connect_with_properties_and_a_will_is_read():
    properties = b"\x27\x00\x00\x01\x00" + b"\x17\x00" + b"\x15" + text("PLAIN")  # largest packet, no reasons, a method
    flags = 0x04 | 0x08 | 0x80 | 0x40
    head = text("MQTT") + bytes((5, flags)) + b"\x00\x0a" + bytes((len(properties),)) + properties
    read = read_connect(only(packet(0x10, head + text("") + b"\x00" + text("will/topic") + text("gone") + text("u") + text("p"))))
    assert (read.most_bytes, read.wants_reasons, read.authentication_method) == (256, False, "PLAIN")
    assert (read.will_qos, read.client_id, read.password, read.clean_start) == (1, "", b"p", False)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (packet(0x10, text("MQIsdp") + b"\x03\x02\x00\x0a" + text("d")), Reason.UNSUPPORTED_VERSION),
        (packet(0x10, text("MQTT") + b"\x06\x02\x00\x0a\x00" + text("d")), Reason.UNSUPPORTED_VERSION),
        (packet(0x10, text("MQTT") + b"\x04\x03\x00\x0a" + text("d")), Reason.MALFORMED_PACKET),  # a reserved flag
        (packet(0x10, text("MQTT") + b"\x04\x02\x00\x0a" + text(b"\xff")), Reason.MALFORMED_PACKET),
        (packet(0x10, text("MQTT") + b"\x04\x02\x00\x0a" + text("d") + b"more"), Reason.MALFORMED_PACKET),
        (packet(0x10, text("MQTT") + b"\x05\x02\x00\x0a\x01\x7f" + text("d")), Reason.MALFORMED_PACKET),  # no such property
        (packet(0x10, text("MQTT") + b"\x05\x02\x00\x0a\xff\x3f"), Reason.MALFORMED_PACKET),
        (
            packet(0x10, text("MQTT") + b"\x05\x02\x00\x0a\x81\x10" + (b"\x26" + text("a") + text("b")) * 300),
            Reason.PACKET_TOO_LARGE,
        ),
    ],
)
def test_a_broken_connect_is_told(data, reason):
    with pytest.raises(BrokenPacketError) as refused:
        read_connect(only(data))
    assert refused.value.reason == reason


def test_a_message_is_read_past_its_properties():
    properties = b"\x09" + b"\x01\x01" + b"\x26" + text("a") + text("b")[:3]
    data = packet(0x32, text("events/a") + b"\x00\x07" + bytes((len(properties) - 1,)) + properties[1:] + b"42")
    assert read_publish(only(data), 5) == Publish("events/a", b"42", 1, 7)
    assert read_publish(only(publish("t", "1", version=4, qos=0)), 4) == Publish("t", b"1", 0, 0)


@pytest.mark.parametrize(
    "data",
    [packet(0x36, text("t") + b"\x00\x01\x00"), packet(0x32, text("t") + b"\x00\x00\x00"), packet(0x32, text("a\0") + b"\0\1\0")],
)
def test_a_broken_message_is_told(data):
    with pytest.raises(BrokenPacketError):
        read_publish(only(data), 5)


def test_sentences_are_said_only_to_whom_wants_them_and_where_they_fit():
    client = Connect(version=5, client_id="d", keep_alive_seconds=0, password=None, clean_start=True)
    said = Writer(client).puback(7, Reason.QUOTA_EXCEEDED, "wait")
    assert said == b"\x40\x0b\x00\x07\x97\x07\x1f" + text("wait")
    small = Connect(version=5, client_id="d", keep_alive_seconds=0, password=None, clean_start=True, most_bytes=10)
    silent = Connect(version=5, client_id="d", keep_alive_seconds=0, password=None, clean_start=True, wants_reasons=False)
    assert Writer(small).puback(7, Reason.QUOTA_EXCEEDED, "wait") == b"\x40\x04\x00\x07\x97\x00"
    assert Writer(silent).puback(7, Reason.QUOTA_EXCEEDED, "wait") == b"\x40\x04\x00\x07\x97\x00"
    old = Connect(version=4, client_id="d", keep_alive_seconds=0, password=None, clean_start=True)
    assert Writer(old).puback(7, Reason.QUOTA_EXCEEDED, "wait") == b"\x40\x02\x00\x07"
    assert Writer(old).connack(Reason.QUOTA_EXCEEDED, "wait") == b"\x20\x02\x00\x03"
    assert Writer(old).disconnect(Reason.SERVER_BUSY, "wait") == b""


@given(st.binary(max_size=300), st.sampled_from([4, 5]))
def test_no_bytes_raise_anything_else(data, version):
    whole = connect("t0ken", version)
    for candidate in (
        data,
        whole[: len(data) % len(whole)] + data,
        packet(0x10, whole[2:20] + data),
        packet(0x32, data),
        packet(0x82, data),
    ):
        try:
            for each in split(bytearray(candidate)):
                for read in (read_connect, lambda it: read_publish(it, version), lambda it: read_topics(it, version)):
                    try:
                        read(each)
                    except BrokenPacketError:
                        continue
        except BrokenPacketError:
            continue


@given(st.data())
def test_no_properties_raise_anything_else(data):
    block = data.draw(st.binary(max_size=120))
    head = text("MQTT") + b"\x05\x02\x00\x0a" + bytes((len(block),)) + block
    try:
        read_connect(only(packet(0x10, head + text("d"))))
    except BrokenPacketError:
        return
