"""Reading events back: the stored points of a building's series as single events, in order of time.

Taking events in is `intake`. Paging is by position (time, series), so a page stays right while events arrive.
"""

from collections.abc import Sequence
from typing import NamedTuple

from hearth.core.clock import Clock
from hearth.core.instants import DAY_MS
from hearth.core.problems import FieldProblem, Problem
from hearth.domain.catalogue import Catalogue
from hearth.domain.events import NO_FORECAST_MS, Series, SetAside
from hearth.ports import Store
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
            while series and start_ms < to_ms and len(found) <= limit:
                end_ms = min(start_ms + step_ms, to_ms)
                stretch: list[StoredEvent] = []
                points_by_series = session.events.read(customer_id, list(series), start_ms - 1, end_ms - 1)
                for series_id, points in points_by_series.items():
                    forecasts = points.forecast_ms or [NO_FORECAST_MS] * len(points.times_ms)
                    stretch += [
                        StoredEvent(
                            series[series_id],
                            customer_building_id,
                            at_ms,
                            value,
                            None if forecast_ms == NO_FORECAST_MS else forecast_ms,
                        )
                        for at_ms, value, forecast_ms in zip(points.times_ms, points.values, forecasts, strict=True)
                        if after is None or (at_ms, series_id) > after
                    ]
                found += sorted(stretch, key=lambda event: event.position)
                start_ms, step_ms = end_ms, min(step_ms * 2, _LONGEST_STEP_MS)
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
