"""Invitations and forgotten passwords: links that work once and not for ever — over both databases."""

from threading import Thread

import pytest
from tests.services.accounts import ADDRESS, NEW_PASSWORD, URL, Accounts, refusal

from hearth.domain.customers import Customer
from hearth.ports import Store

DAY = 86_400


@pytest.fixture
def accounts(store: Store) -> Accounts:
    return Accounts(store)


def invite(accounts: Accounts, email: str = "bruno@example.com") -> str:
    accounts.invitations.invite(accounts.ada, email, "Author", "de")
    return accounts.mail.token()


def join(accounts: Accounts, token: str, password: str = NEW_PASSWORD, address: str = ADDRESS) -> str:
    return accounts.invitations.accept(token, "Bruno  Graf", password, address, "Firefox")[0]


def ask(accounts: Accounts, email: str = "ada@example.com") -> str:
    accounts.resets.mail_link(email)
    return accounts.mail.token()


def test_whoever_holds_the_link_joins_with_the_role_and_is_signed_in(accounts: Accounts) -> None:
    token = invite(accounts, " Bruno@Example.com ")
    mail = accounts.mail.sent[0]
    assert mail.recipient == "bruno@example.com"
    assert f"{URL}/console/join#{token}" in mail.text
    signed_in = accounts.members.find_signed_in(join(accounts, token))
    assert signed_in is not None
    member = signed_in.member
    assert (member.name, member.email, member.role, member.language) == ("Bruno Graf", "bruno@example.com", "Author", "de")
    assert accounts.sign_in("bruno@example.com", NEW_PASSWORD)[1].member == member
    assert [entry.action for entry in accounts.log("bruno")] == ["member.joined", "member.invited"]


def test_a_link_works_once(accounts: Accounts) -> None:
    token = invite(accounts)
    join(accounts, token)
    assert refusal(lambda: join(accounts, token)).code == "not_found"
    assert refusal(lambda: accounts.invitations.look(token, ADDRESS)).code == "not_found"


