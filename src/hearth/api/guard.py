"""The guard before every protected route: no valid token 401, a scope missing 403, beyond the rate 429, before any body is read.

What a route's documentation demands is what is enforced: the guard reads the scope from the operation's
own OpenAPI security. A verified token is remembered, so that most requests cost a look-up in memory.
"""

from collections.abc import Callable, Coroutine
from http import HTTPMethod
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.types import Message, Receive, Scope

from hearth.api.bodies import receive_body
from hearth.api.parts import ApiParts, parts_of
from hearth.api.preconditions import complete_tag
from hearth.api.repeating import answer_once, key_of, takes_key
from hearth.api.requests import RequestFacts, facts_of
from hearth.core.problems import Problem
from hearth.services.access import Grant
from hearth.services.request_rates import Share, too_many

# The largest JSON body but events': a year of quarter-hourly prices fits.
MOST_JSON_BYTES = 4 * 1024 * 1024

_GRANT_KEY = "hearth.grant"


class GuardedRoute(APIRoute):
    """A route that admits only tokens with the scope its `openapi_extra` names under `security`."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        scope_needed = _scope_needed(self)
        is_keyed = takes_key(self)
        media_types = _media_types(self)

        async def guarded(request: Request) -> Response:
            parts = parts_of(request)
            request.scope[_GRANT_KEY] = grant = await admit(request.scope, parts, scope_needed)
            if request.method not in (HTTPMethod.POST, HTTPMethod.PUT):
                return await served(request, b"")
            _refuse_other_than(media_types, request)
            with parts.room.shared(grant.customer_id) as hold:
                body = await receive_body(request.scope, request.receive, MOST_JSON_BYTES, hold)
                return await served(Request(request.scope, _replaying(body)), body)

        async def served(request: Request, body: bytes) -> Response:
            async def answer() -> Response:
                return complete_tag(request, await handle(request))

            key = key_of(request) if is_keyed else None
            if key is None:
                return await answer()
            return await answer_once(parts_of(request).repeats, grant_of(request).customer_id, key, request, body, answer)

        return guarded


def grant_of(request: Request) -> Grant:
    """What the token of the request being served allows."""
    grant: Grant = request.scope[_GRANT_KEY]
    return grant


def own_customer_id(request: Request, *given: str | None) -> str:
    """The customer of the token. Raises Problem "forbidden" where the body names another one."""
    customer_id = grant_of(request).customer_id
    if any(each not in (None, customer_id) for each in given):
        raise Problem("forbidden", "The customerId is not that of the access token; it cannot be set or changed.")
    return customer_id


async def admit(scope: Scope, parts: ApiParts, scope_needed: str, share: Share = "others") -> Grant:
    """The grant of the request's bearer token; the request is counted.

    Raises Problem "unauthorized", "forbidden" without the scope, or "too_many_requests".
    """
    token = _bearer_token(scope)
    grant = parts.access.find_verified(token)
    if grant is None:
        try:
            grant = await run_in_threadpool(parts.access.verify, token)
        except Problem as problem:
            if problem.code == "unauthorized":
                problem.context["challenge"] = 'Bearer realm="hearth", error="invalid_token"'
            raise
    facts = facts_of(scope)
    facts.customer_id = grant.customer_id
    _count(facts, parts, grant, share)
    if scope_needed not in grant.scopes:
        raise Problem(
            "forbidden",
            f"The access token does not have the scope {scope_needed}.",
            context={"challenge": f'Bearer realm="hearth", error="insufficient_scope", scope="{scope_needed}"'},
        )
    return grant


def _count(facts: RequestFacts, parts: ApiParts, grant: Grant, share: Share) -> None:
    rate = parts.rates.count(grant, share, parts.clock.now_ms())
    if rate is None:
        return
    facts.rate = rate
    if rate.remaining < 0:
        facts.rate = rate._replace(remaining=0)
        raise too_many(rate)


def _bearer_token(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"authorization":
            kind, _, token = value.decode("latin-1").partition(" ")
            if kind.lower() == "bearer" and token:
                return str(token.strip())
            break
    raise Problem("unauthorized", "Send the access token in the header: Authorization: Bearer <token>.")


def _media_types(route: APIRoute) -> tuple[str, ...]:
    body = (route.openapi_extra or {}).get("requestBody", {"content": {"application/json": {}}})
    return tuple(body["content"])


def _refuse_other_than(media_types: tuple[str, ...], request: Request) -> None:
    content_type = request.headers.get("content-type", media_types[0]).partition(";")[0].strip().lower()
    is_json = "application/json" in media_types and content_type.endswith("+json")
    if content_type not in media_types and not is_json:
        words = "JSON" if "application/json" in media_types else "YAML"
        raise Problem("unsupported_media_type", f"The body must be {words} (Content-Type: {media_types[0]}), not {content_type}.")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Problem("unsupported_media_type", "Only bodies with events may be compressed.")


def _replaying(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


def _scope_needed(route: APIRoute) -> str:
    security = (route.openapi_extra or {}).get("security", [])
    for alternative in security:
        for scope in alternative.get("oauth2", ()):
            return str(scope)
    raise ValueError(f"the route {route.path} names no scope")
