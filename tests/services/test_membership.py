"""Roles, leaving, one's own profile and the second factor — over both databases."""

from threading import Thread

import msgspec
import pyotp
import pytest
from tests.services.accounts import ADDRESS, HASHER, NEW_PASSWORD, PASSWORD, SEALER, URL, Accounts, refusal

from hearth.domain.audit import COMMAND_LINE
from hearth.domain.customers import Member
from hearth.domain.permissions import PERMISSIONS, ROLES, may, permissions_of
from hearth.ports import Store
from hearth.services.access import Access
from hearth.services.auditing import actor_of
from hearth.testing.clocks import CountedIdentities


@pytest.fixture
def accounts(store: Store) -> Accounts:
    return Accounts(store)


def test_whoever_may_write_a_noun_may_read_it() -> None:
    for role in ROLES:
        for permission in permissions_of(role):
            verb, _, noun = permission.partition(":")
            assert verb != "write" or f"read:{noun}" in permissions_of(role), (role, permission)


def test_what_roles_are() -> None:
    assert permissions_of("Admin") == list(PERMISSIONS)
    assert all(permission.startswith("read:") for permission in permissions_of("Viewer"))
    assert may("Author", "write:rules")
    assert not may("Author", "admin:users")
    assert permissions_of("Billing") == ["read:statistics", "billing:admin"]


def test_a_role_changes_from_the_next_request_on(accounts: Accounts) -> None:
    vera = accounts.add("vera@example.com", "Vera", "Viewer")
    token, _ = accounts.sign_in("vera@example.com")
    accounts.membership.change_role(accounts.customer.id, vera.id, "Author", COMMAND_LINE)
    signed_in = accounts.members.find_signed_in(token)
    assert signed_in is not None
    assert signed_in.member.role == "Author"
    entry = accounts.log()[0]
    assert (entry.action, entry.subject, entry.before, entry.after) == (
        "member.roleChanged",
        "vera@example.com",
        {"role": "Viewer"},
        {"role": "Author"},
    )
    accounts.membership.change_role(accounts.customer.id, vera.id, "Author", COMMAND_LINE)
    assert len(accounts.log("roleChanged")) == 1


def test_a_token_for_the_api_follows_the_role_within_a_minute(accounts: Accounts) -> None:
    vera = accounts.add("vera@example.com", "Vera", "Author")
    access = Access(accounts.store, HASHER, SEALER, accounts.clock, CountedIdentities("7"), issuer=URL, audience=URL)
    token = access.issue_member_token(vera).access_token
    assert "write:rules" in access.verify(token).scopes
    accounts.membership.change_role(accounts.customer.id, vera.id, "Viewer", COMMAND_LINE)
    accounts.clock.move_to(accounts.clock.now_ms() + 60_000)
    assert "read:rules" in access.verify(token).scopes
    assert "write:rules" not in access.verify(token).scopes
    accounts.membership.remove(accounts.customer.id, vera.id, COMMAND_LINE)
    accounts.clock.move_to(accounts.clock.now_ms() + 60_000)
    assert refusal(lambda: access.verify(token)).code == "unauthorized"


def test_nobody_removes_the_own_second_factor_as_an_admin(accounts: Accounts) -> None:
    [ada] = accounts.membership.list_of(accounts.customer.id)
    refused = refusal(lambda: accounts.membership.remove_second_factor(accounts.customer.id, ada.id, actor_of(ada)))
    assert refused.code == "conflict"
    assert "in your profile" in refused.detail


def test_who_has_left_is_signed_out_at_once(accounts: Accounts) -> None:
    vera = accounts.add("vera@example.com", "Vera", "Viewer")
    token, _ = accounts.sign_in("vera@example.com")
    accounts.membership.remove(accounts.customer.id, vera.id, COMMAND_LINE)
    assert accounts.members.find_signed_in(token) is None
    assert refusal(lambda: accounts.sign_in("vera@example.com")).code == "unauthorized"
    assert [member.email for member in accounts.membership.list_of(accounts.customer.id)] == ["ada@example.com"]


def test_the_last_admin_stays_one(accounts: Accounts) -> None:
    accounts.add("vera@example.com", "Vera", "Author")
    customer_id, ada_id = accounts.customer.id, accounts.ada.id
    assert refusal(lambda: accounts.membership.remove(customer_id, ada_id, COMMAND_LINE)).code == "conflict"
    assert refusal(lambda: accounts.membership.change_role(customer_id, ada_id, "Viewer", COMMAND_LINE)).code == "conflict"
    accounts.membership.change_role(customer_id, ada_id, "Admin", COMMAND_LINE)


