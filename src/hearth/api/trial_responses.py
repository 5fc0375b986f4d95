"""The response of a trial: one JSON object, or lines of it while the work goes on.

Carries the lines of a trial to the client and does not look into a result, which may be large. Invariant: when the client
goes away the trial is closed, also where nothing had been sent to it yet.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import aclosing
from typing import Any

import msgspec
from fastapi import Request, Response
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from hearth.api.problems import problem_document, problem_response
from hearth.api.requests import facts_of
from hearth.services.trials import Refusal, is_last, line_of_result, refusal_of, result_of

LINES = "application/x-ndjson"


def wants_lines(request: Request) -> bool:
    """Whether the client takes the answer in lines."""
    return LINES in request.headers.get("accept", "")


class TrialResponse(Response):
    """Answers with JSON, or with lines where the client accepts `application/x-ndjson`.

    A refusal that comes before any line has a status of its own, as everywhere; a later one is the last line.
    """

    def __init__(
        self,
        request: Request,
        lines: AsyncGenerator[bytes, None],
        errors_of: Callable[[Refusal], list[dict[str, Any]]],
        placed: Callable[[bytes], bytes] | None = None,
    ) -> None:
        """`errors_of`: each thing that a refusal finds wrong, with its place in the request.

        `placed`: the same of a result that speaks of places; without it a result is passed on as it is.
        """
        super().__init__()
        self._lines = lines
        self._errors_of = errors_of
        self._placed = placed
        self._is_streamed = wants_lines(request)
        self._has_begun = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        last = await _unless_gone(receive, self._follow(send))
        result, request_id = result_of(last), facts_of(scope).request_id
        if result is None:
            refusal = refusal_of(last)
            problem = refusal.code, refusal.detail, request_id, self._errors_of(refusal)
            if not self._has_begun:
                await problem_response(*problem)(scope, receive, send)
                return
            last = msgspec.json.encode({"problem": problem_document(*problem)}) + b"\n"
        elif self._placed is not None:
            result = self._placed(result)
            last = line_of_result(result)
        if self._is_streamed:
            await self._begin(send)
            await send({"type": "http.response.body", "body": last})
        else:
            await Response(result, media_type="application/json")(scope, receive, send)

    async def _follow(self, send: Send) -> bytes:
        """Sends the lines on where they are wanted, up to the last one, which it returns."""
        async with aclosing(self._lines) as lines:
            async for line in lines:
                if is_last(line):
                    return line
                if self._is_streamed:
                    await self._begin(send)
                    await send({"type": "http.response.body", "body": line, "more_body": True})
        raise RuntimeError("a trial ended without a last line")

    async def _begin(self, send: Send) -> None:
        if not self._has_begun:
            self._has_begun = True
            headers = [(b"content-type", LINES.encode()), (b"cache-control", b"no-store")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})


async def _unless_gone(receive: Receive, work: Coroutine[Any, Any, bytes]) -> bytes:
    """The outcome of the work. Cancels it and raises ClientDisconnect when the client goes away before."""
    working, gone = asyncio.create_task(work), asyncio.create_task(_until_gone(receive))
    try:
        await asyncio.wait((working, gone), return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientDisconnect
        return working.result()
    finally:
        working.cancel()
        gone.cancel()
        await asyncio.wait((working, gone))


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue
