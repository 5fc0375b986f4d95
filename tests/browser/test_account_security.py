"""The guards of accounts, as an attacker meets them over HTTP."""

import logging
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from tests.browser.guards import Request, assert_nothing_works, assert_refused, sign_in
from tests.mailbox import Mailbox, link_in

from hearth.testing.clocks import MovableClock

NEW_PASSWORD = "a quiet winter morning"
# What the mail server and the client of these tests log themselves.
_OF_THE_TEST = ("mail.", "httpx2", "httpcore2")
SOMEBODY = "a" * 24
ADMINS_ALONE: list[Request] = [
    ("GET", "/api/members", None),
    ("POST", "/api/members/invitations", {"email": "x@example.com", "role": "Admin", "language": "en"}),
    ("DELETE", f"/api/members/invitations/{SOMEBODY}", None),
    ("PUT", f"/api/members/{SOMEBODY}/role", {"role": "Admin"}),
    ("DELETE", f"/api/members/{SOMEBODY}", None),
    ("DELETE", f"/api/members/{SOMEBODY}/second-factor", None),
    ("GET", "/api/audit", None),
]
ONES_OWN: list[Request] = [
    ("PUT", "/api/profile", {"name": "Eve", "language": "en"}),
    ("PUT", "/api/profile/password", {"present": "x", "password": NEW_PASSWORD}),
    ("DELETE", "/api/profile/sessions", None),
    ("POST", "/api/profile/second-factor", None),
    ("PUT", "/api/profile/second-factor", {"secret": "A" * 32, "code": "000000", "present": "x"}),
    ("POST", "/api/profile/second-factor/removal", {"present": "x"}),
]
FOR_ANYBODY: list[Request] = [
    ("POST", "/api/invitation/look", {"token": "guessed"}),
    ("POST", "/api/invitation", {"token": "guessed", "name": "Eve", "password": NEW_PASSWORD}),
    ("POST", "/api/password-reset", {"email": "ada@example.com"}),
    ("PUT", "/api/password-reset", {"token": "guessed", "password": NEW_PASSWORD}),
]


@pytest.fixture
def seewinkel(mailing_console: Any) -> Any:
    return mailing_console.add_organisation("Seewinkel", "ada@example.com")


@pytest.fixture
def http(mailing_console: Any) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=mailing_console.base_url, timeout=60) as client:
        yield client


def token_in(mailbox: Mailbox) -> str:
    return link_in(mailbox.next_mail()).partition("#")[2]


@pytest.mark.parametrize("role", ["Viewer", "Author", "Billing"])
def test_who_is_no_admin_is_refused_at_the_server(
    http: httpx2.Client, mailing_console: Any, seewinkel: Any, mailbox: Mailbox, role: str
) -> None:
    assert_refused(http, mailing_console, seewinkel, role, ADMINS_ALONE)
    assert mailbox.is_empty()


def test_nothing_works_without_a_session_or_without_its_token(http: httpx2.Client, seewinkel: Any) -> None:
    assert_nothing_works(http, seewinkel, [*ADMINS_ALONE, *ONES_OWN])


def test_another_site_cannot_send_what_needs_no_session(http: httpx2.Client, seewinkel: Any, mailbox: Mailbox) -> None:
    for method, path, body in FOR_ANYBODY:
        answer = http.request(method, path, json=body, headers={"Sec-Fetch-Site": "cross-site"})
        assert answer.status_code == 403, f"{method} {path}"
    assert mailbox.is_empty()


def test_an_unknown_address_gets_the_same_answer_and_no_mail(http: httpx2.Client, seewinkel: Any, mailbox: Mailbox) -> None:
    unknown = http.post("/api/password-reset", json={"email": "nobody@example.com"})
    known = http.post("/api/password-reset", json={"email": seewinkel.email})
    assert (unknown.status_code, unknown.content) == (known.status_code, known.content) == (202, known.content)
    assert mailbox.next_mail()["To"] == seewinkel.email
    assert mailbox.is_empty()


