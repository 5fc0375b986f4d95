"""What pages show of the impact of notifications: of one rule, and of all."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request

from hearth.console import wire
from hearth.console.security import Allowed
from hearth.core.identifiers import PATTERNS
from hearth.services.impact import Impacts
from hearth.services.impact_bodies import ImpactReport, RuleImpactReport, impact_body, rule_impact_body
from hearth.services.members import SignedIn

router = APIRouter(
    prefix="/api", responses={"default": {"model": wire.ProblemView, "description": "Refused (application/problem+json)"}}
)


def _impacts(request: Request) -> Impacts:
    impacts: Impacts = request.app.state.impacts
    return impacts


TheImpacts = Annotated[Impacts, Depends(_impacts)]
MayReadStatistics = Annotated[SignedIn, Depends(Allowed("read:statistics"))]
MayReadNotifications = Depends(Allowed("read:pushnotifications"))  # Billing sees statistics, but not what households did
FirstDay = Annotated[date | None, Query(alias="from", description="UTC; without it 89 days before `to`.")]
LastDay = Annotated[date | None, Query(alias="to", description="UTC, included; without it today.")]


@router.get("/impact", operation_id="getImpact", summary="What notifications led to", dependencies=[MayReadNotifications])
def get_impact(
    signed_in: MayReadStatistics,
    impacts: TheImpacts,
    tag: Annotated[list[str] | None, Query()] = None,
    first: FirstDay = None,
    last: LastDay = None,
) -> ImpactReport:
    """Of all rules, or of those with any of the tags: together, by tag and by rule."""
    return impact_body(impacts.of_rules(signed_in.customer.id, tag or (), first, last))


@router.get(
    "/impact/{rule_id}", operation_id="getRuleImpact", summary="What one rule led to", dependencies=[MayReadNotifications]
)
def get_rule_impact(
    rule_id: Annotated[str, Path(pattern=PATTERNS["ruleId"])],
    signed_in: MayReadStatistics,
    impacts: TheImpacts,
    first: FirstDay = None,
    last: LastDay = None,
) -> RuleImpactReport:
    """Figures, shares with their intervals, and how tired homes are."""
    return rule_impact_body(*impacts.of_rule(signed_in.customer.id, rule_id, first, last))
