"""Calls of the API as a page of the manual shows them: `http` blocks, each with the `json` block of its answer behind it."""

import json
import os
import re
from pathlib import Path
from typing import Any

import httpx2

_CALL = re.compile(r"```http\n(GET|POST|PUT) (\S+)\n(.*?)```\n\n```json\n(.*?)```", re.DOTALL)
_WIDTH = 150


async def assert_calls_give_what_is_shown(page: Path, api: httpx2.AsyncClient, calls: int) -> None:
    """Sends each of the page's so many calls. UPDATE=1 in the environment writes what is answered now into the page."""
    text = _read(page)
    now = await _as_answered(text, api, calls)
    if os.environ.get("UPDATE"):
        _write(page, now)
    assert text == now


def _read(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def _write(page: Path, text: str) -> None:
    page.write_text(text, encoding="utf-8")


async def _as_answered(text: str, api: httpx2.AsyncClient, calls: int) -> str:
    found = list(_CALL.finditer(text))
    assert len(found) == text.count("```http\n") == calls
    for call in found:
        body = {"json": json.loads(call[3])} if call[3].strip() else {}
        answer = await api.request(call[1], call[2], headers={"X-Request-Id": "6f1f0c9a4be2d07c5a3d9e10"}, **body)
        shown = f"```http\n{call[1]} {call[2]}\n{call[3]}```\n\n```json\n{_laid_out(answer.json())}\n```"
        text = text.replace(call[0], shown)
    return text


def _laid_out(value: Any, indent: str = "", room: int = _WIDTH) -> str:
    """JSON on one line where it fits, else its members on lines of their own."""
    line = json.dumps(value, ensure_ascii=False)
    if len(line) <= room - len(indent) or not isinstance(value, dict | list):
        return line
    deeper = f"{indent}  "
    if isinstance(value, list):
        parts = [_laid_out(each, deeper) for each in value]
    else:
        parts = [f"{json.dumps(key)}: {_laid_out(each, deeper, _WIDTH - len(key) - 5)}" for key, each in value.items()]
    inner = ",\n".join(f"{deeper}{part}" for part in parts)
    opening, closing = "[]" if isinstance(value, list) else "{}"
    return f"{opening}\n{inner}\n{indent}{closing}"
