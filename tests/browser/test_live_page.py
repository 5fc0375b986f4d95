"""What a member sees: signing in, the live page, its languages, its looks."""

import re
from typing import Any

import pytest
from playwright.sync_api import APIResponse, Browser, Page, Route, expect
from tests.browser.barriers import LOOKS, assert_no_barrier, looking
from tests.running import until


def card(page: Page, title: str) -> Any:
    return page.get_by_role("link").filter(has_text=title)


def test_a_wrong_password_is_refused_in_words_and_the_right_one_opens_the_page(
    console: Any, organisation: Any, page: Page
) -> None:
    page.goto(console.base_url + "/")
    page.get_by_label("E-mail address").fill(organisation.email)
    page.get_by_label("Password", exact=True).fill("not the password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_have_text("The e-mail address or the password is wrong.")
    page.get_by_label("Password", exact=True).fill(organisation.password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Notifications", exact=True)).to_be_visible()
    expect(page.get_by_role("banner")).to_contain_text("Seewinkel")


def test_the_keyboard_alone_signs_in(console: Any, organisation: Any, page: Page) -> None:
    page.goto(console.base_url + "/")
    expect(page.get_by_label("E-mail address")).to_be_focused()
    page.keyboard.type(organisation.email)
    page.keyboard.press("Tab")
    page.keyboard.type(organisation.password)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Events per minute")).to_be_visible()


def test_a_deep_link_survives_signing_in(console: Any, organisation: Any, page: Page) -> None:
    notification = organisation.notify()
    console.sign_in(page, organisation, path=f"/notifications/{notification.id}?status=DELIVERED")
    drawer = page.get_by_role("dialog")
    expect(drawer).to_contain_text("Beaucoup de soleil")
    expect(page).to_have_url(re.compile("status=DELIVERED"))


def test_events_and_notifications_appear_without_a_reload(console: Any, organisation: Any, page: Page) -> None:
    organisation.receive_events(7, minutes_ago=5)
    console.sign_in(page, organisation)
    expect(page.get_by_text("No notifications yet")).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="Live")).to_be_visible()
    page.evaluate("window.sameDocument = true")

    organisation.receive_events(35)
    expect(page.get_by_role("term").filter(has_text="Events, last hour").locator("xpath=..")).to_contain_text("42")
    expect(page.get_by_role("img", name=re.compile("42 in all, at most 35 in a minute"))).to_be_visible()

    notification = organisation.notify("Start the washing machine", status="PENDING")
    expect(card(page, "Start the washing machine")).to_contain_text("Pending")
    with console.store.write() as session:
        session.notifications.set_status(organisation.customer.id, notification.id, "DELIVERED")
    expect(card(page, "Start the washing machine")).to_contain_text("Delivered")
    assert page.evaluate("window.sameDocument") is True


def test_what_comes_while_the_list_is_first_asked_for_is_not_missed(console: Any, organisation: Any, page: Page) -> None:
    organisation.notify("Known before")
    held: list[tuple[Route, APIResponse]] = []
    page.route(re.compile("/console/api/notifications(\\?|$)"), lambda route: held.append((route, route.fetch())), times=1)
    console.sign_in(page, organisation)
    expect(page.get_by_role("status").filter(has_text="Live")).to_be_visible()
    expect(page.get_by_role("region", name="Figures")).to_contain_text("1")
    until(lambda: held or page.wait_for_timeout(20))
    with page.expect_response("**/console/api/overview"):
        organisation.notify("Sent meanwhile")
    [(route, answer)] = held
    route.fulfill(response=answer)
    expect(card(page, "Known before")).to_be_visible()
    expect(card(page, "Sent meanwhile")).to_be_visible()


def test_the_page_says_when_it_is_cut_off_and_catches_up(console: Any, organisation: Any, page: Page) -> None:
    console.sign_in(page, organisation)
    expect(page.get_by_role("status").filter(has_text="Live")).to_be_visible()
    console.stop()
    expect(page.get_by_role("status").filter(has_text="Reconnecting")).to_be_visible()
    organisation.notify("Sent meanwhile")
    console.start()
    expect(card(page, "Sent meanwhile")).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="Live")).to_be_visible()


def test_the_chart_has_the_same_figures_as_a_table(console: Any, organisation: Any, page: Page) -> None:
    organisation.receive_events(12, minutes_ago=3)
    console.sign_in(page, organisation)
    table = page.get_by_role("table", name="Events per minute")
    expect(table.get_by_role("rowheader")).to_have_count(60)
    expect(table.get_by_role("cell", name="12", exact=True)).to_have_count(1)


def test_hours_and_days_lead_to_their_lists(console: Any, organisation: Any, page: Page) -> None:
    organisation.receive_events(12, minutes_ago=180)
    organisation.notify(status="FAILED")
    console.sign_in(page, organisation)
    expect(page.get_by_role("img", name=re.compile("Events per hour .* 12 in all, at most 12 in an hour"))).to_be_visible()
    chart = page.get_by_role("img", name=re.compile("Notifications per day .* Failed: 1"))
    expect(chart.locator("svg")).to_be_visible()
    size = chart.bounding_box()
    assert size is not None
    chart.click(position={"x": size["width"] - 12, "y": 60})
    expect(page).to_have_url(re.compile(r"/notifications\?from=(\d{4}-\d\d-\d\d)&to=\1$"))
    expect(card(page, "Plenty of solar power")).to_be_visible()

    page.go_back()
    page.get_by_role("radiogroup", name="View").get_by_text("Table").click()
    expect(page).to_have_url(re.compile("as=table"))
    hours = page.get_by_role("table", name="Events per hour")
    expect(hours.get_by_role("rowheader")).to_have_count(48)
    days = page.get_by_role("table", name="Notifications per day").get_by_role("row")
    expect(days).to_have_count(15)
    days.nth(1).get_by_role("link", name="1", exact=True).click()
    expect(page).to_have_url(re.compile("status=FAILED"))
    page.go_back()
    hours.get_by_role("row").filter(has=page.get_by_role("cell", name="12", exact=True)).get_by_role("link").click()
    expect(page).to_have_url(re.compile(r"/events\?.*view=list"))


