"""What follows from an attempt to deliver: delivered, another try and when, failed, or an endpoint that is gone.

Rules of the public API, "Delivery to the customer": 2xx is delivered; 429 and 503 name their own
pause; everything else (a redirect too, which is never followed) is tried again after growing, jittered
pauses for 24 h at most; 410 disables the endpoint; advice after its moment is not sent any more.
"""

from typing import NamedTuple

from hearth.core.instants import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS
from hearth.domain.endpoints import Endpoint
from hearth.domain.notifications import Delivery

PAUSES_MS = (5 * SECOND_MS, 15 * SECOND_MS, MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS, 30 * MINUTE_MS, HOUR_MS)
GIVE_UP_AFTER_MS = DAY_MS
# A pause is stretched or shortened by up to this share, so that what failed together is not retried together.
_SPREAD = 0.2

_GONE = 410
_NAMING_THEIR_PAUSE = (429, 503)


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


Outcome = Arrived | RetryAt | Failed | EndpointGone


def refusal(delivery: Delivery, endpoint: Endpoint | None, now_ms: int) -> Failed | None:
    """Why nothing is sent now; None when the attempt may start."""
    if now_ms >= delivery.expires_at_ms:
        return Failed("expired before it could be sent")
    if endpoint is None:
        return Failed("the customer has no endpoint any more")
    if endpoint.disabled_reason is not None:
        return Failed(f"endpoint disabled: {endpoint.disabled_reason}")
    return None


def decide(delivery: Delivery, status_code: int | None, retry_after_seconds: float | None, now_ms: int, jitter: float) -> Outcome:
    """What follows from one answer.

    delivery: as it was before this attempt (`attempts` counts earlier ones); status_code: None where no
    answer came; now_ms: when the answer came; jitter: a fraction, 0 <= jitter <= 1.
    """
    if status_code is not None and 200 <= status_code < 300:
        return Arrived()
    if status_code == _GONE:
        return EndpointGone("it answered 410 Gone")
    due_at_ms = now_ms + _pause_ms(delivery.attempts, status_code, retry_after_seconds, jitter)
    if due_at_ms >= delivery.expires_at_ms:
        return Failed("expired before the next attempt")
    if due_at_ms >= delivery.created_at_ms + GIVE_UP_AFTER_MS:
        return Failed("not delivered within 24 hours")
    return RetryAt(due_at_ms)


def _pause_ms(attempts: int, status_code: int | None, retry_after_seconds: float | None, jitter: float) -> int:
    if status_code in _NAMING_THEIR_PAUSE and retry_after_seconds is not None:
        # Never earlier than asked for, and "0" does not mean without pause.
        asked_ms = max(retry_after_seconds * SECOND_MS, PAUSES_MS[0])
        return round(asked_ms * (1 + _SPREAD * jitter))
    pause_ms = PAUSES_MS[min(attempts, len(PAUSES_MS) - 1)]
    return round(pause_ms * (1 - _SPREAD + 2 * _SPREAD * jitter))
