"""A member looks for notifications: filters in the address, one in full over the list, counts by rule, CSV."""

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.authors import entry
from tests.browser.barriers import LOOKS, assert_no_barrier, looking

from hearth.connectors.system import SystemClock
from hearth.core.instants import utc_day
from hearth.domain.notifications import Interaction
from hearth.insights.impact import Behaviour, Counts
from hearth.ports import MeasuredDay, Unmeasured

WELL = Counts(delivered=60, opened=25, acted=12, opted_out=1, resumed=1, settled=60, ignored=36, home_weeks=60)
TIRING = Counts(delivered=200, opened=2, settled=200, ignored=198, dropped_quiet_hours=7, home_weeks=100)


def card(page: Page, title: str) -> Any:
    return page.get_by_role("link").filter(has_text=title)


def dismiss(console: Any, organisation: Any, notification: Any) -> None:
    done = Interaction(action_qualifier="DISMISS", occurred_at_ms=SystemClock().now_ms(), user_id="anna")
    with console.store.write() as session:
        session.notifications.add_interaction(organisation.customer.id, notification.id, done)


def measure(console: Any, organisation: Any, counts: Counts, days_ago: int = 4, changed: int = 12) -> None:
    """Counts what came of notifications of a day, as the service does that measures them."""
    now_ms = SystemClock().now_ms()
    told = Unmeasured("n", organisation.rule.id, organisation.building.id, now_ms, now_ms, now_ms, True)
    behaviour = {each: Behaviour(60, changed, 1.8) for each in ("", "CHARGING_MODE", "SWITCH_STATE")}
    day = MeasuredDay(organisation.rule.id, utc_day(now_ms) - days_ago)
    with console.store.write() as session:
        session.impact.add_measured(organisation.customer.id, told, {day: (counts, behaviour)}, {})


def tagged(console: Any, organisation: Any, *tags: str) -> None:
    """The organisation's rule with these tags."""
    with console.store.write() as session:
        session.rules.add_version(msgspec.structs.replace(organisation.rule, version=2, tags=tags))


def test_filters_narrow_the_list_and_stand_in_the_address(console: Any, organisation: Any, page: Page) -> None:
    dismiss(console, organisation, organisation.notify("Was dismissed"))
    organisation.notify("Was left alone")
    console.sign_in(page, organisation, path="/notifications")
    expect(card(page, "Was left alone")).to_be_visible()
    entry(page, "Reaction").click()
    page.get_by_role("option", name="Dismissed").click()
    expect(card(page, "Was left alone")).to_have_count(0)
    expect(card(page, "Was dismissed")).to_be_visible()
    expect(page).to_have_url(re.compile("interaction=DISMISS"))
    page.reload()
    expect(card(page, "Was dismissed")).to_be_visible()
    page.get_by_role("navigation", name="Filter by status").get_by_role("link", name="Failed").click()
    expect(page.get_by_text("No notification fits these filters.")).to_be_visible()
    page.get_by_role("link", name="Show all").click()
    expect(card(page, "Was left alone")).to_be_visible()

    page.goto(f"{console.base_url}/notifications?to=2020-01-01")
    expect(page.get_by_text("No notification fits these filters.")).to_be_visible()
    page.goto(f"{console.base_url}/notifications?from=2020-01-01&building=home-1&rule={organisation.rule.id}&interaction=NONE")
    expect(card(page, "Was left alone")).to_be_visible()
    expect(card(page, "Was dismissed")).to_have_count(0)
    entry(page, "Building").fill("elsewhere")
    expect(page.get_by_role("alert")).to_have_text("You have no building with this id.")


def test_one_opens_in_full_over_the_list_and_closes_with_escape(console: Any, organisation: Any, page: Page) -> None:
    notification = organisation.notify()
    dismiss(console, organisation, notification)
    console.sign_in(page, organisation, path="/notifications?status=DELIVERED")
    card(page, "Plenty of solar power").press("Enter")
    drawer = page.get_by_role("dialog", name="Notification")
    for words in ("Viel Sonnenstrom", "Beaucoup de soleil", "Learn more", "Opens a web page", "High excess energy", "3,412.5"):
        expect(drawer).to_contain_text(words)
    expect(drawer).to_contain_text("Nothing was sent to an endpoint.")
    expect(drawer).to_contain_text(re.compile("Dismissed.*anna"))
    expect(page).to_have_url(re.compile(rf"/console/notifications/{notification.id}\?status=DELIVERED$"))
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    expect(card(page, "Plenty of solar power")).to_be_focused()


def test_a_new_one_shows_without_a_reload(console: Any, organisation: Any, page: Page) -> None:
    console.sign_in(page, organisation, path="/notifications")
    expect(page.get_by_text("No notifications yet")).to_be_visible()
    organisation.notify("Just now")
    expect(card(page, "Just now")).to_be_visible()


