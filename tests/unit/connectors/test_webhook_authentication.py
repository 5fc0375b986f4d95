"""How the webhook channel proves who is calling: five kinds, against a real receiver and a real token server on loopback."""

import asyncio
import base64
import threading
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import pytest
from cryptography.fernet import Fernet
from standardwebhooks import Webhook
from tests.receivers import Receiver, Reply, Request, TokenServer

from hearth.connectors.addresses import AddressGuard
from hearth.connectors.secrets import FernetSealer
from hearth.connectors.webhook import WebhookChannel
from hearth.delivery.signing import signing_secret
from hearth.domain.endpoints import (
    ApiToken,
    Authentication,
    Basic,
    Bearer,
    ClientCredentials,
    Endpoint,
    NoAuthentication,
    ReplacedSecret,
    Sealed,
)
from hearth.testing.clocks import MovableClock

SECRET = signing_secret("t3sxw8bLk1nW4cVbq0mZyD5aHsJfPrUe")
OLD_SECRET = signing_secret("another-secret-of-enough-length-1")
SEALER = FernetSealer([Fernet.generate_key().decode()])
BODY = b'{"id": "n1"}'
CLIENT_SECRET = "s3cr:t &ü"


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
async def channel(clock: MovableClock) -> AsyncIterator[WebhookChannel]:
    made = WebhookChannel(SEALER, clock, AddressGuard(["127.0.0.0/8"]), connect_seconds=60, total_seconds=60)
    yield made
    await made.aclose()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def tokens() -> Iterator[TokenServer]:
    with TokenServer("hearth & co", CLIENT_SECRET) as tokens:
        yield tokens


@pytest.fixture
def guarded(tokens: TokenServer) -> Iterator[Receiver]:
    """An endpoint that takes what carries a good token."""
    with Receiver(tokens.admits) as receiver:
        yield receiver


def endpoint(url: str, how: Authentication, credential: str | None, customer_id: str = "c" * 24) -> Endpoint:
    sealed = None if credential is None else Sealed(sealed=SEALER.seal(credential), set_at_ms=0)
    return Endpoint(
        customer_id=customer_id, url=url, signing_secret_sealed=SEALER.seal(SECRET), authentication=how, credential=sealed
    )


def oauth(guarded: Receiver, tokens: TokenServer, scope: str = "", credential: str = CLIENT_SECRET) -> Endpoint:
    return endpoint(guarded.url, ClientCredentials(token_url=tokens.url, client_id="hearth & co", scope=scope), credential)


@pytest.mark.parametrize(
    ("how", "credential", "header", "value"),
    [
        (NoAuthentication(), None, "authorization", None),
        (Basic(user="Jürg"), "pass:wörd", "authorization", "Basic " + base64.b64encode("Jürg:pass:wörd".encode()).decode()),
        (ApiToken(header="X-Api-Key"), "k3y with spaces", "x-api-key", "k3y with spaces"),
        (Bearer(), "abc.def", "authorization", "Bearer abc.def"),
    ],
)
async def test_the_request_carries_what_its_kind_says_and_is_signed(channel, clock, receiver, how, credential, header, value):
    answer = await channel.deliver(endpoint(receiver.url, how, credential), "d1", BODY)
    assert (answer.status_code, answer.error) == (204, None)
    [request] = receiver.requests
    assert request.headers.get(header) == value
    assert request.headers["webhook-timestamp"] == str(clock.now_ms() // 1000)
    assert request.body == BODY


async def test_a_token_is_fetched_once_and_anew_shortly_before_it_expires(channel, clock, guarded, tokens):
    there = oauth(guarded, tokens, scope="notifications write")
    for _ in range(3):
        assert (await channel.deliver(there, "d1", BODY)).status_code == 204
    assert tokens.requests[0].body == b"grant_type=client_credentials&scope=notifications+write"
    assert [request.headers["authorization"] for request in guarded.requests] == ["Bearer token-1"] * 3
    clock.advance(seconds=3600 - 61)
    await channel.deliver(there, "d2", BODY)
    assert tokens.given == 1
    clock.advance(seconds=1)
    await channel.deliver(there, "d3", BODY)
    assert guarded.requests[-1].headers["authorization"] == "Bearer token-2"


async def test_many_at_once_wait_for_one_token(channel, guarded, tokens):
    there = oauth(guarded, tokens)
    answers = await asyncio.gather(*(channel.deliver(there, f"d{number}", BODY) for number in range(8)))
    assert {answer.status_code for answer in answers} == {204}
    assert tokens.given == 1


async def test_a_token_that_is_refused_is_fetched_anew_once(channel, guarded, tokens):
    there = oauth(guarded, tokens)
    await channel.deliver(there, "d1", BODY)
    tokens.good.clear()
    assert (await channel.deliver(there, "d2", BODY)).status_code == 204
    assert [request.headers["authorization"][-1] for request in guarded.requests] == ["1", "1", "2"]
    assert {request.headers["webhook-id"] for request in guarded.requests[1:]} == {"d2"}


async def test_an_endpoint_that_takes_no_token_at_all_is_not_asked_a_third_time(channel, receiver, tokens):
    receiver.status = 401
    assert (await channel.deliver(oauth(receiver, tokens), "d1", BODY)).status_code == 401
    assert (len(receiver.requests), tokens.given) == (2, 2)


async def test_tokens_of_customers_and_configurations_are_apart(channel, guarded, tokens):
    first = oauth(guarded, tokens)
    await channel.deliver(first, "d1", BODY)
    other = endpoint(guarded.url, first.authentication, CLIENT_SECRET, customer_id="d" * 24)
    await channel.deliver(other, "d2", BODY)
    await channel.deliver(oauth(guarded, tokens, scope="more"), "d3", BODY)
    assert [request.headers["authorization"][-1] for request in guarded.requests] == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("lifetime", "used_seconds"),
    [(None, 269), ("600", 539), (20, 17), (0, 0), (-5, 0), ("soon", 269), (True, 269), (1e12, 86_339)],
)
async def test_how_long_a_token_is_used(channel, clock, guarded, tokens, lifetime, used_seconds):
    tokens.lifetime = lifetime
    there = oauth(guarded, tokens)
    await channel.deliver(there, "d1", BODY)
    if used_seconds:
        clock.advance(seconds=used_seconds)
        await channel.deliver(there, "d2", BODY)
        assert tokens.given == 1
    clock.advance(seconds=1)
    assert (await channel.deliver(there, "d3", BODY)).status_code == 204
    assert tokens.given == 2


