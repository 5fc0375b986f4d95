"""What an author sees while writing: present values, what was really made, another's changes; and rules deleted or begun anew."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from tests.browser.authors import HOME, SINCE_TEN_MINUTES, Author, field, save_meanwhile, trial, write
from tests.browser.barriers import LOOKS, assert_no_barrier, looking
from tests.running import until


def present(page: Page, label: str) -> Locator:
    """The line below the field of an expression."""
    return page.locator(".expression", has=field(page, label)).locator(".present")


def test_fields_show_what_they_come_to_in_the_home(author: Author, page: Page) -> None:
    charge = {"name": "Charge", "kind": "SINGLE_VALUE", "eventTypes": ["STATE_OF_CHARGE_RATE"]}
    sun = {"name": "Sun", "kind": "TIME_SERIES", "eventTypes": ["POWER_GENERATION"], "timespanSeconds": 3600}
    power = {"name": "Power", "kind": "TIME_SERIES", "eventTypes": ["GRID_POWER_CONSUMPTION"], "timespanSeconds": 1800}
    rule = author.add_rule(datasets=[power, charge, sun], goalAchievedCondition="AVG($Sun) > 10")
    author.sign_in(page, trial(author, f"/rules/{rule['id']}"))
    expect(present(page, "Condition").locator("b")).to_have_text("no")
    expect(present(page, "Condition")).to_contain_text("AVG($Power) 725 W")
    expect(present(page, "Goal")).to_contain_text("No value: no event in the window")
    english = page.get_by_role("group", name="English")
    expect(english.locator(".present")).to_contain_text("To the grid go -725 W.")
    grid = page.get_by_role("group", name="Dataset Power")
    expect(grid.locator(".present")).to_contain_text(re.compile("2 samples.*newest 800 W.*23:45, meter", re.DOTALL))
    expect(page.get_by_role("group", name="Dataset Charge").locator(".present")).to_contain_text("newest 99 %")
    expect(page.get_by_role("group", name="Dataset Sun").locator(".present")).to_contain_text("No event in its timespan")

    write(field(page, "Condition"), "AVG($Power) > 700")
    expect(present(page, "Condition").locator("b")).to_have_text("yes")
    write(field(page, "Condition"), "AVG($Power) > ")
    expect(present(page, "Condition")).to_be_empty()
    expect(present(page, "Goal")).to_contain_text("No value")


def test_what_was_really_made_stands_above_the_simulation(author: Author, page: Page) -> None:
    rule = author.add_rule(ruleState="ACTIVE", condition="COUNT($Power) >= 1", datasets=SINCE_TEN_MINUTES)
    reading = {"deviceId": "meter", "source": "GATEWAY", "type": "GRID_POWER_CONSUMPTION", "value": -2345}
    author.api.post("/events/v1", json={"customerBuildingId": HOME, **reading}).raise_for_status()
    made = until(lambda: author.api.get(f"/pushnotifications/buildings/{HOME}/v1").json())

    author.sign_in(page, f"/rules/{rule['id']}?building={HOME}&from={author.first_day}")
    legend = page.locator(".envelope-legend")
    expect(legend).to_contain_text("Really made: 1")
    envelope = page.get_by_role("button", name=re.compile("^Really made: .*To the grid go 2,345 W"))
    envelope.hover()
    expect(page.get_by_role("tooltip")).to_contain_text("To the grid go 2,345 W.")
    envelope.click()
    drawer = page.get_by_role("dialog", name="Notification")
    expect(drawer).to_contain_text("To the grid go 2,345 W.")
    expect(drawer).to_contain_text("generated")
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    page.mouse.move(0, 0)  # resting there, it points at the envelope again once the drawer is gone
    envelope.blur()
    envelope.focus()
    expect(page.get_by_role("tooltip")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("tooltip")).to_be_hidden()
    assert made[0]["ruleId"] == rule["id"]


def test_where_both_changed_a_part_the_author_chooses_by_keyboard(author: Author, page: Page) -> None:
    rule = author.add_rule()
    author.sign_in(page, f"/rules/{rule['id']}")
    texts = rule["notification"]["texts"]
    german = {**texts["de"], "title": "Sehr viel Leistung"}
    notification = {**rule["notification"], "texts": {**texts, "de": german}}
    expect(field(page, "Condition")).to_contain_text("-1500")
    save_meanwhile(author, rule["id"], condition="AVG($Power) < -1700", notification=notification, tags=["theirs"])
    write(field(page, "Condition"), "AVG($Power) < -1800")
    page.get_by_role("group", name="German").get_by_label("Title").fill("Meine Leistung")
    page.get_by_role("group", name="English").get_by_label("Title").fill("My power")
    page.get_by_role("button", name="Save").click()

    dialog = page.get_by_role("dialog", name="Somebody else saved this rule meanwhile")
    expect(dialog).to_contain_text("2 parts were changed by both")
    save = dialog.get_by_role("button", name="Save both together")
    expect(save).to_be_disabled()
    condition = dialog.get_by_role("group", name="Condition")
    expect(condition).to_contain_text("AVG($Power) < -1700")
    expect(condition).to_contain_text("Before: AVG($Power) < -1500")
    condition.get_by_role("radio", name="Yours").focus()
    page.keyboard.press("Space")
    expect(dialog.get_by_role("status")).to_have_text("Choose at one more part")
    dialog.get_by_role("group", name="Notification › de").get_by_role("radio").first.check()
    save.press("Enter")
    expect(dialog).to_be_hidden()
    saved = author.rule(rule["id"])
    titles = {language: text["title"] for language, text in saved["notification"]["texts"].items()}
    assert titles == {"de": "Sehr viel Leistung", "en": "My power", "fr": "Beaucoup"}
    assert (saved["condition"], saved["tags"]) == ("AVG($Power) < -1800", ["theirs"])


def test_ones_own_changes_are_dropped_when_one_says_so(author: Author, page: Page) -> None:
    rule = author.add_rule()
    author.sign_in(page, f"/rules/{rule['id']}")
    expect(field(page, "Condition")).to_contain_text("-1500")
    save_meanwhile(author, rule["id"], condition="AVG($Power) < -900")
    write(field(page, "Condition"), "AVG($Power) < -1800")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("dialog").get_by_role("button", name="Drop my changes").click()
    expect(field(page, "Condition")).to_contain_text("-900")
    assert author.rule(rule["id"])["version"] == 2


def test_a_rule_is_deleted_after_one_was_told_what_goes(author: Author, page: Page) -> None:
    rule = author.add_rule(goalAchievedCondition="AVG($Power) > 0")
    author.sign_in(page, f"/rules/{rule['id']}")
    page.get_by_role("button", name="More actions").press("Enter")
    page.get_by_role("menuitem", name="Delete rule").press("Enter")
    dialog = page.get_by_role("dialog", name="Delete this rule?")
    expect(dialog).to_contain_text("Its open goals")
    expect(dialog.get_by_role("button", name="Stay here")).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Delete rule").click()
    dialog.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_text("No rules yet")).to_be_visible()
    assert author.api.get("/rules/v1").json() == []


def test_a_rule_is_begun_like_another_one(author: Author, page: Page) -> None:
    rule = author.add_rule(ruleState="ACTIVE")
    author.sign_in(page, f"/rules/{rule['id']}")
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Duplicate").click()
    expect(page.get_by_role("textbox", name="Name").first).to_have_value("Much power (copy)")
    page.get_by_role("button", name="Save").click()
    expect(page).to_have_url(re.compile(r"/rules/[0-9a-f]{24}$"))
    copy = next(each for each in author.api.get("/rules/v1").json() if each["id"] != rule["id"])
    assert (copy["name"], copy["ruleState"], copy["condition"]) == ("Much power (copy)", "DRAFT", rule["condition"])


def test_every_building_is_found_and_days_begin_by_its_own_clock(author: Author, page: Page) -> None:
    for number in range(60):
        author.api.post("/buildings/v1", json={"customerBuildingId": f"hill-{number:03}", "timeZoneId": "UTC"})
    far = {"customerBuildingId": "the-far-one", "timeZoneId": "Pacific/Auckland", "city": "Dunedin", "countryCode": "NZ"}
    author.api.post("/buildings/v1", json=far).raise_for_status()
    rule = author.add_rule(isTimeBased=True, timeBasedCron="0 7 * * *")
    author.sign_in(page, f"/rules/{rule['id']}")
    building = page.get_by_role("combobox", name="Building")
    building.click()
    expect(page.get_by_text("The first 50; type to find others")).to_be_visible()
    building.fill("dunedin")
    page.get_by_role("option", name="the-far-one").click()
    expect(page.get_by_text("Next times (Pacific/Auckland)")).to_be_visible()
    page.get_by_label("From day").fill(author.first_day)
    page.get_by_label("To day").fill(author.last_day)
    page.get_by_role("button", name="Run simulation").click()
    # The last minute of the range is the last of that day over there.
    last_minute = f"{author.last_day}T23:59"
    expect(page.get_by_label("Why, or why not, at")).to_have_value(last_minute)

    building.fill("nowhere")
    expect(page.get_by_text("There is no such building")).to_be_visible()


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_no_barrier_in_values_merge_and_deletion(author: Author, browser: Browser, scheme: Any, width: int) -> None:
    rule = author.add_rule()
    with looking(browser, scheme, width) as page:
        author.sign_in(page, trial(author, f"/rules/{rule['id']}"))
        assert_no_barrier(page, present(page, "Condition").get_by_text("725 W"))
        save_meanwhile(author, rule["id"], condition="AVG($Power) < -900", match_threshold=2)
        write(field(page, "Condition"), "AVG($Power) < -1800")
        page.get_by_role("button", name="Save").click()
        dialog = page.get_by_role("dialog")
        expect(dialog.get_by_role("radio")).to_have_count(2)
        assert_no_barrier(page)
        dialog.get_by_role("radio").last.check()
        assert_no_barrier(page)
        dialog.get_by_role("button", name="Close").click()
        expect(dialog).to_be_hidden()
        page.get_by_role("button", name="More actions").click()
        page.get_by_role("menuitem", name="Delete rule").click()
        expect(dialog).to_contain_text("What goes")
        assert_no_barrier(page)
