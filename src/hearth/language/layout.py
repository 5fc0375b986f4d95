"""Layout: an expression in its canonical form, as it would be laid out for reading.

One space around operators, only the brackets that are needed; a chain of AND, OR or + that is too long for a line
is broken before its operators. Remarks are kept and stand above the expression. Invariants: the laid-out text has
the same tree as the text, and laying it out again changes nothing.
"""

from hearth.language.diagnostics import Diagnostic, Report
from hearth.language.parser import parse
from hearth.language.printer import printed, printed_chain
from hearth.language.tokens import remarks_of
from hearth.language.tree import Binary

LINE_LENGTH = 100


def laid_out(text: str) -> tuple[str, tuple[Diagnostic, ...]]:
    """Text -> its canonical form, and what hinders reading it: where there is an error the text stays as it is."""
    report = Report(text)
    tree = parse(text, report)
    if any(diagnostic.severity == "error" for diagnostic in report.diagnostics):
        return text, report.diagnostics
    written = printed(tree)
    if len(written) > LINE_LENGTH and isinstance(tree, Binary) and tree.operator in ("AND", "OR", "+"):
        written = "\n".join(printed_chain(tree))
    return "\n".join((*remarks_of(text), written)), ()
