"""Signatures that others accept, and what our own check refuses."""

import time

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from hearth.delivery.signing import SignatureError, signature_headers, signing_secret, verify

SECRET = signing_secret("t3sxw8bLk1nW4cVbq0mZyD5aHsJfPrUe")
OTHER = signing_secret("another-secret-of-enough-length-1")
BODY = '{"texts":{"de":"Überschuss: 3,2 kW"}}'.encode()
NOW_MS = 1_750_000_000_000


def test_the_example_of_the_specification():
    headers = signature_headers(
        ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330_000, b'{"test": 2432232314}'
    )
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_the_published_library_accepts_it():
    headers = signature_headers([SECRET], "d1", time.time_ns() // 1_000_000, BODY)
    assert Webhook(SECRET).verify(BODY, headers) == {"texts": {"de": "Überschuss: 3,2 kW"}}
    with pytest.raises(WebhookVerificationError):
        Webhook(OTHER).verify(BODY, headers)


def test_while_a_secret_is_replaced_both_are_accepted():
    headers = signature_headers([OTHER, SECRET], "d1", time.time_ns() // 1_000_000, BODY)
    for secret in (SECRET, OTHER):
        assert Webhook(secret).verify(BODY, headers)
        verify([secret], headers, BODY, time.time_ns() // 1_000_000)


def test_our_check_accepts_what_was_sent():
    verify([SECRET], signature_headers([SECRET], "d1", NOW_MS, BODY), BODY, NOW_MS + 299_000)


@pytest.mark.parametrize(
    ("change", "body", "later_ms", "reason"),
    [
        ({}, BODY + b" ", 0, "no signature fits"),
        ({"webhook-id": "d2"}, BODY, 0, "no signature fits"),
        ({"webhook-timestamp": "1750000001"}, BODY, 0, "no signature fits"),
        ({"webhook-signature": "v1,AAAA"}, BODY, 0, "no signature fits"),
        ({"webhook-signature": "v2,ü"}, BODY, 0, "no signature fits"),
        ({"webhook-signature": ""}, BODY, 0, "no signature fits"),
        ({"webhook-timestamp": "now"}, BODY, 0, "no number"),
        ({"webhook-timestamp": "1" * 5000}, BODY, 0, "no number"),
        ({}, BODY, 301_000, "five minutes"),
        ({}, BODY, -301_000, "five minutes"),
        ({"webhook-id": None}, BODY, 0, "webhook-id is missing"),
    ],
)
def test_our_check_refuses(change, body, later_ms, reason):
    headers = signature_headers([SECRET], "d1", NOW_MS, BODY) | change
    headers = {name: value for name, value in headers.items() if value is not None}
    with pytest.raises(SignatureError, match=reason):
        verify([SECRET], headers, body, NOW_MS + later_ms)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_!!", "nö"])
def test_a_secret_in_another_form_is_named(secret):
    with pytest.raises(ValueError, match="whsec_ and base64"):
        signature_headers([secret], "d1", NOW_MS, BODY)
