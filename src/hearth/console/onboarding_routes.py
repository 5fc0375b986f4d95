"""The console's JSON endpoints of on-boarding: how far the organisation is, and whether a member is reminded of it.

Each reads the request, asks a service and shapes the answer; nothing is decided here. Invariant: every role sees the states
of the steps, and of the facts behind them what it may see elsewhere too.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from hearth.console import onboarding_wire as wire
from hearth.console.security import Allowed, WhoSignedIn
from hearth.console.wire import ProblemView
from hearth.services.members import SignedIn
from hearth.services.onboarding import Onboarding

router = APIRouter(
    prefix="/api/onboarding",
    responses={"default": {"model": ProblemView, "description": "Refused (application/problem+json)"}},
)


def _onboarding(request: Request) -> Onboarding:
    onboarding: Onboarding = request.app.state.onboarding
    return onboarding


TheOnboarding = Annotated[Onboarding, Depends(_onboarding)]
MayReadStatistics = Annotated[SignedIn, Depends(Allowed("read:statistics"))]


@router.get("", operation_id="getOnboarding", summary="How far the organisation is set up")
def get_onboarding(signed_in: MayReadStatistics, onboarding: TheOnboarding) -> wire.OnboardingView:
    """Five steps, each checked by what is stored; asked again, it says what has come meanwhile."""
    return wire.onboarding_view(onboarding.progress(signed_in.customer.id), signed_in.member)


@router.put("/hiding", operation_id="hideOnboarding", summary="Be reminded on the overview, or not", status_code=204)
def hide_onboarding(body: wire.Hiding, signed_in: WhoSignedIn, onboarding: TheOnboarding) -> None:
    """Of the signed-in member alone."""
    onboarding.hide(signed_in.member, body.is_hidden)
