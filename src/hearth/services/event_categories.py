"""Event categories: which types of events a customer's homes send from which source, how many, and how often.

Counts of events and intervals are taken from a few hundred series, evenly spread over all: a fleet of any size is
answered in the time of a small one, and the answer says how many were looked at. What an interval is, from times,
is `insights.intervals`'. Measuring changes nothing but what is shown here.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from hearth.core.clock import Clock
from hearth.core.instants import DAY_MS, SECOND_MS
from hearth.core.problems import Problem
from hearth.domain.audit import Actor
from hearth.domain.catalogue import Catalogue, EventType
from hearth.domain.intervals import MeasuredInterval
from hearth.insights.intervals import estimated_interval, look_back_ms, spacing_ms
from hearth.ports import SeriesGroup, Session, Store
from hearth.services.auditing import note

MOST_SAMPLED = 200
_LEAST_SAMPLED = 5  # of one category, however many there are
_READ_AT_ONCE = 50  # a home may send every second


class EventCategory(NamedTuple):
    """All series of a customer of one type and source.

    `event_type` None = the catalogue does not have it any more. `events_last_day` is exact where all series were
    looked at (`sampled`), else an estimate.
    """

    group: SeriesGroup
    event_type: EventType | None
    events_last_day: int
    sampled: int
    measured: MeasuredInterval | None


class EventCategories:
    """The use cases."""

    def __init__(self, store: Store, clock: Clock, catalogue: Catalogue) -> None:
        self._store = store
        self._clock = clock
        self._catalogue = catalogue

    def list_of(self, customer_id: str) -> list[EventCategory]:
        """All, by type and source."""
        now_ms = self._clock.now_ms()
        with self._store.read() as session:
            groups = session.series.list_groups(customer_id)
            if not groups:
                return []
            measured = {(each.event_type, each.source): each for each in session.series.list_intervals(customer_id)}
            of_each = max(_LEAST_SAMPLED, MOST_SAMPLED // len(groups))
            sampled: dict[tuple[str, str], list[int]] = {_key(each): [] for each in groups}
            for series in session.series.sample(customer_id, of_each):
                sampled[series.event_type, series.source].append(series.id)
            ids = [each for of_group in sampled.values() for each in of_group]
            counts = {series_id: len(times) for series_id, times in _times(session, customer_id, ids, now_ms - DAY_MS, now_ms)}
        return [self._category(group, sampled[_key(group)], counts, measured.get(_key(group))) for group in groups]

    def measure(self, customer_id: str, event_type: str, source: str, by: Actor) -> EventCategory:
        """Measures how often events of a category come at present, and keeps the answer.

        Raises Problem "not_found" for what the customer's homes never sent.
        """
        now_ms = self._clock.now_ms()
        known = self._catalogue.find_event_type(event_type)
        back_ms = look_back_ms(0 if known is None else known.interval_seconds)
        with self._store.read() as session:
            group = next((each for each in session.series.list_groups(customer_id) if _key(each) == (event_type, source)), None)
            if group is None:
                raise Problem("not_found", f"Your homes have sent no {event_type} of {source}.")
            ids = [each.id for each in session.series.sample(customer_id, MOST_SAMPLED, event_type, source)]
            counts: dict[int, int] = {}
            spacings: list[float | None] = []
            too_few: list[int] = []
            for series_id, times in _times(session, customer_id, ids, now_ms - DAY_MS, now_ms):
                counts[series_id] = len(times)
                spacing = spacing_ms(times)
                if spacing is None and back_ms > DAY_MS:
                    too_few.append(series_id)
                else:
                    spacings.append(spacing)
            spacings += [spacing_ms(times) for _, times in _times(session, customer_id, too_few, now_ms - back_ms, now_ms)]
        estimate = estimated_interval(spacings)
        measured = MeasuredInterval(
            event_type=event_type,
            source=source,
            measured_at_ms=now_ms,
            looked_back_seconds=(back_ms if too_few else DAY_MS) // SECOND_MS,
            series=group.series,
            sampled=len(ids),
            measured=estimate.measured,
            interval_seconds=estimate.interval_seconds,
            alike_share=estimate.alike_share,
        )
        with self._store.write() as session:
            before = next((each for each in session.series.list_intervals(customer_id) if _key(each) == _key(group)), None)
            session.series.replace_interval(customer_id, measured)
            was, is_now = ({"interval_seconds": None if each is None else each.interval_seconds} for each in (before, measured))
            if was != is_now:
                subject = f"{event_type} of {source}"
                note(session, customer_id, now_ms, by, "interval.measured", subject, before=was, after=is_now)
        return self._category(group, ids, counts, measured)

    def _category(
        self, group: SeriesGroup, ids: Sequence[int], counts: Mapping[int, int], measured: MeasuredInterval | None
    ) -> EventCategory:
        events = sum(counts[each] for each in ids)
        return EventCategory(
            group=group,
            event_type=self._catalogue.find_event_type(group.event_type),
            events_last_day=round(events * group.series / len(ids)) if ids else 0,
            sampled=len(ids),
            measured=measured,
        )


def _key(of: SeriesGroup | MeasuredInterval) -> tuple[str, str]:
    return of.event_type, of.source


def _times(
    session: Session, customer_id: str, series_ids: Sequence[int], from_ms: int, to_ms: int
) -> Iterator[tuple[int, Sequence[int]]]:
    """Each series and its times with from_ms < time <= to_ms, few series in memory at once."""
    for start in range(0, len(series_ids), _READ_AT_ONCE):
        ids = series_ids[start : start + _READ_AT_ONCE]
        for series_id, points in session.events.read(customer_id, ids, from_ms, to_ms).items():
            yield series_id, points.times_ms
