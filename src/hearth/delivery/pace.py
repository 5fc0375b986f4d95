"""How fast one customer is sent to: at most so many requests a second, evenly spaced.

Pure: whoever sends hands in the instants and waits. Invariant: between two starts lies at least the interval, however
long nothing was sent before.
"""

from hearth.core.instants import SECOND_MS


class Pace:
    """One customer's. `requests_per_second` may change at any time; None = as fast as it answers."""

    def __init__(self) -> None:
        self.requests_per_second: int | None = None
        self._started_at_ms: int | None = None

    def wait_ms(self, now_ms: int) -> float:
        """0 where a request may start now, else how long until one may."""
        if self.requests_per_second is None or self._started_at_ms is None:
            return 0
        interval_ms = SECOND_MS / self.requests_per_second
        # A clock that was set back must not stop the customer's deliveries.
        return min(interval_ms, max(0, self._started_at_ms + interval_ms - now_ms))

    def start(self, now_ms: int) -> None:
        """A request starts now."""
        self._started_at_ms = now_ms
