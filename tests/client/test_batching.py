"""The batchers lose nothing: whatever the platform answers, each event is stored, refused by name, or handed back."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.client.platform_stub import CLIENT, Answer, Asked, HangupError, PlatformStub, problem

from hearth_client import (
    AsyncEventBatcher,
    AsyncHearthClient,
    BatcherFullError,
    Event,
    EventBatcher,
    EventsNotSentError,
    HearthClient,
    HearthError,
    RefusedEvent,
    Retries,
    Unauthorized,
)


def event(number: int, building: str = "house-1") -> Event:
    return Event(
        customer_building_id=building, device_id="meter-1", type="POWER_CONSUMPTION", value=number, timestamp=1_767_261_600
    )


class Platform:
    """Takes events as the real one does: all of a request or none. `bad`: values it refuses by their index."""

    def __init__(self) -> None:
        self.stored: list[float] = []
        self.sizes: list[int] = []
        self.bad: set[float] = set()
        self.before: list[Answer | Exception] = []
        self.always: Answer | None = None
        self.silent_about_places = False

    def __call__(self, asked: Asked) -> Answer:
        sent = asked.json
        self.sizes.append(len(sent))
        if self.before:
            one = self.before.pop(0)
            if isinstance(one, Exception):
                raise one
            return one
        if self.always is not None:
            return self.always
        wrong = [index for index, one in enumerate(sent) if one["value"] in self.bad]
        if wrong:
            errors = [{"pointer": f"/{index}/type", "detail": "unknown"} for index in wrong for _ in range(2)]
            return problem(400, "invalid", "bad events", [] if self.silent_about_places else errors)
        self.stored += [one["value"] for one in sent]
        return Answer(201)


@pytest.fixture
def platform() -> Platform:
    return Platform()


@pytest.fixture
def stub(platform: Platform) -> Iterator[PlatformStub]:
    with PlatformStub(platform) as running:
        yield running


class InLoop:
    """The async batcher, called as the plain one is."""

    def __init__(self, loop: asyncio.AbstractEventLoop, batcher: AsyncEventBatcher) -> None:
        self._loop, self._batcher = loop, batcher

    def __getattr__(self, name: str) -> Any:
        if name == "pending":
            return self._batcher.pending
        method = getattr(self._batcher, name)
        return lambda *given, **named: asyncio.run_coroutine_threadsafe(method(*given, **named), self._loop).result(30)


@pytest.fixture(params=["plain", "async"])
def make(request: pytest.FixtureRequest, stub: PlatformStub, quick: Retries) -> Iterator[Callable[..., Any]]:
    """Makes a batcher of each kind on the stub."""
    if request.param == "plain":
        with HearthClient(stub.url, *CLIENT, retries=quick) as client:
            yield lambda on_refused, **named: EventBatcher(client, on_refused, pauses=quick, **named)
        return
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    client_there = AsyncHearthClient(stub.url, *CLIENT, retries=quick)

    async def there(on_refused: Any, named: dict[str, Any]) -> AsyncEventBatcher:
        return AsyncEventBatcher(client_there, on_refused, pauses=quick, **named)

    yield lambda on_refused, **named: InLoop(loop, asyncio.run_coroutine_threadsafe(there(on_refused, named), loop).result(60))
    asyncio.run_coroutine_threadsafe(client_there.aclose(), loop).result(60)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def none_refused(refused: RefusedEvent) -> None:
    raise AssertionError(f"refused: {refused}")


def test_whole_arrays_go_and_the_rest_at_the_end(make: Any, platform: Platform) -> None:
    batcher = make(none_refused, longest_wait_seconds=60)
    batcher.add_all([event(number) for number in range(2_345)])
    batcher.close()
    assert platform.sizes == [1_000, 1_000, 345]
    assert platform.stored == list(range(2_345))
    assert batcher.pending == 0


def test_a_single_event_waits_no_longer_than_said(make: Any, platform: Platform) -> None:
    batcher = make(none_refused, longest_wait_seconds=0.05)
    batcher.add(event(1))
    ends_at = time.monotonic() + 60
    while not platform.stored and time.monotonic() < ends_at:
        time.sleep(0.005)
    assert platform.stored == [1]
    batcher.close()


def test_an_event_has_the_time_at_which_it_was_added(make: Any, stub: PlatformStub, platform: Platform) -> None:
    platform.before = [HangupError()]
    before = time.time()
    batcher = make(none_refused, longest_wait_seconds=60)
    batcher.add(Event(customer_building_id="house-1", device_id="meter-1", type="POWER_CONSUMPTION", value=1))
    batcher.close()
    ((first,), (again,)) = stub.events()
    assert before - 1 <= first["timestamp"] == again["timestamp"] <= time.time() + 1


def test_flush_sends_at_once_and_waits(make: Any, platform: Platform) -> None:
    batcher = make(none_refused, longest_wait_seconds=60)
    batcher.flush()
    batcher.add_all([event(1), event(2)])
    batcher.flush(60)
    assert platform.sizes == [2]
    batcher.add(event(3))
    batcher.flush(60)
    assert platform.stored == [1, 2, 3]
    batcher.close()


def test_bad_events_cost_no_good_one(make: Any, platform: Platform) -> None:
    platform.bad = {0, 17, 999}
    refused: list[RefusedEvent] = []
    batcher = make(refused.append, longest_wait_seconds=60)
    batcher.add_all([event(number) for number in range(1_000)])
    batcher.flush(60)
    assert [one.event.value for one in refused] == [0, 17, 999]
    assert [[error.pointer for error in one.errors] for one in refused] == [["/type", "/type"]] * 3
    assert refused[0].problem.detail == "bad events"
    batcher.close()
    assert platform.sizes == [1_000, 997]
    assert platform.stored == [number for number in range(1_000) if number not in platform.bad]


def test_a_refusal_that_names_no_event_is_halved(make: Any, platform: Platform) -> None:
    platform.bad, platform.silent_about_places = {3, 90}, True
    refused: list[RefusedEvent] = []
    batcher = make(refused.append)
    batcher.add_all([event(number) for number in range(100)])
    batcher.close()
    assert [one.event.value for one in refused] == [3, 90]
    assert platform.stored == [number for number in range(100) if number not in platform.bad]


def test_too_large_a_request_is_halved(make: Any, platform: Platform) -> None:
    platform.before = [Answer(413, b"<html>"), problem(413, "too_large")]
    batcher = make(none_refused, longest_wait_seconds=60)
    batcher.add_all([event(number) for number in range(100)])
    batcher.close()
    assert platform.sizes == [100, 50, 25, 25, 50]
    assert platform.stored == list(range(100))


@pytest.mark.parametrize(
    "failure",
    [problem(429, "too_many_requests"), problem(503, "unavailable"), problem(500, "fault"), Answer(502, b""), HangupError()],
)
def test_nothing_is_lost_while_the_platform_cannot(make: Any, platform: Platform, failure: Any) -> None:
    platform.before = [failure] * 9
    batcher = make(none_refused)
    batcher.add_all([event(number) for number in range(10)])
    batcher.close()
    assert platform.stored == list(range(10))


def test_retry_after_holds_for_a_batch(make: Any, platform: Platform) -> None:
    platform.before = [problem(503, "unavailable", retry_after="1")]
    batcher = make(none_refused)
    began = time.monotonic()
    batcher.add(event(1))
    batcher.close()
    assert time.monotonic() - began >= 1.0


def test_a_building_that_sends_too_much_does_not_hold_up_the_others(make: Any, platform: Platform) -> None:
    errors = [{"pointer": f"/{index}", "detail": "too many"} for index in (1, 3)]
    platform.before = [problem(429, "too_many_requests", "slow down", errors)]
    batcher = make(none_refused, longest_wait_seconds=60)
    batcher.add_all([event(number, f"house-{number % 2}") for number in range(4)])
    batcher.close()
    assert platform.stored == [0, 2, 1, 3]


def test_full_is_full(make: Any, platform: Platform) -> None:
    go_on = threading.Event()
    platform.always = problem(503, "unavailable")
    batcher = make(none_refused, most_per_request=10, most_pending=20)
    batcher.add_all([event(number) for number in range(20)])
    with pytest.raises(BatcherFullError, match="20 events"):
        batcher.add(event(20), 0.05)
    with pytest.raises(TimeoutError):
        batcher.flush(0.05)
    waiting = threading.Thread(target=lambda: (batcher.add(event(20)), go_on.set()))
    waiting.start()
    platform.always = None
    assert go_on.wait(60), "whoever waited for room goes on"
    waiting.join()
    batcher.close()
    assert platform.stored == list(range(21))


def test_what_cannot_be_sent_in_time_is_handed_back(make: Any, platform: Platform) -> None:
    platform.always = problem(503, "unavailable", retry_after="3600")
    batcher = make(none_refused, most_per_request=2, most_pending=10)
    batcher.add_all([event(number) for number in range(5)])
    began = time.monotonic()
    with pytest.raises(EventsNotSentError, match="5 events are not sent") as caught:
        batcher.close(0.3)
    assert time.monotonic() - began < 60, "a long Retry-After does not hold the end up"
    assert [one.value for one in caught.value.unsent] == [0, 1, 2, 3, 4]


def test_a_revoked_client_ends_it_and_loses_nothing(make: Any, platform: Platform, stub: PlatformStub) -> None:
    batcher = make(none_refused, longest_wait_seconds=60)
    batcher.add(event(0))
    batcher.flush(60)
    stub.revoke()
    stub.token_answer = lambda: problem(401, "unauthorized", "revoked")
    batcher.add_all([event(1), event(2)])
    with pytest.raises(EventsNotSentError) as caught:
        batcher.flush(60)
    assert [one.value for one in caught.value.unsent] == [1, 2]
    assert isinstance(caught.value.__cause__, Unauthorized)
    with pytest.raises(EventsNotSentError):
        batcher.add(event(3))
    with pytest.raises(EventsNotSentError):
        batcher.close()
    assert platform.stored == [0]


def test_an_exception_of_the_callback_is_not_swallowed(make: Any, platform: Platform) -> None:
    platform.bad = {1}

    def fails(_refused: RefusedEvent) -> None:
        raise ZeroDivisionError

    batcher = make(fails, longest_wait_seconds=60)
    batcher.add_all([event(0), event(1), event(2)])
    with pytest.raises(EventsNotSentError) as caught:
        batcher.close()
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
    assert [one.value for one in caught.value.unsent] == [1, 0, 2]


def test_a_closed_batcher_takes_nothing(make: Any) -> None:
    batcher = make(none_refused)
    batcher.close()
    batcher.close()
    with pytest.raises(HearthError, match="closed"):
        batcher.add(event(1))


def test_many_threads_add(stub: PlatformStub, platform: Platform, quick: Retries) -> None:
    platform.before = [problem(503, "unavailable"), HangupError()]
    with HearthClient(stub.url, *CLIENT, retries=quick) as client:
        with EventBatcher(client, none_refused, most_per_request=50, most_pending=100, pauses=quick) as batcher:
            threads = [
                threading.Thread(target=batcher.add_all, args=([event(each * 1_000 + number) for number in range(200)],))
                for each in range(8)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        assert batcher.pending == 0
    assert len(platform.stored) == len(set(platform.stored)) == 1_600
    for each in range(8):
        own = [value for value in platform.stored if value // 1_000 == each]
        assert own == sorted(own), "the order of each thread stays"


async def test_many_tasks_add(stub: PlatformStub, platform: Platform, quick: Retries) -> None:
    async with (
        AsyncHearthClient(stub.url, *CLIENT, retries=quick) as client,
        AsyncEventBatcher(client, none_refused, most_per_request=50, most_pending=100, pauses=quick) as batcher,
    ):
        await asyncio.gather(*(batcher.add_all([event(each * 1_000 + n) for n in range(200)]) for each in range(8)))
    assert sorted(platform.stored) == sorted(each * 1_000 + n for each in range(8) for n in range(200))


async def test_a_cancelled_adder_leaves_the_others_alone(stub: PlatformStub, platform: Platform, quick: Retries) -> None:
    platform.always = problem(503, "unavailable")
    async with AsyncHearthClient(stub.url, *CLIENT, retries=quick) as client:
        batcher = AsyncEventBatcher(client, none_refused, most_per_request=1, most_pending=1, pauses=quick)
        await batcher.add(event(0))
        waiting = asyncio.create_task(batcher.add(event(1)))
        await asyncio.sleep(0.02)
        waiting.cancel()
        await asyncio.wait([waiting])
        assert waiting.cancelled()
        platform.always = None
        await batcher.add(event(2))
        await batcher.close()
    assert platform.stored == [0, 2]


def test_limits_that_cannot_be_meant(stub: PlatformStub) -> None:
    with HearthClient(stub.url, *CLIENT) as client:
        for wrong in ({"most_per_request": 1_001}, {"most_per_request": 0}, {"most_pending": 5}, {"longest_wait_seconds": -1}):
            with pytest.raises(ValueError, match=r"request|most_pending"):
                EventBatcher(client, none_refused, **wrong)
