"""Push messages over a provider that speaks as Firebase Cloud Messaging documents it."""

import json
import re
import time

import pytest
from msgspec.structs import replace
from tests.firebase import BAD_REQUEST, FCM_ERROR, NO_TOKEN, PROJECT, TOO_BIG, Firebase, error, fcm_error
from tests.receivers import Reply
from tests.services.test_channels import CONTENT, A, World

from hearth.core.problems import Problem
from hearth.domain.channels import Fcm
from hearth.domain.notifications import RenderedAction, RenderedText


@pytest.fixture
def world(sqlite_store):
    made = World(sqlite_store)
    made.clock.at_ms = time.time_ns() // 1_000_000  # the provider looks at its own clock
    made.add_home("anna", "bert")
    return made


@pytest.fixture
def firebase():
    with Firebase() as provider:
        yield provider


def push(world, firebase):
    return world.deliver_all(world.carriers(fcm_url=firebase.base))


def test_each_device_and_the_topic_get_the_message_in_their_language(world, firebase):
    world.reach("anna", fcm_tokens=("token-of-anna", "tablet-of-anna"), language="de")
    world.reach("bert", email="bert@example.com")
    way = Fcm(topic="home-{customerBuildingId}", to_users=True)
    channel = world.channels.add(A, "App", way, firebase.key_file())
    assert channel.way.project_id == PROJECT
    told = world.tell("anna", "bert")
    answers = push(world, firebase)
    assert [(answer.verdict, answer.status_code) for answer in answers] == [("delivered", 200)] * 3
    assert world.status(told) == "DELIVERED"
    assert firebase.asked == 1, "one access token for all"
    by_target = {message.get("token") or message["topic"]: message for message in firebase.sent}
    assert set(by_target) == {"token-of-anna", "tablet-of-anna", "home-home"}
    message = by_target["token-of-anna"]
    assert message["notification"] == {"title": "Viel Sonne", "body": "Starten Sie die Waschmaschine."}
    assert (message["data"]["id"], message["data"]["customerBuildingId"]) == (told, "home")
    assert json.loads(message["data"]["actions"])["secondary"] == {"text": "App öffnen", "parameter": "home"}
    assert (message["android"]["ttl"], message["android"]["priority"]) == ("21600s", "NORMAL")
    assert by_target["home-home"]["notification"]["title"] == "Plenty of sun"


