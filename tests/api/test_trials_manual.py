"""The page about trying rules through the API tells the truth: each request on it is sent, and what is answered stands behind it.

To write what is answered now into the page: UPDATE=1 python -m pytest tests/api/test_trials_manual.py
"""

import json
import os
import re
from pathlib import Path
from typing import Any

import httpx2
import pytest
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
CALL = re.compile(r"```http\n(GET|POST) (\S+)\n(.*?)```\n\n```json\n(.*?)```", re.DOTALL)
WIDTH = 150


@pytest.fixture(autouse=True)
def _homes_and_rule(api_store: Store, parts: ApiParts, customer: Customer, catalogue: Any) -> None:
    add_homes(api_store, parts.buildings, customer.id)
    saved = Rules(api_store, catalogue, parts.clock, CountedIdentities("65")).import_files(
        customer.id, [("rule.yaml", RULE)], COMMAND_LINE
    )
    assert saved.rules[0].rule.id == "650000000000000000000001"


def laid_out(value: Any, indent: str = "", room: int = WIDTH) -> str:
    """JSON on one line where it fits, else its members on lines of their own."""
    line = json.dumps(value, ensure_ascii=False)
    if len(line) <= room - len(indent) or not isinstance(value, dict | list):
        return line
    deeper = f"{indent}  "
    if isinstance(value, list):
        parts = [laid_out(each, deeper) for each in value]
    else:
        parts = [f"{json.dumps(key)}: {laid_out(each, deeper, WIDTH - len(key) - 5)}" for key, each in value.items()]
    inner = ",\n".join(f"{deeper}{part}" for part in parts)
    opening, closing = "[]" if isinstance(value, list) else "{}"
    return f"{opening}\n{inner}\n{indent}{closing}"


async def test_the_calls_of_the_page_give_what_it_shows(api: httpx2.AsyncClient) -> None:
    text = now = PAGE.read_text(encoding="utf-8")
    calls = list(CALL.finditer(text))
    assert len(calls) == text.count("```http\n") == 4
    for call in calls:
        body = {"json": json.loads(call[3])} if call[3].strip() else {}
        answer = await api.request(call[1], call[2], headers={"X-Request-Id": "6f1f0c9a4be2d07c5a3d9e10"}, **body)
        shown = f"```http\n{call[1]} {call[2]}\n{call[3]}```\n\n```json\n{laid_out(answer.json())}\n```"
        now = now.replace(call[0], shown)
    if os.environ.get("UPDATE"):
        PAGE.write_text(now, encoding="utf-8")
    assert text == now


def test_names_and_numbers_of_the_page() -> None:
    text = PAGE.read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    for file_key, name in _WIRE_NAMES.items():
        assert any(f"`{name}`" in line and f"`{file_key}`" in line for line in rows), (file_key, name)
    assert f"more than {MOST_POINTS:,} `points`" in text
    words = {2: "Two", 4: "four"}
    assert f"{words[MOST_OF_A_CUSTOMER]} of a customer run at once, and {words[MOST_AT_ONCE]} in all" in text
    assert f"more than {MOST_ANSWER_BYTES // 1024**2} MB is refused" in text
