"""The webhook channel against real receivers on loopback, well-behaved and otherwise."""

import asyncio
import ipaddress
import json
import os
import socket
import ssl
import struct
import time
from datetime import UTC, datetime, timedelta
from email.utils import formatdate

import pytest
from cryptography import x509
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from standardwebhooks import Webhook

from hearth.connectors.addresses import AddressGuard
from hearth.connectors.secrets import FernetSealer
from hearth.connectors.system import SystemClock
from hearth.connectors.webhook import WebhookChannel, retry_after_seconds
from hearth.delivery.signing import signing_secret
from hearth.domain.endpoints import Endpoint

SECRET = signing_secret("t3sxw8bLk1nW4cVbq0mZyD5aHsJfPrUe")
SEALER = FernetSealer([Fernet.generate_key().decode()])
BODY = json.dumps({"id": "n1", "texts": "Überschuss"}).encode()


def endpoint(url: str) -> Endpoint:
    return Endpoint(customer_id="c" * 24, url=url, signing_secret_sealed=SEALER.seal(SECRET))


@pytest.fixture
async def channel():
    """As patient as a busy machine needs."""
    made = WebhookChannel(SEALER, SystemClock(), AddressGuard(["127.0.0.0/8"]), connect_seconds=60, total_seconds=60)
    yield made
    await made.aclose()


@pytest.fixture
async def impatient_channel():
    """For receivers that are waited for in vain."""
    made = WebhookChannel(SEALER, SystemClock(), AddressGuard(["127.0.0.0/8"]), connect_seconds=60, total_seconds=1.5)
    yield made
    await made.aclose()


def answering(status: str, *headers: str, body: bytes = b""):
    async def behave(_reader, writer):
        lines = [f"HTTP/1.1 {status}", f"content-length: {len(body)}", *headers, "", ""]
        writer.write("\r\n".join(lines).encode() + body)

    return behave


@pytest.mark.parametrize("status", [200, 202, 400, 401, 408, 410, 500])
async def test_the_status_is_the_answer(receivers, channel, status):
    receiver = await receivers(answering(f"{status} Some Reason", body=b"{}"))
    answer = await channel.deliver(endpoint(receiver.url), "d1", BODY)
    assert (answer.status_code, answer.error, answer.retry_after_seconds) == (status, None, None)
    assert answer.duration_ms >= 0
    assert len(receiver.requests) == 1


async def test_204_without_a_body(receivers, channel):
    async def behave(_reader, writer):
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")

    receiver = await receivers(behave)
    assert (await channel.deliver(endpoint(receiver.url), "d1", BODY)).status_code == 204


async def test_the_request_is_signed_json_that_the_published_library_accepts(receivers, channel):
    receiver = await receivers(answering("200 OK"))
    await channel.deliver(endpoint(receiver.url), "d1", BODY)
    request = receiver.requests[0]
    assert request.line == "POST /hooks?x=1 HTTP/1.1"
    assert request.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["user-agent"].startswith("Hearth/")
    assert request.headers["webhook-id"] == "d1"
    assert request.body == BODY
    assert Webhook(SECRET).verify(request.body, request.headers) == {"id": "n1", "texts": "Überschuss"}


async def test_a_redirect_is_not_followed(receivers, channel):
    target = await receivers(answering("200 OK"))
    receiver = await receivers(answering("301 Moved Permanently", f"location: {target.url}"))
    assert (await channel.deliver(endpoint(receiver.url), "d1", BODY)).status_code == 301
    assert target.requests == []


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
async def test_retry_after_is_read_in_both_forms(receivers, channel, status):
    in_seconds = await receivers(answering(status, "Retry-After: 120"))
    assert (await channel.deliver(endpoint(in_seconds.url), "d1", BODY)).retry_after_seconds == 120
    as_date = await receivers(answering(status, f"retry-after: {formatdate(time.time() + 90, usegmt=True)}"))
    pause = (await channel.deliver(endpoint(as_date.url), "d1", BODY)).retry_after_seconds
    assert pause is not None
    assert 85 < pause <= 90


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("120", 120.0),
        (" 0 ", 0.0),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("9" * 5000, None),
        ("\xff", None),
        ("Wed, 99 Jun 2025 15:00:00 GMT", None),
        ("Sun, 15 Jun 2025 15:08:10 GMT", 90.0),
        ("Sun, 15 Jun 2025 15:00:00 GMT", 0.0),
    ],
)
def test_retry_after(header, seconds):
    assert retry_after_seconds(header, 1_750_000_000_000) == seconds


async def test_connections_are_used_again(receivers, channel):
    receiver = await receivers(answering("200 OK", body=b"x" * 1000))
    for number in range(5):
        await channel.deliver(endpoint(receiver.url), f"d{number}", BODY)
    assert (len(receiver.requests), receiver.connections) == (5, 1)


async def test_no_cookie_is_kept_between_deliveries(receivers, channel):
    receiver = await receivers(answering("200 OK", "set-cookie: session=1"))
    await channel.deliver(endpoint(receiver.url), "d1", BODY)
    await channel.deliver(endpoint(receiver.url), "d2", BODY)
    assert "cookie" not in receiver.requests[1].headers


async def test_a_proxy_of_the_environment_is_not_used(receivers, channel, monkeypatch):
    proxy = await receivers(answering("200 OK"))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setitem(os.environ, name, f"http://127.0.0.1:{proxy.port}")
    receiver = await receivers(answering("202 Accepted"))
    assert (await channel.deliver(endpoint(receiver.url), "d1", BODY)).status_code == 202
    assert proxy.requests == []


