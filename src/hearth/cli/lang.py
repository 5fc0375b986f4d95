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
from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from hearth.cli.source_excerpts import show_diagnostic, summary
from hearth.connectors.system import SystemClock
from hearth.core.instants import zone_named
from hearth.core.problems import Problem, invalid
from hearth.domain.catalogue import Catalogue
from hearth.language import Answer, Checked, Diagnostic, Explained, Place, laid_out
from hearth.services.expressions import Facts, Workbench, dataset_file, instant, read_events, read_facts

app = typer.Typer(help="The rule language: check, evaluate, explain and lay out expressions.", no_args_is_help=True)

Expressions = Annotated[
    list[str] | None, typer.Argument(metavar="[EXPRESSION]...", help="Expressions; - reads one from the input.")
]
Expression = Annotated[str, typer.Argument(metavar="EXPRESSION", help="The expression; - reads it from the input.")]
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

_SHOWN_VALUE = 72
_WIDEST = 400  # a tree is not cut to the terminal's width: a value that is cut off explains nothing


class Session:
    """What the options of one command say: datasets, facts, the instant, the zone and the language."""

    def __init__(
        self,
        datasets: list[str] | None,
        facts: Path | None,
        now: str | None,
        timezone: str,
        locale: str,
        place: str,
        streak: bool,
    ) -> None:
        self.zone = _zone(timezone)
        self.locale = locale
        self.place = _place(place)
        files = [dataset_file(text, _catalogue) for text in datasets or []]
        twice = next((each.name for index, each in enumerate(files) if each.name in {one.name for one in files[:index]}), None)
        if twice is not None:
            raise invalid("", f"There are two datasets named {twice}.")
        with ExitStack() as stack:
            read = [(each, read_events(stack.enter_context(_opened(Path(each.file))), each, self.zone)) for each in files]
        self.bench = Workbench(read, read_facts(_bytes(facts), str(facts)) if facts else Facts(), streak)
        if now is not None:
            self.now_ms = instant(now, self.zone)
        else:
            self.now_ms = SystemClock().now_ms() if self.bench.newest_ms is None else self.bench.newest_ms

    def checked(self, text: str) -> Checked:
        """The expression, checked."""
        return self.bench.checked(text, self.place)

    def answer(self, checked: Checked) -> Answer:
        """The expression's value."""
        return self.bench.answer(checked, self.now_ms, self.zone, self.locale)

    def explained(self, checked: Checked) -> Explained:
        """The expression's value and those of its parts."""
        return self.bench.explain(checked, self.now_ms, self.zone, self.locale)


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
            _show_diagnostics(checked)
            if not checked.has_errors:
                _console().print(Text.assemble(("fine", "bold green"), f" {checked.type}"))
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
            _show_diagnostics(checked)
            if not checked.has_errors:
                _console().print(value_text(answer, checked.tree.unit))
    if has_errors:
        raise typer.Exit(1)


@app.command("explain")
def explain_expression(
    expression: Expression,
    datasets: Datasets = None,
    now: Now = None,
    timezone: Timezone = "UTC",
    locale: Locale = "en",
    place: PlaceOption = "expression",
    streak: Streak = False,
    facts: FactsFile = None,
    as_json: AsJson = False,
) -> None:
    """Show the type and the value of every part of an expression."""
    session = Session(datasets, facts, now, timezone, locale, place, streak)
    checked = session.checked(_texts([expression])[0])
    if checked.has_errors:
        if as_json:
            _print_json(_as_json(Answer(checked.type, None, None, checked.diagnostics)))
        else:
            _show_diagnostics(checked)
        raise typer.Exit(1)
    explained = session.explained(checked)
    if as_json:
        _print_json(_explained_as_json(explained))
    else:
        _show_diagnostics(checked)
        Console(highlight=False, width=_WIDEST).print(explained_tree(explained), soft_wrap=True)


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
            show_diagnostic(diagnostic, "expression", text, _console(stderr=True), diagnostic.related)
        if not diagnostics and not is_check:
            print(written)
        has_failed |= bool(diagnostics) or (is_check and written != text.rstrip("\n"))
    if has_failed:
        raise typer.Exit(1)


