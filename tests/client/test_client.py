"""Both clients against a platform that fails in all the ways: tokens, repeats, pages, problems, and what is logged."""

import asyncio
import json
import logging
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import msgspec
import pytest
from tests.client.platform_stub import CLIENT, Answer, Asked, HangupError, PlatformStub, problem

from hearth_client import (
    AsyncHearthClient,
    Building,
    Event,
    Forbidden,
    HearthClient,
    HearthConnectionError,
    HearthProblem,
    InteractionReport,
    InvalidRequest,
    NotFound,
    Retries,
    TooManyRequests,
    Unauthorized,
    Unavailable,
    UnexpectedAnswerError,
)
from hearth_client.core import path_of, query_of, retry_after_seconds
from hearth_client.models import BacktestLine, BacktestRequest, Rule, SimulationRequest

HOUSE = {"customerBuildingId": "house-1"}
UNDATED = Event(customer_building_id="house-1", device_id="meter-1", type="POWER_CONSUMPTION", value=1.0)
EVENT = msgspec.structs.replace(UNDATED, timestamp=1_767_261_600)
BUSY = Answer(503, b"", {"retry-after": "0"})

Make = Callable[..., Any]


class Plain:
    """The async client, called as the plain one is: each test runs with both."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        self._loop = asyncio.new_event_loop()
        self._client = AsyncHearthClient(*arguments, **named)

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._client, name)

        def call(*arguments: Any, **named: Any) -> Any:
            made = method(*arguments, **named)
            return self._loop.run_until_complete(made if isinstance(made, Awaitable) else _listed(made))

        return call

    def __enter__(self) -> "Plain":
        return self

    def __exit__(self, *_reason: object) -> None:
        self._loop.run_until_complete(self._client.aclose())
        self._loop.close()


async def _listed(items: Any) -> list[Any]:
    return [item async for item in items]


@pytest.fixture(params=["plain", "async"])
def make(request: pytest.FixtureRequest) -> Make:
    """Makes a client of each kind."""
    return HearthClient if request.param == "plain" else Plain


@pytest.fixture
def stub() -> Iterator[PlatformStub]:
    with PlatformStub(lambda _asked: Answer(200, HOUSE)) as running:
        yield running


@pytest.fixture
def client(make: Make, stub: PlatformStub, quick: Retries) -> Iterator[Any]:
    with make(stub.url, *CLIENT, retries=quick) as made:
        yield made


def in_turn(*answers: Answer | Exception) -> Callable[[Asked], Answer]:
    """Gives one answer after the other; the last one for ever."""
    left = list(answers)

    def answer(_asked: Asked) -> Answer:
        one = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(one, Exception):
            raise one
        return one

    return answer


# Tokens


def test_one_token_serves_many_calls(client: Any, stub: PlatformStub) -> None:
    for _ in range(3):
        assert client.get_building("house-1").customer_building_id == "house-1"
    assert stub.token_requests == 1
    assert {asked.headers["authorization"] for asked in stub.asked} == {"Bearer token-1"}


def test_a_token_is_renewed_before_it_expires(make: Make, stub: PlatformStub, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1_000.0]
    monkeypatch.setattr("hearth_client.tokens.time.monotonic", lambda: now[0])
    monkeypatch.setattr("hearth_client.client.time.monotonic", lambda: now[0])
    if make is Plain:
        monkeypatch.setattr("asyncio.base_events.time.monotonic", time.monotonic)
    with make(stub.url, *CLIENT) as client:
        client.get_building("house-1")
        now[0] += 86_300
        client.get_building("house-1")
        assert stub.tokens == 1
        now[0] += 50
        client.get_building("house-1")
        assert stub.tokens == 2
        # The next one does not come: the present one serves as long as it lasts.
        stub.token_answer = lambda: problem(401, "unauthorized")
        now[0] += 86_350
        client.get_building("house-1")
        assert stub.asked[-1].headers["authorization"] == "Bearer token-2"
        now[0] += 100
        with pytest.raises(Unauthorized):
            client.get_building("house-1")


def test_a_refused_token_is_renewed_once(client: Any, stub: PlatformStub) -> None:
    client.get_building("house-1")
    stub.revoke()
    client.add_building(Building(customer_building_id="house-1"))
    assert [asked.headers["authorization"] for asked in stub.asked] == ["Bearer token-1", "Bearer token-1", "Bearer token-2"]
    stub.answer = lambda _asked: problem(401, "unauthorized", "revoked")
    with pytest.raises(Unauthorized, match="revoked"):
        client.get_building("house-1")
    assert stub.tokens == 3


def test_a_wrong_secret_is_told_at_once(make: Make, stub: PlatformStub) -> None:
    with make(stub.url, CLIENT[0], "another") as client, pytest.raises(Unauthorized) as caught:
        client.get_building("house-1")
    assert (caught.value.code, caught.value.status, caught.value.request_id) == ("unauthorized", 401, "req-1")
    assert (stub.token_requests, stub.asked) == (1, [])


def test_many_threads_fetch_one_token(stub: PlatformStub, quick: Retries) -> None:
    together = threading.Barrier(16)
    with HearthClient(stub.url, *CLIENT, retries=quick) as client, ThreadPoolExecutor(16) as threads:

        def work(_number: int) -> str:
            together.wait()
            return client.get_building("house-1").customer_building_id

        assert set(threads.map(work, range(16))) == {"house-1"}
        assert stub.tokens == 1
        stub.revoke()
        assert set(threads.map(work, range(16))) == {"house-1"}
        assert stub.tokens == 2


async def test_many_tasks_fetch_one_token(stub: PlatformStub, quick: Retries) -> None:
    async with AsyncHearthClient(stub.url, *CLIENT, retries=quick) as client:
        await asyncio.gather(*(client.get_building("house-1") for _ in range(16)))
        assert stub.tokens == 1
        stub.revoke()
        await asyncio.gather(*(client.get_building("house-1") for _ in range(16)))
        assert stub.tokens == 2


async def test_many_tasks_share_a_failure(stub: PlatformStub, quick: Retries) -> None:
    async with AsyncHearthClient(stub.url, CLIENT[0], "wrong", retries=quick) as client:
        found = await asyncio.gather(*(client.get_building("house-1") for _ in range(16)), return_exceptions=True)
    assert {type(one) for one in found} == {Unauthorized}
    assert stub.token_requests == 1


async def test_a_cancelled_task_leaves_the_token_to_others(stub: PlatformStub, quick: Retries) -> None:
    asked, go_on = threading.Event(), threading.Event()

    def wait() -> None:
        asked.set()
        go_on.wait(60)

    stub.token_answer = wait
    async with AsyncHearthClient(stub.url, *CLIENT, retries=quick) as client:
        first = asyncio.create_task(client.get_building("house-1"))
        await asyncio.to_thread(asked.wait, 60)
        second = asyncio.create_task(client.get_building("house-1"))
        await asyncio.sleep(0)
        first.cancel()
        go_on.set()
        assert (await second).customer_building_id == "house-1"
        assert first.cancelled()


def test_a_token_for_elsewhere(client: Any, stub: PlatformStub) -> None:
    assert client.post_token("read:buildings").access_token == "token-1"
    client.get_building("house-1")
    assert stub.asked[-1].headers["authorization"] == "Bearer token-2"


# Repeats


@pytest.mark.parametrize("status", [429, 503])
def test_a_call_that_was_put_off_is_made_again_even_if_it_changes_something(client: Any, stub: PlatformStub, status: int) -> None:
    stub.answer = in_turn(problem(status, "unavailable"), problem(status, "unavailable"), Answer(201, HOUSE))
    assert client.add_building(Building(customer_building_id="house-1")).customer_building_id == "house-1"
    assert len(stub.asked) == 3


def test_retry_after_is_obeyed(client: Any, stub: PlatformStub) -> None:
    stub.answer = in_turn(problem(429, "too_many_requests", retry_after="1"), Answer(200, HOUSE))
    began = time.monotonic()
    client.get_building("house-1")
    assert time.monotonic() - began >= 1.0


def test_a_retry_after_beyond_patience_is_told(client: Any, stub: PlatformStub) -> None:
    stub.answer = lambda _asked: problem(429, "too_many_requests", retry_after="3600")
    with pytest.raises(TooManyRequests) as caught:
        client.get_building("house-1")
    assert caught.value.retry_after_seconds == 3_600
    assert len(stub.asked) == 1


def test_a_call_whose_first_sending_is_under_way_is_made_again_after_growing_pauses(client: Any, stub: PlatformStub) -> None:
    under_way = problem(409, "key_in_use", retry_after="3600")
    stub.answer = in_turn(under_way, under_way, under_way, Answer(201, HOUSE))
    client.add_building(Building(customer_building_id="house-1"), idempotency_key="k")
    assert [asked.headers["idempotency-key"] for asked in stub.asked] == ["k"] * 4
    stub.answer = in_turn(problem(409, "key_reused"), Answer(201, HOUSE))
    with pytest.raises(HearthProblem) as caught:
        client.add_building(Building(customer_building_id="house-1"), idempotency_key="k")
    assert caught.value.code == "key_reused"


def test_patience_ends(client: Any, stub: PlatformStub) -> None:
    stub.answer = lambda _asked: problem(503, "unavailable", "full")
    with pytest.raises(Unavailable, match="full"):
        client.get_building("house-1")
    assert len(stub.asked) == 4


@pytest.mark.parametrize("failure", [HangupError(), problem(500, "fault"), Answer(502, b"<html>"), Answer(504, b"")])
def test_what_may_be_done_twice_is_repeated(client: Any, stub: PlatformStub, failure: Any) -> None:
    stub.answer = in_turn(failure, failure, Answer(201))
    client.take_events(EVENT)
    assert len(stub.asked) == 3


@pytest.mark.parametrize("failure", [HangupError(), problem(500, "fault"), Answer(502, b"<html>")])
def test_what_may_not_be_done_twice_is_not(client: Any, stub: PlatformStub, failure: Any) -> None:
    stub.answer = in_turn(failure, Answer(200))
    for call in (
        lambda: client.add_interaction("0" * 24, InteractionReport(action_qualifier="VIEWED")),
        lambda: client.save_rule("0" * 24, Rule(name="r", condition="1 > 0")),
        lambda: client.take_events([EVENT, UNDATED]),
    ):
        stub.asked.clear()
        stub.answer = in_turn(failure, Answer(200, {"name": "r", "condition": ""}))
        with pytest.raises((HearthConnectionError, HearthProblem)) as caught:
            call()
        assert len(stub.asked) == 1
        if isinstance(caught.value, HearthConnectionError):
            assert caught.value.may_be_done


def test_a_building_that_was_erased_though_the_answer_was_lost(client: Any, stub: PlatformStub) -> None:
    stub.answer = in_turn(HangupError(), problem(404, "not_found"))
    assert client.erase_building("house-1") is None
    stub.answer = lambda _asked: problem(404, "not_found")
    with pytest.raises(NotFound):
        client.erase_building("house-1")


def test_nobody_listens(make: Make, quick: Retries) -> None:
    with PlatformStub(lambda _asked: Answer()) as gone:
        url = gone.url
    with make(url, *CLIENT, retries=quick) as client, pytest.raises(HearthConnectionError) as caught:
        client.add_building(Building(customer_building_id="house-1"))
    assert not caught.value.may_be_done


def test_a_silent_platform_is_given_up(make: Make, stub: PlatformStub) -> None:
    go_on = threading.Event()

    def silent(_asked: Asked) -> Answer:
        go_on.wait(60)
        return Answer(200, HOUSE)

    stub.answer = silent
    with make(stub.url, *CLIENT, timeout_seconds=5, retries=Retries(attempts=1)) as client:
        with pytest.raises(HearthConnectionError, match="ReadTimeout") as caught:
            client.get_building("house-1")
        go_on.set()
    assert caught.value.may_be_done


def test_pauses_grow_and_vary() -> None:
    retries = Retries(first_pause_seconds=1, longest_pause_seconds=30)
    for failures, most in ((1, 1), (2, 2), (3, 4), (10, 30), (5_000, 30)):
        pauses = {retries.pause_seconds(failures, None) for _ in range(50)}
        assert most / 2 <= min(pauses) < max(pauses) <= most
    assert all(7 <= retries.pause_seconds(1, 7.0) <= 7.2 for _ in range(50))


def test_retry_after_may_be_a_date() -> None:
    began = time.monotonic()
    in_a_minute = retry_after_seconds(format_datetime(datetime.now(UTC) + timedelta(minutes=1), usegmt=True))
    assert in_a_minute is not None
    assert 58.9 - (time.monotonic() - began) <= in_a_minute <= 60
    assert [retry_after_seconds(text) for text in (None, "soon", "-1", "5")] == [None, None, None, 5.0]
    assert retry_after_seconds("Mon, 01 Jan 2024 00:00:00 GMT") == 0


# What is sent and what comes back


def test_problems_are_typed(client: Any, stub: PlatformStub) -> None:
    errors = [{"pointer": "/devices/0/type", "detail": "SMART_METRE is no device type"}]
    stub.answer = lambda _asked: problem(400, "invalid", "wrong", errors)
    with pytest.raises(InvalidRequest) as caught:
        client.add_building(Building(customer_building_id="house-1"))
    refused = caught.value
    assert (refused.code, refused.status, refused.title, refused.detail, refused.request_id) == (
        "invalid",
        400,
        "invalid",
        "wrong",
        "req-1",
    )
    assert [(one.pointer, one.detail) for one in refused.errors] == [("/devices/0/type", "SMART_METRE is no device type")]
    assert str(refused) == "400 invalid: wrong (request req-1)\n  /devices/0/type: SMART_METRE is no device type"


def test_a_proxys_page_is_a_problem_too(client: Any, stub: PlatformStub) -> None:
    stub.answer = lambda _asked: Answer(403, b"<html>go away</html>", {"x-request-id": "edge-7"})
    with pytest.raises(Forbidden) as caught:
        client.get_building("house-1")
    assert (caught.value.code, caught.value.request_id) == ("http_403", "edge-7")
    stub.answer = lambda _asked: Answer(302, b"", {"location": "http://elsewhere.example/"})
    with pytest.raises(HearthProblem, match="302 http_302"):
        client.get_building("house-1")


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"customerBuildingId": 7}', b"", b"\xff"])
def test_a_success_that_is_none(client: Any, stub: PlatformStub, body: bytes) -> None:
    stub.answer = lambda _asked: Answer(200, body)
    with pytest.raises(UnexpectedAnswerError):
        client.get_building("house-1")


def test_pages_are_followed_and_the_token_goes_nowhere_else(client: Any, stub: PlatformStub) -> None:
    pages = {
        "limit=2&search=a%20b": ("h-1", "h-2"),
        "limit=2&search=a%20b&after=h-2": ("h-3", "h-4"),
        "limit=2&search=a%20b&after=h-4": ("h-5",),
    }

    def answer(asked: Asked) -> Answer:
        names = pages[asked.target.partition("?")[2]]
        link = f'<http://elsewhere.example:1/buildings/v1?limit=2&search=a+b&after={names[-1]}>; rel="next"'
        return Answer(200, [{"customerBuildingId": name} for name in names], {"link": link} if len(names) == 2 else {})

    stub.answer = answer
    found = [each.customer_building_id for each in client.list_buildings(page_size=2, search="a b")]
    assert found == ["h-1", "h-2", "h-3", "h-4", "h-5"]


def test_the_next_page_is_fetched_when_it_is_wanted(stub: PlatformStub) -> None:
    link = {"link": '</buildings/v1?after=house-1>; rel="next"'}
    stub.answer = lambda _asked: Answer(200, [HOUSE], link)
    with HearthClient(stub.url, *CLIENT) as client:
        buildings = client.list_buildings()
        assert stub.asked == []
        next(buildings)
        assert len(stub.asked) == 1
        next(buildings)
        assert [asked.target for asked in stub.asked] == ["/buildings/v1", "/buildings/v1?after=house-1"]


def test_how_parameters_look(client: Any, stub: PlatformStub) -> None:
    stub.answer = lambda _asked: Answer(200, [])
    at = datetime(2026, 1, 1, 1, tzinfo=UTC)
    list(client.list_events("a:b", event_types=["X", "Y"], from_=at, to=1_767_229_200))
    client.list_daily_statistics("a:b", date(2026, 1, 1), date(2026, 1, 2), event_types=["ENERGY_CONSUMPTION"])
    list(client.list_notifications("a:b", delivery_status=["DROPPED"], from_="2026-01-01T00:00:00+01:00"))
    assert [asked.target for asked in stub.asked] == [
        "/events/v1?customerBuildingId=a%3Ab&type=X&type=Y&from=1767229200&to=1767229200",
        "/buildings/a%3Ab/energy-statistics/daily/v1?from=2026-01-01&to=2026-01-02&eventTypes=ENERGY_CONSUMPTION",
        "/pushnotifications/buildings/a%3Ab/v1?deliveryStatus=DROPPED&from=2026-01-01T00%3A00%3A00%2B01%3A00",
    ]
    with pytest.raises(ValueError, match="no time zone"):
        query_of({"from": at.replace(tzinfo=None)})
    for wrong in ("", ".", ".."):
        with pytest.raises(ValueError, match="is no id"):
            client.erase_building(wrong)
    assert path_of("/a/{}/v1", "x/../y?z") == "/a/x%2F..%2Fy%3Fz/v1"


def test_events_are_packed_and_short(client: Any, stub: PlatformStub) -> None:
    stub.answer = lambda _asked: Answer(201)
    client.take_events(UNDATED)
    client.take_events([UNDATED] * 100)
    one, many = stub.asked
    assert one.json == {"customerBuildingId": "house-1", "deviceId": "meter-1", "type": "POWER_CONSUMPTION", "value": 1.0}
    assert "content-encoding" not in one.headers
    assert (many.headers["content-encoding"], many.json) == ("gzip", [one.json] * 100)
    assert int(many.headers["content-length"]) < 1_000


def test_a_trial_tells_its_progress(client: Any, stub: PlatformStub) -> None:
    result = {"from": "a", "to": "b", "comparison": None, "rules": []}
    lines = [{"progress": 0.5, "homesDone": 1, "homes": 2}, {"result": result}]

    def in_lines(*objects: Any) -> Answer:
        return Answer(200, "\n".join(map(json.dumps, objects)).encode() + b"\n", {"content-type": "application/x-ndjson"})

    stub.answer = lambda _asked: in_lines(*lines)
    told: list[BacktestLine] = []
    tried = client.backtest_rules(BacktestRequest(rules=[Rule(name="r", condition="1 > 0")]), on_progress=told.append)
    assert (tried.from_, tried.rules) == ("a", [])
    assert told == [BacktestLine(progress=0.5, homes_done=1, homes=2)]
    assert stub.asked[0].headers["accept"] == "application/x-ndjson"

    refusal = problem(400, "invalid", "too long a range")
    stub.answer = lambda _asked: in_lines({"progress": 0.5}, {"problem": refusal.body})
    with pytest.raises(InvalidRequest, match="too long a range"):
        client.simulate_rule(SimulationRequest(customer_building_id="house-1", rule_id="0" * 24))
    # An answer that breaks off is asked for again.
    stub.answer = in_turn(in_lines(lines[0]), in_lines(*lines))
    assert client.backtest_rules(BacktestRequest(rules=[])).to == "b"
    stub.answer = lambda _asked: Answer(200, b"oops\n", {"content-type": "application/x-ndjson"})
    with pytest.raises(UnexpectedAnswerError):
        client.backtest_rules(BacktestRequest(rules=[]))


@pytest.mark.parametrize(
    "url", ["hearth.example.com", "ftp://hearth.example.com", "http://", "https://me:pw@hearth.example.com", "http://a/?b=c"]
)
def test_a_base_url_that_cannot_be_meant(url: str) -> None:
    with pytest.raises(ValueError, match="base_url"):
        HearthClient(url, *CLIENT)


def test_a_platform_below_a_path(make: Make) -> None:
    with make("http://127.0.0.1:9/hearth/", *CLIENT, retries=Retries(attempts=1)) as client, pytest.raises(HearthConnectionError):
        client.get_jwks()


def test_no_secret_is_logged_or_shown(make: Make, stub: PlatformStub, quick: Retries, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    shown = []
    with make(stub.url, *CLIENT, retries=quick) as client:
        stub.answer = in_turn(problem(503, "unavailable"), HangupError(), Answer(200, HOUSE))
        client.get_building("house-1")
        stub.answer = lambda _asked: problem(400, "invalid")
        for call in (lambda: client.get_building("house-1"), lambda: client.take_events([EVENT])):
            with pytest.raises(HearthProblem) as caught:
                call()
            shown += [repr(caught.value), str(caught.value), str(vars(caught.value))]
    plain = HearthClient(stub.url, *CLIENT)
    shown += [repr(plain), repr(vars(plain)), caplog.text]
    plain.close()
    assert "hearth_client" in caplog.text
    assert "503 unavailable" in caplog.text
    written = "\n".join(shown)
    assert [word for word in (CLIENT[1], "token-1", "Basic ", "aW50ZWdyYXRvcj") if word in written] == []


def test_a_client_of_ones_own(stub: PlatformStub) -> None:
    import httpx2

    with httpx2.Client(trust_env=False, timeout=60) as http:
        with HearthClient(stub.url, *CLIENT, http=http) as client:
            client.get_building("house-1")
        assert not http.is_closed
