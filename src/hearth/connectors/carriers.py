"""One carrier for all kinds of channels: whatever is to be delivered goes to the channel of its kind.

Which address is allowed is the guard's, the same for all. Invariant: tests of a channel and deliveries go through here, and so
the same way.
"""

import ssl

from hearth.connectors.addresses import AddressGuard
from hearth.connectors.email_channel import EmailChannel
from hearth.connectors.fcm_channel import FCM_URL, FcmChannel
from hearth.connectors.mail import SmtpMailer
from hearth.connectors.mqtt_channel import MqttChannel
from hearth.connectors.webhook import WebhookChannel
from hearth.core.clock import Clock
from hearth.delivery.parcels import MailParcel, MqttParcel, Parcel, PushParcel, WebhookParcel
from hearth.ports import Answer, Sealer


class Carriers:
    """Implements `ports.Carrier`; `aclose` ends kept connections. `mailer`: the installation's mail server, if it has one."""

    def __init__(
        self,
        sealer: Sealer,
        clock: Clock,
        guard: AddressGuard,
        mailer: SmtpMailer | None = None,
        fcm_url: str = FCM_URL,
        *,
        connect_seconds: float = 5.0,
        total_seconds: float = 15.0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        times = {"connect_seconds": connect_seconds, "total_seconds": total_seconds}
        self._webhook = WebhookChannel(sealer, clock, guard, **times, tls=tls)
        self._email = EmailChannel(sealer, guard, mailer, total_seconds=total_seconds)
        self._fcm = FcmChannel(sealer, clock, guard, fcm_url, **times, tls=tls)
        self._mqtt = MqttChannel(sealer, clock, guard, total_seconds=total_seconds)

    async def deliver(self, parcel: Parcel) -> Answer:
        """Carries it over the channel of its kind."""
        match parcel:
            case WebhookParcel(endpoint, webhook_id, body):
                return await self._webhook.deliver(endpoint, webhook_id, body)
            case MailParcel():
                return await self._email.deliver(parcel)
            case PushParcel():
                return await self._fcm.deliver(parcel)
            case MqttParcel():
                return await self._mqtt.deliver(parcel)

    async def aclose(self) -> None:
        """Ends the kept connections."""
        await self._webhook.aclose()
        await self._fcm.aclose()
