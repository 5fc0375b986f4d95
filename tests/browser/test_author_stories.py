"""Whole stories of an author, each told in light and dark, on a desk and on a phone, in English and German."""

import re
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from tests.browser.authors import HOME, PASSWORD, Author, save_meanwhile, trial, write
from tests.browser.barriers import LOOKS_AND_LANGUAGES
from tests.browser.storytelling import Told, telling
from tests.metered_homes import file_of
from tests.running import until

REAL_HOME = "home-08"
PREDEFINED = {"en": "Always-on consumption above usual", "de": "Dauerverbrauch über dem Üblichen"}


class Story(NamedTuple):
    """An author, the page before them, and the words that stand on it."""

    author: Author
    told: Told

    @property
    def page(self) -> Page:
        return self.told.page

    @property
    def language(self) -> str:
        return self.told.language

    def word(self, key: str, **values: object) -> str:
        return self.told.word(key, **values)

    def press(self, key: str, **values: object) -> None:
        self.told.press(key, **values)

    def field(self, key: str, within: Locator | None = None) -> Locator:
        return self.told.field(key, within)

    def open(self, path: str) -> None:
        """Signs in."""
        self.page.goto(self.author.console + path)
        self.told.sign_in(self.author.email, PASSWORD)

    def write(self, editor: Locator, text: str) -> None:
        """Writes an expression in place of what stands there."""
        write(editor, text)
        expect(editor).to_contain_text(text)

    def simulate(self, home: str, first_day: str, last_day: str) -> None:
        self.page.get_by_role("combobox", name=self.word("rule.building")).fill(home)
        self.page.keyboard.press("Escape")
        self.page.get_by_label(self.word("rule.from")).fill(first_day)
        self.page.get_by_label(self.word("rule.to")).fill(last_day)
        self.press("rule.run")

    def number_sent(self, home: str) -> int:
        """How many the simulation says would be sent, once it is up to date."""
        outdated = self.page.get_by_text(self.word("rule.outdated"))
        expect(outdated).to_have_count(0)
        words = re.escape(self.word("rule.summary", building=home, sent="#", dropped="#", evaluations="#"))
        summary = self.page.get_by_text(re.compile(words.replace(r"\#", r"\S+")))
        expect(summary).to_be_visible()
        return int(re.findall(r"\d+", summary.inner_text().partition(":")[2])[0])

    def said(self) -> Locator:
        """The rows of the notifications that the simulation tells of."""
        view = self.page.get_by_role("radiogroup", name=self.word("rule.view"))
        view.get_by_text(self.word("rule.asTable")).click()
        return self.page.get_by_role("table", name=self.word("rule.simulated")).get_by_role("row")

    def save(self) -> None:
        self.press("rule.save")
        expect(self.page.get_by_role("status").filter(has_text=re.compile(self.word("rule.saved")))).to_be_visible()


@pytest.fixture(params=LOOKS_AND_LANGUAGES, ids=str)
def story(request: pytest.FixtureRequest, author: Author, browser: Browser) -> Iterator[Story]:
    with telling(browser, request.param) as told:
        yield Story(author, told)


def test_a_predefined_rule_is_sharpened_on_a_real_home_and_compared(story: Story) -> None:
    author, page = story.author, story.page
    author.server.command(
        *("import-history", str(file_of(8)), "--customer", author.customer_id, "--building", REAL_HOME, "--create-building"),
        *("--time-zone", "America/Los_Angeles", "--country", "US", "--timestamp-column", "hour_start_utc"),
        *("--column", "ENERGY_CONSUMPTION=consumption_wh", "--device-id", "gateway", "--source", "GATEWAY"),
    )
    story.open("/rules/catalogue")
    story.press("catalogue.activateOf", name=PREDEFINED[story.language])
    page.get_by_role("link", name=story.word("catalogue.openOf", name=PREDEFINED[story.language])).click()

    condition = story.field("rule.place.condition")
    expect(condition).to_contain_text("> 20")
    story.simulate(REAL_HOME, "2017-01-01", "2017-06-30")
    loose = story.number_sent(REAL_HOME)

    text = condition.inner_text().replace("\n", " ")
    story.write(condition, text.replace("> 20", "> 300"))
    expect(page.get_by_text(story.word("rule.outdated"))).to_be_visible()
    story.press("rule.run")
    assert 0 < story.number_sent(REAL_HOME) < loose
    expect(page.get_by_role("img", name=re.compile(r"\$Fortnight"))).to_be_visible()
    words = {"en": "Your home never took less than", "de": "In den letzten 24 Stunden nie unter"}[story.language]
    expect(story.said().filter(has_text=story.word("rule.sent")).filter(has_text=words).first).to_be_visible()
    story.save()

    story.press("rule.showVersions")
    story.press("rule.compare")
    row = page.get_by_role("table", name=story.word("rule.compareOf", version=1)).get_by_role("row")
    expect(row.filter(has_text="> 300")).to_contain_text("> 20")
    page.get_by_role("switch", name=story.word("rule.active")).click()
    story.save()
    page.get_by_role("switch", name=story.word("rule.active")).click()
    story.save()
    [saved] = author.api.get("/rules/v1").json()
    assert (saved["ruleState"], "> 300" in saved["condition"]) == ("ACTIVE", True)


