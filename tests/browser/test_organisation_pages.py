"""What an Admin sees of Settings → Data and Settings → Event categories."""

import re
from array import array
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from tests.browser.authors import Author
from tests.browser.barriers import LOOKS, assert_no_barrier, looking

from hearth.connectors.system import SystemClock
from hearth.core.instants import DAY_MS, HOUR_MS, MINUTE_MS
from hearth.domain.audit import Actor
from hearth.domain.events import EventColumns, LogEntry, LogKind
from hearth.services.predefined_rules import predefined_rule_texts


def send_events(organisation: Any, event_type: str, source: str, spacing_ms: int, devices: int = 1) -> None:
    """Events of the last day, of the organisation's building."""
    now_ms = SystemClock().now_ms()
    times = range(now_ms - DAY_MS + spacing_ms, now_ms, spacing_ms)
    with organisation.store.write() as session:
        for number in range(devices):
            identity = (organisation.customer.id, organisation.building.id, event_type, f"device-{number}", source, None)
            series_id = session.series.find_or_add(*identity).id
            columns = EventColumns(
                series_ids=array("i", [series_id] * len(times)),
                times_ms=array("q", times),
                values=array("d", [1.0] * len(times)),
            )
            entry = LogEntry(
                sequence=session.events.last_sequence_for_operator() + 1,
                customer_id=organisation.customer.id,
                kind=LogKind.LIVE,
                received_at_ms=now_ms,
                columns=columns,
            )
            session.events.append([entry])


def add_active_rule(console: Any, organisation: Any) -> Any:
    by = Actor(kind="member", id="a" * 24, name="Ada")
    rule = console.rules.import_files(organisation.customer.id, [sorted(predefined_rule_texts())[0]], by).rules[0].rule
    return rule if rule.state == "ACTIVE" else console.rules.set_state(organisation.customer.id, rule.id, "ACTIVE", by)


def test_a_client_is_created_used_rotated_and_revoked(author: Author, page: Page, context: BrowserContext) -> None:
    """Before a real server: each secret gets, or gets no, token of the public API."""
    server = author.server
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=server.url)

    def token_of(client_id: str, secret: str) -> httpx2.Response:
        form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
        return httpx2.post(f"{server.url}/auth/token/v1", data=form, trust_env=False, timeout=60)

    def sent_with(token: str) -> int:
        headers = {"Authorization": f"Bearer {token}"}
        return httpx2.get(f"{server.url}/buildings/v1", headers=headers, trust_env=False, timeout=60).status_code

    author.sign_in(page, "/settings/data")
    clients = page.get_by_role("list", name="API clients").get_by_role("listitem")
    expect(clients).to_have_count(1)
    page.get_by_role("link", name="Create client").click()
    dialog = page.get_by_role("dialog")
    for scope in ("Change buildings", "Change rules", "Report interactions"):
        dialog.get_by_role("checkbox", name=scope).uncheck()
    dialog.get_by_role("button", name="Create client").click()
    expect(dialog.get_by_role("status")).to_contain_text("shown only this once")
    client_id = dialog.get_by_role("textbox", name="Client id").input_value()
    dialog.get_by_role("button", name="Copy: Client secret").click()
    first = str(page.evaluate("navigator.clipboard.readText()"))
    assert first == dialog.get_by_role("textbox", name="Client secret").input_value()
    page.keyboard.press("Escape")  # a slip of the hand does not lose it
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="I have kept it").click()
    expect(dialog).to_be_hidden()
    assert first not in page.content()
    assert first not in page.url
    row = clients.filter(has_text=client_id)
    expect(row).to_contain_text("read:buildings")
    expect(row).not_to_contain_text("write:buildings")
    token = token_of(client_id, first).raise_for_status().json()
    assert token["scope"].split() == [
        "read:buildings",
        "read:events",
        "write:events",
        "read:pushnotifications",
        "read:rules",
        "read:statistics",
    ]
    assert sent_with(token["access_token"]) == 200

    row.get_by_role("link", name=f"New secret: {client_id}").click()
    dialog.get_by_role("button", name="Make new secret").click()
    second = dialog.get_by_role("textbox", name="Client secret").input_value()
    expect(dialog).to_contain_text("The earlier secret is good until in 23 hours")
    dialog.get_by_role("button", name="I have kept it").click()
    expect(row).to_contain_text("The earlier secret is good until")
    assert [token_of(client_id, secret).status_code for secret in (first, second)] == [200, 200]

    row.get_by_role("link", name=f"Revoke: {client_id}").click()
    expect(dialog).to_contain_text("Events it sends are lost. This cannot be undone.")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    row.get_by_role("link", name=f"Revoke: {client_id}").click()
    dialog.get_by_role("button", name="Revoke").click()
    expect(row).to_contain_text("Revoked")
    expect(row.get_by_role("link")).to_have_count(0)
    assert [token_of(client_id, secret).status_code for secret in (first, second)] == [401, 401]
    assert sent_with(token["access_token"]) == 401

    page.get_by_role("link", name="Audit log").click()
    entries = page.get_by_role("list", name="Audit log").get_by_role("listitem")
    expect(entries.first).to_contain_text(f"Client revoked · {client_id}")
    log = server.log()
    assert first not in log
    assert second not in log


