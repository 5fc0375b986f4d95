"""Routes of rules as YAML: all of a customer's in one text, and back. The form is that of rule files.

They stand before the routes of one rule, whose id their paths would be taken for.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from hearth.api.documented import documented, operation_id
from hearth.api.guard import GuardedRoute, grant_of
from hearth.api.parts import parts_of
from hearth.api.problems import problem_response
from hearth.api.requests import facts_of
from hearth.api.wire.rules import ImportAnswer, ImportedRule, TextFinding
from hearth.core.problems import Problem
from hearth.services.rule_files import Diagnostic

MOST_BYTES = 256 * 1024

router = APIRouter(tags=["Rules"], generate_unique_id_function=operation_id, route_class=GuardedRoute, strict_content_type=False)

_YAML = "application/yaml"
_EXAMPLE = """name: Much power
datasets:
  Power: {kind: TIME_SERIES, eventTypes: [POWER_CONSUMPTION], timespan: 30m}
condition: "AVG($Power) > 2000"
"""
_SCHEMA = {"type": "string", "description": "One rule per document, in the form of rule files."}
_EXPORTED = {"schema": _SCHEMA, "example": _EXAMPLE}  # empty where there is no rule
_TAKEN_IN = {"schema": {**_SCHEMA, "minLength": 1}, "example": _EXAMPLE}


def _with_body(arguments: dict[str, Any]) -> dict[str, Any]:
    arguments["openapi_extra"]["requestBody"] = {"required": True, "content": {_YAML: _TAKEN_IN, "text/yaml": _TAKEN_IN}}
    return arguments


def _with_answer(arguments: dict[str, Any]) -> dict[str, Any]:
    arguments["responses"][200] = {"content": {_YAML: _EXPORTED}}
    return arguments


@router.get("/rules/export/v1", response_class=Response, **_with_answer(documented("read:rules", ours=True)))
def export_rules(request: Request) -> Response:
    """All rules as one YAML text, a document each, by their names. Importing it again changes nothing."""
    text = parts_of(request).rules.export_text(grant_of(request).customer_id)
    headers = {"Content-Disposition": 'attachment; filename="rules.yaml"'}
    return Response(text, media_type=_YAML, headers=headers)


@router.post(
    "/rules/import/v1", response_model=ImportAnswer, **_with_body(documented("write:rules", (400, 409, 413, 415), ours=True))
)
async def import_rules(
    request: Request,
    dry_run: Annotated[bool, Query(alias="dryRun", description="Say what would become of it, and save nothing.")] = False,
) -> Any:
    """Takes rules in from a YAML text: all, or none where there is a mistake. A rule is known by its name.

    A changed one becomes a new version, an unchanged one is left alone, and those that the text does not name stay.
    At most 256 KiB, without aliases.
    """
    body = await request.body()
    if not body:
        raise Problem("malformed", "The request needs rules as a YAML text.")
    if len(body) > MOST_BYTES:
        raise Problem("too_large", f"The text is larger than {MOST_BYTES} bytes; send the rules in several requests.")
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise Problem("malformed", f"The body is not UTF-8 text (byte {error.start}).") from error
    grant = grant_of(request)
    result = await run_in_threadpool(parts_of(request).rules.import_text, grant.customer_id, text, grant.actor, is_trial=dry_run)
    if result.is_refused:
        wrong = [_error(each) for each in result.diagnostics if each.severity == "error"]
        detail = f"No rule was taken: {wrong[0]['detail']} (line {wrong[0]['line']}; {len(wrong)} in errors)"
        return problem_response("invalid", detail, facts_of(request.scope).request_id, wrong)
    return ImportAnswer.of(
        dry_run=dry_run,
        rules=[
            ImportedRule.of(
                id=None if dry_run and each.outcome == "added" else each.rule.id,
                name=each.rule.name,
                version=each.rule.version,
                outcome=each.outcome,
            )
            for each in result.rules
        ],
        findings=[TextFinding.of(severity=each.severity, **_error(each)) for each in result.diagnostics],
    )


def _error(found: Diagnostic) -> dict[str, Any]:
    places = {"line": found.line, "column": found.column, "length": found.length}
    return {"pointer": "", "detail": found.message, "code": found.code, "hint": found.hint, **places}
