"""`hearth rules …`: rules in and out of YAML files, checked and tested without saving, and when their schedules tick.

Reads and writes the files; what they mean and what is wrong with them is the services' to say.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from hearth.bootstrap import open_installation, read_catalogue_setting, read_settings
from hearth.cli.lang_session import zone_of
from hearth.cli.rule_impact import show_impact
from hearth.cli.rule_report import show_rule
from hearth.cli.source_excerpts import show_diagnostics, summary, wire_diagnostic
from hearth.connectors.system import SystemClock
from hearth.core.instants import datetime_of_instant, seconds_of_instant
from hearth.core.problems import Problem, invalid
from hearth.domain.audit import COMMAND_LINE
from hearth.domain.customers import DEFAULT_LANGUAGES
from hearth.engine.schedule import mistake_in, next_ticks
from hearth.language.time_format import time_text
from hearth.services.expressions import instant
from hearth.services.predefined_rules import SCENARIOS_SUFFIX, predefined_rule_texts, predefined_scenario_texts
from hearth.services.rule_files import Diagnostic, has_errors, read_files
from hearth.testing.scenario_files import scenarios_file_of
from hearth.testing.scenarios import TestedRule, check_scenarios

app = typer.Typer(help="Rules: import, export, check, test and list them; when they tick.", no_args_is_help=True)

CustomerOption = Annotated[str, typer.Option("--customer", metavar="ID", help="The customer's id.")]
DataDir = Annotated[str | None, typer.Option("--data-dir", help="Data folder (default: the setting data_dir).")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
Paths = Annotated[list[Path] | None, typer.Argument(metavar="[PATH]...", help="YAML files, or folders of them.")]
Predefined = Annotated[bool, typer.Option("--predefined", help="The rules that come with Hearth.")]

app.command("show")(show_rule)
app.command("impact")(show_impact)

_SUFFIXES = {".yaml", ".yml"}
_TICK_PATTERN = "EEEE, d MMMM yyyy, HH:mm:ss (XXX)"
_OUTCOME_STYLES = {"added": "green", "changed": "yellow", "unchanged": "dim"}


@app.command("import")
def import_rules(
    customer: CustomerOption,
    paths: Paths = None,
    predefined: Predefined = False,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Take rules in from YAML files: all of them, or none when there is an error.

    A rule is known by its name. A changed one becomes a new version; an unchanged one is left alone.
    """
    files = _read(paths, predefined)
    with open_installation(read_settings(data_dir=data_dir)) as installation:
        result = installation.rules.import_files(customer, files, COMMAND_LINE)
    if as_json:
        rules = [
            {"id": each.rule.id, "name": each.rule.name, "version": each.rule.version, "outcome": each.outcome}
            for each in result.rules
        ]
        _print_json({"rules": rules, "diagnostics": [wire_diagnostic(each) for each in result.diagnostics]})
    else:
        show_diagnostics(result.diagnostics, dict(files), _console(stderr=True))
        console = _console()
        for each in result.rules:
            name = f"{each.rule.name} (version {each.rule.version}, {each.rule.state})"
            console.print(Text.assemble((f"{each.outcome:<10}", _OUTCOME_STYLES[each.outcome]), name))
        if result.is_refused:
            _console(stderr=True).print(f"[bold red]refused[/]: {summary(result.diagnostics)}; no rule was taken.")
    if result.is_refused:
        raise typer.Exit(1)


@app.command("check")
def check_rules(paths: Paths = None, predefined: Predefined = False, as_json: AsJson = False) -> None:
    """Say what is wrong with YAML files of rules. Needs no database and saves nothing."""
    files = _read(paths, predefined)
    drafts, diagnostics = read_files(files, read_catalogue_setting(read_settings()), DEFAULT_LANGUAGES)
    if as_json:
        _print_json({"rules": len(drafts), "diagnostics": [wire_diagnostic(each) for each in diagnostics]})
    else:
        show_diagnostics(diagnostics, dict(files), _console(stderr=True))
        _console().print(_checked(len(drafts), len(files), diagnostics))
    if has_errors(diagnostics):
        raise typer.Exit(1)


