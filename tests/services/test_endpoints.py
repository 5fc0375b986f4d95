"""Setting up an endpoint and trying it, over both databases: what is kept, dropped, refused, shown, noted; and for whom."""

import asyncio
import json
import logging
from threading import Barrier, Thread

import pytest
from cryptography.fernet import Fernet
from msgspec.structs import replace
from tests.receivers import Receiver

from hearth.connectors.addresses import AddressGuard
from hearth.connectors.carriers import Carriers
from hearth.connectors.secrets import FernetSealer
from hearth.core.problems import Problem
from hearth.delivery.signing import verify
from hearth.domain.audit import Actor
from hearth.domain.customers import Customer
from hearth.domain.endpoints import ApiToken, Basic, Bearer, ClientCredentials, NoAuthentication, signing_secrets_sealed
from hearth.services.auditing import AuditLog
from hearth.services.channel_tests import ChannelTests
from hearth.services.endpoints import Endpoints
from hearth.services.packing import Packing
from hearth.services.saved_state import NONE_YET, version_of
from hearth.services.stop_links import StopLinks
from hearth.testing.clocks import CountedIdentities, MovableClock

A, B = "a" * 24, "b" * 24
URL = "https://hooks.example.com/hearth"
BY = Actor(kind="member", id="m" * 24, name="Ada Lind <ada@example.com>")
OAUTH = ClientCredentials(token_url="https://login.example.com/token?tenant=7", client_id="hearth")
_BAD_HEADERS = (
    "",
    "Host",
    "content-type",
    "Content-Length",
    "WEBHOOK-ID",
    "webhook-x",
    "a b",
    "x:y",
    "ä",
    "x\r\ny",
    "Connection",
)
_BAD_HEADERS += ("Transfer-Encoding", "Cookie", "X-Forwarded-For", "Proxy-Authorization", "User-Agent")


class World:
    def __init__(self, store) -> None:
        self.store = store
        self.clock = MovableClock()
        self.sealer = FernetSealer([Fernet.generate_key().decode()])
        self.endpoints = Endpoints(store, self.sealer, self.clock, CountedIdentities())
        with store.write() as session:
            for customer_id in (A, B):
                session.customers.add(Customer(id=customer_id, name=customer_id[0], created_at_ms=0, languages=("de", "it")))

    def credential(self, customer_id: str = A) -> str | None:
        endpoint = self.endpoints.find(customer_id)
        assert endpoint is not None
        return None if endpoint.credential is None else self.sealer.open(endpoint.credential.sealed)

    def noted(self):
        return AuditLog(self.store).list_page(A, "", None, 50)[0]

    def send_test(self, customer_id: str = A, times: int = 1):
        async def send():
            channel = Carriers(self.sealer, self.clock, AddressGuard(["127.0.0.0/8"]))
            packing = Packing(StopLinks(self.sealer, "https://hearth.example.com"))
            tests = ChannelTests(self.store, channel, self.clock, CountedIdentities("7"), packing)
            try:
                return [await tests.send(customer_id) for _ in range(times)]
            finally:
                await channel.aclose()

        return asyncio.run(send())[-1]


@pytest.fixture
def world(store):
    return World(store)


def refused(call):
    with pytest.raises(Problem) as problem:
        call()
    return problem.value


def test_a_credential_stays_until_another_is_named(world):
    world.endpoints.save(A, URL, Basic(user="hearth"), "first")
    world.clock.advance(seconds=5)
    kept = world.endpoints.save(A, URL + "/v2?x=1", Basic(user="other"), None, 10).endpoint
    assert (world.credential(), kept.requests_per_second) == ("first", 10)
    named = world.endpoints.save(A, URL, Basic(user="other"), "second", 10).endpoint
    assert world.credential() == "second"
    assert named.credential.set_at_ms == world.clock.now_ms()
    assert "second" not in named.credential.sealed


