"""The header Idempotency-Key: a request that creates something may be sent again without creating it twice.

A route keeps it by documenting it (`IdempotencyKey`); the guard looks for that. What is remembered, and how long, is the
service's (`services.repeats`).
"""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Header, Request, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from hearth.api.wire.base import OURS
from hearth.domain.repeats import KeptAnswer
from hearth.services.repeats import LONGEST_KEY, Repeats

_KEY_HEADER = "Idempotency-Key"
_REPLAYED = {"Idempotency-Replayed": "true"}
_BUILDING_KEY = "hearth.building"
_KEPT_HEADERS = ("content-type", "etag")
_REFUSED_FROM = 300

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias=_KEY_HEADER,
        max_length=LONGEST_KEY,
        description="A random text of your own for this request. Sent again with it within 24 hours, the request does nothing "
        "more and gets the answer of the first one, with `Idempotency-Replayed: true`.",
        examples=["8e03978e-40d5-43dd-bc93-6894a57f9324"],
        json_schema_extra={"minLength": 1, "pattern": "^[!-~]([ -~]*[!-~])?$", **OURS},
    ),
]


def takes_key(route: APIRoute) -> bool:
    """Whether the route documents the header."""
    return any(parameter.alias == _KEY_HEADER for parameter in route.dependant.header_params)


def key_of(request: Request) -> str | None:
    """The key that was sent."""
    return request.headers.get(_KEY_HEADER)


def about_building(request: Request, building_id: str) -> None:
    """Says of which building (our own id) the answer tells: it is kept no longer than that."""
    request.scope[_BUILDING_KEY] = building_id


async def answer_once(
    repeats: Repeats,
    customer_id: str,
    key: str,
    request: Request,
    body: bytes,
    answer: Callable[[], Awaitable[Response]],
) -> Response:
    """The answer, or the one that was kept. Raises what `answer` raises, and Problem as `Repeats.begin` does."""
    asked = f"{request.method} {request.url.path}\n".encode() + body
    known = await run_in_threadpool(repeats.begin, customer_id, key, asked)
    if known is not None:
        return Response(known.body, status_code=known.status, headers={**known.headers, **_REPLAYED})
    try:
        response = await answer()
    except Exception:
        await run_in_threadpool(repeats.forget, customer_id, key)
        raise
    if response.status_code >= _REFUSED_FROM:
        await run_in_threadpool(repeats.forget, customer_id, key)
        return response
    headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
    kept = KeptAnswer(response.status_code, headers, bytes(response.body))
    await run_in_threadpool(repeats.keep, customer_id, key, kept, request.scope.get(_BUILDING_KEY))
    return response
