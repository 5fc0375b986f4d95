"""The JSON of the pages of buildings: the list, what is changed in many, and the figures of one.

Only shapes and their filling stand here; nothing is decided. Energies are in Wh, days are the building's own. What a building is,
and how it is adjusted, exported and erased, is the public API's.
"""

from datetime import date
from typing import Annotated

from pydantic import Field

from hearth.console.wire import Wire
from hearth.core.identifiers import PATTERNS
from hearth.domain.forecasts import ForecastKind
from hearth.domain.notifications import DeliveryStatus
from hearth.insights.energy_years import EnergyYear
from hearth.ports.listing import BuildingStatus
from hearth.services.building_dashboards import Dashboard, ForecastCheck, NotificationFigures
from hearth.services.building_lists import Listed, ListedPage, Stand
from hearth.services.buildings import BuildingsChange

MOST_CHANGED = 500

BuildingId = Annotated[str, Field(pattern=PATTERNS["customerBuildingId"])]
Tag = Annotated[str, Field(pattern=PATTERNS["tag"])]
RuleId = Annotated[str, Field(pattern=PATTERNS["ruleId"])]


class BuildingRow(Wire):
    """A building of the list. `lastEventMs`: null = there is none."""

    customer_building_id: str
    status: BuildingStatus
    last_event_ms: int | None
    zip: str | None
    city: str | None
    country_code: str | None
    devices: int
    tags: list[str]
    is_early_adopter: bool


class BuildingCounts(Wire):
    active: int = 0
    silent: int = 0
    new: int = 0
    deactivated: int = 0


class BuildingPage(Wire):
    """`counts`: of all that fits search and tag, whichever status was asked for."""

    items: list[BuildingRow]
    next_after: str | None
    counts: BuildingCounts


class TagView(Wire):
    tag: str
    buildings: int


class BuildingsChangeBody(Wire):
    """The same change in each of the buildings. null = as it is."""

    customer_building_ids: Annotated[list[BuildingId], Field(min_length=1, max_length=MOST_CHANGED)]
    add_tags: Annotated[tuple[Tag, ...], Field(max_length=20)] = ()
    remove_tags: Annotated[tuple[Tag, ...], Field(max_length=20)] = ()
    is_early_adopter: bool | None = None
    rules_off: Annotated[tuple[RuleId, ...], Field(max_length=100)] = ()
    rules_on: Annotated[tuple[RuleId, ...], Field(max_length=100)] = ()


class ChangedBuildings(Wire):
    """How many of them were not so before."""

    changed: int


class WeatherStandView(Wire):
    provider: str
    issued_at_ms: int
    is_stale: bool


class StandView(Wire):
    """How a building stands this moment. `hasPlace`: whether its weather can be known."""

    status: BuildingStatus
    last_event_ms: int | None
    has_place: bool
    weather: WeatherStandView | None


class MonthView(Wire):
    """`month`: YYYY-MM."""

    month: str
    energy_wh: float | None
    is_whole: bool


class PeakView(Wire):
    day: date
    energy_wh: float


class EnergyYearView(Wire):
    """The last 365 days that are over. Shares 0..1; `changeShare` 0.1 = a tenth more than a year before. null = unknown."""

    event_type: str
    total_wh: float | None
    known_days: int
    change_share: float | None
    winter_share: float | None
    peak: PeakView | None
    months: list[MonthView]


class PointsView(Wire):
    event_type: str
    points: int


class DashboardView(Wire):
    """`shareOf`: the type of which the shares of winter and night are told."""

    last_day: date
    years: list[EnergyYearView]
    share_of: str
    winter_share: float | None
    night_share: float | None
    points: list[PointsView]


class ForecastDayView(Wire):
    day: date
    forecast_wh: float | None
    actual_wh: float | None


class ForecastCheckView(Wire):
    """Days as they were foreseen the day before. The newest forecast is the public API's."""

    kind: ForecastKind
    days: list[ForecastDayView]


