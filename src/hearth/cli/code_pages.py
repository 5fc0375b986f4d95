"""What `hearth lang explain --code` shows: a code of the rule language, explained with an example and the same mended.

What is said of a code stands in `hearth.language.codes`; the example's diagnostic is that of the checker. The pages of
the manual show the same.
"""

import textwrap
from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from hearth.cli.source_excerpts import show_diagnostic
from hearth.core.nearest import nearest
from hearth.core.problems import Problem
from hearth.language import Diagnostic, check
from hearth.language.codes import CODES, Code

_WIDTH = 100
_STYLES = {"error": "bold red", "warning": "bold yellow"}


def code_named(name: str) -> Code:
    """A code by its name. Raises Problem "not_found" with the nearest."""
    if name not in CODES:
        near = nearest(name, CODES)
        hint = f"did you mean {near}?" if near else "docs/language/diagnostics lists all of them."
        raise Problem("not_found", f"There is no code {name}: {hint}")
    return CODES[name]


def show_code(code: Code, console: Console) -> None:
    """Prints title, explanation, the example with its diagnostic, and the example mended."""
    console.print(Text.assemble((f"{code.severity}[{code.code}]", _STYLES[code.severity]), ": ", (code.title, "bold")))
    console.print(Text(f"\n{textwrap.fill(code.explanation, _WIDTH)}\n"))
    console.print(Text("For instance:\n", "dim"))
    show_example(code, console)
    console.print(Text("Mended:\n", "dim"))
    console.print(Text(textwrap.indent(code.right, "    ")))


def show_example(code: Code, console: Console) -> None:
    """Prints what the checker says of the example."""
    for diagnostic in check(code.wrong, code.scope).diagnostics:
        show_diagnostic(diagnostic, code.place, code.wrong, console, diagnostic.related)


def show_more(diagnostics: Sequence[Diagnostic], console: Console) -> None:
    """Prints how to read on about the first of some diagnostics."""
    known = [diagnostic.code for diagnostic in diagnostics if diagnostic.code in CODES]
    if known:
        console.print(Text(f"more: hearth lang explain --code {known[0]}", "dim"))
