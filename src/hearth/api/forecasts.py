"""Routes of forecasts: the energies that were forecast, and the newest forecast of a building hour by hour."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Request, Response

from hearth.api.buildings import PathBuildingId
from hearth.api.documented import documented, operation_id
from hearth.api.guard import GuardedRoute, grant_of
from hearth.api.parts import parts_of
from hearth.api.wire.base import QueryInstant
from hearth.api.wire.forecasts import BuildingForecast, EnergyForecast, energy_forecast_body, forecasts_body
from hearth.services.forecasts import MOST_DAYS, EnergyForecastType

router = APIRouter(tags=["Forecasts"], generate_unique_id_function=operation_id, route_class=GuardedRoute)


@router.get(
    "/buildings/{customerBuildingId}/energy-forecast/v1",
    response_model=list[EnergyForecast],
    **documented("read:statistics", (400, 404)),
)
def list_energy_forecasts(
    request: Request,
    customer_building_id: PathBuildingId,
    event_type: Annotated[EnergyForecastType, Query(alias="eventType")],
    from_ms: Annotated[QueryInstant, Query(alias="from", description="Inclusive; epoch seconds, when it was issued.")],
    to_ms: Annotated[QueryInstant, Query(alias="to", description=f"Exclusive; at most {MOST_DAYS} days behind `from`.")],
) -> Response:
    """What was forecast of a window in the course of a span, oldest first: one value for each hour in which it was issued."""
    forecasts = parts_of(request).forecasts
    found = forecasts.list_energies(grant_of(request).customer_id, customer_building_id, event_type, from_ms, to_ms)
    return Response(msgspec.json.encode([energy_forecast_body(each) for each in found]), media_type="application/json")


@router.get(
    "/buildings/{customerBuildingId}/forecasts/v1",
    response_model=list[BuildingForecast],
    **documented("read:statistics", (404,), ours=True),
)
def list_building_forecasts(request: Request, customer_building_id: PathBuildingId) -> Response:
    """The newest forecast of consumption and of generation, hour by hour: how it came about, and how right its like has been."""
    states = parts_of(request).forecasts.states(grant_of(request).customer_id, customer_building_id)
    return Response(msgspec.json.encode(forecasts_body(states)), media_type="application/json")