class RuleCount(Wire):
    """`name`: null = the rule is gone."""

    rule_id: str
    name: str | None
    count: int


class StatusCount(Wire):
    status: DeliveryStatus
    count: int


class InteractionCount(Wire):
    """`actionQualifier`: null = the household did nothing with it."""

    action_qualifier: str | None
    count: int


class RuleDayView(Wire):
    rule_id: str
    day: date
    count: int


class NotificationFiguresView(Wire):
    """Both days are included. Dropped ones are in `byStatus` alone."""

    first_day: date
    last_day: date
    by_rule: list[RuleCount]
    by_status: list[StatusCount]
    by_interaction: list[InteractionCount]
    by_day: list[RuleDayView]


def building_page(page: ListedPage) -> BuildingPage:
    """A page of the list as JSON."""
    counts = BuildingCounts(**{status.lower(): count for status, count in page.counts.items()})
    return BuildingPage(items=[_row(each) for each in page.items], next_after=page.next_after, counts=counts)


def _row(listed: Listed) -> BuildingRow:
    building = listed.building
    return BuildingRow(
        customer_building_id=building.customer_building_id,
        status=listed.status,
        last_event_ms=listed.last_event_ms,
        zip=building.zip,
        city=building.city,
        country_code=building.country_code,
        devices=len(building.devices),
        tags=list(building.tags),
        is_early_adopter=building.is_early_adopter,
    )


def change_of(body: BuildingsChangeBody) -> BuildingsChange:
    """JSON -> what is changed."""
    return BuildingsChange(
        add_tags=body.add_tags,
        remove_tags=body.remove_tags,
        is_early_adopter=body.is_early_adopter,
        rules_off=body.rules_off,
        rules_on=body.rules_on,
    )


def stand_view(stand: Stand) -> StandView:
    """How a building stands, as JSON."""
    weather = None if stand.weather is None else WeatherStandView(**stand.weather._asdict())
    return StandView(status=stand.status, last_event_ms=stand.last_event_ms, has_place=stand.has_place, weather=weather)


def dashboard_view(dashboard: Dashboard) -> DashboardView:
    """The energies as JSON."""
    return DashboardView(
        last_day=dashboard.last_day,
        years=[_year(event_type, year) for event_type, year in dashboard.years.items()],
        share_of=dashboard.share_of,
        winter_share=dashboard.years[dashboard.share_of].winter_share,
        night_share=dashboard.night_share,
        points=[PointsView(event_type=each.event_type, points=each.points) for each in dashboard.points],
    )


def _year(event_type: str, year: EnergyYear) -> EnergyYearView:
    return EnergyYearView(
        event_type=event_type,
        total_wh=year.total_wh,
        known_days=year.known_days,
        change_share=year.change_share,
        winter_share=year.winter_share,
        peak=None if year.peak is None else PeakView(day=year.peak.day, energy_wh=year.peak.energy_wh),
        months=[MonthView(month=f"{each.month:%Y-%m}", energy_wh=each.energy_wh, is_whole=each.is_whole) for each in year.months],
    )


def forecast_check_view(check: ForecastCheck) -> ForecastCheckView:
    """A kind's days as JSON."""
    return ForecastCheckView(kind=check.kind, days=[ForecastDayView(**each._asdict()) for each in check.days])


def notification_figures_view(figures: NotificationFigures) -> NotificationFiguresView:
    """What became of notifications, as JSON."""
    return NotificationFiguresView(
        first_day=figures.first_day,
        last_day=figures.last_day,
        by_rule=[
            RuleCount(rule_id=rule_id, name=figures.rule_names.get(rule_id), count=count)
            for rule_id, count in figures.by_rule.items()
        ],
        by_status=[StatusCount(status=status, count=count) for status, count in figures.by_status.items()],
        by_interaction=[
            InteractionCount(action_qualifier=qualifier or None, count=count)
            for qualifier, count in figures.by_interaction.items()
        ],
        by_day=[RuleDayView(rule_id=each.rule_id, day=each.day, count=each.notifications) for each in figures.by_day],
    )
