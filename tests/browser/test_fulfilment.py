"""Settings → Fulfilment, as people and attackers meet it: an endpoint on loopback, a test that reaches it, attempts, roles."""

import json
import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx2
import msgspec
import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.barriers import LOOKS, assert_no_barrier, looking
from tests.browser.guards import Request, assert_nothing_works, assert_refused, sign_in
from tests.receivers import Receiver, TokenServer

from hearth.delivery.outbox import outgoing
from hearth.delivery.signing import verify
from hearth.domain.notifications import Attempt

ENDPOINT = {"url": "https://hooks.example.com/hearth", "authentication": {"kind": "none"}}
ADMINS_ALONE: list[Request] = [
    ("GET", "/api/fulfilment", None),
    ("PUT", "/api/fulfilment/endpoint", ENDPOINT),
    ("POST", "/api/fulfilment/endpoint/enabling", None),
    ("POST", "/api/fulfilment/signing-secret", {"overlapHours": 24}),
    ("POST", "/api/fulfilment/test", None),
    ("GET", "/api/fulfilment/attempts", None),
]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def http(console: Any) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=console.base_url) as client:
        yield client


def attempted(organisation: Any, status_code: int | None, error: str | None = None, title: str = "Plenty of sun") -> None:
    """A delivery of a notification and what came of it, as the delivery loop stores it."""
    notification = organisation.notify(title, status="PENDING")
    _, delivery = outgoing(notification, 3_600_000, has_endpoint=True)
    assert delivery is not None
    attempt = Attempt(
        delivery_id=delivery.id,
        attempted_at_ms=notification.stored_at_ms,
        duration_ms=1234,
        status_code=status_code,
        error=error,
    )
    with organisation.store.write() as session:
        session.outbox.add_all([delivery])
        session.outbox.record_attempt(organisation.customer.id, attempt)


def disable(organisation: Any) -> None:
    with organisation.store.write() as session:
        endpoint = session.endpoints.find(organisation.customer.id)
        session.endpoints.replace(msgspec.structs.replace(endpoint, disabled_reason="it answered 410 Gone"))


def test_an_admin_sets_the_endpoint_tries_it_and_sees_the_attempt(
    console: Any, organisation: Any, page: Page, receiver: Receiver
) -> None:
    console.sign_in(page, organisation, path="/settings/members")
    page.get_by_role("link", name="Fulfilment").click()
    expect(page.get_by_role("heading", name="Your households' notifications wait to be fetched")).to_be_visible()
    expect(page.get_by_text("hearth receiver --port 9000")).to_be_visible()
    manual = page.get_by_role("link", name=re.compile("The manual's page of webhooks"))
    answer = page.request.get(console.base_url.removesuffix("/console") + (manual.get_attribute("href") or ""))
    assert "# Receive notifications" in answer.text()
    assert answer.headers["content-type"].startswith("text/plain")

    form = page.get_by_role("region", name="Endpoint")
    form.get_by_label("URL").fill("hooks.example.com")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_text("An address that begins with https://")).to_be_visible()
    form.get_by_label("URL").fill(receiver.url)
    form.get_by_label("Authentication").select_option(label="Basic: user name and password")
    expect(page).to_have_url(re.compile(r"/settings/fulfilment\?auth=basic$"))
    form.get_by_label("User name").fill("hearth")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_text("Please enter it.")).to_be_visible()
    form.get_by_label("Password", exact=True).fill("s3cret")
    form.get_by_label("Requests per second, at most").fill("5")
    form.get_by_role("button", name="Save").click()

    once = page.get_by_text("Copy it now: it is not shown again.")
    expect(once).to_be_visible()
    secret = page.get_by_role("region", name="Signing secret").locator("code").inner_text()
    expect(form.get_by_label("Password", exact=True)).to_have_value("")
    expect(form.get_by_text(re.compile("Set on .* Leave it empty to keep it."))).to_be_visible()
    expect(page.get_by_text("Nothing was sent yet.")).to_be_visible()

    page.get_by_role("button", name="Send a test notification").click()
    expect(page.get_by_text(re.compile("Your endpoint answered 204 after .* ms"))).to_be_visible()
    [request] = receiver.requests
    verify([secret], request.headers, request.body, console.clock.now_ms())
    assert request.headers["authorization"] == "Basic aGVhcnRoOnMzY3JldA=="
    assert json.loads(request.body)["test"] is True
    row = page.get_by_role("table", name="Recent attempts").get_by_role("row").nth(1)
    expect(row).to_contain_text("Test")
    expect(row).to_contain_text("204")

    receiver.status = 401
    page.get_by_role("button", name="Send a test notification").click()
    expect(page.get_by_text("It wants another authentication, or another secret.")).to_be_visible()
    expect(page.get_by_role("table").get_by_role("row")).to_have_count(3)
    page.get_by_role("link", name="Failed").click()
    expect(page.get_by_role("table").get_by_role("row")).to_have_count(2)
    expect(page).to_have_url(re.compile(r"/settings/fulfilment\?show=failed$"))
    page.reload()
    expect(page.get_by_role("table").get_by_role("row")).to_have_count(2)
    expect(once).to_have_count(0)
    assert secret not in page.content()


