"""Customer (the tenant), its API clients, its members and their mailed links.

Secrets appear here only hashed or encrypted; who hashes and encrypts is the connectors' business.
A customer owns everything below it: every other noun carries a `customer_id`.
"""

from typing import Literal

import msgspec

from hearth.domain.limits import HouseholdLimits
from hearth.domain.permissions import Role

WRITE_EVENTS = "write:events"
SCOPES = (
    "read:buildings",
    "write:buildings",
    "read:events",
    WRITE_EVENTS,
    "read:pushnotifications",
    "write:pushnotifications",
    "read:rules",
    "write:rules",
    "read:statistics",
)

DEFAULT_LANGUAGES = ("en", "de", "fr")

Plan = Literal["BASIC", "PREMIUM"]
PLANS: tuple[Plan, ...] = ("BASIC", "PREMIUM")


class Customer(msgspec.Struct, frozen=True, kw_only=True):
    """An organisation whose households Hearth advises.

    `languages`: those in which texts are needed. `limits`: of its households, unless one has its own; none at first.
    `plan`: BASIC has no forecasts learned from a home's past. `most_…`: of its calls of the API; None = the installation's.
    `confirmed_at_ms`: when its people first saved name and languages as theirs.
    """

    id: str
    name: str
    created_at_ms: int
    languages: tuple[str, ...] = DEFAULT_LANGUAGES
    time_zone_id: str = "Europe/Zurich"
    limits: HouseholdLimits = HouseholdLimits()
    plan: Plan = "PREMIUM"
    most_requests_per_minute: int | None = None
    most_event_requests_per_minute: int | None = None
    confirmed_at_ms: int | None = None


class ClientSecret(msgspec.Struct, frozen=True, kw_only=True):
    """A hashed secret of a client; while rotating, the old one is good until `expires_at_ms`."""

    secret_hash: str
    created_at_ms: int
    expires_at_ms: int | None = None


class Client(msgspec.Struct, frozen=True, kw_only=True):
    """Credentials with which a customer's cloud asks for access tokens. `secrets`: oldest first; the last never expires.

    `first_token_at_ms`: when it first got one; None also for a client of before this was noted, until its next token.
    """

    client_id: str
    customer_id: str
    created_at_ms: int
    secrets: tuple[ClientSecret, ...]
    scopes: tuple[str, ...] = SCOPES
    revoked_at_ms: int | None = None
    first_token_at_ms: int | None = None


Language = Literal["en", "de", "fr"]


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A person of the customer who signs in to the console. `email` is stored in lower case.

    `totp_sealed` is the encrypted secret of the second factor; `totp_step` the last time step whose code was used.
    `hides_onboarding`: does not want to be reminded of it on the overview.
    """

    id: str
    customer_id: str
    email: str
    name: str
    password_hash: str
    created_at_ms: int
    language: Language = "en"
    role: Role = "Admin"
    totp_sealed: str | None = None
    totp_step: int = 0
    hides_onboarding: bool = False


class MemberSession(msgspec.Struct, frozen=True, kw_only=True):
    """A signed-in browser. Only the hash of the cookie's token is kept. `browser` is what it says of itself."""

    token_hash: str
    csrf_token: str
    member_id: str
    customer_id: str
    created_at_ms: int
    expires_at_ms: int
    browser: str = ""


class MailedLink(msgspec.Struct, frozen=True, kw_only=True):
    """A link that was mailed to a person and works once: to join as a member, or to set a new password.

    Only the hash of its token is kept. A newer link of the same purpose to the same address replaces it.
    """

    id: str
    token_hash: str
    customer_id: str
    purpose: Literal["invitation", "passwordReset"]
    email: str
    created_at_ms: int
    expires_at_ms: int
    role: Role = "Viewer"
    language: Language = "en"


class SigningKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key that signs access tokens. `published_until_ms` is None for the one in use."""

    kid: str
    private_key_sealed: str
    public_jwk: dict[str, str]
    created_at_ms: int
    published_until_ms: int | None = None
