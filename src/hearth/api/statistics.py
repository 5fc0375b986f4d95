"""Routes of statistics: a building's energies by hour, day and month, and beside the customer's other buildings."""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Request, Response
from pydantic import BeforeValidator

from hearth.api.buildings import PathBuildingId
from hearth.api.documented import documented, operation_id
from hearth.api.guard import GuardedRoute, grant_of
from hearth.api.notifications import split_commas
from hearth.api.parts import parts_of
from hearth.api.wire.base import QueryDay
from hearth.api.wire.statistics import (
    DailyComparison,
    DailyStatistic,
    EventTypeOfEnergy,
    HourlyStatistic,
    MonthlyStatistic,
    comparison_body,
    daily_body,
    hourly_body,
    monthly_body,
)
from hearth.insights.comparison import Category

router = APIRouter(tags=["Statistics"], generate_unique_id_function=operation_id, route_class=GuardedRoute)

_PATH = "/buildings/{customerBuildingId}/energy-statistics"
_DOCUMENTED = documented("read:statistics", (400, 404))

FirstDay = Annotated[QueryDay, Query(alias="from", description="The first local day of the building.", examples=["2026-01-01"])]
LastDay = Annotated[
    QueryDay,
    Query(alias="to", description="The last local day, included; a year behind `from` at most.", examples=["2026-01-31"]),
]
EventTypes = Annotated[
    list[EventTypeOfEnergy],
    BeforeValidator(split_commas),
    Query(alias="eventTypes", description="Only these; repeated or separated by commas. All three when absent."),
]


@router.get(f"{_PATH}/hourly/v1", response_model=list[HourlyStatistic], **_DOCUMENTED)
def list_hourly_statistics(
    request: Request,
    customer_building_id: PathBuildingId,
    first_day: FirstDay,
    last_day: LastDay,
    event_types: EventTypes = [],  # noqa: B006 - FastAPI copies defaults
) -> Response:
    """The energies of each hour on the building's wall, oldest first; hours without any event are left out."""
    statistics = parts_of(request).statistics
    found = statistics.hourly(grant_of(request).customer_id, customer_building_id, first_day, last_day, event_types)
    return _answer([hourly_body(hour, event_types) for hour in found])


@router.get(f"{_PATH}/daily/v1", response_model=list[DailyStatistic], **_DOCUMENTED)
def list_daily_statistics(
    request: Request,
    customer_building_id: PathBuildingId,
    first_day: FirstDay,
    last_day: LastDay,
    event_types: EventTypes = [],  # noqa: B006 - FastAPI copies defaults
) -> Response:
    """The energies of each local day, oldest first; days without any event are left out."""
    statistics = parts_of(request).statistics
    found = statistics.daily(grant_of(request).customer_id, customer_building_id, first_day, last_day, event_types)
    return _answer([daily_body(day, figures, event_types) for day, figures in found])


@router.get(f"{_PATH}/monthly/v1", response_model=list[MonthlyStatistic], **_DOCUMENTED)
def list_monthly_statistics(
    request: Request,
    customer_building_id: PathBuildingId,
    first_day: FirstDay,
    last_day: LastDay,
    event_types: EventTypes = [],  # noqa: B006 - FastAPI copies defaults
) -> Response:
    """The energies of each month, oldest first; of the first and the last one only the days of the range count."""
    statistics = parts_of(request).statistics
    found = statistics.monthly(grant_of(request).customer_id, customer_building_id, first_day, last_day, event_types)
    return _answer([monthly_body(month, figures, event_types) for month, figures in found])


@router.get(f"{_PATH}/comparison/daily/v1", response_model=list[DailyComparison], **_DOCUMENTED)
def list_daily_comparison(
    request: Request,
    customer_building_id: PathBuildingId,
    category: Annotated[
        Category,
        Query(
            description="With which of your buildings: all, those of its country, those of its country and "
            "consumption category, or those of its ELCOM class. Both are those of the profile."
        ),
    ],
    first_day: FirstDay,
    last_day: LastDay,
) -> Response:
    """The energies of each local day beside those of a group of your own buildings. No group of fewer than five is shown."""
    statistics = parts_of(request).statistics
    found = statistics.comparison(grant_of(request).customer_id, customer_building_id, category, first_day, last_day)
    return _answer([comparison_body(day, of_day) for day, of_day in found])


def _answer(body: list[dict[str, Any]]) -> Response:
    return Response(msgspec.json.encode(body), media_type="application/json")
