"""What the page of one building shows of its energies, its forecasts and its notifications, in figures.

What figures mean is decided in `insights`; here stand the spans that are looked at. All of local days of the building. Each use
case raises Problem "not_found" for a building the customer does not have.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np

from hearth.core.clock import Clock
from hearth.core.instants import local_date, start_of_local_day, zone_named
from hearth.domain.forecasts import ForecastKind
from hearth.domain.notifications import DeliveryStatus
from hearth.insights.energy import CONSUMPTION, ENERGY_TYPES, GRID, counted_series, local_hours
from hearth.insights.energy_years import HISTORY_DAYS, YEAR_DAYS, EnergyYear, energy_year, night_share
from hearth.insights.wall_hours import wall_hours
from hearth.ports import Store
from hearth.services.buildings import get_building
from hearth.services.forecasts import EnergyForecastType, Forecasts
from hearth.services.places import position_of
from hearth.services.statistics import hourly_energies

FORECAST_DAYS = 28
_TOMORROW: dict[ForecastKind, EnergyForecastType] = {
    "CONSUMPTION": "ENERGY_CONSUMPTION_FORECAST_TOMORROW",
    "GENERATION": "ENERGY_GENERATION_FORECAST_TOMORROW",
}


class CountedType(NamedTuple):
    """How many points are stored of an event type."""

    event_type: str
    points: int


@dataclass(frozen=True)
class Dashboard:
    """The energies by type, and when they are used. `share_of`: the type of which the shares of winter and night are told."""

    last_day: date
    years: dict[str, EnergyYear]
    share_of: str
    night_share: float | None
    points: list[CountedType]


class ForecastDay(NamedTuple):
    """A day as it was foreseen the day before, and as it came; None = unknown."""

    day: date
    forecast_wh: float | None
    actual_wh: float | None


@dataclass(frozen=True)
class ForecastCheck:
    """The last days of a kind, oldest first."""

    kind: ForecastKind
    days: list[ForecastDay]


class RuleDay(NamedTuple):
    """How many notifications a rule generated on a day."""

    rule_id: str
    day: date
    notifications: int


@dataclass(frozen=True)
class NotificationFigures:
    """Of some days, the last one today. Those by rule, interaction and day are of notifications that were not dropped.

    `by_interaction`: the last one of each delivered notification, "" = none.
    """

    first_day: date
    last_day: date
    rule_names: dict[str, str]
    by_rule: dict[str, int]
    by_status: dict[DeliveryStatus, int]
    by_interaction: dict[str, int]
    by_day: list[RuleDay]


class BuildingDashboards:
    """The use cases."""

    def __init__(self, store: Store, clock: Clock, forecasts: Forecasts) -> None:
        self._store = store
        self._clock = clock
        self._forecasts = forecasts

    def energies(self, customer_id: str, customer_building_id: str) -> Dashboard:
        """Up to the end of yesterday."""
        with self._store.read() as session:
            building = get_building(session, customer_id, customer_building_id)
            zone = zone_named(building.time_zone_id)
            last_day = local_date(self._clock.now_ms(), zone) - timedelta(days=1)
            first_day = last_day - timedelta(days=HISTORY_DAYS - 1)
            daily = session.energy.read_days(customer_id, [building.id], first_day, last_day)[building.id]
            every = session.series.list_of(customer_id, [building.id])
            counts = session.events.count_points(customer_id, [each.id for each in every])
            column = GRID if np.isnan(daily[-YEAR_DAYS:, CONSUMPTION]).all() else CONSUMPTION
            first_hour_day = last_day - timedelta(days=YEAR_DAYS - 1)
            wanted = [counted_series(building.time_zone_id, every).with_stand_in(column)]
            (used,) = hourly_energies(session, customer_id, wanted, local_hours(first_hour_day, last_day, zone))
        points: Counter[str] = Counter()
        for each in every:
            points[each.event_type] += counts[each.id]
        position = position_of(building)
        is_southern = position is not None and position.latitude < 0
        shown = wall_hours(first_hour_day, last_day, zone, used, used, None)
        return Dashboard(
            last_day=last_day,
            years={name: energy_year(daily[:, at], last_day, is_southern) for at, name in enumerate(ENERGY_TYPES)},
            share_of=ENERGY_TYPES[column],
            night_share=night_share(used, shown.wall_hour),
            points=[CountedType(*each) for each in points.most_common()],
        )

    def forecasts(self, customer_id: str, customer_building_id: str) -> list[ForecastCheck]:
        """Consumption, then generation."""
        with self._store.read() as session:
            building = get_building(session, customer_id, customer_building_id)
            zone = zone_named(building.time_zone_id)
            last_day = local_date(self._clock.now_ms(), zone) - timedelta(days=1)
            first_day = last_day - timedelta(days=FORECAST_DAYS - 1)
            daily = session.energy.read_days(customer_id, [building.id], first_day, last_day)[building.id]
        from_ms, to_ms = (start_of_local_day(day, zone) for day in (first_day - timedelta(days=1), last_day + timedelta(days=1)))
        checks = []
        for kind, event_type in _TOMORROW.items():
            # The last word of each day about the next one: they come in the order of being issued.
            issued = self._forecasts.list_energies(customer_id, customer_building_id, event_type, from_ms, to_ms)
            said = {local_date(each.forecast_at_ms, zone): each.energy_wh for each in issued}
            actual = daily[:, ENERGY_TYPES.index(f"ENERGY_{kind}")].tolist()
            days = [first_day + timedelta(days=at) for at in range(FORECAST_DAYS)]
            beside = [ForecastDay(day, said.get(day), _known(came)) for day, came in zip(days, actual, strict=True)]
            checks.append(ForecastCheck(kind, beside))
        return checks

    def notifications(self, customer_id: str, customer_building_id: str, days: int) -> NotificationFigures:
        """Of the last `days` local days, today included."""
        with self._store.read() as session:
            building = get_building(session, customer_id, customer_building_id)
            zone = zone_named(building.time_zone_id)
            last_day = local_date(self._clock.now_ms(), zone)
            first_day = last_day - timedelta(days=days - 1)
            names = {rule.id: rule.name for rule in session.rules.list_of(customer_id)}
            from_ms = start_of_local_day(first_day, zone)
            by_status: Counter[DeliveryStatus] = Counter()
            by_interaction: Counter[str] = Counter()
            by_day: Counter[tuple[str, date]] = Counter()
            for each in session.notifications.list_counted(customer_id, building.id, from_ms):
                by_status[each.status] += 1
                if each.status != "DROPPED":
                    by_day[each.rule_id, local_date(each.created_at_ms, zone)] += 1
                if each.status == "DELIVERED":
                    by_interaction[each.interaction or ""] += 1
        by_rule: dict[str, int] = defaultdict(int)
        for (rule_id, _), count in by_day.items():
            by_rule[rule_id] += count
        return NotificationFigures(
            first_day=first_day,
            last_day=last_day,
            rule_names=names,
            by_rule=dict(sorted(by_rule.items(), key=lambda item: (-item[1], names.get(item[0], "")))),
            by_status=dict(by_status),
            by_interaction=dict(by_interaction.most_common()),
            by_day=[RuleDay(rule_id, day, count) for (rule_id, day), count in sorted(by_day.items())],
        )


def _known(value: float) -> float | None:
    return None if np.isnan(value) else value