def test_name_and_languages_are_changed_and_it_is_told_what_follows(console: Any, organisation: Any, page: Page) -> None:
    rule = add_active_rule(console, organisation)
    console.sign_in(page, organisation, path="/settings/data")
    panel = page.get_by_role("region", name="Organisation")
    expect(panel.get_by_role("textbox", name="Organisation id")).to_have_value(organisation.customer.id)
    panel.get_by_label("Name", exact=True).fill("Seewinkel AG")
    languages = panel.get_by_role("combobox", name="Notification languages")
    languages.fill("Ital")
    page.get_by_role("option", name="Italian").click()
    expect(panel).to_contain_text("Italian: 1 active rule has no text yet.")
    expect(panel.get_by_role("link", name=rule.name)).to_have_attribute("href", re.compile(f"/rules/{rule.id}$"))
    languages.press("Backspace")
    languages.press("Backspace")
    expect(panel).to_contain_text("No longer needed: French.")
    languages.fill("Ital")
    page.get_by_role("option", name="Italian").click()
    page.keyboard.press("Escape")
    zone = panel.get_by_role("combobox", name="Time zone")
    zone.fill("Rome")
    page.get_by_role("option", name="Europe/Rome").click()
    panel.get_by_role("button", name="Save organisation").click()
    expect(panel.get_by_text("Saved.")).to_be_visible()
    expect(page.get_by_role("banner")).to_contain_text("Seewinkel AG")
    with console.store.read() as session:
        saved = session.customers.find(organisation.customer.id)
    assert (saved.name, saved.languages, saved.time_zone_id) == ("Seewinkel AG", ("en", "de", "it"), "Europe/Rome")
    page.reload()
    expect(panel.get_by_label("Name", exact=True)).to_have_value("Seewinkel AG")
    expect(panel).to_contain_text("Italian: 1 active rule has no text yet.")


def test_households_limits_are_set_and_taken_away(console: Any, organisation: Any, page: Page) -> None:
    console.sign_in(page, organisation, path="/settings/data")
    panel = page.get_by_role("region", name="Household limits")
    panel.get_by_role("checkbox", name="Quiet hours").check()
    panel.get_by_label("From", exact=True).fill("21:30")
    panel.get_by_label("Most notifications a day").fill("3")
    panel.get_by_role("button", name="Save limits").click()
    expect(panel.get_by_text("Saved.")).to_be_visible()
    page.reload()
    expect(panel.get_by_label("From", exact=True)).to_have_value("21:30")
    expect(panel.get_by_label("Most notifications a day")).to_have_value("3")
    panel.get_by_role("checkbox", name="Quiet hours").uncheck()
    panel.get_by_label("Most notifications a day").fill("")
    panel.get_by_role("button", name="Save limits").click()
    expect(panel.get_by_text("Saved.")).to_be_visible()
    with console.store.read() as session:
        limits = session.customers.find(organisation.customer.id).limits
    assert (limits.quiet_hours, limits.most_per_day) == (None, None)