async def test_a_receiver_that_hangs_is_left_in_time(receivers, impatient_channel):
    async def behave(reader, _writer):
        await reader.read()

    receiver = await receivers(behave)
    answer = await impatient_channel.deliver(endpoint(receiver.url), "d1", BODY)
    assert (answer.status_code, answer.error) == (None, "no answer within 1.5 s")
    assert 1400 <= answer.duration_ms < 15_000


async def test_a_receiver_that_sends_a_header_now_and_then_is_left_in_time(receivers, impatient_channel):
    async def behave(_reader, writer):
        writer.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            writer.write(b"x: y\r\n")
            await writer.drain()
            await asyncio.sleep(0.1)

    receiver = await receivers(behave)
    answer = await impatient_channel.deliver(endpoint(receiver.url), "d1", BODY)
    assert (answer.status_code, answer.error) == (None, "no answer within 1.5 s")


async def test_a_reset_is_an_error(receivers, channel):
    async def behave(_reader, writer):
        raw = writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    receiver = await receivers(behave)
    answer = await channel.deliver(endpoint(receiver.url), "d1", BODY)
    assert (answer.status_code, answer.error) == (None, "the connection broke before an answer came")


async def test_no_http_is_an_error(receivers, channel):
    async def behave(_reader, writer):
        writer.write(b"220 mail.example ESMTP\r\n\r\n")

    receiver = await receivers(behave)
    answer = await channel.deliver(endpoint(receiver.url), "d1", BODY)
    assert (answer.status_code, answer.error) == (None, "what came back is no HTTP answer")


async def test_a_closed_port_is_an_error(channel):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        answer = await channel.deliver(endpoint(f"http://127.0.0.1:{unused.getsockname()[1]}/"), "d1", BODY)
    assert (answer.status_code, answer.error) == (None, "no connection")


async def test_an_endless_body_is_left_after_16_kib(receivers, channel):
    written = 0

    async def behave(_reader, writer):
        nonlocal written
        writer.transport.set_write_buffer_limits(high=1024)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 16 * 1024)
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"400\r\n" + b"x" * 1024 + b"\r\n")
            await writer.drain()
            written += 1024

    receiver = await receivers(behave)
    answer = await channel.deliver(endpoint(receiver.url), "d1", BODY)
    assert (answer.status_code, answer.error) == (200, None)
    assert answer.duration_ms < 30_000, "left at once, not when time was up"
    assert written < 8 * 1024 * 1024


async def test_a_body_that_never_ends_does_not_undo_the_status(receivers, impatient_channel):
    async def behave(reader, writer):
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nx")
        await writer.drain()
        await reader.read()

    receiver = await receivers(behave)
    answer = await impatient_channel.deliver(endpoint(receiver.url), "d1", BODY)
    assert (answer.status_code, answer.error) == (200, None)


async def test_a_private_address_is_refused_without_a_connection(receivers):
    receiver = await receivers(answering("200 OK"))
    channel = WebhookChannel(SEALER, SystemClock(), AddressGuard())
    answer = await channel.deliver(endpoint(receiver.url), "d1", BODY)
    await channel.aclose()
    assert answer.status_code is None
    assert "does not lead to a public address" in (answer.error or "")
    assert receiver.connections == 0


def _certificate_for(name: str, directory) -> tuple[str, str]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate_path, key_path = directory / "certificate.pem", directory / "key.pem"
    certificate_path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return str(certificate_path), str(key_path)


async def test_tls_keeps_the_name_while_the_checked_number_is_connected_to(receivers, tmp_path):
    certificate, key = _certificate_for("hooks.example.test", tmp_path)
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(certificate, key)
    asked_for: list[str | None] = []
    server_side.sni_callback = lambda _socket, name, _context: asked_for.append(name)
    receiver = await receivers(answering("200 OK"), ssl=server_side)

    async def resolve(_host: str, _port: int) -> list[str]:
        return ["127.0.0.1"]

    guard = AddressGuard(["127.0.0.1/32"], resolve)
    trusting = WebhookChannel(SEALER, SystemClock(), guard, tls=ssl.create_default_context(cafile=certificate))
    answer = await trusting.deliver(endpoint(f"https://hooks.example.test:{receiver.port}/"), "d1", BODY)
    wrong_name = await trusting.deliver(endpoint(f"https://other.example.test:{receiver.port}/"), "d1", BODY)
    await trusting.aclose()
    assert answer.status_code == 200
    assert asked_for[0] == "hooks.example.test"
    assert receiver.requests[0].headers["host"] == f"hooks.example.test:{receiver.port}"
    assert (wrong_name.status_code, wrong_name.error) == (None, "its TLS certificate cannot be trusted")

    stranger = WebhookChannel(SEALER, SystemClock(), guard)
    untrusted = await stranger.deliver(endpoint(f"https://hooks.example.test:{receiver.port}/"), "d1", BODY)
    await stranger.aclose()
    assert (untrusted.status_code, untrusted.error) == (None, "its TLS certificate cannot be trusted")


async def test_an_ipv6_literal(receivers):
    async def resolve(host: str, _port: int) -> list[str]:
        return [str(ipaddress.ip_address(host)), "127.0.0.1"]

    receiver = await receivers(answering("200 OK"))
    channel = WebhookChannel(SEALER, SystemClock(), AddressGuard(["127.0.0.0/8", "::1/128"], resolve))
    answer = await channel.deliver(endpoint(f"http://[::1]:{receiver.port}/"), "d1", BODY)
    await channel.aclose()
    assert answer.status_code == 200
    assert receiver.requests[0].headers["host"] == f"[::1]:{receiver.port}"
