"""The console's JSON endpoints: session, overview, live updates.

Each reads the request, asks a service and shapes the answer; nothing is decided here. Every endpoint but
signing in needs a session, and shows that session's customer alone.
"""

from collections.abc import AsyncIterable, AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.sse import EventSourceResponse

from hearth.console import wire
from hearth.console.live import Listening, LiveFeed
from hearth.console.onboarding_routes import MayReadStatistics, TheOnboarding
from hearth.console.security import SessionToken, WhoSignedIn, delete_cookie, refuse_other_sites, set_cookie
from hearth.core.problems import Problem
from hearth.services.access import Access
from hearth.services.live_view import LiveView
from hearth.services.members import Members

# How soon a page learns that its session is over.
_SESSION_CHECK_SECONDS = 10.0

router = APIRouter(
    prefix="/api", responses={"default": {"model": wire.ProblemView, "description": "Refused (application/problem+json)"}}
)


def _members(request: Request) -> Members:
    members: Members = request.app.state.members
    return members


def _live_view(request: Request) -> LiveView:
    live_view: LiveView = request.app.state.live_view
    return live_view


async def _listening(request: Request, signed_in: MayReadStatistics) -> AsyncIterator[Listening]:
    feed: LiveFeed = request.app.state.live_feed
    async with feed.listen(signed_in.customer.id) as listening:
        yield listening


TheMembers = Annotated[Members, Depends(_members)]
TheLiveView = Annotated[LiveView, Depends(_live_view)]


@router.post("/session", operation_id="signIn", summary="Sign in", dependencies=[Depends(refuse_other_sites)])
def sign_in(
    request: Request, response: Response, credentials: wire.Credentials, members: TheMembers, onboarding: TheOnboarding
) -> wire.SessionView:
    """Opens a session and sets its cookie."""
    address = request.client.host if request.client else "unknown"
    browser = request.headers.get("User-Agent", "")
    token, signed_in = members.sign_in(credentials.email, credentials.password, address, code=credentials.code, browser=browser)
    set_cookie(response, token, request.app.state.secure_cookies)
    return wire.session_view(signed_in, onboarding.is_open_for(signed_in.member))


@router.get("/session", operation_id="getSession", summary="Who is signed in")
def get_session(signed_in: WhoSignedIn, onboarding: TheOnboarding) -> wire.SessionView:
    """The session of the cookie."""
    return wire.session_view(signed_in, onboarding.is_open_for(signed_in.member))


@router.delete("/session", operation_id="signOut", summary="Sign out", status_code=204)
def sign_out(request: Request, response: Response, signed_in: WhoSignedIn, members: TheMembers) -> None:
    """Ends the session and takes its cookie back."""
    members.sign_out(signed_in.session)
    delete_cookie(response, request.app.state.secure_cookies)


@router.post("/token", operation_id="getToken", summary="A token for the public API")
def get_token(request: Request, signed_in: WhoSignedIn) -> wire.TokenView:
    """An access token of ten minutes, in the member's name, with which the pages use the public API."""
    access: Access = request.app.state.access
    token = access.issue_member_token(signed_in.member)
    return wire.TokenView(access_token=token.access_token, expires_in_seconds=token.expires_in_seconds)


@router.get("/overview", operation_id="getOverview", summary="Figures and events per minute")
def get_overview(signed_in: MayReadStatistics, live_view: TheLiveView) -> wire.OverviewView:
    """What the first page shows above its list."""
    return wire.overview_view(live_view.overview(signed_in.customer))


@router.get("/activity", operation_id="getActivity", summary="Events per hour and notifications per day")
def get_activity(signed_in: MayReadStatistics, live_view: TheLiveView) -> wire.ActivityView:
    """Of the last 48 hours and 14 days."""
    return wire.activity_view(live_view.activity(signed_in.customer))


@router.get("/standing", operation_id="getStanding", summary="What may have to be looked after")
def get_standing(signed_in: MayReadStatistics, live_view: TheLiveView) -> wire.StandingView:
    """Silent homes, failing rules, the endpoint, forecasts, and how many notifications are opened."""
    return wire.standing_view(live_view.standing(signed_in.customer.id), signed_in.member.role)


@router.get("/live", operation_id="listenLive", summary="Live updates", response_class=EventSourceResponse)
async def listen_live(
    token: SessionToken, members: TheMembers, listening: Annotated[Listening, Depends(_listening)]
) -> AsyncIterable[wire.LiveUpdate]:
    """Server-sent events: the present state at once, then at most one a second, when something changed."""
    sent = None
    while await run_in_threadpool(members.find_signed_in, token, renew=False) is not None:
        pulse = await listening.next_after(sent, _SESSION_CHECK_SECONDS)
        if pulse is not None and pulse != sent:
            yield wire.live_update(pulse)
            sent = pulse


@router.get("/{rest:path}", include_in_schema=False)
def say_unknown(rest: str) -> None:
    """Any other path here: not the page, which is shown for deep links elsewhere."""
    raise Problem("not_found", f"There is no endpoint /api/{rest}.")