async def test_a_wrong_secret_is_told_without_repeating_it(channel, guarded, tokens):
    answer = await channel.deliver(oauth(guarded, tokens, credential="wr0ng"), "d1", BODY)
    assert (answer.status_code, answer.error) == (None, "no access token: the token URL answered 401 (invalid_client)")
    assert guarded.requests == []


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(200, b"<html>sign in</html>"), "answer holds none"),
        (Reply(200, b"[]"), "answer holds none"),
        (Reply(200, b"\xff\xfe"), "answer holds none"),
        (Reply(200, b'{"access_token": "\xff"}'), "answer holds none"),
        (Reply(200, b'{"access_token": 7}'), "answer holds none"),
        (Reply(200, b'{"access_token": "a\\r\\nx: y"}'), "answer holds none"),
        (Reply(200, b'{"access_token": "a", "token_type": "mac"}'), "none of the type Bearer"),
        (Reply(200, b'{"access_token": "' + b"a" * 100_000 + b'"}'), "answer holds none"),
        (Reply(302, headers={"location": "http://169.254.169.254/"}), "the token URL answered 302"),
        (Reply(500, b'{"error": "<script>"}'), "the token URL answered 500"),
    ],
)
async def test_a_token_server_that_sends_garbage(channel, guarded, tokens, reply, words):
    tokens.instead = lambda: reply
    answer = await channel.deliver(oauth(guarded, tokens), "d1", BODY)
    assert answer.status_code is None
    assert answer.error is not None
    assert answer.error.startswith("no access token: ")
    assert answer.error.endswith(words)
    assert guarded.requests == []


async def test_a_token_server_that_hangs_is_left_in_time(clock, guarded, tokens):
    channel = WebhookChannel(SEALER, clock, AddressGuard(["127.0.0.0/8"]), connect_seconds=60, total_seconds=1)
    released = threading.Event()

    def hang() -> Reply:
        released.wait(30)
        return Reply(500)

    tokens.instead = hang
    try:
        answer = await channel.deliver(oauth(guarded, tokens), "d1", BODY)
    finally:
        released.set()
        await channel.aclose()
    assert (answer.status_code, answer.error) == (None, "no access token: the token URL: no answer within 1 s")
    assert answer.duration_ms < 15_000


async def test_a_token_server_at_a_private_address_is_refused(clock, tokens):
    async def resolve(host: str, _port: int) -> list[str]:
        return ["127.0.0.1"] if host == "hooks.example.test" else ["10.0.0.7"]

    channel = WebhookChannel(SEALER, clock, AddressGuard(["127.0.0.0/8"], resolve))
    how = ClientCredentials(token_url="http://login.example.test/token", client_id="x")
    answer = await channel.deliver(endpoint("http://hooks.example.test/", how, "y"), "d1", BODY)
    await channel.aclose()
    assert "no access token: the token URL: login.example.test does not lead to a public address" in (answer.error or "")
    assert tokens.requests == []


async def test_while_a_signing_secret_is_replaced_both_fit_and_then_the_new_one_alone(channel, clock, receiver):
    there = Endpoint(
        customer_id="c" * 24,
        url=receiver.url,
        signing_secret_sealed=SEALER.seal(SECRET),
        replaced_secret=ReplacedSecret(sealed=SEALER.seal(OLD_SECRET), until_ms=clock.now_ms() + 60_000),
    )
    clock.advance(seconds=59)
    await channel.deliver(there, "d1", BODY)
    clock.advance(seconds=1)
    await channel.deliver(there, "d2", BODY)

    def fits(secret: str, request: Request) -> bool:
        at = datetime.fromtimestamp(int(request.headers["webhook-timestamp"]), UTC)
        known = Webhook(secret).sign(request.headers["webhook-id"], at, request.body.decode())
        return known in request.headers["webhook-signature"].split(" ")

    assert [[fits(secret, request) for secret in (SECRET, OLD_SECRET)] for request in receiver.requests] == [
        [True, True],
        [True, False],
    ]
