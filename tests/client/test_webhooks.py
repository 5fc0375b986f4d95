"""What is verified is genuine: beside the published library in both directions, and against each way to forge."""

import base64
import json
import time
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook

from hearth.api.wire.notifications import Notification as WireNotification
from hearth.delivery.signing import signature_headers
from hearth_client import UnexpectedAnswerError
from hearth_client.webhooks import WebhookRefusedError, sign, verify

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
OTHER = "whsec_" + base64.b64encode(bytes(range(32, 64))).decode()
NOW = int(time.time())  # of what is refused in any case, or told the time; a suite runs longer than a signature is good
EXAMPLE = WireNotification.model_config["json_schema_extra"]["examples"][0]  # type: ignore[index, call-overload]
BODY = json.dumps(EXAMPLE, ensure_ascii=False).encode()


def now() -> int:
    return int(time.time())


def test_ours_is_verified_by_the_published_library():
    assert Webhook(SECRET).verify(BODY, sign(SECRET, "msg_1", now(), BODY)) == EXAMPLE


def test_the_published_librarys_is_verified_by_ours():
    at = now()
    signature = Webhook(SECRET).sign("msg_1", datetime.fromtimestamp(at, UTC), BODY.decode())
    headers = {"Webhook-Id": "msg_1", "WEBHOOK-TIMESTAMP": str(at), "webhook-signature": signature}
    received = verify(headers, BODY, SECRET)
    assert (received.webhook_id, received.test) == ("msg_1", False)
    assert received.id == EXAMPLE["id"]
    assert received.notification is not None
    assert received.notification.texts["en"].title == "Plenty of sun"
    assert verify(list(headers.items()), BODY, SECRET) == received


def test_what_hearth_signs_is_verified():
    headers = signature_headers([SECRET, OTHER], "msg_1", now() * 1_000, BODY)
    assert verify(headers, BODY, SECRET).webhook_id == "msg_1"
    assert verify(headers, BODY, OTHER).webhook_id == "msg_1"


def test_a_secret_is_replaced_without_a_gap():
    new, old = sign(SECRET, "msg_1", now(), BODY), sign(OTHER, "msg_1", now(), BODY)
    both = new | {"webhook-signature": f"v1a,AAAA {old['webhook-signature']} {new['webhook-signature']}"}
    for headers, secrets in ((new, [OTHER, SECRET]), (old, [OTHER, SECRET]), (both, SECRET), (both, [OTHER])):
        assert verify(headers, BODY, secrets).webhook_id == "msg_1"
    with pytest.raises(WebhookRefusedError, match="No signature fits"):
        verify(old, BODY, [SECRET])


GOOD = sign(SECRET, "msg_1", NOW, BODY)


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (GOOD, BODY + b" "),
        (GOOD, b""),
        (GOOD | {"webhook-id": "msg_2"}, BODY),
        (GOOD | {"webhook-timestamp": str(NOW + 1)}, BODY),
        (GOOD | {"webhook-timestamp": f" {NOW}"}, BODY),
        (GOOD | {"webhook-timestamp": f"{NOW}.0"}, BODY),
        (GOOD | {"webhook-timestamp": "٣" * 10}, BODY),
        (GOOD | {"webhook-timestamp": "9" * 400}, BODY),
        (GOOD | {"webhook-signature": GOOD["webhook-signature"].replace("v1,", "v2,")}, BODY),
        (GOOD | {"webhook-signature": "v1," + "A" * 44}, BODY),
        (GOOD | {"webhook-signature": "v1,ünverständlich"}, BODY),
        (GOOD | {"webhook-signature": "v1"}, BODY),
        (GOOD | {"webhook-signature": ""}, BODY),
        ({"webhook-id": "msg_1"}, BODY),
        ({}, BODY),
    ],
)
def test_what_is_forged_is_refused(headers, body):
    with pytest.raises(WebhookRefusedError):
        verify(headers, body, SECRET, now_seconds=NOW)


def test_time_is_kept():
    for seconds in (-301, 301):
        with pytest.raises(WebhookRefusedError, match="away"):
            verify(GOOD, BODY, SECRET, now_seconds=NOW + seconds)
        assert verify(GOOD, BODY, SECRET, 400, now_seconds=NOW + seconds).webhook_id == "msg_1"


def test_a_test_notification_says_so_and_new_fields_do_no_harm():
    body = json.dumps(EXAMPLE | {"test": True, "invented": 1}).encode()
    assert verify(sign(SECRET, "test_1", now(), body), body, SECRET).test
    for wrong in (b"{}", b"oops"):
        with pytest.raises(UnexpectedAnswerError, match="genuine"):
            verify(sign(SECRET, "msg_1", now(), wrong), wrong, SECRET)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_***", "whsec_ä", "my secret"])
def test_what_is_no_secret_is_a_mistake_that_shows_nothing(secret):
    with pytest.raises(ValueError, match="this is none") as caught:
        verify(GOOD, BODY, secret)
    assert "***" not in str(caught.value)
    with pytest.raises(ValueError, match="at least one"):
        verify(GOOD, BODY, [])
