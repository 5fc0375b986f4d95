"""Members: signing in, sessions that slide, guessing that is slowed down — over both databases."""

import pytest
from cryptography.fernet import Fernet

from hearth.connectors.secrets import Argon2Hasher, FernetSealer
from hearth.core.problems import Problem
from hearth.domain.customers import Customer
from hearth.ports import Store
from hearth.services.members import Members, SignedIn, csrf_fits
from hearth.testing.clocks import CountedIdentities, MovableClock

EMAIL = "ada@example.com"
PASSWORD = "correct horse battery"
HOUR = 3_600
HASHER = Argon2Hasher()
SEALER = FernetSealer([Fernet.generate_key().decode()])


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def customer(store: Store, clock: MovableClock) -> Customer:
    customer = Customer(id="c" * 24, name="Seewinkel", created_at_ms=clock.now_ms())
    with store.write() as session:
        session.customers.add(customer)
    return customer


@pytest.fixture
def members(store: Store, clock: MovableClock, customer: Customer) -> Members:
    members = Members(store, HASHER, SEALER, clock, CountedIdentities())
    members.add_member(customer.id, EMAIL, "Ada", PASSWORD)
    return members


def sign_in(members: Members, password: str = PASSWORD, email: str = EMAIL, address: str = "192.0.2.1") -> tuple[str, SignedIn]:
    return members.sign_in(email, password, address)


def code_of_refusal(members: Members, **arguments: str) -> str:
    with pytest.raises(Problem) as caught:
        sign_in(members, **arguments)
    return caught.value.code


def test_a_member_signs_in_however_the_address_is_written(members: Members, customer: Customer) -> None:
    token, signed_in = sign_in(members, email="  Ada@Example.COM ")
    assert (signed_in.member.name, signed_in.customer) == ("Ada", customer)
    assert members.find_signed_in(token) == signed_in


@pytest.mark.parametrize("password", ["short", "ninechars", "aaaaaaaaaaaa", EMAIL, "x" * 201])
def test_a_weak_password_is_refused_at_its_place(members: Members, customer: Customer, password: str) -> None:
    with pytest.raises(Problem) as caught:
        members.add_member(customer.id, EMAIL, "Ada", password)
    assert caught.value.errors[0].pointer == "/password"


@pytest.mark.parametrize(
    "email",
    [
        "",
        "ada",
        "@example.com",
        "ada@",
        "a da@example.com",
        "a..b@x.com",
        ".a@x.com",
        "ä@x.com",
        "x:y@x.com",
        "a@x.com.",
        "a@b@x.com",
        "<a@x.com>",
        "a@x.com\nb",
    ],
)
def test_what_is_no_address_is_refused(members: Members, customer: Customer, email: str) -> None:
    with pytest.raises(Problem) as caught:
        members.add_member(customer.id, email, "Ada", PASSWORD)
    assert caught.value.errors[0].pointer == "/email"


def test_an_address_belongs_to_one_member(members: Members, customer: Customer) -> None:
    with pytest.raises(Problem) as caught:
        members.add_member(customer.id, EMAIL.upper(), "Ada again", PASSWORD)
    assert caught.value.code == "conflict"


def test_a_member_needs_a_customer(members: Members) -> None:
    with pytest.raises(Problem) as caught:
        members.add_member("d" * 24, "bob@example.com", "Bob", PASSWORD)
    assert caught.value.code == "not_found"


def test_wrong_password_and_unknown_address_are_told_the_same(members: Members) -> None:
    with pytest.raises(Problem) as wrong:
        sign_in(members, password="not the password")
    with pytest.raises(Problem) as unknown:
        sign_in(members, email="nobody@example.com")
    assert wrong.value == unknown.value
    assert wrong.value.code == "unauthorized"


def test_a_session_lasts_twelve_hours_from_its_last_use(members: Members, clock: MovableClock) -> None:
    token, _ = sign_in(members)
    for _ in range(3):
        clock.advance(seconds=11 * HOUR)
        assert members.find_signed_in(token) is not None
    clock.advance(seconds=12 * HOUR)
    assert members.find_signed_in(token) is None


def test_merely_looking_does_not_keep_a_session(members: Members, clock: MovableClock) -> None:
    token, _ = sign_in(members)
    clock.advance(seconds=11 * HOUR)
    assert members.find_signed_in(token, renew=False) is not None
    clock.advance(seconds=HOUR)
    assert members.find_signed_in(token, renew=False) is None


def test_signing_out_ends_the_session_only_there(members: Members) -> None:
    first, first_signed_in = sign_in(members)
    second, _ = sign_in(members)
    members.sign_out(first_signed_in.session)
    members.sign_out(first_signed_in.session)
    assert members.find_signed_in(first) is None
    assert members.find_signed_in(second) is not None


def test_sessions_that_are_over_are_cleared_away(members: Members, store: Store, clock: MovableClock) -> None:
    _, over = sign_in(members)
    clock.advance(seconds=12 * HOUR)
    sign_in(members)
    with store.read() as session:
        assert session.member_sessions.find_for_cookie(over.session.token_hash) is None


def test_a_session_takes_its_own_token_only(members: Members) -> None:
    _, one = sign_in(members)
    _, other = sign_in(members)
    assert csrf_fits(one.session, one.session.csrf_token)
    assert not csrf_fits(one.session, other.session.csrf_token)
    assert not csrf_fits(one.session, "")
    assert not csrf_fits(one.session, "é")


def test_guessing_one_password_is_slowed_down_from_wherever(members: Members, clock: MovableClock) -> None:
    for number in range(10):
        assert code_of_refusal(members, password="wrong guess", address=f"192.0.2.{number}") == "unauthorized"
    assert code_of_refusal(members, address="192.0.2.99") == "too_many_requests"
    clock.advance(seconds=301)
    sign_in(members)


def test_whoever_knows_the_password_is_not_slowed_down(members: Members) -> None:
    for _ in range(40):
        sign_in(members, address="192.0.2.1")


def test_right_passwords_too_have_an_end_from_one_network(members: Members, clock: MovableClock) -> None:
    for _ in range(100):
        sign_in(members, address="192.0.2.1")
    assert code_of_refusal(members, address="192.0.2.1") == "too_many_requests"
    sign_in(members, address="192.0.2.2")
    clock.advance(seconds=301)
    sign_in(members, address="192.0.2.1")


def test_a_right_password_takes_back_no_wrong_one(members: Members) -> None:
    for number in range(10):
        assert code_of_refusal(members, password="wrong guess", address="192.0.2.1") == "unauthorized"
        if number < 9:
            sign_in(members, address="192.0.2.1")
    assert code_of_refusal(members, address="192.0.2.1") == "too_many_requests"


def test_guessing_many_passwords_from_one_network_is_slowed_down(members: Members, clock: MovableClock) -> None:
    for number in range(30):
        arguments = {"email": f"nobody{number}@example.com", "address": f"2001:db8::{number:x}"}
        assert code_of_refusal(members, **arguments) == "unauthorized"
    with pytest.raises(Problem) as caught:
        sign_in(members, address="2001:db8::ffff")
    assert (caught.value.code, caught.value.retry_after_seconds) == ("too_many_requests", 300)
    for _ in range(10):  # of one that must wait nothing counts for the address it names
        assert code_of_refusal(members, address="2001:db8::ffff") == "too_many_requests"
    sign_in(members, address="2001:db8:0:1::1")
