"""The e-mail channel: one mail of one notification to one address, over SMTP, and what the server said.

Over the customer's own server, whose address is checked as that of an endpoint, or over the installation's. Invariants: a
password crosses a network encrypted or not at all, unless the customer has chosen a server without encryption; neither it nor
the recipient's address is in an error; a repeat has the same Message-ID; over the installation's server every mail has the
operator's address as its sender.
"""

import asyncio
import ssl
import time
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate, parseaddr
from typing import NamedTuple

import aiosmtplib

from hearth.connectors.addresses import AddressGuard, AddressRefusedError, connect_guarded
from hearth.connectors.mail import SmtpMailer, send_over
from hearth.core.instants import SECOND_MS
from hearth.delivery.attempts import Verdict
from hearth.delivery.parcels import MailParcel
from hearth.domain.channels import Email, SmtpServer
from hearth.ports import Answer, Sealer

TOTAL_SECONDS = 15.0
_TAKEN = 250
_LATER = (400, 499)
_NOT_SET = "no mail can be sent: the operator has not set smtp_url and mail_from"


class _Said(NamedTuple):
    verdict: Verdict
    status_code: int | None
    error: str | None


class EmailChannel:
    """The part of `ports.Carrier` for mail. `mailer`: the installation's own; None where the operator has named no server."""

    def __init__(
        self, sealer: Sealer, guard: AddressGuard, mailer: SmtpMailer | None, *, total_seconds: float = TOTAL_SECONDS
    ) -> None:
        self._sealer = sealer
        self._guard = guard
        self._mailer = mailer
        self._total_seconds = total_seconds
        self._tls = ssl.create_default_context()

    async def deliver(self, parcel: MailParcel) -> Answer:
        """Sends it and waits until the server has taken it or said why not."""
        started = time.monotonic()
        try:
            async with asyncio.timeout(self._total_seconds):
                said = await self._send(parcel)
        except TimeoutError:
            said = _Said("retry", None, f"the mail server did not answer within {self._total_seconds:g} s")
        return Answer(said.status_code, said.error, None, round((time.monotonic() - started) * SECOND_MS), said.verdict)

    async def _send(self, parcel: MailParcel) -> _Said:
        way = parcel.over.way
        assert isinstance(way, Email)
        sender = _sender(way, self._mailer)
        if sender is None:
            return _Said("retry", None, _NOT_SET)
        try:
            message = _message(parcel, sender)
            if way.server is not None:
                await self._over_own(parcel, way.server, message)
            else:
                assert self._mailer is not None  # it has a sender
                await self._mailer.hand_over(message, self._total_seconds)
        except aiosmtplib.SMTPRecipientsRefused as refused:
            [one] = refused.recipients
            return _refusal(one.code, f"the mail server refused the recipient with {one.code}")
        except aiosmtplib.SMTPAuthenticationError as error:
            return _Said("retry", error.code, "the mail server did not take the user name and password")
        except aiosmtplib.SMTPResponseException as error:
            return _refusal(error.code, f"the mail server refused the mail with {error.code}")
        except AddressRefusedError as error:
            return _Said("retry", None, str(error))
        except ssl.SSLCertVerificationError:
            return _Said("retry", None, "the mail server's TLS certificate cannot be trusted")
        except (aiosmtplib.SMTPException, OSError) as error:
            return _Said("retry", None, f"the mail server could not be spoken to ({type(error).__name__})")
        return _Said("delivered", _TAKEN, None)

    async def _over_own(self, parcel: MailParcel, server: SmtpServer, message: EmailMessage) -> None:
        password = None
        if server.user:
            assert parcel.over.credential is not None
            password = self._sealer.open(parcel.over.credential.sealed)
        opened = await connect_guarded(self._guard, server.host, server.port, self._total_seconds)
        client = aiosmtplib.SMTP(
            hostname=server.host,
            sock=opened,
            username=server.user or None,
            password=password,
            use_tls=server.security == "tls",
            start_tls=server.security == "starttls",
            tls_context=self._tls,
            timeout=self._total_seconds,
        )
        await send_over(client, message)


def _sender(way: Email, mailer: SmtpMailer | None) -> Address | None:
    """Over the installation's server nobody sends as somebody else: a channel brings its name, the address is the operator's."""
    name, address = parseaddr(way.sender)
    own, operators = parseaddr("" if mailer is None else mailer.mail_from)
    if way.server is None or not address:
        name, address = name or own, operators
    return Address(name, addr_spec=address) if address else None


def _message(parcel: MailParcel, sender: Address) -> EmailMessage:
    message = EmailMessage()
    message["From"] = sender
    message["To"] = Address(addr_spec=parcel.recipient)
    message["Subject"] = parcel.subject
    message["Date"] = formatdate()
    message["Message-ID"] = f"<{parcel.id}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    if parcel.unsubscribe_url is not None:
        message["List-Unsubscribe"] = f"<{parcel.unsubscribe_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(parcel.text)
    message.add_alternative(parcel.html, subtype="html")
    return message


def _refusal(code: int, words: str) -> _Said:
    """4xx passes, 5xx does not (RFC 5321, 4.2.1). What the server wrote may repeat addresses, so its code alone is kept."""
    later = _LATER[0] <= code <= _LATER[1]
    return _Said("retry" if later else "refused", code, words)
