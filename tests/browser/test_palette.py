"""Jumping by a few letters: to a page, a rule, a building."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from tests.browser.authors import HOME, Author, new_author
from tests.browser.barriers import LOOKS, assert_no_barrier, looking
from tests.running import Server


@pytest.fixture(scope="module")
def author(server: Server) -> Iterator[Author]:
    """Nothing is changed here, so one author does for all."""
    with new_author(server) as author:
        author.add_rule()
        author.add_member(f"viewer-{author.email}", "Viewer")
        yield author


def open_palette(page: Page) -> None:
    expect(page.get_by_role("banner")).to_be_visible()
    page.keyboard.press("Control+K")
    expect(page.get_by_role("dialog").get_by_role("textbox")).to_be_focused()


def chosen(page: Page) -> Locator:
    """The option that Enter takes."""
    return page.locator("[data-combobox-selected]")


def test_the_keyboard_alone_goes_to_a_page_a_rule_and_a_building(author: Author, page: Page) -> None:
    author.sign_in(page)
    open_palette(page)
    page.keyboard.type("memb")
    expect(chosen(page)).to_have_text("Members")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{author.console}/settings/members")

    open_palette(page)
    page.keyboard.type("power much")
    expect(chosen(page)).to_contain_text("Much power")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Much power", level=1)).to_be_visible()

    open_palette(page)
    page.keyboard.type(HOME[2:].upper())
    expect(page.get_by_role("option", name=HOME)).to_be_visible()
    expect(chosen(page)).to_contain_text(HOME)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{author.console}/buildings/{HOME}")
    expect(page.get_by_role("heading", name=HOME, level=1)).to_be_visible()


def test_escape_closes_it_and_what_is_nowhere_is_said(author: Author, page: Page) -> None:
    author.sign_in(page)
    open_palette(page)
    page.keyboard.type("nothing like this")
    expect(page.get_by_text("Nothing is called “nothing like this”.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.goto(f"{author.console}/notifications?building=elsewhere")
    expect(page.get_by_role("alert").first).to_have_text("You have no building with this id.")


def test_it_offers_only_what_the_role_may_see(author: Author, page: Page) -> None:
    author.sign_in(page, email=f"viewer-{author.email}")
    page.get_by_role("button", name="Go to").click()
    expect(page.get_by_role("option", name="Overview")).to_be_visible()
    expect(page.get_by_role("option", name="Members")).to_have_count(0)
    expect(page.get_by_role("option", name="Add rule")).to_have_count(0)


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_it_is_no_barrier(author: Author, browser: Browser, scheme: Any, width: int) -> None:
    with looking(browser, scheme, width) as page:
        author.sign_in(page)
        open_palette(page)
        page.keyboard.type("o")
        assert_no_barrier(page, page.get_by_role("option", name=HOME))
