"""Cases and datasets keep what is theirs while their list changes; the tables have all that the graph has."""

import re

from playwright.sync_api import Locator, Page, Route, expect
from tests.browser.authors import HOME, SINCE_TEN_MINUTES, Author, field, trial
from tests.running import until


def rule_in_cases(author: Author) -> str:
    """Three cases, First to Third -> the rule's id."""
    template = author.add_rule()["notification"]
    cases = [{"label": label, "caseCondition": "true", "notification": template} for label in ("First", "Second", "Third")]
    rule_id: str = author.add_rule(name="In cases", notification=None, notificationCases=cases)["id"]
    return rule_id


def condition_of(page: Page, label: str) -> Locator:
    """The editor of a case's condition."""
    return page.get_by_role("group", name=f"Case {label}").get_by_role("textbox", name="Case condition", exact=True)


def test_the_focus_goes_with_a_case_that_is_moved(author: Author, page: Page) -> None:
    author.sign_in(page, f"/rules/{rule_in_cases(author)}")
    up = page.get_by_role("button", name="Move Third up")
    up.press("Enter")
    expect(up).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".case-label input").first).to_have_value("Third")
    # At the top there is no further, but one is not lost.
    expect(up).to_be_focused()
    expect(up).to_be_disabled()
    page.keyboard.press("Enter")
    expect(page.locator(".case-label input").first).to_have_value("Third")


def test_a_case_keeps_its_undo_and_the_focus_goes_on_when_another_is_removed(author: Author, page: Page) -> None:
    author.sign_in(page, f"/rules/{rule_in_cases(author)}")
    second = condition_of(page, "Second")
    second.click()
    page.keyboard.press("Control+End")
    page.keyboard.insert_text(" AND true")
    expect(second).to_have_text("true AND true")
    page.get_by_role("button", name="Remove First").press("Enter")
    expect(page.locator(".case-label input")).to_have_count(2)
    expect(page.locator(".case-label input").first).to_be_focused()
    expect(page.locator(".case-label input").first).to_have_value("Second")
    second.click()
    page.keyboard.press("Control+z")
    expect(second).to_have_text("true")
    page.get_by_role("button", name="Remove Third").press("Enter")
    expect(page.locator(".case-label input").first).to_be_focused()


def test_the_handle_of_a_case_says_what_it_is_in_the_readers_language(author: Author, page: Page) -> None:
    rule_id = rule_in_cases(author)
    author.sign_in(page, f"/rules/{rule_id}")
    handle = page.locator("button.case-number").first
    expect(handle).to_have_attribute("aria-roledescription", "movable case")
    page.evaluate("localStorage.setItem('hearth-language', 'de')")
    page.reload()
    expect(handle).to_have_attribute("aria-roledescription", "verschiebbarer Fall")


def test_the_table_has_what_was_really_made(author: Author, page: Page) -> None:
    now = {"datasets": SINCE_TEN_MINUTES, "time_between_triggers_seconds": 0}
    rule = author.add_rule(ruleState="ACTIVE", condition="COUNT($Power) >= 1", **now)
    author.sign_in(page, trial(author, f"/rules/{rule['id']}"))
    view = page.get_by_role("radiogroup", name="View")
    view.get_by_text("Table").click()
    made = page.get_by_role("table", name="Notifications really made")
    expect(made.get_by_role("row")).to_have_count(2)
    expect(made).to_contain_text("None in these days")

    reading = {"deviceId": "meter", "source": "GATEWAY", "type": "GRID_POWER_CONSUMPTION"}
    for count, value in enumerate((-2345, -3345), 1):
        author.api.post("/events/v1", json={"customerBuildingId": HOME, **reading, "value": value}).raise_for_status()
        until(lambda count=count: len(author.api.get(f"/pushnotifications/buildings/{HOME}/v1").json()) == count)
    page.goto(f"{author.console}/rules/{rule['id']}?building={HOME}&from={author.first_day}")
    view.get_by_text("Table").click()
    expect(made.get_by_role("row")).to_contain_text(["Message", "To the grid go 2,345 W", "To the grid go 2,845 W"])
    row = made.get_by_role("row", name=re.compile("Much power: To the grid go 2,345 W"))
    row.get_by_role("button", name=re.compile("^Open the notification of")).click()
    drawer = page.get_by_role("dialog", name="Notification")
    expect(drawer).to_contain_text("To the grid go 2,345 W.")
    expect(drawer).to_contain_text("generated")


def test_the_table_does_not_say_that_none_was_made_before_it_knows(author: Author, page: Page) -> None:
    rule = author.add_rule()
    held: list[Route] = []

    def release() -> Route:
        until(lambda: held or page.wait_for_timeout(20))  # a request is told of before its route is
        return held.pop()

    page.route("**/pushnotifications/buildings/**", lambda route: held.append(route))
    author.sign_in(page, trial(author, f"/rules/{rule['id']}"))
    with page.expect_request("**/pushnotifications/buildings/**"):
        page.get_by_role("radiogroup", name="View").get_by_text("Table").click()
    made = page.get_by_role("table", name="Notifications really made")
    expect(made).to_be_visible()
    expect(made.get_by_role("row")).to_have_count(1)
    release().fulfill(status=500, json={"code": "internal"})
    broken = page.get_by_role("alert").filter(has_text="The notifications could not be loaded.")
    expect(broken).to_be_visible()
    expect(made).to_have_count(0)
    with page.expect_request("**/pushnotifications/buildings/**"):
        broken.get_by_role("button").click()
    release().continue_()
    expect(made).to_contain_text("None in these days")
    expect(broken).to_have_count(0)


def test_the_palette_opens_while_an_expression_is_written(author: Author, page: Page) -> None:
    rule = author.add_rule()
    author.sign_in(page, f"/rules/{rule['id']}")
    field(page, "Condition").click()
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog", name="Go to")).to_be_visible()


def test_a_word_is_put_into_the_middle_of_a_field_of_the_address(author: Author, page: Page) -> None:
    author.add_rule(name="Much solar power")
    author.sign_in(page, "/rules")
    search = page.get_by_role("searchbox", name="Search rules")
    search.fill("much power")
    search.press("Home")
    for _ in range(5):
        search.press("ArrowRight")
    page.keyboard.type("solar ")
    expect(search).to_have_value("much solar power")
    expect(page).to_have_url(re.compile(r"q=much(%20|\+)solar(%20|\+)power"))
    page.reload()
    expect(search).to_have_value("much solar power")
