"""The predefined rules that come with Hearth: where their files are.

They stand in `rules/` of the repository and travel in the package as `predefined_rules/`.
"""

from pathlib import Path

import hearth

_PACKAGE = Path(hearth.__file__).parent
_PLACES = (_PACKAGE / "predefined_rules", _PACKAGE.parents[1] / "rules")


def predefined_rule_texts() -> list[tuple[str, str]]:
    """(file name, YAML text) of each, by file name. Raises FileNotFoundError where the package came without them."""
    for place in _PLACES:
        files = sorted(place.glob("*.yaml"))
        if files:
            return [(file.name, file.read_text(encoding="utf-8")) for file in files]
    raise FileNotFoundError(f"the predefined rules are in neither of {', '.join(map(str, _PLACES))}")
