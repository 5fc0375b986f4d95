"""Cursor: what stands before a place in an expression that may be unfinished.

Reads the tokens up to the place alone: which brackets are open, which argument this is, where the operand before
begins. It finds extents, never meanings: what lies in an extent is read by the parser and typed by the checker.
Positions are characters from 0; indexes count tokens. Invariant: it never raises, and takes linear time.
"""

from typing import Literal, NamedTuple

from hearth.language.checker import check
from hearth.language.diagnostics import Report
from hearth.language.scope import Scope
from hearth.language.tokens import WORD_OPERATORS, tokens_of
from hearth.language.tree import BINDING, NEGATION_BINDING
from hearth.language.typed import Typed

Touched = Literal["nothing", "name", "dataset", "number", "text", "comment", "unknown"]


class OpenBracket(NamedTuple):
    """A `(` that is not closed before the cursor, and the commas that stand directly in it. Indexes of tokens."""

    opening: int
    commas: list[int]


class Cursor:
    """What stands before `position`.

    `touched` is what the cursor stands at the end of or in, begun at `start`: a name (of a word, function or
    attribute), a `$Name`, a number, a text that is not closed. `tokens` are those before it.
    """

    def __init__(self, text: str, position: int, scope: Scope) -> None:
        self.text = text
        self.scope = scope
        self.position = min(max(position, 0), len(text))
        self.before = text[: self.position]
        report = Report(self.before)
        self.tokens = tokens_of(self.before, report)[:-1]
        is_in_text = any(diagnostic.code == "unclosed-text" for diagnostic in report.diagnostics)
        self.touched, self.start = self._touched(is_in_text)
        while self.tokens and self.tokens[-1].span.end > self.start:
            self.tokens.pop()
        self.partners: dict[int, int] = {}
        self.brackets: list[OpenBracket] = []
        self._read_brackets()
        self._typed: dict[tuple[int, int], Typed] = {}

    def _touched(self, is_in_text: bool) -> tuple[Touched, int]:
        last = self.tokens[-1] if self.tokens else None
        gap = self.before[last.span.end if last is not None else 0 :]
        if "#" in gap.rpartition("\n")[2]:
            return "comment", self.position
        if last is None or gap:
            return "nothing", self.position
        written = self.before[last.span.start :]
        if last.kind == "dataset" or written == "$":
            return "dataset", last.span.start
        if last.kind in ("number", "timespan"):
            return "number", last.span.start
        if last.kind == "word" or (last.text in WORD_OPERATORS and written.isalpha()):
            return "name", last.span.start
        if last.kind == "broken":
            return "text" if is_in_text else "unknown", last.span.start
        return "nothing", self.position

    def _read_brackets(self) -> None:
        for index, token in enumerate(self.tokens):
            if token.kind != "operator":
                continue
            if token.text == "(":
                self.brackets.append(OpenBracket(index, []))
            elif token.text == ")" and self.brackets:
                self.partners[index] = self.brackets.pop().opening
            elif token.text == "," and self.brackets:
                self.brackets[-1].commas.append(index)

    @property
    def written(self) -> str:
        """What is written of the thing touched, up to the cursor."""
        return self.before[self.start :]

    @property
    def follows_operand(self) -> bool:
        """Whether a complete operand stands before, so that only an operator can follow."""
        return self._ends_operand(len(self.tokens) - 1) or self.operator_at(len(self.tokens) - 1) == ")"

    def operator_at(self, index: int) -> str | None:
        """The operator, bracket or comma that is the token at `index`; None where it is none or there is no such token."""
        token = self.tokens[index] if 0 <= index < len(self.tokens) else None
        return token.text if token is not None and token.kind == "operator" else None

    def is_prefix(self, index: int) -> bool:
        """Whether the operator at `index` has no left side."""
        return self.operator_at(index) == "NOT" or (self.operator_at(index) == "-" and not self._ends_operand(index - 1))

    def function_name(self, bracket: OpenBracket) -> str | None:
        """The name before a bracket; None where it only groups."""
        before = self.tokens[bracket.opening - 1] if bracket.opening else None
        return before.text if before is not None and before.kind == "word" else None

    def arguments(self, bracket: OpenBracket) -> list[Typed]:
        """The arguments that are complete in an open bracket, typed."""
        starts = [bracket.opening, *bracket.commas[:-1]]
        return [self.typed(start + 1, comma) for start, comma in zip(starts, bracket.commas, strict=False)]

    def typed(self, first: int, end: int) -> Typed:
        """What the tokens from `first` up to `end` mean, taken for themselves."""
        if (first, end) not in self._typed:
            part = self.tokens[first:end]
            written = self.before[part[0].span.start : part[-1].span.end] if part else ""
            self._typed[first, end] = check(written, self.scope).tree
        return self._typed[first, end]

    def operand_before(self, end: int) -> int | None:
        """The index at which the literal, dataset, call or bracket that ends before `end` begins, with its attributes."""
        index = end - 1
        while index >= 0 and self._ends_operand(index):
            if index in self.partners:
                index = self.partners[index]
                if index and self.tokens[index - 1].kind == "word":
                    index -= 1
            if self.operator_at(index - 1) != "::":
                return index
            index -= 2
        return None

    def left_of(self, end: int, binding: int) -> int | None:
        """The index at which the left operand of a binary operator of this binding at `end` begins."""
        start = self.operand_before(end)
        while start:
            operator = self.operator_at(start - 1)
            if operator not in BINDING:
                break
            is_prefix = self.is_prefix(start - 1)
            if (NEGATION_BINDING if is_prefix and operator == "-" else BINDING[operator]) < binding:
                break
            left = start - 1 if is_prefix else self.operand_before(start - 1)
            if left is None:
                break
            start = left
        return start

    def _ends_operand(self, index: int) -> bool:
        return index >= 0 and (self.tokens[index].kind not in ("operator", "broken") or index in self.partners)
