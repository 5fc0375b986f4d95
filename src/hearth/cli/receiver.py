"""`hearth receiver`: a small endpoint that shows what a customer's own would get, for trying things out.

It verifies signatures as a customer's endpoint should, and can fail on purpose. It holds nothing: what
is delivered ends on the screen. What is not proven to be ours is named and not shown.
"""

import json
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import typer
import uvicorn
from rich.console import Console
from rich.text import Text
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from hearth.connectors.system import SystemClock, system_jitter
from hearth.core.clock import Clock
from hearth.core.instants import datetime_of_instant
from hearth.core.problems import Problem, invalid
from hearth.delivery.signing import ID_HEADER, SignatureError, signing_key, verify

_MOST_BYTES = 1024 * 1024
_REMEMBERED_IDS = 10_000


@dataclass(frozen=True, slots=True)
class Received:
    """One request: what it was found to be and what it was answered. `notification` only where it may be shown."""

    at_ms: int
    webhook_id: str | None
    signature: str
    answered: int
    is_repeat: bool
    notification: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Failing:
    """How to fail on purpose: a share (0..1) of the genuine requests gets `status_code`."""

    share: float = 0.0
    status_code: int = 500
    retry_after_seconds: int | None = None


def receiver_app(
    secret: str | None, show: Callable[[Received], None], clock: Clock, chance: Callable[[], float], failing: Failing
) -> Starlette:
    """An app that takes POSTs on any path. Without a secret, signatures are not checked."""
    seen: dict[str, None] = {}

    async def receive(request: Request) -> Response:
        body = b""
        try:
            async for part in request.stream():
                body += part
                if len(body) > _MOST_BYTES:
                    return Response(status_code=413)
        except ClientDisconnect:
            return Response(status_code=400)  # which nobody hears: the sender is gone, and will send again
        at_ms = clock.now_ms()
        webhook_id = request.headers.get(ID_HEADER)
        signature = "unchecked"
        if secret is not None:
            try:
                verify([secret], request.headers, body, at_ms)
            except SignatureError as error:
                show(Received(at_ms, webhook_id, f"bad: {error}", 401, False, None))
                return Response(status_code=401)
            signature = "ok"
        try:
            notification = json.loads(body)
        except ValueError:
            notification = None
        if not isinstance(notification, dict):
            show(Received(at_ms, webhook_id, signature, 400, False, None))
            return Response(status_code=400)
        fails = chance() < failing.share
        is_repeat = webhook_id in seen
        if webhook_id is not None and not fails:
            seen[webhook_id] = None
            if len(seen) > _REMEMBERED_IDS:
                del seen[next(iter(seen))]
        status_code = failing.status_code if fails else 204
        show(Received(at_ms, webhook_id, signature, status_code, is_repeat, notification))
        headers = {"retry-after": str(failing.retry_after_seconds)} if fails and failing.retry_after_seconds is not None else None
        return Response(status_code=status_code, headers=headers)

    return Starlette(routes=[Route("/{path:path}", receive, methods=["POST"])])


def receiver(
    port: Annotated[int, typer.Option(help="Where to listen; 0 takes a free port.", min=0, max=65535)] = 9000,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    secret: Annotated[
        str | None,
        typer.Option(envvar="HEARTH_RECEIVER_SECRET", help="The signing secret, whsec_…; without it signatures are not checked."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
    fail_rate: Annotated[float, typer.Option(help="Share of requests to fail on purpose, 0 to 1.", min=0, max=1)] = 0.0,
    status: Annotated[int, typer.Option(help="What a request failed on purpose is answered.", min=200, max=599)] = 500,
    retry_after: Annotated[int | None, typer.Option(help="Seconds named in Retry-After of such an answer.", min=0)] = None,
) -> None:
    """Show what a customer's endpoint would get, and verify its signature."""
    if secret is not None:
        try:
            signing_key(secret)
        except ValueError as error:
            raise invalid("--secret", f"{error}; `hearth endpoint set` shows it.") from error
    out, messages = Console(highlight=False), Console(stderr=True, highlight=False)
    app = receiver_app(
        secret,
        (lambda received: print(json_line(received), flush=True)) if as_json else (lambda received: out.print(pretty(received))),
        SystemClock(),
        system_jitter,
        Failing(fail_rate, status, retry_after),
    )
    listening = _listen(host, port)
    messages.print(
        f"Listening on http://{host}:{listening.getsockname()[1]}/ "
        + ("(signatures are verified). Ctrl-C ends." if secret else "(no --secret: signatures are not checked). Ctrl-C ends."),
        soft_wrap=True,
        markup=False,
    )
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off"))
    server.run(sockets=[listening])


def _listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise Problem("unavailable", f"Cannot listen on {host}:{port} ({error.strerror}). Choose another --port.") from error


def json_line(received: Received) -> str:
    """One request as a JSON object on one line."""
    return json.dumps(
        {
            "receivedAtTimeMillis": received.at_ms,
            "webhookId": received.webhook_id,
            "signature": received.signature,
            "answered": received.answered,
            "repeat": received.is_repeat,
            "notification": received.notification,
        }
    )


def pretty(received: Received) -> Text:
    """One request for people: who it is for, then title and message in each language."""
    time_of_day = datetime_of_instant(received.at_ms).strftime("%H:%M:%S")
    good = received.signature in ("ok", "unchecked")
    text = Text.assemble(
        (f"{time_of_day} UTC  ", "dim"),
        (
            f"signature {_printable(received.signature)}",
            "green" if received.signature == "ok" else "yellow" if good else "bold red",
        ),
        (f"  answered {received.answered}", "dim" if received.answered < 300 else "red"),
        ("  repeat", "yellow") if received.is_repeat else "",
    )
    notification = received.notification
    if notification is None:
        return text.append("\n")
    text.append(f"\n  building {_printable(notification.get('customerBuildingId'))}", "bold")
    text.append(f"  rule {_printable(notification.get('ruleId'))}  {_printable(notification.get('priority'))}\n")
    content = notification.get("notification")
    texts = content.get("texts") if isinstance(content, dict) else None
    for language, shown in (texts if isinstance(texts, dict) else {}).items():
        if isinstance(shown, dict):
            text.append(f"  {_printable(language)}  ", "cyan")
            text.append(_printable(shown.get("title")), "bold")
            text.append(f"  {_printable(shown.get('message'))}\n")
    return text


def _printable(value: object) -> str:
    """Without control characters: what was received must not steer the terminal."""
    return "".join(sign if sign.isprintable() else " " for sign in str(value))