def test_a_streak_with_two_cases_is_built_from_nothing(story: Story) -> None:
    author, page = story.author, story.page
    story.open("/rules/new")
    story.field("rule.name").first.fill("Sun in a row")
    dataset = page.get_by_role("group", name=story.word("rule.datasetOf", name="Power"))
    page.keyboard.press("Escape")
    dataset.get_by_role("combobox", name=story.word("rule.eventTypes")).click()
    page.keyboard.press("Backspace")
    page.keyboard.type("GRID_POWER")
    page.get_by_role("option", name="GRID_POWER_CONSUMPTION", exact=True).click()
    page.keyboard.press("Escape")
    story.write(story.field("rule.place.condition"), "AVG($Power) < -1500")
    page.get_by_role("switch", name=story.word("rule.streak")).click()
    story.write(story.field("rule.place.streakCondition"), "COUNT($Power) >= 2")

    page.get_by_role("radiogroup", name=story.word("rule.form")).get_by_text(story.word("rule.severalCases")).click()
    story.press("rule.addCase")
    for number, condition in ((1, "true"), (2, "StreakCounter >= 2")):
        case = page.get_by_role("group", name=story.word("rule.caseOf", label=story.word("rule.caseNumber", number=number)))
        story.write(story.field("rule.place.caseCondition", case), condition)
        for language in ("en", "de", "fr"):
            column = case.get_by_role("group", name=story.word(f"languages.{language}"), exact=True)
            story.field("rule.place.title", column).fill(f"{language} title {number}")
            story.write(story.field("rule.place.message", column), f'"{language} " + StreakCounter + " in case {number}"')
    # The special case belongs above the general one: by keyboard, as by hand.
    grip = page.get_by_role("button", name=story.word("rule.caseDrag", label=story.word("rule.caseNumber", number=2)))
    grip.focus()
    page.keyboard.press("Space")
    taken = story.word("rule.caseAt", label=story.word("rule.caseNumber", number=2), number=2)
    expect(page.get_by_text(taken)).to_be_attached()
    said = page.get_by_text(story.word("rule.caseAt", label=story.word("rule.caseNumber", number=2), number=1))

    def is_moved() -> bool:
        page.keyboard.press("ArrowUp")  # passed over until the places are measured; at the top there is no further one
        page.wait_for_timeout(200)
        return said.count() > 0

    until(is_moved)
    page.keyboard.press("Space")

    story.simulate(HOME, author.first_day, author.last_day)
    assert story.number_sent(HOME) == 3  # one a day
    words = re.compile(rf"{story.language} title 2: {story.language} \d+ in case 2")
    expect(story.said().filter(has_text=words).first).to_be_visible()
    expect(story.said().filter(has_text=f"{story.language} title 1").first).to_be_visible()
    story.press("rule.save")
    expect(page).to_have_url(re.compile(r"/rules/[0-9a-f]{24}"))
    [rule] = author.api.get("/rules/v1").json()
    assert (rule["isStreak"], rule["streakCondition"]) == (True, "COUNT($Power) >= 2")
    assert [case["caseCondition"] for case in rule["notificationCases"]] == ["StreakCounter >= 2", "true"]
    assert rule["notificationCases"][0]["notification"]["texts"]["fr"]["title"] == "fr title 2"


def test_a_wrong_expression_is_explained_and_mended_in_place(story: Story) -> None:
    author, page = story.author, story.page
    rule = author.add_rule()
    story.open(f"/rules/{rule['id']}")
    condition = story.field("rule.place.condition")
    story.write(condition, "AVG($Powr) > 1000")
    explained = {"en": "There is no dataset $Powr in this rule.", "de": "Den Datensatz $Powr gibt es in dieser Regel nicht."}
    # Below the field: the list of findings, which comes later, is folded.
    expect(page.locator(".expression-said").filter(has_text=explained[story.language])).to_be_visible()
    story.press("rule.fixOf", fix="$Power")
    expect(condition).to_have_text("AVG($Power) > 1000")
    expect(page.get_by_text(explained[story.language])).to_have_count(0)
    story.save()
    assert author.rule(rule["id"])["condition"] == "AVG($Power) > 1000"


