"""How often someone failed lately: the brake on guessing secrets.

A sliding window per key (a client id, an address), in memory and bounded. It decides only how long to
wait; who is refused and how it is said is the caller's. Instants are handed in.
"""

from collections import OrderedDict, deque
from threading import Lock

_MOST_KEYS = 10_000


class FailureCounter:
    """Allows `most` failures per key within `window_ms`; then a wait until the oldest has left the window."""

    def __init__(self, most: int, window_ms: int) -> None:
        self._most = most
        self._window_ms = window_ms
        self._failures: OrderedDict[str, deque[int]] = OrderedDict()
        self._lock = Lock()

    def wait_ms(self, key: str, now_ms: int) -> int:
        """0 when the key may try now, else the milliseconds until it may."""
        with self._lock:
            return self._wait_ms(key, now_ms)

    def record(self, key: str, now_ms: int) -> None:
        """One more failure. Only the newest `most` of a key count; the key longest without one is forgotten first."""
        with self._lock:
            self._record(key, now_ms)

    def count(self, key: str, now_ms: int) -> int:
        """Looks and, where the key may try, records at once, so that many at the same moment are not all let through."""
        with self._lock:
            wait_ms = self._wait_ms(key, now_ms)
            if wait_ms == 0:
                self._record(key, now_ms)
            return wait_ms

    def forgive(self, key: str, at_ms: int) -> None:
        """The one recorded at that instant was no failure after all; what failed before still counts."""
        with self._lock:
            failures = self._failures.get(key)
            if failures is not None and at_ms in failures:
                failures.remove(at_ms)

    def _wait_ms(self, key: str, now_ms: int) -> int:
        failures = self._failures.get(key)
        if failures is None or len(failures) < self._most:
            return 0
        return max(0, failures[0] + self._window_ms - now_ms)

    def _record(self, key: str, now_ms: int) -> None:
        failures = self._failures.setdefault(key, deque(maxlen=self._most))
        failures.append(now_ms)
        self._failures.move_to_end(key)
        if len(self._failures) > _MOST_KEYS:
            self._failures.popitem(last=False)
