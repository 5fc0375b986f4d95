"""Names and secrets of the system have the form the public API promises."""

import re

from hearth.connectors.system import SystemClock, SystemIdentities, system_jitter
from hearth.core.identifiers import fits


def test_identifiers_fit_the_public_pattern_and_differ():
    identities = SystemIdentities()
    made = {identities.new_id() for _ in range(100)}
    assert len(made) == 100
    assert all(fits("customerId", identifier) for identifier in made)


def test_secrets_hold_256_bits_in_the_alphabet_of_client_secrets():
    secret = SystemIdentities().new_secret()
    assert fits("clientSecret", secret)
    assert re.fullmatch(r"[a-zA-Z0-9_-]{43}", secret)


def test_the_clock_gives_milliseconds():
    at_ms = SystemClock().now_ms()
    assert isinstance(at_ms, int)
    assert 1_700_000_000_000 < at_ms < 5_000_000_000_000


def test_jitter_is_a_fraction():
    assert all(0 <= system_jitter() < 1 for _ in range(100))
