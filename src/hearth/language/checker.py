"""Checker."""

from hearth.language.scope import Scope
from hearth.language.typed import Checked


def check(text: str, scope: Scope) -> Checked:
    """Text -> what it means and what is wrong with it. Never raises, whatever the text."""
    raise NotImplementedError
