"""What the rules pages need beyond the public API: the predefined rules, what a dataset may name, when a schedule ticks."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request

from hearth.console import rule_wire, wire
from hearth.console.security import Allowed
from hearth.domain.customers import Language
from hearth.engine.schedule import mistake_in
from hearth.services.auditing import actor_of
from hearth.services.members import SignedIn
from hearth.services.rules import Rules

router = APIRouter(
    prefix="/api", responses={"default": {"model": wire.ProblemView, "description": "Refused (application/problem+json)"}}
)


def _rules(request: Request) -> Rules:
    rules: Rules = request.app.state.rules
    return rules


TheRules = Annotated[Rules, Depends(_rules)]
MayReadRules = Annotated[SignedIn, Depends(Allowed("read:rules"))]
MayWriteRules = Annotated[SignedIn, Depends(Allowed("write:rules"))]


@router.get("/predefined-rules", operation_id="listPredefinedRules", summary="The rules that come with Hearth")
def list_predefined_rules(signed_in: MayReadRules, rules: TheRules) -> list[rule_wire.PredefinedRuleView]:
    """All, by English name, each with the customer's own rule of one of its names."""
    own = {rule.name: rule.id for rule in rules.list_of(signed_in.customer.id)}
    return [
        rule_wire.predefined_rule_view(each, next((own[name] for name in each.names if name in own), None))
        for each in rules.list_predefined()
    ]


@router.post("/predefined-rules/{file}", operation_id="addPredefinedRule", summary="Activate a predefined rule", status_code=201)
def add_predefined_rule(
    file: Annotated[str, Path(pattern=r"^[a-z0-9-]{1,100}$")],
    signed_in: MayWriteRules,
    rules: TheRules,
    language: Language | None = None,
) -> rule_wire.AddedRule:
    """Makes it a rule of the customer, which runs at once, named in `language` (without it: the member's own). One that
    the customer has already is left alone (409)."""
    member = signed_in.member
    added = rules.add_predefined(signed_in.customer.id, file, actor_of(member), language or member.language)
    return rule_wire.AddedRule(rule_id=added.id)


@router.get("/catalogue", operation_id="getCatalogue", summary="Event types and sources")
def get_catalogue(signed_in: MayReadRules, rules: TheRules) -> rule_wire.CatalogueView:
    """What a dataset may name."""
    return rule_wire.catalogue_view(rules.catalogue)


@router.get("/ticks", operation_id="listTicks", summary="When a schedule ticks next")
def list_ticks(
    signed_in: MayReadRules, rules: TheRules, cron: Annotated[str, Query(max_length=200)], time_zone_id: str | None = None
) -> rule_wire.TicksView:
    """The next five instants, in a zone or in the customer's."""
    wrong = mistake_in(cron)
    if wrong is not None:
        return rule_wire.TicksView(ticks_ms=[], mistake=wrong[0], remedy=wrong[1])
    ticks_ms = rules.next_ticks(cron, time_zone_id or signed_in.customer.time_zone_id)
    return rule_wire.TicksView(ticks_ms=ticks_ms, mistake=None, remedy=None)
