"""What an author does with a backtest: run it, stop it, compare two versions, and go from a differing day to the trace."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from tests.browser.authors import HOME, Author, new_author
from tests.browser.barriers import LOOKS_AND_LANGUAGES, assert_no_barrier, looking, tab_to
from tests.running import Server, is_alive, trial_processes, until

# What of the power of home-1 flows in the others; the rule speaks from 1,500 W on.
_OTHERS = {"home-2": 0.5, "home-3": 1.2}
# Goes through the window of a day at each event: minutes of work in a home with many events.
SLOW: dict[str, Any] = {
    "datasets": [{"name": "Power", "kind": "TIME_SERIES", "eventTypes": ["GRID_POWER_CONSUMPTION"], "timespanSeconds": 86_400}],
    "condition": 'COUNT(FILTER($Power, "<", -2200)) > 0',
}


@contextmanager
def author_with_homes(server: Server) -> Iterator[Author]:
    with new_author(server) as author:
        for home, factor in _OTHERS.items():
            author.api.post("/buildings/v1", json={"customerBuildingId": home, "timeZoneId": "UTC"}).raise_for_status()
            first = datetime.fromisoformat(f"{author.first_day}T00:00+00:00")
            steps = [first + timedelta(minutes=15 * step) for step in range(3 * 96)]
            send(author, home, {at: factor * (-2000 - 20 * at.minute) if 10 <= at.hour < 16 else 350 for at in steps})
        yield author


def send(author: Author, home: str, powers: dict[datetime, float]) -> None:
    meter = {"customerBuildingId": home, "deviceId": "meter", "source": "GATEWAY", "type": "GRID_POWER_CONSUMPTION"}
    events = [{**meter, "timestamp": at.timestamp(), "value": power} for at, power in powers.items()]
    author.api.post("/events/batch/v1", content=json.dumps(events)).raise_for_status()


@pytest.fixture
def author(server: Server) -> Iterator[Author]:
    with author_with_homes(server) as author:
        yield author


@pytest.fixture
def versions(author: Author) -> dict[str, Any]:
    """A rule whose second version asks for more power: only home-3 has so much."""
    rule = author.add_rule()
    changed = {**rule, "condition": "AVG($Power) < -3000 AND COUNT($Power) >= 2"}
    author.api.put(f"/rules/{rule['id']}/v1", json=changed).raise_for_status()
    return rule


def backtest_page(author: Author, rule: dict[str, Any], more: str = "") -> str:
    return f"/rules/{rule['id']}/backtest?from={author.first_day}&to={author.last_day}{more}"


def figure(page: Page, label: str) -> Locator:
    return page.get_by_role("region", name="Figures").locator(".figure").filter(has_text=label)


def test_a_rule_is_tried_on_all_homes_and_a_home_leads_to_its_graph(author: Author, page: Page) -> None:
    author.add_rule()
    author.sign_in(page, "/rules")
    page.get_by_role("link", name="Try on many homes: Much power").click()
    expect(page.get_by_role("textbox", name="Try", exact=True).or_(page.get_by_label("Try", exact=True)).first).to_have_value(
        "Saved rule (version 1)"
    )
    page.get_by_label("From day").fill(author.first_day)
    page.get_by_label("To day").fill(author.last_day)
    page.get_by_role("button", name="Run backtest").click()

    expect(page.get_by_text("Done: 3 homes, 3 days.")).to_be_visible()
    expect(figure(page, "Homes reached")).to_contain_text("2 of 3")
    expect(figure(page, "Notifications")).to_contain_text("4.7 per home and week")
    expect(figure(page, "Held back")).to_contain_text("too soon after the last one")
    expect(page.get_by_role("img", name=re.compile("Bar chart: Notifications per day"))).to_be_visible()
    page.get_by_role("radiogroup", name="View").get_by_text("Table").click()
    days = page.get_by_role("table", name="Notifications per day")
    expect(days.get_by_role("row")).to_have_text([re.compile("Notifications"), *[re.compile(r"2$")] * 3])
    expect(page.get_by_text("To the grid go").first).to_be_visible()
    page.get_by_role("radiogroup", name="Order").get_by_text("Fewest first").click()
    ranking = page.get_by_role("table", name="Homes", exact=True)
    expect(ranking.get_by_role("row").nth(1)).to_contain_text("home-2")
    expect(page).to_have_url(re.compile("order=least"))

    ranking.get_by_role("link", name="home-3").click()
    expect(page.get_by_role("button", name=re.compile("^Would be sent"))).to_have_count(3)
    expect(page).to_have_url(re.compile("building=home-3"))
    expect(page).to_have_url(re.compile(f"from={author.first_day}"))
    page.go_back()  # nothing is run a second time
    expect(figure(page, "Homes reached")).to_contain_text("2 of 3")
    expect(page.get_by_role("table", name="Notifications per day")).to_be_visible()


def test_chosen_homes_and_a_number_of_them_stand_in_the_address(author: Author, page: Page) -> None:
    rule = author.add_rule()
    author.sign_in(page, backtest_page(author, rule))
    homes = page.get_by_role("radiogroup", name="Homes")
    # On a slow machine, the field of a number learns of the focus after the first key.
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 25})
    homes.get_by_text("A number").click()
    page.get_by_label("How many").fill("2")
    page.get_by_role("button", name="Run backtest").click()
    expect(page.get_by_text("Done: 2 homes, 3 days.")).to_be_visible()
    expect(page).to_have_url(re.compile("sample=2"))
    homes.get_by_text("Chosen").click()
    expect(page.get_by_text("Choose the homes to try the rule on.")).to_be_visible()
    expect(page.get_by_role("button", name="Run backtest")).to_be_disabled()
    which = page.get_by_role("combobox", name="Which").or_(page.get_by_label("Which", exact=True)).first
    which.fill("home-3")
    which.press("Enter")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Run backtest").click()
    expect(figure(page, "Homes reached")).to_contain_text("1 of 1")
    page.reload()  # a link shows what it names
    expect(figure(page, "Homes reached")).to_contain_text("1 of 1")
    which.fill("nobody")
    which.press("Enter")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Run backtest").click()
    expect(page.get_by_role("search").or_(page.get_by_role("form", name="What to try, and where"))).to_contain_text(
        "There is no building of the id nobody."
    )


@pytest.fixture(scope="module")
def busy(server: Server) -> Iterator[Author]:
    """The last home by name has so many events that a slow rule is busy with it for long."""
    with author_with_homes(server) as author:
        author.api.post("/buildings/v1", json={"customerBuildingId": "z-dense", "timeZoneId": "UTC"}).raise_for_status()
        first = datetime.fromisoformat(f"{author.first_day}T00:00+00:00")
        for start in range(0, 40_000, 10_000):
            send(author, "z-dense", {first + timedelta(seconds=2 * second): 100.0 for second in range(start, start + 10_000)})
        yield author


def the_only_one(processes: list[int]) -> int | None:
    return processes[0] if len(processes) == 1 else None


def test_what_is_done_is_seen_while_it_runs_and_cancel_ends_the_work(busy: Author, page: Page) -> None:
    rule = busy.add_rule(**SLOW)
    process = until(lambda: the_only_one(trial_processes(busy.server)))  # one that was at work may be about to end
    busy.sign_in(page, backtest_page(busy, rule))
    page.get_by_role("button", name="Run backtest").click()
    expect(page.get_by_text("3 of 4 homes", exact=True)).to_be_visible()
    expect(page.get_by_role("progressbar", name="Progress of the backtest")).to_be_visible()
    expect(figure(page, "Homes reached")).to_contain_text("2 of 3")
    expect(page.get_by_text(re.compile("about .* left"))).to_be_visible()
    assert is_alive(process)
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Stopped. The figures are those of 3 of 4 homes.")).to_be_visible()
    expect(figure(page, "Homes reached")).to_contain_text("2 of 3")
    until(lambda: not is_alive(process))

    # Whoever leaves the page no longer waits for it either.
    page.get_by_role("button", name="Run backtest").click()
    expect(page.get_by_text("3 of 4 homes", exact=True)).to_be_visible()
    processes = until(lambda: [each for each in trial_processes(busy.server) if is_alive(each)])  # the one at work among them
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Overview").click()
    until(lambda: not all(is_alive(each) for each in processes))


def test_a_server_that_dies_on_the_way_leaves_what_was_done(busy: Author, page: Page) -> None:
    rule = busy.add_rule(name="Much power, slowly", **SLOW)
    busy.sign_in(page, backtest_page(busy, rule, "&run=true"))
    expect(page.get_by_text("3 of 4 homes", exact=True)).to_be_visible()
    busy.server.kill_ingest()
    alert = page.get_by_role("alert").filter(has_text="The backtest ended early")
    expect(alert.get_by_role("button", name="Try again")).to_be_visible()
    expect(page.get_by_text("The figures are those of 3 of 4 homes.")).to_be_visible()
    expect(figure(page, "Homes reached")).to_contain_text("2 of 3")
    busy.server.wait_until_ready()


def test_two_versions_are_compared_down_to_the_trace(author: Author, versions: dict[str, Any], page: Page) -> None:
    author.sign_in(page, backtest_page(author, versions))
    page.get_by_label("Compare with", exact=True).first.click()
    page.get_by_role("option", name="Version 1").click()
    page.get_by_role("button", name="Run backtest").click()

    figures = page.get_by_role("table", name="Figures")
    expect(figures.get_by_role("row", name="Homes reached")).to_have_text(re.compile("12−1$"))
    expect(figures.get_by_role("row", name=re.compile("^Notifications"))).to_have_text(re.compile("36−3$"))
    differences = page.get_by_role("region", name="Where they differ")
    counts = differences.locator(".small-figures > div")
    expect(counts).to_have_text(["Homes that get more0", "Homes that get fewer1", "Homes that get as many2"])
    expect(differences.get_by_text("They differ on 3 days")).to_be_visible()
    day = differences.get_by_role("table", name="Days on which they differ").get_by_role("button").nth(1)
    day.click()
    expect(page).to_have_url(re.compile("day="))
    example = differences.get_by_role("listitem")
    expect(example).to_have_count(1)
    expect(example).to_contain_text("“Version 1” sends, “Version 2” does not.")

    example.get_by_role("button", name=re.compile("Why does home-1 differ")).click()
    drawer = page.get_by_role("dialog", name="Why?")
    expect(drawer).to_contain_text("Nothing would be sent")
    expect(drawer).to_contain_text("AVG($Power) < -3000")
    drawer.get_by_text("Version 1", exact=True).click()
    expect(drawer).to_contain_text("It would be sent")
    page.reload()  # the address names the question
    expect(drawer).to_contain_text("Nothing would be sent")
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()

    example.get_by_role("link", name=re.compile("Data graph of home-1")).click()
    expect(page.get_by_text("What stands in the fields: 0 would be sent")).to_be_visible()
    expect(page.get_by_text("Version 1: 1 would be sent")).to_be_visible()
    beside = page.get_by_role("list", name="Notifications of Version 1")
    beside.get_by_role("button", name=re.compile("^Would be sent")).click()
    expect(page.get_by_role("dialog", name="Why?")).to_contain_text("It would be sent")


def test_a_draft_is_tried_and_is_still_there_afterwards(author: Author, page: Page) -> None:
    rule = author.add_rule()
    author.sign_in(page, f"/rules/{rule['id']}?from={author.first_day}&to={author.last_day}")
    page.get_by_role("textbox", name="Description").fill("Changed")
    page.get_by_label("Match threshold").fill("500")
    page.get_by_role("link", name="Try on many homes").click()
    expect(page).to_have_url(re.compile("what=draft"))
    page.get_by_role("button", name="Run backtest").click()
    expect(figure(page, "Homes reached")).to_contain_text("0 of 3")
    page.get_by_role("link", name="Much power").click()
    expect(page.get_by_role("textbox", name="Description")).to_have_value("Changed")
    expect(page.get_by_text("Unsaved changes")).to_be_visible()
    page.go_back()
    expect(figure(page, "Homes reached")).to_contain_text("0 of 3")

    page.once("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("The draft is no longer in this window")
    expect(page.get_by_role("button", name="Run backtest")).to_be_disabled()


def test_each_mistake_is_answered_in_its_place(author: Author, page: Page) -> None:
    broken = author.add_rule(condition="AVG($Powr) > 1", ruleState="DRAFT")
    author.sign_in(page, backtest_page(author, broken, "&run=true"))
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Version 1 cannot be run")
    expect(alert).to_contain_text("Condition There is no dataset $Powr in this rule.")
    expect(page.get_by_role("link", name="Open the rule to mend it")).to_be_visible()

    rule = author.add_rule(name="Fine")
    page.goto(f"{author.console}/rules/{rule['id']}/backtest?from=2020-01-01&to=2020-01-02&run=true")
    expect(alert).to_contain_text("none of the homes has an event that the rule looks at")
    page.goto(f"{author.console}/rules/{rule['id']}/backtest?from=2020-01-03&to=2020-01-02")
    expect(page.get_by_text("The first day comes after the last")).to_be_visible()
    page.goto(f"{author.console}/rules/{rule['id']}/backtest?what=9")
    expect(alert).to_contain_text("The rule has no such version")
    page.goto(f"{author.console}/rules/{'0' * 24}/backtest")
    expect(page.get_by_text("This rule does not exist")).to_be_visible()

    for home in (HOME, *_OTHERS):
        author.api.delete(f"/buildings/{home}/v1").raise_for_status()
    page.goto(f"{author.console}{backtest_page(author, rule, '&run=true')}")
    expect(page.get_by_text("There are no homes yet.")).to_be_visible()


def test_a_role_that_may_not_look_at_rules_is_told_so(author: Author, page: Page) -> None:
    rule = author.add_rule()
    email = f"bill-{author.email}"
    author.add_member(email, "Billing")
    author.sign_in(page, backtest_page(author, rule), email)
    expect(page.get_by_role("alert")).to_contain_text("read:rules")


def test_the_keyboard_alone_runs_and_explains(author: Author, versions: dict[str, Any], page: Page) -> None:
    author.sign_in(page, backtest_page(author, versions, "&compare=1"))
    run = page.get_by_role("button", name="Run backtest")
    expect(run).to_be_enabled()
    tab_to(run)
    page.keyboard.press("Enter")
    day = page.get_by_role("table", name="Days on which they differ").get_by_role("button").first
    tab_to(day)
    page.keyboard.press("Space")
    expect(day).to_have_attribute("aria-pressed", "true")
    why = page.get_by_role("button", name=re.compile("Why does home-1 differ"))
    tab_to(why)
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Why?")).to_contain_text("Nothing would be sent")
    page.keyboard.press("Escape")
    expect(why).to_be_focused()


@pytest.fixture(scope="module")
def shown(server: Server) -> Iterator[tuple[Author, dict[str, Any]]]:
    """Pages are only looked at here, so one author does for all."""
    with author_with_homes(server) as author:
        rule = author.add_rule()
        author.api.put(f"/rules/{rule['id']}/v1", json={**rule, "condition": "AVG($Power) < -3000"}).raise_for_status()
        yield author, rule


@pytest.mark.parametrize(("scheme", "width", "language"), LOOKS_AND_LANGUAGES)
def test_no_barrier_and_no_sideways_scrolling(
    shown: tuple[Author, dict[str, Any]], browser: Browser, scheme: Any, width: int, language: str
) -> None:
    author, rule = shown

    with looking(browser, scheme, width, language) as page:
        author.sign_in(page, backtest_page(author, rule), language=language)
        expect(page.locator(".backtest-empty")).to_be_visible()
        assert_no_barrier(page)
        page.goto(author.console + backtest_page(author, rule, "&run=true"))
        expect(page.locator(".samples")).to_be_visible()
        assert_no_barrier(page)
        page.goto(author.console + backtest_page(author, rule, "&run=true&compare=1"))
        expect(page.locator(".samples").first).to_be_visible()
        expect(page.locator(".bars-place svg").first).to_be_visible()
        assert_no_barrier(page)
        page.locator(".comparison-examples button").first.click()
        expect(page.get_by_role("dialog").locator(".why-outcome")).to_be_visible()
        assert_no_barrier(page)
        page.goto(author.console + backtest_page(author, rule, "&run=true&compare=1&view=table"))
        expect(page.locator(".bars-table").nth(1)).to_be_visible()
        assert_no_barrier(page)
        page.goto(f"{author.console}/rules/{rule['id']}?building={HOME}&from={author.first_day}&to={author.last_day}&beside=1")
        expect(page.locator(".envelopes-name").nth(1)).to_be_visible()
        assert_no_barrier(page)
