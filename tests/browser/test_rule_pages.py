"""What an author does with rules in the console: find, activate, try, understand, mend, save."""

import re

from playwright.sync_api import Page, Route, expect
from tests.browser.authors import HOME, Author, field, trial, write


def test_an_author_activates_a_predefined_rule_tries_a_threshold_and_saves(author: Author, page: Page) -> None:
    author.sign_in(page, "/rules")
    expect(page.get_by_text("No rules yet")).to_be_visible()
    page.get_by_role("link", name="See the predefined rules").click()
    page.get_by_label("Search predefined rules").fill("battery full")
    page.get_by_role("button", name="Activate Battery full, surplus available").click()
    page.get_by_role("link", name="You have it: open Battery full, surplus available").click()

    expect(page.get_by_role("textbox", name="Name").first).to_have_value("Battery full, surplus available")
    condition = field(page, "Condition")
    expect(condition).to_contain_text("AVG($GridPower) < -1000")
    condition.click()
    page.keyboard.press("Control+End")
    for _ in range(4):
        page.keyboard.press("Backspace")
    page.keyboard.insert_text("2000")
    expect(condition).to_contain_text("AVG($GridPower) < -2000")
    expect(page.get_by_text("Unsaved changes")).to_be_visible()

    page.get_by_role("combobox", name="Building").fill(HOME)
    page.keyboard.press("Escape")
    page.get_by_label("From day").fill(author.first_day)
    page.get_by_label("To day").fill(author.last_day)
    page.get_by_role("button", name="Run simulation").click()
    sent = page.get_by_role("button", name=re.compile("^Would be sent"))
    expect(sent).to_have_count(3)
    expect(page.get_by_role("img", name=re.compile(r"Line graph of .*\$GridPower · meter"))).to_be_visible()
    sent.first.hover()
    expect(page.get_by_role("tooltip")).to_contain_text(re.compile(r"2\.\d kW go to the grid"))
    expect(page).to_have_url(re.compile(f"building={HOME}"))
    expect(page).to_have_url(re.compile(f"from={author.first_day}"))

    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").filter(has_text=re.compile("Saved"))).to_be_visible()
    [saved] = author.api.get("/rules/v1").json()
    assert saved["ruleState"] == "ACTIVE"
    assert saved["condition"].endswith("AVG($GridPower) < -2000")
    assert saved["version"] == 2
    assert author.email in saved["updatedBy"]


def test_a_click_asks_why_and_the_answer_needs_no_code(author: Author, page: Page) -> None:
    rule = author.add_rule()
    author.sign_in(page, trial(author, f"/rules/{rule['id']}"))
    page.get_by_role("button", name=re.compile("Would be sent.*Much power, To the grid go 2,150 W")).first.click()
    drawer = page.get_by_role("dialog", name="Why?")
    expect(drawer).to_contain_text("It would be sent")
    expect(drawer).to_contain_text("AVG($Power) is -2,150 W")
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()

    # In the middle of the first night, where nothing was said.
    graph = page.get_by_role("img", name=re.compile("Line graph"))
    box = graph.bounding_box()
    assert box is not None
    graph.click(position={"x": box["width"] * 0.12, "y": box["height"] * 0.5})
    expect(drawer).to_contain_text("Nothing would be sent")
    expect(drawer).to_contain_text(re.compile(r"AVG\(\$Power\) is \d+"))
    page.keyboard.press("Escape")

    page.get_by_label("Why, or why not, at").fill(f"{author.first_day}T11:00")
    page.get_by_label("Why, or why not, at").press("Enter")
    expect(drawer).to_contain_text("It would be held back")
    expect(drawer).to_contain_text("1 day must lie between two")


def test_the_graph_has_the_same_as_tables(author: Author, page: Page) -> None:
    rule = author.add_rule()
    author.sign_in(page, trial(author, f"/rules/{rule['id']}"))
    page.get_by_role("radiogroup", name="View").get_by_text("Table").click()
    said = page.get_by_role("table", name="Notifications in the simulation")
    expect(said.get_by_role("row", name=re.compile("Much power: To the grid go 2,150 W"))).to_have_count(3)
    expect(page.get_by_role("table", name=re.compile(r"\$Power · meter")).get_by_role("row")).to_have_count(201)


