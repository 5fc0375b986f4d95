"""What stands in the sources as a sentence for people: every text of the modules that speak to authors of rules.

A sentence is any text literal with a blank between words that is no docstring; an f-string is one text, with a PLACE
where something is filled in. What is no sentence is named in NO_SENTENCES.
"""

import ast
from collections.abc import Collection, Iterator
from pathlib import Path

import hearth

SOURCES = Path(hearth.__file__).parent
PLACE = "\0"
MODULES = (
    *(
        f"language/{name}.py"
        for name in ("advice", "answers", "calls", "checker", "lint", "operations", "parser", "patterns", "tokens", "types")
    ),
    "language/windows.py",
    "engine/explanations.py",
    "engine/limits.py",
    "engine/peers.py",
    "engine/schedule.py",
    "engine/trace.py",
    "engine/versions.py",
    "engine/views.py",
    "delivery/attempts.py",
    "connectors/access_tokens.py",
    "connectors/addresses.py",
    "connectors/email_channel.py",
    "connectors/fcm_channel.py",
    "connectors/mqtt_channel.py",
    "connectors/posting.py",
    "services/event_searches.py",
    "services/histories.py",
    "services/history_imports.py",
    "services/rule_checks.py",
    "connectors/trial_processes.py",
    "runtime/deliveries.py",
    "services/deliveries.py",
    "services/rules.py",
    "services/simulations.py",
    "services/trials.py",
)
# For programmers and operators, code, and pieces, whose whole sentence is a template.
NO_SENTENCES = frozenset(
    {
        "dataset name",
        "IF(a < b, a, b)",
        "IF(a > b, a, b)",
        "a + b",
        "(a + b) / 2",
        f"Event({PLACE}, {PLACE}, {PLACE}, {PLACE}, {PLACE})",
        f"Basic {PLACE}",
        f"Bearer {PLACE}",
        "application/json; charset=UTF-8",
        f"{PLACE} is neither a network such as 127.0.0.0/8 nor a host name; see HEARTH_WEBHOOK_ALLOWED_NETWORKS.",
        "no connection in time",
        "registration token",
        # Of the API's import, to whoever integrates.
        "The languages of your organisation were changed meanwhile. Import the rules again.",
        # Of the command line, which asks for options; a page offers the columns that there are.
        "--type-column (or --column TYPE=NAME for wide files)",
        f"The file has no column {PLACE}: say --device-id or --device-column.",
        f"The file has no column {PLACE} ({PLACE}); name it with {PLACE}.",
        f"it has {PLACE}",
        "no first line",
        "; write a decimal point, not a comma",
        f"{PLACE} Hint: {PLACE}",
        "the process of a trial ended",
        f"There is no customer {PLACE}.",
        f"{PLACE}:{PLACE}:{PLACE}: {PLACE} (see: hearth rules check {PLACE})",
        f"{PLACE} holds {PLACE} rules; a simulation takes a file of one.",
        "SORT orders groups by byGroupKey or byGroupValue",
        f"{PLACE}; here stands `{PLACE}`.",
        f"on the left stands {PLACE}, on the right {PLACE}",
        "at most",
        "holds whenever there is a value",
        "never holds",
        "`M` is the month; minutes are `m`",
        "`m` is the minute; months are `M`",
        "`D` is the day of the year; days of the month are `d`",
        "`Y` is the year of the week; years are `y`",
        ", or ",
        "ADAPTIVE, SECONDS, MINUTES, HOURS or DAYS, then :WORD or :SYMBOL",
        f"{PLACE}, or",
        "if it is mere text,",
        "the dataset",
        f" (case {PLACE})",
        "not sent",
        f"; and {PLACE} more",
        f"not sent: the last one was generated {PLACE} before, and {PLACE} must lie between two",
        "0 to 59",
        "0 to 23",
        "lists 1,3 ranges 1-5 and steps */2 are allowed",
        "the name ",
        f" by {PLACE}",
    }
)


def sentences(exceptions: Collection[str] = NO_SENTENCES) -> Iterator[tuple[str, str]]:
    """(module, text with PLACEs) of all but the exceptions."""
    for module in MODULES:
        for text in _texts(ast.parse((SOURCES / module).read_text(encoding="utf-8"))):
            if " " in text.strip() and any(letter.isalpha() for letter in text) and text not in exceptions:
                yield module, text


def _texts(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.JoinedStr(values):
            yield "".join(_piece(each) for each in values)
        case ast.Constant(str(text)):
            yield text
            return
        case ast.Raise() if isinstance(node.exc, ast.Call) and ast.unparse(node.exc.func) in ("ValueError", "TypeError"):
            return
        case ast.Assert() | ast.Call(func=ast.Attribute(value=ast.Name("re"))):
            return
    children = list(ast.iter_child_nodes(node))
    if isinstance(node, ast.JoinedStr):
        children = [each.value for each in node.values if isinstance(each, ast.FormattedValue)]
    for child in children:
        is_docstring = isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)
        if not is_docstring:
            yield from _texts(child)


def _piece(value: ast.expr) -> str:
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else PLACE
