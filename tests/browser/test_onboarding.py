"""On-boarding as a new customer goes through it: the operator makes the organisation, its Admin does five steps in the console
while a script is its cloud, and a notification reaches its receiver."""

import json
import re
import time
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from tests.browser.barriers import assert_no_barrier, looking, tab_to
from tests.browser.guards import Request, assert_nothing_works, sign_in
from tests.browser.storytelling import Look, Told, in_each_look, telling
from tests.receivers import Receiver
from tests.running import Server, until
from typer.testing import CliRunner

from hearth.cli import customer as customer_commands
from hearth.delivery.signing import verify

PASSWORD = "correct horse battery"
REQUESTS: list[Request] = [
    ("GET", "/api/onboarding", None),
    ("PUT", "/api/onboarding/hiding", {"isHidden": True}),
]


class Cloud:
    """The customer's own program: all it knows is what the page says."""

    def __init__(self, commands: str) -> None:
        found = re.search(r"-u (\S+):(\S+) .*?(http://\S+)/auth/token/v1", commands, re.DOTALL)
        assert found is not None, commands
        client_id, secret, url = found.groups()
        self.api = httpx2.Client(base_url=url, trust_env=False, timeout=60)
        form = {"grant_type": "client_credentials"}
        answer = self.api.post("/auth/token/v1", data=form, auth=(client_id, secret)).raise_for_status()
        self.api.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def post(self, path: str, body: Any) -> None:
        self.api.post(path, json=body).raise_for_status()

    def send(self, event_type: str, value: float, seconds_ago: int) -> None:
        event = {"customerBuildingId": "home-1", "deviceId": "meter-1", "deviceName": "Meter", "source": "GATEWAY"}
        at = int(time.time()) - seconds_ago
        self.post("/events/v1", {**event, "type": event_type, "value": value, "timestamp": at})


def operate(server: Server, *arguments: str) -> str:
    """What `hearth customer` prints, in this process: a new one takes seconds to start."""
    done = CliRunner().invoke(customer_commands.app, [*arguments, "--data-dir", str(server.folder)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def step(told: Told, name: str) -> Locator:
    return told.page.get_by_role("listitem").filter(has=told.page.get_by_role("button", name=told.word(f"start.step.{name}")))


def is_done(told: Told, name: str, fact: str) -> None:
    expect(step(told, name).get_by_text(told.word("start.state.DONE"), exact=True)).to_be_visible()
    expect(step(told, name)).to_contain_text(fact)


def go_on(told: Told) -> None:
    """By the keyboard, which then stands at the next step."""
    onward = told.page.get_by_role("button", name=told.word("start.onward"))
    onward.focus()
    told.page.keyboard.press("Enter")


def body_of(body: str) -> Any:
    """The JSON of a command to paste."""
    return json.loads(body.partition("-d '")[2].rpartition("'")[0])


@in_each_look
def test_from_nothing_to_a_delivered_notification(server: Server, browser: Browser, look: Look) -> None:
    _, width, language = look
    email = f"ada-{language}-{width}@example.com"
    customer = json.loads(operate(server, "create", "Seewinkel", "--json"))
    added = ("add-member", email, "--customer", customer["customerId"], "--name", "Ada Lind", "--password", PASSWORD)
    [address] = re.findall(r"http\S+", operate(server, *added))
    assert address.endswith("/console/start")
    with Receiver() as receiver, telling(browser, look) as told:
        page, word, press = told.page, told.word, told.press
        page.goto(f"{server.url}/console/")
        told.sign_in(email, PASSWORD)
        reminder = page.get_by_role("region", name=word("start.card", done=0, of=5))
        expect(reminder).to_contain_text(word("start.next", step=word("start.step.organisation")))
        reminder.get_by_role("link", name=word("start.goOn")).click()

        progress = page.get_by_role("main").get_by_role("status").first
        expect(progress).to_have_text(word("start.progress", done=0, of=5))
        page.get_by_role("textbox", name=word("accounts.name"), exact=True).fill("Seewinkel AG")
        assert_no_barrier(page)
        press("data.saveOrganisation")
        is_done(told, "organisation", "Seewinkel AG")

        go_on(told)
        expect(page).to_have_url(re.compile(r"\?step=client$"))
        expect(step(told, "client")).to_contain_text(word("start.fact.noToken", id=customer["clientId"]))
        expect(page.get_by_text(f"{customer['clientId']}:CLIENT_SECRET")).to_be_visible()
        page.get_by_role("link", name=word("start.anotherClient")).click()
        press("clients.create", page.get_by_role("dialog"))
        secret = page.get_by_role("textbox", name=word("clients.secret")).input_value()
        press("clients.kept")
        commands = page.get_by_role("region", name=word("noEvents.code"))
        expect(commands).to_contain_text(secret)
        cloud = Cloud(commands.inner_text())
        is_done(told, "client", word("start.fact.token", id="").strip())
        assert_no_barrier(page)

        go_on(told)
        cloud.post("/buildings/v1", body_of(page.get_by_role("region", name=word("start.code.building")).inner_text()))
        expect(step(told, "event")).to_contain_text(word("start.fact.quiet", building="home-1"))
        assert_no_barrier(page)
        cloud.post("/events/v1", body_of(page.get_by_role("region", name=word("start.code.event")).inner_text()))
        is_done(told, "event", word("start.fact.heard", building="home-1", type="POWER_CONSUMPTION"))

        # Left, and taken up again where one was; the secret is gone from the page.
        page.goto(f"{server.url}/console/")
        page.get_by_role("region", name=word("start.card", done=3, of=5)).get_by_role("link").click()
        expect(progress).to_have_text(word("start.progress", done=3, of=5))
        page.get_by_label(word("fulfilment.url"), exact=True).fill(receiver.url)
        press("rule.save")
        signing_secret = page.get_by_role("region", name=word("fulfilment.secretItself")).inner_text().strip()
        expect(step(told, "endpoint")).to_contain_text(told.words("start.fact.untested"))
        receiver.status = 503
        press("fulfilment.test")
        expect(step(told, "endpoint")).to_contain_text(told.words("start.fact.testFailed"))
        receiver.status = 204
        press("fulfilment.test")
        is_done(told, "endpoint", receiver.url.split("/")[2])
        assert_no_barrier(page)
        assert secret not in page.content()

        go_on(told)
        activate = page.locator(".predefined-card").first.get_by_role("button")
        expect(activate).to_be_visible()
        assert_no_barrier(page)
        activate.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name=word("start.allDone"))).to_be_visible()
        expect(progress).to_have_text(word("start.progress", done=5, of=5))
        expect(page.get_by_text(word("start.waitingForRules"))).to_be_visible()
        assert_no_barrier(page)

        tests = len(receiver.requests)
        for seconds_ago in (600, 0):
            cloud.send("GRID_POWER_CONSUMPTION", -2_400, seconds_ago)
        request = until(lambda: receiver.requests[tests:])[0]
        verify([signing_secret], request.headers, request.body, int(time.time() * 1000))
        assert json.loads(request.body)["customerBuildingId"] == "home-1"
        expect(page.get_by_text(word("start.firstDelivered"))).to_be_visible()

        page.get_by_role("link", name=word("start.toOverview")).click()
        expect(page.get_by_role("region", name=word("figures.title"))).to_be_visible()
        expect(page.locator(".onboarding-card")).to_have_count(0)


