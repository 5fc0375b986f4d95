"""Routes of rules: list, read, add, save, delete, check, their tags and versions.

A save names the version it is based on, so that nobody overwrites what another has saved meanwhile. The mistakes of a rule
become places in the request.
"""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BeforeValidator
from starlette.convertors import StringConvertor, register_url_convertor

from hearth.api.documented import documented, operation_id
from hearth.api.guard import GuardedRoute, grant_of, own_customer_id
from hearth.api.notifications import split_commas
from hearth.api.parts import parts_of
from hearth.api.preconditions import ETAG_HEADER, IfMatch, IfNoneMatch, name_version, versions_of
from hearth.api.problems import pointer_of
from hearth.api.repeating import IdempotencyKey
from hearth.api.wire.expressions import ExpressionAnswer, ExpressionQuestion, answer_of
from hearth.api.wire.rules import Finding, Rule, RuleVersion, path_in_rule, rule_body
from hearth.core.identifiers import PATTERNS
from hearth.core.instants import seconds_of_instant
from hearth.core.problems import FieldProblem, Problem
from hearth.domain import rules as domain
from hearth.domain.audit import Actor
from hearth.services import rule_checks
from hearth.services.expression_help import help_with

router = APIRouter(tags=["Rules"], generate_unique_id_function=operation_id, route_class=GuardedRoute, strict_content_type=False)

_POSTED = (400, 413, 415)

PathRuleId = Annotated[str, Path(alias="ruleId", json_schema_extra={"pattern": PATTERNS["ruleId"]})]


class _RuleIdConvertor(StringConvertor):
    """Only an id stands for a rule: /rules/tags/v1 and its like are paths of their own, with methods of their own."""

    regex = PATTERNS["ruleId"].strip("^$")


register_url_convertor("ruleId", _RuleIdConvertor())
_RULE = "/rules/{ruleId:ruleId}/v1"


@router.get("/rules/v1", **documented("read:rules", (400,)))
def list_rules(
    request: Request,
    tags: Annotated[
        list[str],
        BeforeValidator(split_commas),
        Query(description="Only rules with any of these tags; repeated or separated by commas."),
    ] = [],  # noqa: B006 - FastAPI copies defaults
) -> list[Rule]:
    """All rules by their names, or those with any of the tags."""
    rules = parts_of(request).rules.list_of(grant_of(request).customer_id)
    return [rule_body(rule) for rule in rules if not tags or set(tags) & set(rule.tags)]


@router.get("/rules/tags/v1", **documented("read:rules"))
def list_rule_tags(request: Request) -> list[str]:
    """Every tag that a rule has, once, in order."""
    rules = parts_of(request).rules.list_of(grant_of(request).customer_id)
    return sorted({tag for rule in rules for tag in rule.tags})


@router.get(
    _RULE,
    **documented("read:rules", (404,), ours=True, success_headers=ETAG_HEADER, has_not_modified=True),
)
def get_rule(
    request: Request,
    response: Response,
    rule_id: PathRuleId,
    if_none_match: IfNoneMatch = None,
) -> Rule:
    """One rule, in its newest version."""
    return _tagged(response, parts_of(request).rules.get(grant_of(request).customer_id, rule_id))


@router.post(
    "/rules/v1",
    status_code=201,
    **documented("write:rules", (*_POSTED, 409), ours=True, success_headers=ETAG_HEADER, success_status=201),
)
def add_rule(request: Request, response: Response, rule: Rule, idempotency_key: IdempotencyKey = None) -> Rule:
    """Adds a rule. An ACTIVE one must be complete and free of errors; a draft may be unfinished."""
    customer_id = own_customer_id(request, rule.customer_id)
    try:
        return _tagged(response, parts_of(request).rules.add(customer_id, rule.to_domain(), _author(request)))
    except rule_checks.UnfitRule as unfit:
        raise _placed(rule, unfit) from unfit


