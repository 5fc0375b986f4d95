"""The manual hangs together: links lead somewhere, words are explained, decisions name a check that exists."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
DECISIONS = sorted((ROOT / "docs/decisions").glob("[0-9]*.md"))

WORDS = (  # of design and manual, by theme as in the glossary
    *("Customer", "Client", "Member", "EndUser", "Operator", "Building", "Device", "DeviceType", "Event", "EventType", "Fact"),
    *("Dataset", "Window", "Rule", "RuleVersion", "Condition", "StreakCondition", "GoalCondition", "CaseCondition", "Program"),
    *("Match", "Draft", "Dropped", "NotificationTemplate", "Case", "Action", "Notification", "Delivery", "Interaction"),
    *("Forecast", "Statistic", "ComparisonGroup", "Profile", "Plan", "Subscription", "Entitlement", "UsageRecord"),
    *("Missing", "Diagnostic", "Problem", "Fault"),
)


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_somewhere(page):
    text = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
    targets = [target for target in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in target and not target.startswith("#")]
    assert [target for target in targets if not (page.parent / target.split("#")[0]).exists()] == []


def test_every_page_of_the_manual_is_linked():
    links = [(page.parent, link) for page in PAGES for link in re.findall(r"\]\(([^)\s:]+)\)", page.read_text())]
    linked = {(folder / link.split("#")[0]).resolve() for folder, link in links}
    in_linked_folder = {page for page in PAGES if page.parent in linked}
    assert [name_of(page) for page in PAGES if page not in linked | in_linked_folder and page.parent != ROOT] == []


def test_the_glossary_explains_each_word_of_the_project():
    explained = re.findall(r"\*\*([A-Z]\w+)\.\*\*", (ROOT / "docs/glossary.md").read_text())
    assert [word for word in WORDS if word not in explained] == []
    assert len(explained) == len(set(explained))


@pytest.mark.parametrize("page", DECISIONS, ids=name_of)
def test_a_decision_has_its_parts_and_names_a_check_that_exists(page):
    text = page.read_text()
    assert re.findall(r"^## (.+)$", text, flags=re.MULTILINE) == ["Context", "Decision", "Consequences", "Held by"]
    assert text.startswith(f"# {int(page.name[:4])}. ")
    held_by = text.split("## Held by")[1]
    checks = [name for name in re.findall(r"`([\w./*-]+)`", held_by) if "/" in name or name.startswith(".")]
    assert checks or "`LICENSE`" in held_by
    assert [name for name in checks if not list(ROOT.glob(name))] == []
    assert f"({page.name})" in (page.parent / "README.md").read_text(), "list it in docs/decisions/README.md"


def test_the_picture_is_well_formed_and_told_in_words():
    picture = ElementTree.parse(ROOT / "docs/picture.svg").getroot()
    assert {child.tag.split("}")[1] for child in picture} >= {"title", "desc"}
