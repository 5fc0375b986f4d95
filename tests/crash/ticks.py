"""A rule that ticks each second, for tests that kill a server in between: what it must have told in the end."""

from datetime import datetime
from typing import Any

import httpx2
from tests.crash.killing import ALL_STATUSES
from tests.running import all_notifications

RULES = """\
name: Each second
state: ACTIVE
schedule: "* * * * * *"
condition: now > startOfLastMonth
streak: now > startOfLastMonth
notification:
  texts:
    en: {title: Tick, message: "StreakCounter + \\" at \\" + now | 'yyyy-MM-dd HH:mm:ss'"}
    de: {title: Tick, message: StreakCounter}
    fr: {title: Tick, message: StreakCounter}
"""
NO_RULES = RULES.replace("ACTIVE", "INACTIVE")


def told_of_ticks(client: httpx2.Client, building: str) -> list[dict[str, Any]]:
    """What was told to a home, newest first, whatever became of it."""
    return all_notifications(client, building, ALL_STATUSES)


def expect_every_second_once(told: list[dict[str, Any]], least: int) -> None:
    """Each second from the first one on has spoken once, in order, with its own count; at least so many did."""
    assert len(told) >= least, "too few ticks for the test to say anything"
    messages = [each["notification"]["texts"]["en"]["message"].partition(" at ") for each in reversed(told)]
    assert [int(number) for number, _, _ in messages] == list(range(1, len(told) + 1))
    seconds = [datetime.fromisoformat(at) for _, _, at in messages]
    assert [(at - seconds[0]).total_seconds() for at in seconds] == list(range(len(told)))
