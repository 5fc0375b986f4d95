"""What keeps people out of a page, as axe-core finds it."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

_MOST_TABS = 100
AXE = Path(__file__).parents[2] / "web/node_modules/axe-core/axe.min.js"


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


def settle(page: Page) -> None:
    """Waits for what slides or fades, for half-faded text has too little contrast."""
    page.evaluate("Promise.allSettled(document.getAnimations().map((animation) => animation.finished))")


def tab_to(goal: Locator) -> None:
    """Goes from where the focus is to the goal, by the tabulator alone."""
    expect(goal).to_be_visible()
    for _ in range(_MOST_TABS):
        if goal.evaluate("element => element === document.activeElement"):
            return
        goal.page.keyboard.press("Tab")
    raise AssertionError(f"not reached within {_MOST_TABS} tabs: {goal}")