def test_the_reminder_is_hidden_and_the_page_found_again(console: Any, organisation: Any, page: Page) -> None:
    console.sign_in(page, organisation)
    reminder = page.get_by_role("region", name="Continue setting up: 1 of 5")
    hide = reminder.get_by_role("button")
    tab_to(hide)
    page.keyboard.press("Enter")
    expect(reminder).to_have_count(0)
    page.reload()
    expect(page.get_by_text("What may need a look").or_(page.get_by_text("Silent homes"))).to_be_visible()
    expect(reminder).to_have_count(0)

    page.get_by_role("button", name="Account of Ada Lind").click()
    page.get_by_role("menuitem", name="Getting started").click()
    expect(page.get_by_role("heading", name="Getting started", level=1)).to_be_visible()
    remind = page.get_by_role("switch", name="Remind me on the overview")
    expect(remind).not_to_be_checked()
    remind.press("Space")
    expect(remind).to_be_checked()
    page.get_by_role("link", name="Overview", exact=True).click()
    expect(reminder).to_be_visible()


def test_who_may_not_do_a_step_sees_who_can(console: Any, organisation: Any, browser: Browser) -> None:
    client_id, _ = console.access.create_client(organisation.customer.id)
    for role in ("Viewer", "Author"):
        console.members.add_member(organisation.customer.id, f"{role}@example.com", role, organisation.password, role=role)
    for role in ("Viewer", "Author"):
        with looking(browser, "light", 1280) as page:
            page.goto(console.base_url + "/start?step=endpoint")
            page.get_by_label("E-mail address").fill(f"{role}@example.com")
            page.get_by_label("Password", exact=True).fill(organisation.password)
            page.get_by_role("button", name="Sign in").click()
            expect(page.get_by_text("This is an Admin’s to do: Ada Lind.")).to_be_visible()
            expect(page.get_by_role("listitem").filter(has_text="A client for your cloud")).to_contain_text("Under way")
            assert client_id not in page.content()
            assert_no_barrier(page)
            page.get_by_role("button", name="First building, first event").click()
            allowed = page.get_by_role("region", name="Commands that send an event")
            refused = page.get_by_text("This is an Author’s or Admin’s to do: Ada Lind, Author.")
            expect(allowed if role == "Author" else refused).to_be_visible()


@pytest.mark.parametrize("role", ["Viewer", "Author", "Billing"])
def test_a_role_learns_no_fact_that_it_may_not_see(http: httpx2.Client, console: Any, organisation: Any, role: str) -> None:
    console.access.create_client(organisation.customer.id)
    console.endpoints.save(organisation.customer.id, "https://hooks.example.com/hearth")
    console.members.add_member(organisation.customer.id, "v@example.com", "V", organisation.password, role=role)
    sign_in(http, organisation, "v@example.com")
    told = http.get("/api/onboarding").json()
    hidden = {"client", "ways"} | ({"buildingId", "rules"} if role == "Billing" else set())
    assert {key for key in ("client", "ways", "buildingId", "rules") if told[key] is None} == hidden
    assert [each["state"] for each in told["steps"]] == ["TODO", "DOING", "DOING", "DOING", "DONE"]


def test_nothing_works_without_a_session_or_without_its_token(http: httpx2.Client, organisation: Any) -> None:
    assert_nothing_works(http, organisation, REQUESTS)


def test_another_customer_sees_its_own_steps(http: httpx2.Client, console: Any, organisation: Any) -> None:
    console.access.create_client(organisation.customer.id)
    other = console.add_organisation("Talgrund", "tom@example.com")
    sign_in(http, other)
    assert http.get("/api/onboarding").json()["client"] is None