def test_of_many_who_use_a_link_at_once_one_joins(accounts: Accounts) -> None:
    token = ask(accounts)
    outcomes: list[str] = []

    def use(number: int) -> None:
        try:
            accounts.resets.set_password(token, f"{NEW_PASSWORD} {number}", f"192.0.2.{number}")
            outcomes.append("set")
        except Exception as error:  # noqa: BLE001 - whatever it is, it is an outcome
            outcomes.append(getattr(error, "code", repr(error)))

    threads = [Thread(target=use, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["not_found", "not_found", "not_found", "set"]


def test_an_invitation_is_good_for_seven_days(accounts: Accounts) -> None:
    token = invite(accounts)
    accounts.clock.advance(seconds=7 * DAY - 1)
    assert accounts.invitations.look(token, ADDRESS).customer == accounts.customer
    accounts.clock.advance(seconds=1)
    assert refusal(lambda: join(accounts, token)).code == "not_found"
    assert [link.email for link in accounts.invitations.list_open(accounts.customer.id)] == ["bruno@example.com"]


def test_a_newer_invitation_and_a_withdrawal_make_it_void(accounts: Accounts) -> None:
    first, second = invite(accounts), invite(accounts)
    assert refusal(lambda: join(accounts, first)).code == "not_found"
    [link] = accounts.invitations.list_open(accounts.customer.id)
    other = Customer(id="d" * 24, name="Bergtal", created_at_ms=0)
    assert refusal(lambda: accounts.invitations.withdraw(other.id, link.id, accounts.log()[0].actor)).code == "not_found"
    accounts.invitations.withdraw(accounts.customer.id, link.id, accounts.log()[0].actor)
    assert refusal(lambda: join(accounts, second)).code == "not_found"


def test_a_weak_password_does_not_use_the_link_up(accounts: Accounts) -> None:
    token = invite(accounts)
    assert refusal(lambda: join(accounts, token, "short")).errors[0].pointer == "/password"
    join(accounts, token)


def test_an_invitation_whose_mail_was_not_taken_waits_to_be_sent_again(accounts: Accounts) -> None:
    accounts.mail.fails = True
    assert refusal(lambda: invite(accounts)).code == "unavailable"
    assert [link.email for link in accounts.invitations.list_open(accounts.customer.id)] == ["bruno@example.com"]
    accounts.mail.fails = False
    join(accounts, invite(accounts))


def test_where_no_mail_can_be_sent_nobody_is_invited(accounts: Accounts) -> None:
    accounts.mail.is_set = False
    assert refusal(lambda: invite(accounts)).code == "unavailable"
    assert refusal(lambda: accounts.resets.admit("ada@example.com", ADDRESS)).code == "unavailable"
    assert accounts.invitations.list_open(accounts.customer.id) == []
    assert accounts.log("invited") == []


def test_a_member_is_not_invited_again_and_another_customers_member_is_not_told(accounts: Accounts, store: Store) -> None:
    assert refusal(lambda: invite(accounts, "ada@example.com")).code == "conflict"
    other = Customer(id="d" * 24, name="Bergtal", created_at_ms=0)
    with store.write() as session:
        session.customers.add(other)
    accounts.members.add_member(other.id, "eve@example.com", "Eve", NEW_PASSWORD)
    token = invite(accounts, "eve@example.com")
    assert refusal(lambda: join(accounts, token)).code == "conflict"


def test_no_store_holds_a_token(accounts: Accounts, store: Store) -> None:
    token = invite(accounts)
    with store.read() as session:
        assert session.mailed_links.find_for_token(token) is None
        [link] = session.mailed_links.list_invitations(accounts.customer.id)
    assert token not in repr(link)
    assert token not in repr(accounts.log())


def test_a_customer_cannot_fill_mailboxes(accounts: Accounts) -> None:
    for number in range(50):
        invite(accounts, f"somebody{number}@example.com")
    assert refusal(lambda: invite(accounts)).code == "too_many_requests"
    accounts.clock.advance(seconds=3_600)
    invite(accounts)


def test_a_new_password_ends_every_session_and_the_old_one(accounts: Accounts) -> None:
    session_token, _ = accounts.sign_in()
    token = ask(accounts)
    assert f"{URL}/console/new-password#{token}" in accounts.mail.sent[-1].text
    accounts.resets.set_password(token, NEW_PASSWORD, ADDRESS)
    assert accounts.members.find_signed_in(session_token) is None
    assert refusal(accounts.sign_in).code == "unauthorized"
    accounts.sign_in(password=NEW_PASSWORD)
    assert accounts.log()[0].action == "member.passwordReset"
    assert refusal(lambda: accounts.resets.set_password(token, NEW_PASSWORD, ADDRESS)).code == "not_found"


def test_a_link_for_a_password_is_good_for_thirty_minutes(accounts: Accounts) -> None:
    token = ask(accounts)
    accounts.clock.advance(seconds=30 * 60)
    assert refusal(lambda: accounts.resets.set_password(token, NEW_PASSWORD, ADDRESS)).code == "not_found"
    accounts.sign_in()


def test_a_link_of_one_purpose_serves_no_other(accounts: Accounts) -> None:
    invitation, reset = invite(accounts), ask(accounts)
    assert refusal(lambda: accounts.resets.set_password(invitation, NEW_PASSWORD, ADDRESS)).code == "not_found"
    assert refusal(lambda: join(accounts, reset)).code == "not_found"
    join(accounts, invitation)
    accounts.resets.set_password(reset, NEW_PASSWORD, ADDRESS)


def test_who_has_left_sets_no_password(accounts: Accounts) -> None:
    vera = accounts.add("vera@example.com", "Vera", "Viewer")
    token = ask(accounts, "vera@example.com")
    accounts.membership.remove(accounts.customer.id, vera.id, accounts.log()[0].actor)
    assert refusal(lambda: accounts.resets.set_password(token, NEW_PASSWORD, ADDRESS)).code == "not_found"


def test_asking_is_slowed_down_alike_for_every_address(accounts: Accounts) -> None:
    for email in ("ada@example.com", "nobody@example.com"):
        for number in range(3):
            accounts.resets.admit(email, f"192.0.2.{number}")
        assert refusal(lambda email=email: accounts.resets.admit(email, "192.0.2.9")).code == "too_many_requests"  # type: ignore[misc]
    assert accounts.mail.sent == []


def test_guessing_tokens_is_slowed_down(accounts: Accounts) -> None:
    for _ in range(30):
        assert refusal(lambda: accounts.invitations.look("guessed", ADDRESS)).code == "not_found"
    token = invite(accounts)
    assert refusal(lambda: join(accounts, token)).code == "too_many_requests"
    join(accounts, token, address="198.51.100.1")
