"""Jumping by a few letters: to a page, a rule, a building."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from tests.browser.authors import HOME, Author, new_author
from tests.browser.barriers import serious_problems, settle
from tests.running import running


@pytest.fixture(scope="module")
def author(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Author]:
    """Nothing is changed here, so one author does for all."""
    folder: Path = tmp_path_factory.mktemp("palette")
    with running(folder) as server:
        author = new_author(server, "ada@example.com")
        author.add_rule()
        author.add_member("viewer@example.com", "Viewer")
        yield author
        author.api.close()


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
    expect(page).to_have_url(f"{author.console}/?building={HOME}")
    expect(page.get_by_text(f"Building {HOME}")).to_be_visible()
    expect(page.get_by_text("No notification for this building")).to_be_visible()
    page.get_by_role("link", name="Show all buildings").click()
    expect(page).to_have_url(f"{author.console}/")


def test_escape_closes_it_and_what_is_nowhere_is_said(author: Author, page: Page) -> None:
    author.sign_in(page)
    open_palette(page)
    page.keyboard.type("nothing like this")
    expect(page.get_by_text("Nothing is called “nothing like this”.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.goto(f"{author.console}/?building=elsewhere")
    expect(page.get_by_role("alert")).to_have_text("You have no building with this id.")


def test_it_offers_only_what_the_role_may_see(author: Author, page: Page) -> None:
    author.sign_in(page, email="viewer@example.com")
    page.get_by_role("button", name="Go to").click()
    expect(page.get_by_role("option", name="Overview")).to_be_visible()
    expect(page.get_by_role("option", name="Members")).to_have_count(0)
    expect(page.get_by_role("option", name="Add rule")).to_have_count(0)


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 360), ("dark", 360)])
def test_it_is_no_barrier(author: Author, browser: Browser, scheme: Any, width: int) -> None:
    with browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 780}) as context:
        page = context.new_page()
        author.sign_in(page)
        open_palette(page)
        page.keyboard.type("o")
        expect(page.get_by_role("option", name=HOME)).to_be_visible()
        settle(page)
        assert serious_problems(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
