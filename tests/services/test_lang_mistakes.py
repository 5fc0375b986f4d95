"""Mistakes that authors make, each with what the terminal says of it, in a file to read: tests/golden/typical_mistakes.txt.

After a deliberate change of wording, write the file anew and read it:

    UPDATE=1 python -m pytest tests/services/test_lang_mistakes.py
"""

import os
from io import StringIO
from pathlib import Path

from rich.console import Console

from hearth.cli.source_excerpts import show_diagnostic
from hearth.language import Place, Scope, check
from hearth.language.codes import SCENE

GOLDEN = Path(__file__).resolve().parents[1] / "golden/typical_mistakes.txt"
MISTAKES: tuple[tuple[str, Place, str], ...] = (
    ("A column is compared as if it were a cell", "condition", "$Power > 2000"),
    ("The name of a function in a spreadsheet", "condition", "MITTELWERT($Power) > 2000"),
    ("AND as a function, and arguments separated by semicolons", "condition", "AND($Grid > 2000; $Charge < 20)"),
    ("A decimal comma", "condition", "$Charge > 12,5"),
    ("A unit behind a number", "condition", "$Grid > 2 kW"),
    ("A percent sign", "condition", "$Charge < 20%"),
    ("A number in quotes", "condition", '$Grid > "2000"'),
    ("The dollar is forgotten", "condition", "Grid > 2000"),
    ("A misspelt dataset", "condition", "AVG($Powr) > 2000"),
    ("Operators of a programming language", "condition", "$Grid > 2000 && $Mode == 1"),
    ("A number after OR", "condition", "$Mode = 1 OR 2"),
    ("Between two numbers", "condition", "20 < $Charge < 80"),
    ("The name of a state", "condition", '$Mode = "solar"'),
    ("A timespan without its unit", "condition", "AVG(SUBSET($Power, now - 30)) > 2000"),
    ("Minutes written as months in a pattern", "message", "\"Until \" + now | 'HH:MM'"),
    ("A difference is formatted without brackets", "message", "\"For \" + (now - lastHour | 'H:mm')"),
    ("The wrong unit in a message", "message", '"You use " + AVG($Power) + " kW"'),
    ("The unit of energy and the unit of power", "condition", "SUM($Energy) > AVG($Power)"),
    ("Quotes from a word processor", "message", "“Your car is full.”"),
    ("A quote that is not closed", "message", '"Your car is at " + $Charge + " %'),
    ("A whole day of a dataset that holds an hour", "condition", "AVG(SUBSET($Power, now - 24h)) > 500"),
    ("A condition that never holds", "condition", "$Charge < 20 AND $Charge > 80"),
    ("Nothing to compare with", "condition", "AVG($Power)"),
    ("A missing bracket", "condition", "($Grid > 2000 OR $Charge < 20 AND $Mode = 1"),
)


def told(title: str, place: Place, text: str) -> str:
    shown = StringIO()
    console = Console(file=shown, highlight=False, soft_wrap=True, color_system=None, width=200)
    for diagnostic in check(text, Scope(SCENE, place)).diagnostics:
        show_diagnostic(diagnostic, place, text, console, diagnostic.related)
    lines = [line.rstrip() for line in shown.getvalue().strip("\n").split("\n")]
    return "\n".join((f"## {title}", "", *lines))


def test_what_is_said_of_typical_mistakes() -> None:
    now = "\n\n\n".join(told(*mistake) for mistake in MISTAKES) + "\n"
    if os.environ.get("UPDATE"):
        GOLDEN.write_text(now, encoding="utf-8")
    assert GOLDEN.read_text(encoding="utf-8") == now
