"""The two clients, plain and async: they fetch tokens, send what `core.perform` asks for, and keep connections.

The methods for each operation come from `operations`, which is generated. Invariant: of all who need a token at the
same time, one fetches it.
"""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterator
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx2

from hearth_client.core import Authorize, Call, Outcome, Pause, Reply, Retries, Send, is_in_lines, perform
from hearth_client.errors import HearthError
from hearth_client.models import TokenAnswer
from hearth_client.operations import AsyncOperations, Operations
from hearth_client.tokens import Credentials, TokenKeeper

T = TypeVar("T")
Item = TypeVar("Item")

_CONNECT_SECONDS = 10.0


class _Client:
    """What both clients are made of."""

    def __init__(
        self,
        base_url: str,
        client_id: str,
        client_secret: str,
        scope: str | None,
        timeout_seconds: float,
        retries: Retries | None,
    ) -> None:
        url = httpx2.URL(base_url)
        if url.scheme not in ("http", "https") or not url.host or url.userinfo or url.query or url.fragment:
            raise ValueError("base_url is where Hearth is, such as https://hearth.example.com, without user, query or fragment")
        self._base = base_url.rstrip("/")
        self._credentials = Credentials(client_id, client_secret, scope)
        self._keeper = TokenKeeper()
        self._timeout = httpx2.Timeout(timeout_seconds, connect=min(timeout_seconds, _CONNECT_SECONDS))
        self._retries = retries or Retries()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._base!r}, {self._credentials.client_id!r}, …)"

    def _arguments(self, send: Send) -> dict[str, Any]:
        return {
            "method": send.method,
            "url": self._base + send.target,
            "headers": send.headers,
            "content": send.body,
            "timeout": self._timeout,
            "follow_redirects": False,
        }


class HearthClient(_Client, Operations):
    """The API of a Hearth at `base_url`, for one API client of a customer. Threads may share it.

    `scope` narrows what its tokens allow. `timeout_seconds`: how long nothing may come. `http`: an httpx2.Client of yours with
    proxies, certificates or limits; you close it. Use it as a context manager, or `close` it.
    """

    def __init__(
        self,
        base_url: str,
        client_id: str,
        client_secret: str,
        *,
        scope: str | None = None,
        timeout_seconds: float = 30.0,
        retries: Retries | None = None,
        http: httpx2.Client | None = None,
    ) -> None:
        super().__init__(base_url, client_id, client_secret, scope, timeout_seconds, retries)
        self._is_own = http is None
        self._http = http or httpx2.Client()
        self._fetching = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Ends the connections."""
        if self._is_own:
            self._http.close()

    def post_token(self, scope: str | None = None) -> TokenAnswer:
        """A new access token, to be used elsewhere; this client fetches its own by itself. `scope` narrows it."""
        return self._run(self._credentials.call(scope), self._retries).value

    def _do(self, call: Call[T]) -> T:
        return self._run(call, self._retries).value

    def _pages(self, call: Call[list[Item]]) -> Iterator[Item]:
        following: Call[list[Item]] | None = call
        while following is not None:
            outcome = self._run(following, self._retries)
            yield from outcome.value
            following = outcome.following

    def _run(self, call: Call[T], retries: Retries) -> Outcome[T]:
        steps = perform(call, retries)
        answer: Any = None
        while True:
            try:
                step = steps.send(answer)
            except StopIteration as done:
                outcome: Outcome[T] = done.value
                return outcome
            match step:
                case Authorize(refused):
                    answer = self._token(refused, retries)
                case Send():
                    answer = self._send(step)
                case Pause(seconds):
                    time.sleep(seconds)
                    answer = None

    def _token(self, refused: str | None, retries: Retries) -> str:
        keeper = self._keeper
        token, rounds = keeper.usable(refused), keeper.rounds
        if token is not None:
            return token
        with self._fetching:
            if (token := keeper.shared(refused, rounds)) is not None:
                return token
            asked_at = time.monotonic()
            try:
                answer = self._run(self._credentials.call(), retries).value
            except HearthError as failure:
                return keeper.fall_back(failure, refused)
            return keeper.keep(answer, asked_at)

    def _send(self, send: Send) -> Reply | httpx2.RequestError:
        try:
            with self._http.stream(**self._arguments(send)) as response:
                if send.on_line is not None and is_in_lines(response.headers):
                    for line in response.iter_lines():
                        send.on_line(line)
                    return Reply(response.status_code, response.headers, b"")
                return Reply(response.status_code, response.headers, response.read())
        except httpx2.RequestError as error:
            return error


class AsyncHearthClient(_Client, AsyncOperations):
    """The same for asyncio: each method is awaited, lists are iterated with `async for`. Tasks of one loop may share it."""

    def __init__(
        self,
        base_url: str,
        client_id: str,
        client_secret: str,
        *,
        scope: str | None = None,
        timeout_seconds: float = 30.0,
        retries: Retries | None = None,
        http: httpx2.AsyncClient | None = None,
    ) -> None:
        super().__init__(base_url, client_id, client_secret, scope, timeout_seconds, retries)
        self._is_own = http is None
        self._http = http or httpx2.AsyncClient()
        self._fetching = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Ends the connections."""
        if self._is_own:
            await self._http.aclose()

    async def post_token(self, scope: str | None = None) -> TokenAnswer:
        """A new access token, to be used elsewhere; this client fetches its own by itself. `scope` narrows it."""
        return (await self._run(self._credentials.call(scope), self._retries)).value

    async def _do(self, call: Call[T]) -> T:
        return (await self._run(call, self._retries)).value

    async def _pages(self, call: Call[list[Item]]) -> AsyncIterator[Item]:
        following: Call[list[Item]] | None = call
        while following is not None:
            outcome = await self._run(following, self._retries)
            for item in outcome.value:
                yield item
            following = outcome.following

    async def _run(self, call: Call[T], retries: Retries) -> Outcome[T]:
        steps = perform(call, retries)
        answer: Any = None
        while True:
            try:
                step = steps.send(answer)
            except StopIteration as done:
                outcome: Outcome[T] = done.value
                return outcome
            match step:
                case Authorize(refused):
                    answer = await self._token(refused, retries)
                case Send():
                    answer = await self._send(step)
                case Pause(seconds):
                    await asyncio.sleep(seconds)
                    answer = None

    async def _token(self, refused: str | None, retries: Retries) -> str:
        keeper = self._keeper
        token, rounds = keeper.usable(refused), keeper.rounds
        if token is not None:
            return token
        async with self._fetching:
            if (token := keeper.shared(refused, rounds)) is not None:
                return token
            asked_at = time.monotonic()
            try:
                answer = (await self._run(self._credentials.call(), retries)).value
            except HearthError as failure:
                return keeper.fall_back(failure, refused)
            return keeper.keep(answer, asked_at)

    async def _send(self, send: Send) -> Reply | httpx2.RequestError:
        try:
            async with self._http.stream(**self._arguments(send)) as response:
                if send.on_line is not None and is_in_lines(response.headers):
                    async for line in response.aiter_lines():
                        send.on_line(line)
                    return Reply(response.status_code, response.headers, b"")
                return Reply(response.status_code, response.headers, await response.aread())
        except httpx2.RequestError as error:
            return error
