"""The predefined rules that come with Hearth, and the scenarios that test them: where their files are.

They stand in `rules/` of the repository and travel in the package as `predefined_rules/`.
"""

from pathlib import Path

import hearth

_PACKAGE = Path(hearth.__file__).parent
SCENARIOS_SUFFIX = ".scenarios.yaml"
_PLACES = (_PACKAGE / "predefined_rules", _PACKAGE.parents[1] / "rules")


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
