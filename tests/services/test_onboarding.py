"""On-boarding: five steps, each decided by what is stored — over both databases."""

from array import array
from collections.abc import Callable

import pytest
from tests.services.accounts import ADDRESS, HASHER, PASSWORD, SEALER, URL, Accounts, refusal

from hearth.core.instants import HOUR_MS, MINUTE_MS
from hearth.delivery.outbox import outgoing
from hearth.delivery.recipients import THE_WEBHOOK
from hearth.domain.audit import Actor
from hearth.domain.buildings import Building
from hearth.domain.catalogue import PLATFORM
from hearth.domain.channels import WEBHOOK, Mqtt
from hearth.domain.customers import Customer
from hearth.domain.events import PLATFORM_DEVICE, EventColumns, LogEntry, LogKind
from hearth.domain.notifications import Attempt, Notification
from hearth.domain.rules import Rule, RuleState
from hearth.ports import Store
from hearth.services.access import Access
from hearth.services.channels import Channels
from hearth.services.customers import Customers
from hearth.services.endpoints import Endpoints
from hearth.services.last_events import LastEvents
from hearth.services.onboarding import Onboarding, Progress, StepName, StepState
from hearth.testing.clocks import CountedIdentities

BY = Actor(kind="member", id="a" * 24, name="Ada <ada@example.com>")
OTHER = "d" * 24


