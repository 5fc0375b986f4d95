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
from tests.browser.storytelling import Look, in_each_look, telling
from tests.receivers import Receiver, TokenServer

from hearth.delivery.outbox import outgoing
from hearth.delivery.recipients import THE_WEBHOOK
from hearth.delivery.signing import verify
from hearth.domain.channels import Mqtt
from hearth.domain.notifications import Attempt

ENDPOINT = {"url": "https://hooks.example.com/hearth", "authentication": {"kind": "none"}}
ADMINS_ALONE: list[Request] = [
    ("GET", "/api/fulfilment", None),
    ("PUT", "/api/fulfilment/endpoint", ENDPOINT),
    ("PUT", "/api/fulfilment/endpoint/enabling", {"isEnabled": False}),
    ("POST", "/api/fulfilment/signing-secret", {"overlapHours": 24}),
    ("POST", "/api/fulfilment/test", None),
    ("GET", "/api/fulfilment/attempts", None),
]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


def attempted(organisation: Any, status_code: int | None, error: str | None = None, title: str = "Plenty of sun") -> None:
    """A delivery of a notification and what came of it, as the delivery loop stores it."""
    notification = organisation.notify(title, status="PENDING")
    _, [delivery] = outgoing(notification, 3_600_000, [THE_WEBHOOK])
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


@in_each_look
def test_an_admin_sets_the_endpoint_tries_it_and_sees_the_attempt(
    console: Any, organisation: Any, browser: Browser, receiver: Receiver, look: Look
) -> None:
    with telling(browser, look) as told:
        page, word, press = told.page, told.word, told.press
        page.goto(console.base_url + "/settings/members")
        told.sign_in(organisation.email, organisation.password)
        page.get_by_role("link", name=word("fulfilment.title")).click()
        expect(page.get_by_role("heading", name=word("fulfilment.absent"))).to_be_visible()
        expect(page.get_by_text("hearth receiver --port 9000")).to_be_visible()
        manual = page.get_by_role("link", name=word("fulfilment.manual"))
        expect(manual).to_have_attribute("href", "/console/help/integrate/webhooks")

        form = page.get_by_role("region", name=word("fulfilment.endpoint"))
        url = form.get_by_label(word("fulfilment.url"), exact=True)
        password = form.get_by_label(word("fulfilment.credential.basic"), exact=True)
        url.fill("hooks.example.com")
        press("rule.save", form)
        expect(form.get_by_text(word("fulfilment.wrong.url"))).to_be_visible()
        url.fill(receiver.url)
        form.get_by_label(word("fulfilment.authentication")).select_option(label=word("fulfilment.kind.basic"))
        expect(page).to_have_url(re.compile(r"/settings/fulfilment\?auth=basic$"))
        form.get_by_label(word("fulfilment.user")).fill("hearth")
        press("rule.save", form)
        expect(form.get_by_text(word("fulfilment.wrong.credential").partition(".")[0])).to_be_visible()
        password.fill("s3cret")
        form.get_by_label(word("fulfilment.throttle")).fill("5")
        press("rule.save", form)

        once = page.get_by_text(word("fulfilment.secretOnce"))
        expect(once).to_be_visible()
        secret = page.get_by_role("region", name=word("fulfilment.secret")).locator("code").inner_text()
        expect(password).to_have_value("")
        expect(form.get_by_text(told.words("fulfilment.kept"))).to_be_visible()
        expect(page.get_by_text(word("fulfilment.noAttempts").partition(".")[0])).to_be_visible()

        press("fulfilment.test")
        expect(page.get_by_text(told.words("fulfilment.answered")).filter(has_text="204")).to_be_visible()
        [request] = receiver.requests
        verify([secret], request.headers, request.body, console.clock.now_ms())
        assert request.headers["authorization"] == "Basic aGVhcnRoOnMzY3JldA=="
        assert json.loads(request.body)["test"] is True
        rows = page.get_by_role("table", name=word("fulfilment.attempts")).get_by_role("row")
        expect(rows.nth(1)).to_contain_text(word("fulfilment.isTest"))
        expect(rows.nth(1)).to_contain_text("204")

        receiver.status = 401
        press("fulfilment.test")
        expect(page.get_by_text(word("fulfilment.hint.401"))).to_be_visible()
        expect(rows).to_have_count(3)
        page.get_by_role("link", name=word("fulfilment.failedOnly"), exact=True).click()
        expect(rows).to_have_count(2)
        expect(page).to_have_url(re.compile(r"/settings/fulfilment\?show=failed$"))
        page.reload()
        expect(rows).to_have_count(2)
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