def test_a_secret_is_asked_for_again_where_another_host_could_see_it(
    console: Any, organisation: Any, page: Page, receiver: Receiver
) -> None:
    with TokenServer("hearth", "cl1ent") as tokens, Receiver(tokens.admits) as guarded:
        console.sign_in(page, organisation, path="/settings/fulfilment?auth=oauth")
        form = page.get_by_role("region", name="Endpoint")
        form.get_by_label("URL", exact=True).fill(guarded.url)
        form.get_by_label("Token URL").fill(tokens.url)
        form.get_by_label("Client id").fill("hearth")
        form.get_by_label("Client secret").fill("cl1ent")
        form.get_by_role("button", name="Save").click()
        expect(form.get_by_text("Leave it empty to keep it.")).to_be_visible()
        page.get_by_role("button", name="Send a test notification").click()
        expect(page.get_by_text("Your endpoint answered 204")).to_be_visible()

        form.get_by_label("Scope (optional)").fill("notifications")
        form.get_by_role("button", name="Save").click()
        expect(form.get_by_text("Saved.")).to_be_visible()
        page.get_by_role("button", name="Send a test notification").click()
        expect(page.get_by_role("table").get_by_role("row")).to_have_count(3)
        assert b"scope=notifications" in tokens.requests[-1].body

        form.get_by_label("URL", exact=True).fill(receiver.url)
        expect(form.get_by_text("Enter it again: what is stored was given for another host")).to_be_visible()
        form.get_by_role("button", name="Save").click()
        expect(form.get_by_text("Please enter it.")).to_be_visible()
        form.get_by_label("Authentication").select_option(label="None: the signature is enough")
        expect(form.get_by_text("What is stored is dropped when you save.")).to_be_visible()
        form.get_by_role("button", name="Save").click()
        expect(form.get_by_text("Saved.")).to_be_visible()
        page.get_by_role("button", name="Send a test notification").click()
        expect(page.get_by_role("table").get_by_role("row")).to_have_count(4)
        assert "authorization" not in receiver.requests[0].headers
        assert len(guarded.requests) == 2


def test_a_signing_secret_is_replaced_and_both_are_good_meanwhile(
    console: Any, organisation: Any, page: Page, receiver: Receiver
) -> None:
    old = console.endpoints.save(organisation.customer.id, receiver.url).signing_secret
    console.sign_in(page, organisation, path="/settings/fulfilment")
    panel = page.get_by_role("region", name="Signing secret")
    expect(panel.get_by_label("The old one stays good for")).to_have_value("24")
    panel.get_by_role("button", name="Make a new secret").click()
    expect(panel.get_by_text("Copy it now")).to_be_visible()
    expect(panel.get_by_text("The old one signs as well; it ends in 23 hours")).to_be_visible()
    new = panel.locator("code").inner_text()
    assert new != old
    page.get_by_role("button", name="Send a test notification").click()
    expect(page.get_by_text("Your endpoint answered 204")).to_be_visible()
    [request] = receiver.requests
    for secret in (old, new):
        verify([secret], request.headers, request.body, console.clock.now_ms())


def test_how_deliveries_go_and_enabling_again(console: Any, organisation: Any, page: Page) -> None:
    console.endpoints.save(organisation.customer.id, "https://hooks.example.com/hearth")
    attempted(organisation, 200, title="First")
    attempted(organisation, 500, title="Second")
    attempted(organisation, None, "no answer within 15 s", title="Third")
    disable(organisation)
    console.sign_in(page, organisation, path="/settings/fulfilment")
    health = page.get_by_role("region", name="Deliveries")
    expect(health).to_contain_text("Disabled")
    expect(health).to_contain_text(re.compile(r"Last delivered (now|\d+ (second|minute)s? ago)"))
    expect(health).to_contain_text("The last 2 attempts failed.")
    expect(health).to_contain_text("The endpoint answered 410 (Gone).")
    health.get_by_role("button", name="Enable again").click()
    expect(health).to_contain_text("Enabled")
    expect(health.get_by_role("button", name="Enable again")).to_have_count(0)
    newest = page.get_by_role("table").get_by_role("row").nth(1)
    expect(newest).to_contain_text("no answer within 15 s")
    expect(newest).to_contain_text("home-1")
    expect(newest).to_contain_text("1,234 ms")
    newest.get_by_role("link", name="High excess energy").click()
    expect(page.get_by_role("dialog")).to_contain_text("Third")


def test_who_is_no_admin_sees_nothing_of_it(console: Any, organisation: Any, page: Page) -> None:
    console.members.add_member(organisation.customer.id, "v@example.com", "Vera", organisation.password, role="Author")
    console.sign_in(page, replace(organisation, email="v@example.com"), path="/settings/fulfilment")
    expect(page.get_by_role("alert")).to_contain_text("Your role does not allow this.")


