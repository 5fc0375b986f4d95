"""`hearth lang …`: expressions of the rule language, checked, evaluated, explained and laid out in the terminal.

Reads the files that are named and prints; what an expression means is the language's to say, how data is read the
services'. Needs no server and no database. In batches an answer is a line, also where an expression has errors.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, TextIO, get_args
from zoneinfo import ZoneInfo

import typer
from rich.text import Text

from hearth.cli.code_pages import code_named, show_code
from hearth.cli.lang_session import (
    Session,
    console,
    explained_tree,
    opened,
    place_of,
    show_checked,
    value_text,
    zone_of,
)
from hearth.cli.source_excerpts import show_diagnostic
from hearth.core.problems import Problem, invalid
from hearth.language import Answer, Diagnostic, Place, laid_out
from hearth.services.expressions import explained_body, instant

app = typer.Typer(help="The rule language: check, evaluate, explain and lay out expressions.", no_args_is_help=True)

Expressions = Annotated[
    list[str] | None, typer.Argument(metavar="[EXPRESSION]...", help="Expressions; - reads one from the input.")
]
Expression = Annotated[
    str | None, typer.Argument(metavar="[EXPRESSION]", help="The expression; - reads it from the input.", show_default=False)
]
CodeOption = Annotated[
    str | None, typer.Option("--code", metavar="CODE", help="Explain the code of a diagnostic, such as vector-operand, instead.")
]
Datasets = Annotated[
    list[str] | None,
    typer.Option(
        "--dataset",
        "-d",
        metavar="NAME=FILE.csv:KIND",
        help="Events for [bold]$NAME[/]. KIND is series or single; a timespan, an event type or a unit may follow: "
        "Power=power.csv:series:24h:W. Columns: timestamp (ISO 8601 or epoch seconds), value, device_id, device_name, "
        "forecast_timestamp. Repeat it.",
    ),
]
Now = Annotated[
    str | None, typer.Option("--now", metavar="WHEN", help="The instant of the evaluation [dim](default: the newest event)[/].")
]
Timezone = Annotated[str, typer.Option("--timezone", metavar="ZONE", help="The building's IANA time zone.")]
Locale = Annotated[str, typer.Option("--locale", metavar="LANGUAGE", help="The language texts are rendered in.")]
PlaceOption = Annotated[str, typer.Option("--place", help=f"Where it stands in a rule: {', '.join(get_args(Place))}.")]
Streak = Annotated[bool, typer.Option("--streak", help="The rule has the streak feature.")]
FactsFile = Annotated[
    Path | None,
    typer.Option(
        "--facts",
        metavar="FILE.json",
        help="What is known of the building: id, city, countryCode, zip, deviceTypes, registrationTimestamp, profile, "
        "streakCounter, streakHasBeenReset, deliveredNotificationCounter, deliveredNotification, peers.",
    ),
]
Batch = Annotated[
    Path | None,
    typer.Option("--batch", metavar="FILE|-", help='One JSON object a line, {"expr": …, "locale": …}; answered by one a line.'),
]
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON, a line for each expression.")]


@app.command("check")
def check_expressions(
    expressions: Expressions = None,
    datasets: Datasets = None,
    timezone: Timezone = "UTC",
    locale: Locale = "en",
    now: Now = None,
    place: PlaceOption = "expression",
    streak: Streak = False,
    batch: Batch = None,
    as_json: AsJson = False,
) -> None:
    """Say what is wrong with expressions, without evaluating them. Exit code 1 when there is an error."""
    session = Session(datasets, None, now, timezone, locale, place, streak)
    if batch is not None:
        _answer_batch(session, batch, is_evaluated=False)
        return
    texts = _texts(expressions)
    checks = [session.checked(text) for text in texts]
    for checked in checks:
        if as_json:
            _print_json(_as_json(Answer(checked.type, None, None, checked.diagnostics)))
        else:
            show_checked(checked)
            if not checked.has_errors:
                console().print(Text.assemble(("fine", "bold green"), f" {checked.type}"))
    if any(checked.has_errors for checked in checks):
        raise typer.Exit(1)


@app.command("eval")
def evaluate_expressions(
    expressions: Expressions = None,
    datasets: Datasets = None,
    now: Now = None,
    timezone: Timezone = "UTC",
    locale: Locale = "en",
    place: PlaceOption = "expression",
    streak: Streak = False,
    facts: FactsFile = None,
    batch: Batch = None,
    as_json: AsJson = False,
) -> None:
    """Evaluate expressions over recorded events. Exit code 1 when there is an error.

    Example: hearth lang eval 'AVG($Power) > 500' --dataset Power=power.csv:series:W
    """
    session = Session(datasets, facts, now, timezone, locale, place, streak)
    if batch is not None:
        _answer_batch(session, batch, is_evaluated=True)
        return
    has_errors = False
    for text in _texts(expressions):
        checked = session.checked(text)
        answer = session.answer(checked)
        has_errors |= checked.has_errors
        if as_json:
            _print_json(_as_json(answer))
        else:
            show_checked(checked)
            if not checked.has_errors:
                console().print(value_text(answer, checked.tree.unit))
    if has_errors:
        raise typer.Exit(1)


@app.command("explain")
def explain_expression(
    expression: Expression = None,
    datasets: Datasets = None,
    now: Now = None,
    timezone: Timezone = "UTC",
    locale: Locale = "en",
    place: PlaceOption = "expression",
    streak: Streak = False,
    facts: FactsFile = None,
    code: CodeOption = None,
    as_json: AsJson = False,
) -> None:
    """Show the type and the value of every part of an expression; with --code, what a diagnostic means."""
    if code is not None:
        show_code(code_named(code), console())
        return
    if expression is None:
        raise typer.BadParameter("name an expression, - to read it from the input, or --code CODE")
    session = Session(datasets, facts, now, timezone, locale, place, streak)
    checked = session.checked(_texts([expression])[0])
    if checked.has_errors:
        if as_json:
            _print_json(_as_json(Answer(checked.type, None, None, checked.diagnostics)))
        else:
            show_checked(checked)
        raise typer.Exit(1)
    explained = session.explained(checked)
    if as_json:
        _print_json(explained_body(explained))
    else:
        show_checked(checked)
        console(is_wide=True).print(explained_tree(explained), soft_wrap=True)


@app.command("fmt")
def lay_out_expressions(
    expressions: Expressions = None,
    is_check: Annotated[bool, typer.Option("--check", help="Change nothing; exit code 1 when the layout is another.")] = False,
) -> None:
    """Print expressions in their canonical layout."""
    has_failed = False
    for text in _texts(expressions):
        written, diagnostics = laid_out(text)
        for diagnostic in diagnostics:
            show_diagnostic(diagnostic, "expression", text, console(stderr=True), diagnostic.related)
        if not diagnostics and not is_check:
            print(written)
        has_failed |= bool(diagnostics) or (is_check and written != text.rstrip("\n"))
    if has_failed:
        raise typer.Exit(1)


@app.command("repl")
def try_expressions(
    datasets: Datasets = None,
    now: Now = None,
    timezone: Timezone = "UTC",
    locale: Locale = "en",
    place: PlaceOption = "expression",
    streak: Streak = False,
    facts: FactsFile = None,
    history: Annotated[
        Path, typer.Option("--history", metavar="FILE", envvar="HEARTH_LANG_HISTORY", help="Where the lines are remembered.")
    ] = Path("~/.local/state/hearth/lang-history"),
) -> None:
    """Try one expression after the other, with completion, colours and history.

    Example: hearth lang repl --dataset Power=power.csv:series:W
    """
    from hearth.cli.lang_repl import run

    run(Session(datasets, facts, now, timezone, locale, place, streak), history.expanduser())


def _answer_batch(session: Session, batch: Path, is_evaluated: bool) -> None:
    with ExitStack() as stack:
        lines = sys.stdin if str(batch) == "-" else stack.enter_context(opened(batch))
        for answer in _batch_answers(session, lines, is_evaluated):
            _print_json(answer)


def _batch_answers(session: Session, lines: TextIO, is_evaluated: bool) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            request = json.loads(line)
            if not isinstance(request, dict) or not isinstance(request.get("expr"), str):
                raise invalid("", 'it must be a JSON object with "expr", a text')
            own = _own_settings(session, request)
        except (json.JSONDecodeError, Problem) as error:
            reason = error.detail if isinstance(error, Problem) else f"it is not JSON: {error.msg}"
            yield _as_json(Answer(None, None, None, (Diagnostic("bad-request", "error", f"Line {number}: {reason}", 1, 1, 0),)))
            continue
        place, now_ms, zone, locale = own
        checked = session.bench.checked(request["expr"], place)
        if is_evaluated:
            yield _as_json(session.bench.answer(checked, now_ms, zone, locale))
        else:
            yield _as_json(Answer(checked.type, None, None, checked.diagnostics))


def _own_settings(session: Session, request: dict[str, Any]) -> tuple[Place, int, ZoneInfo, str]:
    """Place, instant, zone and language of one line, where it says them, otherwise those of the options."""
    place = place_of(str(request["place"])) if "place" in request else session.place
    zone = zone_of(str(request["timezone"])) if "timezone" in request else session.zone
    now_ms = instant(request["now"], zone) if "now" in request else session.now_ms
    return place, now_ms, zone, str(request.get("locale", session.locale))


def _as_json(answer: Answer) -> dict[str, Any]:
    return {
        "type": answer.type,
        "value": answer.value,
        "missing": answer.missing,
        "diagnostics": [asdict(diagnostic) for diagnostic in answer.diagnostics],
    }


def _texts(expressions: list[str] | None) -> list[str]:
    if not expressions:
        raise typer.BadParameter("name an expression, - to read one from the input, or --batch FILE")
    return [sys.stdin.read().rstrip("\n") if text == "-" else text for text in expressions]


def _print_json(answer: object) -> None:
    print(json.dumps(answer, ensure_ascii=False, allow_nan=False))
