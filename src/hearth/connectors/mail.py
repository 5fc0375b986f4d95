"""Mail over SMTP, to the server that the operator has named.

What is said is the services'. Invariants: a password crosses a network encrypted or not at all, and neither it nor a
mail's content reaches a log or an error message.
"""

import asyncio
import contextlib
import ipaddress
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr
from urllib.parse import unquote, urlsplit

import aiosmtplib

from hearth.core.problems import Problem, invalid
from hearth.ports import Mail
from hearth.services.mails import mail_not_set

_TIMEOUT_SECONDS = 15
_FAREWELL_SECONDS = 2
_PORTS = {"smtp": 587, "smtps": 465}


class SmtpMailer:
    """Implements `ports.Mailer`. `smtp_url`: smtp://user:password@host:port, or smtps:// for TLS from the start."""

    is_set = True

    def __init__(self, smtp_url: str, mail_from: str) -> None:
        parts = urlsplit(smtp_url)
        try:
            port = parts.port
        except ValueError:
            port = 0
        if parts.scheme not in _PORTS or not parts.hostname or port == 0:
            raise invalid("/smtp_url", "smtp_url looks like smtp://user:password@host:587, or smtps:// for TLS from the start")
        name, address = parseaddr(mail_from)
        if "@" not in address.strip("@"):
            raise invalid("/mail_from", "mail_from is the sender of mails, such as Hearth <hearth@example.com>")
        self.mail_from = mail_from
        self._sender = Address(name, addr_spec=address)
        self._host = parts.hostname
        self._port = port or _PORTS[parts.scheme]
        self._user = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password) if parts.password else None
        self._is_tls = parts.scheme == "smtps"

    def send(self, mail: Mail) -> None:
        """Returns once the server has taken it. Raises Problem("unavailable") when it has not."""
        message = EmailMessage()
        message["From"] = self._sender
        message["To"] = Address(addr_spec=mail.recipient)
        if mail.reply_to:
            message["Reply-To"] = Address(addr_spec=mail.reply_to)
        message["Subject"] = mail.subject
        message["Date"] = formatdate()
        message["Message-ID"] = make_msgid(domain=self._sender.domain)
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(mail.text)
        message.add_alternative(mail.html, subtype="html")
        try:
            asyncio.run(self.hand_over(message, _TIMEOUT_SECONDS))
        except (aiosmtplib.SMTPException, OSError) as error:
            # A server's answer may repeat addresses; its kind is enough for a person, and its code for the operator.
            code = getattr(error, "code", None)
            said = type(error).__name__ + (f" {code}" if code else "")
            raise Problem(
                "unavailable", f"The mail server {self._host} did not take the mail ({said}); try again later."
            ) from None

    async def hand_over(self, message: EmailMessage, timeout_seconds: float) -> None:
        """Returns once the server has taken it. Raises aiosmtplib.SMTPException or OSError."""
        # None: whenever the server offers it. A password is not sent without it, but to this machine itself.
        start_tls = None if self._user is None or _is_loopback(self._host) else True
        client = aiosmtplib.SMTP(
            hostname=self._host,
            port=self._port,
            username=self._user,
            password=self._password,
            use_tls=self._is_tls,
            start_tls=False if self._is_tls else start_tls,
            timeout=timeout_seconds,
        )
        await send_over(client, message)


async def send_over(client: aiosmtplib.SMTP, message: EmailMessage) -> None:
    """Connects, sends and leaves; whoever gives it up half-way waits for no farewell of a server that hangs."""
    try:
        await client.connect()
        await client.send_message(message)
        with contextlib.suppress(aiosmtplib.SMTPException):  # it has the mail
            await client.quit(timeout=_FAREWELL_SECONDS)
    finally:
        client.close()


class UnsetMailer:
    """Implements `ports.Mailer` where the operator has named no server."""

    is_set = False

    def send(self, mail: Mail) -> None:
        """Raises Problem("unavailable")."""
        raise mail_not_set()


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
