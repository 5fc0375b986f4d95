"""The limits and times that sentences of the manual name are those that Hearth keeps to."""

from inspect import signature
from pathlib import Path

import pytest

from hearth.connectors import access_tokens, webhook
from hearth.core.instants import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS
from hearth.delivery import attempts, signing
from hearth.domain import endpoints, limits
from hearth.domain.rules import Rule
from hearth.runtime.deliveries import DeliveryLoop
from hearth.services import access, channel_tests, event_categories, intake, invitations, members, password_resets
from hearth.services.signing_keys import TOKEN_LIFETIME_SECONDS

DOCS = Path(__file__).resolve().parents[2] / "docs"
WORDS = {5: "five", 6: "six", 7: "seven", 10: "ten", 12: "twelve"}


def told(pause_ms: int) -> str:
    return f"{pause_ms // SECOND_MS} s" if pause_ms < MINUTE_MS else f"{pause_ms // MINUTE_MS} min"


*_PAUSES, _LAST_PAUSE = attempts.PAUSES_MS
_VALID_HOURS = signature(Rule).parameters["valid_for_seconds"].default // 3600
_DELIVERIES_AT_ONCE = signature(DeliveryLoop).parameters["at_once_per_channel"].default
_OVERLAP_HOURS, _LONGEST_OVERLAP_HOURS = endpoints.DEFAULT_OVERLAP_MS // HOUR_MS, endpoints.LONGEST_OVERLAP_MS // HOUR_MS

WEBHOOKS = (
    f"after {webhook.TOTAL_SECONDS:.0f} seconds we give the attempt up",
    f"try again after {', '.join(map(told, _PAUSES))}, then hourly, each varied by a fifth",
    f"After {attempts.GIVE_UP_AFTER_MS // HOUR_MS} hours, or when the notification's time is over "
    f"(`validForSeconds` of its rule, {WORDS[_VALID_HOURS]} hours unless set)",
    f"For {_OVERLAP_HOURS} hours, or as you say (0 to {_LONGEST_OVERLAP_HOURS})",
    f"--overlap-hours {_OVERLAP_HOURS}",
    f"refuse a timestamp more than {WORDS[signing.TOLERANCE_SECONDS // 60]} minutes away",
    f"{WORDS[channel_tests.MOST_A_MINUTE].capitalize()} tests a minute are the limit",
    f"You get up to {_DELIVERIES_AT_ONCE} requests at a time",
    f"{WORDS[access_tokens._UNSAID_LIFETIME_SECONDS // 60]} minutes where its life is not said",
)
API = (
    f"A token is valid for {TOKEN_LIFETIME_SECONDS:,} seconds",
    f"After {access._FAILURES_PER_CLIENT} failures of a client, or {access._FAILURES_PER_ADDRESS} from an address, "
    f"within {access._FAILURE_WINDOW_MS // MINUTE_MS} minutes",
    f"`settings.maxNotificationsPerDay` (0 to {limits.MOST_PER_DAY:,})",
    f"More than {WORDS[intake.MOST_AHEAD_MS // MINUTE_MS]} minutes ahead is refused",
    f"A timestamp lies at most {intake.MOST_AHEAD_MS // MINUTE_MS} minutes ahead",
    f"in one array (up to {intake.MOST_LIVE_EVENTS:,})",
    f"a magnitude up to {intake.MOST_VALUE:g}".replace("e+", "e"),
)
MEMBERS = (
    f"the mailed link works once, for {WORDS[invitations.INVITATION_MS // DAY_MS]} days",
    f"it works once, for {password_resets.RESET_MS // MINUTE_MS} minutes",
    f"A session lasts {WORDS[members.SESSION_MS // HOUR_MS]} hours from its last use",
)
ORGANISATION = (
    f"stays good for {access._OVERLAP_SECONDS // 3600} hours",
    f"{event_categories.MOST_SAMPLED} for an interval, and about {event_categories.MOST_SAMPLED} in all",
)


@pytest.mark.parametrize(
    ("page", "sentences"),
    [
        ("integrate/webhooks.md", WEBHOOKS),
        ("integrate/api.md", API),
        ("operate/members.md", MEMBERS),
        ("operate/organisation.md", ORGANISATION),
    ],
)
def test_the_numbers_of_a_page_are_those_that_hold(page, sentences):
    text = " ".join((DOCS / page).read_text(encoding="utf-8").split())
    assert [sentence for sentence in sentences if sentence not in text] == []


def test_the_last_pause_is_the_hour_that_is_told():
    assert (_LAST_PAUSE, attempts._SPREAD) == (HOUR_MS, 0.2)