def test_two_people_edit_one_rule_and_both_changes_stay(story: Story) -> None:
    author, page = story.author, story.page
    rule = author.add_rule()
    story.open(f"/rules/{rule['id']}")
    condition = story.field("rule.place.condition")
    expect(condition).to_contain_text("-1500")
    save_meanwhile(author, rule["id"], match_threshold=3)
    story.write(condition, "AVG($Power) < -1800")
    story.press("rule.save")

    dialog = page.get_by_role("dialog", name=story.word("rule.conflict"))
    expect(dialog).to_contain_text(story.word("rule.noneChangedByBoth"))
    taken = dialog.get_by_role("table")
    expect(taken.get_by_role("row", name=story.word("rule.place.condition"))).to_contain_text(story.word("rule.mine"))
    expect(taken.get_by_role("row", name=story.word("rule.place.match_threshold"))).to_contain_text("3")
    story.press("rule.saveMerged")
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("status").filter(has_text=story.word("rule.saved"))).to_be_visible()
    expect(page.get_by_label(story.word("rule.place.match_threshold"))).to_have_value("3")
    saved = author.rule(rule["id"])
    assert (saved["version"], saved["condition"], saved["match_threshold"]) == (3, "AVG($Power) < -1800", 3)


def test_an_adviser_finds_out_why_a_home_got_no_notification(story: Story) -> None:
    author, page = story.author, story.page
    rule = author.add_rule()
    story.open(trial(author, f"/rules/{rule['id']}"))
    assert story.number_sent(HOME) == 3
    drawer = page.get_by_role("dialog", name=story.word("rule.why"))

    # In the middle of the first night.
    graph = page.get_by_role("img", name=re.compile(r"\$Power"))
    box = graph.bounding_box()
    assert box is not None
    graph.click(position={"x": box["width"] * (0.12 if box["width"] > 600 else 0.2), "y": box["height"] * 0.5})
    words = {
        "en": r"The condition does not hold: AVG\(\$Power\) < -1500 \(AVG\(\$Power\) is \d+ W\)",
        "de": r"Die Bedingung trifft nicht zu: AVG\(\$Power\) < -1500 \(AVG\(\$Power\) ist \d+ W\)",
    }
    expect(drawer).to_contain_text(re.compile(words[story.language]))
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()

    # An hour after one was sent.
    instant = page.get_by_label(story.word("rule.whyAt"))
    instant.fill(f"{author.first_day}T11:00")
    instant.press("Enter")
    expect(drawer).to_contain_text({"en": "1 day must lie between two", "de": "der Mindestabstand beträgt 1 Tag"}[story.language])


IS_CLICK_HEARD = """() => {
    let isHeard = false;
    document.body.addEventListener("click", () => { isHeard = true; }, { once: true });
    document.body.click();
    return isHeard;
}"""


def test_cases_are_dragged_with_the_mouse(author: Author, page: Page) -> None:
    template = author.add_rule()["notification"]
    cases = [{"label": label, "caseCondition": "true", "notification": template} for label in ("First", "Second", "Third")]
    rule = author.add_rule(name="In cases", notification=None, notificationCases=cases)
    page.set_viewport_size({"width": 1280, "height": 6000})  # so that nothing scrolls under the mouse
    author.sign_in(page, f"/rules/{rule['id']}")
    grip = page.get_by_role("button", name="Drag First to another place")
    taken, goal = (page.get_by_role("group", name=f"Case {label}").bounding_box() for label in ("First", "Second"))
    grip.hover()
    page.mouse.down()
    start = grip.bounding_box()
    assert taken is not None
    assert goal is not None
    assert start is not None
    for part in range(1, 11):
        page.mouse.move(start["x"] + 10, start["y"] + (goal["y"] - taken["y"]) * part / 10)
    # What is dropped earlier stays where it was.
    expect(page.get_by_text("First is at place 2.")).to_be_attached()
    page.mouse.up()
    expect(page.locator(".case-label input").first).to_have_value("Second")
    page.wait_for_function(IS_CLICK_HEARD)  # for 50 ms one is taken for the end of the drag
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").filter(has_text=re.compile("Saved"))).to_be_visible()
    assert [case["label"] for case in author.rule(rule["id"])["notificationCases"]] == ["Second", "First", "Third"]
