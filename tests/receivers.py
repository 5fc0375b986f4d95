"""A customer's side on loopback, in a thread of its own: an endpoint that notes what it gets, and an OAuth token server."""

import base64
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote_plus


@dataclass
class Request:
    """What came: `headers` by lower-case names."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Reply:
    """What is answered."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


class _Server(ThreadingHTTPServer):
    request_queue_size = 64
    daemon_threads = True


class Receiver:
    """Answers each request with `status`, or as `answer` says."""

    def __init__(self, answer: Callable[[Request], Reply] | None = None) -> None:
        self.requests: list[Request] = []
        self.status = 204
        self._answer = answer or (lambda _request: Reply(self.status))
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", "0")))
                request = Request(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
                receiver.requests.append(request)
                reply = receiver._answer(request)
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                if reply.status != 204:
                    self.send_header("content-length", str(len(reply.body)))
                self.end_headers()
                self.wfile.write(reply.body)

            do_GET = do_POST  # noqa: N815 - the server's name for it

            def log_message(self, *_arguments: Any) -> None:
                return

        self._server = _Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    @property
    def url(self) -> str:
        """Where it takes notifications."""
        return f"http://127.0.0.1:{self._server.server_port}/hooks"

    def __enter__(self) -> "Receiver":
        self._thread.start()
        return self

    def __exit__(self, *_reason: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class TokenServer(Receiver):
    """Gives `token-1`, `token-2`, … for the right client; `lifetime` in seconds, None = not said."""

    def __init__(self, client_id: str, client_secret: str, lifetime: object = 3600) -> None:
        super().__init__(self._give)
        self._client = (client_id, client_secret)
        self.lifetime = lifetime
        self.instead: Callable[[], Reply] | None = None
        self.given = 0
        self.good: set[str] = set()

    def _give(self, request: Request) -> Reply:
        if self.instead is not None:
            return self.instead()
        scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
        pair = base64.b64decode(encoded).decode().partition(":")
        form = parse_qs(request.body.decode())
        if scheme != "Basic" or (unquote_plus(pair[0]), unquote_plus(pair[2])) != self._client:
            return Reply(401, json.dumps({"error": "invalid_client", "error_description": "who is " + pair[2]}).encode())
        if form["grant_type"] != ["client_credentials"]:
            return Reply(400, b'{"error": "unsupported_grant_type"}')
        self.given += 1
        token = f"token-{self.given}"
        self.good.add(token)
        body = {"access_token": token, "token_type": "Bearer"} | ({} if self.lifetime is None else {"expires_in": self.lifetime})
        return Reply(200, json.dumps(body).encode())

    def admits(self, request: Request) -> Reply:
        """What an endpoint of the same customer answers: 401 without a token that is still good."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        return Reply(204 if scheme == "Bearer" and token in self.good else 401)
