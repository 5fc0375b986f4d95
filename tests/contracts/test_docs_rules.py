"""The pages about rules tell the truth: what is shown of scenarios is run, and the list of predefined rules is that of `rules/`.

Blocks marked `sh` on the page of scenarios are run over the files that the pages show; the block `text` behind one is what
comes out.
"""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

import hearth
from hearth.cli.rules import app
from hearth.domain.catalogue import read_catalogue
from hearth.services.predefined_rules import predefined_rule_texts
from hearth.services.rule_files import read_rules
from hearth.testing.scenario_files import BUILDING_KEYS, EXPECTED_KEYS, SCENARIO_KEYS

PAGES = Path(__file__).resolve().parents[2] / "docs/write-rules"
PAGE = (PAGES / "test-your-rules.md").read_text(encoding="utf-8")
CATALOGUE = read_catalogue((Path(hearth.__file__).parent / "domain/catalogue.toml").read_text(encoding="utf-8"))
COMMANDS = re.findall(r"```sh\nhearth rules (.*?)\n```\n\n```text\n(.*?)```", PAGE, flags=re.DOTALL)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The rule of the front page with the scenarios shown, and once more with thinner clouds."""
    (rule,) = re.findall(r"```yaml\n(name: Sunshine to spare\n.*?)```", (PAGES / "README.md").read_text("utf-8"), flags=re.DOTALL)
    (scenarios,) = re.findall(r"```yaml sunshine.scenarios.yaml\n(.*?)```", PAGE, flags=re.DOTALL)
    for name, text in (("sunshine", scenarios), ("thinner", scenarios.replace("-800x8", "-1600x8"))):
        (tmp_path / f"{name}.yaml").write_text(rule, encoding="utf-8")
        (tmp_path / f"{name}.scenarios.yaml").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(("command", "shown"), COMMANDS, ids=[command for command, _ in COMMANDS])
def test_the_commands_give_what_the_page_shows(folder, command, shown):
    result = CliRunner().invoke(app, command.split(), catch_exceptions=False)
    assert result.output == shown
    assert result.exit_code == (1 if "✗" in shown else 0)


def test_every_command_of_the_page_is_run():
    assert len(COMMANDS) == PAGE.count("```sh\n") == 2


def test_every_key_is_explained():
    explained = set(re.findall(r"`(\w+)`", PAGE))
    assert {*BUILDING_KEYS, *SCENARIO_KEYS, *EXPECTED_KEYS} <= explained


def listed() -> str:
    """The table of the predefined rules, by name."""
    rules = [
        (read_rules(file, text, CATALOGUE, ["en"]).rules[0][0], f"[{file}](../../rules/{file})")
        for file, text in predefined_rule_texts()
    ]
    rules.sort(key=lambda each: each[0].name)
    lines = [f"| **{rule.name}** | {rule.description} | {', '.join(rule.tags)} | {file} |" for rule, file in rules]
    return "\n".join(("| rule | what it does | tags | file |", "|---|---|---|---|", *lines))


def test_the_list_of_predefined_rules_is_complete():
    page = (PAGES / "predefined-rules.md").read_text(encoding="utf-8")
    shown = page.split("<!-- rules: begin -->\n")[1].split("\n<!-- rules: end -->")[0]
    assert shown == listed(), f"put this between the marks:\n{listed()}"
