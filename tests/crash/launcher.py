"""`hearth serve` as it is, except that each of its processes kills itself when it comes to a step that is armed.

Run as a program, with the arguments of `hearth`. Nothing in Hearth knows of it: the functions of the steps are wrapped
from outside. Armed steps stand in a file of the data folder, the next one first. Who comes to it notes that in another
file, strikes the step off and is gone, by SIGKILL; so each is died at once, and the process started anew goes on.

The two parts are forked from a supervisor that has imported everything, where `hearth serve` starts them from nothing: a
restart takes a moment, and a minute has room for many. Some numbers are made small for the same reason (`_SMALL`).
"""

import inspect
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from functools import partial, wraps
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn

from tests.crash.steps import BEFORE, STEPS_OF_EVENTS, STEPS_OF_TICKS, Call, Step

from hearth.cli import main, serve

ARMED, DIED = "armed", "died"

# module, attribute, value
_SMALL: Sequence[tuple[str, str, Any]] = (
    ("hearth.cli.serve", "_MOST_PAUSE_SECONDS", 0.0),
    ("hearth.runtime.live", "_HOUSEKEEPING_SECONDS", 0.1),
    ("hearth.runtime.live", "_SLICE_BUILDINGS", 2),
    ("hearth.runtime.deliveries", "LEASE_MS", 1_000),
    ("hearth.runtime.deliveries", "_SEND_TAKES_MS", 300),
    ("hearth.runtime.housekeeping", "_LEAST_EVENTS_A_SERIES", 0),
    ("hearth.runtime.housekeeping", "Compaction.__init__.__defaults__", (time.sleep, 50)),
    ("hearth.runtime.housekeeping", "_LOOK_EVERY_SECONDS", 0.2),
)


def arm(data: Path, *names: str) -> None:
    """The server on this data folder dies at these steps, one after another."""
    (data / DIED).unlink(missing_ok=True)
    _write(data / ARMED, "".join(f"{name}\n" for name in names))


def died_at(data: Path) -> list[str]:
    """The steps at which it has died since it was armed."""
    return (data / DIED).read_text().splitlines() if (data / DIED).exists() else []


def _write(path: Path, text: str) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_text(text)
    fresh.replace(path)


class Mortal:
    """This process: its data folder, and which part of the server it is."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.part = "supervisor"

    def wrap(self, step: Step) -> None:
        """The step's function does what it does, and is watched."""
        owner, name = _place(step.module, step.function)
        function = getattr(owner, name)
        setattr(owner, name, self._watched(step, function))

    def _watched(self, step: Step, function: Callable[..., Any]) -> Callable[..., Any]:
        if inspect.iscoroutinefunction(function):

            @wraps(function)
            async def awaited(*arguments: Any, **named: Any) -> Any:
                if step.when == BEFORE:
                    self._reach(step, Call(arguments))
                    return await function(*arguments, **named)
                result = await function(*arguments, **named)
                self._reach(step, Call(arguments, result))
                return result

            return awaited

        @wraps(function)
        def called(*arguments: Any, **named: Any) -> Any:
            if step.when == BEFORE:
                self._reach(step, Call(arguments))
                return function(*arguments, **named)
            result = function(*arguments, **named)
            self._reach(step, Call(arguments, result))
            return result

        return called

    def _reach(self, step: Step, call: Call) -> None:
        if self.part != step.process or not step.only(call):
            return
        try:
            next_one, *others = (self.data / ARMED).read_text().splitlines()
        except FileNotFoundError:
            return
        if next_one != step.name:
            return
        with (self.data / DIED).open("a") as died:
            died.write(f"{step.name}\n")
        if others:
            _write(self.data / ARMED, "".join(f"{name}\n" for name in others))
        else:
            (self.data / ARMED).unlink()
        os.kill(os.getpid(), signal.SIGKILL)


def _place(module: str, attribute: str) -> tuple[Any, str]:
    """What holds an attribute, and its name there."""
    *path, name = attribute.split(".")
    owner: Any = import_module(module)
    for each in path:
        owner = getattr(owner, each)
    return owner, name


class Forked:
    """What the supervisor asks of `subprocess.Popen`, over a fork of itself that runs the same command."""

    def __init__(self, mortal: Mortal, command: Sequence[str], pass_fds: Sequence[int]) -> None:
        self._code: int | None = None
        self.pid = os.fork()
        if self.pid == 0:
            _become(mortal, command, pass_fds)

    def poll(self) -> int | None:
        """The exit code, None while it runs."""
        if self._code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self._code = os.waitstatus_to_exitcode(status) if pid else None
        return self._code

    def wait(self, timeout: float) -> None:
        """Until it has ended; raises like `Popen.wait`."""
        ends_at = time.monotonic() + timeout
        while self.poll() is None:
            if time.monotonic() > ends_at:
                raise subprocess.TimeoutExpired("a part", timeout)
            time.sleep(0.01)

    def terminate(self) -> None:
        """SIGTERM, unless it has ended: its number may be another's by now."""
        self._send(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL, likewise."""
        self._send(signal.SIGKILL)

    def _send(self, number: signal.Signals) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)


def _become(mortal: Mortal, command: Sequence[str], pass_fds: Sequence[int]) -> NoReturn:
    """What a started process would be: the passed descriptors alone, its own arguments, signals as they come."""
    code = 1
    try:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        kept = [0, 1, 2, *sorted(pass_fds), os.sysconf("SC_OPEN_MAX")]
        for before, behind in pairwise(kept):
            os.closerange(before + 1, behind)
        arguments = command[command.index("serve") :]
        mortal.part = arguments[arguments.index("--part") + 1]
        Path("/proc/self/comm").write_text(mortal.part)  # who looks for the process to kill finds it by this name
        sys.argv = ["hearth", *arguments]
        main.main()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0
    except BaseException:  # noqa: BLE001 - nobody above would show it
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def launch() -> None:
    """Wraps, makes small, and is `hearth serve` from then on."""
    for module in ("hearth.api", "hearth.console.app", "uvicorn", "uvloop"):
        import_module(module)
    mortal = Mortal(Path(sys.argv[sys.argv.index("--data-dir") + 1]))
    for step in (*STEPS_OF_EVENTS, *STEPS_OF_TICKS):
        mortal.wrap(step)
    for module, attribute, value in _SMALL:
        owner, name = _place(module, attribute)
        assert hasattr(owner, name), f"{module} has no {attribute} any more"
        setattr(owner, name, value)
    forking: Any = SimpleNamespace(Popen=partial(Forked, mortal), TimeoutExpired=subprocess.TimeoutExpired)
    serve.subprocess = forking
    main.main()


if __name__ == "__main__":
    launch()
