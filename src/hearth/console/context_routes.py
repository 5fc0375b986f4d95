"""The page of context services: whose weather and forecasts are fresh. A building's own forecasts are the public API's."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from hearth.console import wire
from hearth.console.context_wire import ContextView, context_view
from hearth.console.security import Allowed
from hearth.services.context_reports import ContextReports
from hearth.services.members import SignedIn

router = APIRouter(
    prefix="/api", responses={"default": {"model": wire.ProblemView, "description": "Refused (application/problem+json)"}}
)


def _reports(request: Request) -> ContextReports:
    reports: ContextReports = request.app.state.context_reports
    return reports


@router.get("/context-services", operation_id="getContextServices", summary="How it stands with weather and forecasts")
def get_context_services(
    signed_in: Annotated[SignedIn, Depends(Allowed("read:statistics"))], reports: Annotated[ContextReports, Depends(_reports)]
) -> ContextView:
    """Of the customer's active buildings."""
    return context_view(reports.report(signed_in.customer))