def test_intervals_are_measured_and_deviations_told(console: Any, organisation: Any, page: Page) -> None:
    send_events(organisation, "ENERGY_CONSUMPTION", "SMART_METER", HOUR_MS)
    send_events(organisation, "POWER_CONSUMPTION", "GATEWAY", 5 * MINUTE_MS)
    send_events(organisation, "POWER_GENERATION", "INVERTER", HOUR_MS // 4, devices=230)
    console.sign_in(page, organisation, path="/settings/event-categories")
    table = page.get_by_role("table", name="Event categories")
    energy = table.get_by_role("row").filter(has_text="SMART_METER")
    generation = table.get_by_role("row").filter(has_text="INVERTER")
    expect(energy).to_contain_text("not yet")
    expect(generation).to_contain_text(re.compile(r"about 21,\d{3}from \d+ of 230 series"))
    energy.get_by_role("button", name="Measure current interval: ENERGY_CONSUMPTION, SMART_METER").click()
    expect(energy).to_contain_text("1 hourSlower than the catalogue (15 minutes). Datasets with a short timespan may be empty.")
    expect(energy).to_contain_text("1 of 1 series looked at, 100% of them within 20%.")
    page.get_by_role("button", name="Measure all shown").click()
    expect(generation).to_contain_text("200 of 230 series looked at, 100% of them within 20%.")
    expect(generation).not_to_contain_text("than the catalogue")
    expect(table).to_contain_text("5 minutesFaster than the catalogue (15 minutes).")

    page.get_by_label("Order").select_option(label="Deviations first")
    page.get_by_label("Type, source or unit").fill("power")
    expect(table.get_by_role("row")).to_have_count(3)
    expect(table.get_by_role("row").nth(1)).to_contain_text("POWER_CONSUMPTION")
    expect(page).to_have_url(re.compile(r"\?(sort=deviation&search=power|search=power&sort=deviation)$"))
    page.reload()
    expect(table.get_by_role("row")).to_have_count(3)
    expect(table).to_contain_text("5 minutes")
    page.get_by_label("Type, source or unit").fill("nothing like it")
    expect(page.get_by_text("No category fits this search.")).to_be_visible()


def test_before_anything_was_sent_the_page_says_what_comes(console: Any, organisation: Any, page: Page) -> None:
    console.sign_in(page, organisation, path="/settings/event-categories")
    expect(page.get_by_text("No home has sent anything yet.")).to_be_visible()
    page.goto(console.base_url + "/settings/data")
    expect(page.get_by_text("No client yet.")).to_be_visible()


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_no_barrier_and_no_sideways_scrolling(console: Any, organisation: Any, browser: Browser, scheme: Any, width: int) -> None:
    add_active_rule(console, organisation)
    send_events(organisation, "ENERGY_CONSUMPTION", "SMART_METER", HOUR_MS)
    send_events(organisation, "ENERGY_CONSUMPTION_YESTERDAY", "GATEWAY", DAY_MS // 2)
    gone, _ = console.access.create_client(organisation.customer.id)
    console.access.revoke_client(organisation.customer.id, gone)
    client_id, _ = console.access.create_client(organisation.customer.id)
    with looking(browser, scheme, width) as page:
        console.sign_in(page, organisation, path="/settings/data")
        assert_no_barrier(page, page.get_by_text("Revoked").first)
        page.get_by_role("combobox", name="Notification languages").fill("Ital")
        assert_no_barrier(page, page.get_by_role("option", name="Italian"))
        page.get_by_role("option", name="Italian").click()
        page.keyboard.press("Escape")
        page.get_by_role("checkbox", name="Quiet hours").check()
        assert_no_barrier(page, page.get_by_text("Italian: 1 active rule has no text yet."))
        page.get_by_role("link", name="Create client").click()
        dialog = page.get_by_role("dialog")
        assert_no_barrier(page, dialog.get_by_role("checkbox", name="Send events"))
        dialog.get_by_role("button", name="Create client").click()
        assert_no_barrier(page, dialog.get_by_role("textbox", name="Client secret"))
        dialog.get_by_role("button", name="I have kept it").click()
        page.get_by_role("link", name=f"New secret: {client_id}").click()
        assert_no_barrier(page, dialog.get_by_role("button", name="Make new secret"))
        page.keyboard.press("Escape")
        page.get_by_role("link", name=f"Revoke: {client_id}").click()
        assert_no_barrier(page, dialog.get_by_role("button", name="Revoke"))

        page.goto(console.base_url + "/settings/event-categories")
        page.get_by_role("button", name="Measure all shown").click()
        assert_no_barrier(page, page.get_by_text("Slower than the catalogue (15 minutes)."))
        page.get_by_label("Type, source or unit").fill("nothing like it")
        assert_no_barrier(page, page.get_by_text("No category fits this search."))
