"""How many requests a customer may send in a minute.

Counted in memory, for one process takes them all; a minute begins with the first request in it. What a customer's cloud sends as
events (over HTTP or MQTT), its other requests, and those of its members' browsers are counted apart: none takes another's share.
"""

from typing import Literal, NamedTuple

from hearth.core.instants import MINUTE_MS, SECOND_MS
from hearth.core.problems import Problem
from hearth.services.access import MEMBER_CLIENT_ID, Grant

Share = Literal["events", "members", "others"]


class Rate(NamedTuple):
    """What is left of a share: requests in this minute, and the whole seconds until the next."""

    limit: int
    remaining: int
    reset_seconds: int


class RequestRates:
    """The counts. Used on the event loop alone, so that nothing is locked. A limit of 0 = none."""

    def __init__(self, most_requests: int = 0, most_event_requests: int = 0) -> None:
        self._most: dict[Share, int] = {"events": most_event_requests, "members": most_requests, "others": most_requests}
        # Of each customer and share: when its minute began, and the requests in it.
        self._counts: dict[tuple[str, Share], tuple[int, int]] = {}

    def count(self, grant: Grant, share: Share, now_ms: int) -> Rate | None:
        """Counts one request of whoever holds the token; None = there is no limit. Less than 0 remaining = one too many."""
        own_limit = grant.most_event_requests if share == "events" else grant.most_requests
        if grant.client_id == MEMBER_CLIENT_ID:  # the customer's own limit is for its cloud, not for people at the console
            share, own_limit = "members", None
        customer_id = grant.customer_id
        limit = self._most[share] if own_limit is None else own_limit
        if limit == 0:
            return None
        began_ms, requests = self._counts.get((customer_id, share), (now_ms, 0))
        if not began_ms <= now_ms < began_ms + MINUTE_MS:
            began_ms, requests = now_ms, 0
        self._counts[customer_id, share] = (began_ms, requests + 1)
        reset_seconds = -(-(began_ms + MINUTE_MS - now_ms) // SECOND_MS)
        return Rate(limit, limit - requests - 1, reset_seconds)


def too_many(rate: Rate) -> Problem:
    """The refusal of a request beyond the limit."""
    return Problem(
        "too_many_requests",
        f"More than {rate.limit:,} requests in a minute; nothing was done. Wait as long as Retry-After says.",
        retry_after_seconds=rate.reset_seconds,
    )
