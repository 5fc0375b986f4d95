"""Routes of impact: what notifications led to, and how tired of them households are."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BeforeValidator

from hearth.api.documented import documented, operation_id
from hearth.api.guard import GuardedRoute, grant_of
from hearth.api.notifications import split_commas
from hearth.api.parts import parts_of
from hearth.api.rules import PathRuleId
from hearth.api.wire.base import QueryDay
from hearth.core.problems import Problem
from hearth.services.impact_bodies import ImpactReport, RuleImpactReport, impact_body, rule_impact_body

router = APIRouter(tags=["Rules"], generate_unique_id_function=operation_id, route_class=GuardedRoute)

_ALSO_NEEDED = "read:pushnotifications"

FirstDay = Annotated[
    QueryDay | None,
    Query(alias="from", description="The first UTC day; without it 89 days before `to`.", examples=["2026-01-01"]),
]
LastDay = Annotated[
    QueryDay | None,
    Query(
        alias="to",
        description="The last UTC day, included; a year behind `from` at most. Without it today.",
        examples=["2026-01-31"],
    ),
]


@router.get("/rules/impact/v1", **documented("read:statistics", (400,), ours=True))
def get_impact(
    request: Request,
    tags: Annotated[
        list[str],
        BeforeValidator(split_commas),
        Query(description="Only rules with any of these tags; repeated or separated by commas."),
    ] = [],  # noqa: B006 - FastAPI copies defaults
    first: FirstDay = None,
    last: LastDay = None,
) -> ImpactReport:
    """What the notifications of all rules led to, or of those with any of the tags: together, by tag and by rule.

    The token needs read:pushnotifications as well."""
    return impact_body(parts_of(request).impacts.of_rules(_customer_id(request), tags, first, last))


@router.get("/rules/{ruleId}/impact/v1", **documented("read:statistics", (400, 404), ours=True))
def get_rule_impact(request: Request, rule_id: PathRuleId, first: FirstDay = None, last: LastDay = None) -> RuleImpactReport:
    """What a rule's notifications led to: opened, acted on, dismissed, opted out; what devices did; how tired homes are.

    The token needs read:pushnotifications as well."""
    return rule_impact_body(*parts_of(request).impacts.of_rule(_customer_id(request), rule_id, first, last))


def _customer_id(request: Request) -> str:
    """Raises Problem "forbidden" for one that may see statistics, but not what households did with notifications."""
    grant = grant_of(request)
    if _ALSO_NEEDED not in grant.scopes:
        raise Problem("forbidden", f"Impact tells what households did; the access token does not have the scope {_ALSO_NEEDED}.")
    return grant.customer_id
