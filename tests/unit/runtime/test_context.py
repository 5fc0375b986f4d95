"""Context services look side by side: a long look of one takes no other's thread."""

import asyncio
from threading import Barrier

from hearth.runtime.context import ContextService, run_context_services
from hearth.testing.clocks import MovableClock


def test_as_many_look_at_once_as_there_are() -> None:
    number = 40  # more than threads that asyncio has of itself
    meeting = Barrier(number + 1)
    services = [ContextService(f"service {each}", lambda: meeting.wait(30), pause_seconds=60) for each in range(number)]

    async def look() -> None:
        looking = asyncio.create_task(run_context_services(services, MovableClock()))
        await asyncio.to_thread(meeting.wait, 30)  # raises where one of them did not come
        looking.cancel()

    asyncio.run(look())
