"""`hearth rules show`: what one rule has done so far, and what each of its versions did to its state."""

import json
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from hearth.cli.rule_trials import AsJson, CustomerOption, DataDir, opened
from hearth.core.instants import zone_named
from hearth.insights.goals import GoalFigures
from hearth.language.time_format import timespan_text
from hearth.services.rule_reports import RuleReport, VersionReport
from hearth.services.trial_bodies import goals_body, shown_instant, shown_minute

_UTC = zone_named("UTC")


def show_rule(
    rule: Annotated[str, typer.Argument(metavar="RULE", help="The rule's id or name.")],
    customer: CustomerOption = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Show what a rule has sent, whether its goals were achieved, where it failed, and what each save did to its counts."""
    with opened(data_dir, customer) as (installation, customer_id):
        report = installation.rule_reports.report(customer_id, rule)
    if as_json:
        print(json.dumps(_as_json(report), ensure_ascii=False))
    else:
        _show(report, Console(highlight=False))


def _as_json(report: RuleReport) -> dict[str, Any]:
    return {
        "id": report.rule.id,
        "name": report.rule.name,
        "state": report.rule.state,
        "notifications": dict(report.notifications),
        "goals": goals_body(report.goals),
        "versions": [_version_as_json(each) for each in report.versions],
    }


def _version_as_json(version: VersionReport) -> dict[str, Any]:
    rule, faults = version.rule, version.faults
    return {
        "version": rule.version,
        "savedAt": shown_instant(rule.updated_at_ms, _UTC),
        "savedBy": rule.updated_by,
        "state": rule.state,
        "effects": list(version.effects),
        "faults": None
        if faults is None
        else {
            "count": faults.faults,
            "firstAt": shown_instant(faults.first_at_ms, _UTC),
            "lastAt": shown_instant(faults.last_at_ms, _UTC),
            "lastError": faults.error,
        },
    }


def _show(report: RuleReport, console: Console) -> None:
    console.print(Text.assemble((report.rule.name, "bold"), f"  {report.rule.state}, version {report.rule.version}"))
    table = Table(box=None, show_header=False, pad_edge=False)
    counts = ", ".join(f"{count:,} {status.lower()}" for status, count in sorted(report.notifications.items()))
    table.add_row("notifications", counts or "none yet")
    if report.rule.goal_achieved_condition or report.goals.rate is not None:
        table.add_row("goal", goal_words(report.goals))
    console.print(table)
    for each in report.versions:
        when = shown_minute(each.rule.updated_at_ms, _UTC)
        by = f" by {each.rule.updated_by}" if each.rule.updated_by else ""
        console.print(Text.assemble((f"version {each.rule.version}", "bold"), f"  {when} UTC{by}, {each.rule.state}"))
        for effect in each.effects:
            console.print(Text(f"  {effect}"), soft_wrap=True)
        if each.faults is not None:
            times = "once" if each.faults.faults == 1 else f"{each.faults.faults:,} times"
            last = shown_instant(each.faults.last_at_ms, _UTC)
            console.print(Text(f"  failed {times}, last at {last}: {each.faults.error}", "bold red"), soft_wrap=True)


def goal_words(goals: GoalFigures) -> str:
    """Figures of goals in words."""
    if goals.rate is None:
        return f"nothing known yet ({goals.is_open:,} open)"
    took = "" if goals.typical_ms is None else f", typically after {timespan_text(goals.typical_ms, None, 'en')}"
    rest = [f"{count:,} {word}" for count, word in ((goals.is_open, "open"), (goals.abandoned, "abandoned")) if count]
    of = f"{goals.achieved:,} of {goals.achieved + goals.missed:,}"
    return f"achieved {goals.rate:.0%} ({of}){took}" + (f"; {', '.join(rest)}" if rest else "")
