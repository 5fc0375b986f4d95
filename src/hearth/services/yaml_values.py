"""Typed values out of YAML nodes, with every mistake of form at its place.

Holds what any file of ours asks of YAML: known keys, texts, lists, choices, switches, counts, timespans. What the
keys mean is the caller's. A path names a part of the document; a part that is wrong in form is told once, and
`is_wrong` lets the caller leave out what only follows from it.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple, TypeVar

from hearth.core.nearest import nearest
from hearth.services.yaml_places import MappingNode, Node, Place, ScalarNode, SequenceNode, YamlText

Path = tuple[str | int, ...]
T = TypeVar("T", bound=str)

UNIT_SECONDS = {"d": 86_400, "h": 3_600, "min": 60, "s": 1}
_TIMESPAN = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)(s|min|h|d)")
_KINDS = {"int": "a number", "float": "a number", "bool": "true or false", "null": "nothing", "str": "a text"}


class Mistake(NamedTuple):
    """Something wrong in form."""

    place: Place
    code: str
    message: str
    hint: str | None


class ValueReader:
    """Reads the values below one node; the caller goes through them by path, each once."""

    def __init__(self, yaml: YamlText, root: Node) -> None:
        self.mistakes: list[Mistake] = []
        self._yaml = yaml
        self._nodes: dict[Path, Node] = {(): root}
        self._keys: dict[Path, Node] = {}
        self._wrong: set[Path] = set()

    def __contains__(self, path: Path) -> bool:
        return path in self._nodes

    def is_wrong(self, path: Path) -> bool:
        """Whether the part, or what it stands in, was told to be wrong or missing."""
        return any(path[:length] in self._wrong for length in range(len(path) + 1))

    def place(self, path: Path, of_key: bool = False) -> Place:
        """Where the part stands; where it stands nowhere, the key of the part around it, or the name at the top."""
        while path not in self._nodes:
            path, of_key = path[:-1], True
        if not path:
            return self._yaml.place_of(self._nodes.get(("name",)) or self._first(()))
        return self._yaml.place_of(self._keys[path] if of_key and path in self._keys else self._nodes[path])

    def place_inside(self, path: Path, line: int, column: int, length: int) -> Place:
        """Where characters of the text at `path` stand."""
        node = self._nodes.get(path)
        return self._yaml.place_inside(node, line, column, length) if isinstance(node, ScalarNode) else self.place(path)

    # Mappings and lists

    def keys(self, path: Path, known: Sequence[str], needed: Sequence[str] = ()) -> list[str]:
        """Enters the mapping at `path`: which of the known keys are there. None where it is absent."""
        found = self._enter(path, known)
        if found is None:
            return []
        for name in needed:
            if name not in found:
                self._wrong.add((*path, name))
                where = f" in {path[-1]}" if path and isinstance(path[-1], str) else ""
                self._report(self._keys.get(path) or self._first(path), "missing-key", f"{name} is missing{where}.", None)
        return found

    def named(self, path: Path) -> list[Path]:
        """Enters a mapping of names the author chose: the path of each."""
        return [(*path, name) for name in self._enter(path, None) or []]

    def is_list(self, path: Path) -> bool:
        """Whether there is a list at `path`."""
        return isinstance(self._nodes.get(path), SequenceNode)

    def items(self, path: Path) -> list[Path]:
        """Enters the list at `path`: the path of each item."""
        node = self._nodes.get(path)
        if node is None:
            return []
        if not isinstance(node, SequenceNode):
            self._mistake(
                path, "wrong-type", f"Here belongs a list, not {_described(node)}.", "write [a, b], or one `- a` per line"
            )
            return []
        paths: list[Path] = [(*path, index) for index in range(len(node.value))]
        self._nodes.update(zip(paths, node.value, strict=True))
        return paths

    def _enter(self, path: Path, known: Sequence[str] | None) -> list[str] | None:
        node = self._nodes.get(path)
        if node is None:
            return None
        if not isinstance(node, MappingNode):
            what = f"with {', '.join(known)}" if known else "of names"
            self._mistake(path, "wrong-type", f"Here belongs a mapping {what}, not {_described(node)}.")
            return None
        found: list[str] = []
        for key, value in node.value:
            name = str(key.value) if isinstance(key, ScalarNode) else ""
            if name in found:
                self._report(key, "duplicate-key", f"{name} stands here twice.", "keep one of them")
            elif known is not None and name not in known:
                meant = nearest(name, known)
                hint = f"did you mean {meant}?" if meant else f"known here: {', '.join(known)}"
                self._report(key, "unknown-key", f"There is no key {name} here." if name else "A key must be a text.", hint)
            else:
                found.append(name)
                self._keys[(*path, name)] = key
                self._nodes[(*path, name)] = value
        return found

    def _first(self, path: Path) -> Node:
        node = self._nodes[path]
        return node.value[0][0] if isinstance(node, MappingNode) and node.value else node

    # Values

    def text(self, path: Path) -> str | None:
        """A text without white space at its end (block texts bring a line break); a number stands for its spelling."""
        node = self._nodes.get(path)
        if node is None:
            return None
        if not isinstance(node, ScalarNode) or _kind(node) == "null":
            self._mistake(path, "wrong-type", f"Here belongs a text, not {_described(node)}.")
            return None
        return str(node.value).rstrip()

    def texts(self, path: Path) -> tuple[str, ...]:
        """A list of texts."""
        texts = [self.text(item) for item in self.items(path)]
        return tuple(text for text in texts if text is not None)

    def choice(self, path: Path, choices: Sequence[T], otherwise: T) -> T:
        """One of some words; `otherwise` where absent."""
        text = self.text(path)
        if text is None:
            return otherwise
        for each in choices:
            if each == text:
                return each
        meant = nearest(text, choices)
        hint = f"did you mean {meant}?" if meant else f"one of {', '.join(choices)}"
        self._mistake(path, "wrong-value", f"{text!r} is not possible here.", hint)
        return otherwise

    def switch(self, path: Path) -> bool:
        """true or false; false where absent."""
        node = self._nodes.get(path)
        if node is None:
            return False
        if not isinstance(node, ScalarNode) or _kind(node) != "bool":
            self._mistake(path, "wrong-type", f"Here belongs true or false, not {_described(node)}.")
            return False
        return str(node.value).casefold() == "true"

    def count(self, path: Path) -> int | None:
        """A whole number from 0 up."""
        node = self._nodes.get(path)
        if node is None:
            return None
        if not isinstance(node, ScalarNode) or not re.fullmatch(r"[0-9]{1,9}", str(node.value)):
            self._mistake(path, "wrong-type", f"Here belongs a whole number from 0 up, not {_described(node)}.")
            return None
        return int(node.value)

    def seconds(self, path: Path) -> int | None:
        """A timespan as in an expression, such as 30min or 24h."""
        text = self.text(path)
        if text is None:
            return None
        found = _TIMESPAN.fullmatch(text)
        seconds = float(found[1]) * UNIT_SECONDS[found[2]] if found else 0.5
        if seconds != int(seconds):
            hint = "a number and a unit (s, min, h, d) without a space, in whole seconds: 30min, 24h"
            self._mistake(path, "bad-timespan", f"{text!r} is not a timespan.", hint)
            return None
        return int(seconds)

    # Mistakes

    def _mistake(self, path: Path, code: str, message: str, hint: str | None = None) -> None:
        self._wrong.add(path)
        self._report(self._nodes[path], code, message, hint)

    def _report(self, node: Node, code: str, message: str, hint: str | None) -> None:
        self.mistakes.append(Mistake(self._yaml.place_of(node), code, message, hint))


def _kind(node: ScalarNode) -> str:
    return str(node.tag).rpartition(":")[2] if node.style is None else "str"


def _described(node: Node) -> str:
    if isinstance(node, MappingNode):
        return "a mapping"
    if isinstance(node, SequenceNode):
        return "a list"
    kind = _KINDS.get(_kind(node), "a text") if isinstance(node, ScalarNode) else "this"
    return kind if kind == "nothing" else f"{kind} ({node.value})"
