"""Live updates inside the server: one poller per customer, told newest only, none for nobody."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from hearth.console.live import LiveFeed
from hearth.core.problems import Problem
from hearth.services.live_view import MinuteCount, Pulse


def pulse(last_change: int) -> Pulse:
    return Pulse((MinuteCount(0, 0), MinuteCount(60_000, 0)), last_change)


async def test_pages_of_a_customer_share_one_poller_which_ends_with_the_last() -> None:
    looks: list[str] = []

    def look(customer_id: str) -> Pulse:
        looks.append(customer_id)
        return pulse(len(looks))

    feed = LiveFeed(look)
    async with feed.listen("a") as one:
        async with feed.listen("a") as other, feed.listen("b") as elsewhere:
            first = await one.next_after(None, 10)
            assert await other.next_after(None, 10) == first
            assert looks.count("a") == 1
            await elsewhere.next_after(None, 10)
            assert set(looks) == {"a", "b"}
        second = await one.next_after(first, 10)
        assert second is not None
        assert first is not None
        assert second.last_change > first.last_change
    for _ in range(10):
        await asyncio.sleep(0)
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_nothing_is_told_while_nothing_changes() -> None:
    feed = LiveFeed(lambda _: pulse(1))
    async with feed.listen("a") as listening:
        seen = await listening.next_after(None, 10)
        assert await listening.next_after(seen, 0.01) is seen


async def test_a_failing_look_reaches_the_listener_and_the_next_page_starts_anew() -> None:
    answers = iter([OSError("the disk is gone"), None])

    def look(_: str) -> Pulse:
        error = next(answers)
        if error:
            raise error
        return pulse(1)

    feed = LiveFeed(look)
    async with feed.listen("a") as listening:
        with pytest.raises(OSError, match="the disk is gone"):
            await listening.next_after(None, 10)
        async with feed.listen("a") as another:
            assert await another.next_after(None, 10) == pulse(1)


async def test_one_customer_cannot_hold_any_number_of_connections() -> None:
    feed = LiveFeed(lambda _: pulse(1))
    async with AsyncExitStack() as stack:
        for _ in range(100):
            await stack.enter_async_context(feed.listen("a"))
        with pytest.raises(Problem) as caught:
            await stack.enter_async_context(feed.listen("a"))
        assert caught.value.code == "too_many_requests"
        await stack.enter_async_context(feed.listen("b"))
