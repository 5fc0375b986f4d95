"""Routes that try rules: a simulation in one building, a backtest over many, why a rule spoke or did not, what a draft is now.

Nothing is stored. The work is done elsewhere (`ApiParts.trials`); here a request becomes a trial, and the mistakes of a rule
become places in the request.
"""

from collections.abc import Callable
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Path, Query, Request, Response

from hearth.api.documented import documented, operation_id
from hearth.api.guard import GuardedRoute, grant_of, own_customer_id
from hearth.api.parts import parts_of
from hearth.api.problems import pointer_of
from hearth.api.trial_responses import LINES, TrialResponse, wants_lines
from hearth.api.wire.base import CustomerBuildingId, QueryInstant
from hearth.api.wire.rules import Rule, path_in_rule
from hearth.api.wire.trials import (
    Backtest,
    BacktestLine,
    BacktestRequest,
    Present,
    PresentRequest,
    RuleReference,
    SeriesList,
    SeriesRequest,
    Simulation,
    SimulationRequest,
    Why,
    WhyRequest,
)
from hearth.core.identifiers import PATTERNS
from hearth.core.problems import invalid
from hearth.services.rule_checks import Finding
from hearth.services.trials import Refusal, Trial, WhyTrial

router = APIRouter(tags=["Rules"], generate_unique_id_function=operation_id, route_class=GuardedRoute, strict_content_type=False)

_SCOPE = "read:rules"
_POSTED = (400, 404, 413, 415, 429)
_BACKTEST = documented(_SCOPE, _POSTED, ours=True, success_lines=LINES, line=BacktestLine.__name__)

# Where a rule stands in a request, and the draft that stands there; None for a saved rule that is named there.
_Place = tuple[tuple[str | int, ...], Rule | None]


@router.post("/rules/simulate/v1", response_model=Simulation, **documented(_SCOPE, _POSTED, ours=True, success_lines=LINES))
async def simulate_rule(request: Request, simulation: SimulationRequest) -> Response:
    """What a rule, saved or not, would have said in a building over its stored events, by the engine that decides live.

    Without a range: the last 30 days of the building's events. With `Accept: application/x-ndjson` the answer is lines of
    JSON: `{"progress": 0.42}` now and then, at the end `{"result": …}` or `{"problem": …}`. Close the connection to cancel.
    """
    place: _Place = (("ruleId",), None) if simulation.rule is None else (("rule",), simulation.rule)
    return _tried(request, simulation.to_trial(own_customer_id(request, *_customers(place))), place)


@router.post("/rules/backtest/v1", response_model=Backtest, **_BACKTEST)
async def backtest_rules(request: Request, backtest: BacktestRequest) -> Response:
    """What a rule, or two to compare, would have meant for all buildings, or for a sample of them, in figures.

    Without a range: the last 30 days. With `Accept: application/x-ndjson` the answer is lines of JSON, as with a simulation;
    they say how many buildings are done too, and with `perHome` what each would have got. Close the connection to cancel.
    """
    if backtest.per_home and not wants_lines(request):
        raise invalid("/perHome", f"What each building would have got comes in lines only: send Accept: {LINES}.")
    places: list[_Place] = [
        (("rules", index, "ruleId"), None) if isinstance(each, RuleReference) else (("rules", index), each)
        for index, each in enumerate(backtest.rules)
    ]
    return _tried(request, backtest.to_trial(own_customer_id(request, *_customers(*places))), *places)


@router.get("/rules/{ruleId}/why/v1", response_model=Why, **documented(_SCOPE, (400, 404, 429), ours=True))
async def explain_saved_rule(
    request: Request,
    rule_id: Annotated[str, Path(alias="ruleId", json_schema_extra={"pattern": PATTERNS["ruleId"]})],
    customer_building_id: Annotated[CustomerBuildingId, Query(alias="customerBuildingId", examples=["house-4711"])],
    at_ms: Annotated[
        QueryInstant | None,
        Query(alias="timestamp", description="Epoch seconds or ISO 8601 with an offset; the newest event when absent."),
    ] = None,
) -> Response:
    """Why a saved rule spoke in a building, or did not: its last evaluation at or before an instant, with every value.

    It is evaluated again from what is stored, by the engine that decided.
    """
    customer_id = grant_of(request).customer_id
    trial = WhyTrial(customer_id=customer_id, rules=(rule_id,), customer_building_id=customer_building_id, at_ms=at_ms)
    return _tried(request, trial, ((), None))


@router.post("/rules/why/v1", response_model=Why, **documented(_SCOPE, _POSTED, ours=True))
async def explain_draft(request: Request, why: WhyRequest) -> Response:
    """Why a draft would have spoken in a building, or not: its last evaluation at or before an instant, with every value."""
    place: _Place = (("rule",), why.rule)
    return _tried(request, why.to_trial(own_customer_id(request, *_customers(place))), place)


@router.post("/rules/values/v1", response_model=Present, **documented(_SCOPE, _POSTED, ours=True))
async def show_present_values(request: Request, asked: PresentRequest) -> Response:
    """What each expression of a draft comes to in a building, and what its datasets hold, as of their newest event.

    For whoever writes a rule: it need not be whole. An expression with errors is left out; see `POST /rules/check/v1`.
    """
    draft = asked.rule
    customer_id = own_customer_id(request, draft.customer_id)

    def with_pointers(result: bytes) -> bytes:
        body = msgspec.json.decode(result)
        for value in body["values"]:
            value["pointer"] = pointer_of(path_in_rule(draft, value.pop("path")))
        return msgspec.json.encode(body)

    place: _Place = (("rule",), draft)
    return _tried(request, asked.to_trial(customer_id), place, placed=with_pointers)


@router.post("/rules/series/v1", response_model=SeriesList, **documented(_SCOPE, _POSTED, ours=True))
async def show_series(request: Request, asked: SeriesRequest) -> Response:
    """The data that datasets look at in a building, for a graph: of a shorter range than a simulation's, more of its points."""
    return _tried(request, asked.to_trial(grant_of(request).customer_id))


def _tried(request: Request, trial: Trial, *places: _Place, placed: Callable[[bytes], bytes] | None = None) -> Response:
    def errors_of(refusal: Refusal) -> list[dict[str, Any]]:
        if not refusal.findings:
            return [{"pointer": each.pointer, "detail": each.message} for each in refusal.errors]
        return [_mistake(found, *places[refusal.rule]) for found in refusal.findings]

    return TrialResponse(request, parts_of(request).trials.run(trial), errors_of, placed)


def _mistake(found: Finding, place: tuple[str | int, ...], draft: Rule | None) -> dict[str, Any]:
    """What is wrong with a rule, at its place in the request; of a saved rule the request shows no more than its id."""
    told: dict[str, Any] = {"pointer": pointer_of(place), "detail": found.message, "code": found.code, "hint": found.hint}
    if draft is None:
        return told
    told["pointer"] = pointer_of((*place, *path_in_rule(draft, found.path)))
    return told if found.line is None else {**told, "line": found.line, "column": found.column, "length": found.length}


def _customers(*places: _Place) -> list[str | None]:
    return [draft.customer_id for _, draft in places if draft is not None]
