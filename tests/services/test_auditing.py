"""The audit log: every change in it, nothing secret, nothing ever changed — over both databases."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tests.services.accounts import HASHER, SEALER, URL, Accounts, refusal

from hearth.bootstrap import Settings, read_catalogue_setting
from hearth.domain.audit import Actor
from hearth.domain.limits import HouseholdLimits
from hearth.ports import Store
from hearth.services.access import Access
from hearth.services.auditing import AuditLog, note
from hearth.services.customers import Customers
from hearth.services.endpoints import Endpoints
from hearth.services.predefined_rules import predefined_rule_texts
from hearth.services.rules import Rules
from hearth.testing.clocks import CountedIdentities

BY = Actor(kind="member", id="a" * 24, name="Ada <ada@example.com>")


@pytest.fixture
def accounts(store: Store) -> Accounts:
    return Accounts(store)


def test_rules_are_noted_with_what_changed(accounts: Accounts) -> None:
    rules = Rules(accounts.store, read_catalogue_setting(Settings()), accounts.clock, CountedIdentities("5"))
    name, content = sorted(predefined_rule_texts())[0]
    rule = rules.import_files(accounts.customer.id, [(name, content)], BY).rules[0].rule
    rules.import_files(accounts.customer.id, [(name, content)], BY)
    rules.import_files(accounts.customer.id, [(name, content.replace("description: ", "description: Anew. ", 1))], BY)
    rules.set_state(accounts.customer.id, rule.id, "INACTIVE", BY)
    switched, changed, added = accounts.log(rule.name)
    assert [entry.action for entry in (switched, changed, added)] == ["rule.stateChanged", "rule.changed", "rule.added"]
    assert {entry.actor for entry in (switched, changed, added)} == {BY}
    assert (switched.before, switched.after) == ({"state": rule.state}, {"state": "INACTIVE", "version": 3})
    assert changed.after is not None
    assert changed.after["description"].startswith("Anew. ")
    assert "condition" not in changed.after


def test_limits_endpoint_and_clients_are_noted_without_secrets(accounts: Accounts) -> None:
    store, clock, customer_id = accounts.store, accounts.clock, accounts.customer.id
    identities = CountedIdentities("6")
    Customers(store, clock, identities).set_limits(customer_id, HouseholdLimits(most_per_day=3), BY)
    endpoints = Endpoints(store, SEALER, clock, identities)
    signing_secret = endpoints.save(customer_id, "https://example.com/hook?token=theirs", by=BY).signing_secret
    assert signing_secret is not None
    access = Access(store, HASHER, SEALER, clock, identities, URL, URL)
    client_id, first = access.create_client(customer_id, BY)
    second = access.rotate_secret(customer_id, client_id, by=BY)
    access.revoke_client(customer_id, client_id, BY)
    entries = accounts.log("ada@example.com")[:5]
    assert [entry.action for entry in reversed(entries)] == [
        "customer.limitsChanged",
        "endpoint.changed",
        "client.created",
        "client.secretRotated",
        "client.revoked",
    ]
    assert (entries[4].before, entries[4].after) == ({"most_per_day": None}, {"most_per_day": 3})
    assert entries[3].after == {"url": "https://example.com/hook"}
    for secret in (signing_secret, first, second, "theirs", "argon2"):
        assert secret not in repr(entries)


def test_what_is_refused_or_rolled_back_is_not_noted(accounts: Accounts) -> None:
    before = accounts.log()
    again = refusal(lambda: accounts.add("ada@example.com", "Ada again", "Admin"))
    assert again.code == "conflict"

    def fail_after_noting() -> None:
        with accounts.store.write() as session:
            note(session, accounts.customer.id, 1, BY, "rule.deleted", "A rule that stays")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_after_noting()
    assert accounts.log() == before


def test_what_changes_nothing_is_not_noted(accounts: Accounts) -> None:
    store, clock, customer_id = accounts.store, accounts.clock, accounts.customer.id
    customers = Customers(store, clock, CountedIdentities("8"))
    endpoints = Endpoints(store, SEALER, clock, CountedIdentities("8"))
    access = Access(store, HASHER, SEALER, clock, CountedIdentities("8"), issuer=URL, audience=URL)
    client_id, _ = access.create_client(customer_id, BY)
    endpoints.save(customer_id, "https://example.com/hook", by=BY)
    access.revoke_client(customer_id, client_id, BY)
    before = accounts.log()
    access.revoke_client(customer_id, client_id, BY)
    customers.set_limits(customer_id, HouseholdLimits(), BY)
    endpoints.save(customer_id, "https://example.com/hook", by=BY)
    endpoints.set_enabled(customer_id, True, BY)
    assert accounts.log() == before


def test_pages_go_back_in_time_and_stay_with_the_customer(accounts: Accounts) -> None:
    for number in range(4):
        accounts.add(f"member{number}@example.com", f"Märta {number}", "Viewer")
    log = AuditLog(accounts.store)
    first, before = log.list_page(accounts.customer.id, "MÄRTA added", None, 3)
    assert before is not None
    second, end = log.list_page(accounts.customer.id, "MÄRTA added", before, 3)
    assert [entry.subject for entry in (*first, *second)] == [f"member{number}@example.com" for number in (3, 2, 1, 0)]
    assert end is None
    assert log.list_page(accounts.customer.id, "100%", None, 3) == ([], None)
    assert log.list_page("d" * 24, "", None, 3) == ([], None)


@pytest.mark.parametrize("change", ["UPDATE audit_log SET words = ''", "DELETE FROM audit_log"])
def test_the_database_itself_refuses_to_change_the_log(accounts: Accounts, change: str) -> None:
    before = accounts.log()
    assert before
    with pytest.raises(DBAPIError, match="never changed"), accounts.store.write() as session:
        session.audit._connection.execute(text(change))  # type: ignore[attr-defined]
    assert accounts.log() == before
