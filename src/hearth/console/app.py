"""The console as one ASGI application, which bootstrap mounts at `/console`.

Joins endpoints, guards and the built pages. The pages are made from `web/` and travel in the package;
without them the endpoints work all the same, and the page's place says how to build it.
"""

from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.responses import JSONResponse, PlainTextResponse

from hearth.console import (
    account_routes,
    building_routes,
    context_routes,
    event_routes,
    fulfilment_routes,
    impact_routes,
    notification_routes,
    onboarding_routes,
    organisation_routes,
    routes,
    rule_routes,
    ticket_routes,
)
from hearth.console.account_routes import Accounts
from hearth.console.building_routes import Households
from hearth.console.event_routes import Events
from hearth.console.fulfilment_routes import Fulfilment
from hearth.console.live import LiveFeed
from hearth.console.organisation_routes import Organisation
from hearth.console.security import SecurityHeaders
from hearth.console.wire import FieldError, ProblemView
from hearth.core.problems import FieldProblem, Problem
from hearth.services.access import Access
from hearth.services.context_reports import ContextReports
from hearth.services.impact import Impacts
from hearth.services.live_view import LiveView
from hearth.services.members import Members
from hearth.services.notification_lists import NotificationLists
from hearth.services.onboarding import Onboarding
from hearth.services.rules import Rules
from hearth.services.tickets import Tickets

PAGES = Path(__file__).parent / "pages"
_BODY_BYTES_MAX = 64 * 1024
ROUTERS = (
    account_routes.router,
    building_routes.router,
    context_routes.router,
    event_routes.router,
    fulfilment_routes.router,
    impact_routes.router,
    notification_routes.router,
    onboarding_routes.router,
    organisation_routes.router,
    rule_routes.router,
    ticket_routes.router,
    routes.router,  # last, for it answers every path under /api
)

_STATUS = {
    "invalid": 400,
    "malformed": 400,
    "unauthorized": 401,
    "forbidden": 403,
    "not_found": 404,
    "conflict": 409,
    "precondition_failed": 412,
    "too_large": 413,
    "unsupported_media_type": 415,
    "too_many_requests": 429,
    "unavailable": 503,
}


@dataclass(frozen=True, slots=True)
class ConsoleParts:
    """What the console is made of. `secure_cookies`: the browser reaches it by HTTPS (also through a proxy)."""

    members: Members
    access: Access
    live_view: LiveView
    notification_lists: NotificationLists
    events: Events
    accounts: Accounts
    fulfilment: Fulfilment
    organisation: Organisation
    rules: Rules
    context_reports: ContextReports
    impacts: Impacts
    households: Households
    tickets: Tickets
    onboarding: Onboarding
    secure_cookies: bool


def create_console(parts: ConsoleParts) -> FastAPI:
    """The application, to be mounted at `/console`."""
    console = FastAPI(
        title="Hearth console",
        version="1",
        description="The endpoints of the console's own pages. Integrations use the public API.",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        max_body_size=_BODY_BYTES_MAX,
    )
    console.state.members = parts.members
    console.state.access = parts.access
    console.state.live_view = parts.live_view
    console.state.notification_lists = parts.notification_lists
    console.state.events = parts.events
    console.state.accounts = parts.accounts
    console.state.fulfilment = parts.fulfilment
    console.state.organisation = parts.organisation
    console.state.rules = parts.rules
    console.state.context_reports = parts.context_reports
    console.state.impacts = parts.impacts
    console.state.households = parts.households
    console.state.tickets = parts.tickets
    console.state.onboarding = parts.onboarding
    console.state.secure_cookies = parts.secure_cookies
    console.state.live_feed = LiveFeed(parts.live_view.pulse)
    for router in ROUTERS:
        console.include_router(router)
    console.add_exception_handler(Problem, _show_problem)
    console.add_exception_handler(RequestValidationError, _show_invalid)
    console.add_middleware(GZipMiddleware)
    console.add_middleware(SecurityHeaders)
    if (PAGES / "index.html").is_file():
        console.frontend("/", directory=PAGES, fallback="index.html", check_dir=True)
    else:
        console.add_api_route("/{rest:path}", _say_unbuilt, include_in_schema=False)
    return console


async def _say_unbuilt(rest: str) -> PlainTextResponse:
    return PlainTextResponse("The console's pages are not built. Run `make pages`, then start Hearth again.\n", status_code=503)


async def _show_problem(_request: Request, problem: Exception) -> JSONResponse:
    assert isinstance(problem, Problem)
    status = _STATUS[problem.code]
    view = ProblemView(
        type="about:blank",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=problem.detail,
        code=problem.code,
        errors=[FieldError(pointer=error.pointer, message=error.message) for error in problem.errors],
    )
    headers = {} if problem.retry_after_seconds is None else {"Retry-After": str(problem.retry_after_seconds)}
    return JSONResponse(view.model_dump(), status, headers, media_type="application/problem+json")


async def _show_invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    # What was sent is not repeated: it may be a password.
    fields = tuple(FieldProblem("/" + "/".join(map(str, one["loc"])), one["msg"]) for one in error.errors())
    return await _show_problem(request, Problem("invalid", "The request breaks a rule; see errors.", fields))
