"""Settings → Fulfilment → Further channels, as people and attackers meet them: added, tried, changed, switched, removed."""

import json
import re
from collections.abc import Callable
from typing import Any

import httpx2
from playwright.sync_api import Browser, Page, expect
from tests.browser.barriers import LOOKS, assert_no_barrier, looking
from tests.browser.guards import Request, assert_nothing_works, assert_refused, sign_in
from tests.firebase import Firebase
from tests.mailbox import Mailbox

from hearth.domain.channels import Email, Fcm, Mqtt

MAIL = {"name": "Mail", "way": {"kind": "email", "recipients": ["ops@example.com"]}}
OF_ONE = "/api/fulfilment/channels/" + "0" * 24
ADMINS_ALONE: list[Request] = [
    ("POST", "/api/fulfilment/channels", MAIL),
    ("PUT", OF_ONE, MAIL),
    ("PUT", OF_ONE + "/enabling", {"isEnabled": False}),
    ("POST", OF_ONE + "/test", {}),
    ("DELETE", OF_ONE, None),
]


def test_a_mail_channel_is_added_tried_changed_and_removed(mailing_console: Any, page: Page, mailbox: Mailbox) -> None:
    console = mailing_console
    organisation = console.add_organisation("Seewinkel", "ada@example.com")
    console.sign_in(page, organisation, path="/settings/fulfilment")
    panel = page.get_by_role("region", name="Further channels")
    panel.get_by_role("link", name="E-mail").click()
    form = page.get_by_role("region", name="A new e-mail channel")
    form.get_by_role("button", name="Add the channel").click()
    expect(form.get_by_text("E-mail addresses, one a line")).to_be_visible()
    form.get_by_label("To these addresses").fill("ops@example.com\nhelp")
    form.get_by_role("button", name="Add the channel").click()
    expect(form.get_by_text("E-mail addresses, one a line")).to_be_visible()
    form.get_by_label("To these addresses").fill("ops@example.com, desk@example.com")
    form.get_by_label("Name", exact=True).fill("Energy desk")
    form.get_by_role("button", name="Add the channel").click()
    expect(form).to_have_count(0)
    expect(panel.get_by_text("ops@example.com, desk@example.com")).to_be_visible()

    panel.get_by_role("link", name="Edit: Energy desk").click()
    expect(page).to_have_url(re.compile(r"\?channel=[0-9a-f]{24}$"))
    page.reload()
    form = page.get_by_role("region", name="Energy desk", exact=True)
    form.get_by_label("To end users").check()
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_text("Saved.")).to_be_visible()
    expect(panel.get_by_text("desk@example.com, end users")).to_be_visible()
    form.get_by_role("button", name="Send a test notification").click()
    expect(form.get_by_text("Taken.")).to_be_visible()
    mail = mailbox.next_mail()
    assert (mail["To"], mail["Subject"]) == ("ops@example.com", "Test notification")
    form.get_by_label("Test to this address").fill("nobody")
    form.get_by_role("button", name="Send a test notification").click()
    expect(form.get_by_text("Please enter an e-mail address")).to_be_visible()
    row = page.get_by_role("table", name="Recent attempts").get_by_role("row").nth(1)
    for text in ("Test", "Energy desk", "250"):
        expect(row).to_contain_text(text)

    # What people press is the label around the hidden box.
    panel.get_by_role("switch", name="Energy desk is on").locator("..").click()
    expect(panel.get_by_text("Disabled")).to_be_visible()
    form.get_by_role("button", name="Remove the channel").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove the channel").click()
    expect(panel.get_by_text("None yet.")).to_be_visible()


def test_push_and_mqtt_ask_for_their_secrets_and_never_show_them(console: Any, organisation: Any, page: Page) -> None:
    console.sign_in(page, organisation, path="/settings/fulfilment?channel=new-fcm")
    form = page.get_by_role("region", name="A new push channel")
    form.get_by_label("Key file of the service account").fill('{"type": "service_account"}')
    form.get_by_role("button", name="Add the channel").click()
    expect(form.get_by_text("the whole key file")).to_be_visible()
    with Firebase() as firebase:
        key = firebase.key_file()
    form.get_by_label("Key file of the service account").fill(key)
    form.get_by_label("Topic (optional)").fill("home-{customerBuildingId}")
    form.get_by_role("button", name="Add the channel").click()
    expect(page.get_by_text("solar-app-1f2e · home-{customerBuildingId} · end users")).to_be_visible()

    page.get_by_role("link", name="MQTT").click()
    form = page.get_by_role("region", name="A new MQTT channel")
    form.get_by_label("Server", exact=True).fill("mqtt.example.com")
    form.get_by_label("User name (optional)").fill("hearth")
    form.get_by_label("Topic", exact=True).fill("homes/#")
    form.get_by_label("Password", exact=True).fill("s3cret words")
    form.get_by_role("button", name="Add the channel").click()
    expect(form.get_by_text("A topic without + or #")).to_be_visible()
    form.get_by_label("Topic", exact=True).fill("homes/{userId}")
    form.get_by_role("button", name="Add the channel").click()
    expect(page.get_by_text("mqtt.example.com:8883 · homes/{userId}")).to_be_visible()
    told = told_by(console, organisation)
    for secret in ("s3cret words", "PRIVATE KEY", json.loads(key)["private_key"][60:100]):
        assert secret not in told
        assert secret not in page.content()


def told_by(console: Any, organisation: Any) -> str:
    with httpx2.Client(base_url=console.base_url, timeout=60) as http:
        sign_in(http, organisation)
        return http.get("/api/fulfilment").text + http.get("/api/audit").text


def test_admins_alone(http: httpx2.Client, console: Any, organisation: Any) -> None:
    assert_nothing_works(http, organisation, ADMINS_ALONE)
    assert_refused(http, console, organisation, "Author", ADMINS_ALONE)


def test_no_barrier_and_no_sideways_scrolling(start_console: Callable[..., Any], browser: Browser) -> None:
    console = start_console()
    organisation = console.add_organisation("Seewinkel", "ada@example.com")
    with Firebase() as firebase:
        key = firebase.key_file()
    own = console.channels
    own.add(organisation.customer.id, "Energy desk", Email(recipients=("energy-desk@seewinkel.example",), to_users=True))
    push = own.add(organisation.customer.id, "App", Fcm(topic="home-{customerBuildingId}", to_users=True), key)
    broker = own.add(organisation.customer.id, "Building control", Mqtt(host="mqtt.seewinkel.example", user="hearth"), "words")
    own.set_enabled(organisation.customer.id, broker.id, False)
    for scheme, width in LOOKS:
        with looking(browser, scheme, width) as page:
            console.sign_in(page, organisation, path=f"/settings/fulfilment?channel={push.id}")
            assert_no_barrier(page, page.get_by_role("region", name="App", exact=True))
            page.get_by_role("button", name="Send a test notification").last.click()
            page.goto(console.base_url + "/settings/fulfilment?channel=new-email")
            page.get_by_role("button", name="Add the channel").click()
            assert_no_barrier(page, page.get_by_text("The name of a server such as"))
            page.goto(console.base_url + f"/settings/fulfilment?channel={broker.id}")
            assert_no_barrier(page, page.get_by_label("Server", exact=True))
