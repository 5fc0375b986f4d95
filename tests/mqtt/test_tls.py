"""MQTT over TLS: a certificate that clients check, and that is renewed while the listener runs."""

import asyncio
import errno
import os
import shutil
import socket
import ssl
import time

import aiomqtt
import pytest
from structlog.testing import capture_logs
from tests.broker import certificate
from tests.mqtt.conftest import TOPIC, World

from hearth.bootstrap import Settings, open_mqtt_certificate
from hearth.connectors.server_certificate import ServerCertificate
from hearth.core.problems import Problem


async def published(world: World, port: int, trusted: str) -> None:
    context = ssl.create_default_context(cafile=trusted)
    async with aiomqtt.Client("localhost", port, username="u", password=world.token, tls_context=context, timeout=60) as client:
        await client.publish(TOPIC, 1, qos=1)


async def test_events_over_tls_and_a_renewed_certificate(world: World, tmp_path):
    folders = [tmp_path / name for name in ("first", "second")]
    for folder in folders:
        folder.mkdir()
    (first, first_key), (second, second_key) = (certificate(folder) for folder in folders)
    used, used_key = tmp_path / "used.pem", tmp_path / "used-key.pem"
    shutil.copy(first, used)
    shutil.copy(first_key, used_key)
    listener = await world.listen(tls=ServerCertificate(str(used), str(used_key)).context)
    await published(world, listener.port, str(first))
    with pytest.raises(aiomqtt.MqttError):
        await published(world, listener.port, str(second))
    shutil.copy(second, used)  # half renewed: the one before stays
    os.utime(used, (time.time() + 5, time.time() + 5))
    await published(world, listener.port, str(first))
    shutil.copy(second_key, used_key)
    os.utime(used_key, (time.time() + 9, time.time() + 9))
    await published(world, listener.port, str(second))
    assert world.values() == [1, 1, 1]  # one of each connection that was trusted


async def test_a_file_that_is_missing_is_told_once(world: World, tmp_path):
    cert, key = certificate(tmp_path)
    trusted = shutil.copy(cert, tmp_path / "trusted.pem")
    listener = await world.listen(tls=ServerCertificate(str(cert), str(key)).context)
    kept = key.read_bytes()
    key.unlink()
    with capture_logs() as logs:
        for _ in range(3):
            await published(world, listener.port, str(trusted))
        key.write_bytes(kept)
        await published(world, listener.port, str(trusted))
    told = [each["event"] for each in logs if "certificate" in each["event"]]
    assert told == ["a new certificate cannot be used; the one before stays", "the certificate was read anew"]


async def test_a_client_that_breaks_off_is_no_failure_of_ours(world: World, tmp_path):
    cert, key = certificate(tmp_path)
    listener = await world.listen(tls=ServerCertificate(str(cert), str(key)).context)
    trusted = ssl.create_default_context(cafile=cert)

    def break_tls() -> None:
        with socket.create_connection(("127.0.0.1", listener.port)) as raw:
            kept = raw.dup()
            with kept, trusted.wrap_socket(raw, server_hostname="localhost"):
                kept.sendall(b"\x17\x03\x03\x00\x20" + b"no TLS" * 6)
                while kept.recv(4_096):
                    pass

    with capture_logs() as logs:
        await asyncio.to_thread(break_tls)
        speaker = await world.connected()
        for connection in list(world.listeners[0]._open):
            connection._reader.set_exception(OSError(errno.EHOSTUNREACH, "No route to host"))
        assert await speaker.heard() == []
    gone = [each["error"] for each in logs if each["event"] == "an MQTT client went away"]
    assert [name for name in ("SSLError", "OSError") if any(each.startswith(name) for each in gone)] == ["SSLError", "OSError"]
    assert not [each for each in logs if each["log_level"] == "error"]


def test_files_that_cannot_be_used_are_named(tmp_path):
    with pytest.raises(Problem, match="nowhere"):
        ServerCertificate(str(tmp_path / "nowhere.pem"), str(tmp_path / "key.pem"))
    cert, _ = certificate(tmp_path)
    with pytest.raises(Problem, match="cannot be used"):
        ServerCertificate(str(cert), str(cert))


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"mqtt_certificate": "cert.pem"}, "set both"),
        ({"mqtt_certificate_key": "key.pem"}, "set both"),
        ({"mqtt_certificate": "nowhere.pem", "mqtt_certificate_key": "key.pem"}, "nowhere"),
        ({"mqtt_most_connections": 0}, "at least 1"),
    ],
)
def test_settings_that_do_not_fit_are_refused(settings, words):
    with pytest.raises(Problem, match=words):
        open_mqtt_certificate(Settings(**settings))
