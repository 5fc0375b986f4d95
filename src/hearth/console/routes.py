"""The console's JSON endpoints: session, overview, notifications, live updates.

Each reads the request, asks a service and shapes the answer; nothing is decided here. Every endpoint but
signing in needs a session, and shows that session's customer alone.
"""

from collections.abc import AsyncIterable, AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.sse import EventSourceResponse

from hearth.console import wire
from hearth.console.live import Listening, LiveFeed
from hearth.console.security import Allowed, SessionToken, WhoSignedIn, delete_cookie, refuse_other_sites, set_cookie
from hearth.core.identifiers import PATTERNS
from hearth.core.problems import Problem
from hearth.domain.notifications import DeliveryStatus
from hearth.services.access import Access
from hearth.services.live_view import LiveView
from hearth.services.members import Members, SignedIn

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


MayReadStatistics = Annotated[SignedIn, Depends(Allowed("read:statistics"))]
MayReadNotifications = Annotated[SignedIn, Depends(Allowed("read:pushnotifications"))]


async def _listening(request: Request, signed_in: MayReadStatistics) -> AsyncIterator[Listening]:
    feed: LiveFeed = request.app.state.live_feed
    async with feed.listen(signed_in.customer.id) as listening:
        yield listening


TheMembers = Annotated[Members, Depends(_members)]
TheLiveView = Annotated[LiveView, Depends(_live_view)]
NotificationId = Annotated[str, Path(pattern=PATTERNS["pushNotificationId"])]


@router.post("/session", operation_id="signIn", summary="Sign in", dependencies=[Depends(refuse_other_sites)])
def sign_in(request: Request, response: Response, credentials: wire.Credentials, members: TheMembers) -> wire.SessionView:
    """Opens a session and sets its cookie."""
    address = request.client.host if request.client else "unknown"
    browser = request.headers.get("User-Agent", "")
    token, signed_in = members.sign_in(credentials.email, credentials.password, address, code=credentials.code, browser=browser)
    set_cookie(response, token, request.app.state.secure_cookies)
    return wire.session_view(signed_in)


@router.get("/session", operation_id="getSession", summary="Who is signed in")
def get_session(signed_in: WhoSignedIn) -> wire.SessionView:
    """The session of the cookie."""
    return wire.session_view(signed_in)


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


@router.get("/notifications", operation_id="listNotifications", summary="Notifications, newest first")
def list_notifications(
    signed_in: MayReadNotifications,
    live_view: TheLiveView,
    status: DeliveryStatus | None = None,
    building: Annotated[str | None, Query(pattern=PATTERNS["customerBuildingId"])] = None,
    after: Annotated[str | None, Query(pattern=PATTERNS["pushNotificationId"])] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 30,
) -> wire.NotificationPage:
    """One page; `nextAfter` asks for the next. Without a status all but the dropped ones; `building`: only of this one."""
    page, next_after = live_view.list_notifications(signed_in.customer.id, status, after, limit, building)
    return wire.NotificationPage(items=[wire.notification_view(shown) for shown in page], next_after=next_after)


@router.get("/notifications/{notification_id}", operation_id="getNotification", summary="One notification in full")
def get_notification(
    notification_id: NotificationId, signed_in: MayReadNotifications, live_view: TheLiveView
) -> wire.NotificationDetail:
    """All languages, actions, interactions and the trace of the evaluation."""
    return wire.notification_detail(*live_view.get_notification(signed_in.customer.id, notification_id))


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
