"""The console's JSON endpoints of buildings: the list, a change in many, and what the pages of one show in figures.

Each reads the request, asks a service and shapes the answer; nothing is decided here. Reading, adjusting, exporting and erasing
one building is the public API's, which the pages use in the member's name.
"""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request

from hearth.console import building_wire as wire
from hearth.console.security import Allowed
from hearth.console.wire import NO_NUL, ProblemView
from hearth.core.identifiers import PATTERNS
from hearth.ports.listing import BuildingOrder, BuildingStatus
from hearth.services.auditing import actor_of
from hearth.services.building_dashboards import BuildingDashboards
from hearth.services.building_lists import Asked, BuildingLists
from hearth.services.buildings import Buildings
from hearth.services.members import SignedIn

router = APIRouter(
    prefix="/api", responses={"default": {"model": ProblemView, "description": "Refused (application/problem+json)"}}
)


@dataclass(frozen=True, slots=True)
class Households:
    """What these endpoints speak to."""

    buildings: Buildings
    lists: BuildingLists
    dashboards: BuildingDashboards


def _households(request: Request) -> Households:
    households: Households = request.app.state.households
    return households


TheHouseholds = Annotated[Households, Depends(_households)]
MayReadBuildings = Annotated[SignedIn, Depends(Allowed("read:buildings"))]
MayWriteBuildings = Annotated[SignedIn, Depends(Allowed("write:buildings"))]
MayReadStatistics = Annotated[SignedIn, Depends(Allowed("read:statistics"))]
MayReadNotifications = Annotated[SignedIn, Depends(Allowed("read:pushnotifications"))]
BuildingId = Annotated[str, Path(pattern=PATTERNS["customerBuildingId"])]
# Beside what a route shows of a building, who asks must be allowed to see buildings at all.
SEES_BUILDINGS = [Depends(Allowed("read:buildings"))]


@router.get("/buildings", operation_id="listBuildings", summary="Buildings, searched, filtered and sorted")
def list_buildings(
    signed_in: MayReadBuildings,
    households: TheHouseholds,
    search: Annotated[str, Query(max_length=200, pattern=NO_NUL)] = "",
    tag: Annotated[str | None, Query(max_length=50, pattern=NO_NUL)] = None,
    status: BuildingStatus | None = None,
    sort: BuildingOrder = "id",
    descending: bool = False,
    after: Annotated[str | None, Query(max_length=1_200, pattern=NO_NUL)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> wire.BuildingPage:
    """One page; `nextAfter` asks for the next one of the same order."""
    asked = Asked(search=search, tag=tag, status=status, order=sort, is_descending=descending)
    return wire.building_page(households.lists.list_page(signed_in.customer.id, asked, after, limit))


@router.get("/building-tags", operation_id="listBuildingTags", summary="The tags of buildings")
def list_building_tags(signed_in: MayReadBuildings, households: TheHouseholds) -> list[wire.TagView]:
    """In order."""
    found = households.lists.list_tags(signed_in.customer.id)
    return [wire.TagView(tag=tag, buildings=count) for tag, count in found.items()]


@router.post("/buildings/changes", operation_id="changeBuildings", summary="Change many buildings alike")
def change_buildings(
    body: wire.BuildingsChangeBody, signed_in: MayWriteBuildings, households: TheHouseholds
) -> wire.ChangedBuildings:
    """In all of them or in none."""
    by, change = actor_of(signed_in.member), wire.change_of(body)
    changed = households.buildings.change_many(signed_in.customer.id, body.customer_building_ids, change, by)
    return wire.ChangedBuildings(changed=len(changed))


@router.get("/buildings/{building_id}/stand", operation_id="getBuildingStand", summary="How a building stands")
def get_building_stand(building_id: BuildingId, signed_in: MayReadBuildings, households: TheHouseholds) -> wire.StandView:
    """When it was heard last, and how fresh its weather is."""
    return wire.stand_view(households.lists.stand(signed_in.customer.id, building_id))


@router.get(
    "/buildings/{building_id}/dashboard", operation_id="getDashboard", summary="A year in figures", dependencies=SEES_BUILDINGS
)
def get_dashboard(building_id: BuildingId, signed_in: MayReadStatistics, households: TheHouseholds) -> wire.DashboardView:
    """Up to the end of yesterday."""
    return wire.dashboard_view(households.dashboards.energies(signed_in.customer.id, building_id))


@router.get(
    "/buildings/{building_id}/forecasts",
    operation_id="checkForecasts",
    summary="Forecast against actual",
    dependencies=SEES_BUILDINGS,
)
def check_forecasts(
    building_id: BuildingId, signed_in: MayReadStatistics, households: TheHouseholds
) -> list[wire.ForecastCheckView]:
    """Consumption, then generation: the last four weeks."""
    found = households.dashboards.forecasts(signed_in.customer.id, building_id)
    return [wire.forecast_check_view(each) for each in found]


@router.get(
    "/buildings/{building_id}/notification-figures",
    operation_id="getNotificationFigures",
    summary="What became of notifications",
    dependencies=SEES_BUILDINGS,
)
def get_notification_figures(
    building_id: BuildingId,
    signed_in: MayReadNotifications,
    households: TheHouseholds,
    days: Annotated[int, Query(ge=1, le=366)] = 30,
) -> wire.NotificationFiguresView:
    """Of the last days, today included."""
    return wire.notification_figures_view(households.dashboards.notifications(signed_in.customer.id, building_id, days))