def test_completion_writes_what_is_chosen_by_keyboard(author: Author, page: Page) -> None:
    rule = author.add_rule()
    author.sign_in(page, f"/rules/{rule['id']}")
    write(field(page, "Condition"), "AVG(")
    page.keyboard.type("$P")
    expect(page.get_by_role("option", name=re.compile(r"\$Power"))).to_be_visible()
    expect(page.locator(".cm-tooltip-autocomplete-disabled")).to_have_count(0)  # where the second key came late, it asks again
    page.keyboard.press("Enter")
    expect(field(page, "Condition")).to_contain_text("AVG($Power")


def test_an_unfit_rule_is_not_activated_and_says_why(author: Author, page: Page) -> None:
    author.add_rule(name="Unfinished", condition="AVG($Powr) > 1")
    author.sign_in(page, "/rules")
    page.get_by_role("switch", name="Unfinished: active").press("Space")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("The rule could not be switched")
    expect(alert).to_contain_text("There is no dataset $Powr in this rule.")
    expect(page.get_by_role("switch", name="Unfinished: active")).not_to_be_checked()
    expect(page.get_by_role("link", name="Open the rule to mend it")).to_be_visible()


def test_a_rule_is_switched_on_and_off_in_the_list(author: Author, page: Page) -> None:
    rule = author.add_rule()
    author.sign_in(page, "/rules")
    switch = page.get_by_role("switch", name="Much power: active")
    switch.press("Space")
    expect(page.get_by_role("article")).to_contain_text("Active")
    assert author.rule(rule["id"])["ruleState"] == "ACTIVE"
    switch.press("Space")
    expect(page.get_by_role("article")).to_contain_text("Inactive")
    assert author.rule(rule["id"])["ruleState"] == "INACTIVE"


def test_search_and_filters_stand_in_the_address(author: Author, page: Page) -> None:
    author.add_rule()
    author.add_rule(name="Idle at night", tags=["standby"], ruleState="INACTIVE")
    author.sign_in(page, "/rules")
    names = page.get_by_role("article").get_by_role("heading")
    expect(names).to_have_text(["Idle at night", "Much power"])
    page.get_by_label("Search rules").fill("power solar")
    expect(names).to_have_text(["Much power"])
    expect(page).to_have_url(re.compile(r"q=power(%20|\+)solar"))
    page.reload()
    expect(names).to_have_text(["Much power"])
    page.get_by_role("navigation", name="Filter by state").get_by_role("link", name="Inactive").click()
    expect(page.get_by_text("No rule fits the search.")).to_be_visible()
    page.get_by_role("link", name="Show all rules").click()
    page.get_by_role("link", name="standby").click()
    expect(names).to_have_text(["Idle at night"])
    expect(page).to_have_url(re.compile("tag=standby"))


def test_a_new_rule_is_written_and_added(author: Author, page: Page) -> None:
    author.sign_in(page, "/rules/new")
    page.get_by_role("textbox", name="Name").first.fill("Cold night")
    write(field(page, "Condition"), "AVG($Power) > 500")
    page.get_by_role("group", name="English").get_by_label("Title").fill("A cold night")
    page.get_by_role("button", name="Save").click()
    expect(page).to_have_url(re.compile(r"/rules/[0-9a-f]{24}"))
    [rule] = author.api.get("/rules/v1").json()
    assert (rule["name"], rule["ruleState"]) == ("Cold night", "DRAFT")
    assert rule["notification"]["texts"]["en"]["title"] == "A cold night"


def test_versions_are_compared_and_restored(author: Author, page: Page) -> None:
    rule = author.add_rule()
    author.api.put(f"/rules/{rule['id']}/v1", json={**rule, "condition": "AVG($Power) < -900"}).raise_for_status()
    author.sign_in(page, f"/rules/{rule['id']}")
    page.get_by_role("button", name="Show versions").click()
    page.get_by_role("button", name="Compare with present").click()
    row = page.get_by_role("table", name="Version 1 and the present one").get_by_role("row", name="Condition")
    expect(row).to_contain_text("AVG($Power) < -1500 AND COUNT($Power) >= 2")
    expect(row).to_contain_text("AVG($Power) < -900")
    page.get_by_role("button", name="Restore version 1").click()
    expect(field(page, "Condition")).to_contain_text("-1500")
    expect(page.get_by_text("Version 3", exact=True)).to_be_visible()
    assert author.rule(rule["id"])["condition"] == rule["condition"]


