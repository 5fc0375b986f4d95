"""A draft goes to the backtest and comes back whole: with what it was begun with, so that nobody's save is undone by it."""

from playwright.sync_api import Page, expect
from tests.browser.authors import Author, field, write


def test_what_another_saves_during_a_look_at_the_backtest_is_not_undone(author: Author, page: Page) -> None:
    rule = author.add_rule()
    author.sign_in(page, f"/rules/{rule['id']}")
    expect(field(page, "Condition")).to_contain_text("-1500")
    write(field(page, "Condition"), "AVG($Power) < -1800")
    page.get_by_role("link", name="Try on many homes").click()
    expect(page.get_by_role("heading", name="Backtest")).to_be_visible()

    changed = {**author.rule(rule["id"]), "match_threshold": 3, "tags": ["theirs"]}
    author.api.put(f"/rules/{rule['id']}/v1", json=changed).raise_for_status()
    page.get_by_role("link", name=rule["name"]).click()
    expect(field(page, "Condition")).to_contain_text("-1800")
    expect(page.get_by_label("Match threshold")).to_have_value("0")
    page.get_by_role("button", name="Save").click()

    dialog = page.get_by_role("dialog", name="Somebody else saved this rule meanwhile")
    expect(dialog).to_contain_text("No part was changed by both")
    taken = dialog.get_by_role("table")
    expect(taken.get_by_role("row", name="Condition")).to_contain_text("Yours")
    expect(taken.get_by_role("row", name="Match threshold")).not_to_contain_text("Yours")
    dialog.get_by_role("button", name="Save both together").click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_label("Match threshold")).to_have_value("3")
    saved = author.rule(rule["id"])
    assert (saved["version"], saved["condition"], saved["match_threshold"]) == (3, "AVG($Power) < -1800", 3)
    assert saved["tags"] == ["theirs"]
