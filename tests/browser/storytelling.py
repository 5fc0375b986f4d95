"""Whole stories, each told in light and dark, on a desk and on a phone, in English and German: the page and its words."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page
from tests.browser.authors import await_signed_in
from tests.browser.barriers import LOOKS_AND_LANGUAGES, looking

_TEXTS = Path(__file__).parents[2] / "web/src/texts"
# Colour scheme, width, language.
Look = tuple[Any, int, str]
# Four looks in which each two of scheme, width and language meet.
in_each_look = pytest.mark.parametrize("look", LOOKS_AND_LANGUAGES, ids=str)


@dataclass
class Told:
    """A page, and the words that stand on it in the story's language."""

    page: Page
    language: str
    _texts: dict[str, Any]

    def word(self, key: str, **values: object) -> str:
        """The text of that key with its values."""
        return re.sub(r"{{(\w+)}}", lambda match: str(values[match[1]]), self._text(key))

    def words(self, key: str) -> re.Pattern[str]:
        """The text of that key, whatever its values."""
        return re.compile(".+".join(re.escape(part) for part in re.split(r"{{\w+}}", self._text(key))))

    def _text(self, key: str) -> str:
        text: Any = self._texts
        for part in key.split("."):
            text = text[part]
        return str(text)

    def press(self, key: str, within: Locator | None = None, **values: object) -> None:
        """Clicks a button."""
        (within or self.page).get_by_role("button", name=self.word(key, **values), exact=True).click()

    def field(self, key: str, within: Locator | None = None) -> Locator:
        """A field to write in, by its label."""
        return (within or self.page).get_by_role("textbox", name=self.word(key), exact=True)

    def sign_in(self, email: str, password: str) -> None:
        """Fills the form as a person does, and waits for what is behind it."""
        self.page.get_by_label(self.word("signIn.email")).fill(email)
        self.page.get_by_label(self.word("signIn.password"), exact=True).fill(password)
        self.press("signIn.submit")
        await_signed_in(self.page)


@contextmanager
def telling(browser: Browser, look: Look) -> Iterator[Told]:
    """A new browser with an empty page; at the end no script has failed and nothing scrolls sideways."""
    scheme, width, language = look
    with looking(browser, scheme, width, language) as page:
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        yield Told(page, language, json.loads((_TEXTS / f"{language}.json").read_text(encoding="utf-8")))
        assert complaints == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