@pytest.mark.parametrize(
    ("url", "how"),
    [
        ("https://other.example.com/hearth", OAUTH),
        ("http://hooks.example.com/hearth", OAUTH),
        ("https://hooks.example.com:8443/hearth", OAUTH),
        ("https://hooks.example.com.evil.example/hearth", OAUTH),
        (URL, replace(OAUTH, token_url="https://evil.example.com/token")),
        (URL, Basic(user="hearth")),
        (URL, Bearer()),
        (URL, ApiToken(header="X-Api-Key")),
    ],
)
def test_a_credential_is_not_carried_to_another_origin_or_kind(world, url, how):
    before = world.endpoints.save(A, URL, OAUTH, "first").endpoint
    problem = refused(lambda: world.endpoints.save(A, url, how))
    assert (problem.code, problem.errors[0].pointer) == ("invalid", "/credential")
    assert world.endpoints.find(A) == before, "nothing is half saved"
    world.endpoints.save(A, url, how, "second")
    assert world.credential() == "second"


def test_spelling_the_same_origin_otherwise_asks_for_nothing(world):
    world.endpoints.save(A, URL, Bearer(), "first")
    world.endpoints.save(A, "https://HOOKS.example.com:443/other", Bearer())
    assert world.credential() == "first"


def test_without_authentication_no_credential_is_kept(world):
    world.endpoints.save(A, URL, Bearer(), "first")
    world.endpoints.save(A, URL, NoAuthentication(), "ignored")
    assert world.credential() is None
    assert refused(lambda: world.endpoints.save(A, URL, Bearer())).errors[0].pointer == "/credential"


@pytest.mark.parametrize(
    ("how", "credential", "limit", "pointer"),
    [
        *((ApiToken(header=name), "x", None, "/authentication/header") for name in (*_BAD_HEADERS, "x" * 101)),
        (Basic(user=""), "x", None, "/authentication/user"),
        (Basic(user="a:b"), "x", None, "/authentication/user"),
        (Basic(user="a\nb"), "x", None, "/authentication/user"),
        (replace(OAUTH, token_url="ftp://x"), "x", None, "/authentication/tokenUrl"),
        (replace(OAUTH, token_url="https://u:p@x.example/"), "x", None, "/authentication/tokenUrl"),
        (replace(OAUTH, client_id=""), "x", None, "/authentication/clientId"),
        (Bearer(), "", None, "/credential"),
        (Bearer(), "tökén", None, "/credential"),
        (Bearer(), " x", None, "/credential"),
        (Bearer(), "x\r\ny: z", None, "/credential"),
        (Basic(user="a"), "x" * 4001, None, "/credential"),
        (NoAuthentication(), None, 0, "/requestsPerSecond"),
        (NoAuthentication(), None, 1001, "/requestsPerSecond"),
    ],
)
def test_what_cannot_be_sent_is_refused_at_its_field(world, how, credential, limit, pointer):
    problem = refused(lambda: world.endpoints.save(A, URL, how, credential, limit))
    assert (problem.code, problem.errors[0].pointer) == ("invalid", pointer)
    assert world.endpoints.find(A) is None


def test_a_header_may_be_named_authorization(world):
    world.endpoints.save(A, URL, ApiToken(header="Authorization"), "Token abc")
    assert world.credential() == "Token abc"


def test_the_first_endpoint_gets_a_signing_secret_and_a_rotation_overlaps(world):
    first = world.endpoints.save(A, URL).signing_secret
    assert first is not None
    assert first.startswith("whsec_")
    assert world.endpoints.save(A, "https://other.example.com/").signing_secret is None
    second, _ = world.endpoints.rotate_signing_secret(A)
    day_ms = 24 * 3_600_000

    def signing_at(now_ms):
        return [world.sealer.open(each) for each in signing_secrets_sealed(world.endpoints.find(A), now_ms)]

    now_ms = world.clock.now_ms()
    assert signing_at(now_ms + day_ms - 1) == [second, first]
    assert signing_at(now_ms + day_ms) == [second]
    third, _ = world.endpoints.rotate_signing_secret(A)
    assert signing_at(now_ms) == [third, second], "the one before the last is gone at once"
    fourth, _ = world.endpoints.rotate_signing_secret(A, 0)
    assert signing_at(now_ms) == [fourth]
    for overlap_ms in (-1, 7 * day_ms + 1):
        assert refused(lambda overlap_ms=overlap_ms: world.endpoints.rotate_signing_secret(A, overlap_ms)).code == "invalid"


def test_a_replaced_secret_whose_time_is_over_is_not_kept(world):
    world.endpoints.save(A, URL)
    world.endpoints.rotate_signing_secret(A)
    world.clock.advance(seconds=24 * 3600)
    world.endpoints.save(A, URL + "/v2")
    assert world.endpoints.find(A).replaced_secret is None


