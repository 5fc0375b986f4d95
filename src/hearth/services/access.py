"""Access of machines: API clients, their secrets, and the tokens they get for them.

Decides who may have a token and what a presented token allows. Secrets are stored hashed and shown once;
every refusal of a client's credentials is the same answer after the same time. A verified token is
remembered for at most a minute, so a revoked client's tokens die within one (at once in the process
that revoked it).
"""

from collections.abc import Mapping
from threading import Lock
from typing import Any

import msgspec
from joserfc.errors import JoseError

from hearth.core.clock import Clock, Identities
from hearth.core.identifiers import fits
from hearth.core.instants import MINUTE_MS, SECOND_MS
from hearth.core.problems import Problem, invalid
from hearth.domain.audit import COMMAND_LINE, Actor
from hearth.domain.customers import SCOPES, Client, ClientSecret, Member
from hearth.domain.permissions import PERMISSIONS_OF
from hearth.ports import Sealer, SecretHasher, Store
from hearth.services.auditing import actor_of, note
from hearth.services.failures import FailureCounter
from hearth.services.signing_keys import TOKEN_LIFETIME_SECONDS, SigningKeys

TOKEN_PATH = "/auth/token/v1"  # noqa: S105 - a path
JWKS_PATH = "/.well-known/jwks.json"

# Tokens made on the machine itself, for the command line, name this client; ids of real ones have 24 characters.
LOCAL_CLIENT_ID = "local"
# That of tokens for members; no client has it, for ids of clients are 24 hex characters.
MEMBER_CLIENT_ID = "console"
MEMBER_TOKEN_SECONDS = 600

_RECHECK_AFTER_MS = MINUTE_MS
_MOST_REMEMBERED = 20_000
_SECRETS_AT_ONCE = 2
_FAILURE_WINDOW_MS = 5 * MINUTE_MS
_FAILURES_PER_CLIENT = 10
_FAILURES_PER_ADDRESS = 50
_OVERLAP_SECONDS = 86_400


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """An access token and what it allows."""

    access_token: str
    expires_in_seconds: int
    scopes: tuple[str, ...]


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """What a verified token allows: whose data, until when, for what, how often.

    The last two: the customer's own limits of a minute; None = those of the installation.
    """

    customer_id: str
    client_id: str
    scopes: frozenset[str]
    expires_at_ms: int
    actor: Actor
    most_requests: int | None = None
    most_event_requests: int | None = None


class _Remembered(msgspec.Struct, frozen=True):
    grant: Grant
    good_until_ms: int


