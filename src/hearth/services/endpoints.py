"""A customer's endpoint as its people set it up: where to, how authenticated, how fast, signed with what, and how it goes.

What is delivered there is `services.deliveries`', trying it `services.endpoint_tests`'. Invariants: a credential and a
signing secret are stored sealed and go out to nobody but the endpoint and, once, whoever made the signing secret; a
credential that another origin or kind of authentication could get to see is dropped, not carried over.
"""

from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from hearth.core.clock import Clock, Identities
from hearth.core.problems import Problem, invalid
from hearth.delivery.signing import signing_secret
from hearth.domain.audit import COMMAND_LINE, Action, Actor
from hearth.domain.channels import WEBHOOK
from hearth.domain.endpoints import (
    DEFAULT_OVERLAP_MS,
    LONGEST_OVERLAP_MS,
    Authentication,
    ClientCredentials,
    Endpoint,
    NoAuthentication,
    ReplacedSecret,
    Sealed,
    check_authentication,
    check_credential,
    check_requests_per_second,
    check_url,
    keeps_credential,
    still_good,
    without_query,
)
from hearth.ports import EndpointRecord, RecordedAttempt, Sealer, Session, Store
from hearth.services.auditing import note
from hearth.services.saved_state import refuse_changed


class Saved(NamedTuple):
    """A saved endpoint. `signing_secret` where it is the customer's first: shown now and never again."""

    endpoint: Endpoint
    signing_secret: str | None


