"""A customer's channels beside its webhook, as its people set them up: by mail, by push, by MQTT.

What goes out over them is `services.deliveries`', trying one `services.channel_tests`'. Invariants: a credential is stored
sealed and goes out to nobody but the server it is for; one that another server or user could get to see is dropped, not carried
over.
"""

from typing import Any

import msgspec
from msgspec.structs import replace

from hearth.core.clock import Clock, Identities
from hearth.core.problems import Problem, invalid
from hearth.domain.audit import COMMAND_LINE, Action, Actor
from hearth.domain.channels import (
    Channel,
    Email,
    Fcm,
    Way,
    check_channel,
    keeps_credential,
    kind_of,
    needs_credential,
)
from hearth.domain.endpoints import Sealed
from hearth.ports import EndpointRecord, Sealer, Session, Store
from hearth.services.auditing import note
from hearth.services.credentials import clean_email
from hearth.services.saved_state import refuse_changed
from hearth.services.senders import clean_sender
from hearth.services.service_accounts import read_service_account

MOST_CHANNELS = 20
_LONGEST_PASSWORD = 4_000


class Channels:
    """The use cases. Each raises Problem "not_found" for a channel the customer does not have."""

    def __init__(self, store: Store, sealer: Sealer, clock: Clock, identities: Identities) -> None:
        self._store = store
        self._sealer = sealer
        self._clock = clock
        self._identities = identities

    def list_all(self, customer_id: str) -> list[tuple[Channel, EndpointRecord]]:
        """(channel, how deliveries over it went), oldest first."""
        with self._store.read() as session:
            return [(each, session.attempts.record_of(customer_id, each.id)) for each in session.channels.list_of(customer_id)]

    def get(self, customer_id: str, channel_id: str) -> Channel:
        """The customer's channel of that id."""
        with self._store.read() as session:
            return _found(session.channels.find(customer_id, channel_id))

    def add(
        self,
        customer_id: str,
        name: str,
        way: Way,
        credential: str | None = None,
        requests_per_second: int | None = None,
        by: Actor = COMMAND_LINE,
    ) -> Channel:
        """A new channel, switched on.

        Raises Problem "not_found" for an unknown customer, "conflict" where there are `MOST_CHANNELS`, "invalid" with pointers
        `/name`, `/way/…`, `/credential`, `/requestsPerSecond`. Whether a server may be connected to is seen at each attempt.
        """
        way = _checked(name, way, requests_per_second)
        now_ms = self._clock.now_ms()
        with self._store.write() as session:
            if session.customers.find_for_change(customer_id) is None:
                raise Problem("not_found", f"There is no customer {customer_id}.")
            if len(session.channels.list_of(customer_id)) >= MOST_CHANNELS:
                raise Problem("conflict", f"There are {MOST_CHANNELS} channels already; remove one that is not used.")
            way, sealed = self._credential(None, way, credential, now_ms)
            channel = Channel(
                id=self._identities.new_id(),
                customer_id=customer_id,
                name=name.strip(),
                created_at_ms=now_ms,
                way=way,
                credential=sealed,
                requests_per_second=requests_per_second,
            )
            session.channels.add(channel)
            _note(session, channel, now_ms, by, "channel.added", None, _shown(channel))
        return channel

    def change(
        self,
        customer_id: str,
        channel_id: str,
        name: str,
        way: Way,
        credential: str | None = None,
        requests_per_second: int | None = None,
        by: Actor = COMMAND_LINE,
        version: str | None = None,
    ) -> Channel:
        """Replaces what can be set.

        `credential` None leaves the present one, if it is good for what is saved. `version`: the one that was read; None =
        whichever it is. Raises Problem as `add` does, "invalid" at `/way/kind` for another kind, "precondition_failed" where it
        has been changed since.
        """
        way = _checked(name, way, requests_per_second)
        now_ms = self._clock.now_ms()
        with self._store.write() as session:
            before = _found(session.channels.find_for_change(customer_id, channel_id))
            refuse_changed(before, version)
            if kind_of(way) != before.kind:
                raise invalid("/way/kind", "A channel keeps its kind; add another one.")
            way, sealed = self._credential(before, way, credential, now_ms)
            after = replace(
                before,
                name=name.strip(),
                way=way,
                credential=sealed,
                requests_per_second=requests_per_second,
            )
            if after != before:
                session.channels.replace(after)
                was, is_now = _shown(before), _shown(after)
                if after.credential != before.credential:
                    is_now["credential"] = None if after.credential is None else "named anew"
                names = [name for name in {**was, **is_now} if was.get(name) != is_now.get(name)]
                changes = {name: was.get(name) for name in names}, {name: is_now.get(name) for name in names}
                _note(session, after, now_ms, by, "channel.changed", *changes)
        return after

    def set_enabled(self, customer_id: str, channel_id: str, is_enabled: bool, by: Actor = COMMAND_LINE) -> Channel:
        """Switches it on or off. While it is off, no deliveries are made for it, and open ones fail."""
        now_ms = self._clock.now_ms()
        with self._store.write() as session:
            before = _found(session.channels.find_for_change(customer_id, channel_id))
            after = replace(before, is_enabled=is_enabled)
            if after != before:
                session.channels.replace(after)
                _note(session, after, now_ms, by, "channel.enabled" if is_enabled else "channel.disabled", None, None)
        return after

    def remove(self, customer_id: str, channel_id: str, by: Actor = COMMAND_LINE) -> None:
        """Forgets the channel and its credential; what is open for it fails. Its attempts stay listed."""
        now_ms = self._clock.now_ms()
        with self._store.write() as session:
            channel = _found(session.channels.find_for_change(customer_id, channel_id))
            session.channels.delete(customer_id, channel_id)
            _note(session, channel, now_ms, by, "channel.removed", _shown(channel), None)

    def _credential(self, before: Channel | None, way: Way, named: str | None, now_ms: int) -> tuple[Way, Sealed | None]:
        """What is stored of the secret; and the way, into which a service account brings its project."""
        if not needs_credential(way):
            return way, None
        if named is not None:
            if isinstance(way, Fcm):
                account = read_service_account(named)
                way = replace(way, project_id=account.project_id, client_email=account.client_email)
            elif not named or len(named) > _LONGEST_PASSWORD or not named.isprintable():
                raise invalid("/credential", f"A password has 1 to {_LONGEST_PASSWORD} characters, on one line.")
            return way, Sealed(sealed=self._sealer.seal(named), set_at_ms=now_ms)
        if before is None or before.credential is None:
            raise invalid("/credential", "It needs its password or key file.")
        if not keeps_credential(before.way, way):
            raise invalid("/credential", "The stored password was given for another server or user; name it again.")
        if isinstance(way, Fcm) and isinstance(before.way, Fcm):
            way = replace(way, project_id=before.way.project_id, client_email=before.way.client_email)
        return way, before.credential