def test_two_admins_who_demote_each_other_at_once_leave_one(accounts: Accounts) -> None:
    bea = accounts.add("bea@example.com", "Bea", "Admin")
    refusals: list[str] = []

    def demote(member_id: str) -> None:
        try:
            accounts.membership.change_role(accounts.customer.id, member_id, "Viewer", COMMAND_LINE)
        except Exception as error:  # noqa: BLE001 - one of them is refused
            refusals.append(getattr(error, "code", repr(error)))

    threads = [Thread(target=demote, args=(each,)) for each in (accounts.ada.id, bea.id)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    roles = sorted(member.role for member in accounts.membership.list_of(accounts.customer.id))
    assert (roles, refusals) == (["Admin", "Viewer"], ["conflict"])


def test_another_customers_member_is_out_of_reach(accounts: Accounts) -> None:
    assert refusal(lambda: accounts.membership.remove("d" * 24, accounts.ada.id, COMMAND_LINE)).code == "not_found"
    assert accounts.membership.list_of("d" * 24) == []


def test_a_changed_password_ends_all_other_sessions(accounts: Accounts) -> None:
    other_token, _ = accounts.sign_in()
    token, signed_in = accounts.sign_in()
    wrong = refusal(lambda: accounts.profiles.change_password(signed_in, "wrong", NEW_PASSWORD, ADDRESS))
    assert wrong.errors[0].pointer == "/present"
    accounts.profiles.change_password(signed_in, PASSWORD, NEW_PASSWORD, ADDRESS)
    assert accounts.members.find_signed_in(token) is not None
    assert accounts.members.find_signed_in(other_token) is None
    accounts.sign_in(password=NEW_PASSWORD)
    assert accounts.log()[0].action == "member.passwordChanged"
    assert NEW_PASSWORD not in repr(accounts.log())
    assert "argon2" not in repr(accounts.log())


def test_guessing_the_present_password_is_slowed_down(accounts: Accounts) -> None:
    _, signed_in = accounts.sign_in()
    for _ in range(10):
        refused = refusal(lambda: accounts.profiles.change_password(signed_in, "wrong", NEW_PASSWORD, ADDRESS))
        assert refused.code == "invalid"
    refused = refusal(lambda: accounts.profiles.change_password(signed_in, PASSWORD, NEW_PASSWORD, ADDRESS))
    assert refused.code == "too_many_requests"


def test_signing_out_everywhere_ends_this_session_too(accounts: Accounts) -> None:
    tokens = [accounts.sign_in()[0] for _ in range(2)]
    _, signed_in = accounts.sign_in()
    assert len(accounts.profiles.list_sessions(signed_in)) == 3
    accounts.profiles.sign_out_everywhere(signed_in)
    assert [accounts.members.find_signed_in(token) for token in tokens] == [None, None]
    assert accounts.profiles.list_sessions(signed_in) == []


def test_with_a_second_factor_a_code_is_needed_and_good_once(accounts: Accounts) -> None:
    _, signed_in = accounts.sign_in()
    secret = accounts.profiles.begin_second_factor(signed_in).secret

    def code(steps: int = 0) -> str:
        return pyotp.TOTP(secret).at(accounts.clock.now_ms() // 1000 + 30 * steps)

    add = accounts.profiles.add_second_factor
    assert refusal(lambda: add(signed_in, secret, "000000", PASSWORD, ADDRESS)).errors[0].pointer == "/code"
    add(signed_in, secret, code(), PASSWORD, ADDRESS)
    assert refusal(accounts.sign_in).errors[0].pointer == "/code"
    assert refusal(lambda: accounts.sign_in(password="wrong", code=code(1))).errors == ()
    for wrong in (code(), code(-1), code(2), "12345", "１２３４５６", "no code"):
        assert refusal(lambda wrong=wrong: accounts.sign_in(code=wrong)).errors[0].pointer == "/code"  # type: ignore[misc]
    accounts.clock.advance(seconds=301)
    good = code()
    accounts.sign_in(code=f" {good[:3]} {good[3:]} ")
    assert refusal(lambda: accounts.sign_in(code=good)).errors[0].pointer == "/code"
    with accounts.store.read() as session:
        kept = session.members.find_for_login("ada@example.com")
    assert secret not in repr(kept)

    accounts.resets.mail_link("ada@example.com")
    accounts.resets.set_password(accounts.mail.token(), NEW_PASSWORD, ADDRESS)
    assert refusal(lambda: accounts.sign_in(password=NEW_PASSWORD)).errors[0].pointer == "/code"
    accounts.membership.remove_second_factor(accounts.customer.id, accounts.ada.id, COMMAND_LINE)
    accounts.sign_in(password=NEW_PASSWORD)


def test_who_was_a_member_before_there_were_roles_is_an_admin(accounts: Accounts) -> None:
    before = {"id": "a", "customer_id": "c", "email": "a@example.com", "name": "A", "password_hash": "h", "created_at_ms": 1}
    assert msgspec.convert(before, Member).role == "Admin"
