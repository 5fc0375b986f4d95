"""What follows from an attempt to deliver: delivered, another try and when, failed, or an address or an endpoint that is gone.

A channel says what an answer means (`Verdict`); what HTTP's mean at an endpoint stands here. Rules of the public API, "Delivery
to the customer": 2xx is delivered; 429 and 503 name their own pause; everything else (a redirect too, which is never followed)
is tried again after growing, jittered pauses for 24 h at most; 410 disables the endpoint; advice after its moment is not sent
any more.
"""

from typing import Literal, NamedTuple

from hearth.core.instants import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS
from hearth.domain.channels import Channel
from hearth.domain.endpoints import Endpoint
from hearth.domain.notifications import Delivery

PAUSES_MS = (5 * SECOND_MS, 15 * SECOND_MS, MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS, 30 * MINUTE_MS, HOUR_MS)
GIVE_UP_AFTER_MS = DAY_MS
# A pause is stretched or shortened by up to this share, so that what failed together is not retried together.
_SPREAD = 0.2

_GONE = 410
_NAMING_THEIR_PAUSE = (429, 503)

Verdict = Literal["delivered", "retry", "refused", "address_gone", "endpoint_gone"]
"""Taken; worth another try; never worth one; never again to this address; never again to this endpoint."""


class Arrived(NamedTuple):
    """The endpoint took it."""


class RetryAt(NamedTuple):
    """Not yet; another attempt may start at `due_at_ms`."""

    due_at_ms: int


class Failed(NamedTuple):
    """Given up, because of `reason` (a phrase for people)."""

    reason: str


class EndpointGone(NamedTuple):
    """The endpoint said that it is gone for good: it is to be disabled for `reason`."""

    reason: str


class Unwanted(NamedTuple):
    """Nothing was sent: the building, or the rule for those it was meant for, was switched off while it waited."""


class AddressGone(NamedTuple):
    """The recipient's address is no longer one: it is to be forgotten. `reason` is a phrase for people."""

    reason: str


Outcome = Arrived | RetryAt | Failed | EndpointGone | AddressGone | Unwanted


def http_verdict(status_code: int | None, retry_after_seconds: float | None) -> tuple[Verdict, float | None]:
    """(what an endpoint's answer means, the pause that it may ask for). status_code: None where no answer came."""
    if status_code is not None and 200 <= status_code < 300:
        return "delivered", None
    if status_code == _GONE:
        return "endpoint_gone", None
    return "retry", retry_after_seconds if status_code in _NAMING_THEIR_PAUSE else None


def refusal(delivery: Delivery, over: Endpoint | Channel | None, now_ms: int) -> Failed | None:
    """Why nothing is sent now; None when the attempt may start."""
    if now_ms >= delivery.expires_at_ms:
        return Failed("expired before it could be sent")
    if over is None:
        return Failed("the customer does not have this channel any more")
    if not over.is_enabled:
        return Failed("the endpoint was switched off" if isinstance(over, Endpoint) else "the channel was switched off")
    if isinstance(over, Endpoint) and over.disabled_reason is not None:
        return Failed(f"endpoint disabled: {over.disabled_reason}")
    return None


def decide(
    delivery: Delivery, verdict: Verdict, retry_after_seconds: float | None, now_ms: int, jitter: float, said: str = ""
) -> Outcome:
    """What follows from one answer.

    delivery: as it was before this attempt (`attempts` counts earlier ones); retry_after_seconds: the pause that the answer asks
    for, if any; now_ms: when the answer came; jitter: a fraction, 0 <= jitter <= 1; said: the answer in words.
    """
    match verdict:
        case "delivered":
            return Arrived()
        case "endpoint_gone":
            return EndpointGone(said or "it answered 410 Gone")
        case "address_gone":
            return AddressGone(said or "the address is no longer one")
        case "refused":
            return Failed(said or "refused")
    due_at_ms = now_ms + _pause_ms(delivery.attempts, retry_after_seconds, jitter)
    if due_at_ms >= delivery.expires_at_ms:
        return Failed("expired before the next attempt")
    if due_at_ms >= delivery.created_at_ms + GIVE_UP_AFTER_MS:
        return Failed("not delivered within 24 hours")
    return RetryAt(due_at_ms)


def _pause_ms(attempts: int, retry_after_seconds: float | None, jitter: float) -> int:
    if retry_after_seconds is not None:
        # Never earlier than asked for, and "0" does not mean without pause.
        asked_ms = max(retry_after_seconds * SECOND_MS, PAUSES_MS[0])
        return round(asked_ms * (1 + _SPREAD * jitter))
    pause_ms = PAUSES_MS[min(attempts, len(PAUSES_MS) - 1)]
    return round(pause_ms * (1 - _SPREAD + 2 * _SPREAD * jitter))
