"""The rules pages for everybody: by keyboard, on a phone, in the dark, in German, without a barrier."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.authors import HOME, Author, new_author, trial
from tests.browser.barriers import LOOKS_AND_LANGUAGES, assert_no_barrier, looking, tab_to
from tests.running import Server

WORDS = {
    "en": {"sent": "Would be sent", "why": "Why?", "close": "Close", "menu": "Pages", "rules": "Rules"},
    "de": {
        "sent": "Würde gesendet",
        "why": "Warum?",
        "close": "Schliessen",
        "menu": "Seiten",
        "rules": "Regeln",
    },
}


@pytest.fixture(scope="module")
def author(server: Server) -> Iterator[Author]:
    """Pages are only looked at here, so one author does for all."""
    with new_author(server) as author:
        author.add_rule()
        author.add_rule(name="Unfinished", condition="AVG($Powr) > 1", tags=[])
        yield author


def rule_id(author: Author, name: str) -> str:
    return next(str(rule["id"]) for rule in author.api.get("/rules/v1").json() if rule["name"] == name)


@pytest.mark.parametrize(("scheme", "width", "language"), LOOKS_AND_LANGUAGES)
def test_no_barrier_and_no_sideways_scrolling(author: Author, browser: Browser, scheme: Any, width: int, language: str) -> None:
    words = WORDS[language]
    with looking(browser, scheme, width, language) as page:
        author.sign_in(page, "/rules", language=language)
        expect(page.get_by_role("article")).to_have_count(2)
        assert_no_barrier(page)
        if width == 360:
            page.get_by_role("button", name=words["menu"]).click()
            here = page.get_by_role("navigation").get_by_role("link", name=words["rules"])
            expect(here).to_have_attribute("aria-current", "page")
            assert_no_barrier(page)
            page.keyboard.press("Escape")

        page.goto(f"{author.console}/rules/catalogue")
        expect(page.locator(".predefined-card").first).to_be_visible()
        assert_no_barrier(page)

        page.goto(f"{author.console}/rules/{rule_id(author, 'Unfinished')}")
        expect(page.locator(".mistake").first).to_be_visible()
        assert_no_barrier(page)

        page.goto(author.console + trial(author, f"/rules/{rule_id(author, 'Much power')}"))
        sent = page.get_by_role("button", name=re.compile(f"^{words['sent']}"))
        expect(sent).to_have_count(3)
        assert_no_barrier(page)
        sent.first.click()
        drawer = page.get_by_role("dialog", name=words["why"])
        expect(drawer.locator(".why-outcome")).to_be_visible()
        assert_no_barrier(page)


def test_a_german_author_reads_what_is_wrong_and_why_nothing_was_said_in_german(author: Author, page: Page) -> None:
    page.context.add_init_script("localStorage.setItem('hearth-language', 'de')")
    author.sign_in(page, f"/rules/{rule_id(author, 'Unfinished')}", language="de")
    mistake = page.locator(".mistake")
    expect(mistake).to_contain_text("Den Datensatz $Powr gibt es in dieser Regel nicht. meinten Sie $Power?")
    page.locator(".findings summary").click()
    expect(page.locator(".findings")).to_contain_text("Den Datensatz $Powr gibt es in dieser Regel nicht.")
    page.get_by_role("button", name="Beheben: $Power schreiben").click()
    expect(mistake).to_have_count(0)
    page.get_by_role("textbox", name="Bedingung", exact=True).get_by_text("AVG").hover()
    expect(page.locator(".x-explained")).to_contain_text("Der Durchschnitt der Werte")

    page.goto(
        f"{author.console}/rules/{rule_id(author, 'Much power')}?building={HOME}&from={author.first_day}&to={author.last_day}"
    )
    page.get_by_label("Warum, oder warum nicht, zu dieser Zeit").fill(f"{author.first_day}T02:00")
    page.get_by_label("Warum, oder warum nicht, zu dieser Zeit").press("Enter")
    drawer = page.get_by_role("dialog", name="Warum?")
    expect(drawer).to_contain_text(
        re.compile(r"Die Bedingung trifft nicht zu: AVG\(\$Power\) < -1500 \(AVG\(\$Power\) ist \d+ W\)")
    )
    page.keyboard.press("Escape")
    page.get_by_label("Warum, oder warum nicht, zu dieser Zeit").fill(f"{author.first_day}T11:00")
    page.get_by_label("Warum, oder warum nicht, zu dieser Zeit").press("Enter")
    expect(drawer).to_contain_text("der Mindestabstand beträgt 1 Tag")


def test_a_french_author_finds_the_predefined_rules_in_french_and_has_them_so(author: Author, page: Page) -> None:
    page.context.add_init_script("localStorage.setItem('hearth-language', 'fr')")
    author.sign_in(page, "/rules/catalogue", language="fr")
    page.get_by_label("Chercher des règles prédéfinies").fill("batterie pleine")
    expect(page.locator(".predefined-card")).to_have_count(1)
    page.get_by_role("button", name="Activer Batterie pleine, surplus disponible").click()
    expect(page.get_by_role("link", name="Vous l’avez : ouvrir Batterie pleine, surplus disponible")).to_be_visible()
    added = author.rule(rule_id(author, "Batterie pleine, surplus disponible"))
    assert added["description"].startswith("La batterie est pleine")
    author.api.delete(f"/rules/{added['id']}/v1").raise_for_status()


def test_the_keyboard_alone_finds_and_tries_a_rule(author: Author, page: Page) -> None:
    author.sign_in(page, "/rules")
    expect(page.get_by_role("article")).to_have_count(2)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    link = page.get_by_role("link", name="Much power", exact=True)
    tab_to(link)
    page.keyboard.press("Enter")

    tab_to(page.get_by_role("combobox", name="Building"))
    page.keyboard.type(HOME)
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    sent = page.get_by_role("button", name=re.compile("^Would be sent"))
    expect(sent).to_have_count(3)
    tab_to(sent.first)
    expect(page.get_by_role("tooltip")).to_contain_text("To the grid go 2,150 W")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Why?")).to_contain_text("It would be sent")
    page.keyboard.press("Escape")
    expect(sent.first).to_be_focused()


def test_a_field_for_an_expression_lets_the_keyboard_go_on(author: Author, page: Page) -> None:
    author.sign_in(page, f"/rules/{rule_id(author, 'Much power')}")
    editor = page.get_by_role("textbox", name="Condition", exact=True)
    editor.focus()
    page.keyboard.press("Tab")
    expect(editor).not_to_be_focused()


def test_the_place_where_one_is_stands_out(author: Author, page: Page) -> None:
    author.sign_in(page, "/")
    navigation = page.get_by_role("navigation", name="Main")
    expect(navigation.get_by_role("link", name="Overview")).to_have_attribute("aria-current", "page")
    navigation.get_by_role("link", name="Rules").click()
    expect(navigation.get_by_role("link", name="Rules")).to_have_attribute("aria-current", "page")
    expect(navigation.get_by_role("link", name="Overview")).not_to_have_attribute("aria-current", "page")
