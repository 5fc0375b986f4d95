"""What follows from each answer an endpoint may give."""

import pytest

from hearth.core.instants import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS
from hearth.delivery.attempts import PAUSES_MS, AddressGone, Arrived, EndpointGone, Failed, RetryAt, decide, http_verdict, refusal
from hearth.domain.endpoints import Endpoint
from hearth.domain.notifications import Delivery

NOW_MS = 1_750_000_000_000


def delivery(attempts: int = 0, created_at_ms: int = NOW_MS, valid_for_ms: int = 7 * DAY_MS) -> Delivery:
    return Delivery(
        id="d" * 24,
        customer_id="c" * 24,
        building_id="b1",
        notification_id="n" * 24,
        channel="webhook",
        created_at_ms=created_at_ms,
        due_at_ms=created_at_ms,
        expires_at_ms=created_at_ms + valid_for_ms,
        attempts=attempts,
    )


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_2xx_is_delivered(status):
    assert decide(delivery(), *http_verdict(status, None), NOW_MS, 0.5) == Arrived()


@pytest.mark.parametrize(
    "status", [None, 301, 302, 303, 307, 308, 400, 401, 403, 404, 408, 409, 413, 422, 429, 500, 502, 503, 504]
)
def test_every_other_answer_is_tried_again_after_the_first_pause(status):
    assert decide(delivery(), *http_verdict(status, None), NOW_MS, 0.5) == RetryAt(NOW_MS + 5 * SECOND_MS)


def test_410_means_the_endpoint_is_gone():
    outcome = decide(delivery(), *http_verdict(410, None), NOW_MS, 0.5)
    assert isinstance(outcome, EndpointGone)
    assert "410" in outcome.reason


def test_what_other_channels_say_of_an_address_or_a_message():
    assert decide(delivery(), "address_gone", None, NOW_MS, 0.5, "UNREGISTERED") == AddressGone("UNREGISTERED")
    assert decide(delivery(), "refused", None, NOW_MS, 0.5, "550") == Failed("550")
    assert decide(delivery(), "retry", 60, NOW_MS, 0.0) == RetryAt(NOW_MS + MINUTE_MS)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("seconds", [30, 3600])
def test_429_and_503_name_their_own_pause(status, seconds):
    for attempts in (0, 6):
        outcome = decide(delivery(attempts), *http_verdict(status, seconds), NOW_MS, 0.0)
        assert outcome == RetryAt(NOW_MS + seconds * SECOND_MS)
    spread = decide(delivery(), *http_verdict(status, seconds), NOW_MS, 1.0)
    assert isinstance(spread, RetryAt)
    assert spread.due_at_ms > NOW_MS + seconds * SECOND_MS, "never earlier than asked for"


def test_retry_after_of_nothing_is_still_a_pause():
    assert decide(delivery(), *http_verdict(429, 0), NOW_MS, 0.0) == RetryAt(NOW_MS + 5 * SECOND_MS)


@pytest.mark.parametrize("status", [301, 408, 500, 502])
def test_retry_after_of_another_status_does_not_count(status):
    assert decide(delivery(), *http_verdict(status, 3600), NOW_MS, 0.5) == RetryAt(NOW_MS + 5 * SECOND_MS)


def test_pauses_grow_whatever_the_jitter_and_end_hourly():
    def pause_ms(attempts: int, jitter: float) -> int:
        outcome = decide(delivery(attempts), "retry", None, NOW_MS, jitter)
        assert isinstance(outcome, RetryAt)
        return outcome.due_at_ms - NOW_MS

    longest = [pause_ms(attempts, 1.0) for attempts in range(len(PAUSES_MS) - 1)]
    shortest = [pause_ms(attempts, 0.0) for attempts in range(1, len(PAUSES_MS))]
    assert all(before < after for before, after in zip(longest, shortest, strict=True))
    assert decide(delivery(50), *http_verdict(500, None), NOW_MS, 0.5) == RetryAt(NOW_MS + HOUR_MS)


def test_a_whole_day_of_failures_ends_in_failed():
    at_ms, attempts = NOW_MS, 0
    while True:
        outcome = decide(delivery(attempts, NOW_MS), *http_verdict(500, None), at_ms, 0.5)
        if not isinstance(outcome, RetryAt):
            break
        at_ms, attempts = outcome.due_at_ms, attempts + 1
    assert outcome == Failed("not delivered within 24 hours")
    assert DAY_MS - HOUR_MS - MINUTE_MS < at_ms - NOW_MS < DAY_MS
    assert attempts > 24


def test_an_attempt_that_would_come_after_the_moment_is_not_waited_for():
    outcome = decide(delivery(valid_for_ms=HOUR_MS), *http_verdict(503, 3600), NOW_MS, 0.0)
    assert outcome == Failed("expired before the next attempt")
    assert isinstance(decide(delivery(valid_for_ms=HOUR_MS), *http_verdict(503, 3599), NOW_MS, 0.0), RetryAt)


def test_success_counts_however_late_it_came():
    late = NOW_MS + 2 * DAY_MS
    assert decide(delivery(valid_for_ms=HOUR_MS), *http_verdict(200, None), late, 0.5) == Arrived()


@pytest.mark.parametrize(
    ("endpoint", "after_ms", "reason"),
    [
        ({}, 0, None),
        ({}, HOUR_MS - 1, None),
        ({}, HOUR_MS, "expired"),
        (None, 0, "does not have this channel"),
        ({"disabled_reason": "it answered 410 Gone"}, 0, "410 Gone"),
        ({"disabled_reason": "it answered 410 Gone", "is_enabled": False}, 0, "switched off"),
    ],
)
def test_what_is_refused_before_it_is_sent(endpoint, after_ms, reason):
    where = (
        None
        if endpoint is None
        else Endpoint(customer_id="c" * 24, url="https://a.example", signing_secret_sealed="", **endpoint)
    )
    refused = refusal(delivery(valid_for_ms=HOUR_MS), where, NOW_MS + after_ms)
    if reason is None:
        assert refused is None
    else:
        assert refused is not None
        assert reason in refused.reason
