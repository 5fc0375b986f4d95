"""The system's clock and its source of chance: the only place that reads either.

Everybody else is handed a `Clock` or `Identities`, so that a test can move time and know every name.
"""

import secrets
import time
from random import SystemRandom

_ID_BYTES = 12
_SECRET_BYTES = 32
_chance = SystemRandom()


class SystemClock:
    """The operating system's clock."""

    def now_ms(self) -> int:
        """The present instant in milliseconds UTC."""
        return time.time_ns() // 1_000_000


class SystemIdentities:
    """Identifiers and secrets from the operating system's random source."""

    def new_id(self) -> str:
        """24 hexadecimal characters."""
        return secrets.token_hex(_ID_BYTES)

    def new_secret(self) -> str:
        """256 random bits as 43 characters of `[a-zA-Z0-9_-]`."""
        return secrets.token_urlsafe(_SECRET_BYTES)


def system_jitter() -> float:
    """A fraction, 0 <= fraction < 1, that spreads retries of many deliveries over time."""
    return _chance.random()
