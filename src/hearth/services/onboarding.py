"""On-boarding: how far a new customer has come in five steps, from nothing to rules that speak to its homes.

Decides the state of each step from what is stored for other reasons, so that nobody ticks anything off and a step done over
the API or by a command counts as one done on the page. All that is kept for it is who does not want to be reminded. What each
step is done with is its own services'. Invariant: a step that is DONE has a fact that proves it.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

from msgspec.structs import replace

from hearth.core.clock import Clock
from hearth.core.problems import Problem
from hearth.domain.catalogue import PLATFORM
from hearth.domain.channels import WEBHOOK
from hearth.domain.customers import Client, Customer, Member
from hearth.domain.events import PLATFORM_DEVICE
from hearth.domain.permissions import Permission, may
from hearth.domain.rules import Rule
from hearth.ports import RecordedAttempt, Session, Store
from hearth.ports.listing import BuildingQuery
from hearth.services.auditing import actor_of, note

StepName = Literal["organisation", "client", "event", "endpoint", "rule"]
StepState = Literal["TODO", "DOING", "DONE"]

# In their order, and what a member needs to do each.
STEPS: dict[StepName, Permission] = {
    "organisation": "admin:all",
    "client": "admin:users",
    "event": "write:buildings",
    "endpoint": "admin:all",
    "rule": "write:rules",
}

_BUILDINGS_LOOKED_AT = 20
_ATTEMPTS_LOOKED_AT = 100
_END_OF_TIME_MS = 2**62


class Heard(NamedTuple):
    """The newest event that a building sent; one of the future counts as of now."""

    customer_building_id: str
    event_type: str
    at_ms: int


class Ways(NamedTuple):
    """The endpoint and channels over which notifications go, and how that went.

    `test`: the newest over one of them; what a switched-off endpoint did not take is passed over, for it is not to be mended.
    `delivered_at_ms`: when the last real notification was taken.
    """

    host: str | None
    channels: tuple[str, ...]
    test: RecordedAttempt | None
    delivered_at_ms: int | None


class Facts(NamedTuple):
    """What is stored that the steps are decided by. `clients`: those not revoked; `building_id`: the customer's own."""

    customer: Customer
    clients: Sequence[Client]
    building_id: str | None
    heard: Heard | None
    ways: Ways
    rules: Sequence[Rule]

    @property
    def client(self) -> Client | None:
        """The one that proves the step: that which has asked for a token, else the newest."""
        return max(self.clients, key=lambda each: (each.first_token_at_ms or 0, each.created_at_ms), default=None)

    @property
    def active_rules(self) -> list[Rule]:
        """By name."""
        return [rule for rule in self.rules if rule.state == "ACTIVE"]


