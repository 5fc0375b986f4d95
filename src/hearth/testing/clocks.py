"""Time and identity for tests: a clock that is moved by hand, identities that count.

Both implement the protocols of `core.clock` and are safe to use from several threads.
"""

from itertools import count


class MovableClock:
    """Stands still at `start_ms` until it is moved; never by itself."""

    def __init__(self, start_ms: int = 1_767_225_600_000) -> None:  # 2026-01-01T00:00Z
        self._now_ms = start_ms

    def now_ms(self) -> int:
        """The instant it was moved to last."""
        return self._now_ms

    def move_to(self, at_ms: int) -> None:
        """Shows another instant, earlier or later."""
        self._now_ms = at_ms

    def advance(self, *, seconds: float) -> None:
        """Moves forward by so many seconds."""
        self._now_ms += round(seconds * 1_000)


class CountedIdentities:
    """Ids and secrets in a fixed order, so that a test can name what it will see.

    Ids are 24 hexadecimal characters: the prefix, zeros, and the count in hexadecimal.
    """

    def __init__(self, prefix: str = "") -> None:
        self._prefix = prefix
        self._numbers = count(1)

    def new_id(self) -> str:
        """The next id."""
        number = f"{next(self._numbers):x}"
        return self._prefix + number.zfill(24 - len(self._prefix))

    def new_secret(self) -> str:
        """The next secret, in the alphabet and length of a real one."""
        return f"secret-{next(self._numbers)}".ljust(43, "_")
