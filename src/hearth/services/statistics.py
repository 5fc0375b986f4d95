"""Statistics: what a building's energies came to by hour, local day and month, and beside its customer's other buildings.

What counts and how is `insights.energy`'s and `insights.comparison`'s; here stand the ranges that may be asked for. A range is of
local days of the building, both ends included, a year at most. Invariant: other customers' buildings are never looked at.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from hearth.core.instants import zone_named
from hearth.core.problems import invalid
from hearth.domain.buildings import Building
from hearth.insights.comparison import (
    HISTORY_DAYS,
    Category,
    Group,
    PeerFigures,
    Withheld,
    compared_days,
    group_of,
    yearly_kwh,
)
from hearth.insights.energy import (
    ENERGY_TYPES,
    TYPE_OF_COLUMN,
    Figures,
    counted_series,
    hourly_sums,
    local_hours,
    monthly_figures,
)
from hearth.ports import Session, Store
from hearth.services.buildings import MOST_PER_PAGE, get_building

MOST_DAYS = 366
_HOMES_AT_ONCE = 500
_BEFORE, _AFTER = date(1970, 1, 2), date(2199, 12, 30)  # beyond, instants and local days are no longer sure


@dataclass(frozen=True)
class HourlyEnergies:
    """An hour with events: Wh of each of `ENERGY_TYPES`, NaN = none."""

    start_ms: int
    energies_wh: Figures


class Statistics:
    """The use cases of statistics. Each raises Problem "not_found" for a building the customer does not have, and "invalid"
    for a range that is not one of at most a year."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def hourly(
        self, customer_id: str, customer_building_id: str, first_day: date, last_day: date, event_types: Sequence[str] = ()
    ) -> list[HourlyEnergies]:
        """The hours with events of these types (none = all three), oldest first."""
        _check(first_day, last_day)
        with self._store.read() as session:
            building = get_building(session, customer_id, customer_building_id)
            hours = local_hours(first_day, last_day, zone_named(building.time_zone_id))
            counted = counted_series(building.time_zone_id, session.series.list_of(customer_id, [building.id])).by_type
            wanted = [
                ids if not event_types or name in event_types else () for name, ids in zip(ENERGY_TYPES, counted, strict=True)
            ]
            from_ms, to_ms = int(hours.bounds_ms[0]) - 1, int(hours.bounds_ms[-1]) - 1
            read = session.events.read(customer_id, [series_id for ids in wanted for series_id in ids], from_ms, to_ms)
        sums = []
        for ids in wanted:
            times = np.concatenate(
                [np.empty(0, np.int64), *(np.asarray(read[series_id].times_ms, np.int64) for series_id in ids)]
            )
            values = np.concatenate([np.empty(0), *(np.asarray(read[series_id].values) for series_id in ids)])
            sums.append(hourly_sums(hours, times, values))
        table = np.stack(sums, axis=1)
        with_events = np.flatnonzero(~np.isnan(table).all(axis=1)).tolist()
        return [HourlyEnergies(int(hours.bounds_ms[at]), table[at]) for at in with_events]

    def daily(
        self, customer_id: str, customer_building_id: str, first_day: date, last_day: date, event_types: Sequence[str] = ()
    ) -> list[tuple[date, Figures]]:
        """The days with events of these types (none = all), oldest first: the columns of `insights.energy`, NaN = none."""
        figures = self._days(customer_id, customer_building_id, first_day, last_day, event_types)
        with_events = np.flatnonzero(~np.isnan(figures).all(axis=1)).tolist()
        return [(first_day + timedelta(days=at), figures[at]) for at in with_events]

    def monthly(
        self, customer_id: str, customer_building_id: str, first_day: date, last_day: date, event_types: Sequence[str] = ()
    ) -> list[tuple[date, Figures]]:
        """(first of the month, figures) of the months with events; of the first and last one only days of the range count."""
        return monthly_figures(first_day, self._days(customer_id, customer_building_id, first_day, last_day, event_types))

    def comparison(
        self, customer_id: str, customer_building_id: str, category: Category, first_day: date, last_day: date
    ) -> list[tuple[date, list[PeerFigures | Withheld]]]:
        """The days on which the building has events, oldest first: for each of `ENERGY_TYPES` its figures in its group.

        Consumption is told by the 365 days up to the last day.
        """
        _check(first_day, last_day)
        with self._store.read() as session:
            own = get_building(session, customer_id, customer_building_id)
            group = _group(session, own, category, last_day)
            ids = sorted({own.id, *group.building_ids})
            figures = session.energy.read_days(customer_id, ids, first_day, last_day)
        of_own = figures[own.id]
        with_events = np.flatnonzero(~np.isnan(of_own[:, : len(ENERGY_TYPES)]).all(axis=1)).tolist()
        if group.withheld is not None:
            nothing: list[PeerFigures | Withheld] = [group.withheld] * len(ENERGY_TYPES)
            return [(first_day + timedelta(days=at), nothing) for at in with_events]
        compared = compared_days(of_own[with_events], [each[with_events] for each in figures.values()])
        return [(first_day + timedelta(days=at), of_day) for at, of_day in zip(with_events, compared, strict=True)]

    def _days(
        self, customer_id: str, customer_building_id: str, first_day: date, last_day: date, event_types: Sequence[str]
    ) -> Figures:
        _check(first_day, last_day)
        with self._store.read() as session:
            building = get_building(session, customer_id, customer_building_id)
            figures = session.energy.read_days(customer_id, [building.id], first_day, last_day)[building.id]
        for column, of in enumerate(TYPE_OF_COLUMN):
            if event_types and of not in event_types:
                figures[:, column] = np.nan
        return figures


def _group(session: Session, own: Building, category: Category, last_day: date) -> Group:
    countries = _countries(session, own.customer_id)
    kwh: dict[str, float | None] = {}
    if category in ("ELCOM", "CONSUMPTION_CATEGORY"):
        alike = [each for each in countries if category == "ELCOM" or countries[each] == own.country_code]
        first_day = last_day - timedelta(days=HISTORY_DAYS - 1)
        for at in range(0, len(alike), _HOMES_AT_ONCE):  # a year of days of all at once would fill the memory
            history = session.energy.read_days(own.customer_id, alike[at : at + _HOMES_AT_ONCE], first_day, last_day)
            kwh |= {building_id: yearly_kwh(days) for building_id, days in history.items()}
    return group_of(category, own.id, countries, kwh)


def _countries(session: Session, customer_id: str) -> dict[str, str | None]:
    """The country of each of the customer's buildings, by id."""
    countries: dict[str, str | None] = {}
    after = None
    while page := session.buildings.list_page(customer_id, after, MOST_PER_PAGE):
        countries.update({each.id: each.country_code for each in page})
        after = page[-1].customer_building_id
    return countries


def _check(first_day: date, last_day: date) -> None:
    for name, day in (("from", first_day), ("to", last_day)):
        if not _BEFORE <= day <= _AFTER:
            raise invalid("", f"{name} must lie between {_BEFORE} and {_AFTER}.")
    if last_day < first_day:
        raise invalid("", f"The range is empty: from ({first_day}) is later than to ({last_day}).")
    days = (last_day - first_day).days + 1
    if days > MOST_DAYS:
        raise invalid(
            "", f"The range has {days} days; at most a year ({MOST_DAYS} days, both ends included) can be asked for at once."
        )
