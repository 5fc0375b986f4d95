"""Mosquitto on loopback: one user with a password, TLS with a certificate for localhost, a topic that nobody may publish to."""

import datetime
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.running import free_port

USER, PASSWORD = "hearth", "s3cret words"
CLOSED_TOPIC = "closed"
_START_SECONDS = 60


class Broker(NamedTuple):
    """`port` takes MQTT, `tls_port` MQTT over TLS; `certificate` is the file to trust."""

    port: int
    tls_port: int
    certificate: Path


@contextmanager
def broker(folder: Path) -> Iterator[Broker]:
    """A broker that keeps its files in `folder`. Skips the test where Mosquitto is not installed."""
    program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
    if program is None:
        pytest.skip("Mosquitto is not installed")
    cert, key = certificate(folder)
    port, tls_port = free_port(), free_port()
    passwords, rights, settings = folder / "passwords", folder / "rights", folder / "mosquitto.conf"
    subprocess.run(["mosquitto_passwd", "-b", "-c", passwords, USER, PASSWORD], check=True, capture_output=True)
    rights.write_text(f"user {USER}\ntopic readwrite homes/#\n")
    settings.write_text(
        f"user root\nper_listener_settings false\nallow_anonymous false\npassword_file {passwords}\nacl_file {rights}\n"
        f"listener {port} 127.0.0.1\nlistener {tls_port} 127.0.0.1\ncertfile {cert}\nkeyfile {key}\n"
    )
    log = (folder / "log").open("wb")
    running = subprocess.Popen([program, "-c", settings], stdout=log, stderr=log)
    try:
        _wait_for(running, port, folder)
        _wait_for(running, tls_port, folder)
        yield Broker(port, tls_port, cert)
    finally:
        running.terminate()
        running.wait()
        log.close()


@contextmanager
def open_broker(folder: Path, further: str) -> Iterator[int]:
    """A broker open to everybody on loopback with these further settings -> its port."""
    program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
    if program is None:
        pytest.skip("Mosquitto is not installed")
    port, settings = free_port(), folder / "mosquitto.conf"
    settings.write_text(f"user root\nallow_anonymous true\nlistener {port} 127.0.0.1\n{further}")
    log = (folder / "log").open("wb")
    running = subprocess.Popen([program, "-c", settings], stdout=log, stderr=log)
    try:
        _wait_for(running, port, folder)
        yield port
    finally:
        running.terminate()
        running.wait()
        log.close()


def _wait_for(running: subprocess.Popen[bytes], port: int, folder: Path) -> None:
    ends_at = time.monotonic() + _START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert running.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < ends_at, "Mosquitto did not start"
            time.sleep(0.02)
        else:
            return


def certificate(folder: Path) -> tuple[Path, Path]:
    """Files with a certificate for localhost and its key; whoever trusts the one trusts itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    cert, private = folder / "certificate.pem", folder / "key.pem"
    cert.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return cert, private