@pytest.mark.parametrize("role", ["Viewer", "Author", "Billing"])
def test_the_server_refuses_other_roles(http: httpx2.Client, console: Any, organisation: Any, role: str) -> None:
    assert_refused(http, console, organisation, role, ADMINS_ALONE)
    assert console.endpoints.find(organisation.customer.id) is None


def test_nothing_works_without_a_session_or_without_its_token(http: httpx2.Client, organisation: Any) -> None:
    assert_nothing_works(http, organisation, ADMINS_ALONE)


def test_secrets_are_in_no_answer_no_log_and_no_audit_entry(
    http: httpx2.Client, console: Any, organisation: Any, receiver: Receiver, caplog: Any, capfd: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    csrf = {"X-CSRF-Token": sign_in(http, organisation)}
    body = {"url": receiver.url, "authentication": {"kind": "bearer"}, "credential": "t0k3n-of-theirs"}
    first = http.put("/api/fulfilment/endpoint", json=body, headers=csrf)
    signing_secret = first.json()["signingSecret"]
    assert signing_secret.startswith("whsec_")
    answers = [http.put("/api/fulfilment/endpoint", json=body | {"requestsPerSecond": 0}, headers=csrf)]
    assert (answers[0].status_code, answers[0].json()["errors"][0]["pointer"]) == (400, "/requestsPerSecond")
    answers += [http.post("/api/fulfilment/test", headers=csrf), http.put("/api/fulfilment/endpoint", json=body, headers=csrf)]
    answers += [http.get(path) for path in ("/api/fulfilment", "/api/fulfilment/attempts", "/api/audit")]
    wrong = http.put("/api/fulfilment/endpoint", json=body | {"credential": ["t0k3n-of-theirs"]}, headers=csrf)
    assert wrong.status_code == 400
    assert answers[1].json()["statusCode"] == 204
    assert receiver.requests[0].headers["authorization"] == "Bearer t0k3n-of-theirs"
    for answer in (*answers, wrong):
        assert "t0k3n" not in answer.text
        assert signing_secret not in answer.text
    console.stop()  # waits for what is done after an answer
    printed = capfd.readouterr()
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith(("httpx2", "httpcore2"))]
    told = "\n".join([*ours, printed.out, printed.err])
    assert "t0k3n" not in told
    assert signing_secret not in told


def test_another_customer_sees_nothing(http: httpx2.Client, console: Any, organisation: Any, receiver: Receiver) -> None:
    csrf = {"X-CSRF-Token": sign_in(http, organisation)}
    http.put("/api/fulfilment/endpoint", json=ENDPOINT | {"url": receiver.url}, headers=csrf)
    http.post("/api/fulfilment/test", headers=csrf)
    attempted(organisation, 500)
    other = console.add_organisation("Talgrund", "tom@example.com")
    with httpx2.Client(base_url=console.base_url) as theirs:
        csrf = {"X-CSRF-Token": sign_in(theirs, other)}
        assert theirs.get("/api/fulfilment").json() == {"endpoint": None, "lastSuccessMs": None, "failuresInARow": 0}
        assert theirs.get("/api/fulfilment/attempts").json() == {"items": [], "nextBefore": None}
        assert theirs.post("/api/fulfilment/test", headers=csrf).status_code == 404
        assert theirs.post("/api/fulfilment/signing-secret", json={"overlapHours": 1}, headers=csrf).status_code == 404
        assert theirs.post("/api/fulfilment/endpoint/enabling", headers=csrf).status_code == 404


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_no_barrier_and_no_sideways_scrolling(
    console: Any, organisation: Any, browser: Browser, receiver: Receiver, scheme: Any, width: int
) -> None:
    with looking(browser, scheme, width) as page:
        console.sign_in(page, organisation, path="/settings/fulfilment")
        assert_no_barrier(page, page.get_by_text("hearth receiver --port 9000"))
        page.goto(console.base_url + "/settings/fulfilment?auth=oauth")
        page.get_by_label("URL", exact=True).fill("http://hooks")
        page.get_by_role("button", name="Save").click()
        assert_no_barrier(page, page.get_by_text("An address that begins with https://").first)

        console.endpoints.save(organisation.customer.id, receiver.url)
        attempted(organisation, 200)
        attempted(organisation, None, "no answer within 15 s")
        disable(organisation)
        page.goto(console.base_url + "/settings/fulfilment")
        page.get_by_role("button", name="Make a new secret").click()
        assert_no_barrier(page, page.get_by_text("Copy it now"))
        page.get_by_role("button", name="Send a test notification").click()
        assert_no_barrier(page, page.get_by_text("Your endpoint answered 204"))
        receiver.status = 404
        page.get_by_role("button", name="Send a test notification").click()
        assert_no_barrier(page, page.get_by_text("Check the path of the URL"))
