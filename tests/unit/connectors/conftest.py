"""A receiver on loopback that answers, hangs or breaks as a test says."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import pytest

Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Received:
    line: str
    headers: dict[str, str]
    body: bytes


@dataclass
class RawReceiver:
    """Reads one request after the other from each connection; `behave` writes what comes back."""

    behave: Behaviour
    port: int = 0
    connections: int = 0
    requests: list[Received] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks?x=1"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                line, *fields = head.decode().strip().split("\r\n")
                headers = {name.lower(): value for name, value in (entry.split(": ", 1) for entry in fields)}
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                self.requests.append(Received(line, headers, body))
                await self.behave(reader, writer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@pytest.fixture
async def receivers() -> AsyncIterator[Callable[..., Awaitable[RawReceiver]]]:
    servers: list[asyncio.Server] = []
    serving: set[asyncio.Task[None]] = set()

    async def start(behave: Behaviour, **options: object) -> RawReceiver:
        receiver = RawReceiver(behave)

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            serving.add(task)
            try:
                await receiver.serve(reader, writer)
            except asyncio.CancelledError:
                writer.close()
            finally:
                serving.discard(task)

        server = await asyncio.start_server(serve, "127.0.0.1", 0, **options)
        receiver.port = server.sockets[0].getsockname()[1]
        servers.append(server)
        return receiver

    yield start
    for server in servers:
        server.close()
    for task in list(serving):
        task.cancel()
    await asyncio.gather(*serving, return_exceptions=True)