def test_nothing_of_another_admin_is_overwritten_unseen(console: Any, organisation: Any, page: Page) -> None:
    own, customer_id = "https://hooks.example.com/hearth", organisation.customer.id
    console.endpoints.save(customer_id, own)
    channel = console.channels.add(customer_id, "Displays", Mqtt(host="broker.example", topic="homes"))
    console.sign_in(page, organisation, path=f"/settings/fulfilment?channel={channel.id}")
    endpoint = page.get_by_role("region", name="Endpoint")
    further = page.get_by_role("region", name="Displays", exact=True)
    throttle = endpoint.get_by_label("Requests per second, at most")
    expect(throttle).to_be_visible()
    console.endpoints.save(customer_id, own + "/v2")
    console.channels.change(customer_id, channel.id, "Displays", Mqtt(host="other.example", topic="homes"))
    throttle.fill("5")
    further.get_by_label("Messages per second, at most").fill("5")
    for form in (endpoint, further):
        form.get_by_role("button", name="Save").click()
        expect(form.get_by_role("alert")).to_contain_text("Somebody else has changed this meanwhile. Nothing was saved.")
        form.get_by_role("button", name="Load anew").click()
        expect(form.get_by_role("alert")).to_have_count(0)
    expect(endpoint.get_by_label("URL", exact=True)).to_have_value(own + "/v2")
    expect(further.get_by_label("Server", exact=True)).to_have_value("other.example")
    for limit in ("5", "6"):  # after a save of one's own as well
        throttle.fill(limit)
        endpoint.get_by_role("button", name="Save").click()
        expect(endpoint.get_by_text("Saved.")).to_be_visible()
    assert console.endpoints.find(customer_id).requests_per_second == 6


def test_the_endpoint_is_switched_off_and_on(console: Any, organisation: Any, page: Page) -> None:
    console.endpoints.save(organisation.customer.id, "https://hooks.example.com/hearth", requests_per_second=5)
    attempted(organisation, 500)
    console.sign_in(page, organisation, path="/settings/fulfilment")
    health = page.get_by_role("region", name="Deliveries")
    switch = health.get_by_role("switch", name="Send notifications to the endpoint")
    expect(health).to_contain_text("The last attempt failed.")
    switch.click()
    expect(health).to_contain_text("Switched off: nothing is sent to the endpoint")
    expect(health).not_to_contain_text("failed.")
    expect(page.get_by_label("URL", exact=True)).to_have_value("https://hooks.example.com/hearth")
    assert console.endpoints.find(organisation.customer.id).is_enabled is False
    switch.click()
    expect(health).to_contain_text("Enabled")
    page.goto(console.base_url + "/settings/audit")
    expect(page.get_by_text("Endpoint switched off")).to_be_visible()


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
    with httpx2.Client(base_url=console.base_url, timeout=60) as theirs:
        csrf = {"X-CSRF-Token": sign_in(theirs, other)}
        nothing = {"endpoint": None, "lastSuccessMs": None, "failuresInARow": 0, "channels": [], "hasMailServer": False}
        assert theirs.get("/api/fulfilment").json() == nothing
        assert theirs.get("/api/fulfilment/attempts").json() == {"items": [], "nextBefore": None}
        assert theirs.post("/api/fulfilment/test", headers=csrf).status_code == 404
        assert theirs.post("/api/fulfilment/signing-secret", json={"overlapHours": 1}, headers=csrf).status_code == 404
        assert theirs.put("/api/fulfilment/endpoint/enabling", json={"isEnabled": True}, headers=csrf).status_code == 404


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
