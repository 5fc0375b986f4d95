"""The JSON of on-boarding: the state of each step, and the facts that prove them as far as a role may see them.

Only shapes and their filling stand here; nothing is decided.
"""

from hearth.console.wire import Wire
from hearth.domain.customers import Member
from hearth.domain.permissions import may
from hearth.services.onboarding import STEPS, Progress, StepName, StepState, Ways

_MOST_NAMED = 3


class StepView(Wire):
    """`able`: names of some members who may do it, where the asking one may not."""

    name: StepName
    state: StepState
    is_yours: bool
    able: list[str]


class ClientFact(Wire):
    """The client that has asked for a token, or is to. `first_token_at_ms`: null = it has not yet."""

    client_id: str
    created_at_ms: int
    first_token_at_ms: int | None


class HeardFact(Wire):
    customer_building_id: str
    event_type: str
    at_ms: int


class WaysFact(Wire):
    """Where notifications go: the endpoint's host, the names of channels that are on; how the newest test and the last
    real delivery went."""

    host: str | None
    channels: list[str]
    tested_at_ms: int | None
    is_test_failed: bool
    delivered_at_ms: int | None


class RulesFact(Wire):
    """Active rules: the first names, and how many there are."""

    names: list[str]
    count: int


class OnboardingView(Wire):
    """The steps in their order. A fact is null where there is none, or the member may not see what it is about."""

    steps: list[StepView]
    is_hidden: bool
    confirmed_at_ms: int | None
    client: ClientFact | None
    building_id: str | None
    heard: HeardFact | None
    ways: WaysFact | None
    rules: RulesFact | None


class Hiding(Wire):
    is_hidden: bool


def onboarding_view(progress: Progress, member: Member) -> OnboardingView:
    """How far a customer is, as JSON for that member."""
    facts, role = progress.facts, member.role
    client = facts.client if may(role, "admin:users") else None
    heard = facts.heard if may(role, "read:events") else None
    active = facts.active_rules
    return OnboardingView(
        steps=[
            StepView(
                name=name,
                state=progress.states[name],
                is_yours=may(role, permission),
                able=[] if may(role, permission) else progress.able[name][:_MOST_NAMED],
            )
            for name, permission in STEPS.items()
        ],
        is_hidden=member.hides_onboarding,
        confirmed_at_ms=facts.customer.confirmed_at_ms,
        client=None
        if client is None
        else ClientFact(
            client_id=client.client_id, created_at_ms=client.created_at_ms, first_token_at_ms=client.first_token_at_ms
        ),
        building_id=facts.building_id if may(role, "read:buildings") else None,
        heard=None if heard is None else HeardFact(**heard._asdict()),
        ways=_ways_fact(facts.ways) if may(role, "admin:all") else None,
        rules=RulesFact(names=[each.name for each in active[:_MOST_NAMED]], count=len(active))
        if may(role, "read:rules")
        else None,
    )


def _ways_fact(ways: Ways) -> WaysFact:
    test = None if ways.test is None else ways.test.attempt
    return WaysFact(
        host=ways.host,
        channels=list(ways.channels),
        tested_at_ms=None if test is None else test.attempted_at_ms,
        is_test_failed=test is not None and test.is_failed,
        delivered_at_ms=ways.delivered_at_ms,
    )
