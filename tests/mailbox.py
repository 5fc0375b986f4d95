"""A real SMTP server on loopback that keeps what it is sent, for tests that follow a mailed link."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from queue import Queue
from typing import Any
from urllib.parse import quote

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from tests.running import free_port

_WAIT_SECONDS = 60


class Mailbox:
    """Takes mail until it is stopped; with a `password` only from whoever signs in as `hearth`."""

    def __init__(self, password: str | None = None) -> None:
        self._received: Queue[EmailMessage] = Queue()
        self._password = password
        self._is_serving = False
        port = free_port()
        signing_in: dict[str, Any] = {}
        if password is not None:
            signing_in = {"authenticator": self._sign_in, "auth_required": True, "auth_require_tls": False}
        self._controller = Controller(self, hostname="127.0.0.1", port=port, ready_timeout=_WAIT_SECONDS, **signing_in)
        user = "" if password is None else f"hearth:{quote(password, safe='')}@"
        self.url = f"smtp://{user}127.0.0.1:{port}"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        """Called by the server for each mail."""
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self._received.put(message)
        return "250 OK"

    def start(self) -> None:
        """Serves until `stop`."""
        self._controller.start()
        self._is_serving = True

    def stop(self) -> None:
        """Answers nobody any more; doing so twice is no error."""
        if self._is_serving:
            self._controller.stop()
        self._is_serving = False

    def next_mail(self) -> EmailMessage:
        """The next mail, once it is there."""
        return self._received.get(timeout=_WAIT_SECONDS)

    def is_empty(self) -> bool:
        """Whether no mail waits."""
        return self._received.empty()

    def _sign_in(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        fits = isinstance(data, LoginPassword) and data == LoginPassword(b"hearth", (self._password or "").encode())
        return AuthResult(success=fits, handled=False)


def link_in(mail: EmailMessage) -> str:
    """The link of a mail, the same in both of its forms."""
    text, html = (mail.get_body(preferencelist=(kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    link = re.findall(r"https?://\S+", text.get_content())[0]
    assert f'href="{link}"' in html.get_content()
    return str(link)
