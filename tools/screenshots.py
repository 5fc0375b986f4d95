"""`python -m tools.screenshots`: photographs every page of the console, to be looked at by people.

Wants a running `make demo`. Each page is taken in light and dark, wide and narrow, in each language that is asked
for; a page that shifts while it loads, or that writes to the browser's console, is named. Nothing is judged by
comparison with an earlier picture: the pictures are for eyes.
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    StorageState,
    expect,
    sync_playwright,
)

from hearth.cli.demo import EMAIL, PASSWORD

SHIFT_BAR = 0.01
SCHEMES = ("light", "dark")
WIDTHS_PX = (1280, 360)
LANGUAGES = ("en", "de", "fr")
PATIENCE_MS = 60_000
# Adds up how far things moved without the reader's doing, and keeps which (the Layout Instability API).
WATCH_SHIFTS = """
window.shift = 0;
window.moved = [];
const placeOf = ({ x, y, width, height }) => `${[x, y].map(Math.round)} ${[width, height].map(Math.round).join("x")}`;
new PerformanceObserver((list) => {
  for (const { value, hadRecentInput, sources } of list.getEntries()) {
    if (hadRecentInput) continue;
    window.shift += value;
    for (const { node, previousRect, currentRect } of sources) {
      const element = node instanceof Element ? node : node?.parentElement;
      const name = element ? [element.localName, ...element.classList].join(".") : "something gone";
      window.moved.push(`${value.toFixed(3)} ${name}: ${placeOf(previousRect)} -> ${placeOf(currentRect)}`);
    }
  }
}).observe({ type: "layout-shift", buffered: true });
"""

Step = Callable[[Page], None]


def _stay(page: Page) -> None:
    """The page as it comes."""


def _first_rule(page: Page) -> Locator:
    rule = page.locator("main a[href*='/console/rules/']:not([href$='/catalogue']):not([href*='/new'])").first
    rule.wait_for()
    return rule


def _open_rule(page: Page) -> None:
    _first_rule(page).click()
    page.get_by_role("heading", level=1).wait_for()


def _simulate(page: Page) -> None:
    _open_rule(page)
    building = page.locator(".rule-bar-building input")
    building.click()
    page.locator("[data-combobox-option]:visible").first.click()
    page.locator(".rule-bar-trial button[type=submit]").click()
    page.locator(".graph-panel canvas, .graph-panel table").first.wait_for(timeout=PATIENCE_MS)


def _backtest(page: Page) -> None:
    _open_rule(page)
    page.locator("a.rule-bar-backtest").click()
    page.locator(".backtest-choices button[type=submit]").click()
    page.locator(".backtest-pair").first.wait_for(timeout=PATIENCE_MS)


def _impact(page: Page) -> None:
    page.locator("main a[href*='/impact']").first.click()
    page.get_by_role("heading", level=1).wait_for()


def _map(page: Page) -> None:
    page.locator(".map-place svg path").first.wait_for(timeout=PATIENCE_MS)


def _open_notification(page: Page) -> None:
    page.locator(".cards a").first.click()
    page.get_by_role("dialog").wait_for()


def _open_palette(page: Page) -> None:
    page.keyboard.press("Control+K")
    page.get_by_role("dialog").get_by_role("textbox").fill("e")
    page.locator("[data-combobox-option]").first.wait_for()


PAGES: dict[str, tuple[str, Step]] = {
    "overview": ("", _stay),
    "overview-notification": ("", _open_notification),
    "palette": ("", _open_palette),
    "not-found": ("nowhere", _stay),
    "notifications": ("notifications", _stay),
    "notifications-by-rule": ("notifications?view=rules", _stay),
    "notification": ("notifications", _open_notification),
    "rule-impact": ("notifications?view=rules", _impact),
    "events": ("events", _stay),
    "events-search": ("events?view=list", _stay),
    "events-graph": ("events?view=graph", _stay),
    "events-import": ("events/import", _stay),
    "rules": ("rules", _stay),
    "rules-none-found": ("rules?q=nothing-like-this", _stay),
    "rules-catalogue": ("rules/catalogue", _stay),
    "rule-new": ("rules/new", _stay),
    "rule": ("rules", _open_rule),
    "rule-simulated": ("rules", _simulate),
    "rule-backtest": ("rules", _backtest),
    "buildings": ("buildings", _stay),
    "building": ("buildings/home-001", _stay),
    "building-profile": ("buildings/home-001?tab=profile", _stay),
    "building-notifications": ("buildings/home-001?tab=notifications", _stay),
    "building-events": ("buildings/home-001?tab=events", _stay),
    "building-tariffs": ("buildings/home-001?tab=tariffs", _stay),
    "building-settings": ("buildings/home-001?tab=settings", _stay),
    "context-services": ("context-services", _map),
    "settings-data": ("settings/data", _stay),
    "settings-members": ("settings/members", _stay),
    "settings-fulfilment": ("settings/fulfilment", _stay),
    "settings-event-categories": ("settings/event-categories", _stay),
    "settings-audit": ("settings/audit", _stay),
    "profile": ("profile", _stay),
    "start": ("start", _stay),
    "help": ("help", _stay),
    "help-page": ("help/write-rules/in-the-console", _stay),
    "help-found": ("help?q=low%20tariff", _stay),
    "support": ("support", _stay),
}
OPEN_PAGES: dict[str, tuple[str, Step]] = {
    "sign-in": ("", _stay),
    "forgotten-password": ("forgotten-password", _stay),
    "join": ("join", _stay),
    "new-password": ("new-password", _stay),
}


def main() -> None:
    """Reads the arguments, takes the pictures, and ends with 1 where a page shifted or complained."""
    options = _arguments().parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    complaints = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=options.chromium, args=["--no-sandbox"])
        member = _signed_in(browser, options)
        for scheme, width, language in product(SCHEMES, WIDTHS_PX, options.languages):
            # For whoever is not signed in, then for the member.
            complaints += _photograph(browser, options, (scheme, width, language), OPEN_PAGES, None)
            complaints += _photograph(browser, options, (scheme, width, language), PAGES, member)
        browser.close()
    print(f"The pictures are in {options.out}/.")
    sys.exit(1 if complaints else 0)


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.screenshots", description="Photographs every page of a running demo.")
    parser.add_argument("--url", default="http://127.0.0.1:8080", help="where the demo listens (default: %(default)s)")
    parser.add_argument("--email", default=EMAIL)
    parser.add_argument("--password", default=PASSWORD, help="of the demo's member; not meant for a real one")
    parser.add_argument("--out", type=Path, default=Path("screenshots"), help="folder of the pictures (default: %(default)s)")
    parser.add_argument("--only", default="", help="take only pages with this text in their names")
    parser.add_argument("--languages", nargs="+", choices=LANGUAGES, default=LANGUAGES)
    parser.add_argument("--chromium", default="/usr/bin/chromium", help="the browser's program (default: %(default)s)")
    return parser


def _photograph(
    browser: Browser,
    options: argparse.Namespace,
    looks: tuple[str, int, str],
    pages: dict[str, tuple[str, Step]],
    state: StorageState | None,
) -> int:
    """Pictures of these pages in a scheme, a width and a language -> how many complaints there were."""
    scheme, width, language = looks
    context = browser.new_context(
        viewport={"width": width, "height": 900 if width > 600 else 740},
        color_scheme="dark" if scheme == "dark" else "light",
        locale=language,
        reduced_motion="reduce",
        storage_state=state,
    )
    context.add_init_script(WATCH_SHIFTS + f"localStorage.setItem('hearth-language', '{language}');")

    def take(name: str, path: str, step: Step) -> int:
        if options.only not in name:
            return 0
        picture = options.out / f"{name}-{language}-{width}-{scheme}.png"
        with _page(context) as (page, words):
            page.goto(f"{options.url}/console/{path}")
            _settle(page)
            step(page)
            _settle(page)
            shift: float = page.evaluate("window.shift")
            moved: list[str] = page.evaluate("window.moved")
            # What lies over the page is as high as the window, not as the page.
            is_covered = page.get_by_role("dialog").count() > 0
            page.screenshot(path=picture, full_page=not is_covered)
        if shift > SHIFT_BAR:
            words.append("\n  ".join([f"its parts moved by {shift:.3f} while it loaded", *moved]))
        for each in words:
            print(f"{picture.name}: {each}", file=sys.stderr)
        return len(words)

    complaints = sum(take(name, path, step) for name, (path, step) in pages.items())
    context.close()
    return complaints


@contextmanager
def _page(context: BrowserContext) -> Iterator[tuple[Page, list[str]]]:
    """A new page, and what its scripts complain about."""
    page = context.new_page()
    words: list[str] = []
    page.on("console", lambda message: words.append(message.text) if _is_complaint(message) else None)
    page.on("pageerror", lambda error: words.append(str(error)))
    yield page, words
    page.close()


def _is_complaint(message: ConsoleMessage) -> bool:
    # That nobody is signed in yet is an answer of 401, which a browser writes down as an error.
    return message.type in ("error", "warning") and "401 (Unauthorized)" not in message.text


def _settle(page: Page) -> None:
    """Until nothing is a skeleton any more and two pictures of the page have been drawn."""
    page.locator("h1, [role=dialog]").first.wait_for(state="attached")
    expect(page.locator("[aria-busy=true], .page-skeleton, .mantine-Skeleton-root")).to_have_count(0, timeout=PATIENCE_MS)
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def _signed_in(browser: Browser, options: argparse.Namespace) -> StorageState:
    """The cookies of a member who signed in, once for all: who tries again and again is slowed down."""
    context = browser.new_context()
    with _page(context) as (page, _):
        page.goto(f"{options.url}/console/")
        page.locator("input[type=email]").fill(options.email)
        page.locator("input[type=password]").fill(options.password)
        page.keyboard.press("Enter")
        page.locator("main#content").wait_for()
    state = context.storage_state()
    context.close()
    return state


if __name__ == "__main__":
    main()