class Access:
    """Issues and verifies access tokens; makes, rotates and revokes the clients that ask for them."""

    def __init__(
        self,
        store: Store,
        hasher: SecretHasher,
        sealer: Sealer,
        clock: Clock,
        identities: Identities,
        issuer: str,
        audience: str,
    ) -> None:
        self._store = store
        self._hasher = hasher
        self._clock = clock
        self._identities = identities
        self._issuer = issuer
        self._audience = audience
        self._keys = SigningKeys(store, sealer, clock, identities)
        self._client_failures = FailureCounter(_FAILURES_PER_CLIENT, _FAILURE_WINDOW_MS)
        self._address_failures = FailureCounter(_FAILURES_PER_ADDRESS, _FAILURE_WINDOW_MS)
        self._remembered: dict[str, _Remembered] = {}
        self._lock = Lock()

    # Tokens

    def issue_token(self, client_id: str, client_secret: str, scopes: tuple[str, ...] | None, address: str) -> Token:
        """A token for the client, with its scopes or the fewer ones asked for. `address`: where the call came from.

        Raises Problem "unauthorized" for any wrong pair, "too_many_requests" after repeated failures from
        the address or for the client, "invalid" for a scope the client does not have.
        """
        now_ms = self._clock.now_ms()
        self._refuse_guessing(client_id, address, now_ms)
        client = self._find_authenticated(client_id, client_secret, now_ms)
        if client is None:
            self._client_failures.record(client_id[:100], now_ms)
            self._address_failures.record(address, now_ms)
            raise Problem("unauthorized", "The client id or the client secret is invalid.")
        refused = [scope for scope in scopes or () if scope not in client.scopes]
        if refused:
            raise invalid("/scope", f"The client does not have the scope {' '.join(refused)}.")
        if client.first_token_at_ms is None:
            self._note_first_token(client_id, now_ms)
        return self._issue(client.customer_id, client.client_id, client.scopes if scopes is None else scopes, now_ms)

    def issue_local_token(self, customer_id: str) -> Token:
        """A token with every scope for whoever holds the installation's key: the command line on the same machine."""
        with self._store.read() as session:
            if session.customers.find(customer_id) is None:
                raise Problem("not_found", f"There is no customer {customer_id}.")
        return self._issue(customer_id, LOCAL_CLIENT_ID, SCOPES, self._clock.now_ms())

    def issue_member_token(self, member: Member) -> Token:
        """A token of few minutes for a member who is signed in to the console, so that its pages may use the API.

        It has the scopes that the member's role has.
        """
        scopes = tuple(scope for scope in SCOPES if scope in PERMISSIONS_OF[member.role])
        now_ms = self._clock.now_ms()
        return self._issue(member.customer_id, MEMBER_CLIENT_ID, scopes, now_ms, MEMBER_TOKEN_SECONDS, actor_of(member))

    def find_verified(self, token: str) -> Grant | None:
        """The grant of a token that was verified within the last minute; else None, and `verify` must say. No I/O."""
        remembered = self._remembered.get(token)
        if remembered is None or self._clock.now_ms() >= remembered.good_until_ms:
            return None
        return remembered.grant

    def verify(self, token: str) -> Grant:
        """Token -> grant. Raises Problem "unauthorized" when it is broken, forged, expired, not for us, or revoked."""
        grant = self.find_verified(token)
        if grant is not None:
            return grant
        now_ms = self._clock.now_ms()
        grant = self._grant_of(token)
        if now_ms >= grant.expires_at_ms:
            raise Problem("unauthorized", "The access token has expired; ask for a new one.")
        if grant.client_id == MEMBER_CLIENT_ID:
            grant = self._of_present_role(grant)
        elif grant.client_id != LOCAL_CLIENT_ID:
            with self._store.read() as session:
                client = session.clients.find_for_token(grant.client_id)
            if client is None or client.revoked_at_ms is not None or client.customer_id != grant.customer_id:
                raise Problem("unauthorized", "The client of this access token has been revoked.")
        grant = self._with_own_limits(grant)
        self._remember(token, _Remembered(grant, min(grant.expires_at_ms, now_ms + _RECHECK_AFTER_MS)))
        return grant

    def jwks(self) -> dict[str, list[dict[str, str]]]:
        """The public keys with which anyone can verify our tokens (RFC 7517)."""
        return {"keys": self._keys.list_published()}

    def metadata(self) -> dict[str, str | list[str]]:
        """What an OAuth library needs to know of this server (RFC 8414)."""
        base = self._issuer.rstrip("/")
        return {
            "issuer": self._issuer,
            "token_endpoint": base + TOKEN_PATH,
            "jwks_uri": base + JWKS_PATH,
            "service_documentation": base + "/docs",
            "response_types_supported": [],
            "grant_types_supported": ["client_credentials"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "scopes_supported": list(SCOPES),
        }

    def rotate_signing_key(self) -> str:
        """A new key signs from now on; the old stays published until its last token has expired. -> its `kid`"""
        return self._keys.rotate()

    # Clients

    def list_clients(self, customer_id: str) -> list[Client]:
        """The customer's clients, the revoked ones behind the others, newest first; each with the secrets good at present."""
        now_ms = self._clock.now_ms()
        with self._store.read() as session:
            found = [_with_good_secrets(client, now_ms) for client in session.clients.list_of(customer_id)]
        return sorted(found, key=lambda client: (client.revoked_at_ms is not None, -client.created_at_ms))

    def create_client(self, customer_id: str, by: Actor = COMMAND_LINE, scopes: tuple[str, ...] = SCOPES) -> tuple[str, str]:
        """A new client of the customer -> (client id, secret). The secret is not kept and never shown again.

        Raises Problem "invalid" without a scope, or for one that there is not.
        """
        unknown = [scope for scope in scopes if scope not in SCOPES]
        if unknown or not scopes:
            wrong = f"There is no scope {unknown[0]}." if unknown else "A client without a scope can do nothing."
            raise invalid("/scopes", f"{wrong} Choose among {', '.join(SCOPES)}.")
        now_ms = self._clock.now_ms()
        client_id, secret = self._identities.new_id(), self._identities.new_secret()
        first = ClientSecret(secret_hash=self._hasher.hash(secret), created_at_ms=now_ms)
        with self._store.write() as session:
            if session.customers.find(customer_id) is None:
                raise Problem("not_found", f"There is no customer {customer_id}.")
            client = Client(
                client_id=client_id,
                customer_id=customer_id,
                created_at_ms=now_ms,
                secrets=(first,),
                scopes=tuple(scope for scope in SCOPES if scope in scopes),
            )
            session.clients.add(client)
            note(session, customer_id, now_ms, by, "client.created", client_id, after={"scopes": list(client.scopes)})
        return client_id, secret

    def rotate_secret(
        self, customer_id: str, client_id: str, overlap_seconds: int = _OVERLAP_SECONDS, by: Actor = COMMAND_LINE
    ) -> str:
        """A new secret; the newest one so far stays good for `overlap_seconds`, older ones end now. -> the new secret

        Raises Problem "conflict" for a client that is revoked.
        """
        now_ms = self._clock.now_ms()
        secret = self._identities.new_secret()
        new = ClientSecret(secret_hash=self._hasher.hash(secret), created_at_ms=now_ms)
        ends_at_ms = now_ms + overlap_seconds * SECOND_MS
        with self._store.write() as session:
            client = _client_of(session.clients.find_for_token(client_id), customer_id)
            if client.revoked_at_ms is not None:
                raise Problem("conflict", "The client is revoked and gets no secret any more; create another one.")
            old = msgspec.structs.replace(client.secrets[-1], expires_at_ms=ends_at_ms)
            session.clients.replace(msgspec.structs.replace(client, secrets=(old, new)))
            shown = {"overlap_seconds": overlap_seconds}
            note(session, customer_id, now_ms, by, "client.secretRotated", client_id, after=shown)
        return secret

    def revoke_client(self, customer_id: str, client_id: str, by: Actor = COMMAND_LINE) -> None:
        """The client gets no token any more, and those it has are refused: here at once, elsewhere within a minute."""
        now_ms = self._clock.now_ms()
        with self._store.write() as session:
            client = _client_of(session.clients.find_for_token(client_id), customer_id)
            if client.revoked_at_ms is not None:
                return
            session.clients.replace(msgspec.structs.replace(client, revoked_at_ms=now_ms))
            note(session, customer_id, now_ms, by, "client.revoked", client_id)
        with self._lock:
            self._remembered = {token: kept for token, kept in self._remembered.items() if kept.grant.client_id != client_id}

    def _note_first_token(self, client_id: str, now_ms: int) -> None:
        """Once in a client's life, so that asking for tokens stays a read."""
        with self._store.write() as session:
            client = session.clients.find_for_token(client_id)
            if client is not None and client.first_token_at_ms is None:
                session.clients.replace(msgspec.structs.replace(client, first_token_at_ms=now_ms))

    def _refuse_guessing(self, client_id: str, address: str, now_ms: int) -> None:
        wait_ms = max(self._client_failures.wait_ms(client_id[:100], now_ms), self._address_failures.wait_ms(address, now_ms))
        if wait_ms > 0:
            raise Problem(
                "too_many_requests",
                "Too many attempts with invalid credentials; wait before the next one.",
                retry_after_seconds=-(-wait_ms // SECOND_MS),
            )

    def _find_authenticated(self, client_id: str, client_secret: str, now_ms: int) -> Client | None:
        """The client whose secret this is. Always compares as many hashes, so that the time tells nothing."""
        client = None
        is_well_formed = fits("clientId", client_id) and fits("clientSecret", client_secret)
        if is_well_formed:
            with self._store.read() as session:
                client = session.clients.find_for_token(client_id)
        hashes: list[str | None] = [None] * _SECRETS_AT_ONCE
        if client is not None and client.revoked_at_ms is None:
            good = [kept.secret_hash for kept in _with_good_secrets(client, now_ms).secrets]
            hashes = [*good, *hashes][:_SECRETS_AT_ONCE]
        secret = client_secret if is_well_formed else "-"
        matches = [self._hasher.matches(secret_hash, secret) for secret_hash in hashes]
        return client if any(matches) else None

    def _issue(
        self,
        customer_id: str,
        client_id: str,
        scopes: tuple[str, ...],
        now_ms: int,
        lifetime_seconds: int = TOKEN_LIFETIME_SECONDS,
        actor: Actor | None = None,
    ) -> Token:
        issued_at = now_ms // SECOND_MS
        claims = {
            "customerId": customer_id,
            "iss": self._issuer,
            "sub": f"{client_id}@clients",
            "aud": self._audience,
            "iat": issued_at,
            "exp": issued_at + lifetime_seconds,
            "scope": " ".join(scopes),
            "gty": "client-credentials",
            "azp": client_id,
            "permissions": list(scopes),
        }
        if actor is not None:
            claims |= {"sub": f"{actor.id}@members", "actor": actor.name}
        return Token(access_token=self._keys.sign(claims), expires_in_seconds=lifetime_seconds, scopes=tuple(scopes))

    def _with_own_limits(self, grant: Grant) -> Grant:
        with self._store.read() as session:
            customer = session.customers.find(grant.customer_id)
        if customer is None:
            return grant
        most, most_events = customer.most_requests_per_minute, customer.most_event_requests_per_minute
        return msgspec.structs.replace(grant, most_requests=most, most_event_requests=most_events)

    def _of_present_role(self, grant: Grant) -> Grant:
        """A member's grant with no more than the role it has now allows. Raises Problem "unauthorized" for who has left."""
        with self._store.read() as session:
            member = session.members.find(grant.customer_id, grant.actor.id)
        if member is None:
            raise Problem("unauthorized", "Whoever this access token was given to is no member any more.")
        return msgspec.structs.replace(grant, scopes=grant.scopes & PERMISSIONS_OF[member.role])

    def _grant_of(self, token: str) -> Grant:
        try:
            claims = self._keys.verify(token)
        except (JoseError, ValueError) as error:
            raise Problem("unauthorized", "The access token is not one of ours, or it is broken.") from error
        if claims.get("iss") != self._issuer or claims.get("aud") != self._audience:
            raise Problem("unauthorized", "The access token was issued for another audience.")
        return Grant(
            customer_id=claims["customerId"],
            client_id=claims["azp"],
            scopes=frozenset(claims["scope"].split()),
            expires_at_ms=claims["exp"] * SECOND_MS,
            actor=_actor(claims),
        )

    def _remember(self, token: str, remembered: _Remembered) -> None:
        with self._lock:
            if len(self._remembered) >= _MOST_REMEMBERED:
                for oldest in list(self._remembered)[: _MOST_REMEMBERED // 10]:
                    del self._remembered[oldest]
            self._remembered[token] = remembered


def _actor(claims: Mapping[str, Any]) -> Actor:
    """Who stands behind a token, for the audit log."""
    if claims["azp"] == MEMBER_CLIENT_ID:
        return Actor(kind="member", id=claims["sub"].partition("@")[0], name=claims["actor"])
    return COMMAND_LINE if claims["azp"] == LOCAL_CLIENT_ID else Actor(kind="client", id=claims["azp"])


def _with_good_secrets(client: Client, now_ms: int) -> Client:
    good = tuple(kept for kept in client.secrets if kept.expires_at_ms is None or kept.expires_at_ms > now_ms)
    return msgspec.structs.replace(client, secrets=good)


def _client_of(client: Client | None, customer_id: str) -> Client:
    if client is None or client.customer_id != customer_id:
        raise Problem("not_found", "The customer has no such client.")
    return client
