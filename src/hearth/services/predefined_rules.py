"""The predefined rules that come with Hearth, and the scenarios that test them: where their files are.

They stand in `rules/` of the repository and travel in the package as `predefined_rules/`.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import hearth
from hearth.domain.catalogue import Catalogue
from hearth.domain.rules import Rule
from hearth.services.rule_files import read_files

_PACKAGE = Path(hearth.__file__).parent
SCENARIOS_SUFFIX = ".scenarios.yaml"
_PLACES = (_PACKAGE / "predefined_rules", _PACKAGE.parents[1] / "rules")


class PredefinedRule(NamedTuple):
    """`file`: its name without the suffix."""

    file: str
    text: str
    rule: Rule


def read_predefined_rules(catalogue: Catalogue, languages: Sequence[str]) -> list[PredefinedRule]:
    """All that can be read, by name. What a customer lacks is said when it is imported."""
    found: list[PredefinedRule] = []
    for name, text in predefined_rule_texts():
        drafts, _ = read_files([(name, text)], catalogue, languages)
        found.extend(PredefinedRule(name.removesuffix(".yaml"), text, draft) for draft in drafts)
    return sorted(found, key=lambda each: each.rule.name)


def predefined_rule_texts() -> list[tuple[str, str]]:
    """(file name, YAML text) of each, by file name. Raises FileNotFoundError where the package came without them."""
    return [each for each in _texts() if not each[0].endswith(SCENARIOS_SUFFIX)]


def predefined_scenario_texts() -> dict[str, str]:
    """File name -> YAML text of their scenarios."""
    return {name: text for name, text in _texts() if name.endswith(SCENARIOS_SUFFIX)}


def _texts() -> list[tuple[str, str]]:
    for place in _PLACES:
        files = sorted(place.glob("*.yaml"))
        if files:
            return [(file.name, file.read_text(encoding="utf-8")) for file in files]
    raise FileNotFoundError(f"the predefined rules are in neither of {', '.join(map(str, _PLACES))}")
