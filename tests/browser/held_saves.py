"""Saving while the answer is held back: what a page shows and does until it comes."""

from playwright.sync_api import Locator, Page, Route, expect
from tests.running import until

_CLICK_AND_EDIT = """(button, [field, value]) => {
    button.click();
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(field, value);
    field.dispatchEvent(new Event("input", { bubbles: true }));
}"""


def hold(page: Page, request_path: str, method: str) -> list[Route]:
    """The requests of a method that wait for `continue_`."""
    held: list[Route] = []
    page.route(request_path, lambda route: held.append(route) if route.request.method == method else route.continue_())
    return held


def the_only_one(held: list[Route], page: Page) -> Route:
    """Once it is there: a request is told of before its route is."""
    until(lambda: held or page.wait_for_timeout(20))
    [first] = held
    return first


def edit_while_saving(page: Page, request_path: str, save: Locator, field: Locator, value: str) -> None:
    """Saves, and edits in the moment of the click, before the page is drawn anew; it stays a save until it is answered."""
    held = hold(page, request_path, "PUT")
    with page.expect_request(lambda request: request.method == "PUT"):
        save.evaluate(_CLICK_AND_EDIT, [field.element_handle(), value])
    expect(field).to_have_value(value)
    expect(save).to_have_attribute("data-loading", "true")
    the_only_one(held, page).continue_()
    expect(page.get_by_role("status").filter(has_text="Saved")).to_be_visible()
