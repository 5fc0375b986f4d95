"""Turn: whose turn it is to write to a SQLite file, among threads and processes.

SQLite has one writer at a time, and one that finds the place taken sleeps for up to a tenth of a second
before it looks again. Here writers queue in the kernel (flock) and are woken when it is their turn. It is
for promptness alone: what keeps two writers apart is SQLite's own lock, and a crash leaves no turn behind.
"""

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Turn:
    """The turn of one database file. Threads of a process queue at a lock first, then one of them at the file."""

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(database.name + "-turn")
        self._threads = threading.Lock()
        self._file: int | None = None

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Waits for the turn and keeps it while the block lasts."""
        with self._threads:
            if self._file is None:
                self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Nobody may be writing any more."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
