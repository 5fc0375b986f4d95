"""What an Admin changes of the organisation, and its API clients — over both databases."""

import pytest
from tests.services.accounts import ADDRESS, HASHER, SEALER, URL, Accounts, refusal

from hearth.bootstrap import Settings, read_catalogue_setting
from hearth.core.problems import Problem
from hearth.domain.audit import Actor
from hearth.domain.limits import HouseholdLimits
from hearth.ports import Store
from hearth.services.access import Access
from hearth.services.customers import Customers
from hearth.services.predefined_rules import predefined_rule_texts
from hearth.services.rules import Rules
from hearth.testing.clocks import CountedIdentities

BY = Actor(kind="member", id="a" * 24, name="Ada <ada@example.com>")
OTHER = "d" * 24
DAY_SECONDS = 86_400


@pytest.fixture
def accounts(store: Store) -> Accounts:
    return Accounts(store)


@pytest.fixture
def customers(accounts: Accounts) -> Customers:
    return Customers(accounts.store, accounts.clock, CountedIdentities("7"))


@pytest.fixture
def access(accounts: Accounts) -> Access:
    return Access(accounts.store, HASHER, SEALER, accounts.clock, CountedIdentities("6"), issuer=URL, audience=URL)


def gets_token(access: Access, client_id: str, secret: str) -> bool:
    try:
        access.verify(access.issue_token(client_id, secret, None, ADDRESS).access_token)
    except Problem:
        return False
    return True


def test_name_languages_and_zone_change_together_and_are_noted(accounts: Accounts, customers: Customers) -> None:
    customer_id = accounts.customer.id
    customers.set_limits(customer_id, HouseholdLimits(most_per_day=3), BY)
    customers.change(customer_id, "  Seewinkel   AG ", ("de", "it"), "Europe/Rome", BY)
    changed = customers.get(customer_id)
    assert (changed.name, changed.languages, changed.time_zone_id) == ("Seewinkel AG", ("de", "it"), "Europe/Rome")
    assert changed.limits.most_per_day == 3
    [entry] = accounts.log("customer.changed")
    assert entry.before == {"name": "Seewinkel", "languages": ["en", "de", "fr"], "time_zone_id": "Europe/Zurich"}
    assert entry.after == {"name": "Seewinkel AG", "languages": ["de", "it"], "time_zone_id": "Europe/Rome"}
    customers.change(customer_id, "Seewinkel AG", ("de", "it"), "Europe/Rome", BY)
    assert accounts.log("customer.changed") == [entry]


@pytest.mark.parametrize(
    ("name", "languages", "zone", "pointer"),
    [
        ("  ", ("de",), "Europe/Zurich", "/name"),
        ("x" * 201, ("de",), "Europe/Zurich", "/name"),
        ("Seewinkel", (), "Europe/Zurich", "/languages"),
        ("Seewinkel", ("de", "de"), "Europe/Zurich", "/languages"),
        ("Seewinkel", ("de", "tlh"), "Europe/Zurich", "/languages"),
        ("Seewinkel", ("de",), "Mars/Olympus", "/timeZoneId"),
    ],
)
def test_what_does_not_fit_is_told_at_its_field(
    accounts: Accounts, customers: Customers, name: str, languages: tuple[str, ...], zone: str, pointer: str
) -> None:
    problem = refusal(lambda: customers.change(accounts.customer.id, name, languages, zone, BY))
    assert (problem.code, [each.pointer for each in problem.errors]) == ("invalid", [pointer])
    assert customers.get(accounts.customer.id) == accounts.customer