def test_another_address_is_enabled_and_the_same_one_is_not(world):
    world.endpoints.save(A, URL)
    with world.store.write() as session:
        session.endpoints.replace(replace(session.endpoints.find(A), disabled_reason="it answered 410 Gone"))
    assert world.endpoints.save(A, URL, requests_per_second=3).endpoint.disabled_reason == "it answered 410 Gone"
    assert world.endpoints.save(A, URL + "/v2").endpoint.disabled_reason is None


def test_what_somebody_else_has_saved_meanwhile_is_not_overwritten(world):
    assert refused(lambda: world.endpoints.save(A, URL, version="0d9c8b7a6f5e4d3c")).code == "precondition_failed"
    first = world.endpoints.save(A, URL, Bearer(), "first", version=NONE_YET).endpoint
    assert refused(lambda: world.endpoints.save(A, URL + "/v2", version=NONE_YET)).code == "precondition_failed"
    # What saving leaves as it is refuses nobody.
    world.endpoints.rotate_signing_secret(A)
    world.endpoints.set_enabled(A, False)
    second = world.endpoints.save(A, URL, Bearer(), "second", version=version_of(first)).endpoint
    for credential in (None, "third"):
        late = refused(lambda named=credential: world.endpoints.save(A, URL, Bearer(), named, 5, version=version_of(first)))
        assert late.code == "precondition_failed", "another credential is another state, though it is not shown"
    assert world.endpoints.find(A) == second
    world.endpoints.save(A, URL, Bearer(), None, 5, version=version_of(second))
    assert world.credential() == "second"


def test_a_switched_off_endpoint_keeps_its_settings_and_stays_off_until_it_is_switched_on(world):
    before = world.endpoints.save(A, URL, Bearer(), "first", 5).endpoint
    off = world.endpoints.set_enabled(A, False, BY)
    assert off == replace(before, is_enabled=False)
    assert world.endpoints.save(A, URL + "/v2", Bearer(), None, 5).endpoint.is_enabled is False
    with world.store.write() as session:
        session.endpoints.replace(replace(session.endpoints.find(A), disabled_reason="it answered 410 Gone"))
    on = world.endpoints.set_enabled(A, True, BY)
    assert (on.is_enabled, on.disabled_reason, world.credential()) == (True, None, "first")
    enabled, _, disabled, _ = world.noted()
    assert (enabled.action, enabled.before) == ("endpoint.enabled", {"disabled_reason": "it answered 410 Gone"})
    assert (disabled.action, disabled.actor, disabled.before, disabled.after) == ("endpoint.disabled", BY, None, None)
    assert refused(lambda: world.endpoints.set_enabled(B, False)).code == "not_found"


def test_changes_are_noted_without_secrets_and_only_where_there_are_any(world):
    saved = world.endpoints.save(A, URL + "?key=theirs", OAUTH, "client-secret", 5, BY)
    world.endpoints.save(A, URL + "?key=theirs", OAUTH, None, 5, BY)
    world.endpoints.save(A, URL + "?key=theirs", OAUTH, "newer-secret", 5, BY)
    world.endpoints.save(A, URL, NoAuthentication(), by=BY)
    world.endpoints.save(A, URL + "?key=theirs", NoAuthentication(), by=BY)
    rotated, _ = world.endpoints.rotate_signing_secret(A, by=BY)
    rotation, requeried, bare, named, first = world.noted()
    assert {entry.actor for entry in (rotation, requeried, bare, named, first)} == {BY}
    assert (first.before, first.after) == (
        None,
        {
            "url": URL,
            "authentication": {
                "kind": "oauth",
                "token_url": "https://login.example.com/token",
                "client_id": "hearth",
                "scope": "",
            },
            "credential": "named anew",
            "requests_per_second": 5,
        },
    )
    assert (named.before, named.after) == ({"credential": "set"}, {"credential": "named anew"})
    assert bare.after == {"authentication": None, "credential": None, "requests_per_second": None}
    assert (requeried.before, requeried.after) == ({"url": URL}, {"url": f"{URL}, another query"})
    assert rotation.action == "endpoint.secretRotated"
    for secret in (saved.signing_secret, rotated, "client-secret", "newer-secret", "theirs", "tenant", "gAAAA"):
        assert secret not in repr(world.noted())


