"""The description from which the pages' types are generated says what the endpoints are."""

from pathlib import Path
from types import ModuleType

import pytest

from hearth.api import description
from hearth.console import openapi


@pytest.mark.parametrize("written", [openapi, description], ids=lambda module: module.__name__)
def test_the_committed_description_is_current(written: ModuleType) -> None:
    committed = Path(__file__).parents[2] / written.TARGET
    assert committed.read_text() == written.describe(), f"run `python -m {written.__name__}` and commit the file"