def test_asking_again_and_again_is_slowed_down(http: httpx2.Client, seewinkel: Any) -> None:
    answers = [http.post("/api/password-reset", json={"email": seewinkel.email}) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [202, 202, 202, 429]
    assert int(answers[-1].headers["retry-after"]) > 0


def test_a_mailed_link_works_once_and_not_for_ever(start_console: Any, mailbox: Mailbox) -> None:
    clock = MovableClock()
    console = start_console(clock=clock, smtp_url=mailbox.url)
    organisation = console.add_organisation("Seewinkel", "ada@example.com")
    with httpx2.Client(base_url=console.base_url, timeout=60) as http:
        http.post("/api/password-reset", json={"email": organisation.email})
        body = {"token": token_in(mailbox), "password": NEW_PASSWORD}
        assert [http.put("/api/password-reset", json=body).status_code for _ in range(2)] == [204, 404]
        http.post("/api/password-reset", json={"email": organisation.email})
        late = {"token": token_in(mailbox), "password": NEW_PASSWORD}
        clock.advance(seconds=30 * 60)
        assert http.put("/api/password-reset", json=late).status_code == 404


def test_no_token_and_no_password_reaches_a_log_or_an_answer(
    http: httpx2.Client, mailing_console: Any, seewinkel: Any, mailbox: Mailbox, caplog: Any, capfd: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    csrf = sign_in(http, seewinkel)
    invitation = {"email": "bruno@example.com", "role": "Viewer", "language": "en"}
    answers = [http.post("/api/members/invitations", json=invitation, headers={"X-CSRF-Token": csrf})]
    tokens = [token_in(mailbox)]
    answers.append(http.post("/api/password-reset", json={"email": seewinkel.email}))
    tokens.append(token_in(mailbox))
    # Sent where it does not belong, it is not repeated either.
    answers.append(http.post("/api/invitation", json={"token": tokens[0], "name": "", "password": NEW_PASSWORD}))
    answers.append(http.put("/api/password-reset", json={"token": tokens[0], "password": NEW_PASSWORD}))
    mailbox.stop()
    answers.append(http.post("/api/members/invitations", json=invitation, headers={"X-CSRF-Token": csrf}))
    answers.append(http.post("/api/password-reset", json={"email": seewinkel.email}))
    assert [answer.status_code for answer in answers] == [201, 202, 400, 404, 503, 202]
    answers.append(http.get("/api/audit"))
    answers.append(http.get("/api/members"))
    mailing_console.stop()  # waits for what is done after an answer
    printed = capfd.readouterr()
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith(_OF_THE_TEST)]
    told = "".join([*ours, printed.out, printed.err, *(answer.text for answer in answers)])
    assert "password_reset.not_mailed" in told
    for secret in (*tokens, NEW_PASSWORD, seewinkel.password):
        assert secret not in told


def test_joining_does_not_take_over_anothers_session(
    http: httpx2.Client, mailing_console: Any, seewinkel: Any, mailbox: Mailbox
) -> None:
    csrf = sign_in(http, seewinkel)
    before = http.cookies["hearth_session"]
    invitation = {"email": "bruno@example.com", "role": "Viewer", "language": "en"}
    http.post("/api/members/invitations", json=invitation, headers={"X-CSRF-Token": csrf})
    joined = http.post("/api/invitation", json={"token": token_in(mailbox), "name": "Bruno", "password": NEW_PASSWORD})
    cookie = joined.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()
    assert before not in cookie
    assert joined.json()["role"] == "Viewer"
    assert http.get("/api/session").json()["email"] == "bruno@example.com"
    ada = httpx2.get(f"{mailing_console.base_url}/api/session", headers={"Cookie": f"hearth_session={before}"}, timeout=60)
    assert ada.json()["email"] == seewinkel.email


def test_another_customers_members_and_log_are_out_of_reach(http: httpx2.Client, mailing_console: Any, seewinkel: Any) -> None:
    other = mailing_console.add_organisation("Bergtal", "eve@example.com")
    with mailing_console.store.read() as session:
        [eve] = session.members.list_of(other.customer.id)
    headers = {"X-CSRF-Token": sign_in(http, seewinkel)}
    assert http.delete(f"/api/members/{eve.id}", headers=headers).status_code == 404
    assert http.put(f"/api/members/{eve.id}/role", json={"role": "Viewer"}, headers=headers).status_code == 404
    assert "eve@example.com" not in http.get("/api/members").text + http.get("/api/audit").text
