"""Which network addresses a customer's endpoint or server may lead to, and connecting to exactly those.

A customer names the endpoint (or its mail server, or its broker), so a name may lead into the operator's own network
(server-side request forgery). Invariant: the address that was checked is the address that is connected to; a name is never
resolved a second time between the two, while TLS and the Host header keep the name.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import httpcore2

from hearth.core.problems import Problem

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""(host name, port) -> its addresses, best first. Raises OSError when it has none."""

# IANA special-purpose registries; written out, for what the standard library calls global changes with its version.
_REFUSED_V4 = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",  # link-local, and where clouds answer for their metadata
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
_GLOBAL_V6 = IPv6Network("2000::/3")
_REFUSED_V6 = tuple(IPv6Network(text) for text in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"))
_NAT64 = IPv6Network("64:ff9b::/96")

_MOST_ADDRESSES_TRIED = 4
_LOOKUPS_AT_ONCE = 32


class AddressRefusedError(Exception):
    """The host leads to no address that may be connected to."""


class AddressGuard:
    """Decides by the resolved address; `allowed` adds what an operator permits beyond the public Internet."""

    def __init__(self, allowed: Iterable[str] = (), resolve: Resolve | None = None) -> None:
        """allowed: networks ("127.0.0.0/8", "fd00::/8") and host names. Raises Problem("invalid") for neither."""
        self._networks: list[IPv4Network | IPv6Network] = []
        self._hosts: set[str] = set()
        for entry in allowed:
            self._allow(entry.strip().lower())
        self._resolve = _SystemResolver() if resolve is None else resolve

    def _allow(self, entry: str) -> None:
        try:
            self._networks.append(ip_network(entry))
        except ValueError as error:
            if not entry or "/" in entry or ":" in entry or entry.replace(".", "").isdigit():
                message = (
                    f"{entry!r} is neither a network such as 127.0.0.0/8 nor a host name; see HEARTH_WEBHOOK_ALLOWED_NETWORKS."
                )
                raise Problem("invalid", message) from error
            self._hosts.add(entry)

    def permits(self, address: str) -> bool:
        """Whether a numeric address may be connected to."""
        plain = _unwrapped(ip_address(address))
        return _is_public(plain) or any(plain in network for network in self._networks)

    async def addresses(self, host: str, port: int) -> list[str]:
        """The addresses of a host that may be connected to, best first.

        Raises AddressRefusedError when it has none of these, OSError when it has none at all.
        """
        found = await self._resolve(host, port)
        if host.lower() in self._hosts:
            return list(found)
        permitted = [address for address in found if self.permits(address)]
        if not permitted:
            raise AddressRefusedError(
                f"{host} does not lead to a public address; the operator may allow it by HEARTH_WEBHOOK_ALLOWED_NETWORKS"
            )
        return permitted

    async def turns(self, host: str, port: int, seconds: float | None) -> list[tuple[str, float | None]]:
        """(address, seconds) to try one after the other, each with a share of the time; the last one has what is left of it.

        Raises as `addresses` does; that `seconds` is the whole, the look-up included, is the caller's to see to.
        """
        addresses = (await self.addresses(host, port))[:_MOST_ADDRESSES_TRIED]
        share = None if seconds is None else seconds / len(addresses)
        return [*((address, share) for address in addresses[:-1]), (addresses[-1], seconds)]


class GuardedBackend(httpcore2.AsyncNetworkBackend):
    """Opens the connections of an HTTP pool: resolves, has the addresses checked, connects to the number."""

    def __init__(self, guard: AddressGuard, network: httpcore2.AsyncNetworkBackend | None = None) -> None:
        self._guard = guard
        self._network = httpcore2.AnyIOBackend() if network is None else network

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the pool's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Connects to the first permitted address that answers; `timeout` (seconds) is that of the whole."""
        try:
            async with asyncio.timeout(timeout):
                *others, last = await self._guard.turns(host, port, timeout)
                for address, share in others:
                    try:
                        return await self._network.connect_tcp(address, port, share, local_address, socket_options)
                    except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                        continue
                return await self._network.connect_tcp(last[0], port, last[1], local_address, socket_options)
        except TimeoutError as error:
            raise httpcore2.ConnectTimeout("no connection in time") from error
        except OSError as error:
            raise httpcore2.ConnectError(f"the name {host} cannot be resolved") from error

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


async def connect_guarded(guard: AddressGuard, host: str, port: int, seconds: float) -> socket.socket:
    """A connected socket of the first permitted address that answers, for clients that take one.

    Raises AddressRefusedError, socket.gaierror when the name has no address, another OSError when there is no connection.
    `seconds` is the time of the caller's whole, of which each address has a share; the caller sees to it.
    """
    failure: OSError | None = None
    for address, share in await guard.turns(host, port, seconds):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        opened = socket.socket(family, socket.SOCK_STREAM)
        opened.setblocking(False)
        try:
            async with asyncio.timeout(share):
                await asyncio.get_running_loop().sock_connect(opened, (address, port))
        except OSError as error:
            opened.close()
            failure = error
        except BaseException:  # given up by the caller
            opened.close()
            raise
        else:
            return opened
    assert failure is not None  # the guard gives one address at least
    raise failure


class _SystemResolver:
    """The system's name service, in threads of its own: a name server that hangs holds up nothing else.

    Look-ups of one name that are under way together are one.
    """

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_LOOKUPS_AT_ONCE, thread_name_prefix="resolve")
        self._under_way: dict[tuple[str, int], asyncio.Future[list[str]]] = {}

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        key = (host, port)
        lookup = self._under_way.get(key)
        if lookup is None:
            lookup = asyncio.get_running_loop().run_in_executor(self._threads, _look_up, host, port)
            self._under_way[key] = lookup
            lookup.add_done_callback(lambda done: self._finish(key, done))
        return await asyncio.shield(lookup)

    def _finish(self, key: tuple[str, int], done: "asyncio.Future[list[str]]") -> None:
        del self._under_way[key]
        if not done.cancelled():
            done.exception()  # seen, also where everybody who waited has given up


def _look_up(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _unwrapped(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address inside an IPv6 one that only stands for it."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in _NAT64:
            return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _REFUSED_V4)
    return address in _GLOBAL_V6 and not any(address in network for network in _REFUSED_V6)
