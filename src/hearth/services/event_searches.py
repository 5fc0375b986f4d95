"""Events of a customer as its members look for them: what there is, which came last, a page, a graph, all of it as CSV.

A search without a building reads all homes that fit; where they have too many series it is refused and says how to narrow
it, rather than be slow or leave something out. Taking events in is `intake`'s. Nothing is changed here but the audit log,
which says who took events along.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

import msgspec

from hearth.core.clock import Clock
from hearth.core.instants import DAY_MS, HOUR_MS, datetime_of_instant, seconds_of_instant
from hearth.core.problems import invalid
from hearth.domain.audit import Actor
from hearth.domain.catalogue import Catalogue
from hearth.domain.events import Series
from hearth.insights.graphs import shares_of, telling_points
from hearth.ports import Points, RecentEvent, Session, Store
from hearth.services.auditing import note
from hearth.services.buildings import get_building
from hearth.services.csv_texts import csv_blocks, harmless
from hearth.services.events import Position, StoredEvent, in_order

MOST_SERIES = 2_000
MOST_LINES = 24
_LONGEST_STEP_MS = 64 * DAY_MS
# However much comes after a time of silence, a step of a search reads no more than this of it.
_MOST_SERIES_MS = 1_024 * DAY_MS
# The names of the public API, so that `hearth import-history` and the console take the file as it is.
_COLUMNS = (
    "time",
    "timestamp",
    "customerBuildingId",
    "type",
    "value",
    "deviceId",
    "deviceName",
    "source",
    "forecastTimestamp",
)


class EventsSought(msgspec.Struct, frozen=True, kw_only=True):
    """Which events. None and () = not restricted; `building` is a customer_building_id; from <= time < to."""

    building: str | None = None
    device_id: str | None = None
    event_types: tuple[str, ...] = ()
    from_ms: int | None = None
    to_ms: int | None = None


class Line(NamedTuple):
    """A series for a graph; `drawn` are the points to draw, of so many in the range."""

    series: Series
    unit: str
    points: int
    drawn: list[tuple[int, float]]


class Arrived(NamedTuple):
    """An event that came in, and whose it is."""

    event: RecentEvent
    series: Series
    customer_building_id: str


class Arrivals(NamedTuple):
    """What came in, newest first; the next look is behind `up_to_sequence`."""

    arrived: list[Arrived]
    up_to_sequence: int


class EventSearches:
    """The use cases. Each takes a database's time: call it in a thread. What names a building raises Problem "not_found"
    where the customer has none of that id."""

    def __init__(self, store: Store, clock: Clock, catalogue: Catalogue) -> None:
        self._store = store
        self._clock = clock
        self.catalogue = catalogue

    def list_series(self, customer_id: str, building: str) -> list[Series]:
        """What a building sends, by device and type."""
        with self._store.read() as session:
            found = session.series.list_of(customer_id, [get_building(session, customer_id, building).id])
        return sorted(found, key=lambda each: (each.device_id, each.event_type, each.source))

    def list_types(self, customer_id: str) -> list[str]:
        """The event types that the customer's homes have sent, by name."""
        with self._store.read() as session:
            return sorted({group.event_type for group in session.series.list_groups(customer_id)})

    def list_page(
        self, customer_id: str, sought: EventsSought, before: Position | None, limit: int
    ) -> tuple[list[StoredEvent], bool]:
        """Newest first, those before `before` -> (at most `limit`, whether more follow).

        `to_ms` is right now when absent, `from_ms` a day before `to_ms`. Raises Problem "invalid" for a search that is too wide.
        """
        from_ms, to_ms = self._range(sought)
        found: list[StoredEvent] = []
        with self._store.read() as session:
            series, names = self._series(session, customer_id, sought)
            end_ms = to_ms if before is None else min(to_ms, before.occurred_at_ms + 1)
            step_ms, longest_ms = HOUR_MS, min(_LONGEST_STEP_MS, _MOST_SERIES_MS // max(1, len(series)))
            while series and end_ms > from_ms and len(found) <= limit:
                start_ms = max(from_ms, end_ms - step_ms)
                points = session.events.read(customer_id, list(series), start_ms - 1, end_ms - 1)
                stretch = in_order(series, names, points, newest_first=True)
                fitting = (each for each in stretch if before is None or each.position < before)
                found += islice(fitting, limit + 1 - len(found))
                end_ms, step_ms = start_ms, min(2 * step_ms, longest_ms)
                if not any(each.times_ms for each in points.values()):
                    newest = session.events.latest(customer_id, list(series), start_ms - 1)
                    end_ms = max((at_ms + 1 for at_ms, _ in newest.values()), default=from_ms)
        return found[:limit], len(found) > limit

    def graph(self, customer_id: str, sought: EventsSought) -> list[Line]:
        """The series of a building that fit, of many points those that draw the same lines.

        Raises Problem "invalid" without a building, and where there are too many lines to tell apart.
        """
        if sought.building is None:
            raise invalid("/building", "A graph is of one building: choose one.")
        from_ms, to_ms = self._range(sought)
        with self._store.read() as session:
            series, _ = self._series(session, customer_id, sought)
            if len(series) > MOST_LINES:
                raise invalid("/type", f"{len(series)} lines are too many for a graph; choose a device, or a few types.")
            lines = []
            for each in sorted(series.values(), key=lambda of: (of.event_type, of.id)):
                points = session.events.read(customer_id, [each.id], from_ms - 1, to_ms - 1)[each.id]
                lines.append(self._line(each, points))  # a year of the next need not lie beside it
        lines = [each for each in lines if each.points]
        shares = shares_of([len(each.drawn) for each in lines])
        return [each._replace(drawn=_thinned(each.drawn, most)) for each, most in zip(lines, shares, strict=True)]

    def check_listening(self, customer_id: str, sought: EventsSought) -> None:
        """Raises Problem for what nobody can listen to, as `arrivals` would."""
        with self._store.read() as session:
            self._wanted(session, customer_id, sought)

    def arrivals(self, customer_id: str, sought: EventsSought, after_sequence: int | None, most: int) -> Arrivals:
        """What came in since that place in the log, at most the newest `most`; None = the newest that it still holds."""
        with self._store.read() as session:
            up_to = session.events.last_sequence_for_operator()
            # Mostly it is another customer's that came, and which series fit need not be found out.
            if up_to == after_sequence or not session.events.list_recent(customer_id, None, after_sequence or 0, 1):
                return Arrivals([], up_to)
            wanted = self._wanted(session, customer_id, sought)
            events = session.events.list_recent(customer_id, wanted, after_sequence or 0, most)
            series = {each.id: each for each in session.series.list_by_id(customer_id, sorted({of.series_id for of in events}))}
            names = _names(session, customer_id, series.values())
        arrived = [Arrived(each, of, names[of.building_id]) for each in events if (of := series.get(each.series_id)) is not None]
        return Arrivals(arrived, up_to)

    def export(self, customer_id: str, customer_name: str, sought: EventsSought, by: Actor) -> Iterator[bytes]:
        """All that fit as CSV, oldest first; without a range all there are.

        Who takes them along is noted before the first block. Raises Problem "invalid" at once for a search that is too wide.
        """
        with self._store.read() as session:
            series, names = self._series(session, customer_id, sought)
            days = session.events.list_days(customer_id, list(series))
        with self._store.write() as session:  # for the note alone: what writes meanwhile waits
            asked = {name: value for name, value in msgspec.to_builtins(sought).items() if value}
            subject = sought.building or customer_name
            note(session, customer_id, self._clock.now_ms(), by, "events.exported", subject, after=asked)
        return csv_blocks(_COLUMNS, self._rows(customer_id, series, names, days, sought))

    def _rows(
        self, customer_id: str, series: dict[int, Series], names: dict[str, str], days: Sequence[int], sought: EventsSought
    ) -> Iterator[list[Any]]:
        """Read a day at a time: a home may send every second."""
        for day_ms in days:
            start_ms = day_ms if sought.from_ms is None else max(day_ms, sought.from_ms)
            end_ms = day_ms + DAY_MS if sought.to_ms is None else min(day_ms + DAY_MS, sought.to_ms)
            if start_ms >= end_ms:
                continue
            with self._store.read() as session:
                found = session.events.read(customer_id, list(series), start_ms - 1, end_ms - 1)
            yield from map(_row, in_order(series, names, found))

    def _range(self, sought: EventsSought) -> tuple[int, int]:
        to_ms = self._clock.now_ms() + 1 if sought.to_ms is None else sought.to_ms
        from_ms = to_ms - DAY_MS if sought.from_ms is None else sought.from_ms
        if from_ms > to_ms:
            raise invalid("/from", "The range is empty: it ends before it begins.")
        return from_ms, to_ms

    def _series(self, session: Session, customer_id: str, sought: EventsSought) -> tuple[dict[int, Series], dict[str, str]]:
        """The series that fit by id, and the customer's ids of their buildings by ours."""
        if sought.building is not None:
            building = get_building(session, customer_id, sought.building)
            every = session.series.list_of(customer_id, [building.id])
        else:
            groups = session.series.list_groups(customer_id)
            groups = [each for each in groups if not sought.event_types or each.event_type in sought.event_types]
            count = sum(each.series for each in groups)
            if count > MOST_SERIES:
                message = f"{count} series of all homes are too many to search at once; name a building, or fewer types."
                raise invalid("/building", message)
            every = session.series.list_of_types(customer_id, sorted({each.event_type for each in groups}))
        series = {
            each.id: each
            for each in every
            if (not sought.event_types or each.event_type in sought.event_types) and sought.device_id in (None, each.device_id)
        }
        return series, _names(session, customer_id, series.values())

    def _wanted(self, session: Session, customer_id: str, sought: EventsSought) -> list[int] | None:
        """The series to listen to; None = all of the customer, however many."""
        is_narrow = sought.building is not None or sought.device_id is not None or bool(sought.event_types)
        return list(self._series(session, customer_id, sought)[0]) if is_narrow else None

    def _line(self, series: Series, points: Points) -> Line:
        known = self.catalogue.find_event_type(series.event_type)
        kept = telling_points(points.times_ms, points.values)
        drawn = [(points.times_ms[at], points.values[at]) for at in kept]
        return Line(series, "" if known is None else known.unit, len(points.times_ms), drawn)


def _thinned(drawn: Sequence[tuple[int, float]], most: int) -> list[tuple[int, float]]:
    kept = telling_points([at_ms for at_ms, _ in drawn], [value for _, value in drawn], most)
    return [drawn[at] for at in kept]


def _names(session: Session, customer_id: str, series: Iterable[Series]) -> dict[str, str]:
    building_ids = sorted({each.building_id for each in series})
    return {each.id: each.customer_building_id for each in session.buildings.list_by_id(customer_id, building_ids)}


def _row(event: StoredEvent) -> list[Any]:
    series, at_ms, of_ms = event.series, event.occurred_at_ms, event.forecast_at_ms
    return [
        datetime_of_instant(at_ms).isoformat(),
        seconds_of_instant(at_ms),
        event.customer_building_id,
        series.event_type,
        event.value,
        series.device_id,
        harmless(series.device_name),
        series.source,
        "" if of_ms is None else seconds_of_instant(of_ms),
    ]
