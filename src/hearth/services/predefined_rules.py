"""The predefined rules that come with Hearth, and the scenarios that test them: where their files are.

They stand in `rules/` of the repository and travel in the package as `predefined_rules/`. Their names and descriptions
are English there; `names.toml` beside them has those of the console's other languages.
"""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

import hearth
from hearth.domain.catalogue import Catalogue
from hearth.domain.rules import Rule
from hearth.services.rule_files import read_files

_PACKAGE = Path(hearth.__file__).parent
NAMES_FILE = "names.toml"
SCENARIOS_SUFFIX = ".scenarios.yaml"
_PLACES = (_PACKAGE / "predefined_rules", _PACKAGE.parents[1] / "rules")


class Wording(NamedTuple):
    """What a rule is called and what it is for, in one language."""

    name: str
    description: str


class PredefinedRule(NamedTuple):
    """`file`: its name without the suffix; `wordings`: by language, English among them."""

    file: str
    text: str
    rule: Rule
    wordings: Mapping[str, Wording]

    def worded(self, language: str) -> Rule:
        """The rule with its name and description in a language; in English where there are none in that one."""
        return msgspec.structs.replace(self.rule, **self.wordings.get(language, self.wordings["en"])._asdict())

    @property
    def names(self) -> tuple[str, ...]:
        """Under which a customer may have it, the English one first."""
        return tuple(each.name for each in self.wordings.values())


def read_predefined_rules(catalogue: Catalogue, languages: Sequence[str]) -> list[PredefinedRule]:
    """All that can be read, by name. What a customer lacks is said when it is imported."""
    found: list[PredefinedRule] = []
    wordings = _wordings()
    for name, text in predefined_rule_texts():
        drafts, _ = read_files([(name, text)], catalogue, languages)
        file = name.removesuffix(".yaml")
        for draft in drafts:
            english = {"en": Wording(draft.name, draft.description)}
            found.append(PredefinedRule(file, text, draft, english | wordings.get(file, {})))
    return sorted(found, key=lambda each: each.rule.name)


def predefined_rule_texts() -> list[tuple[str, str]]:
    """(file name, YAML text) of each, by file name. Raises FileNotFoundError where the package came without them."""
    return [each for each in _texts() if not each[0].endswith(SCENARIOS_SUFFIX)]


def predefined_scenario_texts() -> dict[str, str]:
    """File name -> YAML text of their scenarios."""
    return {name: text for name, text in _texts() if name.endswith(SCENARIOS_SUFFIX)}


def _texts() -> list[tuple[str, str]]:
    return [(file.name, file.read_text(encoding="utf-8")) for file in sorted(_place().glob("*.yaml"))]


def _wordings() -> dict[str, dict[str, Wording]]:
    """Rule's file -> language -> wording."""
    read = tomllib.loads((_place() / NAMES_FILE).read_text(encoding="utf-8"))
    return {file: {language: Wording(**each) for language, each in by.items()} for file, by in read.items()}


def _place() -> Path:
    for place in _PLACES:
        if (place / NAMES_FILE).is_file():
            return place
    raise FileNotFoundError(f"the predefined rules are in neither of {', '.join(map(str, _PLACES))}")
