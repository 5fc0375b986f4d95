"""What the manual says of rule files is what the reader knows."""

import re
from pathlib import Path

import pytest

import hearth
from hearth.domain.catalogue import read_catalogue
from hearth.services.rule_files import RULE_KEYS, read_rules, write_rules

PAGE = Path(__file__).resolve().parents[3] / "docs/write-rules/README.md"
CATALOGUE = read_catalogue((Path(hearth.__file__).parent / "domain/catalogue.toml").read_text())


@pytest.fixture(scope="module")
def page():
    return PAGE.read_text()


def test_the_example_checks_without_any_remark(page):
    (example,) = [block for block in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL) if block.startswith("name:")]
    read = read_rules("example", example, CATALOGUE, ["en", "de", "fr"])
    assert read.diagnostics == ()
    ((rule, _),) = read.rules
    assert rule.name == "Sunshine to spare"
    assert read_rules("again", write_rules([rule]), CATALOGUE, ["en", "de", "fr"]).rules[0][0] == rule


def test_the_table_explains_exactly_the_keys_there_are(page):
    assert re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE) == list(RULE_KEYS)


def test_the_mistake_shown_is_the_one_that_is_found(page):
    code, message, line, column, source, hint = re.search(
        r"error\[(.+?)\]: (.+)\n --> sunshine.yaml:(\d+):(\d+)\n\d+ \| (.+)\n.*\n  = (.+)", page
    ).groups()
    text = "\n" * (int(line) - 2) + f"datasets:\n{source}\n"
    found = [each for each in read_rules("f", text, CATALOGUE, []).diagnostics if each.code == code]
    assert [(str(each.line), str(each.column), each.message, each.hint) for each in found] == [(line, column, message, hint)]
