"""The brake on guessing: a sliding window per key, bounded in memory."""

from hearth.services.failures import FailureCounter


def test_the_wait_lasts_until_the_oldest_failure_has_left_the_window() -> None:
    counter = FailureCounter(most=3, window_ms=1_000)
    for at_ms in (0, 100, 200):
        assert counter.wait_ms("a", at_ms) == 0
        counter.record("a", at_ms)
    assert counter.wait_ms("a", 300) == 700
    assert counter.wait_ms("b", 300) == 0
    assert counter.wait_ms("a", 1_000) == 0
    counter.record("a", 1_000)
    assert counter.wait_ms("a", 1_001) == 99  # the failures at 100, 200 and 1,000 count now


def test_memory_is_bounded_and_the_longest_quiet_key_goes_first() -> None:
    counter = FailureCounter(most=1, window_ms=1_000)
    counter.record("first", 0)
    for number in range(10_000):
        counter.record(f"key-{number}", 1)
    assert counter.wait_ms("first", 2) == 0
    assert counter.wait_ms("key-0", 2) > 0