class World:
    """A customer with an Admin and nothing else, beside another one that has everything; and all that can be done."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.accounts = Accounts(store)
        self.clock = self.accounts.clock
        self.mine = self.accounts.customer.id
        parts = (store, SEALER, self.clock, CountedIdentities("5"))
        self.onboarding = Onboarding(store, self.clock)
        self.customers = Customers(store, self.clock, CountedIdentities("7"))
        self.access = Access(store, HASHER, SEALER, self.clock, CountedIdentities("6"), issuer=URL, audience=URL)
        self.endpoints, self.channels = Endpoints(*parts), Channels(*parts)
        with store.write() as session:
            session.customers.add(Customer(id=OTHER, name="Talgrund", created_at_ms=0))
        for done in STEPS_DONE.values():
            done(self, OTHER)

    def progress(self) -> Progress:
        return self.onboarding.progress(self.mine)

    def state(self, step: StepName) -> StepState:
        return self.progress().states[step]

    def confirm(self, customer_id: str) -> None:
        customer = self.customers.get(customer_id)
        self.customers.change(customer_id, customer.name, customer.languages, customer.time_zone_id, BY)

    def get_token(self, customer_id: str) -> str:
        client_id, secret = self.access.create_client(customer_id, BY)
        self.access.issue_token(client_id, secret, None, ADDRESS)
        return client_id

    def add_building(self, customer_id: str, name: str = "home-1") -> Building:
        building = Building(
            id=(customer_id[:12] + name.encode().hex())[:24],
            customer_id=customer_id,
            customer_building_id=name,
            time_zone_id="Europe/Zurich",
            registration_at_ms=0,
            activation_at_ms=0,
        )
        with self.store.write() as session:
            session.buildings.add(building)
        return building

    def send(self, building: Building, event_type: str, at_ms: int, source: str = "GATEWAY", device: str = "gateway") -> None:
        customer_id = building.customer_id
        with self.store.write() as session:
            series = session.series.find_or_add(customer_id, building.id, event_type, device, source, None)
            sequence = session.events.last_sequence_for_operator() + 1
            columns = EventColumns(series_ids=array("i", [series.id]), times_ms=array("q", [at_ms]), values=array("d", [420.0]))
            entry = LogEntry(
                sequence=sequence,
                customer_id=customer_id,
                kind=LogKind.LIVE,
                received_at_ms=self.clock.now_ms(),
                columns=columns,
            )
            session.events.append([entry])

    def test_endpoint(self, customer_id: str, status_code: int = 204, channel_id: str = WEBHOOK) -> None:
        attempt = Attempt(delivery_id="test_1", attempted_at_ms=self.clock.now_ms(), duration_ms=5, status_code=status_code)
        with self.store.write() as session:
            session.attempts.add_test(customer_id, attempt, channel_id)

    def deliver(self, customer_id: str) -> None:
        """A real notification, taken by the endpoint."""
        building, now_ms = self.add_building(customer_id, "home-9"), self.clock.now_ms()
        notification = Notification(
            id="e" * 24,
            customer_id=customer_id,
            building_id=building.id,
            customer_building_id="home-9",
            rule_id="f" * 24,
            rule_version=1,
            trigger_sequence=1,
            created_at_ms=now_ms,
            stored_at_ms=now_ms,
            status="PENDING",
        )
        _, [delivery] = outgoing(notification, HOUR_MS, [THE_WEBHOOK])
        attempt = Attempt(delivery_id=delivery.id, attempted_at_ms=now_ms, duration_ms=5, status_code=200)
        with self.store.write() as session:
            session.notifications.add_all([notification])
            session.outbox.add_all([delivery])
            session.outbox.record_attempt(customer_id, attempt)

    def set_endpoint(self, customer_id: str) -> None:
        self.endpoints.save(customer_id, "https://hooks.example.com:8443/hearth?key=1")

    def add_rule(self, customer_id: str, state: RuleState = "ACTIVE", name: str = "Surplus") -> None:
        rule_id = (customer_id[:8] + name.encode().hex() * 6)[:24]
        with self.store.write() as session:
            session.rules.add_version(Rule(id=rule_id, customer_id=customer_id, name=name, created_at_ms=0, state=state))


def _tested(world: World, customer_id: str) -> None:
    world.set_endpoint(customer_id)
    world.test_endpoint(customer_id)


STEPS_DONE: dict[StepName, Callable[[World, str], object]] = {
    "organisation": World.confirm,
    "client": World.get_token,
    "event": lambda world, customer: world.send(
        world.add_building(customer), "POWER_CONSUMPTION", world.clock.now_ms() - MINUTE_MS
    ),
    "endpoint": _tested,
    "rule": World.add_rule,
}


@pytest.fixture
def world(store: Store) -> World:
    return World(store)


def test_from_nothing_to_all_five_whatever_another_customer_has(world: World) -> None:
    assert set(world.progress().states.values()) == {"TODO"}
    done: list[StepName] = []
    for step, do in reversed(STEPS_DONE.items()):  # in any order
        assert world.onboarding.is_open_for(world.accounts.ada)
        do(world, world.mine)
        done.append(step)
        assert {name for name, state in world.progress().states.items() if state == "DONE"} == set(done)
    assert world.progress().is_complete
    assert not world.onboarding.is_open_for(world.accounts.ada)


def test_saving_the_organisation_confirms_it_once_also_unchanged(world: World) -> None:
    world.confirm(world.mine)
    first = world.customers.get(world.mine).confirmed_at_ms
    assert first == world.clock.now_ms()
    [entry] = world.accounts.log("customer.confirmed")
    assert (entry.actor, entry.before, entry.after) == (BY, None, {"languages": ["en", "de", "fr"]})
    world.clock.advance(seconds=3_600)
    world.confirm(world.mine)
    assert world.customers.get(world.mine).confirmed_at_ms == first
    assert world.accounts.log("customer.confirmed") == [entry]


def test_a_client_counts_once_it_has_a_token_and_until_it_is_revoked(world: World) -> None:
    client_id, secret = world.access.create_client(world.mine, BY)
    assert world.state("client") == "DOING"
    refusal(lambda: world.access.issue_token(client_id, "wrong" + secret[5:], None, ADDRESS))
    assert world.state("client") == "DOING"
    at_ms = world.clock.now_ms()
    world.access.issue_token(client_id, secret, None, ADDRESS)
    world.clock.advance(seconds=3_600)
    world.access.issue_token(client_id, secret, None, ADDRESS)
    world.access.create_client(world.mine, BY)
    client = world.progress().facts.client
    assert client is not None
    assert (client.client_id, client.first_token_at_ms) == (client_id, at_ms)
    world.access.rotate_secret(world.mine, client_id, by=BY)
    assert world.state("client") == "DONE"
    world.access.revoke_client(world.mine, client_id, BY)
    assert world.state("client") == "DOING"


def test_an_event_is_told_as_soon_as_it_is_in_the_log(world: World) -> None:
    quiet, home = world.add_building(world.mine, "a-quiet-home"), world.add_building(world.mine)
    now_ms = world.clock.now_ms()
    world.send(quiet, "TARIFF_PRICE", now_ms, source=PLATFORM, device=PLATFORM_DEVICE)
    assert (world.state("event"), world.progress().facts.building_id) == ("DOING", "a-quiet-home")
    world.send(home, "ENERGY_CONSUMPTION", now_ms - 12_000)
    assert world.progress().facts.heard == ("home-1", "ENERGY_CONSUMPTION", now_ms - 12_000)
    LastEvents(world.store, world.clock).look()
    world.send(home, "POWER_CONSUMPTION", now_ms + HOUR_MS)  # by a clock that is ahead
    assert world.progress().facts.heard == ("home-1", "POWER_CONSUMPTION", now_ms)


def test_an_endpoint_counts_while_its_newest_test_was_taken_or_once_something_was_delivered(world: World) -> None:
    world.set_endpoint(world.mine)
    ways = world.progress().facts.ways
    assert (world.state("endpoint"), ways.host, ways.test) == ("DOING", "hooks.example.com:8443", None)
    world.test_endpoint(world.mine, 500)
    assert world.state("endpoint") == "DOING"
    world.test_endpoint(world.mine)
    assert world.state("endpoint") == "DONE"
    world.test_endpoint(world.mine, 404)
    assert world.state("endpoint") == "DOING"
    world.deliver(world.mine)
    progress = world.progress()
    assert (progress.states["endpoint"], progress.facts.ways.delivered_at_ms) == ("DONE", world.clock.now_ms())
    assert progress.states["organisation"] == "DONE", "households read these languages"


def test_an_endpoint_that_is_switched_off_takes_nothing_away(world: World) -> None:
    _tested(world, world.mine)
    world.endpoints.set_enabled(world.mine, False, BY)
    assert world.state("endpoint") == "DONE"
    world.test_endpoint(world.mine, 503)
    assert world.state("endpoint") == "DONE", "one that is off is not to be mended"
    world.endpoints.set_enabled(world.mine, True, BY)
    assert world.state("endpoint") == "DOING"


def test_a_channel_will_do_as_well_while_it_is_on(world: World) -> None:
    channel = world.channels.add(world.mine, "Displays", Mqtt(host="broker", topic="hearth"), None, None, BY)
    assert world.state("endpoint") == "DOING"
    world.test_endpoint(world.mine, channel_id=channel.id)
    assert (world.state("endpoint"), world.progress().facts.ways.channels) == ("DONE", ("Displays",))
    world.channels.set_enabled(world.mine, channel.id, False, BY)
    assert world.state("endpoint") == "TODO"


def test_a_rule_counts_once_it_is_active(world: World) -> None:
    world.add_rule(world.mine, "DRAFT", "Later")
    assert world.state("rule") == "DOING"
    world.add_rule(world.mine, "ACTIVE", "Now")
    assert [rule.name for rule in world.progress().facts.active_rules] == ["Now"]


def test_who_may_do_a_step_is_named_and_only_they_are_reminded(world: World) -> None:
    able = {"Max": "Author", "Vera": "Viewer", "Bill": "Billing"}
    members = {name: world.accounts.add(f"{name.lower()}@example.com", name, role) for name, role in able.items()}
    progress = world.progress()
    assert progress.able["endpoint"] == progress.able["client"] == ["Ada"]
    assert progress.able["rule"] == progress.able["event"] == ["Ada", "Max"]
    reminded = [name for name, member in members.items() if world.onboarding.is_open_for(member)]
    assert reminded == ["Max"]


def test_each_member_hides_the_reminder_alone_and_brings_it_back(world: World) -> None:
    ben = world.accounts.add("ben@example.com", "Ben", "Admin")
    _, signed_in = world.accounts.sign_in()
    for is_hidden in (True, True, False):
        world.onboarding.hide(signed_in.member, is_hidden)
        _, again = world.accounts.sign_in(password=PASSWORD)
        assert world.onboarding.is_open_for(again.member) is not is_hidden
    assert world.onboarding.is_open_for(ben)
    assert [entry.after for entry in world.accounts.log("member.profileChanged")] == [
        {"hides_onboarding": False},
        {"hides_onboarding": True},
    ]