def test_rules_are_counted_and_lead_to_their_notifications(console: Any, organisation: Any, page: Page) -> None:
    organisation.notify("One")
    organisation.notify("Two", status="FAILED")
    organisation.notify(status="DROPPED", drop_reason="time_between")
    console.sign_in(page, organisation, path="/notifications")
    page.get_by_role("link", name="By rule").click()
    row = page.get_by_role("row", name=re.compile("High excess energy"))
    expect(row.get_by_role("cell")).to_have_text(["1", "0", "1", "1", *["too few"] * 4])
    row.get_by_role("link", name="High excess energy", exact=True).click()
    expect(card(page, "Two")).to_be_visible()
    expect(page).to_have_url(re.compile(f"rule={organisation.rule.id}"))


def test_what_a_rule_led_to_stands_beside_chance_and_is_the_same_as_a_table(console: Any, organisation: Any, page: Page) -> None:
    tagged(console, organisation, "solar")
    measure(console, organisation, WELL._replace(delivered=59))
    organisation.notify()
    console.sign_in(page, organisation, path="/notifications?view=rules")
    row = page.get_by_role("row", name=re.compile("High excess energy"))
    expect(row.get_by_role("cell", name="42%")).to_have_text("42%30% to 54%")
    expect(page.get_by_role("row", name=re.compile("solar")).get_by_role("cell", name="+17%")).to_have_text("+17%+5.7% to +29%")
    row.get_by_role("link", name="Impact of High excess energy").click()
    opened = page.get_by_role("listitem").filter(has_text="Opened")
    expect(opened).to_contain_text("42% 30% to 54%, 25 of 60")
    expect(page.get_by_role("listitem").filter(has_text="Goal reached")).to_contain_text("too few 0 of 0")
    expect(page.get_by_text("More than chance.")).to_be_visible()
    expect(page.get_by_text("Ignored by 99%")).to_have_count(0)

    page.get_by_role("radiogroup", name="View").get_by_text("Table").click()
    table = page.get_by_role("table", name="Difference")
    expect(table.get_by_role("row", name=re.compile("CHARGING_MODE"))).to_contain_text("+17%+5.7% to +29%More than chance.")
    expect(page).to_have_url(re.compile("view=table"))
    page.get_by_label("To day").fill("2025-01-31")
    page.get_by_label("From day").fill("2025-01-01")
    expect(page.get_by_text("Too few to say.")).to_be_visible()
    page.reload()
    expect(page.get_by_role("row", name="Opened too few – 0 0")).to_be_visible()


def test_a_rule_that_nearly_all_ignore_is_flagged_wherever_it_stands(console: Any, organisation: Any, page: Page) -> None:
    measure(console, organisation, TIRING)
    organisation.notify()
    console.sign_in(page, organisation)
    page.get_by_role("link", name=re.compile("Ignored rules 1 ")).click()
    expect(page.get_by_role("row", name=re.compile("High excess energy"))).to_contain_text("Ignored by 99%")
    page.get_by_role("link", name="Impact of High excess energy").click()
    expect(page.get_by_role("status").filter(has_text="Make it speak less often")).to_contain_text("198 of 200 ignored")
    expect(page.get_by_role("row", name="Held back: quiet hours")).to_contain_text("7")
    page.goto(f"{console.base_url}/notifications?view=rules&from=2020-01-01")
    expect(page.get_by_text("Reactions are told of at most a year: choose fewer days.")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("High excess energy"))).to_be_visible()


def test_what_is_listed_is_exported(console: Any, organisation: Any, page: Page) -> None:
    organisation.notify("Exported")
    organisation.notify("Failed", status="FAILED")
    console.sign_in(page, organisation, path="/notifications?status=FAILED")
    expect(card(page, "Failed").last).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Export CSV").click()
    text = Path(download.value.path()).read_text()
    assert ("Failed" in text, "Exported" in text, "title_de" in text.splitlines()[0]) == (True, False, True)


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_no_barrier_and_no_sideways_scrolling(console: Any, organisation: Any, browser: Browser, scheme: Any, width: int) -> None:
    notification = organisation.notify()
    dismiss(console, organisation, notification)
    measure(console, organisation, TIRING)
    tagged(console, organisation, "solar")
    with looking(browser, scheme, width) as page:
        console.sign_in(page, organisation, path="/notifications")
        assert_no_barrier(page, card(page, "Plenty of solar power"))
        page.goto(f"{console.base_url}/notifications?view=rules")
        assert_no_barrier(page, page.get_by_role("row", name=re.compile("High excess energy")))
        for view in ("graph", "table"):
            page.goto(f"{console.base_url}/rules/{organisation.rule.id}/impact?view={view}")
            assert_no_barrier(page, page.get_by_text("More than chance.").first)
        page.goto(f"{console.base_url}/notifications/{notification.id}")
        expect(page.get_by_role("dialog")).to_contain_text("Viel Sonnenstrom")
        assert_no_barrier(page)