def test_an_empty_page_says_what_to_do_next(console: Any, organisation: Any, page: Page) -> None:
    console.sign_in(page, organisation)
    commands = page.get_by_role("region", name="Commands to paste into a terminal")
    expect(commands).to_contain_text("/events/v1")
    expect(commands).to_contain_text(console.base_url.removesuffix("/console"))
    with console.store.write() as session:
        session.rules.delete(organisation.customer.id, organisation.rule.id)
    page.reload()
    expect(page.get_by_text(f"hearth rules import --predefined --customer {organisation.customer.id}")).to_be_visible()


def test_the_filter_by_status_stands_in_the_address(console: Any, organisation: Any, page: Page) -> None:
    organisation.notify("Was delivered")
    organisation.notify(status="DROPPED", drop_reason="time_between")
    console.sign_in(page, organisation)
    expect(card(page, "Was delivered")).to_be_visible()
    page.get_by_role("navigation", name="Filter by status").get_by_role("link", name="Dropped").click()
    expect(page).to_have_url(re.compile(r"\?status=DROPPED"))
    expect(card(page, "Held back: the last one of this rule was too recent")).to_be_visible()
    expect(card(page, "Was delivered")).to_have_count(0)
    page.go_back()
    expect(card(page, "Was delivered")).to_be_visible()


def test_a_notification_opens_in_full_among_all_of_them(console: Any, organisation: Any, page: Page) -> None:
    notification = organisation.notify()
    console.sign_in(page, organisation)
    card(page, "Plenty of solar power").press("Enter")
    expect(page.get_by_role("dialog", name="Notification")).to_contain_text("Viel Sonnenstrom")
    expect(page).to_have_url(re.compile(f"/console/notifications/{notification.id}$"))
    page.go_back()
    expect(page.get_by_role("heading", name="Events per minute")).to_be_visible()


def test_page_and_texts_change_their_language_apart(console: Any, organisation: Any, page: Page) -> None:
    organisation.notify()
    console.sign_in(page, organisation)
    page.get_by_role("button", name="Language: EN").click()
    page.get_by_role("menuitem", name="Deutsch").click()
    expect(page.get_by_role("heading", name="Mitteilungen", exact=True)).to_be_visible()
    expect(card(page, "Viel Sonnenstrom")).to_contain_text("Zugestellt")
    assert page.evaluate("document.documentElement.lang") == "de"
    page.get_by_role("radiogroup", name="Sprache der Texte").get_by_text("FR").click()
    expect(card(page, "Beaucoup de soleil")).to_contain_text("Zugestellt")
    page.reload()
    expect(card(page, "Beaucoup de soleil")).to_contain_text("Zugestellt")


def test_dark_is_chosen_and_kept(console: Any, organisation: Any, page: Page) -> None:
    console.sign_in(page, organisation)
    page.get_by_role("button", name="Appearance").click()
    page.get_by_role("menuitem", name="Dark").click()
    scheme = page.locator("html[data-mantine-color-scheme=dark]")
    expect(scheme).to_have_count(1)
    page.reload()
    expect(scheme).to_have_count(1)
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert max(map(int, re.findall(r"\d+", background)[:3])) < 60


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_no_barrier_and_no_sideways_scrolling(console: Any, organisation: Any, browser: Browser, scheme: Any, width: int) -> None:
    with looking(browser, scheme, width) as page:
        page.goto(console.base_url + "/")
        assert_no_barrier(page, page.get_by_role("button", name="Sign in"))
        console.sign_in(page, organisation)
        assert_no_barrier(page, page.get_by_text("No notifications yet"))

        organisation.receive_events(5)
        for status in ("DELIVERED", "PENDING", "FAILED"):
            organisation.notify(f"Was {status}", status=status)
        organisation.notify(status="DROPPED", drop_reason="household_cap")
        expect(card(page, "Was FAILED")).to_be_visible()
        page.get_by_role("radiogroup", name="View").get_by_text("Table").click()
        assert_no_barrier(page, page.get_by_role("row", name=re.compile("Hour from")))
        page.get_by_role("radiogroup", name="View").get_by_text("Graph").click()
        assert_no_barrier(page, page.get_by_role("img", name=re.compile("Bar chart")))
        page.get_by_role("link", name="Dropped").click()
        assert_no_barrier(page, card(page, "Held back: the household has had enough for today"))


def test_signing_out_leaves_nothing_behind(console: Any, organisation: Any, page: Page) -> None:
    organisation.notify()
    console.sign_in(page, organisation)
    expect(card(page, "Plenty of solar power")).to_be_visible()
    page.get_by_role("button", name="Account of Ada Lind").click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page.get_by_label("E-mail address")).to_be_visible()
    assert page.context.cookies() == []
    page.reload()
    expect(page.get_by_label("E-mail address")).to_be_visible()


def test_nothing_is_refused_by_the_pages_own_security_policy(console: Any, organisation: Any, page: Page) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if "Content Security" in message.text else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    organisation.receive_events(3)
    console.sign_in(page, organisation)
    chart = page.get_by_role("img", name=re.compile("Bar chart"))
    expect(chart.locator("svg")).to_be_visible()
    chart.hover()
    expect(page.get_by_text(re.compile(r"\d\d:\d\d · \d+ events?"))).to_be_visible()
    assert complaints == []
