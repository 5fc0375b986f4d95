"""Endpoint: where a customer's notifications are posted to, how we authenticate there, how fast, and signed with what.

How we authenticate is a closed union of what may be shown; the one secret that each kind but "none" needs (password, token,
client secret) stands beside it, sealed, in `Endpoint.credential`. Who seals is the connectors' business, what is changed
when the services'. Invariant: a credential is never sent to another origin or in another way than the one it was given for.
"""

import re
from typing import Literal
from urllib.parse import urlsplit

import msgspec

from hearth.core.instants import HOUR_MS
from hearth.core.problems import invalid

DEFAULT_OVERLAP_MS = 24 * HOUR_MS
LONGEST_OVERLAP_MS = 7 * 24 * HOUR_MS
MOST_REQUESTS_PER_SECOND = 1_000

_LONGEST_URL = 2_000
_LONGEST_TEXT = 500
_LONGEST_CREDENTIAL = 4_000
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
# Those that say how the request is to be read or whose it is; a proxy on the way may act on them.
_OWN_HEADERS = frozenset(
    ("host", "connection", "cookie", "date", "expect", "forwarded", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade")
) | {"user-agent", "via"}
_OWN_HEADER_BEGINNINGS = ("content-", "webhook-", "proxy-", "x-forwarded-")

Kind = Literal["none", "basic", "apiToken", "bearer", "oauth"]


class NoAuthentication(msgspec.Struct, frozen=True, tag="none", tag_field="kind"):
    """The signature alone proves who is calling."""


class Basic(msgspec.Struct, frozen=True, kw_only=True, tag="basic", tag_field="kind"):
    """A user name; the credential is the password."""

    user: str


class ApiToken(msgspec.Struct, frozen=True, kw_only=True, tag="apiToken", tag_field="kind"):
    """The name of the header whose whole value is the credential."""

    header: str


class Bearer(msgspec.Struct, frozen=True, tag="bearer", tag_field="kind"):
    """`Authorization: Bearer` and the credential."""


class ClientCredentials(msgspec.Struct, frozen=True, kw_only=True, tag="oauth", tag_field="kind"):
    """OAuth 2.0, grant `client_credentials`: a token is fetched with the id and the credential, the client secret."""

    token_url: str
    client_id: str
    scope: str = ""


Authentication = NoAuthentication | Basic | ApiToken | Bearer | ClientCredentials


class Sealed(msgspec.Struct, frozen=True, kw_only=True):
    """An encrypted secret, and when it was named."""

    sealed: str
    set_at_ms: int


class ReplacedSecret(msgspec.Struct, frozen=True, kw_only=True):
    """The signing secret before the present one; it signs as well until `until_ms`."""

    sealed: str
    until_ms: int


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """Where a customer's notifications are delivered (webhook).

    `signing_secret_sealed` is the encrypted Standard Webhooks secret. `credential` is there exactly where `authentication`
    needs one. `requests_per_second`: None = as fast as it answers. `is_enabled`: switched on by a person; while it is not, no
    deliveries are made for it. `disabled_reason` says why Hearth has disabled one that is on (for instance that it answered 410).
    """

    customer_id: str
    url: str
    signing_secret_sealed: str
    signing_secret_set_at_ms: int | None = None
    replaced_secret: ReplacedSecret | None = None
    authentication: Authentication = NoAuthentication()
    credential: Sealed | None = None
    requests_per_second: int | None = None
    is_enabled: bool = True
    disabled_reason: str | None = None


def signing_secrets_sealed(endpoint: Endpoint, now_ms: int) -> list[str]:
    """The sealed secrets that sign at that instant: the present one, and the one before while it is good."""
    replaced = still_good(endpoint.replaced_secret, now_ms)
    return [endpoint.signing_secret_sealed, *([] if replaced is None else [replaced.sealed])]


def still_good(replaced: ReplacedSecret | None, now_ms: int) -> ReplacedSecret | None:
    """The replaced signing secret while its overlap lasts, then None."""
    return None if replaced is None or now_ms >= replaced.until_ms else replaced


def keeps_credential(endpoint: Endpoint, url: str, authentication: Authentication) -> bool:
    """Whether the credential stays good for a changed endpoint: the same kind, and nobody else gets to see it."""
    before = endpoint.authentication
    if type(before) is not type(authentication) or origin(endpoint.url) != origin(url):
        return False
    if isinstance(before, ClientCredentials) and isinstance(authentication, ClientCredentials):
        return origin(before.token_url) == origin(authentication.token_url)
    return True


def origin(url: str) -> tuple[str, str, int]:
    """(scheme, host, port) of a checked URL."""
    parts = urlsplit(url)
    return parts.scheme, (parts.hostname or "").rstrip("."), parts.port or (443 if parts.scheme == "https" else 80)


def without_query(url: str) -> str:
    """For where others read it: a receiver's own secret may stand in the query."""
    return url.partition("?")[0]


def check_url(url: str, pointer: str = "/url") -> None:
    """Raises Problem "invalid" for what cannot be posted to. Where it leads is seen at each connection."""
    if len(url) > _LONGEST_URL or not url.isprintable() or " " in url:
        raise invalid(pointer, f"A URL has at most {_LONGEST_URL} characters and no space or control character.")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise invalid(pointer, f"This is no URL: {error}.") from error
    if parts.scheme not in ("http", "https") or not host or port == 0:
        raise invalid(pointer, "The URL begins with https:// (or http://) and a host name.")
    if parts.username is not None or parts.password is not None:
        raise invalid(pointer, "A user name or password does not belong into the URL; authenticate with Basic instead.")
    if parts.fragment:
        raise invalid(pointer, "The URL has no #fragment, for it is never sent.")


def check_authentication(authentication: Authentication) -> None:
    """Raises Problem "invalid" with a pointer below `/authentication`."""
    match authentication:
        case Basic(user=user):
            _check_text("/authentication/user", user, "A user name")
            if ":" in user:
                raise invalid("/authentication/user", "A user name of Basic authentication has no colon.")
        case ApiToken(header=header):
            _check_header("/authentication/header", header)
        case ClientCredentials(token_url=token_url, client_id=client_id, scope=scope):
            check_url(token_url, "/authentication/tokenUrl")
            _check_text("/authentication/clientId", client_id, "A client id")
            if scope:
                _check_text("/authentication/scope", scope, "A scope")
        case NoAuthentication() | Bearer():
            pass


def check_credential(authentication: Authentication, credential: str) -> None:
    """Raises Problem "invalid" at `/credential`; the text of the problem does not repeat it."""
    if not credential or len(credential) > _LONGEST_CREDENTIAL or not credential.isprintable():
        raise invalid("/credential", f"It has 1 to {_LONGEST_CREDENTIAL} characters, on one line.")
    if isinstance(authentication, ApiToken | Bearer) and not all("!" <= sign <= "~" or sign == " " for sign in credential):
        raise invalid("/credential", "A token is sent in a header: it has letters, digits and signs of ASCII only.")
    if isinstance(authentication, ApiToken | Bearer) and credential != credential.strip():
        raise invalid("/credential", "There is a space before or after the token.")


def check_requests_per_second(limit: int | None) -> None:
    """Raises Problem "invalid" outside of 1 to 1,000."""
    if limit is not None and not 1 <= limit <= MOST_REQUESTS_PER_SECOND:
        raise invalid("/requestsPerSecond", f"From 1 to {MOST_REQUESTS_PER_SECOND:,} requests a second, or no limit.")


def _check_text(pointer: str, text: str, what: str) -> None:
    if not text or len(text) > _LONGEST_TEXT or not text.isprintable():
        raise invalid(pointer, f"{what} has 1 to {_LONGEST_TEXT} characters, on one line.")


def _check_header(pointer: str, name: str) -> None:
    lower = name.lower()
    if not _HEADER_NAME.fullmatch(name):
        raise invalid(pointer, "The name of a header has letters, digits and hyphens, such as X-Api-Key.")
    if lower in _OWN_HEADERS or lower.startswith(_OWN_HEADER_BEGINNINGS):
        raise invalid(pointer, f"{name} is set by Hearth itself or on the way; take another, such as X-Api-Key.")
