"""Reading events back: the stored points of a building's series as single events, in order of time.

Taking events in is `intake`. Paging is by position (time, series), so a page stays right while events arrive.
"""

from collections.abc import Iterator, Mapping, Sequence
from heapq import merge
from itertools import islice
from operator import attrgetter
from typing import NamedTuple

from hearth.core.clock import Clock
from hearth.core.instants import DAY_MS
from hearth.core.problems import FieldProblem, Problem
from hearth.domain.catalogue import Catalogue
from hearth.domain.events import NO_FORECAST_MS, Series, SetAside
from hearth.ports import Points, Store
from hearth.services.buildings import get_building

MOST_PER_PAGE = 10_000
_LONGEST_STEP_MS = 64 * DAY_MS


class Position(NamedTuple):
    """Where an event stands in the order of reading."""

    occurred_at_ms: int
    series_id: int


class StoredEvent(NamedTuple):
    """One event as stored; `value` in the unit of its type."""

    series: Series
    customer_building_id: str
    occurred_at_ms: int
    value: float
    forecast_at_ms: int | None

    @property
    def position(self) -> Position:
        """What the next page starts behind."""
        return Position(self.occurred_at_ms, self.series.id)


class ListedSetAside(NamedTuple):
    """An event that is set aside, and whose it is."""

    series: Series
    event: SetAside

    @property
    def position(self) -> Position:
        """What the next page starts behind."""
        return Position(self.event.occurred_at_ms, self.event.series_id)


def in_order(
    series: Mapping[int, Series], names: Mapping[str, str], found: Mapping[int, Points], *, newest_first: bool = False
) -> Iterator[StoredEvent]:
    """The points of several series as events, oldest first; `names` are the customer's ids of buildings by ours.

    An event is made when it is asked for: of many points whoever takes few holds few.
    """
    each = [_events_of(series[of], names[series[of].building_id], points, newest_first) for of, points in found.items()]
    return merge(*each, key=attrgetter("position"), reverse=newest_first)


def _events_of(series: Series, name: str, points: Points, newest_first: bool) -> Iterator[StoredEvent]:
    positions = range(len(points.times_ms))
    for at in reversed(positions) if newest_first else positions:
        forecast_ms = NO_FORECAST_MS if points.forecast_ms is None else points.forecast_ms[at]
        of_ms = None if forecast_ms == NO_FORECAST_MS else forecast_ms
        yield StoredEvent(series, name, points.times_ms[at], points.values[at], of_ms)


class EventReading:
    """The use cases that read events."""

    def __init__(self, store: Store, clock: Clock, catalogue: Catalogue) -> None:
        self._store = store
        self._clock = clock
        self._catalogue = catalogue

    def list_page(
        self,
        customer_id: str,
        customer_building_id: str,
        event_types: Sequence[str],
        from_ms: int | None,
        to_ms: int | None,
        after: Position | None,
        limit: int,
    ) -> tuple[list[StoredEvent], bool]:
        """Events with from <= time < to, oldest first, those behind `after` -> (at most `limit`, whether more follow).

        No `event_types` = all. `to_ms` is now when absent, `from_ms` a day before `to_ms`. Raises Problem "not_found"
        for a building the customer does not have, "invalid" for an unknown type or a range that ends before it begins.
        """
        self._check_types(event_types)
        to_ms = self._clock.now_ms() if to_ms is None else to_ms
        from_ms = to_ms - DAY_MS if from_ms is None else from_ms
        if from_ms > to_ms:
            raise Problem("invalid", "The range is empty: from is later than to.")
        with self._store.read() as session:
            building = get_building(session, customer_id, customer_building_id)
            series = {
                one.id: one
                for one in session.series.list_of(customer_id, [building.id])
                if not event_types or one.event_type in event_types
            }
            found: list[StoredEvent] = []
            start_ms = from_ms if after is None else max(from_ms, after.occurred_at_ms)
            step_ms = DAY_MS
            days: list[int] | None = None
            while series and start_ms < to_ms and len(found) <= limit:
                end_ms = min(start_ms + step_ms, to_ms)
                points = session.events.read(customer_id, list(series), start_ms - 1, end_ms - 1)
                stretch = in_order(series, {building.id: customer_building_id}, points)
                fitting = (event for event in stretch if after is None or event.position > after)
                found += islice(fitting, limit + 1 - len(found))
                start_ms, step_ms = end_ms, min(step_ms * 2, _LONGEST_STEP_MS)
                if not any(each.times_ms for each in points.values()):
                    days = session.events.list_days(customer_id, list(series)) if days is None else days
                    start_ms = next((max(day, start_ms) for day in days if day + DAY_MS > start_ms), to_ms)
        return found[:limit], len(found) > limit

    def list_set_aside(
        self, customer_id: str, customer_building_id: str, after: Position | None, limit: int
    ) -> tuple[list[ListedSetAside], bool]:
        """Events that are kept and not believed, newest first, those behind `after` -> (at most `limit`, whether more follow).

        Raises Problem "not_found" for a building the customer does not have.
        """
        with self._store.read() as session:
            building = get_building(session, customer_id, customer_building_id)
            found = session.set_aside.list_page(customer_id, building.id, after, limit + 1)
            series = {each.id: each for each in session.series.list_of(customer_id, [building.id])} if found else {}
        return [ListedSetAside(series[each.series_id], each) for each in found[:limit]], len(found) > limit

    def _check_types(self, event_types: Sequence[str]) -> None:
        errors = []
        for name in event_types:
            if self._catalogue.find_event_type(name) is None:
                meant = self._catalogue.nearest_event_type(name)
                hint = f"; did you mean {meant}?" if meant else "."
                errors.append(FieldProblem("", f"{name} is no event type{hint}"))
        if errors:
            raise Problem("invalid", errors[0].message, tuple(errors))
