"""Context services: what each of them looks after again and again, in a process of its own.

A service looks at the clock and at what is stored, and issues what has come due; the live driver puts it into the log. It
keeps its progress in marks beside what it issues, so that a restart says nothing twice. What a service says is its own
to decide. Invariant: a service that fails is logged and looks again, and keeps no other from looking.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from hearth.core.clock import Clock
from hearth.runtime.housekeeping import Task, Tasks
from hearth.runtime.metrics import TaskMetrics


class ContextService(NamedTuple):
    """A service: `look` does what has come due, in a thread; then it rests for so long."""

    name: str
    look: Callable[[], object]
    pause_seconds: float


async def run_context_services(services: Sequence[ContextService], clock: Clock, metrics: TaskMetrics | None = None) -> None:
    """Lets all of them look until cancelled, each in a thread of its own."""
    # A long look keeps no other waiting for a thread; one more for whatever else the process does.
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(len(services) + 1))
    await Tasks([Task(*service) for service in services], clock, metrics).run()
