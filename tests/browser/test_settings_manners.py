"""What the settings do while and after something is under way: it can be stopped, and is no longer told when it is past."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.browser.held_saves import edit_while_saving, hold, the_only_one
from tests.browser.test_organisation_pages import HOUR_MS, send_events


def test_measuring_all_can_be_stopped(console: Any, organisation: Any, page: Page) -> None:
    for event_type in ("ENERGY_CONSUMPTION", "POWER_CONSUMPTION", "POWER_GENERATION"):
        send_events(organisation, event_type, "SMART_METER", HOUR_MS)
    console.sign_in(page, organisation, path="/settings/event-categories")
    held = hold(page, "**/event-categories/measurement", "POST")
    with page.expect_request("**/event-categories/measurement"):
        page.get_by_role("button", name="Measure all shown").click()
    stop = page.get_by_role("button", name="Stop measuring")
    expect(stop).to_be_visible()
    stop.click()
    # The one under way is finished, no other is begun.
    the_only_one(held, page).continue_()
    expect(page.get_by_role("status").filter(has_text="Stopped.")).to_be_attached()
    expect(page.get_by_role("button", name="Measure all shown")).to_be_visible()
    table = page.get_by_role("table", name="Event categories")
    expect(table.get_by_text("1 of 1 series looked at", exact=False)).to_have_count(1)
    assert len(held) == 1


def test_a_saved_endpoint_is_not_told_of_what_is_edited_since(console: Any, organisation: Any, page: Page) -> None:
    console.sign_in(page, organisation, path="/settings/fulfilment")
    form = page.get_by_role("region", name="Endpoint")
    form.get_by_label("URL").fill("https://hooks.example.com/hearth")
    form.get_by_role("button", name="Save").click()
    saved = form.get_by_role("status").filter(has_text=re.compile("Saved"))
    expect(saved).to_be_visible()
    form.get_by_label("Requests per second, at most").fill("5")
    expect(saved).to_have_count(0)


@pytest.mark.parametrize(
    ("path", "request_path", "label", "edited"),
    [
        ("/settings/fulfilment", "**/fulfilment/endpoint", "Requests per second, at most", "5"),
        ("/settings/data", "**/api/organisation", "Name", "Seeblick"),
        ("/settings/data", "**/organisation/limits", "Most notifications a day", "4"),
    ],
)
def test_a_save_under_way_is_not_forgotten_when_something_is_edited(
    console: Any, organisation: Any, page: Page, path: str, request_path: str, label: str, edited: str
) -> None:
    console.sign_in(page, organisation, path=path)
    field = page.get_by_label(label, exact=True)
    form = page.locator("form").filter(has=field)
    if path == "/settings/fulfilment":
        form.get_by_label("URL").fill("https://hooks.example.com/hearth")
    edit_while_saving(page, request_path, form.locator("button[type=submit]"), field, edited)


def test_a_channel_that_is_added_does_not_close_the_form_opened_meanwhile(console: Any, organisation: Any, page: Page) -> None:
    console.sign_in(page, organisation, path="/settings/fulfilment?channel=new-mqtt")
    form = page.get_by_role("region", name="A new MQTT channel")
    form.get_by_label("Server", exact=True).fill("mqtt.example.com")
    form.get_by_label("Topic", exact=True).fill("homes/{userId}")
    held = hold(page, "**/fulfilment/channels", "POST")
    with page.expect_request(lambda request: request.method == "POST"):
        form.get_by_role("button", name="Add the channel").click()
    page.get_by_role("link", name="Push").click()
    other = page.get_by_role("region", name="A new push channel")
    other.get_by_label("Topic (optional)").fill("all")
    the_only_one(held, page).continue_()
    expect(page.get_by_text("mqtt.example.com:8883 · homes/{userId}")).to_be_visible()
    expect(other.get_by_label("Topic (optional)")).to_have_value("all")
    expect(page).to_have_url(re.compile("channel=new-fcm"))


def test_a_kind_of_authentication_chosen_during_a_save_stays_chosen(console: Any, organisation: Any, page: Page) -> None:
    console.sign_in(page, organisation, path="/settings/fulfilment")
    form = page.get_by_role("region", name="Endpoint")
    form.get_by_label("URL").fill("https://hooks.example.com/hearth")
    held = hold(page, "**/fulfilment/endpoint", "PUT")
    with page.expect_request(lambda request: request.method == "PUT"):
        form.get_by_role("button", name="Save").click()
    kind = form.get_by_label("Authentication")
    kind.select_option("basic")
    expect(page).to_have_url(re.compile("auth=basic"))
    the_only_one(held, page).continue_()
    expect(form.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    expect(kind).to_have_value("basic")
