"""Wake-ups between processes of one machine: a pipe into which a byte means "look at the outbox now".

A wake-up carries nothing and may be lost; whoever listens also looks by itself. The writing process
never waits: a full pipe is a wake-up that has been given already.
"""

import asyncio
import os
from collections.abc import Callable

_MOST_BYTES_READ = 65_536


def open_wake_pipe() -> tuple[int, int]:
    """(reading end, writing end), both non-blocking.

    A child process gets an end by `subprocess.Popen(pass_fds=…)`; every writer of it may wake.
    """
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    os.set_blocking(writing, False)
    return reading, writing


class PipeWake:
    """Implements `ports.Wake` over the writing end."""

    def __init__(self, writing_end: int) -> None:
        self._writing_end = writing_end

    def wake(self) -> None:
        """Never blocks. Nothing happens when nobody listens any more."""
        try:
            os.write(self._writing_end, b"\0")
        except (BlockingIOError, BrokenPipeError):
            return


class WakeListener:
    """Calls back on the running event loop when a wake-up arrives; several that arrive together are one."""

    def __init__(self, reading_end: int, woken: Callable[[], None]) -> None:
        self._reading_end = reading_end
        self._woken = woken
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(reading_end, self._read)

    def _read(self) -> None:
        try:
            taken = os.read(self._reading_end, _MOST_BYTES_READ)
        except BlockingIOError:
            return
        if not taken:  # no writer is left; an ended pipe would call for ever
            self.close()
            return
        self._woken()

    def close(self) -> None:
        """Stops listening; the descriptor stays its owner's."""
        self._loop.remove_reader(self._reading_end)