class Endpoints:
    """The use cases."""

    def __init__(self, store: Store, sealer: Sealer, clock: Clock, identities: Identities) -> None:
        self._store = store
        self._sealer = sealer
        self._clock = clock
        self._identities = identities

    def find(self, customer_id: str) -> Endpoint | None:
        """The customer's endpoint, or None where notifications are only fetched."""
        with self._store.read() as session:
            return session.endpoints.find(customer_id)

    def record_of(self, customer_id: str, channel_id: str = WEBHOOK) -> EndpointRecord:
        """How deliveries went, to the endpoint or over another channel."""
        with self._store.read() as session:
            return session.attempts.record_of(customer_id, channel_id)

    def list_attempts(
        self, customer_id: str, failed_only: bool, before: int | None, limit: int
    ) -> tuple[list[RecordedAttempt], int | None]:
        """(attempts, newest first; the number that asks for the next page)."""
        with self._store.read() as session:
            found = session.attempts.list_page(customer_id, failed_only, before, limit + 1)
        page = found[:limit]
        return page, page[-1].number if len(found) > limit else None

    def save(
        self,
        customer_id: str,
        url: str,
        authentication: Authentication = NoAuthentication(),
        credential: str | None = None,
        requests_per_second: int | None = None,
        by: Actor = COMMAND_LINE,
        version: str | None = None,
    ) -> Saved:
        """Makes this the customer's endpoint. The first one gets a signing secret, which a later one keeps.

        `credential` None leaves the present one, if it is good for what is saved (`keeps_credential`). Another URL is
        enabled, however the one before ended; one that a person has switched off stays off. `version`: the one that was read
        (`version_of`); None = whichever it is. Raises Problem "not_found" for an unknown customer, "precondition_failed" where it
        has been changed since, "invalid" with pointers `/url`, `/authentication/…`, `/credential`, `/requestsPerSecond`. Whether
        the address may be connected to is seen at each attempt, for a name may change its address.
        """
        check_url(url)
        check_authentication(authentication)
        check_requests_per_second(requests_per_second)
        if credential is not None and not isinstance(authentication, NoAuthentication):
            check_credential(authentication, credential)
        now_ms = self._clock.now_ms()
        with self._store.write() as session:
            # Locked, for where there is no endpoint yet two first ones would each show a secret.
            if session.customers.find_for_change(customer_id) is None:
                raise Problem("not_found", f"There is no customer {customer_id}.")
            before = session.endpoints.find_for_change(customer_id)
            refuse_changed(before, version)
            secret = None
            if before is None:
                secret = signing_secret(self._identities.new_secret())
                before = Endpoint(
                    customer_id=customer_id,
                    url="",
                    signing_secret_sealed=self._sealer.seal(secret),
                    signing_secret_set_at_ms=now_ms,
                )
            after = replace(
                before,
                url=url,
                authentication=authentication,
                credential=self._credential(before, url, authentication, credential, now_ms),
                requests_per_second=requests_per_second,
                disabled_reason=before.disabled_reason if url == before.url else None,
            )
            if after != before:
                _store(session, after, now_ms)
                was, is_now = _shown(before), _shown(after)
                if after.credential != before.credential:
                    is_now["credential"] = None if after.credential is None else "named anew"
                names = [name for name in {**was, **is_now} if was.get(name) != is_now.get(name)]
                if not names:  # only what stands behind the ? of an address, which is not shown
                    names, is_now["url"] = ["url"], f"{is_now['url']}, another query"
                note(
                    session,
                    customer_id,
                    now_ms,
                    by,
                    "endpoint.changed",
                    "endpoint",
                    before={name: was[name] for name in names if name in was} or None,
                    after={name: is_now.get(name) for name in names},
                )
        return Saved(after, secret)

    def _credential(
        self, before: Endpoint, url: str, authentication: Authentication, named: str | None, now_ms: int
    ) -> Sealed | None:
        if isinstance(authentication, NoAuthentication):
            return None
        if named is not None:
            return Sealed(sealed=self._sealer.seal(named), set_at_ms=now_ms)
        if before.credential is None:
            raise invalid("/credential", "This kind of authentication needs its password, token or client secret.")
        if not keeps_credential(before, url, authentication):
            raise invalid(
                "/credential",
                "The stored password, token or secret was given for another host or kind of authentication; name it again.",
            )
        return before.credential

    def rotate_signing_secret(
        self, customer_id: str, overlap_ms: int = DEFAULT_OVERLAP_MS, by: Actor = COMMAND_LINE
    ) -> tuple[str, Endpoint]:
        """(a new signing secret, shown now and never again; the endpoint). The one before signs as well for `overlap_ms`.

        One that was replaced still earlier is dropped at once. Raises Problem "not_found" where there is no endpoint,
        "invalid" for an overlap of more than seven days.
        """
        if not 0 <= overlap_ms <= LONGEST_OVERLAP_MS:
            raise invalid("/overlapHours", "The old secret may stay good for 0 to 168 hours.")
        secret = signing_secret(self._identities.new_secret())
        now_ms = self._clock.now_ms()
        with self._store.write() as session:
            before = _get(session, customer_id)
            until_ms = now_ms + overlap_ms
            after = replace(
                before,
                signing_secret_sealed=self._sealer.seal(secret),
                signing_secret_set_at_ms=now_ms,
                replaced_secret=ReplacedSecret(sealed=before.signing_secret_sealed, until_ms=until_ms) if overlap_ms else None,
            )
            _store(session, after, now_ms)
            shown = {"old_secret_good_until_ms": until_ms}
            note(session, customer_id, now_ms, by, "endpoint.secretRotated", "endpoint", after=shown)
        return secret, after

    def set_enabled(self, customer_id: str, is_enabled: bool, by: Actor = COMMAND_LINE) -> Endpoint:
        """Switches it on or off. While it is off, no deliveries are made for it, and open ones fail.

        On also ends what Hearth has disabled it for; what failed meanwhile stays failed. Raises Problem "not_found" where the
        customer has none.
        """
        now_ms = self._clock.now_ms()
        with self._store.write() as session:
            before = _get(session, customer_id)
            after = replace(before, is_enabled=is_enabled, disabled_reason=None if is_enabled else before.disabled_reason)
            if after != before:
                _store(session, after, now_ms)
                ended = is_enabled and before.disabled_reason is not None
                shown = {"disabled_reason": before.disabled_reason} if ended else None
                action: Action = "endpoint.enabled" if is_enabled else "endpoint.disabled"
                note(session, customer_id, now_ms, by, action, "endpoint", before=shown)
        return after


def _get(session: Session, customer_id: str) -> Endpoint:
    endpoint = session.endpoints.find_for_change(customer_id)
    if endpoint is None:
        raise Problem("not_found", f"The customer {customer_id} has no endpoint.")
    return endpoint


def _store(session: Session, endpoint: Endpoint, now_ms: int) -> None:
    """Without a replaced secret whose time is over: it signs no more, so it is not kept either."""
    session.endpoints.replace(replace(endpoint, replaced_secret=still_good(endpoint.replaced_secret, now_ms)))


def _shown(endpoint: Endpoint) -> dict[str, Any]:
    """For the audit log: nothing that is secret, or might be."""
    if not endpoint.url:
        return {}
    how = endpoint.authentication
    if isinstance(how, ClientCredentials):
        how = replace(how, token_url=without_query(how.token_url))
    shown: dict[str, Any] = {"url": without_query(endpoint.url)}
    if not isinstance(how, NoAuthentication):
        shown |= {"authentication": msgspec.to_builtins(how), "credential": "set"}
    if endpoint.requests_per_second is not None:
        shown["requests_per_second"] = endpoint.requests_per_second
    return shown