def value_text(answer: Answer, unit: str | None) -> Text:
    """A value for people, with its unit and type."""
    if answer.missing is not None:
        shown = Text.assemble(("–", "bold"), (f" no value: {answer.missing}", "yellow"))
    else:
        text = answer.value if isinstance(answer.value, str) else json.dumps(answer.value, ensure_ascii=False)
        shown = Text.assemble((text, "bold"), f" {unit}" if unit else "")
    return Text.assemble(shown, (f"  {answer.type}", "dim"))


def explained_tree(explained: Explained) -> Tree:
    """An explanation as a tree for people."""
    value = ("–", "bold") if explained.missing else (_shortened(explained.shown, _SHOWN_VALUE) or "nothing", "bold")
    unit = f" {explained.unit}" if explained.unit and explained.shown and not explained.missing else ""
    reason = (f" no value: {explained.missing}", "yellow") if explained.missing else ("", "")
    label = Text.assemble(
        (_shortened(explained.text, _SHOWN_VALUE), "cyan"), " → ", value, unit, reason, (f"  {explained.type}", "dim")
    )
    tree = Tree(label, guide_style="blue")
    tree.children.extend(explained_tree(part) for part in explained.parts)
    return tree


def _shortened(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"


def _answer_batch(session: Session, batch: Path, is_evaluated: bool) -> None:
    with ExitStack() as stack:
        lines = sys.stdin if str(batch) == "-" else stack.enter_context(_opened(batch))
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
    place = _place(str(request["place"])) if "place" in request else session.place
    zone = _zone(str(request["timezone"])) if "timezone" in request else session.zone
    now_ms = instant(request["now"], zone) if "now" in request else session.now_ms
    return place, now_ms, zone, str(request.get("locale", session.locale))


def _as_json(answer: Answer) -> dict[str, Any]:
    return {
        "type": answer.type,
        "value": answer.value,
        "missing": answer.missing,
        "diagnostics": [asdict(diagnostic) for diagnostic in answer.diagnostics],
    }


def _explained_as_json(explained: Explained) -> dict[str, Any]:
    return {
        "text": explained.text,
        "start": explained.span.start,
        "end": explained.span.end,
        "type": explained.type,
        "unit": explained.unit,
        "value": explained.value,
        "shown": explained.shown,
        "missing": explained.missing,
        "parts": [_explained_as_json(part) for part in explained.parts],
    }


def _texts(expressions: list[str] | None) -> list[str]:
    if not expressions:
        raise typer.BadParameter("name an expression, - to read one from the input, or --batch FILE")
    return [sys.stdin.read().rstrip("\n") if text == "-" else text for text in expressions]


def _opened(path: Path) -> TextIO:
    try:
        return path.open(encoding="utf-8-sig", newline="")
    except OSError as error:
        raise Problem("invalid", f"{path} cannot be read: {error.strerror}.") from error


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Problem("invalid", f"{path} cannot be read: {error.strerror}.") from error


def _catalogue() -> Catalogue:
    """The installation's catalogue; read only when an event type is named, for it takes a second."""
    from hearth.bootstrap import read_catalogue_setting, read_settings

    return read_catalogue_setting(read_settings())


def _zone(name: str) -> ZoneInfo:
    try:
        return zone_named(name)
    except ValueError as error:
        raise invalid("", f"{error}; an IANA name is meant, such as Europe/Zurich.") from error


def _place(name: str) -> Place:
    if name not in get_args(Place):
        raise invalid("", f"There is no place {name!r} in a rule: {', '.join(get_args(Place))}.")
    return name  # type: ignore[return-value]


def _show_diagnostics(checked: Checked) -> None:
    console = _console(stderr=True)
    for diagnostic in checked.diagnostics:
        show_diagnostic(diagnostic, "expression", checked.text, console, diagnostic.related)
    if checked.has_errors:
        console.print(Text(summary(checked.diagnostics), "bold red"))


def _console(stderr: bool = False) -> Console:
    return Console(stderr=stderr, highlight=False, soft_wrap=True)


def _print_json(answer: object) -> None:
    print(json.dumps(answer, ensure_ascii=False, allow_nan=False))
