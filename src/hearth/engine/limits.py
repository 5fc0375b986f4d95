"""What holds a notification back that is ready to be generated: time between, quiet hours, the day's number.

Steps 5 and 6 of rules.md 3, in that order; the first that holds decides. Changes nothing. Times are event times:
the end of the quiet hours is an instant of event time, and equal to the server's as far as events come in time.
"""

from functools import lru_cache
from typing import NamedTuple

from hearth.core.instants import SECOND_MS, datetime_of_instant
from hearth.domain.notifications import DropReason
from hearth.engine.slots import Slot
from hearth.language.time_format import timespan_text


class Verdict(NamedTuple):
    """Why nothing is sent, or until when it is held; neither = it is sent now. `ended`: the same in words."""

    ended: str
    drop_reason: DropReason | None = None
    held_until_ms: int | None = None


def verdict_on(slot: Slot, now_ms: int) -> Verdict:
    """What becomes of a notification of the slot's rule at an instant.

    High priority passes quiet hours and the day's number. Held advice that would be stale at the end of the quiet
    hours is dropped at once.
    """
    rule, household = slot.compiled.rule, slot.household
    last_ms = slot.counters.last_generated_at_ms
    pause_seconds = rule.time_between_triggers_seconds
    # Without a time between nothing is early, also on a device that lags behind the last notification.
    if last_ms is not None and pause_seconds > 0 and now_ms - last_ms < pause_seconds * SECOND_MS:
        since, pause = _in_words(now_ms - last_ms), _in_words(pause_seconds * SECOND_MS)
        ended = f"not sent: the last one was generated {since} before, and {pause} must lie between two"
        return Verdict(ended, "time_between")
    if rule.priority == "high":
        return Verdict("generated")
    quiet_hours, most = household.limits.quiet_hours, household.limits.most_per_day
    until_ms = None if quiet_hours is None else quiet_hours.until(now_ms, household.zone)
    ended = "generated"
    if until_ms is not None:
        local = f"{datetime_of_instant(until_ms, household.zone):%H:%M}"
        if rule.during_quiet_hours == "drop":
            return Verdict(f"not sent: quiet hours until {local}", "quiet_hours")
        if now_ms + rule.valid_for_seconds * SECOND_MS <= until_ms:
            return Verdict(f"not sent: quiet hours until {local}, and then it would be stale", "quiet_hours")
        ended = f"held until {local}"
    if most is not None and (count := household.generated_on_day_of(now_ms)) >= most:
        return Verdict(f"not sent: {count} of {most} notifications of this day were sent", "household_cap")
    return Verdict(ended, held_until_ms=until_ms)


@lru_cache(maxsize=4096)
def _in_words(span_ms: int) -> str:
    return timespan_text(span_ms, None, "en")
