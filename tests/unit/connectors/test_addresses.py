"""Which addresses an endpoint may lead to (SSRF), judged by the address that is connected to."""

import asyncio
import socket

import httpcore2
import pytest

from hearth.connectors.addresses import AddressGuard, AddressRefusedError, GuardedBackend, connect_guarded
from hearth.core.problems import Problem


def leading_to(*answers: list[str]):
    """A name service that gives one answer after the other; the last one stays."""
    left = list(answers)

    async def resolve(_host: str, _port: int) -> list[str]:
        return left.pop(0) if len(left) > 1 else left[0]

    return resolve


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "127.8.8.8",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.192",
        "192.168.1.1",
        "198.18.0.1",
        "203.0.113.7",
        "224.0.0.1",
        "239.255.255.255",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "::ffff:a00:1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "2001:0:1::1",
        "2001:db8::1",
        "2002:7f00:1::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
        "100::1",
    ],
)
def test_what_is_not_public_is_refused(address):
    assert not AddressGuard().permits(address)


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700:4700::1111", "2a00:1450:400a::5e", "::ffff:8.8.8.8", "64:ff9b::808:808"],
)
def test_what_is_public_is_permitted(address):
    assert AddressGuard().permits(address)


def test_an_operator_allows_networks():
    guard = AddressGuard(["127.0.0.0/8", "fd00::/8"])
    assert guard.permits("127.0.0.1")
    assert guard.permits("::ffff:127.0.0.1")
    assert guard.permits("fd00::7")
    assert not guard.permits("10.0.0.1")
    assert not guard.permits("::1")


@pytest.mark.parametrize("entry", ["", "127.0.0.0/40", "10.0.0.1/8", "1.2.3", "::zz"])
def test_an_entry_that_is_neither_network_nor_name_is_told(entry):
    with pytest.raises(Problem, match="HEARTH_WEBHOOK_ALLOWED_NETWORKS"):
        AddressGuard([entry])


async def test_a_public_name_that_leads_to_loopback_is_refused():
    with pytest.raises(AddressRefusedError, match=r"hooks\.example\.com does not lead to a public address"):
        await AddressGuard(resolve=leading_to(["127.0.0.1"])).addresses("hooks.example.com", 443)


async def test_of_mixed_addresses_only_the_public_ones_are_used():
    guard = AddressGuard(resolve=leading_to(["10.0.0.1", "8.8.8.8", "::1"]))
    assert await guard.addresses("hooks.example.com", 443) == ["8.8.8.8"]


async def test_an_allowed_host_may_lead_anywhere():
    guard = AddressGuard(["Receiver.Internal"], leading_to(["10.0.0.1"]))
    assert await guard.addresses("receiver.internal", 443) == ["10.0.0.1"]
    with pytest.raises(AddressRefusedError):
        await guard.addresses("evil-receiver.internal", 443)


@pytest.mark.parametrize("host", ["localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "[::1]".strip("[]")])
async def test_however_loopback_is_spelled_the_system_finds_it_and_it_is_refused(host):
    with pytest.raises(AddressRefusedError):
        await AddressGuard().addresses(host, 80)


async def test_a_name_that_changes_its_address_after_the_check_is_not_resolved_again(receivers):
    async def behave(_reader, writer):
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")

    receiver = await receivers(behave)
    connected_to: list[str] = []

    class Unreachable(httpcore2.AnyIOBackend):
        async def connect_tcp(self, host, *_rest):
            connected_to.append(host)
            raise httpcore2.ConnectError("unreachable here")

    # First public, then loopback: whoever resolves a second time ends up at the receiver.
    guard = AddressGuard(resolve=leading_to(["192.0.2.1", "8.8.8.8"], ["127.0.0.1"]))
    backend = GuardedBackend(guard, Unreachable())
    with pytest.raises(httpcore2.ConnectError):
        await backend.connect_tcp("hooks.example.com", receiver.port, timeout=1)
    with pytest.raises(AddressRefusedError):
        await backend.connect_tcp("hooks.example.com", receiver.port, timeout=1)
    assert connected_to == ["8.8.8.8"]
    assert receiver.connections == 0


async def test_the_next_address_is_tried_when_the_first_does_not_answer(receivers):
    async def behave(_reader, _writer):
        return

    receiver = await receivers(behave)
    guard = AddressGuard(["127.0.0.0/8"], leading_to(["127.0.0.9", "127.0.0.1"]))
    stream = await GuardedBackend(guard).connect_tcp("hooks.example.com", receiver.port, timeout=5)
    assert stream.get_extra_info("server_addr")[0] == "127.0.0.1"
    await stream.aclose()


async def test_a_client_with_a_socket_of_its_own_tries_the_next_address_in_time(receivers):
    async def behave(_reader, _writer):
        return

    receiver = await receivers(behave)
    guard = AddressGuard(["127.0.0.0/8"], leading_to(["127.0.0.9", "127.0.0.1"]))
    with socket.create_server(("127.0.0.9", receiver.port), backlog=0) as full, socket.socket() as first:
        first.connect(full.getsockname())  # the one that it has room for: the next hears nothing
        async with asyncio.timeout(10):
            with await connect_guarded(guard, "mail.example.com", receiver.port, 2) as opened:
                assert opened.getpeername()[0] == "127.0.0.1"
    with pytest.raises(ConnectionRefusedError):
        await connect_guarded(AddressGuard(["127.0.0.0/8"], leading_to(["127.0.0.9"])), "mail.example.com", receiver.port, 2)


async def test_an_unknown_name_is_an_error_of_the_connection():
    async def resolve(_host: str, _port: int) -> list[str]:
        raise OSError("no such name")

    with pytest.raises(httpcore2.ConnectError, match="cannot be resolved"):
        await GuardedBackend(AddressGuard(resolve=resolve)).connect_tcp("nowhere.example", 443, timeout=1)
