"""What keeps people out of a page, as axe-core finds it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

LOOKS = (("light", 1280), ("dark", 1280), ("light", 360), ("dark", 360))
LOOKS_AND_LANGUAGES = (("light", 1280, "en"), ("dark", 1280, "de"), ("light", 360, "de"), ("dark", 360, "en"))
LOCALES = {"en": "en-GB", "de": "de-CH"}
_MOST_TABS = 100
# Half-faded text has too little contrast; and what fades in stands there unseen for a frame or two before it begins to.
NOTHING_MOVES = """async () => {
    for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
    await Promise.allSettled(document.getAnimations().map((animation) => animation.finished));
}"""
AXE = Path(__file__).parents[2] / "web/node_modules/axe-core/axe.min.js"


@contextmanager
def looking(browser: Browser, scheme: Any, width: int, language: str = "en") -> Iterator[Page]:
    """A page in that colour scheme, width and language."""
    with browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 780}, locale=LOCALES[language]) as context:
        context.add_init_script(f"localStorage.setItem('hearth-language', '{language}')")
        yield context.new_page()


def assert_no_barrier(page: Page, ready: Locator | None = None) -> None:
    """No barrier and no sideways scrolling, once `ready` is there and nothing moves any more."""
    if ready is not None:
        expect(ready).to_be_visible()
    page.evaluate(NOTHING_MOVES)
    assert serious_problems(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def serious_problems(page: Page) -> list[str]:
    """What axe-core finds to be a serious or critical barrier, or to break WCAG 2.1 AA."""
    if not AXE.is_file():
        pytest.skip("needs built pages (make pages installs axe-core)")
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    # What passes is most of it, and of no interest here.
    violations: list[dict[str, Any]] = page.evaluate("axe.run({reporter: 'no-passes'}).then((found) => found.violations)")
    return [
        f"{violation['id']}: {node['target']}"
        for violation in violations
        if violation["impact"] in ("serious", "critical") or {"wcag2a", "wcag2aa", "wcag21aa"} & set(violation["tags"])
        for node in violation["nodes"]
    ]


def tab_to(goal: Locator) -> None:
    """Goes from where the focus is to the goal, by the tabulator alone."""
    expect(goal).to_be_visible()
    for _ in range(_MOST_TABS):
        if goal.evaluate("element => element === document.activeElement"):
            return
        goal.page.keyboard.press("Tab")
    raise AssertionError(f"not reached within {_MOST_TABS} tabs: {goal}")
