"""Wake-ups through a pipe, within a process and from a child process."""

import asyncio
import os
import sys

import pytest

from hearth.connectors.wake import PipeWake, WakeListener, open_wake_pipe


@pytest.fixture
def pipe():
    ends = open_wake_pipe()
    yield ends
    for end in ends:
        try:
            os.close(end)
        except OSError:
            continue


async def test_a_wake_up_arrives(pipe):
    reading, writing = pipe
    woken = asyncio.Event()
    listener = WakeListener(reading, woken.set)
    PipeWake(writing).wake()
    await asyncio.wait_for(woken.wait(), 30)
    woken.clear()
    PipeWake(writing).wake()
    await asyncio.wait_for(woken.wait(), 30)
    listener.close()


async def test_a_child_process_wakes(pipe):
    reading, writing = pipe
    woken = asyncio.Event()
    listener = WakeListener(reading, woken.set)
    code = f"from hearth.connectors.wake import PipeWake; PipeWake({writing}).wake()"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, pass_fds=[writing])
    await asyncio.wait_for(woken.wait(), 30)
    assert await process.wait() == 0
    listener.close()


def test_waking_never_waits_however_long_nobody_listens(pipe):
    wake = PipeWake(pipe[1])
    for _ in range(200_000):
        wake.wake()


def test_nobody_listening_is_no_failure(pipe):
    os.close(pipe[0])
    PipeWake(pipe[1]).wake()


async def test_an_ended_pipe_does_not_call_for_ever(pipe):
    reading, writing = pipe
    calls: list[None] = []
    listener = WakeListener(reading, lambda: calls.append(None))
    os.close(writing)
    for _ in range(20):
        await asyncio.sleep(0)
    assert calls == []
    assert not asyncio.get_running_loop().remove_reader(reading), "it has stopped listening by itself"
    listener.close()