def test_active_rules_that_lack_a_language_are_named_and_go_on(accounts: Accounts, customers: Customers) -> None:
    customer_id = accounts.customer.id
    rules = Rules(accounts.store, read_catalogue_setting(Settings()), accounts.clock, CountedIdentities("5"))
    first, second = sorted(predefined_rule_texts())[:2]
    active = rules.import_files(customer_id, [first], BY).rules[0].rule
    resting = rules.import_files(customer_id, [second], BY).rules[0].rule
    active = rules.set_state(customer_id, active.id, "ACTIVE", BY) if active.state != "ACTIVE" else active
    if resting.state == "ACTIVE":
        rules.set_state(customer_id, resting.id, "INACTIVE", BY)
    missing = {each.language: [rule.name for rule in each.rules] for each in customers.list_missing_texts(customer_id)}
    assert (missing["de"], missing["it"]) == ([], [active.name])
    customers.change(customer_id, "Seewinkel", ("de", "it"), "Europe/Zurich", BY)
    assert rules.get(customer_id, active.id).state == "ACTIVE"
    rules.set_state(customer_id, active.id, "INACTIVE", BY)
    problem = refusal(lambda: rules.set_state(customer_id, active.id, "ACTIVE", BY))
    assert (problem.code, "Texts are missing in: it" in problem.detail) == ("invalid", True)


def test_a_client_has_the_scopes_that_were_chosen(accounts: Accounts, access: Access) -> None:
    customer_id = accounts.customer.id
    client_id, secret = access.create_client(customer_id, BY, ("write:events", "read:buildings"))
    token = access.issue_token(client_id, secret, None, ADDRESS)
    assert token.scopes == ("read:buildings", "write:events")
    [entry] = accounts.log("client.created")
    assert (entry.actor, entry.after) == (BY, {"scopes": ["read:buildings", "write:events"]})
    for scopes in ((), ("admin:users",)):
        problem = refusal(lambda chosen=scopes: access.create_client(customer_id, BY, chosen))  # type: ignore[misc]
        assert (problem.code, problem.errors[0].pointer) == ("invalid", "/scopes")
    assert [each.client_id for each in access.list_clients(customer_id)] == [client_id]


def test_while_a_secret_is_rotated_both_are_good_for_a_day(accounts: Accounts, access: Access) -> None:
    customer_id, clock = accounts.customer.id, accounts.clock
    client_id, first = access.create_client(customer_id, BY)
    second = access.rotate_secret(customer_id, client_id, by=BY)
    [client] = access.list_clients(customer_id)
    assert [each.expires_at_ms for each in client.secrets] == [clock.now_ms() + DAY_SECONDS * 1000, None]
    assert [gets_token(access, client_id, each) for each in (first, second)] == [True, True]
    third = access.rotate_secret(customer_id, client_id, by=BY)
    assert [gets_token(access, client_id, each) for each in (first, second, third)] == [False, True, True]
    clock.advance(seconds=DAY_SECONDS)
    assert [gets_token(access, client_id, each) for each in (second, third)] == [False, True]
    assert [each.expires_at_ms for each in access.list_clients(customer_id)[0].secrets] == [None]


def test_a_revoked_client_is_shown_last_and_gets_no_secret_any_more(accounts: Accounts, access: Access) -> None:
    customer_id, clock = accounts.customer.id, accounts.clock
    gone, secret = access.create_client(customer_id, BY)
    token = access.issue_token(gone, secret, None, ADDRESS).access_token
    access.verify(token)
    clock.advance(seconds=1)
    kept = [access.create_client(customer_id, BY)[0]]
    clock.advance(seconds=1)
    kept = [access.create_client(customer_id, BY)[0], *kept]
    access.revoke_client(customer_id, gone, BY)
    assert [each.client_id for each in access.list_clients(customer_id)] == [*kept, gone]
    assert not gets_token(access, gone, secret)
    assert refusal(lambda: access.verify(token)).code == "unauthorized"
    assert refusal(lambda: access.rotate_secret(customer_id, gone, by=BY)).code == "conflict"


def test_anothers_clients_are_not_found(accounts: Accounts, access: Access) -> None:
    client_id, secret = access.create_client(accounts.customer.id, BY)
    assert access.list_clients(OTHER) == []
    assert refusal(lambda: access.rotate_secret(OTHER, client_id, by=BY)).code == "not_found"
    assert refusal(lambda: access.revoke_client(OTHER, client_id, BY)).code == "not_found"
    assert gets_token(access, client_id, secret)
