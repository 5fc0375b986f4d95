"""The page about trying rules through the API tells the truth: each request on it is sent, and what is answered stands behind it.

To write what is answered now into the page: UPDATE=1 python -m pytest tests/api/test_trials_manual.py
"""

from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.api.manual_calls import assert_calls_give_what_is_shown
from tests.tried_homes import RULE, add_homes

from hearth.api import ApiParts
from hearth.api.wire.rules import _WIRE_NAMES
from hearth.connectors.trial_processes import MOST_AT_ONCE, MOST_OF_A_CUSTOMER
from hearth.domain.audit import COMMAND_LINE
from hearth.domain.customers import Customer
from hearth.insights.graphs import MOST_POINTS
from hearth.ports import Store
from hearth.services.rules import Rules
from hearth.services.trials import MOST_ANSWER_BYTES
from hearth.testing.clocks import CountedIdentities

PAGE = Path(__file__).parents[2] / "docs/integrate/try-rules.md"


@pytest.fixture(autouse=True)
def _homes_and_rule(api_store: Store, parts: ApiParts, customer: Customer, catalogue: Any) -> None:
    add_homes(api_store, parts.buildings, customer.id)
    saved = Rules(api_store, catalogue, parts.clock, CountedIdentities("65")).import_files(
        customer.id, [("rule.yaml", RULE)], COMMAND_LINE
    )
    assert saved.rules[0].rule.id == "650000000000000000000001"


async def test_the_calls_of_the_page_give_what_it_shows(api: httpx2.AsyncClient) -> None:
    await assert_calls_give_what_is_shown(PAGE, api, calls=6)


def test_names_and_numbers_of_the_page() -> None:
    text = PAGE.read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    for file_key, name in _WIRE_NAMES.items():
        assert any(f"`{name}`" in line and f"`{file_key}`" in line for line in rows), (file_key, name)
    assert f"more than {MOST_POINTS:,} `points`" in text
    words = {2: "Two", 4: "four"}
    assert f"{words[MOST_OF_A_CUSTOMER]} of a customer run at once, and {words[MOST_AT_ONCE]} in all" in text
    assert f"more than {MOST_ANSWER_BYTES // 1024**2} MB is refused" in text
