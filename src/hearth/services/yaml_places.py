"""Where things stand in a YAML text: its nodes, and the place of every character of a text value.

Holds the arithmetic of places only; what a document means is the reader's. Invariant: a place is a line and a
column counted from 1 in the text as the author sees it, also inside quoted, escaped and block texts.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

__all__ = ["MappingNode", "Node", "Place", "ScalarNode", "SequenceNode", "YamlSyntaxError", "YamlText"]

_MOST_DEPTH = 20
_BYTE_ORDER_MARK = "\ufeff"
_LINE_BREAK = re.compile(r"\r\n|\n|\r")
# One written character of a double-quoted text: an escape, an escaped line break, or the character itself.
_WRITTEN = re.compile(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|\r?\n[ \t]*|.)|[\s\S]")
_BLANK_ESCAPES = frozenset("nrtvfNLP_ \r\n")


class Place(NamedTuple):
    """A stretch of one line; line and column from 1."""

    line: int
    column: int
    length: int


class YamlSyntaxError(Exception):
    """The text is no YAML; says where and, in `problem`, what the parser stumbled over."""

    def __init__(self, problem: str, place: Place) -> None:
        super().__init__(problem)
        self.problem = problem
        self.place = place


class YamlText:
    """A YAML text with its documents."""

    def __init__(self, text: str) -> None:
        self.text = text.removeprefix(_BYTE_ORDER_MARK)
        self._line_starts = [0, *(found.end() for found in _LINE_BREAK.finditer(self.text))]

    def _refuse_endless(self) -> None:
        depth = 0
        for event in YAML(typ="safe", pure=True).parse(self.text):
            depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
            at = event.start_mark.index
            if isinstance(event, AliasEvent):
                raise YamlSyntaxError("an alias is not taken here; write out what it stands for", self.place(at, 1))
            if depth > _MOST_DEPTH:
                raise YamlSyntaxError("it is nested too deep", self.place(at, 1))

    def documents(self, *, is_trusted: bool = True) -> list[Node]:
        """The root node of each document that is not empty. Raises YamlSyntaxError.

        Where whoever wrote it is not trusted, also for aliases and great depth: a short text could make endless work with them.
        """
        try:
            if not is_trusted:
                self._refuse_endless()
            return [node for node in YAML(typ="safe", pure=True).compose_all(self.text) if node is not None]
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            said = " ".join(part for part in (error.context, error.problem) if part)
            raise YamlSyntaxError(said, self.place(mark.index, 1) if mark else Place(1, 1, 1)) from error
        except ReaderError as error:
            raise YamlSyntaxError("a character that YAML does not allow", self.place(error.position, 1)) from error
        except YAMLError as error:
            raise YamlSyntaxError(str(error), Place(1, 1, 1)) from error

    def place(self, index: int, length: int) -> Place:
        """The stretch that starts at a character of the text, cut at the end of its line."""
        row = bisect_right(self._line_starts, index) - 1
        start = self._line_starts[row]
        found = _LINE_BREAK.search(self.text, start)
        end = found.start() if found else len(self.text)
        return Place(row + 1, index - start + 1, max(1, min(length, end - index)))

    def place_of(self, node: Node) -> Place:
        """The first line of a node."""
        return self.place(node.start_mark.index, node.end_mark.index - node.start_mark.index)

    def place_inside(self, node: ScalarNode, line: int, column: int, length: int) -> Place:
        """The place of characters of a text value: `line` and `column` count from 1 in the value."""
        lines = node.value.split("\n")
        offset = sum(len(before) + 1 for before in lines[: line - 1]) + column - 1
        indexes = self._indexes(node)
        start = indexes[min(offset, len(indexes) - 1)]
        last = indexes[min(offset + max(length, 1) - 1, len(indexes) - 1)]
        return self.place(start, last - start + 1)

    def _indexes(self, node: ScalarNode) -> list[int]:
        """Where each character of the value stands in the text, and one more for its end.

        Folding and indentation change white space only, so what is not white space stands in the same order in
        both; a blank of the value is placed right behind the character before it.
        """
        written = self._written(node)
        indexes: list[int] = []
        behind = node.start_mark.index
        for character in node.value:
            if character.isspace():
                indexes.append(behind)
                behind += 1
                continue
            start, behind = next(written, (behind, behind + 1))
            indexes.append(start)
        indexes.append(behind)
        return indexes

    def _written(self, node: ScalarNode) -> Iterator[tuple[int, int]]:
        """Start and end of each written character that is not white space, without quotes and block header."""
        start, end = node.start_mark.index, node.end_mark.index
        if node.style in {"|", ">"}:
            start = next((begin for begin in self._line_starts if begin > start), end)
        elif node.style in {"'", '"'}:
            start, end = start + 1, end - 1
        if node.style == '"':
            for found in _WRITTEN.finditer(self.text, start, end):
                is_blank = found[0].isspace() if len(found[0]) == 1 else found[0][1] in _BLANK_ESCAPES
                if not is_blank:
                    yield found.span()
            return
        index = start
        while index < end:
            width = 2 if node.style == "'" and self.text[index] == "'" else 1
            if not self.text[index].isspace():
                yield index, index + width
            index += width