class Progress(NamedTuple):
    """How far the customer is. `able`: names of the members who may do a step."""

    states: dict[StepName, StepState]
    able: dict[StepName, list[str]]
    facts: Facts

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left to do."""
        return all(state == "DONE" for state in self.states.values())


def states_of(facts: Facts) -> dict[StepName, StepState]:
    """The state of each step.

    Who gets notifications delivered reads the texts, so the languages need no confirming any more. A test that failed after
    one that was taken is not done: the address may have changed since.
    """
    ways, client = facts.ways, facts.client
    is_tested = ways.test is not None and not ways.test.attempt.is_failed
    return {
        "organisation": _state(facts.customer.confirmed_at_ms is not None or ways.delivered_at_ms is not None, False),
        "client": _state(client is not None and client.first_token_at_ms is not None, client is not None),
        "event": _state(facts.heard is not None, facts.building_id is not None),
        "endpoint": _state(ways.delivered_at_ms is not None or is_tested, ways.host is not None or bool(ways.channels)),
        "rule": _state(bool(facts.active_rules), bool(facts.rules)),
    }


def _state(is_done: bool, is_begun: bool) -> StepState:
    return "DONE" if is_done else "DOING" if is_begun else "TODO"


class Onboarding:
    """The use cases."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def progress(self, customer_id: str) -> Progress:
        """How far the customer is, now. Raises Problem "not_found"."""
        with self._store.read() as session:
            facts = self._facts(session, customer_id)
            members = session.members.list_of(customer_id)
        able = {
            name: sorted(member.name for member in members if may(member.role, permission)) for name, permission in STEPS.items()
        }
        return Progress(states_of(facts), able, facts)

    def is_open_for(self, member: Member) -> bool:
        """Whether the overview reminds the member: something is left to do that the role allows a part of."""
        if member.hides_onboarding or not any(may(member.role, permission) for permission in STEPS.values()):
            return False
        return not self.progress(member.customer_id).is_complete

    def hide(self, member: Member, is_hidden: bool) -> None:
        """Whether the overview reminds the member from now on; the page itself stays. Raises Problem "unauthorized"."""
        with self._store.write() as session:
            found = session.members.find(member.customer_id, member.id)
            if found is None:
                raise Problem("unauthorized", "Sign in first.")
            if found.hides_onboarding == is_hidden:
                return
            session.members.replace(replace(found, hides_onboarding=is_hidden))
            shown = ({"hides_onboarding": found.hides_onboarding}, {"hides_onboarding": is_hidden})
            now_ms, by = self._clock.now_ms(), actor_of(found)
            note(session, found.customer_id, now_ms, by, "member.profileChanged", found.email, before=shown[0], after=shown[1])

    def _facts(self, session: Session, customer_id: str) -> Facts:
        customer = session.customers.find(customer_id)
        if customer is None:
            raise Problem("not_found", f"There is no customer {customer_id}.")
        first = session.buildings.list_page(customer_id, None, 1)
        return Facts(
            customer=customer,
            clients=[each for each in session.clients.list_of(customer_id) if each.revoked_at_ms is None],
            building_id=first[0].customer_building_id if first else None,
            heard=self._heard(session, customer_id),
            ways=_ways(session, customer_id),
            rules=session.rules.list_of(customer_id),
        )

    def _heard(self, session: Session, customer_id: str) -> Heard | None:
        """Of the building that was heard last; where none is noted yet, for that takes seconds, of the first ones."""
        now_ms = self._clock.now_ms()
        newest = BuildingQuery(silent_before_ms=now_ms, order="lastEvent", is_descending=True)
        names = {
            row.building_id: row.customer_building_id
            for row in session.listed_buildings.list_page(customer_id, newest, None, 1)
            if row.last_event_ms is not None
        } or {each.id: each.customer_building_id for each in session.buildings.list_page(customer_id, None, _BUILDINGS_LOOKED_AT)}
        sent = {
            each.id: each
            for each in session.series.list_of(customer_id, list(names))
            if each.source != PLATFORM and each.device_id != PLATFORM_DEVICE
        }
        last = session.events.latest(customer_id, list(sent), _END_OF_TIME_MS)
        if not last:
            return None
        series_id = max(last, key=lambda each: (last[each][0], each))
        series = sent[series_id]
        return Heard(names[series.building_id], series.event_type, min(last[series_id][0], now_ms))


def _ways(session: Session, customer_id: str) -> Ways:
    endpoint = session.endpoints.find(customer_id)
    channels = [each for each in session.channels.list_of(customer_id) if each.is_enabled]
    ids = [*([] if endpoint is None else [WEBHOOK]), *(each.id for each in channels)]
    if not ids:
        return Ways(None, (), None, None)

    def is_past(test: RecordedAttempt) -> bool:
        is_off = endpoint is not None and not endpoint.is_enabled
        return is_off and test.channel_id == WEBHOOK and test.attempt.is_failed

    attempts = session.attempts.list_page(customer_id, False, None, _ATTEMPTS_LOOKED_AT)
    taken = [session.attempts.record_of(customer_id, each).last_success_ms for each in ids]
    return Ways(
        host=None if endpoint is None else urlsplit(endpoint.url).netloc,
        channels=tuple(each.name for each in channels),
        test=next((each for each in attempts if each.is_test and each.channel_id in ids and not is_past(each)), None),
        delivered_at_ms=max((each for each in taken if each is not None), default=None),
    )
