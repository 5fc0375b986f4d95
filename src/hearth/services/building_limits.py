"""Limits of one building at the intake: live events a minute, and series. A device that runs wild harms its own home alone.

Counts in memory, a minute at a time; what is refused is logged once a minute and building. Invariant: what is refused is
refused before anything of its request is stored, and the answer names each event that is too many.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

import structlog

from hearth.core.instants import MINUTE_MS, SECOND_MS
from hearth.core.problems import FieldProblem, Problem

log = structlog.get_logger()

MOST_EVENTS_A_MINUTE = 6_000
MOST_SERIES = 1_000


class EventRates:
    """Live events of each building in the present minute. Used on one thread."""

    def __init__(self, most_a_minute: int) -> None:
        self._most = most_a_minute
        self._minute = 0
        self._taken: dict[tuple[str, str], int] = {}
        self._told: set[tuple[str, str]] = set()

    def take(self, customer_id: str, building_ids: Sequence[str], now_ms: int, is_array: bool = True) -> None:
        """Counts events by their buildings (the customer's ids). Raises Problem "too_many_requests", and counts none then."""
        minute = now_ms // MINUTE_MS
        if minute != self._minute:
            self._minute, self._taken, self._told = minute, {}, set()
        more = Counter(building_ids)
        taken = self._taken
        too_many = {name for name, count in more.items() if taken.get((customer_id, name), 0) + count > self._most}
        if too_many:
            self._tell(customer_id, too_many)
            raise self._refusal(building_ids, too_many, now_ms, is_array)
        for name, count in more.items():
            key = (customer_id, name)
            taken[key] = taken.get(key, 0) + count

    def _refusal(self, building_ids: Sequence[str], too_many: set[str], now_ms: int, is_array: bool) -> Problem:
        message = f"more than {self._most:,} events of this building in a minute; send these later"
        places = [f"/{index}" if is_array else "" for index, name in enumerate(building_ids) if name in too_many]
        errors = tuple(FieldProblem(place, message) for place in places)
        detail = (
            f"{_named(too_many)} sent more than {self._most:,} events in a minute; none of the request was stored. "
            "Send the events of other buildings without these."
        )
        return Problem("too_many_requests", detail, errors, -(-(MINUTE_MS - now_ms % MINUTE_MS) // SECOND_MS))

    def _tell(self, customer_id: str, too_many: Iterable[str]) -> None:
        for name in sorted(too_many):
            if (customer_id, name) not in self._told:
                self._told.add((customer_id, name))
                log.warning("a building sends too many events", customer_id=customer_id, customer_building_id=name)


def series_problem(known: int, new: int, most: int) -> FieldProblem | None:
    """What is wrong where a building would have more series than it may; None where it would not."""
    if known + new <= most:
        return None
    message = (
        f"the building has {known:,} series (a device and an event type) and may have {most:,}; "
        "check whether the sender makes up a new deviceId each time"
    )
    return FieldProblem("/deviceId", message)


def _named(names: Iterable[str]) -> str:
    first, *rest = sorted(names)
    return f"The building {first!r}" + (f" and {len(rest)} more" if rest else "")