@router.put(
    _RULE,
    **documented("write:rules", (*_POSTED, 404, 409, 412), ours=True, success_headers=ETAG_HEADER),
)
def save_rule(request: Request, response: Response, rule_id: PathRuleId, rule: Rule, if_match: IfMatch = None) -> Rule:
    """Saves a rule whole, which makes a version, and runs it at once where it is ACTIVE.

    `version`, if it is sent, is the one that was read: when somebody else has saved meanwhile, the answer is 409. With the ETag
    in If-Match it is 412.
    """
    customer_id = own_customer_id(request, rule.customer_id)
    try:
        versions = versions_of(if_match)
        saved = parts_of(request).rules.save(customer_id, rule_id, rule.to_domain(), rule.version, _author(request), versions)
    except rule_checks.UnfitRule as unfit:
        raise _placed(rule, unfit) from unfit
    return _tagged(response, saved)


@router.delete(
    _RULE,
    status_code=204,
    response_class=Response,
    **documented("write:rules", (400, 404, 412), ours=True),
)
def delete_rule(request: Request, rule_id: PathRuleId, if_match: IfMatch = None) -> Response:
    """Deletes a rule and its versions. The notifications it made remain."""
    parts_of(request).rules.delete(grant_of(request).customer_id, rule_id, _author(request), versions_of(if_match))
    return Response(status_code=204)


@router.post("/rules/check/v1", **documented("read:rules", _POSTED, ours=True))
def check_rule(request: Request, rule: Rule) -> list[Finding]:
    """What is wrong with a rule, or doubtful, each with its place; nothing is saved."""
    customer_id = own_customer_id(request, rule.customer_id)
    return [_finding(rule, found) for found in parts_of(request).rules.findings(customer_id, rule.to_domain())]


@router.post("/rules/expressions/v1", **documented("read:rules", _POSTED, ours=True))
def help_with_expression(request: Request, question: ExpressionQuestion) -> ExpressionAnswer:
    """Help for whoever writes an expression: its mistakes and, at the cursor, what may follow, what stands there, how to call."""
    datasets = [each.to_domain() for each in question.datasets]
    catalogue = parts_of(request).rules.catalogue
    found = help_with(question.expression, question.cursor, datasets, catalogue, question.place, question.is_streak)
    return answer_of(question.expression, found)


@router.get("/rules/{ruleId}/versions/v1", **documented("read:rules", (404,), ours=True))
def list_rule_versions(request: Request, rule_id: PathRuleId) -> list[RuleVersion]:
    """All versions, the newest first: the rule as it was, and what the save did to its state."""
    versions = parts_of(request).rule_reports.versions(grant_of(request).customer_id, rule_id)
    return [
        RuleVersion.of(
            rule=rule_body(each.rule),
            effects=list(each.effects),
            faults=0 if each.faults is None else each.faults.faults,
            last_fault_at=None if each.faults is None else seconds_of_instant(each.faults.last_at_ms),
            last_fault=None if each.faults is None else each.faults.error,
        )
        for each in versions
    ]


@router.post("/rules/{ruleId}/versions/{version}/restore/v1", **documented("write:rules", (400, 404, 415), ours=True))
def restore_rule_version(request: Request, rule_id: PathRuleId, version: Annotated[int, Path(ge=1)]) -> Rule:
    """Saves an earlier version again, as the newest."""
    return rule_body(parts_of(request).rules.restore(grant_of(request).customer_id, rule_id, version, _author(request)))


def _tagged(response: Response, rule: domain.Rule) -> Rule:
    name_version(response, str(rule.version))
    return rule_body(rule)


def _finding(rule: Rule, found: rule_checks.Finding) -> Finding:
    return Finding.of(
        pointer=pointer_of(path_in_rule(rule, found.path)),
        severity=found.severity,
        code=found.code,
        detail=found.message,
        hint=found.hint,
        line=found.line,
        column=found.column,
        length=found.length,
    )


def _placed(rule: Rule, unfit: rule_checks.UnfitRule) -> Problem:
    """The mistakes at their places in the request."""
    errors = tuple(FieldProblem(pointer_of(path_in_rule(rule, found.path)), found.with_hint) for found in unfit.findings)
    return Problem("invalid", f"An ACTIVE rule must be free of errors: {unfit.detail}", errors)


def _author(request: Request) -> Actor:
    return grant_of(request).actor
