"""The protocols through which time and chance are handed in.

Only `connectors` implements them for production; tests move a clock by hand. Whoever decides gets
instants as data and never one of these.
"""

from typing import Protocol


class Clock(Protocol):
    """Tells the present instant."""

    def now_ms(self) -> int: ...


class Identities(Protocol):
    """Gives new identifiers and secrets."""

    def new_id(self) -> str:
        """24 hexadecimal characters, unique."""

    def new_secret(self) -> str:
        """A secret of 256 random bits in the alphabet `[a-zA-Z0-9_-]`."""