@app.command("test")
def run_scenarios(paths: Paths = None, predefined: Predefined = False, as_json: AsJson = False) -> None:
    """Run the scenarios that stand beside rule files: NAME.scenarios.yaml beside NAME.yaml. Needs no database.

    What a predefined rule's scenarios leave untested is an error; for other rules it is a warning.
    """
    catalogue = read_catalogue_setting(read_settings())
    own = _read(paths, predefined=False) if paths or not predefined else []
    beside = [Path(scenarios_file_of(name)) for name, _ in own]
    own_scenarios = {str(path): _text_of(path) for path in beside if path.is_file()}
    tested, diagnostics = check_scenarios(own, own_scenarios, catalogue)
    diagnostics += _orphans(paths or [], own_scenarios)
    ours: list[TestedRule] = []
    if predefined:
        ours, more = check_scenarios(predefined_rule_texts(), predefined_scenario_texts(), catalogue)
        diagnostics += more
    is_wrong = has_errors(diagnostics) or any(each.failed for each in [*ours, *tested]) or any(each.lacks for each in ours)
    if as_json:
        rules = [_wire_tested(each) for each in [*ours, *tested]]
        _print_json({"rules": rules, "diagnostics": [wire_diagnostic(each) for each in diagnostics]})
    else:
        show_diagnostics(diagnostics, {**dict(own), **own_scenarios}, _console(stderr=True))
        console = _console()
        for severity, group in (("error", ours), ("warning", tested)):
            for each in group:
                _show_tested(each, severity, console)
        failed = sum(len(each.failed) for each in [*ours, *tested])
        passed = sum(len(each.outcomes) for each in [*ours, *tested]) - failed
        counts = (f"{passed} passed, {failed} failed", "bold red" if is_wrong else "bold green")
        console.print(Text.assemble(counts, f" in {_count(len(ours) + len(tested), 'rule')}"))
    if is_wrong:
        raise typer.Exit(1)


@app.command("export")
def export_rules(
    customer: CustomerOption,
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="DIR|-", help="Folder to write a file per rule into, or - for one stream.")
    ] = "-",
    data_dir: DataDir = None,
) -> None:
    """Write the customer's rules as YAML. Importing them again changes nothing."""
    with open_installation(read_settings(data_dir=data_dir)) as installation:
        texts = installation.rules.export(customer)
    if output == "-":
        print("---\n".join(texts.values()), end="")
        return
    folder = Path(output)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    _console(stderr=True).print(f"wrote {len(texts)} rules to {folder}", markup=False)