def _checked(name: str, way: Way, requests_per_second: int | None) -> Way:
    check_channel(name, way, requests_per_second)
    if not isinstance(way, Email):
        return way
    recipients = []
    for index, address in enumerate(way.recipients):
        try:
            recipients.append(clean_email(address))
        except Problem as problem:
            raise invalid(f"/way/recipients/{index}", problem.detail) from problem
    return replace(way, recipients=tuple(dict.fromkeys(recipients)), sender=clean_sender("/way/sender", way.sender))


def _found(channel: Channel | None) -> Channel:
    if channel is None:
        raise Problem("not_found", "There is no channel of this id.")
    return channel


def _note(
    session: Session,
    channel: Channel,
    now_ms: int,
    by: Actor,
    action: Action,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
) -> None:
    note(session, channel.customer_id, now_ms, by, action, f"channel {channel.name}", before=before, after=after)


def _shown(channel: Channel) -> dict[str, Any]:
    """For the audit log: nothing that is secret. The customer's own addresses are among it, those of end users never."""
    shown: dict[str, Any] = {"name": channel.name, **msgspec.to_builtins(channel.way)}
    if channel.credential is not None:
        shown["credential"] = "set"
    if channel.requests_per_second is not None:
        shown["requests_per_second"] = channel.requests_per_second
    return shown
