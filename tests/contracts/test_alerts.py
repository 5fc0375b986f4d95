"""Alert rules, dashboard and runbooks belong together. A story (test_observability.py) compares them with what is exported."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser
import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]
RUNBOOKS = ROOT / "docs/runbooks"


def rules() -> list[dict[str, Any]]:
    document = YAML(typ="safe").load(ROOT / "deploy/prometheus/alerts.yaml")
    return [rule for group in document["groups"] for rule in group["rules"]]


def dashboard() -> dict[str, Any]:
    document: dict[str, Any] = json.loads((ROOT / "deploy/grafana/hearth.json").read_text())
    return document


def expressions() -> Iterator[tuple[str, str]]:
    """(where it stands, expression) of all alerts, panels and blocks of runbooks."""
    for rule in rules():
        yield rule["alert"], rule["expr"]
    for panel in dashboard()["panels"]:
        for target in panel.get("targets", []):
            yield panel["title"], target["expr"]


def selected(expression: Any) -> Iterator[Any]:
    """The vector selectors of a parsed expression."""
    if isinstance(expression, promql_parser.VectorSelector):
        yield expression
    for name in ("expr", "lhs", "rhs", "vector_selector", "args"):
        inner = getattr(expression, name, None)
        for each in inner if isinstance(inner, list) else [inner]:
            if each is not None and type(each).__module__ == type(expression).__module__:
                yield from selected(each)


@pytest.mark.parametrize(("where", "text"), list(expressions()))
def test_every_expression_is_promql_over_series_of_ours(where: str, text: str) -> None:
    names = [selector.name for selector in selected(promql_parser.parse(text))]
    assert names, where
    assert set(names) == set(re.findall(r"\b(?:hearth|process|python)_\w+|\bup\b", re.sub(r'"[^"]*"', "", text)))


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_an_alert_says_what_is_needed_at_night(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in ("critical", "warning", "info")
    assert re.fullmatch(r"\d+[smh]", rule["for"])
    assert rule["annotations"]["summary"]
    assert rule["annotations"]["description"].endswith(".")
    assert rule["annotations"]["runbook_url"] == f"docs/runbooks/{rule['alert']}.md"


def test_each_alert_has_its_page_and_each_page_its_alert() -> None:
    names = sorted(rule["alert"] for rule in rules())
    assert len(names) == len(set(names)) > 10
    assert sorted(page.stem for page in RUNBOOKS.glob("*.md") if page.stem != "README") == names


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_a_page_shows_the_expression_of_its_alert_and_answers_four_questions(rule: dict[str, Any]) -> None:
    text = (RUNBOOKS / f"{rule['alert']}.md").read_text()
    assert f"```promql\n{rule['expr']}\n```" in text
    assert f"Severity `{rule['labels']['severity']}`" in text
    headings = re.findall(r"^## (.+)$", text, flags=re.MULTILINE)
    assert headings == ["What it means", "What users notice", "How to look", "How to mend"]
    index = (RUNBOOKS / "README.md").read_text()
    assert f"| [{rule['alert']}]({rule['alert']}.md) | {rule['labels']['severity']} |" in index


def test_the_panels_of_the_dashboard_lie_beside_each_other() -> None:
    taken: set[tuple[int, int]] = set()
    panels = dashboard()["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    for panel in panels:
        place = panel["gridPos"]
        cells = {(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])}
        assert max(x for x, _ in cells) < 24
        assert not cells & taken, panel["title"]
        taken |= cells
        assert all(target["datasource"]["uid"] == "${datasource}" for target in panel.get("targets", []))