def test_of_two_first_endpoints_at_once_one_shows_the_secret_that_signs(world):
    shown = []
    together = Barrier(2)

    def save(path):
        together.wait()
        shown.append(world.endpoints.save(A, URL + path).signing_secret)

    threads = [Thread(target=save, args=(path,)) for path in ("/one", "/other")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    [secret] = [each for each in shown if each is not None]
    assert world.sealer.open(world.endpoints.find(A).signing_secret_sealed) == secret


def test_a_test_is_signed_authenticated_marked_and_listed(world, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    with Receiver() as receiver:
        secret = world.endpoints.save(A, receiver.url, Basic(user="hearth"), "p4ssw0rd").signing_secret
        attempt = world.send_test()
        receiver.status = 503
        world.send_test()
        [request, _] = receiver.requests
    gone = world.send_test()
    assert (attempt.status_code, attempt.error, attempt.is_failed) == (204, None, False)
    assert (gone.status_code, gone.error, gone.is_failed) == (None, "no connection", True)
    assert request.headers["authorization"] == "Basic aGVhcnRoOnA0c3N3MHJk"
    body = json.loads(request.body)
    verify([secret], request.headers, request.body, world.clock.now_ms())
    assert request.headers["webhook-id"].startswith("test_")
    assert body["id"] == request.headers["webhook-id"]
    assert (body["test"], body["customerId"], body["customerBuildingId"], body["ruleId"]) == (True, A, "test", "test")
    assert {language: text["title"] for language, text in body["notification"]["texts"].items()} == {
        "de": "Testmitteilung",
        "it": "Test notification",
    }
    page, further = world.endpoints.list_attempts(A, False, None, 50)
    assert further is None
    assert [(each.is_test, each.attempt.status_code) for each in page] == [(True, None), (True, 503), (True, 204)]
    failed, _ = world.endpoints.list_attempts(A, True, None, 50)
    assert [each.attempt.status_code for each in failed] == [None, 503]
    assert world.endpoints.record_of(A) == (None, 0), "a test is in no figure"
    with world.store.read() as session:
        assert session.notifications.count_by_status(A, 0) == {}
        assert session.outbox.list_uncounted_for_operator(10) == []
        assert session.notifications.last_change(A) == 0
    printed = capfd.readouterr()
    for hidden in ("p4ssw0rd", "aGVhcnRoOnA0c3N3MHJk", secret):
        assert hidden not in caplog.text + printed.out + printed.err


def test_a_disabled_endpoint_may_be_tried_and_what_it_answers_changes_nothing(world):
    with Receiver() as receiver:
        receiver.status = 410
        world.endpoints.save(A, receiver.url)
        assert world.send_test().status_code == 410
        assert world.endpoints.find(A).disabled_reason is None
        with world.store.write() as session:
            session.endpoints.replace(replace(session.endpoints.find(A), disabled_reason="it answered 410 Gone"))
        receiver.status = 200
        assert world.send_test().status_code == 200
    assert world.endpoints.find(A).disabled_reason == "it answered 410 Gone"


def test_tests_are_limited_per_customer(world):
    with Receiver() as receiver:
        world.endpoints.save(A, receiver.url)
        problem = refused(lambda: world.send_test(times=7))
        assert (problem.code, problem.retry_after_seconds) == ("too_many_requests", 60)
        assert len(receiver.requests) == 6


def test_who_has_no_endpoint_can_try_none(world):
    assert refused(world.send_test).code == "not_found"
    assert refused(lambda: world.send_test("c" * 24)).code == "not_found"


def test_another_customer_sees_nothing(world):
    with Receiver() as receiver:
        world.endpoints.save(A, receiver.url, Bearer(), "first")
        world.send_test()
    assert world.endpoints.find(B) is None
    assert world.endpoints.list_attempts(B, False, None, 50) == ([], None)
    assert world.endpoints.record_of(B) == (None, 0)
    assert AuditLog(world.store).list_page(B, "", None, 50)[0] == []


def test_attempts_come_in_pages(world):
    with Receiver() as receiver:
        world.endpoints.save(A, receiver.url)
        world.send_test(times=5)
    first, further = world.endpoints.list_attempts(A, False, None, 3)
    assert (len(first), further) == (3, first[-1].number)
    second, end = world.endpoints.list_attempts(A, False, further, 3)
    assert (len(second), end) == (2, None)
    numbers = [each.number for each in (*first, *second)]
    assert numbers == sorted(numbers, reverse=True)
