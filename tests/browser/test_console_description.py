"""The description from which the pages' types are generated says what the endpoints are."""

from pathlib import Path

from hearth.console.openapi import TARGET, describe


def test_the_committed_description_is_current() -> None:
    committed = Path(__file__).parents[2] / TARGET
    assert committed.read_text() == describe(), "run `python -m hearth.console.openapi` and commit the file"
