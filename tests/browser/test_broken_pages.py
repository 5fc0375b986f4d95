"""What stays when a script of the console does not come: everything but what it shows, with a way on."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from tests.browser.authors import Author, trial
from tests.browser.barriers import LOOKS_AND_LANGUAGES, assert_no_barrier, looking

_PART = {"en": "This part of the page could not be shown.", "de": "Dieser Teil der Seite konnte nicht angezeigt werden."}
_PAGE = {"en": "This page could not be shown", "de": "Diese Seite konnte nicht angezeigt werden"}
_RELOAD = {"en": "Load the page again", "de": "Seite neu laden"}


def refuse(page: Page, script: str) -> None:
    page.route(f"**/assets/{script}-*.js", lambda route: route.abort())


def told(page: Page, words: str) -> Locator:
    return page.get_by_role("alert").filter(has_text=words)


def test_a_graph_that_does_not_come_leaves_the_rest_and_comes_when_the_page_is_loaded_again(author: Author, page: Page) -> None:
    rule = author.add_rule()
    refuse(page, "LineGraph")
    author.sign_in(page, trial(author, f"/rules/{rule['id']}"))
    expect(told(page, _PART["en"])).to_be_visible()
    expect(page.get_by_role("heading", name="Much power")).to_be_visible()
    expect(page.get_by_role("textbox", name="Condition")).to_be_visible()
    page.unroute_all()
    told(page, _PART["en"]).get_by_role("button", name=_RELOAD["en"]).click()
    expect(page.locator(".graph-place canvas")).to_be_visible()
    expect(told(page, _PART["en"])).to_have_count(0)


def test_the_palette_that_does_not_come_is_told_under_the_bar(author: Author, page: Page) -> None:
    refuse(page, "Palette")
    author.sign_in(page)
    page.get_by_role("button", name="Go to").click()
    expect(told(page, _PART["en"])).to_be_in_viewport(ratio=1)


def test_a_page_that_does_not_come_leaves_the_way_to_the_others(author: Author, page: Page) -> None:
    author.sign_in(page)
    refuse(page, "Rules")
    main = page.get_by_role("navigation", name="Main")
    main.get_by_role("link", name="Rules").click()  # it is loaded again once, by itself
    alert = told(page, _PAGE["en"])
    expect(alert).to_contain_text(re.compile("assets/Rules-"))
    alert.get_by_role("link", name="To the overview").click()
    expect(page.get_by_role("region", name="Hours and days")).to_be_visible()
    main.get_by_role("link", name="Rules").click()
    expect(alert).to_be_visible()
    page.unroute_all()
    alert.get_by_role("button", name=_RELOAD["en"]).click()
    expect(page.get_by_role("heading", name="Rules", exact=True)).to_be_visible()


@pytest.mark.parametrize(("scheme", "width", "language"), LOOKS_AND_LANGUAGES)
def test_it_is_no_barrier(author: Author, browser: Browser, scheme: Any, width: int, language: str) -> None:
    with looking(browser, scheme, width, language) as page:
        refuse(page, "LineGraph")
        refuse(page, "Support")
        author.sign_in(page, trial(author, f"/rules/{author.add_rule()['id']}"), language=language)
        assert_no_barrier(page, told(page, _PART[language]))
        page.goto(f"{author.console}/support")
        assert_no_barrier(page, told(page, _PAGE[language]))
