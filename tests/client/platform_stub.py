"""A platform on loopback that answers as a test says, in a thread of its own: refusals, silence, broken answers.

It gives tokens `token-1`, `token-2`, … and admits the newest; whatever else is asked it puts to the test's `answer`.
"""

import base64
import gzip
import json
import socket
import struct
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

CLIENT = ("integrator", "s3cret-of-the-integrator")


@dataclass
class Asked:
    """What came; `headers` by lower-case names, `body` unpacked."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Answer:
    """What is answered."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


def problem(status: int, code: str, detail: str = "no", errors: list[dict[str, str]] | None = None, **headers: str) -> Answer:
    """A problem document, as the platform answers with."""
    document = {
        "type": f"urn:hearth:problem:{code}",
        "title": code,
        "status": status,
        "detail": detail,
        "errors": errors or [],
        "requestId": "req-1",
    }
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, document, {"content-type": "application/problem+json", **named})


class HangupError(Exception):
    """Raised by `answer`: the connection ends without an answer."""


class _Server(ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that did not wait for the answer is no error here."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class PlatformStub:
    """Answers each request but those for tokens as `answer` says."""

    def __init__(self, answer: Callable[[Asked], Answer]) -> None:
        self.answer = answer
        self.token_answer: Callable[[], Answer | None] = lambda: None
        self.token_seconds = 86_400
        self.tokens = 0
        self.token_requests = 0
        self.admitted: set[str] = set()
        self.asked: list[Asked] = []
        self._lock = threading.Lock()
        stub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _handle(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", "0")))
                headers = {name.lower(): value for name, value in self.headers.items()}
                if headers.get("content-encoding") == "gzip":
                    body = gzip.decompress(body)
                asked = Asked(self.command, self.path, headers, body)
                try:
                    answer = stub._token(asked) if self.path == "/auth/token/v1" else stub._answer(asked)
                except HangupError:
                    # A reset, so that the client does not see an orderly end.
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    self.close_connection = True
                    self.connection.close()
                    return
                raw = (
                    answer.body
                    if isinstance(answer.body, bytes)
                    else b""
                    if answer.body is None
                    else json.dumps(answer.body).encode()
                )
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            def __getattr__(self, name: str) -> Any:
                """One method answers them all: do_GET, do_POST, …"""
                if name.startswith("do_"):
                    return self._handle
                raise AttributeError(name)

            def log_message(self, *_arguments: Any) -> None:
                return

        self._server = _Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def events(self) -> list[Any]:
        """The events of all requests that were answered with success or not, in order."""
        return [asked.json for asked in self.asked if asked.target == "/events/v1"]

    def revoke(self) -> None:
        """No token given so far is good any more."""
        self.admitted.clear()

    def _token(self, asked: Asked) -> Answer:
        with self._lock:
            self.token_requests += 1
            instead = self.token_answer()
            if instead is not None:
                return instead
            pair = base64.b64decode(asked.headers["authorization"].removeprefix("Basic ")).decode()
            if tuple(pair.split(":", 1)) != CLIENT or asked.method != "POST":
                return problem(401, "unauthorized", "The client id or the secret is wrong.")
            self.tokens += 1
            token = f"token-{self.tokens}"
            self.admitted.add(token)
        body = {"access_token": token, "expires_in": self.token_seconds, "scope": "read:buildings", "token_type": "Bearer"}
        return Answer(200, body, {"cache-control": "no-store"})

    def _answer(self, asked: Asked) -> Answer:
        with self._lock:
            self.asked.append(asked)
            if asked.headers.get("authorization", "").removeprefix("Bearer ") not in self.admitted:
                return problem(401, "unauthorized", "The access token has expired; ask for a new one.")
        return self.answer(asked)

    def __enter__(self) -> "PlatformStub":
        self._thread.start()
        return self

    def __exit__(self, *_reason: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
