"""What guards the console: headers on every answer, the session cookie, the token against forged requests.

Who a token belongs to is `services.members`' to say, which role may do what `domain.permissions`'. Invariants: no answer
leaves without the headers, and no request that changes something passes without the session's own token.
"""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request, Response
from fastapi.security import APIKeyCookie
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hearth.core.problems import Problem
from hearth.domain.permissions import Permission, may
from hearth.services.members import Members, SignedIn, csrf_fits

COOKIE = "hearth_session"
CSRF_HEADER = "X-CSRF-Token"
_COOKIE_PATH = "/console"
_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")

_HEADERS = {
    # Scripts from our own files alone. Styles may stand in the page: the chart and the components set them.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

_cookie = APIKeyCookie(name=COOKIE, auto_error=False)


class SecurityHeaders:
    """Adds the headers, and how long an answer may be kept: hashed files for ever, data never."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """An ASGI application around another."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = scope["path"].removeprefix(scope.get("root_path", ""))

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(_HEADERS)
                headers["Cache-Control"] = _cache_control(path, headers.get("Content-Type", ""), message["status"])
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _cache_control(path: str, content_type: str, status: int) -> str:
    if path.startswith("/api/"):
        return "no-store"
    # Under a name that is no file's the page itself is sent, which must not stay for ever.
    if path.startswith("/assets/") and status in (200, 304) and not content_type.startswith("text/html"):
        return "public, max-age=31536000, immutable"
    return "no-cache"


def set_cookie(response: Response, token: str, secure: bool) -> None:
    """Hands the session's token to the browser, where no script can read it."""
    response.set_cookie(COOKIE, token, path=_COOKIE_PATH, httponly=True, secure=secure, samesite="strict")


def delete_cookie(response: Response, secure: bool) -> None:
    """Takes it back."""
    response.delete_cookie(COOKIE, path=_COOKIE_PATH, httponly=True, secure=secure, samesite="strict")


def refuse_other_sites(request: Request) -> None:
    """Raises Problem("forbidden") when the browser says that another site sent this."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise Problem("forbidden", "This request was sent by another site.")


def signed_in(request: Request, token: Annotated[str | None, Depends(_cookie)]) -> SignedIn:
    """Who sends this request.

    Raises Problem: "unauthorized" without a living session, "forbidden" for a changing request without its token.
    """
    members: Members = request.app.state.members
    found = members.find_signed_in(token) if token else None
    if found is None:
        raise Problem("unauthorized", "Sign in first.")
    if request.method not in _SAFE_METHODS:
        refuse_other_sites(request)
        if not csrf_fits(found.session, request.headers.get(CSRF_HEADER, "")):
            raise Problem("forbidden", f"The header {CSRF_HEADER} does not hold the session's token. Load the page anew.")
    return found


WhoSignedIn = Annotated[SignedIn, Depends(signed_in)]
SessionToken = Annotated[str, Depends(_cookie)]  # None only where nobody is signed in, so ask for WhoSignedIn too


@dataclass(frozen=True, slots=True)
class Allowed:
    """A dependency: who sends this request, and has the permission. `Annotated[SignedIn, Depends(Allowed("write:rules"))]`."""

    permission: Permission

    def __call__(self, signed_in: WhoSignedIn) -> SignedIn:
        """Raises Problem "forbidden" for a member whose role lacks the permission."""
        if not may(signed_in.member.role, self.permission):
            raise Problem("forbidden", f"Your role {signed_in.member.role} lacks the permission {self.permission}.")
        return signed_in
