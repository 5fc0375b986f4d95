"""Diagnostics in the terminal: the line an author wrote, with the place underlined and the remedy below it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from rich.console import Console
from rich.text import Text

from hearth.language import Related
from hearth.services.rule_files import Diagnostic

_STYLES = {"error": "bold red", "warning": "bold yellow"}
_LONGEST_LINE = 200  # of a longer one only what stands around the place is shown
_BEFORE_PLACE = 40


class Told(Protocol):
    """What every diagnostic says, of a rule file or of an expression. Lines and columns count from 1."""

    @property
    def severity(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def line(self) -> int: ...
    @property
    def column(self) -> int: ...
    @property
    def length(self) -> int: ...
    @property
    def hint(self) -> str | None: ...


def show_diagnostics(diagnostics: Iterable[Diagnostic], texts: Mapping[str, str], console: Console) -> None:
    """Prints each diagnostic with an excerpt from `texts` (by file name)."""
    for diagnostic in diagnostics:
        show_diagnostic(diagnostic, diagnostic.file, texts.get(diagnostic.file, ""), console)


def show_diagnostic(told: Told, file: str, text: str, console: Console, related: Sequence[Related] = ()) -> None:
    """Prints one diagnostic of a text: what is wrong, where, what belongs to it, and what to do."""
    style = _STYLES.get(told.severity, "bold")
    lines = text.removeprefix("\ufeff").splitlines()
    gutter = " " * max(len(str(line)) for line in (told.line, *(each.line for each in related)))
    console.print(Text.assemble((f"{told.severity}[{told.code}]", style), ": ", told.message))
    console.print(Text.assemble((f"{gutter}--> ", "blue"), f"{file}:{told.line}:{told.column}"))
    _show_place(lines, told, style, gutter, console)
    for each in related:
        _show_place(lines, each, "blue", gutter, console, each.message)
    if told.hint:
        console.print(Text.assemble((f"{gutter} = ", "blue"), told.hint))
    console.print()


def _show_place(lines: Sequence[str], place: Told | Related, style: str, gutter: str, console: Console, note: str = "") -> None:
    if place.line > len(lines):
        return
    line, column = _around(lines[place.line - 1], place.column)
    # A tab takes as many cells above the marks as below it.
    before = "".join("\t" if character == "\t" else " " for character in line[: column - 1])
    marks = min(max(place.length, 1), max(len(line) - column + 1, 1))
    number = str(place.line).rjust(len(gutter))
    console.print(Text.assemble((f"{number} | ", "blue"), line))
    console.print(Text.assemble((f"{gutter} | ", "blue"), before, ("^" * marks, style), (f" {note}" if note else "", style)))


def _around(line: str, column: int) -> tuple[str, int]:
    """A line, or of a long one what stands around a column, and the column in it."""
    if len(line) <= _LONGEST_LINE:
        return line, column
    start = max(column - 1 - _BEFORE_PLACE, 0)
    shown = line[start : start + _LONGEST_LINE // 2]
    ahead, behind = "…" if start else "", "…" if start + len(shown) < len(line) else ""
    return f"{ahead}{shown}{behind}", column - start + len(ahead)


def wire_diagnostic(diagnostic: Diagnostic) -> dict[str, Any]:
    """A diagnostic as JSON."""
    return diagnostic._asdict()


def summary(diagnostics: Iterable[Told]) -> str:
    """How many of each severity, such as "2 errors, 1 warning"."""
    severities = [diagnostic.severity for diagnostic in diagnostics]
    counts = ((severities.count(severity), severity) for severity in _STYLES)
    return ", ".join(f"{count} {severity}{'s' if count != 1 else ''}" for count, severity in counts if count) or "no mistakes"
