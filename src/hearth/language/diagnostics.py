"""Diagnostic: an author's mistake in an expression, as a value.

Holds what is wrong, where, what was expected and, where it is known, what to write instead. How it is shown
is left to whoever shows it. Codes are stable: they are never renamed or reused.
"""

from bisect import bisect_right
from dataclasses import dataclass
from typing import Literal, NamedTuple

Severity = Literal["error", "warning"]


class Span(NamedTuple):
    """Positions [start, end) in the text, counted in characters from 0."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Related:
    """Another place that belongs to the mistake, and what it has to do with it."""

    message: str
    line: int
    column: int
    length: int


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """`line` and `column` count from 1; `fix` is what to write instead of the `length` characters there."""

    code: str
    severity: Severity
    message: str
    line: int
    column: int
    length: int
    hint: str | None = None
    fix: str | None = None
    related: tuple[Related, ...] = ()


class Report:
    """Collects the diagnostics of one text and knows its lines."""

    def __init__(self, text: str) -> None:
        self._line_starts = [0, *(index + 1 for index, character in enumerate(text) if character == "\n")]
        self._found: list[tuple[Span, Diagnostic]] = []

    def place(self, span: Span) -> tuple[int, int, int]:
        """Span -> line, column, length."""
        line = bisect_right(self._line_starts, span.start)
        return line, span.start - self._line_starts[line - 1] + 1, max(0, span.end - span.start)

    def error(
        self,
        code: str,
        span: Span,
        message: str,
        hint: str | None = None,
        fix: str | None = None,
        related: tuple[tuple[str, Span], ...] = (),
    ) -> None:
        """Adds an error."""
        self._add("error", code, span, message, hint, fix, related)

    def warning(
        self,
        code: str,
        span: Span,
        message: str,
        hint: str | None = None,
        fix: str | None = None,
        related: tuple[tuple[str, Span], ...] = (),
    ) -> None:
        """Adds a warning."""
        self._add("warning", code, span, message, hint, fix, related)

    def withdraw(self, code: str, span: Span) -> None:
        """Takes back what was told of a place, because something plainer is going to be told of it."""
        self._found = [(where, told) for where, told in self._found if where != span or told.code != code]

    def _add(
        self,
        severity: Severity,
        code: str,
        span: Span,
        message: str,
        hint: str | None,
        fix: str | None,
        related: tuple[tuple[str, Span], ...],
    ) -> None:
        also = tuple(Related(text, *self.place(place)) for text, place in related)
        self._found.append((span, Diagnostic(code, severity, message, *self.place(span), hint, fix, also)))

    @property
    def has_errors(self) -> bool:
        """Whether an error has been told."""
        return any(diagnostic.severity == "error" for _, diagnostic in self._found)

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """All of them, in the order of the text."""
        return tuple(diagnostic for _, diagnostic in sorted(self._found, key=lambda each: each[0]))
