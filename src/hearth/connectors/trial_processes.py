"""The processes in which rules are tried, so that a trial holds up neither requests nor the evaluation of events.

Holds both ends of the channel: the pool beside the API, and the loop inside of such a process. What a trial means
is `services.trials`'; which program runs there is handed in. Invariants: a process has one trial at a time; a trial whose
caller goes away is ended with its process, whatever it is doing; a process ends when the one that started it is gone.
"""

import asyncio
import contextlib
import os
import resource
import socket
import subprocess
import threading
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import BinaryIO, cast

import msgspec
import structlog

from hearth.core.problems import Problem
from hearth.services.trials import MOST_ANSWER_BYTES, GlanceTrial, Refusal, Trial, is_last, refused

MOST_AT_ONCE = 4
MOST_OF_A_CUSTOMER = 2
_MOST_SECONDS = 3_600.0
_RETRY_AFTER_SECONDS = 5
_NICENESS = 10
_MOST_MEMORY_BYTES = 2 * 1024**3
_LONGEST_LINE = MOST_ANSWER_BYTES + 1024
_TOO_LONG = Refusal(code="invalid", detail="The work takes longer than an hour: take a shorter range, or a sample of the homes.")
_FAULT = Refusal(code="fault", detail="Something went wrong on our side. Tell us the request id if it stays.")

log = structlog.get_logger()


@dataclass
class _Process:
    program: subprocess.Popen[bytes]
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter


class TrialProcesses:
    """The pool, on one event loop. A process that is done waits for the next trial; one waiting is enough."""

    def __init__(self, command: Sequence[str], opening: bytes) -> None:
        """`command` starts a process whose standard input is the channel; `opening`: the first line it is told."""
        self._command = command
        self._opening = opening
        self._waiting: list[_Process] = []
        self._working: list[_Process] = []
        self._trials: Counter[tuple[str, bool]] = Counter()
        self._ending: set[asyncio.Task[None]] = set()
        self._is_closed = False

    async def warm_up(self) -> None:
        """Has a process wait, so that the next trial need not wait for one to start."""
        if not self._waiting and not self._is_closed:
            self._keep(await self._started())

    @property
    def pids_waiting(self) -> list[int]:
        """Of the processes that have nothing to do."""
        return [process.program.pid for process in self._waiting]

    @property
    def pids_at_work(self) -> list[int]:
        """Of the processes that try a rule."""
        return [process.program.pid for process in self._working]

    async def close(self) -> None:
        """Ends all of them."""
        self._is_closed = True
        for process in (*self._waiting, *self._working):
            self._end(process)
        self._waiting.clear()
        while self._ending:
            await asyncio.wait(self._ending)

    async def run(self, trial: Trial) -> AsyncGenerator[bytes, None]:
        """The lines of the trial. Closing the generator before its last line ends the work.

        Raises Problem "too_many_requests" at once where as many trials run as may. A glance, which a page asks for by itself,
        takes no place of a simulation or a backtest, nor they of it.
        """
        lane = (trial.customer_id, isinstance(trial, GlanceTrial))
        self._admit(lane)
        process, is_done = None, False
        try:
            process = self._found_waiting() or await self._started()
            self._working.append(process)
            process.writer.write(msgspec.json.encode(trial) + b"\n")
            ends_at = asyncio.get_running_loop().time() + _MOST_SECONDS
            while not is_done:
                try:
                    async with asyncio.timeout_at(ends_at):
                        line = await _next_line(process)
                except TimeoutError:
                    yield refused(_TOO_LONG)
                    return
                if not line:
                    exit_code = await asyncio.to_thread(process.program.wait)
                    log.error("the process of a trial ended", exit_code=exit_code, customer_id=trial.customer_id)
                    yield refused(_FAULT)
                    return
                is_done = is_last(line)
                if is_done:
                    self._working.remove(process)
                    self._keep(process)
                yield line
        finally:
            self._trials -= Counter([lane])
            if process in self._working:
                self._end(process)

    def _admit(self, lane: tuple[str, bool]) -> None:
        at_once = sum(count for (_, is_glance), count in self._trials.items() if is_glance == lane[1])
        if self._trials[lane] >= MOST_OF_A_CUSTOMER or at_once >= MOST_AT_ONCE:
            detail = f"Too many rules are being tried; at most {MOST_OF_A_CUSTOMER} of a customer at once. Try again later."
            raise Problem("too_many_requests", detail, retry_after_seconds=_RETRY_AFTER_SECONDS)
        self._trials[lane] += 1

    def _found_waiting(self) -> _Process | None:
        while self._waiting:
            process = self._waiting.pop()
            if process.program.poll() is None:
                return process
            self._end(process)
        return None

    async def _started(self) -> _Process:
        program, channel = await asyncio.to_thread(self._start)
        reader, writer = await asyncio.open_unix_connection(sock=channel, limit=_LONGEST_LINE)
        writer.write(self._opening + b"\n")
        return _Process(program, reader, writer)

    def _start(self) -> tuple[subprocess.Popen[bytes], socket.socket]:
        """A process and our end of its channel: dropped, that is closed, and the process ends.

        By vfork, which copies nothing of a process that may be large. A group of its own: Ctrl-C is for the parent. It steps back
        from the beginning and gets what processor time others leave.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            program = subprocess.Popen(self._command, stdin=theirs.fileno(), process_group=0)  # noqa: S603 - our own command
        os.setpriority(os.PRIO_PROCESS, program.pid, _NICENESS)
        return program, ours

    def _keep(self, process: _Process) -> None:
        """Has it wait for the next trial, unless another one does."""
        if self._waiting or self._is_closed:
            self._end(process)
        else:
            self._waiting.append(process)

    def _end(self, process: _Process) -> None:
        """Ends it at once; another one waits in its stead where none does."""
        if process in self._working:
            self._working.remove(process)
        process.program.kill()
        process.writer.close()
        ending = asyncio.create_task(self._ended(process))
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)

    async def _ended(self, process: _Process) -> None:
        await asyncio.to_thread(process.program.wait)
        await self.warm_up()


async def _next_line(process: _Process) -> bytes:
    """Empty where the process is gone."""
    try:
        return await process.reader.readline()
    except ConnectionError:
        return b""


def open_channel() -> BinaryIO:
    """The channel of this process to the one that started it: its standard input, both ways."""
    return cast("BinaryIO", socket.socket(fileno=os.dup(0)).makefile("rwb"))


def answer_requests(channel: BinaryIO, answer: Callable[[bytes], Iterator[bytes]]) -> None:
    """Answers each line of the channel with lines, for ever; ends the process when the other end is gone.

    It takes only so much memory; should the machine's run out all the same, this process is the first to go.
    """
    requests: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_listen, args=(channel, requests), name="channel", daemon=True).start()
    with contextlib.suppress(OSError, ValueError):  # Linux alone has both
        resource.setrlimit(resource.RLIMIT_DATA, (_MOST_MEMORY_BYTES, _MOST_MEMORY_BYTES))
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    while True:
        for line in answer(requests.get()):
            channel.write(line)
            channel.flush()


def _listen(channel: BinaryIO, requests: SimpleQueue[bytes]) -> None:
    for request in channel:
        requests.put(request)
    os._exit(0)
