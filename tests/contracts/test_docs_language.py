"""The pages about the language tell the truth: what is generated is current, what is shown is run.

Fenced blocks marked `hearth` are cases of the conformance corpus, run on both evaluators. A block marked `sh` with
`hearth lang …` is run with the files that its page shows (blocks marked `csv NAME`, `json NAME`, `jsonl NAME`); the block
`text` that follows it is what comes out. To write what comes out now into the pages:

    UPDATE=1 python -m pytest tests/contracts/test_docs_language.py
"""

import os
import re
import shlex
from pathlib import Path

import pytest
from tests.conformance.language_check import verify
from tests.conformance.language_corpus import Case, cases_of
from tests.conformance.language_pages import PAGES, corpus_of
from tools.language_docs import pages
from typer.testing import CliRunner

from hearth.cli.lang import app

WRITTEN = sorted(PAGES.glob("*.md"))
CASES = [case for page in WRITTEN for case in cases_of(page.name, corpus_of(page.read_text(encoding="utf-8")))]
COMMAND = re.compile(r"```sh\n(hearth lang .*?)\n```\n\n```text\n(.*?)```", re.DOTALL)
FILE = re.compile(r"```(?:csv|json|jsonl) (\S+)\n(.*?)```", re.DOTALL)
SHOWING = [page for page in WRITTEN if COMMAND.search(page.read_text(encoding="utf-8"))]


@pytest.mark.parametrize(("name", "text"), pages().items(), ids=lambda value: value if len(value) < 50 else "")
def test_what_is_generated_is_current(name: str, text: str) -> None:
    assert (PAGES / name).read_text(encoding="utf-8") == text, "run `make docs`"


def test_no_page_of_a_code_is_left_over() -> None:
    assert {f"diagnostics/{page.name}" for page in (PAGES / "diagnostics").iterdir()} <= pages().keys()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.name} {case.expression[:40]}")
def test_what_a_page_shows_is_so(case: Case) -> None:
    verify(case)


def test_the_pages_show_much() -> None:
    shown = {page.name: sum(case.name.startswith(f"{page.name}:") for case in CASES) for page in WRITTEN}
    assert shown["tutorial.md"] >= 60
    assert min(shown[name] for name in ("README.md", "types.md", "formatting.md", "grammar.md")) >= 2
    assert [page.name for page in SHOWING] == ["terminal.md", "tutorial.md"]


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: page.name)
def test_every_command_of_a_page_is_run(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert text.count("```sh\n") == len(COMMAND.findall(text)), "what it prints stands behind it, in a block marked text"


@pytest.mark.parametrize("page", SHOWING, ids=lambda page: page.name)
def test_the_commands_of_a_page_give_what_it_shows(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = page.read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for name, content in FILE.findall(text):
        (tmp_path / name).write_text(content, encoding="utf-8")

    def run(block: re.Match[str]) -> str:
        words = shlex.split(block[1].replace("\\\n", " "))
        result = CliRunner().invoke(app, words[2:], catch_exceptions=False)
        output = "\n".join(line.rstrip() for line in result.output.rstrip("\n").split("\n"))
        return f"```sh\n{block[1]}\n```\n\n```text\n{output}\n```"

    now = COMMAND.sub(run, text)
    if os.environ.get("UPDATE"):
        page.write_text(now, encoding="utf-8")
    assert text == now
