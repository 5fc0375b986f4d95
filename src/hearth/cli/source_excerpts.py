"""Diagnostics in the terminal: the line an author wrote, with the place underlined and the remedy below it."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console
from rich.text import Text

from hearth.services.rule_files import Diagnostic

_STYLES = {"error": "bold red", "warning": "bold yellow"}


def show_diagnostics(diagnostics: Iterable[Diagnostic], texts: Mapping[str, str], console: Console) -> None:
    """Prints each diagnostic with an excerpt from `texts` (by file name)."""
    for diagnostic in diagnostics:
        style = _STYLES.get(diagnostic.severity, "bold")
        gutter = " " * len(str(diagnostic.line))
        console.print(Text.assemble((f"{diagnostic.severity}[{diagnostic.code}]", style), ": ", diagnostic.message))
        console.print(Text.assemble((f"{gutter}--> ", "blue"), f"{diagnostic.file}:{diagnostic.line}:{diagnostic.column}"))
        lines = texts.get(diagnostic.file, "").removeprefix("\ufeff").splitlines()
        if diagnostic.line <= len(lines):
            line = lines[diagnostic.line - 1]
            # A tab takes as many cells above the marks as below it.
            before = "".join("\t" if character == "\t" else " " for character in line[: diagnostic.column - 1])
            console.print(Text.assemble((f"{diagnostic.line} | ", "blue"), line))
            console.print(Text.assemble((f"{gutter} | ", "blue"), before, ("^" * diagnostic.length, style)))
        if diagnostic.hint:
            console.print(Text.assemble((f"{gutter} = ", "blue"), diagnostic.hint))
        console.print()


def wire_diagnostic(diagnostic: Diagnostic) -> dict[str, Any]:
    """A diagnostic as JSON."""
    return diagnostic._asdict()


def summary(diagnostics: Iterable[Diagnostic]) -> str:
    """How many of each severity, such as "2 errors, 1 warning"."""
    severities = [diagnostic.severity for diagnostic in diagnostics]
    counts = ((severities.count(severity), severity) for severity in _STYLES)
    return ", ".join(f"{count} {severity}{'s' if count != 1 else ''}" for count, severity in counts if count) or "no mistakes"