@pytest.mark.parametrize(
    ("reply", "verdict", "status", "stays"),
    [
        (lambda: fcm_error(404, "NOT_FOUND", "UNREGISTERED"), "address_gone", "FAILED", False),
        (lambda: fcm_error(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT", message=NO_TOKEN), "address_gone", "FAILED", False),
        (lambda: fcm_error(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT", message=TOO_BIG), "refused", "FAILED", True),
        (lambda: fcm_error(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT"), "refused", "FAILED", True),
        (
            lambda: error(
                400,
                "INVALID_ARGUMENT",
                [
                    {"@type": FCM_ERROR, "errorCode": "INVALID_ARGUMENT"},
                    {"@type": BAD_REQUEST, "fieldViolations": [{"field": "message.token"}]},
                ],
            ),
            "address_gone",
            "FAILED",
            False,
        ),
        (lambda: error(400, "INVALID_ARGUMENT"), "refused", "FAILED", True),
        (
            lambda: error(
                400, "INVALID_ARGUMENT", [{"@type": BAD_REQUEST, "fieldViolations": [{"field": "message.data[0].value"}]}]
            ),
            "refused",
            "FAILED",
            True,
        ),
        (lambda: fcm_error(403, "PERMISSION_DENIED", "SENDER_ID_MISMATCH"), "refused", "FAILED", True),
        (lambda: fcm_error(429, "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED"), "retry", "PENDING", True),
        (lambda: fcm_error(503, "UNAVAILABLE", "UNAVAILABLE", headers={"retry-after": "120"}), "retry", "PENDING", True),
        (lambda: fcm_error(500, "INTERNAL", "INTERNAL"), "retry", "PENDING", True),
        (lambda: fcm_error(401, "UNAUTHENTICATED", "THIRD_PARTY_AUTH_ERROR"), "retry", "PENDING", True),
        (lambda: Reply(502, b"<!DOCTYPE html>"), "retry", "PENDING", True),
    ],
)
def test_what_an_error_means(world, firebase, reply, verdict, status, stays):
    world.reach("anna", fcm_tokens=("token-of-anna", "kept"), language="de")
    world.channels.add(A, "App", Fcm(to_users=True), firebase.key_file())
    firebase.answers["token-of-anna"] = reply
    firebase.answers["kept"] = lambda: fcm_error(403, "PERMISSION_DENIED", "SENDER_ID_MISMATCH")
    told = world.tell("anna")
    first, second = push(world, firebase)
    assert first.verdict == verdict
    assert second.verdict == "refused"
    assert "token-of-anna" not in first.error
    assert world.status(told) == status
    assert world.contact("anna").fcm_tokens == (("token-of-anna", "kept") if stays else ("kept",))


def test_a_message_that_is_too_big_is_not_sent_and_the_devices_stay(world, firebase, monkeypatch):
    world.reach("anna", fcm_tokens=("token-of-anna",), language="en")
    world.channels.add(A, "App", Fcm(topic="all", to_users=True), firebase.key_file())
    # Fits a device, but not a topic.
    long = replace(CONTENT, texts={"en": RenderedText(title="Plenty of sun", message="Start the washing machine. " * 100)})
    monkeypatch.setattr("tests.services.test_channels.CONTENT", long)
    told = world.tell("anna")
    topic, device = sorted(push(world, firebase), key=lambda answer: answer.verdict, reverse=True)
    assert (topic.verdict, device.verdict) == ("refused", "delivered")
    assert re.fullmatch(r"the push message has \d+ bytes, of which Firebase takes 2048", topic.error)
    assert world.status(told) == "DELIVERED"
    way = RenderedAction(text="More", parameter="https://example.com/" + "x" * 4_000)
    long = replace(CONTENT, texts={"en": replace(CONTENT.texts["en"], primary=way)})
    monkeypatch.setattr("tests.services.test_channels.CONTENT", long)
    told = world.tell("anna")
    answers = push(world, firebase)
    assert [answer.verdict for answer in answers] == ["refused", "refused"]
    assert any(answer.error.endswith("of which Firebase takes 4096") for answer in answers)
    assert world.status(told) == "FAILED"
    assert world.contact("anna").fcm_tokens == ("token-of-anna",)


def test_the_pause_that_is_asked_for_is_kept(world, firebase):
    world.reach("anna", fcm_tokens=("one", "two", "three"))
    world.channels.add(A, "App", Fcm(to_users=True), firebase.key_file())
    firebase.answers["one"] = lambda: fcm_error(429, "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED")
    firebase.answers["two"] = lambda: fcm_error(503, "UNAVAILABLE", "UNAVAILABLE", headers={"retry-after": "120"})
    world.tell("anna")
    assert [answer.retry_after_seconds for answer in push(world, firebase)] == [60, 120, None]
    world.clock.at_ms += 59_000
    assert not world.lease(), "a minute at least after a quota, as the documentation asks"
    world.clock.at_ms += 14_000
    assert len(world.lease()) == 1


def test_a_revoked_access_token_is_asked_for_anew(world, firebase):
    world.reach("anna", fcm_tokens=("one",))
    channel = world.channels.add(A, "App", Fcm(to_users=True), firebase.key_file())
    firebase.answers["gone"] = lambda: firebase.good.clear() or error(401, "UNAUTHENTICATED")
    attempt = world.send_test(channel.id, world.carriers(fcm_url=firebase.base), to="gone")
    assert (attempt.status_code, firebase.asked) == (401, 2)
    attempt = world.send_test(channel.id, world.carriers(fcm_url=firebase.base), to="one")
    assert not attempt.is_failed
    assert firebase.sent[-1]["data"]["test"] == "true"


def test_a_key_that_google_does_not_know_is_told_without_a_secret(world, firebase):
    other = Firebase().key_file(token_uri=f"{firebase.base}/token")
    channel = world.channels.add(A, "App", Fcm(topic="all"), other)
    attempt = world.send_test(channel.id, world.carriers(fcm_url=firebase.base))
    assert attempt.error == "no access token: the token URL answered 400 (invalid_grant)"
    assert attempt.is_failed
    assert "PRIVATE KEY" not in str(world.noted())


@pytest.mark.parametrize(
    "wrong", ["", "{}", "[]", '{"type": "service_account"}', None], ids=["empty", "object", "array", "bare", "no RSA"]
)
def test_only_a_key_file_is_taken(world, firebase, wrong):
    text = firebase.key_file(private_key="-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----") if wrong is None else wrong
    with pytest.raises(Problem) as refused:
        world.channels.add(A, "App", Fcm(topic="all"), text)
    assert refused.value.errors[0].pointer == "/credential"


def test_a_test_needs_a_device_where_there_is_no_topic(world, firebase):
    channel = world.channels.add(A, "App", Fcm(to_users=True), firebase.key_file())
    with pytest.raises(Problem) as refused:
        world.send_test(channel.id, world.carriers(fcm_url=firebase.base))
    assert refused.value.errors[0].pointer == "/to"


def test_another_topic_keeps_the_key(world, firebase):
    channel = world.channels.add(A, "App", Fcm(topic="all"), firebase.key_file())
    changed = world.channels.change(A, channel.id, "App", Fcm(topic="home-{customerBuildingId}"))
    assert (changed.way.project_id, changed.credential) == (PROJECT, channel.credential)
    for topic in ("home-{userId}", "home {ruleId}", "home-{building}", "{"):
        with pytest.raises(Problem) as refused:
            world.channels.change(A, channel.id, "App", Fcm(topic=topic))
        assert refused.value.errors[0].pointer == "/way/topic"
