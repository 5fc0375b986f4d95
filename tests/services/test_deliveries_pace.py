"""A customer's throttle, by a clock that is moved: kept to the millisecond, and nobody else's business."""

import asyncio

from tests.services.test_deliveries_loop import World, stopped, until, world

from hearth.delivery.pace import Pace
from hearth.runtime.deliveries import LEASE_MS

__all__ = ["world"]

HOUR_MS = 3_600_000


def test_starts_are_evenly_spaced_however_long_nothing_was_sent():
    pace = Pace()
    assert pace.wait_ms(0) == 0
    pace.start(0)
    assert pace.wait_ms(0) == 0, "no limit"
    pace.requests_per_second = 4
    assert [pace.wait_ms(at_ms) for at_ms in (0, 100, 249, 250, 10_000)] == [250, 150, 1, 0, 0]
    pace.start(10_000)
    assert pace.wait_ms(10_000) == 250, "nothing is saved up"
    pace.requests_per_second = 1
    assert pace.wait_ms(10_250) == 750
    assert pace.wait_ms(-HOUR_MS) == 1_000, "a clock that was set back stops nobody"


async def test_a_throttled_customer_is_sent_to_at_its_pace_and_delays_no_other(world: World) -> None:
    slow_id, _ = world.add_customer("a", 4, requests_per_second=2)
    other_id, _ = world.add_customer("b", 20)
    for building in range(4):
        world.notify(slow_id, building)
    # No more places than senders wait for the pace: it must not take one.
    loop = world.loop(at_once=2)
    running = asyncio.create_task(loop.run())

    async def others_go_on() -> None:
        for building in range(20):
            world.notify(other_id, building)
        loop.look_now()
        await world.all_delivered(other_id)

    await until(lambda: len(world.receiver.ids("a")) == 1)
    await others_go_on()
    for sent in range(1, 4):
        world.clock.at_ms += 499
        await others_go_on()
        assert len(world.receiver.ids("a")) == sent
        world.clock.at_ms += 1
        loop.look_now()
        await until(lambda sent=sent: len(world.receiver.ids("a")) == sent + 1)
    await world.all_delivered(slow_id)
    await stopped(loop, running)


async def test_the_pace_outlives_a_quiet_time_and_follows_a_change(world: World) -> None:
    customer_id, _ = world.add_customer("a", 1, requests_per_second=1)
    other_id, _ = world.add_customer("b", 1)
    loop = world.loop()
    running = asyncio.create_task(loop.run())
    world.notify(customer_id)
    loop.look_now()
    await world.all_delivered(customer_id)
    second = world.notify(customer_id)
    world.clock.at_ms += 999
    world.notify(other_id)
    loop.look_now()
    await world.all_delivered(other_id)
    assert world.statuses(customer_id)[second] == "PENDING"
    # Without a limit it need not wait; the running loop hears of it when it leases the next time.
    endpoint = world.endpoints.find(customer_id)
    assert endpoint is not None
    world.endpoints.save(customer_id, endpoint.url)
    world.clock.at_ms += LEASE_MS
    loop.look_now()
    await world.all_delivered(customer_id)
    await stopped(loop, running)


async def test_what_is_too_late_takes_no_turn(world: World) -> None:
    customer_id, _ = world.add_customer("a", 9, requests_per_second=1)
    stale = [world.notify(customer_id, building) for building in range(8)]
    world.clock.at_ms += 6 * HOUR_MS
    fresh = world.notify(customer_id, 8)
    loop = world.loop()
    running = asyncio.create_task(loop.run())
    await until(lambda: "PENDING" not in world.statuses(customer_id).values())
    assert world.statuses(customer_id) == {fresh: "DELIVERED", **dict.fromkeys(stale, "FAILED")}
    assert world.receiver.ids("a") == [fresh]
    await stopped(loop, running)


async def test_stopping_waits_for_no_pace(world: World) -> None:
    customer_id, _ = world.add_customer("a", 3, requests_per_second=1)
    for building in range(3):
        world.notify(customer_id, building)
    loop = world.loop()
    running = asyncio.create_task(loop.run())
    await until(lambda: len(world.receiver.ids("a")) == 1)
    await stopped(loop, running)
    assert sorted(world.statuses(customer_id).values()) == ["DELIVERED", "PENDING", "PENDING"]