def test_unsaved_changes_are_not_lost_by_a_click(author: Author, page: Page) -> None:
    rule = author.add_rule()
    author.sign_in(page, f"/rules/{rule['id']}")
    page.get_by_role("textbox", name="Description").fill("Changed")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Overview").click()
    dialog = page.get_by_role("dialog", name="Leave without saving?")
    dialog.get_by_role("button", name="Stay here").click()
    expect(page.get_by_role("textbox", name="Description")).to_have_value("Changed")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Overview").click()
    dialog.get_by_role("button", name="Leave", exact=True).click()
    expect(page.get_by_role("heading", name="Events per minute")).to_be_visible()


def test_cases_are_put_in_another_order(author: Author, page: Page) -> None:
    rule = author.add_rule()
    author.sign_in(page, f"/rules/{rule['id']}")
    page.get_by_role("radiogroup", name="One notification or several cases").get_by_text("Cases").click()
    page.get_by_role("button", name="Add case").click()
    page.get_by_role("button", name="Move Case 2 up").press("Enter")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").filter(has_text=re.compile("Saved"))).to_be_visible()
    saved = author.rule(rule["id"])
    assert [each["label"] for each in saved["notificationCases"]] == ["Case 2", "Case 1"]
    assert saved["notificationCases"][1]["notification"] == rule["notification"]


def test_a_schedule_says_when_it_ticks_next(author: Author, page: Page) -> None:
    rule = author.add_rule()
    author.sign_in(page, f"/rules/{rule['id']}")
    page.get_by_role("switch", name="By schedule").press("Space")
    page.get_by_label("Schedule (cron fields)").fill("30 6 * * *")
    ticks = page.locator(".schedule-ticks").get_by_role("listitem")
    expect(ticks).to_have_count(5)
    expect(ticks.first).to_contain_text("06:30")
    page.get_by_label("Schedule (cron fields)").fill("30 26 * * *")
    settings = page.get_by_role("region", name="Settings")
    expect(settings.get_by_text("The hour is 26; it must be 0 to 23.")).to_be_visible()


def test_a_refused_token_is_renewed_without_a_word(author: Author, page: Page) -> None:
    author.add_rule()
    refused: list[str] = []

    def refuse(route: Route) -> None:
        refused.append(route.request.url)
        route.fulfill(status=401, body="{}")

    page.route("**/rules/v1", refuse, times=1)
    author.sign_in(page, "/rules")
    expect(page.get_by_role("article")).to_have_count(1)
    assert len(refused) == 1


def test_who_may_only_look_is_offered_no_change(author: Author, page: Page) -> None:
    rule = author.add_rule()
    viewer = f"vera-{author.email}"
    author.add_member(viewer, "Viewer")
    author.sign_in(page, "/rules", viewer)
    card = page.get_by_role("article").filter(has_text=rule["name"])
    expect(card).to_be_visible()
    expect(card.get_by_role("switch")).to_have_count(0)
    expect(page.get_by_role("link", name="Add rule")).to_have_count(0)
    page.goto(author.console + trial(author, f"/rules/{rule['id']}"))
    expect(page.get_by_text("Your role may look and try, not save")).to_be_visible()
    expect(page.get_by_role("button", name="Save")).to_have_count(0)
    expect(page.get_by_text("would be sent,")).to_be_visible()
    page.goto(author.console + "/rules/catalogue")
    expect(page.get_by_role("heading", name="Daily energy report")).to_be_visible()
    expect(page.get_by_role("button", name="Activate")).to_have_count(0)


def test_a_preview_follows_what_is_written_after_a_simulation(author: Author, page: Page) -> None:
    rule = author.add_rule()
    author.sign_in(page, trial(author, f"/rules/{rule['id']}"))
    expect(page.get_by_text("would be sent,")).to_be_visible()
    english = page.get_by_role("group", name="English")
    preview = english.get_by_role("figure")
    expect(preview).to_contain_text("To the grid go")
    message = english.get_by_role("textbox", name="Message")
    message.click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type('"Much sun today"')
    expect(preview).to_contain_text("Much sun today")