@app.command("list")
def list_rules(customer: CustomerOption, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """List the customer's rules by name."""
    with open_installation(read_settings(data_dir=data_dir)) as installation:
        rules = installation.rules.list_of(customer)
        faults = {rule_id: each.faults for rule_id, each in installation.rule_reports.faults_of_newest(customer).items()}
    if as_json:
        keys = ("id", "name", "state", "version")
        _print_json(
            [
                {**{key: getattr(rule, key) for key in keys}, "tags": list(rule.tags), "faults": faults.get(rule.id, 0)}
                for rule in rules
            ]
        )
        return
    if not rules:
        _console().print("No rule yet. Take some in with [bold]hearth rules import --predefined --customer ID[/].")
        return
    table = Table("rule id", "state", "version", "name", "tags", box=None)
    for rule in rules:
        failed = (f" failed {faults[rule.id]:,} times", "bold red") if rule.id in faults else ""
        name = Text.assemble(rule.name, failed)
        table.add_row(rule.id, rule.state, str(rule.version), name, Text(", ".join(rule.tags)))
    _console().print(table)


@app.command("ticks")
def show_ticks(
    timezone: Annotated[str, typer.Option("--timezone", metavar="ZONE", help="The building's zone, such as Europe/Zurich.")],
    paths: Paths = None,
    cron: Annotated[str | None, typer.Option("--cron", metavar="FIELDS", help='A schedule, such as "0 7 * * *".')] = None,
    count: Annotated[int, typer.Option("--count", min=1, max=1_000, help="How many ticks.")] = 5,
    start: Annotated[str | None, typer.Option("--from", metavar="WHEN", help="After this instant; left out, now.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show the next ticks of a schedule, or of every rule in YAML files that has one. Needs no database.

    Times are those of the zone, with their offset from UTC.
    """
    zone = zone_of(timezone)
    after_ms = SystemClock().now_ms() if start is None else instant(start, zone)
    schedules = _schedules(paths, cron)
    ticks = [(name, fields, next_ticks(fields, zone, after_ms, count)) for name, fields in schedules]
    if as_json:
        _print_json(
            [
                {
                    "name": name,
                    "schedule": fields,
                    "ticks": [
                        {"timestamp": seconds_of_instant(at_ms), "local": datetime_of_instant(at_ms, zone).isoformat()}
                        for at_ms in found
                    ],
                }
                for name, fields, found in ticks
            ]
        )
        return
    console = _console()
    for name, fields, found in ticks:
        console.print(Text.assemble((name or "schedule", "bold"), f": {fields} in {timezone}"))
        for at_ms in found:
            console.print(f"  {time_text(at_ms, _TICK_PATTERN, 'en', zone)}", markup=False)


def _schedules(paths: Sequence[Path] | None, cron: str | None) -> list[tuple[str | None, str]]:
    """(name, cron) of the rules in the files that have a schedule, or of the one given. Mistakes are refused."""
    if bool(paths) == (cron is not None):
        raise typer.BadParameter("give YAML files of rules, or one schedule with --cron")
    if cron is not None:
        schedules: list[tuple[str | None, str]] = [(None, cron)]
    else:
        drafts, _ = read_files(_read(paths, predefined=False), read_catalogue_setting(read_settings()), DEFAULT_LANGUAGES)
        schedules = [(rule.name, rule.time_based_cron) for rule in drafts if rule.time_based_cron is not None]
        if not schedules:
            raise Problem("invalid", "No rule in these files has a schedule.")
    for name, fields in schedules:
        wrong = mistake_in(fields)
        if wrong is not None:
            raise invalid("", " ".join([*([f"{name}:"] if name else []), wrong[0], f"Hint: {wrong[1]}."]))
    return schedules


def _read(paths: Sequence[Path] | None, predefined: bool) -> list[tuple[str, str]]:
    """(name, text) of the files named, of those in folders named, and of the predefined ones if wanted."""
    if not paths and not predefined:
        raise typer.BadParameter("name a YAML file, a folder of them, or --predefined")
    files = predefined_rule_texts() if predefined else []
    for path in paths or []:
        found = _rule_files(path) if path.is_dir() else [path]
        if not found:
            raise Problem("invalid", f"There is no .yaml file in {path}.")
        for file in found:
            files.append((str(file), _text_of(file)))
    return files


def _rule_files(folder: Path) -> list[Path]:
    """The YAML files in a folder, without those that hold the scenarios of others."""
    found = [each for each in folder.rglob("*") if each.suffix in _SUFFIXES]
    return sorted(each for each in found if not each.name.endswith(SCENARIOS_SUFFIX))


def _orphans(paths: Sequence[Path], known: Mapping[str, str]) -> list[Diagnostic]:
    """Files of scenarios in the folders without a rule file beside them: nothing would run them."""
    message, hint = "There is no rule file beside these scenarios.", "for sunshine.yaml they stand in sunshine.scenarios.yaml"
    found = sorted(str(each) for path in paths if path.is_dir() for each in path.rglob(f"*{SCENARIOS_SUFFIX}"))
    return [Diagnostic(each, 1, 1, 1, "error", "no-rule-file", message, hint) for each in found if each not in known]


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise invalid("", f"{file} is not UTF-8 text (byte {error.start}): save it as UTF-8.") from error
    except OSError as error:
        raise Problem("invalid", f"{file} cannot be read: {error.strerror}.") from error


def _show_tested(tested: TestedRule, severity: str, console: Console) -> None:
    """A line for the rule, and below it what differs and what is left untested."""
    failed = len(tested.failed)
    mark, style = ("✗", "bold red") if failed else ("✓", "green") if tested.outcomes else ("-", "yellow")
    counts = f"{len(tested.outcomes) - failed} passed" + (f", {failed} failed" if failed else "")
    console.print(Text.assemble((f"{mark} ", style), f"{tested.name}: {counts}"))
    for outcome in tested.failed:
        scenario = outcome.scenario
        console.print(Text(f"    {scenario.title} ({scenario.file}:{scenario.line})"))
        for each in outcome.differences:
            console.print(Text.assemble(f"      {each.about}\n        expected: ", (each.expected, "green")))
            console.print(Text.assemble("        came:     ", (each.came, "red")))
    for lack in tested.lacks:
        console.print(Text.assemble(f"    {severity}: ", (lack, "yellow")))


def _wire_tested(tested: TestedRule) -> dict[str, object]:
    """A tested rule as JSON."""
    return {
        "name": tested.name,
        "file": tested.file,
        "passed": len(tested.outcomes) - len(tested.failed),
        "failed": len(tested.failed),
        "lacks": list(tested.lacks),
        "scenarios": [
            {
                "title": outcome.scenario.title,
                "file": outcome.scenario.file,
                "line": outcome.scenario.line,
                "passed": not outcome.differences,
                "differences": [asdict(each) for each in outcome.differences],
            }
            for outcome in tested.outcomes
        ],
    }


def _checked(rules: int, files: int, diagnostics: Sequence[Diagnostic]) -> Text:
    style = "bold red" if has_errors(diagnostics) else "bold green"
    return Text.assemble((summary(diagnostics), style), f" in {_count(rules, 'rule')} of {_count(files, 'file')}")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' if number != 1 else ''}"


def _console(stderr: bool = False) -> Console:
    return Console(stderr=stderr, highlight=False, soft_wrap=True)


def _print_json(answer: object) -> None:
    print(json.dumps(answer, ensure_ascii=False))
